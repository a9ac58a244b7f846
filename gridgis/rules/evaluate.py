"""The only place that compares: measured against required, four outcomes, with reasons.

Both sides are intervals. A verdict is given only where it holds for every value the unknown
could take; otherwise the outcome is `not_assessed`, with what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gridgis.rules.limits import required
from gridgis.rules.measured import Context, Evidence, Measured
from gridgis.rules.measures import MEASURES
from gridgis.rules.packs import Reading, Rule
from gridgis.rules.rooms import allocate
from gridgis.rules.sentences import Case, note_of, reasons_of
from gridgis.rules.subjects import SubjectKind, bounds_of, subjects_of
from gridgis.tables import Dataset
from gridgis.wording import quantity_word, word

__all__ = ["OUTCOMES", "TOLERANCE", "Evaluated", "context_of", "evaluate", "judge"]

OUTCOMES = ("pass", "fail", "not_applicable", "not_assessed")
PASS, FAIL, NOT_APPLICABLE, NOT_ASSESSED = range(4)

TOLERANCE = 1e-9
"""Relative slack of every comparison: sums of floats must not fail at the limit itself."""


@dataclass(frozen=True)
class Evaluated:
    """The verdicts of one rule, one row per subject in the subjects' order."""

    case: Case
    reason: NDArray[np.object_]
    note: NDArray[np.object_]
    evidence: Evidence | None


def context_of(data: Dataset, kind: SubjectKind, on: date) -> Context:
    """Return what all measures of one kind of subject look at, made once."""
    subjects = subjects_of(data, kind)
    return Context(data, on, kind, subjects, allocate(data, kind, subjects.index))


def evaluate(
    rule: Rule, context: Context, readings: Sequence[Reading] = ()
) -> Evaluated:
    """Judge one rule for every subject of its kind.

    Parameters
    ----------
    rule
        A rule in force on the day of the context.
    readings
        The same rule under other readings; where one of them asks for something else, the
        note of the verdict says what it would come to.
    """
    measured = MEASURES[rule.measure].function(context, rule.arguments)
    case = _case(rule, context, measured)
    note = np.full(len(context.subjects), "", dtype=object)
    for reading in readings:
        other = _reread(reading.rule, rule, context, measured)
        note = note_of(note, case, other, reading.words)
    return Evaluated(case, reasons_of(case), note, measured.evidence)


def judge(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    least: NDArray[np.float64],
    most: NDArray[np.float64],
    comparator: str,
) -> NDArray[np.int8]:
    """Compare intervals: pass or fail where certain, else not assessed.

    Parameters
    ----------
    low, high
        The measured value lies between them.
    least, most
        The requirement lies between them; for `between` they are the two ends of the band.
    """
    slack_least = TOLERANCE * np.maximum(
        1.0, np.abs(np.where(np.isinf(least), 1.0, least))
    )
    slack_most = TOLERANCE * np.maximum(
        1.0, np.abs(np.where(np.isinf(most), 1.0, most))
    )
    match comparator:
        case ">=":
            passes, fails = low >= most - slack_most, high < least - slack_least
        case ">":
            passes, fails = low > most + slack_most, high <= least + slack_least
        case "<=":
            passes, fails = high <= least + slack_least, low > most + slack_most
        case "<":
            passes, fails = high < least - slack_least, low >= most - slack_most
        case _:
            passes = (low >= least - slack_least) & (high <= most + slack_most)
            fails = (high < least - slack_least) | (low > most + slack_most)
    return np.select([passes, fails], [PASS, FAIL], NOT_ASSESSED).astype(np.int8)


def _reread(other: Rule, rule: Rule, context: Context, measured: Measured) -> Case:
    same = other.measure == rule.measure and other.arguments == rule.arguments
    again = (
        measured if same else MEASURES[other.measure].function(context, other.arguments)
    )
    return _case(other, context, again)


def _case(rule: Rule, context: Context, measured: Measured) -> Case:
    subjects = context.subjects
    missing = measured.missing.copy()
    if rule.limit.between is not None:
        least, most = (np.full(len(subjects), end) for end in rule.limit.between)
    else:
        limit = required(rule.limit, subjects)
        least, most = limit.low, limit.high
        for name in limit.missing:
            blank = subjects[name].isna().to_numpy()
            low, high = bounds_of(subjects, name)
            for where, text in (
                (blank, f"缺少{quantity_word(name)}"),
                ((low < high) & ~blank, f"{quantity_word(name)}只知上限或下限"),
            ):
                missing[where] = [f"{text}；{m}" if m else text for m in missing[where]]
    outcome = judge(measured.low, measured.high, least, most, rule.comparator)
    aside, asked = _set_aside(rule, context, measured, outcome, missing)
    decided = (outcome == PASS) | (outcome == FAIL)
    exact = measured.low == measured.high
    known = asked & (least == most) & (rule.limit.between is None)
    value = _deciding_end(rule, measured, outcome)
    margin = np.where(decided, _margin(rule, value, outcome, least, most), np.nan)
    return Case(
        rule,
        subjects,
        outcome,
        measured=np.where(exact & asked, measured.low, np.nan),
        required=np.where(known, least, np.nan),
        value=value,
        margin=margin,
        shortfall=np.where(outcome == FAIL, np.maximum(-margin, 0.0), margin * 0.0),
        missing=missing,
        aside=aside,
        doubtful=_doubtful(rule, context, measured, outcome=outcome, margin=margin),
        exact=exact,
        about=measured.about,
    )


def _deciding_end(
    rule: Rule, measured: Measured, outcome: NDArray[np.int8]
) -> NDArray[np.float64]:
    """Return the end of the measured interval that a sentence can state as a fact."""
    if rule.comparator in (">=", ">", "between"):
        return measured.low
    return np.where(outcome == PASS, measured.high, measured.low)


def _margin(
    rule: Rule,
    value: NDArray[np.float64],
    outcome: NDArray[np.int8],
    least: NDArray[np.float64],
    most: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how far inside the limit the value is, negative outside."""
    if rule.limit.between is not None:
        return np.minimum(value - least, most - value)
    # What is certain: a pass clears the most that could be asked, a fail misses the least.
    if rule.comparator in (">=", ">"):
        return value - np.where(outcome == PASS, most, least)
    return np.where(outcome == PASS, least, most) - value


def _set_aside(
    rule: Rule,
    context: Context,
    measured: Measured,
    outcome: NDArray[np.int8],
    missing: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Mark in `outcome` where the rule does not apply; return why not, and where it does."""
    subjects = context.subjects
    asked = np.ones(len(subjects), dtype=bool)
    aside = np.full(len(subjects), "", dtype=object)
    if measured.applies is not None:
        _mark(outcome, aside, ~measured.applies, measured.aside)
    for name in rule.limit.quantities:
        zero = subjects[name].to_numpy(float) == 0.0
        _mark(outcome, aside, zero, f"{quantity_word(name)}为 0，无法按比例计算")
    for column, wanted in rule.filter.items():
        values = subjects[column]
        unknown = values.isna().to_numpy() & ("unknown" not in wanted)
        outside = ~values.fillna("unknown").isin(wanted).to_numpy() & ~unknown
        _mark(outcome, aside, outside, _only_for(column, wanted))
        blocked = unknown & (outcome != NOT_APPLICABLE)
        outcome[blocked] = NOT_ASSESSED
        missing[blocked] = f"缺少{_FILTER_WORDS[column]}，不知是否适用"
        asked &= ~unknown
    return aside, asked & (outcome != NOT_APPLICABLE)


def _only_for(column: str, wanted: tuple[str, ...]) -> str:
    return "只适用于" + "、".join(
        word(column, name) for name in wanted if name != "unknown"
    )


_FILTER_WORDS = {
    "kind": "类型",
    "housing_kind": "住房类型",
    "grid_type": "网格类型",
}


def _mark(
    outcome: NDArray[np.int8],
    aside: NDArray[np.object_],
    where: NDArray[np.bool_],
    text: str,
) -> None:
    outcome[where] = NOT_APPLICABLE
    aside[where] = text


def _doubtful(
    rule: Rule,
    context: Context,
    measured: Measured,
    *,
    outcome: NDArray[np.int8],
    margin: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Tell which passes rest on an estimate, or lie within the yellow band."""
    passes = outcome == PASS
    # A value v with margin m clears a limit of v - m: the band is a share of that limit.
    band = rule.yellow_band / (1.0 + rule.yellow_band) * np.abs(measured.low)
    near = passes & (rule.yellow_band > 0) & (margin < band)
    estimated = np.zeros(len(passes), dtype=bool)
    if measured.about is not None:
        estimated |= measured.about
    for name in rule.limit.quantities:
        estimated |= context.subjects[f"{name}_about"].to_numpy(bool)
    return near | (passes & estimated)
