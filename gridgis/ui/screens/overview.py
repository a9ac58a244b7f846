"""总览: how many are where, what is worst, and from there to the sheet of one community."""

from __future__ import annotations

import streamlit as st

from gridgis.governance.rollup import attention, by_street
from gridgis.outputs.explain import explain
from gridgis.outputs.markup import fill
from gridgis.pipeline import Results
from gridgis.ui import state
from gridgis.ui.components.attention_list import attention_list
from gridgis.ui.components.figures import key_figures, street_bars
from gridgis.ui.components.map_view import map_view
from gridgis.ui.components.opened import opened
from gridgis.ui.components.sheet_view import sheet_view
from gridgis.ui.state import Keys, Subject

_LISTED = 8


def show() -> None:
    """Show the county, a street of it, or one community."""
    results = opened()
    if results is None:
        return
    communities = results.subjects["community"]
    street = state.street()
    scope = communities[communities["street"] == street] if street else communities
    crumb(results)
    figures, middle, right = st.columns([1.05, 2.5, 2.45], gap="medium")
    with figures:
        key_figures(scope["colour"], "个社区")
    with middle:
        map_view(
            results,
            "community",
            list(scope.index),
            key="overview",
            on_click=lambda hit: step_into(results, hit),
            selected=outlined(results),
            fly=state.focus() is not None,
        )
    with right:
        chosen = state.selected()
        if chosen is None:
            needs_attention(results)
        else:
            sheet_view(explain(results, chosen.kind, chosen.code))


def crumb(results: Results) -> None:
    """Show where one is, and the ways back."""
    streets = list(by_street(results.subjects["community"]).index)
    back, street, rest = st.columns(
        [1.05, 2.5, 2.45], gap="medium", vertical_alignment="center"
    )
    chosen = state.selected()
    with back:
        st.button(
            "← 返回",
            key=Keys.BACK,
            disabled=chosen is None and state.street() is None,
            on_click=state.step_back,
            width="stretch",
        )
    with street:
        st.selectbox(
            "街道",
            ["", *streets],
            index=0 if state.street() is None else 1 + streets.index(state.street()),
            format_func=lambda name: name or "全县",
            key=f"{Keys.STREET}-{state.street()}",
            label_visibility="collapsed",
            on_change=lambda: state.drill(
                st.session_state[f"{Keys.STREET}-{state.street()}"] or None
            ),
        )
    with rest:
        name = chosen and results.subjects[chosen.kind]["name"][chosen.code]
        parts = [part for part in ("全县", state.street(), name) if part]
        st.html(fill("<div class='gg-muted'>{crumb}</div>", crumb=" › ".join(parts)))


def outlined(results: Results) -> Subject | None:
    """Return the community to outline: the one chosen, or that of the estate chosen."""
    chosen = state.selected()
    if chosen is None or chosen.kind == "community":
        return chosen
    code = results.subjects[chosen.kind].loc[chosen.code, "community_code"]
    return Subject("community", code) if isinstance(code, str) else None


def step_into(results: Results, hit: Subject) -> None:
    """Go one step down from a click: county → street → community."""
    street = results.subjects["community"].loc[hit.code, "street"]
    if state.street() is None and isinstance(street, str):
        state.drill(street)
    else:
        state.select(hit, from_map=True)


def needs_attention(results: Results) -> None:
    """Show what is worst in sentences, and the streets."""
    table = attention(results.verdicts, results.rules["title"])
    street = state.street()
    if street:
        table = table[table["street"] == street]
    attention_list(table, _LISTED)
    if street is None:
        st.subheader("按街道（最差在前）", anchor=False)
        street_bars(by_street(results.subjects["community"]))


show()
