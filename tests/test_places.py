"""Concentration: which rooms stand in one place."""

from __future__ import annotations

import numpy as np
import pytest
from builders import communities, dataset, points, table

from gridgis.rules.places import group
from gridgis.rules.rooms import allocate


def places_of(rows, at):
    """Group rooms of community C1; `at` are metres east of the origin, None for nowhere."""
    rooms = [
        {"facility_id": f"F{i}", "community_code": "C1", "use": "office"} | row
        for i, row in enumerate(rows)
    ]
    shapes = points(*[(x or 0, 0) for x in at])
    shapes[[x is None for x in at]] = None
    data = dataset(
        communities=communities("甲", "乙"),
        facilities=table("facilities", rooms, shapes),
    )
    found = allocate(
        data, "community", data["communities"].set_index("community_code").index
    )
    result = group(found, data["facilities"], np.arange(len(found.frame)), 50.0)
    return len(set(result.label)), result.is_unknown.tolist()


@pytest.mark.parametrize(("apart", "places"), [(49, 1), (50, 1), (51, 2)])
def test_rooms_up_to_the_distance_apart_are_one_place(apart, places):
    assert places_of([{}, {}], [0, apart])[0] == places


def test_being_in_one_place_passes_on_from_room_to_room():
    assert places_of([{}, {}, {}], [0, 50, 100])[0] == 1


def test_one_building_or_one_site_is_one_place_however_far():
    assert places_of([{"building": "3 幢"}] * 2, [0, 90])[0] == 1
    assert places_of([{"site_id": "甲"}] * 2, [0, 90])[0] == 1


def test_buildings_of_one_name_in_two_estates_are_two_places():
    rows = [{"building": "3 幢", "estate_id": name} for name in ("E1", "E2")]

    assert places_of(rows, [0, 90])[0] == 2


def test_rooms_of_two_communities_never_share_a_place():
    assert places_of([{}, {"community_code": "C2"}], [0, 10])[0] == 2


def test_a_room_that_nothing_locates_has_an_unknown_place():
    assert places_of([{}, {}], [0, None]) == (2, [False, True])


def test_a_single_room_is_in_one_place_wherever_it_is():
    assert places_of([{}], [None]) == (1, [False])


def test_no_rooms_are_in_no_place():
    assert places_of([], []) == (0, [])
