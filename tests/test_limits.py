"""Limits: what they ask of a subject, where the quantity is known and where not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gridgis.rules.limits import Limit, arithmetic, relief, required, words

PER_100 = {"per": {"of": "households", "amount": 50, "each": 100}}
STAFF = {
    "increment": {"of": "households", "base": 4, "upto": 1000, "add": 1, "each": 250}
}
STEPS = {"steps": {"of": "households", "table": [[0, 300], [1000, 800]]}}


def asked(shape: dict, households: float) -> tuple[float, float]:
    frame = pd.DataFrame({"households": [households]})
    found = required(Limit.model_validate(shape), frame)
    return float(found.low[0]), float(found.high[0])


@pytest.mark.parametrize(
    ("shape", "households", "expected"),
    [
        ({"constant": 300}, 1.0, 300.0),
        (PER_100, 1237.0, 618.5),
        ({"per": PER_100["per"] | {"rounding": "full_steps_up"}}, 1237.0, 650.0),
        ({"per": PER_100["per"] | {"rounding": "full_steps_up"}}, 1200.0, 600.0),
        (STAFF, 1000.0, 4.0),
        (STAFF, 1001.0, 4.0),
        (STAFF, 1250.0, 5.0),
        ({"increment": STAFF["increment"] | {"rounding": "ceil"}}, 1001.0, 5.0),
        (STEPS, 999.0, 300.0),
        (STEPS, 1000.0, 800.0),
        ({"max": [{"constant": 600}, PER_100]}, 1237.0, 618.5),
        ({"max": [{"constant": 700}, PER_100]}, 1237.0, 700.0),
        ({"sum": [{"constant": 100}, PER_100]}, 1000.0, 600.0),
        ({"any": [{"constant": 700}, PER_100]}, 1237.0, 618.5),
    ],
)
def test_limit_asks_for_what_the_clause_says(shape, households, expected):
    assert asked(shape, households) == (expected, expected)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (PER_100, (0.0, np.inf)),
        (STAFF, (4.0, np.inf)),
        (STEPS, (300.0, 800.0)),
        ({"max": [{"constant": 600}, PER_100]}, (600.0, np.inf)),
        ({"sum": [{"constant": 600}, PER_100]}, (600.0, np.inf)),
        ({"any": [{"constant": 600}, PER_100]}, (0.0, 600.0)),
    ],
)
def test_limit_is_an_interval_where_households_are_unknown(shape, expected):
    assert asked(shape, np.nan) == expected


@given(
    few=st.integers(0, 20_000),
    more=st.integers(0, 20_000),
    shape=st.sampled_from([PER_100, STAFF, STEPS]),
)
def test_more_households_never_ask_for_less(few, more, shape):
    assert asked(shape, float(few))[0] <= asked(shape, float(few + more))[0]


@given(
    households=st.integers(0, 20_000), shape=st.sampled_from([PER_100, STAFF, STEPS])
)
def test_what_is_asked_lies_within_what_could_be_asked(households, shape):
    least, most = asked(shape, np.nan)

    assert least <= asked(shape, float(households))[0] <= most


def test_arithmetic_shows_every_number_of_the_clause():
    limit = Limit.model_validate(PER_100)

    text = arithmetic(limit, {"households": 1237.0}, "㎡")

    assert text == "1,237 户 × 50 ㎡ ÷ 100 = 618.5 ㎡"


def test_relief_counts_whole_households_that_are_too_many():
    limit = Limit.model_validate(PER_100)

    # 544.5 ㎡ are enough for 544.5 × 2 = 1,089 households; 1,237 − 1,089 = 148.
    assert relief(limit, {"households": 1237.0}, 544.5) == "或少 148 户"


@given(households=st.integers(1, 5000), measured=st.integers(0, 3000))
def test_relief_is_enough_and_not_one_household_more(households, measured):
    limit = Limit.model_validate(PER_100)
    text = relief(limit, {"households": float(households)}, float(measured))

    if asked(PER_100, float(households))[0] <= measured or measured == 0:
        assert text == ""
    else:
        fewer = int(text.removeprefix("或少 ").removesuffix(" 户").replace(",", ""))
        assert asked(PER_100, float(households - fewer))[0] <= measured
        assert asked(PER_100, float(households - fewer + 1))[0] > measured


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (PER_100, "每 100 户（户数）50 ㎡"),
        ({"between": [300, 500]}, "300–500 ㎡"),
        ({"constant": 300}, "300 ㎡"),
    ],
)
def test_limit_reads_as_a_person_would_say_it(shape, text):
    assert words(Limit.model_validate(shape), "㎡") == text


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"constant": 1, "between": [1, 2]},
        {"between": [2, 1]},
        {"max": [{"constant": 1}]},
        {"sum": [{"between": [1, 2]}, {"constant": 1}]},
        {"steps": {"of": "households", "table": [[10, 1]]}},
        {"steps": {"of": "households", "table": [[0, 1], [0, 2]]}},
        {"per": {"of": "cats", "amount": 1, "each": 1}},
        {"per": {"of": "households", "amount": 0, "each": 1}},
        {"formula": "households * 0.5"},
    ],
)
def test_a_limit_that_says_nothing_or_too_much_is_refused(shape):
    with pytest.raises(ValidationError):
        Limit.model_validate(shape)
