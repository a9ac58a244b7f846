"""To which community and estate each row belongs: stated, named, or by where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgis.errors import Problem
from gridgis.ingest.names import name_keys
from gridgis.ingest.places import (
    Register,
    inside_stated,
    locate,
    representative_points,
)
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer

__all__ = ["Assigned", "by_place", "by_words", "column_of", "with_sharers"]

_WORDS = ("community", "street", "county")


@dataclass(frozen=True)
class Assigned:
    """A layer with more of its places known, and what could not be settled."""

    layer: TableLayer
    problems: tuple[Problem, ...] = ()


def column_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of text, unknown throughout where the frame has none."""
    if name in frame:
        return frame[name]
    return pd.Series(None, index=frame.index, dtype="str")


def by_words(layer: TableLayer, register: Register) -> Assigned:
    """Settle community codes from stated codes, else from names with street and county."""
    frame = layer.frame
    code = column_of(frame, "community_code")
    if not len(register):
        return Assigned(replace(layer, frame=frame.assign(community_code=code)))
    stated = code.notna()
    code = register.codes(code).where(stated)
    words = pd.DataFrame({name: column_of(frame, name) for name in _WORDS}).fillna("")
    problems = _doubtful_codes(layer, code[stated], words[stated], register)
    named = ~stated & words["community"].ne("")
    if named.any():
        wanted = words[named]
        found, lost = _found_by_name(layer, wanted, register)
        problems += lost
        settled = code.astype(object)
        settled[named] = [
            found[row] for row in wanted.itertuples(index=False, name=None)
        ]
        code = settled.astype("str")
    layer = replace(layer, frame=frame.assign(community_code=code))
    return Assigned(layer, tuple(problems))


def _found_by_name(
    layer: TableLayer, wanted: pd.DataFrame, register: Register
) -> tuple[dict[tuple[str, ...], str | None], list[Problem]]:
    """Return the code of each distinct place in words, None where not exactly one fits."""
    unique = wanted.drop_duplicates()
    keys = zip(*(name_keys(unique[name]) for name in _WORDS), strict=True)
    found: dict[tuple[str, ...], str | None] = {}
    problems = []
    for row, given, key in zip(
        unique.index, unique.itertuples(index=False, name=None), keys, strict=True
    ):
        codes = register.find(*key)
        found[given] = codes[0] if len(codes) == 1 else None
        if len(codes) != 1:
            count = int((wanted == list(given)).all(axis=1).sum())
            fault = unresolved(given[0], key, len(codes), count, register)
            header = layer.matches.given("community") or ""
            problems.append(layer.problem("warn", fault, header, int(row)))
    return found, problems


def unresolved(
    name: str, key: Sequence[str], matches: int, rows: int, register: Register
) -> Fault:
    """Return why a name gives no one community, with the nearest name as a proposal."""
    if matches:
        reason = f"有 {matches} 个“{name}”，不能确定是哪一个（{rows} 行）"
        return Fault("GG-PLACE-002", reason, "请补充街道，或填写社区代码")
    elsewhere = register.find(key[0], "", "")
    if elsewhere:
        streets = "、".join(register.street_of(code) for code in elsewhere[:3])
        reason = f"“{name}”属于{streets}，与写明的街道不符（{rows} 行），未归入任何社区"
        return Fault("GG-PLACE-003", reason, "请核对街道与社区名称")
    near = register.nearest(key[0])
    remedy = f"最接近的是“{near}”，请核对名称" if near else "请核对社区名称与街道"
    reason = f"社区表中没有“{name}”（{rows} 行），未归入任何社区"
    return Fault("GG-PLACE-003", reason, remedy)


def _doubtful_codes(
    layer: TableLayer, codes: pd.Series, words: pd.DataFrame, register: Register
) -> list[Problem]:
    """List stated codes that no community has, and codes whose community is named otherwise."""
    problems = []
    header = layer.matches.given("community_code") or ""
    unknown = codes[~register.has(codes)]
    for code, rows in unknown.groupby(unknown, sort=False):
        reason = f"社区表中没有代码 {code}（{len(rows)} 行）"
        fault = Fault("GG-PLACE-004", reason, "请核对社区代码")
        problems.append(layer.problem("warn", fault, header, int(rows.index[0])))
    named = words["community"].ne("")
    if not named.any():
        return problems
    pairs = pd.DataFrame({"code": codes, "name": words["community"]})[
        named
    ].drop_duplicates()
    keys = name_keys(pairs["name"])
    for row, code, name, key in zip(
        pairs.index, pairs["code"], pairs["name"], keys, strict=True
    ):
        if not register.is_called(code, key):
            reason = f"代码 {code} 是“{register.name_of(code)}”，此行写作“{name}”；以代码为准"
            fault = Fault("GG-PLACE-008", reason, "请核对代码与名称")
            problems.append(layer.problem("warn", fault, header, int(row)))
    return problems


def by_place(
    layer: TableLayer, communities: pd.DataFrame | None, register: Register
) -> Assigned:
    """Take the community a row lies in where none is stated; list where both differ.

    A row on an outline or in an overlap of two communities is settled by neither.
    """
    frame = layer.frame
    geometry = layer.geometry
    if not isinstance(communities, gpd.GeoDataFrame) or geometry is None:
        return Assigned(layer)
    bounded = communities[communities.geometry.notna()]
    placed = geometry.notna().to_numpy()
    if bounded.empty or not placed.any():
        return Assigned(layer)
    points = representative_points(geometry[placed])
    code = frame["community_code"].astype(object).to_numpy(copy=True)
    stated = frame["community_code"].notna().to_numpy()[placed]
    worded = column_of(frame, "community").notna().to_numpy()[placed]
    wrong = np.zeros(len(points), dtype=bool)
    wrong[stated] = ~inside_stated(
        points[stated], code[placed][stated].tolist(), bounded
    )
    looked = np.flatnonzero(~stated | wrong)
    if not len(looked):
        return Assigned(layer)
    found = locate(points[looked], bounded)
    rows = np.flatnonzero(placed)[looked]
    free = ~stated[looked] & ~worded[looked]
    problems = _elsewhere(layer, rows[~free], found[~free], register)
    problems += _outside(layer, rows[free], found[free], points[looked][free], bounded)
    code[rows[free]] = found[free]
    settled = pd.Series(code, index=frame.index).astype("str")
    return Assigned(
        replace(layer, frame=frame.assign(community_code=settled)), tuple(problems)
    )


def _elsewhere(
    layer: TableLayer,
    rows: NDArray[np.intp],
    found: NDArray[np.object_],
    register: Register,
) -> list[Problem]:
    """List rows whose stated community is not the one they lie in; the stated one is kept."""
    header = (
        layer.matches.given("community") or layer.matches.given("community_code") or ""
    )
    codes = layer.frame["community_code"].astype(object)
    words = column_of(layer.frame, "community")
    problems = []
    for row, place in zip(rows.tolist(), found, strict=True):
        stated = codes.iloc[row]
        known = isinstance(stated, str)
        if not known and place is None:
            continue
        told = register.name_of(stated) if known else str(words.iloc[row])
        lies = f"位于“{register.name_of(place)}”" if place else "不在任何社区的边界内"
        reason = f"写明属于“{told}”，图形{lies}；以写明的为准"
        fault = Fault("GG-PLACE-005", reason, "请核对社区或坐标")
        problems.append(
            layer.problem("warn", fault, header, int(layer.frame.index[row]))
        )
    return problems


def _outside(
    layer: TableLayer,
    rows: NDArray[np.intp],
    found: NDArray[np.object_],
    points: NDArray[np.object_],
    bounded: gpd.GeoDataFrame,
) -> list[Problem]:
    """List rows without a stated community that lie in none, with the nearest and how far."""
    lost = np.flatnonzero(pd.isna(found))
    if not len(lost):
        return []
    tree = shapely.STRtree(bounded.geometry.to_numpy())
    (_, nearest), distance = tree.query_nearest(
        points[lost], return_distance=True, all_matches=False
    )
    names = (
        bounded["name"]
        .astype("str")
        .fillna(bounded["community_code"])
        .to_numpy(dtype=object)
    )
    problems = []
    for row, near, metres in zip(rows[lost].tolist(), nearest, distance, strict=True):
        if metres > 0:
            reason = f"不在任何社区的边界内，距最近的“{names[near]}”{metres:.1f} m"
        else:
            reason = f"落在“{names[near]}”与相邻社区的重叠处或界线上，不能确定归属"
        fault = Fault("GG-PLACE-006", reason, "请填写社区，或核对坐标")
        problems.append(layer.problem("warn", fault, "", int(layer.frame.index[row])))
    return problems


def with_sharers(layer: TableLayer, register: Register) -> Assigned:
    """Write the communities a room is shared with as codes: “CODE” or “CODE=40%”, by “;”."""
    if "shared_with" not in layer.frame or not len(register):
        return Assigned(layer)
    given = layer.frame["shared_with"].dropna()
    header = layer.matches.given("shared_with") or ""
    problems = []
    written: dict[int, str | None] = {}
    for row, text in given.items():
        parts = [_sharer(part, register) for part in _parts(text)]
        lost = [name for name, code in parts if code is None]
        if lost:
            reason = f"共用社区“{'、'.join(lost)}”不在社区表中，共用关系未计入"
            fault = Fault("GG-PLACE-009", reason, "请填写社区代码，或“社区=40%”")
            problems.append(layer.problem("warn", fault, header, int(str(row))))
        known = [code for _, code in parts if code is not None]
        written[int(str(row))] = ";".join(known) or None
    column = layer.frame["shared_with"].astype(object)
    column.loc[list(written)] = list(written.values())
    frame = layer.frame.assign(shared_with=column.astype("str"))
    return Assigned(replace(layer, frame=frame), tuple(problems))


def _parts(text: str) -> list[str]:
    for separator in "；、，,/和":
        text = text.replace(separator, ";")
    return [part.strip() for part in text.split(";") if part.strip()]


def _sharer(part: str, register: Register) -> tuple[str, str | None]:
    """Return the name of a sharer as given, and its code with its share."""
    for sign in ("＝", "：", ":"):
        part = part.replace(sign, "=")
    name, equals, share = part.replace("％", "%").partition("=")
    key = name_keys([name.strip()])[0]
    code = register.code_of(key)
    if code is None:
        named = register.find(key, "", "")
        if len(named) != 1:
            return name, None
        code = named[0]
    return name, f"{code}={share.strip()}" if equals else code
