"""From verdicts to a county at a glance, on numbers that can be counted by hand."""

from __future__ import annotations

import pandas as pd

from gridgis.governance.rollup import attention, by_street, gap_of, shares

TITLES = pd.Series({"S01": "面积", "S02": "场地", "A1": "集中"})


def verdict(
    code: str,
    rule: str,
    outcome: str,
    *,
    lacks: float = 0.0,
    asked: float = 300.0,
    level: str = "mandatory",
) -> dict[str, object]:
    """Return one verdict."""
    return {
        "rule_id": rule,
        "subject_kind": "community",
        "subject_code": code,
        "subject_name": f"{code}社区",
        "street": "东街",
        "outcome": outcome,
        "required": asked,
        "shortfall": lacks,
        "level": level,
        "reason": f"应配 {asked:g} ㎡；还差 {lacks:g} ㎡",
    }


def test_shares_name_every_colour_worst_first() -> None:
    table = shares(pd.Series(["green", "green", "green", "red"]))

    assert list(table.index) == ["red", "grey", "yellow", "green", "none"]
    assert table["count"].tolist() == [1, 0, 0, 3, 0]
    assert table["share"].tolist() == [0.25, 0.0, 0.0, 0.75, 0.0]


def test_shares_of_nothing_are_zero() -> None:
    assert shares(pd.Series([], dtype="str"))["share"].tolist() == [0.0] * 5


def test_by_street_puts_the_largest_red_share_first() -> None:
    subjects = pd.DataFrame(
        {
            "street": ["甲", "甲", "乙", "乙", None],
            "colour": ["red", "green", "red", "red", "green"],
        }
    )

    table = by_street(subjects)

    assert list(table.index) == ["乙", "甲", "（未填街道）"]
    assert table["red"].tolist() == [2, 1, 0]
    assert table["total"].tolist() == [2, 2, 1]


def test_gap_of_is_the_end_of_the_sentence() -> None:
    assert gap_of("应配 300 ㎡；实有 226 ㎡；还差 74 ㎡") == "还差 74 ㎡"


def test_attention_orders_by_mandatory_fails_then_by_size() -> None:
    verdicts = pd.DataFrame(
        [
            verdict("A", "S01", "fail", lacks=30.0),
            verdict("B", "S01", "fail", lacks=150.0),
            verdict("C", "S01", "fail", lacks=3.0),
            verdict("C", "S02", "fail", lacks=3.0),
            verdict("D", "A1", "fail", lacks=300.0, level="advisory"),
            verdict("E", "S01", "pass"),
        ]
    )

    table = attention(verdicts, TITLES)

    assert table["subject_code"].tolist() == ["C", "B", "A", "D"]
    assert table["colour"].tolist() == ["red", "red", "red", "yellow"]
    assert table["gap_share"].tolist() == [0.01, 0.5, 0.1, 0.0]
    assert table["sentence"][0] == "面积还差 3 ㎡；场地还差 3 ㎡"


def test_attention_of_passes_is_empty() -> None:
    table = attention(pd.DataFrame([verdict("A", "S01", "pass")]), TITLES)

    assert table.empty
    assert "sentence" in table
