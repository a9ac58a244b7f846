"""Red, yellow, green, grey: how verdicts become the one colour of a subject.

A colour never stands alone: it is always shown with its word and its symbol. The
palette is that of Okabe and Ito (2008, "Color Universal Design"), told apart with any
common kind of colour blindness; hatching tells them apart on a black-and-white print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "SHADES",
    "Colour",
    "Hatch",
    "Shade",
    "colour_of_subject",
    "colour_of_verdicts",
    "shade",
]

Colour = Literal["red", "grey", "yellow", "green", "none"]
"""Worst first: the order in which a subject takes its colour from its verdicts."""

Hatch = Literal["cross", "dots", "diagonal", "solid", "blank"]
"""The pattern of a colour on a black-and-white print."""


@dataclass(frozen=True)
class Shade:
    """One colour as a reader meets it: fill, word, symbol and print pattern."""

    colour: Colour
    fill: str
    word: str
    symbol: str
    hatch: Hatch

    @property
    def label(self) -> str:
        """Return symbol and word, as in "✗ 不达标"."""
        return f"{self.symbol} {self.word}"


SHADES: Mapping[Colour, Shade] = MappingProxyType(
    {
        shade.colour: shade
        for shade in (
            Shade("red", "#D55E00", "不达标", "✗", "cross"),
            Shade("grey", "#8A8F98", "数据不足", "?", "dots"),
            Shade("yellow", "#E69F00", "预警", "!", "diagonal"),
            Shade("green", "#009E73", "达标", "✓", "solid"),
            Shade("none", "#E3E6EA", "不适用", "–", "blank"),
        )
    }
)
"""All five, in the order of `Colour`."""

_ORDER: tuple[Colour, ...] = tuple(SHADES)


def shade(colour: str) -> Shade:
    """Return the shade of a colour's name; anything else is shown as not applicable."""
    known = (item for item in SHADES.values() if item.colour == colour)
    return next(known, SHADES["none"])


def colour_of_verdicts(
    outcome: pd.Series, level: pd.Series, doubtful: pd.Series
) -> pd.Series:
    """Return the colour of each verdict.

    Parameters
    ----------
    outcome
        pass, fail, not_applicable or not_assessed, n values.
    level
        mandatory or advisory, on the same index.
    doubtful
        True where a pass rests on an estimate or lies within the rule's yellow band.

    Returns
    -------
    Series
        Text, n values on the index of `outcome`: a fail is red where the rule is
        mandatory and yellow where it is advisory; not assessed is grey; not applicable
        is "none".
    """
    chosen = np.select(
        [
            (outcome == "fail") & (level == "mandatory"),
            outcome == "fail",
            outcome == "not_assessed",
            (outcome == "pass") & doubtful.to_numpy(bool),
            outcome == "pass",
        ],
        ["red", "yellow", "grey", "yellow", "green"],
        default="none",
    )
    return pd.Series(chosen, index=outcome.index, dtype="str", name="colour")


def colour_of_subject(verdicts: pd.DataFrame) -> pd.Series:
    """Return the one colour of each subject, from all its verdicts.

    Red if any mandatory rule fails; else grey if any mandatory rule could not be
    assessed; else yellow if an advisory rule fails; else green. An advisory rule that
    could not be assessed leaves a subject's colour to its other verdicts, and turns it
    grey only where there is none. "none" where no rule applies.

    Parameters
    ----------
    verdicts
        One row per rule and subject, of one kind of subject: subject_code, level, colour.

    Returns
    -------
    Series
        Text, indexed by subject_code, in order of first appearance.
    """
    rank = _rank(verdicts["colour"], verdicts["level"] == "advisory")
    subject, codes = pd.factorize(verdicts["subject_code"])
    subjects = pd.Index(codes, name="subject_code")
    worst = np.full(len(subjects), len(_ORDER))
    np.minimum.at(worst, subject, rank)
    colours = np.array([*_ORDER[:-1], "grey", "none"])
    return pd.Series(colours[worst], index=subjects, dtype="str", name="colour")


def _rank(colour: pd.Series, advisory: pd.Series) -> NDArray[np.int64]:
    """Place each verdict: 0 red … 3 green, 4 grey by an advisory rule only, 5 none."""
    places: dict[str, int] = {name: place for place, name in enumerate(_ORDER)}
    places["none"] = len(_ORDER)
    rank = colour.map(places).to_numpy(dtype=np.int64)
    weak = (colour == "grey").to_numpy() & advisory.to_numpy()
    return np.where(weak, len(_ORDER) - 1, rank)
