"""What stands above every page: project, version, packs in force, day, search."""

from __future__ import annotations

import streamlit as st

from gridgis.outputs.markup import fill
from gridgis.pipeline import Results
from gridgis.rules.packs import available_packs
from gridgis.ui import cache, state
from gridgis.ui.components.readings import choose_readings
from gridgis.ui.state import Keys, Subject
from gridgis.wording import SUBJECTS

__all__ = ["show_frame"]


def show_frame(current: cache.Revision, results: Results) -> None:
    """Show the line above a page of an open project."""
    about, packs, search = st.columns([5, 2, 3], vertical_alignment="center")
    with about:
        _about(current, results)
    with packs:
        _choose_packs()
    with search:
        _search(results)


def _about(current: cache.Revision, results: Results) -> None:
    st.html(
        fill(
            '<div class="gg-frame"><b>{name}</b><span>第 {version} 版</span>'
            "<span>数据日期 {date}</span><span>规则：{packs}</span>"
            "<span>核查日 {day}</span></div>",
            name=current.name,
            version=current.version,
            date=current.dated.isoformat(),
            packs="、".join(pack.title for pack in results.packs),
            day=results.on.isoformat(),
        )
    )


def _choose_packs() -> None:
    with st.popover("规则与日期", width="stretch"):
        st.multiselect(
            "采用的规则包",
            available_packs(),
            default=None if Keys.PACKS in st.session_state else ["county"],
            format_func=lambda name: cache.pack(name).title,
            key=Keys.PACKS,
            persist_state="session",
            help="全部清空时采用县级规则包。",
        )
        st.date_input(
            "核查日",
            value=state.day(),
            key=Keys.DAY,
            format="YYYY-MM-DD",
            persist_state="session",
            help="按这一天生效的规则、已可用的用房和已到的节点判定。",
        )
        with st.expander("条文没有说清的，怎样读"):
            choose_readings()


def _search(results: Results) -> None:
    subjects = [
        Subject(kind, code)
        for kind in ("community", "estate")
        if kind in results.subjects
        for code in results.subjects[kind].index
    ]

    def word(subject: Subject) -> str:
        name = results.subjects[subject.kind]["name"][subject.code]
        return f"{name}（{SUBJECTS[subject.kind]} {subject.code}）"

    def go() -> None:
        chosen = st.session_state.get(Keys.SEARCH)
        if chosen is not None:
            state.select(chosen)
            st.session_state[Keys.SEARCH] = None

    st.selectbox(
        "查找社区或小区",
        subjects,
        index=None,
        format_func=word,
        key=Keys.SEARCH,
        placeholder="查找社区或小区…",
        label_visibility="collapsed",
        on_change=go,
    )
