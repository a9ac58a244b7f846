"""Results on a folium map: no tiles, no outside address, words and symbols with colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridgis.errors import InputError
from gridgis.governance.colours import SHADES
from gridgis.outputs.escape import map_text, script_json
from gridgis.outputs.features import SubjectLayer, facility_layer, subject_layer

if TYPE_CHECKING:
    import folium

    from gridgis.pipeline import Results

__all__ = ["KINDS", "page_part", "results_map"]

KINDS = ("community", "grid", "estate", "county")
"""The kinds of subjects a map shows, from the ground up."""

# Above this many shapes the browser paints one picture instead of so many elements.
_CANVAS_ABOVE = 2_000
_PARTS = Path(__file__).with_name("page")
# branca reads every element's code once more as a template, so the code itself must hold
# no template signs: script_json() sees to that for data, a test for our own scripts.
_TEMPLATE = """
{% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}
{% macro script(this, kwargs) %}
{{ this.code }}({{ this._parent.get_name() }}, {{ this.payload }});
{% endmacro %}
"""


def results_map(
    results: Results,
    *,
    kinds: Sequence[str] = KINDS,
    codes: Mapping[str, Sequence[str]] | None = None,
    rule: str | None = None,
    focus: str | None = None,
    facilities: bool = False,
    hatch: bool = False,
) -> folium.Map:
    """Draw results as a folium map that, its Leaflet inlined, asks nothing of a network.

    Parameters
    ----------
    kinds
        Which subjects to draw, the base layer first; kinds without results are skipped,
        but communities are drawn uncoloured for orientation where no rule is about them.
    codes
        By kind, the subjects to draw; all of a kind that is not named.
    rule
        Colour by this rule instead of by all together.
    focus
        The code of a subject to outline and zoom to.
    facilities
        Draw rooms and grounds from the start (otherwise they can be switched on).
    hatch
        Patterns instead of plain colours, for a black-and-white print.

    Raises
    ------
    InputError
        If the rule or a code is not among the results.
    """
    chosen = codes or {}
    layers = [
        subject_layer(results, kind, codes=chosen.get(kind))
        for kind in kinds
        if kind in results.subjects or kind == "community"
    ]
    payload = _payload(layers, rule) | {
        "facilities": facility_layer(results).as_dict(),
        "show_facilities": facilities,
        "focus": None if focus is None else map_text(focus),
        "hatch": hatch,
    }
    figure = _empty_map(canvas=payload["canvas"])
    figure.add_child(_element(script_json(payload)), name="gridgis_results")
    return figure


@cache
def page_part(name: str) -> str:
    """Return one of our own scripts or style sheets."""
    return (_PARTS / name).read_text("utf-8")


def _payload(layers: Sequence[SubjectLayer], rule: str | None) -> dict[str, Any]:
    shades = list(SHADES.values())
    return {
        "shades": [asdict(shade) for shade in shades],
        # Colours before this place are something to look at: red, grey, yellow.
        "amiss": [shade.colour for shade in shades].index("green"),
        "layers": [layer.as_dict() for layer in layers],
        "rule": None if rule is None else _place_of(layers, rule),
        "canvas": sum(len(layer.codes) for layer in layers) > _CANVAS_ABOVE,
    }


def _place_of(layers: Sequence[SubjectLayer], rule: str) -> dict[str, int]:
    for number, layer in enumerate(layers):
        for index, words in enumerate(layer.rules):
            if words["id"] == map_text(rule):
                return {"layer": number, "index": index}
    message = f"地图上没有规则“{rule}”的结论"
    raise InputError(message, remedy="请选择本次核查用到的规则")


def _empty_map(*, canvas: bool) -> folium.Map:
    import folium

    figure = folium.Map(
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        prefer_canvas=canvas,
        max_zoom=19,
        zoom_snap=0.25,
    )
    figure._id = "gridgis"  # noqa: SLF001 - else random: the same results, the same file
    # On this map only: the class's own lists are everybody's. Without folium's markers
    # and popups Leaflet is all that is needed.
    figure.default_js = [pair for pair in figure.default_js if pair[0] == "leaflet"]
    figure.default_css = [
        pair for pair in figure.default_css if pair[0] == "leaflet_css"
    ]
    return figure


def _element(payload: str) -> Any:  # noqa: ANN401 - branca's elements take any attribute
    from branca.element import MacroElement
    from folium.template import Template

    element: Any = MacroElement()  # type: ignore[no-untyped-call]
    element._name = "GridgisResults"  # noqa: SLF001 - how branca names its elements
    element._id = "results"  # noqa: SLF001
    element._template = Template(_TEMPLATE)  # noqa: SLF001
    element.css = page_part("results_map.css")
    element.code = page_part("results_map.js").rstrip()
    element.payload = payload
    return element
