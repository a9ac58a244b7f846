"""What a file is, by its content and never by its name, and why it is refused."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from gridgis.errors import InputError, Problem
from gridgis.ingest.quantities import Fault

__all__ = ["RefusedError", "Sniffed", "sha256_of", "sniff"]

_HEAD = 65_536
_TAB, _STRAY = 9, 4
# GDAL would act on these wherever they stand near the start of a file.
_ACTIVE = re.compile(
    rb"<OGRVRT|<VRTDataset|gdal_streamed_alg|<OGRWFS|<WFS_Capabilities|<GDAL_W|<OGRGeoJSON",
    re.IGNORECASE,
)
_NAMED: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF 文件", "请提供原始表格（xlsx、csv）或图形文件"),
    (b"Rar!", "RAR 压缩包", "请解压后以 zip 上传"),
    (b"7z\xbc\xaf", "7z 压缩包", "请解压后以 zip 上传"),
    (b"\x1f\x8b", "gzip 压缩包", "请解压后上传"),
    (b"AC10", "DWG 图纸", "请在 CAD 中另存为 DXF"),
    (b"\x89PNG", "图片", "请提供表格或图形文件"),
    (b"\xff\xd8\xff", "图片", "请提供表格或图形文件"),
    (b"II*\x00", "栅格影像（TIFF）", "人口栅格请在“服务覆盖”处使用"),
    (b"MM\x00*", "栅格影像（TIFF）", "人口栅格请在“服务覆盖”处使用"),
    (b"PAR1", "Parquet 文件", "请另存为 GeoPackage"),
    (b"{\\rtf", "RTF 文档", "请提供原始表格（xlsx、csv）"),
)
_GEOJSON_TYPES = frozenset(
    b"FeatureCollection Feature Point MultiPoint LineString MultiLineString Polygon MultiPolygon "
    b"GeometryCollection".split()
)


class RefusedError(InputError):
    """A file that cannot be read at all; carries the problem that says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason, remedy=fault.remedy)
        self.code = fault.code

    def problem(self, file: str) -> Problem:
        """Return the refusal as the problem of a file."""
        return Problem(
            code=self.code,
            severity="file",
            reason=self.message,
            remedy=self.remedy,
            file=file,
        )


@dataclass(frozen=True)
class Sniffed:
    """What a file is: xlsx, csv, geojson, topojson, gpkg, shp or zip."""

    format: str


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sniff(path: Path) -> Sniffed:
    """Return what a file is.

    Raises
    ------
    RefusedError
        If it is empty, or of no kind that is read here.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise RefusedError(Fault("GG-FILE-001", "文件为空", "请重新导出后上传"))
    if _ACTIVE.search(head):
        raise RefusedError(
            Fault(
                "GG-FILE-017",
                "不支持的内容类型（含外部数据引用）",
                "请另存为 GeoPackage 或 GeoJSON",
            )
        )
    for magic, what, remedy in _NAMED:
        if head.startswith(magic):
            raise RefusedError(Fault("GG-FILE-002", f"这是{what}，不能读取", remedy))
    if head.startswith(b"SQLite format 3\x00"):
        return Sniffed("gpkg")
    if head[:4] == b"\x00\x00\x27\x0a":
        return Sniffed("shp")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise RefusedError(
            Fault(
                "GG-FILE-012",
                "这是加密的工作簿，或 97-2003 版 .xls",
                "请去掉密码，另存为 .xlsx",
            )
        )
    if head.startswith(b"PK"):
        return Sniffed(_kind_of_zip(path))
    return Sniffed(_kind_of_text(head))


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        reason = "文件不完整（可能未传完）"
        raise RefusedError(Fault("GG-FILE-003", reason, "请重新导出后上传")) from error
    if "[Content_Types].xml" in names:
        if any(name.startswith("xl/") for name in names):
            return "xlsx"
        raise RefusedError(
            Fault(
                "GG-FILE-002",
                "这是 Word 或 PPT 文档，不能读取",
                "请提供原始表格（xlsx、csv）",
            )
        )
    return "zip"


def _kind_of_text(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return _kind_of_json(text)
    if text[:1] == b"<":
        what = (
            "网页" if re.match(rb"<(?:!doctype )?html", text, re.IGNORECASE) else "XML"
        )
        raise RefusedError(
            Fault(
                "GG-FILE-002",
                f"这是{what}文件，不能读取",
                "请另存为 xlsx、csv 或 GeoJSON",
            )
        )
    utf16 = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not utf16 and _is_binary(head):
        raise RefusedError(
            Fault(
                "GG-FILE-002",
                "不能识别的二进制文件",
                "可读取 xlsx、csv、GeoJSON、GeoPackage、shapefile",
            )
        )
    return "csv"


def _is_binary(head: bytes) -> bool:
    """Say whether bytes hold control characters that no text holds."""
    return b"\x00" in head or sum(byte < _TAB for byte in head[:4096]) > _STRAY


def _kind_of_json(text: bytes) -> str:
    kinds = set(re.findall(rb'"type"\s*:\s*"([A-Za-z_]+)"', text))
    if b"Topology" in kinds:
        return "topojson"
    if kinds & _GEOJSON_TYPES or b'"features"' in text:
        return "geojson"
    raise RefusedError(
        Fault(
            "GG-FILE-004",
            "这是 JSON，但不是 GeoJSON 或 TopoJSON",
            "请另存为 GeoJSON 或 csv",
        )
    )
