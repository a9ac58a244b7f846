"""Merge a table with a later import of the same table, row by row, by key.

What is newly given overrides, what is left out stays; nothing is ever deleted. A mark
("约") belongs to the figure it was given with, so it goes when the figure is overridden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgis.project.columns import objects, storable
from gridgis.tables import TABLES

__all__ = ["Change", "Merged", "merge"]


@dataclass(frozen=True)
class Change:
    """How many rows of one table a version added, changed, and found as they were."""

    added: int
    updated: int
    unchanged: int


@dataclass(frozen=True)
class Merged:
    """A merged table: the old rows in their places, the added ones after them.

    Attributes
    ----------
    updated
        Positions of old rows in which at least one value differs from before.
    """

    frame: pd.DataFrame
    updated: NDArray[np.intp]
    change: Change


def merge(name: str, old: pd.DataFrame, new: pd.DataFrame) -> Merged:
    """Return the rows of both tables, new known values overriding old ones.

    Parameters
    ----------
    name
        Name of the table, which gives its key.
    old, new
        Conforming tables. A GeoDataFrame's CRS must be that of the other.

    Returns
    -------
    Merged
        With a RangeIndex; columns of the old table first.
    """
    key = list(TABLES[name].key)
    place = pd.MultiIndex.from_frame(old[key]).get_indexer(
        pd.MultiIndex.from_frame(new[key])
    )
    known = place >= 0
    at = place[known]
    differs = np.zeros(len(old), dtype=bool)
    columns: dict[str, pd.Series] = {}
    for column in [*old.columns, *(c for c in new.columns if c not in old)]:
        if column == "geometry":
            continue
        if column == "marks":
            columns[column] = _marks(old, new, known, at, differs)
            continue
        before, fresh = _alike(old, new, column)
        columns[column] = _overlaid(before, fresh, known, at, differs)
    frame = pd.DataFrame(columns)
    if "geometry" in old or "geometry" in new:
        frame = _with_geometry(frame, old, new, known, at, differs)
    updated = np.flatnonzero(differs)
    added = int((~known).sum())
    change = Change(added, len(updated), len(new) - added - len(updated))
    return Merged(frame, updated, change)


def _alike(
    old: pd.DataFrame, new: pd.DataFrame, column: str
) -> tuple[pd.Series, pd.Series]:
    """Return a column of both tables in one type, unknown where a table has it not."""
    before = storable(old[column]) if column in old else None
    fresh = storable(new[column]) if column in new else None
    if before is None:
        fresh = _nullable(cast("pd.Series", fresh))
        return pd.Series(None, index=old.index, dtype=fresh.dtype), fresh
    if fresh is None:
        before = _nullable(before)
        return before, pd.Series(None, index=new.index, dtype=before.dtype)
    if before.dtype == fresh.dtype:
        return before, fresh
    before, fresh = _nullable(before), _nullable(fresh)
    if before.dtype == fresh.dtype:
        return before, fresh
    return storable(before.astype(object)), storable(fresh.astype(object))


def _nullable(column: pd.Series) -> pd.Series:
    """Return the column in a type that can say unknown."""
    dtype = str(column.dtype)
    if dtype == "int64":
        return column.astype("float64")
    return column.astype("boolean") if dtype == "bool" else column


def _overlaid(
    before: pd.Series,
    fresh: pd.Series,
    known: NDArray[np.bool_],
    at: NDArray[np.intp],
    differs: NDArray[np.bool_],
) -> pd.Series:
    """Return old values overlaid with known new ones, then the added rows' values.

    Marks in `differs` the old rows whose value is another one now.
    """
    met = fresh[known]
    given = met.notna().to_numpy(bool)
    values = before.array.copy()
    same = pd.Series(values[at]) == pd.Series(met.array)
    differs[at] |= given & ~same.fillna(value=False).to_numpy(bool)
    values[at[given]] = met.array[given]
    return pd.concat(
        [pd.Series(values), fresh[~known].reset_index(drop=True)], ignore_index=True
    )


def _marks(
    old: pd.DataFrame,
    new: pd.DataFrame,
    known: NDArray[np.bool_],
    at: NDArray[np.intp],
    differs: NDArray[np.bool_],
) -> pd.Series:
    """Return the marks: those of overridden figures go, those of others stay."""
    met = new[known]
    before = objects(old["marks"])
    fresh = objects(met["marks"])
    after = before.copy()
    marked = old["marks"].notna().to_numpy()[at] | met["marks"].notna().to_numpy()
    for row in np.flatnonzero(marked):
        told = _split(fresh[row])
        given = set(met.columns[met.iloc[row].notna().to_numpy(bool)]) | set(told)
        kept = {
            c: mark for c, mark in _split(before[at[row]]).items() if c not in given
        }
        marks = [f"{column}={mark}" for column, mark in {**kept, **told}.items()]
        after[at[row]] = ";".join(marks) or None
    differs |= after != before
    added = objects(new.loc[~known, "marks"])
    return pd.Series(np.concatenate([after, added]), dtype="str")


def _split(marks: str | None) -> dict[str, str]:
    """Return the marks by column: "storey=about" is about the column storey."""
    parts = (mark.partition("=") for mark in (marks or "").split(";") if mark)
    return {column: mark for column, _, mark in parts}


def _with_geometry(
    frame: pd.DataFrame,
    old: pd.DataFrame,
    new: pd.DataFrame,
    known: NDArray[np.bool_],
    at: NDArray[np.intp],
    differs: NDArray[np.bool_],
) -> gpd.GeoDataFrame:
    shapes = _geometry_of(old)
    fresh = _geometry_of(new)
    given = ~shapely.is_missing(fresh[known])
    # equals_identical knows no missing value; a missing old shape differs anyway.
    same = shapely.equals_identical(shapes[at], fresh[known])
    differs[at] |= given & ~same
    shapes[at[given]] = fresh[known][given]
    crs = next(
        table.crs
        for table in (old, new)
        if isinstance(table, gpd.GeoDataFrame) and table.crs is not None
    )
    geometry = np.concatenate([shapes, fresh[~known]])
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=crs)


def _geometry_of(table: pd.DataFrame) -> NDArray[np.object_]:
    shapes = np.full(len(table), None, dtype=object)
    if "geometry" in table:
        shapes[:] = table["geometry"].to_numpy()
    return shapes
