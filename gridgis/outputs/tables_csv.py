"""Verdicts and findings as csv that Excel opens in Chinese and runs nothing from."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from gridgis.pipeline import Results
from gridgis.project.files import replacing

__all__ = ["guarded", "without_geometry", "write_findings", "write_verdicts"]

# What a spreadsheet may take for the start of a formula, full-width forms included
# (OWASP ASVS 1.2.10). An apostrophe in front keeps it text.
_FORMULA = r"^[=+\-@＝＋－＠\t\r\n\x00]"


def write_verdicts(results: Results, path: Path) -> None:
    """Write one row per rule and subject, under the names of the columns in code."""
    _write(results.verdicts, path)


def write_findings(results: Results, path: Path) -> None:
    """Write what the data give reason to doubt; a header alone where there is nothing."""
    _write(results.findings, path)


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with an apostrophe before text that looks like a formula.

    Numbers, days and flags stay as they are, so −5 stays a number.
    """
    return table.apply(_guarded)


def without_geometry(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that a plain table can hold."""
    return pd.DataFrame(table[[name for name in table.columns if name != "geometry"]])


def _guarded(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        safe = [_safe(category) for category in column.cat.categories]
        if len(set(safe)) == len(safe):
            return column.cat.rename_categories(safe)
        # Two categories came to one text.
        return _guarded(column.astype("str"))
    if not (pd.api.types.is_string_dtype(column) or column.dtype == object):
        return column
    text = column.astype("str")
    risky = text.str.contains(_FORMULA, regex=True, na=False)
    return column.where(~risky, "'" + text) if risky.any() else column


def _safe(value: object) -> object:
    return (
        f"'{value}" if isinstance(value, str) and re.match(_FORMULA, value) else value
    )


def _write(table: pd.DataFrame, path: Path) -> None:
    with replacing(path) as fresh:
        guarded(without_geometry(table)).to_csv(
            fresh,
            index=False,
            encoding="utf-8-sig",
            float_format="%.12g",  # 300, not 299.99999999999994
            lineterminator="\n",
        )
