"""Who lives where: communities of each county, with populations that sum exactly."""

from __future__ import annotations

from dataclasses import replace
from math import atan2, ceil
from typing import TYPE_CHECKING

import numpy as np

from gridgis.demo.model import Community
from gridgis.demo.names import community_names, county_name, street_names
from gridgis.demo.town_plants import TOWN_PLANTS
from gridgis.demo.urban_plants import URBAN_PLANTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from numpy.typing import NDArray

    from gridgis.demo.plants import Plant

__all__ = ["PLANTS", "apportion", "settle", "urban_share"]

PLANTS: dict[str, Plant] = {plant.key: plant for plant in (*URBAN_PLANTS, *TOWN_PLANTS)}
_AVERAGE = {"urban": 9_237, "town": 3_409}
_PEOPLE_PER_DWELLING = 3.05


def urban_share(communities: int) -> int:
    """Return how many of a county's communities are urban: 22 of 81, at least one."""
    return max(1, round(communities * 22 / 81))


def settle(
    at: Sequence[Sequence[tuple[int, int]]], rng: Random, *, planted: bool
) -> tuple[Community, ...]:
    """Return the communities of all counties, in order of their codes.

    Only the first county carries plants. Urban communities average exactly 9,237 people
    and town communities exactly 3,409, over the whole place.
    """
    people = [
        community
        for index, cells in enumerate(at)
        for community in _county(index, cells, planted=planted and index == 0)
    ]
    for kind in _AVERAGE:
        people = _populate(people, kind, rng)
    return tuple(people)


def _county(
    index: int, cells: Sequence[tuple[int, int]], *, planted: bool
) -> Iterator[Community]:
    urban = urban_share(len(cells))
    centre = np.mean(cells, axis=0)
    groups = [
        *_streets(cells[:urban], centre, 5.5),
        *_streets(cells[urban:], centre, 6.5, least=2),
    ]
    urban_streets = len(_streets(cells[:urban], centre, 5.5))
    names = street_names(urban_streets, len(groups) - urban_streets)
    free = community_names()
    # Neighbours in the list of plants go to different streets, so twins never share one.
    plants = {
        **_plant(groups[:urban_streets], URBAN_PLANTS, planted=planted),
        **_plant(groups[urban_streets:], TOWN_PLANTS, planted=planted),
    }
    prefix = f"51{90 + index // 99:02d}{index % 99 + 1:02d}"
    for order, (street, group) in enumerate(zip(names, groups, strict=True)):
        is_urban = order < urban_streets
        number = order + 1 if is_urban else 100 + order - urban_streets
        for place, cell in enumerate(group, start=1):
            plant = plants.get(cell)
            yield Community(
                code=f"{prefix}{number:03d}{place:03d}",
                name=plant.name if plant else next(free),
                street=street,
                county=county_name(index),
                kind="urban" if is_urban else "town",
                population=0,
                dwellings=0,
                households=None,
                cell=cell,
                plant=plant.key if plant else "",
            )


def _streets(
    cells: Sequence[tuple[int, int]],
    centre: NDArray[np.float64],
    size: float,
    least: int = 1,
) -> list[list[tuple[int, int]]]:
    """Cut a ring of cells into streets by direction from the county's centre."""
    if not cells:
        return []
    number = max(1, round(len(cells) / size), least if len(cells) > least else 1)
    around = sorted(
        cells, key=lambda at: (atan2(at[0] - centre[0], at[1] - centre[1]), at)
    )
    base, extra = divmod(len(around), number)
    ends = [base * (k + 1) + min(k + 1, extra) for k in range(number)]
    return [around[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _plant(
    groups: Sequence[Sequence[tuple[int, int]]],
    plants: Sequence[Plant],
    *,
    planted: bool,
) -> dict[tuple[int, int], Plant]:
    """Deal the plants to communities street by street, keeping one community free."""
    if not planted:
        return {}
    longest = max((len(group) for group in groups), default=0)
    dealt = [group[k] for k in range(longest) for group in groups if k < len(group)]
    keep = len(dealt) - 1
    if 0 < keep < len(plants) and plants[keep - 1].partner:
        keep -= 1
    return dict(zip(dealt[:keep], plants, strict=False))


def _populate(people: list[Community], kind: str, rng: Random) -> list[Community]:
    """Give every community of a kind its people; what is not planted adds up the rest."""
    own = [c for c in people if c.kind == kind]
    fixed = {
        c.code: given
        for c in own
        if c.plant and (given := PLANTS[c.plant].population) is not None
    }
    free = [c.code for c in own if c.code not in fixed]
    rest = len(own) * _AVERAGE[kind] - sum(fixed.values())
    weights = [rng.uniform(0.7, 1.3) for _ in free]
    shares = dict(zip(free, apportion(rest, weights), strict=True))
    population = {**shares, **fixed}
    return [
        _housed(c, population[c.code], rng) if c.kind == kind else c for c in people
    ]


def _housed(community: Community, population: int, rng: Random) -> Community:
    plant = PLANTS.get(community.plant)
    dwellings = round(population / _PEOPLE_PER_DWELLING)
    if plant and plant.dwellings is not None:
        dwellings = plant.dwellings
    text = plant.households_text if plant and plant.households_text else ""
    return replace(
        community,
        population=population,
        dwellings=dwellings,
        households=plant.households if plant and text else float(dwellings),
        households_text=text,
        elderly=ceil(population * rng.uniform(0.14, 0.26)),
    )


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Split a whole number by weights, so that the parts add up to it exactly."""
    whole = sum(weights)
    parts, used, running = [], 0, 0.0
    for weight in weights:
        running += weight
        upto = round(total * running / whole)
        parts.append(upto - used)
        used = upto
    return parts
