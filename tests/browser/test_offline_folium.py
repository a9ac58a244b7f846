"""streamlit-folium with every outside host blocked: drawn from the package's own files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

APP = """
import folium
import streamlit as st
from streamlit_folium import st_folium

from gridgis.outputs.maps import results_map
from gridgis.ui.components.offline_folium import font_face, use_own_assets
from tests.test_maps import county

use_own_assets()
use_own_assets()
body = '.stApp { font-family: "Gridgis Sans"; }'
st.html(f"<style>{font_face()} {body}</style>")
chart = results_map(county("西街社区", "南门社区"))
event = st_folium(chart, key="map", height=400, returned_objects=["last_active_drawing"])
feature = event["last_active_drawing"] or {"properties": {"code": "无"}}
st.write("选中：" + feature["properties"]["code"])
"""


@pytest.mark.parametrize("base_path", ["", "office/check"])
def test_a_map_in_the_app_is_drawn_and_answers_a_click(
    serve: Callable[..., str],
    page: Page,
    tmp_path: Path,
    root: Path,
    base_path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = tmp_path / "app.py"
    script.write_text(APP, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(root))

    page.goto(serve(script, base_path=base_path))
    frame = page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
    shapes = frame.locator("path.leaflet-interactive")
    expect(shapes).to_have_count(2, timeout=60_000)
    shapes.nth(1).click()

    expect(page.get_by_text("选中：C2")).to_be_visible()
    fonts = "document.fonts.check('13px \"Gridgis Sans\"')"
    assert page.frames[1].evaluate(fonts)
    assert page.evaluate(fonts)
