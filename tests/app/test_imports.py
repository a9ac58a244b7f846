"""数据: what was dropped is shown, corrected, and stored only when it is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from gridgis.ingest import ReadOptions
from gridgis.project import store
from gridgis.ui.state import Keys
from tests.app.conftest import said

Opened = Callable[[str | None], AppTest]

LEDGER = "社区代码,社区名称,户数,街道\nC1,东街社区,1200,东街街道\nC2,西街社区,约900,东街街道\n"
BROKEN = "社区代码,社区名称,户数\nC1,东街社区,-5\nC2,西街社区,900\n"


def dropped(app: AppTest, *files: tuple[str, str]) -> AppTest:
    """Drop files on the page."""
    ready = [(name, text.encode(), "text/csv") for name, text in files]
    return app.file_uploader[0].set_value(ready).run()


def test_a_file_is_accounted_for_row_by_row(empty: Opened) -> None:
    app = dropped(empty("imports"), ("社区.csv", LEDGER))

    assert not app.exception
    assert "读取 <b>2</b> 行 = 载入 <b>2</b>" in said(app)
    assert "✓ 可以导入" in said(app) or "! 可以导入" in said(app)


def test_nothing_is_stored_before_it_is_confirmed(
    empty: Opened, tmp_path: Path
) -> None:
    app = dropped(empty("imports"), ("社区.csv", LEDGER))
    assert not list(tmp_path.glob("*.gpkg"))

    app.button(key=Keys.CONFIRM).click().run()

    assert store.latest(tmp_path / "社区用房.gpkg").number == 1
    assert "第 1 版" in app.success[0].value
    app.switch_page("screens/overview.py").run()
    assert '<div class="n">2</div><div class="w">个社区</div>' in said(app)


def test_an_import_into_a_project_makes_its_next_version(
    opened: Opened, project: Path
) -> None:
    app = dropped(opened("imports"), ("社区.csv", LEDGER))

    app.button(key=Keys.CONFIRM).click().run()

    assert store.latest(project).number == 2
    households = store.load(project)["communities"].set_index("community_code")
    assert households.loc["C1", "households"] == 1200.0


def test_a_rejected_row_is_said_and_can_be_taken_away(empty: Opened) -> None:
    app = dropped(empty("imports"), ("社区.csv", BROKEN))

    assert "退回 <b>1</b>" in said(app)
    label = next(b.label for b in app.get("download_button"))
    assert label.startswith("下载退回的 1 行")


def test_a_column_can_be_mapped_by_hand(empty: Opened) -> None:
    text = LEDGER.replace("户数", "家家户户")
    app = dropped(empty("imports"), ("社区.csv", text))
    editor = next(e for e in app.data_editor if "given" in e.value)
    assert editor.value.set_index("given")["field"]["家家户户"] == ""

    app.session_state["_corrections"] = {
        "社区.csv": ReadOptions(mapping={"家家户户": "households"})
    }
    app.run()
    app.button(key=Keys.CONFIRM).click().run()

    data = store.load(Path("社区用房.gpkg"))["communities"]
    assert data["households"].tolist() == [1200.0, 900.0]


def test_a_file_that_cannot_be_read_stops_the_import(empty: Opened) -> None:
    app = dropped(empty("imports"), ("照片.xlsx", "not a workbook"))

    assert not app.exception
    assert "✗ 无法读取" in said(app)
    assert app.button(key=Keys.CONFIRM).disabled
