"""Numbers and codes as a reader meets them."""

from __future__ import annotations

import math

import pytest

from gridgis.tables import TABLES
from gridgis.wording import CHOICES, amount, with_unit, word


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (618.5, "618.5"),
        (1237.0, "1,237"),
        (0.0, "0"),
        (300.004, "300.004"),
        (299.996, "299.996"),
        (10_000.0022, "10,000.002"),
        (0.8235, "0.8235"),
        (0.1 + 0.2, "0.3"),
        (300.0000000001, "300"),
        (-5.25, "-5.25"),
        (math.nan, "未知"),
        (math.inf, "不限"),
    ],
)
def test_amounts_are_written_as_a_person_would(value, text):
    assert amount(value) == text


def test_a_share_is_shown_as_per_cent_and_an_area_with_its_unit():
    assert with_unit(0.6, "share") == "60 %"
    assert with_unit(74.0, "㎡") == "74 ㎡"


def test_every_code_a_table_can_hold_has_a_word():
    for spec in TABLES.values():
        for column in spec.columns:
            assert set(column.choices) <= set(CHOICES.get(column.name, {})), column.name


def test_a_code_without_a_word_is_shown_as_it_is():
    assert word("use", "sauna") == "sauna"
