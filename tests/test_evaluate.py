"""The one comparison: certain for every value the unknown could take, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from builders import DAY, communities, dataset, points, table
from hypothesis import given
from hypothesis import strategies as st

from gridgis.pipeline import assess
from gridgis.rules.evaluate import OUTCOMES, judge
from gridgis.rules.packs import load_pack


def outcome(comparator: str, measured: tuple, limit: tuple) -> str:
    ends = [np.array([float(end)]) for end in (*measured, *limit)]
    return OUTCOMES[int(judge(*ends, comparator)[0])]


@pytest.mark.parametrize(
    ("comparator", "below", "at", "above"),
    [
        (">=", "fail", "pass", "pass"),
        (">", "fail", "fail", "pass"),
        ("<=", "pass", "pass", "fail"),
        ("<", "pass", "fail", "fail"),
    ],
)
def test_judge_knows_which_side_the_limit_is_on(comparator, below, at, above):
    assert outcome(comparator, (299, 299), (300, 300)) == below
    assert outcome(comparator, (300, 300), (300, 300)) == at
    assert outcome(comparator, (301, 301), (300, 300)) == above


@pytest.mark.parametrize(
    ("measured", "expected"),
    [(999, "fail"), (1000, "pass"), (3000, "pass"), (3001, "fail")],
)
def test_both_ends_of_a_band_belong_to_it(measured, expected):
    assert outcome("between", (measured, measured), (1000, 3000)) == expected


@pytest.mark.parametrize(
    ("measured", "limit", "expected"),
    [
        ((300, np.inf), (300, 300), "pass"),
        ((299, np.inf), (300, 300), "not_assessed"),
        ((0, 299), (300, 300), "fail"),
        ((0, np.inf), (300, 300), "not_assessed"),
        ((500, 500), (0, np.inf), "not_assessed"),
        ((500, 500), (600, np.inf), "fail"),
        ((4800, 4800), (300, 4800), "pass"),
    ],
)
def test_judge_says_only_what_is_certain(measured, limit, expected):
    assert outcome(">=", measured, limit) == expected


def test_sums_of_floats_do_not_fail_at_the_limit():
    assert 0.1 + 0.2 > 0.3
    assert outcome("<=", (0.1 + 0.2, 0.1 + 0.2), (0.3, 0.3)) == "pass"
    assert outcome(">=", (1 - 0.9, 1 - 0.9), (0.1, 0.1)) == "pass"


numbers = st.integers(0, 50).map(float)


@given(
    ends=st.tuples(numbers, numbers),
    limits=st.tuples(numbers, numbers),
    value=numbers,
    limit=numbers,
    comparator=st.sampled_from([">=", ">", "<=", "<"]),
)
def test_a_certain_verdict_holds_for_every_value_inside(
    ends, limits, value, limit, comparator
):
    low, high = sorted(ends)
    least, most = sorted(limits)
    value, limit = min(max(value, low), high), min(max(limit, least), most)

    wide = outcome(comparator, (low, high), (least, most))

    if wide != "not_assessed":
        assert wide == outcome(comparator, (value, value), (limit, limit))


@given(value=numbers, limit=numbers, tighter=numbers)
def test_tightening_a_limit_never_turns_a_fail_into_a_pass(value, limit, tighter):
    if outcome(">=", (value, value), (limit, limit)) == "fail":
        assert (
            outcome(">=", (value, value), (limit + tighter, limit + tighter)) == "fail"
        )


def world(**room):
    rooms = [
        {
            "facility_id": "F1",
            "community_code": "C1",
            "use": "office",
            "status": "in_use",
        }
        | {"floor_area_m2": 300.0, "name": "一号"}
        | room,
        {"facility_id": "F2", "community_code": "C2", "use": "office"}
        | {"floor_area_m2": 500.0, "status": "in_use", "name": "二号"},
    ]
    return dataset(
        communities=communities("甲", "乙"),
        facilities=table("facilities", rooms, points((0, 0), (150, 0))),
    )


def s01(data):
    results = assess(data, [load_pack("county")], DAY)
    row = results.verdicts.query("rule_id == 'S01' and subject_code == 'C1'").iloc[0]
    evidence = results.evidence.query("rule_id == 'S01' and subject_code == 'C1'")
    return row, evidence


def test_a_room_that_counts_is_named_with_its_area():
    row, evidence = s01(world())

    assert row["outcome"] == "pass"
    assert row["reason"] == "应配 300 ㎡；实有 300 ㎡；正好达标"
    assert evidence[["item_id", "counted", "amount"]].values.tolist() == [
        ["F1", "counted", 300.0]
    ]


@pytest.mark.parametrize(
    ("room", "why"),
    [
        ({"use": "property_rooms"}, "用途不符：物业用房"),
        ({"status": "idle"}, "状态为闲置"),
        ({"status": "planned"}, "状态为规划"),
        ({"status": "closed"}, "状态为停用"),
        ({"available_on": "2099-12-31"}, "2099-12-31 起才可用"),
    ],
)
def test_a_room_left_out_says_why_and_brings_nothing(room, why):
    row, evidence = s01(world(**room))

    assert row["outcome"] == "fail"
    assert row["measured"] == 0.0
    assert evidence["counted"].tolist() == ["left_out"]
    assert evidence["why"].tolist() == [why]


@pytest.mark.parametrize(
    ("room", "why"),
    [
        ({"floor_area_m2": None}, "缺少面积"),
        (
            {"floor_area_m2": None, "usable_area_m2": 280.0},
            "只有使用面积，缺少建筑面积",
        ),
        ({"use": None}, "用途不明"),
        ({"status": "unknown"}, "状态不明"),
    ],
)
def test_a_room_that_cannot_be_placed_leaves_the_verdict_open(room, why):
    row, evidence = s01(world(**room))

    assert row["outcome"] == "not_assessed"
    assert np.isnan(row["measured"])
    assert evidence["counted"].tolist() == ["uncertain"]
    assert evidence["why"].tolist() == [why]


def test_an_unlisted_function_of_a_combined_room_counts():
    row, _ = s01(world(use="elderly_care", functions="activity;service"))

    assert row["outcome"] == "pass"


@pytest.mark.parametrize(
    ("area", "mark", "expected", "colour"),
    [
        (300.0, "about", "pass", "yellow"),
        (299.0, "about", "fail", "red"),
        (280.0, "at_least", "not_assessed", "grey"),
        (300.0, "at_least", "pass", "green"),
        (300.0, "at_most", "not_assessed", "grey"),
        (299.0, "at_most", "fail", "red"),
    ],
)
def test_a_figure_that_is_not_exact_stays_marked_up_to_the_verdict(
    area, mark, expected, colour
):
    data = world(floor_area_m2=area, marks=f"floor_area_m2={mark}")
    rules = [load_pack("county")]

    row = (
        assess(data, rules, DAY)
        .verdicts.query("rule_id == 'S01' and subject_code == 'C1'")
        .iloc[0]
    )

    # 300 itself lies in the yellow band of 5 %, so a plain pass there is yellow too.
    assert row["outcome"] == expected
    assert row["colour"] == ("yellow" if expected == "pass" else colour)


def test_a_shared_room_is_counted_once_unless_shares_are_given():
    once = assess(world(shared_with="C2"), [load_pack("county")], DAY)
    split = assess(world(shared_with="C2=40%"), [load_pack("county")], DAY)

    def areas(results):
        found = results.verdicts.query("rule_id == 'S01'")
        return dict(zip(found["subject_code"], found["measured"], strict=True))

    assert areas(once) == {"C1": 300.0, "C2": 500.0}
    assert areas(split) == {"C1": 180.0, "C2": 620.0}
    why = once.evidence.query(
        "rule_id == 'S01' and subject_code == 'C2' and item_id == 'F1'"
    )
    assert why["counted"].tolist() == ["left_out"]


def test_equal_shares_are_a_reading_that_can_be_chosen():
    pack = load_pack("county", {"shared_rooms": "equal"})

    found = assess(world(shared_with="C2"), [pack], DAY).verdicts.query(
        "rule_id == 'S01'"
    )

    assert found["measured"].tolist() == [150.0, 650.0]


def test_a_table_that_nobody_provided_is_not_zero_rooms():
    data = dataset(communities=communities("甲"))

    found = (
        assess(data, [load_pack("county")], DAY)
        .verdicts.query("rule_id == 'S01'")
        .iloc[0]
    )

    assert found["outcome"] == "not_assessed"
    assert found["reason"] == "未提供设施台账"


def test_the_other_reading_is_noted_where_it_asks_for_more():
    estates = [
        {"estate_id": "E1", "name": "花园", "community_code": "C1", "kind": "new"}
        | {"planned_dwellings": households}
        for households in (1237.0,)
    ]
    rooms = [
        {"facility_id": "F1", "estate_id": "E1", "use": "office", "tenure": "owned"}
        | {"floor_area_m2": 630.0}
    ]
    data = dataset(communities=communities("甲"), estates=estates, facilities=rooms)

    found = (
        assess(data, [load_pack("county")], DAY)
        .verdicts.query("rule_id == 'S04'")
        .iloc[0]
    )

    assert found["outcome"] == "pass"
    assert found["note"] == "另一读法（不足百户按百户计）：应配 650 ㎡，不达标"


@pytest.mark.parametrize(
    ("households", "mark", "outcome"),
    [
        (1000.0, "at_most", "not_assessed"),
        (3000.0, "at_least", "not_assessed"),
        (3001.0, "at_least", "fail"),
        (999.0, "at_most", "fail"),
        (2000.0, "about", "pass"),
    ],
)
def test_a_bound_on_households_is_no_number(households, mark, outcome):
    town = communities("甲").assign(
        households=households, marks=f"population=about;households={mark}"
    )

    found = assess(dataset(communities=town), [load_pack("national")], DAY).verdicts

    row = found[found["rule_id"] == "N01"].iloc[0]
    assert row["outcome"] == outcome
    if mark == "about":
        assert row["colour"] == "yellow"


def test_a_lower_bound_on_dwellings_does_not_meet_a_rule_per_household():
    estate = {
        "estate_id": "E1",
        "name": "花园",
        "kind": "new",
        "planned_dwellings": 600.0,
    }
    room = {"facility_id": "F1", "estate_id": "E1", "use": "office", "tenure": "owned"}

    def s04(area: float, mark: str):
        data = dataset(
            communities=communities("甲"),
            estates=[estate | {"marks": f"planned_dwellings={mark}"}],
            facilities=[room | {"floor_area_m2": area}],
        )
        found = assess(data, [load_pack("county")], DAY).verdicts
        return found[found["rule_id"] == "S04"].iloc[0]

    # 600 余户 ask for 300 ㎡ or more: 300 may or may not be enough, 299 never is.
    assert s04(300.0, "at_least")["outcome"] == "not_assessed"
    assert "规划户数只知上限或下限" in s04(300.0, "at_least")["reason"]
    assert s04(299.0, "at_least")["outcome"] == "fail"
    assert s04(300.0, "at_most")["outcome"] == "pass"


def test_a_count_of_breaches_that_is_not_known_exactly_is_at_least_so_many():
    estate = {"estate_id": "E1", "name": "花园", "kind": "new"}
    handover = {"delivered_on": "2026-01-01", "handover_agreement": False}
    data = dataset(communities=communities("甲"), estates=[estate | handover])

    found = assess(data, [load_pack("county")], DAY).verdicts
    row = found[found["rule_id"] == "S04-H"].iloc[0]

    assert row["reason"] == "至多 0 项；实为 至少 1 项；超出 1 项"
