"""Workbooks and delimited text, read into layers of cells."""

from __future__ import annotations

import codecs
import csv
import gc
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gridgis.errors import Problem
from gridgis.ingest.formulas import with_broken_cells
from gridgis.ingest.headers import known_word
from gridgis.ingest.quantities import Fault
from gridgis.ingest.raw import Opened, RawLayer
from gridgis.ingest.sheet import layer_of_grid
from gridgis.ingest.sniff import RefusedError

__all__ = ["decode", "read_delimited", "read_workbook"]

# A sheet is held in memory cell by cell, empty ones too.
_MOST_CELLS = 60_000_000
_MOST_BYTES = 2_000_000_000
_SMALL_SHEET = 5_000_000
_FIELD_LIMIT = 1_000_000
# Rows among which a first table may stand above the one read.
_TOP, _LEAST_WORDS = 40, 2
_DIMENSION = re.compile(rb'<dimension[^>]*ref="(?:[A-Z]+\d+:)?([A-Z]+)(\d+)"')
_LAST_ROW = re.compile(rb'<(?:\w+:)?row[^>]*?\br="(\d+)"')
_LAST_CELL = re.compile(rb'<(?:\w+:)?c[^>]*?\br="([A-Z]+)(\d+)"')


@contextmanager
def _without_collector() -> Iterator[None]:
    """Suspend the cyclic collector, which otherwise walks millions of live cells in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_workbook(path: Path) -> Opened:
    """Return the sheets of an .xlsx workbook that hold tables, and what was left out.

    Raises
    ------
    RefusedError
        If the workbook is damaged, encrypted, or has cells farther out than can be held.
    """
    import python_calamine as calamine

    _guard(path)
    layers: list[RawLayer] = []
    problems: list[Problem] = []
    try:
        with _without_collector(), calamine.load_workbook(path) as book:
            for index, sheet in enumerate(book.sheets_metadata):
                if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                content = book.get_sheet_by_index(index)
                grid = with_broken_cells(
                    path, index, content.to_python(skip_empty_area=False)
                )
                merges = content.merged_cell_ranges or ()
                layer = layer_of_grid(sheet.name, grid, merges)
                hidden = sheet.visible != calamine.SheetVisibleEnum.Visible
                problems += _sheet_problems(sheet.name, grid, layer, hidden=hidden)
                if layer is not None:
                    layers.append(layer)
    except calamine.PasswordError as error:
        raise RefusedError(
            Fault("GG-FILE-012", "工作簿已加密", "请另存为无密码的 .xlsx")
        ) from error
    except (calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise RefusedError(
            Fault("GG-FILE-003", "工作簿不完整或已损坏", "请重新导出后上传")
        ) from error
    return tuple(layers), tuple(problems), "utf-8"


def _sheet_problems(
    name: str, grid: Sequence[Sequence[object]], layer: RawLayer | None, *, hidden: bool
) -> Iterator[Problem]:
    if layer is None and any(cell not in {"", None} for row in grid for cell in row):
        shown = "、".join(str(cell) for cell in grid[0] if cell != "")[:60]
        reason = f"工作表中没有找到可识别的表头，未读入（首行：{shown}）"
        remedy = "如需读入，请在前 15 行内写明表头，例如 社区、用途、建筑面积"
        yield Problem(
            code="GG-HEAD-001",
            severity="warn",
            layer=name,
            reason=reason,
            remedy=remedy,
        )
    if layer is None and not any(
        cell not in {"", None} for row in grid for cell in row
    ):
        yield Problem(
            code="GG-FILE-033",
            severity="note",
            layer=name,
            reason="工作表为空，没有读入任何行",
            remedy="如应有数据，请重新导出",
        )
    if layer is not None:
        yield from _other_tables(name, grid, layer)
    if layer is not None and hidden:
        reason = "隐藏的工作表也已读入"
        remedy = "如不需要，请删除该工作表"
        yield Problem(
            code="GG-FILE-032",
            severity="warn",
            layer=name,
            reason=reason,
            remedy=remedy,
        )


def _other_tables(
    name: str, grid: Sequence[Sequence[object]], layer: RawLayer
) -> Iterator[Problem]:
    """Tell of a table above or below the one that was read: a sheet is read as one table."""
    if not len(layer.rows):
        return
    begin = int(layer.rows[0]) - 1
    above = [at for at in range(min(begin, _TOP)) if _is_heading(grid[at])]
    own = above[-1] if above else begin
    while own - 1 in above:
        own -= 1
    lost = [at for at in range(above[0] if above else own, own) if any(grid[at])]
    if lost and own > above[0]:
        yield _other_table(name, lost[0] + 1, lost[-1] + 1, "未读入")
    for at in range(begin + 1, len(grid) - 1):
        if not any(grid[at - 1]) and _is_heading(grid[at]):
            yield _other_table(name, at + 1, len(grid), "被当作上面一张表的行")
            return


def _other_table(name: str, first: int, last: int, what: str) -> Problem:
    return Problem(
        code="GG-HEAD-002",
        severity="warn",
        layer=name,
        row=first,
        reason=f"工作表“{name}”里有不止一张表：第 {first}–{last} 行{what}",
        remedy="请把每张表放在单独的工作表中",
    )


def _is_heading(row: Sequence[object]) -> bool:
    """Say whether most cells of a row are known headers."""
    texts = [cell for cell in row if isinstance(cell, str) and cell.strip()]
    filled = sum(cell not in {"", None} for cell in row)
    known = sum(map(known_word, texts))
    return known >= _LEAST_WORDS and 2 * known >= filled


def _guard(path: Path) -> None:
    """Refuse a workbook whose size on paper would fill the memory before any cell is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MOST_BYTES:
                raise RefusedError(
                    Fault("GG-FILE-011", "工作簿解压后超过 2 GB", "请拆分为几个文件")
                )
            for info in archive.infolist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", info.filename):
                    _guard_sheet(archive, info)
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise RefusedError(
            Fault("GG-FILE-003", "文件不完整（可能未传完）", "请重新导出后上传")
        ) from error


def _guard_sheet(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    with archive.open(info) as stream:
        head = stream.read(65_536)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise RefusedError(
            Fault(
                "GG-FILE-013",
                "工作簿含有 XML 实体定义，不予读取",
                "请用 Excel 或 WPS 另存后上传",
            )
        )
    size = _DIMENSION.search(head)
    cells = [(size[1], size[2])] if size else []
    # Sparse sheets are small: only there can one stray cell hide behind a false dimension.
    if info.file_size < _SMALL_SHEET:
        body = archive.read(info)
        cells += _LAST_CELL.findall(body)
        cells += [(b"A", row) for row in _LAST_ROW.findall(body)]
    if not cells:
        return
    width = max(_column_number(column) for column, _ in cells)
    height = max(int(row) for _, row in cells)
    if width * height > _MOST_CELLS:
        far = max(cells, key=lambda cell: _column_number(cell[0]) * int(cell[1]))
        reason = f"工作表最远的单元格在 {far[0].decode()}{far[1].decode()}，范围过大"
        raise RefusedError(
            Fault("GG-FILE-009", reason, "请删除数据区以外的内容和空行空列后重新保存")
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def decode(data: bytes, encoding: str | None) -> tuple[str, str]:
    """Return text and the encoding it was in: the user's choice, BOM, UTF-8, GB18030, strictly.

    Raises
    ------
    RefusedError
        If no encoding fits every byte.
    """
    tries = [encoding] if encoding else []
    if not tries:
        boms = (
            (codecs.BOM_UTF8, "utf-8-sig"),
            (codecs.BOM_UTF16_LE, "utf-16"),
            (codecs.BOM_UTF16_BE, "utf-16"),
        )
        tries = [name for bom, name in boms if data.startswith(bom)] or [
            "utf-8",
            "gb18030",
        ]
    for name in tries:
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise RefusedError(
                Fault(
                    "GG-ENC-002",
                    f"不认识的编码“{name}”",
                    "可用 utf-8、gb18030、big5、utf-16",
                )
            ) from error
    reason = f"文字编码不是 {' 或 '.join(tries)}"
    raise RefusedError(
        Fault("GG-ENC-001", reason, "请指明编码，或用 Excel 另存为“CSV UTF-8”")
    )


def read_delimited(path: Path, encoding: str | None) -> Opened:
    """Return the one layer of a csv or tsv file, problems, and the encoding found.

    Raises
    ------
    RefusedError
        If the text cannot be decoded, a quote is not closed, or there is no header or no row.
    """
    text, found = decode(path.read_bytes(), encoding)
    delimiter = _delimiter(text)
    # A NUL shows nothing and breaks what comes after it; the text itself is what was meant.
    reader = csv.reader(
        io.StringIO(text.replace("\x00", ""), newline=""),
        delimiter=delimiter,
        strict=True,
    )
    csv.field_size_limit(_FIELD_LIMIT)
    try:
        with _without_collector():
            grid = list(reader)
    except csv.Error as error:
        reason = f"第 {reader.line_num} 行附近的引号没有成对或内容过长"
        raise RefusedError(Fault("GG-FILE-021", reason, "请检查该行的引号")) from error
    widths = [len(row) for row in grid]
    width = max(widths, default=0)
    if width != min(widths, default=0):
        grid = [row + [""] * (width - len(row)) for row in grid]
    layer = layer_of_grid(path.stem, grid, widths=widths)
    if layer is None:
        raise _no_header(grid)
    return (layer,), tuple(_other_tables(path.stem, grid, layer)), found


def _no_header(grid: Sequence[Sequence[object]]) -> RefusedError:
    first = next((row for row in grid if any(row)), [])
    shown = "、".join(str(cell) for cell in first if cell != "")[:80]
    return RefusedError(
        Fault(
            "GG-HEAD-001",
            f"没有找到可识别的表头；首行为：{shown or '空'}",
            "请在首行写明表头，例如 社区、户数、人口",
        )
    )


def _delimiter(text: str) -> str:
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    best, most = ",", 0
    for delimiter in (",", "\t", ";", "|"):
        counts = [line.count(delimiter) for line in lines]
        common = max(set(counts), key=counts.count, default=0)
        if common > most:
            best, most = delimiter, common
    return best
