"""The one policy for coordinate references, and the shifted datums."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from gridgis.crs import from_datum, metric_crs, require_metric, to_datum
from gridgis.errors import CRSError

# Published test vectors: place, true, GCJ-02, BD-09 (degrees, seven decimals).
VECTORS = [
    ((105.24, 30.59), (105.2433222, 30.5874065), (105.2497201, 30.5937140)),
    ((119.95, 31.70), (119.9546935, 31.6979146), (119.9612774, 31.7036602)),
    ((116.40, 39.90), (116.4062428, 39.9014035), (116.4126280, 39.9077338)),
    ((87.60, 43.80), (87.6028390, 43.8012120), (87.6092102, 43.8074725)),
]


def shift(place, datum):
    lon, lat = to_datum(*(np.array([value]) for value in place), datum)
    return float(lon[0]), float(lat[0])


@pytest.mark.parametrize(("true", "gcj02", "bd09"), VECTORS)
def test_shifts_agree_with_the_published_vectors(true, gcj02, bd09):
    assert shift(true, "gcj02") == pytest.approx(gcj02, abs=1e-7)
    assert shift(true, "bd09") == pytest.approx(bd09, abs=1e-7)


@given(
    lon=st.floats(75.0, 134.0),
    lat=st.floats(4.0, 53.0),
    datum=st.sampled_from(["gcj02", "bd09", "wgs84", "cgcs2000"]),
)
def test_the_inverse_brings_every_point_back_to_the_millimetre(lon, lat, datum):
    true = np.array([lon]), np.array([lat])

    back = from_datum(*to_datum(*true, datum), datum)

    # 1e-8 degrees are about a millimetre.
    assert np.allclose(back, true, rtol=0.0, atol=1e-8)


def test_places_outside_the_rectangle_of_the_formula_are_not_shifted():
    assert shift((2.35, 48.86), "gcj02") == (2.35, 48.86)


@pytest.mark.parametrize(
    ("place", "epsg"),
    [
        ((105.24, 30.59), 4544),
        ((119.95, 31.70), 4549),
        ((114.0, 30.6), 4547),
        ((-25.5, 37.8), 32626),
        ((29.9, -3.4), 32735),
    ],
)
def test_a_project_is_measured_in_the_zone_of_its_data(place, epsg):
    assert metric_crs(*place).to_epsg() == epsg


def test_no_place_gives_no_zone():
    with pytest.raises(CRSError, match="没有有效坐标"):
        metric_crs(float("nan"), float("nan"))


@pytest.mark.parametrize(
    "crs", [None, "EPSG:4326", "EPSG:4490", "EPSG:3857", "EPSG:2232"]
)
def test_nothing_is_measured_in_degrees_feet_or_web_mercator(crs):
    layer = gpd.GeoSeries([Point(0, 0)], crs=crs)

    with pytest.raises(CRSError, match="水井"):
        require_metric(layer, "水井")


def test_a_projected_layer_in_metres_may_be_measured():
    assert (
        require_metric(gpd.GeoSeries([Point(0, 0)], crs="EPSG:4547"), "水井").to_epsg()
        == 4547
    )
