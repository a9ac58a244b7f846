"""All five files of a check, each whole or absent."""

from __future__ import annotations

from pathlib import Path

import pytest
from outcomes import small_results

from gridgis.errors import StoreError
from gridgis.outputs import bundle, write_results
from gridgis.pipeline import Results


@pytest.fixture
def plain_map(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a short page in place of the map, whose assets are fetched at install."""

    def write_map(results: Results, path: Path) -> None:
        path.write_text(f"<html>{len(results.verdicts)}</html>", "utf-8")

    monkeypatch.setattr("gridgis.outputs.offline.write_map", write_map)


@pytest.mark.usefixtures("plain_map")
def test_a_check_leaves_five_files(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"

    written = write_results(small_results(), out)

    assert [path.name for path in written] == [
        "verdicts.csv",
        "findings.csv",
        "results.gpkg",
        "report.xlsx",
        "map.html",
    ]
    assert sorted(path.name for path in out.iterdir()) == sorted(bundle.FILES)
    assert all(path.stat().st_size for path in written)


@pytest.mark.usefixtures("plain_map")
def test_progress_says_what_is_being_written(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []

    write_results(small_results(), tmp_path, progress=lambda *step: told.append(step))

    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert [text for _, text in told[:5]] == [f"正在写 {name}" for name in bundle.FILES]


@pytest.mark.usefixtures("plain_map")
def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    (tmp_path / "verdicts.csv").write_text("old")

    write_results(small_results(), tmp_path)

    assert (tmp_path / "mine.txt").read_text() == "x"
    assert (tmp_path / "verdicts.csv").read_text("utf-8-sig").startswith("rule_id")


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")

    with pytest.raises(StoreError, match="不是文件夹"):
        write_results(small_results(), tmp_path / "out")


def test_a_writer_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_map(results: Results, path: Path) -> None:
        path.write_text(f"half of {len(results.verdicts)}", "utf-8")
        raise OSError(28, "No space left on device")

    (tmp_path / "map.html").write_text("old")
    monkeypatch.setattr("gridgis.outputs.offline.write_map", write_map)

    with pytest.raises(StoreError, match=r"无法写入.*map\.html"):
        write_results(small_results(), tmp_path)

    assert (tmp_path / "map.html").read_text() == "old"
    assert not [item for item in tmp_path.iterdir() if item.suffix == ".tmp"]
