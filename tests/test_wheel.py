"""A wheel carries the assets that git does not."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ASSETS = "gridgis/outputs/assets/"


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build a wheel with what is installed, asking nothing of the network."""
    target = tmp_path_factory.mktemp("wheel")
    options = ["--wheel", "--no-isolation", "--skip-dependency-check"]
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own words
        [sys.executable, "-m", "build", *options, "--outdir", str(target), str(root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(target.glob("*.whl")))


def test_a_wheel_carries_every_asset_unchanged(wheel: zipfile.ZipFile) -> None:
    listing = json.loads(wheel.read(f"{ASSETS}manifest.json"))

    assert listing["sha256"]
    for name, expected in listing["sha256"].items():
        content = wheel.read(ASSETS + name)
        assert hashlib.sha256(content).hexdigest() == expected


def test_a_wheel_carries_the_licences(wheel: zipfile.ZipFile) -> None:
    assert "leaflet" in wheel.read(f"{ASSETS}LICENCES.txt").decode()
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_a_wheel_carries_our_page_parts_and_rule_packs(
    wheel: zipfile.ZipFile, root: Path
) -> None:
    ours = [
        path.relative_to(root).as_posix()
        for suffix in ("*.js", "*.css", "*.html", "*.yaml", "*.qml")
        for path in (root / "gridgis").rglob(suffix)
        if "assets" not in path.parts
    ]

    assert ours
    assert set(ours) <= set(wheel.namelist())


def test_git_holds_no_asset(root: Path) -> None:
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        pytest.skip("not a git working copy")
    held = subprocess.run(  # noqa: S603 - fixed arguments
        [git, "ls-files", ASSETS], cwd=root, capture_output=True, text=True, check=True
    )

    assert held.stdout == ""
