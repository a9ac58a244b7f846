"""Ordinary communities and estates between the planted ones: mostly right, some short."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from gridgis.demo.chance import happens
from gridgis.demo.model import NEVER, Community, Estate, Room, Year
from gridgis.demo.names import ESTATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

__all__ = [
    "existing_estates",
    "figures",
    "grounds",
    "new_estate",
    "premises",
    "workers_required",
]

_FUTURE = date(2099, 6, 30)
_ONE_STOREY_M2 = 250.0
# Share of a room that residents use for activities, where the ledger states it.
_FOR_ACTIVITY = {
    "party_service_center": 0.4, "service": 0.1, "service_station": 0.3,
    "service_facility": 0.6, "elderly_day_care": 0.7, "canteen": 0.2, "nursery": 0.5,
}  # fmt: skip
_EXTRAS = (
    ("police_room", 30, 45, 0.5),
    ("mediation_room", 30, 40, 0.5),
    ("social_work_station", 30, 48, 0.4),
    ("elderly_day_care", 120, 420, 0.5),
    ("canteen", 80, 200, 0.35),
    ("nursery", 60, 180, 0.25),
    ("service_station", 200, 640, 0.1),
)


def premises(rng: Random, *, clean: bool) -> Iterator[Room]:
    """Yield the rooms of an ordinary community, all in one building at its anchor."""
    short = 0.7 if not clean and happens(rng, 0.15) else 1.0
    base = [
        ("party_service_center", rng.uniform(180, 260) * short),
        ("service", rng.uniform(100, 150) * short),
        ("office", rng.uniform(60, 95) * short),
    ]
    total = sum(area for _, area in base)
    active = total * rng.uniform(0.6, 2.4)
    base += [("culture_room", active * 0.4), ("activity", active * 0.6)]
    base += [
        (use, rng.uniform(low, high))
        for use, low, high, p in _EXTRAS
        if happens(rng, p)
    ]
    stated = clean or happens(rng, 0.8)
    for use, area in base:
        yield _in_centre(use, round(area, 1), rng, stated=stated)
    if happens(rng, 0.7):
        area = round(rng.uniform(90, 180), 1)
        yield replace(
            _in_centre("health_station", area, rng), building="", x=rng.uniform(70, 110)
        )


def _in_centre(use: str, area: float, rng: Random, *, stated: bool = False) -> Room:
    top = 2 if area > _ONE_STOREY_M2 else None
    tenure = rng.choice(("owned", "owned", "allocated", "leased"))
    share = _FOR_ACTIVITY.get(use)
    activity = round(area * share, 1) if stated and share else None
    return Room(
        use=use,
        area=area,
        activity=activity,
        building="社区综合楼",
        top=top,
        tenure=tenure,
    )


def grounds(rng: Random) -> Iterator[Room]:
    """Yield the outdoor grounds of an ordinary community: none, one or two."""
    for number in range(rng.choice((0, 1, 1, 1, 2))):
        area = round(rng.uniform(320, 980))
        yield Room(
            use="outdoor_fitness", outdoor=float(area), storey=None, entrance=None,
            x=30.0 + 25.0 * number, y=45.0,
        )  # fmt: skip


def workers_required(households: float) -> int:
    """Return the workers an urban community needs: 4, +1 per full 250 beyond 1,000."""
    return 4 + max(0, int((households - 1000) // 250))


def existing_estates(
    community: Community, number: int, rng: Random
) -> Iterator[Estate]:
    """Yield ordinary old estates; their dwellings are set from their buildings."""
    for name in rng.sample(ESTATES, min(number, len(ESTATES))):
        yield Estate(
            name=name,
            community=community.code,
            kind="existing",
            managed=False,
            committee=False,
        )


def new_estate(
    community: Community, name: str, rng: Random, *, clean: bool
) -> tuple[Estate, tuple[Room, ...]]:
    """Return an ordinary new estate with its rooms; one in five falls short."""
    dwellings = rng.randrange(160, 1500)
    short = 0.8 if not clean and happens(rng, 0.2) else 1.0
    needed = dwellings * 0.5 * rng.uniform(1.02, 1.3) * short
    elderly = round(needed * 0.6 + 0.05, 1)
    service = round(needed - elderly + 0.1, 1)
    building = not clean and happens(rng, 0.15)
    estate = _timed(
        Estate(
            name=name,
            community=community.code,
            dwellings=dwellings,
            floor_area=round(dwellings * rng.uniform(92, 118), 1),
            occupied=0 if building else ceil(dwellings * rng.uniform(0.4, 0.9)),
            managed=True,
            committee=False,
        ),
        rng.randrange(2014, 2021),
        f"{community.street}办事处"
        if community.kind == "urban"
        else f"{community.street}人民政府",
        building=building,
    )
    status = "building" if building else "in_use"
    rooms = tuple(
        Room(
            use=use, area=area, activity=round(area * _FOR_ACTIVITY[use], 1),
            tenure="allocated", building="配套楼", status=status,
            top=2 if area > _ONE_STOREY_M2 else None,
        )
        for use, area in (("service_facility", service), ("elderly_day_care", elderly))
    )  # fmt: skip
    return estate, rooms


def _timed(estate: Estate, year: int, receiver: str, *, building: bool) -> Estate:
    start = (date(year, 4, 18), date(year, 11, 6))
    if building:
        dates: tuple[date, ...] = (*start, _FUTURE, NEVER)
        return replace(estate, dates=dates, room_dates=dates)
    dates = (*start, date(year + 3, 6, 25), date(year + 3, 9, 30))
    early = (*start, date(year + 3, 5, 20), date(year + 3, 9, 1))
    return replace(
        estate,
        dates=dates,
        room_dates=early,
        agreement=True,
        handed_over=date(year + 3, 12, 10),
        receiver=receiver,
    )


def figures(
    community: Community, rng: Random, *, clean: bool
) -> tuple[Year, Year, Year]:
    """Return staff, funds and score of an ordinary community in the latest year."""
    urban = community.kind == "urban"
    needed = workers_required(community.dwellings) if urban else 3
    change = rng.choice((0, 0, 1, 2)) if clean or happens(rng, 0.8) else -1
    base = 120_000 if urban else 100_000
    money = base + 1000 * rng.randrange(0, 40)
    if not clean and happens(rng, 0.12):
        money = base - 1000 * rng.randrange(5, 30)
    score = round(rng.uniform(90 if clean else 84, 99), 1)
    share = round(rng.uniform(0.82, 0.99), 3)
    code = community.code
    return (
        Year(community=code, year=2026, workers=float(needed + change)),
        Year(community=code, year=2026, operating=float(money)),
        Year(
            community=code, year=2025, self_score=score, province_score=round(score - 2.5, 1),
            satisfaction=share, named=True,
        ),
    )  # fmt: skip
