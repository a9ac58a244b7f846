"""One set of tables from many layers: names become codes, rows of one key become one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridgis.errors import Problem
from gridgis.ingest.derive import derive
from gridgis.ingest.headers import HELPERS
from gridgis.ingest.join import joined, unify_codes
from gridgis.ingest.names import name_keys
from gridgis.ingest.places import Register, inside_stated, locate, representative_points
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer, refuse
from gridgis.tables import TABLES, Dataset, conform

__all__ = ["Related", "relate"]

_HELPER_NAMES = [name for name in HELPERS if name not in ("street", "county", "year")]
_NO_COMMUNITY = Fault("GG-PLACE-001", "没有写明社区", "请填写社区代码，或街道与社区名称")


@dataclass(frozen=True)
class Related:
    """What all layers give together."""

    data: Dataset
    layers: tuple[TableLayer, ...]
    problems: tuple[Problem, ...]


def relate(layers: Sequence[TableLayer], crs: CRS | None) -> Related:
    """Return the tables of an import, in one CRS, their rows joined and related.

    Communities come first, as everything else refers to them; then estates, to which rooms
    and buildings refer; then the rest.
    """
    done: dict[int, TableLayer] = {}
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    order = ["communities", "estates", *(t for t in TABLES if t not in ("communities", "estates"))]
    pending = list(enumerate(layers))
    register = Register(_no_communities())
    for table in order:
        chosen = [(number, layer) for number, layer in pending if layer.table == table]
        if table == "communities":
            chosen = list(zip([n for n, _ in chosen], unify_codes([lay for _, lay in chosen]), strict=True))
        else:
            chosen = [
                (number, _assigned(layer, register, tables, problems)) for number, layer in chosen
            ]
        found, kept, notes = joined(table, [layer for _, layer in chosen])
        problems += notes
        done |= dict(zip([number for number, _ in chosen], kept, strict=True))
        if found is not None:
            tables[table] = found
        if table == "communities" and found is not None:
            register = Register(found)
    derived, tables, notes = derive([done[number] for number in sorted(done)], tables)
    problems += notes
    data = Dataset({name: _conformed(name, tables[name], crs) for name in TABLES if name in tables}, crs)
    return Related(data, tuple(derived), tuple(problems))


def _no_communities() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in ("community_code", "name")})


def _conformed(name: str, frame: pd.DataFrame, crs: CRS | None) -> pd.DataFrame:
    spec = TABLES[name]
    drop = [h for h in frame.columns if h in _HELPER_NAMES and h not in spec]
    if name != "communities":
        drop += [h for h in ("street", "county", "year") if h in frame and h not in spec]
    drop += [column for column in frame.columns if isinstance(column, str) and _is_wide(column)]
    if not spec.is_spatial and "geometry" in frame:
        drop.append("geometry")
    return conform(name, frame.drop(columns=drop).reset_index(drop=True), crs)


def _is_wide(column: str) -> bool:
    first, colon, last = column.partition(":")
    return bool(colon) and last.isidentifier() and first.isidentifier()


def _assigned(
    layer: TableLayer,
    register: Register,
    tables: Mapping[str, pd.DataFrame],
    problems: list[Problem],
) -> TableLayer:
    """Return the layer with `community_code` and `estate_id` settled as far as they can be."""
    if "community_code" not in TABLES[layer.table]:
        return layer
    layer = _by_words(layer, register, problems)
    layer = _by_place(layer, tables.get("communities"), register, problems)
    if "community_code" in TABLES[layer.table].key:
        missing = layer.frame.index[layer.frame["community_code"].isna()].tolist()
        column = layer.matches.given("community") or layer.matches.given("community_code") or ""
        layer = refuse(layer, missing, column, _NO_COMMUNITY)
    if "estate_id" in TABLES[layer.table] and layer.table != "estates":
        layer = _with_estate(layer, tables.get("estates"), problems)
    return layer


def _by_words(layer: TableLayer, register: Register, problems: list[Problem]) -> TableLayer:
    """Settle community codes from stated codes, else from names with street and county."""
    frame = layer.frame
    code = _column(frame, "community_code")
    stated = code.notna()
    if len(register):
        code = register.codes(code).where(stated)
    words = pd.DataFrame({name: _column(frame, name) for name in ("community", "street", "county")})
    open_rows = ~stated & words["community"].notna()
    if open_rows.any() and len(register):
        unique = words[open_rows].drop_duplicates().fillna("")
        keys = [name_keys(unique[name]) for name in words]
        found: dict[tuple[str, ...], str | None] = {}
        for given, key in zip(unique.itertuples(index=False, name=None), zip(*keys, strict=True), strict=True):
            codes = register.find(*key)
            found[given] = codes[0] if len(codes) == 1 else None
            if len(codes) != 1:
                problems.append(_unresolved(layer, words[open_rows], given, codes, register))
        given_rows = words[open_rows].fillna("").itertuples(index=False, name=None)
        code = code.astype(object)
        code[open_rows] = [found[given] for given in given_rows]
        code = code.astype("str")
    if len(register) and stated.any():
        problems += _unknown_codes(layer, code[stated], register)
    return replace(layer, frame=frame.assign(community_code=code))


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(None, index=frame.index, dtype="str")


def _unresolved(
    layer: TableLayer,
    words: pd.DataFrame,
    given: tuple[str, ...],
    codes: Sequence[str],
    register: Register,
) -> Problem:
    where = words.index[(words.fillna("") == list(given)).all(axis=1)]
    shown = "".join(reversed([word for word in given if word]))
    if codes:
        reason = f"“{given[0]}”有 {len(codes)} 个同名社区，不能确定是哪一个（{len(where)} 行）"
        remedy = "请补充街道，或填写社区代码"
    else:
        near = register.nearest(name_keys([given[0]])[0])
        reason = f"社区表中没有“{shown}”（{len(where)} 行），未归入任何社区"
        remedy = f"最接近的是“{near}”，请核对名称" if near else "请核对社区名称与街道"
    return Problem(
        code="GG-PLACE-002" if codes else "GG-PLACE-003", severity="warn", file=layer.file,
        layer=layer.raw.name, row=layer.row(int(where[0])), value=given[0],
        column=layer.matches.given("community") or "", reason=reason, remedy=remedy,
    )


def _unknown_codes(layer: TableLayer, codes: pd.Series, register: Register) -> list[Problem]:
    unknown = codes[~register.has(codes)]
    return [
        Problem(
            code="GG-PLACE-004", severity="warn", file=layer.file, layer=layer.raw.name,
            row=layer.row(int(rows.index[0])), column=layer.matches.given("community_code") or "",
            value=str(code), reason=f"社区表中没有代码 {code}（{len(rows)} 行）", remedy="请核对社区代码",
        )
        for code, rows in unknown.groupby(unknown, sort=False)
    ]


def _by_place(
    layer: TableLayer,
    communities: pd.DataFrame | None,
    register: Register,
    problems: list[Problem],
) -> TableLayer:
    """Take the community a row lies in where none is stated; list where both differ."""
    frame = layer.frame
    if not isinstance(communities, gpd.GeoDataFrame) or "geometry" not in frame or frame.empty:
        return layer
    bounded = communities[communities.geometry.notna()]
    geometry = gpd.GeoSeries(frame["geometry"])
    placed = geometry.notna().to_numpy()
    if bounded.empty or not placed.any():
        return layer
    points = representative_points(geometry[placed])
    code = frame["community_code"].astype(object).to_numpy(copy=True)
    stated_at = frame["community_code"].notna().to_numpy()[placed]
    worded = _column(frame, "community").notna().to_numpy()[placed]
    wrong = np.zeros(len(points), dtype=bool)
    wrong[stated_at] = ~inside_stated(points[stated_at], code[placed][stated_at].tolist(), bounded)
    looked = np.flatnonzero(~stated_at | wrong)
    found = locate(points[looked], bounded)
    rows = np.flatnonzero(placed)[looked]
    free = ~stated_at[looked] & ~worded[looked]
    code[rows[free]] = found[free]
    problems += _elsewhere(layer, rows, found, free, code, register)
    problems += _outside(layer, rows[free], found[free], points[looked][free], bounded, register)
    return replace(layer, frame=frame.assign(community_code=pd.Series(code, index=frame.index).astype("str")))


def _elsewhere(
    layer: TableLayer,
    rows: np.ndarray,
    found: np.ndarray,
    free: np.ndarray,
    code: np.ndarray,
    register: Register,
) -> list[Problem]:
    """List rows whose stated community is not the one they lie in; the stated one is kept."""
    problems = []
    for row, place in zip(rows[~free], found[~free], strict=True):
        position = int(layer.frame.index[row])
        stated = code[row]
        if place == stated or stated is None and place is None:
            continue
        told = register.name_of(stated) if isinstance(stated, str) else str(_column(layer.frame, "community").iat[row])
        lies = f"位于“{register.name_of(place)}”" if place else "不在任何社区的边界内"
        problems.append(
            Problem(
                code="GG-PLACE-005", severity="warn", file=layer.file, layer=layer.raw.name,
                row=layer.row(position), column=layer.matches.given("community") or layer.matches.given("community_code") or "",
                value=told, reason=f"写明属于“{told}”，图形{lies}；以写明的为准", remedy="请核对社区或坐标",
            )
        )
    return problems


def _outside(
    layer: TableLayer,
    rows: np.ndarray,
    found: np.ndarray,
    points: np.ndarray,
    bounded: gpd.GeoDataFrame,
    register: Register,
) -> list[Problem]:
    """List rows without a stated community that lie outside every one, with the distance."""
    lost = np.flatnonzero(pd.isna(found))
    if not len(lost) or layer.table == "roads":
        return []
    tree = shapely.STRtree(bounded.geometry.to_numpy())
    (_, nearest), distance = tree.query_nearest(points[lost], return_distance=True, all_matches=False)
    problems = []
    for row, near, metres in zip(rows[lost], nearest, distance, strict=True):
        name = register.name_of(str(bounded["community_code"].iat[near]))
        reason = f"不在任何社区的边界内，距最近的“{name}”{metres:.1f} m" if metres > 0 else f"落在“{name}”与相邻社区的重叠处或界线上，不能确定归属"
        problems.append(
            Problem(
                code="GG-PLACE-006", severity="warn", file=layer.file, layer=layer.raw.name,
                row=layer.row(int(layer.frame.index[row])), reason=reason, remedy="请填写社区，或核对坐标",
            )
        )
    return problems


def _with_estate(
    layer: TableLayer, estates: pd.DataFrame | None, problems: list[Problem]
) -> TableLayer:
    """Settle estate ids from names of estates, within the community where it is known."""
    frame = layer.frame
    if "estate" not in frame or estates is None or estates.empty:
        return layer
    ids = _column(frame, "estate_id")
    open_rows = (ids.isna() & frame["estate"].notna()).to_numpy()
    if not open_rows.any():
        return layer
    known: dict[tuple[str, str], set[str]] = {}
    names = name_keys(estates["name"].astype("str").fillna(""))
    for key, community, found in zip(
        names, estates["community_code"].astype("str").fillna(""), estates["estate_id"], strict=True
    ):
        known.setdefault((community, key), set()).add(found)
        known.setdefault(("", key), set()).add(found)
    wanted = pd.DataFrame(
        {"community": frame["community_code"].fillna(""), "estate": frame["estate"]}
    )[open_rows]
    unique = wanted.drop_duplicates()
    resolved: dict[tuple[str, str], str | None] = {}
    for (community, estate), key in zip(
        unique.itertuples(index=False, name=None), name_keys(unique["estate"]), strict=True
    ):
        found_ids = known.get((community, key), set())
        resolved[community, estate] = next(iter(found_ids)) if len(found_ids) == 1 else None
        if len(found_ids) != 1:
            where = wanted.index[(wanted["community"] == community) & (wanted["estate"] == estate)]
            reason = f"有 {len(found_ids)} 个“{estate}”，不能确定是哪一个" if found_ids else f"小区表中没有“{estate}”（{len(where)} 行）"
            problems.append(
                Problem(
                    code="GG-PLACE-007", severity="warn", file=layer.file, layer=layer.raw.name,
                    row=layer.row(int(where[0])), column=layer.matches.given("estate") or "", value=estate,
                    reason=reason, remedy="请核对小区名称，或填写小区编号",
                )
            )
    settled = ids.astype(object).to_numpy(copy=True)
    settled[open_rows] = [resolved[pair] for pair in wanted.itertuples(index=False, name=None)]
    return replace(layer, frame=frame.assign(estate_id=pd.Series(settled, index=frame.index).astype("str")))
