"""A layer as its file gives it, before anything is understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgis.errors import Problem
from gridgis.ingest.quantities import Fault

__all__ = ["FileRead", "MergedCells", "Opened", "RawLayer"]

MergedCells = Mapping[str, tuple[tuple[int, int], ...]]
"""Header → (first, last) positions of the rows that one merged cell covers."""


@dataclass(frozen=True, kw_only=True)
class RawLayer:
    """One sheet or layer: cells by header, as given.

    Attributes
    ----------
    cells
        One row per row of data; headers as given, made unique.
    rows
        Number of each row as the user sees it: in Excel, or counting features from 1.
    blank
        Rows that hold no data: empty ones, units, totals, signatures.
    totals
        Total rows (label in column "", others by header) with their position among `cells`.
    faults
        Positions of rows that are wrong as rows, whatever their cells say.
    geometry
        Aligned to `cells`; its CRS is what the file states, None where it states none.
    """

    name: str
    cells: pd.DataFrame
    rows: NDArray[np.int64]
    blank: int = 0
    merged_cells: MergedCells = field(default_factory=dict)
    totals: tuple[tuple[int, Mapping[str, object]], ...] = ()
    geometry: gpd.GeoSeries | None = None
    problems: tuple[Problem, ...] = ()
    title: str = ""
    faults: tuple[tuple[int, Fault], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """All that one file gives; `layers` is empty where it was refused."""

    file: str
    sha256: str = ""
    format: str = ""
    encoding: str = ""
    layers: tuple[RawLayer, ...] = ()
    problems: tuple[Problem, ...] = ()


Opened = tuple[tuple[RawLayer, ...], tuple[Problem, ...], str]
"""Layers of a file, problems with it, and the encoding of its text."""
