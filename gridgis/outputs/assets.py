"""Find the web assets and the font that the package carries; never anything outside.

They are fetched at install by version and hash (`web/`), and lie beside this module.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from pathlib import Path

from gridgis.errors import GridgisError

__all__ = [
    "ASSETS",
    "FONT",
    "FONT_CSS",
    "MissingAssetError",
    "inline_css",
    "local",
    "text",
]

ASSETS = Path(__file__).with_name("assets")
"""The folder that pages are served from."""

FONT = "fonts/NotoSansSC-subset.woff2"
"""Noto Sans SC, cut down to GB 2312."""

FONT_CSS = "fonts/font.css"
"""The style sheet that names it "Gridgis Sans"."""

_MIME = {".png": "image/png", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_CSS_URL = re.compile(r"url\(([^)#]+)\)")


class MissingAssetError(GridgisError, FileNotFoundError):
    """A file the pages need that the installation does not carry."""


def local(address: str) -> str:
    """Return the place among the assets of what folium would ask an outside host for.

    Raises
    ------
    MissingAssetError
        If the package does not carry it: nothing is ever asked outside instead.
    """
    place = _places().get(address)
    if place is None:
        message = f"离线资源中没有 {address}"
        raise MissingAssetError(
            message, remedy="请在 web/manifest.toml 中登记后重新安装"
        )
    return place


def text(place: str) -> str:
    """Return the text of an asset."""
    return _read(place).decode("utf-8")


def _as_data_uri(place: str) -> str:
    content = base64.b64encode(_read(place)).decode("ascii")
    return f"data:{_MIME[Path(place).suffix]};base64,{content}"


def inline_css(place: str) -> str:
    """Return a style sheet with the pictures and fonts it names inside it."""
    folder = Path(place).parent

    def embed(match: re.Match[str]) -> str:
        name = match[1].strip("'\" ")
        if name.startswith("data:"):
            return match[0]
        return f"url({_as_data_uri((folder / name).as_posix())})"

    return _CSS_URL.sub(embed, text(place))


def _read(place: str) -> bytes:
    try:
        return (ASSETS / place).read_bytes()
    except FileNotFoundError as error:
        message = f"缺少网页资源 {place}"
        raise MissingAssetError(message, remedy="请运行 make install") from error


@cache
def _places() -> dict[str, str]:
    listing: dict[str, dict[str, str]] = json.loads(text("manifest.json"))
    return listing["folium"]
