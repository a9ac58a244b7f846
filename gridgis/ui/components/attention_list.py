"""The red list: one sentence per subject, worst first; a click opens its sheet."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from gridgis.governance.colours import shade
from gridgis.outputs.markup import markdown_text
from gridgis.ui import state
from gridgis.ui.state import Keys, Subject
from gridgis.wording import SUBJECTS

__all__ = ["attention_list"]


def attention_list(table: pd.DataFrame, listed: int) -> None:
    """Show the first `listed` subjects of `rollup.attention`, and all on demand."""
    st.subheader(f"需要关注（{len(table)}）", anchor=False)
    if table.empty:
        st.success("没有不达标的社区和小区。")
        return
    everything = st.session_state.get(Keys.ALL_ATTENTION, False)
    with st.container(
        key="attention", height=420 if everything else "content", border=False
    ):
        for row in table.head(len(table) if everything else listed).to_dict("records"):
            _row(row)
    if len(table) > listed:
        st.toggle(f"显示全部 {len(table)} 条", key=Keys.ALL_ATTENTION)


def _row(row: dict[Hashable, Any]) -> None:
    item = shade(str(row["colour"]))
    subject = Subject(str(row["subject_kind"]), str(row["subject_code"]))
    kind = "" if subject.kind == "community" else f"（{SUBJECTS[subject.kind]}）"
    st.button(
        f"{markdown_text(item.symbol)} **{markdown_text(row['subject_name'])}**{kind}　"
        f"{markdown_text(row['sentence'])}",
        key=f"attention-{subject.kind}-{subject.code}",
        type="tertiary",
        width="stretch",
        wrap=True,
        on_click=state.select,
        args=(subject,),
    )
