"""The pages, for `streamlit run app.py`."""

from gridgis.ui.main import main

main()
