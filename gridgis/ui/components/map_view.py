"""A map of judged subjects that answers clicks, keeps its view and is never out of date.

The map is loaded again only when what it shows changes: its key is a hash of exactly that
(streamlit-folium's own key takes "grid_001" and "grid_002" for the same map). What is
selected is told to the map that is there, by a script in a layer of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from gridgis.outputs.escape import map_text, script_json
from gridgis.outputs.maps import results_map
from gridgis.pipeline import Results
from gridgis.ui.components.words import legend
from gridgis.ui.state import Subject

if TYPE_CHECKING:
    import folium

__all__ = ["clicked", "content_key", "map_view"]

# Where it was clicked tells a second click on the same shape from none; a count would be
# sent at loading already, and run the page once more each time.
_RETURNED = ["last_active_drawing", "last_object_clicked"]

# Tells the map that is already there what is selected; see results_map.js.
_PICK = """
{% macro script(this, kwargs) %}
(function (wanted, fly) {
  var page = window.gridgis;
  if (!page) { return; }
  // The page has its own legend, where it hides nothing.
  document.querySelectorAll(".gridgis-legend").forEach(function (box) {
    box.style.display = "none";
  });
  page.unpick();
  if (!wanted) { if (fly) { page.home(); } return; }
  page.data.layers.forEach(function (layer) {
    var index = layer.kind === wanted.kind ? layer.codes.indexOf(wanted.code) : -1;
    if (index >= 0) { page.pick(layer, index, fly); }
  });
})({{ this.wanted }}, {{ this.fly }});
{% endmacro %}
"""


def map_view(  # noqa: PLR0913 - all but the first three by name
    results: Results,
    kind: str,
    codes: Sequence[str],
    *,
    key: str,
    on_click: Callable[[Subject], None],
    selected: Subject | None = None,
    fly: bool = False,
    rule: str | None = None,
    height: int = 520,
) -> None:
    """Show subjects in their colours and call `on_click` with the one that is clicked.

    Parameters
    ----------
    kind, codes
        The subjects shown. Estates and grids lie on uncoloured communities.
    key
        Name of this map on its page.
    selected
        The subject outlined; with `fly` also brought into view.
    rule
        Colour by this rule instead of by all together.
    """
    from streamlit_folium import st_folium

    from gridgis.ui.components.offline_folium import use_own_assets

    use_own_assets()
    base = () if kind == "community" else ("community",)
    chart = results_map(
        _uncoloured(results) if base else results,
        kinds=(*base, kind),
        codes={kind: list(codes)},
        rule=rule,
    )
    own = f"{key}-{content_key(_content(chart))}"
    shown = {map_text(code): code for code in codes}

    def pass_on() -> None:
        hit = clicked(st.session_state.get(own))
        if hit is not None and hit.kind == kind and hit.code in shown:
            on_click(Subject(kind, shown[hit.code]))

    st_folium(
        chart,
        key=own,
        height=height,
        use_container_width=True,
        returned_objects=_RETURNED,
        feature_group_to_add=_pick(selected, fly=fly),
        on_change=pass_on,
    )
    st.html(legend())


def content_key(*parts: str) -> str:
    """Return a short hash that differs wherever any of the texts differs."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def clicked(event: Mapping[str, Any] | None) -> Subject | None:
    """Return the subject that a click on the map hit, None for nothing of ours."""
    feature = (event or {}).get("last_active_drawing") or {}
    found = feature.get("properties") or {}
    if "kind" not in found or "code" not in found:
        return None
    return Subject(str(found["kind"]), str(found["code"]))


def _content(chart: folium.Map) -> str:
    """Return what the map shows: the data its element was given."""
    return "".join(
        child.payload
        for child in chart._children.values()  # noqa: SLF001 - branca has no other way
        if hasattr(child, "payload")
    )


def _uncoloured(results: Results) -> Results:
    """Return the results with communities only for orientation."""
    frame = results.subjects.get("community")
    if frame is None:
        return results
    plain = frame.assign(colour="none")
    verdicts = results.verdicts
    others = verdicts[verdicts["subject_kind"] != "community"]
    return replace(
        results, subjects={**results.subjects, "community": plain}, verdicts=others
    )


def _pick(selected: Subject | None, *, fly: bool) -> folium.FeatureGroup:
    import folium
    from branca.element import MacroElement
    from folium.template import Template

    wanted = selected and {"kind": selected.kind, "code": map_text(selected.code)}
    element: Any = MacroElement()  # type: ignore[no-untyped-call]
    element._name = "GridgisPick"  # noqa: SLF001 - how branca names its elements
    element._template = Template(_PICK)  # noqa: SLF001
    element.wanted = script_json(wanted)
    element.fly = script_json(fly)
    group = folium.FeatureGroup(name="selected", control=False)
    group.add_child(element)
    return group
