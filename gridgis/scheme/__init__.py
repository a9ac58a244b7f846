"""A new estate on paper: typed in, judged by the same rules, and what would close its gaps."""

from gridgis.scheme.model import (
    PHASE_COLUMNS,
    ROOM_COLUMNS,
    SUBJECT,
    Flip,
    HousingKind,
    Scheme,
    dataset_of,
    example,
    flips,
    judge,
    with_extra_room,
    with_households,
)
from gridgis.scheme.remedies import Remedy, remedies

__all__ = [
    "PHASE_COLUMNS",
    "ROOM_COLUMNS",
    "SUBJECT",
    "Flip",
    "HousingKind",
    "Remedy",
    "Scheme",
    "dataset_of",
    "example",
    "flips",
    "judge",
    "remedies",
    "with_extra_room",
    "with_households",
]
