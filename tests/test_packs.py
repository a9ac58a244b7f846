"""Rule packs: what is shipped, and that a faulty file is refused with every mistake."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from gridgis.errors import RuleError
from gridgis.rules.packs import Rule, available_packs, load_pack

RULES = {
    "county": 11,
    "district": 8,
    "elderly": 4,
    "grid_size": 3,
    "living_circle": 6,
    "national": 6,
    "tiered": 3,
}


def pack_file(tmp_path: Path, **changes: object) -> Path:
    content = {
        "pack": "mine",
        "title": "我县规则",
        "place": "某县",
        "version": "1",
        "sources": {"doc": {"title": "文件", "status": "stated"}},
        "rules": [
            {
                "id": "X01",
                "title": "用房",
                "source": "doc",
                "clause": "一",
                "subject": "community",
                "measure": "room_area",
                "parameters": {"uses": ["office"]},
                "comparator": ">=",
                "limit": {"constant": 300},
                "level": "mandatory",
            }
        ],
    }
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content | changes, allow_unicode=True), "utf-8")
    return file


def rule(**changes: object) -> dict[str, object]:
    base = {
        "id": "X01",
        "title": "用房",
        "source": "doc",
        "clause": "一",
        "subject": "community",
        "measure": "room_area",
        "parameters": {"uses": ["office"]},
        "comparator": ">=",
        "limit": {"constant": 300},
        "level": "mandatory",
    }
    return base | changes


def test_the_seven_families_are_shipped_with_all_their_rules():
    assert {name: len(load_pack(name).rules) for name in available_packs()} == RULES


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_shipped_rule_says_where_it_is_written(name):
    pack = load_pack(name)

    for found in pack.rules:
        assert found.clause
        assert found.remedy
        assert pack.sources[found.source].status in ("stated", "verified", "unverified")


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_written_out_and_read_again_is_the_same_rule(name):
    for found in load_pack(name).rules:
        again = Rule.model_validate(found.model_dump(exclude_unset=True))

        assert again == found


def test_rule_ids_are_not_repeated_across_the_shipped_packs():
    ids = [rule.id for name in available_packs() for rule in load_pack(name).rules]

    assert len(ids) == len(set(ids))


def test_the_community_size_rule_changes_on_the_day_the_law_does():
    rules = {rule.id: rule for rule in load_pack("national").rules}

    last, first = date(2025, 12, 31), date(2026, 1, 1)
    assert (rules["N01"].in_force(last), rules["N01"].in_force(first)) == (False, True)
    assert (rules["N01-old"].in_force(last), rules["N01-old"].in_force(first)) == (
        True,
        False,
    )


def test_a_good_file_of_ones_own_loads(tmp_path):
    assert load_pack(pack_file(tmp_path)).rules[0].text == "≥ 300 ㎡"


def test_all_mistakes_of_a_file_are_listed_at_once(tmp_path):
    file = pack_file(
        tmp_path,
        rules=[
            rule(id="A", colour="red"),
            rule(id="B", measure="magic"),
            rule(id="C", limit={"constant": 1, "between": [1, 2]}),
            rule(id="D", source="nowhere"),
            rule(id="E", parameters={"uses": ["office"], "storey": 1}),
            rule(id="F", filter={"population": ["urban"]}),
            rule(id="G", comparator="between"),
            rule(
                id="H",
                limit={"per": {"of": "planned_dwellings", "amount": 1, "each": 1}},
            ),
            rule(id="I", limit={"constant": {"parameter": "unheard_of"}}),
            rule(id="J", effective_from="2026-01-02", effective_to="2026-01-01"),
            rule(id="K", limit={"constant": -300}),
            rule(id="L", limit={"constant": float("nan")}),
            rule(id="M", limit={"constant": True}),
            rule(id="N", parameters={"uses": ["offce"]}),
            rule(id="O", parameters={"uses": []}),
            rule(id="P", subject="estate", filter={"kind": ["brand_new"]}),
            rule(id="Q", measure="largest_place_share", limit={"constant": 50}),
        ],
    )

    with pytest.raises(RuleError) as caught:
        load_pack(file)

    assert {problem.layer for problem in caught.value.problems} == set(
        "ABCDEFGHIJKLMNOPQ"
    )
    assert len(caught.value.problems) >= len("ABCDEFGHIJKLMNOPQ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- 1", "结构有误"),
        ("pack: [", "不是有效的 YAML"),
        ("pack: a\npack: b", "键“pack”重复"),
        ("pack: 2026-02-30", "不是有效的 YAML"),
        ("[" * 5000, "不是有效的 YAML"),
        ("!!python/object/apply:os.system ['true']", "不是有效的 YAML"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_in_a_sentence(tmp_path, text, says):
    file = tmp_path / "bad.yaml"
    file.write_text(text, "utf-8")

    with pytest.raises(RuleError, match=says):
        load_pack(file)


def test_an_unknown_name_lists_the_packs_there_are():
    with pytest.raises(RuleError, match="county"):
        load_pack("countys")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    file = tmp_path / "gbk.yaml"
    file.write_bytes("pack: 县".encode("gbk"))

    with pytest.raises(RuleError, match="UTF-8"):
        load_pack(file)


def test_a_parameter_changes_the_rules_and_is_kept_with_the_pack():
    pack = load_pack("county", {"household_rounding": "full_steps_up"})

    limit = next(rule for rule in pack.rules if rule.id == "S04").limit

    assert limit.per.rounding == "full_steps_up"
    assert pack.chosen["household_rounding"] == "full_steps_up"
    assert [reading.words for reading in pack.readings["S04"]] == ["按户数比例折算"]


def test_a_value_that_a_parameter_cannot_take_is_refused():
    with pytest.raises(RuleError, match="household_rounding"):
        load_pack("county", {"household_rounding": "about"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cluster_distance_m", -5.0),
        ("cluster_distance_m", float("nan")),
        ("min_largest_share", 50),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(RuleError):
        load_pack("county", {name: value})
