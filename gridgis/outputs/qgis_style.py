"""How a layer of results looks in QGIS and in other programs: one colour per state.

The style sits in the GeoPackage itself (`layer_styles`), so that it needs no file beside
it. Every class is named by symbol and word, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlunsplit
from xml.etree import ElementTree as ET

from gridgis.governance.colours import SHADES, Shade

__all__ = ["Symbol", "qml", "sld"]

Symbol = Literal["fill", "marker"]

_OUTLINE = "#3C4650"
_OPACITY = 0.75


def qml(
    column: str, symbol: Symbol, *, aliases: Mapping[str, str], label: str | None = None
) -> str:
    """Return a QGIS style: classes by the colour names in `column`.

    Parameters
    ----------
    symbol
        "fill" for polygons, "marker" for points.
    aliases
        Column → what people call it, shown in tables and forms.
    label
        Column that is written on the map.
    """
    root = ET.Element(
        "qgis",
        version="3.22.0",
        styleCategories="Symbology|Labeling|Fields",
        labelsEnabled=str(int(label is not None)),
    )
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="categorizedSymbol",
        attr=column,
        symbollevels="0",
        enableorderby="0",
        forceraster="0",
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, shade in enumerate(SHADES.values()):
        ET.SubElement(
            categories,
            "category",
            value=shade.colour,
            symbol=str(number),
            label=shade.label,
            render="true",
        )
        _symbol(symbols, str(number), symbol, shade)
    if label is not None:
        _labels(root, label)
    listed = ET.SubElement(root, "aliases")
    for place, (field, name) in enumerate(aliases.items()):
        ET.SubElement(listed, "alias", field=field, index=str(place), name=name)
    ET.SubElement(root, "layerGeometryType").text = "2" if symbol == "fill" else "0"
    return ET.tostring(root, encoding="unicode")


def sld(layer: str, column: str, symbol: Symbol) -> str:
    """Return the same classes as an OGC style (SLD 1.0)."""
    # Names of vocabularies: nothing ever asks for them.
    styles, filters = (
        urlunsplit(("http", "www.opengis.net", name, "", "")) for name in ("sld", "ogc")
    )
    root = ET.Element(
        "StyledLayerDescriptor",
        {"version": "1.0.0", "xmlns": styles, "xmlns:ogc": filters},
    )
    named = ET.SubElement(root, "NamedLayer")
    ET.SubElement(named, "Name").text = layer
    style = ET.SubElement(ET.SubElement(named, "UserStyle"), "FeatureTypeStyle")
    for shade in SHADES.values():
        rule = ET.SubElement(style, "Rule")
        ET.SubElement(rule, "Name").text = shade.label
        ET.SubElement(rule, "Title").text = shade.label
        chosen = ET.SubElement(rule, "ogc:Filter")
        equal = ET.SubElement(chosen, "ogc:PropertyIsEqualTo")
        ET.SubElement(equal, "ogc:PropertyName").text = column
        ET.SubElement(equal, "ogc:Literal").text = shade.colour
        _sld_symbol(rule, symbol, shade)
    return ET.tostring(root, encoding="unicode")


def _symbol(parent: ET.Element, name: str, symbol: Symbol, shade: Shade) -> None:
    element = ET.SubElement(
        parent,
        "symbol",
        type=symbol,
        name=name,
        alpha=str(_OPACITY),
        clip_to_extent="1",
        force_rhr="0",
    )
    kind = "SimpleFill" if symbol == "fill" else "SimpleMarker"
    layer = ET.SubElement(
        element, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"}
    )
    properties = {
        "color": _rgba(shade.fill),
        "outline_color": _rgba(_OUTLINE),
        "outline_style": "solid",
        "outline_width": "0.26",
        "outline_width_unit": "MM",
        "style": "solid",
    }
    if symbol == "marker":
        properties |= {"name": "circle", "size": "3", "size_unit": "MM"}
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in properties.items():
        ET.SubElement(options, "Option", type="QString", name=key, value=value)
    for key, value in properties.items():
        ET.SubElement(layer, "prop", k=key, v=value)  # QGIS before 3.20


def _labels(root: ET.Element, column: str) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings,
        "text-style",
        fieldName=column,
        isExpression="0",
        fontSize="9",
        fontSizeUnit="Point",
        textColor="30,30,30,255",
    )
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
    )


def _sld_symbol(rule: ET.Element, symbol: Symbol, shade: Shade) -> None:
    if symbol == "fill":
        parent = ET.SubElement(rule, "PolygonSymbolizer")
    else:
        graphic = ET.SubElement(ET.SubElement(rule, "PointSymbolizer"), "Graphic")
        parent = ET.SubElement(graphic, "Mark")
        ET.SubElement(parent, "WellKnownName").text = "circle"
    fill = ET.SubElement(parent, "Fill")
    ET.SubElement(fill, "CssParameter", name="fill").text = shade.fill
    ET.SubElement(fill, "CssParameter", name="fill-opacity").text = str(_OPACITY)
    stroke = ET.SubElement(parent, "Stroke")
    ET.SubElement(stroke, "CssParameter", name="stroke").text = _OUTLINE
    ET.SubElement(stroke, "CssParameter", name="stroke-width").text = "1"
    if symbol == "marker":
        ET.SubElement(graphic, "Size").text = "10"


def _rgba(fill: str) -> str:
    red, green, blue = (int(fill[place : place + 2], 16) for place in (1, 3, 5))
    return f"{red},{green},{blue},255"
