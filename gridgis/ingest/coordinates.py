"""Where things are: coordinate references asked for, never assumed; points from columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridgis.crs import Datum, from_datum, metric_crs
from gridgis.errors import InputError, Problem, Severity
from gridgis.ingest.columns import as_numbers
from gridgis.ingest.quantities import Fault, is_blank, plain

__all__ = ["Placed", "centre_of", "parse_crs", "place", "project_crs", "to_crs"]

WGS84 = CRS.from_epsg(4326)

_CHINA_LON, _CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
# Gauss-Krüger metres in China; eastings without a zone prefix stay below a million.
_NORTHINGS, _EASTINGS = (1.8e6, 6.2e6), 1e6
# Zones → EPSG code less the zone, for eastings with the zone before them.
_PREFIXED = {range(25, 46): 4488, range(13, 24): 4478}
_GAUSS_PLAIN = frozenset((*range(4534, 4555), *range(4502, 4513)))
_OLD_DATUMS = re.compile(r"Beijing[ _]?1954|Xian[ _]?1980|北京54|西安80", re.IGNORECASE)


@dataclass(frozen=True)
class Placed:
    """A geometry column with a CRS that is known or proposed, and what was said on the way."""

    geometry: gpd.GeoSeries
    crs: str
    datum: str = ""
    problems: tuple[Problem, ...] = ()


def parse_crs(text: str) -> CRS:
    """Return the CRS that a user named.

    Raises
    ------
    InputError
        If PROJ does not know it.
    """
    try:
        return CRS.from_user_input(int(text) if text.isdigit() else text)
    except (pyproj.exceptions.CRSError, ValueError) as error:
        message = f"不认识的坐标系“{text}”"
        raise InputError(message, remedy="请写 EPSG 代码，例如 EPSG:4547") from error


def place(
    geometry: gpd.GeoSeries, *, chosen: str | None, datum: Datum | None
) -> Placed:
    """Return a geometry in its true reference, in degrees or metres, or ask for it.

    `chosen` holds where the layer states no CRS, or one that its numbers contradict. Where a
    question stays open the geometry is as proposed, without a CRS if there is no proposal.
    """
    if geometry.has_z.any():
        flat = shapely.force_2d(geometry.to_numpy())
        geometry = gpd.GeoSeries(flat, index=geometry.index, crs=geometry.crs)
    bounds = geometry.total_bounds
    fault = _doubt(geometry.crs, bounds)
    if fault is not None and chosen is not None:
        geometry = geometry.set_crs(parse_crs(chosen), allow_override=True)
        fault = _contradiction(geometry.crs, bounds)
    if fault is None:
        geometry, problems = _shifted(geometry, datum)
    else:
        problems = [_problem("ask", fault, _shown(bounds))]
        geometry = _as_proposed(geometry, fault, bounds)
    crs = geometry.crs
    return Placed(geometry, _name(crs), datum or _datum_word(crs), tuple(problems))


def _problem(severity: Severity, fault: Fault, value: str = "") -> Problem:
    return Problem(
        code=fault.code,
        severity=severity,
        reason=fault.reason,
        remedy=fault.remedy,
        value=value,
    )


def _epsg(crs: CRS) -> int | None:
    code = crs.to_epsg()
    return crs.to_epsg(min_confidence=70) if code is None else code


def _name(crs: CRS | None) -> str:
    if crs is None:
        return ""
    code = _epsg(crs)
    return f"EPSG:{code}" if code else str(crs.name)


def _datum_word(crs: CRS | None) -> str:
    if crs is None:
        return ""
    name = crs.geodetic_crs.name if crs.geodetic_crs is not None else crs.name
    return {"WGS 84": "wgs84", "China Geodetic Coordinate System 2000": "cgcs2000"}.get(
        name, name
    )


def _in(
    bounds: NDArray[np.float64], lon: tuple[float, float], lat: tuple[float, float]
) -> bool:
    west, south, east, north = bounds
    return bool(
        lon[0] <= west and east <= lon[1] and lat[0] <= south and north <= lat[1]
    )


def _looks_like_degrees(bounds: NDArray[np.float64]) -> bool:
    return _in(bounds, (-180.0, 180.0), (-90.0, 90.0))


def _doubt(crs: CRS | None, bounds: NDArray[np.float64]) -> Fault | None:
    """Return the question that a layer's CRS, or the lack of one, leaves open."""
    if not np.isfinite(bounds).all():
        return None
    if crs is None:
        proposal = _by_numbers(bounds)
        if proposal is None:
            remedy = "请指明坐标系，例如 --crs EPSG:4547"
            return Fault("GG-CRS-001", "缺少坐标系（.prj）", remedy)
        reason = (
            f"缺少坐标系（.prj）；按数值推测为 {proposal.name}（{_name(proposal)}）"
        )
        return Fault("GG-CRS-001", reason, f"请确认：--crs {_name(proposal)}")
    if _OLD_DATUMS.search(crs.name):
        reason = f"{crs.name} 与 CGCS2000 之间需当地转换参数，误差可达百米"
        remedy = "请先转换为 CGCS2000，或用 --crs 指明按哪个坐标系读取"
        return Fault("GG-CRS-011", reason, remedy)
    return _contradiction(crs, bounds)


def _contradiction(crs: CRS, bounds: NDArray[np.float64]) -> Fault | None:
    """Return why numbers and CRS cannot both be right, None where they can."""
    if not np.isfinite(bounds).all():
        return None
    return (
        _geographic_doubt(bounds)
        if crs.is_geographic
        else _projected_doubt(crs, bounds)
    )


def _as_proposed(
    geometry: gpd.GeoSeries, fault: Fault, bounds: NDArray[np.float64]
) -> gpd.GeoSeries:
    """Return the geometry as the question proposes it, without a CRS if it proposes none."""
    if fault.code == "GG-CRS-011":
        return geometry
    if fault.code in ("GG-CRS-005", "GG-CRS-006"):
        turned = shapely.transform(geometry.to_numpy(), lambda xy: xy[:, ::-1])
        return gpd.GeoSeries(turned, index=geometry.index, crs=geometry.crs)
    return geometry.set_crs(_by_numbers(bounds), allow_override=True)


def _by_numbers(bounds: NDArray[np.float64]) -> CRS | None:
    """Return the CRS that plain numbers can only be, None where they do not tell.

    Zone prefixes 25–45 are 3-degree, 13–23 are 6-degree CGCS2000 zones (domain §4.4).
    """
    if _in(bounds, _CHINA_LON, _CHINA_LAT):
        return CRS.from_epsg(4490)
    west, south, east, north = bounds
    zones = {int(west // 1e6), int(east // 1e6)}
    if len(zones) != 1 or not _NORTHINGS[0] <= south <= north <= _NORTHINGS[1]:
        return None
    zone = zones.pop()
    base = next((base for known, base in _PREFIXED.items() if zone in known), None)
    return None if base is None else CRS.from_epsg(base + zone)


def _shown(bounds: NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.6g}" for value in bounds)


def _geographic_doubt(bounds: NDArray[np.float64]) -> Fault | None:
    swapped = bounds[[1, 0, 3, 2]]
    if _in(swapped, (90.0, 136.0), _CHINA_LAT):
        reason = "经度与纬度看来互换了（经度应在 73–136，纬度 3–54）"
        return Fault("GG-CRS-005", reason, "请互换两列后重新导出")
    if _looks_like_degrees(bounds):
        return None
    west, south = bounds[:2]
    reason = f"坐标系写为经纬度，但坐标 {west:.0f},{south:.0f} 不可能是经纬度"
    return Fault("GG-CRS-002", reason, "请指明真实坐标系，例如 --crs EPSG:4547")


def _projected_doubt(crs: CRS, bounds: NDArray[np.float64]) -> Fault | None:
    west, south, east, north = bounds
    if _in(bounds, _CHINA_LON, _CHINA_LAT):
        reason = f"坐标系写为 {crs.name}（米），但坐标 {west:.4f},{south:.4f} 是经纬度"
        return Fault("GG-CRS-002", reason, "请指明真实坐标系，例如 --crs EPSG:4490")
    if _epsg(crs) not in _GAUSS_PLAIN:
        return None
    if _NORTHINGS[0] <= west <= east <= _NORTHINGS[1] and north < _EASTINGS:
        reason = "坐标的第一个数是北坐标（X 指北），两列看来互换了"
        return Fault("GG-CRS-006", reason, "请把东坐标放在前面后重新导出")
    if west >= _EASTINGS or south > _NORTHINGS[1]:
        proposal = _by_numbers(bounds)
        guess = f"，看来是 {proposal.name}" if proposal is not None else ""
        reason = f"坐标 {west:.0f},{south:.0f} 与 {crs.name} 不符{guess}"
        remedy = (
            f"请确认：--crs {_name(proposal)}"
            if proposal is not None
            else "请指明坐标系"
        )
        return Fault("GG-CRS-003", reason, remedy)
    return None


def _shifted(
    geometry: gpd.GeoSeries, datum: Datum | None
) -> tuple[gpd.GeoSeries, list[Problem]]:
    """Undo GCJ-02 or BD-09 on coordinates in degrees, because the user said so."""
    if (
        datum not in ("gcj02", "bd09")
        or geometry.crs is None
        or not geometry.crs.is_geographic
    ):
        return geometry, []

    def shift(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(from_datum(points[:, 0], points[:, 1], datum))

    shapes = shapely.transform(geometry.to_numpy(), shift)
    name = "GCJ-02" if datum == "gcj02" else "BD-09"
    reason = f"按用户说明由 {name} 换算为 WGS 84，为近似换算"
    fault = Fault("GG-CRS-009", reason, "请以可信边界核对位置")
    undone = gpd.GeoSeries(shapes, index=geometry.index, crs=geometry.crs)
    return undone, [_problem("note", fault)]


def centre_of(layers: Sequence[gpd.GeoSeries]) -> tuple[float, float] | None:
    """Return the centre of all layers in degrees, None where nothing has a place."""
    boxes = []
    for layer in layers:
        bounds = layer.total_bounds
        if layer.crs is None or not np.isfinite(bounds).all():
            continue
        if not layer.crs.is_geographic:
            transformer = pyproj.Transformer.from_crs(layer.crs, WGS84, always_xy=True)
            bounds = np.array(transformer.transform_bounds(*bounds))
        if np.isfinite(bounds).all():
            boxes.append(bounds)
    if not boxes:
        return None
    west, south = np.min([box[:2] for box in boxes], axis=0)
    east, north = np.max([box[2:] for box in boxes], axis=0)
    return float(west + east) / 2.0, float(south + north) / 2.0


def project_crs(
    boundaries: Sequence[gpd.GeoSeries], others: Sequence[gpd.GeoSeries]
) -> CRS | None:
    """Return the one metric CRS of an import: of its boundaries, else of all it holds."""
    centre = centre_of(boundaries) or centre_of(others)
    return None if centre is None else metric_crs(*centre)


def to_crs(geometry: gpd.GeoSeries, crs: CRS) -> gpd.GeoSeries:
    """Return the geometry in `crs`; one without a CRS is taken to have none of it."""
    if geometry.crs is None or geometry.crs == crs:
        return geometry.set_crs(crs, allow_override=True)
    return geometry.to_crs(crs)


_PAIR = re.compile(
    r"(-?\d+(?:\.\d+)?)[°度]?[东经eE]?\s*[,，;；\s]\s*(-?\d+(?:\.\d+)?)[°度]?"
)
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DMS = re.compile(
    r"(\d{1,3})[°度](\d{1,2})['′分](?:(\d{1,2}(?:\.\d+)?)(?:[\"″秒]|'')?)?"
)


@dataclass(frozen=True)
class Points:
    """Points read from columns; `bad` are the positions of cells that are no coordinates."""

    geometry: gpd.GeoSeries
    bad: NDArray[np.intp]
    nowhere: int


def points_of(lon: pd.Series, lat: pd.Series) -> Points:
    """Return points from two columns in degrees; blank or 0,0 has no place."""
    x, bad_x = _degrees(lon)
    y, bad_y = _degrees(lat)
    zero = (x == 0.0) & (y == 0.0)
    missing = np.isnan(x) | np.isnan(y) | zero
    bad = np.flatnonzero(bad_x | bad_y)
    shapes = np.asarray(shapely.points(x, y), dtype=object)
    shapes[missing] = None
    geometry = gpd.GeoSeries(shapes, index=lon.index)
    return Points(geometry, bad, int(missing.sum()) - len(bad))


def _degrees(column: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    numbers = as_numbers(column)
    if numbers is not None:
        return np.where(np.isinf(numbers), np.nan, numbers), np.isinf(numbers)
    codes, unique = pd.factorize(column.to_numpy(dtype=object))
    parsed = np.array([_degree(cell) for cell in unique] + [np.nan], dtype=float)
    bad = np.isinf(parsed)
    return np.where(bad, np.nan, parsed)[codes], bad[codes]


def _degree(cell: object) -> float:
    """Return one coordinate in degrees, NaN where blank, infinity where unreadable."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and _DECIMAL.fullmatch(cell) is not None:
        return float(cell)
    text = plain(cell)
    if is_blank(text):
        return np.nan
    text = re.sub(r"^[东北]经?纬?|[东北]经?纬?$|[en]$|°$|度$", "", text)
    dms = _DMS.fullmatch(text)
    if dms is not None:
        return int(dms[1]) + int(dms[2]) / 60.0 + float(dms[3] or 0.0) / 3600.0
    return float(text) if _DECIMAL.fullmatch(text) is not None else np.inf


def split_pairs(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split “114.30,30.60” into two columns of text; what is no pair stays in the first."""
    found = (
        column.astype("str")
        .str.normalize("NFKC")
        .str.strip()
        .str.extract(r"^([^,;\s]+)[,;\s]+([^,;\s]+)$")
    )
    first = found[0].where(found[0].notna(), column.astype(object))
    return first, found[1].fillna("")
