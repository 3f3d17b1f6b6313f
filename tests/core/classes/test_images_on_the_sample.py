"""What the images say on the made sample, held against its truth table, which the code never reads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.image_models import load_species_terms, load_wilt_terms, read_model, write_model
from sanming_carbon_plugin.adapters.jobs.opening import geodesy_of, open_inventory, open_rasters
from sanming_carbon_plugin.adapters.jobs.request import LayerSource
from sanming_carbon_plugin.adapters.stand_tables import load_stand_tables
from sanming_carbon_plugin.core.classes.accuracy import stratified_accuracy
from sanming_carbon_plugin.core.classes.pine_wilt import pine_wilt
from sanming_carbon_plugin.core.classes.species_from_images import (
    VIEWS,
    disagreements,
    images_of,
    inventory_labels,
    predict_species,
    train_species,
)
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.pipeline import know_stands
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.paths import resources_dir

SAMPLE = resources_dir() / "sample"
TRUTH = Path(__file__).parents[2] / "data" / "truth" / "truth.csv"
TRUE_CLASS = {
    "pine": "pine", "fir": "chinese_fir", "broadleaf": "broadleaf", "mixed": "mixed_conifer_broadleaf",
    "bamboo": "bamboo", "other": "no_forest",
}  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not TRUTH.exists(), reason="the sample is not there")]
pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def sample():
    inventory = open_inventory(LayerSource(str(SAMPLE / "stands.gpkg")), None, None, Progress())
    facts = know_stands(inventory, load_stand_tables(), geodesy_of(inventory.layer)).columns
    geometry = inventory.layer.geometry
    names = (("s2015", "composite_2015.tif"), ("s2020", "composite_2020.tif"))
    rasters = open_rasters(tuple((name, str(SAMPLE / file)) for name, file in names), inventory.layer)
    seen = evidence(facts.index, geometry, rasters).columns
    facts = pd.concat([facts, seen], axis=1)
    truth = pd.read_csv(TRUTH, dtype={"stand_key": str}, encoding="utf-8").set_index("stand_key")
    assert set(truth.index) == set(facts.index)
    yield SimpleNamespace(
        facts=facts,
        geometry=geometry,
        xy=shapely.get_coordinates(shapely.centroid(geometry)),
        rasters={raster.name: raster for raster in rasters},
        images=images_of(list(seen.columns), ["s2015", "s2020"]),
        truth=truth.loc[facts.index],
    )
    for raster in rasters:
        raster.reader.close()


@pytest.fixture(scope="module")
def training(sample):
    return train_species(sample.facts, sample.xy, sample.images, load_species_terms(), seed=1)


def test_species_groups_are_right_by_spatial_blocks(sample, training):
    true = sample.truth.loc[training.stands, "true_group"].map(TRUE_CLASS).to_numpy()
    classes = np.array(training.model.classes)
    right = {name: classes[training.views[name].probabilities.argmax(axis=1)] == true for name in VIEWS}
    for name in VIEWS:
        forest = true != "no_forest"
        print(name, training.views[name].agreement, right[name].mean(), right[name][forest].mean())
    assert right["blocks"].mean() >= 0.90
    assert right["blocks"][true != "no_forest"].mean() >= 0.90
    # Agreement with labels that hold errors cannot be as high as being right.
    assert training.views["blocks"].agreement < right["blocks"].mean()
    assert training.views["blocks"].confusion.to_numpy().sum() == len(training.stands)
    assert training.importance.sum() == pytest.approx(1.0)


def test_planted_errors_head_the_list(sample, training):
    columns = predict_species(sample.facts, sample.images, load_species_terms(), training.model, training).columns
    first = disagreements(columns).index[: len(columns) // 10]
    planted = sample.truth["planted_error"] == "yes"
    assert planted.loc[first].sum() >= 0.8 * planted.sum()
    assert (columns.loc[planted[planted].index, "image_conflict"] == "yes").mean() > 0.8


def test_images_never_overwrite_the_inventory(sample, training):
    result = predict_species(sample.facts, sample.images, load_species_terms(), training.model, training)
    assert not set(result.columns.columns) & set(sample.facts.columns)
    conflict = result.issues[result.issues["code"] == "IMAGE_SPECIES_CONFLICT"]
    assert len(conflict) == (result.columns["image_conflict"] == "yes").sum()


def test_the_seed_repeats_everything(sample):
    terms = replace(load_species_terms(), trees=8, folds=2)
    first, second = (train_species(sample.facts, sample.xy, sample.images, terms, seed=5) for _ in range(2))
    assert json.dumps(first.model.to_dict()) == json.dumps(second.model.to_dict())
    np.testing.assert_array_equal(first.views["blocks"].probabilities, second.views["blocks"].probabilities)
    other = train_species(sample.facts, sample.xy, sample.images, terms, seed=6)
    assert json.dumps(first.model.to_dict()) != json.dumps(other.model.to_dict())


def test_a_saved_model_says_the_same(sample, training, tmp_path):
    path = tmp_path / "模型" / "species.json"
    write_model(training.model, path)
    again = read_model(path)
    terms = load_species_terms()
    first = predict_species(sample.facts, sample.images, terms, training.model).columns
    pd.testing.assert_frame_equal(first, predict_species(sample.facts, sample.images, terms, again).columns)


def test_other_images_are_refused(sample, training):
    with pytest.raises(InputError) as caught:
        predict_species(sample.facts, {"s2015": sample.images["s2015"]}, load_species_terms(), training.model)
    assert caught.value.code == "MODEL_OTHER_IMAGES"


def test_stands_that_images_do_not_cover_get_nothing(sample, training):
    facts = sample.facts.copy()
    facts.iloc[:5, facts.columns.get_loc("s2020_b4_mean")] = np.nan
    facts.iloc[5:9, facts.columns.get_loc("s2015_b8_support")] = 0.2
    columns = predict_species(facts, sample.images, load_species_terms(), training.model).columns.iloc[:9]
    assert columns.isna().all(axis=None)


def test_accuracy_comes_from_checked_stands(sample, training):
    columns = predict_species(sample.facts, sample.images, load_species_terms(), training.model, training).columns
    true = sample.truth["true_group"].map(TRUE_CLASS).to_numpy()
    mapped = columns["image_species_group"].to_numpy()
    rng = np.random.default_rng(3)
    checked = np.zeros(len(mapped), dtype=bool)
    for name in sorted({one for one in mapped if one is not None}):
        checked[rng.choice(np.flatnonzero(mapped == name), 40, replace=False)] = True
    found = stratified_accuracy(mapped, np.ones(len(mapped)), checked, np.where(checked, true, None))
    whole = (mapped == true)[[one is not None for one in mapped]].mean()
    assert found.low <= whole <= found.high
    assert found.low < found.overall < found.high


def test_too_few_labels(sample):
    facts = sample.facts.copy()
    facts["species_group"] = None
    facts["land_class"] = None
    assert all(one is None for one in inventory_labels(facts, load_species_terms()))
    with pytest.raises(InputError) as caught:
        train_species(facts, sample.xy, sample.images, load_species_terms(), seed=1)
    assert caught.value.code == "TOO_FEW_LABELS"


def test_damage_is_found(sample):
    result = pine_wilt(
        sample.facts, sample.geometry, sample.rasters["s2015"], sample.rasters["s2020"], load_wilt_terms()
    ).columns
    known = result["damage_share"].notna() & sample.facts["change_reason"].isna()
    found = known & (result["damage_share"] * sample.facts["area_ha"] > 0.1)
    real = known & (sample.truth["damage_ha"] > 0.1)
    pine = sample.facts["species_group"].isin(["pine", "exotic_pine"])
    for name, here in (("all", known), ("pine", known & pine)):
        f1 = 2 * (found & real & here).sum() / ((found & here).sum() + (real & here).sum())
        print(name, f1)
        assert f1 >= 0.85
    assert result.loc[sample.facts["land_class"] != "arbor", "damage_share"].isna().all()
    assert result["damage_grade"].notna().equals(result["damage_share"].notna())


def test_damage_needs_healthy_pine_and_its_bands(sample):
    terms = load_wilt_terms()
    few = sample.facts.copy()
    few["species_group"] = None
    result = pine_wilt(few, sample.geometry, sample.rasters["s2015"], sample.rasters["s2020"], terms)
    assert result.columns["damage_share"].isna().all()
    assert list(result.issues["code"]) == ["PINE_WILT_NO_REFERENCE"]
    other = replace(terms, bands=dict(terms.bands) | {"swir": "B99"})
    with pytest.raises(InputError) as caught:
        pine_wilt(sample.facts, sample.geometry, sample.rasters["s2015"], sample.rasters["s2020"], other)
    assert caught.value.code == "BAND_NOT_FOUND"
