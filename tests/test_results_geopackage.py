"""results.gpkg: layers, verdicts in words, styles that QGIS and others read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import builders
import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from outcomes import HOSTILE, small_results

from gridgis.governance.colours import SHADES
from gridgis.outputs.geopackage import write_geopackage
from gridgis.outputs.qgis_style import qml, sld
from gridgis.pipeline import Results, assess
from gridgis.rules.packs import load_pack


def written(tmp_path: Path, results: Results | None = None) -> Path:
    """Write the results of the small county."""
    path = tmp_path / "results.gpkg"
    write_geopackage(small_results() if results is None else results, path)
    return path


def parsed(text: str) -> ET.Element:
    """Parse a style of ours."""
    return ET.fromstring(text)  # noqa: S314 - our own text


def mixed_estates() -> Results:
    """Assess two estates, one known as an area, one as a point."""
    shapes = [builders.square(0, 0, 50), builders.points((80, 80))[0]]
    rows = [
        {"estate_id": "E1", "name": "一期", "kind": "new", "planned_dwellings": 100.0},
        {"estate_id": "E2", "name": "二期", "kind": "new", "planned_dwellings": 100.0},
    ]
    geometry = gpd.GeoSeries(shapes, crs=builders.CRS_M)
    data = builders.dataset(
        communities=builders.communities("东街"),
        estates=builders.table("estates", rows, geometry),
    )
    return assess(data, [load_pack("county")], builders.DAY)


def test_communities_carry_outcome_colour_shortfall_and_every_rule(
    tmp_path: Path,
) -> None:
    layer = pyogrio.read_dataframe(written(tmp_path), layer="communities")

    layer = layer.set_index("subject_code")
    assert layer.crs == builders.CRS_M
    assert layer.area.tolist() == [10_000.0] * 4
    assert layer.loc["C1", "S01"] == "达标"
    assert layer.loc["C2", "S01"] == "不达标"
    assert layer.loc["C3", "S01"] == "无法判定"
    assert layer.loc["C2", "name"] == HOSTILE
    assert layer.loc["C2", "outcome"] == "不达标"
    assert layer.loc["C2", "colour"] == "red"
    assert layer.loc["C2", "state"] == "✗ 不达标"
    assert "S01 应配 300 ㎡；实有 226 ㎡；还差 74 ㎡" in layer.loc["C2", "shortfalls"]
    assert (
        pd.isna(layer.loc["C1", "shortfalls"])
        or "S01 " not in layer.loc["C1", "shortfalls"]
    )


def test_verdicts_and_evidence_are_tables_beside_the_layers(tmp_path: Path) -> None:
    path = written(tmp_path)
    results = small_results()

    layers = dict(pyogrio.list_layers(path).tolist())
    verdicts = pyogrio.read_dataframe(path, layer="verdicts")
    evidence = pyogrio.read_dataframe(path, layer="evidence")

    assert layers["communities"] == "Polygon"
    assert layers["verdicts"] is None
    assert list(verdicts.columns) == list(results.verdicts.columns)
    assert verdicts["shortfall"].sum() == results.verdicts["shortfall"].sum()
    assert len(evidence) == len(results.evidence)


def test_areas_and_points_of_one_kind_become_two_layers(tmp_path: Path) -> None:
    path = written(tmp_path, mixed_estates())

    layers = dict(pyogrio.list_layers(path).tolist())
    assert layers["estates"] == "Polygon"
    assert layers["estates_points"] == "Point"
    styles = pyogrio.read_dataframe(path, layer="layer_styles")
    symbols = {
        row.f_table_name: parsed(row.styleQML).find(".//symbol").get("type")  # type: ignore[union-attr]
        for row in styles.itertuples()
    }
    assert symbols["estates"] == "fill"
    assert symbols["estates_points"] == "marker"


def test_every_map_layer_has_one_default_style(tmp_path: Path) -> None:
    path = written(tmp_path)

    styles = pyogrio.read_dataframe(path, layer="layer_styles")

    (style,) = styles.to_dict("records")
    assert style["f_table_name"] == "communities"
    assert style["f_geometry_column"] == "geom"
    assert style["useAsDefault"]
    assert style["styleName"] == "communities"
    root = parsed(style["styleQML"])
    assert root.tag == "qgis"


def test_subjects_without_geometry_become_a_table_without_style(tmp_path: Path) -> None:
    results = small_results()
    subjects = pd.DataFrame(results.subjects["community"]).drop(columns="geometry")

    path = written(tmp_path, replace(results, subjects={"community": subjects}))

    layers = dict(pyogrio.list_layers(path).tolist())
    assert layers["communities"] is None
    assert "layer_styles" not in layers


def test_a_file_of_an_earlier_check_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "results.gpkg").write_text("old")

    path = written(tmp_path)

    assert len(pyogrio.read_dataframe(path, layer="communities")) == 4
    assert [item.name for item in tmp_path.iterdir()] == ["results.gpkg"]


def test_the_same_results_give_the_same_file(tmp_path: Path) -> None:
    first = written(tmp_path).read_bytes()

    assert written(tmp_path).read_bytes() == first


def test_writing_leaves_the_results_as_they_were(tmp_path: Path) -> None:
    results, untouched = small_results(), small_results()

    write_geopackage(results, tmp_path / "r.gpkg")

    pd.testing.assert_frame_equal(results.verdicts, untouched.verdicts)
    pd.testing.assert_frame_equal(results.evidence, untouched.evidence)


@pytest.mark.parametrize("symbol", ["fill", "marker"])
def test_the_qgis_style_has_a_class_per_colour_with_symbol_and_word(
    symbol: str,
) -> None:
    style = qml("colour", symbol, aliases={"name": "名称 & <b>"}, label="name")  # type: ignore[arg-type]

    root = parsed(style)
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("type") == "categorizedSymbol"
    assert renderer.get("attr") == "colour"
    classes = {c.get("value"): c for c in renderer.iter("category")}
    assert {v: c.get("label") for v, c in classes.items()} == {
        name: item.label for name, item in SHADES.items()
    }
    symbols = {s.get("name"): s for s in renderer.iter("symbol")}
    assert {s.get("type") for s in symbols.values()} == {symbol}
    red = symbols[classes["red"].get("symbol")]
    colours = [o.get("value") for o in red.iter("Option") if o.get("name") == "color"]
    assert colours == ["213,94,0,255"]  # D5 5E 00
    assert root.find("aliases/alias").get("name") == "名称 & <b>"  # type: ignore[union-attr]
    assert root.find(".//text-style").get("fieldName") == "name"  # type: ignore[union-attr]


@pytest.mark.parametrize("symbol", ["fill", "marker"])
def test_the_ogc_style_has_the_same_classes(symbol: str) -> None:
    root = parsed(sld("communities", "colour", symbol))  # type: ignore[arg-type]

    names = {"s": "http://www.opengis.net/sld", "o": "http://www.opengis.net/ogc"}
    rules = root.findall(".//s:Rule", names)
    literal = [rule.findtext(".//o:Literal", namespaces=names) for rule in rules]
    titles = [rule.findtext("s:Title", namespaces=names) for rule in rules]
    fills = [
        rule.findtext(".//s:CssParameter[@name='fill']", namespaces=names)
        for rule in rules
    ]
    assert literal == list(SHADES)
    assert titles == [item.label for item in SHADES.values()]
    assert fills == [item.fill for item in SHADES.values()]
