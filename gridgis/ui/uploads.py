"""Uploaded files on the server's disk: under names of ours, gone with the session."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

__all__ = ["content_hash", "safe_name", "stored"]

_UNSAFE = re.compile(r"[^\w（）()【】·.-]")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_STEM, _LONGEST_SUFFIX = 60, 12


def safe_name(given: str) -> str:
    """Return a plain file name for what an upload calls itself.

    Only the last part of a path is kept, without what any system reads as more than a
    letter; stem and ending stay recognisable, so that the parts of a shapefile still
    belong together.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = _UNSAFE.sub("_", last).strip(". ")
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        stem, suffix = plain, ""
    name = stem[:_LONGEST_STEM].rstrip(". ") or "文件"
    if _RESERVED.match(name):
        name = f"_{name}"
    return f"{name}.{suffix[:_LONGEST_SUFFIX]}" if suffix else name


def content_hash(files: Iterable[tuple[str, bytes]]) -> str:
    """Return one hash of names and contents."""
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(hashlib.sha256(name.encode()).digest())
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def stored(files: Iterable[tuple[str, bytes]], folder: Path) -> list[Path]:
    """Write files into an empty folder; return their paths, in order.

    Two files of one name get numbers, so that none covers the other.
    """
    paths: list[Path] = []
    for given, content in files:
        path = folder / safe_name(given)
        number = 1
        while path in paths:
            number += 1
            path = folder / f"{Path(safe_name(given)).stem}-{number}{path.suffix}"
        path.write_bytes(content)
        paths.append(path)
    return paths
