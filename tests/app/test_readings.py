"""The readings of unclear clauses: chosen above the page, in force on all pages."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from gridgis.ui.state import Keys, reading_key
from tests.app.conftest import said

Opened = Callable[[str | None], AppTest]

AS_PACKED = "应配 1,237 户 × 50 ㎡ ÷ 100 = 618.5 ㎡"
ROUNDED_UP = "应配 1,237 户 → 13 个 100 户 × 50 ㎡ = 650 ㎡"


def test_a_reading_chosen_is_what_estates_are_judged_by(opened: Opened) -> None:
    app = opened("new_estate")
    assert AS_PACKED in said(app)

    app.selectbox(key=reading_key("household_rounding")).set_value(
        "full_steps_up"
    ).run()

    assert ROUNDED_UP in said(app)
    assert AS_PACKED not in said(app)
    assert "另一读法（按户数比例折算）：应配 618.5 ㎡" in said(app)


def test_a_reading_taken_back_is_the_packs_own_again(opened: Opened) -> None:
    app = opened("new_estate")
    rounding = app.selectbox(key=reading_key("household_rounding"))

    rounding.set_value("full_steps_up").run()
    app.selectbox(key=reading_key("household_rounding")).set_value("pro_rata").run()

    assert AS_PACKED in said(app)


def test_every_clause_that_can_be_read_otherwise_is_asked_once(opened: Opened) -> None:
    app = opened("overview")
    app.multiselect(key=Keys.PACKS).set_value(["county", "elderly"]).run()

    keys = [widget.key for widget in (*app.selectbox, *app.number_input)]

    assert keys.count(reading_key("household_rounding")) == 1
    assert keys.count(reading_key("cluster_distance_m")) == 1
    assert not app.exception
