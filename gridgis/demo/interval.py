"""Sums and comparisons of figures that may be unknown: each is a low and a high end."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isnan
from typing import NamedTuple

__all__ = [
    "NOT_APPLICABLE",
    "NOT_ASSESSED",
    "UNKNOWN",
    "Answer",
    "Span",
    "at_least",
    "at_most",
    "between",
    "exact",
    "total",
]


class Span(NamedTuple):
    """What a figure can be at least and at most; both ends equal where it is known."""

    low: float
    high: float

    @property
    def known(self) -> float | None:
        """Return the figure where it is one single number."""
        return self.low if self.low == self.high and abs(self.low) != inf else None


class Answer(NamedTuple):
    """Outcome of one rule for one subject, with the figures where they are known."""

    outcome: str
    measured: float | None = None
    required: float | None = None


UNKNOWN = Span(0.0, inf)
NOT_APPLICABLE = Answer("not_applicable")
NOT_ASSESSED = Answer("not_assessed")


def exact(value: float | None) -> Span:
    """Return the span of a plain figure; unknown can be anything from 0."""
    return UNKNOWN if value is None or isnan(value) else Span(value, value)


def total(spans: Iterable[Span]) -> Span:
    """Add up spans; the sum of known figures is rounded like a hand-written sum."""
    low = high = 0.0
    for span in spans:
        low, high = low + span.low, high + span.high
    return Span(round(low, 6), high if high == inf else round(high, 6))


def at_least(measured: Span, required: Span) -> Answer:
    """Pass if surely no less than required, fail if surely less."""
    outcome = "not_assessed"
    if measured.low >= required.high:
        outcome = "pass"
    elif measured.high < required.low:
        outcome = "fail"
    return Answer(outcome, measured.known, required.known)


def at_most(measured: Span, required: Span) -> Answer:
    """Pass if surely no more than required, fail if surely more."""
    outcome = "not_assessed"
    if measured.high <= required.low:
        outcome = "pass"
    elif measured.low > required.high:
        outcome = "fail"
    return Answer(outcome, measured.known, required.known)


def between(measured: Span, low: float, high: float) -> Answer:
    """Pass if surely within both ends, both included; fail if surely outside."""
    outcome = "not_assessed"
    if low <= measured.low and measured.high <= high:
        outcome = "pass"
    elif measured.high < low or measured.low > high:
        outcome = "fail"
    return Answer(outcome, measured.known, None)
