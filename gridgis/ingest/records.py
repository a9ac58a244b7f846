"""From a raw layer to rows of one table: every cell read, every row kept or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.errors import Problem
from gridgis.ingest import columns as reading
from gridgis.ingest.coordinates import WGS84, points_of, split_pairs
from gridgis.ingest.headers import Matches, fields_of, header_of, is_personal
from gridgis.ingest.options import ReadOptions
from gridgis.ingest.quantities import Fault, unit_of
from gridgis.ingest.raw import RawLayer
from gridgis.tables import TABLES

__all__ = ["TableLayer", "read_rows", "refuse"]

_CODES = frozenset(
    "community_code grid_code facility_id estate_id building_id road_id project_id site_id building".split()
)
_COUNTS = frozenset(
    "households population elderly_population grid_worker_count planned_dwellings occupied storeys "
    "workers certified phase year".split()
)
_TITLE_UNIT_MARK = "单位"
_ZERO_AREA = Fault("GG-AREA-001", "面积为 0，按未知处理", "没有该用房请删除此行，有则填写面积")
_ZERO_HOUSEHOLDS = Fault("GG-HH-001", "户数为 0，每户指标无法计算", "请核实户数")
_BAD_POINT = Fault("GG-CRS-019", "坐标无法识别", "请写成 114.3012 与 30.6001 的样子")


@dataclass(frozen=True, kw_only=True)
class TableLayer:
    """A layer understood as rows of one table.

    Attributes
    ----------
    frame
        Rows kept, indexed by their position in the raw layer: columns of the table, helper
        columns ("community", "street", "county", "estate"), wide columns ("office:…"), and
        the user's own.
    refused
        One row per refused row: position, column, value, code, reason, remedy.
    """

    file: str
    raw: RawLayer
    matches: Matches
    frame: pd.DataFrame
    columns: Mapping[str, str]
    own: tuple[str, ...]
    refused: tuple[tuple[int, str, str, Fault], ...] = ()
    problems: tuple[Problem, ...] = ()
    merged: int = 0
    derived: Mapping[str, int] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Return the name of the table."""
        return self.matches.table

    @property
    def place(self) -> str:
        """Return file and layer as `source` begins."""
        return f"{self.file} · {self.raw.name}"

    @property
    def geometry(self) -> gpd.GeoSeries | None:
        """Return the geometry of the rows kept, None for a layer without."""
        return gpd.GeoSeries(self.frame["geometry"]) if "geometry" in self.frame else None

    def row(self, position: int) -> int:
        """Return the number of a row as the user sees it."""
        return int(self.raw.rows[position])


def refuse(
    layer: TableLayer, positions: Sequence[int], column: str, fault: Callable[[int], Fault] | Fault
) -> TableLayer:
    """Return the layer without some rows, each listed with why."""
    if not len(positions):
        return layer
    refused = list(layer.refused)
    problems = list(layer.problems)
    for position in positions:
        found = fault if isinstance(fault, Fault) else fault(position)
        value = _shown(layer.raw.cells[column].iat[position]) if column in layer.raw.cells else ""
        refused.append((int(position), column, value, found))
        problems.append(_problem(layer, "row", found, column, position))
    frame = layer.frame.drop(index=[p for p in dict.fromkeys(positions) if p in layer.frame.index])
    return replace(layer, frame=frame, refused=tuple(refused), problems=tuple(problems))


def _problem(layer: TableLayer, severity: str, fault: Fault, column: str, position: int) -> Problem:
    value = _shown(layer.raw.cells[column].iat[position]) if column in layer.raw.cells else ""
    return Problem(
        code=fault.code,
        severity=severity,  # type: ignore[arg-type]
        reason=fault.reason,
        remedy=fault.remedy,
        file=layer.file,
        layer=layer.raw.name,
        row=layer.row(position),
        column=column,
        value=value,
    )


def _shown(value: object) -> str:
    text = "" if value is None or value != value else str(value)  # noqa: PLR0124
    return (text[:60] + "…") if len(text) > 60 else text.removesuffix(".0")


def read_rows(raw: RawLayer, file: str, matches: Matches, options: ReadOptions) -> TableLayer:
    """Return the rows of a layer, read by what its headers mean."""
    cells, merged_numbers = _filled(raw, matches)
    personal = [given for given in cells if given not in matches.fields and is_personal(given)]
    mapped = {given: matches.fields.get(given, "") for given in raw.cells}
    mapped |= dict.fromkeys(personal, "-")
    layer = TableLayer(
        file=file, raw=raw, matches=matches, frame=pd.DataFrame(index=cells.index), columns=mapped, own=()
    )
    gathered: dict[str, pd.Series] = {}
    marks: dict[tuple[str, str], NDArray[np.bool_]] = {}
    bad: list[tuple[int, str, Fault]] = []
    problems: list[Problem] = list(_clashes(layer)) + merged_numbers
    for given, name in matches.fields.items():
        parsed = _parsed(cells[given], name, given, matches, raw.title)
        _take(gathered, marks, name, parsed)
        for fault, where in parsed.faults:
            bad += [(int(p), given, fault) for p in where]
        for fault, where in parsed.notes:
            problems += [_problem(layer, "warn", fault, given, int(p)) for p in where]
        problems += _unknown_words(layer, given, name, parsed)
        problems += _zeros(layer, given, name, gathered)
    own = _own_columns(cells, [given for given in cells if not mapped[given]], matches.table)
    frame = pd.DataFrame({**gathered, **own}, index=cells.index)
    if marks:
        frame["marks"] = _mark_text(marks, len(frame))
    layer = replace(layer, frame=frame, own=tuple(own), problems=tuple(problems))
    layer = _with_points(layer, cells)
    return _refuse_cells(layer, bad)


def _filled(raw: RawLayer, matches: Matches) -> tuple[pd.DataFrame, list[Problem]]:
    """Fill names and words down inside merged cells; a merged figure stays with its first row."""
    if not raw.merged_cells:
        return raw.cells, []
    cells = raw.cells.copy()
    problems: list[Problem] = []
    for given, spans in raw.merged_cells.items():
        if given not in cells:
            continue
        numeric = _kind(matches.table, matches.fields.get(given, "")) == "number"
        column = cells[given].to_numpy(dtype=object).copy()
        for first, last in spans:
            if not numeric:
                column[first : last + 1] = column[first]
                continue
            reason = f"该数值的单元格合并了 {last - first + 1} 行，只计入首行，其余行按未知处理"
            fault = Fault("GG-MERGE-001", reason, "请取消合并，逐行填写")
            problems.append(
                Problem(
                    code=fault.code, severity="warn", reason=fault.reason, remedy=fault.remedy,
                    layer=raw.name, row=int(raw.rows[first]), column=given, value=_shown(column[first]),
                )
            )
        cells[given] = column
    return cells, problems


def _kind(table: str, name: str) -> str:
    """Return what a field holds: a kind of `tables.Column`, "share", "word", "place" …"""
    if ":" in name:
        first, _, column = name.partition(":")
        return _kind(first, column) if first in TABLES else "number"
    if name in ("lon", "lat", "coords"):
        return "place"
    if name in ("storeys_text", "use"):
        return name
    if name == "year":
        return "year"
    if name not in TABLES[table]:
        return "text"
    column = TABLES[table][name]
    if column.kind == "number" and column.unit == "比例":
        return "share"
    return "word" if column.choices else column.kind


def _unit(table: str, name: str) -> str:
    if ":" in name:
        first, _, column = name.partition(":")
        return _unit(first, column) if first in TABLES else "㎡"
    return TABLES[table][name].unit


def _parsed(
    cells: pd.Series, name: str, given: str, matches: Matches, title: str
) -> reading.Parsed:
    stated = matches.units.get(given)
    base = name.partition(":")[2] or name
    match _kind(matches.table, name):
        case "number":
            unit = _unit(matches.table, name)
            stated = stated or _title_unit(title, unit)
            return reading.parse_number(cells, unit, stated=stated, whole=base in _COUNTS)
        case "year":
            return reading.parse_year(cells)
        case "share":
            return reading.parse_share(cells, stated=stated)
        case "day":
            return reading.parse_day(cells)
        case "flag":
            return reading.parse_flag(cells)
        case "storeys_text":
            return reading.parse_storeys(cells)
        case "use":
            return reading.parse_uses(cells)
        case "word":
            yes_no = header_of(given).key.startswith("是否")
            return reading.parse_word(cells, base, yes_no=yes_no)
        case "place":
            return reading.Parsed(cells)
        case _:
            if base in _CODES:
                return reading.parse_codes(cells)
            return reading.Parsed(reading.as_text(cells))


def _title_unit(title: str, unit: str) -> tuple[str, float] | None:
    """Return the unit that a title such as “单位：万元” states for columns of its dimension."""
    if _TITLE_UNIT_MARK not in title:
        return None
    for part in title.replace("：", ":").split(_TITLE_UNIT_MARK)[1:]:
        for word in part.lstrip(":").replace("、", " ").replace("，", " ").replace(")", " ").split():
            found = unit_of(word)
            if found is not None and found[0] == unit:
                return found
    return None


def _take(
    gathered: dict[str, pd.Series],
    marks: dict[tuple[str, str], NDArray[np.bool_]],
    name: str,
    parsed: reading.Parsed,
) -> None:
    if name == "storeys_text" and parsed.further is not None:
        gathered["storey"], gathered["top_storey"] = parsed.values, parsed.further
        return
    gathered[name] = parsed.values
    if name == "use" and parsed.further is not None:
        stated = gathered.get("functions")
        gathered["functions"] = parsed.further if stated is None else stated.fillna(parsed.further)
    elif name == "functions":
        gathered["functions"] = _function_codes(parsed.values, gathered.get("functions"))
    for mark, where in parsed.marks.items():
        marks[(name, mark)] = where


def _function_codes(cells: pd.Series, from_use: pd.Series | None) -> pd.Series:
    """Return further functions as codes; those named beside the use are kept."""
    parsed = reading.parse_uses(cells)
    both = parsed.values.str.cat(parsed.further, sep=";", na_rep="").str.strip(";").replace("", None)
    return both if from_use is None else both.fillna(from_use)


def _mark_text(marks: Mapping[tuple[str, str], NDArray[np.bool_]], n: int) -> NDArray[np.object_]:
    texts = np.full(n, None, dtype=object)
    for (name, mark), where in marks.items():
        for position in np.flatnonzero(where):
            texts[position] = ";".join(filter(None, (texts[position], f"{name}={mark}")))
    return texts


def _zeros(
    layer: TableLayer, given: str, name: str, gathered: dict[str, pd.Series]
) -> list[Problem]:
    """Make an area of 0 unknown and tell of it; tell of 0 households."""
    if name == "households" or name == "planned_dwellings":
        where = np.flatnonzero(gathered[name].to_numpy() == 0.0)
        return [_problem(layer, "warn", _ZERO_HOUSEHOLDS, given, int(p)) for p in where]
    if _kind(layer.table, name) != "number" or _unit(layer.table, name) != "㎡":
        return []
    where = np.flatnonzero(gathered[name].to_numpy() == 0.0)
    if len(where):
        gathered[name] = gathered[name].mask(gathered[name] == 0.0)
    return [_problem(layer, "warn", _ZERO_AREA, given, int(p)) for p in where]


def _unknown_words(
    layer: TableLayer, given: str, name: str, parsed: reading.Parsed
) -> list[Problem]:
    return [
        Problem(
            code="GG-WORD-001",
            severity="warn",
            file=layer.file,
            layer=layer.raw.name,
            row=layer.row(int(where[0])),
            column=given,
            value=word,
            reason=f"“{word}”（{len(where)} 处）不在词表中，按未知处理",
            remedy=f"请改用词表中的{TABLES[layer.table][name].title}",
        )
        for word, where in parsed.unknown_words.items()
    ]


def _clashes(layer: TableLayer) -> list[Problem]:
    """Ask which of several headers is meant, unless they say the same in every row."""
    problems = []
    titles = fields_of(layer.table)
    for name, given in layer.matches.clashes.items():
        first = reading.as_text(layer.raw.cells[given[0]])
        if all(first.equals(reading.as_text(layer.raw.cells[other])) for other in given[1:]):
            continue
        headers = "、".join(given)
        problems.append(
            Problem(
                code="GG-HEAD-016",
                severity="ask",
                file=layer.file,
                layer=layer.raw.name,
                column=headers,
                reason=f"{headers} 都可作为“{titles.get(name, name)}”，暂按“{given[0]}”",
                remedy=f"请指明一列：--map {given[0]}={name}",
            )
        )
    return problems


def _own_columns(cells: pd.DataFrame, given: Sequence[str], table: str) -> dict[str, pd.Series]:
    """Return the user's own columns under their headers, each of one type."""
    taken = {*TABLES[table].names, *fields_of(table), "geometry", "storey", "top_storey"}
    own: dict[str, pd.Series] = {}
    for header in given:
        column = cells[header]
        if column.dtype == object:
            kind = pd.api.types.infer_dtype(column.mask(column.eq("")), skipna=True)
            if kind in ("floating", "integer"):
                column = pd.to_numeric(column.mask(column.eq("")))
            else:
                column = reading.as_text(column)
        own[f"{header}（原列）" if header in taken else header] = column
    return own


def _with_points(layer: TableLayer, cells: pd.DataFrame) -> TableLayer:
    """Give rows the geometry of their feature, or points from columns of coordinates."""
    raw = layer.raw
    if raw.geometry is not None:
        geometry = raw.geometry
        return replace(layer, frame=layer.frame.assign(geometry=geometry.set_axis(layer.frame.index)))
    given = {name: layer.matches.given(name) for name in ("lon", "lat", "coords")}
    if given["coords"] and not (given["lon"] and given["lat"]):
        lon, lat = split_pairs(cells[given["coords"]])
        column = given["coords"]
    elif given["lon"] and given["lat"]:
        lon, lat, column = cells[given["lon"]], cells[given["lat"]], given["lon"]
    else:
        return layer
    points = points_of(lon, lat)
    problems = list(layer.problems)
    if points.nowhere:
        reason = f"未定位 {points.nowhere} 处（坐标空白或为 0）"
        remedy = "补充坐标后可在地图上显示"
        problems.append(
            Problem(
                code="GG-CRS-020", severity="warn", file=layer.file, layer=raw.name,
                column=column, reason=reason, remedy=remedy,
            )
        )
    raw = replace(raw, geometry=points.geometry.set_crs(WGS84, allow_override=True))
    frame = layer.frame.drop(columns=["lon", "lat", "coords"], errors="ignore")
    layer = replace(layer, raw=raw, problems=tuple(problems), frame=frame.assign(geometry=raw.geometry))
    return refuse(layer, points.bad.tolist(), column, _BAD_POINT)


def _refuse_cells(layer: TableLayer, bad: Sequence[tuple[int, str, Fault]]) -> TableLayer:
    """Return the layer without the rows that have an unreadable cell; every cell is listed."""
    if not bad:
        return layer
    ordered = sorted(bad, key=lambda item: item[0])
    shown = [
        (position, column, _shown(layer.raw.cells[column].iat[position]), fault)
        for position, column, fault in ordered
    ]
    told = [_problem(layer, "row", fault, column, position) for position, column, fault in ordered]
    wrong = {position for position, _, _ in ordered}
    return replace(
        layer,
        frame=layer.frame[~layer.frame.index.isin(wrong)],
        refused=(*layer.refused, *shown),
        problems=(*layer.problems, *told),
    )
