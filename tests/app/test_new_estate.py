"""新建小区核算: what is typed is judged by the rules of the county, at every change."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from gridgis.ui.state import Keys
from tests.app.conftest import said

Opened = Callable[[str | None], AppTest]


def test_the_example_lacks_74_square_metres_and_says_how(empty: Opened) -> None:
    app = empty("new_estate")

    assert "应配 1,237 户 × 50 ㎡ ÷ 100 = 618.5 ㎡；实有 544.5 ㎡；还差 74 ㎡" in said(
        app
    )
    assert "实有 = 420 + 124.5 = 544.5 ㎡（2 间）" in said(app)
    assert "另一读法（不足百户按百户计）：应配 650 ㎡" in said(app)
    changes = app.dataframe[-1].value["最小改动"].tolist()
    assert changes == ["加 74 ㎡集中用房", "减 148 户"]


def test_more_room_turns_the_verdict(empty: Opened) -> None:
    app = empty("new_estate")

    app.slider(key=Keys.MORE_AREA).set_value(70).run()
    assert "结论不变" in app.info[0].value

    app.slider(key=Keys.MORE_AREA).set_value(80).run()
    assert "不达标 → <b>达标</b>" in said(app)


def test_a_pack_chosen_is_a_pack_judged_by(empty: Opened) -> None:
    app = empty("new_estate")

    app.multiselect(key=Keys.SCHEME_PACKS).set_value(["elderly"]).run()

    assert "应配 1,237 户 × 30 ㎡ ÷ 100 = 371.1 ㎡；实有 0 ㎡" in said(app)
    assert "618.5" not in said(app)


def test_rooms_not_all_listed_leave_the_use_unknown(empty: Opened) -> None:
    app = empty("new_estate")
    app.multiselect(key=Keys.SCHEME_PACKS).set_value(["elderly"]).run()

    app.checkbox(key=Keys.COMPLETE).uncheck().run()

    assert "无法判定" in said(app)


def test_schemes_put_aside_stand_side_by_side(empty: Opened) -> None:
    app = empty("new_estate")

    app.button(key=Keys.SAVE).click().run()
    app.text_input(key=Keys.SCHEME_NAME).set_value("方案乙").run()
    app.button(key=Keys.SAVE).click().run()

    table = app.dataframe[-1].value
    assert list(table) == ["规则", "新建小区", "方案乙"]
    assert table["方案乙"].str.contains("还差 74 ㎡").sum() == 1
