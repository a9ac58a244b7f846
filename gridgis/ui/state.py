"""What one user has chosen: the only place that knows the keys of the session.

Widgets keep their values under the keys in `Keys`; everything else goes through the
functions. Nothing here is shared between users.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import streamlit as st

from gridgis.errors import GridgisError
from gridgis.ingest import Import, ReadOptions
from gridgis.scheme import Scheme, example
from gridgis.ui import environment

__all__ = [
    "Keys",
    "Subject",
    "corrections",
    "day",
    "drill",
    "drop_schemes",
    "focus",
    "forget_import",
    "imported",
    "keep_corrections",
    "keep_import",
    "keep_refusal",
    "keep_scheme",
    "kept_import",
    "pack_names",
    "parameters",
    "project_path",
    "read_as",
    "reading_key",
    "save_scheme",
    "saved_schemes",
    "scheme",
    "select",
    "selected",
    "set_project",
    "step_back",
    "street",
    "take_imported",
    "take_refusal",
    "upload_key",
]

DEFAULT_PACKS: Final = ("county",)


class Keys:
    """Keys of the widgets, by page; tests address widgets by them."""

    PACKS: Final = "frame_packs"
    DAY: Final = "frame_day"
    SEARCH: Final = "frame_search"
    STREET: Final = "overview_street"
    BACK: Final = "overview_back"
    ALL_ATTENTION: Final = "overview_all"
    FILTER_KIND: Final = "compliance_kind"
    FILTER_STREET: Final = "compliance_street"
    FILTER_RULE: Final = "compliance_rule"
    FILTER_OUTCOME: Final = "compliance_outcome"
    FILTER_NAME: Final = "compliance_name"
    TABLE: Final = "compliance_table"
    SCHEME_NAME: Final = "estate_name"
    SCHEME_KIND: Final = "estate_kind"
    COMPLETE: Final = "estate_complete"
    SAVE: Final = "estate_save"
    SCHEME_PACKS: Final = "estate_packs"
    PHASES: Final = "estate_phases"
    ROOMS: Final = "estate_rooms"
    MORE_HOUSEHOLDS: Final = "estate_households_change"
    MORE_AREA: Final = "estate_area_change"
    UPLOAD: Final = "data_upload"
    CONFIRM: Final = "data_confirm"
    NEW_PROJECT: Final = "data_new_project"
    CREATE: Final = "data_create"


@dataclass(frozen=True)
class Subject:
    """What is looked at: a community, an estate, a grid or the county, by its code."""

    kind: str
    code: str


_IMPORT, _CORRECTIONS, _IMPORTED = "_import", "_corrections", "_imported"
_UPLOADS, _REFUSAL = "_uploads", "_refusal"
_SCHEME, _SAVED = "_scheme", "_saved_schemes"
_READINGS = "_readings"
_PROJECT, _STREET = "_project", "_street"
_SELECTED, _FOCUS = "_selected", "_focus"


def project_path() -> Path | None:
    """Return the project that is open: chosen here, else the one the app began with."""
    given = st.session_state.get(_PROJECT) or os.environ.get(environment.PROJECT)
    return Path(given) if given else None


def set_project(path: Path) -> None:
    """Open a project and forget what was looked at in the one before."""
    st.session_state[_PROJECT] = str(path)
    drill(None)


def pack_names() -> tuple[str, ...]:
    """Return the names of the rule packs in force, never none."""
    return tuple(st.session_state.get(Keys.PACKS) or DEFAULT_PACKS)


def parameters() -> Mapping[str, Any]:
    """Return the readings chosen for unclear clauses; none means the packs' own."""
    return st.session_state.get(_READINGS, {})


def reading_key(parameter: str) -> str:
    """Return the key of the widget that asks for a parameter's reading."""
    return f"reading_{parameter}"


def read_as(parameter: str, default: object) -> None:
    """Take over what the widget of a parameter says; the default is no choice at all."""
    value = st.session_state[reading_key(parameter)]
    chosen = {k: v for k, v in parameters().items() if k != parameter}
    if value != default:
        chosen[parameter] = value
    st.session_state[_READINGS] = chosen


def day() -> date:
    """Return the day that rules, rooms and milestones are looked at; today by default."""
    chosen = st.session_state.get(Keys.DAY)
    return chosen or datetime.now().astimezone().date()


def street() -> str | None:
    """Return the street drilled into; None is the whole county."""
    return st.session_state.get(_STREET)


def drill(name: str | None) -> None:
    """Go to a street, or with None back to the county; nothing is selected then."""
    st.session_state[_STREET] = name
    select(None)


def selected() -> Subject | None:
    """Return the subject whose sheet is open."""
    return st.session_state.get(_SELECTED)


def select(subject: Subject | None, *, from_map: bool = False) -> None:
    """Open the sheet of a subject, or close it.

    The map goes to what was chosen elsewhere; after a click on the map it stays.
    """
    st.session_state[_SELECTED] = subject
    if not from_map:
        st.session_state[_FOCUS] = subject


def focus() -> Subject | None:
    """Return what the map should bring into view."""
    return st.session_state.get(_FOCUS)


def step_back() -> None:
    """Close the sheet that is open, or else leave the street."""
    if selected() is None:
        drill(None)
    else:
        select(None)


def scheme() -> Scheme:
    """Return the new estate as last typed, an example to begin with."""
    return st.session_state.setdefault(_SCHEME, example())


def keep_scheme(typed: Scheme) -> None:
    """Remember what was typed, also while another page is shown."""
    st.session_state[_SCHEME] = typed


def saved_schemes() -> tuple[Scheme, ...]:
    """Return the schemes put aside to be compared, in the order they were."""
    return tuple(st.session_state.get(_SAVED, ()))


def save_scheme(typed: Scheme) -> None:
    """Put a scheme aside; one of the same name is replaced."""
    others = [item for item in saved_schemes() if item.name != typed.name]
    st.session_state[_SAVED] = (*others, typed)


def drop_schemes() -> None:
    """Forget the schemes put aside."""
    st.session_state[_SAVED] = ()


def upload_key() -> str:
    """Return the key of the upload: a new one, and so an empty one, after each import."""
    return f"{Keys.UPLOAD}-{st.session_state.get(_UPLOADS, 0)}"


def kept_import() -> tuple[object, Import] | None:
    """Return what was read last, with what it was read from."""
    return st.session_state.get(_IMPORT)


def keep_import(key: object, found: Import) -> None:
    """Remember what was read, so that it is read once."""
    st.session_state[_IMPORT] = (key, found)


def forget_import() -> None:
    """Forget what was read and corrected: nothing is dropped any more."""
    st.session_state.pop(_IMPORT, None)
    st.session_state.pop(_CORRECTIONS, None)


def corrections() -> Mapping[str, ReadOptions]:
    """Return what the user corrected, by file name."""
    return st.session_state.get(_CORRECTIONS, {})


def keep_corrections(by_file: Mapping[str, ReadOptions]) -> None:
    """Remember what the user corrected."""
    st.session_state[_CORRECTIONS] = dict(by_file)


def imported(version: int) -> None:
    """Note that an import was stored as a version; its upload is done with."""
    st.session_state[_IMPORTED] = version
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1
    forget_import()


def take_imported() -> int | None:
    """Return the version just stored, once."""
    return st.session_state.pop(_IMPORTED, None)


def keep_refusal(error: GridgisError) -> None:
    """Keep what a callback was refused, until the page can say it."""
    st.session_state[_REFUSAL] = error


def take_refusal() -> GridgisError | None:
    """Return what a callback was refused, once."""
    return st.session_state.pop(_REFUSAL, None)
