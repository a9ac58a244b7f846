"""One plain table as csv or workbook bytes; text that looks like a formula stays text."""

from __future__ import annotations

from io import BytesIO

import pandas as pd

__all__ = ["csv_bytes", "xlsx_bytes"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 60, 8


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return the table as csv that Excel opens in Chinese (UTF-8 with mark).

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    safe = table.map(_defused) if len(table) else table
    return safe.to_csv(index=False).encode("utf-8-sig")


def xlsx_bytes(table: pd.DataFrame, sheet: str) -> bytes:
    """Return the table as a workbook of one sheet: frozen header, filter, widths."""
    import xlsxwriter

    buffer = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        page = book.add_worksheet(sheet[:31])
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        page.write_row(0, 0, [str(name) for name in table.columns], head)
        for place, name in enumerate(table.columns):
            cells = [_cell(value) for value in table[name]]
            page.write_column(1, place, cells)
            page.set_column(place, place, _width(str(name), cells))
        page.freeze_panes(1, 0)
        if len(table):
            page.autofilter(0, 0, len(table), len(table.columns) - 1)
    return buffer.getvalue()


def _cell(value: object) -> object:
    """Return a value as a cell holds it; unknown is empty, never 0."""
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    return value if isinstance(value, int | float | bool) else str(value)


def _defused(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _width(title: str, cells: list[object]) -> int:
    longest = max((len(str(cell)) for cell in [title, *cells[:500]]), default=0)
    # A Chinese character takes about two of the units in which widths are counted.
    return min(max(2 * longest, _NARROWEST), _WIDEST)
