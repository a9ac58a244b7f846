"""One table on one sheet, as an office prints and filters it.

Text is always written as text, so that nothing in it runs as a formula; unknown is an empty
cell, never 0. A table too long for a sheet goes on in the next.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from gridgis.governance.colours import SHADES

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["MAX_ROWS", "Book", "Column", "sheet_name"]

MAX_ROWS = 1_048_575
"""Rows under the header of one sheet, by the format."""

_MAX_CHARACTERS = 32_767
_CUT = "……（过长，已截断）"
_MAX_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_A4 = 9
_BLACK = "#000000"

Kind = Literal["text", "number", "state"]


@dataclass(frozen=True)
class Column:
    """One column of a sheet: key in the table, header with its unit, width, kind.

    A "state" is symbol and word of a colour and is shown on that colour.
    """

    key: str
    title: str
    width: float = 12.0
    kind: Kind = "text"


class Book:
    """A workbook being written, row after row.

    Parameters
    ----------
    book
        An open `xlsxwriter.Workbook`.
    footer
        What stands at the foot of every printed page.
    """

    def __init__(self, book: Workbook, *, footer: str) -> None:
        self._book = book
        self._footer = footer.replace("&", "&&")
        self._names: set[str] = set()
        border = {"border": 1, "border_color": "#C8CDD3", "valign": "top"}
        self._text = book.add_format({**border, "text_wrap": True})
        self._formats = {
            "": book.add_format({**border, "num_format": "#,##0.00"}),
            "whole": book.add_format({**border, "num_format": "#,##0"}),
            "share": book.add_format({**border, "num_format": "0.0%"}),
        }
        self.head = book.add_format(
            {**border, "bold": True, "bg_color": "#E8EDF2", "text_wrap": True}
        )
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.section = book.add_format({"bold": True, "font_size": 12})
        self._shades = {
            item.label: book.add_format({"bg_color": item.fill, "font_color": _BLACK})
            for item in SHADES.values()
        }

    def page(self, name: str, widths: Sequence[float]) -> Worksheet:
        """Return a new sheet set up for print: landscape A4, one page wide."""
        page = self._book.add_worksheet(sheet_name(name, self._names))
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.set_footer(f"&L{self._footer}&C&A&R第 &P 页，共 &N 页")
        page.hide_gridlines(2)
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        return page

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        rows: pd.DataFrame,
        *,
        frozen: int = 0,
        units: pd.Series | None = None,
    ) -> int:
        """Write a table on a sheet of its own, on several where one is too short.

        Parameters
        ----------
        frozen
            How many columns stay in sight when scrolling sideways.
        units
            Unit of each row, on the index of `rows`; "share" is shown as per cent.

        Returns
        -------
        int
            The number of sheets it took.
        """
        parts = max(1, math.ceil(len(rows) / MAX_ROWS))
        for part in range(parts):
            piece = rows.iloc[part * MAX_ROWS : (part + 1) * MAX_ROWS]
            page = self.page(
                name if part == 0 else f"{name}（{part + 1}）",
                [column.width for column in columns],
            )
            page.freeze_panes(1, frozen)
            page.repeat_rows(0)
            page.autofilter(0, 0, max(len(piece), 1), len(columns) - 1)
            self.rows(page, 0, columns, piece, units=units)
        return parts

    def rows(
        self,
        page: Worksheet,
        top: int,
        columns: Sequence[Column],
        rows: pd.DataFrame,
        *,
        units: pd.Series | None = None,
    ) -> int:
        """Write header and rows from row `top` of a page; return the next free row."""
        for place, column in enumerate(columns):
            page.write_string(top, place, column.title, self.head)
        shares = (
            [False] * len(rows)
            if units is None
            else (units.loc[rows.index] == "share").tolist()
        )
        cells = [_cells(rows[column.key], column.kind) for column in columns]
        for row, (share, *values) in enumerate(
            zip(shares, *cells, strict=True), top + 1
        ):
            for place, value in enumerate(values):
                if isinstance(value, str):
                    page.write_string(row, place, value, self._text)
                elif value is None:
                    page.write_blank(row, place, None, self._text)
                else:
                    style = "share" if share else "whole" if value == int(value) else ""
                    page.write_number(row, place, value, self._formats[style])
        bottom = top + len(rows)
        for place, column in enumerate(columns):
            if column.kind == "state" and bottom > top:
                self.colour(page, top + 1, place, bottom)
        return bottom + 1

    def colour(self, page: Worksheet, top: int, column: int, bottom: int) -> None:
        """Show every state in a column on its colour, also after sorting."""
        for label, shade in self._shades.items():
            page.conditional_format(
                top,
                column,
                bottom,
                column,
                {
                    "type": "cell",
                    "criteria": "==",
                    "value": f'"{label}"',
                    "format": shade,
                },
            )

    def facts(self, page: Worksheet, top: int, facts: Mapping[str, str]) -> int:
        """Write names and values side by side; return the next free row."""
        for row, (name, value) in enumerate(facts.items(), top):
            page.write_string(row, 0, name, self.head)
            page.write_string(row, 1, _shortened(value), self._text)
        return top + len(facts)


def sheet_name(name: str, taken: set[str]) -> str:
    r"""Return a name that a sheet may have, and add it to those taken.

    Excel allows 31 characters, none of ``[]:*?/\``, no apostrophe at the ends, and takes
    names that differ in case only for the same.
    """
    plain = _FORBIDDEN.sub("_", name).strip("'").strip()[:_MAX_NAME] or "表"
    found, number = plain, 1
    while found.casefold() in taken:
        number += 1
        found = f"{plain[: _MAX_NAME - len(str(number)) - 1]}_{number}"
    taken.add(found.casefold())
    return found


def _cells(column: pd.Series, kind: Kind) -> Iterator[str | float | None]:
    known = column.notna().to_numpy(bool)
    if kind == "number":
        numbers = column.to_numpy(dtype=float, na_value=math.nan)
        # Sums of floats: 377, not 376.99999999999994.
        return (round(float(n), 9) if math.isfinite(n) else None for n in numbers)
    values = column.to_numpy(dtype=object)
    return (
        _shortened(str(value)) if here else None
        for value, here in zip(values, known, strict=True)
    )


def _shortened(text: str) -> str:
    if len(text) <= _MAX_CHARACTERS:
        return text
    return text[: _MAX_CHARACTERS - len(_CUT)] + _CUT
