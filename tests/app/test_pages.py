"""Every page opens, with a project and without, and none shows a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gridgis.ui import environment
from tests.app.conftest import page_of_app, said

PAGES = ("overview", "compliance", "new_estate", "imports")
Opened = Callable[[str | None], AppTest]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_a_project(opened: Opened, page: str) -> None:
    app = opened(page)

    assert not app.exception
    assert "测试县" in said(app)
    assert "第 1 版" in said(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_a_project_and_says_what_to_do(
    empty: Opened, page: str
) -> None:
    app = empty(page)

    assert not app.exception
    if page == "new_estate":
        assert "结论" in said(app)
    else:
        assert "还没有" in said(app)


@pytest.mark.parametrize("page", PAGES[:2])
def test_a_missing_project_file_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv(environment.PROJECT, str(tmp_path / "没有.gpkg"))

    app = page_of_app(page)

    assert not app.exception
    assert "找不到项目文件 没有.gpkg" in said(app)


def test_a_file_that_is_no_project_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "照片.gpkg"
    path.write_bytes(b"not a database" * 100)
    monkeypatch.setenv(environment.PROJECT, str(path))

    app = page_of_app()

    assert not app.exception
    assert "不是 gridgis 项目文件" in said(app)


def test_a_name_that_is_code_is_shown_as_text(opened: Opened) -> None:
    app = opened("compliance")
    app.session_state["_selected"] = None
    labels = [button.label for button in app.button]

    assert "<img" not in said(app)
    assert not any("<img" in label for label in labels)
