"""Nothing is taken over that the person who signs did not see; and what is, with the right surveyor's evidence."""

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.fieldwork.resolution import (
    corrections_of,
    decisions_of,
    resolve,
    unresolved,
    with_corrections,
)

from .returned_copies import FORM, base_table, codes, field_table, lines, merged

ZHANG = {"surveyor": ["张三"] * 3, "photo_1": ["a.jpg"] * 3, "note": ["A"] * 3, "verdict": ["wrong"] * 3}
LI = {"surveyor": ["李四"] * 3, "photo_1": ["b.jpg"] * 3, "note": ["B"] * 3, "verdict": ["wrong"] * 3,
      "survey_date": ["2026-11-21"] * 3}  # fmt: skip


def line_of(found, column="closure", key="k1"):
    rows = found.differences
    return rows[(rows["column"] == column) & (rows["stand_key"] == key)].iloc[0]


def reviewed(found):
    """A review as the first run writes it and somebody signs it unchanged."""
    return unresolved(found.differences).assign(outcome=None, new_value=None)


def test_a_value_that_came_after_the_review_makes_the_choice_stale():
    mine = field_table({(0, "closure"): 0.31}, **ZHANG)
    review = reviewed(merged(mine))
    now = merged(mine, field_table({(0, "closure"): 0.77}, **LI))
    done = resolve(now.differences, review, FORM)
    line = line_of(done)
    assert (line["state"], line["why"], line["outcome"]) == ("conflict", "surveyors", "stale")
    assert line["new_value"] is None
    assert "FIELD_CHOICE_STALE" in codes(done)


def test_a_third_surveyor_makes_the_choice_between_two_stale():
    two = [field_table({(0, "closure"): 0.31}, **ZHANG), field_table({(0, "closure"): 0.77}, **LI)]
    review = reviewed(merged(*two))
    review.loc[review["column"] == "closure", "choice"] = "field_2"
    third = field_table({(0, "closure"): 0.5}, **(LI | {"surveyor": ["赵六"] * 3}))
    assert line_of(resolve(merged(*two).differences, review, FORM))["new_value"] == "0.77"
    assert line_of(resolve(merged(*two, third).differences, review, FORM))["outcome"] == "stale"


def test_another_state_or_reason_makes_the_choice_stale():
    mine = field_table({(0, "pine_transform"): "no"}, **ZHANG)
    review = reviewed(merged(mine))
    now = merged(mine.assign(verdict="right"))
    line = line_of(resolve(now.differences, review, FORM), "pine_transform")
    assert (line["state"], line["why"], line["outcome"]) == ("conflict", "contradicts", "stale")


def test_what_is_not_in_the_review_or_was_emptied_there_stays_open():
    review = reviewed(merged(field_table(**ZHANG)))
    now = merged(field_table({(0, "closure"): 0.9}, **ZHANG))
    assert line_of(resolve(now.differences, review, FORM))["outcome"] == "open"
    assert line_of(resolve(now.differences, reviewed(now), FORM))["outcome"] == "applied"
    assert line_of(resolve(now.differences, reviewed(now).assign(choice=None), FORM))["outcome"] == "open"


def test_the_next_run_with_a_review_does_not_ask_again_what_was_taken_over():
    two = [field_table({(0, "closure"): 0.31}, **ZHANG), field_table({(0, "closure"): 0.77}, **LI)]
    found = merged(*two)
    review = reviewed(found)
    review.loc[review["column"] == "closure", "choice"] = "field_2"
    first = resolve(found.differences, review, FORM).differences
    desk = with_corrections(base_table(), corrections_of(first, {}, "王五", "2026-11-22"), FORM)
    again = merged(*two, desk=desk)
    second = resolve(again.differences, first, FORM)
    assert line_of(second)["outcome"] == "kept_desk"
    assert line_of(resolve(again.differences, second.differences, FORM))["outcome"] == "kept_desk"
    other = with_corrections(base_table(closure=[0.66, 0.5, np.nan]), pd.DataFrame(columns=["stand_key"]), FORM)
    assert line_of(resolve(merged(*two, desk=other).differences, first, FORM))["outcome"] == "stale"


@pytest.mark.parametrize(
    ("choice", "who"),
    [("field", ("张三", "2026-11-20", "a.jpg")), ("field_2", ("李四", "2026-11-21", "b.jpg")),
     ("value", (None, None, None))],
)  # fmt: skip
def test_the_evidence_is_that_of_the_chosen_surveyor(choice, who):
    one = field_table({(0, "closure"): 0.31, (0, "pine_transform"): "no"}, **ZHANG)
    other = field_table({(0, "closure"): 0.77, (0, "pine_transform"): "unknown"}, **LI)
    desk = base_table(pine_transform=["unknown" if choice == "field" else "no", "no", "unknown"])
    found = merged(one, other, desk=desk)
    review = reviewed(found)
    for column, value in (("closure", "0.55"), ("pine_transform", "yes")):
        review.loc[review["column"] == column, ["choice", "value"]] = [choice, value]
    done = resolve(found.differences, review, FORM).differences
    correction = corrections_of(done, {}, "王五", "2026-11-22").iloc[0]
    assert tuple(correction[["surveyor", "survey_date", "evidence"]]) == who
    decision = decisions_of(done, {}, "王五", "2026-11-22", "Found", "Entered").iloc[0]
    assert decision["evidence"] == who[2]
    note = {"field": "A", "field_2": "B"}.get(choice)
    assert decision["reason"] == ("Found {} {}; {}".format(*who[:2], note) if note else "Entered")


def test_surveyors_who_agree_are_named_together():
    line = line_of(merged(field_table({(0, "closure"): 0.3}, **ZHANG), field_table({(0, "closure"): 0.3}, **LI)))
    assert (line["surveyor"], line["photo"], line["note"]) == ("张三; 李四", "a.jpg; b.jpg", "A; B")
    assert "surveyor_2" not in line


def test_a_signed_right_contradicts_the_other_surveyor():
    right = field_table(**(LI | {"verdict": ["right"] * 3}))
    found = merged(field_table({(0, "closure"): 0.9, (2, "closure"): 0.4}, **ZHANG), right)
    assert lines(found) == {
        ("k1", "closure"): ("conflict", "surveyors"),
        ("k3", "closure"): ("field_only", None),  # nobody can sign that an unknown value is right
    }
    line = line_of(found)
    assert (line["field_value"], line["surveyor"]) == ("0.9", "张三")
    assert (line["field_value_2"], line["surveyor_2"]) == ("0.7", "李四")
    review = reviewed(found)
    review.loc[review["column"] == "closure", "choice"] = ["field_2", "field"]
    kept = resolve(found.differences, review, FORM).differences
    assert line_of(resolve(found.differences, review, FORM))["outcome"] == "kept_desk"
    assert corrections_of(kept, {}, "王五", "2026-11-22")["stand_key"].tolist() == ["k3"]
