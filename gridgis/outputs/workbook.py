"""The report workbook: summary, verdicts, shortfalls, evidence, rejected rows, rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gridgis import __version__
from gridgis.governance.colours import SHADES, shade
from gridgis.governance.rollup import by_street
from gridgis.outputs.sheets import MAX_ROWS, Book, Column
from gridgis.pipeline import Results, summary
from gridgis.project.columns import content_hash
from gridgis.project.files import replacing
from gridgis.rules.evaluate import TOLERANCE
from gridgis.rules.packs import RulePack
from gridgis.wording import LEVELS, OUTCOMES, OVERALL, SOURCE_STATUS, SUBJECTS

__all__ = ["rejected_workbook", "write_workbook"]

_FOOTER = "内部使用"
_COUNTED = {"counted": "计入", "left_out": "不计入", "uncertain": "不能确定"}
# Beyond this many verdicts a workbook lists only those that someone must act upon.
_READABLE = 100_000
# Beyond this many rows a workbook is written straight to disk, not held in memory.
_LARGE = 50_000

_VERDICTS = (
    Column("state", "状态", 12, "state"),
    Column("outcome", "结果", 10),
    Column("rule_id", "规则", 9),
    Column("rule_title", "规则名称", 24),
    Column("level", "级别", 7),
    Column("subject_kind", "对象", 7),
    Column("subject_code", "编号", 16),
    Column("subject_name", "名称", 18),
    Column("street", "街道", 14),
    Column("measured", "实有（按“单位”列）", 12, "number"),
    Column("required", "应配（按“单位”列）", 12, "number"),
    Column("shortfall", "还差（按“单位”列）", 12, "number"),
    Column("margin", "富余，负为不足（按“单位”列）", 12, "number"),
    Column("unit", "单位", 7),
    Column("reason", "说明", 60),
    Column("note", "备注", 40),
    Column("clause", "条款", 20),
    Column("source", "出处", 30),
)
_GAPS = (
    *(_VERDICTS[place] for place in (4, 0, 2, 3, 5, 6, 7, 8, 14)),
    *(_VERDICTS[place] for place in (11, 9, 10, 13)),
    Column("remedy", "怎样补", 40),
    _VERDICTS[16],
)
_EVIDENCE = (
    Column("rule_id", "规则", 9),
    Column("subject_kind", "对象", 7),
    Column("subject_code", "编号", 16),
    Column("subject_name", "名称", 18),
    Column("item_id", "设施编号", 16),
    Column("item_name", "设施名称", 24),
    Column("counted", "计入情况", 10),
    Column("amount", "数量（按“单位”列）", 12, "number"),
    Column("unit", "单位", 7),
    Column("why", "原因", 44),
)
_RULES = (
    Column("rule_id", "规则", 9),
    Column("title", "名称", 26),
    Column("text", "要求", 40),
    Column("level", "级别", 7),
    Column("subject_kind", "对象", 7),
    Column("clause", "条款", 24),
    Column("source", "出处", 36),
    Column("source_status", "出处状态", 16),
    Column("effective_from", "生效日期", 11),
    Column("effective_to", "失效日期", 11),
    Column("remedy", "怎样补", 40),
    Column("pack_title", "规则包", 28),
    Column("place", "适用地区", 24),
)
_PARAMETERS = (
    Column("pack", "规则包", 9),
    Column("meaning", "参数（有不同读法之处）", 26),
    Column("chosen", "本次采用", 40),
    Column("name", "参数名", 7),
)
_REJECTED = {
    "file": ("文件", 22.0),
    "layer": ("工作表/图层", 16.0),
    "row": ("行号", 8.0),
    "column": ("列", 16.0),
    "value": ("原值", 18.0),
    "code": ("代码", 14.0),
    "原因": ("原因", 40.0),
    "修改建议": ("修改建议", 40.0),
}


def write_workbook(
    results: Results,
    path: Path,
    *,
    rejected: pd.DataFrame | None = None,
    inputs: Mapping[str, str] | None = None,
) -> None:
    """Write `report.xlsx`.

    Parameters
    ----------
    rejected
        Rows that were not loaded, as an import returns them.
    inputs
        SHA-256 of each file read, by file name.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    refused = pd.DataFrame() if rejected is None else rejected
    rows = len(results.verdicts) + len(results.evidence) + len(refused)
    with replacing(path) as fresh, _workbook(fresh, results.on, rows) as book:
        _summary_sheet(book, results, refused, inputs or {})
        shown = _readable(results)
        verdicts = _verdict_rows(shown)
        book.table(
            "判定", _VERDICTS, verdicts, frozen=3, units=results.verdicts["unit"]
        )
        gaps = _gap_rows(verdicts)
        book.table("缺口", _GAPS, gaps, frozen=3, units=results.verdicts["unit"])
        book.table("依据", _EVIDENCE, _evidence_rows(shown), frozen=1)
        book.table("未载入", *_rejected_table(refused))
        _rules_sheet(book, results)


def _readable(results: Results) -> Results:
    """Return what a person can use of a large run: what fails or could not be judged.

    Half a million rows of passes are data, not a report: they are in verdicts.csv and
    results.gpkg, and the summary sheet says so.
    """
    verdicts = results.verdicts
    if len(verdicts) <= _READABLE:
        return results
    kept = verdicts[verdicts["outcome"].isin(["fail", "not_assessed"])]
    keys = ["rule_id", "subject_code"]
    wanted = pd.MultiIndex.from_frame(kept[keys].astype("str"))
    there = pd.MultiIndex.from_frame(results.evidence[keys].astype("str"))
    return replace(
        results, verdicts=kept, evidence=results.evidence[there.isin(wanted)]
    )


def rejected_workbook(rejected: pd.DataFrame) -> bytes:
    """Return the rejected rows as a workbook to be mended and given again.

    Each sheet or layer they came from has a sheet of its own: the row's own cells under
    their own headers first, then where it was, why it was refused, and what to do.
    """
    buffer = BytesIO()
    with _workbook(buffer, None, len(rejected)) as book:
        if rejected.empty:
            book.table("未载入", *_rejected_table(rejected))
        else:
            for (file, layer), rows in rejected.groupby(
                [rejected["file"].fillna(""), rejected["layer"].fillna("")], sort=False
            ):
                own = rows[[name for name in rows if name not in _REJECTED]]
                own = own.loc[:, own.notna().any()]
                told = rows[[name for name in _REJECTED if name in rows]]
                columns, table = _rejected_table(pd.concat([own, told], axis=1))
                book.table(str(layer or file), columns, table)
    return buffer.getvalue()


@contextmanager
def _workbook(target: Path | BytesIO, on: date | None, rows: int) -> Iterator[Book]:
    import xlsxwriter

    options = {"constant_memory": rows > _LARGE, "in_memory": rows <= _LARGE}
    with xlsxwriter.Workbook(
        target if isinstance(target, BytesIO) else str(target), options
    ) as book:
        # The day of the check, not the clock: the same results give the same bytes.
        day = on or date(2000, 1, 1)
        book.set_properties(
            {
                "title": "社区达标核查",
                "author": f"gridgis {__version__}",
                "created": datetime(day.year, day.month, day.day),  # noqa: DTZ001 - Excel knows no zone
            }
        )
        told = f"{_FOOTER} · 核查日期 {on:%Y-%m-%d}" if on else _FOOTER
        yield Book(book, footer=told)


def _summary_sheet(
    book: Book, results: Results, rejected: pd.DataFrame, inputs: Mapping[str, str]
) -> None:
    page = book.page("摘要", [22, 44, 16, 12, 12, 12, 12, 12])
    page.write_string(0, 0, "社区达标核查", book.title)
    row = book.facts(page, 2, _facts(results, rejected)) + 1
    book.colour(page, 2, 1, 2)
    sections = {
        "各规则结果": (_counts_columns(), _rule_counts(results)),
        "各街道社区": _street_counts(results),
        "规则包": (_PACKS, _pack_rows(results.packs)),
        "输入文件": (
            (Column("file", "文件"), Column("sha256", "SHA-256")),
            pd.DataFrame(inputs.items(), columns=["file", "sha256"]),
        ),
    }
    for title, (columns, rows) in sections.items():
        if len(rows):
            page.write_string(row, 0, title, book.section)
            row = book.rows(page, row + 1, columns, rows) + 1


def _facts(results: Results, rejected: pd.DataFrame) -> dict[str, str]:
    found = summary(results)
    colour = {"nonconforming": "red", "conforming": "green"}.get(
        found["overall"], "grey"
    )
    facts = {
        "总体结论": shade(colour).label,
        "结论说明": OVERALL[found["overall"]],
        "核查日期": f"{results.on:%Y-%m-%d}",
        "核查对象": f"{found['subjects']:,} 个",
        "未载入的行": f"{len(rejected):,} 行",
        "比较容差": f"相对 {TOLERANCE:g}（达到限值本身即为达标）",
        "软件版本": f"gridgis {__version__}",
        "数据指纹（SHA-256）": content_hash(results.data),
    }
    if results.data.crs is not None:
        facts["坐标系"] = results.data.crs.name
    if len(results.verdicts) > _READABLE:
        facts["“判定”“依据”表"] = (
            f"共判定 {len(results.verdicts):,} 项，这里只列不达标和无法判定的；"
            "全部见 verdicts.csv 和 results.gpkg"
        )
        return facts
    for name, rows in (("判定", results.verdicts), ("依据", results.evidence)):
        if len(rows) > MAX_ROWS:
            parts = -(-len(rows) // MAX_ROWS)
            facts[f"“{name}”表"] = (
                f"共 {len(rows):,} 行，超过一张表的上限，分为 {parts} 张"
            )
    return facts


def _counts_columns() -> tuple[Column, ...]:
    counts = (
        Column(name, f"{word}（个）", kind="number") for name, word in OUTCOMES.items()
    )
    return (
        Column("rule_id", "规则"),
        Column("title", "名称"),
        Column("level", "级别"),
        *counts,
    )


def _rule_counts(results: Results) -> pd.DataFrame:
    outcomes = summary(results)["outcomes"]
    counts = pd.DataFrame.from_dict(outcomes, orient="index", columns=list(OUTCOMES))
    titles = results.rules.reindex(columns=["title", "level"]).assign(
        level=lambda rules: rules["level"].map(LEVELS)
    )
    return titles.join(counts).rename_axis("rule_id").reset_index()


def _street_counts(results: Results) -> tuple[tuple[Column, ...], pd.DataFrame]:
    subjects = results.subjects.get("community")
    if subjects is None:
        return (), pd.DataFrame()
    columns = (
        Column("street", "街道"),
        Column("total", "社区（个）", kind="number"),
        *(
            Column(name, f"{item.label}（个）", kind="number")
            for name, item in SHADES.items()
        ),
    )
    return columns, by_street(subjects).reset_index()


_PACKS = (
    Column("title", "规则包"),
    Column("source", "出处"),
    Column("status", "出处状态"),
    Column("version", "版本"),
    Column("place", "适用地区"),
)


def _pack_rows(packs: tuple[RulePack, ...]) -> pd.DataFrame:
    rows = [
        {
            "title": pack.title,
            "source": source.title,
            "status": SOURCE_STATUS[source.status],
            "version": pack.version,
            "place": pack.place,
        }
        for pack in packs
        for source in pack.sources.values()
    ]
    return pd.DataFrame(rows, columns=[column.key for column in _PACKS])


def _verdict_rows(results: Results) -> pd.DataFrame:
    """Return the verdicts in the words of a reader, on their own index."""
    table = results.verdicts
    rules = results.rules.reindex(columns=["title", "remedy"])
    labels = {name: item.label for name, item in SHADES.items()}
    rule = table["rule_id"].astype("str")
    return table.assign(
        state=table["colour"].map(labels),
        outcome=table["outcome"].map(OUTCOMES),
        level=table["level"].map(LEVELS),
        subject_kind=table["subject_kind"].map(SUBJECTS),
        unit=table["unit"].astype("str").replace("share", "%"),
        rule_title=rule.map(rules["title"]),
        remedy=rule.map(rules["remedy"]),
    )


def _gap_rows(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return what fails: mandatory first, then what lacks the largest part."""
    fails = verdicts[verdicts["outcome"] == OUTCOMES["fail"]]
    asked = fails["required"].abs()
    part = fails["shortfall"] / asked.where(asked > 0, 1.0)
    order = fails.assign(
        advisory=(fails["level"] != LEVELS["mandatory"]).to_numpy(),
        part=-part.fillna(np.inf),
    ).sort_values(["advisory", "part", "rule_id", "subject_code"], kind="stable")
    return fails.loc[order.index]


def _evidence_rows(results: Results) -> pd.DataFrame:
    table = results.evidence
    names = {
        (kind, code): name
        for kind, subjects in results.subjects.items()
        for code, name in zip(subjects.index, subjects["name"], strict=True)
    }
    keys = zip(table["subject_kind"], table["subject_code"], strict=True)
    named = pd.Series([names.get(key) for key in keys], index=table.index, dtype="str")
    return table.assign(
        subject_name=named,
        subject_kind=table["subject_kind"].map(SUBJECTS),
        counted=table["counted"].map(_COUNTED),
    )


def _rejected_table(rejected: pd.DataFrame) -> tuple[tuple[Column, ...], pd.DataFrame]:
    names = list(rejected.columns) or list(_REJECTED)
    columns = tuple(
        Column(str(name), *_REJECTED.get(str(name), (str(name), 14.0)))
        for name in names
    )
    rows = rejected.reindex(columns=names).set_axis([c.key for c in columns], axis=1)
    return columns, rows.reset_index(drop=True)


def _rules_sheet(book: Book, results: Results) -> None:
    rules = results.rules.reindex(columns=[column.key for column in _RULES[1:]])
    rules = rules.rename_axis("rule_id").reset_index()
    rules = rules.assign(
        level=rules["level"].map(LEVELS),
        subject_kind=rules["subject_kind"].map(SUBJECTS),
        source_status=rules["source_status"].map(SOURCE_STATUS),
    )
    page = book.page("规则", [column.width for column in _RULES])
    page.freeze_panes(1, 2)
    page.repeat_rows(0)
    page.autofilter(0, 0, max(len(rules), 1), len(_RULES) - 1)
    row = book.rows(page, 0, _RULES, rules) + 1
    parameters = _parameter_rows(results.packs)
    if len(parameters):
        page.write_string(row, 0, "参数", book.section)
        book.rows(page, row + 1, _PARAMETERS, parameters)


def _parameter_rows(packs: tuple[RulePack, ...]) -> pd.DataFrame:
    rows = [
        {
            "pack": pack.name,
            "meaning": parameter.meaning,
            "chosen": _in_words(parameter.choices, pack.chosen[name]),
            "name": name,
        }
        for pack in packs
        for name, parameter in pack.parameters.items()
    ]
    return pd.DataFrame(rows, columns=[column.key for column in _PARAMETERS])


def _in_words(choices: Mapping[str, Any], chosen: object) -> str:
    choice = choices.get(str(chosen))
    if choice is not None:
        return str(choice.words)
    return (
        "、".join(map(str, chosen)) if isinstance(chosen, list | tuple) else str(chosen)
    )
