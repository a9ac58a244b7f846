"""Columns that name persons or lead to them: found by header and by what stands in them."""

from __future__ import annotations

import re

import pandas as pd

from gridgis.ingest.aliases import PERSONAL
from gridgis.ingest.headers import header_of

__all__ = ["is_personal", "looks_personal"]

# Headers such as 负责人数 or 联系人职务 count or describe, they name nobody.
_COUNTS = ("数", "数量", "人数", "率", "情况", "职务")
_MOBILE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}")
_IDENTITY = re.compile(
    r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_LOOKED_AT = 200


def is_personal(given: str) -> bool:
    """Say whether a header names a column of persons or of ways to reach them."""
    key = header_of(given).key
    return not key.endswith(_COUNTS) and any(word in key for word in PERSONAL)


def looks_personal(cells: pd.Series) -> bool:
    """Say whether most of a column's first entries are mobile or identity numbers."""
    if pd.api.types.is_float_dtype(cells.dtype) or pd.api.types.is_bool_dtype(
        cells.dtype
    ):
        return False
    shown = [str(cell).strip().removesuffix(".0") for cell in cells.head(_LOOKED_AT)]
    known = [text for text in shown if text and text not in ("nan", "None", "<NA>")]
    hits = sum(
        _MOBILE.fullmatch(text) is not None or _is_identity(text) for text in known
    )
    return bool(known) and 2 * hits > len(known)


def _is_identity(text: str) -> bool:
    if _IDENTITY.fullmatch(text) is None:
        return False
    total = sum(
        int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True)
    )
    return _CHECKS[total % 11] == text[17].upper()
