"""An office's signed declaration answers a ticket rule: for the units it names, while it holds, and never by itself."""

from __future__ import annotations

import copy
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.profiles import load_profile
from sanming_carbon_plugin.core.carbon.period import parse_period
from sanming_carbon_plugin.core.classes.explain import explain_stand
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.tickets.eligibility import check_tickets
from sanming_carbon_plugin.core.tickets.profiles import Profile

from .test_applications import pieces, tenure
from .ticket_stands import GOOD

PERIOD = parse_period("2016-01-01/2020-12-31")
TODAY = date(2026, 6, 1)
D1 = {
    "id": "D1", "field": "dispute", "value": "no", "units": ["350428-199"], "reason": "register of disputes searched",
    "name": "Lin Fang, Jiangle forestry bureau", "date": "2026-03-01", "valid_to": "2027-02-28",
}  # fmt: skip
KEYS = ("350428-199-001-0001-00001", "350428-199-001-0001-00002", "350428-1990-001-0001-00001", "350429-199-1-1-1")


def declared(*entries):
    data = copy.deepcopy(dict(load_profile().data))
    return Profile.from_dict(data | {"declared": list(entries)})


@pytest.fixture
def facts():
    """Four stands that lack nothing but a word about disputes; the second has one on record."""
    frame = pd.DataFrame([{**GOOD, "dispute": None}] * len(KEYS), index=pd.Index(KEYS, name="stand_key"))
    frame["dispute"] = np.array([None, "yes", None, None], dtype=object)
    return frame


@pytest.fixture
def squares():
    left = np.arange(len(KEYS)) * 100.0
    return shapely.box(left, 0, left + 100, 100)


def judged(facts, squares, profile, today=TODAY):
    return check_tickets(facts, squares, profile, PERIOD, [], None, today=today)


def signs(check):
    traces = check.stage.columns["ticket_rules"].str.split(";")
    return [next(part for part in parts if part.startswith("DISPUTE"))[-1] for parts in traces]


def test_without_a_declaration_nobody_knows(facts, squares):
    check = judged(facts, squares, declared())
    assert signs(check) == ["?", "-", "?", "?"]
    assert list(check.stage.columns["ticket"]) == ["unknown", "no", "unknown", "unknown"]
    assert not check.stage.columns["ticket_rules"].str.contains("DECLARED").any()
    assert load_profile().rule_set.declarations == ()


def test_with_it_the_other_rules_decide_in_its_unit_alone(facts, squares):
    check = judged(facts, squares, declared(D1))
    # The second stand has a dispute on record, the third a longer township code, the fourth another county.
    assert signs(check) == ["+", "-", "?", "?"]
    assert list(check.stage.columns["ticket"]) == ["yes", "no", "unknown", "unknown"]
    facts.loc[KEYS[0], "closure"] = 0.1
    assert judged(facts, squares, declared(D1)).stage.columns["ticket"].iloc[0] == "no"


def test_the_trace_names_the_declaration_where_its_word_was_taken(facts, squares):
    check = judged(facts, squares, declared(D1))
    traces = check.stage.columns["ticket_rules"]
    assert [trace.endswith(";DECLARED:D1+") for trace in traces] == [True, False, False, False]
    told = check.stage.issues.set_index("code").loc["TICKET_DECLARED"]
    assert told["params"]["count"] == 1
    assert told["params"]["name"] == D1["name"]
    assert told["params"]["units"] == "350428-199"


def test_an_explanation_names_who_signed(facts, squares):
    profile = declared(D1)
    check = judged(facts, squares, profile)
    first = {one["rule"]: one for one in explain_stand(profile.rule_set, check.facts.iloc[[0]])}
    assert first["DISPUTE"]["outcome"] == "pass"
    assert first["DISPUTE"]["declared"]["name"] == D1["name"]
    assert first["CLOSURE" if "CLOSURE" in first else "MEASURED"]["declared"] is None
    second = {one["rule"]: one for one in explain_stand(profile.rule_set, check.facts.iloc[[1]])}
    assert second["DISPUTE"]["outcome"] == "fail"
    assert second["DISPUTE"]["declared"] is None


@pytest.mark.parametrize(
    ("units", "answered"),
    [
        (["350428"], [True, False, True, False]),
        (["350429-199", "350428-199-001-0001-00001"], [True, False, False, True]),
        (["350428-199-001-0001-0000"], [False, False, False, False]),
        (["35042"], [False, False, False, False]),
    ],
)
def test_a_unit_is_whole_parts_of_the_stand_key(facts, squares, units, answered):
    check = judged(facts, squares, declared(D1 | {"units": units}))
    assert [sign == "+" for sign in signs(check)] == answered
    assert ("TICKET_DECLARATION_MEETS_NONE" in set(check.stage.issues["code"])) == (not any(answered))


@pytest.mark.parametrize(
    ("today", "code"),
    [
        (date(2026, 2, 28), "TICKET_DECLARATION_NOT_YET"),
        (date(2026, 3, 1), None),
        (date(2027, 2, 28), None),
        (date(2027, 3, 1), "TICKET_DECLARATION_EXPIRED"),
    ],
)
def test_it_holds_from_its_date_to_its_last_day(facts, squares, today, code):
    if code is None:
        assert signs(judged(facts, squares, declared(D1), today))[0] == "+"
        return
    with pytest.raises(InputError) as caught:
        judged(facts, squares, declared(D1), today)
    assert caught.value.code == code
    assert caught.value.values["declaration"] == "D1"


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        ({"field": "closure"}, "$.declared[0].field", "must be one of dispute"),
        ({"field": "measured_at_both_dates"}, "$.declared[0].field", "must be one of dispute"),
        ({"field": "wetland"}, "$.declared[0].field", "asked by no rule"),
        ({"value": "perhaps"}, "$.declared[0].value", "yes, no"),
        ({"units": []}, "$.declared[0].units", "must name"),
        ({"units": ["350428 199"]}, "$.declared[0].units", "beginning of a stand key"),
        ({"units": "350428"}, "$.declared[0].units", "must name"),
        ({"name": " "}, "$.declared[0].name", "must be a text"),
        ({"reason": None}, "$.declared[0].reason", "must be a text"),
        ({"date": "1.3.2026"}, "$.declared[0].date", "date"),
        ({"date": None}, "$.declared[0].date", "must be a date"),
        ({"valid_to": "2026-02-01"}, "$.declared[0].valid_to", "before"),
        ({"id": "D 1"}, "$.declared[0].id", "letters"),
        ({"note": "more"}, "$.declared[0]", "must be an object with"),
    ],
)
def test_a_wrong_declaration_is_named_with_its_place(wrong, place, words):
    with pytest.raises(InputError) as caught:
        declared(D1 | wrong)
    assert caught.value.code == "PROFILE_INVALID"
    assert place in caught.value.values["problems"]
    assert words in caught.value.values["problems"]


def test_a_declaration_without_a_day_until_which_it_holds_is_none():
    with pytest.raises(InputError, match="valid_to"):
        declared({name: value for name, value in D1.items() if name != "valid_to"})


def test_two_declarations_do_not_contradict_each_other():
    inside = D1 | {"id": "D2", "value": "yes", "units": ["350428-199-202"]}
    with pytest.raises(InputError, match="opposite of D1"):
        declared(D1, inside)
    with pytest.raises(InputError, match="is the id of"):
        declared(D1, D1)
    assert len(declared(D1, inside | {"units": ["350428-200"]}).rule_set.declarations) == 2


def test_a_short_file_adds_declarations_to_a_shipped_profile(tmp_path):
    file = tmp_path / "声明.json"
    file.write_text(json.dumps({"profile": "sanming_ticket", "declared": [D1]}, ensure_ascii=False), encoding="utf-8")
    profile = load_profile(file)
    assert profile.rule_set.declarations[0].id == "D1"
    assert profile.fingerprint() != load_profile().fingerprint()
    assert profile.data["declared"] == [D1]
    file.write_text(json.dumps({"profile": "nobody", "declared": []}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_profile(file)
    assert caught.value.code == "PROFILE_NOT_FOUND"


def test_a_certificate_that_says_nothing_of_a_dispute_counts_where_an_office_signed():
    layer = tenure((0, 100, "张三", "2040-01-01", None), (100, 200, "李四", "2040-01-01", None))
    assert pieces(layer)["reason"].tolist() == ["dispute_unknown", "dispute_unknown"]
    signed = pieces(layer, profile=declared(D1 | {"units": ["A"]}))
    assert signed["outcome"].tolist() == ["yes", "unknown"]
    quarrel = tenure((0, 100, "张三", "2040-01-01", "yes"))
    assert pieces(quarrel, profile=declared(D1 | {"units": ["A"]}))["reason"].tolist() == ["disputed"]
