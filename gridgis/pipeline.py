"""One run from tables to verdicts: what the command line and the app both call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.errors import RuleError
from gridgis.governance.colours import colour_of_subject, colour_of_verdicts
from gridgis.rules.evaluate import OUTCOMES, Evaluated, context_of, evaluate
from gridgis.rules.measured import Context
from gridgis.rules.packs import Rule, RulePack
from gridgis.rules.rooms import STATES
from gridgis.rules.subjects import SubjectKind
from gridgis.tables import Dataset

__all__ = ["Overall", "Progress", "Results", "assess", "overall", "summary"]

Progress = Callable[[float, str], None]
Overall = Literal["conforming", "nonconforming", "inconclusive"]

_KINDS: tuple[SubjectKind, ...] = ("community", "estate", "grid", "county")


@dataclass(frozen=True)
class Results:
    """Everything one run found; all frames are new and none is changed afterwards.

    Attributes
    ----------
    rules
        The rules in force on the day, indexed by rule_id, in the packs' order.
    verdicts
        One row per rule and subject, RangeIndex; see `assess`.
    evidence
        One row per rule, subject and room: counted, left out or uncertain, and why.
    subjects
        By kind, indexed by code: name, street, outcome, colour, geometry where there is one.
    findings
        What the data itself gives reason to doubt, e.g. rooms of no known community.
    """

    data: Dataset
    on: date
    packs: tuple[RulePack, ...]
    rules: pd.DataFrame
    verdicts: pd.DataFrame
    evidence: pd.DataFrame
    subjects: Mapping[str, pd.DataFrame]
    findings: pd.DataFrame


def assess(
    data: Dataset,
    packs: Sequence[RulePack],
    on: date,
    *,
    progress: Progress | None = None,
) -> Results:
    """Judge every rule in force on a day for every subject it is about.

    Parameters
    ----------
    data
        The tables of one project, in one metric CRS.
    packs
        Rule packs whose rule ids do not repeat.
    on
        The day the rules, rooms and milestones are looked at.

    Returns
    -------
    Results
        `verdicts` has rule_id, pack, subject_kind, subject_code, subject_name, street,
        outcome, measured, required, unit, shortfall, margin, level, clause, source, reason,
        note, colour. Unknown numbers are NaN; shares are 0–1.

    Raises
    ------
    RuleError
        If two packs bring the same rule id.
    """
    pairs = [(pack, rule) for pack in packs for rule in pack.rules]
    _require_unique([rule.id for _, rule in pairs])
    pairs = [(pack, rule) for pack, rule in pairs if rule.in_force(on)]
    contexts = {
        kind: context_of(data, kind, on) for kind in {rule.subject for _, rule in pairs}
    }
    verdicts, evidence = [], []
    for done, (pack, rule) in enumerate(pairs):
        if progress is not None:
            progress(done / len(pairs), f"正在判定 {rule.id} {rule.title}")
        context = contexts[rule.subject]
        judged = evaluate(rule, context, pack.readings[rule.id])
        verdicts.append(_verdicts(pack, judged, context))
        if judged.evidence is not None:
            evidence.append(_evidence(judged, context))
    table = _joined(verdicts, _VERDICT_COLUMNS)
    return Results(
        data,
        on,
        tuple(packs),
        _rules_table(pairs),
        table,
        _joined(evidence, _EVIDENCE_COLUMNS),
        {
            kind: _with_outcome(context.subjects, kind, table)
            for kind, context in contexts.items()
        },
        _findings(data),
    )


def overall(verdicts: pd.DataFrame) -> Overall:
    """Return the one word over verdicts; only mandatory rules decide.

    A single mandatory fail makes nonconforming; a mandatory rule that could not be assessed,
    or nothing to assess at all, makes inconclusive.
    """
    mandatory = verdicts[verdicts["level"] == "mandatory"]["outcome"]
    if (mandatory == "fail").any():
        return "nonconforming"
    decided = verdicts["outcome"].isin(["pass", "fail"]).any()
    if (mandatory == "not_assessed").any() or not decided:
        return "inconclusive"
    return "conforming"


def summary(results: Results) -> dict[str, Any]:
    """Return the counts of a run as plain data: subjects, outcomes by rule, the one word."""
    counts = results.verdicts.groupby(["rule_id", "outcome"], observed=True).size()
    outcomes = {
        rule: {outcome: int(counts.get((rule, outcome), 0)) for outcome in OUTCOMES}
        for rule in results.rules.index
    }
    return {
        "subjects": sum(len(frame) for frame in results.subjects.values()),
        "outcomes": outcomes,
        "overall": overall(results.verdicts),
    }


_VERDICT_COLUMNS = [
    "rule_id",
    "pack",
    "subject_kind",
    "subject_code",
    "subject_name",
    "street",
    "outcome",
    "measured",
    "required",
    "unit",
    "shortfall",
    "margin",
    "level",
    "clause",
    "source",
    "reason",
    "note",
    "colour",
]
_EVIDENCE_COLUMNS = [
    "rule_id",
    "subject_kind",
    "subject_code",
    "item_id",
    "item_name",
    "amount",
    "unit",
    "counted",
    "why",
]


def _require_unique(ids: list[str]) -> None:
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        message = f"规则编号重复：{'、'.join(repeated)}"
        raise RuleError(message, remedy="请不要重复选用同一规则包")


def _constant(value: str, length: int) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(np.zeros(length, dtype=np.int8), pd.Index([value]))


def _verdicts(pack: RulePack, judged: Evaluated, context: Context) -> pd.DataFrame:
    rule, subjects = judged.rule, context.subjects
    n = len(subjects)
    outcome = pd.Categorical.from_codes(judged.outcome, pd.Index(OUTCOMES))
    level = pd.Series(rule.level, index=range(n), dtype="str")
    colour = colour_of_verdicts(
        pd.Series(outcome, dtype="str"), level, pd.Series(judged.doubtful)
    )
    return pd.DataFrame(
        {
            "rule_id": _constant(rule.id, n),
            "pack": _constant(pack.name, n),
            "subject_kind": _constant(rule.subject, n),
            "subject_code": subjects.index.to_numpy(object),
            "subject_name": subjects["name"].to_numpy(object),
            "street": subjects["street"].to_numpy(object),
            "outcome": outcome,
            "measured": judged.measured,
            "required": judged.required,
            "unit": _constant(rule.shown_unit, n),
            "shortfall": judged.shortfall,
            "margin": judged.margin,
            "level": _constant(rule.level, n),
            "clause": _constant(rule.clause, n),
            "source": _constant(pack.sources[rule.source].title, n),
            "reason": judged.reason,
            "note": judged.note,
            "colour": colour,
        }
    )


def _evidence(judged: Evaluated, context: Context) -> pd.DataFrame:
    """Lay out the rooms behind one rule; codes instead of text keep a province in memory."""
    found, rooms, rule = judged.evidence, context.rooms, judged.rule
    if found is None:
        return pd.DataFrame(columns=_EVIDENCE_COLUMNS)
    n = len(rooms.frame)
    return pd.DataFrame(
        {
            "rule_id": _constant(rule.id, n),
            "subject_kind": _constant(rule.subject, n),
            "subject_code": context.subjects.index.to_numpy(object)[rooms.subject],
            "item_id": rooms.frame["facility_id"].to_numpy(object),
            "item_name": rooms.frame["name"].to_numpy(object),
            "amount": found.amount,
            "unit": _constant("㎡", n),
            "counted": pd.Categorical.from_codes(found.state, pd.Index(STATES)),
            "why": pd.Categorical.from_codes(found.why, pd.Index(found.reasons)),
        }
    )


_TEXT = (
    "subject_code",
    "subject_name",
    "street",
    "reason",
    "note",
    "colour",
    "item_id",
    "item_name",
)


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Stack the parts; text that repeats becomes categorical, the rest plain text."""
    if not parts:
        return pd.DataFrame(columns=columns)
    joined: dict[str, Any] = {}
    for column in columns:
        pieces = [part[column] for part in parts]
        if isinstance(pieces[0].dtype, pd.CategoricalDtype):
            joined[column] = pd.api.types.union_categoricals(pieces)
        else:
            joined[column] = pd.concat(pieces, ignore_index=True)
    frame = pd.DataFrame(joined)
    text = [column for column in _TEXT if column in frame]
    return frame.astype(dict.fromkeys(text, "str"))


def _rules_table(pairs: list[tuple[RulePack, Rule]]) -> pd.DataFrame:
    rows = [
        {
            "rule_id": rule.id,
            "title": rule.title,
            "pack": pack.name,
            "pack_title": pack.title,
            "place": pack.place,
            "clause": rule.clause,
            "source": pack.sources[rule.source].title,
            "source_status": pack.sources[rule.source].status,
            "subject_kind": rule.subject,
            "level": rule.level,
            "unit": rule.shown_unit,
            "effective_from": rule.effective_from,
            "effective_to": rule.effective_to,
            "text": rule.text,
            "remedy": rule.remedy,
        }
        for pack, rule in pairs
    ]
    columns = list(rows[0]) if rows else ["rule_id", "title", "pack"]
    return pd.DataFrame(rows, columns=columns).set_index("rule_id")


_SHOWN = ("name", "street", "community_code")


def _with_outcome(
    subjects: pd.DataFrame, kind: str, verdicts: pd.DataFrame
) -> pd.DataFrame:
    own = verdicts[verdicts["subject_kind"] == kind]
    colours = colour_of_subject(own)
    position = subjects.index.get_indexer(pd.Index(own["subject_code"]))
    mandatory = (own["level"] == "mandatory").to_numpy()
    found = {code: (own["outcome"] == code).to_numpy() for code in OUTCOMES}

    def any_of(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.bincount(position[mask], minlength=len(subjects)) > 0

    outcome = np.select(
        [
            any_of(mandatory & found["fail"]),
            ~any_of(~found["not_applicable"]),
            any_of(mandatory & found["not_assessed"])
            | ~any_of(found["pass"] | found["fail"]),
        ],
        ["nonconforming", "not_applicable", "inconclusive"],
        default="conforming",
    )
    frame = pd.DataFrame(subjects)[list(_SHOWN)].assign(
        outcome=outcome, colour=colours.reindex(subjects.index).to_numpy()
    )
    frame.index.name = "subject_code"
    if isinstance(subjects, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(frame, geometry=subjects.geometry, crs=subjects.crs)
    return frame


_FINDING_COLUMNS = [
    "finding_id",
    "kind",
    "severity",
    "subject_code",
    "message",
    "remedy",
    "area_m2",
    "width_m",
    "households",
]


def _findings(data: Dataset) -> pd.DataFrame:
    """Say which rooms belong to no community: they are counted for nobody."""
    table = data["facilities"]
    codes = data["communities"]["community_code"]
    homeless = table[~table["community_code"].isin(codes)]
    rows = [
        {
            "finding_id": f"facility-{code}",
            "kind": "facility_without_community",
            "severity": "warn",
            "subject_code": code,
            "message": f"设施“{name}”未归入任何社区，没有计入任何一条规则",
            "remedy": "请补充所属社区或坐标",
            "area_m2": area,
        }
        for code, name, area in zip(
            homeless["facility_id"],
            homeless["name"],
            homeless["floor_area_m2"],
            strict=True,
        )
    ]
    return pd.DataFrame(rows, columns=_FINDING_COLUMNS)
