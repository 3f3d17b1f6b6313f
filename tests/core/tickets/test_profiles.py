"""Profile files: the shipped ones, edited copies, and files nobody should trust."""

from __future__ import annotations

import copy
import csv
import json
import re
from datetime import date

import pytest

from sanming_carbon_plugin.adapters.profiles import DEFAULT_PROFILE, load_profile, shipped_profiles
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.tickets.profiles import FIXED_CONDITIONS, Profile
from sanming_carbon_plugin.core.tickets.settings import SETTINGS
from sanming_carbon_plugin.paths import resources_dir

pytestmark = pytest.mark.everywhere


@pytest.fixture
def content():
    return copy.deepcopy(dict(load_profile().data))


def problems_of(data):
    with pytest.raises(InputError) as caught:
        Profile.from_dict(data)
    assert caught.value.code == "PROFILE_INVALID"
    return caught.value.values["problems"]


def test_the_shipped_profiles_are_complete_and_provisional():
    assert set(shipped_profiles()) == {
        "sanming_ticket",
        "sanming_ticket_incremental",
        "fujian_carbon_neutral_forest",
        "stop_harvest",
        "ccer_14_001",
        "ar_cm_003",
        "ar_cm_005",
    }
    for name in shipped_profiles():
        profile = load_profile(name)
        assert profile.id == name
        assert profile.provisional
        assert set(profile.settings) == set(SETTINGS)
        assert profile.equations
        assert all(setting.source and setting.confidence for setting in profile.settings.values())
        assert set(FIXED_CONDITIONS) <= {rule.id for rule in profile.rule_set.rules}
    assert load_profile().id == DEFAULT_PROFILE == "sanming_ticket"
    assert load_profile("ccer_14_001").kind == "screen"
    assert len(load_profile().evidence) == 11


def test_natural_growth_is_counted_in_one_variant_and_not_in_the_other():
    assert load_profile("sanming_ticket").value("natural_growth_counted") is True
    assert load_profile("sanming_ticket_incremental").value("natural_growth_counted") is False
    assert load_profile("sanming_ticket_incremental").value("baseline") == "reference_growth"


def test_a_profile_can_be_an_edited_file(tmp_path, content):
    content["settings"]["risk_share"]["value"] = 0.1
    file = tmp_path / "三明 数据.json"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    assert load_profile(file).value("risk_share") == 0.1
    assert load_profile(file).fingerprint() != load_profile().fingerprint()
    with pytest.raises(InputError) as caught:
        load_profile("nothing.json")
    assert caught.value.code == "PROFILE_NOT_FOUND"


def test_every_problem_is_named_with_its_place(content):
    content["status"] = "final"
    content["settings"]["risk_share"]["value"] = 2
    content["settings"]["tenure_evidence"]["value"] = "maybe"
    content["settings"]["rounding_t"] = 1
    content["settings"]["earliest_start"]["value"] = "2016-13-01"
    content["settings"]["denominations_t"]["value"] = [100, 10]
    content["settings"]["uncertainty_table"]["value"] = [{"up_to": 0.2, "deduct": 0.5}, {"up_to": 0.1, "deduct": 0.6}]
    content["settings"]["schemes"]["value"] = {"ticket": ["碳票"], "CCER": ["碳票"]}
    content["settings"]["pools"]["value"] = ["soil"]
    content["settings"]["plausible_stand_tco2e_ha_yr"]["value"] = {"pine": [3, 1]}
    content["settings"]["luck"] = 1
    del content["settings"]["bamboo"]
    content["evidence"][0].pop("source")
    content["surprise"] = True
    text = problems_of(content)
    for place in (
        "$.status", "risk_share", "tenure_evidence", "rounding_t", "earliest_start", "denominations_t",
        "uncertainty_table", "schemes", "pools", "plausible_stand", "luck", "bamboo", "$.evidence[0]", "surprise",
    ):  # fmt: skip
        assert place in text, place


@pytest.mark.parametrize("name", sorted(FIXED_CONDITIONS))
def test_the_rules_that_make_a_ticket_a_ticket_cannot_be_edited_away(content, name):
    number = next(i for i, rule in enumerate(content["rules"]) if rule["id"] == name)
    without = {**content, "rules": [rule for rule in content["rules"] if rule["id"] != name]}
    assert name in problems_of(without)
    softened = copy.deepcopy(content)
    softened["rules"][number]["condition"] = {
        "any": [FIXED_CONDITIONS[name], {"field": "area_ha", "op": ">", "value": 1}]
    }
    assert name in problems_of(softened)
    only_sometimes = copy.deepcopy(content)
    only_sometimes["rules"][number]["when"] = {"bamboo": True}
    assert name in problems_of(only_sometimes)
    turned = copy.deepcopy(content)
    turned["rules"][number]["kind"] = "exclude"
    assert name in problems_of(turned)


def test_values_that_contradict_each_other(content):
    content["settings"]["natural_growth_counted"]["value"] = False
    content["settings"]["uncertainty_deduction"]["value"] = "table"
    content["settings"]["uncertainty_table"]["value"] = []
    content["settings"]["shortest_period_years"]["value"] = 6
    content["settings"]["longest_period_years"]["value"] = 5
    content["valid_from"], content["valid_to"] = "2026-01-01", "2025-01-01"
    content["scheme"] = "unheard_of"
    content["settings"]["pools"]["value"] = ["tree_above_ground"]
    text = problems_of(content)
    for place in ("baseline", "uncertainty_table", "longest_period_years", "valid_to", "$.scheme", "settings.pools"):
        assert place in text


def test_rules_may_use_settings_and_apply_only_under_some(content):
    content["rules"].append(
        {
            "id": "OLD", "kind": "require", "title": "Old", "title_zh": "成熟",
            "source": "test", "confidence": "design",
            "condition": {"field": "height_m", "op": ">=", "value": {"setting": "minimum_height"}},
        }
    )  # fmt: skip
    assert "minimum_height" in problems_of(content)
    content["rules"][-1]["condition"]["value"] = {"setting": "minimum_height_m"}
    rule = Profile.from_dict(content).rule_set.rule("OLD")
    assert rule.test.value == 2.0
    content["rules"][-1]["when"] = {"baseline": "stop_harvest"}
    assert "OLD" not in {rule.id for rule in Profile.from_dict(content).rule_set.rules}
    content["rules"][-1]["when"] = {"luck": True}
    assert "$.rules[" in problems_of(content)


@pytest.mark.parametrize("data", [None, [], 3, "profile", {}, {"id": 1}, {"rules": 5, "settings": []}])
def test_no_profile_at_all(data):
    assert problems_of(data)


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "__class__", "op": "==", "value": "yes"},
        {"field": "closure", "op": "exec", "value": 1},
        {"field": "closure", "op": ">=", "value": 1e300},
        {"field": "closure", "op": ">=", "value": True},
        {"all": []},
        "import os",
    ],
)
def test_hostile_conditions_are_refused_with_their_place(content, condition):
    content["rules"][-1]["condition"] = condition
    assert "$.rules[" in problems_of(content)


def test_a_wrong_rule_is_named_by_its_place_in_the_file(content):
    number = next(i for i, rule in enumerate(content["rules"]) if rule["id"] == "CANOPY")
    content["rules"][number]["title_zh"] = ""
    assert f"$.rules[{number}].title_zh" in problems_of(content)


def test_deep_nesting_is_refused(content):
    condition = {"field": "closure", "op": ">=", "value": 0.2}
    for _ in range(200):
        condition = {"not": condition}
    content["rules"][-1]["condition"] = condition
    assert problems_of(content)


def test_a_profile_is_in_force_between_its_dates(content):
    content["valid_from"], content["valid_to"] = "2022-01-01", "2024-12-31"
    profile = Profile.from_dict(content)
    assert not profile.in_force(date(2021, 12, 31))
    assert profile.in_force(date(2024, 12, 31))
    assert not profile.in_force(date(2025, 1, 1))


# --- words ----------------------------------------------------------------------------------------------


def codes(kind):
    with (resources_dir() / "messages" / kind / "tickets.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all(all(cell and cell.strip() for cell in row.values()) and None not in row for row in rows)
    return {row["code"] for row in rows}


JOBS = ("application*.py", "ticket*.py", "double_count.py", "neutrality.py")


def test_every_code_this_room_raises_has_words_and_no_words_are_left_over():
    room = resources_dir().parent / "sanming_carbon_plugin"
    files = [*(room / "core" / "tickets").glob("*.py"), room / "adapters" / "profiles.py"]
    files += [room / "adapters" / "office_lists.py"]
    files += [room / "commands" / "application.py", room / "commands" / "ticketeligibility.py"]
    files += [room / "processing" / "ticket_eligibility.py"]
    files += [file for name in JOBS for file in (room / "adapters" / "jobs").glob(name)]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    used = set(
        re.findall(r'"((?:TICKET|CREDITED|TENURE|PROFILE|PERIODS|APPLICATION|USE|DOUBLE)_[A-Z_]+|NOT_A_RESULT)"', text)
    )
    assert used == codes("errors") | codes("issues")
