"""What is kept between runs of a page, and under which key; the only cache there is.

A key always names the project and its revision, so that no user ever meets the data of
another project or of an earlier version. What is kept is never changed: pages make new
frames from it. Maps are not kept (streamlit-folium changes the map it shows), only the
text of their layers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from gridgis.pipeline import Results, assess
from gridgis.project import store
from gridgis.rules.packs import RulePack, load_pack
from gridgis.scheme import Remedy, Scheme, judge, remedies
from gridgis.tables import Dataset
from gridgis.ui import state

__all__ = [
    "Revision",
    "data",
    "found_remedies",
    "judged",
    "pack",
    "results",
    "revision",
]


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


def pack(name: str) -> RulePack:
    """Return a rule pack under the readings chosen by this user."""
    return _pack(name, _readings())


def _readings() -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(state.parameters().items()))


def results(current: Revision) -> Results:
    """Return the verdicts under the packs, readings and day chosen by this user."""
    return _results(current, state.pack_names(), _readings(), state.day())


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
    return assess(_data(current), [_pack(name, chosen) for name in packs], on)


@st.cache_resource(max_entries=64, show_spinner=False)
def _pack(name: str, chosen: tuple[tuple[str, Any], ...]) -> RulePack:
    return load_pack(name, dict(chosen))


def judged(scheme: Scheme, packs: tuple[str, ...]) -> Results:
    """Return the verdicts on a scheme, on the day chosen."""
    return judge(scheme, [pack(name) for name in packs], state.day())


def found_remedies(scheme: Scheme, packs: tuple[str, ...]) -> tuple[Remedy, ...]:
    """Return what would close the gaps of a scheme; tried anew for each new scheme."""
    return _remedies(_Typed(scheme, packs, state.day(), _readings()))


@dataclass(frozen=True)
class _Typed:
    """A scheme with what it is judged by, told apart by its content alone."""

    scheme: Scheme
    packs: tuple[str, ...]
    on: date
    readings: tuple[tuple[str, Any], ...]

    @property
    def content(self) -> str:
        """Return everything typed as text."""
        parts = [self.scheme.phases.to_json(), self.scheme.rooms.to_json()]
        rest = (self.scheme.name, self.scheme.housing_kind, self.scheme.is_complete)
        return json.dumps(
            [*parts, *map(str, rest), *self.packs, str(self.on), repr(self.readings)]
        )


@st.cache_data(
    max_entries=32,
    show_spinner="正在逐一试算怎样达标…",
    hash_funcs={_Typed: lambda typed: typed.content},
)
def _remedies(typed: _Typed) -> tuple[Remedy, ...]:
    packs = [_pack(name, typed.readings) for name in typed.packs]
    results = judge(typed.scheme, packs, typed.on)
    return remedies(typed.scheme, packs, typed.on, results)
