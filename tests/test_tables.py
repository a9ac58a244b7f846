"""The tables that every part exchanges."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from builders import CRS_M, points

from gridgis.errors import CRSError, InputError
from gridgis.tables import TABLES, Dataset, conform, empty, marked


def test_missing_columns_are_unknown_and_not_zero():
    table = conform("communities", pd.DataFrame({"community_code": ["C1"]}))

    assert table.loc[0, "households"] != table.loc[0, "households"]  # NaN
    assert list(table.columns) == TABLES["communities"].names


def test_codes_stay_text_with_their_leading_zeros():
    table = conform("communities", pd.DataFrame({"community_code": ["001", "1"]}))

    assert table["community_code"].tolist() == ["001", "1"]


def test_columns_of_the_users_own_are_kept_at_the_end():
    table = conform(
        "staff", pd.DataFrame({"备注": ["好"], "community_code": ["1"], "year": [2026]})
    )

    assert table.columns[-1] == "备注"


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        ({"community_code": ["C1", "C1"]}, "重复"),
        ({"community_code": ["C1", None]}, "缺少"),
        ({"community_code": ["C1"], "households": ["许多"]}, "户数"),
    ],
)
def test_a_table_that_breaks_the_contract_is_refused(frame, says):
    with pytest.raises(InputError, match=says):
        conform("communities", pd.DataFrame(frame))


def test_a_layer_in_degrees_is_refused():
    frame = gpd.GeoDataFrame(
        {"community_code": ["C1"]},
        geometry=points((0, 0)).to_crs("EPSG:4326").to_numpy(),
        crs="EPSG:4326",
    )

    with pytest.raises(CRSError, match="社区"):
        conform("communities", frame)


def test_an_absent_table_reads_as_empty_with_its_columns():
    data = Dataset({}, CRS_M)

    assert "staff" not in data
    assert list(data["staff"].columns) == TABLES["staff"].names
    assert len(data.layer("grids")) == 0


def test_a_table_without_any_geometry_is_no_layer():
    with pytest.raises(InputError, match="没有图形"):
        Dataset({}).layer("communities")


def test_marks_tell_which_figure_is_not_exact():
    table = conform(
        "facilities",
        pd.DataFrame(
            {"facility_id": ["1", "2", "3"]}
            | {
                "marks": [
                    "floor_area_m2=about;storey=about",
                    "usable_area_m2=about",
                    None,
                ]
            }
        ),
    )

    assert marked(table, "floor_area_m2", "about").tolist() == [True, False, False]
    assert marked(table, "floor_area_m2", "at_least").tolist() == [False] * 3


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_empty_table_has_its_columns_and_types(name):
    table = empty(name, CRS_M)

    assert len(table) == 0
    assert isinstance(table, gpd.GeoDataFrame) == TABLES[name].is_spatial
