"""Vector layers: GeoJSON, TopoJSON, GeoPackage and shapefile, through GDAL but on our terms.

What GDAL would do by itself is decided before it sees a file: GeoJSON is searched for outside
references, only tables that a GeoPackage lists are read, text is decoded strictly.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import struct
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError
from shapely.errors import ShapelyError

from gridgis.errors import Problem
from gridgis.ingest.quantities import Fault
from gridgis.ingest.raw import Opened, RawLayer
from gridgis.ingest.rings import checked_features
from gridgis.ingest.script import words
from gridgis.ingest.shapefile import (
    dbf_encoding,
    extract_shapefiles,
    sidecar,
    with_whole_names,
)
from gridgis.ingest.sniff import RefusedError

__all__ = [
    "kind_of_geometry",
    "read_geojson",
    "read_geopackage",
    "read_shapefile",
    "read_zip",
]

_GDAL_ERRORS = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    GeometryError,
    ValueError,
    RuntimeError,
    ShapelyError,
)
_SHP_HEADER = 100
_AREAL = 2
# Twice as fast; the same rows without it.
_ARROW = find_spec("pyarrow") is not None
_CRS_MEMBER = re.compile(
    rb'"(?:c|\\u0063)(?:r|\\u0072)(?:s|\\u0073)"\s*:\s*(?!null)', re.IGNORECASE
)
_NAMED_CRS = re.compile(
    rb'\{\s*"type"\s*:\s*"name"\s*,\s*"properties"\s*:\s*\{\s*"name"\s*:\s*'
    rb'"(?:urn:ogc:def:crs:)?(?:OGC|EPSG)[A-Z0-9.:]*"\s*\}\s*\}'
)
# Administrative columns of GDAL and of GIS programs, which say nothing about a row.
_DROPPED = frozenset(
    words("id fid objectid objectid_1 shape_leng shape_area shape_length")
)


def read_geojson(path: Path) -> Opened:
    """Return the layers of a GeoJSON or TopoJSON file.

    Without a `crs` member the numbers are WGS 84 degrees, as RFC 7946 has it; whether they
    can be is checked where layers are placed.

    Raises
    ------
    RefusedError
        If its `crs` member points outside, the text is not UTF-8, or it is cut off.
    """
    data = path.read_bytes()
    _refuse_outside_crs(data)
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(
            Fault("GG-ENC-001", "文字编码不是 UTF-8", "GeoJSON 应为 UTF-8，请重新导出")
        ) from error
    try:
        layers = _json_layers(path)
    except (RefusedError, ShapelyError):
        layers = ()
    if not layers or any(map(_lacks_shapes, layers)):
        layers = _checked_layers(path, data) or layers or _json_layers(path)
    return tuple(_in_degrees(layer) for layer in layers), (), "utf-8"


def _json_layers(path: Path, stem: str | None = None) -> tuple[RawLayer, ...]:
    with _gdal(path):
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        single = stem or path.stem
        return tuple(
            _layer(path, name, single if len(names) == 1 else name) for name in names
        )


def _lacks_shapes(layer: RawLayer) -> bool:
    """Say whether rows came without a proper geometry, so that the file is looked into."""
    if layer.geometry is None:
        return True
    shapes = layer.geometry.to_numpy()
    coordinates = shapely.get_coordinates(shapes)
    areal = shapely.get_dimensions(shapes) == _AREAL
    return bool(
        (shapely.is_missing(shapes) | shapely.is_empty(shapes)).any()
        or not np.isfinite(coordinates).all()
        or (shapely.area(shapes[areal]) <= 0.0).any()
    )


def _checked_layers(path: Path, data: bytes) -> tuple[RawLayer, ...]:
    """Return the one layer without the geometries that are wrong, their rows told of."""
    checked = checked_features(data)
    if checked is None:
        return ()
    with tempfile.TemporaryDirectory(prefix="gridgis-") as folder:
        copy = Path(folder) / "layer.geojson"
        copy.write_bytes(checked.data)
        layers = _json_layers(copy, path.stem)
    return tuple(
        replace(
            layer,
            faults=(*layer.faults, *checked.faults),
            problems=tuple(
                replace(problem, layer=layer.name) for problem in checked.problems
            ),
        )
        for layer in layers
    )


def _refuse_outside_crs(data: bytes) -> None:
    for match in _CRS_MEMBER.finditer(data):
        if not _NAMED_CRS.match(data, match.end()):
            raise RefusedError(
                Fault(
                    "GG-CRS-016",
                    "不允许外部坐标系链接（crs 成员只能写 EPSG 代码）",
                    "请删除 crs 成员或另存为 GeoPackage",
                )
            )


def _in_degrees(layer: RawLayer) -> RawLayer:
    """Give a layer for which GDAL knows no CRS the one that GeoJSON has by definition."""
    if layer.geometry is None or layer.geometry.crs is not None:
        return layer
    return replace(layer, geometry=layer.geometry.set_crs(4326))


def read_geopackage(path: Path) -> Opened:
    """Return the tables that a GeoPackage lists as features or attributes; views are skipped.

    Raises
    ------
    RefusedError
        If it is not a GeoPackage, is damaged, or lists no table.
    """
    tables, problems = _listed_tables(path)
    if not tables:
        raise RefusedError(
            Fault(
                "GG-FILE-005",
                "这个数据库没有登记任何图层",
                "请提供 GeoPackage（.gpkg）",
            )
        )
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        reason = "旁边有 -wal 文件，可能有未保存的修改"
        problems.append(
            Problem(
                code="GG-FILE-027",
                severity="warn",
                reason=reason,
                remedy="请先在 QGIS 中关闭该文件",
            )
        )
    with _gdal(path):
        layers = tuple(_layer(path, name, name) for name in tables)
    return layers, tuple(problems), "utf-8"


def _listed_tables(path: Path) -> tuple[list[str], list[Problem]]:
    query = (
        "SELECT c.table_name, m.type FROM gpkg_contents c "
        "JOIN sqlite_master m ON m.name = c.table_name "
        "WHERE c.data_type IN ('features', 'attributes') ORDER BY c.rowid"
    )
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        ) as store:
            store.execute("PRAGMA trusted_schema=OFF")
            found = store.execute(query).fetchall()
    except sqlite3.DatabaseError as error:
        raise RefusedError(
            Fault(
                "GG-FILE-003",
                "GeoPackage 不完整，或不是 GeoPackage",
                "请重新导出后上传",
            )
        ) from error
    tables = [
        name for name, kind in found if kind == "table" and name != "layer_styles"
    ]
    problems = [
        Problem(
            code="GG-FILE-029",
            severity="note",
            layer=name,
            reason="视图未读入",
            remedy="请导出为图层",
        )
        for name, kind in found
        if kind != "table"
    ]
    return tables, problems


def read_shapefile(path: Path, encoding: str | None, name: str | None = None) -> Opened:
    """Return the layer of a shapefile whose text is decoded strictly.

    Raises
    ------
    RefusedError
        If .shx or .dbf is missing or a part is cut off.
    """
    missing = [suffix for suffix in (".shx", ".dbf") if sidecar(path, suffix) is None]
    if missing:
        raise RefusedError(
            Fault(
                "GG-FILE-006",
                f"缺少 {'、'.join(missing)}",
                "请把 .shp、.shx、.dbf、.prj 一起提供",
            )
        )
    _refuse_cut_off(path)
    dbf = sidecar(path, ".dbf")
    text = dbf_encoding(dbf or path, encoding)
    with tempfile.TemporaryDirectory(prefix="gridgis-") as folder:
        whole, notes = with_whole_names(path, text.encoding, Path(folder))
        with _gdal(path):
            layer = _layer(whole, None, name or path.stem, encoding=text.encoding)
    return (layer,), (*text.problems, *notes), f"{text.encoding}（{text.how}）"


def _refuse_cut_off(path: Path) -> None:
    """Refuse a .shp shorter than its header says, which GDAL reads as rows without geometry."""
    with path.open("rb") as stream:
        header = stream.read(_SHP_HEADER)
    if (
        len(header) < _SHP_HEADER
        or struct.unpack(">i", header[24:28])[0] * 2 > path.stat().st_size
    ):
        raise RefusedError(
            Fault("GG-FILE-003", ".shp 不完整（可能未传完）", "请重新导出后上传")
        )


def read_zip(path: Path, encoding: str | None) -> Opened:
    """Return the shapefiles of a zip archive.

    Raises
    ------
    RefusedError
        As `extract_shapefiles` and `read_shapefile` do.
    """
    layers: list[RawLayer] = []
    problems: list[Problem] = []
    encodings: list[str] = []
    with tempfile.TemporaryDirectory(prefix="gridgis-") as folder:
        for name, shp in extract_shapefiles(path, Path(folder)):
            found, notes, used = read_shapefile(shp, encoding, name)
            layers += found
            problems += notes
            encodings.append(used)
    return tuple(layers), tuple(problems), "；".join(dict.fromkeys(encodings))


@contextlib.contextmanager
def _gdal(path: Path) -> Iterator[None]:
    """Turn what GDAL raises into a refusal in words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Told of by our own checks, in words.
            yield
    except RefusedError:
        raise
    except UnicodeDecodeError as error:
        raise RefusedError(
            Fault("GG-ENC-001", "文字编码不符", "请指明编码后重试")
        ) from error
    except (*_GDAL_ERRORS, *_arrow_errors()) as error:
        raise RefusedError(
            Fault(
                "GG-FILE-003",
                f"“{path.name}”不完整或内容有误，无法读取",
                "请重新导出后上传",
            )
        ) from error


def _arrow_errors() -> tuple[type[Exception], ...]:
    """Return what pyarrow raises; it is imported only when something was raised."""
    if not _ARROW:
        return ()
    return (import_module("pyarrow").ArrowException,)


def _layer(
    path: Path, layer: str | None, name: str, encoding: str | None = None
) -> RawLayer:
    options: Mapping[str, object] = {} if encoding is None else {"encoding": encoding}
    frame = pyogrio.read_dataframe(path, layer=layer, use_arrow=_ARROW, **options)
    geometry = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else None
    cells = pd.DataFrame(
        frame.drop(columns=frame.geometry.name) if geometry is not None else frame
    )
    empty = [c for c in cells if str(c).lower() in _DROPPED and cells[c].isna().all()]
    cells = cells.drop(columns=empty)
    cells.columns = pd.Index([str(column) for column in cells.columns])
    nested = [c for c in cells if cells[c].dtype == object and _is_nested(cells[c])]
    for column in nested:
        cells[column] = cells[column].map(_as_json, na_action="ignore")
    rows = np.arange(1, len(cells) + 1, dtype=np.int64)
    return RawLayer(name=name, cells=cells, rows=rows, geometry=geometry)


def _is_nested(column: pd.Series) -> bool:
    """Say whether cells are lists or objects, as GeoJSON and GeoPackage may hold them."""
    return any(isinstance(cell, list | dict | bytes | np.ndarray) for cell in column)


def _as_json(cell: object) -> str:
    plain = cell.tolist() if isinstance(cell, np.ndarray) else cell
    return json.dumps(plain, ensure_ascii=False, default=str)


def kind_of_geometry(geometry: gpd.GeoSeries | None) -> str | None:
    """Return "point", "line" or "polygon" where one of them prevails, None without geometry."""
    if geometry is None:
        return None
    types = geometry.geom_type.dropna()
    if types.empty:
        return None
    kinds = (
        types.str.replace("Multi", "")
        .str.lower()
        .replace({"linestring": "line", "linearring": "line"})
    )
    prevailing = str(kinds.value_counts().index[0])
    return prevailing if prevailing in ("point", "line", "polygon") else "polygon"
