"""The measures that packs can name; a rule that fits none becomes a new function.

A measure is a pure function of the data, the day and its own parameters. It compares
nothing: limits and outcomes are the business of `evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from gridgis.rules.measured import Context, Measured, NoParameters
from gridgis.rules.room_measures import (
    PlaceFilter,
    SmallRooms,
    Storeys,
    activity_share,
    entrance_breaches,
    largest_place_area,
    largest_place_share,
    place_count,
    room_area,
    rooms_outside_first_phase,
    small_room_share,
    storey_breaches,
)
from gridgis.rules.rooms import RoomFilter
from gridgis.rules.subject_measures import (
    Attribute,
    CountyShare,
    Yearly,
    attribute,
    certified_share,
    code_digits,
    handover_gaps,
    late_milestones,
    named_share,
    polygon_area,
    yearly,
)
from gridgis.rules.subjects import SubjectKind

__all__ = ["MEASURES", "Measure"]


@dataclass(frozen=True)
class Measure:
    """A measure as packs name it: the function, its parameters, its subjects and its unit."""

    function: Callable[[Context, Any], Measured]
    parameters: type[BaseModel]
    subjects: frozenset[SubjectKind]
    unit: str
    title: str


_ROOMS: frozenset[SubjectKind] = frozenset({"community", "estate"})
_ESTATE: frozenset[SubjectKind] = frozenset({"estate"})
_COMMUNITY: frozenset[SubjectKind] = frozenset({"community"})
_COUNTY: frozenset[SubjectKind] = frozenset({"county"})
_ANY: frozenset[SubjectKind] = frozenset({"community", "estate", "grid"})

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "room_area": Measure(room_area, RoomFilter, _ROOMS, "㎡", "用房面积"),
        "place_count": Measure(place_count, PlaceFilter, _ROOMS, "处", "用房分布处数"),
        "largest_place_share": Measure(
            largest_place_share, PlaceFilter, _ROOMS, "share", "最大一处占比"
        ),
        "largest_place_area": Measure(
            largest_place_area, PlaceFilter, _ROOMS, "㎡", "最大一处面积"
        ),
        "small_room_share": Measure(
            small_room_share, SmallRooms, _ROOMS, "share", "小房间占比"
        ),
        "storey_breaches": Measure(
            storey_breaches, Storeys, _ROOMS, "处", "楼层不合要求"
        ),
        "entrance_breaches": Measure(
            entrance_breaches, RoomFilter, _ROOMS, "处", "无独立出入口"
        ),
        "activity_share": Measure(
            activity_share, RoomFilter, _ROOMS, "share", "居民活动面积占比"
        ),
        "rooms_outside_first_phase": Measure(
            rooms_outside_first_phase, RoomFilter, _ESTATE, "处", "不在首期的用房"
        ),
        "attribute": Measure(attribute, Attribute, _ANY, "", "数量"),
        "code_digits": Measure(code_digits, NoParameters, _ANY, "位", "编码位数"),
        "polygon_area": Measure(polygon_area, NoParameters, _ANY, "㎡", "图形面积"),
        "yearly": Measure(yearly, Yearly, _COMMUNITY, "", "年度数据"),
        "certified_share": Measure(
            certified_share, CountyShare, _COUNTY, "share", "持证率"
        ),
        "named_share": Measure(named_share, CountyShare, _COUNTY, "share", "命名比例"),
        "late_milestones": Measure(
            late_milestones, NoParameters, _ESTATE, "个", "晚于住宅的节点"
        ),
        "handover_gaps": Measure(
            handover_gaps, NoParameters, _ESTATE, "项", "未完成的移交事项"
        ),
    }
)
