"""Open a project file, and say in plain words why one cannot be opened or written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Literal

from pyproj.exceptions import ProjError

from gridgis.errors import StoreError
from gridgis.project import geopackage, records

__all__ = ["is_project", "opened", "told", "transaction"]

_WAIT_S = 5.0


def is_project(path: Path) -> bool:
    """Say whether a file is a gridgis project, of whatever version."""
    path = Path(path)
    if not path.is_file():
        return False
    try:
        with closing(geopackage.connect(path, "ro", wait_s=_WAIT_S)) as connection:
            return _is_ours(connection)
    except sqlite3.Error:
        return False


def opened(path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
    """Return a connection to a project; the caller closes it, inside `told`.

    Raises
    ------
    StoreError
        If there is no such file, it is no project, or that of a newer program.
    """
    if not path.is_file():
        message = f"找不到项目文件 {path}"
        raise StoreError(message, remedy="请检查路径，或先用 gridgis import 建立项目")
    try:
        return _connected(path, mode)
    except sqlite3.OperationalError as error:
        cannot_lock = error.sqlite_errorcode & 0xFF in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
        )
        if mode == "rw" or not cannot_lock or _has_wal(path):
            raise
    # A read-only folder: nobody can be writing, so the file can be read as it is.
    return _connected(path, mode, immutable=True)


def _connected(
    path: Path, mode: Literal["ro", "rw"], *, immutable: bool = False
) -> sqlite3.Connection:
    with ExitStack() as refused:
        connection = geopackage.connect(path, mode, wait_s=_WAIT_S, immutable=immutable)
        refused.callback(connection.close)
        _require_ours(connection, path)
        refused.pop_all()
        return connection


def _has_wal(path: Path) -> bool:
    return path.with_name(f"{path.name}-wal").exists()


def _is_ours(connection: sqlite3.Connection) -> bool:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    found = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table'"
        " AND name IN ('gg_meta', 'gg_tables', 'gg_versions', 'gg_audit', 'gg_imports')"
    ).fetchone()[0]
    return application == geopackage.APPLICATION_ID and found == 5  # noqa: PLR2004


def _require_ours(connection: sqlite3.Connection, path: Path) -> None:
    if not _is_ours(connection):
        message = f"{path.name} 不是 gridgis 项目文件"
        remedy = (
            "若它是普通的数据文件，请用 gridgis import 新项目.gpkg 导入它，"
            "或直接用 gridgis check 核查"
        )
        raise StoreError(message, remedy=remedy)
    schema = int(records.read_meta(connection).get("schema", "0"))
    if schema > records.SCHEMA:
        message = (
            f"{path.name} 由更新版本的 gridgis 写成"
            f"（格式 {schema}，本程序支持到 {records.SCHEMA}）"
        )
        raise StoreError(message, remedy="请升级 gridgis 后再打开")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do everything inside, or nothing; others who write wait until then."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite or a damaged file says into a `StoreError` with a remedy."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise _fault(path, _FAULTS.get(code, _DAMAGED)) from error
    except (
        UnicodeError,
        json.JSONDecodeError,
        KeyError,
        TypeError,
        ProjError,
    ) as error:
        raise _fault(path, _DAMAGED) from error


def _fault(path: Path, said: tuple[str, str]) -> StoreError:
    return StoreError(f"{path.name} {said[0]}", remedy=said[1])


_DAMAGED = (
    "已损坏，或被别的程序改得无法读取",
    "请用最近的备份，或重新导入原始文件",
)
_READ_ONLY = ("是只读的，不能写入", "请检查文件和所在文件夹的权限，或另存到可写的位置")
_FULL = ("无法写入：磁盘空间不足或磁盘出错", "本次没有保存任何内容；请清理磁盘后重试")
_FAULTS: Mapping[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: (
        "正被别的程序写入，等待超时",
        "请在其他程序（如 QGIS）中结束编辑后重试；本次没有保存任何内容",
    ),
    sqlite3.SQLITE_LOCKED: ("正被别的程序使用", "请稍后重试"),
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,
    sqlite3.SQLITE_CANTOPEN: ("无法打开", "请检查文件和所在文件夹的权限"),
    sqlite3.SQLITE_NOTADB: (
        "不是 gridgis 项目文件",
        "请选择由 gridgis import 建立的 .gpkg 文件",
    ),
}
