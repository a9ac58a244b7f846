"""What a results map holds: the right shapes and words, and nothing that is not listed."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
import shapely

from gridgis.errors import InputError
from gridgis.governance.colours import SHADES
from gridgis.outputs import features
from gridgis.outputs.features import facility_layer, subject_layer
from gridgis.outputs.maps import page_part, results_map
from gridgis.pipeline import Results, assess
from gridgis.rules.packs import load_pack
from tests import builders
from tests.hostile import NAMES


def county(*names: str, **facility: object) -> Results:
    """Assess communities of these names, each with one office of 226 ㎡."""
    communities = builders.communities(*names).assign(contact_phone="13800000000")
    rooms = [
        {
            "facility_id": f"F{number}",
            "name": f"{name}用房",
            "community_code": f"C{number}",
            "use": "office",
            "status": "in_use",
            "floor_area_m2": 226.0,
            "address": "保密地址",
        }
        | facility
        for number, name in enumerate(names, start=1)
    ]
    places = builders.points(*((100.0 * n + 50, 50) for n in range(len(names))))
    data = builders.dataset(
        communities=communities, facilities=builders.table("facilities", rooms, places)
    )
    return assess(data, [load_pack("county")], builders.DAY)


def payload_of(results: Results, **options: object) -> dict[str, object]:
    """Return the data that a map's page would read."""
    chart = results_map(results, **options)
    page = chart.get_root().render()
    written = re.search(r"\}\)\(map_gridgis, (\{.*\})\);", page)
    assert written is not None
    return json.loads(written[1])


def test_a_layer_says_of_each_subject_its_colour_and_each_rule_s_sentence() -> None:
    layer = subject_layer(county("甲", "乙"), "community")

    assert layer.codes == ["C1", "C2"]
    assert layer.names == ["甲", "乙"]
    assert [list(SHADES)[int(digit)] for digit in layer.colours] == ["red", "red"]
    area = next(rule for rule in layer.rules if rule["id"] == "S01")
    assert "还差 74 ㎡" in layer.sentences[area["says"][1]]


def test_a_gap_is_the_share_missing_of_what_is_required() -> None:
    layer = subject_layer(county("甲"), "community")

    gaps = {rule["id"]: rule["gaps"] for rule in layer.rules}
    # 74 of 300 ㎡; one office is one place, so concentration is met; funds unknown.
    assert gaps["S01"] == [0.247]
    assert gaps["S01-C"] == [0.0]
    assert gaps["S13-U"] == [0.0]


def test_shapes_are_in_degrees_with_six_decimals_at_most() -> None:
    layer = subject_layer(county("甲"), "community")

    (ring,) = layer.shapes[0]["coordinates"]
    longitude, latitude = ring[0]
    assert longitude == pytest.approx(114.0, abs=0.01)
    assert latitude == pytest.approx(34.3, abs=0.1)
    assert all(round(value, 6) == value for point in ring for value in point)


def test_a_label_stands_inside_its_shape() -> None:
    layer = subject_layer(county("甲"), "community")

    latitude, longitude = layer.anchors[0]
    shape = shapely.geometry.shape(layer.shapes[0])
    assert shape.contains(shapely.Point(longitude, latitude))


def test_a_subject_without_a_place_is_listed_but_not_drawn() -> None:
    results = county("甲", "乙")
    subjects = results.subjects["community"].copy()
    subjects.loc["C1", "geometry"] = None
    lost = Results(**vars(results) | {"subjects": {"community": subjects}})

    layer = subject_layer(lost, "community")

    assert layer.codes == ["C1", "C2"]
    assert layer.shapes[0] is None
    assert layer.anchors[0] is None
    assert layer.shapes[1]["type"] == "Polygon"


def test_only_listed_columns_reach_the_page() -> None:
    page = results_map(county("甲"), facilities=True).get_root().render()

    assert "13800000000" not in page
    assert "保密地址" not in page


def test_a_room_is_described_by_name_use_area_and_status() -> None:
    layer = facility_layer(county("甲"))

    assert layer.texts == ["<b>甲用房</b><br>办公用房 · 226 ㎡ · 在用"]
    assert len(layer.places) == 1


def test_a_room_of_unknown_area_is_described_so() -> None:
    layer = facility_layer(county("甲", floor_area_m2=None))

    assert "面积未知" in layer.texts[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_nowhere_in_the_page_as_given(name: str) -> None:
    page = results_map(county(name)).get_root().render()

    signs = set("<>\"'`${}\\") & set(name)
    assert name not in page or not signs


def test_some_subjects_only_can_be_drawn() -> None:
    data = payload_of(county("甲", "乙"), codes={"community": ["C2"]})

    assert data["layers"][0]["codes"] == ["C2"]


def test_an_unknown_subject_is_refused() -> None:
    with pytest.raises(InputError, match="C9"):
        results_map(county("甲"), codes={"community": ["C9"]})


def test_a_map_can_be_coloured_by_one_rule() -> None:
    data = payload_of(county("甲"), rule="S01", kinds=["community"])

    place = data["rule"]
    assert data["layers"][place["layer"]]["rules"][place["index"]]["id"] == "S01"


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(InputError, match="S99"):
        results_map(county("甲"), rule="S99")


def test_communities_are_drawn_for_orientation_where_no_rule_is_about_them() -> None:
    results = county("甲")
    only_estates = Results(**vars(results) | {"subjects": {}})

    layer = subject_layer(only_estates, "community")

    assert layer.codes == ["C1"]
    assert list(SHADES)[int(layer.colours)] == "none"


def test_the_same_results_make_the_same_page() -> None:
    pages = {results_map(county("甲")).get_root().render() for _ in range(2)}

    assert len(pages) == 1


def test_a_map_leaves_folium_s_own_lists_as_they_were() -> None:
    import folium

    before = (list(folium.Map.default_js), list(folium.Map.default_css))

    results_map(county("甲"))

    assert (folium.Map.default_js, folium.Map.default_css) == before


def test_drawing_leaves_the_results_as_they_were() -> None:
    results = county("甲", "乙")
    before = results.verdicts.copy(deep=True)
    shapes = results.subjects["community"].copy(deep=True)

    results_map(results, facilities=True)

    pd.testing.assert_frame_equal(results.verdicts, before)
    pd.testing.assert_frame_equal(results.subjects["community"], shapes)


def test_too_many_shapes_are_left_out_and_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "MAX_SHAPES", 1)

    layer = subject_layer(county("甲", "乙"), "community")

    assert layer.codes == []
    assert layer.left_out == "2 个社区数量过多，未画出"


def test_many_shapes_are_thinned_out_and_neighbours_stay_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "_SIMPLIFY_ABOVE", 1)
    results = county("甲", "乙")
    subjects = results.subjects["community"].copy()
    dense = shapely.segmentize(subjects.geometry.to_numpy(), 5.0)
    subjects["geometry"] = dense
    thick = Results(**vars(results) | {"subjects": {"community": subjects}})

    layer = subject_layer(thick, "community")

    shapes = [shapely.geometry.shape(shape) for shape in layer.shapes]
    assert shapely.get_num_coordinates(shapes).max() < 10
    assert shapely.get_num_coordinates(dense).min() > 80
    assert shapely.coverage_is_valid(shapes)


def test_no_results_at_all_still_make_a_map() -> None:
    data = payload_of(county())

    assert data["layers"][0]["codes"] == []


@pytest.mark.parametrize("name", ["results_map.js", "results_map.css", "sheet.js"])
def test_our_own_code_holds_no_template_signs(name: str) -> None:
    code = page_part(name)

    assert not any(sign in code for sign in ("{{", "{%", "{#"))
