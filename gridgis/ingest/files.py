"""From paths to what each file gives: the one door through which files are read."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gridgis.errors import InputError
from gridgis.ingest.options import ReadOptions
from gridgis.ingest.quantities import Fault
from gridgis.ingest.raw import FileRead, Opened
from gridgis.ingest.script import words
from gridgis.ingest.sniff import RefusedError, sha256_of, sniff

__all__ = ["expand", "open_file"]

_DATA = frozenset(
    words(
        ".xlsx .xlsm .xls .et .csv .tsv .txt .geojson .json .topojson .gpkg .shp .zip .ods "
        ".kml .kmz .dxf .parquet"
    )
)
_SHAPE_PARTS = frozenset(
    words(".shx .dbf .prj .cpg .sbn .sbx .qix .qmd .qpj .atx .xml .fbn .fbx .ain .aih")
)
# What `check --out` and `demo` write beside or among data.
_NOT_DATA = frozenset(
    (
        "truth.json",
        "verdicts.csv",
        "findings.csv",
        "results.gpkg",
        "report.xlsx",
        "map.html",
        "manifest.csv",
    )
)


_HIDDEN = (".", "~$", "__MACOSX")
# Folders of the operating system, whose “files” are none.
_SYSTEM = frozenset(map(Path, ("/proc", "/sys", "/dev", "/run")))
_MOST_FILES = 2000


def expand(paths: Sequence[Path]) -> list[Path]:
    """Return the data files that paths name, folders opened.

    In folders, files that are no data are passed over: readmes, hidden and temporary files,
    what `check` writes. A file named by itself is always kept, so that its refusal is told.

    Raises
    ------
    InputError
        If a path does not exist, or a folder holds no data.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        # Unlike those of Path, these say False where one may not look.
        if os.path.isdir(path):  # noqa: PTH112
            inside = _inside(path)
            if not inside:
                message = f"文件夹“{path}”里没有可读取的数据文件"
                raise InputError(
                    message, remedy="可读取 xlsx、csv、GeoJSON、GeoPackage、shapefile"
                )
            found += inside
        elif os.path.isfile(path):  # noqa: PTH113
            found.append(_main_part(path))
        elif os.path.lexists(path):
            message = f"“{path}”不是普通文件，不能读取"
            raise InputError(message, remedy="请指明数据文件或文件夹")
        else:
            message = f"文件“{path}”不存在，或没有权限读取"
            raise InputError(message, remedy="请检查路径")
    return list(dict.fromkeys(found))


def _inside(folder: Path) -> list[Path]:
    """Return the data files in a folder and those below it, sorted."""
    found: list[Path] = []
    for name, below, files in os.walk(folder, onerror=_unreadable):
        here = Path(name)
        below[:] = [
            one
            for one in below
            if not one.startswith(_HIDDEN) and (here / one).resolve() not in _SYSTEM
        ]
        found += [
            here / one
            for one in files
            if _is_data(here / one, folder) and os.path.isfile(here / one)  # noqa: PTH113
        ]
        if len(found) > _MOST_FILES:
            message = f"文件夹“{folder}”里的数据文件超过 {_MOST_FILES} 个"
            raise InputError(message, remedy="请指明放数据的文件夹")
    return sorted(found)


def _unreadable(error: OSError) -> None:
    message = f"没有权限读取文件夹“{error.filename}”"
    raise InputError(message, remedy="请检查权限，或只指明要读取的文件") from error


def _is_data(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(_HIDDEN) for part in path.relative_to(folder).parts)
    name = path.name.lower()
    return (
        not hidden
        and path.suffix.lower() in _DATA
        and name not in _NOT_DATA
        and not name.startswith(("readme", "license", "说明"))
    )


def _main_part(path: Path) -> Path:
    """Return the .shp of a part of a shapefile that is named by itself."""
    if path.suffix.lower() not in _SHAPE_PARTS:
        return path
    for suffix in (".shp", ".SHP"):
        if path.with_suffix(suffix).exists():
            return path.with_suffix(suffix)
    return path


def open_file(path: Path, name: str, options: ReadOptions) -> FileRead:
    """Return the layers of one file as given; a file that is refused has none."""
    found = FileRead(file=name)
    try:
        found = replace(found, sha256=sha256_of(path))
        kind = sniff(path).format
        found = replace(found, format=kind)
        layers, problems, encoding = _read(path, kind, options.encoding)
    except RefusedError as refusal:
        return replace(found, problems=(refusal.problem(name),))
    except (OSError, MemoryError, zipfile.BadZipFile) as error:
        reason = f"文件无法读取（{type(error).__name__}）"
        broken = RefusedError(Fault("GG-FILE-003", reason, "请重新导出后上传"))
        return replace(found, problems=(broken.problem(name),))
    told = tuple(replace(problem, file=name) for problem in problems)
    return replace(found, layers=layers, encoding=encoding, problems=told)


def _read(path: Path, kind: str, encoding: str | None) -> Opened:
    from gridgis.ingest import vector, workbook

    match kind:
        case "xlsx":
            return workbook.read_workbook(path)
        case "csv":
            return workbook.read_delimited(path, encoding)
        case "geojson" | "topojson":
            return vector.read_geojson(path)
        case "gpkg":
            return vector.read_geopackage(path)
        case "shp":
            return vector.read_shapefile(path, encoding)
        case _:
            return vector.read_zip(path, encoding)
