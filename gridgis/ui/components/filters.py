"""The filters of the compliance page, on one line, and the rows they leave."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from gridgis.governance.colours import SHADES
from gridgis.outputs.extract import matching, shown_rows
from gridgis.pipeline import Results
from gridgis.ui.state import Keys
from gridgis.wording import SUBJECTS

__all__ = ["Filtered", "filters"]


@dataclass(frozen=True)
class Filtered:
    """What the filters leave: rows as `extract.shown_rows`, of one kind and rule."""

    kind: str
    rule: str | None
    unit: str
    rows: pd.DataFrame


def filters(results: Results) -> Filtered:
    """Show the filters; return what they leave."""
    kinds = [kind for kind in SUBJECTS if kind in results.subjects]
    place = st.columns([1, 1.6, 2.6, 1.4, 1.6])
    with place[0]:
        kind = st.selectbox(
            "对象",
            kinds,
            format_func=lambda name: SUBJECTS[name],
            key=Keys.FILTER_KIND,
            persist_state="session",
        )
    with place[1]:
        names = sorted(results.subjects[kind]["street"].dropna().unique())
        street = _choice("街道", names, Keys.FILTER_STREET, "全部街道")
    with place[2]:
        rule = _rule(results, kind)
    with place[3]:
        colour = _choice(
            "状态",
            list(SHADES),
            Keys.FILTER_OUTCOME,
            "全部状态",
            {name: item.label for name, item in SHADES.items()},
        )
    with place[4]:
        text = st.text_input(
            "名称或编号",
            key=Keys.FILTER_NAME,
            placeholder="输入几个字…",
            persist_state="session",
            max_chars=60,
        )
    rows = shown_rows(results, kind, rule)
    unit = "" if rule is None else str(results.rules["unit"][rule])
    left = matching(rows, street=street, colour=colour, text=text)
    return Filtered(kind, rule, unit, left)


def _rule(results: Results, kind: str) -> str | None:
    rules = results.rules[results.rules["subject_kind"] == kind]
    words = {str(code): f"{code} {title}" for code, title in rules["title"].items()}
    return _choice("规则", list(words), Keys.FILTER_RULE, "全部规则（综合）", words)


def _choice(
    label: str,
    options: list[str],
    key: str,
    everything: str,
    words: dict[str, str] | None = None,
) -> str | None:
    shown = words or {}
    if st.session_state.get(key, "") not in ("", *options):
        # Chosen for another kind of subject, or before the packs were changed.
        st.session_state[key] = ""
    chosen = st.selectbox(
        label,
        ["", *options],
        format_func=lambda name: shown.get(name, name) or everything,
        key=key,
        persist_state="session",
    )
    return chosen or None
