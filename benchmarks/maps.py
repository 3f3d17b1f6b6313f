"""A map set of 20 villages without a screen, beside QGIS's own atlas over the same stands and units.

Run from the repository: ``.venv/bin/python benchmarks/maps.py [--quick]``. The target is 60 s for the set. The sample
is assessed and its ten villages are cut into twenty. QGIS's atlas draws map, legend, scale bar and title of the same
symbols; it has no table of areas and no overview, and begins anew when it was stopped. Ends with status 1 where the
target is missed. ``--quick`` draws two villages and shows only that it runs.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import QgsLayoutExporter, QgsLayoutItemMap, QgsProject

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.maps.layers import theme_layer
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest, open_map_set
from sanming_carbon_plugin.adapters.maps.map_units import outline
from sanming_carbon_plugin.adapters.maps.page_layers import crs_of, outline_layer
from sanming_carbon_plugin.adapters.maps.qgis_session import running_qgis
from sanming_carbon_plugin.adapters.maps.sheet import target_map
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.core.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
TARGET_S = 60.0
USUAL, QUICK = 20, 2


def made_result(path: Path, villages: int) -> Path:
    """The sample's result, its ten villages cut or joined."""
    stands = LayerSource(str(ROOT / "resources" / "sample" / "stands.gpkg"))
    assess(AssessRequest(stands=stands, out=path), Progress())
    with closing(sqlite3.connect(path)) as database, database:
        if villages == QUICK:
            database.execute("UPDATE facts SET village = '20' || (village > '205')")
        else:
            database.execute(
                "UPDATE facts SET village = '3' || substr(village, 2) WHERE CAST(compartment AS INTEGER) % 2"
            )
    return path


def ours(result: Path, out: Path, villages: int) -> float:
    start = time.perf_counter()
    pages = export_maps(MapSetRequest(result, out, language="zh"), Progress()).counts["map_pages"]
    taken = time.perf_counter() - start
    assert pages == villages
    return taken


def atlas(result: Path, out: Path) -> float:
    """QGIS's own atlas, one page a village."""
    start = time.perf_counter()
    map_set = open_map_set(MapSetRequest(result, out))
    project = QgsProject()
    layer = theme_layer(result, themes()["measure"], "zh")
    shapes = [outline(map_set.rows.geometry[unit.rows]) for unit in map_set.units]
    villages = outline_layer(shapes, None, crs_of(map_set.rows.crs), "villages", "unit", "zh")
    for one in (layer, villages):
        project.addMapLayer(one)
    layout = target_map(project, layer, "measure", "zh")
    drawn = layout.itemById("map")
    assert isinstance(drawn, QgsLayoutItemMap)
    drawn.setLayers([villages, layer])
    drawn.setAtlasDriven(True)
    layout.atlas().setCoverageLayer(villages)
    layout.atlas().setEnabled(True)
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = 300
    done, _ = QgsLayoutExporter.exportToPdf(layout.atlas(), str(out), settings)
    assert done == QgsLayoutExporter.ExportResult.Success
    taken = time.perf_counter() - start
    project.clear()
    return taken


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    villages = QUICK if parser.parse_args(given).quick else USUAL
    with tempfile.TemporaryDirectory() as folder, running_qgis():
        result = made_result(Path(folder) / "result.gpkg", villages)
        own, peer = ours(result, Path(folder) / "ours.pdf", villages), atlas(result, Path(folder) / "atlas.pdf")
    verdict = "kept" if own <= TARGET_S else "MISSED"
    print("{} villages: {:.1f} s ({:.2f} s a sheet), target {:.0f} s: {}".format(
        villages, own, own / villages, TARGET_S, verdict
    ))  # fmt: skip
    print("QGIS's own atlas, without table and overview: {:.1f} s".format(peer))
    return 0 if own <= TARGET_S else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
