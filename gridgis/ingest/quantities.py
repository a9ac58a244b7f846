"""Numbers as people write them in ledgers, read without ever guessing.

One cell gives one `Reading`: a value in the unit of the column with, where the figure is not
exact, its mark; or nothing, where the cell says nothing; or a fault, which refuses the row.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gridgis.ingest.script import words

__all__ = [
    "BROKEN_CELLS",
    "NO_RESULT",
    "PLACEHOLDERS",
    "Fault",
    "Reading",
    "is_blank",
    "plain",
    "read_number",
    "tidy",
    "unit_of",
]


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be read, and what to write instead."""

    code: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Reading:
    """What one cell says; `value` is None where it says nothing or cannot be read."""

    value: object = None
    mark: str = ""
    fault: Fault | None = None
    note: Fault | None = None


BLANK = Reading()

NO_RESULT = "#无计算结果"
"""What stands for a formula that was saved without its result."""

BROKEN_CELLS = words(
    f"#div/0! #value! #ref! #name? #num! #null! #spill! #calc! {NO_RESULT}"
)
"""What a spreadsheet shows where a formula failed."""

# Words that fill a cell without saying anything (domain §4.3, case A12).
PLACEHOLDERS = frozenset(
    words(
        "/ // \\ - -- --- — —— – ― _ . .. … …… * ? 无 暂无 没有 空 待定 不详 未知 未填 暂缺 缺 "
        "待补 待补充 待核 待核实 待查 待统计 未统计 不明 不清 n/a na n.a. none null nil #n/a "
        "#na"
    )
) | frozenset(BROKEN_CELLS)

# Characters that take no room on paper and stand in cells pasted from web pages.
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b-\x1f]"
)
_SPACE = re.compile(r"\s+")
# Traditional forms of the characters that stand in quantities, storeys and answers.
_TRADITIONAL = str.maketrans(
    "樓層負萬億戶餘約畝頃達內無個間處號簽訂閒獨兩單",
    "楼层负万亿户余约亩顷达内无个间处号签订闲独两单",
)

# Unit → (dimension, factor to the column's unit). Areas in ㎡, money in yuan.
_UNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        **dict.fromkeys(
            words("m2 m^2 平方米 平米 平方 平 方 平方公尺 平方米(建筑面积) sqm"),
            ("㎡", 1.0),
        ),
        **dict.fromkeys(words("km2 km^2 平方公里 平方千米"), ("㎡", 1e6)),
        **dict.fromkeys(words("公顷 ha hm2"), ("㎡", 1e4)),
        "亩": ("㎡", 10000.0 / 15.0),
        "万m2": ("㎡", 1e4),
        "万平方米": ("㎡", 1e4),
        "万平米": ("㎡", 1e4),
        "万平": ("㎡", 1e4),
        "万方": ("㎡", 1e4),
        **dict.fromkeys(words("户 家 套 户(套)"), ("户", 1.0)),
        "万户": ("户", 1e4),
        "百户": ("户", 100.0),
        **dict.fromkeys(words("人 名 位 口"), ("人", 1.0)),
        "万人": ("人", 1e4),
        **dict.fromkeys(words("元 rmb 人民币 块"), ("元", 1.0)),
        "千元": ("元", 1e3),
        "万元": ("元", 1e4),
        "亿元": ("元", 1e8),
        "万": ("×", 1e4),
        "%": ("比例", 0.01),
        "分": ("分", 1.0),
        "层": ("层", 1.0),
        "年": ("年", 1.0),
        "年度": ("年", 1.0),
        "期": ("期", 1.0),
        "个": ("个", 1.0),
        "间": ("个", 1.0),
        "处": ("个", 1.0),
    }
)
_MULTIPLIERS: Mapping[str, float] = MappingProxyType(
    {"": 1.0, "百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
)
_BEFORE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(words("约 大约 大概 约为 约计 近似 ~ ≈"), "about"),
        **dict.fromkeys(
            words("超过 超 逾 不少于 不低于 不小于 至少 大于 ≥ >= > 达到"), "at_least"
        ),
        **dict.fromkeys(
            words(
                "近 不足 不到 不超过 不大于 至多 最多 小于 少于 低于 ≤ <= < 将近 接近"
            ),
            "at_most",
        ),
    }
)
_AFTER: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(words("左右 上下 许"), "about"),
        **dict.fromkeys(words("余 多 以上 及以上 有余 +"), "at_least"),
        **dict.fromkeys(words("以内 以下 不到 不足"), "at_most"),
    }
)


def _alternatives(words: Mapping[str, object]) -> str:
    return "|".join(
        re.escape(word) for word in sorted(words, key=len, reverse=True) if word
    )


_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+"
_HAN = "零〇一二两三四五六七八九十百千万亿"
_FIGURE = re.compile(
    rf"(?P<before>{_alternatives(_BEFORE)})?"
    rf"(?P<sign>[+-]?)(?P<figure>{_DIGITS}|[{_HAN}]+)"
    rf"(?P<after>{_alternatives(_AFTER)})?"
    rf"(?P<multiplier>{_alternatives(_MULTIPLIERS)})?"
    rf"(?P<later>{_alternatives(_AFTER)})?"
    rf"(?P<unit>{_alternatives(_UNITS)})?"
    rf"(?P<last>{_alternatives(_AFTER)})?"
)
_RANGE = re.compile(
    rf"\D{{0,3}}(?:{_DIGITS})[^\d,.]{{0,4}}?\s*(?:-|~|至|到|—|–|―|/)+\s*(?:{_DIGITS})"
    rf"(?:{_alternatives(_UNITS)})?\D{{0,4}}"
)

_HAN_DIGITS = {
    **{char: digit for digit, char in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "两": 2,
}
_ONE = "[一二两三四五六七八九]"
# 三百五 is short for 350 and not read: after a gap in the powers a digit needs its 零.
_HAN_NUMBER = re.compile(
    rf"(?P<has_thousands>(?P<thousands>{_ONE})千)?"
    rf"(?P<has_hundreds>(?P<hundreds>{_ONE})百)?"
    rf"(?P<zero>[零〇])?"
    rf"(?P<has_tens>(?P<tens>{_ONE})?十)?"
    rf"(?:(?:(?<=十)|(?<=[零〇]))(?P<units>{_ONE}))?"
)

_REMEDY = "请填一个数，例如 300"
_UNREADABLE = Fault("GG-NUM-001", "不是可识别的数值", _REMEDY)
_RANGED = Fault("GG-NUM-002", "是一个范围，不能确定取哪个数", "请填一个数")
_NEGATIVE = Fault("GG-NUM-003", "不能为负数", "请核实后填写正数；确实没有则留空")
_INFINITE = Fault("GG-NUM-004", "不是有限的数值", _REMEDY)
_BROKEN_COUNT = Fault("GG-NUM-005", "应为整数", "请填写整数")
_TWICE = Fault("GG-NUM-006", "表头与单元格都写了“万”，倍数不明", "请只在一处注明“万”")


def tidy(text: str) -> str:
    """Return the text in half-width form, without invisible characters and outer blanks."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def plain(cell: object) -> str:
    """Return what a reader compares: tidy, without blanks, simplified, in lower case."""
    return _SPACE.sub("", tidy(str(cell))).lower().translate(_TRADITIONAL)


def is_blank(text: str) -> bool:
    """Say whether a tidy text says nothing: empty or a placeholder."""
    return not text or text.lower() in PLACEHOLDERS


def unit_of(text: str) -> tuple[str, float] | None:
    """Return the dimension and factor of a unit as written, None where it is not one."""
    return _UNITS.get(plain(text))


def read_number(
    cell: object,
    unit: str,
    *,
    stated: tuple[str, float] | None = None,
    whole: bool = False,
) -> Reading:
    """Read one cell as a quantity ≥ 0 in `unit`.

    Parameters
    ----------
    cell
        As given by the file: text, a number, or None.
    unit
        Unit of the column ("㎡", "户", "人", "元", "比例" …).
    stated
        Unit of the column's header, as `unit_of` returns it. A unit in the cell goes before.
    whole
        Whether only whole numbers make sense.
    """
    factor = 1.0
    if stated is not None and stated[0] in (unit, "×"):
        factor = stated[1]
    if isinstance(cell, bool):
        return Reading(fault=_UNREADABLE)
    if isinstance(cell, int | float):
        number = float(cell)
        return (
            BLANK if math.isnan(number) else _bounded(number * factor, "", whole=whole)
        )
    text = plain(cell)
    if is_blank(text):
        return BLANK
    match = _FIGURE.fullmatch(text)
    value = None if match is None else _figure(match["figure"])
    if match is None or value is None:
        return Reading(fault=_fault_of(text))
    own, fault = _own_factor(match, unit, stated)
    marks = _marks(match)
    if fault is not None or len(marks) > 1:
        return Reading(fault=fault or _UNREADABLE)
    value *= factor if own is None else own
    if match["sign"] == "-":
        value = -value
    return _bounded(value, "".join(marks), whole=whole)


def _marks(match: re.Match[str]) -> set[str]:
    """Return what the words around a figure say of its exactness."""
    found = {_BEFORE.get(match["before"] or "", "")}
    found |= {_AFTER.get(match[part] or "", "") for part in ("after", "later", "last")}
    return found - {""}


def _own_factor(
    match: re.Match[str], unit: str, stated: tuple[str, float] | None
) -> tuple[float | None, Fault | None]:
    """Return what the cell's own unit and multiplier say, None where it has neither."""
    multiplier = _MULTIPLIERS[match["multiplier"] or ""]
    if match["unit"] is None:
        if multiplier == 1.0:
            return None, None
        if stated is not None and stated[1] != 1.0:
            return None, _TWICE
        return multiplier, None
    dimension, factor = _UNITS[match["unit"]]
    if dimension not in (unit, "×"):
        reason = f"单位“{match['unit']}”与本列（{unit}）不符"
        return None, Fault("GG-NUM-007", reason, f"请填写以{unit}为单位的数")
    return factor * multiplier, None


def _bounded(value: float, mark: str, *, whole: bool) -> Reading:
    if not math.isfinite(value):
        return Reading(fault=_INFINITE)
    if value < 0:
        return Reading(fault=_NEGATIVE)
    if whole:
        rounded = float(round(value))
        if abs(value - rounded) > 1e-6 * max(1.0, abs(value)):
            return Reading(fault=_BROKEN_COUNT)
        value = rounded
    # 0.03 × 10,000 is 300, not 300.00000000000006.
    return Reading(float(f"{value:.12g}"), mark)


def _figure(text: str) -> float | None:
    if text[0] in _HAN:
        return _han_number(text)
    return float(text.replace(",", ""))


def _han_number(text: str) -> float | None:
    """Return a full Chinese numeral; short forms such as “三百五” are not read."""
    for big, factor in (("亿", 1e8), ("万", 1e4)):
        if big in text:
            head, _, tail = text.partition(big)
            high, low = _han_below(head), (_han_number(tail) if tail else 0.0)
            if high is None or low is None or low >= factor:
                return None
            # 一万二 may be 12,000 or 10,002: only 一万零二 and 一万二千 are clear.
            return (
                None
                if 0 < low < factor / 10 and tail[0] not in "零〇"
                else high * factor + low
            )
    return _han_below(text)


def _han_below(text: str) -> float | None:
    """Return a Chinese numeral below 10,000, or digits read one by one (三〇〇)."""
    if all(char in _HAN_DIGITS for char in text):
        return float("".join(str(_HAN_DIGITS[char]) for char in text)) if text else None
    match = _HAN_NUMBER.fullmatch(text)
    if match is None:
        return None
    total = sum(
        power * _HAN_DIGITS[match[name] or "一"]
        for name, power in (("thousands", 1000), ("hundreds", 100), ("tens", 10))
        if match[f"has_{name}"]
    )
    return float(total + _HAN_DIGITS[match["units"] or "零"])


def _fault_of(text: str) -> Fault:
    if re.search(r"(?<![a-z])(?:inf(?:inity)?|nan|∞)(?![a-z])", text):
        return _INFINITE
    if _RANGE.fullmatch(text):
        return _RANGED
    return _UNREADABLE
