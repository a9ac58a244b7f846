"""Expected verdicts of estates, grids and the county as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, inf
from typing import TYPE_CHECKING

from gridgis.demo import counting
from gridgis.demo.counting import ALL_ROOMS, Holding, Tally, tally, wanted
from gridgis.demo.interval import (
    NOT_APPLICABLE,
    NOT_ASSESSED,
    Answer,
    Span,
    at_least,
    at_most,
    between,
    exact,
    total,
)
from gridgis.demo.model import DAY, Estate
from gridgis.demo.truth import Case, Facts

if TYPE_CHECKING:
    from gridgis.demo.model import County

__all__ = ["Project", "county_verdicts", "estate_verdicts", "grid_verdicts", "projects"]

_UNIT_DIGITS, _TOP_STOREY = 15, 2
_ELDERLY = ("elderly_care", "elderly_day_care")
_COMING = ("in_use", "building", "planned")
_PROVIDED = wanted(
    *ALL_ROOMS, *_ELDERLY, statuses=_COMING, tenures=("owned", "allocated", "shared")
)
_ROOMS = wanted(*ALL_ROOMS, statuses=_COMING)
_WITH_ELDERLY = wanted(*ALL_ROOMS, *_ELDERLY, statuses=_COMING)
_CARE = wanted(*_ELDERLY, statuses=_COMING)
_CARE_NOW = wanted(*_ELDERLY)
# Residential floor area below which a step ends, and the ㎡ of rooms it asks for.
_STEPS = (
    (30_000.0, 300.0),
    (100_000.0, 800.0),
    (180_000.0, 1700.0),
    (280_000.0, 2500.0),
    (inf, 4800.0),
)


@dataclass(frozen=True)
class Project:
    """A whole development: one estate, or all its phases."""

    case: Case
    phases: tuple[Estate, ...]

    @property
    def kind(self) -> str | None:
        """Return new if any phase is new, unknown if any phase is and none is new."""
        kinds = {phase.kind for phase in self.phases}
        return "new" if "new" in kinds else None if None in kinds else "existing"

    @property
    def dwellings(self) -> Span:
        """Return planned dwellings over all phases; one unknown phase leaves it open."""
        return _over_phases([phase.dwellings for phase in self.phases])

    @property
    def floor_area(self) -> Span:
        """Return residential floor area in ㎡ over all phases."""
        return _over_phases([phase.floor_area for phase in self.phases])


def _over_phases(figures: Sequence[float | None]) -> Span:
    """Add up; a sum with an unknown part is unknown as a whole."""
    known = [figure for figure in figures if figure is not None]
    return exact(sum(known) if len(known) == len(figures) else None)


def projects(facts: Facts) -> list[Project]:
    """Return the developments, in the order of their first rows."""
    rows: dict[str, list[Estate]] = {}
    for estate in facts.county.estates:
        rows.setdefault(estate.development or estate.id, []).append(estate)
    return [
        Project(
            Case(code, tuple(h for p in phases for h in facts.estates.get(p.id, ()))),
            tuple(phases),
        )
        for code, phases in rows.items()
    ]


def estate_verdicts(
    facts: Facts, project: Project, packs: frozenset[str]
) -> Iterator[tuple[str, str, Answer]]:
    """Yield (pack, rule, answer) of every rule about estates."""
    for pack, rules in _ESTATE_RULES.items():
        if pack in packs:
            for rule, (kind, judge) in rules.items():
                answer = NOT_APPLICABLE
                if project.kind in (kind, None):
                    answer = judge(facts, project)
                if project.kind is None and answer.outcome != "not_applicable":
                    answer = NOT_ASSESSED
                yield pack, rule, answer


def _provision(facts: Facts, project: Project) -> Answer:
    return _per_hundred(facts, project, _PROVIDED, 50)


def _per_hundred(
    facts: Facts, project: Project, want: counting.Want, rate: float
) -> Answer:
    dwellings = project.dwellings
    if dwellings.known == 0:
        return NOT_APPLICABLE
    required = Span(rate * dwellings.low / 100, rate * dwellings.high / 100)
    return facts.area_at_least(project.case, want, required)


def _one_place(facts: Facts, project: Project) -> Answer:
    tallied = tally(project.case.holdings, _PROVIDED)
    if not tallied.sure:
        return facts.without_rooms(project.case, tallied, _PROVIDED, exact(1.0))
    sure = [h.room for h in tallied.sure]
    groups, lost = counting.places(sure)
    low = max(len(groups), 1)
    most, more_lost = counting.places([*sure, *(h.room for h in tallied.maybe)])
    high = max(len(groups) + len(lost), len(most) + len(more_lost))
    return at_most(Span(low, high), exact(1.0))


def _count_rooms(
    test: Callable[[Holding], bool | None],
) -> Callable[[Facts, Project], Answer]:
    """Return a rule that counts rooms for which `test` holds: none may."""

    def judge(facts: Facts, project: Project) -> Answer:
        tallied = tally(project.case.holdings, _PROVIDED)
        if not tallied.sure:
            return facts.without_rooms(project.case, tallied, _PROVIDED, exact(0.0))
        return at_most(_tested(tallied, test), exact(0.0))

    return judge


def _tested(tallied: Tally, test: Callable[[Holding], bool | None]) -> Span:
    sure = [test(held) for held in tallied.sure]
    maybe = [test(held) for held in tallied.maybe]
    low = sure.count(True)
    return Span(low, low + sure.count(None) + len(maybe) - maybe.count(False))


def _off_ground(held: Holding) -> bool | None:
    storey = held.room.storey
    if storey is None:
        return None
    return not (1 <= storey <= (held.room.top or storey) <= _TOP_STOREY)


def _no_entrance(held: Holding) -> bool | None:
    return None if held.room.entrance is None else not held.room.entrance


def _hand_over(_facts: Facts, project: Project) -> Answer:
    delivered = [phase.dates[3] for phase in project.phases]
    if any(on is None for on in delivered):
        return Answer("not_assessed", None, 0.0)
    due = [
        phase for phase in project.phases if phase.dates[3] and phase.dates[3] <= DAY
    ]
    if not due:
        return NOT_APPLICABLE
    return at_most(total(gap for phase in due for gap in _gaps(phase)), exact(0.0))


def _gaps(phase: Estate) -> list[Span]:
    unknown, gap, done = Span(0, 1), Span(1, 1), Span(0, 0)
    agreed = unknown if phase.agreement is None else done if phase.agreement else gap
    on = phase.handed_over
    dated = unknown if on is None else done if on <= DAY else gap
    return [agreed, dated, done if phase.receiver else unknown]


def _in_step(_facts: Facts, project: Project) -> Answer:
    """Count milestones that are due and whose rooms came later than the housing."""
    pairs = [
        pair for p in project.phases for pair in zip(p.dates, p.room_dates, strict=True)
    ]
    if all(housing is None for housing, _ in pairs):
        return NOT_ASSESSED
    due = [(housing, rooms) for housing, rooms in pairs if housing and housing <= DAY]
    if not due:
        return NOT_APPLICABLE
    late = sum(rooms is not None and rooms > housing for housing, rooms in due)
    missing = sum(rooms is None for _, rooms in due)
    return at_most(Span(late, late + missing), exact(0.0))


def _by_floor_area(facts: Facts, project: Project) -> Answer:
    area = project.floor_area.known
    required = Span(300.0, 4800.0)
    if area is not None:
        required = exact(next(rooms for below, rooms in _STEPS if area < below))
    return facts.area_at_least(project.case, _ROOMS, required)


def _two_sets(facts: Facts, project: Project) -> Answer:
    dwellings = project.dwellings
    if dwellings.known == 0:
        return NOT_APPLICABLE
    low, high = (30 * d / 100 + max(30 * d / 100, 300.0) for d in dwellings)
    return facts.area_at_least(project.case, _WITH_ELDERLY, Span(low, high))


def _affordable(facts: Facts, project: Project) -> Answer:
    kinds = {phase.housing for phase in project.phases}
    if "affordable" not in kinds:
        return NOT_ASSESSED if None in kinds else NOT_APPLICABLE
    area = project.floor_area.known
    required = Span(150.0, inf)
    if area is not None:
        required = exact(150.0 + 50.0 * max(0, floor((area - 30_000) / 10_000)))
    return facts.area_at_least(project.case, _ROOMS, required)


def _largest_care(facts: Facts, project: Project) -> Answer:
    tallied = tally(project.case.holdings, _CARE)
    if not facts.believed(project.case, tallied, _CARE):
        return Answer("not_assessed", None, 350.0)
    return at_least(counting.largest_place(tallied), exact(350.0))


def _care_first(facts: Facts, project: Project) -> Answer:
    if len(project.phases) == 1:
        return NOT_APPLICABLE
    all_care = tally(project.case.holdings, _CARE)
    if not all_care.sure:
        return facts.without_rooms(project.case, all_care, _CARE, exact(0.0))
    first = {phase.id for phase in project.phases if phase.phase == 1}
    later = tally(
        (h for h in project.case.holdings if h.room.estate not in first), _CARE
    )
    return at_most(
        Span(len(later.sure), len(later.sure) + len(later.maybe)), exact(0.0)
    )


_EstateJudge = Callable[[Facts, Project], Answer]
_ESTATE_RULES: Mapping[str, Mapping[str, tuple[str, _EstateJudge]]] = {
    "county": {
        "S04": ("new", _provision),
        "S04-C": ("new", _one_place),
        "S04-S": ("new", _count_rooms(_off_ground)),
        "S04-E": ("new", _count_rooms(_no_entrance)),
        "S04-H": ("new", _hand_over),
        "N17": ("new", _in_step),
    },
    "tiered": {
        "N18": ("new", _by_floor_area),
        "N19": ("new", _two_sets),
        "N20": ("new", _affordable),
    },
    "elderly": {
        "N13": ("new", lambda facts, project: _per_hundred(facts, project, _CARE, 30)),
        "N13-S": ("new", _largest_care),
        "N14": (
            "existing",
            lambda facts, project: _per_hundred(facts, project, _CARE_NOW, 20),
        ),
        "N16": ("new", _care_first),
    },
}


def county_verdicts(facts: Facts, name: str) -> Iterator[tuple[str, str, Answer]]:
    """Yield the answers of the district rules that speak of the county as a whole."""
    people = [c for c in facts.county.communities if c.county == name]
    urban = [c.code for c in people if c.kind == "urban"]
    others = [c.code for c in people if c.kind != "urban"]
    shares = {
        "S06-U": (_certified(facts, urban), 0.80),
        "S06-R": (_certified(facts, others), 0.50),
        "S07-U": (_named(facts, urban), 0.98),
        "S07-R": (_named(facts, others), 0.95),
    }
    for rule, (share, required) in shares.items():
        answer = at_least(exact(share), exact(required))
        yield "district", rule, answer


def _certified(facts: Facts, codes: Sequence[str]) -> float | None:
    rows = [facts.staff[code] for code in codes]
    workers = sum(row.workers or 0.0 for row in rows)
    return sum(row.certified or 0.0 for row in rows) / workers if workers else None


def _named(facts: Facts, codes: Sequence[str]) -> float | None:
    return (
        sum(facts.scores[code].named is True for code in codes) / len(codes)
        if codes
        else None
    )


def grid_verdicts(county: County) -> Iterator[tuple[str, str, str, Answer]]:
    """Yield (code, pack, rule, answer) of every grid."""
    if "grids" not in county.layers:
        return
    for row in county.layers["grids"].itertuples():
        size = code = area = NOT_APPLICABLE
        if row.grid_type == "general":
            size = between(exact(row.households), 300, 500)
        if row.grid_type == "unit":
            digits = len(row.code) if row.code.isdigit() else 0
            code = between(exact(digits), _UNIT_DIGITS, _UNIT_DIGITS)
            answer = between(exact(row.geometry.area), 9_000, 11_000)
            area = _whole_metres(answer)
        for rule, answer in (("N27", size), ("U01", code), ("U03", area)):
            yield row.code, "grid_size", rule, answer


def _whole_metres(answer: Answer) -> Answer:
    """Round a polygon's area to whole ㎡: degrees in a file keep no more."""
    measured = answer.measured
    return answer._replace(
        measured=None if measured is None else float(round(measured))
    )
