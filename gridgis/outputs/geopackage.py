"""`results.gpkg`: subjects with their verdicts as map layers that QGIS opens coloured."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from gridgis.governance.colours import SHADES
from gridgis.outputs.qgis_style import Symbol, qml, sld
from gridgis.outputs.tables_csv import without_geometry
from gridgis.pipeline import Results
from gridgis.project import geopackage
from gridgis.project.columns import storable
from gridgis.project.files import replacing
from gridgis.project.records import stamp
from gridgis.wording import OUTCOMES, OVERALL

__all__ = ["write_geopackage"]

_LAYERS = {
    "community": ("communities", "社区"),
    "estate": ("estates", "小区"),
    "grid": ("grids", "网格"),
    "county": ("counties", "县区"),
}
_TITLES = {
    "subject_code": "编号",
    "name": "名称",
    "street": "街道",
    "community_code": "社区代码",
    "outcome": "结论",
    "state": "状态",
    "colour": "颜色",
    "shortfalls": "缺口",
}
_OUTCOMES = {**OVERALL, "not_applicable": OUTCOMES["not_applicable"]}
_POLYGON_DIMENSION = 2


def write_geopackage(results: Results, path: Path) -> None:
    """Write a fresh GeoPackage: a styled layer per kind of subject, verdicts, evidence.

    Subjects have their outcome in words, their colour, the sentences of all shortfalls
    and one column per rule. A kind with both areas and points becomes two layers, as a
    style holds for one of them.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    # The day of the check, not the clock: the same results give the same file.
    at = stamp(datetime.combine(results.on, time(), UTC))
    with replacing(path) as fresh, closing(geopackage.connect(fresh, "rwc")) as file:
        # Nobody reads the file before it is whole, and then it is flushed.
        file.execute("PRAGMA journal_mode = OFF")
        file.execute("PRAGMA synchronous = OFF")
        file.execute("BEGIN")
        geopackage.create(file)
        for kind, subjects in results.subjects.items():
            _write_subjects(file, results, kind, subjects, at)
        for name, title, table in (
            ("verdicts", "判定", results.verdicts),
            ("evidence", "依据", results.evidence),
            ("findings", "数据问题", results.findings),
        ):
            plain = without_geometry(table)
            plain = plain.apply(storable) if len(plain) else plain.astype("str")
            geopackage.write_layer(file, name, plain, title=title, at=at)
        file.execute("COMMIT")


def _write_subjects(
    file: sqlite3.Connection,
    results: Results,
    kind: str,
    subjects: pd.DataFrame,
    at: str,
) -> None:
    name, title = _LAYERS[kind]
    table = _with_verdicts(results, kind, subjects)
    known = {**_TITLES, **{str(rule): t for rule, t in results.rules["title"].items()}}
    titles = {column: known[column] for column in table.columns if column in known}
    for suffix, word, symbol, part in _by_symbol(table):
        geopackage.write_layer(
            file, name + suffix, part, title=title + word, at=at, titles=titles
        )
        if symbol is not None:
            style = qml("colour", symbol, aliases=titles, label="name")
            other = sld(name + suffix, "colour", symbol)
            geopackage.add_style(file, name + suffix, qml=style, sld=other, at=at)


def _with_verdicts(results: Results, kind: str, subjects: pd.DataFrame) -> pd.DataFrame:
    """Return the subjects as rows: outcome, colour, shortfalls, a column per rule."""
    own = results.verdicts[results.verdicts["subject_kind"] == kind]
    labels = {colour: item.label for colour, item in SHADES.items()}
    columns: dict[str, pd.Series] = {
        name: subjects[name] for name in ("name", "street", "community_code")
    }
    columns["outcome"] = subjects["outcome"].map(_OUTCOMES)
    columns["state"] = subjects["colour"].map(labels)
    columns["colour"] = subjects["colour"]
    columns["shortfalls"] = _shortfalls(own).reindex(subjects.index)
    for rule, verdicts in own.groupby("rule_id", sort=False, observed=True):
        outcome = verdicts.set_index("subject_code")["outcome"].map(OUTCOMES)
        columns[str(rule)] = outcome.astype("str").reindex(subjects.index)
    frame = pd.DataFrame(columns).apply(storable)
    frame = frame.rename_axis("subject_code").reset_index()
    if not isinstance(subjects, gpd.GeoDataFrame):
        return frame
    shapes = subjects.geometry.to_numpy()
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=subjects.crs)


def _shortfalls(verdicts: pd.DataFrame) -> pd.Series:
    """Return per subject the sentences of what fails, mandatory rules first."""
    fails = verdicts[verdicts["outcome"] == "fail"]
    fails = fails.assign(advisory=(fails["level"] != "mandatory").to_numpy())
    fails = fails.sort_values("advisory", kind="stable")
    said = fails["rule_id"].astype("str") + " " + fails["reason"].astype("str")
    return said.groupby(fails["subject_code"]).agg("\n".join).astype("str")


def _by_symbol(
    table: pd.DataFrame,
) -> Iterator[tuple[str, str, Symbol | None, pd.DataFrame]]:
    """Part areas from points: suffix, word, symbol and rows of each layer."""
    if not isinstance(table, gpd.GeoDataFrame) or table.geometry.isna().all():
        yield (
            "",
            "",
            None,
            without_geometry(table),
        )
        return
    dimension = shapely.get_dimensions(table.geometry.to_numpy())
    areas = dimension == _POLYGON_DIMENSION
    points = (dimension >= 0) & ~areas
    if not points.any():
        yield "", "", "fill", table
    elif not areas.any():
        yield "", "", "marker", table
    else:
        yield "", "", "fill", table[~points]
        yield "_points", "（点）", "marker", table[points]
