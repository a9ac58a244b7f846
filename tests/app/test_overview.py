"""总览: the figures, the red list, and the way from the county to one community."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from streamlit.testing.v1 import AppTest

from gridgis.governance.rollup import shares
from gridgis.pipeline import assess
from gridgis.project import store
from gridgis.rules.packs import load_pack
from gridgis.ui.state import Keys
from tests.app.conftest import said

Opened = Callable[[str | None], AppTest]


def test_the_figures_are_those_of_assess(opened: Opened, project: Path) -> None:
    app = opened(None)

    on = app.date_input(key=Keys.DAY).value
    assert isinstance(on, date)
    results = assess(store.load(project), [load_pack("county")], on)
    counted = shares(results.subjects["community"]["colour"])["count"]
    assert counted["red"] == 1
    for name, count in counted[counted > 0].items():
        assert f'gg-{name}"><span class="s">' in said(app)
        assert f'<div class="n">{count}</div>' in said(app)


def test_the_red_list_says_what_lacks(opened: Opened) -> None:
    app = opened(None)

    sentence = app.button(key="attention-community-C2").label

    assert "西街社区" in sentence
    assert "社区办公和服务用房面积还差 74 ㎡" in sentence


def test_a_row_of_the_red_list_opens_the_sheet_and_back_closes_it(
    opened: Opened,
) -> None:
    app = opened(None)

    app.button(key="attention-community-C2").click().run()
    assert "应配 300 ㎡；实有 226 ㎡；还差 74 ㎡" in said(app)
    assert "全县 › 西街社区" in said(app)

    app.button(key=Keys.BACK).click().run()
    assert "应配 300 ㎡" not in said(app)


def test_an_estate_of_the_red_list_shows_its_arithmetic(opened: Opened) -> None:
    app = opened(None)

    app.button(key="attention-estate-D").click().run()

    assert "1,237 户 × 50 ㎡ ÷ 100 = 618.5 ㎡" in said(app)
    assert "实有 = 420 + 124.5 = 544.5 ㎡（2 间）" in said(app)


def test_choosing_a_street_leaves_its_communities(opened: Opened) -> None:
    app = opened(None)

    app.selectbox(key=f"{Keys.STREET}-None").select("西城街道").run()

    assert '<div class="n">2</div><div class="w">个社区</div>' in said(app)


def test_another_pack_changes_what_is_asked(opened: Opened) -> None:
    app = opened(None)

    app.multiselect(key=Keys.PACKS).set_value(["district"]).run()
    app.button(key="attention-community-C2").click().run()

    assert "应配 400 ㎡；实有 226 ㎡；还差 174 ㎡" in said(app)
