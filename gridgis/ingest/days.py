"""Days, storeys and yes/no as people write them."""

from __future__ import annotations

import calendar
import math
import re
from datetime import date, datetime, timedelta

from gridgis.ingest.quantities import BLANK, Fault, Reading, is_blank, plain, tidy
from gridgis.ingest.script import words

__all__ = ["read_day", "read_flag", "read_storeys", "read_year"]

_BAD_DAY = Fault("GG-DATE-001", "不是可识别的日期", "请写成 2024-03-05 或 2024年3月")
_SHORT_DAY = Fault(
    "GG-DATE-002", "以数值存放，无法区分 1 月与 10 月", "请改为文本或日期格式"
)
_BAD_YEAR = Fault("GG-DATE-003", "不是可识别的年度", "请写成 2024 或 2024年")
_BAD_FLAG = Fault("GG-FLAG-001", "应填是或否", "请填“是”或“否”")
_BAD_STOREY = Fault("GG-FLOOR-001", "不是可识别的楼层", "请写成 1、-1 或 1-2")
_VAGUE_STOREY = Fault(
    "GG-FLOOR-002", "楼层不明确，按未知处理", "如需核查楼层，请填写层号"
)

# Excel counts days from here, having taken 1900 for a leap year.
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = (18264, 73050)  # 1950-01-01 … 2099-12-31
_YEARS, _MONTHS = range(1900, 2200), range(1, 13)

_YEAR_FIRST = re.compile(r"((?:19|20|21)\d\d)(?!\d)")
_FULL = re.compile(
    r"(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})[日号]?(?:[t\s]\d{1,2}:.*)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})(?:[-/.年])(\d{1,2})月?(?P<part>份|底|末|上旬|中旬|下旬)?")
_YEAR = re.compile(r"(\d{4})年?(?P<part>底|末|年底|年末|上半年|下半年)?")
_BEFORE = re.compile(r"(?:之前|以前|前)$")
_AFTER = re.compile(r"(?:左右|前后)$")
_PART_DAY = {"上旬": 10, "中旬": 20}

_YES = frozenset(
    words(
        "是 有 对 √ ✓ ✔ ☑ v y yes true t 1 1.0 已 具备 已有 独立 已签 已签订 已签署 已移交 "
        "已成立 已建立 达标 已命名 ○ o"
    )
)
_NO = frozenset(
    words(
        "否 无 没有 不是 × ✗ ✘ x n no false f 0 0.0 未 不具备 未签 未签订 未签署 未移交 未成立 "
        "未建立 不达标 未命名 非独立"
    )
)
# For a yes/no column 无 is an answer, not a blank.
_FLAG_ANSWERS = _YES | _NO

_FLOOR_WORDS = {
    "底层": 1,
    "首层": 1,
    "底楼": 1,
    "平房": 1,
    "地面层": 1,
    "地下室": -1,
    "地下": -1,
}
_VAGUE_FLOORS = frozenset(
    words(
        "裙楼 裙房 夹层 附楼 顶层 顶楼 整栋 独栋 全部 多层 架空层 门面 主楼 阁楼 楼上 楼下"
    )
)
_HAN = {
    **{char: number for number, char in enumerate("零一二三四五六七八九十")},
    "两": 2,
}
_FLOOR = re.compile(
    r"(?P<below>地下|负|-|b)?第?"
    r"(?P<number>\d{1,3}(?:\.0)?|[一二两三四五六七八九十]{1,3})(?:层楼|楼层|层|楼|f)?"
)
_FLOOR_LIST = re.compile(r"[、,;/&和及]+")
_FLOOR_RANGE = re.compile(r"(?<=.)(?:-|~|至|到|—|–)(?=.)")


def read_day(cell: object) -> Reading:
    """Read a day; a period gives its last day with the mark “about”, “…前” with “at_most”."""
    if isinstance(cell, datetime):
        return Reading(cell.date())
    if isinstance(cell, date):
        return Reading(cell)
    if isinstance(cell, bool):
        return Reading(fault=_BAD_DAY)
    if isinstance(cell, int | float):
        return _day_of_number(float(cell))
    text = re.sub(r"\s+(?!\d{1,2}:)", "", tidy(str(cell))).lower()
    if is_blank(text):
        return BLANK
    mark = ""
    for pattern, meaning in ((_BEFORE, "at_most"), (_AFTER, "about")):
        if pattern.search(text):
            text, mark = pattern.sub("", text), meaning
    return _day_of_text(text, mark)


def _day_of_number(number: float) -> Reading:
    if math.isnan(number):
        return BLANK
    if number == int(number):
        whole = int(number)
        if _SERIALS[0] <= whole <= _SERIALS[1]:
            return Reading(_EXCEL_EPOCH + timedelta(days=whole))
        return _day_of_text(str(whole), "")
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return Reading(_EXCEL_EPOCH + timedelta(days=int(number)))
    text = repr(number)
    # 2024.1 as a number is January or, with its 0 lost, October.
    return Reading(fault=_SHORT_DAY) if text.endswith(".1") else _day_of_text(text, "")


def _day_of_text(text: str, mark: str) -> Reading:
    full = _FULL.fullmatch(text) or _COMPACT.fullmatch(text)
    if full is not None:
        return _day(int(full[1]), int(full[2]), int(full[3]), mark)
    month = _MONTH.fullmatch(text)
    if month is not None:
        year, number = int(month[1]), int(month[2])
        if number not in _MONTHS or year not in _YEARS:
            return Reading(fault=_BAD_DAY)
        last = calendar.monthrange(year, number)[1]
        return _day(
            year, number, _PART_DAY.get(month["part"] or "", last), mark or "about"
        )
    whole = _YEAR.fullmatch(text)
    if whole is not None:
        first_half = whole["part"] == "上半年"
        return _day(
            int(whole[1]),
            6 if first_half else 12,
            30 if first_half else 31,
            mark or "about",
        )
    return Reading(fault=_BAD_DAY)


def _day(year: int, month: int, day: int, mark: str) -> Reading:
    if year not in _YEARS:
        return Reading(fault=_BAD_DAY)
    try:
        return Reading(date(year, month, day), mark)
    except ValueError:
        return Reading(fault=_BAD_DAY)


def read_year(cell: object) -> Reading:
    """Read a year from “2024”, “2024年度”, “2024-03” or a day."""
    if isinstance(cell, date):
        return Reading(float(cell.year))
    text = plain(cell).removesuffix(".0")
    if is_blank(text) or text == "nan":
        return BLANK
    match = _YEAR_FIRST.match(text)
    return Reading(float(match[1])) if match else Reading(fault=_BAD_YEAR)


def read_flag(cell: object) -> Reading:
    """Read a yes or a no."""
    if isinstance(cell, bool):
        return Reading(cell)
    if isinstance(cell, float) and math.isnan(cell):
        return BLANK
    text = plain(cell)
    if text not in _FLAG_ANSWERS:
        return BLANK if is_blank(text) else Reading(fault=_BAD_FLAG)
    return Reading(text in _YES)


def read_storeys(cell: object) -> Reading:
    """Read the lowest and the highest storey of a room, as a pair; basements are negative."""
    if isinstance(cell, float) and math.isnan(cell):
        return BLANK
    text = plain(cell)
    if is_blank(text):
        return BLANK
    if text in _VAGUE_FLOORS:
        return Reading(note=_VAGUE_STOREY)
    found: list[int] = []
    for part in filter(None, _FLOOR_LIST.split(text)):
        ends = (
            [_floor(part)]
            if _floor(part) is not None
            else [_floor(end) for end in _FLOOR_RANGE.split(part)]
        )
        for end in ends:
            if end is None:
                return Reading(fault=_BAD_STOREY)
            found.append(end)
    if not found:
        return Reading(fault=_BAD_STOREY)
    return Reading((min(found), max(found)))


def _floor(text: str) -> int | None:
    if text in _FLOOR_WORDS:
        return _FLOOR_WORDS[text]
    match = _FLOOR.fullmatch(text)
    if match is None:
        return None
    number = _han_storey(match["number"])
    if number is None or number == 0:
        return None
    return -number if match["below"] else number


def _han_storey(text: str) -> int | None:
    if text[0].isdigit():
        return int(float(text))
    if text == "十":
        return 10
    if "十" in text:
        head, _, tail = text.partition("十")
        tens, units = _HAN.get(head or "一"), _HAN.get(tail or "零")
        return None if tens is None or units is None else tens * 10 + units
    return _HAN.get(text) if len(text) == 1 else None
