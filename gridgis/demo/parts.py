"""How a community's households fall on its grids, blocks and buildings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridgis.demo.chance import happens
from gridgis.demo.people import PLANTS, apportion

if TYPE_CHECKING:
    from random import Random

    from gridgis.demo.model import Community

__all__ = ["Parts", "divide", "houses", "populate"]

_PER_GRID, _PER_BUILDING = 400, 36


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Grids of one community as runs of its blocks, and the blocks kept for new estates.

    `runs` are the general grids with their households in `households`; the dedicated
    grid, where there is one, is the last block.
    """

    runs: tuple[tuple[int, ...], ...]
    households: tuple[int, ...]
    dedicated: int | None
    free: tuple[int, ...]


def divide(community: Community, blocks: int, rng: Random, *, clean: bool) -> Parts:
    """Cut the blocks of a community into grids of about 400 households, in snake order."""
    if blocks == 1:
        whole = (community.dwellings,)
        return Parts(runs=((0,),), households=whole, dedicated=None, free=())
    plant = PLANTS.get(community.plant)
    dedicated = blocks - 1 if not community.plant and happens(rng, 0.3) else None
    usable = blocks if dedicated is None else blocks - 1
    wide = not clean and not community.plant and happens(rng, 0.15)
    number = max(1, round(community.dwellings / (640 if wide else _PER_GRID)))
    weights = [rng.uniform(0.9, 1.1) for _ in range(min(number, usable))]
    households = tuple(apportion(community.dwellings, weights))
    if plant and plant.grid_parts:
        households = plant.grid_parts
    ends = [round(usable * (k + 1) / len(households)) for k in range(len(households))]
    runs = tuple(
        tuple(range(start, end))
        for start, end in zip([0, *ends[:-1]], ends, strict=True)
    )
    # The first block of every grid keeps its people; any other may hold a new estate.
    free = tuple(block for run in runs for block in run[1:])
    return Parts(runs=runs, households=households, dedicated=dedicated, free=free)


def populate(
    parts: Parts, blocks: int, taken: set[int], rng: Random
) -> tuple[int, ...]:
    """Return the households of every block; blocks taken by new estates have none yet."""
    homes = [0] * blocks
    for run, households in zip(parts.runs, parts.households, strict=True):
        open_blocks = [block for block in run if block not in taken]
        shares = apportion(households, [rng.uniform(0.8, 1.2) for _ in open_blocks])
        for block, share in zip(open_blocks, shares, strict=True):
            homes[block] = share
    return tuple(homes)


def houses(homes: int, rng: Random) -> list[int]:
    """Return the households of each building in a block: two to eight buildings."""
    if homes == 0:
        return []
    number = min(max(round(homes / _PER_BUILDING), 2), 8)
    return apportion(homes, [rng.uniform(0.8, 1.2) for _ in range(number)])
