"""What a project holds: its tables, its versions, and the files they came from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from gridgis.outputs.markup import fill
from gridgis.project import store
from gridgis.tables import TABLES
from gridgis.ui import cache

__all__ = ["project_view"]


def project_view(path: Path) -> None:
    """Show the project that is open."""
    current = cache.revision(path)
    data = cache.data(current)
    st.html(
        fill(
            '<div class="gg-frame"><b>{name}</b><span>第 {version} 版</span>'
            "<span>{dated}</span><span>{path}</span></div>",
            name=current.name,
            version=current.version,
            dated=current.dated.isoformat(),
            path=path,
        )
    )
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.subheader("现有数据", anchor=False)
        tables = [
            {"表": spec.title, "行数": len(data[name]) if name in data else None}
            for name, spec in TABLES.items()
        ]
        st.dataframe(
            pd.DataFrame(tables).astype({"行数": "Int64"}),
            hide_index=True,
            height="content",
            placeholder="未提供",
        )
    with right:
        st.subheader("版本", anchor=False)
        st.dataframe(_versions(path), hide_index=True, height="content")
        st.subheader("导入过的文件", anchor=False)
        st.dataframe(_files(path), hide_index=True, height="content")


def _versions(path: Path) -> pd.DataFrame:
    rows = [
        {
            "版本": version.number,
            "时间": f"{version.at.astimezone():%Y-%m-%d %H:%M}",
            "谁": version.author,
            "新增": sum(change.added for change in version.changes.values()),
            "更新": sum(change.updated for change in version.changes.values()),
            "说明": version.message,
        }
        for version in reversed(store.versions(path))
    ]
    return pd.DataFrame(rows)


def _files(path: Path) -> pd.DataFrame:
    rows = [
        {
            "版本": item.version,
            "文件": item.file,
            "退回行数": len(item.rejected),
            "问题": len(item.report.get("problems", ())),
        }
        for item in reversed(store.imports(path))
    ]
    return pd.DataFrame(rows, columns=["版本", "文件", "退回行数", "问题"])
