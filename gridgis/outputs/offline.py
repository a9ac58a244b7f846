"""The results as one page in one file that opens anywhere and asks for nothing."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from gridgis.errors import GridgisError
from gridgis.outputs.assets import FONT_CSS, inline_css, local, text
from gridgis.outputs.escape import map_text
from gridgis.outputs.maps import page_part, results_map

if TYPE_CHECKING:
    import folium

    from gridgis.pipeline import Results

__all__ = ["results_page", "self_contained", "write_map"]

# The browser itself is told to fetch nothing, should anything ever slip through.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    'font-src data:">'
)
_SCRIPT = re.compile(r'<script src="([^"]+)"></script>')
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"/>')
_ASKS_OUTSIDE = re.compile(
    r'<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="(?!data:)'
)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def write_map(results: Results, path: Path) -> None:
    """Write `map.html`: one file, readable with no network."""
    path.write_text(results_page(results), encoding="utf-8")


def results_page(results: Results, chart: folium.Map | None = None) -> str:
    """Return the results as one HTML page: map, key figures, what to look at, search.

    Parameters
    ----------
    chart
        A map made by `results_map`, for one that shows only some subjects or one rule;
        everything where None.
    """
    shown = results_map(results) if chart is None else chart
    page = self_contained(shown.get_root().render())
    title = map_text(_title(results))
    head = (
        f"{_POLICY}<title>{title}</title><style>{page_part('sheet.css')}</style></head>"
    )
    frame = Template(page_part("sheet.html")).substitute(
        title=title, about=map_text(_about(results))
    )
    script = f"<script>{page_part('sheet.js')}</script></html>"
    page = page.replace("<html>", '<html lang="zh-CN">', 1)
    page = page.replace("</head>", f"<style>{inline_css(FONT_CSS)}</style>{head}", 1)
    page = page.replace("<body>", f"<body>{frame}", 1)
    return script.join(page.rsplit("</html>", 1))


def self_contained(page: str) -> str:
    """Return a page of folium's with every script and style sheet inside it.

    Raises
    ------
    MissingAssetError
        If it names a file that the package does not carry.
    GridgisError
        If it would still ask for anything.
    """
    page = _SCRIPT.sub(lambda match: f"<script>{_script(match[1])}</script>", page)
    page = _STYLE.sub(
        lambda match: f"<style>{inline_css(local(match[1]))}</style>", page
    )
    if _ASKS_OUTSIDE.search(page):
        message = "地图页面仍引用外部文件，未写出"
        raise GridgisError(message, remedy="请报告这一问题")
    return page


def _script(address: str) -> str:
    code = _SOURCE_MAP.sub("", text(local(address)))
    return code.replace("</script", r"<\/script")


def _title(results: Results) -> str:
    counties = results.data["communities"]["county"].dropna().unique()
    place = str(counties[0]) if len(counties) == 1 else ""
    return f"{place}社区达标核查"


def _about(results: Results) -> str:
    packs = "、".join(pack.title for pack in results.packs)
    return f"核查日期 {results.on:%Y-%m-%d} · 规则包：{packs}"
