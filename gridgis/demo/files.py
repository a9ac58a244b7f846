"""Write the planted place as the files its offices would hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio

from gridgis.demo import ledgers
from gridgis.demo.cells import word
from gridgis.demo.sheets import Count, Sheet, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from gridgis.demo.model import County, Room

__all__ = ["NAMES", "Written", "write_files"]

Counts = dict[str, dict[str, Count]]
Progress = Callable[[float, str], None]
LEDGER, BOUNDARY = "社区台账.xlsx", "社区边界.shp"
NAMES = (
    LEDGER, BOUNDARY, "社区.gpkg", "社区用房.xlsx", "网格.geojson", "小区.gpkg",
    "新建小区移交.xlsx", "楼栋.gpkg", "道路.geojson", "户外场地.csv", "经费.csv",
    "工作者.csv", "项目.csv", "考评.csv", "README.txt", "truth.json",
)  # fmt: skip
# Byte 29 of a .dbf is its language driver; 0x4D stands for code page 936 (GBK).
_LDID_AT, _LDID_GBK = 29, 0x4D
_INDEX_FROM = 1_000
_BOUNDARY_COLUMNS = {
    "code": "社区代码", "name": "社区名称", "street": "街道", "county": "县区"
}  # fmt: skip
_GDAL = {"OGR_CURRENT_DATE": "2026-06-30T09:00:00.000Z"}


class Written:
    """What was written: counts per file and layer, and the rows that must be refused."""

    def __init__(self) -> None:
        self.counts: Counts = {}
        self.refused: list[dict[str, object]] = []

    def add(self, file: str, layer: str, count: Count) -> None:
        """Note what a reader should make of one layer."""
        self.counts.setdefault(file, {})[layer] = count


def write_files(
    county: County, directory: Path, progress: Progress, *, clean: bool
) -> Written:
    """Write every file and return what a reader should make of each."""
    written = Written()
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options(_GDAL)
    try:
        progress(0.35, "写出台账")
        rooms = [room for room in county.rooms if room.use != "outdoor_fitness"]
        if county.sizes.detailed:
            _write_ledger(county, rooms, directory, written, clean=clean)
            progress(0.6, "写出图层")
            _write_detailed_layers(county, directory, written)
        else:
            _write_province(county, rooms, directory, written)
        progress(0.85, "写出表格")
        _write_tables(county, directory, written)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return written


def _write_ledger(
    county: County, rooms: list[Room], directory: Path, written: Written, *, clean: bool
) -> None:
    sheets = [
        ledgers.community_sheet(county),
        ledgers.rooms_sheet(county, rooms, plain=clean),
        ledgers.staff_sheet(county),
    ]
    write_workbook(directory / LEDGER, sheets)
    for sheet, table in zip(
        sheets, ("communities", "facilities", "staff"), strict=True
    ):
        refused = _refusals(LEDGER, sheet, rooms) if table == "facilities" else []
        written.refused += refused
        written.add(LEDGER, sheet.name, _sheet_count(table, sheet, len(refused)))
    handover = ledgers.handover_sheet(county, plain=clean)
    name = "新建小区移交.xlsx"
    write_workbook(directory / name, [handover])
    rows = len(handover.rows)
    written.add(
        name,
        handover.name,
        Count(table="estates", rows_read=rows, loaded=0, merged=rows),
    )


def _sheet_count(table: str, sheet: Sheet, rejected: int) -> Count:
    rows = len(sheet.rows)
    return Count(
        table=table,
        rows_read=rows + sheet.blank,
        loaded=rows - rejected,
        rejected=rejected,
        blank=sheet.blank,
    )


def _refusals(file: str, sheet: Sheet, rooms: list[Room]) -> list[dict[str, object]]:
    """Return the rows that a reader must refuse, numbered as Excel shows them."""
    return [
        {
            "file": file,
            "layer": sheet.name,
            "row": sheet.first_row + number,
            "column": room.refused.column,
            "value": str(
                sheet.rows[number][list(sheet.columns).index(room.refused.column)]
            ),
            "code": room.refused.code,
        }
        for number, room in enumerate(rooms)
        if room.refused is not None
    ]


def _write_detailed_layers(county: County, directory: Path, written: Written) -> None:
    layers = county.layers
    _write_boundary(layers["communities"], directory / BOUNDARY, written)
    grids = layers["grids"].assign(grid_type=layers["grids"]["grid_type"].map(word))
    grids = grids.rename(
        columns={
            "code": "网格编码", "community": "社区代码", "name": "网格名称",
            "grid_type": "网格类型", "households": "户数", "workers": "网格员数",
        }
    )  # fmt: skip
    _write_geojson(grids, directory / "网格.geojson", "grids", written)
    roads = layers["roads"].rename(
        columns={
            "id": "道路编号",
            "name": "道路名称",
            "class": "道路等级",
            "walkable": "可步行",
        }
    )
    _write_geojson(roads, directory / "道路.geojson", "roads", written)
    buildings = layers["buildings"].rename(
        columns={
            "id": "楼栋编号", "community": "社区代码", "estate": "小区编号",
            "name": "楼栋名称", "households": "户数", "storeys": "层数",
        }
    )  # fmt: skip
    buildings["小区编号"] = buildings["小区编号"].replace("", None)
    _write_gpkg(buildings, directory / "楼栋.gpkg", "楼栋", "buildings", written)
    estates = _with_shapes(county, ledgers.estate_columns(county))
    _write_gpkg(estates, directory / "小区.gpkg", "小区", "estates", written)


def _write_boundary(layer: gpd.GeoDataFrame, path: Path, written: Written) -> None:
    _write_gbk_shapefile(layer.rename(columns=_BOUNDARY_COLUMNS), path)
    rows = len(layer)
    # The ledger is read before: these rows join it by their code.
    count = Count(table="communities", rows_read=rows, loaded=0, merged=rows)
    written.add(path.name, path.stem, count)


def _with_shapes(county: County, table: pd.DataFrame) -> gpd.GeoDataFrame:
    shapes = county.layers["estates"].geometry
    return gpd.GeoDataFrame(table, geometry=shapes.to_numpy(), crs=shapes.crs)


def _write_province(
    county: County, rooms: list[Room], directory: Path, written: Written
) -> None:
    """Write the bulk form: two GeoPackages and one plain sheet of rooms, joined by code."""
    communities = county.layers["communities"].rename(columns=_BOUNDARY_COLUMNS)
    communities["社区类型"] = [word(c.kind) for c in county.communities]
    communities["户数"] = pd.array(
        [c.households for c in county.communities], dtype="Float64"
    )
    communities["人口"] = [c.population for c in county.communities]
    communities["老年人口"] = [c.elderly for c in county.communities]
    _write_gpkg(communities, directory / "社区.gpkg", "社区", "communities", written)
    handover = ledgers.handover_columns(county, plain=True).drop(columns="小区名称")
    days = [name for name in handover.columns.astype(str) if name.endswith("日期")]
    handover[days] = handover[days].astype("str").where(handover[days].notna(), None)
    estates = ledgers.estate_columns(county).merge(handover, on="小区编号", how="left")
    shaped = _with_shapes(county, estates)
    _write_gpkg(shaped, directory / "小区.gpkg", "小区", "estates", written)
    sheet = ledgers.plain_rooms_sheet(county, rooms)
    name = "社区用房.xlsx"
    write_workbook(directory / name, [sheet])
    refused = _refusals(name, sheet, rooms)
    written.refused += refused
    written.add(name, sheet.name, _sheet_count("facilities", sheet, len(refused)))


def _write_gbk_shapefile(layer: gpd.GeoDataFrame, path: Path) -> None:
    """Write what Chinese desktop tools write: GBK text, told by the .dbf alone."""
    pyogrio.write_dataframe(layer, path, driver="ESRI Shapefile", encoding="GBK")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[_LDID_AT] = _LDID_GBK
    table[1:4] = bytes((126, 6, 30))
    path.with_suffix(".dbf").write_bytes(bytes(table))


def _write_geojson(
    layer: gpd.GeoDataFrame, path: Path, table: str, written: Written
) -> None:
    """Write degrees with nine decimals: a tenth of a millimetre."""
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(
        layer.to_crs("EPSG:4326"),
        path,
        driver="GeoJSON",
        layer=path.stem,
        COORDINATE_PRECISION="9",
    )
    written.add(
        path.name,
        path.stem,
        Count(table=table, rows_read=len(layer), loaded=len(layer)),
    )


def _write_gpkg(
    layer: gpd.GeoDataFrame, path: Path, name: str, table: str, written: Written
) -> None:
    # An index of a few hundred shapes is larger than the shapes.
    spatial_index = "YES" if len(layer) > _INDEX_FROM else "NO"
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(
        layer, path, driver="GPKG", layer=name, SPATIAL_INDEX=spatial_index
    )
    written.add(
        path.name, name, Count(table=table, rows_read=len(layer), loaded=len(layer))
    )


def _write_tables(county: County, directory: Path, written: Written) -> None:
    grounds = [room for room in county.rooms if room.use == "outdoor_fitness"]
    tables = (
        (
            "户外场地.csv",
            ledgers.grounds_table(grounds),
            "gb18030",
            "facilities",
        ),
        ("经费.csv", ledgers.funds_table(county), "utf-8-sig", "funds"),
        ("工作者.csv", ledgers.staff_table(county), "utf-8-sig", "staff"),
        ("考评.csv", ledgers.scores_table(county), "gb18030", "scores"),
        ("项目.csv", ledgers.projects_table(county), "utf-8-sig", "projects"),
    )
    for name, table, encoding, kind in tables:
        table.to_csv(
            directory / name, index=False, encoding=encoding, lineterminator="\r\n"
        )
        written.add(
            name,
            name.removesuffix(".csv"),
            Count(table=kind, rows_read=len(table), loaded=len(table)),
        )
