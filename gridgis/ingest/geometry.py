"""Geometry as it may enter a table: in the project's CRS, valid, of the right kind."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridgis.errors import Problem
from gridgis.ingest.coordinates import to_crs
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer, refuse
from gridgis.tables import TABLES
from gridgis.wording import amount

__all__ = ["settle"]

_POINT, _LINE, _POLYGON = (0, 4), (1, 2, 5), (3, 6)
_COLLECTION = 7
_NO_SHAPE = Fault("GG-GEOM-007", "缺少图形", "请补画边界后重新导出")
_NO_NUMBER = Fault("GG-GEOM-008", "坐标不是数字", "请检查该图形的坐标")
_NO_AREA = Fault("GG-GEOM-006", "图形面积为 0", "请重新绘制边界")
_WRONG_KIND = Fault("GG-GEOM-017", "图形种类不符，此表需要面", "请检查图层是否选错")
_NEEDS_SHAPE = frozenset(("communities", "grids", "roads"))


def settle(layer: TableLayer, crs: CRS | None) -> TableLayer:
    """Return the layer with its geometry in `crs`, mended where needed and told so.

    Rows whose geometry is missing are refused in boundary and road layers and kept without a
    place elsewhere.
    """
    if "geometry" not in layer.frame or crs is None:
        return layer
    layer = _refuse_not_finite(layer)
    geometry = to_crs(gpd.GeoSeries(layer.frame["geometry"]), crs)
    layer = replace(layer, frame=layer.frame.assign(geometry=geometry))
    layer = _missing(layer)
    layer = _polygons(layer)
    return _repeated(layer) if layer.table in ("communities", "grids") else layer


def _shapes(layer: TableLayer) -> NDArray[np.object_]:
    return gpd.GeoSeries(layer.frame["geometry"]).to_numpy()


def _refuse_not_finite(layer: TableLayer) -> TableLayer:
    shapes = _shapes(layer)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.isfinite(coordinates).all(axis=1)
    if finite.all():
        return layer
    wrong = np.unique(owner[~finite])
    return refuse(layer, layer.frame.index[wrong].tolist(), "", _NO_NUMBER)


def _missing(layer: TableLayer) -> TableLayer:
    shapes = _shapes(layer)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if not missing.any():
        return layer
    positions = layer.frame.index[missing].tolist()
    if layer.table in _NEEDS_SHAPE:
        return refuse(layer, positions, "", _NO_SHAPE)
    geometry = gpd.GeoSeries(layer.frame["geometry"]).where(~missing, None)
    layer = replace(layer, frame=layer.frame.assign(geometry=geometry))
    if any(problem.code == "GG-CRS-020" for problem in layer.problems):
        return layer
    reason = f"{int(missing.sum())} 行没有图形，保留在台账中，未定位"
    return _told(layer, "warn", "GG-GEOM-007", reason, "补充图形后可在地图上显示", positions[0])


def _told(
    layer: TableLayer, severity: str, code: str, reason: str, remedy: str, position: int
) -> TableLayer:
    problem = Problem(
        code=code, severity=severity, file=layer.file, layer=layer.raw.name,  # type: ignore[arg-type]
        row=layer.row(position), reason=reason, remedy=remedy,
    )
    return replace(layer, problems=(*layer.problems, problem))


def _polygons(layer: TableLayer) -> TableLayer:
    """Mend invalid polygons, take polygons out of collections, refuse other kinds."""
    kind = TABLES[layer.table].geometry
    shapes = _shapes(layer)
    types = shapely.get_type_id(shapes)
    if kind == "polygon":
        wrong = np.isin(types, (*_POINT, *_LINE))
        layer = refuse(layer, layer.frame.index[wrong].tolist(), "", _WRONG_KIND)
        shapes = _shapes(layer)
        types = shapely.get_type_id(shapes)
    areal = np.isin(types, (*_POLYGON, _COLLECTION)) if kind != "line" else np.zeros(len(types), bool)
    broken = np.flatnonzero(areal & (~shapely.is_valid(shapes) | (types == _COLLECTION)))
    if len(broken):
        layer = _mended(layer, shapes, broken)
        shapes = _shapes(layer)
        areal = np.isin(shapely.get_type_id(shapes), _POLYGON)
    if kind == "line":
        return layer
    flat = areal & (shapely.area(shapes) <= 0.0)
    return refuse(layer, layer.frame.index[flat].tolist(), "", _NO_AREA)


def _mended(
    layer: TableLayer, shapes: NDArray[np.object_], broken: NDArray[np.intp]
) -> TableLayer:
    before = shapely.area(shapes[broken])
    reasons = shapely.is_valid_reason(shapes[broken])
    made = np.array([_areal_part(shape) for shape in shapely.make_valid(shapes[broken])], dtype=object)
    after = shapely.area(made)
    mended = shapes.copy()
    mended[broken] = made
    geometry = gpd.GeoSeries(mended, index=layer.frame.index, crs=gpd.GeoSeries(layer.frame["geometry"]).crs)
    problems = [
        Problem(
            code="GG-GEOM-001",
            severity="fix",
            file=layer.file,
            layer=layer.raw.name,
            row=layer.row(int(layer.frame.index[position])),
            reason=f"图形无效（{_reason(str(why))}），已修复：面积 {amount(old)} → {amount(new)} ㎡",
            remedy="请核对修复后的边界",
        )
        for position, why, old, new in zip(broken, reasons, before, after, strict=True)
    ]
    return replace(
        layer,
        frame=layer.frame.assign(geometry=geometry),
        problems=(*layer.problems, *problems),
    )


_REASONS = (
    ("Self-intersection", "自相交"), ("Ring Self-intersection", "环自相交"),
    ("Hole lies outside shell", "洞在外环之外"), ("Nested", "环嵌套"),
    ("Too few points", "点数不足"), ("Duplicate Rings", "环重复"), ("Interior is disconnected", "内部不连通"),
    ("Valid Geometry", "图形集合，只取其中的面"),
)


def _reason(text: str) -> str:
    word = next((chinese for english, chinese in _REASONS if text.startswith(english)), "不闭合或交叉")
    _, bracket, place = text.partition("[")
    if not bracket:
        return word
    return f"{word}于 " + ", ".join(f"{float(number):.2f}" for number in place.rstrip("]").split())


def _areal_part(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a geometry, without the lines and points a repair leaves."""
    parts = [part for part in shapely.get_parts([shape]) if shapely.get_type_id(part) in _POLYGON]
    nested = [
        inner
        for part in shapely.get_parts([shape])
        if shapely.get_type_id(part) == _COLLECTION
        for inner in shapely.get_parts([part])
        if shapely.get_type_id(inner) in _POLYGON
    ]
    polygons = [polygon for part in (*parts, *nested) for polygon in shapely.get_parts([part])]
    if not polygons:
        return shapely.Polygon()
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _repeated(layer: TableLayer) -> TableLayer:
    """Refuse a polygon that is the same as an earlier one of the layer."""
    shapes = _shapes(layer)
    if len(shapes) < 2:  # noqa: PLR2004  one polygon repeats nothing
        return layer
    keys = np.column_stack([shapely.bounds(shapes), shapely.get_num_coordinates(shapes)])
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    twin = first[inverse.ravel()]
    later = np.flatnonzero(twin != np.arange(len(shapes)))
    same = {
        int(layer.frame.index[position]): int(layer.frame.index[twin[position]])
        for position in later
        if shapely.equals_exact(shapes[position], shapes[twin[position]])
    }
    return refuse(
        layer,
        list(same),
        "",
        lambda position: Fault(
            "GG-GEOM-011",
            f"与第 {layer.row(same[position])} 行图形完全相同",
            "请删除重复的一行，或改正图形",
        ),
    )
