"""From files to an import: open, understand, place, relate, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
from pyproj import CRS

from gridgis.errors import InputError, Problem
from gridgis.ingest.coordinates import project_crs
from gridgis.ingest.files import open_file
from gridgis.ingest.geometry import settle
from gridgis.ingest.headers import require_fields
from gridgis.ingest.options import Progress, ReadOptions
from gridgis.ingest.records import TableLayer
from gridgis.ingest.relate import Related, relate
from gridgis.ingest.report import (
    FileReport,
    LayerReport,
    Outcome,
    capped,
    outcome_of,
)
from gridgis.ingest.understand import Understood, understand
from gridgis.tables import TABLES, Dataset

__all__ = ["Import", "read"]

_DEFAULTS = ReadOptions()
_GRAVER: tuple[Outcome, ...] = ("ok", "warn", "ask", "refused")
_SAMPLE_ROWS = 200
_REJECTED = ["file", "layer", "row", "column", "value", "code", "原因", "修改建议"]


@dataclass(frozen=True)
class Import:
    """What files give together.

    Attributes
    ----------
    data
        Resolved tables in one metric CRS. Empty while a question is open: nothing is loaded
        until the user answers.
    files
        One report per file.
    relations
        Problems between files: places, codes, sums.
    rejected
        Rows refused, with why and with their own cells, to be corrected and given again.
    proposed
        The tables as they would be if every question were answered as proposed.
    """

    data: Dataset
    files: tuple[FileReport, ...]
    relations: tuple[Problem, ...]
    rejected: pd.DataFrame
    proposed: Dataset = field(default_factory=lambda: Dataset({}))

    @property
    def outcome(self) -> Outcome:
        """Return the gravest outcome of all files and of what relates them."""
        found = [file.outcome for file in self.files] + [outcome_of(self.relations)]
        return max(found, key=_GRAVER.index, default="ok")

    def as_dict(self, rows: int = 5) -> dict[str, object]:
        """Return the import as design §4 prints it, with the first `rows` of each layer."""
        return {
            "files": [file.as_dict(rows) for file in self.files],
            "relations": [problem.as_dict() for problem in self.relations],
        }


def read(
    paths: Sequence[Path],
    options: ReadOptions = _DEFAULTS,
    progress: Progress | None = None,
    *,
    known: Dataset | None = None,
) -> Import:
    """Read files into tables, with a report that accounts for every row.

    Parameters
    ----------
    paths
        Files; folders are opened by `expand` first.
    options
        What the user says beyond the files.
    progress
        Told the share done and what is being done.
    known
        The tables of the project the files are for: their rows may belong to its communities
        and estates, and are brought into its CRS.

    Raises
    ------
    InputError
        If the options name a field, table or CRS that does not exist.
    """
    _check_options(options)
    tell = progress or (lambda _share, _message: None)
    found: list[Understood] = []
    names = _names(paths)
    for number, (path, name) in enumerate(zip(paths, names, strict=True)):
        tell(0.8 * number / max(len(paths), 1), f"读取 {name}")
        own = options.for_file(name)
        found.append(understand(open_file(Path(path), name, own), own))
    tell(0.8, "核对位置与归属")
    layers = [layer for file in found for layer in file.layers]
    known = known or Dataset({})
    crs = known.crs or _common_crs(layers)
    related = relate([settle(layer, crs) for layer in layers], crs, known)
    tell(0.95, "汇总")
    return _import(found, related)


def _check_options(options: ReadOptions) -> None:
    for one in (options, *options.per_file.values()):
        require_fields(one.mapping)
        if one.table is not None and one.table not in TABLES:
            message = f"没有名为“{one.table}”的表"
            raise InputError(message, remedy=f"可用：{'、'.join(TABLES)}")


def _names(paths: Sequence[Path]) -> list[str]:
    """Return file names, with their folder where two are the same."""
    names = [Path(path).name for path in paths]
    return [
        name if names.count(name) == 1 else f"{Path(path).parent.name}/{name}"
        for path, name in zip(paths, names, strict=True)
    ]


def _common_crs(layers: Sequence[TableLayer]) -> CRS | None:
    """Return the CRS of the boundaries' centre, of everything's where there are none."""
    drawn = [
        (layer.table, layer.geometry) for layer in layers if layer.geometry is not None
    ]
    boundaries = [geometry for table, geometry in drawn if table == "communities"]
    return project_crs(boundaries, [geometry for _, geometry in drawn])


def _import(found: Sequence[Understood], related: Related) -> Import:
    reports = []
    for one in found:
        mine = [layer for layer in related.layers if layer.file == one.file.file]
        problems = [
            *one.file.problems,
            *(problem for layer in mine for problem in layer.problems),
        ]
        refused = any(problem.severity == "file" for problem in problems)
        reports.append(
            FileReport(
                file=one.file.file,
                sha256=one.file.sha256,
                format=one.file.format,
                encoding=one.file.encoding,
                crs="；".join(dict.fromkeys(crs for crs, _ in one.places if crs)),
                datum="；".join(
                    dict.fromkeys(datum for _, datum in one.places if datum)
                ),
                layers=() if refused else tuple(map(_layer_report, mine)),
                problems=capped(problems),
            )
        )
    read_all = Import(
        data=related.data,
        files=tuple(reports),
        relations=capped(related.problems),
        rejected=_rejected(related.layers),
        proposed=related.data,
    )
    return (
        replace(read_all, data=Dataset({})) if read_all.outcome == "ask" else read_all
    )


def _layer_report(layer: TableLayer) -> LayerReport:
    return LayerReport(
        layer=layer.raw.name,
        table=layer.table,
        rows_read=len(layer.raw.cells) + layer.raw.blank,
        loaded=len(layer.frame) - layer.merged,
        rejected=len({position for position, *_ in layer.refused}),
        merged=layer.merged,
        blank=layer.raw.blank,
        columns=layer.columns,
        rows=layer.frame.head(_SAMPLE_ROWS),
        derived=layer.derived,
    )


def _rejected(layers: Sequence[TableLayer]) -> pd.DataFrame:
    """Return one row per refused row, all its reasons together, then its own cells."""
    records: list[dict[str, object]] = []
    for layer in layers:
        by_row: dict[int, list[tuple[str, str, str, str, str]]] = {}
        for position, column, value, fault in layer.refused:
            place = f"“{column}”列：" if column else ""
            entry = (column, value, fault.code, f"{place}{fault.reason}", fault.remedy)
            by_row.setdefault(position, []).append(entry)
        kept = [given for given, name in layer.columns.items() if name != "-"]
        for position, entries in sorted(by_row.items()):
            column, value, code = entries[0][:3]
            reasons, remedies = (
                "；".join(dict.fromkeys(entry[part] for entry in entries))
                for part in (3, 4)
            )
            given = (
                layer.file,
                layer.raw.name,
                layer.row(position),
                column,
                value,
                code,
            )
            record = dict(zip(_REJECTED, (*given, reasons, remedies), strict=True))
            cells = layer.raw.cells[kept].iloc[position].to_dict()
            own = {
                str(name): cell for name, cell in cells.items() if name not in record
            }
            records.append(record | own)
    return pd.DataFrame(records) if records else pd.DataFrame(columns=_REJECTED)
