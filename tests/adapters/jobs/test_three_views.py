"""How far a model agrees with the inventory is told for blocks, matched distances and random folds side by side."""

from __future__ import annotations

import json

import pytest
from sample_parts import IMAGES, written

from sanming_carbon_plugin.adapters.jobs.species import SpeciesRequest, figures_beside, train_species_model
from sanming_carbon_plugin.adapters.words import word
from sanming_carbon_plugin.core.classes.species_from_images import VIEWS
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

pytest.importorskip("sklearn")


def test_the_three_views_stand_side_by_side(village, tmp_path):
    terms = json.loads((resources_dir() / "parameters" / "image_species.json").read_text(encoding="utf-8"))
    small = written(tmp_path / "terms.json", terms | {"trees": 5, "folds": 2, "least_per_class": 10, "block_m": 400})
    outcome = train_species_model(SpeciesRequest(village, IMAGES, tmp_path / "模型.json", terms=small), Progress())
    told = [name for name in outcome.counts if name.startswith("agreement_")]
    assert told == ["agreement_blocks", "agreement_distance_matched", "agreement_random"]
    figures = json.loads(figures_beside(outcome.out).read_text(encoding="utf-8"))
    assert tuple(figures["views"]) == VIEWS == ("blocks", "distance_matched", "random")
    for name, view in figures["views"].items():
        rows = view["confusion"]
        stands = sum(sum(row.values()) for row in rows.values())
        assert stands == figures["stands"] > 0
        agreeing = sum(row.get(label, 0) for label, row in rows.items())
        assert view["agreement"] == pytest.approx(agreeing / stands)
        assert outcome.counts["agreement_" + name] == "{:.4f}".format(view["agreement"])
        for language in ("en", "zh"):
            assert word("column", "agreement_" + name, language) != "agreement_" + name
    # Neighbours in other folds flatter: each way of setting stands aside has its own figure.
    assert figures["views"]["blocks"]["confusion"] != figures["views"]["random"]["confusion"]
