"""How a clerk writes things into cells: areas, days, words, floors."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridgis.demo.model import Room

__all__ = ["area_text", "day_text", "floor_text", "shared_text", "word", "yes_no"]

_WORDS = {
    "urban": "城市社区", "town": "乡镇社区", "new": "新建小区", "existing": "既有小区",
    "office": "办公用房", "service": "服务用房", "activity": "活动用房",
    "party_service_center": "党群服务中心", "service_station": "社区服务站",
    "service_facility": "社区综合服务设施", "culture_room": "文化活动室",
    "police_room": "警务室", "mediation_room": "调解室", "social_work_station": "社工站",
    "elderly_care": "养老服务用房", "elderly_day_care": "日间照料中心", "nursery": "托育",
    "canteen": "社区食堂", "health_station": "社区卫生服务站",
    "outdoor_fitness": "户外健身场地", "property_rooms": "物业用房", "shopfront": "门面",
    "in_use": "在用", "building": "在建", "planned": "规划", "idle": "闲置", "closed": "停用",
    "owned": "自有", "allocated": "配建移交", "leased": "租赁", "borrowed": "借用",
    "shared": "共建共用", "general": "综合网格", "dedicated": "专属网格", "unit": "单元网格",
    "commodity": "商品住房", "affordable": "保障性住房",
}  # fmt: skip
_DIGITS = {1: "一", 2: "二", 3: "三", 4: "四"}


def word(code: str | None) -> str | None:
    """Return the Chinese word of a code, nothing where it is unknown."""
    return None if code is None else _WORDS[code]


def yes_no(value: bool | None, words: str = "是否") -> str | None:  # noqa: FBT001
    """Return one of two one-character words, nothing where it is unknown."""
    return None if value is None else words[0] if value else words[1]


def area_text(room: Room, rng: Random, *, plain: bool) -> str | float | None:
    """Return an area in ㎡ as it stands in the cell: a number, or with its unit."""
    if room.text:
        return room.text
    if room.area is None:
        return None
    form = 0 if plain else rng.randrange(6)
    number = f"{room.area:.10g}"
    forms: dict[int, str] = {3: f"{number}㎡", 4: f"{number}平方米", 5: f"{number} m2"}
    return forms.get(form, room.area)


def day_text(day: date | None, rng: Random, *, plain: bool) -> str | date | None:
    """Return a day in one of the forms that are met in ledgers, all of them exact."""
    if day is None:
        return None
    form = 0 if plain else rng.randrange(5)
    forms = {
        1: f"{day:%Y-%m-%d}",
        2: f"{day.year}年{day.month}月{day.day}日",
        3: f"{day.year}.{day.month}.{day.day}",
        4: f"{day.year}/{day.month}/{day.day}",
    }
    return forms.get(form, day)


def floor_text(room: Room) -> str | None:
    """Return storeys as they are spoken: 一楼, 1-2层, 负一层."""
    if room.storey is None:
        return None
    if room.storey < 0:
        return f"负{_DIGITS[-room.storey]}层"
    if room.top is not None and room.top != room.storey:
        return f"{room.storey}-{room.top}层"
    return "一楼" if room.storey == 1 else f"{room.storey}层"


def shared_text(room: Room) -> str | None:
    """Return the neighbours that use a room too, each with its share where agreed."""
    parts = [
        code if share is None else f"{code}={share:.0%}" for code, share in room.shared
    ]
    return "；".join(parts) or None
