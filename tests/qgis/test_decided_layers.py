"""The layers of a result show decided stands as they count, as its tables do, and say of how many."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest
from made_results import SAMPLE
from qgis.core import QgsProject, QgsRenderContext

from sanming_carbon_plugin.adapters.decided_stands import decided_stands
from sanming_carbon_plugin.adapters.decision_files import decisions_beside, write_decisions
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.maps.area_table import area_rows
from sanming_carbon_plugin.adapters.maps.class_areas import class_table
from sanming_carbon_plugin.adapters.maps.layers import dress_again, results_group_steps, theme_layer
from sanming_carbon_plugin.adapters.maps.map_rows import read_map_rows
from sanming_carbon_plugin.adapters.maps.run_note import run_note
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.core.classes.overrides import no_decisions
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.units import UnitChoice

pytestmark = pytest.mark.qgis
SHOWN = ("measure", "pine_technique", "reserve_mode")


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """A result in which people decided about stands, one of them with a key that needs care in expressions."""
    folder = tmp_path_factory.mktemp("decided")
    out = folder / "result.gpkg"
    source = LayerSource(str(SAMPLE / "stands.gpkg"), "stands")
    assess(AssessRequest(source, out), Progress())
    stands = read_geopackage_table(out, "stands")
    cut = stands["stand_key"][(stands["measure"] == "pine_transform")].tolist()
    free = stands["stand_key"][stands["measure"].isna()].tolist()
    repeated = stands["stand_key"][stands["stand_key"].str.contains("#")].tolist()
    said = [*((key, "pine_transform", "no") for key in cut[:3]), (cut[4], "pine_technique", "strip_cut"),
            (free[0], "measure", "closure"), (cut[5], "measure", "none"), (free[1], "reserve_forest", "yes"),
            *((key, "measure", "project_pool") for key in repeated[:1])]  # fmt: skip
    decisions = no_decisions()
    for key, column, value in said:
        decisions = decisions.with_decision(
            {"stand_key": key, "column": column, "value": value, "reason": "现地", "name": "林工",
             "date": "2026-03-01", "evidence": None, "geometry_hash": None}
        )  # fmt: skip
    write_decisions(decisions, decisions_beside(out))
    assess(AssessRequest(source, out, overwrite=True), Progress())
    return out, len({key for key, _, _ in said})


def drawn(layer) -> Counter:
    """Classes as the renderer finds them."""
    context, renderer = QgsRenderContext(), layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    labels = {category.symbol().dump(): category.value() for category in renderer.categories()}
    found = Counter()
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        symbol = renderer.symbolForFeature(feature, context)
        found[labels[symbol.dump()]] += 1
    renderer.stopRender(context)
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", SHOWN)
def test_map_table_and_rows_show_the_same_classes(qgis_app, decided, name):
    out, count = decided
    theme = themes()[name]
    layer = theme_layer(out, theme, "zh")
    rows = read_map_rows(out, theme).frame
    assert drawn(layer) == Counter(rows["class"])
    assert area_rows(layer, theme, "zh") == class_table(rows, theme, "zh")
    assert "含 {} 个人工决定小班".format(count) in layer.name()
    assert "其中 {} 个小班的类型按人工决定表示".format(count) in run_note(layer, "zh")
    plain = theme_layer_without_decisions(out, theme)
    assert area_rows(plain, theme, "zh") != area_rows(layer, theme, "zh")


def theme_layer_without_decisions(out, theme):
    from qgis.core import QgsVectorLayer

    from sanming_carbon_plugin.adapters.maps.layers import dress

    layer = QgsVectorLayer("{}|layername=stands".format(out), "plain", "ogr")
    dress(layer, theme, "zh")
    return layer


@pytest.mark.long
def test_themes_that_show_no_class_stay_as_they_are(qgis_app, decided):
    out, _ = decided
    for name in ("carbon_density", "ticket"):
        layer = theme_layer(out, themes()[name], "en")
        assert layer.name() == themes()[name].title("en", UnitChoice())


@pytest.mark.long
def test_the_group_of_a_result_and_other_units_keep_what_was_decided(qgis_app, decided, tmp_path):
    out = shutil.copyfile(decided[0], tmp_path / "copy.gpkg")
    project = QgsProject.instance()
    try:
        for _ in results_group_steps(project, out, "en", SHOWN):
            pass
        before = {layer.name(): drawn(layer) for layer in project.mapLayers().values()}
        assert all("stands as decided" in name for name in before)
        for _ in dress_again(project, "en", UnitChoice(area="mu")):
            pass
        assert {layer.name(): drawn(layer) for layer in project.mapLayers().values()} == before
    finally:
        project.clear()


@pytest.mark.long
def test_a_million_stands_with_decisions_are_not_read_to_find_them(decided):
    """Both statements go through the index of the keys."""
    from sanming_carbon_plugin.adapters import decided_stands as module
    from sanming_carbon_plugin.adapters.geopackage_rows import opened

    with opened(decided[0]) as database:
        for statement in (module._STANDS, module._FACTS):
            plan = [row[3] for row in database.execute("EXPLAIN QUERY PLAN " + statement)]
            assert not [step for step in plan if step.startswith(("SCAN stands", "SCAN facts"))], plan
    assert len(decided_stands(decided[0])[0]) == decided[1]


def test_without_decisions_no_library_is_loaded_for_the_layers(decided, tmp_path, monkeypatch):
    """Opening a saved project must not wait for pandas."""
    from sanming_carbon_plugin.adapters import decided_stands as module
    from sanming_carbon_plugin.adapters.maps.decided import DecidedClasses

    def refuse(result):
        raise AssertionError("read for nothing")

    monkeypatch.setattr(module, "decided_stands", refuse)
    plain = tmp_path / "plain.gpkg"
    assess(AssessRequest(LayerSource(str(SAMPLE / "stands.gpkg"), "stands"), plain), Progress())
    assert DecidedClasses.of(plain) == DecidedClasses()
    assert DecidedClasses.of(tmp_path / "nothing.gpkg") == DecidedClasses()
    with pytest.raises(AssertionError, match="read for nothing"):
        DecidedClasses.of(decided[0])
