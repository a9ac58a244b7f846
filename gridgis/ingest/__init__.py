"""Read users' files into the tables of `gridgis.tables`, losing nothing and guessing nothing."""

from gridgis.ingest.files import expand
from gridgis.ingest.options import Progress, ReadOptions
from gridgis.ingest.reading import Import, read
from gridgis.ingest.report import FileReport, LayerReport

__all__ = [
    "FileReport",
    "Import",
    "LayerReport",
    "Progress",
    "ReadOptions",
    "expand",
    "read",
]
