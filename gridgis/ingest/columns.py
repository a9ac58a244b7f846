"""One column of cells, read at once: each distinct value is looked at a single time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.ingest.days import read_day, read_flag, read_storeys, read_year
from gridgis.ingest.quantities import (
    PLACEHOLDERS,
    Fault,
    Reading,
    is_blank,
    plain,
    read_number,
    tidy,
)
from gridgis.ingest.vocabularies import NOT_UNDERSTOOD, read_uses, read_word

__all__ = [
    "Parsed",
    "as_numbers",
    "as_text",
    "parse_codes",
    "parse_day",
    "parse_flag",
    "parse_number",
    "parse_share",
    "parse_storeys",
    "parse_uses",
    "parse_word",
    "parse_year",
]

_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08]"
)
_SCIENTIFIC_CODE = r"\d(?:\.\d+)?[eE]\+\d+"
_EXACT_DIGITS = 1e15
_BLANK_WORDS = sorted({"", *PLACEHOLDERS, *(word.upper() for word in PLACEHOLDERS)})
_LOST_DIGITS = Fault(
    "GG-CODE-001",
    "编码以数值存放，超过 15 位的尾数已丢失",
    "请把该列设为文本后重新填写",
)
_SCIENTIFIC = Fault(
    "GG-CODE-002", "编码被写成科学计数法，末位已丢失", "请把该列设为文本后重新填写"
)
_UNSURE_SHARE = Fault(
    "GG-NUM-008", "无法区分比例与百分数", "请写成 85% ，或在表头注明（%）"
)


@dataclass(frozen=True)
class Parsed:
    """A column as understood, aligned to the column it came from.

    `faults` and `notes` give positions by what is wrong: rows with a fault are refused, rows
    with a note are loaded with the value unknown or as it is.
    """

    cells: pd.Series
    marks: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    faults: tuple[tuple[Fault, NDArray[np.intp]], ...] = ()
    notes: tuple[tuple[Fault, NDArray[np.intp]], ...] = ()
    further: pd.Series | None = None
    unknown_words: dict[str, NDArray[np.intp]] = field(default_factory=dict)


def _objects(cells: pd.Series) -> NDArray[np.object_]:
    array = cells.to_numpy(dtype=object)
    missing = cells.isna().to_numpy()
    if missing.any():
        array = array.copy()
        array[missing] = ""
    return array


def _is_numeric(cells: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(
        cells.dtype
    ) and not pd.api.types.is_bool_dtype(cells.dtype)


def as_numbers(cells: pd.Series) -> NDArray[np.float64] | None:
    """Return the cells as numbers where all of them are, blanks as NaN; None otherwise."""
    if _is_numeric(cells):
        return cells.to_numpy(dtype=float, na_value=np.nan)
    if cells.dtype != object or not len(cells) or isinstance(cells.iloc[0], bool):
        return None
    array = cells.to_numpy()
    blank = array == ""
    if blank.any():
        array = array.copy()
        array[blank] = np.nan
    kind = pd.api.types.infer_dtype(array, skipna=True)
    return (
        array.astype(float)
        if kind in ("floating", "integer", "mixed-integer-float", "empty")
        else None
    )


def _distinct(cells: pd.Series) -> tuple[list[object], NDArray[np.intp]]:
    """Return each distinct cell once, blank for missing, and which of them each row has."""
    if pd.api.types.is_string_dtype(cells.dtype) and cells.dtype != object:
        codes, unique = pd.factorize(cells)
        values: list[object] = list(unique)
        if (codes < 0).any():
            codes = np.where(codes < 0, len(values), codes)
            values.append("")
        return values, codes
    codes, found = pd.factorize(_objects(cells), use_na_sentinel=False)
    return list(found), codes


def _each(
    cells: pd.Series, reader: Callable[[object], Reading]
) -> tuple[list[Reading], NDArray[np.intp]]:
    """Return the reading of each distinct cell, and which of them each row has."""
    unique, codes = _distinct(cells)
    return [reader(cell) for cell in unique], codes


def _gathered(
    readings: list[Reading], codes: NDArray[np.intp], part: str
) -> tuple[tuple[Fault, NDArray[np.intp]], ...]:
    found: dict[Fault, list[int]] = {}
    for number, reading in enumerate(readings):
        fault = getattr(reading, part)
        if fault is not None:
            found.setdefault(fault, []).append(number)
    return tuple(
        (fault, np.flatnonzero(np.isin(codes, which))) for fault, which in found.items()
    )


def _marks(
    readings: list[Reading], codes: NDArray[np.intp]
) -> dict[str, NDArray[np.bool_]]:
    words = [reading.mark for reading in readings]
    return {
        mark: np.array([word == mark for word in words])[codes]
        for mark in set(words)
        if mark
    }


def parse_number(
    cells: pd.Series,
    unit: str,
    *,
    stated: tuple[str, float] | None = None,
    whole: bool = False,
) -> Parsed:
    """Read a column of quantities into float64, NaN for unknown."""
    numbers = as_numbers(cells)
    if numbers is None:
        readings, codes = _each(
            cells, lambda cell: read_number(cell, unit, stated=stated, whole=whole)
        )
        values = np.array(
            [
                np.nan if reading.value is None else reading.value
                for reading in readings
            ],
            dtype=float,
        )
        values = values[codes] if len(values) else np.empty(0)
        return Parsed(
            pd.Series(values, index=cells.index),
            _marks(readings, codes),
            _gathered(readings, codes, "fault"),
            _gathered(readings, codes, "note"),
        )
    if stated is not None and stated[0] in (unit, "×") and stated[1] != 1.0:
        numbers = numbers * stated[1]
    faults: list[tuple[Fault, NDArray[np.intp]]] = []
    wrong = np.isinf(numbers) | (numbers < 0)
    if whole:
        rounded = np.round(numbers)
        wrong |= np.abs(numbers - rounded) > 1e-6 * np.maximum(1.0, np.abs(numbers))
        numbers = np.where(wrong, numbers, rounded)
    for position in np.flatnonzero(wrong):
        fault = read_number(float(numbers[position]), unit, whole=whole).fault
        if fault is not None:
            faults.append((fault, np.array([position])))
    exact = pd.Series(np.where(wrong, np.nan, numbers), index=cells.index)
    return Parsed(exact, faults=_collected(faults))


def _collected(
    faults: list[tuple[Fault, NDArray[np.intp]]],
) -> tuple[tuple[Fault, NDArray[np.intp]], ...]:
    by_fault: dict[Fault, list[NDArray[np.intp]]] = {}
    for fault, where in faults:
        by_fault.setdefault(fault, []).append(where)
    return tuple((fault, np.concatenate(parts)) for fault, parts in by_fault.items())


def parse_share(cells: pd.Series, *, stated: tuple[str, float] | None) -> Parsed:
    """Read shares; plain figures above 1 are per cent only if all of them are above 1."""
    parsed = parse_number(cells, "比例", stated=stated)
    values = parsed.cells.to_numpy()
    if stated is not None and stated[0] == "比例":
        return parsed
    plain_cells = (
        ~pd.Series(_objects(cells)).astype("str").str.contains("[%％]").to_numpy()
    )
    bare = plain_cells & ~np.isnan(values)
    if not (values[bare] > 1.0).any():
        return parsed
    if (values[bare] > 1.0).all():
        return Parsed(
            parsed.cells.where(~bare, parsed.cells / 100.0), parsed.marks, parsed.faults
        )
    small = np.flatnonzero(bare & (values <= 1.0))
    settled = parsed.cells.where(~bare, parsed.cells / 100.0)
    return Parsed(settled, parsed.marks, (*parsed.faults, (_UNSURE_SHARE, small)))


def parse_day(cells: pd.Series) -> Parsed:
    """Read a column of days into datetime64[ms]."""
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        days = cells.dt.tz_localize(None) if cells.dt.tz is not None else cells
        return Parsed(days.dt.normalize().astype("datetime64[ms]"))
    readings, codes = _each(cells, read_day)
    days = np.array(
        ["NaT" if reading.value is None else str(reading.value) for reading in readings]
        or ["NaT"],
        dtype="datetime64[ms]",
    )
    return Parsed(
        pd.Series(days[codes], index=cells.index),
        _marks(readings, codes),
        _gathered(readings, codes, "fault"),
    )


def parse_year(cells: pd.Series) -> Parsed:
    """Read a column of years into float64."""
    readings, codes = _each(cells, read_year)
    values = np.array(
        [reading.value if reading.value is not None else np.nan for reading in readings]
        or [np.nan],
        dtype=float,
    )
    return Parsed(
        pd.Series(values[codes], index=cells.index),
        faults=_gathered(readings, codes, "fault"),
    )


def parse_flag(cells: pd.Series) -> Parsed:
    """Read a column of yes and no into nullable booleans."""
    if pd.api.types.is_bool_dtype(cells.dtype):
        return Parsed(cells.astype("boolean"))
    readings, codes = _each(cells, read_flag)
    answers = pd.Series([reading.value for reading in readings] or [None])
    values = answers.astype("boolean").array
    return Parsed(
        pd.Series(values.take(codes), index=cells.index),
        faults=_gathered(readings, codes, "fault"),
    )


def parse_storeys(cells: pd.Series) -> Parsed:
    """Read storeys; `values` holds the lowest and `further` the highest."""
    readings, codes = _each(cells, read_storeys)
    pairs = np.array(
        [
            reading.value if reading.value is not None else (np.nan, np.nan)
            for reading in readings
        ]
        or [(np.nan, np.nan)],
        dtype=float,
    )
    low, high = pairs[codes].T
    return Parsed(
        pd.Series(low, index=cells.index),
        faults=_gathered(readings, codes, "fault"),
        notes=_gathered(readings, codes, "note"),
        further=pd.Series(high, index=cells.index),
    )


def parse_word(cells: pd.Series, column: str, *, yes_no: bool = False) -> Parsed:
    """Read a column of words into codes; unknown words are listed.

    They give unknown, in a column where a blank has a meaning of its own the code for it.
    """
    unique, codes = _distinct(cells)
    texts = [plain(cell) for cell in unique]
    found = [
        None if is_blank(text) else read_word(column, text, yes_no=yes_no)
        for text in texts
    ]
    unknown = {
        str(cell).strip(): np.flatnonzero(codes == number)
        for number, (cell, text, code) in enumerate(
            zip(unique, texts, found, strict=True)
        )
        if code is None and not is_blank(text)
    }
    settled = [
        NOT_UNDERSTOOD.get(column) if code is None and not is_blank(text) else code
        for text, code in zip(texts, found, strict=True)
    ]
    values = pd.Series(
        pd.array(settled or [None], dtype="str").take(codes), index=cells.index
    )
    return Parsed(values, unknown_words=unknown)


def parse_uses(cells: pd.Series) -> Parsed:
    """Read what rooms are used for: the first use, and the others as `further`."""
    unique, codes = _distinct(cells)
    first: list[str | None] = []
    others: list[str | None] = []
    unknown: dict[str, NDArray[np.intp]] = {}
    for number, cell in enumerate(unique):
        uses, words = read_uses(cell)
        first.append(uses[0] if uses else None)
        others.append(";".join(uses[1:]) or None)
        for word in words:
            where = np.flatnonzero(codes == number)
            unknown[word] = (
                np.concatenate([unknown[word], where]) if word in unknown else where
            )
    return Parsed(
        pd.Series(
            pd.array(first or [None], dtype="str").take(codes), index=cells.index
        ),
        further=pd.Series(
            pd.array(others or [None], dtype="str").take(codes), index=cells.index
        ),
        unknown_words=unknown,
    )


def as_text(cells: pd.Series) -> pd.Series:
    """Return a column as text: whole numbers without “.0”, blanks and placeholders unknown."""
    return _text(cells)[0]


def _text(cells: pd.Series) -> tuple[pd.Series, str]:
    """Return a column as text, and all of it in one string, lines apart.

    One look at the whole tells that nearly every column needs no cleaning.
    """
    if _is_numeric(cells) or cells.dtype == object:
        cells = _plain_text(cells)
    text = cells.astype("str")
    whole = "\n".join(text.dropna().tolist())
    if not whole.replace("\n", "").isprintable():
        text = text.str.replace(_INVISIBLE.pattern, "", regex=True).str.strip()
    elif whole[:1] == " " or whole[-1:] == " " or " \n" in whole or "\n " in whole:
        text = text.str.strip()
    return text.mask(text.isin(_BLANK_WORDS)), whole


def _plain_text(cells: pd.Series) -> pd.Series:
    array = _objects(cells)
    if pd.api.types.infer_dtype(array, skipna=False) == "string":
        return pd.Series(array, index=cells.index, dtype="str")
    codes, unique = pd.factorize(array, use_na_sentinel=False)
    texts = pd.array([_cell_text(cell) for cell in unique] or [""], dtype="str")
    return pd.Series(texts.take(codes), index=cells.index)


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def parse_codes(cells: pd.Series) -> Parsed:
    """Read a column of codes as text; codes whose digits were lost are refused."""
    text, whole = _text(cells)
    if not unicodedata.is_normalized("NFKC", whole):
        text = text.map(tidy, na_action="ignore").astype("str")
    if " " in whole or "'" in whole:
        # Excel shows text that looks like a number with an apostrophe before it.
        text = text.str.replace(r"^'|\s+", "", regex=True)
    faults: list[tuple[Fault, NDArray[np.intp]]] = []
    numbers = as_numbers(cells)
    if numbers is not None:
        lost = np.flatnonzero(np.abs(np.nan_to_num(numbers)) >= _EXACT_DIGITS)
        if len(lost):
            faults.append((_LOST_DIGITS, lost))
    if "E+" in whole or "e+" in whole:
        wrong = text.str.fullmatch(_SCIENTIFIC_CODE).fillna(False).to_numpy(dtype=bool)  # noqa: FBT003
        faults.append((_SCIENTIFIC, np.flatnonzero(wrong)))
    return Parsed(text, faults=tuple(faults))
