"""Small results with every class in them, written without the main job, for tests of maps and styles."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from osgeo import gdal, ogr, osr

from sanming_carbon_plugin.paths import resources_dir

_OWN = tempfile.TemporaryDirectory(prefix="sanming-sample-")
SAMPLE = Path(shutil.copytree(resources_dir() / "sample", Path(_OWN.name) / "sample"))
"""A copy: QGIS writes into every GeoPackage that it opens."""

ROWS = 40
"""Rows of the layer that the fixture ``small_layer`` takes from the sample."""

MEASURES = ("pine_transform", "reserve_forest", "tending", "closure", None)
TECHNIQUES = ("clear_cut", "strip_cut", "selective_tending", None)
MODES = ("intensive_plantation", "stand_improvement", "young_tending", None)
OUTCOMES = ("yes", "no", "unknown")
TOWNSHIPS = ("201", "202", "203")
SIDE_M = 250.0

COLUMNS = {
    "LIN_BAN": ogr.OFTString, "stand_key": ogr.OFTString, "area_ha": ogr.OFTReal, "area_mu": ogr.OFTReal,
    "species_group": ogr.OFTString, "carbon_tc_ha": ogr.OFTReal, "sink_tco2e_yr": ogr.OFTReal,
    "pine_transform": ogr.OFTString, "reserve_forest": ogr.OFTString, "ticket": ogr.OFTString,
    "measure": ogr.OFTString, "pine_technique": ogr.OFTString, "reserve_mode": ogr.OFTString,
    "canopy_mean": ogr.OFTReal,
}  # fmt: skip


def twenty_villages(path: Path) -> Path:
    """The sample, assessed without rasters; its ten villages cut into twenty by their compartments."""
    from sanming_carbon_plugin.adapters.jobs.assess import assess
    from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
    from sanming_carbon_plugin.core.progress import Progress

    assess(AssessRequest(stands=LayerSource(str(SAMPLE / "stands.gpkg")), out=path), Progress())
    with closing(sqlite3.connect(path)) as database, database:
        rows = database.execute("SELECT village, compartment FROM facts GROUP BY 1, 2 ORDER BY 1, 2").fetchall()
        for village in {row[0] for row in rows}:
            mine = [row[1] for row in rows if row[0] == village]
            for compartment in mine[len(mine) // 2 :]:
                database.execute("UPDATE facts SET village = '3' || substr(village, 2) "
                                 "WHERE village = ? AND compartment = ?", (village, compartment))  # fmt: skip
    return path


def three_townships(path: Path) -> Path:
    """The sample in three townships instead of one, assessed at two dates without rasters."""
    from sanming_carbon_plugin.adapters.jobs.assess import assess
    from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
    from sanming_carbon_plugin.core.progress import Progress

    stands, earlier = (
        LayerSource(str(_in_townships(name, path.parent))) for name in ("stands.gpkg", "stands_2015.gpkg")
    )
    assess(AssessRequest(stands=stands, out=path, earlier=earlier, period="2016-01-01/2020-12-31"), Progress())
    return path


def _in_townships(name: str, folder: Path) -> Path:
    """A layer of the sample, its villages shared out among :data:`TOWNSHIPS`."""
    path = Path(shutil.copy(SAMPLE / name, folder / name))
    data = ogr.Open(str(path), 1)
    layer = data.GetLayer(0).GetName()
    for rest, township in enumerate(TOWNSHIPS):
        data.ExecuteSQL(
            f"UPDATE \"{layer}\" SET XIANG = '{township}' WHERE CAST(CUN AS INTEGER) % 3 = {rest}", dialect="SQLITE"
        )
    del data
    return path


def made_result(path: Path, side: int = 8) -> Path:
    """A GeoPackage with ``side`` × ``side`` square stands in EPSG:4527, as the main job would write it."""
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4527)
    file = gdal.GetDriverByName("GPKG").Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    _stands(file.CreateLayer("stands", crs, ogr.wkbPolygon), side)
    issues = file.CreateLayer("issues", crs, ogr.wkbPolygon)
    for name in ("stand_key", "code", "severity", "field", "value", "message", "message_zh"):
        issues.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    for place, severity in enumerate(("error", "warning", "info")):
        row = ogr.Feature(issues.GetLayerDefn())
        row["stand_key"], row["code"], row["severity"] = "k{}".format(place), "MADE", severity
        row.SetGeometry(_square(place, 0))
        issues.CreateFeature(row)
    run = file.CreateLayer("run", None, ogr.wkbNone)
    for name in ("plugin_version", "ended"):
        run.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    row = ogr.Feature(run.GetLayerDefn())
    row["plugin_version"], row["ended"] = "0.0.1", "2026-02-03T04:05:06+08:00"
    run.CreateFeature(row)
    return path


def _stands(layer: ogr.Layer, side: int) -> None:
    for name, kind in COLUMNS.items():
        layer.CreateField(ogr.FieldDefn(name, kind))
    for number in range(side * side):
        column, line = number % side, number // side
        row = ogr.Feature(layer.GetLayerDefn())
        values = {
            "LIN_BAN": "林班{}".format(line), "stand_key": "k{}".format(number), "area_ha": 6.25, "area_mu": 93.75,
            "species_group": "pine", "carbon_tc_ha": None if number % 7 == 0 else 12.0 * column,
            "sink_tco2e_yr": None if number % 5 == 0 else 6.25 * (line * 3.0 - 2),
            "pine_transform": OUTCOMES[number % 3], "reserve_forest": OUTCOMES[number // 3 % 3],
            "ticket": OUTCOMES[number // 2 % 3], "measure": MEASURES[number % len(MEASURES)],
            "pine_technique": TECHNIQUES[number // 3 % 4] if number % 3 == 0 else None,
            "reserve_mode": MODES[number // 9 % 4] if number // 3 % 3 == 0 else None, "canopy_mean": 0.5,
        }  # fmt: skip
        for name, value in values.items():
            row[name] = value
        row.SetGeometry(_square(column, line))
        layer.CreateFeature(row)


def _square(column: int, line: int) -> ogr.Geometry:
    left, bottom = 39_530_000 + column * SIDE_M, 2_950_000 + line * SIDE_M
    right, top = left + SIDE_M, bottom + SIDE_M
    text = "POLYGON(({0} {1},{2} {1},{2} {3},{0} {3},{0} {1}))".format(left, bottom, right, top)
    return ogr.CreateGeometryFromWkt(text)
