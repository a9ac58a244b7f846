"""The pages: Streamlit over the same functions that the command line calls."""
