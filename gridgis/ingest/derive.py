"""Rows of further tables that a ledger of communities holds in its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from gridgis.errors import Problem
from gridgis.ingest.join import YEARLESS, stated_year
from gridgis.ingest.names import code_key
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer
from gridgis.tables import TABLES
from gridgis.wording import amount, word

__all__ = ["Derived", "derive"]

_TOLERANCE_M2 = 0.5
_YEARLY = ("staff", "funds", "scores")


@dataclass(frozen=True)
class Derived:
    """Layers with what they gave besides, all tables, and what does not agree."""

    layers: tuple[TableLayer, ...]
    tables: Mapping[str, pd.DataFrame]
    problems: tuple[Problem, ...]


def derive(layers: Sequence[TableLayer], tables: Mapping[str, pd.DataFrame]) -> Derived:
    """Return layers and tables with what the columns of community ledgers add.

    “办公用房面积” gives each community a facility of that use, “持证人数” a row of staff.
    Where a ledger room by room covers the community already, the sum is compared and not
    added.
    """
    result = dict(tables)
    problems: list[Problem] = []
    done: list[TableLayer] = []
    for layer in layers:
        found, notes = _found(layer, result)
        problems += notes
        counts = {name: len(rows) for name, rows in found.items()}
        for name, rows in found.items():
            there = result.get(name)
            parts = [rows] if there is None else [there, rows]
            result[name] = (
                pd.concat(parts, ignore_index=True) if len(rows) else parts[0]
            )
        told = [_told(layer, name, count) for name, count in counts.items() if count]
        done.append(replace(layer.telling(*told), derived=counts))
    return Derived(tuple(done), result, tuple(problems))


def _found(
    layer: TableLayer, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Return the further rows of one layer by table, and the problems met."""
    found: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    if layer.table != "communities":
        return found, problems
    wide = [name for name in layer.matches.fields.values() if ":" in name]
    rooms = [name for name in wide if name.partition(":")[0] not in TABLES]
    if rooms:
        found["facilities"], notes = _rooms(layer, rooms, tables)
        problems += notes
    for table in _YEARLY:
        columns = [name for name in wide if name.startswith(f"{table}:")]
        if columns:
            found[table], notes = _yearly(layer, table, columns, tables)
            problems += notes
    return found, problems


def _told(layer: TableLayer, table: str, count: int) -> Problem:
    reason = f"由社区台账的列得到“{TABLES[table].title}”{count} 行"
    fault = Fault("GG-HEAD-020", reason, "如另有逐间（逐年）台账，请一并提供")
    return layer.problem("note", fault)


def _rooms(
    layer: TableLayer, columns: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return one facility per community and column, its area unknown where blank."""
    frame = layer.frame
    codes = _registered(frame["community_code"], tables)
    names = frame["name"].astype("str").fillna("") if "name" in frame else codes
    parts = []
    for number, name in enumerate(columns, start=1):
        use, _, column = name.partition(":")
        values: dict[str, object] = {
            "facility_id": "F-" + codes + f"-T{number}",
            "name": names + word("use", use),
            "community_code": codes,
            "use": use,
            column: frame[name],
            "source": layer.sources(frame.index),
        }
        if "marks" in frame:
            values["marks"] = _own_marks(frame["marks"], name, column)
        parts.append(pd.DataFrame(values, index=frame.index))
    found = pd.concat(parts, ignore_index=True)
    listed = tables.get("facilities")
    if listed is None or listed.empty:
        return found, []
    covered = _covered(found, listed)
    return found[~covered], list(_sums(layer, found[covered], listed))


def _registered(codes: pd.Series, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return codes as the communities table spells them."""
    there = tables["communities"]["community_code"].astype("str")
    spelling = dict(zip(code_key(there), there, strict=True))
    return code_key(codes.astype("str")).map(spelling).astype("str").fillna(codes)


def _own_marks(marks: pd.Series, name: str, column: str) -> pd.Series:
    """Return the marks of one wide column under the name of the facility's column."""
    found = marks.astype("str").str.extract(rf"(?:^|;){name}=(\w+)", expand=False)
    return (column + "=" + found.astype("str")).where(found.notna())


def _joint_marks(marks: pd.Series, columns: Sequence[str]) -> pd.Series:
    """Return the marks of several wide columns under the names of the table's columns."""
    own = [
        _own_marks(marks, name, name.partition(":")[2]).fillna("") for name in columns
    ]
    joint = own[0]
    for other in own[1:]:
        joint = joint + ";" + other
    joint = joint.str.replace(r";{2,}", ";", regex=True).str.strip(";")
    return joint.mask(joint.eq(""))


def _covered(found: pd.DataFrame, listed: pd.DataFrame) -> pd.Series:
    """Tell whose rooms, or whose grounds, another ledger lists one by one."""
    use = (
        listed["use"]
        if "use" in listed
        else pd.Series(None, index=listed.index, dtype="str")
    )
    outdoor = use.eq("outdoor_fitness").fillna(value=False).astype(bool)
    indoors = listed.loc[~outdoor, "community_code"].dropna()
    outdoors = listed.loc[outdoor, "community_code"].dropna()
    is_ground = found["use"].eq("outdoor_fitness")
    return (
        found["community_code"]
        .isin(indoors)
        .where(~is_ground, found["community_code"].isin(outdoors))
    )


def _sums(
    layer: TableLayer, found: pd.DataFrame, listed: pd.DataFrame
) -> Iterator[Problem]:
    """Yield where the sum of a ledger is not that of the rooms listed one by one."""
    for column in ("floor_area_m2", "outdoor_area_m2"):
        if column not in found or column not in listed or "use" not in listed:
            continue
        keys = ["community_code", "use"]
        stated = found[found[column].notna()].groupby(keys)[column].sum()
        both = pd.DataFrame(
            {"stated": stated, "listed": listed.groupby(keys)[column].sum()}
        )
        wrong = both.dropna()[
            lambda rows: (rows["stated"] - rows["listed"]).abs() > _TOLERANCE_M2
        ]
        for code, use, told, summed in wrong.reset_index().itertuples(
            index=False, name=None
        ):
            numbers = f"台账合计 {amount(told)} ㎡，逐间合计 {amount(summed)} ㎡"
            reason = f"{code} 的{word('use', use)}{numbers}；以逐间为准"
            yield layer.problem("warn", Fault("GG-SUM-002", reason, "请核对两个台账"))


def _yearly(
    layer: TableLayer,
    table: str,
    columns: Sequence[str],
    tables: Mapping[str, pd.DataFrame],
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return one row per community and year, none where the year is not stated."""
    frame = layer.frame
    year = (
        frame["year"] if "year" in frame else pd.Series(stated_year(layer), frame.index)
    )
    filled = frame[list(columns)].notna().any(axis=1)
    problems = []
    if (filled & year.isna()).any():
        headers = [
            given for given, name in layer.matches.fields.items() if name in columns
        ]
        reason = f"未注明年度，“{TABLES[table].title}”没有载入"
        fault = Fault(YEARLESS.code, reason, YEARLESS.remedy)
        problems.append(layer.problem("warn", fault, "、".join(headers)))
    chosen = frame[filled & year.notna()]
    values: dict[str, object] = {
        "community_code": _registered(chosen["community_code"], tables),
        "year": year[chosen.index],
        **{name.partition(":")[2]: chosen[name] for name in columns},
        "source": layer.sources(chosen.index),
    }
    if "marks" in chosen:
        values["marks"] = _joint_marks(chosen["marks"], columns)
    found = pd.DataFrame(values).drop_duplicates(["community_code", "year"])
    if table in tables:
        there = pd.MultiIndex.from_frame(tables[table][["community_code", "year"]])
        pairs = pd.MultiIndex.from_frame(found[["community_code", "year"]])
        found = found[~pairs.isin(there)]
    return found, problems
