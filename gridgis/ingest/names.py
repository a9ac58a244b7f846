"""Keys by which names and codes are compared: never shown, never stored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

from gridgis.ingest.quantities import tidy
from gridgis.ingest.script import simplified

__all__ = [
    "code_key",
    "compatible",
    "core_key",
    "is_damaged",
    "name_keys",
    "street_key",
]

# What programs write for a character that their encoding lacks.
_LOST = frozenset("?？\ufffd■□〓")
_PRIVATE = frozenset(("Co", "Cn"))
_SPACE = re.compile(r"\s+")
_COMMUNITY_ENDS = (
    "社区居民委员会",
    "社区居委会",
    "居民委员会",
    "村民委员会",
    "社区村委会",
    "居委会",
    "村委会",
    "社区",
    "村",
)
_ESTATE_ENDS = ("住宅小区", "小区")
_STREET_ENDS = ("街道办事处", "街道办", "街道", "镇人民政府", "乡人民政府", "镇", "乡")


def code_key(codes: pd.Series) -> pd.Series:
    """Return codes without hyphens, as two files may write them differently."""
    if not codes.str.contains("-", regex=False).any():
        return codes
    return codes.str.replace("-", "", regex=False)


def name_keys(names: Iterable[str]) -> list[str]:
    """Return each name half-width, simplified, without blanks and invisible characters."""
    # One call for all: starting the converter costs more than converting.
    plain = [_SPACE.sub("", tidy(name)) for name in names]
    return simplified("\n".join(plain)).split("\n") if plain else []


def is_damaged(name: object) -> bool:
    """Say whether a character of a name was lost: “糖?里”, “糖■里”, or one of private use."""
    return isinstance(name, str) and any(
        sign in _LOST or unicodedata.category(sign) in _PRIVATE for sign in name
    )


def core_key(key: str) -> str:
    """Return the key of a community or estate without 社区, 居委会, 小区 at its end."""
    for ending in (*_COMMUNITY_ENDS, *_ESTATE_ENDS):
        if key.endswith(ending) and len(key) > len(ending):
            return key.removesuffix(ending)
    return key


def street_key(key: str) -> str:
    """Return the key of a street or town without 街道, 镇, 乡 at its end."""
    for ending in _STREET_ENDS:
        if key.endswith(ending) and len(key) > len(ending) + 1:
            return key.removesuffix(ending)
    return key


def compatible(stated: str, known: str) -> bool:
    """Say whether two street or county keys can mean the same place; unknown fits all."""
    if not stated or not known:
        return True
    a, b = street_key(stated), street_key(known)
    return a == b or (len(b) > 1 and a.endswith(b)) or (len(a) > 1 and b.endswith(a))
