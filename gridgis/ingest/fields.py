"""How the cells of each field are read, and in which unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pandas as pd

from gridgis.ingest import columns as reading
from gridgis.ingest.headers import Matches, header_of
from gridgis.ingest.quantities import unit_of
from gridgis.ingest.script import words
from gridgis.tables import TABLES

__all__ = ["kind_of", "parse", "title_unit", "unit_in"]

_CODES = frozenset(
    words(
        "community_code grid_code facility_id estate_id building_id road_id project_id "
        "site_id building"
    )
)
_COUNTS = frozenset(
    words(
        "households population elderly_population grid_worker_count planned_dwellings "
        "occupied storeys workers certified phase"
    )
)
_TITLE_UNIT = "单位"
_SEPARATORS = re.compile(r"[、，,)）;；\s]+")


def kind_of(table: str, name: str) -> str:
    """Return what a field holds: a kind of `tables.Column`, or how it is read instead."""
    first, wide, column = name.partition(":")
    if wide:
        return kind_of(first, column) if first in TABLES else "number"
    if name in ("lon", "lat", "coords"):
        return "place"
    if name in ("storeys_text", "use", "year"):
        return name
    if name not in TABLES[table]:
        return "text"
    spec = TABLES[table][name]
    if spec.unit == "比例":
        return "share"
    return "word" if spec.choices else spec.kind


def unit_in(table: str, name: str) -> str:
    """Return the unit in which a field is held."""
    first, wide, column = name.partition(":")
    if wide:
        return TABLES[first][column].unit if first in TABLES else "㎡"
    return TABLES[table][name].unit


def parse(
    cells: pd.Series, name: str, given: str, matches: Matches, title: str
) -> reading.Parsed:
    """Read one column by what its header means.

    `given` is the header as it stands, `title` what stands above the header row: both may
    state the unit.
    """
    stated = matches.units.get(given)
    base = name.partition(":")[2] or name
    kind = kind_of(matches.table, name)
    simple: Mapping[str, Callable[[pd.Series], reading.Parsed]] = {
        "year": reading.parse_year,
        "day": reading.parse_day,
        "flag": reading.parse_flag,
        "storeys_text": reading.parse_storeys,
        "use": reading.parse_uses,
        "place": reading.Parsed,
    }
    if kind in simple:
        return simple[kind](cells)
    if kind == "number":
        unit = unit_in(matches.table, name)
        stated = stated or title_unit(title, unit)
        return reading.parse_number(cells, unit, stated=stated, whole=base in _COUNTS)
    if kind == "share":
        return reading.parse_share(cells, stated=stated)
    if kind == "word":
        yes_no = header_of(given).key.startswith("是否")
        return reading.parse_word(cells, base, yes_no=yes_no)
    if base in _CODES:
        return reading.parse_codes(cells)
    return reading.Parsed(reading.as_text(cells))


def title_unit(title: str, unit: str) -> tuple[str, float] | None:
    """Return the unit that a title such as “单位：万元” states for columns of its dimension."""
    for part in title.replace("：", ":").split(_TITLE_UNIT)[1:]:
        for word in _SEPARATORS.split(part.lstrip(":")):
            found = unit_of(word)
            if found is not None and found[0] == unit:
                return found
    return None
