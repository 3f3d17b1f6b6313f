"""What a recipe lets the images say in the main job, and that nothing is said without one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sample_parts import IMAGES, SAMPLE, part, written

from sanming_carbon_plugin.adapters import coverage_store
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.images import ABOUT_KEYS, RECIPE_KEYS
from sanming_carbon_plugin.adapters.jobs.pine_wilt import DatedImage, PineWiltRequest, pine_wilt
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest
from sanming_carbon_plugin.adapters.jobs.species import SpeciesRequest, train_species_model
from sanming_carbon_plugin.core.classes import images as images_room
from sanming_carbon_plugin.core.errors import DependencyError, InputError
from sanming_carbon_plugin.core.progress import Progress

IMAGE_COLUMNS = ["image_species_group", "image_probability", "image_conflict", "damage_share"]
TRUTH = Path(__file__).parents[2] / "data" / "truth" / "truth.csv"


def result(layer, folder, name="r", **options) -> pd.DataFrame:
    out = folder / (name + ".gpkg")
    assess(AssessRequest(layer, out, overwrite=True, **options), Progress())
    return read_geopackage_table(out, "stands")


DATED = [{"raster": name, "sensor": "sentinel2", "date": name[1:] + "-12-20"} for name, _ in IMAGES]


def test_without_a_recipe_images_say_nothing(village, tmp_path):
    assert result(village, tmp_path, rasters=IMAGES)[IMAGE_COLUMNS].isna().all(axis=None)


@pytest.mark.long
def test_two_dates_give_the_damage_which_is_a_sign_for_pest_control_and_leave_the_rest_as_it_was(village, tmp_path):
    plain = result(village, tmp_path, rasters=IMAGES)
    path = written(tmp_path / "r.json", {"scenes": DATED, "species": False})
    seen = result(village, tmp_path, rasters=IMAGES, recipe=path)
    assert seen["image_species_group"].isna().all()
    assert (seen["damage_share"] > 0).any()
    assert seen["damage_share"].dropna().between(0, 1).all()
    kept = plain.columns.difference([*IMAGE_COLUMNS, "measure", "measures"])
    pd.testing.assert_frame_equal(plain[kept], seen[kept])
    more = seen["measures"].fillna("") != plain["measures"].fillna("")
    assert more.any()
    assert (seen["damage_share"][more] > 0.05).all()
    assert ("pest_control;" + plain["measures"][more].fillna("")).str.strip(";").equals(seen["measures"][more])
    away = written(tmp_path / "r.json", {"scenes": DATED, "species": False, "damage": False})
    assert result(village, tmp_path, rasters=IMAGES, recipe=away)["damage_share"].isna().all()
    backwards = {"from": "s2020", "to": "s2015"}
    undated = [{"raster": name, "sensor": "sentinel2"} for name, _ in IMAGES]
    turned = written(tmp_path / "r.json", {"scenes": undated, "species": False, "damage": backwards})
    found = result(village, tmp_path, rasters=IMAGES, recipe=turned)["damage_share"]
    assert (found > 0).sum() != (seen["damage_share"] > 0).sum()


def test_one_date_gives_no_damage(village, tmp_path):
    scenes = [{"raster": "s2020", "sensor": "sentinel2", "date": "2020-12-20"}]
    path = written(tmp_path / "r.json", {"scenes": scenes, "species": False})
    assert result(village, tmp_path, rasters=IMAGES, recipe=path)["damage_share"].isna().all()


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"scene": []}, "scene"),
        ({"scenes": [], "damage": {"from": "s2015", "to": "s2020"}}, "damage.from"),
        ({"scenes": [], "species": {"model": 3}}, "species.model"),
        ({"scenes": [{"raster": "s2020", "sensor": "sentinel2", "date": "2020-02-30"}]}, "scenes[0].date"),
    ],
)
def test_a_wrong_recipe_names_its_place(village, tmp_path, wrong, place):
    with pytest.raises(InputError) as caught:
        result(village, tmp_path, rasters=IMAGES, recipe=written(tmp_path / "r.json", wrong))
    assert caught.value.code == "RECIPE_WRONG"
    assert caught.value.values["place"] == place
    assert not (tmp_path / "r.gpkg").exists()


@pytest.mark.parametrize("after", ["s2015", "S2020"])
def test_damage_goes_from_the_earlier_scene_to_the_later_one(village, tmp_path, after):
    recipe = written(tmp_path / "r.json", {"scenes": DATED, "damage": {"from": "s2020", "to": after}})
    with pytest.raises(InputError) as caught:
        result(village, tmp_path, rasters=IMAGES, recipe=recipe)
    assert caught.value.code == "RECIPE_SCENES_REVERSED"
    assert caught.value.values["before"] == "s2020 (2020-12-20)"


def test_without_the_library_or_labels_the_rest_of_the_run_goes_on(village, tmp_path, recipe, monkeypatch):
    def missing(*_, **__):
        raise DependencyError("LEARNING_MISSING")

    monkeypatch.setattr(images_room, "train_species", missing)
    seen = result(village, tmp_path, rasters=IMAGES, recipe=recipe)
    assert seen["image_species_group"].isna().all()
    assert seen["damage_share"].notna().any()
    issues = read_geopackage_table(tmp_path / "r.gpkg", "issues")
    assert "LEARNING_MISSING" in set(issues["value"][issues["code"] == "IMAGE_SPECIES_NOT_LEARNT"])


@pytest.mark.long
def test_rules_can_use_the_damage(village, tmp_path, recipe):
    rules = {
        "id": "own", "version": "1", "status": "provisional", "title": "own", "title_zh": "自有",
        "measures": {"pest_control": {"title": "c", "title_zh": "防治", "rules": [
            {"id": "SEEN", "kind": "require", "title": "Discoloured", "title_zh": "变色",
             "condition": {"field": "damage_share", "op": ">=", "value": 0.01}, "source": "test", "confidence": "test"}
        ]}},
    }  # fmt: skip
    own = written(tmp_path / "rules.json", rules)
    data = result(village, tmp_path, rasters=IMAGES, recipe=recipe, rules=own)
    controlled = data["measures"].fillna("").str.contains("pest_control")
    assert controlled.any()
    assert (controlled == (data["damage_share"] >= 0.01)).all()
    assert not result(village, tmp_path, rules=own)["measures"].fillna("").str.contains("pest_control").any()


@pytest.mark.long
def test_the_algorithm_finds_the_same_damage_as_the_main_job(village, tmp_path, recipe):
    seen = result(village, tmp_path, rasters=IMAGES, recipe=recipe)
    out = tmp_path / "受害.gpkg"
    images = [DatedImage(path, name[1:] + "-12-20") for name, path in IMAGES]
    outcome = pine_wilt(PineWiltRequest(village, *images, out), Progress())
    damage = read_geopackage_table(out, "damage")
    pd.testing.assert_series_equal(damage["damage_share"], seen["damage_share"])
    assert outcome.counts["damage_found"] == (damage["damage_share"] > 0).sum()
    assert damage["damage_ha"].notna().equals(damage["damage_share"].notna())
    with pytest.raises(InputError) as caught:
        pine_wilt(PineWiltRequest(village, *images, tmp_path / "x.gpkg", sensor="rgbn"), Progress())
    assert caught.value.code == "SCENE_BAND_MISSING"
    assert not (tmp_path / "x.gpkg").exists()


@pytest.mark.slow
@pytest.mark.skipif(not TRUTH.exists(), reason="the sample is not there")
def test_the_main_job_meets_the_figures_of_the_sample(township, tmp_path, recipe):
    pytest.importorskip("sklearn")
    seen = result(township, tmp_path, rasters=IMAGES, recipe=recipe).set_index("stand_key")
    truth = pd.read_csv(TRUTH, dtype={"stand_key": str}, encoding="utf-8").set_index("stand_key").loc[seen.index]
    known = seen["damage_share"].notna() & seen["BHYY"].isna()
    found, real = seen["damage_share"] * seen["area_ha"] > 0.1, truth["damage_ha"] > 0.1
    f1 = 2 * (found & real & known).sum() / ((found & known).sum() + (real & known).sum())
    print("F1", f1)
    assert f1 >= 0.85
    facts = read_geopackage_table(tmp_path / "r.gpkg", "facts").set_index("stand_key")
    first = facts["image_doubt"].sort_values(ascending=False).index[: len(facts) // 10]
    planted = truth["planted_error"] == "yes"
    print("planted errors in the first tenth", planted.loc[first].sum() / planted.sum())
    assert planted.loc[first].sum() >= 0.8 * planted.sum()
    again = result(township, tmp_path, name="again", rasters=IMAGES, recipe=recipe).set_index("stand_key")
    pd.testing.assert_frame_equal(seen[IMAGE_COLUMNS], again[IMAGE_COLUMNS])


@pytest.mark.long
def test_offsets_do_not_turn_into_damage(village, tmp_path, recipe):
    """The same scene with the offset of 2022 in its numbers says the same once its date is known."""
    rasterio = pytest.importorskip("rasterio")
    moved = tmp_path / "s2023.tif"
    with rasterio.open(dict(IMAGES)["s2020"]) as source:
        values, profile, names = source.read(), source.profile, source.descriptions
    values = values.astype("int32")
    values[values > 0] += 1000
    with rasterio.open(moved, "w", **(profile | {"dtype": "int32"})) as target:
        target.write(values)
        target.descriptions = names
    before = DatedImage(dict(IMAGES)["s2015"], "2015-12-20")
    shares = []
    for name, after in (
        ("a", DatedImage(dict(IMAGES)["s2020"], "2020-12-20")),
        ("b", DatedImage(str(moved), "2023-12-20")),
    ):
        request = PineWiltRequest(village, before, after, tmp_path / (name + ".gpkg"))
        pine_wilt(request, Progress())
        shares.append(read_geopackage_table(request.out, "damage")["damage_share"])
    pd.testing.assert_series_equal(*shares, atol=1e-6)


@pytest.mark.long
def test_images_on_a_datum_without_a_known_shift_are_told(village, tmp_path, monkeypatch):
    monkeypatch.setattr("sanming_carbon_plugin.adapters.rasters.opening.shift_to_raster_is_unknown", lambda *_: True)
    out = tmp_path / "d.gpkg"
    pine_wilt(
        PineWiltRequest(village, *(DatedImage(path, name[1:] + "-12-20") for name, path in IMAGES), out), Progress()
    )
    issues = read_geopackage_table(out, "issues")
    assert issues["field"][issues["code"] == "RASTER_SHIFT_UNKNOWN"].tolist() == ["before", "after"]


@pytest.mark.long
def test_the_recipe_of_the_sample_and_a_trained_model_work(township, tmp_path):
    pytest.importorskip("sklearn")
    recipes = SAMPLE.parent / "recipes"
    rasters = (*IMAGES, ("dem", str(SAMPLE / "dem.tif")))
    layer = part(township, np.arange(0, len(township), 2))
    learnt = result(layer, tmp_path, rasters=rasters, recipe=recipes / "sample.json")
    facts = read_geopackage_table(tmp_path / "r.gpkg", "facts")
    assert {"wilt_ndvi_change", "wilt_ndmi_change", "image_doubt", "damage_grade"} <= set(facts.columns)
    assert learnt["image_species_group"].notna().any()
    recipe = json.loads((recipes / "sample.json").read_text(encoding="utf-8")) | {"species": {"model": "m.json"}}
    terms = json.loads((recipes.parent / "parameters" / "image_species.json").read_text(encoding="utf-8"))
    small = written(tmp_path / "terms.json", terms | {"trees": 10})
    train_species_model(
        SpeciesRequest(layer, rasters, tmp_path / "m.json", recipe=recipes / "sample.json", terms=small), Progress()
    )
    asked = result(layer, tmp_path, rasters=rasters, recipe=written(tmp_path / "recipe.json", recipe))
    both = asked["image_species_group"].notna() & learnt["image_species_group"].notna()
    same = (asked["image_species_group"] == learnt["image_species_group"])[both].mean()
    assert 0.7 < same < 1  # the model has learnt from these very stands, the other one has not


def test_recipes_as_packaged_are_understood(tmp_path):
    for path in (SAMPLE.parent / "recipes").glob("*.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        if "scenes" in data:
            assert set(data) <= set(RECIPE_KEYS + ABOUT_KEYS), path.name


@pytest.mark.long
def test_discoloured_crowns_use_the_saved_cells_of_the_stands(village, tmp_path, monkeypatch):
    """Without days too: the offset is then told from the cells."""
    monkeypatch.setenv("SANMING_CARBON_CACHE", str(tmp_path / "cells"))
    first, last = (DatedImage(path) for _, path in IMAGES)
    found = []
    for name in ("one.gpkg", "two.gpkg"):
        pine_wilt(PineWiltRequest(village, first, last, tmp_path / name), Progress())
        found.append(read_geopackage_table(tmp_path / name, "damage"))
        (saved,) = (tmp_path / "cells").glob("*.coverage")
        # The second run finds the index and has nothing to work out.
        monkeypatch.setattr(coverage_store, "coverage_blocks", None)
    assert (found[0]["damage_share"] > 0).any()
    pd.testing.assert_frame_equal(found[0], found[1])
    assert saved.stat().st_size > 0
