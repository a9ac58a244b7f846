"""Which planted rooms count, how much they are, and how many places they make.

Written from the prose of the rules and from nothing else, so that the expected verdicts
check the engine instead of repeating it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import hypot, inf

from gridgis.demo.interval import UNKNOWN, Span, total
from gridgis.demo.model import DAY, Room

__all__ = [
    "ALL_ROOMS",
    "Holding",
    "Tally",
    "Want",
    "largest_place",
    "places",
    "small_share",
    "tally",
    "wanted",
]

ALL_ROOMS = frozenset(
    [
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
    ]
)
_NEARBY_M = 50.0
_SMALL_M2 = 30.0


@dataclass(frozen=True)
class Want:
    """What a rule counts; `tenures` empty means any."""

    uses: frozenset[str]
    statuses: frozenset[str] = frozenset({"in_use"})
    tenures: frozenset[str] = frozenset()
    outdoor: bool = False


@dataclass(frozen=True)
class Holding:
    """A room as one subject holds it: whole, or the share agreed with a neighbour."""

    room: Room
    share: float = 1.0

    def amount(self, *, outdoor: bool) -> Span:
        """Return the area in ㎡; "余" has no upper end, "近" no lower one."""
        area = self.room.outdoor if outdoor else self.room.area
        if area is None:
            return UNKNOWN
        area = round(area * self.share, 6)
        ends = {"at_least": Span(area, inf), "at_most": Span(0.0, area)}
        return ends.get(self.room.mark, Span(area, area))


@dataclass(frozen=True)
class Tally:
    """Rooms that count for sure, and rooms that may or may not."""

    sure: tuple[Holding, ...]
    maybe: tuple[Holding, ...]
    outdoor: bool = False

    @property
    def is_empty(self) -> bool:
        """Say whether no room counts and none may."""
        return not self.sure and not self.maybe

    def amounts(self) -> list[Span]:
        """Return the area of every room, from 0 where it may not count at all."""
        maybe = [Span(0.0, h.amount(outdoor=self.outdoor).high) for h in self.maybe]
        return [h.amount(outdoor=self.outdoor) for h in self.sure] + maybe

    def area(self) -> Span:
        """Return the sum in ㎡."""
        return total(self.amounts())


def tally(holdings: Iterable[Holding], want: Want) -> Tally:
    """Sort rooms into those that count, those that may, and those that do not."""
    sure, maybe = [], []
    for holding in holdings:
        verdict = _counts(holding.room, want)
        if verdict is None:
            maybe.append(holding)
        elif verdict:
            sure.append(holding)
    return Tally(tuple(sure), tuple(maybe), want.outdoor)


def _counts(room: Room, want: Want) -> bool | None:
    used = want.uses.intersection((room.use, *room.functions))
    if room.use is not None and not used:
        return False
    if room.use is None:
        return None
    if (room.status or "in_use") not in want.statuses:
        return False
    if room.available is not None and room.available > DAY:
        return False
    if want.tenures and room.tenure is not None and room.tenure not in want.tenures:
        return False
    known = room.outdoor if want.outdoor else room.area
    return None if known is None or (want.tenures and room.tenure is None) else True


def places(rooms: Sequence[Room]) -> tuple[list[list[int]], list[int]]:
    """Group rooms into places, and list those whose place nobody knows.

    One place: the same site, the same building of the same estate or community, or at
    most 50 m apart, and all that hangs together through others.
    """
    lost = [i for i, r in enumerate(rooms) if not (r.located or r.site or r.building)]
    groups: list[list[int]] = []
    for i in (i for i in range(len(rooms)) if i not in set(lost)):
        near = [g for g in groups if any(_together(rooms[i], rooms[j]) for j in g)]
        groups = [g for g in groups if g not in near]
        groups.append(sorted([i, *(j for g in near for j in g)]))
    return groups, lost


def _together(one: Room, other: Room) -> bool:
    if one.site and one.site == other.site:
        return True
    home = (one.estate or one.community, one.building)
    if one.building and home == (other.estate or other.community, other.building):
        return True
    if not (one.located and other.located):
        return False
    return hypot(one.x - other.x, one.y - other.y) <= _NEARBY_M


def largest_place(tallied: Tally) -> Span:
    """Return the area in ㎡ of the largest place among the rooms."""
    holdings = [*tallied.sure, *tallied.maybe]
    amounts = tallied.amounts()
    groups, lost = places([h.room for h in holdings])
    sums = [total(amounts[i] for i in group) for group in groups]
    alone = [amounts[i] for i in lost]
    low = max([s.low for s in (*sums, *alone)], default=0.0)
    high = max([s.high for s in sums], default=0.0) + sum(a.high for a in alone)
    return Span(low, high)


def small_share(tallied: Tally) -> Span:
    """Return the share of rooms below 30 ㎡, by number."""
    spans = [h.amount(outdoor=False) for h in tallied.sure]
    small = sum(span.high < _SMALL_M2 for span in spans)
    unsure = sum(span.low < _SMALL_M2 <= span.high for span in spans)
    number, maybe = len(spans), len(tallied.maybe)
    return Span(small / (number + maybe), (small + unsure + maybe) / (number + maybe))


def wanted(
    *uses: str, statuses: Collection[str] = ("in_use",), tenures: Collection[str] = ()
) -> Want:
    """Return what a rule counts, in words as the rules write them."""
    return Want(frozenset(uses), frozenset(statuses), frozenset(tenures))
