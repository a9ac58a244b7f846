"""How unclear clauses are read: one control per parameter of the packs in force."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gridgis.rules.packs import Parameter
from gridgis.ui import cache, state

__all__ = ["choose_readings"]


def choose_readings() -> None:
    """Show every parameter of the packs in force, at first as the pack has it.

    A parameter that two packs share (the rounding of households) is asked once and holds
    for both.
    """
    asked: dict[str, Parameter] = {}
    for name in state.pack_names():
        for key, parameter in cache.pack(name).parameters.items():
            asked.setdefault(key, parameter)
    for key, parameter in asked.items():
        _control(key, parameter)


def _control(key: str, parameter: Parameter) -> None:
    kept: dict[str, Any] = {
        "key": state.reading_key(key),
        "persist_state": "session",
        "on_change": state.read_as,
        "args": (key, parameter.default),
    }
    if parameter.choices:
        names = list(parameter.choices)
        st.selectbox(
            parameter.meaning,
            names,
            index=names.index(parameter.default),
            format_func=lambda name: parameter.choices[name].words,
            **kept,
        )
    elif isinstance(parameter.default, bool):
        st.checkbox(parameter.meaning, value=parameter.default, **kept)
    elif isinstance(parameter.default, int | float):
        default = float(parameter.default)
        st.number_input(parameter.meaning, min_value=0.0, value=default, **kept)
