"""The spatial index of a layer: an R-tree, and the triggers that keep it up to date.

The triggers call functions that SQLite does not have; `add_functions` brings them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from urllib.parse import urlunsplit

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridgis.project.blobs import bounds_of, is_empty
from gridgis.project.sql import quoted, run_script

__all__ = ["add_functions", "create_index", "drop_index"]

_INDEX_TRIGGERS = """
CREATE TRIGGER {insert} AFTER INSERT ON {t}
 WHEN (NEW.{g} NOTNULL AND NOT ST_IsEmpty(NEW.{g}))
 BEGIN INSERT OR REPLACE INTO {r} VALUES (NEW.fid, {box}); END;
CREATE TRIGGER {update6} AFTER UPDATE OF {g} ON {t} WHEN OLD.fid = NEW.fid
 AND (NEW.{g} NOTNULL AND NOT ST_IsEmpty(NEW.{g}))
 AND (OLD.{g} NOTNULL AND NOT ST_IsEmpty(OLD.{g}))
 BEGIN UPDATE {r} SET (minx, maxx, miny, maxy) = ({box}) WHERE id = NEW.fid; END;
CREATE TRIGGER {update7} AFTER UPDATE OF {g} ON {t} WHEN OLD.fid = NEW.fid
 AND (NEW.{g} NOTNULL AND NOT ST_IsEmpty(NEW.{g}))
 AND (OLD.{g} ISNULL OR ST_IsEmpty(OLD.{g}))
 BEGIN INSERT INTO {r} VALUES (NEW.fid, {box}); END;
CREATE TRIGGER {update2} AFTER UPDATE OF {g} ON {t} WHEN OLD.fid = NEW.fid
 AND (NEW.{g} ISNULL OR ST_IsEmpty(NEW.{g}))
 BEGIN DELETE FROM {r} WHERE id = OLD.fid; END;
CREATE TRIGGER {update5} AFTER UPDATE ON {t} WHEN OLD.fid != NEW.fid
 AND (NEW.{g} NOTNULL AND NOT ST_IsEmpty(NEW.{g}))
 BEGIN DELETE FROM {r} WHERE id = OLD.fid;
 INSERT OR REPLACE INTO {r} VALUES (NEW.fid, {box}); END;
CREATE TRIGGER {update4} AFTER UPDATE ON {t} WHEN OLD.fid != NEW.fid
 AND (NEW.{g} ISNULL OR ST_IsEmpty(NEW.{g}))
 BEGIN DELETE FROM {r} WHERE id IN (OLD.fid, NEW.fid); END;
CREATE TRIGGER {delete} AFTER DELETE ON {t} WHEN OLD.{g} NOTNULL
 BEGIN DELETE FROM {r} WHERE id = OLD.fid; END;
"""


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the triggers of an index call."""
    connection.create_function("ST_IsEmpty", 1, _st_is_empty, deterministic=True)
    for position, name in enumerate(("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")):
        bound = _st_bound(position)
        connection.create_function(name, 1, bound, deterministic=True)


def create_index(
    connection: sqlite3.Connection,
    name: str,
    column: str,
    geometry: NDArray[np.object_],
) -> None:
    """Index the geometry of a layer; triggers keep the index up to date from then on.

    Parameters
    ----------
    geometry
        Of all rows of the layer, in the order of their ids.
    """
    index = f"rtree_{name}_{column}"
    connection.execute(
        f"CREATE VIRTUAL TABLE {quoted(index)} USING rtree(id, minx, maxx, miny, maxy)"
    )
    ids = np.array(
        connection.execute(
            f"SELECT fid FROM {quoted(name)} ORDER BY fid"  # noqa: S608 - quoted
        ).fetchall(),
        dtype=np.int64,
    ).reshape(-1)
    bounds = shapely.bounds(geometry)[:, [0, 2, 1, 3]]
    rows = np.flatnonzero(~np.isnan(bounds[:, 0]))
    centres = gpd.GeoSeries(
        shapely.points(
            (bounds[rows][:, [0, 2]] + bounds[rows][:, [1, 3]]) / 2.0,
        )
    )
    if len(rows):
        along = np.argsort(centres.hilbert_distance().to_numpy(), kind="stable")
        _pack(connection, index, ids[rows[along]], bounds[rows[along]])
    link = urlunsplit(
        ("http", "www.geopackage.org", "/spec120/", "", "extension_rtree")
    )
    connection.execute(
        "INSERT INTO gpkg_extensions"
        " VALUES (?, ?, 'gpkg_rtree_index', ?, 'write-only')",
        (name, column, link),
    )
    _create_triggers(connection, name, column)


def drop_index(connection: sqlite3.Connection, name: str, column: str) -> None:
    """Remove the index of a layer, with its triggers."""
    index = f"rtree_{name}_{column}"
    for kind in _KINDS:
        connection.execute(f"DROP TRIGGER IF EXISTS {quoted(f'{index}_{kind}')}")
    connection.execute(f"DROP TABLE IF EXISTS {quoted(index)}")
    connection.execute(
        "DELETE FROM gpkg_extensions WHERE table_name = ?"
        " AND extension_name = 'gpkg_rtree_index'",
        (name,),
    )


_KINDS = ("insert", "update6", "update7", "update2", "update5", "update4", "delete")
_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_HEAD_BYTES = 4
_ROOT = 1


def _create_triggers(connection: sqlite3.Connection, name: str, column: str) -> None:
    index = f"rtree_{name}_{column}"
    sides = ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")
    box = ", ".join(f"{side}(NEW.{column})" for side in sides)
    triggers = {kind: quoted(f"{index}_{kind}") for kind in _KINDS}
    script = _INDEX_TRIGGERS.format(
        t=quoted(name), r=quoted(index), g=column, box=box, **triggers
    )
    run_script(connection, script)


def _pack(
    connection: sqlite3.Connection,
    index: str,
    ids: NDArray[np.int64],
    bounds: NDArray[np.float64],
) -> None:
    """Fill an empty R-tree from the leaves up, neighbours in one node.

    Twenty times faster than inserting, and a better tree. The layout of a node is that of
    SQLite's own documentation: depth (root only), number of cells, then cells of a row id
    and a box in single precision, all big-endian.
    """
    size = connection.execute(
        f"SELECT length(data) FROM {quoted(index + '_node')}"  # noqa: S608 - quoted
    ).fetchone()[0]
    capacity = (size - _HEAD_BYTES) // _CELL.itemsize
    cells = np.zeros(len(ids), dtype=_CELL)
    cells["id"], cells["box"] = ids, _outward(bounds)
    depth, taken = 0, _ROOT
    while len(cells) > capacity:
        count = -(-len(cells) // capacity)
        group = np.arange(len(cells)) * count // len(cells)
        numbers = np.arange(taken + 1, taken + 1 + count)
        _link(connection, index, depth, cells["id"], numbers[group])
        _store(connection, index, numbers, _nodes(cells, group, count, size))
        starts = np.searchsorted(group, np.arange(count))
        upper = np.zeros(count, dtype=_CELL)
        upper["id"] = numbers
        for side, extreme in enumerate((np.minimum, np.maximum) * 2):
            upper["box"][:, side] = extreme.reduceat(cells["box"][:, side], starts)
        cells, depth, taken = upper, depth + 1, taken + count
    _link(connection, index, depth, cells["id"], np.full(len(cells), _ROOT))
    root = _nodes(cells, np.zeros(len(cells), dtype=np.int64), 1, size)
    root[:, :2] = np.frombuffer(depth.to_bytes(2, "big"), dtype=np.uint8)
    _store(connection, index, np.array([_ROOT]), root)


def _outward(bounds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round to single precision so that every box still holds its geometry."""
    box = bounds.astype(np.float32)
    low, high = box[:, [0, 2]], box[:, [1, 3]]
    infinity = np.float32(np.inf)
    less, more = np.nextafter(low, -infinity), np.nextafter(high, infinity)
    box[:, [0, 2]] = np.where(low > bounds[:, [0, 2]], less, low)
    box[:, [1, 3]] = np.where(high < bounds[:, [1, 3]], more, high)
    return box


def _nodes(
    cells: NDArray[np.void], group: NDArray[np.int64], count: int, size: int
) -> NDArray[np.uint8]:
    nodes = np.zeros((count, size), dtype=np.uint8)
    filled = np.bincount(group, minlength=count)
    nodes[:, 2], nodes[:, 3] = filled >> 8, filled & 0xFF
    place = np.arange(len(cells)) - np.searchsorted(group, group)
    start = _HEAD_BYTES + _CELL.itemsize * place
    columns = start[:, None] + np.arange(_CELL.itemsize)
    nodes[group[:, None], columns] = cells.view(np.uint8).reshape(len(cells), -1)
    return nodes


def _link(
    connection: sqlite3.Connection,
    index: str,
    depth: int,
    below: NDArray[np.int64],
    node: NDArray[np.int64],
) -> None:
    """Say in which node each row, or each lower node, is found."""
    name = quoted(index + ("_parent" if depth else "_rowid"))
    connection.executemany(
        f"INSERT INTO {name} VALUES (?, ?)",  # noqa: S608 - quoted
        zip(below.tolist(), node.tolist(), strict=True),
    )


def _store(
    connection: sqlite3.Connection,
    index: str,
    numbers: NDArray[np.int64],
    nodes: NDArray[np.uint8],
) -> None:
    data = nodes.tobytes()
    size = nodes.shape[1]
    connection.executemany(
        f"INSERT OR REPLACE INTO {quoted(index + '_node')} VALUES (?, ?)",  # noqa: S608
        (
            (int(number), data[size * row : size * (row + 1)])
            for row, number in enumerate(numbers)
        ),
    )


def _st_is_empty(blob: bytes | None) -> bool | None:
    return None if blob is None else is_empty(blob)


def _st_bound(position: int) -> Callable[[bytes | None], float | None]:
    def bound(blob: bytes | None) -> float | None:
        return None if blob is None else bounds_of(blob)[position]

    return bound
