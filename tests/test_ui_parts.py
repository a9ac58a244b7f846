"""Parts of the pages that need no browser: names of uploads, clicks, labels, settings."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from hostile import NAMES as PAYLOADS

from gridgis.errors import GridgisError
from gridgis.outputs.markup import Html, fill, joined, markdown_text
from gridgis.ui.components.map_view import clicked, content_key
from gridgis.ui.launch import OPTIONS, free_port, serve
from gridgis.ui.state import Subject
from gridgis.ui.uploads import content_hash, safe_name, stored

NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows\\system.ini",
    "..",
    ".",
    "",
    ".hidden",
    "CON",
    "con.csv",
    "LPT1.xlsx",
    "a\0b.csv",
    "a\nb.csv",
    "x.csv. . .",
    "%2e%2e%2fx.csv",
    "中" * 300 + ".xlsx",
    "a" * 50 + "." + "b" * 300,
    "\\\\server\\share\\x.gpkg",
    "名称;rm -rf.csv",
    "${HOME}.csv",
    "`id`.csv",
]


@pytest.mark.parametrize("given", NAMES)
def test_a_name_of_an_upload_stays_in_its_folder(given: str, tmp_path: Path) -> None:
    name = safe_name(given)

    path = (tmp_path / name).resolve()
    assert path.parent == tmp_path.resolve()
    assert len(name.encode()) <= 255
    assert not name.startswith(".")
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("社区台账（2026）.xlsx", "社区台账（2026）.xlsx"),
        ("边界.shp", "边界.shp"),
        ("a b.csv", "a_b.csv"),
        ("CON.csv", "_CON.csv"),
        ("../x.csv", "x.csv"),
    ],
)
def test_a_harmless_name_stays_recognisable(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_two_uploads_of_one_name_are_both_kept(tmp_path: Path) -> None:
    paths = stored([("a/x.csv", b"1"), ("b/x.csv", b"2")], tmp_path)

    assert [path.name for path in paths] == ["x.csv", "x-2.csv"]
    assert [path.read_bytes() for path in paths] == [b"1", b"2"]


def test_content_hash_tells_names_and_contents_apart() -> None:
    hashes = {
        content_hash([("a", b"bc")]),
        content_hash([("ab", b"c")]),
        content_hash([("a", b"bc"), ("", b"")]),
    }

    assert len(hashes) == 3


def test_content_key_tells_codes_apart_that_streamlit_folium_does_not() -> None:
    assert content_key("grid_001") != content_key("grid_002")
    assert content_key("ab", "c") != content_key("a", "bc")
    assert content_key("a") == content_key("a")


def test_a_click_names_its_subject() -> None:
    feature = {"properties": {"kind": "community", "code": "C1", "index": 0}}

    assert clicked({"last_active_drawing": feature}) == Subject("community", "C1")


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        {"last_active_drawing": None},
        {"last_active_drawing": {"properties": None}},
        {"last_active_drawing": {"properties": {"name": "x"}}},
    ],
)
def test_a_click_on_nothing_of_ours_is_none(event: dict[str, object] | None) -> None:
    assert clicked(event) is None


@pytest.mark.parametrize("payload", PAYLOADS)
def test_values_are_filled_in_as_text(payload: str) -> None:
    assert "<" not in fill("{x}", x=payload)
    assert fill("{x}", x=Html("<b>")) == "<b>"
    assert joined([fill("{x}", x="<"), Html("<br>")]) == "&#60;<br>"


@pytest.mark.parametrize(
    "text", ["![x](y)", "[a](b)", "**fat**", ":red[x]", "$x$", "<b>", "`c`", "# h"]
)
def test_a_label_holds_no_markdown(text: str) -> None:
    assert not set(markdown_text(text)) & set("![]()*<>`$:")


def test_the_settings_are_streamlits_own_and_shut_the_door() -> None:
    from streamlit import config

    known = set(config._config_options_template)
    assert set(OPTIONS) <= known
    assert OPTIONS["server.address"] == "127.0.0.1"
    assert OPTIONS["server.enableXsrfProtection"] is True
    assert OPTIONS["client.showErrorDetails"] == "none"
    assert OPTIONS["browser.gatherUsageStats"] is False


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert port < free_port(port) < port + 20


def test_a_missing_project_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(GridgisError, match="找不到项目文件"):
        serve(tmp_path / "没有.gpkg")
