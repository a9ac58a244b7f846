"""The rows of every ledger, under the headers that offices use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely
from pyproj import Transformer

from gridgis.demo.cells import (
    area_text,
    day_text,
    floor_text,
    shared_text,
    word,
    yes_no,
)
from gridgis.demo.chance import seeded
from gridgis.demo.land import CRS
from gridgis.demo.model import LATEST
from gridgis.demo.sheets import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridgis.demo.model import County, Room, Year

__all__ = [
    "community_sheet",
    "estate_columns",
    "funds_table",
    "grounds_table",
    "handover_columns",
    "handover_sheet",
    "plain_rooms_sheet",
    "projects_table",
    "rooms_sheet",
    "scores_table",
    "staff_sheet",
    "staff_table",
]

_SIGNATURE = "填表人：（合成）　　审核人：（合成）　　2026年6月30日"
ROOM_COLUMNS = (
    "街道", "社区名称", "设施编号", "用房名称", "用途", "建筑面积", "使用面积",
    "其中居民活动面积", "所在楼层", "独立出入口", "楼栋", "场所编号", "产权",
    "使用现状", "可用日期",
    "兼有功能", "共用社区", "小区编号", "经度", "纬度", "备注",
)  # fmt: skip


def community_sheet(county: County) -> Sheet:
    """Return the sheet 社区: two header rows, streets merged, totals and signature."""
    areas = shapely.area(county.layers["communities"].geometry.to_numpy())
    rows = [
        (
            c.county, c.street, c.name, c.code, word(c.kind),
            c.households_text or c.households, c.population, c.elderly, round(area / 1e6, 4),
        )
        for c, area in zip(county.communities, areas, strict=True)
    ]  # fmt: skip
    return Sheet(
        name="社区",
        title=f"{county.communities[0].county}社区基本情况台账（合成数据，非真实）",
        groups=("", "", *("社区",) * 3, *("户数与人口",) * 3, ""),
        columns=(
            "县区", "街道（镇）", "社区名称", "社区代码", "社区类型",
            "户数（户）", "人口（人）", "60岁以上（人）", "辖区面积（平方公里）",
        ),
        rows=rows,
        merge=(0, 1),
        total={
            5: sum(c.households or 0 for c in county.communities),
            6: sum(c.population for c in county.communities),
        },
        signature=_SIGNATURE,
    )  # fmt: skip


def rooms_sheet(county: County, rooms: Sequence[Room], *, plain: bool) -> Sheet:
    """Return the sheet 社区用房: community cells merged, units inside the cells."""
    places = {c.code: (c.street, c.name) for c in county.communities}
    rng = seeded("cells")
    lon, lat = degrees([r.x for r in rooms], [r.y for r in rooms])
    rows = [
        (
            *places[room.community], room.id, room.name or word(room.use), _use(room),
            area_text(room, rng, plain=plain), room.usable, room.activity,
            floor_text(room), yes_no(room.entrance, "有无"), room.building or None,
            room.site or None,
            word(room.tenure), word(room.status), day_text(room.available, rng, plain=plain),
            "、".join(str(word(code)) for code in room.functions) or None,
            shared_text(room), room.estate or None,
            x if room.located else None, y if room.located else None, room.remark or None,
        )
        for room, x, y in zip(rooms, lon, lat, strict=True)
    ]  # fmt: skip
    return Sheet(
        name="社区用房",
        title=f"{county.communities[0].county}社区用房台账（合成数据，非真实）",
        columns=ROOM_COLUMNS,
        rows=rows,
        merge=(0, 1),
        total={5: round(sum(room.area or 0.0 for room in rooms), 1)},
    )


def plain_rooms_sheet(county: County, rooms: Sequence[Room]) -> Sheet:
    """Return the rooms of a province: one header, no merged cells, joined by code."""
    sheet = rooms_sheet(county, rooms, plain=True)
    codes = [room.community for room in rooms]
    rows = [(code, *row[2:]) for code, row in zip(codes, sheet.rows, strict=True)]
    return Sheet(
        name="社区用房", title="", columns=("社区代码", *ROOM_COLUMNS[2:]), rows=rows
    )


def _use(room: Room) -> str | None:
    # One ledger comes from an office that writes traditional characters.
    return (
        "文化活動室"
        if room.use == "culture_room" and room.remark == "繁体"
        else word(room.use)
    )


def degrees(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return longitude and latitude, 7 decimals (about 1 cm), CGCS2000."""
    to_degrees = Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    lon, lat = to_degrees.transform(list(x), list(y))
    return [round(v, 7) for v in lon], [round(v, 7) for v in lat]


def staff_sheet(county: County) -> Sheet:
    """Return the sheet 工作人员 of the year before the latest."""
    table = _staff(county, [row for row in county.staff if row.year < LATEST])
    return Sheet(
        name="工作人员",
        title="2025年社区工作者配备情况（合成数据，非真实）",
        columns=("街道", "社区名称", "年度", "社区工作者人数", "持证人数"),
        rows=list(table.itertuples(index=False, name=None)),
        merge=(0,),
    )


def staff_table(county: County) -> pd.DataFrame:
    """Return 工作者.csv of the latest year."""
    return _staff(county, [row for row in county.staff if row.year == LATEST])


def _staff(county: County, rows: Sequence[Year]) -> pd.DataFrame:
    figures = {
        "年度": [r.year for r in rows],
        "专职工作者": [int(r.workers or 0) for r in rows],
        "持证社工": [int(r.certified or 0) for r in rows],
    }
    return pd.DataFrame({**_place(county, rows), **figures})


def _place(county: County, rows: Sequence[Year]) -> dict[str, list[str]]:
    """Say where a row belongs: by street and name, in a province by code."""
    if not county.sizes.detailed:
        return {"社区代码": [r.community for r in rows]}
    places = {c.code: c for c in county.communities}
    return {
        "街道": [places[r.community].street for r in rows],
        "社区名称": [places[r.community].name for r in rows],
    }


def funds_table(county: County) -> pd.DataFrame:
    """Return 经费.csv in 万元: a street and five communities are pilots (1.2 + 5 × 0.5 M)."""
    rows = county.funds
    pilots = {c.code for c in county.communities if c.kind == "urban"}
    pilots = set(sorted(pilots)[:5])
    paid = [r.community in pilots and r.year == LATEST for r in rows]
    figures = {
        "年度": [r.year for r in rows],
        "运转经费（万元）": [
            None if r.operating is None else r.operating / 1e4 for r in rows
        ],
        "省级补助（万元）": [50.0 if pilot else None for pilot in paid],
        "县级配套（万元）": [40.0 if pilot else None for pilot in paid],
        "到位资金（万元）": [64.0 if pilot else None for pilot in paid],
    }
    return pd.DataFrame({**_place(county, rows), **figures})


def scores_table(county: County) -> pd.DataFrame:
    """Return 考评.csv by community code; satisfaction is written as a percentage."""
    rows = [
        (
            r.community, r.year, r.self_score, r.province_score,
            f"{r.satisfaction:.1%}" if r.satisfaction is not None else None, yes_no(r.named),
        )
        for r in county.scores
    ]  # fmt: skip
    return pd.DataFrame(
        rows, columns=["社区代码", "年度", "自评分", "省评分", "满意度", "已命名"]
    )


def grounds_table(grounds: Sequence[Room]) -> pd.DataFrame:
    """Return 户外场地.csv with longitude and latitude in two columns."""
    lon, lat = degrees([r.x for r in grounds], [r.y for r in grounds])
    columns = {
        "设施编号": [r.id for r in grounds],
        "设施名称": ["健身广场"] * len(grounds),
        "用途": [word(r.use) for r in grounds],
        "社区代码": [r.community for r in grounds],
        "室外场地面积（㎡）": [r.text or f"{r.outdoor:g}" for r in grounds],
        "使用现状": [word(r.status) for r in grounds],
        "可用日期": [r.available.isoformat() if r.available else None for r in grounds],
        "经度": lon,
        "纬度": lat,
    }
    return pd.DataFrame(columns)


def projects_table(county: County) -> pd.DataFrame:
    """Return 项目.csv: five pilot projects at several stages."""
    stages = (
        ("已完工", "100%"),
        ("施工", "65%"),
        ("施工", "30%"),
        ("招标", "10%"),
        ("未开工", "0%"),
    )
    pilots = [c for c in county.communities if c.kind == "urban"][: len(stages)]
    rows = [
        (f"XM{number:03d}", c.code, f"{c.name}阵地建设", stage, progress, "2026-06-20")
        for number, (c, (stage, progress)) in enumerate(
            zip(pilots, stages, strict=False), start=1
        )
    ]
    columns = ["项目编号", "社区代码", "项目名称", "阶段", "进度", "完成时限"]
    return pd.DataFrame(rows, columns=columns)


def estate_columns(county: County) -> pd.DataFrame:
    """Return the columns of 小区.gpkg, in the order of the planted estates."""
    estates = county.estates
    columns = {
        "小区编号": [e.id for e in estates],
        "小区名称": [e.name for e in estates],
        "社区代码": [e.community for e in estates],
        "新建或既有": [word(e.kind) for e in estates],
        "所属开发项目": [e.development or None for e in estates],
        "期数": pd.array([e.phase for e in estates], dtype="Int32"),
        "住房类型": [word(e.housing) for e in estates],
        "规划户数": pd.array([e.dwellings for e in estates], dtype="Int32"),
        "入住户数": pd.array([e.occupied for e in estates], dtype="Int32"),
        "住宅建筑面积": pd.array([e.floor_area for e in estates], dtype="Float64"),
        "物业管理": [yes_no(e.managed) for e in estates],
        "业主委员会": [yes_no(e.committee) for e in estates],
    }
    return pd.DataFrame(columns)


_MILESTONES = ("规划许可日期", "开工日期", "验收日期", "交付日期")


def handover_columns(county: County, *, plain: bool) -> pd.DataFrame:
    """Return milestones and hand-over of the new estates, days as a clerk writes them."""
    rng = seeded("days")
    rows = [
        (
            e.id, e.name,
            *(day_text(day, rng, plain=plain) for day in (*e.dates, *e.room_dates)),
            yes_no(e.agreement, "有无"), day_text(e.handed_over, rng, plain=plain), e.receiver,
        )
        for e in county.estates
        if e.kind != "existing"
    ]  # fmt: skip
    columns = [
        "小区编号", "小区名称", *(f"住宅{m}" for m in _MILESTONES),
        *(f"用房{m}" for m in _MILESTONES), "移交协议", "移交日期", "接收单位",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns, dtype=object)


def handover_sheet(county: County, *, plain: bool) -> Sheet:
    """Return the workbook sheet of the same."""
    table = handover_columns(county, plain=plain)
    return Sheet(
        name="移交",
        title="新建小区社区用房移交台账（合成数据，非真实）",
        columns=list(table.columns),
        rows=[tuple(row) for row in table.itertuples(index=False)],
    )
