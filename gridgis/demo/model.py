"""What the synthetic county is made of: plain records, before anything is written.

Every record says what is *true* after a careful reading of the files; how a cell is written
("约300㎡", "0.03万㎡") is kept beside it. Unknown is `None`, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = [
    "DAY",
    "LATEST",
    "NEVER",
    "Community",
    "County",
    "Defect",
    "Estate",
    "Refusal",
    "Room",
    "Sizes",
    "Year",
]

# Truth holds on every day from DAY on: each planted date lies before it or on NEVER.
DAY = date(2026, 6, 30)
NEVER = date(2099, 12, 31)
LATEST = DAY.year

Mark = Literal["", "about", "at_least", "at_most"]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a planted row must be refused: the column as headed and the reader's code.

    A row that `repeats_id` carries the number of the first room of its community.
    """

    column: str
    code: str
    repeats_id: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Community:
    """A community; `dwellings` stand in its buildings, `households` are in the ledger."""

    code: str
    name: str
    street: str
    county: str
    kind: Literal["urban", "town"]
    population: int
    dwellings: int
    households: float | None
    households_text: str = ""
    elderly: int = 0
    cell: tuple[int, int] = (0, 0)
    plant: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A room, ground or other facility. Areas in ㎡, x and y in metres (EPSG:4544)."""

    use: str | None
    area: float | None = None
    name: str = ""
    id: str = ""
    community: str = ""
    estate: str = ""
    usable: float | None = None
    activity: float | None = None
    outdoor: float | None = None
    mark: Mark = ""
    text: str = ""
    storey: int | None = 1
    top: int | None = None
    entrance: bool | None = True
    building: str = ""
    site: str = ""
    tenure: str | None = "owned"
    status: str | None = "in_use"
    available: date | None = None
    functions: tuple[str, ...] = ()
    shared: tuple[tuple[str, float | None], ...] = ()
    x: float = 0.0
    y: float = 0.0
    located: bool = True
    phase: int = 1
    refused: Refusal | None = None
    remark: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estate:
    """One row of the estates ledger: a whole estate or one phase of a development."""

    id: str = ""
    name: str = ""
    community: str = ""
    kind: str | None = "new"
    development: str = ""
    phase: int | None = None
    housing: str | None = "commodity"
    dwellings: int | None = None
    occupied: int | None = None
    floor_area: float | None = None
    dates: tuple[date | None, ...] = (None, None, None, None)
    room_dates: tuple[date | None, ...] = (None, None, None, None)
    agreement: bool | None = None
    handed_over: date | None = None
    receiver: str | None = None
    managed: bool | None = None
    committee: bool | None = None
    block: int = 0
    part: tuple[int, int] = (0, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """Figures of one community in one year; money in yuan."""

    community: str
    year: int
    workers: float | None = None
    certified: float | None = None
    operating: float | None = None
    self_score: float | None = None
    province_score: float | None = None
    satisfaction: float | None = None
    named: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """One planted peculiarity, with the outcome of each rule worked out by hand."""

    kind: str
    what: str
    file: str
    subject_kind: str
    subject_code: str
    expected: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much of everything a place of this size gets."""

    communities: int
    blocks_per_side: int
    detailed: bool


@dataclass(frozen=True, kw_only=True)
class County:
    """The whole planted place (one county, or a province of many)."""

    sizes: Sizes
    communities: tuple[Community, ...]
    rooms: tuple[Room, ...]
    estates: tuple[Estate, ...]
    staff: tuple[Year, ...]
    funds: tuple[Year, ...]
    scores: tuple[Year, ...]
    defects: tuple[Defect, ...]
    layers: Mapping[str, GeoDataFrame] = field(default_factory=dict)
