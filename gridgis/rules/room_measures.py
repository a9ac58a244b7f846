"""Measures of rooms: area, concentration, storeys, entrances, share for activity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from gridgis.rules import places
from gridgis.rules.measured import Context, Evidence, Floats, Measured
from gridgis.rules.rooms import (
    COUNTED,
    LEFT_OUT,
    UNCERTAIN,
    Classified,
    RoomFilter,
    classify,
)
from gridgis.tables import marked
from gridgis.wording import SUBJECTS

__all__ = [
    "PlaceFilter",
    "SmallRooms",
    "Storeys",
    "activity_share",
    "entrance_breaches",
    "largest_place_area",
    "largest_place_share",
    "place_count",
    "room_area",
    "rooms_outside_first_phase",
    "small_room_share",
    "storey_breaches",
]


class PlaceFilter(RoomFilter):
    """Rooms, and how far apart they may stand to be one place."""

    cluster_distance_m: float = Field(default=50.0, ge=0, allow_inf_nan=False)


class SmallRooms(RoomFilter):
    """Rooms, and the size under which one is small."""

    min_room_area_m2: float = Field(default=30.0, ge=0, allow_inf_nan=False)


class Storeys(RoomFilter):
    """Rooms, and the storeys they may be on."""

    lowest: float = 1
    highest: float = 2


def room_area(context: Context, chosen: RoomFilter) -> Measured:
    """Add up the area of the rooms that count, in ㎡ (clause by clause: which ones)."""
    found = classify(context.rooms, chosen, context.on)
    low = _per_subject(context, found.low)
    high = _per_subject(context, found.high)
    missing = _missing_rooms(context, found)
    low, high, missing = _believe_absence(context, chosen, low, high, missing)
    about = _per_subject(context, found.about.astype(float)) > 0
    return Measured(low, high, missing, about=about, evidence=_evidence(found))


def place_count(context: Context, chosen: PlaceFilter) -> Measured:
    """Count the places in which the rooms stand; 1 is concentrated.

    A room that may not count could join two places or add one, and a room without a place
    could stand in any: the count lies between the two ends.
    """
    found, rows, label, unknown = _places(context, chosen)
    sure = found.state[rows] == COUNTED
    counted = _any_per_subject(context, rows, sure)
    joined = _distinct(context, rows[sure & ~unknown], label[sure & ~unknown])
    most = _distinct(context, rows[~unknown], label[~unknown])
    if not sure.all():
        alone = _grouped(context, chosen, rows[sure])
        placed = ~alone.is_unknown
        apart = _distinct(context, rows[sure][placed], alone.label[placed])
        most = np.maximum(most, apart)
    lost = np.bincount(context.rooms.subject[rows[unknown]], minlength=len(most))
    low = np.where(counted, np.maximum(joined, 1.0), 0.0)
    high = np.maximum(most + lost, low)
    text = "有用房位置、用途或产权不明，无法判断是否集中"
    missing = np.where(high > low, text, "").astype(object)
    return _where_rooms(context, chosen, found, Measured(low, high, missing))


def largest_place_share(context: Context, chosen: PlaceFilter) -> Measured:
    """Measure the largest place's share of all counted area (0–1).

    Rooms of unknown area, use or place could stand anywhere: at worst outside the largest
    place, at best all in it.
    """
    found, rows, label, unknown = _places(context, chosen)
    largest = _largest_place(context, found, rows, label)
    total = _per_subject(context, found.low)
    more = _per_subject(context, found.high) - total
    loose = np.zeros(len(found.low))
    loose[rows[unknown]] = found.low[rows[unknown]]
    elsewhere = _per_subject(context, loose)
    whole = np.where(total + more > 0, total + more, 1.0)
    bounded = np.isfinite(more)
    low = np.where(bounded, largest / whole, 0.0)
    joined = np.where(bounded, largest + elsewhere + more, 1.0)
    high = np.where(bounded, np.minimum(joined / whole, 1.0), 1.0)
    missing = np.where(high > low, "有用房面积、用途或位置不明", "").astype(object)
    return _where_rooms(context, chosen, found, Measured(low, high, missing))


def largest_place_area(context: Context, chosen: PlaceFilter) -> Measured:
    """Measure the area of the largest place, in ㎡."""
    found, rows, label, unknown = _places(context, chosen)
    low = _largest_place(context, found, rows, label)
    high = np.where(
        _any_per_subject(context, rows, unknown), _per_subject(context, found.low), low
    )
    high = np.where(_unsure(context, found), np.inf, high)
    missing = np.where(high > low, "有用房面积、用途或位置不明", "").astype(object)
    low, high, missing = _believe_absence(context, chosen, low, high, missing)
    return Measured(low, high, missing, evidence=_evidence(found))


def small_room_share(context: Context, chosen: SmallRooms) -> Measured:
    """Measure which share of the rooms that count is smaller than the minimum (0–1)."""
    found = classify(context.rooms, chosen, context.on)
    frame = context.rooms.frame
    area = frame[chosen.area].to_numpy(float)
    counted = found.state == COUNTED
    under = area < chosen.min_room_area_m2
    # 近 40 ㎡ may be under 30; 20 余 ㎡ may be over it.
    at_most = marked(frame, chosen.area, "at_most").to_numpy() & ~under
    at_least = marked(frame, chosen.area, "at_least").to_numpy() & under
    unsure = (found.state == UNCERTAIN) | (counted & (at_most | at_least))
    n_small = _per_subject(context, (counted & under & ~unsure).astype(float))
    loose = _per_subject(context, unsure.astype(float))
    rooms = _per_subject(context, (found.state != LEFT_OUT).astype(float))
    whole = np.maximum(rooms, 1.0)
    missing = np.where(loose > 0, "有用房面积或用途不明", "").astype(object)
    result = Measured(n_small / whole, (n_small + loose) / whole, missing)
    return _where_rooms(context, chosen, found, result)


def storey_breaches(context: Context, chosen: Storeys) -> Measured:
    """Count the rooms that are not wholly on the storeys allowed."""
    frame = context.rooms.frame
    bottom = frame["storey"].to_numpy(float)
    top = frame["top_storey"].fillna(frame["storey"]).to_numpy(float)
    outside = (bottom < chosen.lowest) | (top > chosen.highest)
    return _count_rooms(context, chosen, outside, np.isnan(bottom), "有用房楼层不明")


def entrance_breaches(context: Context, chosen: RoomFilter) -> Measured:
    """Count the rooms without an entrance of their own."""
    entrance = context.rooms.frame["own_entrance"]
    without = entrance.eq(other=False).fillna(value=False).to_numpy(bool)
    return _count_rooms(
        context, chosen, without, entrance.isna().to_numpy(), "有用房出入口情况不明"
    )


_ACTIVITY_WHOLE = ("activity", "culture_room")
_ACTIVITY_NONE = ("office", "police_room", "mediation_room", "social_work_station")


def activity_share(context: Context, chosen: RoomFilter) -> Measured:
    """Measure the share of the rooms' area that residents use for activity (0–1).

    A stated activity area is taken as it is; a room whose use is activity counts wholly, an
    office not at all, and of any other room the part is unknown.
    """
    found = classify(context.rooms, chosen, context.on)
    frame = context.rooms.frame
    part = np.clip(frame["activity_area_m2"].to_numpy(float), 0.0, found.low)
    use = frame["use"]
    lowest = np.where(use.isin(_ACTIVITY_WHOLE), found.low, 0.0)
    highest = np.where(use.isin(_ACTIVITY_NONE), 0.0, found.low)
    lowest = np.where(np.isnan(part), lowest, part)
    highest = np.where(np.isnan(part), highest, part)
    total = _per_subject(context, found.low)
    whole = np.where(total > 0, total, 1.0)
    unsure = _unsure(context, found)
    low = np.where(unsure, 0.0, _per_subject(context, lowest) / whole)
    high = np.where(unsure, 1.0, _per_subject(context, highest) / whole)
    missing = np.where(high > low, "有用房面积、用途或其中活动面积不明", "").astype(
        object
    )
    return _where_rooms(context, chosen, found, Measured(low, high, missing))


def rooms_outside_first_phase(context: Context, chosen: RoomFilter) -> Measured:
    """Count the rooms that belong to a later phase than the first."""
    phase = context.data["estates"].set_index("estate_id")["phase"]
    of_room = context.rooms.frame["estate_id"].map(phase).to_numpy(float)
    result = _count_rooms(
        context, chosen, of_room > 1, np.isnan(of_room), "有用房所属期数不明"
    )
    several = context.subjects["phases"].to_numpy() > 1
    applies = several if result.applies is None else several & result.applies
    return replace(result, applies=applies, aside="不分期，或没有可计入的养老用房")


def _per_subject(context: Context, amounts: Floats) -> Floats:
    n = len(context.subjects)
    return np.bincount(context.rooms.subject, amounts, minlength=n).astype(float)


def _any_per_subject(
    context: Context, rows: NDArray[np.intp], flag: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    subject = context.rooms.subject[rows]
    return np.bincount(subject[flag], minlength=len(context.subjects)) > 0


def _unsure(context: Context, found: Classified) -> NDArray[np.bool_]:
    return _per_subject(context, found.high) > _per_subject(context, found.low)


def _evidence(found: Classified) -> Evidence:
    return Evidence(found.state, found.why, found.reasons, found.low)


def _missing_rooms(context: Context, found: Classified) -> NDArray[np.object_]:
    loose = _per_subject(context, (found.state == UNCERTAIN).astype(float))
    bound = _per_subject(
        context, ((found.state == COUNTED) & (found.high > found.low)).astype(float)
    )
    missing = np.full(len(context.subjects), "", dtype=object)
    missing[bound > 0] = "有用房面积只知上限或下限"
    positions = np.flatnonzero(loose)
    missing[positions] = [
        f"有 {int(loose[p])} 处用房面积、用途或产权不明" for p in positions
    ]
    return missing


def _believe_absence(
    context: Context,
    chosen: RoomFilter,
    low: Floats,
    high: Floats,
    missing: NDArray[np.object_],
) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Take nothing for zero only where the ledger speaks of this subject and such rooms."""
    nothing = high <= 0.0
    if not context.rooms.is_provided:
        doubt, text = nothing | True, "未提供设施台账"
    elif not _ledger_speaks(context.data["facilities"], chosen):
        doubt, text = nothing, "设施台账中没有这类用房的面积"
    else:
        rooms = np.bincount(context.rooms.subject, minlength=len(context.subjects))
        doubt, text = (
            nothing & (rooms == 0),
            f"设施台账中没有该{SUBJECTS[context.kind]}的任何记录",
        )
    missing = np.where(doubt, text, missing).astype(object)
    return low, np.where(doubt, np.inf, high), missing


def _ledger_speaks(facilities: pd.DataFrame, chosen: RoomFilter) -> bool:
    return bool(
        (facilities["use"].isin(chosen.uses) & facilities[chosen.area].notna()).any()
    )


def _where_rooms(
    context: Context, chosen: RoomFilter, found: Classified, result: Measured
) -> Measured:
    """Ask the question only of subjects that have rooms to ask it of."""
    counted = _per_subject(context, (found.state != LEFT_OUT).astype(float)) > 0
    zeros = np.zeros(len(context.subjects))
    _, high, doubts = _believe_absence(
        context,
        chosen,
        zeros,
        np.where(counted, 1.0, 0.0),
        np.full(len(zeros), "", dtype=object),
    )
    doubtful = (~counted & np.isinf(high)) | (doubts != "")
    return Measured(
        np.where(doubtful, 0.0, result.low),
        np.where(doubtful, np.inf, result.high),
        np.where(doubtful, doubts, result.missing).astype(object),
        applies=counted | doubtful,
        aside="没有可计入的用房",
        evidence=_evidence(found),
    )


def _count_rooms(
    context: Context,
    chosen: RoomFilter,
    breach: NDArray[np.bool_],
    unknown: NDArray[np.bool_],
    text: str,
) -> Measured:
    found = classify(context.rooms, chosen, context.on)
    counted = found.state == COUNTED
    maybe = (counted & unknown) | ((found.state == UNCERTAIN) & (breach | unknown))
    low = _per_subject(context, (counted & breach & ~unknown).astype(float))
    loose = _per_subject(context, maybe.astype(float))
    missing = np.where(loose > 0, text, "").astype(object)
    return _where_rooms(context, chosen, found, Measured(low, low + loose, missing))


def _places(
    context: Context, chosen: PlaceFilter
) -> tuple[Classified, NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    found = classify(context.rooms, chosen, context.on)
    rows = np.flatnonzero(found.state != LEFT_OUT)
    result = _grouped(context, chosen, rows)
    return found, rows, result.label, result.is_unknown


def _grouped(
    context: Context, chosen: PlaceFilter, rows: NDArray[np.intp]
) -> places.Places:
    facilities = context.data["facilities"]
    return places.group(context.rooms, facilities, rows, chosen.cluster_distance_m)


def _distinct(
    context: Context, rows: NDArray[np.intp], label: NDArray[np.intp]
) -> Floats:
    """Count the different labels of each subject."""
    pairs = np.unique(np.stack([context.rooms.subject[rows], label]), axis=1)
    return np.bincount(pairs[0], minlength=len(context.subjects)).astype(float)


def _largest_place(
    context: Context, found: Classified, rows: NDArray[np.intp], label: NDArray[np.intp]
) -> Floats:
    sums = np.bincount(label, found.low[rows]) if len(rows) else np.zeros(0)
    largest = np.zeros(len(context.subjects))
    np.maximum.at(largest, context.rooms.subject[rows], sums[label])
    return largest
