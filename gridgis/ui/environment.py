"""The one name by which the command line tells the pages what to open."""

from typing import Final

__all__ = ["PROJECT"]

PROJECT: Final = "GRIDGIS_PROJECT"
