"""Rows of one key become one row; a key twice in one file refuses the later row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgis.errors import Problem
from gridgis.ingest.names import code_key, core_key, name_keys
from gridgis.ingest.places import Register
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer, refuse
from gridgis.tables import TABLES
from gridgis.wording import amount

__all__ = ["joined", "unify_codes"]

# What a generated id begins with, where a ledger has none.
_PREFIXES: Mapping[str, str] = MappingProxyType(
    {"facilities": "F", "grids": "G", "estates": "E", "buildings": "B", "roads": "R", "projects": "P"}
)
# In these a name is unique within its community, so that two files may be joined by it.
_NAMED = frozenset(("grids", "estates"))
_NAMELESS = Fault("GG-CODE-003", "没有社区代码，也没有社区名称", "请填写社区代码或名称")
_YEARLESS = Fault("GG-YEAR-001", "没有写明年度", "请增加“年度”列，或在标题中写明年度")


def unify_codes(layers: Sequence[TableLayer]) -> list[TableLayer]:
    """Return layers of communities, every row with a code.

    Rows without one take the code of the community with the same name and street in another
    layer; where no layer has codes, street and name stand for the code.
    """
    coded = [_identity(layer) for layer in layers]
    if all(one["community_code"].notna().all() for one in coded):
        return list(layers)
    known = pd.concat([*coded, _nobody()], ignore_index=True).dropna(subset="community_code")
    known = known[~code_key(known["community_code"]).duplicated()]
    register = Register(known)
    return [_coded(layer, register) for layer in layers]


def _nobody() -> pd.DataFrame:
    columns = ("community_code", "name", "street", "county")
    return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})


def _identity(layer: TableLayer) -> pd.DataFrame:
    frame = layer.frame.reindex(columns=_nobody().columns)
    return pd.DataFrame(frame.astype("str"))


def _coded(layer: TableLayer, register: Register) -> TableLayer:
    own = _identity(layer)
    open_rows = own["community_code"].isna()
    nameless = own.index[open_rows & own["name"].isna()].tolist()
    layer = refuse(layer, nameless, layer.matches.given("name") or "", _NAMELESS)
    own = own.loc[layer.frame.index]
    open_rows = open_rows.loc[own.index]
    if not open_rows.any():
        return replace(layer, frame=layer.frame.assign(community_code=own["community_code"]))
    words = own[open_rows].fillna("")
    keys = zip(*(name_keys(words[name]) for name in ("name", "street", "county")), strict=True)
    problems = list(layer.problems)
    codes: list[str] = []
    for position, given, key in zip(words.index, words.itertuples(index=False), keys, strict=True):
        found = register.find(*key)
        codes.append(found[0] if len(found) == 1 else "·".join(filter(None, (given.street, given.name))))
        if len(found) != 1 and len(register):
            problems.append(_unmatched(layer, int(position), str(given.name), len(found), register))
    if not len(register):
        problems.append(
            Problem(
                code="GG-CODE-004", severity="note", file=layer.file, layer=layer.raw.name,
                reason="社区没有代码，以“街道·名称”代替", remedy="建议补充 12 位社区代码",
            )
        )
    own.loc[open_rows, "community_code"] = codes
    frame = layer.frame.assign(community_code=own["community_code"])
    return replace(layer, frame=frame, problems=tuple(problems))


def _unmatched(
    layer: TableLayer, position: int, name: str, count: int, register: Register
) -> Problem:
    near = "" if count else register.nearest(name_keys([name])[0])
    reason = f"有 {count} 个同名社区，不能确定是哪一个" if count else "其他文件中没有同名社区，未合并"
    remedy = f"最接近的是“{near}”，请核对" if near else "请补充街道与社区代码"
    return Problem(
        code="GG-PLACE-002" if count else "GG-PLACE-003", severity="warn", file=layer.file,
        layer=layer.raw.name, row=layer.row(position), column=layer.matches.given("name") or "",
        value=name, reason=reason, remedy=remedy,
    )


def joined(
    table: str, layers: Sequence[TableLayer]
) -> tuple[pd.DataFrame | None, list[TableLayer], list[Problem]]:
    """Return one frame of all layers of a table, the layers with their counts, and conflicts.

    The file read first keeps its rows, those of later files with the same key are merged into
    them. Figures of a ledger go before those of a drawing; where both are known and differ,
    it is told.
    """
    if not layers:
        return None, [], []
    ready = [_without_repeats(_with_year(layer)) for layer in layers]
    stacked = _stacked(ready, _keys(table, ready))
    repeated = stacked["_key"].duplicated() & stacked["_key"].ne("")
    counts = stacked.loc[repeated, "_layer"].value_counts()
    kept = [replace(layer, merged=int(counts.get(number, 0))) for number, layer in enumerate(ready)]
    problems: list[Problem] = []
    if repeated.any():
        stacked, problems = _merged(table, stacked, repeated.to_numpy(), kept)
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
    return refuse(layer, missing, layer.matches.given("year") or "", _YEARLESS)


def stated_year(layer: TableLayer) -> float:
    """Return the one year that title, sheet or file name state, NaN if none or several."""
    import re  # noqa: PLC0415

    for text in (layer.raw.title, layer.raw.name, layer.file):
        years = set(re.findall(r"(?<!\d)(20\d\d)(?=年|年度|\b|_|-)", text))
        if len(years) == 1:
            return float(years.pop())
        if years:
            break
    return np.nan


def _without_repeats(layer: TableLayer) -> TableLayer:
    """Refuse rows whose key stands in an earlier row of the same layer; both are named."""
    key = [name for name in TABLES[layer.table].key if name in layer.frame]
    if len(key) != len(TABLES[layer.table].key):
        return layer
    compared = layer.frame[key].copy()
    compared[key[0]] = code_key(compared[key[0]].astype("str"))
    known = compared.notna().all(axis=1)
    later = compared[known].duplicated()
    if not later.any():
        return layer
    first = compared[known].drop_duplicates().reset_index(names="_at").set_index(key)["_at"]
    titles = "、".join(TABLES[layer.table][name].title for name in key)

    def fault(position: int) -> Fault:
        row = compared.loc[position]
        at = first.loc[tuple(row)] if len(key) > 1 else first.loc[row.iloc[0]]
        reason = f"{titles}“{row.iloc[0]}”与第 {layer.row(int(at))} 行重复"
        return Fault("GG-CODE-019", reason, "请核对编码，保留一行")

    return refuse(layer, later.index[later].tolist(), layer.matches.given(key[0]) or "", fault)


def _keys(table: str, layers: Sequence[TableLayer]) -> list[pd.Series]:
    """Return for each row the key under which it is joined; "" joins with nothing."""
    first = TABLES[table].key[0]
    if "year" in TABLES[table].key:
        return [
            code_key(layer.frame[first].astype("str")) + "|" + layer.frame["year"].astype("str")
            for layer in layers
        ]
    ids = [
        code_key(layer.frame[first].astype("str")).fillna("")
        if first in layer.frame
        else pd.Series("", index=layer.frame.index, dtype="str")
        for layer in layers
    ]
    if table in ("communities", "roads", "projects") or len(layers) == 1 or all(i.ne("").all() for i in ids):
        return ids
    return _keys_by_name(table, layers, ids)


def _keys_by_name(
    table: str, layers: Sequence[TableLayer], ids: Sequence[pd.Series]
) -> list[pd.Series]:
    """Let rows without an id take the key of the one row of their name in another layer."""
    names = [_full_names(layer) for layer in layers]
    unique = [name.where(~name.duplicated(keep=False), "") for name in names]
    keys = list(ids)
    for number, layer in enumerate(layers):
        free = keys[number].eq("") & unique[number].ne("")
        for other in range(len(layers)):
            if other == number or not free.any():
                continue
            if table not in _NAMED and _is_drawn(layer) == _is_drawn(layers[other]):
                continue
            there = keys[other].where(keys[other].ne(""), "name:" + unique[other])
            found = dict(zip(unique[other], there, strict=True))
            found.pop("", None)
            taken = unique[number][free].map(found)
            keys[number] = keys[number].mask(free & taken.reindex(free.index).notna(), taken)
            if other > number:
                keys[other] = _shared_key(keys[other], unique[other], set(taken.dropna()))
            free = keys[number].eq("") & unique[number].ne("")
    return keys


def _shared_key(keys: pd.Series, names: pd.Series, taken: set[str]) -> pd.Series:
    by_name = "name:" + names
    return keys.mask(keys.eq("") & by_name.isin(taken), by_name)


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
        rows = layer.raw.rows[layer.frame.index.to_numpy()]
        prefix = f"{layer.place} · 第 "
        source = pd.array([f"{prefix}{row} 行" for row in rows.tolist()], dtype="str")
        frame = layer.frame.assign(source=source, _key=key, _layer=number, _row=layer.frame.index)
        if "geometry" in frame:
            crs = crs or gpd.GeoSeries(frame["geometry"]).crs
            shapes.append(frame["geometry"].to_numpy())
            frame = frame.drop(columns="geometry")
        else:
            shapes.append(np.full(len(frame), None, dtype=object))
        frames.append(pd.DataFrame(frame))
    stacked = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    stacked = stacked.reset_index(drop=True)
    if any(_is_drawn(layer) for layer in layers):
        stacked["geometry"] = gpd.GeoSeries(np.concatenate(shapes), index=stacked.index, crs=crs)
    return stacked


def _merged(
    table: str, stacked: pd.DataFrame, repeated: np.ndarray, layers: Sequence[TableLayer]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Join rows of one key: the first keeps key, name and geometry, ledgers give the figures."""
    shared = stacked["_key"].isin(stacked.loc[repeated, "_key"])
    group = pd.DataFrame(stacked[shared])
    geometry = group.pop("geometry") if "geometry" in group else None
    drawn = np.array([_is_drawn(layer) for layer in layers])
    problems = _conflicts(table, group, layers)
    by_ledger = group.iloc[np.argsort(drawn[group["_layer"].to_numpy()], kind="stable")]
    best = by_ledger.groupby("_key", sort=False).first()
    first = group.groupby("_key", sort=False).first()
    for name in (TABLES[table].key[0], "name", "street"):
        if name in best:
            best[name] = first[name].reindex(best.index)
    best["source"] = group.groupby("_key", sort=False)["source"].agg("；".join)
    if "marks" in group:
        best["marks"] = _joined_marks(group)
    base = stacked[~repeated].copy()
    at = base.index[base["_key"].isin(best.index)]
    filled = best.loc[base.loc[at, "_key"]].set_axis(at)
    for column in filled.columns.difference(["_layer", "_row"]):
        base[column] = _overlaid(base[column], filled[column])
    if geometry is not None:
        shapes = geometry.groupby(group["_key"], sort=False).first().reindex(base.loc[at, "_key"])
        whole = base["geometry"].to_numpy().copy()
        whole[base.index.get_indexer(at)] = shapes.to_numpy()
        base["geometry"] = gpd.GeoSeries(whole, index=base.index, crs=gpd.GeoSeries(stacked["geometry"]).crs)
    return base.reset_index(drop=True), problems


def _joined_marks(group: pd.DataFrame) -> pd.Series:
    known = group.dropna(subset="marks")
    return known.groupby("_key", sort=False)["marks"].agg(lambda parts: ";".join(dict.fromkeys(parts)))


def _overlaid(base: pd.Series, filled: pd.Series) -> pd.Series:
    if len(filled) == len(base):
        return filled.reindex(base.index)
    result = base.copy()
    result.loc[filled.index] = filled
    return result


def _conflicts(
    table: str, group: pd.DataFrame, layers: Sequence[TableLayer]
) -> list[Problem]:
    """List figures and names that two files give differently for one key."""
    first = group.drop_duplicates("_key").set_index("_key")
    later = group[group["_key"].duplicated()]
    base = first.loc[later["_key"]].set_axis(later.index)
    problems: list[Problem] = []
    for column in TABLES[table].columns:
        if column.name not in group or column.name in ("source", "marks"):
            continue
        a, b = base[column.name], later[column.name]
        both = a.notna() & b.notna()
        if column.kind == "number":
            differ = both & ~np.isclose(a.astype(float), b.astype(float), rtol=1e-6, atol=1e-9)
        elif column.name == "name":
            differ = both & _differ(a.where(both, ""), b.where(both, ""))
        else:
            continue
        for at in later.index[differ]:
            problems.append(_conflict(column.title, base.loc[at], later.loc[at], column.name, layers))
    return problems


def _differ(a: pd.Series, b: pd.Series) -> pd.Series:
    left, right = name_keys(a), name_keys(b)
    return pd.Series(
        [core_key(x) != core_key(y) for x, y in zip(left, right, strict=True)], index=a.index
    )


def _conflict(
    title: str, base: pd.Series, later: pd.Series, name: str, layers: Sequence[TableLayer]
) -> Problem:
    layer, other = layers[int(later["_layer"])], layers[int(base["_layer"])]
    shown = [amount(v) if isinstance(v, float) else str(v) for v in (base[name], later[name])]
    ledger_wins = name != "name" and _is_drawn(other) and not _is_drawn(layer)
    taken = shown[1] if ledger_wins else shown[0]
    reason = f"{title}不一致：{other.file} 第 {other.row(int(base['_row']))} 行为 {shown[0]}，此处为 {shown[1]}；采用 {taken}"
    return Problem(
        code="GG-REL-020", severity="warn", file=layer.file, layer=layer.raw.name,
        row=layer.row(int(later["_row"])), column=layer.matches.given(name) or "", value=shown[1],
        reason=reason, remedy="请核对两个文件",
    )


def _with_ids(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give rows without an id one made of their community and a running number."""
    if table not in _PREFIXES:
        return frame
    name = TABLES[table].key[0]
    ids = frame[name] if name in frame else pd.Series(None, index=frame.index, dtype="str")
    missing = ids.isna()
    if not missing.any():
        return frame
    community = (
        frame["community_code"].astype("str").fillna("0") if "community_code" in frame
        else pd.Series("0", index=frame.index, dtype="str")
    )
    number = community[missing].groupby(community[missing], sort=False).cumcount() + 1
    made = f"{_PREFIXES[table]}-" + community[missing] + "-" + number.astype("str")
    taken = made.isin(ids.dropna())
    while taken.any():
        made = made.mask(taken, made + "x")
        taken = made.isin(ids.dropna())
    whole = ids.astype("str").copy()
    whole[missing] = made
    return frame.assign(**{name: whole})
