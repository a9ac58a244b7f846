"""The one root error, and the problem row that every message to a user is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal

__all__ = [
    "CRSError",
    "GridgisError",
    "InputError",
    "Problem",
    "RuleError",
    "StoreError",
]

Severity = Literal["note", "fix", "warn", "row", "ask", "file"]
"""How a problem ends: told only · mended and told · loaded and listed · row refused ·
nothing loaded until the user answers · whole file refused."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing the user should know about an input, and what to do about it.

    The place is given as the user sees it: the row as Excel numbers it, the column as it
    is headed in the file, the value as it was written. What does not apply is empty.
    """

    code: str
    severity: Severity
    reason: str
    remedy: str = ""
    file: str = ""
    layer: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        place = [self.file, self.layer]
        place.append(f"第 {self.row} 行" if self.row is not None else "")
        place.append(f"“{self.column}”列" if self.column else "")
        place.append(f"值“{self.value}”" if self.value else "")
        where = " · ".join(part for part in place if part)
        what = "；".join(part for part in (self.reason, self.remedy) if part)
        return f"[{self.code}] {where}：{what}" if where else f"[{self.code}] {what}"

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the problem as one flat row, the keys in reading order."""
        return asdict(self)

    @classmethod
    def columns(cls) -> list[str]:
        """Return the names of the columns of a table of problems."""
        return [field.name for field in fields(cls)]


class GridgisError(Exception):
    """Anything gridgis refuses to do, said in a sentence a user can act on.

    Parameters
    ----------
    message
        What is wrong, in plain Chinese: subject, requirement, what was found.
    remedy
        What the user can do about it.
    problems
        The single findings behind the message, for a table on screen or in a workbook.
    """

    def __init__(
        self, message: str, *, remedy: str = "", problems: Iterable[Problem] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.problems: Sequence[Problem] = tuple(problems)

    def __str__(self) -> str:
        lines = ["；".join(part for part in (self.message, self.remedy) if part)]
        lines += [str(problem) for problem in self.problems]
        return "\n".join(lines)


class InputError(GridgisError, ValueError):
    """Files or arguments that cannot be used as they are."""


class CRSError(GridgisError, ValueError):
    """A layer whose coordinate reference is missing, in degrees, or not the project's."""


class RuleError(GridgisError, ValueError):
    """A rule pack that says something the engine does not know."""


class StoreError(GridgisError, OSError):
    """A project file that cannot be opened, read or written."""
