"""The project file: what goes in comes out, whole versions only, plain refusals."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import builders
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from imported import imported
from pandas.testing import assert_frame_equal

from gridgis.errors import InputError, Problem, StoreError
from gridgis.project import geopackage, opening, store
from gridgis.project.columns import content_hash
from gridgis.tables import TABLES, Dataset, conform

AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
WHO = {"author": "规划科", "message": "年中台账", "at": AT}

HOSTILE = (
    '"; drop table facilities; --',
    "a'b",
    "=1+1",
    "x\0y",
    "𠮷野",
    "%s",
    "[]",
    "fid",
)


def same(actual: Dataset, expected: Dataset) -> None:
    """Assert that two datasets are equal: tables, types, index, CRS, geometry, unknowns."""
    assert set(actual.tables) == set(expected.tables)
    assert actual.crs == expected.crs
    for name, table in expected.tables.items():
        found = actual.tables[name]
        assert type(found) is type(table), name
        assert_frame_equal(
            pd.DataFrame(found).drop(columns="geometry", errors="ignore"),
            pd.DataFrame(table).drop(columns="geometry", errors="ignore"),
        )
        if isinstance(table, gpd.GeoDataFrame):
            assert isinstance(found, gpd.GeoDataFrame)
            assert found.crs == table.crs
            shapes = table.geometry.to_numpy()
            assert shapely.equals_identical(found.geometry.to_numpy(), shapes)[
                ~shapely.is_missing(shapes)
            ].all()
            assert (found.geometry.isna() == table.geometry.isna()).all()


def rooms() -> pd.DataFrame:
    """Return four rooms: a point, a polygon, none, an empty one; every kind of column."""
    geometry = gpd.GeoSeries(
        [
            builders.points((3, 4))[0],
            builders.square(0, 0, 10),
            None,
            shapely.Point(),
        ],
        crs=builders.CRS_M,
    )
    rows = [
        {
            "facility_id": "F1",
            "name": "党群服务中心",
            "community_code": "C1",
            "floor_area_m2": 300.5,
            "own_entrance": True,
            "available_on": pd.Timestamp("2026-06-30"),
            "marks": "floor_area_m2=about;storey=at_least",
        },
        {"facility_id": "F2", "own_entrance": False, "storey": -1.0},
        {"facility_id": "F3", "floor_area_m2": 0.0},
        {"facility_id": "F4", "available_on": pd.Timestamp("2099-01-01")},
    ]
    return builders.table("facilities", rows, geometry)


def county() -> Dataset:
    """Return a dataset with a table of every geometry kind, one table without rows."""
    line = shapely.LineString([builders.ORIGIN, (500_100.0, 3_800_100.0)])
    roads = gpd.GeoSeries([line], crs=builders.CRS_M)
    return builders.dataset(
        communities=builders.communities("东街", "西街"),
        facilities=rooms(),
        roads=builders.table("roads", [{"road_id": "R1", "walkable": None}], roads),
        staff=[{"community_code": "C1", "year": 2026.0, "workers": 4.0}],
        buildings=[],
    )


# --- what goes in comes out


def test_load_returns_exactly_what_was_imported(tmp_path: Path) -> None:
    path = tmp_path / "县.gpkg"

    number = store.save_import(path, imported(county()), **WHO)

    assert number == 1
    same(store.load(path), county())


def test_a_table_that_nobody_provided_stays_absent(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)

    data = store.load(path)

    assert "funds" not in data
    assert "buildings" in data
    assert len(data["buildings"]) == 0


def test_rows_and_areas_are_conserved(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    communities = builders.table(
        "communities",
        [{"community_code": f"C{i}"} for i in range(12)],
        builders.grid_of(4, 3, 100.0),
    )
    store.save_import(path, imported(communities=communities), **WHO)

    loaded = store.load(path).layer("communities")

    assert len(loaded) == 12
    assert loaded.area.sum() == 12 * 100.0 * 100.0


def test_a_dataset_without_any_place_is_kept(tmp_path: Path) -> None:
    staff = builders.table("staff", [{"community_code": "C1", "year": 2026.0}])
    data = Dataset({"staff": staff})

    store.save_import(tmp_path / "p.gpkg", imported(data), **WHO)

    same(store.load(tmp_path / "p.gpkg"), data)


def test_a_crs_without_a_code_comes_back_the_same(tmp_path: Path) -> None:
    crs = builders.CRS_M.from_proj4("+proj=tmerc +lon_0=113.7 +x_0=80000 +datum=WGS84")
    shapes = gpd.GeoSeries([shapely.box(0, 0, 10, 10)], crs=crs)
    table = conform(
        "communities",
        gpd.GeoDataFrame({"community_code": ["C1"]}, geometry=shapes, crs=crs),
    )
    data = Dataset({"communities": table}, crs)

    store.save_import(tmp_path / "p.gpkg", imported(data), **WHO)

    loaded = store.load(tmp_path / "p.gpkg")
    same(loaded, data)
    assert store.latest(tmp_path / "p.gpkg").content_hash == content_hash(loaded)


def test_columns_of_the_users_own_keep_names_and_types(tmp_path: Path) -> None:
    rows = [
        {"community_code": "C1", "year": 2026.0},
        {"community_code": "C2", "year": 2026.0},
    ]
    staff = builders.table("staff", rows).assign(
        **{name: pd.Series([name, None], dtype="str") for name in HOSTILE},
        FID=[1.5, np.nan],
        人数=[1, 2],
        标记=pd.array([True, None], dtype="boolean"),
        时间=pd.to_datetime(["2026-01-02 03:04:05.678901", None]),
    )

    store.save_import(tmp_path / "p.gpkg", imported(staff=staff), **WHO)

    same(store.load(tmp_path / "p.gpkg"), builders.dataset(staff=staff))


def test_columns_of_unknown_types_become_text(tmp_path: Path) -> None:
    staff = builders.table("staff", [{"community_code": "C1", "year": 2026.0}]).assign(
        mixed=pd.Series([3], dtype=object), level=pd.Series(["a"], dtype="category")
    )

    store.save_import(tmp_path / "p.gpkg", imported(staff=staff), **WHO)

    loaded = store.load(tmp_path / "p.gpkg")["staff"]
    assert loaded["mixed"].tolist() == ["3"]
    assert loaded["level"].tolist() == ["a"]


TEXT = st.one_of(
    st.none(),
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
NUMBERS = st.one_of(st.just(np.nan), st.floats(allow_nan=False, allow_infinity=False))
SHAPES = st.one_of(
    st.none(),
    st.builds(shapely.Point, st.integers(0, 1000), st.integers(0, 1000)),
    st.builds(
        lambda x, side: shapely.box(x, 0, x + side, side),
        st.integers(0, 1000),
        st.integers(1, 50),
    ),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": TEXT,
            "storey": NUMBERS,
            "own_entrance": st.sampled_from([True, False, None]),
            "available_on": st.one_of(
                st.none(), st.dates().map(lambda day: np.datetime64(day, "ms"))
            ),
            "自有列": TEXT,
            "geometry": SHAPES,
        }
    ),
    max_size=6,
)


@settings(max_examples=30)
@given(rows=ROWS)
def test_any_table_comes_back_as_it_was(rows: list[dict[str, object]]) -> None:
    from tempfile import TemporaryDirectory

    frame = pd.DataFrame(
        rows, columns=["name", "storey", "own_entrance", "available_on"]
    )
    frame["facility_id"] = [f"F{i}" for i in range(len(rows))]
    frame["自有列"] = pd.Series([row["自有列"] for row in rows], dtype="str")
    shapes = gpd.GeoSeries([row["geometry"] for row in rows], crs=builders.CRS_M)
    table = conform("facilities", gpd.GeoDataFrame(frame, geometry=shapes))
    data = Dataset({"facilities": table}, builders.CRS_M)

    with TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        store.save_import(path, imported(data), **WHO)

        same(store.load(path), data)
        assert store.latest(path).content_hash == content_hash(data)


def test_saving_leaves_the_import_as_it_was(tmp_path: Path) -> None:
    given_import = imported(county())

    store.save_import(tmp_path / "p.gpkg", given_import, **WHO)
    store.save_import(tmp_path / "p.gpkg", given_import, **WHO)

    same(given_import.data, county())


# --- other programs


def test_gdal_opens_the_project_as_layers_with_their_crs(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)

    layers = dict(pyogrio.list_layers(path).tolist())
    communities = pyogrio.read_dataframe(path, layer="communities")
    facilities = pyogrio.read_dataframe(path, layer="facilities")
    staff = pyogrio.read_dataframe(path, layer="staff")

    assert layers == {
        "communities": "Polygon",
        "facilities": "Unknown",
        "roads": "LineString",
        "buildings": "Unknown",
        "staff": None,
        "gg_versions": None,
    }
    assert communities.crs.to_epsg() == 4547
    assert communities["name"].tolist() == ["东街", "西街"]
    assert communities.area.tolist() == [10_000.0, 10_000.0]
    assert facilities["floor_area_m2"].tolist()[:1] == [300.5]
    assert str(facilities["available_on"].iloc[0])[:10] == "2026-06-30"
    assert staff["workers"].tolist() == [4.0]


def test_gdal_finds_features_through_the_spatial_index(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    table = builders.table(
        "communities",
        [{"community_code": f"C{i}"} for i in range(2500)],
        builders.grid_of(50, 50, 100.0),
    )
    store.save_import(path, imported(communities=table), **WHO)
    east, north = builders.ORIGIN

    # A window inside cells 0 and 1 of the rows 0 and 1: numbers 0, 1, 50, 51.
    window = (east + 10, north + 10, east + 190, north + 190)
    found = pyogrio.read_dataframe(path, layer="communities", bbox=window)

    assert sorted(found["community_code"]) == ["C0", "C1", "C50", "C51"]
    with closing(sqlite3.connect(path)) as connection:
        check = "SELECT rtreecheck('rtree_communities_geom')"
        assert connection.execute(check).fetchone() == ("ok",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("count", [0, 1, 51, 52, 2601, 2602])
def test_the_spatial_index_is_sound_at_every_size(tmp_path: Path, count: int) -> None:
    # 51 boxes fill a node, 51 × 51 = 2601 a tree of two levels.
    path = tmp_path / "p.gpkg"
    places = builders.points(*((float(i % 60), float(i // 60)) for i in range(count)))
    rows = [{"facility_id": f"F{i}"} for i in range(count)]
    store.save_import(
        path, imported(facilities=builders.table("facilities", rows, places)), **WHO
    )

    with closing(geopackage.connect(path, "rw")) as connection:
        run = connection.execute
        assert run("SELECT rtreecheck('rtree_facilities_geom')").fetchone() == ("ok",)
        assert run("SELECT count(*) FROM rtree_facilities_geom").fetchone() == (count,)
        run("DELETE FROM facilities WHERE fid % 2 = 0")
        run("UPDATE facilities SET geom = NULL WHERE fid = 1")
        assert run("SELECT rtreecheck('rtree_facilities_geom')").fetchone() == ("ok",)
        kept = max(0, count - count // 2 - 1)
        assert run("SELECT count(*) FROM rtree_facilities_geom").fetchone() == (kept,)


def test_a_single_change_keeps_the_spatial_index(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(facilities=rooms()), **WHO)
    moved = geopackage.geometry_blobs(np.array([shapely.Point(7, 8)]), 4547)

    with closing(geopackage.connect(path, "rw")) as connection:
        connection.execute("UPDATE facilities SET geom = ? WHERE fid IN (1, 3)", moved)
        box = connection.execute(
            "SELECT id, minx, maxy FROM rtree_facilities_geom ORDER BY id"
        ).fetchall()

    assert box[0] == (1, 7.0, 8.0)
    assert box[2] == (3, 7.0, 8.0)


def test_columns_carry_their_chinese_titles(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(facilities=rooms()), **WHO)

    with closing(sqlite3.connect(path)) as connection:
        titles = dict(
            connection.execute(
                "SELECT column_name, title FROM gpkg_data_columns"
                " WHERE table_name = 'facilities'"
            )
        )

    assert titles["floor_area_m2"] == "建筑面积（㎡）"


# --- a second import


def test_a_later_import_overrides_adds_and_deletes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(facilities=rooms()), **WHO)
    later = builders.table(
        "facilities",
        [
            {"facility_id": "F9", "name": "新增"},
            {"facility_id": "F2", "floor_area_m2": 80.0, "电话": "有"},
            {"facility_id": "F3", "floor_area_m2": 0.0},
        ],
        gpd.GeoSeries([builders.points((1, 1))[0], None, None], crs=builders.CRS_M),
    )

    number = store.save_import(path, imported(facilities=later), **WHO)

    table = store.load(path).layer("facilities").set_index("facility_id")
    assert number == 2
    assert list(table.index) == ["F1", "F2", "F3", "F4", "F9"]
    assert table.loc["F1", "name"] == "党群服务中心"
    assert table.loc["F2", "floor_area_m2"] == 80.0
    assert table.loc["F2", "storey"] == -1.0
    assert table.loc["F2", "geometry"].area == 100.0
    assert table["电话"].dropna().to_dict() == {"F2": "有"}
    change = store.latest(path).changes["facilities"]
    assert (change.added, change.updated, change.unchanged) == (1, 1, 1)


def test_row_ids_stay_with_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(facilities=rooms()), **WHO)
    with closing(geopackage.connect(path, "rw")) as connection:
        connection.execute("DELETE FROM facilities WHERE fid = 2")
    more = builders.table("facilities", [{"facility_id": f"G{i}"} for i in range(3)])
    more.loc[2, "facility_id"] = "F3"
    more.loc[2, "name"] = "改名"

    store.save_import(path, imported(facilities=more), **WHO)

    with closing(sqlite3.connect(path)) as connection:
        ids = dict(connection.execute("SELECT facility_id, fid FROM facilities"))
        name = connection.execute("SELECT name FROM facilities WHERE fid = 3")
        assert name.fetchone() == ("改名",)
    assert ids == {"F1": 1, "F3": 3, "F4": 4, "G0": 5, "G1": 6}


def test_many_changes_at_once_leave_a_sound_index(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"

    def table(first: int, shift: float) -> pd.DataFrame:
        numbers = range(first, first + 1200)
        places = builders.points(*((i % 40 + shift, i // 40 + shift) for i in numbers))
        rows = [{"facility_id": f"F{i}"} for i in numbers]
        return builders.table("facilities", rows, places)

    store.save_import(path, imported(facilities=table(0, 0.0)), **WHO)
    store.save_import(path, imported(facilities=table(600, 0.5)), **WHO)

    change = store.latest(path).changes["facilities"]
    assert (change.added, change.updated, change.unchanged) == (600, 600, 0)
    with closing(sqlite3.connect(path)) as connection:
        run = connection.execute
        assert run("SELECT rtreecheck('rtree_facilities_geom')").fetchone() == ("ok",)
        assert run("SELECT count(*) FROM rtree_facilities_geom").fetchone() == (1800,)


def test_a_mark_goes_with_the_figure_it_was_given_with(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(facilities=rooms()), **WHO)
    exact = [{"facility_id": "F1", "floor_area_m2": 300.5}]

    store.save_import(path, imported(facilities=exact), **WHO)

    marks = store.load(path)["facilities"].set_index("facility_id")["marks"]
    assert marks["F1"] == "storey=at_least"
    assert store.latest(path).changes["facilities"].updated == 1


def test_geometry_given_later_makes_a_map_layer_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    ledger = conform("facilities", pd.DataFrame({"facility_id": ["F1", "F2"]}))
    store.save_import(path, imported(Dataset({"facilities": ledger})), **WHO)
    place = builders.table(
        "facilities", [{"facility_id": "F2"}], builders.points((5, 6))
    )

    store.save_import(path, imported(facilities=place), **WHO)

    data = store.load(path)
    assert data.crs == builders.CRS_M
    assert data.layer("facilities").geometry.isna().tolist() == [True, False]
    assert pyogrio.read_info(path, layer="facilities")["geometry_type"] == "Point"


def test_a_later_import_is_brought_into_the_crs_of_the_project(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(facilities=rooms()), **WHO)
    elsewhere = gpd.GeoDataFrame(
        {"facility_id": ["F8"]}, geometry=builders.points((30, 40))
    ).to_crs(4546)
    data = Dataset({"facilities": conform("facilities", elsewhere)}, elsewhere.crs)

    store.save_import(path, imported(data), **WHO)

    place = store.load(path).layer("facilities").geometry.iloc[-1]
    expected = builders.points((30, 40))[0]
    assert place.distance(expected) < 1e-3


def test_an_own_column_of_another_type_becomes_text(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    first = builders.table("staff", [{"community_code": "C1", "year": 2026.0}])
    second = builders.table("staff", [{"community_code": "C2", "year": 2026.0}])
    store.save_import(path, imported(staff=first.assign(编制=[12.5])), **WHO)

    store.save_import(path, imported(staff=second.assign(编制=["待定"])), **WHO)

    assert store.load(path)["staff"]["编制"].tolist() == ["12.5", "待定"]


def test_importing_the_same_again_changes_nothing_but_the_version(
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)

    store.save_import(path, imported(county()), **WHO)

    first, second = store.versions(path)
    assert (second.number, second.parent) == (2, 1)
    assert first.content_hash == second.content_hash == content_hash(county())
    assert all(c.added == c.updated == 0 for c in second.changes.values())
    same(store.load(path), county())


# --- the memory of a project


def test_a_version_says_who_when_why_and_what(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"

    store.save_import(path, imported(county()), **WHO)

    version = store.latest(path)
    assert (version.number, version.parent, version.kind) == (1, None, "import")
    assert (version.author, version.message, version.at) == ("规划科", "年中台账", AT)
    assert version.changes["facilities"].added == 4


def test_the_content_hash_tells_any_difference() -> None:
    base = content_hash(county())
    changed = [
        rooms().assign(name=["党群服务中心", "x", None, None]),
        rooms().assign(storey=[np.nan, -1.0, 0.0, np.nan]),
        rooms().iloc[::-1],
        rooms().set_geometry(
            builders.points((3, 5), (0, 0), (0, 0), (0, 0)).to_numpy()
        ),
        rooms().iloc[:3],
    ]

    hashes = {
        content_hash(Dataset({**county().tables, "facilities": table}, builders.CRS_M))
        for table in changed
    }

    assert len(hashes | {base}) == len(changed) + 1
    assert content_hash(county()) == base


def test_files_are_remembered_with_report_and_rejected_rows(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    rejected = pd.DataFrame(
        {
            "file": ["台账.xlsx", "别的.csv"],
            "row": [7, 8],
            "原因": ["面积为负", "?"],
            "面积": ["-3", None],
        }
    )

    store.save_import(path, imported(county(), rejected=rejected), **WHO)

    (record,) = store.imports(path)
    assert (record.version, record.file, record.sha256) == (1, "台账.xlsx", "ab" * 32)
    assert record.report["layers"][0]["rows_read"] == 8
    assert record.rejected["原因"].tolist() == ["面积为负"]
    assert record.rejected["row"].tolist() == [7]


@pytest.mark.parametrize("table", ["gg_versions", "gg_audit", "gg_imports"])
def test_history_cannot_be_changed_by_statement(tmp_path: Path, table: str) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)

    with closing(sqlite3.connect(path)) as connection:
        for action in ("DELETE FROM {}", "UPDATE {} SET version = 9"):
            statement = action.format(table)
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE gg_audit SET author = '他人' WHERE seq = 2", (2,)),
        ("UPDATE gg_audit SET detail = '{}' WHERE seq = 1", (1,)),
        ("DELETE FROM gg_audit WHERE seq = 2", (2,)),
        ("DELETE FROM gg_audit WHERE seq = 3", (3,)),
    ],
)
def test_an_audit_row_changed_or_removed_shows(
    tmp_path: Path, tampering: str, found: tuple[int, ...]
) -> None:
    path = tmp_path / "p.gpkg"
    for _ in range(3):
        store.save_import(path, imported(county()), **WHO)
    assert store.verify(path) == ()

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER gg_audit_no_update")
        connection.execute("DROP TRIGGER gg_audit_no_delete")
        connection.execute(tampering)
        connection.commit()

    assert store.verify(path) == found


# --- refusals


def test_a_version_nobody_expected_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO, expected_version=0)
    store.save_import(path, imported(county()), **WHO, expected_version=1)

    with pytest.raises(StoreError, match="第 1 版，现在是第 2 版"):
        store.save_import(path, imported(county()), **WHO, expected_version=1)

    assert store.latest(path).number == 2


def test_a_project_that_vanished_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="第 3 版"):
        store.save_import(
            tmp_path / "p.gpkg", imported(county()), **WHO, expected_version=3
        )

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("severity", ["file", "ask"])
def test_an_import_with_an_open_question_is_not_stored(
    tmp_path: Path, severity: str
) -> None:
    problem = Problem(code="GG-X", severity=severity, reason="缺少坐标系")  # type: ignore[arg-type]

    with pytest.raises(InputError, match="缺少坐标系"):
        store.save_import(
            tmp_path / "p.gpkg", imported(county(), problems=[problem]), **WHO
        )

    assert list(tmp_path.iterdir()) == []


def test_an_import_without_any_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有可以导入的数据"):
        store.save_import(tmp_path / "p.gpkg", imported(Dataset({})), **WHO)


def ordinary_geopackage(path: Path) -> None:
    """Write a GeoPackage as any other program would."""
    frame = gpd.GeoDataFrame({"name": ["x"]}, geometry=builders.points((0, 0)))
    pyogrio.write_dataframe(frame, path, layer="facilities")


@pytest.mark.parametrize(
    "make",
    [
        ordinary_geopackage,
        lambda path: path.write_text("社区代码,名称\n1,东街\n", "utf-8"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(200)),
    ],
    ids=["another GeoPackage", "text", "empty", "half a file"],
)
def test_a_file_of_another_kind_is_refused_and_left_alone(
    tmp_path: Path, make: object
) -> None:
    path = tmp_path / "别的.gpkg"
    make(path)  # type: ignore[operator]
    before = path.read_bytes()

    for use in (
        lambda: store.load(path),
        lambda: store.latest(path),
        lambda: store.save_import(path, imported(county()), **WHO),
    ):
        with pytest.raises(StoreError, match="不是 gridgis 项目文件") as caught:
            use()
        assert caught.value.remedy
    assert not store.is_project(path)
    assert path.read_bytes() == before


def test_a_missing_file_is_said_to_be_missing_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="找不到项目文件"):
        store.load(tmp_path / "没有.gpkg")

    assert list(tmp_path.iterdir()) == []


def test_a_project_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE gg_meta SET value = '99' WHERE key = 'schema'")
        connection.commit()

    assert store.is_project(path)
    for use in (
        lambda: store.load(path),
        lambda: store.save_import(path, imported(county()), **WHO),
    ):
        with pytest.raises(StoreError, match=r"更新版本.*升级"):
            use()


def test_a_project_that_is_being_written_is_waited_for_then_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)
    monkeypatch.setattr(opening, "_WAIT_S", 0.05)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="正被别的程序写入"):
            store.save_import(path, imported(county()), **WHO)
        same(store.load(path), county())

    assert store.save_import(path, imported(county()), **WHO) == 2


def test_damage_is_told_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = os.urandom(len(content) - 4096 * 2)
    path.write_bytes(content)

    with pytest.raises(StoreError, match="已损坏"):
        store.load(path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facilities SET floor_area_m2 = '三百'",
        "UPDATE facilities SET geom = x'00112233445566778899'",
        "UPDATE facilities SET facility_id = 'F1'",
        "UPDATE facilities SET facility_id = NULL",
        "UPDATE facilities SET name = CAST(x'ff' AS TEXT)",
        "UPDATE facilities SET available_on = 'tomorrow'",
        "DROP TABLE facilities",
        "UPDATE gg_tables SET columns = 'x'",
        "UPDATE gg_meta SET value = 'x' WHERE key = 'crs'",
    ],
)
def test_what_another_program_spoilt_is_told_in_plain_words(
    tmp_path: Path, statement: str
) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)
    with closing(geopackage.connect(path, "rw")) as connection:
        connection.execute(statement)

    with pytest.raises(StoreError, match="被别的程序改") as caught:
        store.load(path)

    assert caught.value.remedy


def test_a_view_in_the_place_of_a_table_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)
    with closing(geopackage.connect(path, "rw")) as connection:
        connection.execute("DROP TABLE staff")
        connection.execute(
            "CREATE VIEW staff AS WITH RECURSIVE n(fid) AS"
            " (SELECT 1 UNION ALL SELECT fid + 1 FROM n) SELECT * FROM n"
        )

    with pytest.raises(StoreError, match="被别的程序改"):
        store.load(path)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreError):
        store.save_import(tmp_path / "file" / "p.gpkg", imported(county()), **WHO)


def test_a_project_in_a_folder_without_rights_is_read_but_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As root there are no folders without rights: SQLite's answer is given instead.
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)
    connect = geopackage.connect

    def refused(
        path: Path, mode: str, *, wait_s: float = 5.0, immutable: bool = False
    ) -> sqlite3.Connection:
        assert mode in ("ro", "rw")
        if immutable:
            return connect(path, "ro", wait_s=wait_s, immutable=True)
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr(geopackage, "connect", refused)

    same(store.load(path), county())
    with pytest.raises(StoreError, match="只读"):
        store.save_import(path, imported(county()), **WHO)


def test_two_programs_making_one_project_both_keep_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "p.gpkg", tmp_path / "other.gpkg"
    store.save_import(
        other, imported(staff=[{"community_code": "C1", "year": 1.0}]), **WHO
    )
    make = store._make_project

    def late(path: Path, *arguments: object) -> int:
        shutil.copy(other, path)
        return make(path, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "_make_project", late)

    number = store.save_import(path, imported(facilities=rooms()), **WHO)

    assert number == 2
    assert set(store.load(path).tables) == {"staff", "facilities"}


def test_a_failed_import_leaves_the_version_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.gpkg"
    store.save_import(path, imported(county()), **WHO)

    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr("gridgis.project.records.write_version", full)
    more = imported(staff=[{"community_code": "C7", "year": 2026.0}])
    with pytest.raises(StoreError, match="磁盘空间不足"):
        store.save_import(path, more, **WHO)

    assert store.latest(path).number == 1
    same(store.load(path), county())


def test_a_deleted_row_is_not_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    canary = "CANARY-13912345678"
    table = rooms()
    table.loc[0, "name"] = canary
    store.save_import(path, imported(facilities=table), **WHO)
    assert canary.encode() in path.read_bytes()

    with closing(geopackage.connect(path, "rw")) as connection:
        connection.execute("DELETE FROM facilities WHERE fid = 1")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert canary.encode() not in path.read_bytes()


def test_every_table_of_the_contract_can_be_stored(tmp_path: Path) -> None:
    tables = {
        name: conform(
            name,
            pd.DataFrame(
                {key: [2026.0] if key == "year" else ["1"] for key in spec.key}
            ),
            builders.CRS_M if spec.is_spatial else None,
        )
        for name, spec in TABLES.items()
    }
    data = Dataset(tables, builders.CRS_M)

    store.save_import(tmp_path / "p.gpkg", imported(data), **WHO)

    same(store.load(tmp_path / "p.gpkg"), data)


# --- killed


def run_in_child(*arguments: str) -> dict[str, Any]:
    """Run the script that harms importing processes, and return its report."""
    script = Path(__file__).with_name("kill_import.py")
    folders = [str(script.parent), str(script.parents[1])]
    answer = subprocess.run(  # noqa: S603 - our own interpreter, our own script
        [sys.executable, str(script), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
    )
    return dict(json.loads(answer.stdout))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, so not on Windows")
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_version_whole(
    tmp_path: Path,
) -> None:
    report = run_in_child("kill", str(tmp_path), "24")

    assert report["kills"] == 24
    assert report["lost"] == []
    assert report["broken"] == []
    # Kills that never hit the write would prove nothing.
    assert report["before_ack"] >= 24 / 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, so not on Windows")
def test_a_full_disk_is_told_and_leaves_the_version_before(tmp_path: Path) -> None:
    report = run_in_child("full", str(tmp_path), "12")

    assert report["points"] == 12
    assert report["other"] == []
    assert report["told"] + report["saved"] == 12
    assert report["told"] >= 6


def test_what_a_killed_writer_left_is_swept_once_it_is_old(tmp_path: Path) -> None:
    old = tmp_path / ".p.gpkg.0123.tmp"
    journal = tmp_path / ".p.gpkg.0123.tmp-journal"
    fresh = tmp_path / ".p.gpkg.4567.tmp"
    foreign = tmp_path / ".other.gpkg.0123.tmp"
    for item in (old, journal, fresh, foreign):
        item.write_text("x")
    for item in (old, journal, foreign):
        os.utime(item, (0, 0))

    store.save_import(tmp_path / "p.gpkg", imported(county()), **WHO)

    names = {item.name for item in tmp_path.iterdir()}
    assert names == {"p.gpkg", fresh.name, foreign.name}
