"""One set of tables from many layers: names become codes, rows of one key become one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from pyproj import CRS

from gridgis.errors import Problem
from gridgis.ingest.aliases import HELPERS
from gridgis.ingest.assign import Assigned, by_place, by_words, with_sharers
from gridgis.ingest.checks import doubts
from gridgis.ingest.communities import unify_codes
from gridgis.ingest.derive import derive
from gridgis.ingest.estates import with_estate
from gridgis.ingest.join import joined
from gridgis.ingest.places import Register
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer, refuse
from gridgis.tables import TABLES, Dataset, conform

__all__ = ["Related", "relate"]

# Everything refers to communities, rooms and buildings refer to estates.
_ORDER = (
    "communities",
    "estates",
    *(t for t in TABLES if t not in ("communities", "estates")),
)
_NO_COMMUNITY = Fault(
    "GG-PLACE-001", "没有归入任何社区", "请填写社区代码，或街道与社区名称"
)


@dataclass(frozen=True)
class Related:
    """What all layers give together."""

    data: Dataset
    layers: tuple[TableLayer, ...]
    problems: tuple[Problem, ...]


def relate(layers: Sequence[TableLayer], crs: CRS | None) -> Related:
    """Return the tables of an import, in one CRS, their rows joined and related."""
    done: dict[int, TableLayer] = {}
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    register = Register.of(None)
    for table in _ORDER:
        chosen = {n: layer for n, layer in enumerate(layers) if layer.table == table}
        if table == "communities":
            ready = unify_codes(list(chosen.values()))
        else:
            ready = []
            for layer in chosen.values():
                assigned = _assigned(layer, register, tables)
                ready.append(assigned.layer)
                problems += assigned.problems
        found, kept, conflicts = joined(table, ready)
        problems += conflicts
        done |= dict(zip(chosen, kept, strict=True))
        if found is not None:
            tables[table] = found
        if table == "communities":
            register = Register.of(found)
    further = derive([done[number] for number in sorted(done)], tables)
    tables = dict(further.tables)
    data = {
        name: _conformed(name, tables[name], crs) for name in TABLES if name in tables
    }
    problems += [*further.problems, *doubts(data)]
    return Related(Dataset(data, crs), further.layers, tuple(problems))


def _conformed(name: str, frame: pd.DataFrame, crs: CRS | None) -> pd.DataFrame:
    spec = TABLES[name]
    drop = {helper for helper in HELPERS if helper not in spec}
    drop |= {column for column in map(str, frame.columns) if _is_wide(column)}
    if not spec.is_spatial:
        drop.add("geometry")
    own = frame.drop(columns=[column for column in frame if column in drop])
    return conform(name, pd.DataFrame(own).reset_index(drop=True), crs)


def _is_wide(column: str) -> bool:
    """Say whether a column is one of a community ledger that gave rows of another table."""
    first, colon, last = column.partition(":")
    return (
        bool(colon) and first.isidentifier() and last.isidentifier() and first.isascii()
    )


def _assigned(
    layer: TableLayer, register: Register, tables: Mapping[str, pd.DataFrame]
) -> Assigned:
    """Return the layer with community and estate settled as far as they can be."""
    if "community_code" not in TABLES[layer.table]:
        return Assigned(layer)
    words = by_words(layer, register)
    found, problems = words.layer, words.problems
    if "estate_id" in TABLES[layer.table] and layer.table != "estates":
        estate = with_estate(found, tables.get("estates"))
        found, problems = estate.layer, (*problems, *estate.problems)
    place = by_place(found, tables.get("communities"), register)
    shared = with_sharers(place.layer, register)
    found, problems = shared.layer, (*problems, *place.problems, *shared.problems)
    if "community_code" in TABLES[layer.table].key:
        missing = found.frame.index[found.frame["community_code"].isna()].tolist()
        column = (
            found.matches.given("community")
            or found.matches.given("community_code")
            or ""
        )
        found = refuse(found, missing, column, _NO_COMMUNITY)
    return Assigned(found, problems)
