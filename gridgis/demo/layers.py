"""Draw the map layers of the planned place: outlines, grids, buildings, roads, estates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgis.demo.chance import seeded
from gridgis.demo.land import CRS, Land, Share
from gridgis.demo.model import Community, Defect, Estate
from gridgis.demo.parts import Parts, houses

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Works", "draw"]

_UNITS = (
    # width × height in metres, and what the area is against 9,000–11,000 ㎡.
    (100.0, 100.0, "pass"),
    (100.0, 90.2, "pass"),
    (109.8, 100.0, "pass"),
    (100.0, 89.8, "fail"),
    (110.2, 100.0, "fail"),
    (100.0, 100.0, "pass"),
)
_UNIT_DIGITS = 15
_GRID_FILE = "网格.geojson"
_AT = ("at", "block", "u", "v")
# Building slots in a block: two rows of four, as shares of its sides.
_SLOTS = tuple((0.17 + 0.22 * (k % 4), 0.28 + 0.42 * (k // 4)) for k in range(8))


@dataclass(frozen=True, kw_only=True)
class Works:
    """All that the layers are drawn from."""

    land: Land
    communities: Sequence[Community]
    parts: Sequence[Parts]
    homes: Sequence[tuple[int, ...]]
    estates: tuple[Estate, ...]
    seed: int
    clean: bool
    detailed: bool


def draw(
    works: Works,
) -> tuple[tuple[Estate, ...], Mapping[str, gpd.GeoDataFrame], list[Defect]]:
    """Return the estates with their dwellings, the layers, and what grids have planted."""
    estates = tuple(_occupied(works))
    layers = {"communities": _outlines(works), "estates": _estate_ground(works)}
    defects: list[Defect] = []
    if works.detailed:
        grids = _general_grids(works)
        if not works.clean:
            units, defects = _unit_grids(works)
            grids = pd.concat([grids, units], ignore_index=True)
            grids, more = _spoil(works, grids)
            defects += more
        layers |= {
            "grids": grids,
            "buildings": _buildings(works),
            "roads": _roads(works),
        }
    return estates, layers, defects


def _outlines(works: Works) -> gpd.GeoDataFrame:
    columns = {
        "code": [c.code for c in works.communities],
        "name": [c.name for c in works.communities],
        "street": [c.street for c in works.communities],
        "county": [c.county for c in works.communities],
    }
    return gpd.GeoDataFrame(columns, geometry=works.land.outlines(), crs=CRS)


def _occupied(works: Works) -> list[Estate]:
    """Set the dwellings of ordinary old estates from the homes of their block."""
    index = {c.code: i for i, c in enumerate(works.communities)}
    rows = []
    for estate in works.estates:
        if estate.kind != "existing" or estate.dwellings is not None:
            rows.append(estate)
            continue
        community = index[estate.community]
        homes = works.homes[community][estate.block]
        if not works.detailed:
            homes = works.communities[community].dwellings // 5
        rows.append(
            replace(
                estate,
                dwellings=homes,
                occupied=int(homes * 0.92),
                floor_area=homes * 86.0,
            )
        )
    return rows


def _estate_ground(works: Works) -> gpd.GeoDataFrame:
    """Draw each estate inside its block; phases lie side by side."""
    index = {c.code: i for i, c in enumerate(works.communities)}
    community = np.array([index[e.community] for e in works.estates], dtype=np.int64)
    block = np.array([e.block for e in works.estates], dtype=np.int64)
    part, count = (
        np.array([e.part for e in works.estates], dtype=float).reshape(-1, 2).T
    )
    if works.detailed:
        low, high = 0.06 + 0.88 * part / count, 0.06 + 0.88 * (part + 1) / count
        box: tuple[Share, Share, Share, Share] = (low, 0.06, high, 0.94)
    else:
        order = pd.Series(community).groupby(community).cumcount().to_numpy(dtype=float)
        east, north = order % 3 / 3, order // 3 % 3 / 3
        box = (east + 0.03, north + 0.03, east + 0.3, north + 0.3)
    shapes = works.land.quads(community, block, box)
    return gpd.GeoDataFrame(
        {"id": [e.id for e in works.estates]}, geometry=shapes, crs=CRS
    )


def _general_grids(works: Works) -> gpd.GeoDataFrame:
    """Join the blocks of each run: the grids of a community tile it exactly."""
    rows: list[tuple[object, ...]] = []
    members: list[tuple[int, int, int]] = []
    for index, (community, parts) in enumerate(
        zip(works.communities, works.parts, strict=True)
    ):
        runs = [
            (run, float(h), "general")
            for run, h in zip(parts.runs, parts.households, strict=True)
        ]
        if parts.dedicated is not None:
            # A school has no households; an office that keeps clean books leaves them blank.
            runs.append(
                ((parts.dedicated,), np.nan if works.clean else 0.0, "dedicated")
            )
        for number, (run, households, kind) in enumerate(runs, start=1):
            name = f"第{number}网格" if kind == "general" else "学校专属网格"
            code = f"{community.code}-{number:02d}"
            workers = max(1, round(np.nan_to_num(households) / 450))
            members += [(len(rows), index, block) for block in run]
            rows.append((code, community.code, name, kind, households, workers))
    of, community_index, block = np.array(members, dtype=np.int64).T
    pieces = gpd.GeoDataFrame(
        {"row": of}, geometry=works.land.blocks()[community_index, block], crs=CRS
    )
    shapes = pieces.dissolve("row", method="coverage").geometry
    columns = ["code", "community", "name", "grid_type", "households", "workers"]
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=columns), geometry=shapes.to_numpy(), crs=CRS
    )


def _unit_grids(works: Works) -> tuple[gpd.GeoDataFrame, list[Defect]]:
    """Draw six unit grids of about 10,000 ㎡ in one community, one with a short code."""
    index = next(i for i, c in enumerate(works.communities) if c.kind == "urban")
    community = works.communities[index]
    x, y = works.land.anchor(index)
    rows, shapes, defects = [], [], []
    for number, (width, height, size) in enumerate(_UNITS):
        code = f"{community.code}{number + 1:03d}"
        if number == len(_UNITS) - 1:
            code = code[:-1]
        west, south = (
            x - 180.0 + 120.0 * (number % 3),
            y - 120.0 + 120.0 * (number // 3),
        )
        shapes.append(shapely.box(west, south, west + width, south + height))
        rows.append((code, community.code, f"单元{number + 1}", "unit", np.nan, np.nan))
        outcome = "pass" if len(code) == _UNIT_DIGITS else "fail"
        defects.append(
            Defect(
                kind="unit_grid",
                what=f"单元网格 {code}：{len(code)} 位编码，{width * height:,.0f} ㎡",
                file=_GRID_FILE,
                subject_kind="grid",
                subject_code=code,
                expected={"U01": outcome, "U03": size, "N27": "not_applicable"},
            )
        )
    columns = ["code", "community", "name", "grid_type", "households", "workers"]
    frame = pd.DataFrame(rows, columns=columns)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS), defects


def _spoil(
    works: Works, grids: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[Defect]]:
    """Blank the households of one grid, and name the grids that lie at a limit."""
    words = {300: "pass", 500: "pass", 299: "fail", 501: "fail"}
    planted = {
        c.code
        for c in works.communities
        if c.plant in ("limit_1000", "households_3000")
    }
    at_limit = grids["community"].isin(planted) & grids["households"].isin(list(words))
    defects = [
        _grid_defect(
            row.code,
            f"网格 {row.households:.0f} 户，界限 300–500 户",
            words[row.households],
        )
        for row in grids.loc[at_limit].itertuples()
    ]
    ordinary = grids["grid_type"].eq("general") & ~grids["community"].isin(planted)
    last = grids.index[ordinary][-1]
    households = grids["households"].where(grids.index != last)
    defects.append(
        _grid_defect(grids.loc[last, "code"], "网格户数空白：无法判定", "not_assessed")
    )
    return grids.assign(households=households), defects


def _grid_defect(code: str, what: str, outcome: str) -> Defect:
    return Defect(
        kind="grid_size",
        what=what,
        file=_GRID_FILE,
        subject_kind="grid",
        subject_code=code,
        expected={"N27": outcome},
    )


def _buildings(works: Works) -> gpd.GeoDataFrame:
    """Stand two rows of buildings in every block with people, 24 × 14 m each."""
    estate_at = {
        (e.community, e.block): e.id for e in works.estates if e.kind == "existing"
    }
    rows = []
    for index, community in enumerate(works.communities):
        rng = seeded(works.seed, "houses", community.code)
        number = 0
        for block, homes in enumerate(works.homes[index]):
            for slot, households in enumerate(houses(homes, rng)):
                number += 1
                rows.append(
                    (
                        f"{community.code}B{number:03d}", community.code,
                        estate_at.get((community.code, block), ""), f"{number}号楼",
                        households, rng.randrange(3, 12), index, block, *_SLOTS[slot],
                    )
                )  # fmt: skip
    columns = ["id", "community", "estate", "name", "households", "storeys", *_AT]
    frame = pd.DataFrame(rows, columns=columns)
    x, y = works.land.within(*(frame[column].to_numpy() for column in _AT)).T
    shapes = shapely.box(x - 12.0, y - 7.0, x + 12.0, y + 7.0)
    return gpd.GeoDataFrame(frame.drop(columns=list(_AT)), geometry=shapes, crs=CRS)


def _roads(works: Works) -> gpd.GeoDataFrame:
    """Return the sides of all blocks, each once, as the streets of the place."""
    land = works.land
    rows = land.lines.reshape(-1, 2)
    corners = land.corners.reshape(-1, 4, 2)
    sides = []
    # Side of a block: along a row line (south, north) or a column line (west, east).
    for kind, a, b, step in (
        ("纬", 0, 1, (0, 0)),
        ("纬", 3, 2, (1, 0)),
        ("经", 0, 3, (0, 0)),
        ("经", 1, 2, (0, 1)),
    ):
        at = rows + np.array(step)
        line, along = (at[:, 0], at[:, 1]) if kind == "纬" else (at[:, 1], at[:, 0])
        sides.append(
            pd.DataFrame(
                {
                    "kind": kind, "line": line, "along": along,
                    "x0": corners[:, a, 0], "y0": corners[:, a, 1],
                    "x1": corners[:, b, 0], "y1": corners[:, b, 1],
                }
            )
        )  # fmt: skip
    edges = (
        pd.concat(sides).drop_duplicates(["kind", "line", "along"])
        .sort_values(["kind", "line", "along"], ignore_index=True)
    )  # fmt: skip
    ends = edges[["x0", "y0", "x1", "y1"]].to_numpy().reshape(-1, 2, 2)
    main = edges["line"] % land.side == 0
    columns = {
        "id": [f"L{number:05d}" for number in range(1, len(edges) + 1)],
        "name": edges["kind"]
        + (edges["line"] + 1).astype(str)
        + np.where(edges["kind"] == "纬", "路", "街"),
        "class": np.where(main, "主干路", "支路"),
        "walkable": "是",
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.linestrings(ends), crs=CRS)
