"""What stands behind the verdicts of one subject, ready to be read on screen or paper."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gridgis.governance.colours import Shade, shade
from gridgis.pipeline import Results
from gridgis.wording import LEVELS, OUTCOMES, SOURCE_STATUS, amount, with_unit

__all__ = ["RuleSheet", "SubjectSheet", "explain", "sum_in_words"]

_LISTED_SUMMANDS = 6
_ROUNDING_M2 = 1e-6


@dataclass(frozen=True)
class RuleSheet:
    """One rule for one subject: the verdict in words and the rooms behind it.

    `part` is what there is over what is required, None where that says nothing.
    `counted`, `left_out` and `uncertain` have item_name, amount (㎡, NaN where unknown)
    and why; they are empty for rules that are not about rooms.
    """

    rule_id: str
    title: str
    text: str
    outcome: str
    shade: Shade
    level: str
    measured: str
    required: str
    margin: str
    reason: str
    note: str
    clause: str
    source: str
    source_status: str
    remedy: str
    arithmetic: str
    part: float | None
    counted: pd.DataFrame
    left_out: pd.DataFrame
    uncertain: pd.DataFrame

    @property
    def outcome_word(self) -> str:
        """Return the outcome as it is read."""
        return OUTCOMES[self.outcome]


@dataclass(frozen=True)
class SubjectSheet:
    """All rules that one subject was asked, the worst first, and who it is."""

    kind: str
    code: str
    name: str
    street: str
    shade: Shade
    rules: tuple[RuleSheet, ...]


def explain(results: Results, kind: str, code: str) -> SubjectSheet:
    """Return everything the results say about one subject.

    Raises
    ------
    KeyError
        If the results have no such subject.
    """
    subject = results.subjects[kind].loc[code]
    verdicts = _of(results.verdicts, kind, code)
    evidence = _of(results.evidence, kind, code)
    rules = [
        _rule_sheet(verdict, results.rules.loc[verdict["rule_id"]], evidence)
        for verdict in verdicts.to_dict("records")
    ]
    order = {name: place for place, name in enumerate(_ORDER)}
    rules.sort(key=lambda rule: order[rule.shade.colour])
    street = subject["street"]
    return SubjectSheet(
        kind,
        code,
        str(subject["name"]),
        "" if pd.isna(street) else str(street),
        shade(str(subject["colour"])),
        tuple(rules),
    )


_ORDER = ("red", "yellow", "grey", "green", "none")


def sum_in_words(counted: pd.DataFrame, measured: str) -> str:
    """Show how what there is adds up: "实有 = 420 + 124.5 = 544.5 ㎡（2 间）"."""
    if counted.empty:
        return ""
    summands = [amount(value) for value in counted["amount"][:_LISTED_SUMMANDS]]
    if len(counted) > _LISTED_SUMMANDS:
        summands.append("…")
    total = f"实有 = {' + '.join(summands)}"
    if len(counted) > 1:
        total += f" = {measured}"
    else:
        total += " ㎡"
    return f"{total}（{len(counted)} 间）"


def _of(frame: pd.DataFrame, kind: str, code: str) -> pd.DataFrame:
    mine = (frame["subject_code"] == code) & (frame["subject_kind"] == kind)
    return frame[mine]


def _rule_sheet(
    verdict: dict[Hashable, Any], rule: pd.Series, evidence: pd.DataFrame
) -> RuleSheet:
    rooms = evidence[evidence["rule_id"] == verdict["rule_id"]]
    counted, left_out, uncertain = (
        rooms.loc[rooms["counted"] == state, ["item_name", "amount", "why"]]
        for state in ("counted", "left_out", "uncertain")
    )
    unit = str(verdict["unit"])
    measured = _number(verdict["measured"], unit)
    adds_up = unit == "㎡" and str(verdict["outcome"]) in ("pass", "fail")
    adds_up &= bool(
        abs(counted["amount"].sum() - _float(verdict["measured"])) < _ROUNDING_M2
    )
    return RuleSheet(
        rule_id=str(verdict["rule_id"]),
        title=str(rule["title"]),
        text=str(rule["text"]),
        outcome=str(verdict["outcome"]),
        shade=shade(str(verdict["colour"])),
        level=LEVELS[str(verdict["level"])],
        measured=measured,
        required=_number(verdict["required"], unit),
        margin=_number(verdict["margin"], unit),
        reason=str(verdict["reason"]),
        note=str(verdict["note"]),
        clause=str(verdict["clause"]),
        source=str(verdict["source"]),
        source_status=SOURCE_STATUS[str(rule["source_status"])],
        remedy=str(rule["remedy"]),
        arithmetic=sum_in_words(counted, measured) if adds_up else "",
        part=_part(verdict, rule),
        counted=counted,
        left_out=left_out,
        uncertain=uncertain,
    )


def _part(verdict: dict[Hashable, Any], rule: pd.Series) -> float | None:
    """Return how far a minimum is met; a maximum or a band is no bar to fill."""
    measured, required = _float(verdict["measured"]), _float(verdict["required"])
    is_minimum = str(rule["text"]).startswith(("≥", ">"))
    known = measured == measured and required == required  # noqa: PLR0124 - NaN
    return measured / required if is_minimum and known and required > 0 else None


def _float(value: object) -> float:
    return float(str(value))


def _number(value: object, unit: str) -> str:
    number = _float(value)
    return "—" if number != number else with_unit(number, unit)  # noqa: PLR0124 - NaN
