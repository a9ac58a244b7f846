"""Shapefiles, bare and in zip archives: their parts, and the encoding of their text."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from gridgis.errors import Problem
from gridgis.ingest.quantities import Fault
from gridgis.ingest.sniff import RefusedError

__all__ = [
    "DbfText",
    "dbf_encoding",
    "extract_shapefiles",
    "sidecar",
    "with_whole_names",
]

_PARTS = frozenset((".shp", ".shx", ".dbf", ".prj", ".cpg"))
_MOST_MEMBERS, _MOST_BYTES, _MOST_RATIO = 200, 500_000_000, 200
_CHUNK = 1 << 20
# A dbf has a header of 32 bytes, as many for each field, and 0x0D after the last.
_BLOCK, _END_OF_FIELDS, _NAME = 32, 0x0D, 11

# Byte 29 of a dbf: the language driver. Only those that users here meet.
_LANGUAGES = {
    0x4D: "gb18030",
    0x4F: "big5",
    0x7A: "gb18030",
    0x78: "big5",
    0x13: "cp932",
    0x7B: "cp932",
}
# “ANSI 1252” and the like are what many programs write whatever the text is.
_CODE_PAGES = {
    "936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "950": "big5",
    "65001": "utf-8",
    "utf8": "utf-8",
}


def sidecar(path: Path, suffix: str) -> Path | None:
    """Return the part of a shapefile with this suffix, in whatever case it is written."""
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.exists():
            return candidate
    return None


@dataclass(frozen=True)
class DbfText:
    """The encoding of a dbf, how it was found, and what was wrong with what was stated."""

    encoding: str
    how: str
    problems: tuple[Problem, ...] = ()


def dbf_encoding(dbf: Path, chosen: str | None) -> DbfText:
    """Return the encoding in which every text of a dbf is valid.

    Order: the user's choice, .cpg, language byte, strict UTF-8, strict GB18030. What the file
    states is not believed where its bytes contradict it.

    Raises
    ------
    RefusedError
        If no candidate fits, or the file is cut off.
    """
    texts, language = _texts(dbf)
    stated: list[tuple[str, str]] = []
    cpg = sidecar(dbf, ".cpg")
    if chosen:
        stated.append((chosen, "用户指定"))
    else:
        if cpg is not None:
            name = cpg.read_text("ascii", errors="replace").strip().lower()
            stated.append((_CODE_PAGES.get(name.removeprefix("cp"), name), ".cpg"))
        if language in _LANGUAGES:
            stated.append((_LANGUAGES[language], f"语言字节 0x{language:02X}"))
    tries = (
        [*stated, ("utf-8", "按字节判断"), ("gb18030", "按字节判断")]
        if not chosen
        else stated
    )
    wrong: list[str] = []
    for name, how in tries:
        if _decodes(texts, name):
            return DbfText(name, how, _contradicted(wrong, name))
        wrong.append(f"{how}的 {name}")
    raise RefusedError(
        Fault("GG-ENC-001", f"属性表的文字不是 {'、'.join(wrong)}", "请指明编码后重试")
    )


def _contradicted(wrong: list[str], found: str) -> tuple[Problem, ...]:
    stated = [text for text in wrong if not text.startswith("按字节判断")]
    if not stated:
        return ()
    reason = f"{'、'.join(stated)}与内容不符，已按 {found} 读取"
    return (
        Problem(
            code="GG-ENC-003",
            severity="warn",
            reason=reason,
            remedy="请核对中文是否正确",
        ),
    )


def _decodes(texts: list[bytes], encoding: str) -> bool:
    """Say whether all texts are valid; one cut off by the field's width counts as valid."""
    try:
        b"\n".join(texts).decode(encoding)
    except LookupError:
        return False
    except UnicodeDecodeError:
        return all(_decodes_when_cut(text, encoding) for text in texts)
    return True


def _decodes_when_cut(text: bytes, encoding: str) -> bool:
    for cut in range(min(4, len(text))):
        try:
            text[: len(text) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return not text


def _texts(dbf: Path) -> tuple[list[bytes], int]:
    """Return the distinct texts of a dbf, field names among them, and its language byte."""
    data = dbf.read_bytes()
    if len(data) < _BLOCK:
        raise RefusedError(
            Fault("GG-FILE-003", ".dbf 不完整（可能未传完）", "请重新导出后上传")
        )
    count = int.from_bytes(data[4:8], "little")
    start, width = (
        int.from_bytes(data[8:10], "little"),
        int.from_bytes(data[10:12], "little"),
    )
    names: list[bytes] = []
    spans: list[tuple[int, int]] = []
    offset = 1
    for at in range(_BLOCK, max(start - 1, _BLOCK), _BLOCK):
        field = data[at : at + _BLOCK]
        if len(field) < _BLOCK or field[0] == _END_OF_FIELDS:
            break
        names.append(field[:11].split(b"\x00")[0])
        if field[11:12] in (b"C", b"M"):
            spans.append((offset, offset + field[16]))
        offset += field[16]
    if width == 0 or len(data) < start + count * width:
        raise RefusedError(
            Fault("GG-FILE-003", ".dbf 不完整（可能未传完）", "请重新导出后上传")
        )
    records = np.frombuffer(data, np.uint8, count * width, start).reshape(count, width)
    texts: set[bytes] = set(names)
    for first, last in spans:
        if last > first:
            column = (
                np.ascontiguousarray(records[:, first:last])
                .view(f"S{last - first}")
                .ravel()
            )
            texts.update(value.rstrip(b" \x00") for value in np.unique(column).tolist())
    return sorted(texts), data[29]


def with_whole_names(
    path: Path, encoding: str, folder: Path
) -> tuple[Path, tuple[Problem, ...]]:
    """Return a shapefile all of whose field names can be decoded.

    Writers cut field names at 10 bytes, within a Chinese character where they write UTF-8.
    Only what is left of that character goes, in a copy in `folder`; values are not touched.
    """
    dbf = sidecar(path, ".dbf")
    if dbf is None:
        return path, ()
    data = bytearray(dbf.read_bytes())
    told: list[str] = []
    taken: set[bytes] = set()
    end = int.from_bytes(data[8:10], "little") - 1
    for at in range(_BLOCK, end, _BLOCK):
        if data[at] == _END_OF_FIELDS:
            break
        given = bytes(data[at : at + _NAME]).split(b"\x00")[0]
        name = _whole(given, encoding)
        if name != given:
            told.append(name.decode(encoding))
            stem, number = name, 2
            while name in taken:
                name, number = stem + str(number).encode(), number + 1
            data[at : at + _NAME] = name.ljust(_NAME, b"\x00")
        taken.add(name)
    if not told:
        return path, ()
    for suffix in (".shp", ".shx", ".prj"):
        part = sidecar(path, suffix)
        if part is not None:
            shutil.copyfile(part, folder / f"layer{suffix}")
    (folder / "layer.dbf").write_bytes(bytes(data))
    reason = f"字段名在 10 字节处被截断，已去掉残缺的末字：{'、'.join(told)}"
    remedy = "如字段未识别，请用 --map 指明，或改用 GeoPackage"
    note = Problem(code="GG-ENC-004", severity="note", reason=reason, remedy=remedy)
    return folder / "layer.shp", (note,)


def _whole(name: bytes, encoding: str) -> bytes:
    """Return a field name without the broken rest of its last character."""
    for cut in range(min(4, len(name))):
        try:
            name[: len(name) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return name[: len(name) - cut]
    return name


def extract_shapefiles(archive_path: Path, folder: Path) -> list[tuple[str, Path]]:
    """Write the shapefiles of a zip archive into `folder` under safe names.

    Returns
    -------
    list
        Name of each shapefile as the archive has it, and the path of its .shp.

    Raises
    ------
    RefusedError
        If the archive is damaged, encrypted, too large when unpacked, holds paths that lead
        elsewhere, or no shapefile.
    """
    try:
        with zipfile.ZipFile(archive_path) as archive:
            members = _checked(archive)
            return _written(archive, members, folder)
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        NotImplementedError,
        ValueError,
    ) as error:
        if isinstance(error, RefusedError):
            raise
        raise RefusedError(
            Fault("GG-FILE-003", "压缩包不完整（可能未传完）", "请重新压缩后上传")
        ) from error


def _member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; names without the UTF-8 flag are GBK where that fits."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _checked(archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Return the parts of each shapefile by its stem, having refused what is not safe."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if (
        len(infos) > _MOST_MEMBERS
        or sum(info.file_size for info in infos) > _MOST_BYTES
    ):
        raise RefusedError(
            Fault("GG-FILE-011", "压缩包内文件过多或解压后超过 500 MB", "请拆分后上传")
        )
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for info in infos:
        name = _member_name(info)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if (
            ".." in parts
            or name.startswith(("/", "\\"))
            or re.match(r"[A-Za-z]:", name)
        ):
            raise RefusedError(
                Fault("GG-FILE-010", "压缩包内的文件名指向包外", "请重新压缩后上传")
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise RefusedError(
                Fault("GG-FILE-010", "压缩包内含有链接", "请重新压缩后上传")
            )
        if info.flag_bits & 0x1:
            raise RefusedError(Fault("GG-FILE-013", "压缩包已加密", "请去掉密码后上传"))
        if (
            info.compress_size
            and info.file_size / info.compress_size > _MOST_RATIO
            and info.file_size > _CHUNK
        ):
            raise RefusedError(
                Fault("GG-FILE-011", "压缩比异常，可能是压缩炸弹", "请重新压缩后上传")
            )
        path = PurePosixPath(*parts)
        if path.suffix.lower() in _PARTS and not path.name.startswith("._"):
            found.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = info
    shapes = {stem: parts for stem, parts in found.items() if ".shp" in parts}
    if not shapes:
        inside = "、".join(_member_name(info) for info in infos[:5])
        raise RefusedError(
            Fault(
                "GG-FILE-006",
                f"压缩包内没有 .shp（有：{inside}）",
                "请把 .shp、.shx、.dbf、.prj 压在一起",
            )
        )
    return shapes


def _written(
    archive: zipfile.ZipFile,
    members: dict[str, dict[str, zipfile.ZipInfo]],
    folder: Path,
) -> list[tuple[str, Path]]:
    written: list[tuple[str, Path]] = []
    left = _MOST_BYTES
    for number, (stem, parts) in enumerate(sorted(members.items())):
        for suffix, info in parts.items():
            target = folder / f"{number}{suffix}"
            with archive.open(info) as source, target.open("wb") as sink:
                while chunk := source.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise RefusedError(
                            Fault("GG-FILE-011", "解压后超过 500 MB", "请拆分后上传")
                        )
                    sink.write(chunk)
        written.append((PurePosixPath(stem).name, folder / f"{number}.shp"))
    return written
