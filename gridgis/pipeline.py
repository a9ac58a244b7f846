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
        kind: context_of(data, kind, on)
        for kind in dict.fromkeys(rule.subject for _, rule in pairs)
    }
    judged = []
    for done, (pack, rule) in enumerate(pairs):
        if progress is not None:
            progress(done / len(pairs), f"正在判定 {rule.id} {rule.title}")
        context = contexts[rule.subject]
        judged.append((pack, evaluate(rule, context, pack.readings[rule.id]), context))
    verdicts = _verdict_table(judged)
    return Results(
        data,
        on,
        tuple(packs),
        _rules_table(pairs),
        verdicts,
        _evidence_table(judged),
        {
            kind: _with_outcome(context.subjects, kind, verdicts)
            for kind, context in contexts.items()
        },
        _findings(data),
    )


def overall(verdicts: pd.DataFrame) -> Overall:
    """Return the one word over verdicts; mandatory rules decide wherever any applies.

    A single fail makes nonconforming; a rule that could not be assessed, or nothing to
    assess at all, makes inconclusive. Advisory rules decide only where no mandatory rule
    applies: a fail among them must not read as conforming.
    """
    asked = verdicts[verdicts["outcome"] != "not_applicable"]
    mandatory = asked[asked["level"] == "mandatory"]
    outcome = (mandatory if len(mandatory) else asked)["outcome"]
    if (outcome == "fail").any():
        return "nonconforming"
    if (outcome == "not_assessed").any() or not len(outcome):
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


def _require_unique(ids: list[str]) -> None:
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        message = f"规则编号重复：{'、'.join(repeated)}"
        raise RuleError(message, remedy="请不要重复选用同一规则包")


Judged = tuple[RulePack, Evaluated, Context]


def _repeated(values: Sequence[str], rule: NDArray[np.intp]) -> pd.Categorical[Any]:
    """Return one value per row from one per rule, as codes: a province stays small."""
    codes, unique = pd.factorize(np.array(values, dtype=object))
    return pd.Categorical.from_codes(codes[rule], pd.Index(unique))


def _stacked(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)


def _text(parts: Sequence[NDArray[Any]]) -> pd.Series:
    return pd.Series(_stacked(parts), dtype="str")


def _verdict_table(judged: Sequence[Judged]) -> pd.DataFrame:
    rules = [found.case.rule for _, found, _ in judged]
    rule = np.repeat(np.arange(len(judged)), [len(c.subjects) for _, _, c in judged])
    outcome = pd.Categorical.from_codes(
        _stacked([found.case.outcome for _, found, _ in judged]).astype(np.int8),
        pd.Index(OUTCOMES),
    )
    level = _repeated([r.level for r in rules], rule)
    doubtful = _stacked([found.case.doubtful for _, found, _ in judged])
    sources = [pack.sources[found.case.rule.source].title for pack, found, _ in judged]
    frames = [context.subjects for _, _, context in judged]
    table = pd.DataFrame(
        {
            "rule_id": _repeated([r.id for r in rules], rule),
            "pack": _repeated([pack.name for pack, _, _ in judged], rule),
            "subject_kind": _repeated([r.subject for r in rules], rule),
            "subject_code": _text([frame.index.to_numpy(object) for frame in frames]),
            "subject_name": _text([frame["name"].to_numpy(object) for frame in frames]),
            "street": _text([frame["street"].to_numpy(object) for frame in frames]),
            "outcome": outcome,
            "measured": _stacked([found.case.measured for _, found, _ in judged]),
            "required": _stacked([found.case.required for _, found, _ in judged]),
            "unit": _repeated([r.shown_unit for r in rules], rule),
            "shortfall": _stacked([found.case.shortfall for _, found, _ in judged]),
            "margin": _stacked([found.case.margin for _, found, _ in judged]),
            "level": level,
            "clause": _repeated([r.clause for r in rules], rule),
            "source": _repeated(sources, rule),
            "reason": _text([found.reason for _, found, _ in judged]),
            "note": _text([found.note for _, found, _ in judged]),
        }
    )
    colour = colour_of_verdicts(table["outcome"], table["level"], pd.Series(doubtful))
    return table.assign(colour=colour)


def _evidence_table(judged: Sequence[Judged]) -> pd.DataFrame:
    """Lay out the rooms behind every rule about rooms, room by room."""
    about = [
        (found, found.evidence, context)
        for _, found, context in judged
        if found.evidence is not None
    ]
    rule = np.repeat(np.arange(len(about)), [len(c.rooms.frame) for _, _, c in about])
    state = _stacked([rooms.state for _, rooms, _ in about]).astype(np.int8)
    whys = [np.array(rooms.reasons, dtype=object)[rooms.why] for _, rooms, _ in about]
    frames = [context.rooms.frame for _, _, context in about]
    codes = [c.subjects.index.to_numpy(object)[c.rooms.subject] for _, _, c in about]
    return pd.DataFrame(
        {
            "rule_id": _repeated([found.case.rule.id for found, _, _ in about], rule),
            "subject_kind": _repeated([f.case.rule.subject for f, _, _ in about], rule),
            "subject_code": _text(codes),
            "item_id": _text(
                [frame["facility_id"].to_numpy(object) for frame in frames]
            ),
            "item_name": _text([frame["name"].to_numpy(object) for frame in frames]),
            "amount": _stacked([rooms.amount for _, rooms, _ in about]).astype(float),
            "unit": _repeated(["㎡" for _ in about], rule),
            "counted": pd.Categorical.from_codes(state, pd.Index(STATES)),
            "why": pd.Categorical(_stacked(whys)),
        }
    )


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

    # As in `overall`: advisory rules decide where no mandatory rule applies.
    asked = ~found["not_applicable"]
    deciding = mandatory | ~any_of(mandatory & asked)[position]
    outcome = np.select(
        [
            any_of(deciding & found["fail"]),
            ~any_of(asked),
            any_of(deciding & found["not_assessed"]),
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
