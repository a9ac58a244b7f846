"""Maps: encodings, references, geometry, and files that would reach outside."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from ledgers import boundaries, codes, loaded, text

from gridgis.crs import to_datum
from gridgis.ingest import ReadOptions, expand, read

ROWS = [
    {"社区代码": "510923001001", "社区名称": "东湖社区", "街道": "城关镇"},
    {"社区代码": "510923001002", "社区名称": "西湖社区", "街道": "城关镇"},
]


def geojson(path: Path, features: list[dict[str, object]], **members: object) -> Path:
    """Write a FeatureCollection of communities from geometries."""
    content = {
        "type": "FeatureCollection",
        **members,
        "features": [
            {
                "type": "Feature",
                "properties": {"社区代码": f"51092300100{n}", "社区名称": f"第{n}社区"},
                "geometry": geometry,
            }
            for n, geometry in enumerate(features, start=1)
        ],
    }
    return text(path, json.dumps(content, ensure_ascii=False))


def square(west: float, south: float, side: float = 0.01) -> dict[str, object]:
    """Return a square as GeoJSON."""
    return json.loads(
        shapely.to_geojson(shapely.box(west, south, west + side, south + side))
    )


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson"])
def test_boundaries_keep_codes_names_and_areas(tmp_path: Path, suffix: str) -> None:
    path = boundaries(tmp_path / f"边界{suffix}", ROWS)

    table = loaded(path).data.layer("communities")

    assert table["community_code"].tolist() == ["510923001001", "510923001002"]
    assert table["name"].tolist() == ["东湖社区", "西湖社区"]
    assert table.crs.to_epsg() == 4544
    assert table.area.tolist() == pytest.approx([1e6, 1e6], rel=1e-6)


def test_degrees_are_projected_to_the_strip_of_the_data(tmp_path: Path) -> None:
    path = geojson(tmp_path / "边界.geojson", [square(105.24, 30.59)])

    table = loaded(path).data.layer("communities")

    assert table.crs.to_epsg() == 4544
    # 0.01° by 0.01° at 30.6° N: 959 m by 1,109 m.
    assert table.area.iloc[0] == pytest.approx(959 * 1109, rel=2e-3)


def unlabelled(shp: Path) -> Path:
    """Take away what tells the encoding of a shapefile: the .cpg and the language byte."""
    shp.with_suffix(".cpg").unlink(missing_ok=True)
    table = bytearray(shp.with_suffix(".dbf").read_bytes())
    table[29] = 0
    shp.with_suffix(".dbf").write_bytes(bytes(table))
    return shp


def test_gbk_text_is_found_where_nothing_tells_of_it(tmp_path: Path) -> None:
    path = unlabelled(boundaries(tmp_path / "边界.shp", ROWS))

    found = loaded(path)

    assert found.data["communities"]["name"].tolist() == ["东湖社区", "西湖社区"]
    assert found.files[0].encoding == "gb18030（按字节判断）"


def test_a_wrong_cpg_is_not_believed(tmp_path: Path) -> None:
    path = unlabelled(boundaries(tmp_path / "边界.shp", ROWS))
    path.with_suffix(".cpg").write_text("UTF-8")

    found = loaded(path)

    assert found.data["communities"]["name"].tolist() == ["东湖社区", "西湖社区"]
    assert "GG-ENC-003" in codes(found)


def test_a_chosen_encoding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = boundaries(tmp_path / "边界.shp", ROWS)

    found = loaded(path, ReadOptions(encoding="utf-8"))

    assert codes(found) == {"GG-ENC-001"}


def test_a_shapefile_without_prj_is_asked_about(tmp_path: Path) -> None:
    path = boundaries(tmp_path / "边界.shp", ROWS)
    path.with_suffix(".prj").unlink()

    asked = loaded(path)
    answered = loaded(path, ReadOptions(crs="EPSG:4544"))

    assert asked.outcome == "ask"
    assert "GG-CRS-001" in codes(asked)
    assert asked.data.tables == {}
    assert answered.outcome == "ok"
    assert answered.data.layer("communities").area.iloc[0] == pytest.approx(1e6)


def test_a_zone_before_the_easting_is_proposed(tmp_path: Path) -> None:
    path = boundaries(tmp_path / "边界.shp", ROWS, east=35_500_000)
    path.with_suffix(".prj").unlink()

    found = loaded(path)

    told = [p for p in found.files[0].problems if p.code == "GG-CRS-001"]
    assert "EPSG:4523" in told[0].remedy
    assert found.proposed.layer("communities").crs.to_epsg() == 4544


def test_degrees_in_the_prj_of_metres_are_asked_about(tmp_path: Path) -> None:
    path = boundaries(tmp_path / "边界.shp", ROWS, crs=4326)

    found = loaded(path)

    assert found.outcome == "ask"
    assert "GG-CRS-002" in codes(found)
    assert loaded(path, ReadOptions(crs="EPSG:4544")).outcome == "ok"


def test_swapped_axes_are_asked_about(tmp_path: Path) -> None:
    path = geojson(tmp_path / "边界.geojson", [square(30.59, 105.24)])

    assert "GG-CRS-005" in codes(loaded(path))


def test_metres_in_geojson_without_crs_are_asked_about(tmp_path: Path) -> None:
    path = geojson(tmp_path / "边界.geojson", [square(500_000, 3_380_000, 1000)])

    assert "GG-CRS-002" in codes(loaded(path))


def test_a_stated_datum_is_undone_and_noted(tmp_path: Path) -> None:
    true = square(105.24, 30.59)
    ring = np.array(true["coordinates"])[0]
    shifted = np.column_stack(to_datum(ring[:, 0], ring[:, 1], "gcj02")).tolist()
    plain = geojson(tmp_path / "真.geojson", [true])
    moved = geojson(
        tmp_path / "偏.geojson", [{"type": "Polygon", "coordinates": [shifted]}]
    )

    here = loaded(plain).data.layer("communities").geometry.iloc[0]
    as_given = loaded(moved).data.layer("communities").geometry.iloc[0]
    found = loaded(moved, ReadOptions(datum="gcj02"))
    back = found.data.layer("communities").geometry.iloc[0]

    # domain.md §4.4: GCJ-02 lies 429.2 m away at Daying.
    assert as_given.centroid.distance(here.centroid) == pytest.approx(429.2, abs=1.0)
    assert back.centroid.distance(here.centroid) < 0.01
    assert "GG-CRS-009" in codes(found)


@pytest.mark.parametrize(
    "member",
    [
        {"type": "link", "properties": {"href": "http://127.0.0.1:9/x"}},
        {"type": "url", "properties": {"url": "http://127.0.0.1:9/x"}},
        {"type": "name", "properties": {"name": "http://127.0.0.1:9/x"}},
        "EPSG:4326",
    ],
)
def test_a_crs_that_points_outside_is_refused(tmp_path: Path, member: object) -> None:
    path = geojson(tmp_path / "边界.geojson", [square(105.24, 30.59)], crs=member)

    assert codes(loaded(path)) == {"GG-CRS-016"}


def test_a_crs_hidden_in_escapes_is_refused(tmp_path: Path) -> None:
    path = geojson(tmp_path / "边界.geojson", [square(105.24, 30.59)])
    member = (
        '"\\u0063rs": {"type": "link", "properties": {"href": "http://x"}}, "features"'
    )
    content = path.read_text(encoding="utf-8").replace('"features"', member, 1)

    assert codes(loaded(text(path, content))) == {"GG-CRS-016"}


def test_a_named_crs_is_accepted(tmp_path: Path) -> None:
    name = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    path = geojson(tmp_path / "边界.geojson", [square(105.24, 30.59)], crs=name)

    assert loaded(path).outcome == "ok"


@pytest.mark.parametrize("name", ["a.geojson", "a.kml", "a.csv", "a.gpkg", "a.shp"])
@pytest.mark.parametrize(
    "content",
    [
        (
            '<OGRVRTDataSource><OGRVRTLayer name="x">'
            "<SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        ),
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}',
        '{"type": "FeatureCollection", "x": "<OGRVRTDataSource>", "features": []}',
        "<OGRWFSDataSource><URL>http://127.0.0.1:9/</URL></OGRWFSDataSource>",
        "<kml><NetworkLink/></kml>",
    ],
)
def test_content_that_reaches_outside_is_refused_under_any_name(
    tmp_path: Path, name: str, content: str
) -> None:
    found = loaded(text(tmp_path / name, content))

    assert found.outcome == "refused"
    assert "root:" not in str(found.as_dict())


def test_a_bow_tie_is_mended_with_its_areas(tmp_path: Path) -> None:
    # Two triangles of 25 ㎡ that meet at a point: GEOS gives 0 before and 50 after.
    path = tmp_path / "边界.gpkg"
    ring = np.array([(0, 0), (10, 10), (10, 0), (0, 10)]) + (500_000, 3_380_000)  # noqa: RUF005
    bow_tie = shapely.Polygon(ring)
    rows = {"社区代码": ["1"], "社区名称": ["东湖"]}
    gpd.GeoDataFrame(rows, geometry=[bow_tie], crs=4544).to_file(path)

    found = loaded(path)

    told = [p for p in found.files[0].problems if p.severity == "fix"]
    assert [p.row for p in told] == [1]
    assert "面积 0 → 50 ㎡" in told[0].reason
    assert found.data.layer("communities").area.tolist() == [50.0]


def test_missing_and_repeated_outlines_refuse_their_rows(tmp_path: Path) -> None:
    shape = shapely.box(500_000, 3_380_000, 501_000, 3_381_000)
    rows = {"社区代码": ["1", "2", "3"], "社区名称": ["甲", "乙", "丙"]}
    path = tmp_path / "边界.gpkg"
    gpd.GeoDataFrame(rows, geometry=[shape, None, shape], crs=4544).to_file(path)

    found = loaded(path)

    assert found.rejected[["row", "code"]].to_numpy().tolist() == [
        [2, "GG-GEOM-007"],
        [3, "GG-GEOM-011"],
    ]
    assert found.data["communities"]["community_code"].tolist() == ["1"]


def test_a_facility_without_place_stays_in_the_ledger(tmp_path: Path) -> None:
    rows = {
        "设施编号": ["F1", "F2"],
        "用途": ["办公用房"] * 2,
        "建筑面积": [10.0, 20.0],
    }
    path = tmp_path / "用房.gpkg"
    shapes = [shapely.Point(500_000, 3_380_000), None]
    gpd.GeoDataFrame(rows, geometry=shapes, crs=4544).to_file(path)

    found = loaded(path)

    assert found.data["facilities"]["floor_area_m2"].tolist() == [10.0, 20.0]
    assert found.outcome == "warn"


def test_heights_are_dropped(tmp_path: Path) -> None:
    rows = {"社区代码": ["1"], "社区名称": ["甲"]}
    shape = shapely.force_3d(shapely.box(500_000, 3_380_000, 501_000, 3_381_000), 7.0)
    path = tmp_path / "边界.gpkg"
    gpd.GeoDataFrame(rows, geometry=[shape], crs=4544).to_file(path)

    assert not loaded(path).data.layer("communities").has_z.any()


def test_points_are_not_taken_for_boundaries(tmp_path: Path) -> None:
    rows = {"社区代码": ["1"], "社区名称": ["甲"]}
    path = tmp_path / "边界.gpkg"
    gpd.GeoDataFrame(
        rows, geometry=[shapely.Point(500_000, 3_380_000)], crs=4544
    ).to_file(path)

    found = loaded(path, ReadOptions(table="communities"))

    assert codes(found) == {"GG-GEOM-017"}


def zipped(path: Path, shp: Path, folder: str = "") -> Path:
    """Put the parts of a shapefile into an archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(shp.parent.glob(f"{shp.stem}.*")):
            archive.write(part, f"{folder}{part.name}")
    return path


def test_a_zipped_shapefile_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    shp = boundaries(tmp_path / "parts" / "边界.shp", ROWS)

    found = loaded(zipped(tmp_path / "边界.zip", shp, "数据/"))

    assert found.data["communities"]["name"].tolist() == ["东湖社区", "西湖社区"]
    assert found.files[0].layers[0].layer == "边界"


@pytest.mark.parametrize("name", ["../边界.shp", "/etc/边界.shp", "C:\\边界.shp"])
def test_an_archive_whose_names_lead_outside_is_refused(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")

    assert codes(loaded(path)) == {"GG-FILE-010"}


def test_an_archive_that_swells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("边界.shp", b"\0" * 30_000_000)

    assert codes(loaded(path)) == {"GG-FILE-011"}


def test_an_archive_without_shapes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("读我.txt", "x")

    assert codes(loaded(path)) == {"GG-FILE-006"}


@pytest.mark.parametrize("suffix", [".dbf", ".shx"])
def test_a_shapefile_without_all_its_parts_is_refused(
    tmp_path: Path, suffix: str
) -> None:
    path = boundaries(tmp_path / "边界.shp", ROWS)
    path.with_suffix(suffix).unlink()

    found = loaded(path)

    assert codes(found) == {"GG-FILE-006"}
    assert suffix in found.files[0].problems[0].reason


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_a_file_cut_off_is_refused(tmp_path: Path, suffix: str) -> None:
    path = boundaries(tmp_path / f"边界{suffix}", ROWS)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])

    found = loaded(path)

    assert found.outcome == "refused"


def test_only_tables_that_a_geopackage_lists_are_read(tmp_path: Path) -> None:
    path = boundaries(tmp_path / "边界.gpkg", ROWS)
    store = sqlite3.connect(path)
    store.execute("CREATE VIEW bad AS SELECT * FROM 边界")
    store.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
        "VALUES ('bad', 'features', 'bad')"
    )
    store.commit()
    store.close()

    found = loaded(path)

    assert [layer.layer for layer in found.files[0].layers] == ["边界"]
    assert "GG-FILE-029" in codes(found)


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    store = sqlite3.connect(path)
    store.execute("CREATE TABLE t (a)")
    store.commit()
    store.close()

    assert codes(loaded(path)) == {"GG-FILE-003"}


def test_expand_counts_a_shapefile_once_and_skips_what_is_no_data(
    tmp_path: Path,
) -> None:
    boundaries(tmp_path / "边界.shp", ROWS)
    for name in (
        "README.txt",
        "truth.json",
        ".hidden.csv",
        "~$台账.xlsx",
        "report.xlsx",
        "图.png",
    ):
        (tmp_path / name).write_bytes(b"x")

    assert [path.name for path in expand([tmp_path])] == ["边界.shp"]
    assert [path.name for path in expand([tmp_path / "边界.dbf"])] == ["边界.shp"]


def test_read_accounts_for_every_row_of_every_file(tmp_path: Path) -> None:
    boundaries(tmp_path / "边界.shp", ROWS)
    rows = "510923001001,东湖社区,900\n510923001001,东湖社区,1\n合计,,901\n"
    content = f"社区代码,社区名称,户数\n{rows}"
    text(tmp_path / "台账.csv", content)

    found = read(expand([tmp_path]))

    for file in found.files:
        for layer in file.layers:
            kept = layer.loaded + layer.rejected + layer.merged + layer.blank
            assert kept == layer.rows_read
    assert sum(layer.rows_read for file in found.files for layer in file.layers) == 5
    assert sum(layer.loaded for file in found.files for layer in file.layers) == 2
    assert len(found.data["communities"]) == 2
