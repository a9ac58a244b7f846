"""The synthetic county comes out as its truth, which was worked out apart from the rules."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import pytest

from gridgis.demo import build
from gridgis.ingest import expand, read
from gridgis.pipeline import assess
from gridgis.rules.packs import available_packs, load_pack

# The truth says that it holds on any day from here on.
DAYS = [date(2026, 6, 30), date(2031, 2, 3)]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def truth(county: Path) -> dict:
    return json.loads((county / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def imported(county: Path):
    return read(expand([county]))


def figure_agrees(expected: float | None, found: float, tolerance: float) -> bool:
    if expected is None:
        return math.isnan(found)
    return abs(expected - found) <= tolerance


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("pack", available_packs())
def test_every_verdict_is_the_one_that_was_planted(truth, imported, pack, day):
    found = assess(imported.data, [load_pack(pack)], day).verdicts
    ours = {
        (row.rule_id, row.subject_kind, row.subject_code): row
        for row in found.itertuples()
    }
    expected = {
        (row["rule_id"], row["subject_kind"], row["subject_code"]): row
        for row in truth["packs"][pack]["verdicts"]
    }

    assert set(ours) == set(expected)
    wrong = []
    for key, row in expected.items():
        tolerance = truth["tolerance"].get(key[0], truth["tolerance"]["default"])
        same = row["outcome"] == ours[key].outcome and all(
            figure_agrees(row[name], getattr(ours[key], name), tolerance)
            for name in ("measured", "required")
        )
        if not same:
            wrong.append((row, ours[key].outcome, ours[key].measured, ours[key].reason))
    assert not wrong, f"{len(wrong)} differ, e.g. {wrong[:3]}"


def test_every_file_is_accounted_for_as_the_truth_says(truth, imported):
    keys = ("rows_read", "loaded", "rejected", "merged", "blank")
    found = {
        report.file: {
            key: sum(getattr(layer, key) for layer in report.layers) for key in keys
        }
        for report in imported.files
    }
    expected = {
        name: {key: counts[key] for key in keys}
        for name, counts in truth["files"].items()
    }

    assert found == expected


def test_the_rows_that_were_planted_bad_are_the_rows_refused(truth, imported):
    expected = {
        (row["file"], row["layer"], row["row"], row["code"])
        for row in truth["rejected"]
    }
    rejected = imported.rejected

    found = set(
        zip(
            rejected["file"],
            rejected["layer"],
            rejected["row"],
            rejected["code"],
            strict=True,
        )
    )

    assert found == expected


def test_a_clean_county_fails_no_mandatory_rule(tmp_path):
    build(tmp_path, clean=True)
    imported = read(expand([tmp_path]))

    verdicts = assess(imported.data, [load_pack("county")], DAYS[0]).verdicts

    mandatory = verdicts[verdicts["level"] == "mandatory"]
    assert set(mandatory["outcome"]) <= {"pass", "not_applicable"}
    assert len(imported.rejected) == 0
