"""The assets are those that were tried, and they are all there."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest

from gridgis.outputs import assets
from gridgis.outputs.assets import (
    ASSETS,
    FONT_CSS,
    MissingAssetError,
    inline_css,
    local,
    text,
)

WEB = Path(__file__).parents[1] / "web"
MANIFEST = tomllib.loads((WEB / "manifest.toml").read_text("utf-8"))
FILES = [file for package in MANIFEST["npm"] for file in package["files"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["to"])
def test_each_file_is_the_one_that_was_tried(file: dict[str, str]) -> None:
    content = (ASSETS / file["to"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_every_npm_package_is_wanted_exactly_and_locked_with_integrity() -> None:
    wanted = json.loads((WEB / "package.json").read_text("utf-8"))["dependencies"]
    locked = json.loads((WEB / "package-lock.json").read_text("utf-8"))["packages"]

    assert {package["name"] for package in MANIFEST["npm"]} == set(wanted)
    for name, version in wanted.items():
        entry = locked[f"node_modules/{name}"]
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert entry["version"] == version
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry


def test_the_licences_of_all_that_is_carried_are_carried_too() -> None:
    licences = text("LICENCES.txt")

    assert "leaflet 1.9.4 (BSD-2-Clause)" in licences
    assert "SIL OPEN FONT LICENSE" in licences


def test_folium_s_leaflet_is_found_in_the_package() -> None:
    import folium

    named = dict(folium.Map.default_js) | dict(folium.Map.default_css)

    assert local(named["leaflet"]) == "leaflet/leaflet.js"
    assert local(named["leaflet_css"]) == "leaflet/leaflet.css"


def test_an_address_that_is_not_carried_is_an_error_that_names_it() -> None:
    with pytest.raises(MissingAssetError, match=r"other\.example/plugin\.js"):
        local("https://other.example/plugin.js")


def test_missing_assets_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "ASSETS", tmp_path)

    with pytest.raises(MissingAssetError, match="make install"):
        text("leaflet/leaflet.js")


@pytest.mark.parametrize("place", ["leaflet/leaflet.css", FONT_CSS])
def test_an_inlined_style_sheet_names_no_other_file(place: str) -> None:
    style = inline_css(place)

    # Leaflet's one `url(#default#VML)` is a place inside the page, not a file.
    assert re.findall(r"url\((?!data:|#)[^)]*\)", style) == []
    assert "data:" in style


def test_the_font_draws_words_units_and_symbols() -> None:
    from fontTools.ttLib import TTFont

    with TTFont(ASSETS / "fonts" / "NotoSansSC-subset.woff2") as font:
        drawn = font.getBestCmap()

    assert all(ord(sign) in drawn for sign in "街道社区网格㎡✓✗!?–≥×÷·，。（）“”ABC019")
