"""HTML made of fixed templates and escaped values; no text of the data comes otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from gridgis.outputs.escape import map_text

__all__ = ["Html", "fill", "joined", "markdown_text"]


class Html(str):
    """Text that is HTML already: only `fill` and `joined` make it."""

    __slots__ = ()


def fill(template: str, **values: object) -> Html:
    """Return the template with every value put in as plain text, `Html` as it is."""
    ready = {
        name: value if isinstance(value, Html) else map_text(value)
        for name, value in values.items()
    }
    return Html(template.format(**ready))


def joined(parts: Iterable[Html], between: str = "") -> Html:
    """Return pieces of HTML one after the other."""
    return Html(between.join(parts))


_MARKDOWN = str.maketrans(
    {sign: f"&#{ord(sign)};" for sign in "\\`*_{}[]()<>#+-.!|~:$&\"'=@/"}
)


def markdown_text(value: object) -> str:
    """Return a value for a label that Streamlit reads as Markdown, shown as it is."""
    shown = "".join(sign if sign.isprintable() else " " for sign in str(value))
    return shown.translate(_MARKDOWN)
