"""Geometry as it may enter a table: in the project's CRS, valid, of the right kind."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridgis.ingest.coordinates import to_crs
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer, refuse
from gridgis.tables import TABLES
from gridgis.wording import amount

__all__ = ["settle"]

Shapes = NDArray[np.object_]

_SINGLE = (0, 1, 2, 3)
_POINTS_AND_LINES, _POLYGONS, _COLLECTION = (0, 1, 2, 4, 5), (3, 6), 7
_NO_SHAPE = Fault("GG-GEOM-007", "缺少图形", "请补画边界后重新导出")
_NO_NUMBER = Fault("GG-GEOM-008", "坐标不是数字", "请检查该图形的坐标")
_NO_AREA = Fault("GG-GEOM-006", "图形面积为 0", "请重新绘制边界")
_WRONG_KIND = Fault("GG-GEOM-017", "图形种类不符，此表需要面", "请检查图层是否选错")
_NEEDS_SHAPE = frozenset(("communities", "grids", "roads"))


def settle(layer: TableLayer, crs: CRS | None) -> TableLayer:
    """Return the layer with its geometry in `crs`, mended where needed and told so.

    Rows whose geometry is missing are refused in boundary and road layers and kept without
    a place elsewhere.
    """
    if layer.geometry is None:
        return layer
    layer = _missing(_refuse_not_finite(layer))
    if crs is None:
        # Nothing of the whole import has a place: there is no geometry to keep.
        return replace(layer, frame=layer.frame.drop(columns="geometry"))
    faults = _faults(layer)
    layer = _with(layer, to_crs(gpd.GeoSeries(layer.geometry), crs))
    if TABLES[layer.table].geometry != "line":
        layer = _polygons(layer, faults)
    return _repeated(layer) if TABLES[layer.table].geometry == "polygon" else layer


def _shapes(layer: TableLayer) -> Shapes:
    shapes: Shapes = gpd.GeoSeries(layer.geometry).to_numpy()
    return shapes


def _with(layer: TableLayer, geometry: gpd.GeoSeries) -> TableLayer:
    return replace(layer, frame=layer.frame.assign(geometry=geometry))


def _positions(layer: TableLayer, mask: NDArray[np.bool_]) -> list[int]:
    return [int(position) for position in layer.frame.index[mask]]


def _refuse_not_finite(layer: TableLayer) -> TableLayer:
    coordinates, owner = shapely.get_coordinates(_shapes(layer), return_index=True)
    finite = np.isfinite(coordinates).all(axis=1)
    if finite.all():
        return layer
    wrong = np.isin(np.arange(len(layer.frame)), owner[~finite])
    return refuse(layer, _positions(layer, wrong), "", _NO_NUMBER)


def _missing(layer: TableLayer) -> TableLayer:
    shapes = _shapes(layer)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if not missing.any():
        return layer
    positions = _positions(layer, missing)
    if layer.table in _NEEDS_SHAPE:
        return refuse(layer, positions, "", _NO_SHAPE)
    layer = _with(layer, gpd.GeoSeries(layer.geometry).where(~missing, None))
    if any(problem.code == "GG-CRS-020" for problem in layer.problems):
        return layer
    reason = f"{len(positions)} 行没有图形，保留在台账中，未定位"
    fault = Fault(_NO_SHAPE.code, reason, "补充图形后可在地图上显示")
    return layer.telling(layer.problem("warn", fault, "", positions[0]))


def _faults(layer: TableLayer) -> dict[int, str]:
    """Return by position what GEOS finds wrong with polygons as the file has them.

    A spike may close when coordinates are projected: it is told all the same.
    """
    shapes = _shapes(layer)
    areal = np.isin(shapely.get_type_id(shapes), (*_POLYGONS, _COLLECTION))
    wrong = np.flatnonzero(areal & ~shapely.is_valid(shapes))
    reasons = shapely.is_valid_reason(shapes[wrong])
    positions = layer.frame.index[wrong]
    return {int(at): str(why) for at, why in zip(positions, reasons, strict=True)}


def _polygons(layer: TableLayer, faults: dict[int, str]) -> TableLayer:
    """Mend invalid polygons, take polygons out of collections, refuse other kinds."""
    if TABLES[layer.table].geometry == "polygon":
        wrong = np.isin(shapely.get_type_id(_shapes(layer)), _POINTS_AND_LINES)
        layer = refuse(layer, _positions(layer, wrong), "", _WRONG_KIND)
    shapes = _shapes(layer)
    types = shapely.get_type_id(shapes)
    areal = np.isin(types, _POLYGONS)
    broken = (areal & ~shapely.is_valid(shapes)) | (types == _COLLECTION)
    broken |= layer.frame.index.isin(faults)
    if broken.any():
        layer = _mended(layer, shapes, np.flatnonzero(broken), faults)
        shapes = _shapes(layer)
        areal = np.isin(shapely.get_type_id(shapes), _POLYGONS)
    flat = areal & (shapely.area(shapes) <= 0.0)
    return refuse(layer, _positions(layer, flat), "", _NO_AREA)


def _mended(
    layer: TableLayer,
    shapes: Shapes,
    broken: NDArray[np.intp],
    faults: dict[int, str],
) -> TableLayer:
    """Replace invalid polygons by valid ones, telling each area before and after."""
    before = shapely.area(shapes[broken])
    reasons = shapely.is_valid_reason(shapes[broken])
    mended = shapes.copy()
    for position, shape in zip(broken, shapely.make_valid(shapes[broken]), strict=True):
        mended[position] = _areal_part(shape)
    after = shapely.area(mended[broken])
    problems = []
    for at, why, old, new in zip(broken, reasons, before, after, strict=True):
        areas = f"面积 {amount(float(old))} → {amount(float(new))} ㎡"
        position = int(layer.frame.index[at])
        what = _reason(faults.get(position, str(why)))
        fault = Fault(
            "GG-GEOM-001", f"图形无效（{what}），已修复：{areas}", "请核对修复后的边界"
        )
        problems.append(layer.problem("fix", fault, "", position))
    crs = gpd.GeoSeries(layer.geometry).crs
    layer = _with(layer, gpd.GeoSeries(mended, index=layer.frame.index, crs=crs))
    return layer.telling(*problems)


_REASONS = (
    ("Self-intersection", "自相交"),
    ("Ring Self-intersection", "环自相交"),
    ("Hole lies outside shell", "洞在外环之外"),
    ("Nested", "环嵌套"),
    ("Too few points", "点数不足"),
    ("Duplicate Rings", "环重复"),
    ("Interior is disconnected", "内部不连通"),
    ("Valid Geometry", "图形集合，只取其中的面"),
)


def _reason(text: str) -> str:
    """Return in Chinese what GEOS says is wrong with a polygon, and where."""
    words = (chinese for english, chinese in _REASONS if text.startswith(english))
    word = next(words, "不闭合或交叉")
    _, bracket, place = text.partition("[")
    if not bracket:
        return word
    numbers = (f"{float(number):.10g}" for number in place.rstrip("]").split())
    return f"{word}于 " + ", ".join(numbers)


def _areal_part(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a geometry, without the lines and points a repair leaves."""
    parts = np.array([shape], dtype=object)
    while not np.isin(shapely.get_type_id(parts), _SINGLE).all():
        parts = shapely.get_parts(parts)
    polygons = parts[shapely.get_type_id(parts) == _POLYGONS[0]].tolist()
    if len(polygons) == 1:
        return shapely.Polygon(polygons[0])
    return shapely.MultiPolygon(polygons)


def _repeated(layer: TableLayer) -> TableLayer:
    """Refuse a polygon that is the same as an earlier one of the layer."""
    shapes = _shapes(layer)
    keys = np.column_stack(
        [shapely.bounds(shapes), shapely.get_num_coordinates(shapes)]
    )
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    twin = first[inverse.ravel()]
    same: dict[int, int] = {}
    for at in np.flatnonzero(twin != np.arange(len(shapes))).tolist():
        if shapely.equals_exact(shapes[at], shapes[twin[at]]):
            same[int(layer.frame.index[at])] = int(layer.frame.index[int(twin[at])])

    def fault(position: int) -> Fault:
        reason = f"与第 {layer.row(same[position])} 行图形完全相同"
        return Fault("GG-GEOM-011", reason, "请删除重复的一行，或改正图形")

    return refuse(layer, list(same), "", fault)
