"""Communities with something planted in them, and the outcome worked out by hand for each.

Limits in the hand-worked `expected`: S01 300 ㎡ (office, service, party centre, station,
facility; in use) · S02 400 ㎡ · S03 500 ㎡ outdoor · N02 30 ㎡ per 100 households · N03 60 %
for activity · S05 4 workers, +1 per full 250 households over 1,000 · N04 18 per 10,000.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gridgis.demo.model import Room

__all__ = ["PARTNER", "Plant", "apart", "centre", "ground", "room"]

# Stands for the code of the community that holds the next plant of the list.
PARTNER = "@partner"

LEDGER = "社区台账.xlsx"


@dataclass(frozen=True, kw_only=True)
class Plant:
    """What is planted in one community; `None` leaves a figure to chance.

    With `households_text` in the cell, `households` are what a reader can take from it.
    """

    key: str
    what: str
    name: str = ""
    file: str = LEDGER
    rooms: tuple[Room, ...] | None = None
    grounds: tuple[Room, ...] | None = None
    population: int | None = None
    dwellings: int | None = None
    households_text: str | None = None
    households: float | None = None
    grid_parts: tuple[int, ...] | None = None
    workers: int | None = None
    funds: tuple[tuple[int, float | None], ...] | None = None
    scores: tuple[tuple[int, float | None], ...] | None = None
    partner: str = ""
    expected: Mapping[str, str] = field(default_factory=dict)


def centre(area: float | None, **more: object) -> Room:
    """Return the party centre of a community, in its own building at the anchor."""
    base = Room(use="party_service_center", area=area, building="社区综合楼")
    return replace(base, **more)  # type: ignore[arg-type]


def room(use: str | None, area: float | None, **more: object) -> Room:
    """Return another room in the building of the party centre."""
    return replace(centre(area), use=use, **more)  # type: ignore[arg-type]


def apart(use: str | None, area: float | None, x: float, **more: object) -> Room:
    """Return a shop-front room x metres along the street, in a house of its own."""
    return replace(room(use, area, building=""), x=x, **more)  # type: ignore[arg-type]


def ground(area: float | None, **more: object) -> Room:
    """Return an outdoor ground 50 m from the anchor."""
    ground_room = Room(use="outdoor_fitness", outdoor=area, storey=None, entrance=None)
    return replace(ground_room, x=30.0, y=40.0, **more)  # type: ignore[arg-type]
