"""The sentence of a verdict: what is required and how it comes about, what there is, what lacks.

Written once here, so that screen, workbook and command line say the same.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.rules.limits import arithmetic, relief, words
from gridgis.rules.packs import Rule
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


def reasons_of(case: Case) -> NDArray[np.object_]:
    """Return the sentence of each verdict."""
    reason = case.aside.copy()
    unknown = case.outcome == _NOT_ASSESSED
    reason[unknown] = [text or "数据不足" for text in case.missing[unknown]]
    decided = np.flatnonzero((case.outcome == _PASS) | (case.outcome == _FAIL))
    names = sorted(case.rule.limit.quantities)
    quantities = [case.subjects[name].to_numpy(float) for name in names]
    asked: dict[tuple[float, ...], str] = {}
    for position in decided:
        key = tuple(float(values[position]) for values in quantities)
        subject = dict(zip(names, key, strict=True))
        if key not in asked:
            asked[key] = _asked(case.rule, subject)
        reason[position] = _sentence(case, int(position), asked[key], subject)
    return reason


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


def _sentence(case: Case, position: int, asked: str, subject: dict[str, float]) -> str:
    rule, unit = case.rule, case.rule.shown_unit
    measured = float(case.value[position])
    bound = (
        ""
        if case.exact[position]
        else "至少 "
        if rule.comparator in (">=", ">")
        else "至多 "
    )
    about = "约 " if case.about is not None and case.about[position] else ""
    verb = "实有" if rule.comparator in (">=", ">") else "实为"
    head = f"{_ASKED[rule.comparator]} {asked}；{verb} {bound}{about}{with_unit(measured, unit)}"
    if case.outcome[position] == _PASS:
        return (
            head
            if rule.comparator == "between"
            else f"{head}；{_spare(case, position)}"
        )
    gap = with_unit(float(case.shortfall[position]), unit)
    if rule.comparator in (">=", ">"):
        less = relief(rule.limit, subject, measured) if case.exact[position] else ""
        most = "" if case.exact[position] else "至多"
        return f"{head}；还差{most} {gap}" + (f"，{less}" if less else "")
    if rule.comparator == "between":
        below = rule.limit.between is not None and measured < rule.limit.between[0]
        return f"{head}；{'少' if below else '超出'} {gap}"
    return f"{head}；超出 {gap}"


def _spare(case: Case, position: int) -> str:
    if case.rule.comparator in ("<=", "<"):
        return "符合"
    margin = float(case.margin[position])
    if margin <= 0.0 or not np.isfinite(margin):
        return "正好达标"
    return f"富余 {with_unit(margin, case.rule.shown_unit)}"
