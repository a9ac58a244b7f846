"""Which rooms count for whom: allocation to subjects, and the state of each room by a rule.

Every room that belongs to a subject ends as counted, left out (with why) or uncertain (with
why); nothing disappears. Uncertain rooms widen the measured interval and never count as
area.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gridgis.rules.subjects import SubjectKind, development_of
from gridgis.tables import TABLES, Dataset, marked
from gridgis.wording import word

__all__ = [
    "COUNTED",
    "LEFT_OUT",
    "STATES",
    "UNCERTAIN",
    "RoomFilter",
    "Rooms",
    "allocate",
    "classify",
]

STATES = ("counted", "left_out", "uncertain")
COUNTED, LEFT_OUT, UNCERTAIN = 0, 1, 2


def _one_of(column: str) -> AfterValidator:
    """Return a check that a word is a code of a facilities column."""

    def check(code: str) -> str:
        choices = TABLES["facilities"][column].choices
        if code not in choices:
            message = f"不认识的 {column}“{code}”；可用：{'、'.join(choices)}"
            raise ValueError(message)
        return code

    return AfterValidator(check)


Use = Annotated[str, _one_of("use")]
Status = Annotated[str, _one_of("status")]
Tenure = Annotated[str, _one_of("tenure")]
AreaColumn = Literal["floor_area_m2", "usable_area_m2", "outdoor_area_m2"]


class RoomFilter(BaseModel):
    """Which rooms a rule counts. Every reading of an unclear clause is a field here.

    `uses` may hold a use or one of a room's further functions. `tenures` is empty where the
    clause does not ask who owns the room.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    uses: Annotated[tuple[Use, ...], Field(min_length=1)]
    statuses: tuple[Status, ...] = ("in_use",)
    tenures: tuple[Tenure, ...] = ()
    area: AreaColumn = "floor_area_m2"
    missing_status: Status = "in_use"
    shared_rooms: Literal["once", "equal"] = "once"
    add_outdoor: bool = False


@dataclass(frozen=True)
class Rooms:
    """The rooms of all subjects of one kind, one row per room and subject.

    Attributes
    ----------
    frame
        Facility columns, and `share_once`, `share_equal` (the part of the room that is this
        subject's under each reading), RangeIndex.
    facility
        Position of each row's facility in the facilities table.
    subject
        Position of each row's subject in the subjects frame.
    """

    frame: pd.DataFrame
    facility: NDArray[np.intp]
    subject: NDArray[np.intp]
    is_provided: bool


def allocate(data: Dataset, kind: SubjectKind, codes: pd.Index) -> Rooms:
    """Return the rooms of each subject; rooms of no known subject are not among them."""
    table = data["facilities"].reset_index(drop=True)
    if kind == "estate":
        estates = data["estates"]
        development = pd.Series(
            development_of(estates).to_numpy(), index=estates["estate_id"].to_numpy()
        )
        owner = table["estate_id"].map(development)
    else:
        owner = table["community_code"]
    links = pd.DataFrame(
        {
            "facility": np.arange(len(table)),
            "subject": codes.get_indexer(pd.Index(owner)),
            "share_once": 1.0,
            "share_equal": 1.0,
        }
    )
    if kind == "community" and table["shared_with"].notna().any():
        links = _with_sharers(links, table, codes)
    links = links[links["subject"] >= 0].sort_values(
        ["subject", "facility"], kind="stable"
    )
    facility = links["facility"].to_numpy()
    frame = table.iloc[facility].reset_index(drop=True)
    frame = pd.DataFrame(frame).assign(
        share_once=links["share_once"].to_numpy(),
        share_equal=links["share_equal"].to_numpy(),
    )
    return Rooms(frame, facility, links["subject"].to_numpy(), "facilities" in data)


def _with_sharers(
    links: pd.DataFrame, table: pd.DataFrame, codes: pd.Index
) -> pd.DataFrame:
    """Add a row for each community a room is shared with, and split the shares.

    `shared_with` reads "CODE" or "CODE=40%", several separated by ";". Without shares the
    owner counts the room once and the others see it left out.
    """
    given = table["shared_with"].dropna().str.split(";").explode().str.strip()
    parts = given.str.extract(
        r"^(?P<code>[^=]+?)\s*(?:=\s*(?P<share>[\d.]+)\s*%)?$"
    ).dropna(subset="code")
    share = parts["share"].astype(float).div(100.0).fillna(0.0)
    sharers = 1 + parts.groupby(level=0).size()
    added = pd.DataFrame(
        {
            "facility": parts.index.to_numpy(),
            "subject": codes.get_indexer(pd.Index(parts["code"])),
            "share_once": share.to_numpy(),
            "share_equal": 1.0 / sharers.reindex(parts.index).to_numpy(),
        }
    )
    links = links.set_index("facility", drop=False)
    links["share_once"] -= share.groupby(level=0).sum().reindex(links.index).fillna(0.0)
    links["share_equal"] /= sharers.reindex(links.index).fillna(1)
    return pd.concat([links, added], ignore_index=True)


@dataclass(frozen=True)
class Classified:
    """The state of each room row under one filter, why, and the area it brings."""

    state: NDArray[np.int8]
    why: NDArray[np.int32]
    reasons: tuple[str, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    about: NDArray[np.bool_]


def classify(rooms: Rooms, chosen: RoomFilter, on: date) -> Classified:
    """Return for each room whether it counts, why not, and its area as an interval (㎡)."""
    frame = rooms.frame
    n = len(frame)
    state = np.full(n, -1, dtype=np.int8)
    why = np.zeros(n, dtype=np.int32)
    reasons: dict[str, int] = {"": 0}

    def settle(
        mask: NDArray[np.bool_], to: int, text: str | NDArray[np.object_]
    ) -> None:
        mask = mask & (state < 0)
        if not mask.any():
            return
        state[mask] = to
        texts = (
            np.full(int(mask.sum()), text, dtype=object)
            if isinstance(text, str)
            else text[mask]
        )
        codes, unique = pd.factorize(texts)
        lookup = np.array([reasons.setdefault(str(t), len(reasons)) for t in unique])
        why[mask] = lookup[codes]

    use = _codes(frame["use"])
    has_use = _has(frame["use"], chosen.uses) | _any_function(
        frame["functions"], chosen.uses
    )
    settle(
        ~has_use & frame["use"].notna().to_numpy(),
        LEFT_OUT,
        "用途不符：" + _words("use", use),
    )
    settle(~has_use, UNCERTAIN, "用途不明")

    status = frame["status"].fillna(chosen.missing_status)
    settle((status == "unknown").to_numpy(), UNCERTAIN, "状态不明")
    settle(
        ~_has(status, chosen.statuses),
        LEFT_OUT,
        "状态为" + _words("status", _codes(status)),
    )
    later = frame["available_on"].to_numpy() > np.datetime64(on)
    if later.any():
        day = frame["available_on"].dt.strftime("%Y-%m-%d").fillna("").to_numpy(object)
        # Rooms still being built are counted by rules that name their status.
        built = _has(status, ("in_use",))
        settle(later & built, LEFT_OUT, day + " 起才可用")
    if chosen.tenures:
        known = frame["tenure"].notna().to_numpy()
        tenure = _words("tenure", _codes(frame["tenure"]))
        settle(
            known & ~_has(frame["tenure"], chosen.tenures), LEFT_OUT, "产权为" + tenure
        )
        settle(~known, UNCERTAIN, "产权不明")
    share = frame[
        "share_once" if chosen.shared_rooms == "once" else "share_equal"
    ].to_numpy()
    settle(share <= 0.0, LEFT_OUT, "与其他社区共用，面积只计入所属社区")

    area = _area(frame, chosen)
    only_usable = np.isnan(area) & frame["usable_area_m2"].notna().to_numpy()
    settle(only_usable, UNCERTAIN, "只有使用面积，缺少建筑面积")
    settle(np.isnan(area), UNCERTAIN, "缺少面积")
    settle(state < 0, COUNTED, "")
    return _amounts(
        frame, chosen, state=state, why=why, reasons=tuple(reasons), area=area * share
    )


def _area(frame: pd.DataFrame, chosen: RoomFilter) -> NDArray[np.float64]:
    area = frame[chosen.area].to_numpy(float)
    if chosen.add_outdoor:
        area = area + frame["outdoor_area_m2"].fillna(0.0).to_numpy(float)
    return area


def _amounts(
    frame: pd.DataFrame,
    chosen: RoomFilter,
    *,
    state: NDArray[np.int8],
    why: NDArray[np.int32],
    reasons: tuple[str, ...],
    area: NDArray[np.float64],
) -> Classified:
    counted, uncertain = state == COUNTED, state == UNCERTAIN
    at_least = marked(frame, chosen.area, "at_least").to_numpy()
    at_most = marked(frame, chosen.area, "at_most").to_numpy()
    known = np.where(np.isnan(area), np.inf, area)
    low = np.where(counted & ~at_most, np.where(np.isnan(area), 0.0, area), 0.0)
    high = np.where(counted | uncertain, np.where(at_least, np.inf, known), 0.0)
    about = counted & marked(frame, chosen.area, "about").to_numpy()
    return Classified(state, why, reasons, low, high, about)


def _codes(values: pd.Series) -> NDArray[np.object_]:
    return values.fillna("").to_numpy(object)


def _words(column: str, codes: NDArray[np.object_]) -> NDArray[np.object_]:
    positions, unique = pd.factorize(codes)
    return np.array([word(column, str(code)) for code in unique], dtype=object)[
        positions
    ]


def _has(values: pd.Series, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    return values.isin(wanted).to_numpy()


def _any_function(functions: pd.Series, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which rooms have one of the wanted uses among their further functions."""
    known = functions.notna().to_numpy()
    if not known.any():
        return known
    found = known.copy()
    positions, unique = pd.factorize(functions[known])
    hit = [
        not set(wanted).isdisjoint(p.strip() for p in str(u).split(";")) for u in unique
    ]
    found[known] = np.array(hit)[positions]
    return found
