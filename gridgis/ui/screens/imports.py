"""数据: files dropped, shown as understood, corrected, and stored only when confirmed."""

from __future__ import annotations

import streamlit as st

from gridgis.outputs.markup import Html
from gridgis.ui import state
from gridgis.ui.components.import_flow import read_uploads, review, store_import
from gridgis.ui.components.project_view import project_view


def show() -> None:
    """Show the upload, the cards of what was dropped, and the project as it stands."""
    st.title("数据", anchor=False)
    path = state.project_path()
    project = path if path is not None and path.exists() else None
    version = state.take_imported()
    if version is not None:
        st.success(f"已导入，项目现在是第 {version} 版。其他页面已按新版本核算。")
    uploads = st.file_uploader(
        "把文件拖到这里，或点击选择：Excel、CSV、GeoJSON、GeoPackage、Shapefile（全部文件或 zip）",
        accept_multiple_files=True,
        key=state.upload_key(),
    )
    if uploads:
        files = [(item.name, item.getvalue()) for item in uploads]
        found = read_uploads(files)
        st.caption("以下只是读取结果，尚未保存任何内容。")
        review(found)
        store_import(found, project)
        return
    state.forget_import()
    if project is None:
        st.html(
            Html(
                '<div class="gg-empty"><p>还没有项目。拖入社区台账、边界、用房和小区文件，'
                "核对后确认导入，即可建立项目。</p></div>"
            )
        )
        return
    project_view(project)


show()
