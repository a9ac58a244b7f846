"""The colour of a verdict, and of a subject from all its verdicts."""

from __future__ import annotations

import pandas as pd
import pytest

from gridgis.governance.colours import (
    SHADES,
    colour_of_subject,
    colour_of_verdicts,
    shade,
)


def certain(values: pd.Series) -> pd.Series:
    """Return "nothing is in doubt" on the same index."""
    return pd.Series(data=False, index=values.index)


def verdicts(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Build verdicts on communities from (code, outcome, level), none in doubt."""
    table = pd.DataFrame(rows, columns=["subject_code", "outcome", "level"])
    outcome, level = table["outcome"], table["level"]
    colour = colour_of_verdicts(outcome, level, certain(outcome))
    return table.assign(subject_kind="community", colour=colour)


def colour_of(*outcomes: tuple[str, str]) -> str:
    """Return the colour of one community with these (outcome, level)."""
    table = verdicts(*(("C1", outcome, level) for outcome, level in outcomes))
    return str(colour_of_subject(table).loc["C1"])


@pytest.mark.parametrize(
    ("outcome", "level", "expected"),
    [
        ("pass", "mandatory", "green"),
        ("pass", "advisory", "green"),
        ("fail", "mandatory", "red"),
        ("fail", "advisory", "yellow"),
        ("not_assessed", "mandatory", "grey"),
        ("not_assessed", "advisory", "grey"),
        ("not_applicable", "mandatory", "none"),
        ("not_applicable", "advisory", "none"),
    ],
)
def test_a_verdict_takes_its_colour_from_outcome_and_level(
    outcome: str, level: str, expected: str
) -> None:
    outcomes, levels = pd.Series([outcome]), pd.Series([level])

    colours = colour_of_verdicts(outcomes, levels, certain(outcomes))

    assert colours.tolist() == [expected]


@pytest.mark.parametrize("level", ["mandatory", "advisory"])
def test_a_doubtful_pass_is_yellow_and_doubt_changes_nothing_else(level: str) -> None:
    outcomes = pd.Series(["pass", "not_assessed", "not_applicable"])
    levels, doubtful = pd.Series([level] * 3), pd.Series([True] * 3)

    colours = colour_of_verdicts(outcomes, levels, doubtful)

    assert colours.tolist() == ["yellow", "grey", "none"]


def test_verdict_colours_keep_the_index_of_the_caller() -> None:
    outcome = pd.Series(["pass", "fail"], index=["b", "a"])
    level = pd.Series(["advisory", "advisory"], index=["b", "a"])

    colours = colour_of_verdicts(outcome, level, certain(outcome))

    assert colours.to_dict() == {"b": "green", "a": "yellow"}


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([("fail", "mandatory"), ("not_assessed", "mandatory")], "red"),
        ([("pass", "mandatory"), ("not_assessed", "mandatory")], "grey"),
        ([("not_assessed", "mandatory"), ("fail", "advisory")], "grey"),
        ([("pass", "mandatory"), ("fail", "advisory")], "yellow"),
        ([("pass", "mandatory"), ("not_applicable", "mandatory")], "green"),
        ([("pass", "mandatory"), ("not_assessed", "advisory")], "green"),
        ([("not_assessed", "advisory"), ("not_applicable", "mandatory")], "grey"),
        ([("not_applicable", "mandatory"), ("not_applicable", "advisory")], "none"),
    ],
)
def test_a_subject_takes_the_worst_of_its_colours(
    outcomes: list[tuple[str, str]], expected: str
) -> None:
    assert colour_of(*outcomes) == expected
    assert colour_of(*reversed(outcomes)) == expected


def test_unknown_data_never_turn_a_subject_green() -> None:
    assert colour_of(("not_assessed", "mandatory")) == "grey"
    assert colour_of(("not_assessed", "advisory")) == "grey"


def test_no_verdicts_give_no_colours() -> None:
    assert colour_of_subject(verdicts()).empty


def test_colouring_leaves_the_verdicts_as_they_were() -> None:
    table = verdicts(("C1", "fail", "mandatory"), ("C2", "pass", "advisory"))
    before = table.copy(deep=True)

    colour_of_subject(table)

    pd.testing.assert_frame_equal(table, before)


def test_every_colour_has_its_own_fill_word_symbol_and_hatch() -> None:
    for part in ("fill", "word", "symbol", "hatch"):
        assert len({getattr(item, part) for item in SHADES.values()}) == len(SHADES)


def test_an_unheard_of_colour_is_shown_as_not_applicable() -> None:
    assert shade("red").label == "✗ 不达标"
    assert shade("mauve").word == "不适用"
