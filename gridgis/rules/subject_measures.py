"""Measures of the subject itself: its attributes, yearly figures, outline, milestones."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from gridgis.rules.limits import Quantity
from gridgis.rules.measured import (
    Context,
    Floats,
    Measured,
    NoParameters,
    Parameters,
    from_values,
)
from gridgis.rules.subjects import bounds_of, county_of, development_of
from gridgis.tables import TABLES
from gridgis.wording import quantity_word

__all__ = [
    "Attribute",
    "CountyShare",
    "Yearly",
    "attribute",
    "certified_share",
    "code_digits",
    "handover_gaps",
    "late_milestones",
    "named_share",
    "polygon_area",
    "yearly",
]


class Attribute(Parameters):
    """A column of the subject itself."""

    column: Quantity
    people_per_household: float | None = None


class Yearly(Parameters):
    """A column of a table by community and year; the latest year not after the day's."""

    table: Literal["staff", "funds", "scores"]
    column: str


class CountyShare(Parameters):
    """Which communities a share over the county is taken of."""

    kinds: tuple[str, ...]


def attribute(context: Context, chosen: Attribute) -> Measured:
    """Take a number that the subject itself carries."""
    subjects = context.subjects
    low, high = bounds_of(subjects, chosen.column)
    about = subjects[f"{chosen.column}_about"].to_numpy(bool)
    if chosen.people_per_household is not None:
        blank = subjects[chosen.column].isna().to_numpy()
        fewest, most = bounds_of(subjects, "households")
        low = np.where(blank, fewest * chosen.people_per_household, low)
        high = np.where(blank, most * chosen.people_per_household, high)
        about |= blank
    name = quantity_word(chosen.column)
    blank = subjects[chosen.column].isna().to_numpy()
    missing = np.where(blank, f"缺少{name}", f"{name}只知上限或下限")
    missing = np.where(high > low, missing, "").astype(object)
    return Measured(low, high, missing, about=about)


def code_digits(context: Context, _chosen: NoParameters) -> Measured:
    """Count the digits of the code, 0 where it has anything else in it."""
    codes = context.subjects.index.to_series()
    digits = codes.str.len().where(codes.str.fullmatch(r"[0-9]+"), 0)
    return from_values(np.asarray(digits, dtype=float), "")


def polygon_area(context: Context, _chosen: NoParameters) -> Measured:
    """Measure the area of the subject's own outline, in ㎡ in the project's CRS."""
    if "geometry" not in context.subjects:
        return from_values(np.full(len(context.subjects), np.nan), "没有边界图形")
    geometry = context.subjects["geometry"]
    return from_values(
        geometry.area.where(~geometry.isna()).to_numpy(float), "没有边界图形"
    )


def yearly(context: Context, chosen: Yearly) -> Measured:
    """Take the figure of the latest year not after the day's from a table by year."""
    latest = _latest(context.data[chosen.table], context.on)
    value = latest[chosen.column].astype(float).reindex(context.subjects.index)
    title = TABLES[chosen.table].title
    given = chosen.table in context.data
    text = f"“{title}”表中没有该社区的数据" if given else f"未提供“{title}”表"
    return from_values(np.asarray(value, dtype=float), text)


def certified_share(context: Context, chosen: CountyShare) -> Measured:
    """Measure certified workers over all workers of the county's communities (0–1)."""
    latest = _latest(context.data["staff"], context.on)
    members = _members(context, chosen)
    staff = latest[["workers", "certified"]].reindex(members.index)
    sums = staff.groupby(members.to_numpy()).sum().reindex(context.subjects.index)
    gaps = staff.isna().any(axis=1).groupby(members.to_numpy()).any()
    share = (sums["certified"] / sums["workers"].replace(0.0, np.nan)).to_numpy(float)
    unknown = gaps.reindex(context.subjects.index).fillna(value=True).to_numpy(bool)
    return from_values(np.where(unknown, np.nan, share), "有社区缺少工作者或持证人数")


def named_share(context: Context, chosen: CountyShare) -> Measured:
    """Measure the share of the county's communities that have been named (0–1)."""
    latest = _latest(context.data["scores"], context.on)
    members = _members(context, chosen)
    named = latest["named"].reindex(members.index)
    by_county = members.to_numpy()
    yes = named.fillna(value=False).astype(float).groupby(by_county).mean()
    unknown = named.isna().astype(float).groupby(by_county).mean()
    low = yes.reindex(context.subjects.index).to_numpy(float)
    high = low + unknown.reindex(context.subjects.index).to_numpy(float)
    missing = np.where(high > low, "有社区没有命名记录", "").astype(object)
    none = np.isnan(low)
    return Measured(
        np.where(none, 0.0, low),
        np.where(none, 1.0, high),
        missing,
        applies=~none,
        aside="没有这类社区",
    )


_MILESTONES = ("planned_on", "started_on", "accepted_on", "delivered_on")


def late_milestones(context: Context, _chosen: NoParameters) -> Measured:
    """Count the milestones at which the rooms came later than the housing (四同步)."""
    estates = context.data["estates"]
    development = development_of(estates)
    late = pd.Series(0.0, index=estates.index)
    open_ = pd.Series(0.0, index=estates.index)
    due = pd.Series(data=False, index=estates.index)
    for milestone in _MILESTONES:
        housing, rooms = estates[milestone], estates[f"rooms_{milestone}"]
        is_due = housing <= pd.Timestamp(context.on)
        due |= is_due
        late += (is_due & (rooms > housing)).astype(float)
        open_ += (is_due & rooms.isna()).astype(float)
    dated = estates[list(_MILESTONES)].notna().any(axis=1)
    frame = pd.DataFrame({"late": late, "open": open_, "due": due, "dated": dated})
    groups = frame.groupby(development.to_numpy())
    low, loose = _reindexed(groups[["late", "open"]].sum(), context)
    any_due, any_date = _reindexed(groups[["due", "dated"]].any(), context)
    missing = np.where(loose > 0, "有用房的节点日期缺失", "").astype(object)
    missing[~any_date.astype(bool)] = "没有任何住宅节点日期"
    high = np.where(any_date.astype(bool), low + loose, np.inf)
    applies = any_due.astype(bool) | ~any_date.astype(bool)
    return Measured(low, high, missing, applies=applies, aside="尚无到期的节点")


def handover_gaps(context: Context, _chosen: NoParameters) -> Measured:
    """Count what is missing of agreement, hand-over date and receiver once delivered."""
    estates = context.data["estates"]
    day = pd.Timestamp(context.on)
    delivered = (estates["delivered_on"] <= day).to_numpy()
    unknown = estates["delivered_on"].isna().to_numpy()
    agreed = estates["handover_agreement"]
    refused = agreed.eq(other=False).fillna(value=False).to_numpy(bool)
    gaps = refused.astype(float) + (estates["handed_over_on"] > day).to_numpy(float)
    loose = agreed.isna().to_numpy(float) + estates["handed_over_on"].isna().to_numpy(
        float
    )
    loose += estates["handover_receiver"].isna().to_numpy(float)
    frame = pd.DataFrame(
        {
            "gaps": np.where(delivered, gaps, 0.0),
            "loose": np.where(delivered, loose, 0.0),
            "delivered": delivered,
            "unknown": unknown,
        }
    )
    groups = frame.groupby(development_of(estates).to_numpy())
    low, open_ = _reindexed(groups[["gaps", "loose"]].sum(), context)
    is_delivered, is_unknown = _reindexed(
        groups[["delivered", "unknown"]].any(), context
    )
    missing = np.where(open_ > 0, "移交协议、日期或接收单位没有填写", "").astype(object)
    missing[is_unknown.astype(bool)] = "没有住宅交付日期"
    high = np.where(is_unknown.astype(bool), np.inf, low + open_)
    applies = is_delivered.astype(bool) | is_unknown.astype(bool)
    return Measured(low, high, missing, applies=applies, aside="尚未交付")


def _latest(table: pd.DataFrame, on: date) -> pd.DataFrame:
    past = table[table["year"] <= on.year].sort_values("year", kind="stable")
    return past.drop_duplicates("community_code", keep="last").set_index(
        "community_code"
    )


def _members(context: Context, chosen: CountyShare) -> pd.Series:
    """Return the county of each community of the kinds, indexed by community code."""
    communities = context.data["communities"].set_index("community_code")
    return county_of(context.data)[communities["kind"].isin(chosen.kinds)]


def _reindexed(sums: pd.DataFrame, context: Context) -> tuple[Floats, Floats]:
    aligned = sums.reindex(context.subjects.index).to_numpy(float)
    return aligned[:, 0], aligned[:, 1]
