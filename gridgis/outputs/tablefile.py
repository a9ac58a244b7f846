"""The rows on a page as a file, csv or workbook: the same rows, under the same headers."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
from pandas.api.types import is_numeric_dtype

from gridgis.outputs.sheets import Book, Column
from gridgis.outputs.tables_csv import guarded

__all__ = ["csv_bytes", "xlsx_bytes"]

_WIDEST, _NARROWEST = 60, 8
_MEASURED_ROWS = 500


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as csv that Excel opens in Chinese and runs nothing from."""
    return guarded(table).to_csv(index=False).encode("utf-8-sig")


def xlsx_bytes(table: pd.DataFrame, name: str) -> bytes:
    """Return a table as a workbook of one sheet; a column "状态" is shown in colour."""
    import xlsxwriter

    buffer = BytesIO()
    columns = [_column(str(title), table[title]) for title in table.columns]
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        Book(book, footer=name).table(name, columns, table, frozen=2)
    return buffer.getvalue()


def _column(title: str, values: pd.Series) -> Column:
    shown = values.head(_MEASURED_ROWS).astype("str").str.len()
    longest = max(len(title), 0 if shown.empty else int(shown.max()))
    # A Chinese character takes about two of the units that widths are counted in.
    width = float(min(max(2 * longest, _NARROWEST), _WIDEST))
    if is_numeric_dtype(values):
        return Column(title, title, max(2.0 * len(title), 10.0), "number")
    return Column(title, title, width, "state" if title == "状态" else "text")
