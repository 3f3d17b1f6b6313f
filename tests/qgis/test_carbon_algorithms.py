"""The four algorithms of the carbon room on layers as QGIS has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QImage
from running import rows_of, run_algorithm

pytestmark = pytest.mark.qgis


@pytest.fixture
def layers(provider, qgis_app):
    """The stands of the sample's first 700 rows and the earlier inventory, in the project."""
    source = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    stands = source.materialize(QgsFeatureRequest().setLimit(700))
    stands.setName("小班")
    earlier = QgsVectorLayer(str(SAMPLE / "stands_2015.gpkg"), "earlier", "ogr")
    QgsProject.instance().addMapLayers([stands, earlier])
    yield {"STANDS": stands, "EARLIER": earlier, "PERIOD_START": "2016-01-01", "PERIOD_END": "2020-12-31"}
    QgsProject.instance().clear()


def test_stock_of_a_memory_layer(layers, tmp_path):
    out = tmp_path / "碳 储量.gpkg"
    results, context = run_algorithm("carbonstock", {"STANDS": layers["STANDS"], "OUTPUT": str(out)})
    assert results == {"OUTPUT": str(out), "STANDS_COUNT": 700}
    ((total, known),) = rows_of(out, "stands", "sum(stock_tco2e), count(stock_tco2e)")
    assert total > 100_000
    assert 600 < known <= 700
    (loaded,) = context.layersToLoadOnCompletion()
    assert QgsVectorLayer(loaded, "stock", "ogr").featureCount() == 700


def test_sink_between_two_layers(layers, tmp_path):
    out = tmp_path / "sink.gpkg"
    run_algorithm("sink", layers | {"OUTPUT": str(out)})
    bases = dict(rows_of(out, "stands GROUP BY sink_basis", "sink_basis, count(sink_tco2e_yr)"))
    assert bases["measured"] > 400
    assert bases["none"] == 0
    assert "growth_curve" not in bases
    assert rows_of(out, "uncertainty WHERE scope = 'total'", "round(sum(share), 9)") == [(1.0,)]
    ((options,),) = rows_of(out, "run", "options")
    assert '"period": "2016-01-01/2020-12-31"' in options


def test_sink_by_growth_curves_where_asked(layers, tmp_path):
    out = tmp_path / "sink.gpkg"
    run_algorithm("sink", {"STANDS": layers["STANDS"], "GROWTH": True, "OUTPUT": str(out)})
    bases = dict(rows_of(out, "stands GROUP BY sink_basis", "sink_basis, count(sink_tco2e_yr)"))
    assert set(bases) == {"growth_curve", "none"}


def test_growth_curves_with_pictures(layers, tmp_path):
    folder = tmp_path / "生长 曲线"
    results, _ = run_algorithm("fitgrowth", layers | {"OUTPUT": str(folder)})
    assert results["OUTPUT"] == str(folder)
    assert (folder / "growth_curves.csv").exists()
    svg = {path.stem for path in (folder / "charts").glob("*.svg")}
    assert svg == {path.stem for path in (folder / "charts").glob("*.png")} != set()
    image = QImage(str(folder / "charts" / (sorted(svg)[0] + ".png")))
    assert (image.width(), image.height()) == (1440, 832)
    colours = {image.pixelColor(x, y).name() for x in range(0, 1440, 3) for y in range(0, 832, 3)}
    assert {"#ffffff", "#00441b"} <= colours, "paper and the curve"
    with pytest.raises(QgsProcessingException, match="OUTPUT_EXISTS"):
        _run_raising("fitgrowth", layers | {"OUTPUT": str(folder)})


@pytest.mark.long
def test_the_report_of_the_main_job_has_its_charts_as_pictures(layers, tmp_path):
    """Age and volume with the curve, stock by species and age group, sink with its interval: SVG and PNG."""
    report = tmp_path / "报告"
    run_algorithm("assess", layers | {"OUTPUT": str(tmp_path / "r.gpkg"), "REPORT": str(report)})
    svg = {path.stem for path in (report / "charts").glob("*.svg")}
    assert {"stock_by_species_and_age", "sink_by_species", "growth_chinese_fir"} <= svg
    assert svg == {path.stem for path in (report / "charts").glob("*.png")}
    for name in svg:
        assert not QImage(str(report / "charts" / (name + ".png"))).isNull()
    assert rows_of(tmp_path / "r.gpkg", "uncertainty WHERE scope = 'total'", "round(sum(share), 9)") == [(1.0,)]


def test_projection_is_marked_as_modelled(layers, tmp_path):
    out = tmp_path / "p.gpkg"
    run_algorithm("project", {"STANDS": layers["STANDS"], "YEARS": "2030;2060", "OUTPUT": str(out)})
    assert set(rows_of(out, "stands WHERE stock_2030_tco2e IS NOT NULL", "DISTINCT projection_basis")) == {
        ("growth_curve",)
    }
    by_stand = rows_of(out, "stands", "sum(stock_2030_tco2e), sum(stock_2060_tco2e)")[0]
    by_group = [
        total for (total,) in rows_of(out, "projection GROUP BY year ORDER BY year", "sum(stock_projected_tco2e)")
    ]
    assert by_group == pytest.approx(by_stand, rel=1e-9)


def test_products_of_a_harvest_table(provider, qgis_app, tmp_path):
    harvest = tmp_path / "采伐.csv"
    harvest.write_text("year,species_code,volume_m3\n2020,220,100\n", encoding="utf-8")
    out, report = tmp_path / "产品.gpkg", tmp_path / "报告"
    parameters = {"HARVEST": str(harvest), "UNTIL": 2022, "OUTPUT": str(out), "REPORT": str(report)}
    results, _ = run_algorithm("products", parameters)
    assert results["ROWS_COUNT"] == 1
    assert rows_of(out, "years", "count(*), round(max(harvested_tco2e), 3)") == [(3, 64.093)]
    assert (report / "charts" / "products.png").exists()
    run_algorithm("products", {"HARVEST": str(harvest), "OUTPUT": str(tmp_path / "b.gpkg")})
    assert rows_of(tmp_path / "b.gpkg", "years") == [(1,)]


def test_drawn_errors_stand_beside_the_calculated_interval(layers, tmp_path):
    out = tmp_path / "sink.gpkg"
    run_algorithm("sink", layers | {"DRAWS": 300, "SEED": 5, "OUTPUT": str(out)})
    ((difference, draws, seed),) = rows_of(out, "simulation WHERE scope = 'total'", "difference_percent, draws, seed")
    assert abs(difference) < 20
    assert (draws, seed) == (300, 5)


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("project", {"YEARS": "soon"}, "YEARS_INVALID"),
        ("sink", {"PERIOD_START": "2020-01-01", "PERIOD_END": "2016-01-01"}, "PERIOD_REVERSED"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(layers, tmp_path, name, changes, code):
    out = tmp_path / "out.gpkg"
    with pytest.raises(QgsProcessingException, match=code) as caught:
        _run_raising(name, {"STANDS": layers["STANDS"], "OUTPUT": str(out)} | changes)
    assert "\n" not in str(caught.value).strip()
    assert not out.exists()


def test_half_a_period_is_refused_before_the_run(layers, tmp_path):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:sink")
    context = QgsProcessingContext()
    parameters = {"STANDS": layers["STANDS"], "PERIOD_START": "2016-01-01", "OUTPUT": str(tmp_path / "o.gpkg")}
    with pytest.raises(QgsProcessingException, match="PERIOD_INCOMPLETE"):
        algorithm.create().prepareAlgorithm(parameters, context, QgsProcessingFeedback())


@pytest.mark.parametrize("name", ["carbonstock", "sink", "fitgrowth", "project"])
def test_cancelling_leaves_nothing(layers, tmp_path, name):
    feedback = QgsProcessingFeedback()
    feedback.cancel()
    out = tmp_path / "out.gpkg"
    results, _ = run_algorithm(name, {"STANDS": layers["STANDS"], "YEARS": "2030", "OUTPUT": str(out)}, feedback)
    assert not results
    assert not list(tmp_path.iterdir())


def _run_raising(name, parameters):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return algorithm.run(parameters, context, QgsProcessingFeedback(), {}, False)


def test_help_pages_are_there_in_both_languages():
    from sanming_carbon_plugin.paths import resources_dir

    for name in ("carbonstock", "sink", "fitgrowth", "project", "products"):
        for language in ("en", "zh"):
            assert Path(resources_dir() / "help" / language / (name + ".html")).exists()
