"""What a rule is asked of: communities, developments, grids, the county, one row each.

Each frame is indexed by the subject's code and holds the quantities that limits and filters
use, NaN where unknown. An estate subject is a whole development: a rule "per 100 households"
counts all its phases together (domain N16a).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgis.tables import Dataset, Mark, marked

__all__ = ["SubjectKind", "county_of", "development_of", "subjects_of"]

SubjectKind = Literal["community", "estate", "grid", "county"]

_ESTATE_SUMS = ("planned_dwellings", "occupied", "residential_floor_area_m2")
_UNNAMED_COUNTY = "全部社区"


def subjects_of(data: Dataset, kind: SubjectKind) -> pd.DataFrame:
    """Return the subjects of one kind, indexed by their code.

    Returns
    -------
    DataFrame
        Columns `name`, `street`, `community_code`, the filter columns and quantities of the
        kind, `estimated` (words naming quantities that are not exact), and `geometry` where
        the table has one.
    """
    return _BUILDERS[kind](data)


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
    code = development_of(table)
    phases = table.assign(_code=code).groupby("_code", sort=False)
    first = phases.first()
    frame = first[["name", "community_code", "housing_kind"]].copy()
    several = frame.index[phases["name"].nunique() > 1]  # noqa: PD101 - by group
    if len(several):
        shared = (
            table[code.isin(several)]
            .groupby(code, sort=False)["name"]
            .agg(_shared_name)
        )
        frame.loc[several, "name"] = shared.reindex(several).where(
            lambda n: n != "", several
        )
    frame["kind"] = _kind_of(table["kind"], code, frame.index)
    frame["phases"] = phases.size()
    for column in _ESTATE_SUMS:
        frame[column] = _sum_if_all_known(table[column], code)
    communities = data["communities"].set_index("community_code")
    frame["street"] = frame["community_code"].map(communities["street"])
    frame.index.name = "estate_id"
    unsure = pd.Series("", index=table.index)
    for column in _ESTATE_SUMS:
        unsure = unsure.where(~_inexact(table, column), column)
    frame["estimated"] = unsure.groupby(code.to_numpy(), sort=False).max()
    if isinstance(table, gpd.GeoDataFrame):
        return _with_geometry(frame, table, code)
    return frame


def _with_geometry(
    frame: pd.DataFrame, table: gpd.GeoDataFrame, code: pd.Series
) -> gpd.GeoDataFrame:
    single = ~code.duplicated(keep=False)
    parts = table.geometry[single].set_axis(code[single])
    if not single.all():
        several = gpd.GeoDataFrame(
            {"code": code[~single]}, geometry=table.geometry[~single]
        )
        joint = several.dissolve("code", method="unary").geometry
        parts = pd.concat([parts, joint])
    return gpd.GeoDataFrame(frame, geometry=parts.reindex(frame.index), crs=table.crs)


def _kind_of(kind: pd.Series, code: pd.Series, index: pd.Index) -> pd.Series:
    """Return new if any phase is new, unknown if none is and some phase does not say."""
    is_new = (kind == "new").groupby(code.to_numpy(), sort=False).any()
    is_unknown = kind.isna().groupby(code.to_numpy(), sort=False).any()
    value = np.where(is_new, "new", np.where(is_unknown, "", "existing"))
    return (
        pd.Series(value, index=is_new.index, dtype="str")
        .replace("", None)
        .reindex(index)
    )


def _counties(data: Dataset) -> pd.DataFrame:
    names = data["communities"]["county"].fillna(_UNNAMED_COUNTY).unique()
    frame = pd.DataFrame(
        {"name": names, "street": None, "community_code": None}, index=names
    )
    return frame.assign(estimated="")


def county_of(data: Dataset) -> pd.Series:
    """Return the county subject of each community, indexed by community code."""
    communities = data["communities"].set_index("community_code")
    return communities["county"].fillna(_UNNAMED_COUNTY)


def _shared_name(names: pd.Series) -> str:
    """Return what the names of the phases have in common: 花园一期, 花园二期 → 花园."""
    known = [str(name) for name in names.dropna()]
    shared = takewhile(
        lambda letters: len(set(letters)) == 1, zip(*known, strict=False)
    )
    return "".join(letters[0] for letters in shared).rstrip(" 第（(·-")


def _sum_if_all_known(values: pd.Series, code: pd.Series) -> pd.Series:
    groups = code.to_numpy()
    total = values.groupby(groups, sort=False).sum()
    return total.mask(values.isna().groupby(groups, sort=False).any())


def _inexact(table: pd.DataFrame, column: str) -> pd.Series:
    marks: tuple[Mark, ...] = ("about", "at_least", "at_most")
    return pd.concat([marked(table, column, mark) for mark in marks], axis=1).any(
        axis=1
    )


def _with_estimates(
    frame: pd.DataFrame, table: pd.DataFrame, columns: tuple[str, ...]
) -> pd.DataFrame:
    unsure = pd.Series("", index=table.index)
    for column in columns:
        unsure = unsure.where(~_inexact(table, column), column)
    return frame.assign(estimated=unsure.to_numpy())


_BUILDERS: Mapping[SubjectKind, Callable[[Dataset], pd.DataFrame]] = {
    "community": _communities,
    "estate": _estates,
    "grid": _grids,
    "county": _counties,
}
