"""Rows of one key become one row; a key twice in one file refuses the later row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgis.errors import Problem
from gridgis.ingest.names import code_key, core_key, is_damaged, name_keys
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer, refuse
from gridgis.tables import TABLES
from gridgis.wording import amount

__all__ = ["YEARLESS", "joined", "stated_year"]

# What a generated id begins with, where a ledger has none.
_PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "facilities": "F",
        "grids": "G",
        "estates": "E",
        "buildings": "B",
        "roads": "R",
        "projects": "P",
    }
)
# In these a name is unique within its community, so that two files may be joined by it.
_NAMED = frozenset(("grids", "estates"))
_UNNAMED = frozenset(("communities", "roads", "projects"))
# Metres; rooms whose places differ by more are told apart.
_CELL = 10.0
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
YEARLESS = Fault("GG-YEAR-001", "没有写明年度", "请增加“年度”列，或在标题中写明年度")


def joined(
    table: str, layers: Sequence[TableLayer]
) -> tuple[pd.DataFrame | None, list[TableLayer], list[Problem]]:
    """Return one frame of all layers of a table, the layers with their counts, and conflicts.

    The file read first keeps its rows, those of later files with the same key are merged
    into them. Figures of a ledger go before those of a drawing; where both are known and
    differ, it is told.
    """
    if not layers:
        return None, [], []
    ready = [_without_repeats(_with_year(layer)) for layer in layers]
    stacked = _stacked(ready, _keys(table, ready))
    repeated = (stacked["_key"].duplicated() & stacked["_key"].ne("")).to_numpy()
    counts = stacked.loc[repeated, "_layer"].value_counts()
    kept = [
        replace(layer, merged=int(counts.get(n, 0))) for n, layer in enumerate(ready)
    ]
    problems: list[Problem] = []
    if repeated.any():
        stacked, problems = _merged(table, stacked, repeated, kept)
    frame = _with_ids(table, stacked.drop(columns=["_key", "_layer", "_row"]))
    if "geometry" in frame:
        frame = gpd.GeoDataFrame(frame, geometry="geometry")
    return frame, kept, problems


def _is_drawn(layer: TableLayer) -> bool:
    return "geometry" in layer.frame


def _with_year(layer: TableLayer) -> TableLayer:
    """Give rows of yearly tables their year, from the column or the title."""
    if "year" not in TABLES[layer.table].key:
        return layer
    frame = layer.frame
    if "year" not in frame:
        frame = frame.assign(year=stated_year(layer))
    layer = replace(layer, frame=frame)
    missing = frame.index[frame["year"].isna()].tolist()
    return refuse(layer, missing, layer.matches.given("year") or "", YEARLESS)


def stated_year(layer: TableLayer) -> float:
    """Return the one year that title, sheet or file name state, NaN if none or several."""
    for text in (layer.raw.title, layer.raw.name, layer.file):
        years = set(_YEAR.findall(text))
        if years:
            return float(years.pop()) if len(years) == 1 else np.nan
    return np.nan


def _without_repeats(layer: TableLayer) -> TableLayer:
    """Refuse rows whose key stands in an earlier row of the same layer; both are named."""
    key = list(TABLES[layer.table].key)
    if any(name not in layer.frame for name in key):
        return layer
    compared = layer.frame[key].dropna()
    compared[key[0]] = code_key(compared[key[0]].astype("str"))
    if not compared.duplicated().any():
        return layer
    position = pd.Series(compared.index, index=compared.index)
    first = position.groupby([compared[name] for name in key], sort=False).transform(
        "first"
    )
    title = TABLES[layer.table][key[0]].title

    def fault(at: int) -> Fault:
        given = str(layer.frame.loc[at, key[0]])
        reason = f"{title}“{given}”与第 {layer.row(int(first.loc[at]))} 行重复"
        return Fault("GG-CODE-019", reason, "请核对编码，保留一行")

    later = compared.index[compared.duplicated()].tolist()
    return refuse(layer, later, layer.matches.given(key[0]) or "", fault)


def _keys(table: str, layers: Sequence[TableLayer]) -> list[pd.Series]:
    """Return for each row the key under which it is joined; "" joins with nothing."""
    first = TABLES[table].key[0]
    if "year" in TABLES[table].key:
        return [
            code_key(layer.frame[first].astype("str"))
            + "|"
            + layer.frame["year"].astype("str")
            for layer in layers
        ]
    ids = [
        code_key(layer.frame[first].astype("str")).fillna("")
        if first in layer.frame
        else pd.Series("", index=layer.frame.index, dtype="str")
        for layer in layers
    ]
    complete = all(column.ne("").all() for column in ids)
    if table in _UNNAMED or len(layers) == 1 or complete:
        return ids
    return _keys_by_name(table, layers, ids)


def _keys_by_name(
    table: str, layers: Sequence[TableLayer], ids: Sequence[pd.Series]
) -> list[pd.Series]:
    """Let rows without an id take the key of the one row of their name in another layer.

    Rooms and buildings are joined so only between a drawing and a ledger: two ledgers may
    both have an “活动室”.
    """
    names = [_full_names(layer) for layer in layers]
    single = [name.mask(name.duplicated(keep=False), "") for name in names]
    keys = list(ids)
    for number, layer in enumerate(layers):
        for other, there in enumerate(layers):
            alike = _is_drawn(layer) == _is_drawn(there)
            if other == number or (table not in _NAMED and alike):
                continue
            # A row without an id on either side is joined under its name.
            offered = keys[other].where(keys[other].ne(""), "name:" + single[other])
            by_name = dict(zip(single[other], offered, strict=True))
            by_name.pop("", None)
            free = keys[number].eq("") & single[number].isin(by_name)
            keys[number] = keys[number].mask(
                free, single[number].map(by_name).astype("str")
            )
    return keys


def _full_names(layer: TableLayer) -> pd.Series:
    """Return community, name and phase as one key, "" where the name is not known."""
    frame = layer.frame
    if "name" not in frame:
        return pd.Series("", index=frame.index, dtype="str")
    names = [core_key(key) for key in name_keys(frame["name"].astype("str").fillna(""))]
    whole = pd.Series(names, index=frame.index, dtype="str")
    blank = whole.eq("")
    for column in ("community_code", "phase"):
        if column in frame:
            whole = whole + "|" + frame[column].astype("str").fillna("")
    return whole.mask(blank, "")


def _stacked(layers: Sequence[TableLayer], keys: Sequence[pd.Series]) -> pd.DataFrame:
    """Return all rows of all layers in the order of the files, each with its source."""
    frames, shapes, crs = [], [], None
    for number, (layer, key) in enumerate(zip(layers, keys, strict=True)):
        index = layer.frame.index
        source = pd.array(layer.sources(index), dtype="str")
        frame = layer.frame.assign(source=source, _key=key, _layer=number, _row=index)
        if layer.geometry is None:
            shapes.append(np.full(len(frame), None, dtype=object))
        else:
            crs = crs or layer.geometry.crs
            shapes.append(layer.geometry.to_numpy())
            frame = frame.drop(columns="geometry")
        frames.append(frame)
    stacked = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    stacked = stacked.reset_index(drop=True)
    if any(map(_is_drawn, layers)):
        whole = gpd.GeoSeries(np.concatenate(shapes), index=stacked.index, crs=crs)
        stacked = stacked.assign(geometry=whole)
    return stacked


def _merged(
    table: str,
    stacked: pd.DataFrame,
    repeated: NDArray[np.bool_],
    layers: Sequence[TableLayer],
) -> tuple[pd.DataFrame, list[Problem]]:
    """Join rows of one key: the first keeps its key and name, ledgers give the figures."""
    group = stacked[stacked["_key"].isin(stacked.loc[repeated, "_key"])]
    problems = _conflicts(table, group, layers)
    best = _best(table, group.drop(columns="geometry", errors="ignore"), layers)
    base = stacked[~repeated].reset_index(drop=True)
    at = np.flatnonzero(base["_key"].isin(best.index))
    rows = best.index.get_indexer(pd.Index(base["_key"].iloc[at]))
    for column in best.columns.difference(["_layer", "_row"]):
        values = base[column].array.copy()
        values[at] = best[column].array.take(rows)
        base[column] = pd.Series(values, index=base.index)
    if "geometry" in group:
        shapes = group["geometry"].groupby(group["_key"], sort=False).first()
        whole = base["geometry"].to_numpy().copy()
        whole[at] = shapes.reindex(base["_key"].iloc[at]).to_numpy()
        crs = gpd.GeoSeries(stacked["geometry"]).crs
        base["geometry"] = gpd.GeoSeries(whole, index=base.index, crs=crs)
    return base, problems


def _best(
    table: str, group: pd.DataFrame, layers: Sequence[TableLayer]
) -> pd.DataFrame:
    """Return one row per key: each figure from the first ledger, else drawing, that has it."""
    drawn = np.array([_is_drawn(layer) for layer in layers])
    order = np.argsort(drawn[group["_layer"].to_numpy()], kind="stable")
    best = group.iloc[order].groupby("_key", sort=False).first()
    in_turn = group.groupby("_key", sort=False)
    first = in_turn.first()
    for name in {TABLES[table].key[0], "name", "street", "county"} & set(best.columns):
        best[name] = first[name].reindex(best.index)
    if "name" in best:
        whole = group[~group["name"].map(is_damaged).astype(bool)]
        good = whole.groupby("_key", sort=False)["name"].first().reindex(best.index)
        best["name"] = good.fillna(best["name"]).astype("str")
    best["source"] = in_turn["source"].agg("；".join)
    if "marks" in group:
        known = group.dropna(subset="marks").groupby("_key", sort=False)["marks"]
        marks = known.agg(lambda parts: ";".join(dict.fromkeys(parts)))
        best["marks"] = marks.reindex(best.index).astype("str")
    return best


def _conflicts(
    table: str, group: pd.DataFrame, layers: Sequence[TableLayer]
) -> list[Problem]:
    """List figures and names that two files give differently for one key."""
    first = group.drop_duplicates("_key").set_index("_key")
    later = group[group["_key"].duplicated()]
    base = first.loc[later["_key"]].set_axis(later.index)
    problems: list[Problem] = []
    for column in TABLES[table].columns:
        if column.name not in group or (
            column.kind != "number" and column.name != "name"
        ):
            continue
        a, b = base[column.name], later[column.name]
        both = a.notna() & b.notna()
        if column.kind == "number":
            differ = both & ~np.isclose(a.astype(float), b.astype(float), rtol=1e-6)
        else:
            differ = both & _differ(a.where(both, ""), b.where(both, ""))
        problems += [
            _conflict(base.loc[at], later.loc[at], column.name, table, layers)
            for at in later.index[differ]
        ]
    return problems


def _differ(a: pd.Series, b: pd.Series) -> pd.Series:
    pairs = zip(name_keys(a), name_keys(b), strict=True)
    return pd.Series([core_key(x) != core_key(y) for x, y in pairs], index=a.index)


def _conflict(
    base: pd.Series,
    later: pd.Series,
    name: str,
    table: str,
    layers: Sequence[TableLayer],
) -> Problem:
    layer, other = layers[int(later["_layer"])], layers[int(base["_layer"])]
    values = (base[name], later[name])
    told, here = (amount(v) if isinstance(v, float) else str(v) for v in values)
    ledger_wins = name != "name" and _is_drawn(other) and not _is_drawn(layer)
    if name == "name":
        # A name that lost a character gives way to a whole one.
        ledger_wins = is_damaged(values[0]) and not is_damaged(values[1])
    there = f"{other.file} 第 {other.row(int(base['_row']))} 行为 {told}，此处为 {here}"
    reason = f"{TABLES[table][name].title}不一致：{there}；采用 {here if ledger_wins else told}"
    fault = Fault("GG-REL-020", reason, "请核对两个文件")
    return layer.problem(
        "warn", fault, layer.matches.given(name) or "", int(later["_row"])
    )


# What tells one row from another where a ledger has no ids.
_IDENTITY = ("name", "use", "estate_id", "estate", "building", "address", "geometry")


def _identity(table: str, frame: pd.DataFrame) -> pd.Series:
    """Return six hex digits of what identifies each row, the same in every import.

    A corrected ledger then meets its own rows again, and another ledger does not take
    the numbers of the first. Outlines count where rows have nothing else to be told by.
    """
    names = [name for name in _IDENTITY if name in frame]
    if table in ("facilities", "estates", "grids", "projects"):
        names = [name for name in names if name != "geometry"]
    columns: list[list[object]] = [
        list(shapely.to_wkb(frame[name].to_numpy(object)))
        if name == "geometry"
        else list(frame[name].astype("str").fillna("").to_numpy(object))
        for name in names
    ]
    if table == "facilities" and "geometry" in frame:
        columns.append(_cells(frame))
    digests = [
        blake2b(repr(parts).encode(), digest_size=3).hexdigest()
        for parts in zip(*columns, strict=True)
    ]
    return pd.Series(digests or "0", index=frame.index, dtype="str")


def _cells(frame: pd.DataFrame) -> list[object]:
    """Return where rooms lie to 10 m, "" for those without a place.

    Two nameless rooms of one use are different ones if they lie apart.
    """
    centres = shapely.centroid(frame["geometry"].to_numpy(object))
    x, y = shapely.get_x(centres), shapely.get_y(centres)
    return [
        "" if np.isnan(east) else f"{east / _CELL:.0f},{north / _CELL:.0f}"
        for east, north in zip(x, y, strict=True)
    ]


def _with_ids(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give rows without an id one made of their community and what identifies them."""
    if table not in _PREFIXES:
        return frame
    name = TABLES[table].key[0]
    blank = pd.Series(None, index=frame.index, dtype="str")
    ids = frame.get(name, blank).astype("str")
    missing = ids.isna()
    if not missing.any():
        return frame.assign(**{name: ids})
    community = frame.get("community_code", blank).astype("str").fillna("0")[missing]
    made = f"{_PREFIXES[table]}-" + community + "-" + _identity(table, frame[missing])
    again = made.groupby(made, sort=False).cumcount() + 1
    made = made.where(again == 1, made + "-" + again.astype("str"))
    while (taken := made.isin(ids.dropna())).any():
        made = made.mask(taken, made + "x")
    return frame.assign(**{name: ids.where(~missing, made.reindex(ids.index))})
