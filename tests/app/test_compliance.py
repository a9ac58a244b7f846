"""达标核查: the filters, the table that is also the map's, the arithmetic, the export."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from gridgis.ui.state import Keys, Subject
from tests.app.conftest import said

Opened = Callable[[str | None], AppTest]


def names(app: AppTest) -> list[str]:
    """Return the names in the table."""
    return app.dataframe[0].value["名称"].tolist()


def test_all_communities_are_listed_with_their_state(opened: Opened) -> None:
    app = opened("compliance")

    assert len(names(app)) == 4
    state = app.dataframe[0].value.set_index("编号")["状态"]
    assert state["C2"] == "✗ 不达标"


@pytest.mark.parametrize(
    ("key", "value", "left"),
    [
        (Keys.FILTER_STREET, "东街街道", ["西街社区", "东街社区"]),
        (Keys.FILTER_OUTCOME, "red", ["西街社区"]),
    ],
)
def test_a_filter_leaves_the_rows_it_names(
    opened: Opened, key: str, value: str, left: list[str]
) -> None:
    app = opened("compliance")

    app.selectbox(key=key).select(value).run()

    assert names(app) == left


def test_names_are_found_as_they_are_written(opened: Opened) -> None:
    app = opened("compliance")

    app.text_input(key=Keys.FILTER_NAME).set_value("<img").run()
    assert len(names(app)) == 1

    app.text_input(key=Keys.FILTER_NAME).set_value("没有这个").run()
    assert "没有符合筛选条件的记录" in app.info[0].value


def test_one_rule_shows_its_numbers(opened: Opened) -> None:
    app = opened("compliance")

    app.selectbox(key=Keys.FILTER_RULE).select("S01").run()

    table = app.dataframe[0].value.set_index("编号")
    assert table.loc["C1", "实有（㎡）"] == 350.0
    assert table.loc["C2", "余缺（㎡）"] == -74.0
    assert table["应有（㎡）"].tolist() == [300.0] * 4
    assert table["实有（㎡）"].isna().tolist() == [False, True, False, False]


def test_estates_have_rows_and_rules_of_their_own(opened: Opened) -> None:
    app = opened("compliance")

    app.selectbox(key=Keys.FILTER_KIND).select("estate").run()
    app.selectbox(key=Keys.FILTER_RULE).select("S04").run()

    assert names(app) == ["花园"]
    assert app.dataframe[0].value["余缺（㎡）"].tolist() == [-74.0]


def test_a_selected_subject_shows_its_sheet(opened: Opened) -> None:
    app = opened("compliance")

    app.session_state["_selected"] = Subject("community", "C1")
    app.run()

    assert "实有 = 200 + 150 = 350 ㎡（2 间）" in said(app)
