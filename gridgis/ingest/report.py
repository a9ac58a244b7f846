"""What happened to each file: problems, counts, and the law that no row is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

import pandas as pd

from gridgis.errors import GridgisError, Problem

__all__ = [
    "FileReport",
    "LayerReport",
    "Outcome",
    "capped",
    "outcome_of",
    "rows_as_loaded",
]

Outcome = Literal["ok", "warn", "ask", "refused"]

_OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {"ok": "正常", "warn": "有提示", "ask": "需要确认", "refused": "未读入"}
)
# Of one kind of problem in one column this many are listed, the rest counted.
_LISTED = 100


@dataclass(frozen=True, kw_only=True)
class LayerReport:
    """One sheet or layer: where its rows went and how its headers were understood.

    `columns` gives for each header as given the field it became, "" where it was kept as a
    column of the user's own, and "-" where it was dropped.
    """

    layer: str
    table: str | None
    rows_read: int = 0
    loaded: int = 0
    rejected: int = 0
    merged: int = 0
    blank: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    derived: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = self.loaded + self.rejected + self.merged + self.blank
        if kept != self.rows_read:
            message = (
                f"“{self.layer}”的行数不守恒：读取 {self.rows_read} 行，载入 {self.loaded}、"
                f"退回 {self.rejected}、合并 {self.merged}、空行 {self.blank}"
            )
            raise GridgisError(message, remedy="这是程序错误，请反馈")

    def as_dict(self, rows: int = 5) -> dict[str, object]:
        """Return the layer as design §4 prints it, with the first `rows` as loaded."""
        return {
            "layer": self.layer,
            "table": self.table,
            "rows_read": self.rows_read,
            "loaded": self.loaded,
            "rejected": self.rejected,
            "merged": self.merged,
            "blank": self.blank,
            "columns": dict(self.columns),
            "derived": dict(self.derived),
            "rows": rows_as_loaded(self.rows, rows),
        }


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """One file: what it is, what is in it, and every problem with it."""

    file: str
    sha256: str = ""
    format: str = ""
    encoding: str = ""
    crs: str = ""
    datum: str = ""
    layers: tuple[LayerReport, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Say how reading the file ended."""
        rejected = any(layer.rejected for layer in self.layers)
        found = outcome_of(self.problems)
        return "warn" if found == "ok" and rejected else found

    @property
    def sentence(self) -> str:
        """Say in one line what the file is and where its rows went."""
        counts = [
            f"{layer.layer}：读取 {layer.rows_read} 行，载入 {layer.loaded}、"
            f"退回 {layer.rejected}、合并 {layer.merged}、空行 {layer.blank}"
            for layer in self.layers
        ]
        return f"{self.file}（{_OUTCOMES[self.outcome]}）" + "；".join(["", *counts])

    def as_dict(self, rows: int = 5) -> dict[str, object]:
        """Return the report as design §4 prints it."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "format": self.format,
            "encoding": self.encoding,
            "crs": self.crs,
            "datum": self.datum,
            "layers": [layer.as_dict(rows) for layer in self.layers],
            "outcome": self.outcome,
            "problems": [problem.as_dict() for problem in self.problems],
        }


def outcome_of(problems: Iterable[Problem]) -> Outcome:
    """Return the gravest outcome among problems."""
    found = {problem.severity for problem in problems}
    if "file" in found:
        return "refused"
    if "ask" in found:
        return "ask"
    return "warn" if found & {"warn", "row", "fix"} else "ok"


def capped(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems, those of a kind beyond the first hundred counted in one line."""
    counts: Counter[tuple[str, str, str]] = Counter()
    kept: list[Problem] = []
    for problem in problems:
        kind = (problem.code, problem.layer, problem.column)
        counts[kind] += 1
        if counts[kind] <= _LISTED:
            kept.append(problem)
    for (code, layer, column), count in counts.items():
        if count > _LISTED:
            like = next(
                p for p in kept if (p.code, p.layer, p.column) == (code, layer, column)
            )
            reason = f"同类问题共 {count} 处，其余 {count - _LISTED} 处不再逐一列出"
            kept.append(replace(like, row=None, value="", reason=reason))
    return tuple(kept)


def rows_as_loaded(frame: pd.DataFrame, rows: int) -> list[dict[str, object]]:
    """Return the first rows as plain values for JSON; unknown is None, geometry is left out."""
    shown = frame.head(rows).drop(columns="geometry", errors="ignore")
    return [
        {str(name): _plain_value(value) for name, value in record.items()}
        for record in pd.DataFrame(shown).to_dict("records")
    ]


def _plain_value(value: object) -> object:
    if value is None or value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, bool | int | str):
        return value
    number = float(str(value)) if not isinstance(value, float) else value
    return int(number) if number == int(number) else number
