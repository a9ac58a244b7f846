"""Small worlds in round metres and one CRS, so that results can be checked on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridgis.tables import TABLES, Dataset, conform

CRS_M = CRS.from_epsg(4547)
"""CGCS2000 3-degree zone, central meridian 114°E."""

ORIGIN = (500_000.0, 3_800_000.0)
"""South-west corner of the small worlds: on the central meridian, near 34.3° N."""


def points(*places: tuple[float, float]) -> gpd.GeoSeries:
    """Return points at these metres east and north of the origin."""
    xy = np.asarray(places, dtype=float).reshape(-1, 2) + ORIGIN
    return gpd.GeoSeries(shapely.points(xy), crs=CRS_M)


def square(x: float, y: float, side_m: float) -> shapely.Polygon:
    """Return a square by its south-west corner, in metres from the origin."""
    east, north = ORIGIN[0] + x, ORIGIN[1] + y
    return shapely.box(east, north, east + side_m, north + side_m)


def grid_of(columns: int, rows: int, side_m: float = 100.0) -> gpd.GeoSeries:
    """Return a tiling of squares, row by row from the south-west.

    `grid_of(3, 2)` is numbered ::

        3 4 5
        0 1 2
    """
    cells = [
        square(column * side_m, row * side_m, side_m)
        for row in range(rows)
        for column in range(columns)
    ]
    return gpd.GeoSeries(cells, crs=CRS_M)


def table(
    name: str,
    rows: Sequence[Mapping[str, object]],
    geometry: gpd.GeoSeries | None = None,
) -> pd.DataFrame:
    """Return a table of gridgis from dictionaries; what is left out is unknown."""
    frame = pd.DataFrame(list(rows), columns=None if rows else list(TABLES[name].key))
    if geometry is not None:
        frame = gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=geometry.crs)
    return conform(name, frame, CRS_M if TABLES[name].is_spatial else None)


def dataset(**tables: Sequence[Mapping[str, object]] | pd.DataFrame) -> Dataset:
    """Return a dataset of the tables given: rows as dictionaries, or ready frames."""
    ready = {
        name: rows if isinstance(rows, pd.DataFrame) else table(name, rows)
        for name, rows in tables.items()
    }
    return Dataset(ready, CRS_M)


def communities(*names: str, side_m: float = 100.0) -> pd.DataFrame:
    """Return communities C1, C2 … in a row of squares, each of 1,000 households."""
    rows = [
        {
            "community_code": f"C{number}",
            "name": name,
            "street": "东街街道",
            "county": "测试县",
            "kind": "urban",
            "households": 1000.0,
            "population": 3000.0,
        }
        for number, name in enumerate(names, start=1)
    ]
    return table("communities", rows, grid_of(len(names), 1, side_m))


DAY = date(2026, 7, 1)
"""The day on which small worlds are assessed."""
