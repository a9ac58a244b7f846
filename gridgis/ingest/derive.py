"""Rows of further tables that a ledger of communities holds in its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from gridgis.errors import Problem
from gridgis.ingest.join import stated_year
from gridgis.ingest.names import code_key
from gridgis.ingest.records import TableLayer
from gridgis.tables import TABLES
from gridgis.wording import amount, word

__all__ = ["derive"]

Tables = dict[str, pd.DataFrame]


def derive(
    layers: Sequence[TableLayer], tables: Mapping[str, pd.DataFrame]
) -> tuple[list[TableLayer], Tables, list[Problem]]:
    """Return layers and tables with what the columns of community ledgers add.

    “办公用房面积” gives each community a facility of that use, “持证人数” a row of staff. Where
    a ledger room by room covers the community already, the sum is compared and not added.
    """
    result: Tables = dict(tables)
    problems: list[Problem] = []
    done: list[TableLayer] = []
    for layer in layers:
        wide = [name for name in layer.frame.columns if isinstance(name, str) and ":" in name]
        wide = [name for name in wide if name in layer.matches.fields.values()]
        if layer.table != "communities" or not wide:
            done.append(layer)
            continue
        counts: dict[str, int] = {}
        rooms = [name for name in wide if name.partition(":")[0] not in TABLES]
        if rooms:
            found, notes = _rooms(layer, rooms, result)
            problems += notes
            counts["facilities"] = _add(result, "facilities", found)
        for table in ("staff", "funds", "scores"):
            columns = [name for name in wide if name.startswith(f"{table}:")]
            if columns:
                found, notes = _yearly(layer, table, columns, result)
                problems += notes
                counts[table] = _add(result, table, found)
        done.append(replace(layer, derived=counts, problems=(*layer.problems, *_told(layer, counts))))
    return done, result, problems


def _told(layer: TableLayer, counts: Mapping[str, int]) -> list[Problem]:
    return [
        Problem(
            code="GG-HEAD-020", severity="note", file=layer.file, layer=layer.raw.name,
            reason=f"由社区台账的列得到“{TABLES[table].title}”{count} 行",
            remedy="如另有逐间（逐年）台账，请一并提供",
        )
        for table, count in counts.items()
        if count
    ]


def _add(tables: Tables, table: str, found: pd.DataFrame) -> int:
    if not found.empty:
        there = tables.get(table)
        tables[table] = found if there is None else pd.concat([there, found], ignore_index=True)
    return len(found)


def _source(layer: TableLayer, frame: pd.DataFrame) -> list[str]:
    rows = layer.raw.rows[frame.index.to_numpy()]
    return [f"{layer.place} · 第 {row} 行" for row in rows.tolist()]


def _rooms(
    layer: TableLayer, columns: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return one facility per community and column, its area unknown where the cell is blank."""
    frame = layer.frame
    codes = _registered(frame["community_code"], tables)
    names = frame["name"].astype("str").fillna("") if "name" in frame else codes
    parts = []
    for number, name in enumerate(columns, start=1):
        use, _, column = name.partition(":")
        part = pd.DataFrame(
            {
                "facility_id": "F-" + codes + f"-T{number}",
                "name": names + word("use", use),
                "community_code": codes,
                "use": use,
                column: frame[name],
                "source": _source(layer, frame),
            },
            index=frame.index,
        )
        if "marks" in frame:
            part["marks"] = _own_marks(frame["marks"], name, column)
        parts.append(part)
    found = pd.concat(parts, ignore_index=True)
    listed = tables.get("facilities")
    if listed is None or listed.empty:
        return found, []
    return _not_listed(layer, found, listed)


def _registered(codes: pd.Series, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return codes as the communities table spells them."""
    there = tables["communities"]["community_code"].astype("str")
    spelling = dict(zip(code_key(there), there, strict=True))
    return code_key(codes.astype("str")).map(spelling).astype("str").fillna(codes)


def _own_marks(marks: pd.Series, name: str, column: str) -> pd.Series:
    """Return the marks of one wide column under the name of the facility's column."""
    found = marks.astype("str").str.extract(rf"(?:^|;){name}=(\w+)", expand=False)
    return (column + "=" + found.astype("str")).where(found.notna())


def _not_listed(
    layer: TableLayer, found: pd.DataFrame, listed: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """Leave out communities whose rooms another ledger lists; tell where the sums differ."""
    outdoor = found["use"].eq("outdoor_fitness")
    is_listed_outdoor = listed["use"].eq("outdoor_fitness") if "use" in listed else pd.Series(False, index=listed.index)
    indoors = set(listed.loc[~is_listed_outdoor, "community_code"].dropna())
    outdoors = set(listed.loc[is_listed_outdoor, "community_code"].dropna())
    covered = found["community_code"].isin(indoors) & ~outdoor
    covered |= found["community_code"].isin(outdoors) & outdoor
    problems: list[Problem] = []
    for column in ("floor_area_m2", "outdoor_area_m2"):
        if column not in found or column not in listed:
            continue
        stated = found[covered & found[column].notna()].groupby(["community_code", "use"])[column].sum()
        sums = listed.groupby(["community_code", "use"])[column].sum()
        both = pd.DataFrame({"stated": stated, "listed": sums}).dropna()
        wrong = both[(both["stated"] - both["listed"]).abs() > 0.5]  # noqa: PLR2004
        problems += [
            Problem(
                code="GG-SUM-002", severity="warn", file=layer.file, layer=layer.raw.name,
                value=amount(row.stated),
                reason=f"{code} 的{word('use', use)}台账合计 {amount(row.stated)} ㎡，逐间合计 {amount(row.listed)} ㎡；以逐间为准",
                remedy="请核对两个台账",
            )
            for (code, use), row in wrong.iterrows()
        ]
    return found[~covered], problems


def _yearly(
    layer: TableLayer, table: str, columns: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return one row per community and year, none where the year is not stated."""
    frame = layer.frame
    year = frame["year"] if "year" in frame else pd.Series(stated_year(layer), index=frame.index)
    rows = frame[list(columns)].notna().any(axis=1)
    problems = []
    if (rows & year.isna()).any():
        headers = "、".join(given for given, name in layer.matches.fields.items() if name in columns)
        problems.append(
            Problem(
                code="GG-YEAR-001", severity="warn", file=layer.file, layer=layer.raw.name,
                column=headers, reason=f"未注明年度，“{TABLES[table].title}”没有载入",
                remedy="请增加“年度”列，或在标题中写明年度",
            )
        )
    rows &= year.notna()
    chosen = frame[rows]
    found = pd.DataFrame(
        {
            "community_code": _registered(chosen["community_code"], tables),
            "year": year[rows],
            **{name.partition(":")[2]: chosen[name] for name in columns},
            "source": _source(layer, chosen),
        }
    )
    listed = tables.get(table)
    if listed is not None:
        pairs = pd.MultiIndex.from_frame(listed[["community_code", "year"]])
        found = found[~pd.MultiIndex.from_frame(found[["community_code", "year"]]).isin(pairs)]
    return found.drop_duplicates(["community_code", "year"]), problems
