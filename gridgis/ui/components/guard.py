"""The one place where a refusal becomes something to read: what, where, how to mend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec

import pandas as pd
import streamlit as st

from gridgis.errors import GridgisError, Problem
from gridgis.outputs.markup import fill
from gridgis.ui import state

__all__ = ["guarded", "holding", "problems_table", "show_error"]

P = ParamSpec("P")

_TITLES = {
    "code": "编号",
    "severity": "程度",
    "file": "文件",
    "layer": "工作表/图层",
    "row": "行",
    "column": "列",
    "value": "值",
    "reason": "原因",
    "remedy": "修改建议",
}
_SEVERITIES = {
    "note": "提示",
    "fix": "已修正",
    "warn": "已载入，请核对",
    "row": "该行退回",
    "ask": "需要回答",
    "file": "文件未读取",
}
_ORDER = ["程度", "文件", "工作表/图层", "行", "列", "值", "原因", "修改建议", "编号"]


def guarded(run: Callable[[], None]) -> None:
    """Run a page; say what it refuses instead of showing a traceback."""
    held = state.take_refusal()
    if held is not None:
        show_error(held)
    try:
        run()
    except GridgisError as error:
        show_error(error)


def holding(callback: Callable[P, None]) -> Callable[P, None]:
    """Return the callback with its refusal kept for the page, which runs after it."""

    @wraps(callback)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except GridgisError as error:
            state.keep_refusal(error)

    return run


def show_error(error: GridgisError) -> None:
    """Show a refusal: the sentence, the remedy, and the single problems behind it."""
    st.html(
        fill(
            '<div class="gg-rule gg-red" role="alert"><header><b>✗ {message}</b>'
            "</header>{remedy}</div>",
            message=error.message,
            remedy=error.remedy,
        )
    )
    if error.problems:
        problems_table(error.problems)


def problems_table(problems: Sequence[Problem], *, show_file: bool = True) -> None:
    """Show problems as a table, one row each, the columns in the order they are read."""
    rows = [p.as_dict() for p in problems]
    frame = pd.DataFrame(rows, columns=Problem.columns()).rename(columns=_TITLES)
    frame["程度"] = frame["程度"].map(_SEVERITIES)
    frame["行"] = frame["行"].astype("Int64")
    blank = frame.isin(["", None]) | frame.isna()
    used = [name for name in _ORDER if not blank[name].all()]
    if not show_file and "文件" in used:
        used.remove("文件")
    st.dataframe(frame[used], hide_index=True, height="content", placeholder="")
