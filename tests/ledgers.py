"""Files as offices hold them, written small for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
import shapely

from gridgis.ingest import Import, ReadOptions, read

PLAIN = ReadOptions()


def workbook(
    path: Path,
    rows: Sequence[Sequence[object]],
    *,
    sheet: str = "台账",
    merge: Sequence[str] = (),
) -> Path:
    """Write one sheet, with the ranges given in Excel's own way merged."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for span in merge:
        page.merge_cells(span)
    book.save(path)
    book.close()
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    """Write text in an encoding, line ends as given."""
    path.write_bytes(content.encode(encoding))
    return path


def boundaries(
    path: Path,
    rows: Sequence[Mapping[str, object]],
    *,
    crs: int | None = 4544,
    east: float = 500_000.0,
) -> Path:
    """Write squares of 1 km side by side from (`east`, 3380000) to the east."""
    shapes = [
        shapely.box(east + 1000 * n, 3_380_000, east + 1000 * (n + 1), 3_381_000)
        for n in range(len(rows))
    ]
    frame = gpd.GeoDataFrame(list(rows), geometry=shapes, crs=crs)
    drivers = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}
    # Ten bytes of a field name hold five Chinese characters in GBK, three in UTF-8.
    encoding = "GBK" if path.suffix == ".shp" else "UTF-8"
    frame.to_file(path, driver=drivers[path.suffix], encoding=encoding)
    return path


def codes(found: Import) -> set[str]:
    """Return the codes of all problems, of files and between them."""
    problems = [problem for file in found.files for problem in file.problems]
    return {problem.code for problem in (*problems, *found.relations)}


def loaded(path: Path, options: ReadOptions = PLAIN) -> Import:
    """Read one file."""
    return read([path], options)
