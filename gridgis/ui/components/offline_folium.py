"""Make streamlit-folium load Leaflet and the font from the package, never from outside.

streamlit-folium collects the addresses that folium's elements name and lets the browser
fetch them one by one; with no internet the map stays blank without a word. Here they are
turned into addresses of a Streamlit component that serves the package's own folder: this
works from an installed wheel, behind a base path, and needs no setting.

`_component_func` is private to streamlit-folium, hence its exact pin and the browser test.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from gridgis.outputs.assets import ASSETS, FONT, FONT_CSS, local

__all__ = ["font_face", "use_own_assets"]


@cache
def use_own_assets() -> None:
    """Rewrite what every later `st_folium` asks for; calling it again changes nothing.

    From then on `st_folium` raises `MissingAssetError` for an address that the package
    does not carry.
    """
    import streamlit_folium

    streamlit_folium._component_func = _rewriting(  # noqa: SLF001 - see above
        streamlit_folium._component_func  # noqa: SLF001
    )


def font_face() -> str:
    """Return the style rule by which a page of the app finds the font "Gridgis Sans"."""
    address = f"component/{_component_name()}/{FONT}"
    return f'@font-face {{ font-family: "Gridgis Sans"; src: url({address}); }}'


def _asset_address(place: str) -> str:
    """Return where a component's frame finds an asset, relative to its own address."""
    return f"../{_component_name()}/{place}"


@cache
def _component_name() -> str:
    """Let Streamlit serve the folder of the assets; return under which name."""
    from streamlit.components.v1 import declare_component

    return str(declare_component("gridgis_assets", path=str(ASSETS)).name)


def _rewriting(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def component(**arguments: Any) -> Any:  # noqa: ANN401 - passed through
        js = [_asset_address(local(link)) for link in arguments["js_links"]]
        css = [_asset_address(local(link)) for link in arguments["css_links"]]
        own = {"js_links": js, "css_links": [*css, _asset_address(FONT_CSS)]}
        return original(**arguments | own)

    return component
