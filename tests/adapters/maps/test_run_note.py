"""The line below a map tells data and rules of a result, and of a plan too."""

from __future__ import annotations

import json
import re

import pytest

from sanming_carbon_plugin.adapters.column_words import title_of
from sanming_carbon_plugin.adapters.maps.run_note import note_of
from sanming_carbon_plugin.paths import resources_dir

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
    assert "pine v3 (provisional)" in said
    assert "carbon-parameters v2 (provisional)" in said
    assert "lanning" not in said


SHIPPED = {
    "rules": [{"id": "sanming_pine_transformation", "version": "2026.2", "status": "provisional"}],
    "profile": {"id": "sanming_ticket", "version": "1", "status": "provisional"},
    "parameters": {"id": "sanming-carbon-parameters", "version": "1", "status": "provisional"},
}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("Pine transformation v2026.2 (provisional)", "Carbon parameters of Sanming v1 (provisional)",
                "Sanming forestry carbon ticket v1 (2026-11-22, provisional)")),
        ("zh", ("松林改造提升 2026.2 版(暂行)", "三明碳计量参数表 1 版(暂行)", "三明林业碳票 1 版(2026-11-22, 暂行)")),
    ],
)  # fmt: skip
def test_rules_are_called_by_their_names_with_version_and_date(language, told):
    profile = json.loads((resources_dir() / "profiles" / "sanming_ticket.json").read_text(encoding="utf-8"))
    run = {"rules": json.dumps(SHIPPED), "rule_files": json.dumps({"profile": profile})}
    said = note_of(run, "EPSG:4527", language)
    assert all(text in said for text in told), said
    assert not re.search(r"sanming[_-]", said)


@pytest.mark.parametrize(("language", "told"), [("en", "Our rule v7 (official)"), ("zh", "本县规则 7 版(正式)")])
def test_a_file_of_the_users_own_is_called_by_its_own_title(language, told):
    own = {"id": "own_rule", "version": "7", "status": "official", "title": "Our rule", "title_zh": "本县规则"}
    rules = {"rules": [{name: own[name] for name in ("id", "version", "status")}]}
    said = note_of({"rules": json.dumps(rules), "rule_files": json.dumps({"rules": [own]})}, None, language)
    assert told in said
    assert "own_rule" not in said


def test_every_table_of_a_plan_has_a_name():
    """Tables that are shipped with the plugin are told by name, whatever the plan was made with."""
    heads = [
        path.read_text(encoding="utf-8").splitlines()[0]
        for folder in ("targets", "work_design", "parameters")
        for path in (resources_dir() / folder).glob("*.csv")
    ]
    ids = [head.removeprefix("# id:").strip() for head in heads if head.startswith("# id:")]
    assert len(ids) > 5
    noted = {"sanming-works", "counting-matrix", "sanming-area-units", "planning-rules", "sanming-indicators",
             "sanming-work-designs", "sanming-carbon-parameters"}  # fmt: skip
    assert noted <= set(ids)
    for code in noted:
        for language in ("en", "zh"):
            assert title_of(code, language) != code


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plan_tells_its_result_the_rules_of_it_and_its_own_tables(language):
    inputs = {"result": {"source": "result.gpkg", "sha256": "fedcba9876543210"}, "ledger": None}
    said = _note(inputs, {"planning": WORKS, "result": RULES}, language)
    works = {"en": "Works and their costs v7 (official)", "zh": "营林作业与投资指标表 7 版(正式)"}[language]
    before = " v" if language == "en" else " "
    for text in ("result.gpkg", "fedcba98", f"pine{before}3", f"carbon-parameters{before}2", works):
        assert text in said


def test_a_record_without_them_tells_nothing_of_them():
    assert "Data:" not in _note({}, {})
