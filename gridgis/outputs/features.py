"""What a map may hold: named columns only, escaped text, rounded shapes, as compact JSON.

Whatever is put into a page can be read by whoever gets the page, shown or not. So a page
is never given a table: it is given the columns listed here, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgis.errors import InputError
from gridgis.governance.colours import SHADES
from gridgis.outputs.escape import map_text
from gridgis.wording import LEVELS, SUBJECTS, amount, word

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridgis.pipeline import Results

__all__ = [
    "MAX_SHAPES",
    "FacilityLayer",
    "SubjectLayer",
    "facility_layer",
    "subject_layer",
]

MAX_SHAPES = 20_000
"""With more than this in one layer no browser is fluent: it is left out, and said so."""

_SIMPLIFY_ABOVE = 2_000
_DECIMALS = 6  # a decimetre
_NO_VERDICT = "-"


@dataclass(frozen=True)
class SubjectLayer:
    """The subjects of one kind, in columns of n values, and how each rule judges them.

    Attributes
    ----------
    colours
        One digit per subject: the place of its colour in `SHADES`.
    rules
        Each rule's id, title, level, clause, text of the limit, `colours` as above ("-"
        where it says nothing of a subject), `says`: places in `sentences`, and `gaps`:
        the shortfall as a share of what is required, 0 where there is none.
    shapes
        GeoJSON geometries in degrees, None where a subject has no place.
    anchors
        (latitude, longitude) inside the shape, where a label stands.
    """

    kind: str
    title: str
    codes: list[str]
    names: list[str]
    streets: list[str]
    colours: str
    rules: list[dict[str, Any]]
    sentences: list[str]
    shapes: list[Any]
    anchors: list[list[float] | None]
    left_out: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the layer as the page reads it."""
        return dict(vars(self))


@dataclass(frozen=True)
class FacilityLayer:
    """Rooms and grounds as points: name, use, area, status; each a column of n values."""

    title: str
    places: list[list[float]]
    texts: list[str]
    left_out: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the layer as the page reads it."""
        return dict(vars(self))


def subject_layer(
    results: Results, kind: str, *, codes: Sequence[str] | None = None
) -> SubjectLayer:
    """Return the subjects of one kind as a page may hold them.

    Parameters
    ----------
    kind
        community, estate, grid or county.
    codes
        The subjects to keep, all where None; unknown codes are an error.

    Raises
    ------
    InputError
        If a code is not a subject of this kind.
    """
    subjects = _subjects(results, kind)
    if codes is not None:
        subjects = subjects.loc[_known(subjects.index, codes)]
    left_out = ""
    if len(subjects) > MAX_SHAPES:
        left_out = f"{len(subjects):,} 个{SUBJECTS[kind]}数量过多，未画出"
        subjects = subjects.iloc[:0]
    rules, sentences = _rules(results, kind, subjects.index)
    shapes, anchors = _shapes(subjects)
    return SubjectLayer(
        kind,
        SUBJECTS[kind],
        [map_text(code) for code in subjects.index],
        [map_text(name) for name in subjects["name"]],
        [map_text(street) for street in subjects["street"]],
        _digits(subjects["colour"]),
        rules,
        sentences,
        shapes,
        anchors,
        left_out,
    )


def facility_layer(results: Results) -> FacilityLayer:
    """Return rooms and grounds with a place, as a page may hold them."""
    table = results.data["facilities"]
    title = "用房与场地"
    if not isinstance(table, gpd.GeoDataFrame) or table.geometry.isna().all():
        return FacilityLayer(title, [], [])
    placed = table[table.geometry.notna() & ~table.geometry.is_empty]
    if len(placed) > MAX_SHAPES:
        return FacilityLayer(title, [], [], f"{len(placed):,} 处用房数量过多，未画出")
    inside = placed.geometry.representative_point().to_crs(4326)
    places = np.column_stack([inside.y, inside.x]).round(_DECIMALS)
    texts = [
        _facility_text(*row)
        for row in zip(
            placed["name"],
            placed["use"],
            placed["floor_area_m2"],
            placed["outdoor_area_m2"],
            placed["status"],
            strict=True,
        )
    ]
    return FacilityLayer(title, places.tolist(), texts)


def _subjects(results: Results, kind: str) -> pd.DataFrame:
    """Return the subjects; communities for orientation where no rule is about them."""
    if kind in results.subjects:
        return results.subjects[kind]
    if kind != "community":
        return pd.DataFrame(columns=["name", "street", "colour"])
    table = results.data["communities"].set_index("community_code")
    return table.assign(colour="none")


def _known(index: pd.Index, codes: Sequence[str]) -> list[str]:
    unknown = [code for code in codes if code not in index]
    if unknown:
        message = f"没有编号为“{unknown[0]}”的对象"
        raise InputError(message, remedy="请检查所选编号")
    return list(codes)


def _facility_text(
    name: str, use: str, floor_m2: float, outdoor_m2: float, status: str
) -> str:
    size = outdoor_m2 if np.isnan(floor_m2) and not np.isnan(outdoor_m2) else floor_m2
    area = "面积未知" if np.isnan(size) else f"{amount(size)} ㎡"
    words = [word("use", use) if isinstance(use, str) else "用途未知", area]
    if isinstance(status, str):
        words.append(word("status", status))
    return f"<b>{map_text(name)}</b><br>{map_text(' · '.join(words))}"


def _digits(colours: pd.Series) -> str:
    places = {colour: str(place) for place, colour in enumerate(SHADES)}
    return "".join(colours.astype(object).map(places).fillna(places["none"]))


def _rules(
    results: Results, kind: str, codes: pd.Index
) -> tuple[list[dict[str, Any]], list[str]]:
    """Lay the verdicts out by rule and subject; a sentence that repeats is held once."""
    verdicts = results.verdicts
    own = verdicts[
        (verdicts["subject_kind"] == kind) & verdicts["subject_code"].isin(codes)
    ]
    brief = len(codes) > _SIMPLIFY_ABOVE
    said = _said(own, brief=brief)
    numbers, sentences = pd.factorize(said)
    place = codes.get_indexer(pd.Index(own["subject_code"]))
    rules = []
    for rule_id, rule in results.rules[
        results.rules["subject_kind"] == kind
    ].iterrows():
        mine = (own["rule_id"] == rule_id).to_numpy()
        colours = np.full(len(codes), _NO_VERDICT, dtype="U1")
        says, gaps = np.zeros(len(codes), dtype=int), np.zeros(len(codes))
        colours[place[mine]] = list(_digits(own.loc[mine, "colour"]))
        says[place[mine]] = numbers[mine]
        gaps[place[mine]] = _gaps(own[mine])
        rules.append(
            _rule_words(str(rule_id), rule)
            | {
                "colours": "".join(colours),
                "says": says.tolist(),
                "gaps": gaps.tolist(),
            }
        )
    return rules, [map_text(sentence) for sentence in sentences]


def _gaps(verdicts: pd.DataFrame) -> NDArray[np.float64]:
    """Return how far each verdict falls short, as a share; by the whole where none is due.

    A limit of zero (nothing may be late) is missed altogether by whatever misses it.
    """
    short = verdicts["shortfall"].fillna(0.0).to_numpy()
    due = verdicts["required"].abs().to_numpy()
    share = np.divide(short, due, out=np.sign(short), where=due > 0)
    return share.round(3)


def _said(verdicts: pd.DataFrame, *, brief: bool) -> pd.Series:
    """Return each verdict's sentence; in a brief page only where something is amiss."""
    note = verdicts["note"].fillna("")
    said = (
        verdicts["reason"]
        .fillna("")
        .where(note == "", verdicts["reason"].fillna("") + "（" + note + "）")
    )
    if not brief:
        return said
    return said.where(~verdicts["colour"].isin(["green", "none"]), "")


def _rule_words(rule_id: str, rule: pd.Series) -> dict[str, str]:
    return {
        "id": map_text(rule_id),
        "title": map_text(rule["title"]),
        "level": map_text(LEVELS.get(rule["level"], rule["level"])),
        "clause": map_text(rule["clause"]),
        "source": map_text(rule["source"]),
        "text": map_text(rule["text"]),
    }


def _shapes(subjects: pd.DataFrame) -> tuple[list[Any], list[list[float] | None]]:
    """Return GeoJSON geometries and label places, None where there is no shape."""
    if not isinstance(subjects, gpd.GeoDataFrame) or not len(subjects):
        return [None] * len(subjects), [None] * len(subjects)
    shapes = _simplified(subjects.geometry)
    placed = (shapes.notna() & ~shapes.is_empty).to_numpy()
    anchors = shapes.representative_point().to_crs(4326)
    degrees = shapes.to_crs(4326).to_numpy()[placed]
    rounded = shapely.transform(degrees, lambda xy: xy.round(_DECIMALS))
    places = np.column_stack([anchors.y, anchors.x]).round(_DECIMALS)[placed]
    drawn = json.loads(f"[{','.join(shapely.to_geojson(rounded))}]")
    return _spread(drawn, placed), _spread(places.tolist(), placed)


def _spread(values: list[Any], placed: NDArray[np.bool_]) -> list[Any]:
    """Put the values where `placed` is true, None elsewhere."""
    spread = np.full(len(placed), None, dtype=object)
    spread[placed] = np.fromiter(values, dtype=object, count=len(values))
    return list(spread)


def _simplified(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Thin out the vertices of many polygons, shared edges staying shared."""
    areal = shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    if len(shapes) <= _SIMPLIFY_ABOVE or not areal.any():
        return shapes
    west, south, east, north = shapes[areal].total_bounds
    tolerance_m = float(np.hypot(east - west, north - south)) / 8000.0
    thinned = shapes.copy()
    thinned[areal] = shapely.coverage_simplify(shapes[areal].to_numpy(), tolerance_m)
    return thinned
