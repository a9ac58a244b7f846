"""What a project file remembers beside its tables: versions, audit, imports.

Versions and audit are append-only (triggers say so to every program), and each audit row
carries the hash of the row before it, so that a row changed or removed shows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

import pandas as pd

from gridgis.project.geopackage import register_table
from gridgis.project.merge import Change
from gridgis.project.sql import run_script

__all__ = [
    "SCHEMA",
    "Imported",
    "Kind",
    "Version",
    "broken_audit_rows",
    "create_records",
    "read_imports",
    "read_meta",
    "read_versions",
    "stamp",
    "write_import_files",
    "write_meta",
    "write_version",
]

SCHEMA = 1
"""Layout of the file; a program refuses files of a newer one."""

Kind = Literal["import", "edit", "undo", "redo", "restore", "outside"]
"""What made a version. Only imports are made so far."""

_APPEND_ONLY = ("gg_versions", "gg_audit", "gg_imports")
# gg_tables holds for each table its columns in order with SQL name and type, and the hash
# of its content.
_TABLES = """
CREATE TABLE gg_meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
CREATE TABLE gg_tables (name TEXT PRIMARY KEY NOT NULL, columns TEXT NOT NULL,
 hash TEXT NOT NULL);
CREATE TABLE gg_versions (version INTEGER PRIMARY KEY NOT NULL, at TEXT NOT NULL,
 author TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
 content_hash TEXT NOT NULL, parent INTEGER REFERENCES gg_versions(version),
 changes TEXT NOT NULL, relations TEXT NOT NULL);
CREATE TABLE gg_audit (seq INTEGER PRIMARY KEY NOT NULL,
 version INTEGER NOT NULL REFERENCES gg_versions(version), at TEXT NOT NULL,
 author TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL,
 previous_hash TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE gg_imports (id INTEGER PRIMARY KEY NOT NULL,
 version INTEGER NOT NULL REFERENCES gg_versions(version), file TEXT NOT NULL,
 sha256 TEXT NOT NULL, report TEXT NOT NULL, rejected TEXT NOT NULL);
"""


@dataclass(frozen=True, kw_only=True)
class Version:
    """One state of a project: who made it, when, why, and what changed.

    Attributes
    ----------
    content_hash
        Of everything in the tables; `gridgis.project.columns.content_hash` of what `load`
        returns.
    changes
        Table → rows added, updated and found unchanged.
    relations
        Problems between the files of the import, as in design §4.
    """

    number: int
    at: datetime
    author: str
    kind: Kind
    message: str
    content_hash: str
    parent: int | None
    changes: Mapping[str, Change] = field(default_factory=dict)
    relations: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Imported:
    """One file of one import: its report and the rows that were not taken."""

    version: int
    file: str
    sha256: str
    report: Mapping[str, Any]
    rejected: pd.DataFrame


def stamp(at: datetime) -> str:
    """Write a time as GeoPackage wants it, in UTC; a naive time is this machine's."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def create_records(connection: sqlite3.Connection, *, at: datetime) -> None:
    """Add the tables of this module to a new GeoPackage."""
    run_script(connection, _TABLES)
    for name in _APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {name}_no_{action.lower()} BEFORE {action} ON {name}"
                f" BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
            )
    # Listed, so that QGIS shows the history and hides the tables that are not listed.
    register_table(connection, "gg_versions", title="版本", at=stamp(at))
    write_meta(connection, schema=str(SCHEMA))


def write_meta(connection: sqlite3.Connection, **values: str) -> None:
    """Store facts about the file by name."""
    connection.executemany(
        "INSERT OR REPLACE INTO gg_meta VALUES (?, ?)", values.items()
    )


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the facts about the file."""
    return dict(connection.execute("SELECT key, value FROM gg_meta"))


def write_version(connection: sqlite3.Connection, version: Version) -> None:
    """Append a version and its audit row."""
    changes = {name: asdict(change) for name, change in version.changes.items()}
    connection.execute(
        "INSERT INTO gg_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            version.number,
            version.at.isoformat(),
            version.author,
            version.kind,
            version.message,
            version.content_hash,
            version.parent,
            _json(changes),
            _json(version.relations),
        ),
    )
    row = connection.execute(
        "SELECT seq, hash FROM gg_audit ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    seq, previous = row or (0, "")
    detail = _json({"changes": changes, "content_hash": version.content_hash})
    told = (
        seq + 1,
        version.number,
        version.at.isoformat(),
        version.author,
        version.kind,
        detail,
        previous,
    )
    connection.execute(
        "INSERT INTO gg_audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*told, _chained(told))
    )


def broken_audit_rows(connection: sqlite3.Connection) -> tuple[int, ...]:
    """Return the numbers of audit rows that are not as they were written.

    A row removed is told by the number it should have had.
    """
    broken: list[int] = []
    expected, previous = 1, ""
    for *told, digest in connection.execute("SELECT * FROM gg_audit ORDER BY seq"):
        whole = told[0] == expected and told[6] == previous
        if not whole or _chained(told) != digest:
            broken.append(min(expected, told[0]))
        expected, previous = told[0] + 1, digest
    versions = connection.execute("SELECT count(*) FROM gg_versions").fetchone()[0]
    broken += range(expected, versions + 1)
    return tuple(broken)


def read_versions(connection: sqlite3.Connection) -> tuple[Version, ...]:
    """Return all versions, oldest first."""
    rows = connection.execute(
        "SELECT version, at, author, kind, message, content_hash, parent, changes,"
        " relations FROM gg_versions ORDER BY version"
    )
    return tuple(
        Version(
            number=number,
            at=datetime.fromisoformat(at),
            author=author,
            kind=kind,
            message=message,
            content_hash=content_hash,
            parent=parent,
            changes={k: Change(**v) for k, v in json.loads(changes).items()},
            relations=tuple(json.loads(relations)),
        )
        for (
            number,
            at,
            author,
            kind,
            message,
            content_hash,
            parent,
            changes,
            relations,
        ) in rows
    )


def write_import_files(
    connection: sqlite3.Connection,
    version: int,
    reports: Iterable[Mapping[str, Any]],
    rejected: pd.DataFrame,
) -> None:
    """Keep the report of each file with its rejected rows, so that they can be mended."""
    connection.executemany(
        "INSERT INTO gg_imports (version, file, sha256, report, rejected)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (
                version,
                str(report["file"]),
                str(report["sha256"]),
                _json(report),
                _rows_json(_rows_of(rejected, str(report["file"]))),
            )
            for report in reports
        ],
    )


def read_imports(connection: sqlite3.Connection) -> tuple[Imported, ...]:
    """Return the files of all imports, in the order they came in."""
    rows = connection.execute(
        "SELECT version, file, sha256, report, rejected FROM gg_imports ORDER BY id"
    )
    return tuple(
        Imported(
            version=version,
            file=file,
            sha256=digest,
            report=json.loads(report),
            rejected=pd.DataFrame(**json.loads(rejected)),
        )
        for version, file, digest, report, rejected in rows
    )


def _rows_of(rejected: pd.DataFrame, file: str) -> pd.DataFrame:
    if rejected.empty or "file" not in rejected:
        return rejected.head(0)
    return rejected[rejected["file"] == file]


def _rows_json(rows: pd.DataFrame) -> str:
    plain = rows.astype(object).where(rows.notna(), None)
    return _json(
        {
            "columns": [str(column) for column in rows.columns],
            "data": plain.to_numpy(dtype=object).tolist(),
        }
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _chained(told: Iterable[object]) -> str:
    return sha256(_json(list(told)).encode("utf-8", "surrogatepass")).hexdigest()
