"""Yearly figures: workers and certificates, operating funds, scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict

from gridgis.demo import filler
from gridgis.demo.chance import seeded
from gridgis.demo.model import Community, Year
from gridgis.demo.people import PLANTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Ledgers", "ledgers"]

# The share of certified workers found in the survey (urban), and the target met exactly
# by half of the towns' workers.
_CERTIFIED = {"urban": 0.16, "town": 0.50}
_CERTIFIED_CLEAN = {"urban": 0.85, "town": 0.60}


class Ledgers(TypedDict):
    """The three yearly tables."""

    staff: tuple[Year, ...]
    funds: tuple[Year, ...]
    scores: tuple[Year, ...]


def ledgers(people: Sequence[Community], seed: int, *, clean: bool) -> Ledgers:
    """Return staff, funds and scores of all communities; the latest year decides."""
    staff: list[Year] = []
    funds: list[Year] = []
    scores: list[Year] = []
    for community in people:
        rng = seeded(seed, "years", community.code)
        workers, money, score = filler.figures(community, rng, clean=clean)
        staff.append(_staffed(community, workers))
        funds += _funded(community, money)
        scores += _scored(community, score)
    shares = _CERTIFIED_CLEAN if clean else _CERTIFIED
    staff = _certified(people, staff, shares)
    if not clean:
        scores = _unnamed(people, scores)
    return Ledgers(
        staff=(*(_year_before(row) for row in staff), *staff),
        funds=tuple(funds),
        scores=tuple(scores),
    )


def _staffed(community: Community, row: Year) -> Year:
    plant = PLANTS.get(community.plant)
    if plant is None or plant.workers is None:
        return row
    return replace(row, workers=float(plant.workers))


def _funded(community: Community, row: Year) -> Iterator[Year]:
    plant = PLANTS.get(community.plant)
    if plant is None or plant.funds is None:
        yield row
        return
    for year, amount in plant.funds:
        yield replace(row, year=year, operating=amount)


def _scored(community: Community, row: Year) -> Iterator[Year]:
    plant = PLANTS.get(community.plant)
    if plant is None or plant.scores is None:
        yield row
        return
    for year, score in plant.scores:
        province = None if score is None else round(score - 2.5, 1)
        yield replace(row, year=year, self_score=score, province_score=province)


def _certified(
    people: Sequence[Community], staff: Sequence[Year], shares: dict[str, float]
) -> list[Year]:
    """Spread certificates so that the share of each kind is met as exactly as it can be."""
    running, given = dict.fromkeys(shares, 0), dict.fromkeys(shares, 0)
    last = {c.kind: c.code for c in people}
    rows = []
    for community, row in zip(people, staff, strict=True):
        kind = community.kind
        workers = int(row.workers or 0)
        # An even number of town workers lets half of them be exactly 50 %.
        if (
            kind == "town"
            and community.code == last[kind]
            and (running[kind] + workers) % 2
        ):
            workers += 1
        running[kind] += workers
        upto = int(running[kind] * shares[kind] + 1e-9)
        rows.append(
            replace(row, workers=float(workers), certified=float(upto - given[kind]))
        )
        given[kind] = upto
    return rows


def _unnamed(people: Sequence[Community], scores: Sequence[Year]) -> list[Year]:
    """Take the name from three towns in 59: 56 of 59 is 94.9 %, just under 95 %."""
    towns = [c.code for c in people if c.kind == "town"]
    without = set(towns[:: max(1, len(towns) // 3)][:3])
    return [replace(row, named=row.community not in without) for row in scores]


def _year_before(row: Year) -> Year:
    """Return the row of the year before, one worker fewer: only the latest year counts."""
    workers = max((row.workers or 1.0) - 1.0, 1.0)
    return replace(row, year=row.year - 1, workers=workers, certified=0.0)
