"""Small pieces that carry a state: always symbol, word and colour together."""

from __future__ import annotations

from gridgis.governance.colours import SHADES, Shade, shade
from gridgis.outputs.markup import Html, fill, joined

__all__ = ["chip", "labels", "legend"]


def chip(item: Shade, text: str = "") -> Html:
    """Return a small label "✗ 不达标", or with another word behind the symbol."""
    return fill(
        '<span class="gg-chip gg-{colour}">{symbol} {word}</span>',
        colour=item.colour,
        symbol=item.symbol,
        word=text or item.word,
    )


def legend() -> Html:
    """Return what the colours of a map mean."""
    parts = [
        fill(
            '<span class="gg-{c}"><i></i>{label}</span>',
            c=item.colour,
            label=item.label,
        )
        for item in SHADES.values()
    ]
    return fill('<div class="gg-legend">{parts}</div>', parts=joined(parts))


def labels(colour: str) -> str:
    """Return symbol and word of a colour, for the cells of a table."""
    return shade(colour).label
