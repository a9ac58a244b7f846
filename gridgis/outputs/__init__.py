"""What leaves the program: maps, workbooks, documents, one-file pages."""

from gridgis.outputs.bundle import write_results

__all__ = ["write_results"]
