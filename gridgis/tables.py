"""The tables that every part exchanges: columns, units, keys, geometry, and one check.

A table is a plain (Geo)DataFrame that follows its `TableSpec`. Codes are text, numbers are
float64 with NaN for unknown, flags are nullable booleans, days are `datetime64[ms]`. Columns
that a spec does not name are the user's own: they are kept at the end, and ignored.

Two columns stand in every table: `source` says where a row came from ("台账.xlsx · 用房 ·
第 7 行"), `marks` which of its figures are not exact ("floor_area_m2=about").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from gridgis.crs import require_metric
from gridgis.errors import InputError

__all__ = [
    "TABLES",
    "Column",
    "Dataset",
    "Mark",
    "TableSpec",
    "conform",
    "empty",
    "marked",
]

Kind = Literal["text", "number", "flag", "day"]
Geometry = Literal["none", "point_or_polygon", "polygon", "line"]
Mark = Literal["about", "at_least", "at_most"]

_DTYPES: Mapping[Kind, Any] = MappingProxyType(
    {"text": "str", "number": "float64", "flag": "boolean", "day": "datetime64[ms]"}
)


@dataclass(frozen=True)
class Column:
    """One column: its name in code, its Chinese title, what it holds and in which unit."""

    name: str
    title: str
    kind: Kind = "text"
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSpec:
    """One table: its key, its columns and whether its rows have a place on the map."""

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    geometry: Geometry = "none"
    geometry_required: bool = False
    _by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = MappingProxyType({column.name: column for column in self.columns})
        object.__setattr__(self, "_by_name", by_name)

    @property
    def names(self) -> list[str]:
        """Return the names of the columns, without the geometry."""
        return [column.name for column in self.columns]

    @property
    def is_spatial(self) -> bool:
        """Say whether rows of this table can have a geometry."""
        return self.geometry != "none"

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name


def _text(name: str, title: str, *choices: str) -> Column:
    return Column(name, title, choices=choices)


def _number(name: str, title: str, unit: str) -> Column:
    return Column(name, title, "number", unit)


def _flag(name: str, title: str) -> Column:
    return Column(name, title, "flag")


def _day(name: str, title: str) -> Column:
    return Column(name, title, "day")


def _spec(
    name: str, title: str, key: str, *columns: Column, **geometry: object
) -> TableSpec:
    common = (_text("source", "来源"), _text("marks", "数值标记"))
    return TableSpec(name, title, tuple(key.split()), columns + common, **geometry)  # type: ignore[arg-type]


# Uses a room can be put to (domain glossary). `property_rooms` serve the property manager and
# never count as community rooms; `shopfront` is a candidate, not a facility.
USES = (
    "office",
    "service",
    "activity",
    "party_service_center",
    "service_station",
    "service_facility",
    "culture_room",
    "police_room",
    "mediation_room",
    "social_work_station",
    "elderly_care",
    "elderly_day_care",
    "nursery",
    "canteen",
    "health_station",
    "kindergarten",
    "outdoor_fitness",
    "property_rooms",
    "shopfront",
    "commerce",
    "other",
)

TABLES: Mapping[str, TableSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            _spec(
                "communities",
                "社区",
                "community_code",
                _text("community_code", "社区代码"),
                _text("name", "社区名称"),
                _text("street", "街道"),
                _text("county", "县区"),
                _text("kind", "城乡类型", "urban", "town", "rural"),
                _number("households", "户数", "户"),
                _number("population", "人口", "人"),
                _number("elderly_population", "老年人口", "人"),
                _number("stated_area_m2", "辖区面积（填报）", "㎡"),
                geometry="polygon",
            ),
            _spec(
                "grids",
                "网格",
                "grid_code",
                _text("grid_code", "网格编码"),
                _text("community_code", "社区代码"),
                _text("name", "网格名称"),
                _text("grid_type", "网格类型", "general", "dedicated", "micro", "unit"),
                _number("households", "户数", "户"),
                _number("population", "人口", "人"),
                _number("grid_worker_count", "网格员数", "人"),
                geometry="polygon",
            ),
            _spec(
                "facilities",
                "设施",
                "facility_id",
                _text("facility_id", "设施编号"),
                _text("name", "设施名称"),
                _text("community_code", "社区代码"),
                _text("estate_id", "小区编号"),
                _text("use", "用途", *USES),
                _number("floor_area_m2", "建筑面积", "㎡"),
                _number("usable_area_m2", "使用面积", "㎡"),
                _number("activity_area_m2", "其中居民活动面积", "㎡"),
                _number("outdoor_area_m2", "室外场地面积", "㎡"),
                _number("storey", "所在楼层（最低）", "层"),
                _number("top_storey", "所在楼层（最高）", "层"),
                _flag("own_entrance", "独立出入口"),
                _text("building", "楼栋"),
                _text("site_id", "场所编号"),
                _text(
                    "tenure",
                    "产权",
                    "owned",
                    "allocated",
                    "leased",
                    "borrowed",
                    "shared",
                ),
                _text(
                    "status",
                    "状态",
                    "in_use",
                    "building",
                    "planned",
                    "idle",
                    "closed",
                    "unknown",
                ),
                _day("available_on", "可用日期"),
                _text("functions", "兼有功能"),
                _text("shared_with", "共用社区"),
                _text("area_basis", "面积口径", "gross", "usable", "inner", "surveyed"),
                _text("address", "地址"),
                geometry="point_or_polygon",
            ),
            _spec(
                "estates",
                "小区",
                "estate_id",
                _text("estate_id", "小区编号"),
                _text("name", "小区名称"),
                _text("community_code", "社区代码"),
                _text("kind", "新建或既有", "new", "existing"),
                _text("development", "所属开发项目"),
                _number("phase", "期数", "期"),
                _text("housing_kind", "住房类型", "commodity", "affordable"),
                _number("planned_dwellings", "规划户数", "户"),
                _number("occupied", "入住户数", "户"),
                _number("residential_floor_area_m2", "住宅建筑面积", "㎡"),
                _day("planned_on", "住宅规划许可日期"),
                _day("started_on", "住宅开工日期"),
                _day("accepted_on", "住宅验收日期"),
                _day("delivered_on", "住宅交付日期"),
                _day("rooms_planned_on", "用房规划许可日期"),
                _day("rooms_started_on", "用房开工日期"),
                _day("rooms_accepted_on", "用房验收日期"),
                _day("rooms_delivered_on", "用房交付日期"),
                _flag("handover_agreement", "移交协议"),
                _day("handed_over_on", "移交日期"),
                _text("handover_receiver", "接收单位"),
                _flag("property_managed", "物业管理"),
                _flag("owners_committee", "业主委员会"),
                geometry="point_or_polygon",
            ),
            _spec(
                "buildings",
                "楼栋",
                "building_id",
                _text("building_id", "楼栋编号"),
                _text("estate_id", "小区编号"),
                _text("community_code", "社区代码"),
                _text("name", "楼栋名称"),
                _number("households", "户数", "户"),
                _number("storeys", "层数", "层"),
                geometry="point_or_polygon",
            ),
            _spec(
                "roads",
                "道路",
                "road_id",
                _text("road_id", "道路编号"),
                _text("name", "道路名称"),
                _text("class", "道路等级"),
                _flag("walkable", "可步行"),
                geometry="line",
                geometry_required=True,
            ),
            _spec(
                "staff",
                "社区工作者",
                "community_code year",
                _text("community_code", "社区代码"),
                _number("year", "年度", "年"),
                _number("workers", "社区工作者", "人"),
                _number("certified", "持证人数", "人"),
            ),
            _spec(
                "funds",
                "经费",
                "community_code year",
                _text("community_code", "社区代码"),
                _number("year", "年度", "年"),
                _number("operating_cny", "运转经费", "元"),
                _number("provincial_cny", "省级补助", "元"),
                _number("match_cny", "县级配套", "元"),
                _number("paid_cny", "到位资金", "元"),
            ),
            _spec(
                "projects",
                "项目",
                "project_id",
                _text("project_id", "项目编号"),
                _text("community_code", "社区代码"),
                _text("name", "项目名称"),
                _text("stage", "阶段"),
                _number("progress_share", "进度", "比例"),
                _day("due_on", "完成时限"),
            ),
            _spec(
                "scores",
                "考评",
                "community_code year",
                _text("community_code", "社区代码"),
                _number("year", "年度", "年"),
                _number("self_score", "自评分", "分"),
                _number("province_score", "省评分", "分"),
                _number("satisfaction_share", "满意度", "比例"),
                _flag("named", "已命名"),
            ),
        )
    }
)


@dataclass(frozen=True)
class Dataset:
    """Every table of one project, in one metric CRS.

    A table that nobody provided is absent, which is not the same as empty: rules that need
    it answer "not assessed".
    """

    tables: Mapping[str, pd.DataFrame]
    crs: CRS | None = None

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table, empty with all its columns where nobody provided it."""
        return self.tables[name] if name in self.tables else empty(name, self.crs)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return a spatial table; raise `InputError` where it has no geometry at all."""
        table = self[name]
        if not isinstance(table, gpd.GeoDataFrame):
            message = f"“{TABLES[name].title}”没有图形"
            raise InputError(message, remedy="请提供含边界或坐标的文件")
        return table


def empty(name: str, crs: CRS | None = None) -> pd.DataFrame:
    """Return the table with all its columns and no rows."""
    return conform(name, pd.DataFrame(), crs)


def conform(name: str, frame: pd.DataFrame, crs: CRS | None = None) -> pd.DataFrame:
    """Return `frame` with every column of the table, in order, each of its own type.

    Missing columns are added as unknown, columns of the user's own stay at the end. A
    spatial table becomes a GeoDataFrame wherever a geometry or a CRS is known.

    Raises
    ------
    InputError
        If a value does not fit its column's type, or the key is missing or repeated.
    CRSError
        If the geometry is not in a metric CRS.
    """
    spec = TABLES[name]
    columns: dict[str, object] = {}
    for column in spec.columns:
        dtype = _DTYPES[column.kind]
        if column.name in frame:
            try:
                columns[column.name] = frame[column.name].astype(dtype)
            except (TypeError, ValueError) as error:
                message = (
                    f"表“{spec.title}”的“{column.title}”列不是{column.kind}：{error}"
                )
                raise InputError(message) from error
        else:
            columns[column.name] = pd.Series(None, index=frame.index, dtype=dtype)
    own = [
        given for given in frame.columns if given not in spec and given != "geometry"
    ]
    table = pd.DataFrame(columns, index=frame.index).join(frame[own])
    _require_key(spec, table)
    geometry = frame.get("geometry")
    if spec.is_spatial and (geometry is not None or crs is not None):
        if geometry is None:
            geometry = gpd.GeoSeries([None] * len(frame), index=frame.index)
        table = gpd.GeoDataFrame(
            table, geometry=geometry, crs=getattr(geometry, "crs", None) or crs
        )
        require_metric(table, spec.title)
    return table


def marked(table: pd.DataFrame, column: str, mark: Mark) -> pd.Series:
    """Tell which rows carry a figure that is not exact, as booleans on the same index."""
    marks = table["marks"]
    if not marks.notna().any():
        return pd.Series(np.zeros(len(table), dtype=bool), index=table.index)
    return (
        # Not a part of a longer name: elderly_population=about is not of population.
        marks.str.contains(rf"(?:^|;){re.escape(column)}={mark}(?:;|$)")
        .fillna(value=False)
        .astype(bool)
    )


def _require_key(spec: TableSpec, table: pd.DataFrame) -> None:
    key = list(spec.key)
    missing = table[key].isna().any(axis=1)
    if missing.any():
        message = (
            f"表“{spec.title}”有 {int(missing.sum())} 行缺少“{spec[key[0]].title}”"
        )
        raise InputError(message)
    repeated = table.duplicated(key)
    if repeated.any():
        first = table.loc[repeated, key].iloc[0].tolist()
        message = f"表“{spec.title}”的“{spec[key[0]].title}”重复：{first}"
        raise InputError(message)
