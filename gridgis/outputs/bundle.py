"""Everything a check leaves behind: five files, each whole or absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from gridgis.errors import StoreError
from gridgis.outputs.tables_csv import write_findings, write_verdicts
from gridgis.pipeline import Progress, Results
from gridgis.project.files import replacing

__all__ = ["FILES", "write_results"]

FILES = ("verdicts.csv", "findings.csv", "results.gpkg", "report.xlsx", "map.html")
"""The names of what `check` writes, in the order of writing."""


def write_results(
    results: Results,
    directory: Path,
    *,
    rejected: pd.DataFrame | None = None,
    inputs: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the five files of a check into a folder, which is made where it is missing.

    A file of an earlier check is replaced once the new one is whole; other files in the
    folder are left alone.

    Parameters
    ----------
    rejected
        Rows that were not loaded, as an import returns them; they go into the workbook.
    inputs
        SHA-256 of each file read, by file name; printed in the workbook.

    Raises
    ------
    StoreError
        If the folder or a file in it cannot be written.
    """

    def workbook(results: Results, path: Path) -> None:
        from gridgis.outputs.workbook import write_workbook

        write_workbook(results, path, rejected=rejected, inputs=inputs)

    writers: tuple[Callable[[Results, Path], None], ...] = (
        write_verdicts,
        write_findings,
        _geopackage,
        workbook,
        _map,
    )
    directory = Path(directory)
    if directory.exists() and not directory.is_dir():
        message = f"{directory} 是文件，不是文件夹"
        raise StoreError(message, remedy="请为 --out 指定一个文件夹")
    written = []
    for done, (name, write) in enumerate(zip(FILES, writers, strict=True)):
        if progress is not None:
            progress(done / len(FILES), f"正在写 {name}")
        write(results, directory / name)
        written.append(directory / name)
    if progress is not None:
        progress(1.0, "结果已写完")
    return written


def _geopackage(results: Results, path: Path) -> None:
    from gridgis.outputs.geopackage import write_geopackage

    write_geopackage(results, path)


def _map(results: Results, path: Path) -> None:
    from gridgis.outputs.offline import write_map

    with replacing(path) as fresh:
        write_map(results, fresh)
