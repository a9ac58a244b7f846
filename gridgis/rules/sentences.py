"""The sentence of a verdict: what is required and how it comes about, what there is, what lacks.

Written once here, so that screen, workbook and command line say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.rules.limits import arithmetic, relief, words
from gridgis.rules.packs import Rule
from gridgis.rules.subjects import bounds_of
from gridgis.wording import OUTCOMES as OUTCOME_WORDS
from gridgis.wording import with_unit

__all__ = ["Case", "note_of", "reasons_of"]

_PASS, _FAIL, _NOT_APPLICABLE, _NOT_ASSESSED = range(4)
_CODES = tuple(OUTCOME_WORDS)


@dataclass(frozen=True)
class Case:
    """One rule judged for all its subjects: everything its sentences are made of.

    Attributes
    ----------
    measured, required
        Shown as numbers only where they are exactly known; NaN for a band.
    value
        What the sentence can state: the measured value, or the end that decides.
    shortfall
        The most that can lack, 0 for a pass.
    """

    rule: Rule
    subjects: pd.DataFrame
    outcome: NDArray[np.int8]
    _: KW_ONLY
    measured: NDArray[np.float64]
    required: NDArray[np.float64]
    value: NDArray[np.float64]
    shortfall: NDArray[np.float64]
    margin: NDArray[np.float64]
    missing: NDArray[np.object_]
    aside: NDArray[np.object_]
    doubtful: NDArray[np.bool_]
    exact: NDArray[np.bool_]
    about: NDArray[np.bool_] | None


class _Facts(NamedTuple):
    """All that the sentence of one decided verdict depends on."""

    passes: bool
    value: float
    margin: float
    shortfall: float
    exact: bool
    about: bool
    quantities: tuple[float, ...]


def reasons_of(case: Case) -> NDArray[np.object_]:
    """Return the sentence of each verdict; equal facts are worded once."""
    reason = case.aside.copy()
    unknown = case.outcome == _NOT_ASSESSED
    reason[unknown] = [text or "数据不足" for text in case.missing[unknown]]
    decided = (case.outcome == _PASS) | (case.outcome == _FAIL)
    worded: dict[_Facts, str] = {}
    asked: dict[tuple[float, ...], str] = {}
    names = sorted(case.rule.limit.quantities)
    texts = []
    for facts in _facts(case, decided):
        if facts not in worded:
            subject = dict(zip(names, facts.quantities, strict=True))
            if facts.quantities not in asked:
                asked[facts.quantities] = _asked(case.rule, subject)
            limit = asked[facts.quantities]
            worded[facts] = _sentence(case.rule, facts, limit, subject)
        texts.append(worded[facts])
    reason[decided] = texts
    return reason


def _facts(case: Case, rows: NDArray[np.bool_]) -> Iterator[_Facts]:
    n = int(rows.sum())
    about = np.zeros(n, dtype=bool) if case.about is None else case.about[rows]
    names = sorted(case.rule.limit.quantities)
    counts = []
    for name in names:
        low, high = bounds_of(case.subjects, name)
        # A bound is no number to reckon with: the limit is then given in words alone.
        counts.append(np.where(low == high, low, np.nan)[rows].tolist())
    columns = (
        case.outcome[rows] == _PASS,
        case.value[rows],
        case.margin[rows],
        case.shortfall[rows],
        case.exact[rows],
        about,
    )
    quantities = zip(*counts, strict=True) if counts else repeat((), n)
    return map(_Facts, *(column.tolist() for column in columns), quantities)


def note_of(
    note: NDArray[np.object_], case: Case, other: Case, reading: str
) -> NDArray[np.object_]:
    """Return the notes with what another reading comes to, where it differs."""
    asks_more = ~_equal(case.required, other.required) | ~_equal(
        case.measured, other.measured
    )
    differs = (case.outcome != other.outcome) | asks_more
    differs &= (case.outcome != _NOT_APPLICABLE) & (other.outcome < _NOT_APPLICABLE)
    unit = case.rule.shown_unit
    result = note.copy()
    for position in np.flatnonzero(differs):
        outcome = OUTCOME_WORDS[_CODES[other.outcome[position]]]
        text = f"另一读法（{reading}）：应配 {with_unit(other.required[position], unit)}，{outcome}"
        result[position] = f"{result[position]}；{text}" if result[position] else text
    return result


def _equal(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.bool_]:
    return np.isclose(first, second, rtol=1e-9, atol=0.0, equal_nan=True)


def _asked(rule: Rule, subject: dict[str, float]) -> str:
    known = not any(np.isnan(value) for value in subject.values())
    if not known or not subject:
        return words(rule.limit, rule.shown_unit)
    return arithmetic(rule.limit, subject, rule.shown_unit)


_ASKED = {">=": "应配", ">": "应超过", "<=": "至多", "<": "应少于", "between": "应在"}


def _sentence(rule: Rule, facts: _Facts, asked: str, subject: dict[str, float]) -> str:
    unit = rule.shown_unit
    more_is_better = rule.comparator in (">=", ">")
    low_end = more_is_better or not facts.passes
    bound = "" if facts.exact else "至少 " if low_end else "至多 "
    about = "约 " if facts.about else ""
    there = f"{'实有' if more_is_better else '实为'} {bound}{about}{with_unit(facts.value, unit)}"
    head = f"{_ASKED[rule.comparator]} {asked}；{there}"
    if facts.passes:
        return (
            head if rule.comparator == "between" else f"{head}；{_spare(rule, facts)}"
        )
    gap = with_unit(facts.shortfall, unit)
    if more_is_better:
        known = facts.exact and not any(np.isnan(count) for count in subject.values())
        less = relief(rule.limit, subject, facts.value) if known else ""
        most = "" if facts.exact else "至多"
        return f"{head}；还差{most} {gap}" + (f"，{less}" if less else "")
    below = rule.limit.between is not None and facts.value < rule.limit.between[0]
    return f"{head}；{'少' if below else '超出'} {gap}"


def _spare(rule: Rule, facts: _Facts) -> str:
    if rule.comparator in ("<=", "<"):
        return "符合"
    if facts.margin <= 0.0 or not np.isfinite(facts.margin):
        return "正好达标"
    return f"富余 {with_unit(facts.margin, rule.shown_unit)}"
