"""Cells of a workbook whose formula failed or was saved without a result.

The reader of workbooks gives them as empty; here they are found in the file itself, so that
they can be told from cells that nobody filled.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath
from typing import Any

from gridgis.ingest.quantities import BROKEN_CELLS, NO_RESULT

__all__ = ["with_broken_cells"]

_CHUNK = 16_000_000
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\br:id=[\"']([^\"']+)[\"']")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"\b(Id|Target)=[\"']([^\"']*)[\"']")
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_TYPE = re.compile(rb"\bt=[\"'](\w+)[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")
_HINTS = (b't="e"', b"t='e'", b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
# Without one of these a part of a sheet has no such cell: nearly all have none.
_SIGNS = re.compile(
    rb"t=[\"']e[\"']|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></|/(?:\w+:)?f></(?:\w+:)?c>"
    rb"|<(?:\w+:)?f\s[^<>]*/></"
)


def with_broken_cells(
    path: Path, number: int, grid: list[list[Any]]
) -> list[list[Any]]:
    """Return the cells of a sheet, with what is broken written as Excel shows it.

    Rows that hold nothing else stay as they are: formulas copied below the last record.

    Parameters
    ----------
    path
        A workbook that has been read already.
    number
        Which of its sheets, counted from 0.
    grid
        Its cells from A1 on.
    """
    found = list(_broken(path, number))
    filled = {
        row
        for row in {row for row, _, _ in found}
        if row < len(grid) and any(cell != "" for cell in grid[row])
    }
    for row, column, shown in found:
        if row in filled and column < len(grid[row]) and grid[row][column] == "":
            grid[row][column] = shown
    return grid


def _broken(path: Path, number: int) -> Iterator[tuple[int, int, str]]:
    """Yield row and column, counted from 0, of each broken cell, and how it is shown."""
    with zipfile.ZipFile(path) as archive:
        member = _member(archive, number)
        if member is None:
            return
        rest = b""
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                chunk = rest + chunk
                end = chunk.rfind(b"<row ") if len(chunk) > _CHUNK // 2 else -1
                whole, rest = (chunk[:end], chunk[end:]) if end > 0 else (b"", chunk)
                yield from _in_part(whole)
        yield from _in_part(rest)


def _member(archive: zipfile.ZipFile, number: int) -> str | None:
    """Return where in the archive a sheet lies."""
    try:
        sheets = _SHEET.findall(archive.read("xl/workbook.xml"))
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return None
    targets = {}
    for relation in _RELATION.findall(relations):
        attributes = dict(_ATTRIBUTE.findall(relation))
        targets[attributes.get(b"Id", b"")] = attributes.get(b"Target", b"").decode()
    target = targets.get(sheets[number]) if number < len(sheets) else None
    if not target:
        return None
    inside = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
    return inside if inside in archive.namelist() else None


def _in_part(part: bytes) -> Iterator[tuple[int, int, str]]:
    # Plain look-ups are ten times as fast as the pattern, and most sheets have neither
    # formulas nor errors.
    if not any(hint in part for hint in _HINTS) or _SIGNS.search(part) is None:
        return
    # Cut at the ends of cells: a pattern for whole cells could be led on without end.
    for piece in _CELL_END.split(part)[:-1]:
        begin = max(piece.rfind(b"<c "), piece.rfind(b":c "))
        attributes, _, content = piece[max(begin, 0) :].partition(b">")
        shown = _shown(attributes, content)
        place = _PLACE.search(attributes)
        if shown and place is not None:
            yield int(place[2]) - 1, _column(place[1]), shown


def _shown(attributes: bytes, content: bytes) -> str:
    """Return what a broken cell shows, "" for any other."""
    kind = _TYPE.search(attributes)
    value = _VALUE.search(content)
    if kind is not None and kind[1] == b"e":
        text = value[1].decode(errors="replace").strip() if value else ""
        return text if text.lower() in {*BROKEN_CELLS, "#n/a"} else "#VALUE!"
    # A formula may well give an empty text: that is its result.
    is_text = kind is not None and kind[1] == b"str"
    lacks = _FORMULA.search(content) is not None and value is None
    return NO_RESULT if lacks and not is_text else ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
