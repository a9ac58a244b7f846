"""GeoPackage 1.3 through Python's own sqlite3: layers, columns, styles.

Everything happens in the caller's transaction, together with whatever else belongs to a
change. Names are always quoted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import urlunsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridgis.project.blobs import geometry_blobs
from gridgis.project.columns import column_values, sql_type
from gridgis.project.spatial_index import add_functions, create_index, drop_index
from gridgis.project.sql import quoted, run_script

__all__ = [
    "APPLICATION_ID",
    "GEOMETRY",
    "add_columns",
    "add_style",
    "connect",
    "create",
    "describe_layer",
    "drop_layer",
    "insert_rows",
    "read_columns",
    "register_table",
    "update_rows",
    "write_layer",
]

APPLICATION_ID = 0x47504B47
"""The letters GPKG in the header of every GeoPackage."""

_VERSION = 10300
_NO_CRS = -1
_OWN_CRS = 100_000
GEOMETRY = "geom"
"""Name of the geometry column of every layer."""
# Fetched in blocks so small that Python's garbage collector is never called.
_BLOCK = 500
_TYPE_NAMES = (
    "POINT",
    "LINESTRING",
    "LINESTRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
)

_SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL,
 srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
 organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY,
 data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
 last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
 min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
 CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id)
 REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
 geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
 m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
 CONSTRAINT uk_gc_table_name UNIQUE (table_name),
 CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
 CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT,
 extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
 CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
 name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
 CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
 CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL,
 constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
 max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
 CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""


def connect(
    path: Path,
    mode: Literal["ro", "rw", "rwc"],
    *,
    wait_s: float = 5.0,
    immutable: bool = False,
) -> sqlite3.Connection:
    """Open a GeoPackage with the functions its spatial index calls.

    Transactions are opened and ended by the caller. A file opened "ro" cannot be changed,
    and runs no function named in it; one that nobody can be writing may be opened as
    `immutable`, which needs no lock and no file beside it.
    """
    address = f"{path.absolute().as_uri()}?mode={mode}{'&immutable=1' * immutable}"
    connection = sqlite3.connect(
        address, uri=True, timeout=wait_s, isolation_level=None
    )
    if mode == "ro":
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        return connection
    add_functions(connection)
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def create(connection: sqlite3.Connection) -> None:
    """Make an empty database a GeoPackage; the caller is in no transaction."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {_VERSION}")
    run_script(connection, _SCHEMA)
    add = "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)"
    connection.execute(
        add, ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None)
    )
    connection.execute(
        add, ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None)
    )
    _register_crs(connection, CRS.from_epsg(4326))
    link = urlunsplit(("http", "www.geopackage.org", "/spec/", "", "extension_schema"))
    connection.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        [("gpkg_data_columns", link), ("gpkg_data_column_constraints", link)],
    )


def register_table(
    connection: sqlite3.Connection, name: str, *, title: str, at: str
) -> None:
    """List a table without geometry, so that other programs show it."""
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
        " VALUES (?, 'attributes', ?, ?)",
        (name, title, at),
    )


def write_layer(
    connection: sqlite3.Connection,
    name: str,
    table: pd.DataFrame,
    *,
    title: str,
    at: str,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Write a new layer: features where the table has geometry, else attributes.

    Parameters
    ----------
    table
        Columns of storable types, named as they are to be called; "fid" and "geom" are
        taken. Rows get the ids 1 … n in their order.
    title
        What people call the layer.
    at
        Time of the change, UTC, as `2026-06-30T08:00:00.000Z`.
    titles
        Column → what people call it; QGIS shows it as alias.
    """
    srs_id = None
    if isinstance(table, gpd.GeoDataFrame):
        srs_id = _register_crs(connection, table.crs)
    names = [str(column) for column in table.columns if column != "geometry"]
    types = [sql_type(str(table[column].dtype)) for column in names]
    parts = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    parts += [f"{GEOMETRY} GEOMETRY"] if srs_id is not None else []
    parts += [f"{quoted(c)} {t}" for c, t in zip(names, types, strict=True)]
    connection.execute(f"CREATE TABLE {quoted(name)} ({', '.join(parts)})")
    if srs_id is None:
        register_table(connection, name, title=title, at=at)
    else:
        _register_features(connection, name, title=title, at=at, srs_id=srs_id)
    insert_rows(connection, name, table)
    if isinstance(table, gpd.GeoDataFrame):
        create_index(connection, name, GEOMETRY, table.geometry.to_numpy())
    describe_layer(connection, name, table, at=at, titles=titles)


def describe_layer(
    connection: sqlite3.Connection,
    name: str,
    table: pd.DataFrame,
    *,
    at: str,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Bring up to date what is told about a layer: extent, geometry type, aliases."""
    connection.executemany(
        "INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, title)"
        " VALUES (?, ?, ?)",
        [(name, column, title) for column, title in (titles or {}).items()],
    )
    box: list[float | None] = [None] * 4
    if isinstance(table, gpd.GeoDataFrame):
        shapes = table.geometry.to_numpy()
        known = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        box = shapely.total_bounds(known).tolist() if len(known) else box
        connection.execute(
            "UPDATE gpkg_geometry_columns SET geometry_type_name = ?, z = ?"
            " WHERE table_name = ?",
            (_type_name(shapes), 2 if shapely.has_z(shapes).any() else 0, name),
        )
    connection.execute(
        "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?,"
        " last_change = ? WHERE table_name = ?",
        (*box, at, name),
    )


def add_columns(
    connection: sqlite3.Connection, name: str, dtypes: Mapping[str, str]
) -> None:
    """Add columns of these dtypes at the end of a layer, unknown in every row."""
    for column, dtype in dtypes.items():
        connection.execute(
            f"ALTER TABLE {quoted(name)} ADD COLUMN {quoted(column)} {sql_type(dtype)}"
        )


def drop_layer(connection: sqlite3.Connection, name: str) -> None:
    """Remove a layer and all that is told about it; its style stays."""
    drop_index(connection, name, GEOMETRY)
    connection.execute(f"DROP TABLE {quoted(name)}")
    for about in ("extensions", "data_columns", "geometry_columns", "contents"):
        connection.execute(f"DELETE FROM gpkg_{about} WHERE table_name = ?", (name,))  # noqa: S608 - our own words


def insert_rows(connection: sqlite3.Connection, name: str, table: pd.DataFrame) -> None:
    """Add the rows of a table at the end of a layer; columns as in `write_layer`."""
    names, rows = _rows(connection, name, table)
    listed = ", ".join(quoted(column) for column in names)
    marks = ", ".join("?" * len(names))
    connection.executemany(
        f"INSERT INTO {quoted(name)} ({listed}) VALUES ({marks})",  # noqa: S608 - quoted
        rows,
    )


def update_rows(
    connection: sqlite3.Connection,
    name: str,
    table: pd.DataFrame,
    positions: NDArray[np.intp],
) -> None:
    """Overwrite rows of a layer, given by position in the order of their ids."""
    ids = [
        row[0]
        for row in connection.execute(
            f"SELECT fid FROM {quoted(name)} ORDER BY fid"  # noqa: S608 - quoted
        )
    ]
    names, rows = _rows(connection, name, table)
    listed = ", ".join(f"{quoted(column)} = ?" for column in names)
    connection.executemany(
        f"UPDATE {quoted(name)} SET {listed} WHERE fid = ?",  # noqa: S608 - quoted
        ((*row, ids[position]) for row, position in zip(rows, positions, strict=True)),
    )


def _rows(
    connection: sqlite3.Connection, name: str, table: pd.DataFrame
) -> tuple[list[str], Iterator[tuple[object, ...]]]:
    """Return the names of the columns, and the rows as SQLite takes them."""
    names = [str(column) for column in table.columns if column != "geometry"]
    columns: list[Sequence[object]] = [column_values(table[name]) for name in names]
    if isinstance(table, gpd.GeoDataFrame):
        srs_id = connection.execute(
            "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (name,)
        ).fetchone()[0]
        names.insert(0, GEOMETRY)
        columns.insert(0, geometry_blobs(table.geometry.to_numpy(), srs_id))
    return names, zip(*columns, strict=True)


def read_columns(
    connection: sqlite3.Connection, name: str, columns: Sequence[str]
) -> list[list[object]]:
    """Return the values of columns of a layer, in the order of its row ids.

    Columns in which nothing is known are not fetched: most ledgers leave half of them
    empty.
    """
    counts = ", ".join(f"count({quoted(column)})" for column in columns)
    total, *known = connection.execute(
        f"SELECT count(*), {counts} FROM {quoted(name)}"  # noqa: S608 - quoted
    ).fetchone()
    wanted = [column for column, count in zip(columns, known, strict=True) if count]
    found: dict[str, list[object]] = {column: [] for column in wanted}
    if wanted:
        names = ", ".join(quoted(column) for column in wanted)
        rows = connection.execute(
            f"SELECT {names} FROM {quoted(name)} ORDER BY fid"  # noqa: S608 - quoted
        )
        while block := rows.fetchmany(_BLOCK):
            for values, more in zip(
                found.values(), zip(*block, strict=True), strict=True
            ):
                values.extend(more)
    return [found.get(column) or [None] * total for column in columns]


def add_style(
    connection: sqlite3.Connection, layer: str, *, qml: str, sld: str, at: str
) -> None:
    """Make `qml` the style in which QGIS opens a layer, with `sld` for other programs."""
    exists = connection.execute(
        "SELECT 1 FROM gpkg_contents WHERE table_name = 'layer_styles'"
    ).fetchone()
    if exists is None:
        connection.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,"
            " f_table_catalog TEXT(256), f_table_schema TEXT(256),"
            " f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30),"
            " styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,"
            " owner TEXT(30), ui TEXT(30), update_time DATETIME)"
        )
        register_table(connection, "layer_styles", title="layer_styles", at=at)
    connection.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description,"
        " owner, update_time) VALUES ('', '', ?, ?, ?, ?, ?, 1, '', '', ?)",
        (layer, GEOMETRY, layer, qml, sld, at),
    )


def _register_crs(connection: sqlite3.Connection, crs: CRS | None) -> int:
    """Return the id of a coordinate reference, listing it where it is not yet."""
    if crs is None:
        return _NO_CRS
    authority = crs.to_authority(min_confidence=100)
    if authority is not None and authority[0] == "EPSG":
        row = (crs.name, int(authority[1]), "EPSG", int(authority[1]))
    else:
        row = (crs.name, _OWN_CRS, "NONE", _OWN_CRS)
    connection.execute(
        "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)",
        (*row, crs.to_wkt("WKT1_GDAL")),
    )
    return row[1]


def _register_features(
    connection: sqlite3.Connection, name: str, *, title: str, at: str, srs_id: int
) -> None:
    connection.execute(
        "INSERT INTO gpkg_contents"
        " (table_name, data_type, identifier, last_change, srs_id)"
        " VALUES (?, 'features', ?, ?, ?)",
        (name, title, at, srs_id),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, 'GEOMETRY', ?, 0, 0)",
        (name, GEOMETRY, srs_id),
    )


def _type_name(geometry: NDArray[np.object_]) -> str:
    kinds = np.unique(shapely.get_type_id(geometry))
    kinds = kinds[kinds >= 0]
    return _TYPE_NAMES[kinds[0]] if len(kinds) == 1 else "GEOMETRY"
