"""What a measure looks at and what it returns, shared by every measure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from gridgis.rules.rooms import Rooms
from gridgis.rules.subjects import SubjectKind
from gridgis.tables import Dataset

__all__ = [
    "Context",
    "Evidence",
    "Floats",
    "Measured",
    "NoParameters",
    "Parameters",
    "from_values",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Context:
    """What every measure of one kind of subject looks at."""

    data: Dataset
    on: date
    kind: SubjectKind
    subjects: pd.DataFrame
    rooms: Rooms


@dataclass(frozen=True)
class Evidence:
    """The rooms behind a measure: row in `Rooms.frame`, state, why, and the amount each brings."""

    state: NDArray[np.int8]
    why: NDArray[np.int32]
    reasons: tuple[str, ...]
    amount: Floats


@dataclass(frozen=True)
class Measured:
    """The result of a measure, n values in the order of the subjects.

    Attributes
    ----------
    low, high
        The measured value lies between them; equal where it is known.
    applies
        False where the question does not arise (`aside` says why).
    about
        True where an estimate ("约") went into the value.
    missing
        Why the value is not known, "" where it is.
    """

    low: Floats
    high: Floats
    missing: NDArray[np.object_]
    applies: NDArray[np.bool_] | None = None
    aside: str = ""
    about: NDArray[np.bool_] | None = None
    evidence: Evidence | None = None


class Parameters(BaseModel):
    """Parameters of a measure; a key the measure does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParameters(Parameters):
    """Nothing to choose."""


def from_values(
    value: Floats, text: str, about: NDArray[np.bool_] | None = None
) -> Measured:
    """Return exact values, and 0 to infinity with `text` as the reason where NaN."""
    unknown = np.isnan(value)
    low, high = np.where(unknown, 0.0, value), np.where(unknown, np.inf, value)
    return Measured(low, high, np.where(unknown, text, "").astype(object), about=about)
