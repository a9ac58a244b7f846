"""Figures that cannot both be right, once all files are together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import geopandas as gpd
import pandas as pd

from gridgis.errors import Problem
from gridgis.wording import amount

__all__ = ["doubts"]


def doubts(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Yield what in the tables is possible on paper only; nothing is changed."""
    communities = tables.get("communities")
    if communities is None:
        return
    yield from _more_households_than_people(communities)
    if isinstance(communities, gpd.GeoDataFrame):
        yield from _larger_than_the_community(communities, tables.get("facilities"))
    yield from _without_grid(communities, tables.get("grids"))


def _label(row: pd.Series) -> str:
    name = row["name"]
    return str(name) if isinstance(name, str) else str(row["community_code"])


def _more_households_than_people(communities: pd.DataFrame) -> Iterator[Problem]:
    wrong = communities["households"] > communities["population"]
    for _, row in communities[wrong].iterrows():
        numbers = (
            f"户数 {amount(row['households'])} 多于人口 {amount(row['population'])}"
        )
        yield Problem(
            code="GG-HH-002",
            severity="warn",
            value=amount(row["households"]),
            reason=f"{_label(row)}：{numbers}（{row['source']}）",
            remedy="请核对两列是否填反",
        )


def _larger_than_the_community(
    communities: gpd.GeoDataFrame, facilities: pd.DataFrame | None
) -> Iterator[Problem]:
    if facilities is None or facilities["floor_area_m2"].isna().all():
        return
    land = communities.set_index("community_code").geometry.area
    limit = facilities["community_code"].map(land)
    for _, row in facilities[facilities["floor_area_m2"] > limit].iterrows():
        area = amount(row["floor_area_m2"])
        yield Problem(
            code="GG-AREA-015",
            severity="warn",
            value=area,
            reason=f"{row['facility_id']} 的面积 {area} ㎡超过所在社区的总面积（{row['source']}）",
            remedy="请核对单位，是否多写了“万”",
        )


def _without_grid(
    communities: pd.DataFrame, grids: pd.DataFrame | None
) -> Iterator[Problem]:
    if grids is None or grids["community_code"].isna().all():
        return
    without = communities[~communities["community_code"].isin(grids["community_code"])]
    for _, row in without.iterrows():
        yield Problem(
            code="GG-REL-006",
            severity="warn",
            value=str(row["community_code"]),
            reason=f"{_label(row)}没有网格",
            remedy="请补充该社区的网格，或核对网格的社区代码",
        )
