"""Plan the whole place: who lives where, which rooms stand, what is planted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gridgis.demo import filler
from gridgis.demo.chance import happens, seeded
from gridgis.demo.estate_plants import ESTATE_PLANTS
from gridgis.demo.land import Land, cells, lay_out
from gridgis.demo.layers import Works, draw
from gridgis.demo.model import Community, County, Defect, Estate, Room, Sizes
from gridgis.demo.parts import Parts, divide, populate
from gridgis.demo.people import PLANTS, settle
from gridgis.demo.years import ledgers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from random import Random

    from gridgis.demo.estate_plants import EstatePlant

__all__ = ["DETAILED_UP_TO", "plan"]

# Above this many communities, grids, buildings, roads and old projects are left out.
DETAILED_UP_TO = 1_000
# So many planted estates at most share one community.
_PLANTS_EACH = 6
_PHASES = "一二三四"
_OLD_ESTATES = {"urban": 4, "town": 2}
_ESTATE_FILE = "小区.gpkg"


@dataclass
class _Draft:
    """One community being filled; only this module writes to it."""

    community: Community
    index: int
    parts: Parts
    rng: Random
    rooms: list[Room] = field(default_factory=list)
    estates: list[Estate] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)

    @property
    def open_blocks(self) -> list[int]:
        """Return the blocks that can still hold a new estate."""
        return [block for block in self.parts.free if block not in self.taken]


def plan(communities: int, seed: int, *, clean: bool) -> County:
    """Return the planted county (or province), the same for the same arguments."""
    detailed = communities <= DETAILED_UP_TO
    side = 4 if detailed else 1
    people = settle(cells(communities), seeded("people", seed), planted=not clean)
    land = lay_out([c.cell for c in people], side, seed)
    drafts = [_start(c, i, land, seed, clean=clean) for i, c in enumerate(people)]
    defects = [] if clean else list(_community_defects(people))
    if not clean:
        defects += _plant_estates(drafts, land)
    for draft in drafts:
        _fill_estates(draft, land, detailed=detailed, clean=clean)
    partners = {c.plant: c.code for c in people if c.plant}
    works = Works(
        land=land,
        communities=people,
        parts=tuple(draft.parts for draft in drafts),
        homes=tuple(_homes(draft, land) for draft in drafts),
        estates=tuple(estate for draft in drafts for estate in draft.estates),
        seed=seed,
        clean=clean,
        detailed=detailed,
    )
    estates, layers, grid_defects = draw(works)
    return County(
        sizes=Sizes(communities=communities, blocks_per_side=side, detailed=detailed),
        communities=people,
        rooms=tuple(room for draft in drafts for room in _numbered(draft, partners)),
        estates=estates,
        defects=(*defects, *grid_defects),
        layers=layers,
        **ledgers(people, seed, clean=clean),
    )


def _start(
    community: Community, index: int, land: Land, seed: int, *, clean: bool
) -> _Draft:
    rng = seeded(seed, community.code)
    parts = divide(community, land.count, rng, clean=clean)
    draft = _Draft(community, index, parts, rng)
    plant = PLANTS.get(community.plant)
    rooms: Iterable[Room] = plant.rooms if plant and plant.rooms is not None else ()
    if plant is None or plant.rooms is None:
        rooms = filler.premises(rng, clean=clean)
    yards: Iterable[Room] = plant.grounds if plant and plant.grounds is not None else ()
    if plant is None or plant.grounds is None:
        yards = filler.grounds(rng)
    x, y = land.anchor(index)
    draft.rooms += [
        replace(
            room,
            x=round(x + room.x, 2),
            y=round(y + room.y, 2),
            community=community.code,
        )
        for room in (*rooms, *yards)
    ]
    return draft


def _community_defects(people: Iterable[Community]) -> Iterable[Defect]:
    for community in people:
        if community.plant:
            plant = PLANTS[community.plant]
            yield Defect(
                kind=plant.key,
                what=f"{community.street}{community.name}：{plant.what}",
                file=plant.file,
                subject_kind="community",
                subject_code=community.code,
                expected=plant.expected,
            )


def _plant_estates(drafts: list[_Draft], land: Land) -> list[Defect]:
    """Put the estate plants, in order, into communities without a plant of their own."""
    room_for = [draft for draft in drafts[:81] if not draft.community.plant]
    defects = []
    for number, plant in enumerate(ESTATE_PLANTS):
        ready = [
            draft
            for draft in room_for
            if draft.open_blocks and len(draft.taken) < _PLANTS_EACH
        ]
        if not ready:
            break
        # Deal in turn, so that no community gets a second one before all have a first.
        draft = min(ready, key=lambda d: (len(d.taken), room_for.index(d)))
        rows = _place_estate(draft, land, plant)
        defects.append(
            Defect(
                kind=f"estate_{number + 1:02d}",
                what=f"{plant.name}：{plant.what}",
                file=_ESTATE_FILE,
                subject_kind="estate",
                subject_code=rows[0].development or rows[0].id,
                expected=plant.expected,
            )
        )
    return defects


def _place_estate(draft: _Draft, land: Land, plant: EstatePlant) -> list[Estate]:
    block = draft.open_blocks[0]
    draft.taken.add(block)
    count = len(plant.phases)
    rows = [
        replace(
            phase,
            id=f"{draft.community.code}X{len(draft.estates) + number + 1:02d}",
            name=f"{plant.name}{_PHASES[number]}期" if count > 1 else plant.name,
            development=plant.name if count > 1 else "",
            community=draft.community.code,
            block=block,
            part=(number, count),
        )
        for number, phase in enumerate(plant.phases)
    ]
    draft.estates += rows
    _put_rooms(
        draft, land, block, [(room, rows[room.phase - 1].id) for room in plant.rooms]
    )
    return rows


def _put_rooms(
    draft: _Draft, land: Land, block: int, rooms: Iterable[tuple[Room, str]]
) -> None:
    x, y = land.within(draft.index, block, 0.5, 0.5)
    draft.rooms += [
        replace(
            room,
            x=round(float(x) + room.x, 2),
            y=round(float(y) + room.y, 2),
            estate=estate,
            community=draft.community.code,
        )
        for room, estate in rooms
    ]


def _fill_estates(draft: _Draft, land: Land, *, detailed: bool, clean: bool) -> None:
    """Add ordinary estates: one new, where the plan leaves a community free, and old ones."""
    community, rng = draft.community, draft.rng
    wants_new = not community.plant and (not clean or happens(rng, 0.5))
    if wants_new and (not detailed or draft.open_blocks):
        block = draft.open_blocks[0] if detailed else 0
        name = f"{community.name.removesuffix('社区')}新苑"
        estate, rooms = filler.new_estate(community, name, rng, clean=clean)
        number = len(draft.estates) + 1
        estate = replace(estate, id=f"{community.code}X{number:02d}", block=block)
        draft.taken.add(block)
        draft.estates.append(estate)
        _put_rooms(draft, land, block, [(room, estate.id) for room in rooms])
    number = _OLD_ESTATES[community.kind] if detailed else 4
    blocks = [b for run in draft.parts.runs for b in run if b not in draft.taken] or [0]
    chosen = (
        sorted(rng.sample(blocks, min(number, len(blocks)))) if detailed else [0] * 4
    )
    old = filler.existing_estates(community, len(chosen), rng)
    for block, estate in zip(chosen, old, strict=True):
        number = len(draft.estates) + 1
        placed = replace(estate, id=f"{community.code}X{number:02d}", block=block)
        draft.estates.append(_with_manager(draft, land, placed, block))


def _with_manager(draft: _Draft, land: Land, estate: Estate, block: int) -> Estate:
    """Give one old estate in ten a property manager, with rooms that must not count."""
    if not happens(draft.rng, 0.1) or draft.community.plant == "no_rows":
        return estate
    area = round(draft.rng.uniform(60, 180), 1)
    room = Room(use="property_rooms", area=area, building=f"{estate.name}物业楼")
    _put_rooms(draft, land, block, [(room, estate.id)])
    return replace(estate, managed=True, committee=happens(draft.rng, 0.5))


def _homes(draft: _Draft, land: Land) -> tuple[int, ...]:
    return populate(
        draft.parts, land.count, draft.taken if land.side > 1 else set(), draft.rng
    )


def _numbered(draft: _Draft, partners: Mapping[str, str]) -> Iterable[Room]:
    """Give the rooms their numbers: a planted repeat takes the first one again."""
    plant = PLANTS.get(draft.community.plant)
    partner = partners.get(plant.partner, "") if plant else ""
    for number, room in enumerate(draft.rooms, start=1):
        repeated = room.refused is not None and room.refused.repeats_id
        shared = tuple((partner, share) for _, share in room.shared if partner)
        yield replace(
            room,
            id=f"{draft.community.code}F{1 if repeated else number:02d}",
            shared=shared,
        )
