"""Text reaches a page as text."""

from __future__ import annotations

import html
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgis.outputs.escape import map_text, script_json
from tests.hostile import NAMES


@pytest.mark.parametrize("sign", "&<>\"'`${}\\")
def test_map_text_leaves_no_sign_of_html_script_or_template(sign: str) -> None:
    assert map_text(f"a{sign}b") == f"a&#{ord(sign)};b"


@given(st.text(st.characters(blacklist_categories=["C", "Z"])))
def test_map_text_shows_exactly_what_was_given(name: str) -> None:
    escaped = map_text(name)

    assert html.unescape(escaped) == name
    assert not set(escaped) & set("<>\"'`${}\\")


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_map_text_of_nothing_known_is_empty(missing: object) -> None:
    assert map_text(missing) == ""


def test_map_text_shows_control_and_direction_signs_as_spaces() -> None:
    assert map_text("甲\u202e乙\n丙\x00") == "甲 乙 丙 "


def test_map_text_of_a_number_is_the_number() -> None:
    assert map_text(7) == "7"


@pytest.mark.parametrize("name", NAMES)
def test_script_json_is_the_same_value_and_ends_no_script(name: str) -> None:
    written = script_json({"name": [name, {"again": name}]})

    assert json.loads(written) == {"name": [name, {"again": name}]}
    assert not set(written) & set("<>&\u2028\u2029")
    assert not any(sign in written for sign in ("{{", "{%", "{#"))


def test_script_json_refuses_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="JSON"):
        script_json([float("nan")])
