"""One set of tables from many layers: names become codes, rows of one key become one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
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
_REFERRED = ("communities", "estates")
_ORDER = (*_REFERRED, *(t for t in TABLES if t not in _REFERRED))
_NO_COMMUNITY = Fault(
    "GG-PLACE-001", "没有归入任何社区", "请填写社区代码，或街道与社区名称"
)


@dataclass(frozen=True)
class Related:
    """What all layers give together."""

    data: Dataset
    layers: tuple[TableLayer, ...]
    problems: tuple[Problem, ...]


def relate(layers: Sequence[TableLayer], crs: CRS | None, known: Dataset) -> Related:
    """Return the tables of an import, in one CRS, their rows joined and related.

    `known` are the tables of the project the import goes to: rows refer to its communities
    and estates as well, and none of it is returned.
    """
    done: dict[int, TableLayer] = {}
    tables: dict[str, pd.DataFrame] = {}
    reference: dict[str, pd.DataFrame | None] = {}
    problems: list[Problem] = []
    register = Register.of(_with_known("communities", None, known))
    for table in _ORDER:
        chosen = {n: layer for n, layer in enumerate(layers) if layer.table == table}
        if table == "communities":
            ready = unify_codes(list(chosen.values()))
        else:
            ready = []
            for layer in chosen.values():
                assigned = _assigned(layer, register, reference)
                ready.append(assigned.layer)
                problems += assigned.problems
        found, kept, conflicts = joined(table, ready)
        problems += conflicts
        done |= dict(zip(chosen, kept, strict=True))
        if found is not None:
            tables[table] = found
        if table in _REFERRED:
            reference[table] = _with_known(table, found, known)
        if table == "communities":
            register = Register.of(reference[table])
    further = derive([done[number] for number in sorted(done)], tables)
    tables = dict(further.tables)
    data = {
        name: _conformed(name, tables[name], crs) for name in TABLES if name in tables
    }
    problems += [*further.problems, *doubts(data)]
    return Related(Dataset(data, crs), further.layers, tuple(problems))


def _with_known(
    table: str, found: pd.DataFrame | None, known: Dataset
) -> pd.DataFrame | None:
    """Return what rows may refer to: the import's own rows, then those already there."""
    if table not in known:
        return found
    there = known[table]
    if found is None:
        return there
    key = TABLES[table].key[0]
    rest = there[~there[key].isin(found[key].astype("str"))]
    both = pd.concat([found, rest], ignore_index=True)
    if isinstance(there, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(both, geometry="geometry", crs=there.crs)
    return both


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
    layer: TableLayer, register: Register, reference: Mapping[str, pd.DataFrame | None]
) -> Assigned:
    """Return the layer with community and estate settled as far as they can be."""
    if "community_code" not in TABLES[layer.table]:
        return Assigned(layer)
    words = by_words(layer, register)
    found, problems = words.layer, words.problems
    if "estate_id" in TABLES[layer.table] and layer.table != "estates":
        estate = with_estate(found, reference.get("estates"))
        found, problems = estate.layer, (*problems, *estate.problems)
    place = by_place(found, reference.get("communities"), register)
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
