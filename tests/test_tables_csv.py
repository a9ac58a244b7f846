"""verdicts.csv and findings.csv: plain numbers, plain text, nothing that runs."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from outcomes import HOSTILE, small_results

from gridgis.outputs.tables_csv import guarded, write_findings, write_verdicts


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a csv as Excel does: UTF-8 with its mark."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


def test_verdicts_have_one_row_per_rule_and_subject(tmp_path: Path) -> None:
    results = small_results()

    write_verdicts(results, tmp_path / "verdicts.csv")

    rows = rows_of(tmp_path / "verdicts.csv")
    assert len(rows) == len(results.verdicts)
    assert list(rows[0]) == list(results.verdicts.columns)
    area = {row["subject_code"]: row for row in rows if row["rule_id"] == "S01"}
    assert [area[code]["outcome"] for code in ("C1", "C2", "C3", "C4")] == [
        "pass",
        "fail",
        "not_assessed",
        "fail",
    ]
    assert area["C2"]["shortfall"] == "74"
    assert area["C2"]["margin"] == "-74"
    assert area["C3"]["measured"] == ""


def test_text_that_looks_like_a_formula_gets_an_apostrophe(tmp_path: Path) -> None:
    write_verdicts(small_results(), tmp_path / "verdicts.csv")

    names = {
        r["subject_code"]: r["subject_name"] for r in rows_of(tmp_path / "verdicts.csv")
    }
    assert names["C2"] == f"'{HOSTILE}"
    assert names["C3"] == "'+社区"
    assert names["C1"] == "达标社区"


@pytest.mark.parametrize("start", list("=+-@＝＋－＠\t\r\n\0"))
def test_every_start_of_a_formula_is_guarded(start: str) -> None:
    text = f"{start}1+1"
    table = pd.DataFrame({"a": [text, "1+1", None], "n": [-5.0, 1.0, None]})

    safe = guarded(table.assign(c=table["a"].astype("category")))

    assert safe["a"].tolist()[:2] == [f"'{text}", "1+1"]
    assert safe["c"].astype("str").tolist()[:2] == [f"'{text}", "1+1"]
    assert (
        safe["a"].isna().tolist() == safe["c"].isna().tolist() == [False, False, True]
    )
    assert safe["n"].tolist()[:2] == [-5.0, 1.0]


def test_two_categories_that_become_one_text_are_kept_apart_from_their_rows() -> None:
    table = pd.DataFrame({"c": pd.Categorical(["=1", "'=1", "=1"])})

    assert guarded(table)["c"].tolist() == ["'=1", "'=1", "'=1"]


def test_findings_without_rows_still_have_their_header(tmp_path: Path) -> None:
    results = small_results()

    write_findings(
        replace(results, findings=results.findings.head(0)), tmp_path / "f.csv"
    )

    header = (tmp_path / "f.csv").read_text("utf-8-sig").splitlines()
    assert header == [",".join(results.findings.columns)]


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    write_verdicts(small_results(), tmp_path / "a.csv")
    write_verdicts(small_results(), tmp_path / "b.csv")

    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
