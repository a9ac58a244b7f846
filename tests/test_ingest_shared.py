"""Real registers and drawings: what their README says of them, found by reading them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from ledgers import codes

from gridgis.ingest import Import, ReadOptions, expand, read

VILLAGES = "tw_villages_2021_taipei_taoyuan_chiayi.topojson"
HOUSEHOLDS = "tw_village_households_2021-03.csv"


@pytest.fixture(scope="module")
def villages(shared_data: Path) -> Import:
    """Return the villages of three cities with their households."""
    folder = shared_data / "01_villages"
    return read([folder / VILLAGES, folder / HOUSEHOLDS])


def test_every_village_is_joined_to_its_row_of_the_ledger(villages: Import) -> None:
    table = villages.data["communities"]
    counts = [
        (layer.loaded, layer.merged) for file in villages.files for layer in file.layers
    ]

    assert counts == [(1044, 0), (0, 1044)]
    assert len(table) == 1044
    assert table["households"].notna().all()
    # README of the data: 238 to 6,096 households, 2,011,301 in all.
    assert table["households"].sum() == 2_011_301
    assert (table["households"].min(), table["households"].max()) == (238, 6096)
    assert table["community_code"].str.fullmatch(r"\d{11}").all()


def test_villages_of_each_city_are_all_there(villages: Import) -> None:
    counts = villages.data["communities"]["county"].value_counts()

    assert counts.to_dict() == {"桃園市": 504, "台北市": 456, "嘉義市": 84}


def test_the_two_invalid_villages_are_mended_and_told(villages: Import) -> None:
    told = [p for p in villages.files[0].problems if p.code == "GG-GEOM-001"]

    assert len(told) == 2
    assert villages.data.layer("communities").is_valid.all()


def test_areas_of_taipei_agree_with_the_official_ones(shared_data: Path) -> None:
    found = read([shared_data / "01_villages" / "臺北市_村里_綜稅綜合所得總額.geojson"])

    table = found.data.layer("communities")
    # README: in the register's own projection (EPSG:3826) most outlines have its area; the
    # others were drawn anew since.
    own = (table.to_crs(3826).area / table["stated_area_m2"] - 1.0).abs() < 1e-6
    ours = (table.area / table["stated_area_m2"] - 1.0).abs()
    assert len(table) == 456
    assert own.mean() > 0.8
    assert ours[own].max() < 0.005
    assert "GG-GEOM-001" in codes(found)


def test_care_points_lie_in_their_stated_village_or_are_listed(
    shared_data: Path,
) -> None:
    points = shared_data / "03_facilities" / "taipei_community_care_points_2025.csv"
    found = read([shared_data / "01_villages" / VILLAGES, points])

    rooms = found.data["facilities"]
    assert len(rooms) == 505
    assert rooms["floor_area_m2"].isna().all()
    # README: stated village and place agree in 442 of 505 rows.
    assert sum(p.code == "GG-PLACE-005" for p in found.relations) == 505 - 442


def test_areas_of_preschools_are_read_from_their_text(shared_data: Path) -> None:
    mapping = {"size": "floor_area_m2", "size_out": "outdoor_area_m2"}
    path = shared_data / "03_facilities" / "tw_preschools_floor_area_sample.geojson"

    table = (
        read([path], ReadOptions(mapping=mapping)).data["facilities"].set_index("name")
    )

    assert len(table) == 12
    first = table.loc["臺南市私立耶魯幼兒園"]
    assert (first["floor_area_m2"], first["outdoor_area_m2"]) == (1280.0, 694.53)
    assert (first["storey"], first["top_storey"]) == (1.0, 2.0)
    assert table.loc["臺北市私立六三幼兒園", "top_storey"] == 1.0
    assert table.loc["苗栗縣私立名家幼兒園", "floor_area_m2"] == 1965.0
    # An empty string is unknown, not nought.
    care = table.loc[
        "國家科學及技術委員會職場互助教保服務中心（委託社團法人台灣公共托育協會辦理）"
    ]
    assert pd.isna(care["outdoor_area_m2"])


def test_a_gbk_shapefile_without_cpg_is_read_by_its_language_byte(
    shared_data: Path,
) -> None:
    paths = expand([shared_data / "06_messy" / "chongqing_shp"])

    found = read(paths, ReadOptions(table="communities"))

    names = set(found.data["communities"]["name"])
    assert len(names) == 38
    assert {"奉节县", "渝中区", "大足区"} & names
    assert found.files[0].encoding == "gb18030（语言字节 0x4D）"


def test_a_utf8_shapefile_without_cpg_is_not_garbled(shared_data: Path) -> None:
    found = read(expand([shared_data / "06_messy" / "tw_village_sanhe_no_cpg"]))

    row = found.data["communities"].iloc[0]
    assert (row["county"], row["street"], row["name"]) == ("屏東縣", "瑪家鄉", "三和村")
    assert row["community_code"] == "10013280006"
    assert found.files[0].encoding == "utf-8（按字节判断）"


def test_metres_under_a_prj_of_degrees_are_asked_about(shared_data: Path) -> None:
    path = shared_data / "04_roads_buildings" / "huizhou_plan" / "land.shp"

    found = read([path], ReadOptions(table="communities", mapping={"FID": "name"}))

    assert found.outcome in ("ask", "refused")


@pytest.mark.parametrize(
    "folder",
    ["01_villages", "02_subzones", "03_facilities", "04_roads_buildings", "06_messy"],
)
def test_no_real_file_ends_in_an_error_or_loses_a_row(
    shared_data: Path, folder: str
) -> None:
    for path in expand([shared_data / folder]):
        report = read([path]).files[0]

        assert report.outcome in ("ok", "warn", "ask", "refused")
        assert report.layers or report.problems
        for layer in report.layers:
            kept = layer.loaded + layer.rejected + layer.merged + layer.blank
            assert kept == layer.rows_read
