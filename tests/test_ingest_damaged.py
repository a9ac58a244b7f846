"""Files that are damaged or ambiguous: told in words, never a crash, nothing lost silently."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from ledgers import boundaries, codes, loaded, text, workbook

from gridgis.errors import InputError
from gridgis.ingest import expand, read

SQUARE = [[105.0, 30.0], [105.01, 30.0], [105.01, 30.01], [105.0, 30.01]]


def polygons(path: Path, rings: list[object]) -> Path:
    """Write one community for each ring."""
    features = [
        {
            "type": "Feature",
            "properties": {"社区代码": f"51092300100{n}", "社区名称": f"第{n}社区"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for n, ring in enumerate(rings, start=1)
    ]
    content = {"type": "FeatureCollection", "features": features}
    return text(path, json.dumps(content, ensure_ascii=False))


@pytest.mark.parametrize(
    ("ring", "reason"),
    [
        (SQUARE, "边界未闭合"),
        ([[float("nan"), 30.0], *SQUARE[1:], [float("nan"), 30.0]], "坐标不是数字"),
        ([[None, 30.0], *SQUARE[1:], [None, 30.0]], "坐标不是数字"),
        ([["105", "30"], *SQUARE[1:], ["105", "30"]], "坐标不是数字"),
        ([[105.0, 30.0], [105.01, 30.0], [105.0, 30.0]], "点数不足"),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
def test_a_wrong_ring_refuses_its_row_only(
    tmp_path: Path, ring: object, reason: str, *, alone: bool
) -> None:
    good = [[x + 0.1, y] for x, y in [*SQUARE, SQUARE[0]]]

    found = read(
        [polygons(tmp_path / "边界.geojson", [ring, *([] if alone else [good])])]
    )

    assert found.rejected["row"].tolist() == [1]
    assert reason in found.rejected["原因"].iloc[0]
    assert len(found.data["communities"]) == (0 if alone else 1)


def test_a_ring_whose_ends_nearly_meet_is_closed(tmp_path: Path) -> None:
    # 5e-8 degrees are 5 mm.
    ring = [*SQUARE, [105.0, 30.00000005]]

    found = loaded(polygons(tmp_path / "边界.geojson", [ring]))

    [problem] = [p for p in found.files[0].problems if p.code == "GG-GEOM-002"]
    assert (problem.severity, problem.row) == ("fix", 1)
    # 0.01° by 0.01° at 30° N: 965 m by 1,109 m.
    area = found.data.layer("communities").area.iloc[0]
    assert area == pytest.approx(965 * 1109, rel=2e-3)


def test_utf8_field_names_cut_within_a_character_are_read(tmp_path: Path) -> None:
    path = tmp_path / "边界.shp"
    rows = {"社区名称": ["东湖社区"], "街道": ["城关镇"]}
    shape = shapely.box(500_000, 3_380_000, 501_000, 3_381_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL tells of the cut, in broken UTF-8.
        gpd.GeoDataFrame(rows, geometry=[shape], crs=4544).to_file(
            path, encoding="utf-8"
        )

    found = loaded(path)

    assert found.data["communities"]["name"].tolist() == ["东湖社区"]
    assert "GG-ENC-004" in codes(found)


def test_what_is_no_folder_of_data_is_told(tmp_path: Path) -> None:
    pipe = tmp_path / "管道.csv"
    os.mkfifo(pipe)

    with pytest.raises(InputError, match="不是普通文件"):
        expand([pipe])
    with pytest.raises(InputError, match="没有可读取的数据文件"):
        expand([tmp_path])


def test_a_folder_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_path: object) -> None:
        raise PermissionError(13, "Permission denied", "里面")

    monkeypatch.setattr(os, "scandir", denied)

    with pytest.raises(InputError, match="没有权限读取文件夹“里面”"):
        expand([tmp_path])


def test_serial_numbers_are_no_ids(tmp_path: Path) -> None:
    head = "编号,社区,用途,建筑面积\n"
    first = text(tmp_path / "甲.csv", head + "1,甲社区,办公,120\n2,甲社区,活动,80\n")
    other = text(tmp_path / "乙.csv", head + "1,乙社区,办公,190\n2,丙社区,办公,70\n")

    rooms = read([first, other]).data["facilities"]

    assert sorted(rooms["floor_area_m2"]) == [70.0, 80.0, 120.0, 190.0]
    assert rooms["facility_id"].is_unique


def test_numbers_that_do_not_run_from_one_are_ids(tmp_path: Path) -> None:
    rows = "编号,社区,用途,建筑面积\n301,甲社区,办公,120\n302,甲社区,活动,80\n"

    rooms = read([text(tmp_path / "用房.csv", rows)]).data["facilities"]

    assert rooms["facility_id"].tolist() == ["301", "302"]


def test_rooms_that_lie_apart_have_different_ids(tmp_path: Path) -> None:
    head = "社区,用途,建筑面积,经度,纬度\n"
    # 0.001° of longitude at 30.5° N are 96 m.
    here = text(tmp_path / "a.csv", head + "甲社区,办公,120,105.200,30.5\n")
    there = text(tmp_path / "b.csv", head + "甲社区,办公,190,105.201,30.5\n")
    corrected = text(tmp_path / "c.csv", head + "甲社区,办公,130,105.200,30.5\n")

    ids = [
        read([path]).data["facilities"]["facility_id"].iloc[0]
        for path in (here, there, corrected)
    ]

    assert ids[0] != ids[1]
    assert ids[0] == ids[2]


@pytest.mark.parametrize("damaged", ["糖?里", "糖■里", "糖\U000ffa8b里"])
def test_a_name_with_a_lost_character_gives_way(tmp_path: Path, damaged: str) -> None:
    lost = text(tmp_path / "1.csv", f"社区代码,社区名称,户数\n6300001,{damaged},100\n")
    whole = text(tmp_path / "2.csv", "社区代码,社区名称,人口\n6300001,糖廍里,300\n")
    codeless = text(tmp_path / "3.csv", "社区名称,老年人口\n糖廍里,50\n")

    table = read([lost, whole, codeless]).data["communities"]

    assert table[["name", "households", "population"]].to_numpy().tolist() == [
        ["糖廍里", 100.0, 300.0]
    ]
    assert table["elderly_population"].tolist() == [50.0]


def test_districts_with_only_name_and_code_are_asked_about(tmp_path: Path) -> None:
    rows = [{"NAME": "万州区", "ADMINCODE": "500101"}]

    found = read([boundaries(tmp_path / "区县界.gpkg", rows)])

    assert found.outcome == "ask"
    assert not found.data.tables


def test_two_tables_on_one_sheet_are_told(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["社区名称", "户数"],
        ["甲社区", 900],
        [],
        ["社区", "用途", "建筑面积", "产权"],
        ["甲社区", "办公", 120, "自有"],
    ]

    found = read([workbook(tmp_path / "合并.xlsx", rows, sheet="台账")])

    [problem] = [p for p in found.files[0].problems if p.code == "GG-HEAD-002"]
    assert (problem.severity, problem.row) == ("warn", 1)
    assert "工作表“台账”里有不止一张表：第 1–2 行未读入" in problem.reason


def test_an_empty_sheet_is_told(tmp_path: Path) -> None:
    found = read([workbook(tmp_path / "空.xlsx", [()])])

    assert "GG-FILE-033" in codes(found)
