"""The app: `streamlit run` starts here; pages are listed here and nowhere else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gridgis.ui.components.guard import guarded
from gridgis.ui.components.theme import apply

# Not "pages": a folder of that name beside the script is run by Streamlit on its own,
# without the frame, when somebody opens a page by its address.
_PAGES = Path(__file__).with_name("screens")


def main() -> None:
    """Show the page that was asked for, with its refusals in words."""
    st.set_page_config("社区用房核查", layout="wide", initial_sidebar_state=200)
    apply()
    page = st.navigation(
        {
            "领导": [
                st.Page(_PAGES / "overview.py", title="总览", url_path="overview"),
            ],
            "规划": [
                st.Page(_PAGES / "compliance.py", title="达标核查"),
                st.Page(_PAGES / "new_estate.py", title="新建小区核算"),
            ],
            "数据": [st.Page(_PAGES / "imports.py", title="数据")],
        }
    )
    guarded(page.run)


if __name__ == "__main__":
    main()
