"""From a raw layer to rows of one table: every cell read, every row kept or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.errors import Problem, Severity
from gridgis.ingest import columns as reading
from gridgis.ingest.coordinates import WGS84, points_of, split_pairs
from gridgis.ingest.fields import kind_of, parse, title_unit, unit_in
from gridgis.ingest.headers import Matches, fields_of
from gridgis.ingest.plausible import (
    MORE_ACTIVITY,
    PART_AND_WHOLE,
    broken_cells,
    too_large,
)
from gridgis.ingest.privacy import is_personal, looks_personal
from gridgis.ingest.quantities import Fault
from gridgis.ingest.raw import RawLayer
from gridgis.ingest.vocabularies import NOT_UNDERSTOOD
from gridgis.tables import TABLES

__all__ = ["TableLayer", "read_rows", "refuse"]

_SHOWN = 60
_ZERO_AREA = Fault(
    "GG-AREA-001", "面积为 0，按未知处理", "没有该用房请删除此行，有则填写面积"
)
_ZERO_HOUSEHOLDS = Fault("GG-HH-001", "户数为 0，每户指标无法计算", "请核实户数")
_BAD_POINT = Fault("GG-CRS-019", "坐标无法识别", "请写成 114.3012 与 30.6001 的样子")
_PERSONAL = Fault(
    "GG-PERS-001", "含个人信息的列未读入", "本程序只需汇总数，请勿提供个人信息"
)

Bad = tuple[int, str, Fault]
"""Position of a row, the header of the cell that refuses it, and why."""


@dataclass(frozen=True, kw_only=True)
class TableLayer:
    """A layer understood as rows of one table.

    Attributes
    ----------
    frame
        Rows kept, indexed by their position in the raw layer: columns of the table,
        helper columns ("community", "street", "county", "estate"), wide columns
        ("office:floor_area_m2"), the user's own, and "geometry" where rows have a place.
    columns
        Header as given → field, "" where kept as it is, "-" where dropped.
    refused
        Position, header, value and fault of each cell that refused a row.
    merged, derived
        Rows that went into rows of other files, and rows given to other tables.
    """

    file: str
    raw: RawLayer
    matches: Matches
    frame: pd.DataFrame
    columns: Mapping[str, str]
    refused: tuple[tuple[int, str, str, Fault], ...] = ()
    problems: tuple[Problem, ...] = ()
    merged: int = 0
    derived: Mapping[str, int] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Return the name of the table."""
        return self.matches.table

    @property
    def geometry(self) -> gpd.GeoSeries | None:
        """Return the geometry of the rows kept, None for a layer without."""
        if "geometry" not in self.frame:
            return None
        return gpd.GeoSeries(self.frame["geometry"])

    def row(self, position: int) -> int:
        """Return the number of a row as the user sees it."""
        return int(self.raw.rows[position])

    def sources(self, positions: pd.Index) -> list[str]:
        """Return where rows come from, as the column `source` says it."""
        begin = f"{self.file} · {self.raw.name} · 第 "
        return [
            f"{begin}{row} 行" for row in self.raw.rows[positions.to_numpy()].tolist()
        ]

    def cell(self, column: str, position: int) -> str:
        """Return a cell as given, "" where a problem is with the whole row."""
        if column not in self.raw.cells:
            return ""
        value = self.raw.cells[column].iloc[position]
        text = "" if value is None or value != value else str(value)  # noqa: PLR0124
        return text[:_SHOWN] + "…" if len(text) > _SHOWN else text.removesuffix(".0")

    def problem(
        self,
        severity: Severity,
        fault: Fault,
        column: str = "",
        position: int | None = None,
    ) -> Problem:
        """Return a fault as the problem of one row, or of the whole layer."""
        return Problem(
            code=fault.code,
            severity=severity,
            reason=fault.reason,
            remedy=fault.remedy,
            file=self.file,
            layer=self.raw.name,
            row=None if position is None else self.row(position),
            column=column,
            value="" if position is None else self.cell(column, position),
        )

    def telling(self, *problems: Problem) -> TableLayer:
        """Return the layer with further problems."""
        return replace(self, problems=(*self.problems, *problems))


def refuse(
    layer: TableLayer,
    positions: Sequence[int],
    column: str,
    fault: Fault | Callable[[int], Fault],
) -> TableLayer:
    """Return the layer without some rows, each listed with why."""
    found = [
        (p, column, fault if isinstance(fault, Fault) else fault(p)) for p in positions
    ]
    return _without(layer, found)


def _without(layer: TableLayer, bad: Sequence[Bad]) -> TableLayer:
    if not bad:
        return layer
    ordered = sorted(bad, key=lambda item: item[0])
    wrong = {position for position, _, _ in ordered}
    cells = [
        (at, column, layer.cell(column, at), fault) for at, column, fault in ordered
    ]
    told = [layer.problem("row", fault, column, at) for at, column, fault in ordered]
    return replace(
        layer,
        frame=layer.frame[~layer.frame.index.isin(wrong)],
        refused=(*layer.refused, *cells),
        problems=(*layer.problems, *told),
    )


def read_rows(raw: RawLayer, file: str, matches: Matches) -> TableLayer:
    """Return the rows of a layer, read by what its headers mean."""
    cells = _filled(raw, matches)
    mapped = {str(given): matches.fields.get(str(given), "") for given in cells}
    personal = [
        given
        for given, name in mapped.items()
        if not name and (is_personal(given) or looks_personal(cells[given]))
    ]
    layer = TableLayer(
        file=file,
        raw=replace(raw, cells=cells),
        matches=matches,
        frame=pd.DataFrame(index=cells.index),
        columns=mapped | dict.fromkeys(personal, "-"),
    )
    problems = (
        [layer.problem("note", _PERSONAL, "、".join(personal))] if personal else []
    )
    problems += [*_joint_figures(layer), *_clashes(layer)]
    gathered = _Gathered({}, {})
    bad: list[Bad] = [(position, "", fault) for position, fault in raw.faults]
    for given, name in matches.fields.items():
        parsed = parse(cells[given], name, given, matches, raw.title)
        gathered.take(name, parsed)
        problems += _doubtful(layer, given, name, parsed)
        bad += [(int(p), given, fault) for fault, where in parsed.faults for p in where]
        for fault, where in parsed.notes:
            problems += [layer.problem("warn", fault, given, int(p)) for p in where]
        problems += _unknown_words(layer, given, name, parsed)
        problems += _zeros(layer, given, name, gathered.columns)
    problems += _more_activity(layer, gathered)
    own = [given for given, name in layer.columns.items() if not name]
    frame = gathered.frame(cells.index, _own_columns(cells, own, matches.table))
    layer = replace(layer, frame=frame, problems=tuple(problems))
    return _without(_with_points(layer), bad)


def _filled(raw: RawLayer, matches: Matches) -> pd.DataFrame:
    """Fill names and words down inside merged cells; a figure stays with its first row."""
    spans = {
        given: ranges
        for given, ranges in raw.merged_cells.items()
        if given in raw.cells
    }
    if not spans:
        return raw.cells
    cells = raw.cells.copy()
    for given, ranges in spans.items():
        if _is_figure(matches, given):
            continue
        column = cells[given].to_numpy(dtype=object).copy()
        for first, last in ranges:
            column[first : last + 1] = column[first]
        cells[given] = pd.Series(column, index=cells.index, dtype=object)
    return cells


def _is_figure(matches: Matches, given: str) -> bool:
    return kind_of(matches.table, matches.fields.get(given, "")) == "number"


def _joint_figures(layer: TableLayer) -> list[Problem]:
    """Tell of figures that stand in one merged cell for several rows."""
    problems = []
    for given, ranges in layer.raw.merged_cells.items():
        for first, last in ranges if _is_figure(layer.matches, given) else ():
            rows = last - first + 1
            reason = f"该数值的单元格合并了 {rows} 行，只计入首行，其余行按未知处理"
            fault = Fault("GG-MERGE-001", reason, "请取消合并，逐行填写")
            problems.append(layer.problem("warn", fault, given, first))
    return problems


@dataclass(frozen=True)
class _Gathered:
    """Columns read so far, and where their figures are marked."""

    columns: dict[str, pd.Series]
    marks: dict[tuple[str, str], NDArray[np.bool_]]

    def take(self, name: str, parsed: reading.Parsed) -> None:
        """Add one column, or the two that some cells give."""
        if name == "storeys_text" and parsed.further is not None:
            self.columns["storey"] = parsed.cells
            self.columns["top_storey"] = parsed.further
            return
        if name == "use":
            self._add_functions(parsed.further)
        if name == "functions":
            both = reading.parse_uses(parsed.cells)
            if both.further is not None:
                self._add_functions(
                    both.cells.str.cat(both.further, sep=";", na_rep="")
                )
            return
        self.columns[name] = parsed.cells
        for mark, where in parsed.marks.items():
            self.marks[name, mark] = where

    def _add_functions(self, found: pd.Series | None) -> None:
        if found is None:
            return
        found = found.str.strip(";")
        found = found.mask(found.eq(""))
        there = self.columns.get("functions")
        self.columns["functions"] = found if there is None else there.fillna(found)

    def frame(self, index: pd.Index, own: Mapping[str, pd.Series]) -> pd.DataFrame:
        """Return all columns with the user's own and the marks."""
        frame = pd.DataFrame({**self.columns, **own}, index=index)
        if not self.marks:
            return frame
        texts: list[list[str]] = [[] for _ in range(len(index))]
        for (name, mark), where in self.marks.items():
            for position in np.flatnonzero(where).tolist():
                texts[position].append(f"{name}={mark}")
        joined = [";".join(parts) or None for parts in texts]
        return frame.assign(marks=pd.Series(joined, index=index, dtype="str"))


def _zeros(
    layer: TableLayer, given: str, name: str, columns: dict[str, pd.Series]
) -> list[Problem]:
    """Make an area of 0 unknown and tell of it; tell of 0 households."""
    if kind_of(layer.table, name) != "number":
        return []
    where = np.flatnonzero(columns[name].to_numpy() == 0.0)
    if name in ("households", "planned_dwellings"):
        return [layer.problem("warn", _ZERO_HOUSEHOLDS, given, int(p)) for p in where]
    if unit_in(layer.table, name) != "㎡" or not len(where):
        return []
    columns[name] = columns[name].mask(columns[name] == 0.0)
    return [layer.problem("warn", _ZERO_AREA, given, int(p)) for p in where]


def _unknown_words(
    layer: TableLayer, given: str, name: str, parsed: reading.Parsed
) -> list[Problem]:
    problems = []
    for word, where in parsed.unknown_words.items():
        taken = "按状态不明处理" if name in NOT_UNDERSTOOD else "按未知处理"
        reason = f"“{word}”（{len(where)} 处）不在词表中，{taken}"
        remedy = f"请改用词表中的{TABLES[layer.table][name].title}"
        fault = Fault("GG-WORD-001", reason, remedy)
        problems.append(
            replace(layer.problem("warn", fault, given, int(where[0])), value=word)
        )
    return problems


def _doubtful(
    layer: TableLayer, given: str, name: str, parsed: reading.Parsed
) -> list[Problem]:
    """Tell of formulas that gave nothing, once a column, and of figures beyond belief."""
    problems = []
    found = broken_cells(layer.raw.cells[given])
    if found is not None:
        problems.append(layer.problem("warn", found[0], given, found[1]))
    if kind_of(layer.table, name) == "number":
        factor = (
            layer.matches.units.get(given)
            or title_unit(layer.raw.title, unit_in(layer.table, name))
            or ("", 1.0)
        )[1]
        found_large = too_large(layer.table, name, parsed.cells, factor)
        problems += [layer.problem("warn", f, given, at) for f, at in found_large]
    return problems


def _more_activity(layer: TableLayer, gathered: _Gathered) -> list[Problem]:
    """Make the part of a room for activities unknown where it exceeds the whole."""
    part, whole = (gathered.columns.get(name) for name in PART_AND_WHOLE)
    if part is None or whole is None:
        return []
    wrong = (part > whole).to_numpy().copy()
    for name, mark in zip(PART_AND_WHOLE, ("at_most", "at_least"), strict=True):
        # “近 320” of 300 can be right, and so can 320 of “300 余”.
        wrong &= ~gathered.marks.get((name, mark), np.zeros(len(wrong), dtype=bool))
    gathered.columns[PART_AND_WHOLE[0]] = part.mask(wrong)
    given = layer.matches.given(PART_AND_WHOLE[0]) or ""
    return [
        layer.problem("warn", MORE_ACTIVITY, given, int(at))
        for at in np.flatnonzero(wrong)
    ]


def _clashes(layer: TableLayer) -> list[Problem]:
    """Ask which of several headers is meant, unless they say the same in every row."""
    problems = []
    titles = fields_of(layer.table)
    for name, given in layer.matches.clashes.items():
        texts = [reading.as_text(layer.raw.cells[header]) for header in given]
        if all(texts[0].equals(other) for other in texts[1:]):
            continue
        headers = "、".join(given)
        reason = f"{headers} 都可作为“{titles.get(name, name)}”，暂按“{given[0]}”"
        remedy = f"请指明一列：--map {given[0]}={name}"
        problems.append(
            layer.problem("ask", Fault("GG-HEAD-016", reason, remedy), headers)
        )
    return problems


def _own_columns(
    cells: pd.DataFrame, given: Sequence[str], table: str
) -> dict[str, pd.Series]:
    """Return the user's own columns under their headers, each of one type."""
    taken = {
        *TABLES[table].names,
        *fields_of(table),
        "geometry",
        "storey",
        "top_storey",
    }
    own: dict[str, pd.Series] = {}
    for header in given:
        column = cells[header]
        if column.dtype == object:
            numbers = reading.as_numbers(column)
            column = (
                reading.as_text(column)
                if numbers is None
                else pd.Series(numbers, index=column.index)
            )
        own[f"{header}（原列）" if header in taken else header] = column
    return own


def _with_points(layer: TableLayer) -> TableLayer:
    """Give rows the geometry of their feature, or points from columns of coordinates."""
    frame = layer.frame.drop(columns=["lon", "lat", "coords"], errors="ignore")
    if layer.raw.geometry is not None:
        geometry = layer.raw.geometry.set_axis(frame.index)
        return replace(layer, frame=frame.assign(geometry=geometry))
    lon, lat, coords = (layer.matches.given(name) for name in ("lon", "lat", "coords"))
    if lon is not None and lat is not None:
        column, pair = lon, (layer.raw.cells[lon], layer.raw.cells[lat])
    elif coords is not None:
        column, pair = coords, split_pairs(layer.raw.cells[coords])
    else:
        return layer
    points = points_of(*pair)
    geometry = points.geometry.set_crs(WGS84, allow_override=True)
    layer = replace(layer, frame=frame.assign(geometry=geometry))
    if points.nowhere:
        reason = f"未定位 {points.nowhere} 处（坐标空白或为 0）"
        fault = Fault("GG-CRS-020", reason, "补充坐标后可在地图上显示")
        layer = layer.telling(layer.problem("warn", fault, column))
    return refuse(layer, points.bad.tolist(), column, _BAD_POINT)
