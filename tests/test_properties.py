"""Laws that hold for every public analysis: purity, labels, repeatability."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from builders import CRS_M, DAY, points
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgis.pipeline import assess, summary
from gridgis.rules.packs import available_packs, load_pack
from gridgis.rules.subjects import subjects_of
from gridgis.tables import USES, Dataset, conform

# Each example is a whole run of all packs: a quarter of the profile's examples is enough.
few = settings(max_examples=settings.default.max_examples // 4)

PACKS = [load_pack(name) for name in available_packs()]

maybe = st.none() | st.integers(0, 2000).map(float)


@st.composite
def counties(draw) -> Dataset:
    """Draw a few communities, estates and rooms with anything missing that can be."""
    n = draw(st.integers(1, 4))
    codes = [f"C{i}" for i in range(n)]
    place = st.tuples(st.integers(0, 400), st.integers(0, 400))
    communities = pd.DataFrame(
        {
            "community_code": codes,
            "name": [f"社区{i}" for i in range(n)],
            "street": [draw(st.sampled_from(["东街", "西街"])) for _ in codes],
            "kind": [draw(st.sampled_from(["urban", "town", None])) for _ in codes],
            "households": [draw(maybe) for _ in codes],
            "population": [draw(maybe) for _ in codes],
        }
    )
    estates = pd.DataFrame(
        [
            {
                "estate_id": f"E{i}",
                "name": f"小区{i}",
                "community_code": draw(st.sampled_from(codes)),
                "kind": draw(st.sampled_from(["new", "existing", None])),
                "development": draw(st.sampled_from(["D", None])),
                "phase": draw(st.sampled_from([1.0, 2.0, None])),
                "planned_dwellings": draw(maybe),
                "delivered_on": draw(
                    st.sampled_from(["2026-01-01", "2099-01-01", None])
                ),
            }
            for i in range(draw(st.integers(0, 4)))
        ]
    )
    rooms = pd.DataFrame(
        [
            {
                "facility_id": f"F{i}",
                "name": f"用房{i}",
                "community_code": draw(st.sampled_from([*codes, None])),
                "estate_id": draw(st.sampled_from(["E0", "E1", None])),
                "use": draw(st.sampled_from([*USES, None])),
                "floor_area_m2": draw(maybe),
                "outdoor_area_m2": draw(maybe),
                "status": draw(st.sampled_from(["in_use", "idle", "planned", None])),
                "tenure": draw(st.sampled_from(["owned", "leased", None])),
                "storey": draw(st.sampled_from([-1.0, 1.0, 3.0, None])),
                "shared_with": draw(st.sampled_from([None, "C0", "C0=25%"])),
            }
            for i in range(draw(st.integers(0, 8)))
        ]
    )
    shapes = points(*[draw(place) for _ in range(len(rooms))]) if len(rooms) else None
    tables = {"communities": conform("communities", communities)}
    if len(estates):
        tables["estates"] = conform("estates", estates)
    if len(rooms):
        located = gpd.GeoDataFrame(rooms, geometry=shapes.to_numpy(), crs=CRS_M)
        tables["facilities"] = conform("facilities", located)
    return Dataset(tables, CRS_M)


def verdicts_of(data: Dataset) -> pd.DataFrame:
    found = assess(data, PACKS, DAY).verdicts
    found = found.astype({"rule_id": "str", "outcome": "str", "subject_kind": "str"})
    return found.set_index(["rule_id", "subject_kind", "subject_code"]).sort_index()


def copy_of(data: Dataset) -> Dataset:
    return Dataset({name: data[name].copy(deep=True) for name in data}, data.crs)


@few
@given(counties())
def test_assess_leaves_its_inputs_as_they_were(data):
    before = copy_of(data)

    assess(data, PACKS, DAY)

    for name in before:
        pd.testing.assert_frame_equal(data[name], before[name])


@few
@given(counties(), st.randoms(use_true_random=False))
def test_permuting_rows_permutes_verdicts_by_label(data, random):
    order = {
        name: random.sample(range(len(data[name])), len(data[name])) for name in data
    }
    shuffled = Dataset(
        {name: data[name].iloc[order[name]].reset_index(drop=True) for name in data},
        data.crs,
    )
    columns = ["outcome", "measured", "required", "shortfall", "colour", "note"]

    pd.testing.assert_frame_equal(
        verdicts_of(shuffled)[columns], verdicts_of(data)[columns]
    )


@few
@given(counties())
def test_the_same_arguments_give_the_same_verdicts_twice(data):
    pd.testing.assert_frame_equal(verdicts_of(data), verdicts_of(data))


@few
@given(counties())
def test_there_is_one_verdict_per_rule_and_subject_and_no_other_outcome(data):
    results = assess(data, PACKS, DAY)

    keys = ["rule_id", "subject_code"]
    assert not results.verdicts.duplicated(keys).any()
    for rule_id, rule in results.rules.iterrows():
        own = results.verdicts[results.verdicts["rule_id"] == rule_id]
        assert set(own["subject_code"]) == set(
            subjects_of(data, rule["subject_kind"]).index
        )
    assert set(results.verdicts["outcome"]) <= {
        "pass",
        "fail",
        "not_applicable",
        "not_assessed",
    }
    counts = summary(results)["outcomes"]
    assert sum(sum(row.values()) for row in counts.values()) == len(results.verdicts)


@few
@given(counties())
def test_every_room_of_a_subject_is_accounted_for_by_every_rule_about_rooms(data):
    results = assess(data, PACKS, DAY)
    rooms = data["facilities"]
    codes = set(data["communities"]["community_code"])

    for rule_id in ("S01", "S02", "S03", "N02"):
        evidence = results.evidence[results.evidence["rule_id"] == rule_id]
        owned = rooms[rooms["community_code"].isin(codes)]
        assert set(owned["facility_id"]) <= set(evidence["item_id"])
        # No square metre is counted twice: shares of one room add up to at most the room.
        counted = evidence.groupby("item_id")["amount"].sum()
        column = "outdoor_area_m2" if rule_id == "S03" else "floor_area_m2"
        area = rooms.set_index("facility_id")[column].fillna(0.0)
        assert (counted <= area.reindex(counted.index) + 1e-9).all()


@few
@given(counties())
def test_measured_area_is_the_sum_of_the_evidence(data):
    results = assess(data, PACKS, DAY)
    known = results.verdicts.query(
        "rule_id in ['S01', 'S02', 'S03', 'N02', 'S04', 'N13']"
    )
    known = known[known["measured"].notna()]
    sums = results.evidence.groupby(["rule_id", "subject_code"], observed=True)[
        "amount"
    ].sum()

    for row in known.itertuples():
        assert sums.get((row.rule_id, row.subject_code), 0.0) == pytest.approx(
            row.measured
        )


@few
@given(counties(), st.integers(1, 500))
def test_another_room_never_turns_a_pass_on_area_into_a_fail(data, area):
    code = data["communities"]["community_code"].iloc[0]
    room = pd.DataFrame(
        [
            {
                "facility_id": "NEW",
                "community_code": code,
                "use": "office",
                "status": "in_use",
            }
            | {"floor_area_m2": float(area), "name": "新增"}
        ]
    )
    rooms = pd.concat([pd.DataFrame(data["facilities"]), room], ignore_index=True)
    more = Dataset(
        {
            **{name: data[name] for name in data},
            "facilities": conform("facilities", rooms)
            if "geometry" not in rooms
            else conform(
                "facilities", gpd.GeoDataFrame(rooms, geometry="geometry", crs=CRS_M)
            ),
        },
        data.crs,
    )

    before = verdicts_of(data).query("rule_id == 'S01' and outcome == 'pass'")
    after = verdicts_of(more).loc[before.index]

    assert (after["outcome"] == "pass").all()


@few
@given(counties())
def test_a_missing_input_never_makes_a_verdict_pass(data):
    """Take all areas away: nothing about area can be said to pass any more."""
    rooms = data["facilities"].assign(
        floor_area_m2=float("nan"), usable_area_m2=float("nan")
    )
    blind = Dataset(
        {**{name: data[name] for name in data}, "facilities": rooms}, data.crs
    )

    found = verdicts_of(blind).query(
        "rule_id in ['S01', 'S02', 'S04', 'N02', 'N13', 'N18']"
    )

    # Nothing is required of 0 dwellings or households, which does not apply at all.
    assert not (found["outcome"] == "pass").any()
