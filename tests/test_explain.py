"""The sheet of a subject, the rows of a page, and both as files."""

from __future__ import annotations

from html.parser import HTMLParser
from io import BytesIO

import builders
import openpyxl
import pandas as pd
import pytest
from hostile import NAMES as PAYLOADS

from gridgis.outputs.explain import explain, sum_in_words
from gridgis.outputs.extract import matching, shown_rows, titled
from gridgis.outputs.scheme_sheet import scheme_sheet
from gridgis.outputs.tablefile import csv_bytes, xlsx_bytes
from gridgis.pipeline import Results, assess
from gridgis.rules.packs import load_pack
from gridgis.scheme import example, judge, remedies

PACKS = [load_pack("county")]


def room(number: int, community: str, area_m2: float, use: str) -> dict[str, object]:
    """Return a room in use."""
    return {
        "facility_id": f"F{number}",
        "name": f"用房{number}",
        "community_code": community,
        "use": use,
        "floor_area_m2": area_m2,
        "status": "in_use",
        "site_id": "甲",
    }


TAGS = set(
    "html head meta title style body h1 h2 p b br table tr th td div span ul li".split()  # noqa: SIM905 - a list to be read
)


class Read(HTMLParser):
    """What a browser makes of a page: tags, attributes and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


@pytest.fixture(scope="module")
def results() -> Results:
    """Judge two communities: 200 + 150 ㎡ and property rooms; and 226 ㎡."""
    data = builders.dataset(
        communities=builders.communities("东街社区", "西街社区"),
        facilities=[
            room(1, "C1", 200.0, "office"),
            room(2, "C1", 150.0, "service"),
            room(3, "C1", 95.0, "property_rooms"),
            room(4, "C2", 226.0, "office"),
        ],
    )
    return assess(data, PACKS, builders.DAY)


def test_a_sheet_has_every_rule_with_what_counted_and_what_not(
    results: Results,
) -> None:
    sheet = explain(results, "community", "C1")

    rules = {rule.rule_id: rule for rule in sheet.rules}
    assert set(rules) == {"S01", "S01-C", "S01-R", "S13-U", "S13-T"}
    area = rules["S01"]
    assert area.arithmetic == "实有 = 200 + 150 = 350 ㎡（2 间）"
    assert (area.measured, area.required, area.margin) == ("350 ㎡", "300 ㎡", "50 ㎡")
    assert area.counted["item_name"].tolist() == ["用房1", "用房2"]
    assert area.left_out["item_name"].tolist() == ["用房3"]
    assert area.left_out["why"].tolist() == ["用途不符：物业用房"]
    assert area.part == pytest.approx(350 / 300)


def test_the_worst_rule_comes_first(results: Results) -> None:
    sheet = explain(results, "community", "C2")

    assert sheet.rules[0].rule_id == "S01"
    assert sheet.rules[0].outcome_word == "不达标"


def test_a_maximum_has_no_bar_to_fill(results: Results) -> None:
    rules = {r.rule_id: r for r in explain(results, "community", "C1").rules}

    assert rules["S01-R"].part is None


def test_one_room_is_its_own_sum() -> None:
    counted = pd.DataFrame({"amount": [226.0]})

    assert sum_in_words(counted, "226 ㎡") == "实有 = 226 ㎡（1 间）"
    assert sum_in_words(counted.iloc[:0], "0 ㎡") == ""


def test_rows_under_one_rule_have_its_numbers(results: Results) -> None:
    rows = shown_rows(results, "community", "S01")

    assert rows.index.tolist() == ["C2", "C1"]
    assert rows["measured"].tolist() == [226.0, 350.0]
    assert rows["margin"].tolist() == [-74.0, 50.0]


def test_shares_are_shown_as_per_cent(results: Results) -> None:
    rows = shown_rows(results, "community", "S01-C")

    assert rows["required"].tolist() == [50.0, 50.0]
    assert "应有（%）" in titled(rows, "share")


def test_rows_over_all_rules_say_what_lacks_or_is_unknown(results: Results) -> None:
    rows = shown_rows(results, "community", None)

    assert "社区办公和服务用房面积还差 74 ㎡" in rows.loc["C2", "reason"]
    assert "未提供“经费”表" in rows.loc["C1", "reason"]


def test_matching_takes_text_literally(results: Results) -> None:
    rows = shown_rows(results, "community", None)

    assert list(matching(rows, text=" 西街 ").index) == ["C2"]
    assert list(matching(rows, text="C1").index) == ["C1"]
    assert matching(rows, text=".*").empty
    assert matching(rows, street="没有").empty
    assert list(matching(rows, colour="red").index) == ["C2"]


def test_files_hold_the_rows_shown(results: Results) -> None:
    table = titled(shown_rows(results, "community", "S01"), "㎡")

    csv = pd.read_csv(BytesIO(csv_bytes(table)))
    book = openpyxl.load_workbook(BytesIO(xlsx_bytes(table, "达标核查")))
    cells = list(book.active.values)
    assert csv["余缺（㎡）"].tolist() == [-74.0, 50.0]
    assert list(cells[0]) == list(table)
    assert [row[list(table).index("实有（㎡）")] for row in cells[1:]] == [226.0, 350.0]


def test_text_like_a_formula_stays_text() -> None:
    table = pd.DataFrame({"名称": ["=1+1", "@x"], "面积": [-5.0, 2.0]})

    text = csv_bytes(table).decode("utf-8-sig").splitlines()
    book = openpyxl.load_workbook(BytesIO(xlsx_bytes(table, "表")))
    assert text[1:] == ["'=1+1,-5.0", "'@x,2.0"]
    assert book.active["A2"].data_type == "s"
    assert book.active["A2"].value == "=1+1"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_printed_sheet_shows_names_as_text(payload: str) -> None:
    scheme = example()
    rooms = scheme.rooms.assign(name=[payload, payload, payload])
    hostile = type(scheme)(payload, scheme.phases, rooms)
    results = judge(hostile, PACKS, builders.DAY)

    page = scheme_sheet(
        hostile, results, remedies(hostile, PACKS, builders.DAY, results)
    )

    read = Read()
    read.feed(page)
    assert payload in "".join(read.texts)
    assert read.tags <= TAGS
    assert read.attributes <= {"lang", "charset", "class"}


def test_the_printed_sheet_has_inputs_sums_clauses_and_lines_to_sign() -> None:
    scheme = example()
    results = judge(scheme, PACKS, builders.DAY)

    page = scheme_sheet(scheme, results, remedies(scheme, PACKS, builders.DAY, results))

    for part in ("1,237", "124.5", "618.5 ㎡", "四（二）", "加 74 ㎡", "编制", "审核"):
        assert part in page
    assert "不计入：物业用房" in page
