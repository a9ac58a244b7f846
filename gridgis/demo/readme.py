"""The README.txt beside the files: what they are, in Chinese, and that they are invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridgis.demo.model import DAY

if TYPE_CHECKING:
    from gridgis.demo.model import County

__all__ = ["OPENING", "readme"]

OPENING = "这些文件全部是合成数据（虚构）"

_DETAILED = """\
社区台账.xlsx      社区（两行表头、合计行、签名行）、社区用房（面积带单位）、2025 年工作人员
社区边界.shp       社区边界，GBK 编码、没有 .cpg，EPSG:4544（CGCS2000 三度带，中央经线 105°）
网格.geojson       综合网格、专属网格和几个单元网格，经纬度
小区.gpkg          新建与既有小区，分期开发的每期一行
新建小区移交.xlsx  新建小区的四个同步日期与移交情况
楼栋.gpkg          既有住宅楼栋与户数
道路.geojson       街道中心线，社区与网格都以它为界
"""
_BULK = """\
社区.gpkg          社区边界与户数、人口（EPSG:4544）
小区.gpkg          新建与既有小区、日期与移交
社区用房.xlsx      用房清单，按社区代码对应
（规模超过 1000 个社区：不含网格、楼栋、道路；truth.json 只给出 county 规则包各结论的数量）
"""
_COMMON = """\
户外场地.csv       户外健身场地，GB18030 编码，带经度、纬度
经费.csv           运转经费（万元），按街道和社区名称对应
工作者.csv         2026 年社区工作者
考评.csv           自评分、省评分、命名，GB18030 编码
项目.csv           试点项目
truth.json         植入了什么、每条规则应得的结论（独立推算，不是程序运行的结果）
"""


def readme(county: County, seed: int, *, clean: bool) -> str:
    """Return the text; says first of all that everything is synthetic."""
    urban = [c.population for c in county.communities if c.kind == "urban"]
    town = [c.population for c in county.communities if c.kind == "town"]
    names = dict.fromkeys(c.county for c in county.communities)
    place = next(iter(names)) if len(names) == 1 else f"{len(names)} 个县"
    lines = [
        f"{OPENING}：地名、代码、边界和数字都不是真实的，请勿当作真实资料使用。",
        "",
        f"地点：{place}。社区 {len(urban) + len(town)} 个：",
        f"  城市社区 {len(urban)} 个，平均 {sum(urban) / len(urban):,.0f} 人",
    ]
    if town:
        lines.append(f"  乡镇社区 {len(town)} 个，平均 {sum(town) / len(town):,.0f} 人")
    lines += [
        f"随机种子 {seed}；"
        + (
            "没有植入缺陷。"
            if clean
            else f"植入缺陷 {len(county.defects)} 处，见 truth.json。"
        ),
        f"结论适用于 {DAY:%Y-%m-%d} 及以后的任何一天。",
        "",
        (_DETAILED if county.sizes.detailed else _BULK) + _COMMON,
    ]
    return "\n".join(lines)
