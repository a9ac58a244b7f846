"""The page in one file names nothing outside itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gridgis.errors import GridgisError
from gridgis.outputs.assets import MissingAssetError
from gridgis.outputs.offline import results_page, self_contained, write_map
from tests.test_maps import county


def test_a_page_names_no_file_to_fetch() -> None:
    page = results_page(county("甲", "乙"))

    # Leaflet's code holds a link to its own site, which nobody sees and nothing fetches.
    fetching = r"<(?:script|link|img|iframe|object|embed)\b[^>]*\b(?:src|href|data)="
    assert re.findall(fetching, page) == []
    assert re.findall(r"url\((?!data:|#)[^)]*\)", page) == []
    assert "default-src 'none'" in page


def test_a_page_says_what_it_is_of_which_day_and_by_which_rules() -> None:
    page = results_page(county("甲"))

    assert "<title>测试县社区达标核查</title>" in page
    assert "核查日期 2026-07-01" in page
    assert "县（市、区）社区用房与新建小区配建" in page
    assert "内部使用 · 合成或内部数据" in page


def test_a_page_is_written_as_utf_8(tmp_path: Path) -> None:
    target = tmp_path / "map.html"

    write_map(county("甲"), target)

    assert target.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_page_with_an_unknown_script_is_refused() -> None:
    with pytest.raises(MissingAssetError, match="plugin"):
        self_contained('<script src="https://other.example/plugin.js"></script>')


def test_a_page_with_a_picture_from_outside_is_refused() -> None:
    with pytest.raises(GridgisError, match="外部文件"):
        self_contained('<img alt="" src="https://other.example/a.png">')
