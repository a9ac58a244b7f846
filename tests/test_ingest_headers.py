"""Headers: what they mean, in which unit, and which table a layer is."""

from __future__ import annotations

import pytest

from gridgis.errors import InputError
from gridgis.ingest.headers import (
    closest,
    header_of,
    match_headers,
    require_fields,
    table_of,
    wide_field,
)
from gridgis.ingest.privacy import is_personal, looks_personal
from gridgis.tables import TABLES

import pandas as pd  # isort: skip


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("建筑面积（㎡）", "建筑面积"),
        ("建筑面积\n(平方米)", "建筑面积"),
        ("建筑面积m²", "建筑面积"),
        ("戶數", "户数"),
        ("村里代碼", "村里代码"),
        ("一、社区名称", "社区名称"),
        ("1.社区名称", "社区名称"),
        ("（1）社区名称", "社区名称"),
        ("社区名称（必填）", "社区名称"),
        ("*社区名称：", "社区名称"),
        ("Ｓ Ｑ Ｄ Ｍ", "sqdm"),
    ],
)
def test_header_of_strips_all_but_the_name(given: str, key: str) -> None:
    assert header_of(given).key == key


def test_header_of_keeps_the_unit_it_strips() -> None:
    assert header_of("面积（万㎡）").unit == ("㎡", 10_000.0)
    assert header_of("运转经费（万元）").unit == ("元", 10_000.0)
    assert header_of("满意度(%)").unit == ("比例", 0.01)
    assert header_of("面积").unit is None


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_column_is_understood_by_its_title_and_by_its_name(table: str) -> None:
    by_range = {"storey", "top_storey", "source", "marks"}
    names = [column for column in TABLES[table].columns if column.name not in by_range]
    titles = [column.title.split("（")[0] for column in names]

    assert match_headers(titles, table).fields == dict(
        zip(titles, (column.name for column in names), strict=True)
    )
    assert match_headers([column.name for column in names], table).fields == {
        column.name: column.name for column in names
    }


@pytest.mark.parametrize(
    ("headers", "names", "geometry", "table"),
    [
        (["街道", "社区名称", "户数", "人口"], ["Sheet1"], None, "communities"),
        (["社区代码", "社区名称", "街道"], ["边界"], "polygon", "communities"),
        (
            ["VILLCODE", "COUNTYNAME", "TOWNNAME", "VILLNAME"],
            ["x"],
            "polygon",
            "communities",
        ),
        (["社区", "用房名称", "用途", "建筑面积"], ["Sheet1"], None, "facilities"),
        (["据点名称", "里別", "lat", "lon"], ["points"], None, "facilities"),
        (["网格编码", "网格名称", "社区代码", "户数"], ["x"], "polygon", "grids"),
        (["小区名称", "社区", "规划户数", "交付日期"], ["x"], None, "estates"),
        (["楼栋编号", "小区编号", "层数", "户数"], ["x"], "polygon", "buildings"),
        (["道路编号", "道路名称", "道路等级"], ["x"], "line", "roads"),
        (["社区", "年度", "社区工作者人数", "持证人数"], ["x"], None, "staff"),
        (["社区", "年度", "运转经费（万元）"], ["x"], None, "funds"),
        (["社区代码", "年度", "自评分"], ["x"], None, "scores"),
        (["项目编号", "项目名称", "进度", "完成时限"], ["x"], None, "projects"),
    ],
)
def test_table_of_tells_the_table_by_headers_and_geometry(
    headers: list[str], names: list[str], geometry: str | None, table: str
) -> None:
    found = table_of(headers, names, geometry)

    assert found is not None
    assert found.table == table


def test_table_of_knows_nothing_of_foreign_headers() -> None:
    assert table_of(["foo", "bar"], ["x"], None) is None


def test_match_headers_prefers_the_plain_name_to_the_general_one() -> None:
    found = match_headers(["面积", "建筑面积"], "facilities")

    assert found.fields == {"建筑面积": "floor_area_m2"}
    assert found.clashes == {}


def test_match_headers_reports_headers_that_say_the_same() -> None:
    found = match_headers(["总户数", "户数", "人口"], "communities")

    assert found.clashes == {"households": ("户数", "总户数")}


def test_match_headers_obeys_the_user_before_all_else() -> None:
    found = match_headers(["面积", "建筑面积"], "facilities", {"面积": "floor_area_m2"})

    assert found.fields == {"面积": "floor_area_m2"}


def test_match_headers_keeps_a_column_out_if_told_so() -> None:
    found = match_headers(["总户数", "户数"], "communities", {"户数": "-"})

    assert found.fields == {"总户数": "households"}
    assert found.clashes == {}


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("办公用房面积", "office:floor_area_m2"),
        ("服务用房面积", "service:floor_area_m2"),
        ("办公用房使用面积", "office:usable_area_m2"),
        ("户外健身场地面积", "outdoor_fitness:outdoor_area_m2"),
        ("党群服务中心面积", "party_service_center:floor_area_m2"),
        ("社区用房面积", "service_facility:floor_area_m2"),
        ("辖区面积", None),
        ("面积", None),
    ],
)
def test_wide_field_reads_the_use_out_of_a_header(key: str, field: str | None) -> None:
    assert wide_field(key) == field


def test_closest_proposes_the_nearest_header() -> None:
    assert closest("建筑面积", ["序号", "建面积", "备注"]) == "建面积"
    assert closest("建筑面积", ["序号", "备注"]) is None


def test_require_fields_names_the_nearest_field() -> None:
    with pytest.raises(InputError, match="floor_area") as caught:
        require_fields({"面积": "floor_area"})

    assert "floor_area_m2" in caught.value.remedy


@pytest.mark.parametrize(
    "given", ["身份证号", "手机", "联系电话", "网格长", "负责人姓名", "联系方式"]
)
def test_is_personal_knows_columns_of_persons(given: str) -> None:
    assert is_personal(given)


@pytest.mark.parametrize(
    "given", ["网格员数", "持证人数", "社区名称", "负责人数", "楼层"]
)
def test_is_personal_leaves_counts_alone(given: str) -> None:
    assert not is_personal(given)


def test_looks_personal_finds_numbers_under_any_header() -> None:
    assert looks_personal(pd.Series(["13812345678", "139 0000 1111", ""])) is False
    assert looks_personal(pd.Series(["13812345678", "13900001111", ""]))
    # A made-up identity number whose check digit was worked out by the public rule.
    assert looks_personal(pd.Series(["11010519491231002X"]))
    assert not looks_personal(pd.Series(["510923001001", "510923001002"]))
