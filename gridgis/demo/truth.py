"""The verdict expected of every rule for every subject, worked out from what was planted.

Nothing here knows the rule engine: the limits are typed from the prose of the rules, the
figures are those that were planted, not those that a reader gets from the files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import floor, inf
from typing import TYPE_CHECKING

from gridgis.demo import counting
from gridgis.demo.counting import ALL_ROOMS, Holding, Tally, Want, tally, wanted
from gridgis.demo.interval import (
    NOT_APPLICABLE,
    Answer,
    Span,
    at_least,
    at_most,
    between,
    exact,
    total,
)
from gridgis.demo.model import LATEST, County, Year

if TYPE_CHECKING:
    from gridgis.demo.model import Community

__all__ = ["Case", "Facts", "community_verdicts", "gather"]

_STATION = wanted(
    "office", "service", "party_service_center", "service_station", "service_facility"
)
_DISTRICT = wanted(*ALL_ROOMS, "elderly_day_care", "elderly_care", "nursery", "canteen")
_NATIONAL = wanted(*ALL_ROOMS, "elderly_day_care", "canteen", "nursery")
_GROUND = Want(frozenset({"outdoor_fitness"}), outdoor=True)
_NO_ACTIVITY = {"office", "police_room", "mediation_room", "social_work_station"}
_CIRCLE = {
    "N11-ST": (wanted("service_station"), 600.0),
    "N11-CU": (wanted("culture_room"), 250.0),
    "N11-EL": (wanted("elderly_day_care"), 350.0),
    "N11-HE": (wanted("health_station"), 120.0),
    "N11-OU": (_GROUND, 150.0),
}


@dataclass(frozen=True)
class Case:
    """One subject and everything that belongs to it."""

    code: str
    holdings: tuple[Holding, ...]


@dataclass(frozen=True)
class Facts:
    """The planted county, indexed for looking up."""

    county: County
    seen_uses: frozenset[tuple[str, bool]]
    communities: Mapping[str, tuple[Holding, ...]]
    estates: Mapping[str, tuple[Holding, ...]]
    staff: Mapping[str, Year]
    funds: Mapping[str, Year]
    scores: Mapping[str, Year]

    def believed(self, case: Case, tallied: Tally, want: Want) -> bool:
        """Say whether "none" may be believed: such rooms are recorded, and this subject is."""
        if not tallied.is_empty:
            return True
        recorded = any((use, want.outdoor) in self.seen_uses for use in want.uses)
        return recorded and bool(case.holdings)

    def without_rooms(
        self, case: Case, tallied: Tally, want: Want, required: Span
    ) -> Answer:
        """Answer a question about rooms where none counts for certain.

        It does not arise where it is known that there are none; it stays open where a
        room might count, or where the ledger does not speak.
        """
        if tallied.is_empty and self.believed(case, tallied, want):
            return NOT_APPLICABLE
        return Answer("not_assessed", None, required.known)

    def area_at_least(self, case: Case, want: Want, required: Span) -> Answer:
        """Compare the summed area with what is required."""
        tallied = tally(case.holdings, want)
        if not self.believed(case, tallied, want):
            return Answer("not_assessed", None, required.known)
        return at_least(tallied.area(), required)


def gather(county: County) -> Facts:
    """Index rooms by owner, neighbour and estate; refused rows are not there."""
    rooms = [room for room in county.rooms if room.refused is None]
    own: dict[str, list[Holding]] = defaultdict(list)
    estate: dict[str, list[Holding]] = defaultdict(list)
    for room in rooms:
        given = sum(share or 0.0 for _, share in room.shared)
        own[room.community].append(Holding(room, 1.0 - given))
        for neighbour, share in room.shared:
            if share is not None:
                own[neighbour].append(Holding(room, share))
        if room.estate:
            estate[room.estate].append(Holding(room))
    seen = {(r.use, False) for r in rooms if r.use and r.area is not None}
    seen |= {(r.use, True) for r in rooms if r.use and r.outdoor is not None}
    return Facts(
        county=county,
        seen_uses=frozenset(seen),
        communities={code: tuple(held) for code, held in own.items()},
        estates={code: tuple(held) for code, held in estate.items()},
        staff=_latest(county.staff),
        funds=_latest(county.funds),
        scores=_latest(county.scores),
    )


def _latest(rows: tuple[Year, ...]) -> dict[str, Year]:
    """Return the row of the latest year that is not after the day's."""
    in_time = sorted(
        (row for row in rows if row.year <= LATEST), key=lambda row: row.year
    )
    return {row.community: row for row in in_time}


def community_verdicts(
    facts: Facts, community: Community, packs: frozenset[str]
) -> Iterator[tuple[str, str, Answer]]:
    """Yield (pack, rule, answer) of every rule about communities."""
    case = Case(community.code, facts.communities.get(community.code, ()))
    for pack, rules in _COMMUNITY_RULES.items():
        if pack in packs:
            for rule, answer in rules.items():
                yield pack, rule, answer(facts, case, community)


Judge = Callable[["Facts", Case, "Community"], Answer]


def _households(community: Community) -> Span:
    return exact(community.households)


def _s01_concentration(facts: Facts, case: Case, _: Community) -> Answer:
    tallied = tally(case.holdings, _STATION)
    if not tallied.sure:
        return facts.without_rooms(case, tallied, _STATION, exact(0.5))
    largest, area = counting.largest_place(tallied), tallied.area()
    low = 0.0 if area.high == inf else largest.low / area.high
    high = min(1.0, largest.high / area.low) if area.low else 1.0
    return at_least(Span(low, high), exact(0.5))


def _s01_small(facts: Facts, case: Case, _: Community) -> Answer:
    tallied = tally(case.holdings, _STATION)
    if not tallied.sure:
        return facts.without_rooms(case, tallied, _STATION, exact(0.5))
    return at_most(counting.small_share(tallied), exact(0.5))


def _money(kind: str, required: float) -> Judge:
    def judge(facts: Facts, case: Case, community: Community) -> Answer:
        if community.kind != kind:
            return NOT_APPLICABLE
        row = facts.funds.get(case.code)
        return at_least(exact(row.operating if row else None), exact(required))

    return judge


def _workers(facts: Facts, case: Case, community: Community) -> Answer:
    if community.kind != "urban":
        return NOT_APPLICABLE
    households = community.households
    required = Span(4.0, inf)
    if households is not None:
        required = exact(4.0 + max(0, floor((households - 1000) / 250)))
    row = facts.staff.get(case.code)
    return at_least(exact(row.workers if row else None), required)


def _workers_per_10000(facts: Facts, case: Case, community: Community) -> Answer:
    if community.kind != "urban":
        return NOT_APPLICABLE
    if community.population == 0:
        return NOT_APPLICABLE
    row = facts.staff.get(case.code)
    workers = exact(row.workers if row else None)
    return at_least(workers, exact(community.population * 18 / 1e4))


def _per_hundred(facts: Facts, case: Case, community: Community) -> Answer:
    households = community.households
    if households == 0:
        return NOT_APPLICABLE
    required = exact(None if households is None else 30 * households / 100)
    return facts.area_at_least(case, _NATIONAL, required)


def _activity(facts: Facts, case: Case, _: Community) -> Answer:
    tallied = tally(case.holdings, _NATIONAL)
    if not tallied.sure:
        return facts.without_rooms(case, tallied, _NATIONAL, exact(0.6))
    area = tallied.area()
    active = total(_active(held) for held in (*tallied.sure, *tallied.maybe))
    low = 0.0 if area.high == inf else active.low / area.high
    high = min(1.0, active.high / area.low) if area.low else 1.0
    return at_least(Span(low, high), exact(0.6))


def _active(held: Holding) -> Span:
    room = held.room
    if room.activity is not None:
        return exact(room.activity * held.share)
    amount = held.amount(outdoor=False)
    if room.use in ("activity", "culture_room"):
        return amount
    return exact(0.0) if room.use in _NO_ACTIVITY else Span(0.0, amount.high)


def _complex(facts: Facts, case: Case, community: Community) -> Answer:
    if community.kind != "urban":
        return NOT_APPLICABLE
    tallied = tally(case.holdings, _NATIONAL)
    if not facts.believed(case, tallied, _NATIONAL):
        return Answer("not_assessed", None, 600.0)
    return at_least(counting.largest_place(tallied), exact(600.0))


def _size(_facts: Facts, _case: Case, community: Community) -> Answer:
    if community.kind != "urban":
        return NOT_APPLICABLE
    return between(_households(community), 1000, 3000)


def _score(facts: Facts, case: Case, _: Community) -> Answer:
    row = facts.scores.get(case.code)
    return at_least(exact(row.self_score if row else None), exact(90.0))


def _sum(want: Want, required: float) -> Judge:
    def judge(facts: Facts, case: Case, _: Community) -> Answer:
        return facts.area_at_least(case, want, exact(required))

    return judge


_COMMUNITY_RULES: Mapping[str, Mapping[str, Judge]] = {
    "county": {
        "S01": _sum(_STATION, 300.0),
        "S01-C": _s01_concentration,
        "S01-R": _s01_small,
        "S13-U": _money("urban", 120_000.0),
        "S13-T": _money("town", 100_000.0),
    },
    "district": {
        "S02": _sum(_DISTRICT, 400.0),
        "S03": _sum(_GROUND, 500.0),
        "S05": _workers,
        "S08": _score,
    },
    "national": {
        "N01": _size,
        "N02": _per_hundred,
        "N03": _activity,
        "N04": _workers_per_10000,
        "N07": _complex,
    },
    "living_circle": {
        "N08-5": lambda _f, _c, community: between(
            exact(community.population), 5000, 12_000
        ),
        **{rule: _sum(want, required) for rule, (want, required) in _CIRCLE.items()},
    },
}
