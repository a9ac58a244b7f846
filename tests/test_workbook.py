"""report.xlsx, read back with a second library."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from outcomes import HOSTILE, small_results

from gridgis.outputs import sheets
from gridgis.outputs.workbook import rejected_workbook, write_workbook

REJECTED = pd.DataFrame(
    {
        "file": ["台账.xlsx", "台账.xlsx", "边界.csv"],
        "layer": ["用房", "用房", None],
        "row": [7, 9, 2],
        "column": ["建筑面积", "建筑面积", "名称"],
        "value": ["-35㎡", "=1+1", ""],
        "code": ["GG-1", "GG-1", "GG-2"],
        "原因": ["不能为负数", "是公式", "缺少名称"],
        "修改建议": ["请填正数", "请填数值", "请补充"],
        "用房名称": ["=A1", "活动室", None],
        "名称": [None, None, "东街"],
    }
)


def report(tmp_path: Path, **more: object) -> Workbook:
    """Write the report of the small county and open it."""
    write_workbook(small_results(), tmp_path / "report.xlsx", rejected=REJECTED, **more)  # type: ignore[arg-type]
    return openpyxl.load_workbook(tmp_path / "report.xlsx")


def rows(sheet: Worksheet, top: int = 1) -> list[dict[str, object]]:
    """Return the rows under a header row as dictionaries, up to the first blank row."""
    header, *body = sheet.iter_rows(min_row=top, values_only=True)
    found = []
    for values in body:
        if not any(value is not None for value in values):
            break
        row = zip(header, values, strict=True)
        found.append({name: value for name, value in row if name is not None})
    return found


def place_of(sheet: Worksheet, text: str) -> int:
    """Return the row whose first cell is this text."""
    return next(cell.row for cell in sheet["A"] if cell.value == text)


def test_the_sheets_are_those_of_a_report(tmp_path: Path) -> None:
    book = report(tmp_path)

    assert book.sheetnames == ["摘要", "判定", "缺口", "依据", "未载入", "规则"]


def test_the_summary_says_outcome_day_counts_sources_and_inputs(tmp_path: Path) -> None:
    sheet = report(tmp_path, inputs={"台账.xlsx": "ab" * 32})["摘要"]

    facts = {row[0].value: row[1].value for row in sheet.iter_rows(max_row=12)}
    assert facts["总体结论"] == "✗ 不达标"
    assert facts["核查日期"] == "2026-07-01"
    assert facts["未载入的行"] == "3 行"
    assert facts["软件版本"] == "gridgis 0.1.0"
    assert len(facts["数据指纹（SHA-256）"]) == 64
    assert "1e-09" in facts["比较容差"]
    counts = rows(sheet, place_of(sheet, "各规则结果") + 1)
    area = next(row for row in counts if row["规则"] == "S01")
    assert area["达标（个）"] == 1
    assert area["不达标（个）"] == 2
    assert area["无法判定（个）"] == 1
    (street,) = rows(sheet, place_of(sheet, "各街道社区") + 1)
    assert (street["街道"], street["社区（个）"]) == ("东街街道", 4)
    sources = rows(sheet, place_of(sheet, "规则包") + 1)
    assert "项目来源文件载明" in {row["出处状态"] for row in sources}
    (file,) = rows(sheet, place_of(sheet, "输入文件") + 1)
    assert file == {"文件": "台账.xlsx", "SHA-256": "ab" * 32}


def test_verdicts_are_shown_with_word_and_number(tmp_path: Path) -> None:
    sheet = report(tmp_path)["判定"]

    verdicts = {row["编号"]: row for row in rows(sheet) if row["规则"] == "S01"}
    assert len(rows(sheet)) == len(small_results().verdicts)
    assert verdicts["C2"]["状态"] == "✗ 不达标"
    assert verdicts["C2"]["结果"] == "不达标"
    assert verdicts["C2"]["还差（按“单位”列）"] == 74
    assert verdicts["C3"]["结果"] == "无法判定"
    assert verdicts["C3"]["实有（按“单位”列）"] is None


def test_a_share_is_shown_as_per_cent(tmp_path: Path) -> None:
    sheet = report(tmp_path)["判定"]

    header = [cell.value for cell in sheet[1]]
    measured = header.index("实有（按“单位”列）")
    share = next(
        row
        for row in sheet.iter_rows(min_row=2)
        if row[2].value == "S01-C" and row[6].value == "C1"
    )
    assert share[measured].value == 1  # one office: all of the area in one place
    assert share[measured].number_format == "0.0%"
    assert share[header.index("单位")].value == "%"


def test_shortfalls_hold_only_fails_mandatory_and_worst_first(tmp_path: Path) -> None:
    gaps = rows(report(tmp_path)["缺口"])

    area = [row["编号"] for row in gaps if row["规则"] == "S01"]
    assert area == ["C4", "C2"]  # 270 of 300 missing, then 74 of 300
    assert {row["状态"] for row in gaps} <= {"✗ 不达标", "! 预警"}
    levels = [row["级别"] for row in gaps]
    assert levels == sorted(levels, key=["强制", "建议"].index)
    assert "还差 74 ㎡" in next(row for row in gaps if row["编号"] == "C2")["说明"]


def test_evidence_says_what_was_counted_and_why_not(tmp_path: Path) -> None:
    evidence = rows(report(tmp_path)["依据"])

    state = {row["编号"]: row for row in evidence if row["规则"] == "S01"}
    assert state["C2"]["计入情况"] == "计入"
    assert state["C2"]["名称"] == HOSTILE
    assert state["C3"]["计入情况"] == "不能确定"
    assert state["C3"]["原因"]


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    book = report(tmp_path)

    kinds = {
        cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row
    }
    assert "f" not in kinds
    assert HOSTILE in {cell.value for cell in book["判定"]["H"]}
    assert "=A1" in {cell.value for row in book["未载入"].iter_rows() for cell in row}


@pytest.mark.parametrize("name", ["判定", "缺口", "依据", "未载入", "规则"])
def test_sheets_can_be_read_filtered_and_printed(tmp_path: Path, name: str) -> None:
    sheet = report(tmp_path)[name]

    assert sheet.freeze_panes is not None
    assert sheet.freeze_panes.endswith("2")
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$1:$1"
    assert "内部使用" in sheet.oddFooter.left.text
    assert sheet.page_setup.fitToHeight == 0
    widths = [column.width for column in sheet.column_dimensions.values()]
    assert all(5 <= width <= 70 for width in widths)


def test_states_are_coloured_by_their_word(tmp_path: Path) -> None:
    sheet = report(tmp_path)["判定"]

    (found,) = sheet.conditional_formatting
    assert str(found.sqref).startswith("A2:A")
    conditions = {rule.formula[0]: rule.dxf.fill.bgColor.rgb for rule in found.rules}
    assert conditions['"✗ 不达标"'] == "FFD55E00"
    assert conditions['"✓ 达标"'] == "FF009E73"
    assert len(conditions) == 5


def test_rules_are_told_with_source_status_and_parameters(tmp_path: Path) -> None:
    sheet = report(tmp_path)["规则"]

    area = next(row for row in rows(sheet) if row["规则"] == "S01")
    assert area["要求"] == "≥ 300 ㎡"
    assert area["出处状态"] == "项目来源文件载明"
    parameters = rows(sheet, place_of(sheet, "参数") + 1)
    assert "按户数比例折算" in {row["本次采用"] for row in parameters}


def test_a_table_too_long_for_a_sheet_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 10)
    monkeypatch.setattr("gridgis.outputs.workbook.MAX_ROWS", 10)
    total = len(small_results().verdicts)

    book = report(tmp_path)

    parts = [name for name in book.sheetnames if name.startswith("判定")]
    assert len(parts) == -(-total // 10)
    assert sum(len(rows(book[name])) for name in parts) == total
    told = {cell.value for row in book["摘要"].iter_rows() for cell in row}
    assert f"共 {total} 行，超过一张表的上限，分为 {len(parts)} 张" in told


def test_a_large_workbook_is_the_same_written_straight_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = report(tmp_path)
    monkeypatch.setattr("gridgis.outputs.workbook._LARGE", 0)

    large = report(tmp_path)

    for name in usual.sheetnames:
        assert list(large[name].values) == list(usual[name].values)


def test_text_beyond_the_limit_of_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    results = small_results()
    verdicts = results.verdicts.assign(reason="长" * 40_000)

    write_workbook(replace(results, verdicts=verdicts), tmp_path / "r.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["判定"]
    text = rows(sheet)[0]["说明"]
    assert isinstance(text, str)
    assert len(text) == 32_767
    assert text.endswith("已截断）")


def test_results_without_anything_make_a_workbook(tmp_path: Path) -> None:
    results = small_results()
    empty = replace(
        results,
        verdicts=results.verdicts.head(0),
        evidence=results.evidence.head(0),
        rules=results.rules.head(0),
        subjects={},
    )

    write_workbook(empty, tmp_path / "r.xlsx")

    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert rows(book["判定"]) == []


def test_the_same_results_give_the_same_workbook(tmp_path: Path) -> None:
    write_workbook(small_results(), tmp_path / "a.xlsx")
    write_workbook(small_results(), tmp_path / "b.xlsx")

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_rejected_rows_are_given_back_sheet_by_sheet_with_their_own_cells() -> None:
    book = openpyxl.load_workbook(BytesIO(rejected_workbook(REJECTED)))

    assert book.sheetnames == ["用房", "边界.csv"]
    first = rows(book["用房"])[0]
    assert list(first)[0] == "用房名称"  # noqa: RUF015 - the order is meant
    assert first["用房名称"] == "=A1"
    assert book["用房"]["A2"].data_type == "s"
    assert first["原因"] == "不能为负数"
    assert first["修改建议"] == "请填正数"
    assert "名称" not in first
    assert rows(book["边界.csv"])[0]["名称"] == "东街"


def test_no_rejected_rows_give_an_empty_workbook() -> None:
    book = openpyxl.load_workbook(BytesIO(rejected_workbook(REJECTED.head(0))))

    assert [rows(sheet) for sheet in book] == [[]]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("用房", "用房"),
        ("a/b:c*[d]?\\", "a_b_c__d___"),
        ("'x'", "x"),
        ("", "表"),
        ("长" * 40, "长" * 31),
    ],
)
def test_sheet_names_are_such_as_excel_takes(given: str, expected: str) -> None:
    assert sheets.sheet_name(given, set()) == expected


def test_sheet_names_that_differ_in_case_only_are_kept_apart() -> None:
    taken: set[str] = set()

    names = [
        sheets.sheet_name(name, taken) for name in ("Abc", "ABC", "x" * 40, "x" * 35)
    ]

    assert names == ["Abc", "ABC_2", "x" * 31, "x" * 29 + "_2"]


def test_a_large_run_lists_what_someone_must_act_upon_and_says_where_the_rest_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = small_results()
    monkeypatch.setattr("gridgis.outputs.workbook._READABLE", 1)

    book = report(tmp_path)

    listed = {row["结果"] for row in rows(book["判定"])}
    assert listed == {"不达标", "无法判定"}
    acted = results.verdicts["outcome"].isin(["fail", "not_assessed"])
    assert len(rows(book["判定"])) == acted.sum() < len(results.verdicts)
    told = [str(cell.value) for cell in book["摘要"]["B"]]
    assert any("全部见 verdicts.csv" in text for text in told)
    counts = {
        row["规则"]: row for row in rows(book["摘要"], place_of(book["摘要"], "规则"))
    }
    assert sum(row["达标（个）"] for row in counts.values()) > 0, "counts stay whole"
