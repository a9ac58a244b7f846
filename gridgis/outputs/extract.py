"""The rows of the compliance page and of what is exported from it: the same ones."""

from __future__ import annotations

import pandas as pd

from gridgis.governance.colours import SHADES, shade
from gridgis.governance.rollup import attention
from gridgis.pipeline import Results
from gridgis.wording import OUTCOMES, OVERALL

__all__ = ["matching", "shown_rows", "titled"]

_TITLES = {
    "code": "编号",
    "name": "名称",
    "street": "街道",
    "state": "状态",
    "outcome": "结果",
    "measured": "实有",
    "required": "应有",
    "margin": "余缺",
    "reason": "说明",
    "note": "备注",
}
_SHARE = "share"


def shown_rows(results: Results, kind: str, rule_id: str | None) -> pd.DataFrame:
    """Return one row per subject of a kind: over all rules, or under one of them.

    Returns
    -------
    DataFrame
        Indexed by subject code, the worst first, subjects alike in their own order: name,
        street, colour, state (symbol and word), outcome (word), reason; under one rule
        also measured, required and margin (shares as per cent) and note.
    """
    rows = (
        _over_all(results, kind)
        if rule_id is None
        else _under_one(results, kind, rule_id)
    )
    place = rows["colour"].map({name: n for n, name in enumerate(SHADES)})
    return rows.loc[place.sort_values(kind="stable").index]


def _under_one(results: Results, kind: str, rule_id: str) -> pd.DataFrame:
    verdicts = results.verdicts
    own = verdicts[
        (verdicts["rule_id"] == rule_id) & (verdicts["subject_kind"] == kind)
    ].set_index("subject_code")
    factor = 100.0 if results.rules.loc[rule_id, "unit"] == _SHARE else 1.0
    numbers = own[["measured", "required", "margin"]] * factor
    return pd.DataFrame(
        {
            "name": own["subject_name"],
            "street": own["street"],
            "colour": own["colour"],
            "state": own["colour"].map(lambda name: shade(name).label),
            "outcome": own["outcome"].astype("str").map(OUTCOMES),
            **numbers,
            "reason": own["reason"],
            "note": own["note"],
        }
    ).rename_axis("code")


def _over_all(results: Results, kind: str) -> pd.DataFrame:
    subjects = pd.DataFrame(results.subjects[kind])
    verdicts = results.verdicts
    own = verdicts[verdicts["subject_kind"] == kind]
    lacking = attention(own, results.rules["title"]).set_index("subject_code")
    return pd.DataFrame(
        {
            "name": subjects["name"],
            "street": subjects["street"],
            "colour": subjects["colour"],
            "state": subjects["colour"].map(lambda name: shade(name).label),
            "outcome": subjects["outcome"].map(OVERALL),
            "reason": lacking["sentence"]
            .reindex(subjects.index)
            .fillna(_unknown(own, results.rules["title"]).reindex(subjects.index))
            .fillna(""),
        }
    ).rename_axis("code")


def _unknown(verdicts: pd.DataFrame, titles: pd.Series) -> pd.Series:
    """Return per subject what could not be assessed and why, mandatory rules only."""
    open_ = verdicts[
        (verdicts["outcome"] == "not_assessed") & (verdicts["level"] == "mandatory")
    ]
    what = open_["rule_id"].astype("str").map(titles) + "：" + open_["reason"]
    return what.groupby(open_["subject_code"]).agg("；".join)


def matching(
    rows: pd.DataFrame,
    *,
    street: str | None = None,
    colour: str | None = None,
    text: str = "",
) -> pd.DataFrame:
    """Return the rows of a street, of a colour, and whose name or code contains a text."""
    keep = pd.Series(data=True, index=rows.index)
    if street is not None:
        keep &= rows["street"] == street
    if colour is not None:
        keep &= rows["colour"] == colour
    if text.strip():
        wanted = text.strip()
        keep &= rows["name"].str.contains(wanted, regex=False, na=False) | (
            rows.index.astype("str").str.contains(wanted, regex=False)
        )
    return rows[keep]


def titled(rows: pd.DataFrame, unit: str = "") -> pd.DataFrame:
    """Return the rows under Chinese headers with the unit, for a table or a file."""
    shown_unit = "%" if unit == _SHARE else unit
    names = dict(_TITLES)
    for name in ("measured", "required", "margin"):
        names[name] += f"（{shown_unit}）" if shown_unit else ""
    table = rows.drop(columns="colour").reset_index()
    return table.rename(columns=names)
