"""The app starts with the same settings whichever way it is started."""

from __future__ import annotations

import tomllib
from pathlib import Path

from gridgis.ui.launch import OPTIONS


def test_streamlit_run_has_the_settings_that_let_nothing_out_and_nobody_in(root: Path):
    given = tomllib.loads((root / ".streamlit" / "config.toml").read_text("utf-8"))
    flat = {
        f"{part}.{key}": value
        for part, keys in given.items()
        for key, value in keys.items()
    }

    assert flat == {name: OPTIONS[name] for name in flat}
    assert {
        "server.address",
        "client.showErrorDetails",
        "browser.gatherUsageStats",
    } <= set(flat)
