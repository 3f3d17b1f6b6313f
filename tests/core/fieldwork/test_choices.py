"""What a person decides between desk and field, and which choices count no more."""

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.classes.overrides import Decisions
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.fieldwork import resolution
from sanming_carbon_plugin.core.fieldwork.resolution import (
    corrections_of,
    decisions_of,
    resolve,
    unresolved,
    with_corrections,
)
from sanming_carbon_plugin.core.issues import stand_issues

from .returned_copies import FORM, base_table, chosen, field_table, lines, merged


def test_nothing_is_taken_over_without_a_choice():
    desk = base_table(closure=[0.1, 0.5, np.nan])
    found = merged(field_table({(0, "closure"): 0.9, (1, "closure"): 0.6}), desk=desk)
    listed = unresolved(found.differences).set_index(["stand_key", "column"])
    assert listed.loc[("k1", "closure"), "choice"] is None
    assert listed.loc[("k2", "closure"), "choice"] == "field"
    done = resolve(found.differences, unresolved(found.differences).iloc[:0], FORM).differences
    outcome = done.set_index(["stand_key", "column"])["outcome"]
    assert outcome[("k1", "closure")] == outcome[("k2", "closure")] == "open"
    done = resolve(found.differences, unresolved(found.differences), FORM).differences
    outcome = done.set_index(["stand_key", "column"])["outcome"]
    assert outcome[("k1", "closure")] == "open"
    assert outcome[("k2", "closure")] == "applied"


def test_choices_field_desk_and_a_value():
    desk = base_table(closure=[0.1, 0.2, 0.3])
    found = merged(field_table({(0, "closure"): 0.9, (1, "closure"): 0.8, (2, "closure"): 0.7}), desk=desk)
    choices = chosen(found, ("u1", "closure", "field"), ("u2", "closure", "desk"), ("u3", "closure", "value", "0.55"))
    done = resolve(found.differences, choices, FORM).differences
    done = done[done["column"] == "closure"].set_index("stand_key")
    assert done["outcome"].tolist() == ["applied", "kept_desk", "applied"]
    assert done["new_value"].tolist() == ["0.9", None, "0.55"]
    rows = corrections_of(done.reset_index(), {"k1": "m1"}, "王五", "2026-11-22")
    assert rows[["old_value", "new_value", "decided_by", "decided_on"]].to_numpy().tolist() == [
        ["0.1", "0.9", "王五", "2026-11-22"],
        ["0.3", "0.55", "王五", "2026-11-22"],
    ]
    assert with_corrections(desk, rows, FORM)["closure"].tolist() == [0.9, 0.2, 0.55]


@pytest.mark.parametrize(
    "seen",
    [{"base_value": "0.4"}, {"desk_value": "0.4"}, {"field_value": "0.4"}, {"why": "cleared"}, {"state": "field"}],
)
def test_a_choice_about_other_values_is_stale(seen):
    desk = base_table(closure=[0.1, 0.5, np.nan])
    found = merged(field_table({(0, "closure"): 0.9}), desk=desk)
    seen = found.differences[found.differences["column"] == "closure"].assign(choice="field", **seen)
    done = resolve(found.differences, seen, FORM)
    assert done.differences.set_index("column").loc["closure", "outcome"] == "stale"
    assert done.issues[["stand_key", "code", "field"]].to_numpy().tolist() == [["k1", "FIELD_CHOICE_STALE", "closure"]]


def test_stale_choices_are_told_column_by_column_however_many_there_are(monkeypatch):
    calls = []

    def counted(*args, **more):
        calls.append(args)
        return stand_issues(*args, **more)

    monkeypatch.setattr(resolution, "stand_issues", counted)
    found = merged(field_table({(row, name): 0.9 for row in range(3) for name in ("closure", "age_yr")})).differences
    done = resolve(found, found.assign(choice="field", desk_value="0.44"), FORM)
    stale = done.issues[done.issues["code"] == "FIELD_CHOICE_STALE"]
    cells = zip(stale["stand_key"], stale["field"], strict=True)
    assert {("k{}".format(row), name) for row in (1, 2, 3) for name in ("closure", "age_yr")} <= set(cells)
    assert len(calls) < len(stale)


def test_a_choice_where_nothing_differs_any_more_is_told():
    found = merged(field_table({(0, "closure"): 0.9}))
    review = chosen(found, ("u1", "closure", "field"))
    now = merged(field_table({(0, "closure"): 0.9}), desk=base_table(closure=[0.9, 0.5, np.nan]))
    for differences in (now.differences, merged(field_table()).differences):  # the desk said so too; nobody does
        done = resolve(differences, review, FORM)
        assert done.issues[["stand_key", "code", "field"]].to_numpy().tolist() == [
            ["k1", "FIELD_CHOICE_WITHOUT_DIFFERENCE", "closure"]
        ]
        assert {"title", "title_zh"} <= set(done.issues["params"].iloc[0])
    taken_over = resolve(now.differences, review.assign(outcome="applied", new_value="0.9"), FORM)
    assert taken_over.issues.empty


@pytest.mark.parametrize("lost", ["row_id", "column", "choice", "desk_value", "field_value"])
def test_choices_that_do_not_tell_between_which_values_was_chosen_are_refused(lost):
    found = merged(field_table({(0, "closure"): 0.9}))
    with pytest.raises(InputError) as told:
        resolve(found.differences, chosen(found, ("u1", "closure", "field")).drop(columns=lost), FORM)
    assert (told.value.code, told.value.values["columns"]) == ("FIELD_CHOICES_BLIND", [lost])


def test_choices_between_the_values_of_now_count_without_the_other_columns():
    found = merged(field_table({(0, "closure"): 0.9}))
    choices = chosen(found, ("u1", "closure", "field"))
    choices = choices[["row_id", "column", "choice", "desk_value", "field_value"]]
    done = resolve(found.differences, choices, FORM).differences.set_index("column")
    assert done.loc["closure", ["outcome", "new_value"]].tolist() == ["applied", "0.9"]
    other = resolve(found.differences, choices.assign(field_value="0.8"), FORM).differences.set_index("column")
    assert other.loc["closure", ["outcome", "new_value"]].tolist() == ["stale", None]


def test_an_inventory_that_was_brought_up_to_date_speaks_for_itself():
    """A correction stands in for what it corrected, not for what was surveyed or entered since."""
    corrections = pd.DataFrame(
        {"stand_key": "k1", "column": "closure", "old_value": ["0.7", "0.9"], "new_value": ["0.9", "0.8"]}
    )

    def closure_now(inventory):
        return with_corrections(base_table(closure=[inventory, 0.5, np.nan]), corrections, FORM)["closure"].iloc[0]

    assert [closure_now(inventory) for inventory in (0.7, 0.9, 0.8, 0.3)] == [0.8, 0.8, 0.8, 0.3]


def test_bad_choices_are_refused_with_every_problem():
    desk = base_table(pine_transform=["no", "yes", "yes"], closure=[0.1, 0.5, np.nan])
    found = merged(field_table({(0, "pine_transform"): "unknown", (0, "closure"): 0.9}), desk=desk)
    choices = chosen(found, ("u1", "pine_transform", "value", "perhaps"), ("u1", "closure", "mine"))
    with pytest.raises(InputError) as told:
        resolve(found.differences, choices, FORM)
    assert told.value.code == "FIELD_CHOICES_INVALID"
    assert told.value.values["count"] == 2
    with pytest.raises(InputError):
        resolve(found.differences, choices.assign(choice="field_2"), FORM)


def test_accepted_classes_become_decisions_with_a_signature():
    found = merged(field_table({(1, "pine_transform"): "yes", (1, "verdict"): "wrong", (1, "photo_1"): "DCIM/k2.jpg",
                                (1, "note"): "dead pines"}))  # fmt: skip
    done = resolve(found.differences, unresolved(found.differences), FORM).differences
    rows = decisions_of(done, {"k2": "mark"}, "王五", "2026-11-22", "Found in the field", "Entered")
    decisions = Decisions.from_rows(rows).table
    assert decisions.to_dict("records") == [
        {"stand_key": "k2", "column": "pine_transform", "value": "yes", "name": "王五", "date": "2026-11-22",
         "reason": "Found in the field 张三 2026-11-20; dead pines", "evidence": "DCIM/k2.jpg",
         "geometry_hash": "mark"}
    ]  # fmt: skip
    assert len(corrections_of(done, {}, "王五", "2026-11-22")) == 0


def test_a_class_cannot_be_decided_as_nothing():
    found = merged(field_table({(0, "pine_transform"): None}))
    assert lines(found) == {("k1", "pine_transform"): ("conflict", "cleared")}
    with pytest.raises(InputError):
        resolve(found.differences, chosen(found, ("u1", "pine_transform", "field")), FORM)


def test_a_cleared_measurement_may_be_taken_over_on_purpose():
    found = merged(field_table({(0, "closure"): None}))
    done = resolve(found.differences, chosen(found, ("u1", "closure", "field")), FORM)
    line = done.differences.set_index("column").loc["closure"]
    assert (line["outcome"], line["new_value"]) == ("applied", None)


def test_merging_again_after_taking_over_finds_nothing_to_decide():
    table = field_table({(0, "closure"): 0.9})
    found = merged(table)
    done = resolve(found.differences, unresolved(found.differences), FORM).differences
    desk = with_corrections(base_table(), corrections_of(done, {}, "王五", "2026-11-22"), FORM)
    assert lines(merged(table, desk=desk)) == {("k1", "closure"): ("both_same", None)}
