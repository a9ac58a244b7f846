"""One run from tables to verdicts: the shape of its results and its one word."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import DAY, communities, dataset, points, table

from gridgis.errors import RuleError
from gridgis.pipeline import assess, overall, summary
from gridgis.rules.packs import load_pack
from gridgis.wording import OVERALL


def rooms(*areas: float | None):
    rows = [
        {"facility_id": f"F{i}", "community_code": f"C{i}", "use": "office"}
        | {"floor_area_m2": area, "name": "办公用房", "status": "in_use"}
        for i, area in enumerate(areas, start=1)
    ]
    return table("facilities", rows, points(*[(100 * i, 0) for i in range(len(rows))]))


def funded(*codes: str):
    return [
        {"community_code": code, "year": 2026, "operating_cny": 120_000}
        for code in codes
    ]


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ([("pass", "mandatory")], "conforming"),
        ([("pass", "mandatory"), ("fail", "advisory")], "conforming"),
        ([("pass", "mandatory"), ("fail", "mandatory")], "nonconforming"),
        ([("fail", "mandatory"), ("not_assessed", "mandatory")], "nonconforming"),
        ([("pass", "mandatory"), ("not_assessed", "mandatory")], "inconclusive"),
        ([("pass", "mandatory"), ("not_assessed", "advisory")], "conforming"),
        ([("not_applicable", "mandatory")], "inconclusive"),
        ([("fail", "advisory"), ("not_assessed", "advisory")], "nonconforming"),
        ([("not_applicable", "mandatory"), ("fail", "advisory")], "nonconforming"),
        ([("pass", "advisory"), ("not_assessed", "advisory")], "inconclusive"),
        ([("pass", "advisory")], "conforming"),
        ([], "inconclusive"),
    ],
)
def test_one_word_is_decided_by_mandatory_rules_and_never_by_missing_data(
    outcomes, word
):
    verdicts = pd.DataFrame(outcomes, columns=["outcome", "level"])

    assert overall(verdicts) == word
    assert word in OVERALL


def test_each_subject_has_one_outcome_and_one_colour():
    data = dataset(
        communities=communities("甲", "乙", "丙"),
        facilities=rooms(500.0, 100.0, None),
        funds=funded("C1", "C2", "C3"),
    )

    found = assess(data, [load_pack("county")], DAY).subjects["community"]

    assert found["outcome"].to_dict() == {
        "C1": "conforming",
        "C2": "nonconforming",
        "C3": "inconclusive",
    }
    assert found["colour"].to_dict() == {"C1": "green", "C2": "red", "C3": "grey"}


def test_subjects_of_different_kinds_with_one_code_stay_apart():
    data = dataset(
        communities=communities("甲"),
        facilities=rooms(500.0),
        funds=funded("C1"),
        estates=[
            {
                "estate_id": "C1",
                "name": "甲苑",
                "community_code": "C1",
                "kind": "existing",
            }
        ],
    )

    subjects = assess(data, [load_pack("county")], DAY).subjects

    assert subjects["community"].loc["C1", "outcome"] == "conforming"
    assert subjects["estate"].loc["C1", "outcome"] == "not_applicable"


def test_phases_are_one_subject_named_by_what_their_names_share():
    estates = [
        {"estate_id": "E1", "name": "锦绣一期", "community_code": "C1", "kind": "new"}
        | {"development": "D", "planned_dwellings": 1000},
        {"estate_id": "E2", "name": "锦绣二期", "community_code": "C1", "kind": "new"}
        | {"development": "D", "planned_dwellings": 237},
    ]
    data = dataset(communities=communities("甲"), estates=estates)

    found = assess(data, [load_pack("county")], DAY)

    assert found.subjects["estate"]["name"].to_dict() == {"D": "锦绣"}
    required = found.verdicts.query("rule_id == 'S04'")["required"]
    assert required.tolist() == [618.5]


def test_a_phase_of_unknown_size_leaves_the_whole_development_open():
    estates = [
        {"estate_id": "E1", "name": "一期", "kind": "new", "development": "D"}
        | {"planned_dwellings": 1000},
        {"estate_id": "E2", "name": "二期", "kind": "new", "development": "D"},
    ]
    data = dataset(communities=communities("甲"), estates=estates)

    found = (
        assess(data, [load_pack("county")], DAY)
        .verdicts.query("rule_id == 'S04'")
        .iloc[0]
    )

    assert found["outcome"] == "not_assessed"
    assert pd.isna(found["required"])
    assert "缺少规划户数" in found["reason"]


def test_a_room_of_no_known_community_is_a_finding_and_counts_for_nobody():
    data = dataset(communities=communities("甲"), facilities=rooms(500.0, 80.0))

    results = assess(data, [load_pack("county")], DAY)

    assert results.findings["subject_code"].tolist() == ["F2"]
    assert "F2" not in set(results.evidence["item_id"])


def test_counts_add_up_to_one_verdict_per_rule_and_subject():
    data = dataset(communities=communities("甲", "乙"), facilities=rooms(500.0, 100.0))

    counts = summary(assess(data, [load_pack("county")], DAY))

    assert counts["subjects"] == 2
    assert counts["outcomes"]["S01"] == {
        "pass": 1,
        "fail": 1,
        "not_applicable": 0,
        "not_assessed": 0,
    }
    assert counts["overall"] == "nonconforming"


def test_the_same_pack_twice_is_refused():
    with pytest.raises(RuleError, match="S01"):
        assess(dataset(communities=communities("甲")), [load_pack("county")] * 2, DAY)


def test_progress_is_told_rule_by_rule():
    told = []

    assess(
        dataset(communities=communities("甲")),
        [load_pack("grid_size")],
        DAY,
        progress=lambda fraction, message: told.append((fraction, message)),
    )

    assert [message[:8] for _, message in told] == [
        "正在判定 N27",
        "正在判定 U01",
        "正在判定 U03",
    ]
    assert [fraction for fraction, _ in told] == sorted(
        fraction for fraction, _ in told
    )


def test_a_what_if_with_more_area_flips_the_verdict_and_nothing_else():
    before = dataset(
        communities=communities("甲", "乙"), facilities=rooms(299.0, 500.0)
    )
    after = dataset(communities=communities("甲", "乙"), facilities=rooms(300.0, 500.0))

    def outcomes(data):
        found = assess(data, [load_pack("county")], DAY).verdicts.query(
            "rule_id == 'S01'"
        )
        return found["outcome"].tolist()

    assert outcomes(before) == ["fail", "pass"]
    assert outcomes(after) == ["pass", "pass"]
