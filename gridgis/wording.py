"""Words for codes and numbers: one place, so that every screen and file says the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

__all__ = [
    "CHOICES",
    "LEVELS",
    "OUTCOMES",
    "OVERALL",
    "SOURCE_STATUS",
    "SUBJECTS",
    "amount",
    "quantity_unit",
    "quantity_word",
    "with_unit",
    "word",
]

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "pass": "达标",
        "fail": "不达标",
        "not_applicable": "不适用",
        "not_assessed": "无法判定",
    }
)
OVERALL: Mapping[str, str] = MappingProxyType(
    {
        "conforming": "达标",
        "nonconforming": "不达标",
        "inconclusive": "数据不足，无法下结论",
        "not_applicable": "不适用",
    }
)
LEVELS: Mapping[str, str] = MappingProxyType({"mandatory": "强制", "advisory": "建议"})
SUBJECTS: Mapping[str, str] = MappingProxyType(
    {"community": "社区", "estate": "小区", "grid": "网格", "county": "县区"}
)
SOURCE_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "stated": "项目来源文件载明",
        "verified": "已核对原文摘录",
        "unverified": "出处未核实",
    }
)

CHOICES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "kind": {
            "urban": "城市社区",
            "town": "乡镇社区",
            "rural": "农村社区",
            "new": "新建小区",
            "existing": "既有小区",
        },
        "use": {
            "office": "办公用房",
            "service": "服务用房",
            "activity": "活动用房",
            "party_service_center": "党群服务中心",
            "service_station": "社区服务站",
            "service_facility": "社区综合服务设施",
            "culture_room": "文化活动室",
            "police_room": "警务室",
            "mediation_room": "调解室",
            "social_work_station": "社工站",
            "elderly_care": "养老服务用房",
            "elderly_day_care": "日间照料中心",
            "nursery": "托育",
            "canteen": "社区食堂",
            "health_station": "社区卫生服务站",
            "kindergarten": "幼儿园",
            "outdoor_fitness": "户外健身场地",
            "property_rooms": "物业用房",
            "shopfront": "门面",
            "commerce": "商业",
            "other": "其他",
        },
        "status": {
            "in_use": "在用",
            "building": "在建",
            "planned": "规划",
            "idle": "闲置",
            "closed": "停用",
            "unknown": "状态不明",
        },
        "tenure": {
            "owned": "自有",
            "allocated": "配建移交",
            "leased": "租赁",
            "borrowed": "借用",
            "shared": "共建共用",
        },
        "grid_type": {
            "general": "综合网格",
            "dedicated": "专属网格",
            "micro": "微网格",
            "unit": "单元网格",
        },
        "housing_kind": {"commodity": "商品住房", "affordable": "保障性住房"},
        "area_basis": {
            "gross": "建筑面积",
            "usable": "使用面积",
            "inner": "套内面积",
            "surveyed": "实测面积",
        },
    }
)

_QUANTITIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "households": ("户数", "户"),
        "population": ("人口", "人"),
        "planned_dwellings": ("规划户数", "户"),
        "occupied": ("入住户数", "户"),
        "residential_floor_area_m2": ("住宅建筑面积", "㎡"),
    }
)


def word(column: str, code: str) -> str:
    """Return the Chinese word of a code in a column, the code itself where there is none."""
    return CHOICES.get(column, {}).get(code, code)


def with_unit(value: float, unit: str) -> str:
    """Write a number with its unit; a share (unit "share", 0–1) as per cent."""
    if unit == "share":
        return f"{amount(round(value * 100.0, 6))} %"
    return f"{amount(value)} {unit}".rstrip()


def quantity_word(name: str) -> str:
    """Return the Chinese name of a quantity that limits depend on."""
    return _QUANTITIES[name][0]


def quantity_unit(name: str) -> str:
    """Return the unit of a quantity that limits depend on."""
    return _QUANTITIES[name][1]


@lru_cache(maxsize=65_536)
def amount(value: float) -> str:
    """Write a number as a person would: thousands separated, at most two decimals.

    Where two decimals would hide which side of a whole number the value is on (299.996
    against a limit of 300) a third is shown, and for figures below 1 up to four.
    """
    if math.isnan(value):
        return "未知"
    if math.isinf(value):
        return "不限"
    small = 0.0 < abs(value) < 1.0
    exact = round(value, 4 if small else 3)
    if exact == int(exact):
        return f"{int(exact):,}"
    hides = round(value, 2) == int(round(value, 2))
    digits = 4 if small else 3 if hides else 2
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")
