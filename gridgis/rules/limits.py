"""The shapes a limit can have, each as an interval per subject and as words.

A limit that depends on a quantity (households, floor area) is not known where the quantity
is not: its low end is then the least it could be and its high end infinite, so that a
verdict is only given where it holds for every possible value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gridgis.rules.subjects import bounds_of
from gridgis.wording import amount, quantity_unit, quantity_word, with_unit

__all__ = ["Limit", "Quantity", "Required", "arithmetic", "relief", "required", "words"]

Quantity = Literal[
    "households",
    "population",
    "planned_dwellings",
    "occupied",
    "residential_floor_area_m2",
]


@dataclass(frozen=True)
class Required:
    """What a limit asks of each subject: `low` ≤ the requirement ≤ `high`, and why unknown."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    missing: tuple[str, ...] = ()


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        message = "应为数字，不是 true/false"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueErrors
    return value


Number = Annotated[float, BeforeValidator(_no_flag), Field(ge=0, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Per(_Model):
    """`amount` for every `each` of a quantity: 50 ㎡ per 100 households."""

    of: Quantity
    amount: Number = Field(gt=0)
    each: Number = Field(gt=0)
    rounding: Literal["pro_rata", "full_steps_up"] = "pro_rata"

    def bounds(self, subjects: pd.DataFrame) -> Required:
        """Return the requirement over all that the quantity can be."""
        return _over(self._value, subjects, self.of)

    def _value(self, count: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.rounding == "full_steps_up":
            return np.ceil(count / self.each) * self.amount
        return count * self.amount / self.each

    def words(self, unit: str) -> str:
        """Say the limit in words."""
        each = f"每 {amount(self.each)} {quantity_unit(self.of)}"
        rounded = "（不足一个整数的进一）" if self.rounding == "full_steps_up" else ""
        return (
            f"{each}（{quantity_word(self.of)}）{with_unit(self.amount, unit)}{rounded}"
        )

    def arithmetic(self, subject: dict[str, float], unit: str) -> str:
        """Show how the requirement of one subject comes about."""
        count = subject[self.of]
        value = float(self._value(np.array([count]))[0])
        steps = f"{amount(count)} {quantity_unit(self.of)}"
        if self.rounding == "full_steps_up":
            hundreds = f"{math.ceil(count / self.each)} 个 {amount(self.each)}"
            steps = f"{steps} → {hundreds} {quantity_unit(self.of)}"
            return (
                f"{steps} × {with_unit(self.amount, unit)} = {with_unit(value, unit)}"
            )
        each = f"{with_unit(self.amount, unit)} ÷ {amount(self.each)}"
        return f"{steps} × {each} = {with_unit(value, unit)}"

    def relief(self, subject: dict[str, float], measured: float) -> str:
        """Say by how much the quantity would have to shrink for `measured` to suffice."""
        if self.rounding == "full_steps_up":
            allowed = math.floor(measured / self.amount + 1e-9) * self.each
        else:
            allowed = math.floor(measured * self.each / self.amount + 1e-9)
        if allowed <= 0:  # nothing is there: no smaller number of households would help
            return ""
        fewer = subject[self.of] - allowed
        return (
            f"或少 {amount(math.ceil(fewer - 1e-9))} {quantity_unit(self.of)}"
            if fewer > 0
            else ""
        )


class Steps(_Model):
    """A step table, left-closed: [from this quantity on, this much]."""

    of: Quantity
    table: tuple[tuple[Number, Number], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> Steps:
        starts = [start for start, _ in self.table]
        values = [value for _, value in self.table]
        rising = starts == sorted(set(starts)) and values == sorted(values)
        if starts[0] != 0 or not rising:
            message = "阶梯表应从 0 起、逐级递增"
            raise ValueError(message)
        return self

    def bounds(self, subjects: pd.DataFrame) -> Required:
        """Return the requirement over all that the quantity can be."""
        return _over(self._value, subjects, self.of)

    def _value(self, count: NDArray[np.float64]) -> NDArray[np.float64]:
        starts = np.array([start for start, _ in self.table])
        values = np.array([value for _, value in self.table])
        return values[np.clip(np.searchsorted(starts, count, "right") - 1, 0, None)]

    def words(self, unit: str) -> str:
        """Say the limit in words."""
        name = quantity_unit(self.of)
        parts = [
            f"{amount(start)} {name}起 {with_unit(value, unit)}"
            for start, value in self.table
        ]
        return f"按{quantity_word(self.of)}分档：" + "，".join(parts)

    def arithmetic(self, subject: dict[str, float], unit: str) -> str:
        """Show which step one subject falls on."""
        value = [value for start, value in self.table if start <= subject[self.of]][-1]
        count = f"{amount(subject[self.of])} {quantity_unit(self.of)}"
        return f"{quantity_word(self.of)} {count}，对应档 {with_unit(value, unit)}"

    def relief(self, _subject: dict[str, float], _measured: float) -> str:
        """Return nothing: steps give no such remedy in one number."""
        return ""


class Increment(_Model):
    """`base` up to a quantity, then `add` for every further `each` (whole ones by default)."""

    of: Quantity
    base: Number
    upto: Number
    add: Number = Field(gt=0)
    each: Number = Field(gt=0)
    rounding: Literal["floor", "ceil"] = "floor"

    def bounds(self, subjects: pd.DataFrame) -> Required:
        """Return the requirement over all that the quantity can be."""
        return _over(self._value, subjects, self.of)

    def _value(self, count: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.floor if self.rounding == "floor" else np.ceil
        return self.base + self.add * whole(
            np.clip(count - self.upto, 0, None) / self.each
        )

    def words(self, unit: str) -> str:
        """Say the limit in words."""
        name = quantity_unit(self.of)
        part = "满" if self.rounding == "floor" else "不足也计"
        first = f"{amount(self.upto)} {name}以内 {with_unit(self.base, unit)}"
        further = (
            f"每增加 {amount(self.each)} {name}（{part}）加 {with_unit(self.add, unit)}"
        )
        return f"{first}，{further}"

    def arithmetic(self, subject: dict[str, float], unit: str) -> str:
        """Show the steps above the base for one subject."""
        count = subject[self.of]
        value = float(self._value(np.array([count]))[0])
        steps = (value - self.base) / self.add
        sums = f"{amount(self.base)} + {amount(steps)} × {amount(self.add)}"
        head = f"{amount(count)} {quantity_unit(self.of)}"
        return f"{head}：{sums} = {with_unit(value, unit)}"

    def relief(self, _subject: dict[str, float], _measured: float) -> str:
        """Return nothing: increments give no such remedy in one number."""
        return ""


class Limit(_Model):
    """Exactly one of the shapes; `max`, `sum` and `any` combine several.

    `any` is met when one of its parts is, so it asks for the least of them.
    """

    constant: Number | None = None
    between: tuple[Number, Number] | None = None
    per: Per | None = None
    steps: Steps | None = None
    increment: Increment | None = None
    max: Annotated[tuple[Limit, ...], Field(min_length=2)] | None = None
    sum: Annotated[tuple[Limit, ...], Field(min_length=2)] | None = None
    any: Annotated[tuple[Limit, ...], Field(min_length=2)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Limit:
        given = self.model_fields_set
        if len(given) != 1 or getattr(self, next(iter(given))) is None:
            message = "限值应写且只写一种：" + "、".join(type(self).model_fields)
            raise ValueError(message)
        if self.between is not None and self.between[0] > self.between[1]:
            message = "between 的下限不应大于上限"
            raise ValueError(message)
        if any(part.between for part in self.parts):
            message = "between 不能放在 max、sum、any 之内"
            raise ValueError(message)
        return self

    @property
    def parts(self) -> tuple[Limit, ...]:
        """Return the limits that are combined, none for a single shape."""
        return self.max or self.sum or self.any or ()

    @property
    def single(self) -> Per | Steps | Increment | None:
        """Return the shape that depends on a quantity, if it is one."""
        return self.per or self.steps or self.increment

    @property
    def quantities(self) -> frozenset[str]:
        """Return the names of all quantities the limit depends on."""
        if self.parts:
            return frozenset().union(*(part.quantities for part in self.parts))
        return frozenset([self.single.of]) if self.single else frozenset()


def required(limit: Limit, subjects: pd.DataFrame) -> Required:
    """Return what the limit asks of each subject, as an interval.

    Parameters
    ----------
    limit
        Any limit but `between`, which has two ends (the caller compares both).
    subjects
        One row per subject with the quantities as columns, NaN where unknown.
    """
    if limit.single:
        return limit.single.bounds(subjects)
    if limit.parts:
        parts = [required(part, subjects) for part in limit.parts]
        combine = np.max if limit.max else np.sum if limit.sum else np.min
        return Required(
            combine([part.low for part in parts], axis=0),
            combine([part.high for part in parts], axis=0),
            tuple(dict.fromkeys(name for part in parts for name in part.missing)),
        )
    value = np.full(len(subjects), limit.constant, dtype=float)
    return Required(value, value)


def words(limit: Limit, unit: str) -> str:
    """Say a limit in words, e.g. 每 100 户规划户数 50 ㎡."""
    if limit.between:
        low, high = limit.between
        if low == high:
            return with_unit(low, unit)
        return f"{amount(low)}–{with_unit(high, unit)}"
    if limit.single:
        return limit.single.words(unit)
    if limit.parts:
        joint = "；".join(words(part, unit) for part in limit.parts)
        how = "取大" if limit.max else "相加" if limit.sum else "满足其一"
        return f"{how}（{joint}）"
    return with_unit(limit.constant or 0.0, unit)


def arithmetic(limit: Limit, subject: dict[str, float], unit: str) -> str:
    """Show how the requirement of one subject, all its quantities known, comes about."""
    if limit.between:
        return words(limit, unit)
    if limit.single:
        return limit.single.arithmetic(subject, unit)
    if limit.parts:
        shown = [arithmetic(part, subject, unit) for part in limit.parts]
        sign = " + " if limit.sum else "、"
        how = "" if limit.sum else "取大：" if limit.max else "满足其一："
        total = float(required(limit, pd.DataFrame([subject])).low[0])
        return f"{how}{sign.join(f'（{text}）' for text in shown)} = {with_unit(total, unit)}"
    return words(limit, unit)


def relief(limit: Limit, subject: dict[str, float], measured: float) -> str:
    """Say how a smaller quantity would close the shortfall, where one number can say it."""
    return limit.single.relief(subject, measured) if limit.single else ""


def _over(
    value: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    subjects: pd.DataFrame,
    quantity: str,
) -> Required:
    """Return what is asked at the least and at the most the quantity can be.

    Every shape asks for more where there is more, so the two ends are enough.
    """
    low, high = bounds_of(subjects, quantity)
    return Required(value(low), value(high), (quantity,))
