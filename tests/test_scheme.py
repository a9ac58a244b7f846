"""A new estate on paper: 1,237 households, 420 + 124.5 ㎡, and what would help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders import DAY

from gridgis.errors import InputError
from gridgis.rules.packs import RulePack, load_pack
from gridgis.scheme import (
    PHASE_COLUMNS,
    SUBJECT,
    Scheme,
    dataset_of,
    example,
    flips,
    judge,
    remedies,
    with_extra_room,
    with_households,
)

COUNTY = [load_pack("county")]
ELDERLY = [load_pack("elderly")]


def outcomes(scheme: Scheme, packs: list[RulePack] = COUNTY) -> dict[str, str]:
    """Return the outcome of each rule."""
    verdicts = judge(scheme, packs, DAY).verdicts
    return dict(
        zip(verdicts["rule_id"], verdicts["outcome"].astype("str"), strict=True)
    )


def proposed(scheme: Scheme, packs: list[RulePack] = COUNTY) -> dict[str, list[str]]:
    """Return the words of the remedies, by rule."""
    found: dict[str, list[str]] = {}
    for item in remedies(scheme, packs, DAY, judge(scheme, packs, DAY)):
        found.setdefault(item.rule_id, []).append(item.words)
    return found


def with_rooms(**columns: list[object]) -> Scheme:
    """Return the example with other values in columns of its three rooms."""
    scheme = example()
    return replace(scheme, rooms=scheme.rooms.assign(**columns))


def test_the_example_is_judged_as_one_development() -> None:
    results = judge(example(), COUNTY, DAY)

    area = results.verdicts.set_index("rule_id").loc["S04"]
    assert area["subject_code"] == SUBJECT
    assert (area["measured"], area["required"]) == (544.5, 618.5)
    assert area["outcome"] == "fail"
    assert area["shortfall"] == 74.0


def test_only_rules_about_estates_are_asked() -> None:
    assert set(judge(example(), COUNTY, DAY).verdicts["subject_kind"]) == {"estate"}


def test_nothing_is_due_before_a_scheme_is_built() -> None:
    found = outcomes(example())

    assert found["S04-H"] == "not_applicable"
    assert found["N17"] == "not_applicable"


def test_an_unknown_area_is_not_zero() -> None:
    scheme = with_rooms(floor_area_m2=[420.0, np.nan, 95.0])

    assert outcomes(scheme)["S04"] == "not_assessed"


def test_a_use_not_listed_is_zero_only_where_all_rooms_are_listed() -> None:
    assert outcomes(example(), ELDERLY)["N13"] == "fail"
    assert (
        outcomes(replace(example(), is_complete=False), ELDERLY)["N13"]
        == "not_assessed"
    )


def test_no_room_typed_yet_is_not_assessed() -> None:
    scheme = replace(example(), rooms=example().rooms.iloc[:0])

    assert outcomes(scheme)["S04"] == "not_assessed"


def test_a_row_left_blank_is_no_room() -> None:
    blank = pd.DataFrame([dict.fromkeys(example().rooms)])
    rooms = pd.concat([example().rooms.astype(object), blank.astype(object)])
    scheme = replace(example(), rooms=rooms.reset_index(drop=True))

    assert outcomes(scheme) == outcomes(example())


def test_a_phase_listed_twice_is_refused() -> None:
    phases = pd.DataFrame([(1.0, 100.0, 1.0), (1.0, 50.0, 1.0)], columns=PHASE_COLUMNS)

    with pytest.raises(InputError, match="重复"):
        dataset_of(replace(example(), phases=phases))


def test_households_change_by_a_share_of_each_phase() -> None:
    phases = with_households(example(), -0.25).phases

    # 800 × 0.75 = 600; 437 × 0.75 = 327.75
    assert phases["planned_dwellings"].tolist() == [600.0, 328.0]


@pytest.mark.parametrize(("area_m2", "outcome"), [(73.5, "fail"), (74.0, "pass")])
def test_an_extra_room_passes_exactly_at_the_gap(area_m2: float, outcome: str) -> None:
    scheme = with_extra_room(example(), area_m2)

    assert outcomes(scheme)["S04"] == outcome
    assert outcomes(scheme)["S04-C"] == "pass"


def test_no_extra_area_is_no_extra_room() -> None:
    scheme = example()

    assert with_extra_room(scheme, 0.0) is scheme


def test_flips_are_the_rules_that_turn() -> None:
    before, after = (
        judge(s, COUNTY, DAY) for s in (example(), with_extra_room(example(), 74.0))
    )

    assert [(f.rule_id, f.before, f.after) for f in flips(before, after)] == [
        ("S04", "fail", "pass")
    ]
    assert flips(before, before) == ()


def test_remedies_are_the_smallest_of_their_kind() -> None:
    # 544.5 ㎡ suffice for 1,089 households: 1,237 − 1,089 = 148.
    assert proposed(example()) == {"S04": ["加 74 ㎡集中用房", "减 148 户"]}


def test_rooms_in_two_places_are_merged() -> None:
    scheme = with_rooms(place=["1号楼", "3号楼", "5号楼"])

    assert proposed(scheme)["S04-C"] == [
        "合并 1、2 号用房到1号楼，可满足“新建小区社区用房集中配建”"
    ]


def test_a_room_upstairs_is_brought_down_and_one_without_entrance_gets_one() -> None:
    scheme = with_rooms(storey=[1.0, 3.0, 1.0], own_entrance=[True, False, True])

    found = proposed(scheme)

    assert found["S04-S"] == ["2 号用房调到地上 1–2 层"]
    assert found["S04-E"] == ["为 2 号用房设独立出入口"]


def test_elderly_rooms_are_asked_for_as_such() -> None:
    # 1,237 × 30 ÷ 100 = 371.1, in half square metres 371.5.
    assert proposed(example(), ELDERLY)["N13"] == ["加 371.5 ㎡养老服务用房"]


def test_every_remedy_makes_its_rule_pass_and_names_what_it_breaks() -> None:
    scheme = with_rooms(place=["1号楼", "3号楼", "5号楼"])

    for item in remedies(scheme, COUNTY, DAY, judge(scheme, COUNTY, DAY)):
        assert outcomes(item.scheme)[item.rule_id] == "pass"
        assert item.rule_id in item.mends
        assert item.breaks == ()


def test_a_scheme_is_left_as_it_was() -> None:
    scheme = example()
    phases, rooms = scheme.phases.copy(), scheme.rooms.copy()

    judge(scheme, COUNTY, DAY)
    remedies(scheme, COUNTY, DAY, judge(scheme, COUNTY, DAY))

    pd.testing.assert_frame_equal(scheme.phases, phases)
    pd.testing.assert_frame_equal(scheme.rooms, rooms)
