"""The tables of a project as layers of its file: read, write, merge.

A user's own column may have any name; in the file it gets one that every program takes,
and `gg_tables` remembers the true one.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridgis.errors import GridgisError, StoreError
from gridgis.project import geopackage
from gridgis.project.blobs import geometries
from gridgis.project.columns import column_from, storable, table_hash
from gridgis.project.merge import Change, Merged, merge
from gridgis.project.spatial_index import create_index, drop_index
from gridgis.project.sql import quoted
from gridgis.tables import TABLES, conform

__all__ = ["read_table", "save_table", "table_hashes"]

_TAKEN = frozenset({"fid", "geom", "rowid", "oid", "_rowid_"})
_UNSAFE = re.compile(r"[^\w()（）㎡²·.-]")
_LONGEST_NAME = 60
_FEW_ROWS = 1000


@dataclass(frozen=True)
class _Field:
    """One column: its true name, its name in SQL, its type in a frame."""

    name: str
    sql: str
    dtype: str


def table_hashes(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the content hash of each table the project holds, in the order of TABLES."""
    found = dict(connection.execute("SELECT name, hash FROM gg_tables"))
    return {name: found[name] for name in TABLES if name in found}


def read_table(
    connection: sqlite3.Connection, name: str, crs: CRS | None
) -> pd.DataFrame:
    """Return one table as it was stored, with a RangeIndex.

    Raises
    ------
    StoreError
        If another program has put in what the table cannot hold.
    """
    try:
        return _read(connection, name, _fields(connection, name), crs)
    except (ValueError, TypeError, GridgisError) as error:
        message = f"项目中的“{TABLES[name].title}”表被别的程序改得无法使用：{error}"
        remedy = "请在该程序中撤销改动，或用最近的备份"
        raise StoreError(message, remedy=remedy) from error


def save_table(
    connection: sqlite3.Connection,
    name: str,
    new: pd.DataFrame,
    *,
    crs: CRS | None,
    at: str,
) -> Change:
    """Merge rows into a table, made on first use, in the caller's transaction.

    Parameters
    ----------
    new
        A conforming table, in the project's CRS.
    at
        Time of the change in UTC, as GeoPackage writes it.
    """
    new = _storable(new)
    if name not in table_hashes(connection):
        _write(connection, name, new, at=at)
        return Change(added=len(new), updated=0, unchanged=0)
    fields = _fields(connection, name)
    old = read_table(connection, name, crs)
    merged = merge(name, old, new)
    kept = {field.name: field.dtype for field in fields}
    became = {str(c): str(merged.frame[c].dtype) for c in merged.frame if c in kept}
    spatial = isinstance(merged.frame, gpd.GeoDataFrame)
    if became != kept or spatial != isinstance(old, gpd.GeoDataFrame):
        geopackage.drop_layer(connection, name)
        _write(connection, name, merged.frame, at=at)
    else:
        _change(connection, name, fields, merged, at=at)
    return merged.change


def _fields(connection: sqlite3.Connection, name: str) -> list[_Field]:
    row = connection.execute(
        "SELECT columns FROM gg_tables WHERE name = ?", (name,)
    ).fetchone()
    return [_Field(**field) for field in json.loads(row[0])]


def _read(
    connection: sqlite3.Connection, name: str, fields: Sequence[_Field], crs: CRS | None
) -> pd.DataFrame:
    listed = connection.execute(
        f"SELECT type, name FROM pragma_table_list({quoted(name)})"  # noqa: S608 - quoted
    ).fetchall()
    if ("table", name) not in listed:
        message = f"“{name}”不是表"
        raise ValueError(message)
    there = {row[1] for row in connection.execute(f"PRAGMA table_info({quoted(name)})")}
    fields = [field for field in fields if field.sql in there]
    spatial = geopackage.GEOMETRY in there
    wanted = [field.sql for field in fields]
    wanted += [geopackage.GEOMETRY] if spatial else []
    values = geopackage.read_columns(connection, name, wanted)
    frame = pd.DataFrame(
        {
            field.name: column_from(column, field.dtype)
            for field, column in zip(fields, values, strict=False)
        }
    )
    if not spatial:
        return conform(name, frame)
    shapes = geometries(values[-1])
    return conform(name, gpd.GeoDataFrame(frame, geometry=shapes, crs=crs))


def _write(
    connection: sqlite3.Connection, name: str, table: pd.DataFrame, *, at: str
) -> None:
    fields = _named([], table)
    spec = TABLES[name]
    titles = {
        field.sql: _alias(name, field.name) for field in fields if field.name in spec
    }
    geopackage.write_layer(
        connection,
        name,
        table.rename(columns={field.name: field.sql for field in fields}),
        title=spec.title,
        at=at,
        titles=titles,
    )
    _remember(connection, name, fields, table)


def _change(
    connection: sqlite3.Connection,
    name: str,
    fields: list[_Field],
    merged: Merged,
    *,
    at: str,
) -> None:
    """Bring a layer to what a merge came to: new columns, changed rows, added rows."""
    frame = merged.frame
    fresh = _named(fields, frame)
    geopackage.add_columns(connection, name, {f.sql: f.dtype for f in fresh})
    fields = [*fields, *fresh]
    ordered = frame.rename(columns={field.name: field.sql for field in fields})
    old = len(frame) - merged.change.added
    spatial = isinstance(ordered, gpd.GeoDataFrame)
    # Beyond a few rows, indexing anew is faster than row by row.
    anew = spatial and len(merged.updated) + merged.change.added > _FEW_ROWS
    if anew:
        drop_index(connection, name, geopackage.GEOMETRY)
    changed = ordered.iloc[merged.updated]
    geopackage.update_rows(connection, name, changed, merged.updated)
    geopackage.insert_rows(connection, name, ordered.iloc[old:])
    if anew:
        shapes = ordered.geometry.to_numpy()
        create_index(connection, name, geopackage.GEOMETRY, shapes)
    geopackage.describe_layer(connection, name, ordered, at=at)
    _remember(connection, name, fields, frame)


def _remember(
    connection: sqlite3.Connection,
    name: str,
    fields: Sequence[_Field],
    table: pd.DataFrame,
) -> None:
    columns = json.dumps([vars(field) for field in fields], ensure_ascii=False)
    connection.execute(
        "INSERT OR REPLACE INTO gg_tables VALUES (?, ?, ?)",
        (name, columns, table_hash(table)),
    )


def _storable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text column names and columns of storable types."""
    columns = {
        str(name): storable(table[name]) for name in table.columns if name != "geometry"
    }
    plain = pd.DataFrame(columns, index=table.index).reset_index(drop=True)
    if not isinstance(table, gpd.GeoDataFrame):
        return plain
    shapes = table.geometry.to_numpy()
    return gpd.GeoDataFrame(plain, geometry=shapes, crs=table.crs)


def _named(fields: Sequence[_Field], table: pd.DataFrame) -> list[_Field]:
    """Give the columns of a table that are not in `fields` yet a name in SQL."""
    known = {field.name for field in fields}
    # SQLite compares names without regard to case.
    taken = {field.sql.casefold() for field in fields} | _TAKEN
    found = []
    for name in table.columns:
        if name == "geometry" or name in known:
            continue
        stem = _UNSAFE.sub("_", name)[:_LONGEST_NAME] or "_"
        sql, number = stem, 1
        while sql.casefold() in taken:
            number += 1
            sql = f"{stem}_{number}"
        taken.add(sql.casefold())
        found.append(_Field(name, sql, str(table[name].dtype)))
    return found


def _alias(table: str, name: str) -> str:
    column = TABLES[table][name]
    return f"{column.title}（{column.unit}）" if column.unit else column.title
