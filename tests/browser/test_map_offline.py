"""map.html opened from disk with the network off: drawn, clickable, harmless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gridgis.outputs.offline import write_map
from tests.hostile import NAMES
from tests.test_maps import county

SHAPES = "path.leaflet-interactive"


@pytest.fixture(scope="module")
def map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the map of two honest communities and of all the hostile names."""
    target = tmp_path_factory.mktemp("map") / "map.html"
    write_map(county("西街社区", "南门社区", *NAMES), target)
    return target


@pytest.fixture
def opened(page: Page, map_file: Path) -> Iterator[tuple[Page, list[str]]]:
    """Open the file with no network; give the page and all it asked for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(offline=True)
    page.goto(map_file.as_uri())
    expect(page.locator(SHAPES).first).to_be_visible()
    yield page, asked
    assert page.evaluate("window.__x") is None
    outside = [url for url in asked if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert sum(url.startswith("file:") for url in asked) == 1


def test_every_community_is_drawn(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    expect(page.locator(SHAPES)).to_have_count(2 + len(NAMES))
    expect(page.locator(".gridgis-legend")).to_contain_text("✗ 不达标")


def test_hostile_names_are_shown_as_they_are(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    shown = page.locator(".page-row b").all_inner_texts()

    assert sorted(shown) == sorted(["西街社区", "南门社区", *NAMES])


def test_hovering_shows_name_state_and_shortfall(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened

    page.locator(SHAPES).first.hover()

    tip = page.locator(".gridgis-tooltip")
    expect(tip).to_contain_text("西街社区")
    expect(tip).to_contain_text("✗ 不达标")
    expect(tip).to_contain_text("还差 74 ㎡")


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_a_hostile_name_does_nothing_in_tooltip_and_sheet(
    opened: tuple[Page, list[str]], place: int
) -> None:
    page, _ = opened
    shape = page.locator(SHAPES).nth(2 + place)

    shape.hover()
    expect(page.locator(".gridgis-tooltip .gridgis-name")).to_have_text(NAMES[place])
    shape.click()

    expect(page.locator("#page-sheet h2")).to_have_text(NAMES[place])


def test_clicking_a_community_opens_its_arithmetic_and_back(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened

    page.locator(SHAPES).first.click()

    sheet = page.locator("#page-sheet")
    expect(sheet).to_contain_text("应配 300 ㎡；实有 226 ㎡；还差 74 ㎡")
    expect(sheet).to_contain_text("三（二）")
    page.get_by_role("button", name="返回列表").click()
    expect(sheet).to_be_hidden()
    expect(page.locator("#page-list")).to_be_visible()


def test_a_row_of_the_list_brings_its_community_into_the_middle(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened
    zoom = page.evaluate("gridgis.map.getZoom()")

    page.locator(".page-row", has_text="南门社区").click()

    assert page.evaluate("gridgis.map.getZoom()") > zoom
    box = page.locator(".folium-map").bounding_box()
    label = page.locator(".gridgis-label", has_text="南门社区").bounding_box()
    assert box is not None
    assert label is not None
    assert abs(label["x"] - (box["x"] + box["width"] / 2)) < box["width"] / 8


def test_the_search_finds_by_name_and_says_when_it_finds_nothing(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened
    find = page.get_by_placeholder("名称、编号或街道")

    find.fill("南门")
    expect(page.locator(".page-row")).to_have_count(1)
    find.fill("没有这个社区")

    expect(page.locator("#page-list")).to_contain_text("没有符合条件的对象")


def test_another_rule_recolours_the_map(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    red = page.locator(f'{SHAPES}[fill="#D55E00"]')
    green = page.locator(f'{SHAPES}[fill="#009E73"]')
    expect(red).to_have_count(2 + len(NAMES))

    # One office of 226 ㎡ is one place: concentrated, though too small.
    page.get_by_label("按规则看").select_option(label="社区用房相对集中（建议）")

    expect(green).to_have_count(2 + len(NAMES))
    expect(page.locator(".gridgis-legend")).to_contain_text("社区用房相对集中")


def test_patterns_replace_plain_colours_for_print(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened

    page.get_by_label("印刷图案").check()

    hatched = page.locator(f'{SHAPES}[fill="url(#gridgis-red)"]')
    expect(hatched).to_have_count(2 + len(NAMES))
    assert page.locator("pattern#gridgis-red path").get_attribute("d")


def test_rooms_can_be_switched_on_and_named(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    page.get_by_label("用房与场地").check()
    dots = page.locator(f'{SHAPES}[fill="#26364d"]')
    expect(dots).to_have_count(2 + len(NAMES))
    dots.first.hover()

    expect(page.locator(".gridgis-tooltip")).to_contain_text("226 ㎡")


def test_many_shapes_are_painted_on_one_canvas_and_answer_clicks(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gridgis.outputs import maps

    monkeypatch.setattr(maps, "_CANVAS_ABOVE", 1)
    write_map(county("西街社区", "南门社区"), tmp_path / "map.html")
    page.goto((tmp_path / "map.html").as_uri())
    expect(page.locator(".folium-map canvas").first).to_be_visible()
    assert page.locator(SHAPES).count() == 0

    page.get_by_label("印刷图案").check()
    place = page.evaluate(
        "(() => { const at = gridgis.map.latLngToContainerPoint("
        "gridgis.data.layers[0].anchors[0]); return [at.x, at.y]; })()"
    )
    page.locator(".folium-map").click(position={"x": place[0], "y": place[1]})

    expect(page.locator("#page-sheet h2")).to_have_text("西街社区")
