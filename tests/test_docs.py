"""What the README says is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from gridgis.cli import app
from gridgis.rules.packs import available_packs


def commands() -> dict[str, typer.models.CommandInfo]:
    found = {}

    def walk(group, prefix=""):
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                walk(command, f"{prefix}{name} ")
            else:
                found[prefix + name] = command

    walk(get_command(app))
    return found


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_help_with_an_example(name):
    command = commands()[name]

    assert command.help
    assert f"gridgis {name}" in command.epilog


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_in_the_readme(root: Path, name):
    assert f"gridgis {name}" in (root / "README.md").read_text("utf-8")


def test_every_command_in_the_readme_exists(root: Path):
    text = (root / "README.md").read_text("utf-8")
    known = commands()

    for line in re.findall(r"^gridgis (.+)$", text, flags=re.MULTILINE):
        assert any(line.startswith(name) for name in known), line


def test_every_pack_is_in_the_readme(root: Path):
    text = (root / "README.md").read_text("utf-8")

    for name in available_packs():
        assert f"`{name}`" in text


def test_nothing_of_this_machine_is_named(root: Path):
    for path in [
        root / "README.md",
        root / "CHANGELOG.md",
        *root.glob("benchmarks/*.md"),
    ]:
        text = path.read_text("utf-8")
        assert "/tmp/" not in text  # noqa: S108
        assert "/work/" not in text
