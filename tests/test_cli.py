"""The command line: exit codes, files, and nothing but JSON where JSON is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from typer.testing import CliRunner, Result

from gridgis.cli import app
from gridgis.demo import build
from gridgis.errors import GridgisError
from gridgis.project import store

FIVE = {"verdicts.csv", "findings.csv", "results.gpkg", "report.xlsx", "map.html"}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "county"
    build(folder, communities=6)
    return folder


@pytest.fixture(scope="module")
def project(county: Path) -> Path:
    path = county.parent / "县.gpkg"
    done = run("import", str(path), str(county))
    assert done.exit_code == 1, "some rows of the demo are refused"
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    command = [sys.executable, "-c", "from gridgis.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def judged(*arguments: str) -> dict:
    done = run("check", *arguments, "--json")
    found = json.loads(done.stdout)
    found.pop("seconds")
    return found


def test_check_writes_its_five_files_and_says_nonconforming(county, tmp_path):
    done = run("check", str(county), "--pack", "county", "--out", str(tmp_path))

    assert done.exit_code == 1
    assert {path.name for path in tmp_path.iterdir()} == FIVE


def test_check_of_project_folder_and_files_agree(county, project):
    files = [str(path) for path in sorted(county.iterdir()) if path.suffix != ".json"]
    files = [
        path for path in files if not path.endswith((".dbf", ".shx", ".prj", ".txt"))
    ]

    of_folder = judged(str(county))

    assert of_folder["outcomes"]["S01"]["fail"] > 0
    assert judged(str(project)) == of_folder
    assert judged(*files) == of_folder


def test_a_clean_county_conforms_and_one_with_only_advisory_fails_does_not(tmp_path):
    build(tmp_path / "clean", communities=6, clean=True)

    assert run("check", str(tmp_path / "clean"), "--pack", "county").exit_code == 0
    # Populations outside the five-minute circle's band: advisory, and still no green.
    assert (
        run("check", str(tmp_path / "clean"), "--pack", "living_circle").exit_code == 1
    )


def test_a_lone_ledger_without_rooms_is_inconclusive(tmp_path):
    ledger = tmp_path / "社区.csv"
    ledger.write_text(
        "社区代码,社区名称,户数\n510923001001,东湖社区,1200\n", "utf-8-sig"
    )

    assert run("check", str(ledger)).exit_code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "不存在.xlsx"),
        ("check", "{county}", "--pack", "无此规则"),
        ("check", "{county}", "--on", "昨天"),
        ("check", "{county}", "--set", "household_rounding"),
        ("check", "{county}", "--set", "无此参数=1"),
        ("check", "{county}", "--datum", "mars"),
        ("check", "{county}", "--map", "户数"),
        ("rules", "show", "无此规则"),
        ("rules", "validate", "不存在.yaml"),
    ],
)
def test_unusable_input_is_a_sentence_and_exit_code_2(county, arguments):
    done = process(*(text.format(county=county) for text in arguments))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert done.stdout == ""


def test_a_missing_command_and_an_unknown_option_are_usage_errors():
    assert process("check").returncode == 2
    assert process("check", "--frobnicate").returncode == 2


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 ...", b"\x00" * 100, b"PK\x03\x04 no zip"]
)
def test_files_that_are_nothing_we_read_are_refused_by_name(tmp_path, content):
    file = tmp_path / "台账.xlsx"
    file.write_bytes(content)

    done = process("check", str(file))

    assert done.returncode == 2
    assert "台账.xlsx" in done.stderr
    assert "Traceback" not in done.stderr


def test_json_is_all_there_is_on_stdout(county):
    done = process("check", str(county), "--json")

    found = json.loads(done.stdout)
    assert set(found) == {"subjects", "outcomes", "overall", "seconds"}


def test_inspect_prints_one_object_and_stores_nothing(county):
    before = sorted(county.iterdir())

    done = process("inspect", str(county), "--json", "--rows", "1")

    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert {"files", "relations"} <= set(found)
    layers = [layer for file in found["files"] for layer in file["layers"]]
    for layer in layers:
        kept = ("loaded", "rejected", "merged", "blank")
        assert layer["rows_read"] == sum(layer[name] for name in kept)
        assert len(layer["rows"]) <= 1
    assert sorted(county.iterdir()) == before


def test_a_file_that_leaves_a_question_open_stops_with_3_and_takes_the_answer(tmp_path):
    layer = gpd.GeoDataFrame(
        {"SQDM": ["1"], "SQMC": ["甲"]},
        geometry=gpd.GeoSeries.from_wkt(
            ["POLYGON((500000 3380000,501000 3380000,501000 3381000,500000 3380000))"]
        ),
        crs="EPSG:4547",
    )
    layer.to_file(tmp_path / "社区.shp")
    (tmp_path / "社区.prj").unlink()

    asked = process("check", str(tmp_path / "社区.shp"))
    answered = process("check", str(tmp_path / "社区.shp"), "--crs", "EPSG:4547")

    assert asked.returncode == 3
    assert ".prj" in asked.stderr
    assert answered.returncode == 3, "inconclusive for want of rooms, but read"
    assert "S01" in answered.stdout


def test_a_second_import_is_a_second_version_and_changes_nothing_silently(
    county, tmp_path
):
    path = tmp_path / "县.gpkg"
    run("import", str(path), str(county))

    again = process("import", str(path), str(county / "经费.csv"))

    assert again.returncode == 0
    assert "版本 2" in again.stderr
    assert "经费：新增 0、更新 0、未变" in again.stderr
    assert judged(str(path)) == judged(str(county))


def test_rows_refused_at_import_are_still_told_by_a_check_of_the_project(
    project, tmp_path
):
    run("check", str(project), "--out", str(tmp_path))

    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["未载入"]
    refused = sum(len(one.rejected) for one in store.imports(project))
    assert sheet.max_row - 1 == refused > 0


def test_a_folder_that_may_not_be_written_is_a_sentence_in_chinese(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")

    done = process("demo", str(blocked / "inside"))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "不是文件夹" in done.stderr


def test_a_parameter_on_the_command_line_changes_the_reading(county):
    with_default = judged(str(county))
    tightened = judged(str(county), "--set", "cluster_distance_m=0.5")

    assert tightened["outcomes"]["S04"] == with_default["outcomes"]["S04"]
    assert (
        tightened["outcomes"]["S04-C"]["fail"]
        >= with_default["outcomes"]["S04-C"]["fail"]
    )


def test_rules_list_and_show_speak_of_every_pack():
    listed = run("rules", "list").stdout

    for name in ("county", "district", "national", "tiered", "elderly", "grid_size"):
        assert name in listed
        assert run("rules", "show", name).exit_code == 0
    assert "每 100 户（规划户数）50 ㎡" in run("rules", "show", "county").stdout


def test_a_fault_of_ours_is_a_log_and_a_sentence_not_a_traceback():
    broken = (
        "import sys, gridgis.cli as cli\n"
        "def fail(*a, **k): raise ZeroDivisionError('planted')\n"
        "cli._packs = fail\n"
        "sys.argv = ['gridgis', 'check', '.']\n"
        "cli.main()\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", broken], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "GG-INT-001" in done.stderr
    assert "Traceback" not in done.stderr
    log = Path(done.stderr.strip().rsplit("：", 1)[-1])
    assert "planted" in log.read_text("utf-8")
    log.unlink()


def test_refusals_are_errors_of_ours_with_their_remedy():
    done = run("rules", "show", "无此规则")

    assert isinstance(done.exception, GridgisError)
    assert done.exception.remedy


def test_the_commands_start_without_the_heavy_packages():
    light = (
        "import sys; from gridgis.cli import app; "
        "print([m for m in ('streamlit','folium','xlsxwriter','matplotlib','geopandas') "
        "if m in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", light], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
