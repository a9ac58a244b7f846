"""The project that a page is about, judged; or what to do where there is none."""

from __future__ import annotations

import streamlit as st

from gridgis.errors import StoreError
from gridgis.outputs.markup import Html
from gridgis.pipeline import Results
from gridgis.ui import cache, state
from gridgis.ui.components.frame import show_frame

__all__ = ["frame_if_open", "opened"]

_IMPORTS = "screens/imports.py"


def opened() -> Results | None:
    """Show the frame and return the verdicts; None, with what to do, where no data is."""
    path = state.project_path()
    if path is None:
        _empty("还没有打开项目。")
        return None
    if not path.exists():
        message = f"找不到项目文件 {path.name}"
        raise StoreError(message, remedy="它可能被移动或改名，请在“数据”页新建或另选")
    current = cache.revision(path)
    results = cache.results(current)
    show_frame(current, results)
    if results.data["communities"].empty:
        _empty("项目里还没有社区。")
        return None
    return results


def frame_if_open() -> None:
    """Show the frame above a page that works without a project too."""
    path = state.project_path()
    if path is not None and path.exists():
        current = cache.revision(path)
        show_frame(current, cache.results(current))


def _empty(sentence: str) -> None:
    st.html(Html(f'<div class="gg-empty"><p>{sentence}</p></div>'))
    _, middle, _ = st.columns([2, 1, 2])
    if middle.button("导入数据", type="primary", width="stretch", key="empty_import"):
        st.switch_page(_IMPORTS)
