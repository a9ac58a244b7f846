"""A table whose selected row is the subject that the map outlines, both ways."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gridgis.outputs.extract import titled
from gridgis.ui import state
from gridgis.ui.components.filters import Filtered
from gridgis.ui.components.map_view import content_key
from gridgis.ui.state import Keys, Subject

__all__ = ["subject_table"]

_HEIGHT = 430
_BEHIND = ("编号", "备注")


def subject_table(shown: Filtered) -> None:
    """Show the rows; choosing one selects its subject, selecting a subject marks its row."""
    codes = [str(code) for code in shown.rows.index]
    # Rows are marked by position, so the key names exactly these rows in this order.
    key = f"{Keys.TABLE}-{content_key(shown.kind, shown.rule or '', *codes)}"
    chosen = state.selected()
    position = (
        codes.index(chosen.code)
        if chosen and chosen.kind == shown.kind and chosen.code in codes
        else None
    )
    rows = [] if position is None else [position]
    before = st.session_state.get(key)
    if before is None or list(before["selection"]["rows"]) != rows:
        # Only what was selected elsewhere: told again, a selection would answer again.
        st.session_state[key] = {"selection": {"rows": rows}}

    def pick() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        state.select(Subject(shown.kind, codes[picked[0]]) if picked else None)

    order = ["名称", "街道", "状态"]
    table = titled(shown.rows, shown.unit)
    st.dataframe(
        table,
        key=key,
        on_select=pick,
        selection_mode="single-row",
        hide_index=True,
        height=_HEIGHT,
        placeholder="—",
        column_order=[*order, *_others(table, order)],
        column_config={
            str(name): st.column_config.NumberColumn(format="localized")
            for name in table.select_dtypes("number")
        },
    )
    st.caption(f"共 {len(codes):,} 条")


def _others(table: pd.DataFrame, order: list[str]) -> list[str]:
    return [str(c) for c in table if c not in order and c not in _BEHIND]
