"""The app as its users meet it: a real browser, and every outside host out of reach."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect
from small_county import save_project

from gridgis.project import store
from tests.browser.servers import free_port, wait_for

PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[str]:
    """Serve the app on a small project that no test changes."""
    project = save_project(tmp_path_factory.mktemp("project") / "测试县.gpkg")
    with serving(project, root) as found:
        yield found


@pytest.fixture
def app(address: str, page: Page) -> Page:
    """Open the app on the small project."""
    page.goto(address)
    return page


@contextmanager
def serving(project: Path, root: Path) -> Iterator[str]:
    """Serve the app on a project for the length of a block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(root))
        port = free_port()
        command = "from gridgis.cli import main; main()"
        start = [sys.executable, "-c", command, "app", str(project)]
        with subprocess.Popen(  # noqa: S603 - our own interpreter, our own program
            [*start, "--port", str(port), "--no-browser"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as server:
            try:
                wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def shapes(page: Page) -> tuple[FrameLocator, Locator]:
    """Return the frame of the map on the page, and the shapes in it."""
    frame = page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
    return frame, frame.locator("path.leaflet-interactive")


def go(page: Page, title: str) -> None:
    """Go to a page by its name in the navigation."""
    links = page.get_by_test_id("stSidebarNav")
    links.get_by_role("link", name=title, exact=True).click()


def cell(page: Page, table: Locator, x: float, y: float) -> None:
    """Click into a table, which is one drawing to the browser."""
    expect(table).to_be_visible(timeout=PATIENCE_MS)
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)


def test_a_click_on_the_map_goes_down_to_the_sheet_and_back_comes_up(app: Page) -> None:
    _, paths = shapes(app)
    expect(paths).to_have_count(4, timeout=PATIENCE_MS)

    paths.nth(1).click()
    expect(app.get_by_text("全县 › 东街街道")).to_be_visible(timeout=PATIENCE_MS)
    expect(paths).to_have_count(2, timeout=PATIENCE_MS)

    paths.nth(1).click()
    expect(app.get_by_text("应配 300 ㎡；实有 226 ㎡；还差 74 ㎡")).to_be_visible()

    app.get_by_role("button", name="← 返回").click()
    expect(app.get_by_text("应配 300 ㎡；实有 226 ㎡")).to_have_count(0)


def test_a_row_of_the_red_list_opens_its_sheet(app: Page) -> None:
    app.get_by_role("button", name=re.compile("西街社区.*还差 74 ㎡")).click()

    expect(app.get_by_text("应配 300 ㎡；实有 226 ㎡；还差 74 ㎡")).to_be_visible()


def test_polygon_and_row_select_each_other(app: Page) -> None:
    go(app, "达标核查")
    frame, paths = shapes(app)
    expect(paths).to_have_count(4, timeout=PATIENCE_MS)

    # The worst is drawn first, as it is listed first.
    paths.nth(0).click()
    heading = app.get_by_role("heading", name=re.compile("西街社区"))
    expect(heading).to_be_visible(timeout=PATIENCE_MS)

    # Then, in the second row, the community beside it.
    cell(app, app.get_by_test_id("stDataFrame").first, 18, 84)
    other = app.get_by_role("heading", name=re.compile("东街社区"))
    expect(other).to_be_visible(timeout=PATIENCE_MS)
    expect(frame.locator('path[stroke-width="4"]')).to_have_count(1)


def test_the_map_shows_the_rows_that_a_filter_leaves(app: Page) -> None:
    go(app, "达标核查")
    _, paths = shapes(app)
    expect(paths).to_have_count(4, timeout=PATIENCE_MS)

    app.get_by_label("名称或编号").fill("西街")
    app.get_by_label("名称或编号").press("Enter")

    expect(paths).to_have_count(1, timeout=PATIENCE_MS)
    expect(app.get_by_text("共 1 条")).to_be_visible()


def test_moving_the_map_does_not_load_it_again(app: Page) -> None:
    frame, paths = shapes(app)
    expect(paths).to_have_count(4, timeout=PATIENCE_MS)
    frame.locator("body").evaluate("body => { body.dataset.kept = 'yes'; }")

    frame.get_by_role("button", name="放大").click()
    app.get_by_role("button", name=re.compile("西街社区.*还差 74 ㎡")).click()
    expect(app.get_by_text("应配 300 ㎡；实有 226 ㎡；还差 74 ㎡")).to_be_visible()

    assert frame.locator("body").evaluate("body => body.dataset.kept") == "yes"


def test_households_typed_change_the_verdict(app: Page) -> None:
    go(app, "新建小区核算")
    expect(app.get_by_text(re.compile("还差 74 ㎡，或少 148 户"))).to_be_visible(
        timeout=PATIENCE_MS
    )

    # First phase, second column: 800 households become 652, and 652 + 437 = 1,089.
    cell(app, app.get_by_test_id("stDataFrame").first, 240, 50)
    app.keyboard.press("Enter")
    editor = app.locator("input.gdg-input")
    expect(editor).to_have_value("800")
    editor.fill("652")
    app.keyboard.press("Enter")

    passed = "应配 1,089 户 × 50 ㎡ ÷ 100 = 544.5 ㎡；实有 544.5 ㎡；正好达标"
    expect(app.get_by_text(passed)).to_be_visible(timeout=PATIENCE_MS)


def test_the_printed_sheet_is_one_file_that_says_the_same(
    app: Page, tmp_path: Path
) -> None:
    go(app, "新建小区核算")
    button = app.get_by_role("button", name="下载核算单")
    expect(button).to_be_visible(timeout=PATIENCE_MS)

    with app.expect_download() as download:
        button.click()
    path = tmp_path / "sheet.html"
    download.value.save_as(path)

    text = path.read_text(encoding="utf-8")
    assert "还差 74 ㎡，或少 148 户" in text
    assert "http" not in text


def messy_ledger(path: Path) -> Path:
    """Write a ledger as offices keep it: title, two-row header, units, a total."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "社区用房"
    for row in (
        ["测试县社区用房台账"],
        ["社区代码", "社区名称", "用房", None, None],
        [None, None, "名称", "用途", "建筑面积（㎡）"],
        ["C2", "西街社区", "新服务站", "服务用房", "约74㎡"],
        ["C2", "西街社区", "坏行", "办公用房", "-5"],
        ["合计", None, None, None, 74],
    ):
        sheet.append(row)
    for merged in ("A1:E1", "A2:A3", "B2:B3", "C2:E2"):
        sheet.merge_cells(merged)
    book.save(path)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the small project as a file of this test alone."""
    return save_project(tmp_path / "测试县.gpkg")


@pytest.fixture
def own_address(project: Path, root: Path) -> Iterator[str]:
    """Serve the app on that project."""
    with serving(project, root) as found:
        yield found


def test_a_messy_ledger_is_reported_confirmed_and_becomes_a_version(
    own_address: str, page: Page, project: Path, tmp_path: Path
) -> None:
    app = page
    app.goto(own_address)
    go(app, "数据")
    upload = app.locator('input[type="file"]')
    upload.set_input_files(messy_ledger(tmp_path / "台账.xlsx"))
    expect(app.get_by_text("以下只是读取结果，尚未保存任何内容。")).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(app.get_by_text(re.compile("下载退回的 1 行"))).to_be_visible()
    assert store.latest(project).number == 1

    app.get_by_role("button", name="确认导入").click()

    expect(app.get_by_text(re.compile("现在是第 2 版"))).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert store.latest(project).number == 2
    go(app, "总览")
    expect(app.get_by_role("button", name=re.compile("西街社区.*还差"))).to_have_count(
        0, timeout=PATIENCE_MS
    )
