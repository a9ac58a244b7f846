"""Imports as `gridgis.ingest.read` returns them, made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import builders
import pandas as pd

from gridgis.errors import Problem
from gridgis.ingest import FileReport, Import, LayerReport
from gridgis.tables import Dataset


def imported(
    data: Dataset | None = None,
    *,
    file: str = "台账.xlsx",
    problems: Sequence[Problem] = (),
    rejected: pd.DataFrame | None = None,
    **tables: Sequence[Mapping[str, object]] | pd.DataFrame,
) -> Import:
    """Return the import of one file whose rows became these tables."""
    data = builders.dataset(**tables) if data is None else data
    rows = sum(len(table) for table in data.tables.values())
    layer = LayerReport(layer="用房", table=None, rows_read=rows, loaded=rows)
    report = FileReport(
        file=file, sha256="ab" * 32, layers=(layer,), problems=tuple(problems)
    )
    rejected = pd.DataFrame() if rejected is None else rejected
    return Import(data=data, files=(report,), relations=(), rejected=rejected)
