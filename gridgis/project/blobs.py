"""Geometry as GeoPackage holds it: a header with the extent, then ISO WKB."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["bounds_of", "geometries", "geometry_blobs", "is_empty"]

# By what the third byte of a geometry says: how long its header is.
_HEADER_LENGTHS = (8, 40, 56, 56, 72)
_SHORTEST = 8


def geometry_blobs(geometry: NDArray[np.object_], srs_id: int) -> list[bytes | None]:
    """Return geometries as GeoPackage holds them: a header, then ISO WKB.

    All but points carry their extent, which saves readers from decoding them.
    """
    wkb = shapely.to_wkb(geometry, byte_order=1, flavor="iso")
    empty = shapely.is_empty(geometry)
    boxed = ~empty & (shapely.get_type_id(geometry) > 0)
    bounds = shapely.bounds(geometry)[:, [0, 2, 1, 3]].astype("<f8")
    flags = 1 + 2 * boxed + 16 * empty
    heads = {
        int(flag): b"GP\0" + bytes([flag]) + struct.pack("<i", srs_id)
        for flag in np.unique(flags)
    }
    boxes = bounds.tobytes()
    return [
        None
        if shape is None
        else heads[flag] + boxes[32 * row : 32 * row + 32] + shape
        if flag & 2
        else heads[flag] + shape
        for row, (flag, shape) in enumerate(zip(flags.tolist(), wkb, strict=True))
    ]


def geometries(blobs: Sequence[object]) -> NDArray[np.object_]:
    """Return stored geometries, None where there is none.

    Raises
    ------
    ValueError
        If a value is no GeoPackage geometry.
    """
    return np.asarray(
        shapely.from_wkb(
            np.array(
                [None if blob is None else _wkb_of(blob) for blob in blobs], object
            )
        )
    )


def _wkb_of(blob: object) -> bytes:
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < _SHORTEST:
        message = "not a GeoPackage geometry"
        raise ValueError(message)
    return blob[_HEADER_LENGTHS[min(blob[3] >> 1 & 7, 4)] :]


def is_empty(blob: bytes) -> bool:
    """Say whether a stored geometry is empty, as its header tells."""
    return bool(blob[3] & 16)


def bounds_of(blob: bytes) -> tuple[float, float, float, float]:
    """Return west, south, east and north of one stored geometry."""
    west, south, east, north = shapely.from_wkb(_wkb_of(blob)).bounds
    return west, south, east, north
