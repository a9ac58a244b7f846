"""The two tables a new estate is typed into."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gridgis.scheme import PHASE_COLUMNS, ROOM_COLUMNS, HousingKind, Scheme
from gridgis.ui import state
from gridgis.ui.state import Keys
from gridgis.wording import CHOICES, word

__all__ = ["scheme_form"]

_BASE = "_scheme_base"
_TENURES = ("allocated", "owned", "shared", "leased", "borrowed")


def scheme_form() -> Scheme:
    """Show the form and return what is typed in it now."""
    base = _base()
    name, kind = st.columns([3, 2])
    with name:
        title = st.text_input("项目名称", base.name, key=Keys.SCHEME_NAME, max_chars=60)
    with kind:
        options: list[HousingKind | None] = [None, "commodity", "affordable"]
        housing = st.selectbox(
            "住房类型",
            options,
            index=options.index(base.housing_kind),
            format_func=lambda code: word("housing_kind", code) if code else "未定",
            key=Keys.SCHEME_KIND,
        )
    st.markdown("**各期户数**")
    phases = _phases(base)
    st.markdown("**配建用房**（“位置”相同的算一处；面积不详的留空）")
    rooms = _rooms(base)
    complete = st.checkbox(
        "用房已全部列出（没有列出的用途按 0 ㎡ 计，否则按未知计）",
        base.is_complete,
        key=Keys.COMPLETE,
    )
    typed = Scheme(title or "未命名", phases, rooms, housing, complete)
    state.keep_scheme(typed)
    return typed


def _base() -> Scheme:
    """Return what the editors start from: they keep their own changes while shown."""
    if Keys.PHASES not in st.session_state:
        st.session_state[_BASE] = state.scheme()
    base: Scheme = st.session_state[_BASE]
    return base


def _phases(base: Scheme) -> pd.DataFrame:
    edited = st.data_editor(
        base.phases,
        key=Keys.PHASES,
        num_rows="dynamic",
        hide_index=True,
        height="content",
        placeholder="未知",
        column_config={
            "phase": st.column_config.NumberColumn(
                "期数", min_value=1, max_value=99, step=1, required=True, width="small"
            ),
            "planned_dwellings": st.column_config.NumberColumn(
                "规划户数（户）", min_value=0, max_value=1_000_000, step=1
            ),
            "residential_floor_area_m2": st.column_config.NumberColumn(
                "住宅建筑面积（㎡）", min_value=0.0, max_value=1e8
            ),
        },
    )
    return edited.reindex(columns=list(PHASE_COLUMNS)).astype(float)


def _rooms(base: Scheme) -> pd.DataFrame:
    edited = st.data_editor(
        base.rooms,
        key=Keys.ROOMS,
        num_rows="dynamic",
        hide_index=True,
        height="content",
        placeholder="未知",
        column_config={
            "name": st.column_config.TextColumn("名称", max_chars=60),
            "use": st.column_config.SelectboxColumn(
                "用途",
                options=list(CHOICES["use"]),
                format_func=lambda code: word("use", str(code)),
                required=True,
            ),
            "floor_area_m2": st.column_config.NumberColumn(
                "面积 ㎡", min_value=0.0, max_value=1e6, width="small"
            ),
            "place": st.column_config.TextColumn("位置", max_chars=40, width="small"),
            "storey": st.column_config.NumberColumn(
                "楼层", min_value=-5, max_value=99, step=1, width="small", default=1
            ),
            "own_entrance": st.column_config.CheckboxColumn("独立入口", default=False),
            "phase": st.column_config.NumberColumn(
                "随第几期", min_value=1, max_value=99, step=1, width="small"
            ),
            "tenure": st.column_config.SelectboxColumn(
                "产权",
                options=list(_TENURES),
                format_func=lambda code: word("tenure", str(code)),
                default="allocated",
                width="small",
            ),
        },
    )
    return _known(edited.reindex(columns=list(ROOM_COLUMNS)))


def _known(rooms: pd.DataFrame) -> pd.DataFrame:
    """Return the rooms with numbers as numbers and text that is blank as unknown."""
    numbers = dict.fromkeys(("floor_area_m2", "storey", "phase"), float)
    typed = rooms.reset_index(drop=True).astype(numbers)
    text = {
        name: typed[name].astype(object).where(typed[name].notna(), None)
        for name in ("name", "use", "place", "tenure")
    }
    return typed.assign(**text)
