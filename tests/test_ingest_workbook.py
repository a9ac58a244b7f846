"""Sheets and delimited text: header, merged cells, totals, encodings, refusals."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from ledgers import codes, loaded, text, workbook

from gridgis.ingest import ReadOptions, read
from gridgis.ingest.sheet import layer_of_grid

HEADER = ["街道", "社区名称", "用房名称", "用途", "建筑面积"]


def test_layer_of_grid_finds_the_header_below_a_title() -> None:
    layer = layer_of_grid(
        "x",
        [
            ["某县用房台账", "", ""],
            ["", "", ""],
            ["社区", "用途", "面积"],
            ["东湖", "办公", 5],
        ],
    )

    assert layer is not None
    assert list(layer.cells.columns) == ["社区", "用途", "面积"]
    assert layer.rows.tolist() == [4]
    assert layer.title == "某县用房台账"


def test_layer_of_grid_joins_two_header_rows() -> None:
    merges = [((0, 0), (1, 0)), ((0, 1), (0, 2)), ((0, 3), (0, 4))]
    grid = [
        ["社区", "办公用房", "", "服务用房", ""],
        ["", "面积（㎡）", "间数", "面积（㎡）", "间数"],
        ["东湖", 120, 3, 80, 2],
    ]

    layer = layer_of_grid("x", grid, merges)

    assert layer is not None
    assert list(layer.cells.columns) == [
        "社区", "办公用房面积（㎡）", "办公用房间数", "服务用房面积（㎡）", "服务用房间数",
    ]  # fmt: skip
    assert layer.rows.tolist() == [3]


def test_layer_of_grid_joins_two_header_rows_without_merged_cells() -> None:
    grid = [
        ["社区", "办公用房", "", "人口"],
        ["", "面积", "间数", ""],
        ["东湖", "120", "3", "900"],
    ]

    layer = layer_of_grid("x", grid)

    assert layer is not None
    assert list(layer.cells.columns) == ["社区", "办公用房面积", "办公用房间数", "人口"]


def test_layer_of_grid_takes_units_from_a_row_of_their_own() -> None:
    grid = [["社区", "用途", "面积"], ["", "", "（万㎡）"], ["东湖", "办公", 0.03]]

    layer = layer_of_grid("x", grid)

    assert layer is not None
    assert list(layer.cells.columns) == ["社区", "用途", "面积(万m2)"]
    assert (len(layer.cells), layer.blank) == (1, 1)


def test_layer_of_grid_counts_totals_signatures_and_empty_rows_as_blank() -> None:
    grid = [
        ["序号", "社区", "用途", "面积"],
        ["1", "东湖", "办公", 100],
        ["2", "西湖", "办公", 50],
        ["", "小计", "", 150],
        ["", "", "", ""],
        ["3", "南湖", "办公", 30],
        ["合 计", "", "", 180],
        ["填表人：某某", "", "", ""],
        ["注：面积为建筑面积", "", "", ""],
    ]

    layer = layer_of_grid("x", grid)

    assert layer is not None
    assert layer.rows.tolist() == [2, 3, 6]
    assert layer.blank == 5
    assert [(position, cells["面积"]) for position, cells in layer.totals] == [
        (2, 150),
        (3, 180),
    ]


def test_layer_of_grid_finds_no_header_in_prose() -> None:
    assert layer_of_grid("x", [["关于开展社区用房调查的通知"], ["各街道："]]) is None


def test_merged_names_are_filled_only_inside_their_range(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["城关街道", "东湖社区", "甲", "办公用房", 10],
        [None, None, "乙", "服务用房", 20],
        [None, None, "丙", "服务用房", 30],
    ]
    path = workbook(tmp_path / "用房.xlsx", rows, merge=["A2:A3", "B2:B3"])

    rooms = loaded(path).data["facilities"]

    # The rows have no community table to be joined to; their names stand in `source` order.
    assert rooms["name"].tolist() == ["甲", "乙", "丙"]
    raw = read([path]).files[0].layers[0].rows
    assert raw["community"].tolist()[:2] == ["东湖社区", "东湖社区"]
    assert raw["community"].isna().tolist() == [False, False, True]


def test_a_figure_in_a_merged_cell_counts_once_and_leaves_the_rest_unknown(
    tmp_path: Path,
) -> None:
    rows = [
        HEADER,
        ["城关", "东湖", "甲", "办公用房", 90],
        ["城关", "东湖", "乙", "办公用房", None],
    ]
    path = workbook(tmp_path / "用房.xlsx", rows, merge=["E2:E3"])

    found = loaded(path)

    areas = found.data["facilities"]["floor_area_m2"]
    assert areas.iloc[0] == 90.0
    assert areas.isna().tolist() == [False, True]
    assert "GG-MERGE-001" in codes(found)


def test_a_total_that_does_not_add_up_is_told(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["城关", "东湖", "甲", "办公用房", 100],
        ["城关", "东湖", "乙", "办公用房", "约50㎡"],
        ["合计", None, None, None, 160],
    ]
    path = workbook(tmp_path / "用房.xlsx", rows)

    found = loaded(path)

    told = [p for p in found.files[0].problems if p.code == "GG-SUM-001"]
    assert [p.reason for p in told] == ["“合计”为 160，各行相加为 150"]


def test_a_total_that_adds_up_is_not_told(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["城关", "东湖", "甲", "办公用房", "0.01万㎡"],
        ["合计", None, None, None, 100],
    ]

    found = loaded(workbook(tmp_path / "用房.xlsx", rows))

    assert "GG-SUM-001" not in codes(found)


def test_a_bad_cell_refuses_its_row_with_place_and_reason(tmp_path: Path) -> None:
    rows = [
        ["用房台账"],
        HEADER,
        ["城关", "东湖", "甲", "办公用房", 100],
        ["城关", "东湖", "乙", "办公用房", "300-350"],
    ]

    found = loaded(workbook(tmp_path / "用房.xlsx", rows, sheet="用房"))

    refused = found.rejected
    assert refused[
        ["file", "layer", "row", "column", "value", "code"]
    ].to_numpy().tolist() == [
        ["用房.xlsx", "用房", 4, "建筑面积", "300-350", "GG-NUM-002"]
    ]
    assert refused["用房名称"].tolist() == ["乙"]
    assert len(found.data["facilities"]) == 1
    layer = found.files[0].layers[0]
    assert (layer.rows_read, layer.loaded, layer.rejected) == (2, 1, 1)


def test_two_bad_cells_of_a_row_refuse_it_once_with_both_reasons(
    tmp_path: Path,
) -> None:
    rows = [[*HEADER, "独立出入口"], ["城关", "东湖", "甲", "办公用房", -5, "也许"]]

    found = loaded(workbook(tmp_path / "用房.xlsx", rows))

    assert len(found.rejected) == 1
    assert "不能为负数" in found.rejected["原因"].iloc[0]
    assert "应填是或否" in found.rejected["原因"].iloc[0]


def test_area_of_nought_is_unknown_and_told(tmp_path: Path) -> None:
    rows = [HEADER, ["城关", "东湖", "甲", "办公用房", 0]]

    found = loaded(workbook(tmp_path / "用房.xlsx", rows))

    assert found.data["facilities"]["floor_area_m2"].isna().all()
    assert "GG-AREA-001" in codes(found)


def test_unknown_words_for_use_are_unknown_and_named(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["城关", "东湖", "甲", "瑜伽馆", 10],
        ["城关", "东湖", "乙", "文化活動室", 20],
    ]

    found = loaded(workbook(tmp_path / "用房.xlsx", rows))

    uses = found.data["facilities"]["use"]
    assert uses.isna().tolist() == [True, False]
    assert uses.iloc[1] == "culture_room"
    assert [p.value for p in found.files[0].problems if p.code == "GG-WORD-001"] == [
        "瑜伽馆"
    ]


def test_a_use_with_several_functions_keeps_them_all(tmp_path: Path) -> None:
    rows = [HEADER, ["城关", "东湖", "甲", "办公、警务室", 10]]

    room = loaded(workbook(tmp_path / "用房.xlsx", rows)).data["facilities"].iloc[0]

    assert (room["use"], room["functions"]) == ("office", "police_room")


def test_personal_columns_are_dropped_with_a_note(tmp_path: Path) -> None:
    rows = [
        [*HEADER, "联系电话", "备注"],
        ["城关", "东湖", "甲", "办公用房", 10, "13812345678", "临街"],
    ]

    found = loaded(workbook(tmp_path / "用房.xlsx", rows))

    table = found.data["facilities"]
    assert "联系电话" not in table
    assert table["备注"].tolist() == ["临街"]
    assert found.files[0].layers[0].columns["联系电话"] == "-"
    assert (
        not table.astype(str).apply(lambda c: c.str.contains("13812345678")).any().any()
    )


def test_codes_stay_text_with_their_leading_noughts(tmp_path: Path) -> None:
    rows = [
        ["社区代码", "社区名称", "户数"],
        [510923001001, "东湖社区", 900],
        ["010923001002", "西湖社区", 800],
    ]

    table = loaded(workbook(tmp_path / "社区.xlsx", rows)).data["communities"]

    assert table["community_code"].tolist() == ["510923001001", "010923001002"]


def test_a_code_that_lost_its_last_digits_is_refused(tmp_path: Path) -> None:
    rows = [["网格编码", "网格名称", "户数"], [51092300100100017.0, "甲", 300]]

    found = loaded(workbook(tmp_path / "网格.xlsx", rows))

    assert found.rejected["code"].tolist() == ["GG-CODE-001"]


def test_a_repeated_code_refuses_the_later_row_and_names_both(tmp_path: Path) -> None:
    rows = [
        ["社区代码", "社区名称", "户数"],
        ["510923001001", "东湖社区", 900],
        ["510923001001", "西湖社区", 800],
    ]

    found = loaded(workbook(tmp_path / "社区.xlsx", rows))

    assert found.rejected[["row", "code"]].to_numpy().tolist() == [[3, "GG-CODE-019"]]
    assert "与第 2 行重复" in found.rejected["原因"].iloc[0]


def test_two_columns_that_may_be_households_are_asked_about(tmp_path: Path) -> None:
    rows = [
        ["社区代码", "社区名称", "户数", "总户数"],
        ["510923001001", "东湖社区", 900, 950],
    ]
    path = workbook(tmp_path / "社区.xlsx", rows)

    asked = loaded(path)
    answered = loaded(path, ReadOptions(mapping={"总户数": "households", "户数": "-"}))

    assert asked.outcome == "ask"
    assert asked.data.tables == {}
    assert asked.proposed["communities"]["households"].tolist() == [900.0]
    assert answered.outcome == "ok"
    assert answered.data["communities"]["households"].tolist() == [950.0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_delimited_text_is_read_in_its_own_encoding(
    tmp_path: Path, encoding: str
) -> None:
    path = text(
        tmp_path / "社区.csv",
        "社区代码,社区名称,户数\n510923001001,东湖社区,900\n",
        encoding,
    )

    assert loaded(path).data["communities"]["name"].tolist() == ["东湖社区"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimited_text_is_split_at_its_own_sign(
    tmp_path: Path, delimiter: str
) -> None:
    lines = [["社区代码", "社区名称", "户数"], ["510923001001", "东湖社区", "900"]]
    path = text(
        tmp_path / "社区.csv", "\r\n".join(delimiter.join(line) for line in lines)
    )

    assert loaded(path).data["communities"]["households"].tolist() == [900.0]


def test_a_ragged_row_is_refused_with_its_line(tmp_path: Path) -> None:
    content = "社区代码,社区名称,户数\n510923001001,东湖社区,900\n510923001002,西湖社区,8,00\n"

    found = loaded(text(tmp_path / "社区.csv", content))

    assert found.rejected[["row", "code"]].to_numpy().tolist() == [[3, "GG-FILE-021"]]
    assert len(found.data["communities"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.csv", b"", "GG-FILE-001"),
        ("名单.csv", "甲,乙\n1,2\n".encode(), "GG-HEAD-001"),
        ("社区.csv", "社区代码,社区名称,户数\n".encode(), "GG-FILE-016"),
        ("社区.csv", '社区代码,社区名称,户数\n1,"东湖,2\n'.encode(), "GG-FILE-021"),
        ("文件.csv", b"%PDF-1.7 ...", "GG-FILE-002"),
        ("旧.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "GG-FILE-012"),
        ("断.xlsx", b"PK\x03\x04" + b"\x00" * 60, "GG-FILE-003"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    found = loaded(path)

    assert found.outcome == "refused"
    assert code in codes(found)
    assert found.files[0].layers == ()
    assert found.data.tables == {}


def test_a_stray_far_cell_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "远.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["社区代码", "社区名称", "户数"])
    page["XFD1048576"] = "x"
    book.save(path)
    book.close()

    found = loaded(path)

    assert codes(found) == {"GG-FILE-009"}
    assert "XFD1048576" in found.files[0].problems[0].reason


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "a.xlsx", [["社区代码", "社区名称"], ["1", "东湖"]])
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename.startswith("xl/worksheets/"):
                data = b'<!DOCTYPE x [<!ENTITY a "b">]>' + data
            target.writestr(item, data)

    assert codes(loaded(path)) == {"GG-FILE-013"}


def test_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["社区代码", "社区名称"], ["1", "东湖"]])
    renamed = path.rename(tmp_path / "社区.csv")

    found = loaded(renamed)

    assert found.files[0].format == "xlsx"
    assert found.data["communities"]["name"].tolist() == ["东湖"]


def test_a_title_states_the_unit_of_money(tmp_path: Path) -> None:
    rows = [
        ["2025年经费（单位：万元）"],
        ["社区代码", "社区名称", "运转经费"],
        ["1", "东湖", 12],
    ]

    found = loaded(workbook(tmp_path / "经费.xlsx", rows))

    row = found.data["funds"].iloc[0]
    assert (row["operating_cny"], row["year"]) == (120_000.0, 2025.0)


def test_shares_are_read_as_shares_and_as_percentages(tmp_path: Path) -> None:
    rows = [
        ["社区代码", "年度", "自评分", "满意度"],
        ["1", 2025, 91, "85%"],
        ["2", 2025, 92, 92.5],
        ["3", 2025, 93, 88],
    ]

    table = loaded(workbook(tmp_path / "考评.xlsx", rows)).data["scores"]

    assert table["satisfaction_share"].tolist() == [0.85, 0.925, 0.88]


def test_a_share_that_may_be_either_is_refused(tmp_path: Path) -> None:
    rows = [
        ["社区代码", "年度", "自评分", "满意度"],
        ["1", 2025, 91, 0.9],
        ["2", 2025, 92, 92.5],
    ]

    found = loaded(workbook(tmp_path / "考评.xlsx", rows))

    assert found.rejected[["row", "code"]].to_numpy().tolist() == [[2, "GG-NUM-008"]]
