"""From dropped files to a new version: read, shown, corrected, and only then stored."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from gridgis.errors import InputError
from gridgis.ingest import Import, ReadOptions, expand, read
from gridgis.outputs.markup import fill
from gridgis.outputs.workbook import rejected_workbook
from gridgis.project import store
from gridgis.ui import state
from gridgis.ui.components.guard import holding, problems_table
from gridgis.ui.components.import_card import import_card
from gridgis.ui.state import Keys
from gridgis.ui.uploads import content_hash, safe_name, stored

__all__ = ["read_uploads", "review", "store_import"]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read_uploads(files: Sequence[tuple[str, bytes]]) -> Import:
    """Return what the files give under the corrections so far; read once for each."""
    corrections = state.corrections()
    project = state.project_path()
    if project is not None and not project.exists():
        project = None
    version = 0 if project is None else store.latest(project).number
    key = (content_hash(files), repr(sorted(corrections.items())), version)
    kept = state.kept_import()
    if kept is not None and kept[0] == key:
        return kept[1]
    bar = st.progress(0.0, "正在读取…")

    def tell(share: float, what: str) -> None:
        bar.progress(share, f"{what}…")

    with TemporaryDirectory(prefix="gridgis-") as folder:
        paths = expand(stored(files, Path(folder)))
        given = ReadOptions(per_file=corrections)
        known = None if project is None else store.load(project)
        found = read(paths, given, tell, known=known)
    bar.empty()
    state.keep_import(key, found)
    return found


def review(found: Import) -> None:
    """Show a card per file and what is wrong between them; read again where corrected."""
    corrections: dict[str, ReadOptions] = {}
    before = state.corrections()
    for report in found.files:
        given = before.get(report.file, ReadOptions())
        corrections[report.file] = import_card(report, given)
    changed = {k: v for k, v in corrections.items() if v != ReadOptions()}
    if changed != dict(before):
        state.keep_corrections(changed)
        st.rerun()
    if found.relations:
        st.subheader(f"文件之间的问题（{len(found.relations)}）", anchor=False)
        problems_table(found.relations)
    if len(found.rejected):
        st.download_button(
            f"下载退回的 {len(found.rejected):,} 行（Excel，改好后再拖进来）",
            lambda: rejected_workbook(found.rejected),
            "退回的行.xlsx",
            _XLSX,
            key="data_rejected",
            on_click="ignore",
        )


def store_import(found: Import, project: Path | None) -> None:
    """Offer to store what was read, into the project or a new one, and do it."""
    target = project if project is not None else _new_project()
    waiting = {
        "ask": "请先回答上面的问题。",
        "refused": "请先去掉或改正无法读取的文件。",
    }
    if found.outcome in waiting:
        st.info(waiting[found.outcome])
    st.button(
        "确认导入",
        type="primary",
        key=Keys.CONFIRM,
        disabled=found.outcome in waiting or target is None,
        on_click=holding(_store),
        args=(found, target),
    )


def _store(found: Import, target: Path) -> None:
    seen = store.latest(target).number if target.exists() else 0
    names = "、".join(report.file for report in found.files)
    number = store.save_import(
        target,
        found,
        author=getpass.getuser(),
        message=f"导入 {names}"[:200],
        at=datetime.now().astimezone(),
        expected_version=seen,
    )
    state.set_project(target)
    state.imported(number)


def _new_project() -> Path | None:
    """Ask for a name; the project is made in the folder the app was started from."""
    name = st.text_input(
        "还没有项目。给新项目起个名字：", "社区用房", key=Keys.NEW_PROJECT, max_chars=40
    )
    if not name.strip():
        return None
    path = Path.cwd() / f"{safe_name(name.strip())}.gpkg"
    if path.exists() and not store.is_project(path):
        message = f"{path.name} 已存在，且不是 gridgis 项目文件"
        raise InputError(message, remedy="请换一个名字")
    st.html(
        fill(
            '<div class="gg-muted">{what}：{path}</div>',
            what="加入已有的项目文件" if path.exists() else "将新建项目文件",
            path=path,
        )
    )
    return path
