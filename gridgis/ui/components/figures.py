"""Key figures and bars: numbers with their words, symbols and shares."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gridgis.governance.colours import SHADES, shade
from gridgis.governance.rollup import shares
from gridgis.outputs.markup import Html, fill, joined
from gridgis.wording import with_unit

__all__ = ["key_figures", "street_bars"]

_READ = ("green", "yellow", "red", "grey", "none")


def key_figures(colour: pd.Series, unit: str) -> None:
    """Show how many there are and how many in each state."""
    table = shares(colour)
    cards = [
        fill(
            '<div class="gg-figure gg-total"><div class="n">{n}</div>'
            '<div class="w">{unit}</div></div>',
            n=f"{len(colour):,}",
            unit=unit,
        )
    ]
    for name in _READ:
        count, share = int(table["count"][name]), float(table["share"][name])
        if name == "none" and count == 0:
            continue
        cards.append(
            fill(
                '<div class="gg-figure gg-{name}"><span class="s">{share}</span>'
                '<div class="n">{count}</div><div class="w">{label}</div></div>',
                name=name,
                share=with_unit(round(share, 3), "share"),
                count=f"{count:,}",
                label=shade(name).label,
            )
        )
    st.html(joined(cards))


def street_bars(table: pd.DataFrame) -> None:
    """Show one bar per street, as long as all its communities, worst first."""
    most = max(int(table["total"].max()), 1)
    rows = [
        fill(
            '<tr><td class="name" title="{name}">{name}</td><td>'
            '<div class="gg-bar" style="width:{width}%">{parts}</div></td></tr>',
            name=name,
            width=f"{100 * row['total'] / most:.1f}",
            parts=_parts(row),
        )
        for name, row in table.iterrows()
    ]
    st.html(fill('<table class="gg-bars">{rows}</table>', rows=joined(rows)))


def _parts(row: pd.Series) -> Html:
    return joined(
        fill(
            '<span class="gg-{name}" style="flex:{n}" title="{label} {n}">'
            "{symbol}{n}</span>",
            name=name,
            n=int(row[name]),
            label=item.label,
            symbol=item.symbol,
        )
        for name, item in SHADES.items()
        if row[name] > 0
    )
