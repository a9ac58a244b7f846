"""Which community a row belongs to: by its code, by its words, or by where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgis.ingest.names import code_key, compatible, core_key, name_keys

__all__ = ["Register", "locate", "representative_points"]


_AREAL = 2
# Of four characters one may differ: 东胡社区 for 东湖社区.
_NEAR = 0.7


@dataclass(frozen=True)
class Candidate:
    """One known community, with its keys."""

    code: str
    name: str
    street: str
    county: str


class Register:
    """The communities of an import, found by code or by name with street."""

    def __init__(self, communities: pd.DataFrame) -> None:
        """Take a communities table with code, name, street and county."""
        fields = ("community_code", "name", "street", "county")
        self._parts = [_text(communities, name) for name in fields]
        keys = code_key(communities["community_code"].astype("str"))
        self._by_code = dict(zip(keys, self._parts[0], strict=True))
        self._keys_there = pd.Index(list(self._by_code), dtype="str")
        self._names = dict(zip(*self._parts[:2], strict=True))

    @classmethod
    def of(cls, communities: pd.DataFrame | None) -> Register:
        """Return the register of a table, an empty one where nobody provided it."""
        if communities is not None:
            return cls(communities)
        return cls(pd.DataFrame({"community_code": pd.Series(dtype="str")}))

    @cached_property
    def _exact(self) -> dict[str, list[Candidate]]:
        keys = [name_keys(part) for part in self._parts[1:]]
        found: dict[str, list[Candidate]] = {}
        for parts in zip(self._parts[0], *keys, strict=True) if len(self) else ():
            candidate = Candidate(*parts)
            if candidate.name:
                found.setdefault(candidate.name, []).append(candidate)
        return found

    @cached_property
    def _core(self) -> dict[str, list[Candidate]]:
        found: dict[str, list[Candidate]] = {}
        for name, candidates in self._exact.items():
            found.setdefault(core_key(name), []).extend(candidates)
        return found

    @cached_property
    def _together(self) -> dict[str, list[str]]:
        """Return codes by street and name written together."""
        found: dict[str, list[str]] = {}
        for candidates in self._exact.values():
            for candidate in candidates:
                if candidate.street:
                    found.setdefault(candidate.street + candidate.name, []).append(
                        candidate.code
                    )
        return found

    def __len__(self) -> int:
        """Return the number of communities."""
        return len(self._by_code)

    def codes(self, given: pd.Series) -> pd.Series:
        """Return codes in the register's own spelling; codes it lacks stay as given."""
        keys = code_key(given.astype("str"))
        return keys.map(self._by_code).astype("str").fillna(given)

    def has(self, codes: pd.Series) -> NDArray[np.bool_]:
        """Tell which codes the register holds."""
        keys = pd.Index(code_key(codes.astype("str")))
        return self._keys_there.get_indexer(keys) >= 0

    def name_of(self, code: str) -> str:
        """Return the name of a community as its table has it."""
        return str(self._names.get(code, code))

    def street_of(self, code: str) -> str:
        """Return the street of a community, or its county where no street is known."""
        position = self._parts[0].index(code)
        return next(
            (f"“{part[position]}”" for part in self._parts[2:] if part[position]),
            "别处",
        )

    def code_of(self, text: str) -> str | None:
        """Return a code as the register spells it, None where it has no such code."""
        return self._by_code.get(text.replace("-", ""))

    def is_called(self, code: str, key: str) -> bool:
        """Say whether a name key can be that of a code; an unknown code or name fits all."""
        known = self._keys.get(code, "")
        return (
            not key
            or not known
            or core_key(key) == core_key(known)
            or key.endswith(known)
        )

    @cached_property
    def _keys(self) -> dict[str, str]:
        return {
            c.code: c.name for candidates in self._exact.values() for c in candidates
        }

    def find(self, name: str, street: str, county: str) -> list[str]:
        """Return the codes of all communities that a name, with what is said of its place, fits.

        All arguments are keys. A name with a street may be written together (城关街道东湖社区).
        """
        found = self._exact.get(name) or self._core.get(core_key(name), [])
        if found:
            return [c.code for c in found if _fits(c, street, county)]
        return self._together.get(name, [])

    def nearest(self, name: str) -> str:
        """Return the known name closest to one that is not known, empty where none is near."""
        near = get_close_matches(name, self._exact, n=1, cutoff=_NEAR)
        return self.name_of(self._exact[near[0]][0].code) if near else ""


def _fits(candidate: Candidate, street: str, county: str) -> bool:
    if compatible(street, candidate.street) and compatible(county, candidate.county):
        return True
    # A column headed 行政区 may hold what the boundaries call the street level.
    return not street and bool(county) and compatible(county, candidate.street)


def _text(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return frame[name].astype("str").fillna("").tolist()


def representative_points(geometry: gpd.GeoSeries) -> NDArray[np.object_]:
    """Return a point inside each geometry: its centroid where that lies inside."""
    shapes: NDArray[np.object_] = geometry.to_numpy()
    points = shapes.copy()
    wide = np.flatnonzero(shapely.get_type_id(shapes) != 0)
    points[wide] = shapely.centroid(shapes[wide])
    polygons = wide[shapely.get_dimensions(shapes[wide]) == _AREAL]
    outside = polygons[~shapely.intersects(shapes[polygons], points[polygons])]
    points[outside] = shapely.point_on_surface(shapes[outside])
    return points


def locate(
    points: NDArray[np.object_], communities: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    """Return the code of the one community each point lies in, None outside or on several."""
    codes = np.full(len(points), None, dtype=object)
    shapes = communities.geometry.to_numpy()
    if not len(points) or not len(shapes):
        return codes
    polygon, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    hits = np.bincount(point, minlength=len(points))
    single = hits[point] == 1
    codes[point[single]] = communities["community_code"].to_numpy(dtype=object)[
        polygon[single]
    ]
    return codes


def inside_stated(
    points: NDArray[np.object_], codes: Sequence[str], communities: gpd.GeoDataFrame
) -> NDArray[np.bool_]:
    """Tell which points lie in the community that is stated for them."""
    known = pd.Index(communities["community_code"].to_numpy(object))
    index = known.get_indexer(pd.Index(np.asarray(codes, dtype=object)))
    shapes = communities.geometry.to_numpy().copy()
    shapely.prepare(shapes)
    x, y = shapely.get_x(points), shapely.get_y(points)
    return np.asarray(shapely.intersects_xy(shapes[index], x, y)) & (index >= 0)
