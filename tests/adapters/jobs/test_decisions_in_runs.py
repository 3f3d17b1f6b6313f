"""A decision beside the result counts in every run, shows in ``explain`` and is never lost silently."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from sample_parts import part

from sanming_carbon_plugin.adapters.decision_files import decisions_beside, write_decisions
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.explain import explain, explanation_text
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest
from sanming_carbon_plugin.core.classes.overrides import geometry_hash, no_decisions
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.progress import Progress


@pytest.fixture
def run(village, tmp_path):
    """A first run, and a function for the next ones with other stands."""
    out = tmp_path / "结果.gpkg"

    def again(layer):
        return assess(AssessRequest(layer, out, overwrite=True), Progress())

    again(village)
    return out, village, again


def pine_stand(out) -> tuple[int, str]:
    stands = read_geopackage_table(out, "stands")
    row = stands.index[stands["pine_transform"] == "yes"][0]
    return row, stands.loc[row, "stand_key"]


def decide(out, key, polygon, **more):
    decision = {
        "stand_key": key, "column": "pine_transform", "value": "no", "reason": "水源地上游", "name": "林工",
        "date": "2026-03-01", "evidence": "照片1.jpg", "geometry_hash": geometry_hash(polygon),
    }  # fmt: skip
    write_decisions(no_decisions().with_decision(decision | more), decisions_beside(out))


def codes(out) -> list[str]:
    return [code for code in read_geopackage_table(out, "issues")["code"] if code.startswith("DECISION")]


def test_it_stands_beside_what_was_computed_in_every_run(run):
    out, village, again = run
    row, key = pine_stand(out)
    decide(out, key, village.geometry[row])
    for _ in range(2):
        outcome = again(village)
        assert outcome.counts["decided"] == 1
        assert read_geopackage_table(out, "stands", {"stand_key": key})["pine_transform"].iloc[0] == "yes"
        facts = read_geopackage_table(out, "facts")
        assert list(facts["stand_key"][facts["pine_transform_decided"].notna()]) == [key]
        assert codes(out) == []


def test_explain_says_who_decided_and_why(run):
    out, village, again = run
    row, key = pine_stand(out)
    decide(out, key, village.geometry[row])
    again(village)
    explanation = explain(out, key)
    assert explanation["figures"]["pine_transform"] == "yes"
    (decision,) = explanation["decisions"]
    assert decision["value"] == "no"
    assert decision["counts"]
    for language in ("en", "zh"):
        (line,) = (line for line in explanation_text(explanation, language).splitlines() if line.startswith("* "))
        assert "水源地上游" in line
        assert "林工" in line
    # The result says it by itself, also where the file beside it did not come along.
    copied = out.with_name("copy.gpkg")
    copied.write_bytes(out.read_bytes())
    assert explain(copied, key)["decisions"] == explanation["decisions"]
    other = read_geopackage_table(out, "stands")["stand_key"].iloc[row + 1]
    assert explain(out, other)["decisions"] == []


def test_an_earlier_decision_stays_as_history(run):
    out, village, again = run
    _, key = pine_stand(out)
    first = {"stand_key": key, "column": "pine_transform", "value": "unknown", "reason": "待核", "name": "甲",
             "date": "2026-01-01", "evidence": None, "geometry_hash": None}  # fmt: skip
    both = no_decisions().with_decision(first | {"value": "no", "date": "2026-02-01"}).with_decision(first)
    write_decisions(both, decisions_beside(out))
    again(village)
    assert [(one["value"], one["counts"]) for one in explain(out, key)["decisions"]] == [
        ("no", True),
        ("unknown", False),
    ]
    assert codes(out) == ["DECISION_SUPERSEDED"]


def test_a_changed_outline_and_a_lost_stand_are_told(run):
    out, village, again = run
    row, key = pine_stand(out)
    decide(out, key, village.geometry[row])
    geometry = village.geometry.copy()
    geometry[row] = shapely.buffer(geometry[row], -5)
    again(replace(village, geometry=geometry))
    assert codes(out) == ["DECISION_GEOMETRY_CHANGED"]
    assert explain(out, key)["decisions"][0]["counts"]
    kept = [position for position in range(len(village)) if position != row]
    again(part(village, kept))
    assert codes(out) == ["DECISION_STAND_GONE"]
    again(village)
    assert codes(out) == []
    assert explain(out, key)["decisions"]


def test_a_wrong_file_stops_the_run_and_leaves_the_result(run):
    out, village, again = run
    before = out.read_bytes()
    decisions_beside(out).write_text("stand_key,column\na,b\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        again(village)
    assert caught.value.code == "DECISIONS_INVALID"
    assert out.read_bytes() == before
