"""The project store: one GeoPackage that QGIS opens, versions and audit in the same file.

WAL and `synchronous=FULL`: once a call returns, its version survives a crash; a call that
does not return leaves the version before. A new project is made beside its place and moved
there whole. Opening never creates, and reading never changes, a file.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridgis.errors import InputError, StoreError
from gridgis.project import geopackage, layers, records
from gridgis.project.columns import hash_of_tables
from gridgis.project.files import appearing
from gridgis.project.opening import is_project, opened, told, transaction
from gridgis.project.records import Imported, Version
from gridgis.tables import TABLES, Dataset

if TYPE_CHECKING:
    from gridgis.ingest import Import

__all__ = [
    "Imported",
    "Version",
    "imports",
    "is_project",
    "latest",
    "load",
    "save_import",
    "verify",
    "versions",
]


@dataclass(frozen=True)
class _Told:
    """Who makes a version, why and when."""

    author: str
    message: str
    at: datetime


def save_import(
    path: Path,
    imported: Import,
    *,
    author: str,
    message: str,
    at: datetime,
    expected_version: int | None = None,
) -> int:
    """Store an import as one version, wholly or not at all; return the version's number.

    The project is made on first use. Later imports are merged by key: known new values
    override, rows not met are added, nothing is deleted. `versions(path)[-1].changes` says
    how many rows were added, updated and found as they were.

    Parameters
    ----------
    expected_version
        The version the caller has seen (0 for a project to be made). Nothing is stored
        where the project has moved on.

    Raises
    ------
    StoreError
        If the file is no project, is read-only, locked or damaged, the disk is full, or
        the project has another version than expected.
    InputError
        If a file of the import was refused or a question about one is open.
    """
    path = Path(path)
    told_by = _Told(author, message, at)
    _require_ready(imported)
    if not path.exists():
        _require_version(path, expected_version, 0)
        # Another program may make it in this very moment: then merge into theirs.
        with suppress(FileExistsError):
            return _make_project(path, imported, told_by)
    with told(path), closing(opened(path, "rw")) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        with transaction(connection):
            before = _latest(connection)
            _require_version(path, expected_version, before.number)
            return _add_version(connection, imported, before, told_by)


def load(path: Path) -> Dataset:
    """Return the tables of a project as they were imported: types, order, CRS, unknowns.

    Raises
    ------
    StoreError
        If the file is missing, no project, of a newer program, or damaged.
    """
    path = Path(path)
    with told(path), closing(opened(path, "ro")) as connection:
        connection.execute("BEGIN")  # one state of all tables, whatever others write
        crs = _crs(connection)
        return Dataset(
            {
                name: layers.read_table(connection, name, crs)
                for name in layers.table_hashes(connection)
            },
            crs,
        )


def latest(path: Path) -> Version:
    """Return the current version of a project."""
    with told(Path(path)), closing(opened(Path(path), "ro")) as connection:
        return _latest(connection)


def versions(path: Path) -> tuple[Version, ...]:
    """Return all versions of a project, oldest first."""
    with told(Path(path)), closing(opened(Path(path), "ro")) as connection:
        return records.read_versions(connection)


def imports(path: Path) -> tuple[Imported, ...]:
    """Return every file ever imported, with its report and its rejected rows."""
    with told(Path(path)), closing(opened(Path(path), "ro")) as connection:
        return records.read_imports(connection)


def verify(path: Path) -> tuple[int, ...]:
    """Return the numbers of audit rows that were changed or removed; none is good."""
    with told(Path(path)), closing(opened(Path(path), "ro")) as connection:
        return records.broken_audit_rows(connection)


def _require_ready(imported: Import) -> None:
    if imported.outcome in ("refused", "ask"):
        refused = imported.outcome == "refused"
        message = "有文件被拒绝，没有导入任何内容"
        if not refused:
            message = "还有问题没有答复，没有导入任何内容"
        remedy = "请去掉或改正该文件后重试" if refused else "请先逐一答复"
        grave = {"file", "ask"}
        problems = [
            p for f in imported.files for p in f.problems if p.severity in grave
        ]
        problems += [p for p in imported.relations if p.severity in grave]
        raise InputError(message, remedy=remedy, problems=problems)
    if not imported.data.tables:
        message = "没有可以导入的数据"
        raise InputError(message, remedy="请检查文件的表头和内容")


def _require_version(path: Path, expected: int | None, found: int) -> None:
    if expected is not None and expected != found:
        message = (
            f"{path.name} 已被改动：您看到的是第 {expected} 版，现在是第 {found} 版"
        )
        raise StoreError(message, remedy="请重新打开项目，看过变化后再导入")


def _make_project(path: Path, imported: Import, told_by: _Told) -> int:
    """Make the whole project beside its place and move it there."""
    with told(path), appearing(path) as fresh:
        with closing(geopackage.connect(fresh, "rwc")) as connection:
            # Nobody sees the file yet; it is flushed whole before it takes its name.
            connection.execute("PRAGMA synchronous = OFF")
            with transaction(connection):
                geopackage.create(connection)
                records.create_records(connection, at=told_by.at)
                version = _add_version(connection, imported, None, told_by)
            connection.execute("PRAGMA journal_mode = WAL")
        return version


def _add_version(
    connection: sqlite3.Connection,
    imported: Import,
    before: Version | None,
    told_by: _Told,
) -> int:
    """Merge every table of an import and append its version, in one transaction."""
    crs = _project_crs(connection, imported.data.crs)
    changes = {
        name: layers.save_table(
            connection,
            name,
            _in_crs(imported.data.tables[name], crs),
            crs=crs,
            at=records.stamp(told_by.at),
        )
        for name in TABLES
        if name in imported.data
    }
    version = Version(
        number=1 if before is None else before.number + 1,
        at=told_by.at,
        author=told_by.author,
        kind="import",
        message=told_by.message,
        content_hash=hash_of_tables(layers.table_hashes(connection), crs),
        parent=None if before is None else before.number,
        changes=changes,
        relations=tuple(problem.as_dict() for problem in imported.relations),
    )
    records.write_version(connection, version)
    reports = [report.as_dict() for report in imported.files]
    records.write_import_files(connection, version.number, reports, imported.rejected)
    return version.number


def _project_crs(connection: sqlite3.Connection, given: CRS | None) -> CRS | None:
    """Return the project's CRS; the first import that brings one decides."""
    stored = _crs(connection)
    if stored is None and given is not None:
        records.write_meta(connection, crs=given.to_json())
        return given
    return stored


def _crs(connection: sqlite3.Connection) -> CRS | None:
    text = records.read_meta(connection).get("crs")
    return None if text is None else CRS.from_json(text)


def _in_crs(table: pd.DataFrame, crs: CRS | None) -> pd.DataFrame:
    if not isinstance(table, gpd.GeoDataFrame) or table.crs is None:
        return table
    return table if table.crs == crs else table.to_crs(crs)


def _latest(connection: sqlite3.Connection) -> Version:
    return records.read_versions(connection)[-1]
