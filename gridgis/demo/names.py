"""Invented place names: common words, put together so that none means a real place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

__all__ = ["ESTATES", "community_names", "county_name", "street_names"]

_COUNTY_FIRST = "青云锦瑞祥宁和丰永嘉兴明清文德福泰启恒景"
_COUNTY_SECOND = "禾栖岭澜汀圃岫川泽麓屏渚陂浦崖"
_STREETS = ("望岭", "文澜", "云汀", "金桥", "锦圃", "明渚", "瑞屏", "嘉岫")
_TOWNS = (
    "柳坝", "松岗", "白鹭", "双溪", "石盘", "清坪", "高岭", "桃坞", "竹湾",
    "梨坪", "枫渡", "荷塘", "莲池", "麦田",
)  # fmt: skip
_COMMUNITIES = [
    "东街",
    "西街",
    "南街",
    "北街",
    "解放路",
    "人民路",
    "建设路",
    "和平",
    "团结",
    "幸福",
    "光明",
    "朝阳",
    "向阳",
    "前进",
    "胜利",
    "红星",
    "民主",
    "友谊",
    "长青",
    "翠屏",
    "文化路",
    "学府",
    "书院",
    "桂花",
    "玉兰",
    "银杏",
    "樱花",
    "杏林",
    "梧桐",
    "槐荫",
    "榕荫",
    "香樟",
    "临江",
    "滨河",
    "河堤",
    "望江",
    "江南",
    "江北",
    "桥头",
    "渡口",
    "码头",
    "石板",
    "古井",
    "钟楼",
    "鼓楼",
    "牌坊",
    "城隍",
    "会仙",
    "南门",
    "北门",
    "东门",
    "西门",
    "顺城",
    "环城",
    "迎宾",
    "站前",
    "车站",
    "邮电",
    "盐井",
    "丝厂",
    "机械",
    "粮站",
    "供销",
    "水电",
    "农科",
    "果园",
    "茶园",
    "柑橘",
    "蜜柚",
    "油坊",
    "磨坊",
    "瓦窑",
    "砖厂",
    "铁匠",
    "米市",
    "牛市",
    "盐市",
    "布市",
    "花市",
    "灯市",
]
ESTATES = [
    "阳光花园",
    "翠湖苑",
    "桂香苑",
    "和谐家园",
    "金色家园",
    "春晓苑",
    "丽景苑",
    "康乐苑",
    "安居苑",
    "如意苑",
    "吉祥里",
    "平安里",
    "惠民里",
    "梨花里",
    "书香里",
    "云水间",
    "江畔居",
    "青石院",
    "老粮站院",
    "丝厂宿舍",
    "盐厂宿舍",
    "教师新村",
    "农机厂院",
    "供销社院",
    "水电局院",
]


def county_name(index: int) -> str:
    """Return the name of the n-th county, unique up to 300 and numbered beyond."""
    lap, place = divmod(index, len(_COUNTY_FIRST) * len(_COUNTY_SECOND))
    second, first = divmod(place, len(_COUNTY_FIRST))
    number = "" if lap == 0 else str(lap + 1)
    return f"{_COUNTY_FIRST[first]}{_COUNTY_SECOND[second]}{number}县"


def street_names(urban: int, town: int) -> list[str]:
    """Return the names of the 街道 and then of the 镇 of one county."""
    return [f"{name}街道" for name in _STREETS[:urban]] + [
        f"{name}镇" for name in _TOWNS[:town]
    ]


def community_names() -> Iterator[str]:
    """Yield names of communities, each once."""
    yield from (f"{name}社区" for name in _COMMUNITIES)
    yield from (f"{a}{b}社区" for a, b in product(_COUNTY_FIRST, _COUNTY_SECOND))
