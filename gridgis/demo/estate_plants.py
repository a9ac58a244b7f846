"""New and old estates with something planted in them, worked out by hand.

Limits in `expected`: S04 50 ㎡ per 100 dwellings of the whole development, pro rata · S04-C
one place · S04-S storeys 1–2 · S04-E own entrance · S04-H agreement, date, receiver once
delivered · N17 rooms no later than housing at each milestone · N18 by floor area (below
30,000 ㎡ 300; below 100,000 800; below 180,000 1,700; below 280,000 2,500; else 4,800) ·
N19 30 per 100 + max(30 per 100, 300) · N20 150, +50 per full 10,000 ㎡ above 30,000 ·
N13 30 and N14 20 elderly per 100 · N13-S one elderly place of 350 ㎡ · N16 elderly in phase 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from gridgis.demo.model import NEVER, Estate, Room

__all__ = ["ESTATE_PLANTS", "EstatePlant"]

_HOUSING = (date(2019, 3, 20), date(2019, 10, 8), date(2022, 5, 16), date(2022, 9, 28))
_FUTURE = date(2099, 6, 30)


@dataclass(frozen=True, kw_only=True)
class EstatePlant:
    """An estate, or the phases of one development, and its rooms."""

    name: str
    what: str
    phases: tuple[Estate, ...]
    rooms: tuple[Room, ...] = ()
    expected: Mapping[str, str] = field(default_factory=dict)


def _new(dwellings: int | None, **more: object) -> Estate:
    """Return a delivered new estate that was handed over properly."""
    estate = Estate(
        dwellings=dwellings,
        floor_area=None if dwellings is None else dwellings * 100.0,
        dates=_HOUSING,
        room_dates=_HOUSING,
        agreement=True,
        handed_over=date(2022, 12, 20),
        receiver="街道办事处",
        managed=True,
        committee=False,
    )
    return replace(estate, **more)  # type: ignore[arg-type]


def _one(dwellings: int | None, **more: object) -> tuple[Estate, ...]:
    return (_new(dwellings, **more),)


def _phases(*dwellings: int | None) -> tuple[Estate, ...]:
    return tuple(
        _new(count, phase=number) for number, count in enumerate(dwellings, start=1)
    )


def _room(use: str | None, area: float | None, **more: object) -> Room:
    room = Room(use=use, area=area, tenure="allocated", building="配套楼")
    return replace(room, **more)  # type: ignore[arg-type]


def _apart(use: str, area: float, x: float, **more: object) -> Room:
    return replace(_room(use, area, building=""), x=x, **more)  # type: ignore[arg-type]


ESTATE_PLANTS: tuple[EstatePlant, ...] = (
    EstatePlant(
        name="锦岫新城",
        what="1237 户应有 618.5 ㎡，实有 420 + 124.5 = 544.5 ㎡，差 74 ㎡（或少 148 户）",
        phases=_one(1237),
        rooms=(_room("service", 420.0), _room("elderly_day_care", 124.5)),
        expected={"S04": "fail", "S04-C": "pass", "S04-H": "pass", "N17": "pass"},
    ),
    EstatePlant(
        name="云栖一品",
        what="1000 户应有 500 ㎡，实有 500 ㎡，正好",
        phases=_one(1000),
        rooms=(_room("service_facility", 500.0),),
        expected={"S04": "pass", "S04-C": "pass", "S04-S": "pass", "S04-E": "pass"},
    ),
    EstatePlant(
        name="三期里",
        what="三期 400 + 500 + 300 = 1200 户，应有 600 ㎡；600 ㎡ 合用房全在一期",
        phases=_phases(400, 500, 300),
        rooms=(
            _room(
                "service",
                600.0,
                functions=("elderly_day_care", "culture_room"),
                storey=1,
                top=2,
                name="社区办公服务与养老合用房",
            ),
        ),
        # Elderly 600 ≥ 0.3 × 1200 = 360, one place of 600 ≥ 350, in phase 1.
        expected={
            "S04": "pass",
            "S04-C": "pass",
            "S04-S": "pass",
            "N13": "pass",
            "N13-S": "pass",
            "N16": "pass",
        },
    ),
    EstatePlant(
        name="分散里",
        what="800 户应有 400 ㎡，实有 250 + 180 = 430 ㎡，但两处相距 110 米，不集中",
        phases=_one(800),
        rooms=(_apart("service", 250.0, -55.0), _apart("activity", 180.0, 55.0)),
        expected={"S04": "pass", "S04-C": "fail"},
    ),
    EstatePlant(
        name="空表里",
        what="台账里没有这个小区的任何用房：无法判定，不能当作 0 ㎡",
        phases=_one(700),
        expected={"S04": "not_assessed"},
    ),
    EstatePlant(
        name="物管里",
        what="600 户只有物业用房 160 ㎡，物业用房不算，实为 0 ㎡",
        phases=_one(600),
        rooms=(_room("property_rooms", 160.0),),
        expected={"S04": "fail", "S04-C": "not_applicable"},
    ),
    EstatePlant(
        name="晚交里",
        what="住宅 2022-05-16 验收，用房 2023-03-01 才验收：一项不同步",
        phases=_one(900, room_dates=(*_HOUSING[:2], date(2023, 3, 1), _HOUSING[3])),
        rooms=(_room("service_facility", 460.0),),
        expected={"S04": "pass", "N17": "fail"},
    ),
    EstatePlant(
        name="未移交里",
        what="已交付但未签移交协议",
        phases=_one(900, agreement=False, handed_over=None, receiver=None),
        rooms=(_room("service_facility", 460.0),),
        expected={"S04": "pass", "S04-H": "fail"},
    ),
    EstatePlant(
        name="百户里",
        what="正好 100 户，应有 50 ㎡，实有 50 ㎡",
        phases=_one(100),
        rooms=(_room("service", 50.0),),
        expected={"S04": "pass"},
    ),
    EstatePlant(
        name="微缺里",
        what="1000 户应有 500 ㎡，实有 499.9 ㎡，差 0.1 ㎡",
        phases=_one(1000),
        rooms=(_room("service_facility", 499.9),),
        expected={"S04": "fail"},
    ),
    EstatePlant(
        name="微余里",
        what="1000 户应有 500 ㎡，实有 500.1 ㎡",
        phases=_one(1000),
        rooms=(_room("service_facility", 500.1),),
        expected={"S04": "pass"},
    ),
    EstatePlant(
        name="整百里",
        what="1250 户：按比例应有 625 ㎡，按整百户进位应有 650 ㎡；实有 630 ㎡，两种读法结论不同",
        phases=_one(1250),
        rooms=(_room("service_facility", 630.0),),
        expected={"S04": "pass"},
    ),
    EstatePlant(
        name="缺期里",
        what="两期 800 户与户数不详：开发项目总户数未知",
        phases=_phases(800, None),
        rooms=(_room("service", 450.0), _room("elderly_care", 100.0)),
        expected={"S04": "not_assessed", "N13": "not_assessed", "N16": "pass"},
    ),
    EstatePlant(
        name="后补里",
        what="两期各 500 户：养老用房放在二期，应在首期",
        phases=_phases(500, 500),
        rooms=(_room("service", 240.0), _room("elderly_day_care", 360.0, phase=2)),
        # Same building name in one development is one place; 600 ≥ 500, elderly 360 ≥ 300.
        expected={"S04": "pass", "N13": "pass", "N13-S": "pass", "N16": "fail"},
    ),
    EstatePlant(
        name="连廊里",
        what="三处相邻各 45 米，首尾 90 米，连成一处；应有 350 ㎡，实有 360 ㎡",
        phases=_one(700),
        rooms=(
            _apart("service", 120.0, -45.0),
            _apart("activity", 120.0, 0.0),
            _apart("office", 120.0, 45.0),
        ),
        expected={"S04": "pass", "S04-C": "pass"},
    ),
    EstatePlant(
        name="楼上里",
        what="400 户，用房 220 ㎡ 在三楼",
        phases=_one(400),
        rooms=(_room("service", 220.0, storey=3),),
        expected={"S04": "pass", "S04-S": "fail"},
    ),
    EstatePlant(
        name="地下里",
        what="400 户，用房 150 ㎡ 在一层、80 ㎡ 在负一层",
        phases=_one(400),
        rooms=(_room("service", 150.0), _room("activity", 80.0, storey=-1)),
        expected={"S04": "pass", "S04-S": "fail"},
    ),
    EstatePlant(
        name="无层里",
        what="400 户，用房 220 ㎡，楼层与出入口都未填",
        phases=_one(400),
        rooms=(_room("service", 220.0, storey=None, entrance=None),),
        expected={"S04": "pass", "S04-S": "not_assessed", "S04-E": "not_assessed"},
    ),
    EstatePlant(
        name="借道里",
        what="400 户，用房 220 ㎡ 没有独立出入口",
        phases=_one(400),
        rooms=(_room("service", 220.0, entrance=False),),
        expected={"S04": "pass", "S04-E": "fail"},
    ),
    EstatePlant(
        name="租房里",
        what="600 户应有 300 ㎡；自有 180 ㎡，租赁 150 ㎡ 不算配建",
        phases=_one(600),
        rooms=(_room("service", 180.0), _room("activity", 150.0, tenure="leased")),
        expected={"S04": "fail"},
    ),
    EstatePlant(
        name="权属里",
        what="600 户应有 300 ㎡；180 ㎡ 配建移交，150 ㎡ 产权未填：算与不算结论不同",
        phases=_one(600),
        rooms=(_room("service", 180.0), _room("activity", 150.0, tenure=None)),
        expected={"S04": "not_assessed"},
    ),
    EstatePlant(
        name="无期里",
        what="已签移交协议、有接收单位，但移交日期空白",
        phases=_one(500, handed_over=None),
        rooms=(_room("service_facility", 260.0),),
        expected={"S04": "pass", "S04-H": "not_assessed"},
    ),
    EstatePlant(
        name="远约里",
        what="已交付，但约定 2099-12-31 才移交",
        phases=_one(500, handed_over=NEVER),
        rooms=(_room("service_facility", 260.0),),
        expected={"S04-H": "fail"},
    ),
    EstatePlant(
        name="缺验里",
        what="用房验收日期空白，住宅已验收：是否同步无法判定",
        phases=_one(500, room_dates=(*_HOUSING[:2], None, _HOUSING[3])),
        rooms=(_room("service_facility", 260.0),),
        expected={"N17": "not_assessed"},
    ),
    EstatePlant(
        name="在建里",
        what="在建小区：用房规划 420 ㎡，800 户应有 400 ㎡；尚未交付，移交不适用",
        phases=_one(
            800,
            dates=(*_HOUSING[:2], _FUTURE, NEVER),
            room_dates=(*_HOUSING[:2], _FUTURE, NEVER),
            agreement=None,
            handed_over=None,
            receiver=None,
        ),
        rooms=(_room("service_facility", 420.0, status="building", storey=1, top=2),),
        expected={"S04": "pass", "S04-H": "not_applicable", "N17": "pass"},
    ),
    EstatePlant(
        name="待交里",
        what="交付日期空白：移交是否到期无法判定",
        phases=_one(
            800,
            dates=(*_HOUSING[:3], None),
            agreement=None,
            handed_over=None,
            receiver=None,
        ),
        rooms=(_room("service_facility", 420.0),),
        expected={"S04-H": "not_assessed"},
    ),
    EstatePlant(
        name="商业里",
        what="纯商业项目，规划户数 0：按户指标不适用",
        phases=_one(0, floor_area=None),
        expected={
            "S04": "not_applicable",
            "N19": "not_applicable",
            "N13": "not_applicable",
        },
    ),
    EstatePlant(
        name="待定里",
        what="“新建或既有”未填：新建小区的规则无法判定",
        phases=_one(300, kind=None),
        rooms=(_room("service", 160.0),),
        expected={
            "S04": "not_assessed",
            "S04-H": "not_assessed",
            "N14": "not_assessed",
        },
    ),
    EstatePlant(
        name="无位里",
        what="两间用房，一间既无坐标也无楼栋：是否集中无法判定",
        phases=_one(600),
        rooms=(
            _room("service", 200.0),
            _room("activity", 120.0, building="", located=False),
        ),
        expected={"S04": "pass", "S04-C": "not_assessed"},
    ),
    EstatePlant(
        name="三万里",
        what="住宅建筑面积正好 30000 ㎡，应有 800 ㎡；实有 800 ㎡",
        phases=_one(280, floor_area=30_000.0),
        rooms=(_room("service_facility", 800.0),),
        expected={"N18": "pass", "S04": "pass"},
    ),
    EstatePlant(
        name="近三万里",
        what="住宅建筑面积 29999 ㎡，应有 300 ㎡；实有 299 ㎡",
        phases=_one(280, floor_area=29_999.0),
        rooms=(_room("service_facility", 299.0),),
        expected={"N18": "fail", "S04": "pass"},
    ),
    EstatePlant(
        name="保障里",
        what="保障房 45000 ㎡：150 + 50 × 1 = 200 ㎡（不满 1 万㎡ 不增），实有 200 ㎡",
        phases=_one(400, housing="affordable", floor_area=45_000.0),
        rooms=(_room("service_facility", 200.0),),
        expected={"N20": "pass", "S04": "pass"},
    ),
    EstatePlant(
        name="安居里",
        what="保障房 30000 ㎡，应有 150 ㎡，实有 149 ㎡",
        phases=_one(290, housing="affordable", floor_area=30_000.0),
        rooms=(_room("service_facility", 149.0),),
        expected={"N20": "fail", "S04": "pass"},
    ),
    EstatePlant(
        name="双标里",
        what="1000 户：300 + max(300, 300) = 600 ㎡；服务 300 + 养老 300 正好；养老单处 300 < 350",
        phases=_one(1000),
        rooms=(_room("service", 300.0), _room("elderly_care", 300.0)),
        expected={"N19": "pass", "N13": "pass", "N13-S": "fail", "S04": "pass"},
    ),
    EstatePlant(
        name="单处里",
        what="1000 户，养老一处正好 350 ㎡",
        phases=_one(1000),
        rooms=(_room("service", 200.0), _room("elderly_care", 350.0)),
        expected={"N13-S": "pass", "N13": "pass", "S04": "pass"},
    ),
    EstatePlant(
        name="老粮站大院",
        what="既有小区 500 户，养老用房 100 ㎡，正好每百户 20 ㎡（租赁也算）",
        phases=_one(
            500,
            kind="existing",
            dates=(None,) * 4,
            room_dates=(None,) * 4,
            agreement=None,
            handed_over=None,
            receiver=None,
        ),
        rooms=(_room("elderly_day_care", 100.0, tenure="leased"),),
        expected={"N14": "pass", "S04": "not_applicable"},
    ),
    EstatePlant(
        name="老丝厂大院",
        what="既有小区 500 户，养老用房 99.9 ㎡，差 0.1 ㎡",
        phases=_one(
            500,
            kind="existing",
            dates=(None,) * 4,
            room_dates=(None,) * 4,
            agreement=None,
            handed_over=None,
            receiver=None,
        ),
        rooms=(_room("elderly_day_care", 99.9, tenure="owned"),),
        expected={"N14": "fail", "S04": "not_applicable"},
    ),
)
