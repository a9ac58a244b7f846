"""The ground: a warped lattice of streets, its blocks, and what is cut from them.

Every node has whole metres and is shared by all that touches it, so communities, grids and
roads fit edge to edge: the tiling is exact by construction, not by repair.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridgis.demo.chance import seeded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


__all__ = ["CRS", "Land", "Share", "cells", "lay_out"]

# Near 105.24° E: CGCS2000, 3-degree zone with central meridian 105° E, no prefix.
CRS = "EPSG:4544"
_EAST, _NORTH = 518_000.0, 3_380_000.0
_COUNTY = 81
_CENTRE_M, _SPREAD_M = 560.0, 1300.0


Index = int | NDArray[np.int64]
Share = float | NDArray[np.float64]


@dataclass(frozen=True)
class Land:
    """Blocks by community and place: corners (n, blocks, 4, 2) in metres, ring order."""

    side: int
    corners: NDArray[np.float64]
    lines: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Return the number of blocks in one community."""
        return self.side * self.side

    def within(
        self, community: Index, block: Index, u: Share, v: Share
    ) -> NDArray[np.float64]:
        """Return points at the shares (u east, v north) of blocks, shape (…, 2)."""
        corner = self.corners[community, block]
        east = np.asarray(u, dtype=float)[..., None]
        north = np.asarray(v, dtype=float)[..., None]
        low = corner[..., 0, :] * (1 - east) + corner[..., 1, :] * east
        high = corner[..., 3, :] * (1 - east) + corner[..., 2, :] * east
        points: NDArray[np.float64] = np.round(low * (1 - north) + high * north, 2)
        return points

    def anchor(self, community: int) -> tuple[float, float]:
        """Return the place in the middle of a community where its premises stand."""
        x, y = self.corners[community].reshape(-1, 2).mean(axis=0).round(1)
        return float(x), float(y)

    def blocks(self) -> NDArray[np.object_]:
        """Return the block polygons, shape (communities, blocks)."""
        return np.asarray(shapely.polygons(self.corners), dtype=object)

    def outlines(self) -> gpd.GeoSeries:
        """Return the community polygons, edge to edge."""
        merged = shapely.coverage_union_all(self.blocks(), axis=1)
        return gpd.GeoSeries(shapely.get_geometry(merged, 0), crs=CRS)

    def quads(
        self,
        community: NDArray[np.int64],
        block: NDArray[np.int64],
        box: tuple[Share, Share, Share, Share],
    ) -> gpd.GeoSeries:
        """Return the part of each block between the shares (u0, v0, u1, v1)."""
        u0, v0, u1, v1 = (
            np.broadcast_to(np.asarray(s, float), community.shape) for s in box
        )
        ring = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
        corners = np.stack(
            [self.within(community, block, u, v) for u, v in ring], axis=1
        )
        return gpd.GeoSeries(shapely.polygons(corners), crs=CRS)


def cells(communities: int) -> list[list[tuple[int, int]]]:
    """Return the lattice cells of each county, nearest to its centre first."""
    counties = ceil(communities / _COUNTY)
    across = ceil(sqrt(counties))
    width = _columns(communities)
    placed = []
    for index in range(counties):
        number = min(_COUNTY, communities - index * _COUNTY)
        base_row, base_column = index // across * width, index % across * width
        own = [divmod(place, width) for place in range(number)]
        middle_row, middle = (ceil(number / width) - 1) / 2, (width - 1) / 2
        own.sort(key=lambda at: ((at[0] - middle_row) ** 2 + (at[1] - middle) ** 2, at))
        placed.append([(base_row + row, base_column + column) for row, column in own])
    return placed


def lay_out(at: Sequence[tuple[int, int]], side: int, seed: int) -> Land:
    """Return the land of communities at lattice cells, each of side × side blocks."""
    width = _columns(len(at))
    place = np.array(at, dtype=np.int64)
    rows, columns = place.max(axis=0) + 1
    nodes = _nodes(int(rows), int(columns), width, side, seeded("land", seed))
    # Snake order: neighbours in the list share an edge, so any run of blocks is one piece.
    snake = [
        (row, column if row % 2 == 0 else side - 1 - column)
        for row in range(side)
        for column in range(side)
    ]
    inner = np.array(snake, dtype=np.int64)
    row = place[:, 0, None] * side + inner[None, :, 0]
    column = place[:, 1, None] * side + inner[None, :, 1]
    corners = np.stack(
        [
            nodes[row, column],
            nodes[row, column + 1],
            nodes[row + 1, column + 1],
            nodes[row + 1, column],
        ],
        axis=2,
    )
    return Land(side, corners, np.stack([row, column], axis=2))


def _columns(communities: int) -> int:
    return ceil(sqrt(min(communities, _COUNTY)))


def _nodes(
    rows: int, columns: int, width: int, side: int, rng: Random
) -> NDArray[np.float64]:
    """Return node coordinates: fine streets in each county's middle, wide at its rim."""
    across, up = _steps(columns, width, side), _steps(rows, width, side)
    x, y = np.meshgrid(np.append(0, across.cumsum()), np.append(0, up.cumsum()))
    near_x = np.minimum(np.append(across[0], across), np.append(across, across[-1]))
    near_y = np.minimum(np.append(up[0], up), np.append(up, up[-1]))
    noise = np.array([rng.uniform(-0.1, 0.1) for _ in range(2 * x.size)])
    east = noise[: x.size].reshape(x.shape) * near_x[None, :]
    north = noise[x.size :].reshape(x.shape) * near_y[:, None]
    start = 500_000.0 - across.sum() / 2 if columns > width else _EAST
    warped_x = x + east + 120.0 * np.sin(y / 2500.0)
    warped_y = y + north + 120.0 * np.sin(x / 3100.0)
    return np.round(np.stack([start + warped_x, _NORTH + warped_y], axis=2))


def _steps(lines: int, width: int, side: int) -> NDArray[np.float64]:
    place = (np.arange(lines) % width + 0.5) * 2 / width - 1
    size = np.round(_CENTRE_M + _SPREAD_M * np.abs(place) ** 1.5, -1)
    return np.repeat(size / side, side)
