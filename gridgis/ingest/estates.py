"""Rooms and buildings of estates: names become ids, and an estate tells the community."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from gridgis.errors import Problem
from gridgis.ingest.assign import Assigned, column_of
from gridgis.ingest.names import code_key, name_keys
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer

__all__ = ["with_estate"]


def with_estate(layer: TableLayer, estates: pd.DataFrame | None) -> Assigned:
    """Settle estate ids, and from them communities that are stated no other way."""
    if estates is None or estates.empty:
        return Assigned(layer)
    ids, problems = _stated_ids(layer, estates)
    named, lost = _named_ids(layer, ids, estates)
    frame = layer.frame.assign(estate_id=named)
    community = column_of(frame, "community_code")
    silent = community.isna() & column_of(frame, "community").isna() & named.notna()
    if silent.any():
        of_estate = estates.set_index("estate_id")["community_code"]
        community = community.where(~silent, named.map(of_estate)).astype("str")
        frame = frame.assign(community_code=community)
    return Assigned(replace(layer, frame=frame), (*problems, *lost))


def _stated_ids(
    layer: TableLayer, estates: pd.DataFrame
) -> tuple[pd.Series, list[Problem]]:
    """Return stated ids as the estates table spells them; list those it lacks."""
    given = column_of(layer.frame, "estate_id")
    if given.isna().all():
        return given, []
    known = estates["estate_id"].astype("str")
    spelling = dict(zip(code_key(known), known, strict=True))
    ids = code_key(given.astype("str")).map(spelling).astype("str")
    unknown = given[given.notna() & ids.isna()]
    header = layer.matches.given("estate_id") or ""
    problems = []
    for estate, rows in unknown.groupby(unknown, sort=False):
        reason = f"小区表中没有编号 {estate}（{len(rows)} 行）"
        fault = Fault("GG-PLACE-010", reason, "请核对小区编号")
        problems.append(layer.problem("warn", fault, header, int(rows.index[0])))
    return ids.fillna(given), problems


def _named_ids(
    layer: TableLayer, ids: pd.Series, estates: pd.DataFrame
) -> tuple[pd.Series, list[Problem]]:
    """Return ids, filled from names of estates within the community where it is known."""
    names = column_of(layer.frame, "estate")
    open_rows = ids.isna() & names.notna()
    if not open_rows.any():
        return ids, []
    known = _by_name(estates)
    communities = column_of(layer.frame, "community_code").fillna("")
    wanted = pd.DataFrame({"community": communities, "estate": names})[open_rows]
    unique = wanted.drop_duplicates()
    found: dict[tuple[str, str], str | None] = {}
    problems = []
    for row, community, estate, key in zip(
        unique.index, unique["community"], unique["estate"], name_keys(unique["estate"]),
        strict=True,
    ):  # fmt: skip
        matching = known.get((community, key), set())
        found[community, estate] = next(iter(matching)) if len(matching) == 1 else None
        if len(matching) != 1:
            count = int(wanted.eq([community, estate]).all(axis=1).sum())
            reason = f"小区表中没有“{estate}”（{count} 行）"
            if matching:
                reason = (
                    f"有 {len(matching)} 个“{estate}”，不能确定是哪一个（{count} 行）"
                )
            fault = Fault("GG-PLACE-007", reason, "请核对小区名称，或填写小区编号")
            header = layer.matches.given("estate") or ""
            problems.append(layer.problem("warn", fault, header, int(row)))
    settled = ids.astype(object)
    settled[open_rows] = [
        found[pair] for pair in wanted.itertuples(index=False, name=None)
    ]
    return settled.astype("str"), problems


def _by_name(estates: pd.DataFrame) -> dict[tuple[str, str], set[str]]:
    """Return estate ids by community and name, and by name alone under the community “”."""
    known: dict[tuple[str, str], set[str]] = {}
    keys = name_keys(column_of(estates, "name").astype("str").fillna(""))
    communities = column_of(estates, "community_code").astype("str").fillna("")
    for key, community, estate in zip(
        keys, communities, estates["estate_id"], strict=True
    ):
        known.setdefault((community, key), set()).add(estate)
        known.setdefault(("", key), set()).add(estate)
    return known
