"""A new estate on paper: households and rooms as typed, judged like any other estate.

A scheme becomes a small dataset and goes through the same `assess` as a county, so that a
figure on the drawing board and the same figure in the ledger never get two verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from gridgis.pipeline import Results, assess
from gridgis.rules.packs import RulePack
from gridgis.tables import TABLES, Dataset, conform

__all__ = [
    "PHASE_COLUMNS",
    "ROOM_COLUMNS",
    "SUBJECT",
    "Flip",
    "HousingKind",
    "Scheme",
    "dataset_of",
    "example",
    "flips",
    "judge",
    "largest_place",
    "with_extra_room",
    "with_households",
]

HousingKind = Literal["commodity", "affordable"]

PHASE_COLUMNS = ("phase", "planned_dwellings", "residential_floor_area_m2")
ROOM_COLUMNS = (
    "name",
    "use",
    "floor_area_m2",
    "place",
    "storey",
    "own_entrance",
    "phase",
    "tenure",
)
SUBJECT = "方案"
"""The code of the one estate subject that a scheme makes."""

# A scheme is judged before anything is built: no milestone is due, nothing handed over.
_NOT_YET = pd.Timestamp(2999, 12, 31)
_MILESTONES = ("planned_on", "started_on", "accepted_on", "delivered_on")
_EXTRA = "增加的集中用房"


@dataclass(frozen=True)
class Scheme:
    """What a planner types.

    Attributes
    ----------
    phases
        `PHASE_COLUMNS`: number of the phase, dwellings, residential floor area in ㎡; NaN
        where not known yet.
    rooms
        `ROOM_COLUMNS`: area in ㎡; `place` is any text, the same for rooms in one place;
        `phase` says with which phase a room is built, the first where missing.
    housing_kind
        commodity, affordable, or None for unknown.
    is_complete
        True where `rooms` lists every room there will be, so that a use nobody listed is
        0 ㎡ and not unknown.
    """

    name: str
    phases: pd.DataFrame
    rooms: pd.DataFrame
    housing_kind: HousingKind | None = "commodity"
    is_complete: bool = True


@dataclass(frozen=True)
class Flip:
    """A rule whose outcome another version of a scheme changes."""

    rule_id: str
    title: str
    before: str
    after: str


def example() -> Scheme:
    """Return a scheme to start from: 1,237 households in two phases, three rooms."""
    phases = pd.DataFrame(
        [(1.0, 800.0, 80_000.0), (2.0, 437.0, 43_700.0)], columns=list(PHASE_COLUMNS)
    )
    rooms = pd.DataFrame(
        [
            (
                "社区服务站",
                "service_station",
                420.0,
                "1号楼",
                1.0,
                True,
                1.0,
                "allocated",
            ),
            ("文化活动室", "culture_room", 124.5, "1号楼", 2.0, True, 1.0, "allocated"),
            ("物业用房", "property_rooms", 95.0, "5号楼", 1.0, True, 2.0, "allocated"),
        ],
        columns=list(ROOM_COLUMNS),
    )
    return Scheme("新建小区", phases, rooms)


def dataset_of(scheme: Scheme) -> Dataset:
    """Return the tables a scheme amounts to: its phases as estates, its rooms as planned.

    Raises
    ------
    InputError
        If a phase is listed twice.
    """
    phases = scheme.phases[scheme.phases["phase"].notna()]
    estates = pd.DataFrame(phases[list(PHASE_COLUMNS)]).assign(
        estate_id=[_estate_id(number) for number in phases["phase"]],
        name=scheme.name,
        kind="new",
        development=SUBJECT,
        housing_kind=scheme.housing_kind,
        **dict.fromkeys(_MILESTONES, _NOT_YET),
    )
    return Dataset(
        {
            "estates": conform("estates", estates.reset_index(drop=True)),
            "facilities": conform("facilities", _facilities(scheme, phases)),
        }
    )


def judge(scheme: Scheme, packs: Sequence[RulePack], on: date) -> Results:
    """Return the verdicts on a scheme: those of the packs' rules about estates.

    Raises
    ------
    InputError
        If a phase is listed twice.
    RuleError
        If two packs bring the same rule id.
    """
    about_estates = [
        replace(pack, rules=tuple(r for r in pack.rules if r.subject == "estate"))
        for pack in packs
    ]
    return assess(dataset_of(scheme), about_estates, on)


def with_households(scheme: Scheme, change: float) -> Scheme:
    """Return the scheme with each phase's dwellings changed by a share (0.1 = +10 %)."""
    dwellings = (scheme.phases["planned_dwellings"] * (1.0 + change)).round()
    return replace(scheme, phases=scheme.phases.assign(planned_dwellings=dwellings))


def with_extra_room(
    scheme: Scheme, area_m2: float, use: str = "service_station"
) -> Scheme:
    """Return the scheme with one more room, in the place that is largest already."""
    if area_m2 <= 0:
        return scheme
    new = pd.DataFrame(
        [
            {
                "name": _EXTRA,
                "use": use,
                "floor_area_m2": float(area_m2),
                "place": largest_place(scheme.rooms),
                "storey": 1.0,
                "own_entrance": True,
                "phase": np.nan,
                "tenure": "allocated",
            }
        ],
        columns=list(ROOM_COLUMNS),
    )
    rooms = pd.concat([scheme.rooms.astype(object), new.astype(object)])
    return replace(scheme, rooms=rooms.reset_index(drop=True))


def largest_place(rooms: pd.DataFrame) -> str:
    """Return the place with the most floor area, a new one where no place is known.

    Rooms that never count as community rooms do not make a place the largest.
    """
    counting = rooms[~rooms["use"].isin(["property_rooms", "shopfront", "commerce"])]
    area = counting["floor_area_m2"].astype(float).groupby(counting["place"]).sum()
    return str(area.idxmax()) if len(area) else "集中用房"


def flips(before: Results, after: Results) -> tuple[Flip, ...]:
    """Return the rules on which two versions of a scheme get different outcomes."""
    first = before.verdicts.set_index("rule_id")["outcome"].astype("str")
    second = after.verdicts.set_index("rule_id")["outcome"].astype("str")
    return tuple(
        Flip(str(rule), str(before.rules["title"][rule]), first[rule], second[rule])
        for rule in first.index.intersection(second.index)
        if first[rule] != second[rule]
    )


def _estate_id(phase: float) -> str:
    return f"{SUBJECT}-{phase:g}期"


def _facilities(scheme: Scheme, phases: pd.DataFrame) -> pd.DataFrame:
    typed = scheme.rooms
    listed = typed[typed[["name", "use", "floor_area_m2"]].notna().any(axis=1)]
    listed = listed.reset_index(drop=True)
    first = phases["phase"].iloc[0] if len(phases) else np.nan
    phase = listed["phase"].astype(float).fillna(first)
    rooms = pd.DataFrame(
        {
            "facility_id": [f"用房 {number}" for number in range(1, len(listed) + 1)],
            "name": listed["name"].fillna(
                pd.Series([f"用房 {n}" for n in range(1, len(listed) + 1)])
            ),
            "estate_id": [_estate_id(number) for number in phase],
            "use": listed["use"],
            "floor_area_m2": listed["floor_area_m2"].astype(float),
            "storey": listed["storey"].astype(float),
            "own_entrance": listed["own_entrance"],
            "site_id": listed["place"].replace("", None),
            "tenure": listed["tenure"],
            "status": "planned",
        }
    )
    if not scheme.is_complete:
        return rooms
    return pd.concat([rooms, _elsewhere()], ignore_index=True)


def _elsewhere() -> pd.DataFrame:
    """Return a room of every use that belongs to nobody.

    It says that the list of rooms speaks of every use: one that the estate does not have
    is then 0 ㎡, as the planner who lists all rooms means it.
    """
    uses = TABLES["facilities"]["use"].choices
    return pd.DataFrame(
        {
            "facility_id": [f"参照 {use}" for use in uses],
            "use": list(uses),
            "floor_area_m2": 1.0,
        }
    )
