"""What files say together: names and codes, places, keys, derived rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import boundaries, codes, loaded, text, workbook

from gridgis.errors import GridgisError
from gridgis.ingest import Import, LayerReport, ReadOptions, read

# Squares of 1 km side by side: 东湖 lies from 0 to 1000 m east, 西湖 next, 新华 twice.
ROWS = [
    {"社区代码": "510923001001", "社区名称": "东湖社区", "街道": "城关镇"},
    {"社区代码": "510923001002", "社区名称": "西湖社区", "街道": "城关镇"},
    {"社区代码": "510923001003", "社区名称": "新华社区", "街道": "城关镇"},
    {"社区代码": "510923002001", "社区名称": "新华社区", "街道": "河边镇"},
]
ROOMS = ["街道", "社区", "用房名称", "用途", "建筑面积"]


@pytest.fixture
def outline(tmp_path: Path) -> Path:
    """Return the boundaries of four communities."""
    return boundaries(tmp_path / "a边界.gpkg", ROWS)


def with_rooms(
    outline: Path, rows: Sequence[Sequence[object]], header: Sequence[str] = ROOMS
) -> Import:
    """Read the boundaries with a ledger of rooms."""
    ledger = workbook(outline.with_name("b用房.xlsx"), [header, *rows])
    return read([outline, ledger])


@pytest.mark.parametrize(
    ("street", "name", "code"),
    [
        ("城关镇", "东湖社区", "510923001001"),
        ("城关", "东湖", "510923001001"),
        ("", "东湖社区居委会", "510923001001"),
        ("城关镇", "東湖社區", "510923001001"),
        ("城关镇", " 东湖\u200b社区\u00a0", "510923001001"),
        ("城关镇", "新华社区", "510923001003"),
        ("河边镇", "新华社区", "510923002001"),
        ("", "城关镇西湖社区", "510923001002"),
    ],
)
def test_names_become_codes(outline: Path, street: str, name: str, code: str) -> None:
    found = with_rooms(outline, [[street, name, "甲", "办公用房", 10]])

    assert found.data["facilities"]["community_code"].tolist() == [code]
    assert found.relations == ()


@pytest.mark.parametrize(
    ("street", "name", "code", "said"),
    [
        ("", "新华社区", "GG-PLACE-002", "有 2 个"),
        ("城关镇", "东胡社区", "GG-PLACE-003", "东湖社区"),
        ("河边镇", "东湖社区", "GG-PLACE-003", "城关镇"),
    ],
)
def test_a_name_that_does_not_fit_is_never_joined(
    outline: Path, street: str, name: str, code: str, said: str
) -> None:
    found = with_rooms(outline, [[street, name, "甲", "办公用房", 10]])

    assert found.data["facilities"]["community_code"].isna().all()
    assert [problem.code for problem in found.relations] == [code]
    assert said in str(found.relations[0])


def test_a_code_that_no_community_has_is_told(outline: Path) -> None:
    header = ["社区代码", "用房名称", "用途", "建筑面积"]
    found = with_rooms(outline, [["510923009999", "甲", "办公用房", 10]], header)

    assert [problem.code for problem in found.relations] == ["GG-PLACE-004"]


def test_a_code_and_a_name_that_disagree_are_told(outline: Path) -> None:
    header = ["社区代码", "社区", "用房名称", "用途", "建筑面积"]
    found = with_rooms(
        outline, [["510923001001", "西湖社区", "甲", "办公用房", 10]], header
    )

    assert [problem.code for problem in found.relations] == ["GG-PLACE-008"]
    assert found.data["facilities"]["community_code"].tolist() == ["510923001001"]


def test_a_row_without_community_belongs_where_it_lies(
    outline: Path, tmp_path: Path
) -> None:
    # 105.0052° E lies 500 m east of the central meridian, inside 东湖; 104.9° E in none.
    rows = "甲,办公用房,10,105.0052,30.5415\n乙,办公用房,20,104.9,30.5415\n丙,办公用房,30,,\n"
    content = f"用房名称,用途,建筑面积,经度,纬度\n{rows}"
    found = read([outline, text(tmp_path / "b.csv", content)])

    rooms = found.data["facilities"]
    assert rooms["community_code"].fillna("?").tolist() == ["510923001001", "?", "?"]
    assert [problem.code for problem in found.relations] == ["GG-PLACE-006"]
    assert "东湖社区" in found.relations[0].reason
    assert "GG-CRS-020" in codes(found)


def test_a_stated_community_wins_over_the_place_and_both_are_shown(
    outline: Path, tmp_path: Path
) -> None:
    content = "社区,用房名称,用途,建筑面积,经度,纬度\n西湖社区,甲,办公用房,10,105.0052,30.5415\n"
    found = read([outline, text(tmp_path / "b.csv", content)])

    assert found.data["facilities"]["community_code"].tolist() == ["510923001002"]
    assert [problem.code for problem in found.relations] == ["GG-PLACE-005"]
    assert "西湖社区" in found.relations[0].reason
    assert "东湖社区" in found.relations[0].reason


def test_rooms_without_ids_get_one_that_stays_whatever_stands_around_them(
    outline: Path,
) -> None:
    rows = [
        ["城关", "东湖", "甲", "办公", 1],
        ["城关", "西湖", "甲", "办公", 2],
        ["城关", "东湖", "丙", "办公", 3],
        ["城关", "东湖", "丙", "办公", 4],
    ]

    ids = with_rooms(outline, rows).data["facilities"]["facility_id"].tolist()
    again = with_rooms(outline, rows[:1:-1]).data["facilities"]["facility_id"].tolist()

    assert [one.rsplit("-", 1)[0] for one in ids[:2]] == [
        "F-510923001001",
        "F-510923001002",
    ]
    assert len(set(ids)) == 4
    assert ids[3] == f"{ids[2]}-2", "two rooms that nothing tells apart are still two"
    assert set(again) == set(ids[2:]), "neither order nor neighbours change an id"


def test_a_later_ledger_is_joined_to_the_communities_that_are_there(
    outline: Path, tmp_path: Path
) -> None:
    project = read([outline]).data
    ledger = text(
        tmp_path / "c.csv", "街道,社区名称,年度,运转经费\n城关,东湖,2026,120000\n"
    )

    alone = read([ledger])
    found = read([ledger], known=project)

    assert alone.data["funds"].empty
    assert found.data["funds"]["community_code"].tolist() == ["510923001001"]
    assert "communities" not in found.data, "what was known is not given back"
    assert found.data.crs in (None, project.crs)


def test_a_ledger_is_merged_into_boundaries_by_code_whatever_its_hyphens(
    outline: Path, tmp_path: Path
) -> None:
    content = "社区代码,社区名称,户数,人口\n510923-001-001,东湖社区,900,2500\n"
    found = read([outline, text(tmp_path / "b.csv", content)])

    table = found.data["communities"].set_index("community_code")
    assert len(table) == 4
    assert table.loc["510923001001", "households"] == 900.0
    assert table["households"].isna().sum() == 3
    assert [layer.merged for file in found.files for layer in file.layers] == [0, 1]
    assert "b.csv" in table.loc["510923001001", "source"]


def test_a_ledger_is_merged_into_boundaries_by_street_and_name(
    outline: Path, tmp_path: Path
) -> None:
    content = "街道,社区名称,户数\n河边,新华,700\n城关,新华,800\n"
    found = read([outline, text(tmp_path / "b.csv", content)])

    households = found.data["communities"].set_index("community_code")["households"]
    assert households["510923002001"] == 700.0
    assert households["510923001003"] == 800.0
    assert len(households) == 4


def test_two_files_that_disagree_are_told_and_the_ledger_is_taken(
    tmp_path: Path,
) -> None:
    rows = [{"社区代码": "1", "社区名称": "东湖", "户数": 850}]
    outline = boundaries(tmp_path / "a.gpkg", rows)
    ledger = text(tmp_path / "b.csv", "社区代码,社区名称,户数\n1,东湖,900\n")

    found = read([outline, ledger])

    assert found.data["communities"]["households"].tolist() == [900.0]
    assert [problem.code for problem in found.relations] == ["GG-REL-020"]
    assert "850" in found.relations[0].reason


def test_rooms_find_their_estate_by_name_within_the_community(
    outline: Path, tmp_path: Path
) -> None:
    estates = text(
        tmp_path / "b小区.csv",
        "小区编号,小区名称,社区,规划户数\nE1,花园小区,东湖社区,100\nE2,花园小区,西湖社区,200\n",
    )
    rooms = text(
        tmp_path / "c用房.csv",
        "社区,所属小区,用房名称,用途,建筑面积\n西湖,花园小区,甲,办公,10\n,花园小区,乙,办公,20\n",
    )

    found = read([outline, estates, rooms])

    assert found.data["facilities"]["estate_id"].fillna("?").tolist() == ["E2", "?"]
    assert [problem.code for problem in found.relations] == ["GG-PLACE-007"]


def test_an_estate_tells_the_community_of_its_rooms(
    outline: Path, tmp_path: Path
) -> None:
    estates = text(
        tmp_path / "b小区.csv",
        "小区编号,小区名称,社区,规划户数\nE1,花园小区,东湖社区,100\n",
    )
    rooms = text(
        tmp_path / "c用房.csv", "小区编号,用房名称,用途,建筑面积\nE1,甲,办公,10\n"
    )

    found = read([outline, estates, rooms])

    assert found.data["facilities"]["community_code"].tolist() == ["510923001001"]


def test_sharers_are_written_as_codes_with_their_shares(outline: Path) -> None:
    header = [*ROOMS, "共用社区"]
    rows = [
        ["城关", "东湖", "甲", "办公", 100, "西湖社区：40%"],
        ["城关", "东湖", "乙", "办公", 100, "510923001002、城关镇新华社区"],
        ["城关", "东湖", "丙", "办公", 100, "北海社区"],
    ]

    found = with_rooms(outline, rows, header)

    shared = found.data["facilities"]["shared_with"]
    assert shared.fillna("?").tolist() == [
        "510923001002=40%", "510923001002;510923001003", "?",
    ]  # fmt: skip
    assert [problem.code for problem in found.relations] == ["GG-PLACE-009"]


WIDE = "社区代码,社区名称,户数,办公用房面积,服务用房面积,户外健身场地面积"


def test_a_wide_ledger_gives_a_room_for_each_use(tmp_path: Path) -> None:
    path = text(
        tmp_path / "台账.csv", f"{WIDE}\n1,东湖,900,约120,80㎡,500\n2,西湖,800,300,,0\n"
    )

    found = loaded(path)

    rooms = found.data["facilities"].set_index(["community_code", "use"])
    assert rooms.loc[("1", "office"), "floor_area_m2"] == 120.0
    assert rooms.loc[("1", "office"), "marks"] == "floor_area_m2=about"
    assert rooms.loc[("1", "service"), "floor_area_m2"] == 80.0
    assert rooms.loc[("1", "outdoor_fitness"), "outdoor_area_m2"] == 500.0
    # Blank and nought are unknown: the room is there, its area is not.
    assert rooms.loc[("2", "service")].drop("source").isna()["floor_area_m2"]
    assert rooms.loc[("2", "outdoor_fitness")].isna()["outdoor_area_m2"]
    layer = found.files[0].layers[0]
    assert dict(layer.derived) == {"facilities": 6}
    assert (layer.rows_read, layer.loaded) == (2, 2)
    assert "GG-HEAD-020" in codes(found)


def test_a_wide_ledger_adds_nothing_where_rooms_are_listed(tmp_path: Path) -> None:
    wide = text(tmp_path / "a.csv", f"{WIDE}\n1,东湖,900,120,80,500\n")
    rooms = text(
        tmp_path / "b.csv", "社区代码,用房名称,用途,建筑面积\n1,甲,办公用房,100\n"
    )

    found = read([wide, rooms])

    table = found.data["facilities"]
    assert table["use"].tolist() == ["office", "outdoor_fitness"]
    assert table["floor_area_m2"].sum() == 100.0
    assert "GG-SUM-002" in codes(found)


def test_a_wide_ledger_gives_staff_and_funds_of_the_year_it_states(
    tmp_path: Path,
) -> None:
    rows = [
        ["2025年社区台账"],
        [
            "社区代码",
            "社区名称",
            "户数",
            "社区工作者人数",
            "持证人数",
            "运转经费（万元）",
        ],
        ["1", "东湖", 900, 8, 5, 12],
    ]

    found = loaded(workbook(tmp_path / "台账.xlsx", rows))

    assert found.data["staff"][
        ["year", "workers", "certified"]
    ].to_numpy().tolist() == [[2025, 8, 5]]
    assert found.data["funds"]["operating_cny"].tolist() == [120_000.0]


def test_staff_without_a_year_are_told_and_not_loaded(tmp_path: Path) -> None:
    path = text(
        tmp_path / "台账.csv", "社区代码,社区名称,户数,社区工作者人数\n1,东湖,900,8\n"
    )

    found = loaded(path)

    assert len(found.data["staff"]) == 0
    assert "GG-YEAR-001" in codes(found)


def test_more_households_than_people_are_told(tmp_path: Path) -> None:
    path = text(tmp_path / "台账.csv", "社区代码,社区名称,户数,人口\n1,东湖,900,300\n")

    assert "GG-HH-002" in codes(loaded(path))


def test_communities_without_any_code_are_named_by_street_and_name(
    tmp_path: Path,
) -> None:
    path = text(tmp_path / "台账.csv", "街道,社区名称,户数\n城关镇,东湖社区,900\n")

    found = loaded(path)

    assert found.data["communities"]["community_code"].tolist() == ["城关镇·东湖社区"]
    assert "GG-CODE-004" in codes(found)


def test_as_dict_has_the_shape_of_the_design(outline: Path) -> None:
    found = with_rooms(outline, [["城关", "东湖", "甲", "办公用房", 10]]).as_dict(
        rows=1
    )

    assert list(found) == ["files", "relations"]
    file = found["files"][1]  # type: ignore[index]
    assert list(file) == [
        "file", "sha256", "format", "encoding", "crs", "datum", "layers", "outcome", "problems",
    ]  # fmt: skip
    layer = file["layers"][0]
    assert {
        "layer",
        "table",
        "rows_read",
        "loaded",
        "rejected",
        "merged",
        "blank",
        "columns",
        "rows",
    } <= set(layer)
    assert layer["columns"]["建筑面积"] == "floor_area_m2"
    assert layer["rows"][0]["floor_area_m2"] == 10
    assert len(file["sha256"]) == 64


def test_a_report_that_lost_a_row_cannot_be_made() -> None:
    with pytest.raises(GridgisError, match="不守恒"):
        LayerReport(layer="x", table="facilities", rows_read=3, loaded=1, rejected=1)


def test_answers_for_one_file_leave_the_others_alone(tmp_path: Path) -> None:
    first = text(tmp_path / "a.csv", "社区代码,社区名称,数一,户数\n1,东湖,5,900\n")
    second = text(tmp_path / "b.csv", "社区代码,社区名称,数一,户数\n2,西湖,6,800\n")
    own = ReadOptions(mapping={"数一": "households", "户数": "-"})

    found = read([first, second], ReadOptions(per_file={"a.csv": own}))

    assert found.data["communities"]["households"].tolist() == [5.0, 800.0]


CELLS = st.sampled_from(
    ["100", "约80㎡", "", "/", "-5", "300-350", "0", "0.03万", "合计", "x"]
)


@given(areas=st.lists(CELLS, min_size=1, max_size=12), blank=st.integers(0, 2))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_cells_no_row_is_lost(
    tmp_path: Path, areas: list[str], blank: int
) -> None:
    lines = [f"东湖,房{n},办公用房,{area}" for n, area in enumerate(areas)]
    content = "\n".join(
        ["社区,用房名称,用途,建筑面积", *lines, *[",,,"] * blank, "合计,,,180"]
    )

    found = loaded(text(tmp_path / "用房.csv", content))

    layer = found.files[0].layers[0]
    wrong = sum(area in ("-5", "300-350", "合计", "x") for area in areas)
    assert layer.rows_read == len(areas) + blank + 1
    assert layer.rejected == wrong == len(found.rejected)
    assert layer.blank == blank + 1
    assert layer.loaded == len(areas) - wrong == len(found.data["facilities"])
