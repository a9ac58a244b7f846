"""Files that appear whole or not at all: a temporary file, fsync, rename."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from gridgis.errors import StoreError

__all__ = ["appearing", "replacing"]

_STALE_S = 3600.0


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path that takes the place of `path` once it is wholly written.

    A writer that fails, is killed or runs out of disk leaves the old file as it was.

    Raises
    ------
    StoreError
        If the folder cannot be written, the disk is full, or the file is open elsewhere.
    """
    with _told(path):
        with _beside(path) as fresh:
            yield fresh
            _to_disk(fresh)
            fresh.replace(path)
        _to_disk(path.parent)


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Give a temporary path that becomes `path`, which must not exist by then.

    Raises
    ------
    FileExistsError
        If somebody else made `path` in the meantime; theirs is left as it is.
    StoreError
        As `replacing`.
    """
    with _told(path):
        with _beside(path) as fresh:
            yield fresh
            _to_disk(fresh)
            _move_to_new(fresh, path)
        _to_disk(path.parent)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    fresh = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        yield fresh
    finally:
        # SQLite keeps files of its own beside the one it writes.
        for left in _beginning_with(path.parent, fresh.name):
            left.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (StoreError, FileExistsError):
        raise
    except OSError as error:
        message = f"无法写入 {path}：{error.strerror or error}"
        remedy = "请检查文件夹是否可写、磁盘空间是否充足、文件是否正被别的程序打开"
        raise StoreError(message, remedy=remedy) from error


def _sweep(path: Path) -> None:
    """Remove what a killed writer of the same file left behind, once it is old."""
    limit = time.time() - _STALE_S
    for left in _beginning_with(path.parent, f".{path.name}."):
        if ".tmp" in left.name and left.stat().st_mtime < limit:
            left.unlink(missing_ok=True)


def _beginning_with(folder: Path, start: str) -> list[Path]:
    # Compared as text: a name may hold characters that mean something to glob.
    return [item for item in folder.iterdir() if item.name.startswith(start)]


def _move_to_new(fresh: Path, path: Path) -> None:
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links (exFAT): a moment's race remains.
        if path.exists():
            raise FileExistsError(path) from None
        fresh.rename(path)


def _to_disk(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder to flush it
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
