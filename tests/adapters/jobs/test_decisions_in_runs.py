"""A decision beside the result counts in every run, shows in ``explain`` and is never lost silently."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
import shapely
from sample_parts import part

from sanming_carbon_plugin.adapters.decision_files import (
    decisions_beside,
    decisions_of_run,
    keep_decisions,
    read_decisions,
    write_decisions,
)
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.issue_status import ACCEPTED, IDENTITY, mark_issues, read_statuses
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.explain import explain, explanation_text
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest
from sanming_carbon_plugin.adapters.jobs.ticket_result import open_result
from sanming_carbon_plugin.adapters.messages import render_error
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


def test_a_result_of_an_older_version_says_that_it_must_be_made_again(run):
    out, _, _ = run
    _, key = pine_stand(out)
    with closing(sqlite3.connect(out)) as database, database:
        ((text,),) = database.execute("SELECT rule_files FROM run").fetchall()
        files = json.loads(text)
        del files["profile"]["settings"]["tenure_rights"]
        database.execute("UPDATE run SET rule_files = ?", [json.dumps(files)])
    for ask in (lambda: explain(out, key), lambda: open_result(out, Progress()).profile()):
        with pytest.raises(InputError) as told:
            ask()
        assert told.value.code == "RESULT_OF_OLDER_VERSION"
    assert "重新进行小班评估" in " ".join(render_error(told.value, "zh"))


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


@pytest.mark.long
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


@pytest.mark.long
def test_decisions_named_by_the_user_join_those_beside_the_result(run, tmp_path):
    out, village, again = run
    row, key = pine_stand(out)
    decide(out, key, None, geometry_hash=None)
    other = str(read_geopackage_table(out, "stands")["stand_key"].iloc[row + 1])
    elsewhere = tmp_path / "外业.csv"
    given = {"stand_key": other, "column": "measure", "value": "none", "reason": "已征占", "name": "测员",
             "date": "2026-04-01", "evidence": "表3", "geometry_hash": None}  # fmt: skip
    write_decisions(no_decisions().with_decision(given), elsewhere)
    outcome = assess(AssessRequest(village, out, decisions=elsewhere, overwrite=True), Progress())
    assert outcome.counts["decided"] == 2
    # All of them stay beside the result with their outlines, so that the next run needs no file to be named.
    kept = read_decisions(decisions_beside(out)).table
    assert list(kept["stand_key"]) == [key, other]
    assert kept["geometry_hash"].notna().all()
    assert again(village).counts["decided"] == 2
    assert len(read_decisions(decisions_beside(out)).table) == 2
    twice = assess(AssessRequest(village, out, decisions=elsewhere, overwrite=True), Progress())
    assert twice.counts["decided"] == 2
    assert len(read_decisions(decisions_beside(out)).table) == 2


def test_an_outline_that_was_not_noted_is_watched_from_the_first_run_on(run):
    out, village, again = run
    row, key = pine_stand(out)
    decide(out, key, None, geometry_hash=None)
    again(village)
    geometry = village.geometry.copy()
    geometry[row] = shapely.buffer(geometry[row], -5)
    again(replace(village, geometry=geometry))
    assert codes(out) == ["DECISION_GEOMETRY_CHANGED"]


@pytest.mark.long
def test_a_lost_file_is_made_anew_from_the_result_that_is_replaced(run, tmp_path):
    out, village, again = run
    row, key = pine_stand(out)
    decide(out, key, village.geometry[row])
    again(village)
    decisions_beside(out).unlink()
    assert again(village).counts["decided"] == 1
    assert list(read_decisions(decisions_beside(out)).table["stand_key"]) == [key]
    # Another result takes them from this one where it is named.
    elsewhere = tmp_path / "next.gpkg"
    assert assess(AssessRequest(village, elsewhere, decisions=out), Progress()).counts["decided"] == 1
    assert decisions_beside(elsewhere).exists()


def test_another_result_is_asked_for_its_list_not_only_for_the_copy_in_it(run, tmp_path):
    out, village, _ = run
    row, key = pine_stand(out)
    decide(out, key, village.geometry[row])  # after the run: the result does not carry it yet
    elsewhere = tmp_path / "next.gpkg"
    assert assess(AssessRequest(village, elsewhere, decisions=out), Progress()).counts["decided"] == 1
    assert list(read_decisions(decisions_beside(elsewhere)).table["stand_key"]) == [key]


def test_what_is_decided_while_a_run_goes_on_is_not_overwritten(tmp_path):
    out, other = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    decide(out, "k1", None, geometry_hash=None)
    decide(other, "k2", None, geometry_hash=None)
    begun = decisions_of_run(out, decisions_beside(other))
    for path, key in ((out, "k3"), (other, "k4")):
        row = begun.table.iloc[0].to_dict() | {"stand_key": key}
        write_decisions(read_decisions(decisions_beside(path)).with_decision(row), decisions_beside(path))
    keep_decisions(begun, out, decisions_beside(other))
    assert list(read_decisions(decisions_beside(out)).table["stand_key"]) == ["k1", "k2", "k3", "k4"]
    written = decisions_beside(out).stat().st_mtime_ns
    keep_decisions(begun, out, decisions_beside(other))
    assert decisions_beside(out).stat().st_mtime_ns == written


def test_what_was_decided_about_doubts_comes_along_with_another_result(run, tmp_path):
    out, village, _ = run
    doubt = read_geopackage_table(out, "issues").iloc[0]
    identity = tuple(None if doubt[name] is None else str(doubt[name]) for name in IDENTITY)
    mark_issues(out, [identity], ACCEPTED, "已核实", "林工", "2026-03-01T08:00:00+08:00")
    elsewhere = tmp_path / "next.gpkg"
    assess(AssessRequest(village, elsewhere, decisions=out), Progress())
    assert list(read_statuses(elsewhere)["reason"]) == ["已核实"]


def test_a_decision_is_taken_back_by_another_one(run):
    out, village, again = run
    row, key = pine_stand(out)
    decide(out, key, village.geometry[row])
    taken_back = read_decisions(decisions_beside(out)).table.iloc[0].to_dict()
    taken_back |= {"value": "withdrawn", "reason": "复核后撤销", "date": "2026-05-01"}
    write_decisions(read_decisions(decisions_beside(out)).with_decision(taken_back), decisions_beside(out))
    assert again(village).counts["decided"] == 0
    assert codes(out) == ["DECISION_SUPERSEDED"]
    assert [(one["value"], one["counts"]) for one in explain(out, key)["decisions"]] == [
        ("no", False),
        ("withdrawn", True),
    ]
    assert "撤销" in explanation_text(explain(out, key), "zh")


def test_a_file_that_is_not_there_is_told(run, tmp_path):
    _, village, _ = run
    with pytest.raises(InputError) as caught:
        assess(AssessRequest(village, tmp_path / "o.gpkg", decisions=tmp_path / "none.csv"), Progress())
    assert caught.value.code == "FILE_NOT_FOUND"
