"""What is planted in urban communities: staffing, size, funds, many-but-small rooms."""

from __future__ import annotations

from gridgis.demo.plants import Plant, apart, centre, room

__all__ = ["URBAN_PLANTS"]

_SHOPFRONTS = (28.0, 26.0, 24.0, 18.0, 22.0, 27.5, 18.5, 25.0, 19.0, 21.0, 20.0, 13.0)

URBAN_PLANTS: tuple[Plant, ...] = (
    Plant(
        key="many_but_small",
        name="七星社区",
        what="12 处临街门面合计 262 ㎡，每处不足 30 ㎡，沿街散布约 1 里，数量多但面积小、不集中",
        # Odd and even doors 100 m apart: every room is a place of its own; 28 / 262 = 0.107.
        rooms=(
            *(
                apart(
                    "service" if i % 2 else "office",
                    area,
                    x=-240.0 + 44.0 * i,
                    y=60.0 * (i % 2),
                )
                for i, area in enumerate(_SHOPFRONTS)
            ),
            apart(
                "shopfront", 86.0, x=10.0, y=-70.0, status="idle", remark="闲置，可选址"
            ),
            apart(
                "shopfront", 64.0, x=20.0, y=-70.0, status="idle", remark="闲置，可选址"
            ),
        ),
        expected={"S01": "fail", "S01-C": "fail", "S01-R": "fail"},
    ),
    Plant(
        key="limit_1000",
        name="千户社区",
        what="1000 户配 4 人、经费 12 万元，都正好在线上；网格 300、500、200 户",
        population=2_900,
        dwellings=1_000,
        grid_parts=(300, 500, 200),
        workers=4,
        funds=((2025, 118_000.0), (2026, 120_000.0)),
        expected={"N01": "pass", "S05": "pass", "S13-U": "pass"},
    ),
    Plant(
        key="households_3000",
        name="三千社区",
        what="3000 户配 12 人，正好；网格 299、501 户各一个，差一户",
        population=8_700,
        dwellings=3_000,
        grid_parts=(299, 501, 400, 400, 400, 400, 400, 200),
        workers=12,
        expected={"N01": "pass", "S05": "pass"},
    ),
    Plant(
        key="households_999",
        name="小庭社区",
        what="999 户配 3 人：户数比 1000 少一户，人员比 4 人少一人",
        population=2_897,
        dwellings=999,
        workers=3,
        expected={"N01": "fail", "S05": "fail"},
    ),
    Plant(
        key="households_3001",
        name="大庭社区",
        what="3001 户配 11 人：户数多一户，人员应为 12 人",
        population=8_703,
        dwellings=3_001,
        workers=11,
        expected={"N01": "fail", "S05": "fail"},
    ),
    Plant(
        key="households_1250",
        name="新桥社区",
        what="1250 户应配 5 人（4 + 1），实有 5 人",
        population=3_625,
        dwellings=1_250,
        workers=5,
        expected={"S05": "pass"},
    ),
    Plant(
        key="households_1249",
        name="老桥社区",
        what="1249 户应配 4 人（不满 250 户不增），实有 4 人",
        population=3_622,
        dwellings=1_249,
        workers=4,
        expected={"S05": "pass"},
    ),
    Plant(
        key="households_unknown",
        name="待查社区",
        what="户数栏填“不详”：按户数的指标无法判定，不能当作 0",
        dwellings=2_600,
        households_text="不详",
        workers=9,
        expected={"N01": "not_assessed", "S05": "not_assessed", "N02": "not_assessed"},
    ),
    Plant(
        key="households_about",
        name="约户社区",
        what="户数写作“约1180户”：按 1180 户计并注明是估计，应配 4 人，实有 4 人",
        population=3_400,
        dwellings=1_180,
        households_text="约1180户",
        households=1_180.0,
        workers=4,
        expected={"N01": "pass", "S05": "pass"},
    ),
    Plant(
        key="workers_18",
        name="十八社区",
        what="1 万人配 18 人，正好每万人 18 人",
        population=10_000,
        dwellings=3_300,
        workers=18,
        expected={"N04": "pass"},
    ),
    Plant(
        key="workers_17",
        name="十七社区",
        what="1 万人配 17 人，比每万人 18 人少一人",
        population=10_000,
        dwellings=3_300,
        workers=17,
        expected={"N04": "fail"},
    ),
    Plant(
        key="complex_600",
        name="综合社区",
        what="综合体一处正好 600 ㎡",
        rooms=(centre(360.0), room("activity", 240.0)),
        expected={"S01": "pass", "N07": "pass"},
    ),
    Plant(
        key="complex_599",
        name="连廊社区",
        what="综合体一处 599.9 ㎡，另一处 200 ㎡ 在 120 米外，不能并成一处",
        rooms=(
            centre(359.9),
            room("activity", 240.0),
            apart("activity", 200.0, x=120.0),
        ),
        expected={"S01": "pass", "N07": "fail"},
    ),
    Plant(
        key="funds_short",
        name="节俭社区",
        what="2026 年经费 119 999 元，差 1 元",
        file="经费.csv",
        funds=((2025, 130_000.0), (2026, 119_999.0)),
        expected={"S13-U": "fail"},
    ),
    Plant(
        key="funds_none",
        name="无账社区",
        what="经费表里没有这个社区：无法判定，不是 0 元",
        file="经费.csv",
        funds=(),
        expected={"S13-U": "not_assessed"},
    ),
    Plant(
        key="population_5000",
        name="五千社区",
        what="5000 人，正好在五分钟生活圈下限",
        population=5_000,
        expected={"N08-5": "pass"},
    ),
    Plant(
        key="population_12000",
        name="万二社区",
        what="12000 人，正好在五分钟生活圈上限",
        population=12_000,
        expected={"N08-5": "pass"},
    ),
)
