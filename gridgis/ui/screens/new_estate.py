"""新建小区核算: households and rooms typed in, verdicts at every change, what would help."""

from __future__ import annotations

import streamlit as st

from gridgis.rules.packs import available_packs
from gridgis.ui import cache, state
from gridgis.ui.components.opened import frame_if_open
from gridgis.ui.components.scheme_form import scheme_form
from gridgis.ui.components.scheme_view import (
    comparison,
    print_button,
    remedy_list,
    verdict_cards,
    what_if,
)
from gridgis.ui.state import Keys


def show() -> None:
    """Show the form on the left, what it comes to on the right, ways out below."""
    frame_if_open()
    st.title("新建小区核算", anchor=False)
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        packs = choose_packs()
        typed = scheme_form()
    results = cache.judged(typed, packs)
    with right:
        verdict_cards(results)
    with left:
        found = cache.found_remedies(typed, packs)
        remedy_list(found)
        what_if(typed, packs, results)
    with right:
        save, sheet = st.columns(2)
        with save:
            st.button(
                "保存为方案",
                key=Keys.SAVE,
                on_click=state.save_scheme,
                args=(typed,),
                width="stretch",
                help="换一个项目名称再保存，可并排比较。",
            )
        with sheet:
            print_button(typed, results, found)
    comparison(packs)


def choose_packs() -> tuple[str, ...]:
    """Return the packs that the scheme is judged by: those with rules about estates."""
    about_estates = [
        name
        for name in available_packs()
        if any(rule.subject == "estate" for rule in cache.pack(name).rules)
    ]
    chosen = st.multiselect(
        "采用的规则包",
        about_estates,
        default=None if Keys.SCHEME_PACKS in st.session_state else ["county"],
        format_func=lambda name: cache.pack(name).title,
        key=Keys.SCHEME_PACKS,
        persist_state="session",
    )
    return tuple(chosen) or ("county",)


show()
