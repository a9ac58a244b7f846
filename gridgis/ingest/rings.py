"""GeoJSON whose coordinates GDAL would choke on or drop: mended where certain, else told."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from gridgis.errors import Problem
from gridgis.ingest.quantities import Fault

__all__ = ["Checked", "checked_features"]

_DEPTHS: Mapping[str, int] = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_POLYGONS = frozenset(("Polygon", "MultiPolygon"))
_NO_NUMBER = Fault("GG-GEOM-008", "坐标不是数字", "请检查该图形的坐标")
_OPEN = Fault("GG-GEOM-002", "边界未闭合", "请让每个环的首尾两点相同后重新导出")
_TOO_FEW = Fault("GG-GEOM-003", "边界的点数不足，不成面", "请重新绘制边界")
# Ends this near are one point that was rounded; 1e-7 degrees are 0.011 m.
_METRES, _DEGREES = 0.01, 9e-8
_RING, _LEAST = 4, 2
_LIMIT = 360.0


@dataclass(frozen=True)
class Checked:
    """GeoJSON that GDAL can read, with the rows it must not be believed for."""

    data: bytes
    faults: tuple[tuple[int, Fault], ...] = ()
    problems: tuple[Problem, ...] = ()


def checked_features(data: bytes) -> Checked | None:
    """Return the features with wrong geometries taken out; None where nothing is wrong.

    A ring whose ends lie within 0.01 m is closed. What is no FeatureCollection is left to
    GDAL.
    """
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        return None
    faults: list[tuple[int, Fault]] = []
    problems: list[Problem] = []
    for position, feature in enumerate(features):
        shape = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(shape, dict):
            continue
        closed: list[bool] = []
        fault = _fault(shape, closed)
        if fault is not None:
            faults.append((position, fault))
            feature["geometry"] = None
        elif closed:
            problems.append(_closed(position + 1))
    if not faults and not problems:
        return None
    text = json.dumps(content, ensure_ascii=False).encode()
    return Checked(text, tuple(faults), tuple(problems))


def _closed(row: int) -> Problem:
    return Problem(
        code=_OPEN.code,
        severity="fix",
        row=row,
        reason="边界首尾相距不到 0.01 m，已闭合",
        remedy="请核对修复后的边界",
    )


def _fault(shape: Mapping[str, object], closed: list[bool]) -> Fault | None:
    """Return what is wrong with a geometry; rings that can be are closed in place."""
    kind = shape.get("type")
    if kind == "GeometryCollection":
        parts = shape.get("geometries")
        found = (
            _fault(part, closed)
            for part in (parts if isinstance(parts, list) else ())
            if isinstance(part, dict)
        )
        return next((fault for fault in found if fault is not None), None)
    depth = _DEPTHS.get(str(kind))
    coordinates = shape.get("coordinates")
    # No coordinates at all is an empty geometry, which is told as a missing one.
    if depth is None or coordinates == []:
        return None
    lines = [coordinates] if depth == 0 else _lines(coordinates, depth)
    if lines is None or not all(map(_is_position, _positions(lines, depth))):
        return _NO_NUMBER
    if kind not in _POLYGONS:
        return None
    rings = (_ring_fault(ring, closed) for ring in lines if isinstance(ring, list))
    return next((fault for fault in rings if fault is not None), None)


def _lines(nested: object, depth: int) -> list[object] | None:
    """Return the lists of positions in nested coordinates, None where they are none."""
    level: list[object] = [nested]
    for _ in range(depth - 1):
        if not all(isinstance(part, list) for part in level):
            return None
        level = [inner for part in level if isinstance(part, list) for inner in part]
    return level if all(isinstance(part, list) for part in level) else None


def _positions(lines: list[object], depth: int) -> list[object]:
    if depth == 0:
        return lines
    return [point for line in lines if isinstance(line, list) for point in line]


def _is_position(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= _LEAST
        and all(
            isinstance(number, int | float)
            and not isinstance(number, bool)
            and math.isfinite(number)
            for number in point[:_LEAST]
        )
    )


def _ring_fault(ring: list[list[float]], closed: list[bool]) -> Fault | None:
    if len({tuple(point[:_LEAST]) for point in ring}) < _RING - 1:
        return _TOO_FEW
    first, last = ring[0][:_LEAST], ring[-1][:_LEAST]
    if first != last:
        degrees = all(abs(number) <= _LIMIT for number in (*first, *last))
        if math.dist(first, last) > (_DEGREES if degrees else _METRES):
            return _OPEN
        # The last point is the first one, rounded otherwise.
        ring[-1] = list(ring[0])
        closed.append(True)
    return _TOO_FEW if len(ring) < _RING else None
