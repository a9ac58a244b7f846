"""What a rule is asked of: communities, developments, grids, the county, one row each.

Each frame is indexed by the subject's code and holds the quantities that limits and filters
use, NaN where unknown. An estate subject is a whole development: a rule "per 100 households"
counts all its phases together (domain N16a).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby, takewhile
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.tables import Dataset, marked

__all__ = ["SubjectKind", "bounds_of", "county_of", "development_of", "subjects_of"]

SubjectKind = Literal["community", "estate", "grid", "county"]

_ESTATE_SUMS = ("planned_dwellings", "occupied", "residential_floor_area_m2")
_UNNAMED_COUNTY = "全部社区"


def subjects_of(data: Dataset, kind: SubjectKind) -> pd.DataFrame:
    """Return the subjects of one kind, indexed by their code.

    Returns
    -------
    DataFrame
        Columns `name`, `street`, `community_code`, the filter columns and quantities of the
        kind (with `_about` and `_mark` where they are not exact), and `geometry` where
        the table has one.
    """
    return _BUILDERS[kind](data)


def bounds_of(
    subjects: pd.DataFrame, quantity: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the most a quantity of each subject can be.

    Both are the figure itself where it is known; unknown is 0 to infinity, "600 余" is 600
    to infinity, "近 600" is 0 to 600.
    """
    value = subjects[quantity].to_numpy(float)
    marks = subjects.get(f"{quantity}_mark")
    mark = np.zeros(len(value)) if marks is None else marks.to_numpy(float)
    unknown = np.isnan(value)
    low = np.where(unknown | (mark < 0), 0.0, value)
    return low, np.where(unknown | (mark > 0), np.inf, value)


def _bound_marks(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return 1 where a figure is a lower bound, -1 where an upper, 0 where neither."""
    lower = marked(table, column, "at_least").to_numpy(float)
    return lower - marked(table, column, "at_most").to_numpy(float)


def development_of(estates: pd.DataFrame) -> pd.Series:
    """Return the code of the development each estate row belongs to, its own where none."""
    return estates["development"].fillna(estates["estate_id"])


def _communities(data: Dataset) -> pd.DataFrame:
    table = data["communities"]
    frame = table.set_index("community_code", drop=False)
    return _with_estimates(frame, table, ("households", "population"))


def _grids(data: Dataset) -> pd.DataFrame:
    table = data["grids"]
    streets = data["communities"].set_index("community_code")["street"]
    frame = table.set_index("grid_code", drop=False)
    frame = frame.assign(street=frame["community_code"].map(streets))
    return _with_estimates(frame, table, ("households", "population"))


def _estates(data: Dataset) -> pd.DataFrame:
    table = data["estates"]
    group, codes = pd.factorize(development_of(table))
    n = len(codes)
    _, first = np.unique(group, return_index=True)
    columns = ["name", "community_code", "housing_kind"]
    frame = pd.DataFrame(table[columns]).iloc[first].set_index(pd.Index(codes))
    frame["phases"] = np.bincount(group, minlength=n)
    frame["name"] = _shared_names(table["name"], group, frame)
    frame["kind"] = _kind_of(table["kind"], group, n)
    for column in _ESTATE_SUMS:
        # One unknown phase makes the sum unknown: NaN stays NaN.
        frame[column] = np.bincount(group, table[column].to_numpy(float), minlength=n)
    communities = data["communities"].set_index("community_code")
    frame["street"] = frame["community_code"].map(communities["street"])
    for column in _ESTATE_SUMS:
        # Bounds of several phases that point both ways leave the sum unknown.
        marks = _bound_marks(table, column)
        above = np.bincount(group[marks > 0], minlength=n) > 0
        below = np.bincount(group[marks < 0], minlength=n) > 0
        frame[f"{column}_mark"] = above.astype(float) - below.astype(float)
        frame.loc[above & below, column] = np.nan
        about = marked(table, column, "about").to_numpy()
        frame[f"{column}_about"] = np.bincount(group[about], minlength=n) > 0
    frame.index.name = "estate_id"
    if isinstance(table, gpd.GeoDataFrame):
        return _with_geometry(frame, table, group)
    return frame


def _shared_names(
    names: pd.Series, group: NDArray[np.intp], frame: pd.DataFrame
) -> pd.Series:
    """Return what the names of the phases have in common: 花园一期, 花园二期 → 花园.

    Where they have nothing in common the code of the development stands for them.
    """
    shared = frame["name"].to_numpy(object)
    phased = np.flatnonzero((frame["phases"] > 1).to_numpy()[group])
    given = names.to_numpy(object)
    order = phased[np.argsort(group[phased], kind="stable")]
    for code, same in groupby(order, key=lambda row: int(group[row])):
        known = [str(given[row]) for row in same if isinstance(given[row], str)]
        letters = takewhile(lambda x: len(set(x)) == 1, zip(*known, strict=False))
        common = "".join(letter[0] for letter in letters).rstrip(" 第（(·-")
        shared[code] = common or frame.index[code]
    return pd.Series(shared, index=frame.index)


def _with_geometry(
    frame: pd.DataFrame, table: gpd.GeoDataFrame, group: NDArray[np.intp]
) -> gpd.GeoDataFrame:
    _, first = np.unique(group, return_index=True)
    shapes = np.asarray(table.geometry.array, dtype=object)
    joint = shapes[first]
    phased = np.flatnonzero((frame["phases"] > 1).to_numpy()[group])
    if len(phased):
        parts = gpd.GeoDataFrame({"group": group[phased]}, geometry=shapes[phased])
        whole = parts.dissolve("group").geometry
        joint[whole.index] = whole.to_numpy()
    return gpd.GeoDataFrame(frame, geometry=joint, crs=table.crs)


def _kind_of(kind: pd.Series, group: NDArray[np.intp], n: int) -> NDArray[np.object_]:
    """Return new if any phase is new, unknown if none is and some phase does not say."""
    is_new = np.bincount(group[(kind == "new").to_numpy()], minlength=n) > 0
    is_unknown = np.bincount(group[kind.isna().to_numpy()], minlength=n) > 0
    value = np.full(n, "existing", dtype=object)
    value[is_unknown] = None
    value[is_new] = "new"
    return value


def _counties(data: Dataset) -> pd.DataFrame:
    names = data["communities"]["county"].fillna(_UNNAMED_COUNTY).unique()
    return pd.DataFrame(
        {"name": names, "street": None, "community_code": None}, index=names
    )


def county_of(data: Dataset) -> pd.Series:
    """Return the county subject of each community, indexed by community code."""
    communities = data["communities"].set_index("community_code")
    return communities["county"].fillna(_UNNAMED_COUNTY)


def _with_estimates(
    frame: pd.DataFrame, table: pd.DataFrame, columns: tuple[str, ...]
) -> pd.DataFrame:
    marks: dict[str, NDArray[Any]] = {}
    for column in columns:
        marks[f"{column}_about"] = marked(table, column, "about").to_numpy()
        marks[f"{column}_mark"] = _bound_marks(table, column)
    return frame.assign(**marks)


_BUILDERS: Mapping[SubjectKind, Callable[[Dataset], pd.DataFrame]] = {
    "community": _communities,
    "estate": _estates,
    "grid": _grids,
    "county": _counties,
}
