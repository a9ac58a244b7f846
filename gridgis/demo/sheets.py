"""Write the Excel ledgers as they are kept: title, merged cells, units, totals, signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["Count", "Sheet", "write_workbook"]

Cell = str | float | int | date | None
_SAVED = datetime(2026, 6, 30, 9, 0, 0)  # noqa: DTZ001 (Excel knows no time zone)


@dataclass(frozen=True, kw_only=True)
class Count:
    """What a reader should make of one sheet or layer."""

    table: str
    rows_read: int
    loaded: int
    rejected: int = 0
    merged: int = 0
    blank: int = 0


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet: `groups` is the upper header row (one per column, "" for none)."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    groups: Sequence[str] = ()
    merge: Sequence[int] = ()
    total: Mapping[int, Cell] = field(default_factory=dict)
    signature: str = ""

    @property
    def first_row(self) -> int:
        """Return the number Excel gives the first data row."""
        return 2 + bool(self.title) + bool(self.groups)

    @property
    def blank(self) -> int:
        """Return how many rows below the data hold no record."""
        return bool(self.total) + bool(self.signature)


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write a workbook whose cells depend on nothing but the sheets."""
    import xlsxwriter  # heavy, and only needed here

    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": "合成数据，非真实", "created": _SAVED})
    for sheet in sheets:
        _write_sheet(book, sheet)
    book.close()


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    bold = book.add_format(
        {"bold": True, "align": "center", "valign": "vcenter", "border": 1}
    )
    middle = book.add_format({"valign": "vcenter", "border": 1})
    width = len(sheet.columns)
    top = 0
    if sheet.title:
        page.merge_range(0, 0, 0, width - 1, sheet.title, bold)
        top = 1
    top = _write_header(page, sheet, top, bold)
    merged = _merged_runs(sheet)
    for number, row in enumerate(sheet.rows):
        for column, value in enumerate(row):
            if value is not None and (column, number) not in merged:
                page.write(top + number, column, value)
    for (column, start), length in merged.items():
        value = sheet.rows[start][column]
        if length > 1:
            end = top + start + length - 1
            page.merge_range(top + start, column, end, column, value, middle)
        elif length == 1:
            page.write(top + start, column, value, middle)
    _write_foot(page, sheet, top + len(sheet.rows), bold)
    page.set_column(0, width - 1, 14)
    page.freeze_panes(top, 0)


def _write_header(page: Worksheet, sheet: Sheet, top: int, bold: object) -> int:
    """Write one header row, or two with the groups merged above their columns."""
    if not sheet.groups:
        page.write_row(top, 0, sheet.columns, bold)
        return top + 1
    column = 0
    for group, members in groupby(sheet.groups):
        length = len(list(members))
        if not group:
            for k in range(column, column + length):
                page.merge_range(top, k, top + 1, k, sheet.columns[k], bold)
        else:
            page.merge_range(top, column, top, column + length - 1, group, bold)
            for k in range(column, column + length):
                page.write(top + 1, k, sheet.columns[k], bold)
        column += length
    return top + 2


def _merged_runs(sheet: Sheet) -> dict[tuple[int, int], int]:
    """Return start and length of runs to merge; rows inside a run have length 0.

    A run ends where a column to its left changes, so that two streets with a community
    of the same name are not merged into one.
    """
    runs: dict[tuple[int, int], int] = {}
    for column in sheet.merge:
        left = [c for c in sheet.merge if c <= column]
        start = 0
        for number in range(1, len(sheet.rows) + 1):
            same = number < len(sheet.rows) and all(
                sheet.rows[number][c] == sheet.rows[start][c] for c in left
            )
            if not same:
                runs[column, start] = number - start
                runs |= {(column, k): 0 for k in range(start + 1, number)}
                start = number
    return runs


def _write_foot(page: Worksheet, sheet: Sheet, row: int, bold: object) -> None:
    if sheet.total:
        page.write(row, 0, "合计", bold)
        for column, value in sheet.total.items():
            page.write(row, column, value, bold)
        row += 1
    if sheet.signature:
        page.write(row, 0, sheet.signature)
