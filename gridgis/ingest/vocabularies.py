"""Words for kinds, uses, tenures and states, and the codes that the tables keep.

A word that is not here stays unknown and is reported: it is never matched to the nearest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from gridgis.ingest.quantities import is_blank, plain
from gridgis.ingest.script import simplified
from gridgis.wording import CHOICES

__all__ = ["NOT_UNDERSTOOD", "USE_WORDS", "VOCABULARIES", "read_uses", "read_word"]

USE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "office": (
            "办公 办公用房 办公室 社区办公 社区办公用房 居委会办公 居委会办公用房 "
            "居委办公 村委办公"
        ),
        "service": (
            "服务 服务用房 便民服务 社区服务 社区服务用房 便民服务用房 便民大厅 "
            "服务大厅 便民服务大厅 办事大厅"
        ),
        "activity": (
            "活动 活动用房 活动室 居民活动 居民活动用房 居民活动室 居民活动中心 "
            "社区活动室 社区活动用房 老年活动室 活动中心"
        ),
        "party_service_center": (
            "党群服务中心 党群中心 党群服务站 社区党群服务中心 党员活动中心 "
            "党群服务用房"
        ),
        "service_station": (
            "社区服务站 便民服务站 社区服务中心 社区便民服务站 便民服务中心 "
            "社区便民服务中心"
        ),
        "service_facility": (
            "综合服务设施 社区综合服务设施 综合服务用房 社区综合服务用房 办公服务用房 "
            "办公和服务用房 综合服务中心 社区综合服务中心 社区配套用房 社区用房"
        ),
        "culture_room": (
            "文化活动室 文化活动站 文化室 社区文化室 社区文化活动室 图书室 阅览室 "
            "农家书屋 图书阅览室 文化活动用房 文化用房"
        ),
        "police_room": "警务室 社区警务室 警务用房 警务站",
        "mediation_room": "调解室 人民调解室 矛盾调解室 调解用房",
        "social_work_station": "社工站 社工室 社会工作站 社会工作服务站 社会工作室",
        "elderly_care": (
            "养老服务用房 养老服务设施 养老用房 养老设施 养老服务 养老 居家养老 "
            "居家养老服务用房 居家养老服务站 居家养老服务中心 养老服务站"
        ),
        "elderly_day_care": (
            "日间照料中心 老年人日间照料中心 日间照料 日照中心 老年日间照料 "
            "社区日间照料中心 老年人日间照料室 日间照料室 日间照料用房"
        ),
        "nursery": (
            "托育 托育用房 托儿所 托育点 托育服务 托育中心 婴幼儿照护 社区托育点"
        ),
        "canteen": "社区食堂 便民食堂 老年食堂 食堂 助餐点 老年助餐点 长者食堂",
        "health_station": "社区卫生服务站 卫生服务站 卫生站 卫生室 社区卫生站 村卫生室",
        "kindergarten": "幼儿园",
        "outdoor_fitness": (
            "户外健身场地 户外健身场所 室外健身场地 健身广场 室外活动场地 "
            "户外活动场地 户外健身 户外健身活动场所 户外健身活动场地 室外场地 "
            "户外场地 文体广场 健身场地 室外综合健身场地 健身点 健身路径 室外健身"
        ),
        "property_rooms": (
            "物业用房 物业管理用房 物业服务用房 物业 物业办公用房 物业办公"
        ),
        "shopfront": "门面 商铺 门面房 店面 铺面 临街门面",
        "commerce": "商业 商业用房 商业服务 超市 便利店 菜市场",
        "other": "其他 其它 其他用房",
    }
)

_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "use": USE_WORDS,
        "kind": {
            "urban": "城市 城市社区 城镇社区 城区 主城区 城区社区 城市居委会",
            "town": (
                "乡镇 乡镇社区 镇 集镇 镇社区 镇乡结合区 场镇社区 场镇 集镇社区 "
                "涉农社区"
            ),
            "rural": "农村 农村社区 乡村 村 行政村 村委会 农村居委会 村庄",
            "new": "新建 新建小区 新小区 在建 新建住宅 新建住宅小区 新",
            "existing": (
                "既有 既有小区 老旧小区 老旧 老小区 已建 建成 已建成 旧 旧小区 "
                "已建小区 存量"
            ),
        },
        "tenure": {
            "owned": (
                "自有 自有产权 社区自有 产权自有 自建 购置 购买 集体所有 集体产权 "
                "自有房产 自购"
            ),
            "allocated": (
                "配建移交 配建 移交 划拨 配套移交 无偿移交 政府划拨 调拨 开发商移交 "
                "配套 小区配建 配建移交用房"
            ),
            "leased": "租赁 租用 租借 出租 承租 租房",
            "borrowed": "借用 借 暂借 无偿借用 临时借用",
            "shared": "共建共用 共用 共享 共建 合用 共建共享",
        },
        "status": {
            "in_use": (
                "在用 使用 使用中 正常使用 已投用 投用 正常 启用 已启用 投入使用 运行 "
                "开放 已投入使用 现状"
            ),
            "building": "在建 建设中 施工 施工中 装修中 在建中 未完工 改造中",
            "planned": "规划 拟建 待建 规划中 计划 筹建 未开工 规划待建",
            "idle": (
                "闲置 空置 未使用 闲置中 空闲 未投用 不在用 非在用 未启用 已闲置 已空置 "
                "已出租 被占用"
            ),
            "closed": (
                "停用 关闭 撤销 废弃 已关闭 已停用 已撤销 拆除 已拆除 待拆除 待拆 "
                "已征收 危房 暂停使用"
            ),
            "unknown": "不确定",
        },
        "grid_type": {
            "general": "综合网格 基础网格 综合 一般网格 基础 社区网格 普通网格",
            "dedicated": "专属网格 专属 专业网格 专门网格",
            "micro": "微网格 微格 微",
            "unit": "单元网格 万米单元网格 万米网格 单元",
        },
        "housing_kind": {
            "commodity": "商品房 商品住房 商品住宅 普通商品房 普通商品住房 商品",
            "affordable": (
                "保障房 保障性住房 安置房 公租房 廉租房 经济适用房 保障 共有产权房 "
                "保障性租赁住房 棚改安置房 拆迁安置房 回迁房"
            ),
        },
        "area_basis": {
            "gross": "建筑面积 建面 建筑",
            "usable": "使用面积 使用",
            "inner": "套内面积 套内 套内建筑面积",
            "surveyed": "实测面积 实测 测绘面积",
        },
    }
)


def _codes(column: str) -> Mapping[str, str]:
    words = {
        plain(word): code
        for code, line in _WORDS[column].items()
        for word in line.split()
    }
    words |= {plain(word): code for code, word in CHOICES.get(column, {}).items()}
    return MappingProxyType(words | {code: code for code in _WORDS[column]})


VOCABULARIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {column: _codes(column) for column in _WORDS}
)
"""Column → word as written (plain) → code."""

NOT_UNDERSTOOD: Mapping[str, str] = MappingProxyType({"status": "unknown"})
"""Column → code of a word that says something not understood.

A blank status means in use, so that a word not understood may not become a blank.
"""

_YES_NO: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # “是否闲置”, “是否自有”: only an answer that settles the matter gives a code.
        "status": {"是": "idle", "否": "in_use"},
        "tenure": {"是": "owned"},
    }
)
_SEPARATORS = re.compile(r"[、,;/|+＋和与及]")
_PARENTHESES = re.compile(r"\(.*?\)")


def read_word(column: str, text: str, *, yes_no: bool = False) -> str | None:
    """Return the code of a plain text in a column, None where the word is not known."""
    if yes_no and text in _YES_NO.get(column, {}):
        return _YES_NO[column][text]
    words = VOCABULARIES[column]
    for form in (text, _PARENTHESES.sub("", text), simplified(text)):
        if form in words:
            return words[form]
    return None


def read_uses(cell: object) -> tuple[list[str], list[str]]:
    """Return the codes of all uses a cell names, in order, and the words not known."""
    text = plain(cell)
    if is_blank(text):
        return [], []
    whole = read_word("use", text)
    if whole is not None:
        return [whole], []
    codes: list[str] = []
    unknown: list[str] = []
    for part in filter(None, _SEPARATORS.split(text)):
        code = read_word("use", part)
        if code is None:
            unknown.append(part)
        else:
            codes.append(code)
    return list(dict.fromkeys(codes)), unknown
