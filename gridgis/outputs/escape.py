"""The one way for text to reach a map or a page: as text, whatever it contains.

`html.escape` is not enough: folium writes tooltips and popups into JavaScript template
literals, where a backtick, a dollar sign or a backslash is code. As HTML entities they
are shown as they are and mean nothing in either language.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd

__all__ = ["map_text", "script_json"]

_ENTITIES = str.maketrans({sign: f"&#{ord(sign)};" for sign in "&<>\"'`${}\\"})
# Inside a script element, `</script` ends the script and `<!--` changes its reading;
# two line separators were line ends to older engines.
# A jinja template, as folium makes of every script, reads doubled braces and their kin;
# in JSON an opening brace followed by one of these stands only inside a text.
_TEMPLATE_SIGN = re.compile(r"\{(?=[{%#])")
_IN_SCRIPT = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def map_text(value: Any) -> str:  # noqa: ANN401 - whatever a cell can hold
    """Return a value as HTML that shows exactly its characters; nothing for unknown.

    A missing value (None, NaN, NA) gives an empty text. Control characters, which no
    name contains on purpose, are shown as spaces.
    """
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    shown = "".join(sign if sign.isprintable() else " " for sign in str(value))
    return shown.translate(_ENTITIES)


def script_json(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """Return a value as JSON that can stand inside a script element.

    Raises
    ------
    ValueError
        If the value holds NaN or infinity, which JSON cannot say.
    """
    compact = json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return _TEMPLATE_SIGN.sub(r"\\u007b", compact).translate(_IN_SCRIPT)
