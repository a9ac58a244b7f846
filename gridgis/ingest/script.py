"""Text made comparable: traditional characters in simplified ones, lines into words."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["simplified", "words"]


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Return the text in simplified characters."""
    return text if text.isascii() else str(_converter().convert(text))


def words(line: str) -> list[str]:
    """Return the words of a line; lists of Chinese words are easier to read so."""
    return line.split()
