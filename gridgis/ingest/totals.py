"""Total rows of a ledger, compared with what they claim to add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from gridgis.errors import Problem
from gridgis.ingest.quantities import Fault, read_number
from gridgis.ingest.records import TableLayer
from gridgis.tables import TABLES
from gridgis.wording import amount

__all__ = ["check_totals"]

_TOLERANCE = 0.5
_NOT_ADDED = frozenset(("比例", "年", "期", "层", "分"))


def check_totals(layer: TableLayer) -> TableLayer:
    """Return the layer, with a warning for each total that is not the sum of its rows.

    A total marked 小计 adds up the rows since the last one, any other all rows above it.
    """
    problems: list[Problem] = []
    since = 0
    for position, cells in layer.raw.totals:
        partial = "小计" in str(cells[""])
        problems += _differences(layer, since if partial else 0, position, cells)
        since = position if partial else since
    return layer.telling(*problems)


def _differences(
    layer: TableLayer, first: int, last: int, cells: Mapping[str, object]
) -> Iterator[Problem]:
    label = str(cells[""])
    inside = (layer.frame.index >= first) & (layer.frame.index < last)
    refused = sorted({at for at, *_ in layer.refused if first <= at < last})
    for given, name in layer.matches.fields.items():
        unit = _unit(layer.table, name)
        if unit is None or name not in layer.frame:
            continue
        stated = read_number(cells[given], unit, stated=layer.matches.units.get(given))
        if not isinstance(stated.value, float) or stated.mark:
            continue
        total = float(np.nansum(layer.frame.loc[inside, name].to_numpy(dtype=float)))
        if abs(total - stated.value) <= _TOLERANCE:
            continue
        rows = "、".join(str(layer.row(at)) for at in refused[:5])
        why = f"（第 {rows} 行已退回，未计入）" if refused else ""
        reason = f"“{label}”为 {amount(stated.value)}，各行相加为 {amount(total)}{why}"
        yield layer.problem(
            "warn", Fault("GG-SUM-001", reason, "请核对各行与合计"), given
        )


def _unit(table: str, name: str) -> str | None:
    """Return the unit of a column whose figures add up, None for any other."""
    first, wide, column = name.partition(":")
    if wide and first not in TABLES:
        return "㎡"
    spec = TABLES[first if wide else table]
    column = column if wide else name
    if (
        column not in spec
        or spec[column].kind != "number"
        or spec[column].unit in _NOT_ADDED
    ):
        return None
    return spec[column].unit
