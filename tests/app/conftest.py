"""The app opened on a small project, or on none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_county import save_project
from streamlit.testing.v1 import AppTest

from gridgis.ui import environment

MAIN = Path(__file__).parents[2] / "gridgis" / "ui" / "main.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the small project as a file."""
    return save_project(tmp_path / "测试县.gpkg")


@pytest.fixture
def opened(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str | None], AppTest]:
    """Return a function that opens a page of the app on the project."""
    monkeypatch.setenv(environment.PROJECT, str(project))
    return page_of_app


@pytest.fixture
def empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str | None], AppTest]:
    """Return a function that opens a page of the app without a project."""
    monkeypatch.delenv(environment.PROJECT, raising=False)
    monkeypatch.chdir(tmp_path)
    return page_of_app


def page_of_app(page: str | None = None) -> AppTest:
    """Run the app and go to a page; the first one where none is named."""
    app = AppTest.from_file(str(MAIN), default_timeout=60).run()
    return app if page is None else app.switch_page(f"screens/{page}.py").run()


def said(app: AppTest) -> str:
    """Return everything a page says in its own HTML."""
    return "\n".join(str(part.proto.body) for part in app.get("html"))
