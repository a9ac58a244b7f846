"""The synthetic county: its figures, its files, and planted facts worked out by hand."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from gridgis.demo import DemoSummary, build
from gridgis.errors import InputError

Truth = dict[str, Any]
LEDGER = "社区台账.xlsx"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the ordinary county."""
    folder = tmp_path_factory.mktemp("county")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def truth(county: Path) -> Truth:
    """Return what must come out of it."""
    return read_truth(county)


@pytest.fixture(scope="module")
def outcomes(truth: Truth) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the expected verdicts by rule and subject."""
    return {
        (row["rule_id"], row["subject_code"]): row
        for pack in truth["packs"].values()
        for row in pack["verdicts"]
    }


@pytest.fixture(scope="module")
def communities(county: Path) -> pd.DataFrame:
    """Return the rows of the sheet 社区 by position, streets and counties filled down."""
    sheet = openpyxl.load_workbook(county / LEDGER)["社区"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)][:81]
    names = [
        "county",
        "street",
        "name",
        "code",
        "kind",
        "households",
        "population",
        "elderly",
        "area_km2",
    ]
    table = pd.DataFrame(rows, columns=names)
    table[["county", "street"]] = table[["county", "street"]].ffill()
    return table


def read_truth(folder: Path) -> Truth:
    truth: Truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return truth


def code_of(communities: pd.DataFrame, name: str) -> str:
    """Return the code of the only community of this name."""
    found = communities.loc[communities["name"] == name, "code"]
    assert len(found) == 1
    return str(found.iloc[0])


def boundary(folder: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(folder / "社区边界.shp", encoding="GBK")


# ---- the figures of the source documents -------------------------------------------


def test_county_has_22_urban_and_59_town_communities(communities: pd.DataFrame) -> None:
    assert communities["kind"].value_counts().to_dict() == {
        "乡镇社区": 59,
        "城市社区": 22,
    }


def test_populations_add_up_to_the_exact_averages(communities: pd.DataFrame) -> None:
    sums = communities.groupby("kind")["population"].sum()

    assert sums["城市社区"] == 22 * 9_237
    assert sums["乡镇社区"] == 59 * 3_409
    assert sums.sum() == 404_345


def test_total_row_carries_the_sum_of_the_population(county: Path) -> None:
    sheet = openpyxl.load_workbook(county / LEDGER)["社区"]

    total = [cell.value for cell in sheet[4 + 81]]
    assert total[0] == "合计"
    assert total[6] == 404_345


def test_codes_are_unique_text_of_twelve_digits(communities: pd.DataFrame) -> None:
    assert communities["code"].is_unique
    assert communities["code"].str.fullmatch(r"\d{12}").all()


def test_one_name_stands_in_two_streets(communities: pd.DataFrame) -> None:
    twins = communities[communities["name"] == "新华社区"]

    assert len(twins) == 2
    assert twins["street"].nunique() == 2
    assert not communities.duplicated(["street", "name"]).any()


@pytest.mark.parametrize("number", [1, 2, 3, 6, 40, 100])
def test_any_number_of_communities_keeps_the_averages(
    tmp_path: Path, number: int
) -> None:
    summary = build(tmp_path, communities=number)

    sheet = openpyxl.load_workbook(tmp_path / LEDGER)["社区"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)][:number]
    people = {
        kind: [r[6] for r in rows if r[4] == kind] for kind in ("城市社区", "乡镇社区")
    }
    assert summary.communities == number
    assert sum(people["城市社区"]) == len(people["城市社区"]) * 9_237
    assert sum(people["乡镇社区"]) == len(people["乡镇社区"]) * 3_409


# ---- the ground ---------------------------------------------------------------------


def test_communities_tile_the_county_exactly(county: Path) -> None:
    shapes = boundary(county).geometry

    assert shapely.coverage_is_valid(shapes.to_numpy())
    whole = shapely.union_all(shapes.to_numpy())
    assert whole.area == pytest.approx(shapes.area.sum(), abs=1e-3)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors


def test_general_and_dedicated_grids_tile_every_community(county: Path) -> None:
    grids = gpd.read_file(county / "网格.geojson").to_crs("EPSG:4544")
    tiling = grids[grids["网格类型"] != "单元网格"]
    outlines = boundary(county).set_index("社区代码")

    areas = tiling.dissolve("社区代码", method="coverage").area
    assert set(areas.index) == set(outlines.index)
    np.testing.assert_allclose(areas, outlines.area[areas.index], rtol=1e-7)
    snapped = shapely.set_precision(tiling.geometry.to_numpy(), 0.01)
    assert shapely.coverage_is_valid(snapped)


def test_community_bounds_run_along_roads(county: Path) -> None:
    roads = gpd.read_file(county / "道路.geojson").to_crs("EPSG:4544")
    corridor = shapely.union_all(roads.geometry.to_numpy()).buffer(0.01)

    assert boundary(county).boundary.within(corridor).all()


def test_buildings_stand_in_their_community_and_hold_its_households(
    county: Path, communities: pd.DataFrame
) -> None:
    buildings = gpd.read_file(county / "楼栋.gpkg")
    outlines = boundary(county).set_index("社区代码").geometry

    home = gpd.GeoSeries(outlines[buildings["社区代码"]].to_numpy(), crs=buildings.crs)
    assert buildings.within(home).all()
    households = buildings.groupby("社区代码")["户数"].sum()
    stated = communities.set_index("code")["households"]
    stated = stated[[not isinstance(h, str) for h in stated]]
    assert (households[stated.index] == stated).all()


def test_grid_households_add_up_to_the_community(
    county: Path, communities: pd.DataFrame
) -> None:
    grids = gpd.read_file(county / "网格.geojson")
    stated = communities.set_index("code")["households"]
    tiling = grids[grids["网格类型"] != "单元网格"]

    complete = tiling.groupby("社区代码")["户数"].apply(lambda h: h.notna().all())
    codes = [c for c in stated.index if complete[c] and not isinstance(stated[c], str)]
    # Two communities state their households in words, one grid leaves them blank.
    assert len(codes) == 81 - 3
    assert (tiling.groupby("社区代码")["户数"].sum()[codes] == stated[codes]).all()


# ---- the files ----------------------------------------------------------------------


def test_shapefile_is_gbk_and_says_so_only_in_the_dbf(county: Path) -> None:
    table = (county / "社区边界.dbf").read_bytes()

    assert not (county / "社区边界.cpg").exists()
    assert table[29] == 0x4D
    assert "街道".encode("gbk") in table[:200]
    assert boundary(county).crs.to_epsg() == 4544


def test_ledger_has_title_two_header_rows_merges_and_signature(county: Path) -> None:
    sheet = openpyxl.load_workbook(county / LEDGER)["社区"]
    merged = {str(area) for area in sheet.merged_cells.ranges}

    assert "合成" in sheet["A1"].value
    assert "A1:I1" in merged
    assert [sheet["C2"].value, sheet["F2"].value] == ["社区", "户数与人口"]
    assert [sheet["C3"].value, sheet["F3"].value] == ["社区名称", "户数（户）"]
    assert {"C2:E2", "F2:H2", "A2:A3"} <= merged
    assert "填表人" in sheet.cell(row=4 + 82, column=1).value


def test_rooms_are_written_with_units_in_their_cells(county: Path) -> None:
    sheet = openpyxl.load_workbook(county / LEDGER)["社区用房"]
    areas = [row[5].value for row in sheet.iter_rows(min_row=3)]

    assert {
        "约300㎡",
        "300余㎡",
        "近300㎡",
        "0.03万㎡",
        "待定",
        "300-350",
        "-35㎡",
    } <= set(areas)
    assert any(isinstance(area, float) for area in areas)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("户外场地.csv", "gb18030"),
        ("考评.csv", "gb18030"),
        ("经费.csv", "utf-8-sig"),
        ("工作者.csv", "utf-8-sig"),
        ("项目.csv", "utf-8-sig"),
    ],
)
def test_csv_has_the_encoding_its_office_uses(
    county: Path, name: str, encoding: str
) -> None:
    raw = (county / name).read_bytes()

    assert raw.startswith(codecs.BOM_UTF8) == (encoding == "utf-8-sig")
    assert "社区" in raw.decode(encoding)
    if encoding == "gb18030":
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")


def test_every_file_says_or_sits_beside_one_that_says_synthetic(county: Path) -> None:
    text = (county / "README.txt").read_text(encoding="utf-8-sig")

    assert text.startswith("这些文件全部是合成数据（虚构）")
    assert read_truth(county)["synthetic"] is True


def test_counts_of_every_layer_are_conserved(truth: Truth) -> None:
    assert set(truth["files"]) == {
        "社区台账.xlsx", "社区边界.shp", "网格.geojson", "小区.gpkg", "新建小区移交.xlsx",
        "楼栋.gpkg", "道路.geojson", "户外场地.csv", "经费.csv", "工作者.csv", "项目.csv",
        "考评.csv",
    }  # fmt: skip
    for counts in truth["files"].values():
        parts = [counts[name] for name in ("loaded", "rejected", "merged", "blank")]
        assert counts["rows_read"] == sum(parts)


def test_refused_rows_are_where_truth_says(county: Path, truth: Truth) -> None:
    book = openpyxl.load_workbook(county / LEDGER)
    headers = {cell.value: cell.column for cell in book["社区用房"][2]}

    codes = [row["code"] for row in truth["rejected"]]
    assert codes == ["GG-NUM-003", "GG-NUM-002", "GG-CODE-019"]
    for row in truth["rejected"]:
        cell = book[row["layer"]].cell(row=row["row"], column=headers[row["column"]])
        assert cell.value == row["value"]


def test_estate_sums_in_the_geopackage_are_whole_developments(county: Path) -> None:
    estates = pyogrio.read_dataframe(county / "小区.gpkg")
    phased = estates[estates["所属开发项目"] == "三期里"]

    assert phased["期数"].tolist() == [1, 2, 3]
    assert phased["规划户数"].sum() == 400 + 500 + 300
    assert estates.geometry.is_valid.all()


# ---- the same again -----------------------------------------------------------------


def test_same_seed_gives_the_same_truth_cells_and_shapes(
    county: Path, tmp_path: Path
) -> None:
    build(tmp_path, seed=1)

    names = [
        path.name for path in county.iterdir() if path.suffix not in (".gpkg", ".xlsx")
    ]
    assert "truth.json" in names
    for name in names:
        assert (tmp_path / name).read_bytes() == (county / name).read_bytes()
    for name in (LEDGER, "新建小区移交.xlsx"):
        assert cells_of(tmp_path / name) == cells_of(county / name)
    for name in ("小区.gpkg", "楼栋.gpkg"):
        one, other = (
            pyogrio.read_dataframe(folder / name) for folder in (county, tmp_path)
        )
        pd.testing.assert_frame_equal(one, other)


def cells_of(path: Path) -> list[list[object]]:
    book = openpyxl.load_workbook(path)
    return [[c.value for c in row] for sheet in book for row in sheet.iter_rows()]


def test_another_seed_gives_another_county(county: Path, tmp_path: Path) -> None:
    build(tmp_path, seed=2)

    assert (tmp_path / "社区边界.shp").read_bytes() != (
        county / "社区边界.shp"
    ).read_bytes()


def test_building_again_replaces_an_earlier_demo(tmp_path: Path) -> None:
    build(tmp_path, communities=3)
    build(tmp_path, communities=2)

    assert read_truth(tmp_path)["communities"] == 2


def test_files_of_a_user_are_never_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / LEDGER
    mine.write_bytes(b"real")

    with pytest.raises(InputError, match="不会覆盖"):
        build(tmp_path)
    assert mine.read_bytes() == b"real"


@pytest.mark.parametrize("number", [0, -1, 80_001])
def test_impossible_sizes_are_refused(tmp_path: Path, number: int) -> None:
    with pytest.raises(InputError, match="社区数"):
        build(tmp_path, communities=number)


def test_progress_is_told_from_start_to_end(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []

    build(
        tmp_path, communities=2, progress=lambda share, text: told.append((share, text))
    )

    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(text for _, text in told)


# ---- what must come out, worked out by hand -----------------------------------------


def test_every_outcome_stated_by_hand_is_in_the_verdicts(
    truth: Truth, outcomes: dict[tuple[str, str], dict[str, Any]]
) -> None:
    stated = [
        (
            defect["kind"],
            rule,
            outcomes[rule, defect["subject_code"]]["outcome"],
            expected,
        )
        for defect in truth["defects"]
        for rule, expected in defect["expected"].items()
    ]

    assert len(stated) == 194
    assert [row for row in stated if row[2] != row[3]] == []


def test_every_rule_has_a_verdict_for_every_subject_of_its_kind(truth: Truth) -> None:
    verdicts = pd.DataFrame(
        [row for pack in truth["packs"].values() for row in pack["verdicts"]]
    )
    rules = verdicts.groupby("subject_kind")["rule_id"].unique()
    subjects = verdicts.groupby("subject_kind")["subject_code"].unique()

    assert sorted(truth["packs"]) == [
        "county", "district", "elderly", "grid_size", "living_circle", "national", "tiered",
    ]  # fmt: skip
    assert len(subjects["community"]) == 81
    assert not verdicts.duplicated(["rule_id", "subject_code"]).any()
    assert len(verdicts) == sum(len(rules[k]) * len(subjects[k]) for k in rules.index)


@pytest.mark.parametrize(
    ("name", "rule", "outcome", "measured", "required"),
    [
        # 0.03 万㎡ = 300 ㎡, and 300 ≥ 300 counts as met.
        ("正阳社区", "S01", "pass", 300.0, 300.0),
        # 10 万元 = 100,000, met exactly.
        ("正阳社区", "S13-T", "pass", 100_000.0, 100_000.0),
        # One room of 299.9 ㎡.
        ("差一社区", "S01", "fail", 299.9, 300.0),
        # 180 + 100; −35, 300-350 and the repeated row are refused.
        ("错表社区", "S01", "fail", 280.0, 300.0),
        # 250 and one of unknown size: at least 250, no upper end.
        ("不详社区", "S01", "not_assessed", None, 300.0),
        # 200 office; 150 property-management rooms never count.
        ("物管社区", "S01", "fail", 200.0, 300.0),
        # Twelve shop-fronts: 28+26+24+18+22+27.5+18.5+25+19+21+20+13 = 262; none of 30 ㎡.
        ("七星社区", "S01", "fail", 262.0, 300.0),
        ("七星社区", "S01-R", "fail", 1.0, 0.5),
        # The largest is 28 of 262, each a place of its own.
        ("七星社区", "S01-C", "fail", 28 / 262, 0.5),
        # 500 ㎡, 40 % to the neighbour: 300 here, and 200 + 120 there.
        ("分户社区", "S01", "pass", 300.0, 300.0),
        ("分享社区", "S01", "pass", 320.0, 300.0),
        # The 320 ㎡ shared without shares count with their owner only.
        ("共建社区", "S01", "pass", 320.0, 300.0),
        ("借光社区", "S01", "fail", 150.0, 300.0),
        # 40 m + 40 m hang together: one place of 330.
        ("连片社区", "S01-C", "pass", 1.0, 0.5),
        # 60 m apart: 110 of 330.
        ("分散社区", "S01-C", "fail", 1 / 3, 0.5),
        ("两处社区", "S01-C", "pass", 0.5, 0.5),
        # 90 m apart, but one site: all 310 in one place.
        ("一院社区", "S01-C", "pass", 1.0, 0.5),
        # 1,000 households: 4 workers; 120,000 in the latest year.
        ("千户社区", "S05", "pass", 4.0, 4.0),
        ("千户社区", "S13-U", "pass", 120_000.0, 120_000.0),
        # About 1,180 households, counted as 1,180: no full 250 above 1,000.
        ("约户社区", "S05", "pass", 4.0, 4.0),
        # 3,001 households: 4 + floor(2,001 / 250) = 12 workers, 11 there.
        ("大庭社区", "S05", "fail", 11.0, 12.0),
        ("新桥社区", "S05", "pass", 5.0, 5.0),
        ("老桥社区", "S05", "pass", 4.0, 4.0),
        # 18 and 17 workers for 10,000 people.
        ("十八社区", "N04", "pass", 18.0, 18.0),
        ("十七社区", "N04", "fail", 17.0, 18.0),
        # 1,001 households × 30 / 100 = 300.3 ㎡, 300 there.
        ("百零社区", "N02", "fail", 300.0, 300.3),
        # For activity: 180 + 120 = 300 of 500, and 179 + 120 = 299 of 500.
        ("活动社区", "N03", "pass", 0.6, 0.6),
        ("办公社区", "N03", "fail", 0.598, 0.6),
        # 310 + 40 + 50; the health station is not in the list.
        ("四百社区", "S02", "pass", 400.0, 400.0),
        ("双坝社区", "S03", "pass", 500.0, 500.0),
        # No funds row is not 0 yuan; no room row is not 0 ㎡.
        ("无账社区", "S13-U", "not_assessed", None, 120_000.0),
        ("空白社区", "S01", "not_assessed", None, 300.0),
        # Urban rules are not for towns.
        ("正阳社区", "S05", "not_applicable", None, None),
    ],
)  # fmt: skip
def test_planted_community_comes_out_as_worked_by_hand(
    communities: pd.DataFrame,
    outcomes: dict[tuple[str, str], dict[str, Any]],
    name: str,
    rule: str,
    outcome: str,
    measured: float | None,
    required: float | None,
) -> None:
    row = outcomes[rule, code_of(communities, name)]

    assert row["outcome"] == outcome
    assert row["measured"] == (
        None if measured is None else pytest.approx(measured, abs=1e-6)
    )
    assert row["required"] == (
        None if required is None else pytest.approx(required, abs=1e-6)
    )


@pytest.mark.parametrize(
    ("name", "rule", "outcome", "measured", "required"),
    [
        # 1,237 × 50 / 100 = 618.5; 420 + 124.5 = 544.5: 74 ㎡ short, or 148 dwellings.
        ("锦岫新城", "S04", "fail", 544.5, 618.5),
        ("云栖一品", "S04", "pass", 500.0, 500.0),
        ("微缺里", "S04", "fail", 499.9, 500.0),
        ("百户里", "S04", "pass", 50.0, 50.0),
        # 400 + 500 + 300 = 1,200 dwellings over three phases: 600 ㎡.
        ("三期里", "S04", "pass", 600.0, 600.0),
        ("三期里", "N16", "pass", 0.0, 0.0),
        ("后补里", "N16", "fail", 1.0, 0.0),
        # One phase unknown: neither the sum nor what it asks for is known.
        ("缺期里", "S04", "not_assessed", 550.0, None),
        ("分散里", "S04-C", "fail", 2.0, 1.0),
        ("连廊里", "S04-C", "pass", 1.0, 1.0),
        # Property rooms do not count, and the ledger speaks of this estate: 0 ㎡.
        ("物管里", "S04", "fail", 0.0, 300.0),
        ("空表里", "S04", "not_assessed", None, 350.0),
        ("晚交里", "N17", "fail", 1.0, 0.0),
        ("在建里", "S04-H", "not_applicable", None, None),
        # 30,000 ㎡ is in the second step, 29,999 in the first.
        ("三万里", "N18", "pass", 800.0, 800.0),
        ("近三万里", "N18", "fail", 299.0, 300.0),
        # 150 + 50 × floor(15,000 / 10,000).
        ("保障里", "N20", "pass", 200.0, 200.0),
        # 30 per 100 of 1,000, twice.
        ("双标里", "N19", "pass", 600.0, 600.0),
        ("商业里", "S04", "not_applicable", None, None),
        # 20 per 100 of 500 is 100.
        ("老粮站大院", "N14", "pass", 100.0, 100.0),
        ("老丝厂大院", "N14", "fail", 99.9, 100.0),
    ],
)  # fmt: skip
def test_planted_estate_comes_out_as_worked_by_hand(
    county: Path,
    outcomes: dict[tuple[str, str], dict[str, Any]],
    name: str,
    rule: str,
    outcome: str,
    measured: float | None,
    required: float | None,
) -> None:
    estates = pyogrio.read_dataframe(county / "小区.gpkg", read_geometry=False)
    single = estates.loc[estates["小区名称"] == name, "小区编号"]

    row = outcomes[rule, name if single.empty else str(single.iloc[0])]

    assert row["outcome"] == outcome
    assert row["measured"] == (
        None if measured is None else pytest.approx(measured, abs=1e-6)
    )
    assert row["required"] == (
        None if required is None else pytest.approx(required, abs=1e-6)
    )


def test_county_shares_are_the_planted_ones(
    outcomes: dict[tuple[str, str], dict[str, Any]],
) -> None:
    # Half of the towns' workers are certified; 56 of 59 towns are named (94.9 % < 95 %).
    assert outcomes["S06-R", "青禾县"]["measured"] == 0.5
    assert outcomes["S06-R", "青禾县"]["outcome"] == "pass"
    assert outcomes["S07-R", "青禾县"]["measured"] == pytest.approx(56 / 59, abs=1e-6)
    assert outcomes["S07-R", "青禾县"]["outcome"] == "fail"
    assert outcomes["S07-U", "青禾县"]["outcome"] == "pass"


def test_clean_county_meets_every_rule_of_the_county_pack(tmp_path: Path) -> None:
    build(tmp_path, clean=True)

    truth = read_truth(tmp_path)
    met = {row["outcome"] for row in truth["packs"]["county"]["verdicts"]}
    assert met == {"pass", "not_applicable"}
    assert truth["defects"] == []
    assert truth["rejected"] == []


# ---- a province ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSummary]:
    """Return a small province: 1,050 communities in 13 counties."""
    folder = tmp_path_factory.mktemp("province")
    return folder, build(folder, communities=1_050)


def test_province_says_what_it_leaves_out(province: tuple[Path, DemoSummary]) -> None:
    folder, summary = province

    assert summary.grids == summary.buildings == 0
    assert "楼栋" in summary.omitted
    assert "未包含：网格、楼栋" in str(summary)
    assert not (folder / "网格.geojson").exists()


def test_province_tiles_and_counts(province: tuple[Path, DemoSummary]) -> None:
    folder, summary = province
    communities = gpd.read_file(folder / "社区.gpkg")

    assert shapely.coverage_is_valid(communities.geometry.to_numpy())
    assert communities["县区"].nunique() == 13
    urban = communities["社区类型"] == "城市社区"
    assert communities.loc[urban, "人口"].sum() == summary.urban * 9_237
    assert communities["社区代码"].is_unique
    outcomes = read_truth(folder)["outcomes"]
    assert sum(outcomes["S01"].values()) == 1_050


# ---- the small copy in data/ ---------------------------------------------------------


def test_small_copy_is_what_its_readme_says_made_it(root: Path, tmp_path: Path) -> None:
    build(tmp_path, communities=6, seed=1)

    copy = root / "data"
    assert "--communities 6 --seed 1" in (copy / "README.md").read_text(
        encoding="utf-8"
    )
    for path in (copy / "truth.json", *copy.glob("*.csv")):
        assert unix_lines(path) == unix_lines(tmp_path / path.name)
    for path in copy.glob("*.xlsx"):
        assert cells_of(path) == cells_of(tmp_path / path.name)


def unix_lines(path: Path) -> bytes:
    """Return what a file holds, whatever git makes of its line ends."""
    return path.read_bytes().replace(b"\r\n", b"\n")


def test_small_copy_is_small_and_says_synthetic(root: Path) -> None:
    copy = root / "data"

    assert sum(path.stat().st_size for path in copy.iterdir()) <= 300_000
    assert "synthetic" in (copy / "README.md").read_text(encoding="utf-8")
    assert (
        (copy / "README.txt")
        .read_text(encoding="utf-8-sig")
        .startswith("这些文件全部是合成数据")
    )
