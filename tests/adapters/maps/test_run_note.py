"""The line below a map tells data and rules of a result, and of a plan too."""

from __future__ import annotations

import json

import pytest

from sanming_carbon_plugin.adapters.maps.run_note import note_of

RULES = {
    "rules": [{"id": "pine", "version": "3", "status": "provisional"}],
    "parameters": {"id": "carbon-parameters", "version": "2", "status": "provisional"},
}
WORKS = {"works": {"id": "sanming-works", "version": "7", "status": "official"}}


def _note(inputs: dict, rules: dict, language: str = "en") -> str:
    return note_of({"inputs": json.dumps(inputs), "rules": json.dumps(rules)}, "EPSG:4527", language)


def test_a_result_tells_its_data_and_rules():
    said = _note({"stands": {"source": "x/stands.gpkg", "sha256": "0123456789abcdef"}}, RULES)
    assert "stands.gpkg (01234567)" in said
    assert "pine 3 (provisional)" in said
    assert "carbon-parameters 2 (provisional)" in said
    assert "lanning" not in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plan_tells_its_result_the_rules_of_it_and_its_own_tables(language):
    inputs = {"result": {"source": "result.gpkg", "sha256": "fedcba9876543210"}, "ledger": None}
    said = _note(inputs, {"planning": WORKS, "result": RULES}, language)
    for text in ("result.gpkg", "fedcba98", "pine 3", "carbon-parameters 2", "sanming-works 7"):
        assert text in said


def test_a_record_without_them_tells_nothing_of_them():
    assert "Data:" not in _note({}, {})
