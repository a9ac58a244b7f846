"""Columns of a table as values that SQLite holds, and back without loss.

Text is TEXT, numbers DOUBLE, flags BOOLEAN, days DATE; unknown is NULL. Columns of the
user's own keep their type where it is one of these, and become text otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridgis.tables import Dataset

__all__ = [
    "column_from",
    "column_values",
    "content_hash",
    "hash_of_tables",
    "objects",
    "sql_type",
    "storable",
    "table_hash",
]

_SQL_TYPES = {
    "str": "TEXT",
    "float64": "DOUBLE",
    "int64": "INTEGER",
    "boolean": "BOOLEAN",
    "bool": "BOOLEAN",
    "datetime64[s]": "DATETIME",
    "datetime64[ms]": "DATE",
    "datetime64[us]": "DATETIME",
    "datetime64[ns]": "DATETIME",
}


def sql_type(dtype: str) -> str:
    """Return the GeoPackage type that a column of this dtype is declared with."""
    return _SQL_TYPES.get(dtype, "TEXT")


def storable(column: pd.Series) -> pd.Series:
    """Return the column as it can be stored: as it is, or as text.

    Text is what remains of a type the file does not know (object, categories, several
    types in one column); unknown stays unknown.
    """
    if str(column.dtype) in _SQL_TYPES:
        return column
    text = [None if missing else str(value) for value, missing in _told(column)]
    return pd.Series(text, index=column.index, dtype="str", name=column.name)


def _told(column: pd.Series) -> zip[tuple[object, bool]]:
    return zip(column.to_numpy(object), column.isna().to_numpy(bool), strict=True)


def column_values(column: pd.Series) -> list[object]:
    """Return the values of a storable column as SQLite takes them, None for unknown."""
    dtype = str(column.dtype)
    if dtype.startswith("datetime64"):
        return _times(column.to_numpy())
    if dtype in ("float64", "int64", "bool"):
        # SQLite itself turns NaN into NULL.
        return list(column.to_numpy().tolist())
    return list(objects(column).tolist())


def objects(column: pd.Series) -> NDArray[np.object_]:
    """Return the values as Python objects, None for unknown."""
    values = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy(bool)] = None
    return values


def column_from(values: Sequence[object], dtype: str) -> pd.Series:
    """Return stored values as a column of the type it was stored with.

    Raises
    ------
    ValueError, TypeError
        If a value does not fit, which only another program can have written.
    """
    if dtype == "float64":
        return pd.Series(np.array(values, dtype=np.float64))
    if dtype.startswith("datetime64"):
        plain = [text.rstrip("Z") if isinstance(text, str) else None for text in values]
        return pd.Series(np.array(plain, dtype=dtype))
    if dtype in ("bool", "boolean"):
        flags = [None if value is None else bool(value) for value in values]
        return pd.Series(flags, dtype=dtype)
    if dtype == "int64":
        return pd.Series(np.array(values, dtype=np.int64))
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return pd.Series(objects, dtype="str")


def _times(values: NDArray[np.datetime64]) -> list[object]:
    """Write days as days, and what has a time of day as a full UTC time."""
    known = ~np.isnat(values)
    midnight = values == values.astype("datetime64[D]")
    text = np.full(len(values), None, dtype=object)
    whole, timed = known & midnight, known & ~midnight
    text[whole] = np.datetime_as_string(values[whole], unit="D")
    if timed.any():
        text[timed] = [f"{time}Z" for time in np.datetime_as_string(values[timed])]
    return list(text)


def content_hash(data: Dataset) -> str:
    """Return the SHA-256 of everything in a dataset: same content, same hash.

    It depends on values, types, columns and the order of rows, not on the labels of the
    index.
    """
    hashes = {name: table_hash(data.tables[name]) for name in data}
    return hash_of_tables(hashes, data.crs)


def hash_of_tables(hashes: Mapping[str, str], crs: CRS | None) -> str:
    """Return the hash of a dataset from the hashes of its tables."""
    authority = None if crs is None else crs.to_authority(min_confidence=100)
    place = list(authority) if authority else "" if crs is None else crs.to_json()
    text = json.dumps([place, sorted(hashes.items())], ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def table_hash(table: pd.DataFrame) -> str:
    """Return the SHA-256 of one table."""
    digest = sha256(str(len(table)).encode())
    for name in table.columns:
        column = table[name]
        if name == "geometry" and isinstance(table, gpd.GeoDataFrame):
            digest.update(b"geometry")
            digest.update(_geometry_bytes(column.to_numpy()))
            continue
        column = storable(column)
        digest.update(json.dumps([str(name), str(column.dtype)]).encode())
        digest.update(_column_bytes(column))
    return digest.hexdigest()


def _column_bytes(column: pd.Series) -> bytes:
    values = column.to_numpy() if str(column.dtype) == "float64" else None
    if values is not None:
        # One bit pattern for every NaN, and one for the two zeros.
        return bytes(np.where(np.isnan(values), np.nan, values + 0.0).tobytes())
    if column.isna().all():
        return b"unknown"
    text = json.dumps(column_values(column), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _geometry_bytes(geometry: NDArray[np.object_]) -> bytes:
    wkb = shapely.to_wkb(geometry, byte_order=1, flavor="iso")
    return b"".join(b"\0" if shape is None else shape for shape in wkb)
