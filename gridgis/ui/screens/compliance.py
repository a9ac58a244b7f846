"""达标核查: the same subjects in a table and on a map, and the arithmetic of one of them."""

from __future__ import annotations

import streamlit as st

from gridgis.outputs.explain import explain
from gridgis.outputs.extract import titled
from gridgis.ui import state
from gridgis.ui.components.download import export_buttons
from gridgis.ui.components.filters import filters
from gridgis.ui.components.map_view import map_view
from gridgis.ui.components.opened import opened
from gridgis.ui.components.sheet_view import sheet_view
from gridgis.ui.components.subject_table import subject_table


def show() -> None:
    """Show filters, table beside map, and the sheet of the subject selected."""
    results = opened()
    if results is None:
        return
    chosen = filters(results)
    selected = state.selected()
    shown = selected if selected and selected.kind == chosen.kind else None
    table, chart = st.columns([1.15, 1], gap="medium")
    with table:
        subject_table(chosen)
        export_buttons(titled(chosen.rows, chosen.unit), "达标核查")
    with chart:
        if chosen.rows.empty:
            st.info("没有符合筛选条件的记录。请放宽筛选条件。")
        else:
            map_view(
                results,
                chosen.kind,
                list(chosen.rows.index),
                key="compliance",
                on_click=lambda hit: state.select(hit, from_map=True),
                selected=shown,
                fly=state.focus() == shown,
                rule=chosen.rule,
                height=430,
            )
    if shown is not None:
        sheet_view(explain(results, shown.kind, shown.code), first=chosen.rule)
    else:
        st.caption("点选表中一行或图上一块，查看逐条规则的算式和计入、不计入的用房。")


show()
