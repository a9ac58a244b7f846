"""From a grid of cells to a layer: where the header is, and which rows are no data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.errors import Problem
from gridgis.ingest.headers import header_of, known_word
from gridgis.ingest.quantities import Fault, plain, unit_of
from gridgis.ingest.raw import RawLayer

__all__ = ["Merge", "layer_of_grid"]

Merge = tuple[tuple[int, int], tuple[int, int]]
"""First and last (row, column) of a merged range, counted from 0."""

Grid = Sequence[Sequence[object]]

_HEADER_ROWS = 15
_MOST_LEVELS = 3
# A deeper header must explain more columns than a shallow one.
_LEVEL_COST = 0.4
_TOTAL = re.compile(r"(?:.{0,12})?(?:合计|小计|总计|共计|累计|汇总|总数)[:：]?")
_TOTAL_MARKS = ("计", "汇总", "总数")
# Rows that tell of all the others without adding them up.
_SUMMARY = re.compile(
    r"(?:总?平均(?:值|数)?|均值|总体(?:情况)?|"
    r"共(?:\d+|[一二两三四五六七八九十百千万]+)[处个间套户家所项])[:：]?"
)
_SUMMARY_MARKS = ("均", "总", "共")
# A line with nothing but white space: a cell that only looks empty.
_SPACES = re.compile(r"^[^\S\n]+$", re.MULTILINE)
_SIGNATURE_MARKS = (":", "：", "注", "数据来源")
_LONGEST_LABEL = 24
# Forms number their first columns so, the figures after them 1, 2, 3.
_STEMS = "甲乙丙丁"
_SIGNATURE = re.compile(
    r"(?:填表人|制表人|审核人|填报人|复核人|填表单位|填报单位|制表单位|制表|审核|负责人|单位负责人|"
    r"填报日期|制表日期|填表日期|填报时间|日期|联系人|联系电话|备注|说明|填表说明|注|盖章|单位\(盖章\))[:：].*"
    r"|注\d?[:：、.].*|数据来源.*"
)


@dataclass(frozen=True)
class _Found:
    """Where the header stands and what it says, one entry per column."""

    first: int
    last: int
    given: tuple[str, ...]
    known: int


def layer_of_grid(
    name: str, grid: Grid, merges: Sequence[Merge] = (), widths: Sequence[int] = ()
) -> RawLayer | None:
    """Return the layer that a grid of cells holds, None where no header is found.

    `widths` tells how many cells each row had in the file, where rows could differ: a row of
    data with more or fewer than the header is refused.

    Rows above the header are its title. Cells are filled from a merged range only in the
    header; for the rows of data the ranges are handed on, as only the meaning of a column
    tells whether its value holds for each row.
    """
    found = _header(grid, merges)
    if found is None:
        return None
    width = len(found.given)
    body = grid[found.last + 1 :]
    columns = _columns(body, width)
    rows = np.arange(found.last + 2, found.last + 2 + len(body), dtype=np.int64)
    given, used = _named(found.given, columns)
    units, first = _leading_rows(body, given, columns, used)
    given = [
        _with_unit(header, units.get(column, ""))
        for header, column in zip(given, used, strict=True)
    ]

    keep = _data_rows(body, columns[used[0]])
    keep[:first] = False
    totals = _labelled(body, columns, keep, _TOTAL, _TOTAL_MARKS)
    keep[[position for position, _ in totals]] = False
    summaries = _labelled(body, columns, keep, _SUMMARY, _SUMMARY_MARKS)
    keep[[position for position, _ in summaries]] = False
    positions = np.flatnonzero(keep)
    cells = pd.DataFrame(
        {
            header: _series(columns[c], positions)
            for header, c in zip(given, used, strict=True)
        }
    )
    return RawLayer(
        name=name,
        cells=cells,
        rows=rows[positions],
        blank=len(body) - len(positions),
        merged_cells=_body_merges(merges, found, given, used, positions),
        totals=_placed_totals(
            totals, dict(zip(given, used, strict=True)), columns, positions
        ),
        title=" ".join(_titles(grid[: found.first])),
        faults=_ragged(widths, found.last, positions) if widths else (),
        problems=tuple(
            _left_out(name, int(rows[position]), label) for position, label in summaries
        ),
    )


def _left_out(layer: str, row: int, label: str) -> Problem:
    return Problem(
        code="GG-SUM-003",
        severity="note",
        layer=layer,
        row=row,
        value=label,
        reason=f"“{label}”一行不是记录，未读入",
        remedy="如果确是一条记录，请改写该行的名称",
    )


def _ragged(
    widths: Sequence[int], header: int, positions: NDArray[np.intp]
) -> tuple[tuple[int, Fault], ...]:
    """Return the rows of data that have more or fewer cells than the header."""
    wanted = widths[header]
    found = np.asarray(widths)[positions + header + 1]
    return tuple(
        (
            int(position),
            Fault(
                "GG-FILE-021",
                f"该行有 {found[position]} 个单元格，表头有 {wanted} 个",
                "请检查该行的分隔符和引号",
            ),
        )
        for position in np.flatnonzero(found != wanted)
    )


def _series(column: NDArray[np.object_], positions: NDArray[np.intp]) -> pd.Series:
    """Return the cells of the rows of data, as text where all of them are text."""
    chosen = column if len(positions) == len(column) else column[positions]
    kind = pd.api.types.infer_dtype(chosen, skipna=False)
    return pd.Series(chosen, dtype="str" if kind == "string" else object)


def _text(cell: object) -> str:
    return (
        cell.strip() if isinstance(cell, str) else ("" if cell is None else str(cell))
    )


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _titles(rows: Grid) -> list[str]:
    return list(
        dict.fromkeys(
            _text(cell) for row in rows for cell in row if not _is_empty(cell)
        )
    )


def _header(grid: Grid, merges: Sequence[Merge]) -> _Found | None:
    """Return the rows that, read as a header, give the most known words."""
    top = [list(row) for row in grid[: _HEADER_ROWS + _MOST_LEVELS]]
    filled = [list(row) for row in top]
    for (r1, c1), (r2, c2) in merges:
        if r2 < len(filled):
            for row in range(r1, r2 + 1):
                filled[row][c1 : c2 + 1] = [top[r1][c1]] * (c2 - c1 + 1)
    begun = {row for (r1, _), (r2, _) in merges for row in range(r1 + 1, r2 + 1)}
    best: _Found | None = None
    score = 0.0
    for first in range(min(_HEADER_ROWS, len(top))):
        # A row that a merged cell reaches into from above is not where a header begins.
        for levels in () if first in begun else range(1, _MOST_LEVELS + 1):
            last = first + levels - 1
            if last >= len(top) or not _may_continue(top, filled, first, last):
                break
            given = _flattened(top[first : last + 1], filled[first : last + 1])
            known = sum(known_word(header) for header in given if header)
            named = sum(bool(header) for header in given)
            value = known - _LEVEL_COST * (levels - 1)
            if value > score and known >= min(2, named) and 2 * known >= min(named, 4):
                best, score = _Found(first, last, tuple(given), known), value
    return best


def _may_continue(top: Grid, filled: Grid, first: int, last: int) -> bool:
    """Say whether the row `last` can be a further level of a header starting at `first`."""
    if last == first:
        return True
    above, row = top[last - 1], top[last]
    if not any(not _is_empty(cell) for cell in row):
        return False
    if any(not _is_empty(cell) and not isinstance(cell, str) for cell in row):
        return False
    spread = any(
        _is_empty(up) and not _is_empty(cell)
        for up, cell in zip(above, row, strict=False)
    )
    return (
        spread
        and all(
            _is_empty(cell) or not re.fullmatch(r"[\d.,%-]+", plain(cell))
            for cell in row
        )
        and any(not _is_empty(cell) for cell in filled[first])
    )


def _flattened(top: Grid, filled: Grid) -> list[str]:
    """Return one header per column from the levels of a header."""
    width = max(len(row) for row in top)
    joined: list[str] = []
    lasts: list[str] = []
    carried = ""
    for column in range(width):
        parts: list[str] = []
        for level, row in enumerate(filled):
            text = re.sub(r"\s+", "", _text(row[column])) if column < len(row) else ""
            below = len(filled) > level + 1 and not _is_empty(
                _cell(filled[level + 1], column)
            )
            if level == 0 and len(filled) > 1:
                # Without merged cells a group's name stands over its first column only.
                carried = text or (carried if below else "")
                text = text or carried
            if text and text not in parts:
                parts.append(text)
        joined.append("".join(parts))
        lasts.append(parts[-1] if parts else "")
    return [
        last
        if not known_word(whole) and known_word(last) and lasts.count(last) == 1
        else whole
        for whole, last in zip(joined, lasts, strict=True)
    ]


def _cell(row: Sequence[object], column: int) -> object:
    return row[column] if column < len(row) else ""


def _columns(body: Grid, width: int) -> list[NDArray[np.object_]]:
    if not body:
        return [np.empty(0, dtype=object) for _ in range(width)]
    if set(map(len, body)) != {width}:
        body = [[*row[:width], *[""] * (width - len(row))] for row in body]
    return list(np.ascontiguousarray(np.array(body, dtype=object).T))


def _named(
    given: Sequence[str], columns: Sequence[NDArray[np.object_]]
) -> tuple[list[str], list[int]]:
    """Return unique headers and the columns they stand over; columns with nothing are left out."""
    headers: list[str] = []
    used: list[int] = []
    for column, header in enumerate(given):
        if not header and all(_is_empty(cell) for cell in columns[column]):
            continue
        name = header or f"第{column + 1}列"
        repeat = 2
        while name in headers:
            name, repeat = f"{header or f'第{column + 1}列'}#{repeat}", repeat + 1
        headers.append(name)
        used.append(column)
    return headers, used


def _leading_rows(
    body: Grid,
    given: Sequence[str],
    columns: Sequence[NDArray[np.object_]],
    used: Sequence[int],
) -> tuple[dict[int, str], int]:
    """Return the units that a unit row states by column, and how many rows lead the data."""
    units: dict[int, str] = {}
    first = 0
    for position in range(min(2, len(body))):
        cells = {
            c: plain(columns[c][position]).strip("()")
            for c in used
            if not _is_empty(columns[c][position])
        }
        texts = [text for text in cells.values() if text]
        if len(texts) >= 1 and all(unit_of(text) is not None for text in texts):
            units |= {column: text for column, text in cells.items() if text}
        elif not _is_numbering(texts, len(given)):
            break
        first = position + 1
    return units, first


def _is_numbering(texts: Sequence[str], width: int) -> bool:
    """Say whether a row only numbers the columns, from 1 on."""
    if len(texts) < max(4, width - 1):
        return False
    numbers = [
        text.removesuffix(".0") for text in texts if text.removesuffix(".0").isdigit()
    ]
    letters = texts[: len(texts) - len(numbers)]
    in_turn = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    return in_turn and all(text in _STEMS for text in letters)


def _with_unit(header: str, unit: str) -> str:
    return f"{header}({unit})" if unit and header_of(header).unit is None else header


def _data_rows(body: Grid, lead: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which rows hold data: not empty and no signature.

    Parameters
    ----------
    body
        Rows below the header.
    lead
        Their first column that holds anything, which tells most rows at once.
    """
    keep = np.fromiter(map(any, body), dtype=bool, count=len(body))
    text = "\n".join(map(str, lead))
    signs = any(mark in text for mark in _SIGNATURE_MARKS)
    unclear = np.asarray(lead == "", dtype=bool)
    if _SPACES.search(text) is not None:
        unclear |= np.array([str(cell).isspace() for cell in lead], dtype=bool)
    looked = range(len(body)) if signs else np.flatnonzero(unclear | ~keep).tolist()
    for position in looked:
        first = next((cell for cell in body[position] if not _is_empty(cell)), None)
        keep[position] = first is not None and not (
            isinstance(first, str) and _SIGNATURE.fullmatch(plain(first)) is not None
        )
    return keep


def _labelled(
    body: Grid,
    columns: Sequence[NDArray[np.object_]],
    keep: NDArray[np.bool_],
    label: re.Pattern[str],
    marks: Sequence[str],
) -> list[tuple[int, str]]:
    """Return the rows whose first text is such a label, with it; all have one of `marks`."""
    found: dict[int, str] = {}
    for number, column in enumerate(columns[:4]):
        text = "\n".join(map(str, column))
        if not any(mark in text for mark in marks):
            continue
        for position, cell in enumerate(column):
            if (
                not isinstance(cell, str)
                or not keep[position]
                or len(cell) > _LONGEST_LABEL
            ):
                continue
            leading = all(_is_empty(c) or _is_count(c) for c in body[position][:number])
            if leading and label.fullmatch(plain(cell)):
                found.setdefault(position, plain(cell).rstrip(":"))
    return sorted(found.items())


def _is_count(cell: object) -> bool:
    """Say whether a cell before the label is only a row number."""
    return re.fullmatch(r"\d{1,5}(?:\.0)?", plain(cell)) is not None


def _placed_totals(
    totals: Sequence[tuple[int, str]],
    columns_of: Mapping[str, int],
    columns: Sequence[NDArray[np.object_]],
    positions: NDArray[np.intp],
) -> tuple[tuple[int, Mapping[str, object]], ...]:
    """Return each total row: how many rows of data stand above it, its label and cells."""
    return tuple(
        (
            int(np.searchsorted(positions, position)),
            {"": label} | {h: columns[c][position] for h, c in columns_of.items()},
        )
        for position, label in totals
    )


def _body_merges(
    merges: Sequence[Merge],
    found: _Found,
    given: Sequence[str],
    used: Sequence[int],
    positions: NDArray[np.intp],
) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return, by header, the positions among the rows of data that one merged cell covers."""
    names = dict(zip(used, given, strict=True))
    spans: dict[str, list[tuple[int, int]]] = {}
    for (r1, c1), (r2, c2) in merges:
        if r1 <= found.last or r2 == r1 or c1 not in names or c2 != c1:
            continue
        first = int(np.searchsorted(positions, r1 - found.last - 1))
        last = int(np.searchsorted(positions, r2 - found.last - 1, side="right")) - 1
        if last > first:
            spans.setdefault(names[c1], []).append((first, last))
    return {header: tuple(ranges) for header, ranges in spans.items()}
