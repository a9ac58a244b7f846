"""Cells that say something, but not what a rule may count on: each told, none lost."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from ledgers import loaded, text, workbook

from gridgis.errors import Problem
from gridgis.ingest import Import, formulas, read
from gridgis.ingest.quantities import read_number
from gridgis.tables import marked

ROOMS: list[object] = ["社区名称", "街道", "用途", "建筑面积", "使用现状"]


def problems(found: Import, code: str) -> list[Problem]:
    return [p for file in found.files for p in file.problems if p.code == code]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("在用", "in_use"),
        ("不在用", "idle"),
        ("空置", "idle"),
        ("已出租", "idle"),
        ("被占用", "idle"),
        ("待拆除", "closed"),
        ("已拆除", "closed"),
        ("已征收", "closed"),
        ("停用", "closed"),
        ("危房", "closed"),
        ("挪作他用", "unknown"),
        ("部分闲置", "unknown"),
        ("否", "unknown"),
        ("状态不明", "unknown"),
    ],
)
def test_only_a_word_that_means_it_gives_a_status(
    tmp_path: Path, word: str, status: str
) -> None:
    file = workbook(tmp_path / "a.xlsx", [ROOMS, ["甲", "一", "办公", 350, word]])

    rows = read([file]).data.tables["facilities"]

    assert rows["status"].tolist() == [status]


def test_a_status_not_understood_is_told_and_a_blank_stays_blank(
    tmp_path: Path,
) -> None:
    rows: list[list[object]] = [
        ROOMS,
        ["甲", "一", "办公", 350, "挪作他用"],
        ["乙", "一", "办公", 90, ""],
    ]

    found = read([workbook(tmp_path / "a.xlsx", rows)])

    (told,) = problems(found, "GG-WORD-001")
    assert (told.severity, told.row, told.value) == ("warn", 2, "挪作他用")
    assert "状态不明" in told.reason
    status = found.data.tables["facilities"]["status"]
    assert status.isna().tolist() == [False, True]


def test_every_count_of_a_row_keeps_its_own_mark(tmp_path: Path) -> None:
    file = text(
        tmp_path / "a.csv",
        "社区名称,街道,户数,人口,老年人口\n"
        "甲,一,不足1000,约3000,600\n"
        "乙,一,至多1000,3000,约600\n"
        "丙,一,超过3000,9000余,600多\n"
        "丁,一,约1200,3000,600\n",
    )

    rows = read([file]).data.tables["communities"]

    assert marked(rows, "households", "at_most").tolist() == [True, True, False, False]
    assert marked(rows, "households", "at_least").tolist() == [
        False, False, True, False,
    ]  # fmt: skip
    assert marked(rows, "households", "about").tolist() == [False, False, False, True]
    # “约600” is said of the elderly of 乙, not of its population.
    assert marked(rows, "population", "about").tolist() == [True, False, False, False]
    assert marked(rows, "population", "at_least").tolist() == [
        False, False, True, False,
    ]  # fmt: skip
    assert marked(rows, "elderly_population", "about").tolist() == [
        False, True, False, False,
    ]  # fmt: skip


def test_planned_dwellings_keep_their_bound(tmp_path: Path) -> None:
    file = text(tmp_path / "a.csv", "小区名称,规划户数,小区类型\n东园,600余,新建\n")

    rows = read([file]).data.tables["estates"]

    assert rows["planned_dwellings"].tolist() == [600.0]
    assert marked(rows, "planned_dwellings", "at_least").tolist() == [True]


def test_staff_from_a_wide_ledger_keep_their_marks(tmp_path: Path) -> None:
    file = text(
        tmp_path / "a.csv",
        "社区名称,街道,户数,年度,社区工作者人数,持证人数\n"
        "甲,一,900,2025,10余,约4\n乙,一,900,2025,8,3\n",
    )

    rows = read([file]).data.tables["staff"]

    assert marked(rows, "workers", "at_least").tolist() == [True, False]
    assert marked(rows, "certified", "about").tolist() == [True, False]


@pytest.mark.parametrize("label", ["平均", "均值", "总体", "共2处", "共 二 处"])
def test_a_row_that_sums_up_is_no_record(tmp_path: Path, label: str) -> None:
    rows: list[list[object]] = [
        ROOMS,
        ["甲", "一", "办公", 100, "在用"],
        ["共和", "一", "办公", 200, "在用"],
        [label, "", "", 150, ""],
    ]

    found = read([workbook(tmp_path / "a.xlsx", rows)])

    layer = found.files[0].layers[0]
    assert (layer.rows_read, layer.loaded, layer.blank) == (3, 2, 1)
    (told,) = problems(found, "GG-SUM-003")
    assert (told.severity, told.row) == ("note", 4)


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("社区名称,街道,用途,建筑面积", "甲,一,办公,100000.5", "建筑面积"),
        ("社区名称,街道,用途,建筑面积（万㎡）", "甲,一,办公,350", "建筑面积（万㎡）"),
        ("社区名称,街道,户数,人口", "甲,一,1000001,3000000", "户数"),
        ("社区名称,年度,运转经费（万元）", "甲,2025,120000", "运转经费（万元）"),
    ],
)
def test_a_figure_beyond_belief_is_loaded_and_told(
    tmp_path: Path, table: str, row: str, column: str
) -> None:
    found = read([text(tmp_path / "a.csv", f"{table}\n{row}\n")])

    (told,) = problems(found, "GG-NUM-009")
    assert (told.severity, told.row, told.column) == ("warn", 2, column)
    assert told.value in row.split(",")


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("社区名称,街道,用途,建筑面积", "甲,一,办公,100000"),
        ("社区名称,街道,户数,人口", "甲,一,1000000,3000000"),
        ("社区名称,年度,运转经费（万元）", "甲,2025,12"),
    ],
)
def test_a_figure_at_the_limit_is_not_told(
    tmp_path: Path, table: str, row: str
) -> None:
    found = read([text(tmp_path / "a.csv", f"{table}\n{row}\n")])

    assert problems(found, "GG-NUM-009") == []


def test_activities_cannot_take_more_than_the_room(tmp_path: Path) -> None:
    file = text(
        tmp_path / "a.csv",
        "社区名称,街道,用途,建筑面积,其中居民活动面积\n"
        "甲,一,办公,350,400\n乙,一,办公,350,350\n丙,一,办公,350余,400\n"
        "丁,一,办公,350,近400\n",
    )

    found = read([file])

    rows = found.data.tables["facilities"]
    assert rows["activity_area_m2"].isna().tolist() == [True, False, False, False]
    assert rows["floor_area_m2"].tolist() == [350.0] * 4
    (told,) = problems(found, "GG-AREA-016")
    assert (told.severity, told.row, told.value) == ("warn", 2, "400")


@pytest.mark.parametrize(("cell", "value"), [("350.", 350.0), ("1,200.㎡", 1200.0)])
def test_a_figure_may_end_in_its_point(cell: str, value: float) -> None:
    assert read_number(cell, "㎡").value == value


def with_errors(path: Path) -> Path:
    """Turn 1111 into a failed formula, and 2222 into one whose result is an empty text."""
    turned = path.with_name("b.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(turned, "w") as new:
        for info in old.infolist():
            body = old.read(info)
            if info.filename.startswith("xl/worksheets/"):
                body = re.sub(
                    rb'<c r="(\w+)"[^>]*><v>1111</v></c>',
                    rb'<c r="\1" t="e"><f>A1/0</f><v>#DIV/0!</v></c>',
                    body,
                )
                body = re.sub(
                    rb'<c r="(\w+)"[^>]*><v>2222</v></c>',
                    rb'<c r="\1" t="str"><f>""</f><v></v></c>',
                    body,
                )
            new.writestr(info, body)
    return turned


def test_formulas_without_a_result_are_unknown_and_told_once_a_column(
    tmp_path: Path,
) -> None:
    rows: list[list[object]] = [
        ["社区名称", "街道", "户数", "人口"],
        ["甲", "一", 900, 1111],
        ["乙", "一", "=C2*2", 2222],
        ["丙", "一", "=C2*3", 2700],
        ["", "", "=SUM(C2:C4)", ""],
    ]

    found = read([with_errors(workbook(tmp_path / "a.xlsx", rows))])

    communities = found.data.tables["communities"]
    assert communities["households"].isna().tolist() == [False, True, True]
    assert communities["population"].isna().tolist() == [True, True, False]
    told = problems(found, "GG-NUM-010")
    assert [(p.severity, p.column, p.row) for p in told] == [
        ("warn", "户数", 3),
        ("warn", "人口", 2),
    ]
    assert "2 处" in told[0].reason
    assert "1 处" in told[1].reason
    assert told[1].value == "#DIV/0!"


def test_failed_formulas_written_as_text_are_told(tmp_path: Path) -> None:
    content = "社区名称,街道,户数\n甲,一,#REF!\n乙,一,900\n"

    found = loaded(text(tmp_path / "a.csv", content))

    (told,) = problems(found, "GG-NUM-010")
    assert (told.row, told.column, told.value) == (2, "户数", "#REF!")
    households = found.data.tables["communities"]["households"]
    assert households.isna().tolist() == [True, False]


def test_formulas_are_found_on_the_sheet_they_stand_on_however_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formulas, "_CHUNK", 128)
    book = openpyxl.Workbook()
    for name in ("甲表", "乙表"):
        page = book.create_sheet(name)
        page.append(["社区名称", "街道", "户数"])
        for number in range(20):
            page.append([f"{name}{number}社区", "一", 900 + number])
    book["乙表"]["C9"] = "=C2*2"
    book.save(tmp_path / "a.xlsx")
    book.close()

    (told,) = problems(loaded(tmp_path / "a.xlsx"), "GG-NUM-010")

    assert (told.layer, told.row, told.column) == ("乙表", 9, "户数")
