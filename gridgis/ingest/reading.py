"""From files to an import: open, understand, place, relate, report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridgis.errors import InputError, Problem
from gridgis.ingest.coordinates import place, project_crs
from gridgis.ingest.files import open_file
from gridgis.ingest.geometry import settle
from gridgis.ingest.headers import closest, match_headers, require_fields, table_of
from gridgis.ingest.options import Progress, ReadOptions
from gridgis.ingest.raw import FileRead, RawLayer
from gridgis.ingest.records import TableLayer, read_rows
from gridgis.ingest.relate import Related, relate
from gridgis.ingest.report import FileReport, LayerReport, Outcome, capped, outcome_of
from gridgis.ingest.totals import check_totals
from gridgis.ingest.vector import kind_of_geometry
from gridgis.tables import TABLES, Dataset

__all__ = ["Import", "read"]

_DEFAULTS = ReadOptions()
_ORDER: tuple[Outcome, ...] = ("ok", "warn", "ask", "refused")


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
        return max(found, key=_ORDER.index, default="ok")

    def as_dict(self, rows: int = 5) -> dict[str, object]:
        """Return the import as design §4 prints it, with the first `rows` of each layer."""
        return {
            "files": [file.as_dict(rows) for file in self.files],
            "relations": [problem.as_dict() for problem in self.relations],
        }


def read(
    paths: Sequence[Path], options: ReadOptions = _DEFAULTS, progress: Progress | None = None
) -> Import:
    """Read files into tables, with a report that accounts for every row.

    Parameters
    ----------
    paths
        Files; folders are opened by `expand` first.
    options
        What the user says beyond the files.
    progress
        Told the share done and the file being read.

    Raises
    ------
    InputError
        If the options name a field, table or CRS that does not exist.
    """
    _check_options(options)
    tell = progress or (lambda _share, _message: None)
    names = _names(paths)
    opened: list[FileRead] = []
    for number, (path, name) in enumerate(zip(paths, names, strict=True)):
        tell(0.6 * number / max(len(paths), 1), f"读取 {name}")
        opened.append(open_file(Path(path), name, options.for_file(name)))
    tell(0.6, "识别表头与数值")
    layers: list[TableLayer] = []
    told: dict[str, list[Problem]] = {file.file: list(file.problems) for file in opened}
    crs_of: dict[str, list[tuple[str, str]]] = {}
    for file in opened:
        for raw in file.layers:
            layer = _understood(raw, file, options.for_file(file.file), told, crs_of)
            if layer is not None:
                layers.append(layer)
    crs = _common_crs(layers)
    tell(0.8, "核对位置与归属")
    related = relate([settle(layer, crs) for layer in layers], crs)
    tell(0.95, "汇总")
    return _import(opened, related, told, crs_of)


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


def _understood(
    raw: RawLayer,
    file: FileRead,
    options: ReadOptions,
    told: Mapping[str, list[Problem]],
    crs_of: dict[str, list[tuple[str, str]]],
) -> TableLayer | None:
    """Return a raw layer as rows of a table, None where it is none that is known."""
    problems = told[file.file]
    problems += [replace(problem, file=file.file) for problem in raw.problems]
    headers = [str(header) for header in raw.cells.columns]
    geometry = kind_of_geometry(raw.geometry)
    if options.table is not None:
        matches = match_headers(headers, options.table, options.mapping)
    else:
        names = (raw.name, Path(file.file).stem, raw.title)
        matches = table_of(headers, names, geometry, options.mapping)
    if matches is None:
        problems.append(_unknown_table(raw, file.file, headers))
        return None
    if raw.cells.empty:
        problems.append(
            Problem(
                code="GG-FILE-002", severity="file" if len(file.layers) == 1 else "warn", file=file.file,
                layer=raw.name, reason="没有数据行", remedy="请检查导出范围",
            )
        )
        return None
    if TABLES[matches.table].geometry == "polygon" and geometry in ("point", "line"):
        problems.append(
            Problem(
                code="GG-GEOM-017", severity="file", file=file.file, layer=raw.name,
                reason=f"这是{'点' if geometry == 'point' else '线'}图层，不能作为“{TABLES[matches.table].title}”",
                remedy="请提供面图层，或改选其他表",
            )
        )
        return None
    layer = read_rows(raw, file.file, matches)
    layer = check_totals(layer)
    return _placed(layer, options, problems, crs_of)


def _unknown_table(raw: RawLayer, file: str, headers: Sequence[str]) -> Problem:
    wanted = ["社区名称", "建筑面积", "户数", "网格编码", "小区名称"]
    near = next((f"；“{header}”最接近“{title}”" for title in wanted if (header := closest(title, headers))), "")
    reason = f"看不出“{raw.name}”是哪一张表；已有列：{'、'.join(headers[:20])}{near}"
    return Problem(
        code="GG-HEAD-034", severity="ask", file=file, layer=raw.name, reason=reason,
        remedy="请指明：--as communities|facilities|estates|grids…，必要时加 --map 列名=字段",
    )


def _placed(
    layer: TableLayer,
    options: ReadOptions,
    problems: list[Problem],
    crs_of: dict[str, list[tuple[str, str]]],
) -> TableLayer:
    """Return the layer with a geometry whose CRS is known; questions go to the file."""
    if "geometry" not in layer.frame:
        return layer
    placed = place(gpd.GeoSeries(layer.frame["geometry"]), chosen=options.crs, datum=options.datum)
    problems += [replace(p, file=layer.file, layer=layer.raw.name) for p in placed.problems]
    crs_of.setdefault(layer.file, []).append((placed.crs, placed.datum))
    if placed.geometry.crs is None:
        return replace(layer, frame=layer.frame.drop(columns="geometry"))
    return replace(layer, frame=layer.frame.assign(geometry=placed.geometry))


def _common_crs(layers: Sequence[TableLayer]) -> CRS | None:
    drawn = [layer for layer in layers if "geometry" in layer.frame]
    shapes = [(layer.table, gpd.GeoSeries(layer.frame["geometry"])) for layer in drawn]
    bounds = [shape for table, shape in shapes if table == "communities"]
    return project_crs(bounds, [shape for _, shape in shapes])


def _import(
    opened: Sequence[FileRead],
    related: Related,
    told: Mapping[str, list[Problem]],
    crs_of: Mapping[str, list[tuple[str, str]]],
) -> Import:
    reports = []
    for file in opened:
        mine = [layer for layer in related.layers if layer.file == file.file]
        problems = [*told[file.file], *(problem for layer in mine for problem in layer.problems)]
        refused = any(problem.severity == "file" for problem in problems)
        crs, datum = _together(crs_of.get(file.file, []))
        reports.append(
            FileReport(
                file=file.file,
                sha256=file.sha256,
                format=file.format,
                encoding=file.encoding,
                crs=crs,
                datum=datum,
                layers=() if refused else tuple(_layer_report(layer) for layer in mine),
                problems=capped(problems),
            )
        )
    rejected = _rejected(related.layers)
    found = Import(related.data, tuple(reports), capped(related.problems), rejected, related.data)
    return replace(found, data=Dataset({})) if found.outcome == "ask" else found


def _together(found: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return tuple("；".join(dict.fromkeys(filter(None, part))) for part in zip(*found, strict=True)) or ("", "")  # type: ignore[return-value]


def _layer_report(layer: TableLayer) -> LayerReport:
    rejected = len({position for position, *_ in layer.refused})
    return LayerReport(
        layer=layer.raw.name,
        table=layer.table,
        rows_read=len(layer.raw.cells) + layer.raw.blank,
        loaded=len(layer.frame) - layer.merged,
        rejected=rejected,
        merged=layer.merged,
        blank=layer.raw.blank,
        columns=layer.columns,
        rows=layer.frame.head(100),
        derived=layer.derived,
    )


def _rejected(layers: Sequence[TableLayer]) -> pd.DataFrame:
    """Return one row per refused row, all its reasons together, then its own cells."""
    records: list[dict[str, object]] = []
    for layer in layers:
        by_row: dict[int, dict[str, object]] = {}
        for position, column, value, fault in layer.refused:
            entry = by_row.setdefault(
                position,
                {
                    "file": layer.file, "layer": layer.raw.name, "row": layer.row(position),
                    "column": column, "value": value, "code": fault.code,
                    "原因": "", "修改建议": "",
                },
            )
            place = f"“{column}”列：" if column else ""
            entry["原因"] = "；".join(filter(None, (str(entry["原因"]), f"{place}{fault.reason}")))
            entry["修改建议"] = "；".join(dict.fromkeys(filter(None, (str(entry["修改建议"]), fault.remedy))))
        for position, entry in sorted(by_row.items()):
            cells = layer.raw.cells.iloc[position]
            own = {str(k): v for k, v in cells.items() if layer.columns.get(str(k)) != "-"}
            records.append(entry | {k: v for k, v in own.items() if k not in entry})
    columns = ["file", "layer", "row", "column", "value", "code", "原因", "修改建议"]
    return pd.DataFrame(records) if records else pd.DataFrame(columns=columns)
