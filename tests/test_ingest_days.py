"""Days, storeys, years and yes/no as people write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from gridgis.ingest.days import read_day, read_flag, read_storeys, read_year


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-03-05", date(2024, 3, 5)),
        ("2024/3/5", date(2024, 3, 5)),
        ("2024.3.5", date(2024, 3, 5)),
        ("2024年3月5日", date(2024, 3, 5)),
        ("20240305", date(2024, 3, 5)),
        ("2024-03-05 00:00:00", date(2024, 3, 5)),
        (datetime(2024, 3, 5, 9, 30), date(2024, 3, 5)),  # noqa: DTZ001  as Excel gives it
        # Excel's own count: 45356 days after 1899-12-30.
        (45356.0, date(2024, 3, 5)),
    ],
)
def test_read_day_reads_exact_days(cell: object, day: date) -> None:
    found = read_day(cell)

    assert (found.value, found.mark) == (day, "")


@pytest.mark.parametrize(
    ("cell", "day", "mark"),
    [
        ("2024.3", date(2024, 3, 31), "about"),
        ("2024年2月", date(2024, 2, 29), "about"),
        ("2023年", date(2023, 12, 31), "about"),
        ("2022年底前", date(2022, 12, 31), "at_most"),
        ("2024年11月上旬", date(2024, 11, 10), "about"),
        ("2024年11月中旬前", date(2024, 11, 20), "at_most"),
        ("2024年11月下旬", date(2024, 11, 30), "about"),
        (2024.11, date(2024, 11, 30), "about"),
    ],
)
def test_read_day_takes_the_last_day_of_a_period_and_marks_it(
    cell: object, day: date, mark: str
) -> None:
    found = read_day(cell)

    assert (found.value, found.mark) == (day, mark)


@pytest.mark.parametrize(
    "cell", ["2024-13-01", "2024-02-30", "年底", "明年", 12.5, "0000-01"]
)
def test_read_day_refuses_what_is_no_day(cell: object) -> None:
    found = read_day(cell)

    assert found.value is None
    assert found.fault is not None


def test_read_day_asks_about_a_month_that_may_have_lost_its_nought() -> None:
    # 2024.10 kept as a number is 2024.1: January or October.
    found = read_day(2024.1)

    assert found.fault is not None
    assert found.fault.code == "GG-DATE-002"


@pytest.mark.parametrize(
    ("cell", "storeys"),
    [
        ("1樓、2樓", (1, 2)),
        ("1樓、1", (1, 1)),
        ("1樓至3樓", (1, 3)),
        ("1-2", (1, 2)),
        ("1-2樓", (1, 2)),
        ("一層樓", (1, 1)),
        ("负一层", (-1, -1)),
        ("地下一层", (-1, -1)),
        ("B1", (-1, -1)),
        ("-1", (-1, -1)),
        ("-1至2层", (-1, 2)),
        ("1F", (1, 1)),
        ("一楼", (1, 1)),
        ("底层", (1, 1)),
        ("十二层", (12, 12)),
        (2.0, (2, 2)),
    ],
)
def test_read_storeys_gives_lowest_and_highest(
    cell: object, storeys: tuple[int, int]
) -> None:
    assert read_storeys(cell).value == storeys


def test_read_storeys_knows_words_that_tell_no_number() -> None:
    found = read_storeys("裙楼")

    assert found.value is None
    assert found.note is not None
    assert found.fault is None


def test_read_storeys_refuses_what_is_no_storey() -> None:
    found = read_storeys("东侧")

    assert found.fault is not None


@pytest.mark.parametrize(
    ("cell", "flag"),
    [("是", True), ("有", True), ("√", True), ("1", True), (1.0, True), ("Y", True), ("已签", True),
     ("否", False), ("无", False), ("×", False), (0.0, False), ("未移交", False)],
)  # fmt: skip
def test_read_flag_reads_yes_and_no(cell: object, *, flag: bool) -> None:
    assert read_flag(cell).value is flag


def test_read_flag_leaves_blanks_unknown_and_refuses_the_rest() -> None:
    assert read_flag("").value is None
    assert read_flag("待定").fault is None
    assert read_flag("也许").fault is not None


@pytest.mark.parametrize(
    "cell", ["2024", 2024.0, "2024年度", "2024-03", date(2024, 5, 1)]
)
def test_read_year_takes_the_year_of_a_period(cell: object) -> None:
    assert read_year(cell).value == 2024.0


def test_read_year_refuses_what_names_none() -> None:
    assert read_year("去年").fault is not None
