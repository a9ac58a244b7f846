"""SQL text: names that may hold anything, scripts inside a transaction."""

from __future__ import annotations

import sqlite3

__all__ = ["quoted", "run_script"]


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Run statements without leaving the transaction, as `executescript` would."""
    statement = ""
    for line in script.strip().splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
