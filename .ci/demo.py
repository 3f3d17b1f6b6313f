"""The main job on the bundled sample, inside QGIS without a screen: result, maps, tables and report in one folder."""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "resources" / "sample"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["SANMING_CARBON_LANGUAGE"] = "zh"
sys.path[:0] = [str(ROOT), "/usr/share/qgis/python/plugins", "/usr/share/qgis/python"]

from qgis.core import QgsApplication, QgsProcessingFeedback, QgsVectorLayer  # noqa: E402


class _Feedback(QgsProcessingFeedback):
    """Steps as lines; the percentages in between are left out."""

    def pushInfo(self, info: str) -> None:  # noqa: N802 - Qt's name
        sys.stderr.write(info + "\n")

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: ARG002, N802, N803
        sys.stderr.write(error + "\n")


def run(folder: Path) -> None:
    """Assess the sample and draw its maps."""
    import processing
    from processing.core.Processing import Processing

    from sanming_carbon_plugin.adapters.maps.pdf import export_map_pdf
    from sanming_carbon_plugin.processing.provider import SanmingCarbonProvider

    # QGIS writes into every GeoPackage that it opens, so it gets a copy.
    sample = Path(shutil.copytree(SAMPLE, folder / "sample"))
    Processing.initialize()
    provider = SanmingCarbonProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    result = folder / "result.gpkg"
    processing.run(
        "sanmingcarbon:assess",
        {
            "STANDS": QgsVectorLayer(f"{sample / 'stands.gpkg'}|layername=stands", "stands", "ogr"),
            "RASTERS": [str(sample / name) for name in ("composite_2015.tif", "composite_2020.tif", "dem.tif")],
            "RASTER_NAMES": "s2015;s2020;dem",
            "RECIPE": str(ROOT / "resources" / "recipes" / "sample.json"),
            "EARLIER": str(sample / "stands_2015.gpkg"),
            "PERIOD_START": "2016-01-01",
            "PERIOD_END": "2020-12-31",
            "CREDITED": [str(sample / "credited.gpkg")],
            "TENURE": str(sample / "tenure.gpkg"),
            "OUTPUT": str(result),
            "REPORT": str(folder),
        },
        feedback=_Feedback(),
    )
    shutil.rmtree(sample)
    draw(result, folder)
    for language in ("zh", "en"):
        export_map_pdf(result, folder / f"target_map_{language}.pdf", language)


def draw(result: Path, folder: Path) -> None:
    """Map sets of the villages, a web map, and the tables by township, species, age and measure."""
    from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
    from sanming_carbon_plugin.adapters.jobs.report import ReportRequest, report
    from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest
    from sanming_carbon_plugin.core.progress import Progress

    names = SAMPLE / "names.csv"
    for language in ("zh", "en"):
        out = folder / f"village_maps_{language}.pdf"
        export_maps(MapSetRequest(result, out, language=language, names=names), Progress())
    web = MapSetRequest(result, folder / "web_map.html", level="township", language="zh", names=names)
    export_maps(web, Progress())
    report(ReportRequest(result, folder / "report", names=names, language="zh"), Progress())


def main() -> int:
    """Fill the folder given on the command line."""
    folder = Path(sys.argv[1]).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    try:
        run(folder)
    finally:
        application.exitQgis()
    for path in sorted(folder.iterdir()):
        sys.stdout.write(f"{path.relative_to(Path.cwd())}\t{path.stat().st_size}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
