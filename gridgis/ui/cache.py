"""What is kept between runs of a page, and under which key; the only cache there is.

A key always names the project and its revision, so that no user ever meets the data of
another project or of an earlier version. What is kept is never changed: pages make new
frames from it. Maps are not kept (streamlit-folium changes the map it shows), only the
text of their layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from gridgis.pipeline import Results, assess
from gridgis.project import store
from gridgis.rules.packs import load_pack
from gridgis.tables import Dataset
from gridgis.ui import state

__all__ = ["Revision", "data", "results", "revision"]


@dataclass(frozen=True)
class Revision:
    """A project as it stood: its path, and what changes whenever its content does."""

    path: str
    version: int
    dated: date
    stamp: tuple[int, ...]

    @property
    def name(self) -> str:
        """Return the project's name, that of its file."""
        return Path(self.path).stem


def revision(path: Path) -> Revision:
    """Return which state of the project file is current."""
    parts = [path, path.with_name(f"{path.name}-wal")]
    stats = [part.stat() for part in parts if part.exists()]  # the wal may be absent
    stamp = tuple(number for s in stats for number in (s.st_mtime_ns, s.st_size))
    version = store.latest(path)
    return Revision(str(path), version.number, version.at.astimezone().date(), stamp)


def data(current: Revision) -> Dataset:
    """Return the tables of a project."""
    return _data(current)


def results(current: Revision) -> Results:
    """Return the verdicts under the packs, readings and day chosen by this user."""
    chosen = tuple(sorted(state.parameters().items()))
    return _results(current, state.pack_names(), chosen, state.day())


@st.cache_resource(max_entries=4, show_spinner="正在读取项目…")
def _data(current: Revision) -> Dataset:
    return store.load(Path(current.path))


@st.cache_resource(max_entries=16, show_spinner="正在按规则逐一判定…")
def _results(
    current: Revision,
    packs: tuple[str, ...],
    chosen: tuple[tuple[str, Any], ...],
    on: date,
) -> Results:
    values: Mapping[str, Any] = dict(chosen)
    return assess(_data(current), [load_pack(name, values) for name in packs], on)
