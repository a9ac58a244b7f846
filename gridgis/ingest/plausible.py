"""Cells that cannot be what they say: figures beyond belief, formulas without a result."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gridgis.ingest.quantities import BROKEN_CELLS, Fault
from gridgis.wording import amount

__all__ = ["MORE_ACTIVITY", "PART_AND_WHOLE", "broken_cells", "too_large"]

PART_AND_WHOLE = ("activity_area_m2", "floor_area_m2")
MORE_ACTIVITY = Fault(
    "GG-AREA-016",
    "其中居民活动面积大于建筑面积，活动面积按未知处理",
    "请核对两列面积",
)
# No room of a community is larger than a stadium, no community than a city.
_MOST_AREA_M2 = 100_000.0
_MOST_HOUSEHOLDS = 1_000_000.0
# Only where the header multiplies: a column in yuan may hold large works.
_MOST_YUAN = 1e9
_ROOM_AREAS = ("floor_area_m2", "usable_area_m2", "activity_area_m2")
_BROKEN = frozenset((*BROKEN_CELLS, *(word.upper() for word in BROKEN_CELLS)))


def too_large(
    table: str, name: str, values: pd.Series, factor: float
) -> Iterator[tuple[Fault, int]]:
    """Yield the figures that are hardly meant, each with its position; they stay loaded.

    `values` are in the unit of the field, `factor` is what the header multiplied them by.
    """
    column = name.rpartition(":")[2]
    unit = "㎡"
    if column in _ROOM_AREAS and (table == "facilities" or ":" in name):
        most = _MOST_AREA_M2
    elif column in ("households", "planned_dwellings"):
        most, unit = _MOST_HOUSEHOLDS, "户"
    elif column.endswith("_cny") and factor > 1.0:
        most, unit = _MOST_YUAN, "元"
    else:
        return
    for at in np.flatnonzero(values.to_numpy(dtype=float) > most).tolist():
        figure = f"{amount(float(values.iloc[at]))} {unit}"
        reason = f"数值过大（合 {figure}），已照此载入"
        yield Fault("GG-NUM-009", reason, "请核对数值和单位，是否多写了“万”"), at


def broken_cells(cells: pd.Series) -> tuple[Fault, int] | None:
    """Return how many cells hold a failed formula, and the first of them."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return None
    where = np.flatnonzero(cells.isin(_BROKEN).to_numpy())
    if not len(where):
        return None
    reason = f"公式没有结果或出错（本列 {len(where)} 处），按未知处理"
    remedy = "请在 Excel 中重新计算并保存，或直接填写数值"
    return Fault("GG-NUM-010", reason, remedy), int(where[0])
