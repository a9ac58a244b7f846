"""What is on the page as a file: exactly the rows that are shown."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gridgis.outputs.tablefile import csv_bytes, xlsx_bytes

__all__ = ["export_buttons"]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_buttons(table: pd.DataFrame, name: str) -> None:
    """Offer a table as csv and as a workbook; a file is made when it is asked for."""
    csv, xlsx, _ = st.columns([1, 1, 2])
    csv.download_button(
        "导出 CSV",
        lambda: csv_bytes(table),
        f"{name}.csv",
        "text/csv",
        key=f"{name}-csv",
        disabled=table.empty,
        on_click="ignore",
        width="stretch",
    )
    xlsx.download_button(
        "导出 Excel",
        lambda: xlsx_bytes(table, name),
        f"{name}.xlsx",
        _XLSX,
        key=f"{name}-xlsx",
        disabled=table.empty,
        on_click="ignore",
        width="stretch",
    )
