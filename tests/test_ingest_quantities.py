"""Numbers in cells: each case of inputs.md A01–A26 by hand, and the round trip."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgis.ingest.quantities import read_number, unit_of


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("300平方米", 300.0),
        ("300 m2", 300.0),
        ("300m²", 300.0),
        ("300㎡", 300.0),
        ("300平米", 300.0),
        ("300平", 300.0),
        ("0.03万㎡", 300.0),
        ("0.03万", 300.0),
        ("３００．５", 300.5),
        ("１，２００", 1200.0),
        ("1,280平方公尺", 1280.0),
        ("1,033.66平方公尺", 1033.66),
        (" 300\u00a0", 300.0),
        ("3百", 300.0),
        ("1.5亩", 1000.0),
        ("2公顷", 20_000.0),
        ("0.5平方公里", 500_000.0),
        ("三百", 300.0),
        ("一百二十", 120.0),
        ("两千零三", 2003.0),
        ("三百零五", 305.0),
        ("十五", 15.0),
        ("一万二千", 12_000.0),
        ("一万零二", 10_002.0),
        ("三〇〇", 300.0),
        ("1.2e3", 1200.0),
        (300, 300.0),
        (300.5, 300.5),
    ],
)
def test_read_number_takes_units_widths_and_numerals(
    cell: object, value: float
) -> None:
    found = read_number(cell, "㎡")

    assert found.value == value
    assert found.mark == ""
    assert found.fault is None


@pytest.mark.parametrize(
    ("cell", "value", "mark"),
    [
        ("约300㎡", 300.0, "about"),
        ("300左右", 300.0, "about"),
        ("大约三百平米", 300.0, "about"),
        ("300余", 300.0, "at_least"),
        ("300多平方米", 300.0, "at_least"),
        ("300㎡以上", 300.0, "at_least"),
        ("不少于300", 300.0, "at_least"),
        ("100余万", 1_000_000.0, "at_least"),
        ("近300", 300.0, "at_most"),
        ("不足300㎡", 300.0, "at_most"),
        ("300以内", 300.0, "at_most"),
    ],
)
def test_read_number_marks_what_is_not_exact(
    cell: str, value: float, mark: str
) -> None:
    found = read_number(cell, "㎡")

    assert (found.value, found.mark, found.fault) == (value, mark, None)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "  ",
        "/",
        "-",
        "—",
        "待定",
        "无",
        "暂缺",
        "N/A",
        "#DIV/0!",
        "#N/A",
        None,
        math.nan,
    ],
)
def test_read_number_takes_placeholders_for_unknown(cell: object) -> None:
    found = read_number("" if cell is None else cell, "㎡")

    assert found.value is None
    assert found.fault is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("-5", "GG-NUM-003"),
        (-5.0, "GG-NUM-003"),
        ("300-350", "GG-NUM-002"),
        ("300～350", "GG-NUM-002"),
        ("300至350㎡", "GG-NUM-002"),
        ("300/400", "GG-NUM-002"),
        ("1e999", "GG-NUM-004"),
        ("inf", "GG-NUM-004"),
        ("nan", "GG-NUM-004"),
        (math.inf, "GG-NUM-004"),
        ("1,20", "GG-NUM-001"),
        ("办公120，活动80", "GG-NUM-001"),
        ("三百五", "GG-NUM-001"),
        ("一万二", "GG-NUM-001"),
        ("约300以上", "GG-NUM-001"),
        ("300户", "GG-NUM-007"),
        (True, "GG-NUM-001"),
    ],
)
def test_read_number_refuses_what_it_would_have_to_guess(
    cell: object, code: str
) -> None:
    found = read_number(cell, "㎡")

    assert found.value is None
    assert found.fault is not None
    assert found.fault.code == code


def test_read_number_takes_the_unit_of_the_header_where_the_cell_has_none() -> None:
    stated = unit_of("万㎡")

    assert read_number("0.03", "㎡", stated=stated).value == 300.0
    assert read_number(0.03, "㎡", stated=stated).value == 300.0
    assert read_number("300㎡", "㎡", stated=stated).value == 300.0


def test_read_number_refuses_ten_thousand_stated_twice() -> None:
    found = read_number("0.03万", "㎡", stated=unit_of("万㎡"))

    assert found.fault is not None
    assert found.fault.code == "GG-NUM-006"


def test_read_number_refuses_a_broken_count() -> None:
    assert read_number("1200户", "户", whole=True).value == 1200.0
    assert read_number("0.12万户", "户", whole=True).value == 1200.0
    found = read_number(3.5, "户", whole=True)
    assert found.fault is not None
    assert found.fault.code == "GG-NUM-005"


def test_read_number_reads_money_in_yuan() -> None:
    assert read_number("12万元", "元").value == 120_000.0
    assert read_number("12", "元", stated=unit_of("万元")).value == 120_000.0


@given(
    number=st.decimals(0, 10**9, places=2, allow_nan=False),
    unit=st.sampled_from(["", "㎡", "平方米", " m2"]),
    thousands=st.booleans(),
    wide=st.booleans(),
)
def test_read_number_gives_back_every_number_written(
    number: object, unit: str, *, thousands: bool, wide: bool
) -> None:
    written = f"{number:,}" if thousands else str(number)
    if wide:
        written = written.translate(
            str.maketrans("0123456789.,", "０１２３４５６７８９．，")
        )

    found = read_number(written + unit, "㎡")

    assert found.fault is None
    assert found.value == pytest.approx(float(str(number)), rel=1e-11)


@given(st.text(max_size=12))
def test_read_number_never_invents_a_number(cell: str) -> None:
    found = read_number(cell, "㎡")

    if found.value is not None:
        assert any(char.isnumeric() for char in cell)
        assert isinstance(found.value, float)
        assert found.value >= 0.0
        assert math.isfinite(found.value)
