"""Total rows of a ledger, compared with what they claim to add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridgis.errors import Problem
from gridgis.ingest.quantities import read_number
from gridgis.ingest.records import TableLayer
from gridgis.tables import TABLES
from gridgis.wording import amount

__all__ = ["check_totals"]

_TOLERANCE = 0.5


def check_totals(layer: TableLayer) -> TableLayer:
    """Return the layer, with a warning for each total that is not the sum of its rows.

    A total marked 小计 adds up the rows since the last one, any other all rows above it.
    """
    problems: list[Problem] = []
    since = 0
    for position, cells in layer.raw.totals:
        label = str(cells[""])
        first = since if "小计" in label else 0
        since = position if "小计" in label else since
        inside = (layer.frame.index >= first) & (layer.frame.index < position)
        refused = any(first <= row < position for row, *_ in layer.refused)
        for given, name in layer.matches.fields.items():
            column = name.partition(":")[2] or name
            known = [spec for spec in TABLES.values() if column in spec and spec[column].kind == "number"]
            if not known or known[0][column].unit in ("比例", "年", "期", "层") or name not in layer.frame:
                continue
            stated = read_number(cells.get(given, ""), known[0][column].unit, stated=layer.matches.units.get(given))
            if not isinstance(stated.value, float) or stated.mark:
                continue
            total = float(np.nansum(layer.frame.loc[inside, name].to_numpy(dtype=float)))
            if abs(total - stated.value) > _TOLERANCE:
                why = "（有退回的行）" if refused else ""
                problems.append(
                    Problem(
                        code="GG-SUM-001", severity="warn", file=layer.file, layer=layer.raw.name,
                        column=given, value=amount(stated.value),
                        reason=f"“{label}”为 {amount(stated.value)}，各行相加为 {amount(total)}{why}",
                        remedy="请核对各行与合计",
                    )
                )
    return replace(layer, problems=(*layer.problems, *problems))
