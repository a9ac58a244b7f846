"""From single verdicts to a county at a glance: counts, streets, what needs attention."""

from __future__ import annotations

import pandas as pd

from gridgis.governance.colours import SHADES

__all__ = ["attention", "by_street", "gap_of", "shares"]

NO_STREET = "（未填街道）"
"""Where a subject whose street is unknown is counted."""

_WORST_FIRST = list(SHADES)


def shares(colour: pd.Series) -> pd.DataFrame:
    """Return how many subjects have each colour, and which share of all they are.

    Parameters
    ----------
    colour
        One colour name per subject.

    Returns
    -------
    DataFrame
        `count` and `share` (0–1), one row per colour, worst first, also where the count
        is 0. The share is 0 where there is no subject at all.
    """
    count = colour.value_counts().reindex(_WORST_FIRST, fill_value=0)
    share = count / max(len(colour), 1)
    return pd.DataFrame({"count": count, "share": share}).rename_axis("colour")


def by_street(subjects: pd.DataFrame) -> pd.DataFrame:
    """Return the number of subjects of each colour by street, the worst street first.

    Parameters
    ----------
    subjects
        `street` and `colour`, one row per subject.

    Returns
    -------
    DataFrame
        One column per colour and `total`, indexed by street. Ordered by the share that
        is red, then grey, then yellow; streets that are alike by name.
    """
    street = subjects["street"].fillna(NO_STREET)
    table = pd.crosstab(street, subjects["colour"])
    table = table.reindex(columns=_WORST_FIRST, fill_value=0).rename_axis(columns=None)
    table["total"] = table.sum(axis=1)
    part = table[["red", "grey", "yellow"]].div(table["total"], axis=0)
    order = part.sort_index().sort_values(
        ["red", "grey", "yellow"], ascending=False, kind="stable"
    )
    return table.loc[order.index].rename_axis("street")


def gap_of(reason: str) -> str:
    """Return the part of a verdict's sentence that says what lacks: "还差 74 ㎡"."""
    return reason.rsplit("；", 1)[-1]


def attention(verdicts: pd.DataFrame, titles: pd.Series) -> pd.DataFrame:
    """Return the subjects that fail something, each with one sentence, worst first.

    First those failing most mandatory rules, then those lacking the largest part of
    what is required, then those failing advisory rules only.

    Parameters
    ----------
    verdicts
        As `Results.verdicts`.
    titles
        Title of each rule, indexed by rule_id.

    Returns
    -------
    DataFrame
        subject_kind, subject_code, subject_name, street, colour, mandatory_fails,
        advisory_fails, gap_share (0–1, the largest shortfall over what is required) and
        `sentence`; RangeIndex, empty where nothing fails.
    """
    fails = verdicts[verdicts["outcome"] == "fail"]
    required = fails["required"].abs()
    gap = (fails["shortfall"] / required.where(required > 0)).clip(upper=1.0)
    mandatory = fails["level"].astype("str") == "mandatory"
    what = [
        f"{titles[rule]}{gap_of(reason)}"
        for rule, reason in zip(fails["rule_id"], fails["reason"], strict=True)
    ]
    rows = fails[["subject_kind", "subject_code", "subject_name", "street"]].astype(
        "str"
    )
    rows = rows.assign(
        street=fails["street"],
        mandatory_fails=mandatory,
        advisory_fails=~mandatory,
        # A rule without a number to fall short of (0 allowed) lacks all of it.
        gap_share=gap.fillna(1.0).where(mandatory, 0.0),
        sentence=what,
    ).sort_values(["mandatory_fails", "gap_share"], ascending=False, kind="stable")
    table = rows.groupby(["subject_kind", "subject_code"], sort=False).agg(
        subject_name=("subject_name", "first"),
        street=("street", "first"),
        mandatory_fails=("mandatory_fails", "sum"),
        advisory_fails=("advisory_fails", "sum"),
        gap_share=("gap_share", "max"),
        sentence=("sentence", "；".join),
    )
    table = table.assign(
        colour=table["mandatory_fails"].gt(0).map({True: "red", False: "yellow"})
    ).sort_values(
        ["mandatory_fails", "gap_share", "advisory_fails"],
        ascending=False,
        kind="stable",
    )
    return table.reset_index()
