"""From what a file gives to rows of tables, each file by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from gridgis.errors import Problem
from gridgis.ingest.coordinates import place
from gridgis.ingest.headers import (
    Matches,
    closest,
    header_of,
    match_headers,
    table_of,
)
from gridgis.ingest.options import ReadOptions
from gridgis.ingest.quantities import Fault
from gridgis.ingest.raw import FileRead, RawLayer
from gridgis.ingest.records import TableLayer, read_rows
from gridgis.ingest.script import words
from gridgis.ingest.totals import check_totals
from gridgis.ingest.vector import kind_of_geometry
from gridgis.tables import TABLES

__all__ = ["Understood", "understand"]

_KINDS: Mapping[str, str] = MappingProxyType(
    {"point": "点", "line": "线", "polygon": "面"}
)
# Without one of these a row cannot be told from any other.
_IDENTITIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "communities": ("community_code", "name"),
        "grids": ("grid_code", "name"),
        "estates": ("estate_id", "name"),
        "staff": ("community_code", "community"),
        "funds": ("community_code", "community"),
        "scores": ("community_code", "community"),
    }
)
# What a ledger of this table is read for; without it everything stays undecided.
_FIGURES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "facilities": ("floor_area_m2", "usable_area_m2", "outdoor_area_m2"),
        "estates": ("planned_dwellings",),
    }
)
_SHOWN_HEADERS = 20
# Tables whose rows get an id of their own where a ledger has only serial numbers.
_NUMBERED = frozenset(("facilities", "estates", "grids", "buildings", "projects"))
_SERIAL = frozenset(words("编号 序号 序 号 id no no. 编码 代码 号码 fid"))


@dataclass(frozen=True)
class Understood:
    """One file as rows of tables.

    Attributes
    ----------
    file
        The file, with every problem met so far.
    layers
        Its layers that are tables, with a CRS wherever they have a geometry.
    places
        CRS and datum of each layer with a geometry, as told to the user.
    """

    file: FileRead
    layers: tuple[TableLayer, ...]
    places: tuple[tuple[str, str], ...]


def understand(file: FileRead, options: ReadOptions) -> Understood:
    """Return the layers of a file as rows of tables; what is none is told."""
    layers: list[TableLayer] = []
    places: list[tuple[str, str]] = []
    problems = list(file.problems)
    for raw in file.layers:
        problems += [replace(problem, file=file.file) for problem in raw.problems]
        matches = _matches(raw, file.file, options)
        fault = _unusable(raw, matches)
        if matches is None or fault is not None:
            problems.append(_refusal(fault, raw, file))
            continue
        layer = check_totals(read_rows(raw, file.file, matches))
        layer, crs = _placed(_without_figures(layer), options)
        layers.append(layer)
        places += crs
    return Understood(
        replace(file, problems=tuple(problems)), tuple(layers), tuple(places)
    )


def _matches(raw: RawLayer, file: str, options: ReadOptions) -> Matches | None:
    headers = [str(header) for header in raw.cells.columns]
    if options.table is not None:
        matches = match_headers(headers, options.table, options.mapping)
        return _without_serials(raw, matches, options.mapping)
    names = (raw.name, Path(file).stem, raw.title)
    found = table_of(headers, names, kind_of_geometry(raw.geometry), options.mapping)
    return found and _without_serials(raw, found, options.mapping)


def _without_serials(
    raw: RawLayer, matches: Matches, mapping: Mapping[str, str]
) -> Matches:
    """Leave a column of serial numbers out: every ledger numbers its rows from 1."""
    given = matches.given(TABLES[matches.table].key[0])
    if (
        given is None
        or given in mapping
        or matches.table not in _NUMBERED
        or header_of(given).key not in _SERIAL
        or not _is_serial(raw.cells[given])
    ):
        return matches
    fields = {
        header: name for header, name in matches.fields.items() if header != given
    }
    return replace(matches, fields=fields)


def _is_serial(column: pd.Series) -> bool:
    """Say whether cells are whole numbers that begin at 1 and run about as far as the rows."""
    texts = column.dropna().astype("str").str.strip().str.removesuffix(".0")
    texts = texts[texts.ne("")]
    if texts.empty or not texts.str.fullmatch(r"[1-9][0-9]{0,5}").all():
        return False
    numbers = texts.astype("int64")
    return int(numbers.min()) == 1 and int(numbers.max()) <= 2 * len(column)


def _unusable(raw: RawLayer, matches: Matches | None) -> Fault | None:
    """Return why a layer cannot be read as a table at all."""
    headers = [str(header) for header in raw.cells.columns]
    shown = "、".join(headers[:_SHOWN_HEADERS])
    if matches is None:
        reason = f"看不出“{raw.name}”是哪一张表；已有列：{shown}"
        remedy = "请指明：--as communities|facilities|estates|grids…，必要时加 --map 列名=字段"
        return Fault("GG-HEAD-034", reason, remedy)
    title = TABLES[matches.table].title
    geometry = kind_of_geometry(raw.geometry)
    if TABLES[matches.table].geometry == "polygon" and geometry in ("point", "line"):
        reason = f"这是{_KINDS[geometry]}图层，不能作为“{title}”"
        return Fault("GG-GEOM-017", reason, "请提供面图层，或改选其他表")
    identity = _IDENTITIES.get(matches.table, ())
    if identity and not set(identity) & set(matches.fields.values()):
        wanted = (
            TABLES["communities"]["name"].title
            if "community" in identity
            else f"{title}名称"
        )
        return Fault("GG-HEAD-034", *_missing_column(wanted, headers, shown))
    if raw.cells.empty:
        return Fault("GG-FILE-016", "没有数据行", "请检查导出范围")
    return None


def _missing_column(wanted: str, headers: Sequence[str], shown: str) -> tuple[str, str]:
    near = closest(wanted, headers)
    proposal = f"；最接近：“{near}”" if near else ""
    return (
        f"找不到“{wanted}”列；已有列：{shown}{proposal}",
        "请改列名，或用 --map 列名=字段 指明",
    )


def _refusal(fault: Fault | None, raw: RawLayer, file: FileRead) -> Problem:
    """Return why a layer was left out: it refuses the file where it is the only one."""
    found = fault or Fault("GG-HEAD-034", "无法识别", "")
    alone = "file" if len(file.layers) == 1 else "warn"
    unknown = found.reason.startswith("看不出")
    return Problem(
        code=found.code,
        severity="ask" if unknown else alone,  # type: ignore[arg-type]
        file=file.file,
        layer=raw.name,
        reason=found.reason,
        remedy=found.remedy,
    )


def _without_figures(layer: TableLayer) -> TableLayer:
    """Tell where a ledger lacks the column that rules need most; polygons need none."""
    wanted = _FIGURES.get(layer.table, ())
    if not wanted or set(wanted) & set(layer.matches.fields.values()):
        return layer
    if layer.raw.geometry is not None and layer.table == "estates":
        return layer
    title = TABLES[layer.table][wanted[0]].title
    own = [given for given, name in layer.columns.items() if not name]
    near = closest(title, own)
    proposal = f"；最接近：“{near}”" if near else ""
    reason = f"没有“{title}”列，按未知处理{proposal}"
    remedy = (
        f"如“{near}”就是，请指明：--map {near}={wanted[0]}"
        if near
        else "如有，请补充该列"
    )
    return layer.telling(layer.problem("note", Fault("GG-AREA-006", reason, remedy)))


def _placed(
    layer: TableLayer, options: ReadOptions
) -> tuple[TableLayer, list[tuple[str, str]]]:
    """Return the layer with a CRS, as stated or as proposed with the question told."""
    if layer.geometry is None:
        return layer, []
    placed = place(layer.geometry, chosen=options.crs, datum=options.datum)
    told = [replace(p, file=layer.file, layer=layer.raw.name) for p in placed.problems]
    layer = layer.telling(*told)
    if placed.geometry.crs is None:
        layer = replace(layer, frame=layer.frame.drop(columns="geometry"))
    else:
        layer = replace(layer, frame=layer.frame.assign(geometry=placed.geometry))
    return layer, [(placed.crs, placed.datum)]
