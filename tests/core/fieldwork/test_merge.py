"""What was sent, what the desk says now and what came back, held against each other."""

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.classes.overrides import Decisions
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.fieldwork import resolution
from sanming_carbon_plugin.core.fieldwork.form import Form, desk_table
from sanming_carbon_plugin.core.fieldwork.merge import three_way
from sanming_carbon_plugin.core.fieldwork.resolution import (
    corrections_of,
    decisions_of,
    resolve,
    unresolved,
    with_corrections,
)
from sanming_carbon_plugin.core.fieldwork.returned import found_photos, tidied
from sanming_carbon_plugin.core.fieldwork.values import canonical, canonical_value, iso_date, misread, same
from sanming_carbon_plugin.core.issues import stand_issues

NAMES = (
    # name, role, kind, widget, words
    ("row_id", "shown", "text", "hidden", ""),
    ("stand_key", "shown", "text", "text", ""),
    ("village", "shown", "text", "text", ""),
    ("verdict", "record", "text", "list", "verdict"),
    ("pine_transform", "finding", "text", "list", "outcome"),
    ("species_code", "finding", "text", "list", "species"),
    ("age_yr", "finding", "number", "number", ""),
    ("closure", "finding", "number", "number", ""),
    ("surveyor", "record", "text", "text", ""),
    ("survey_date", "record", "date", "date", ""),
    ("photo_1", "record", "text", "photo", ""),
    ("note", "record", "text", "long_text", ""),
)
LISTS = {
    "verdict": ("right", "wrong", "not_reached"),
    "outcome": ("yes", "no", "unknown"),
    "species": ("220", "310", "001"),
}
FORM = Form.from_rows(
    pd.DataFrame(
        [
            {"name": n, "role": r, "kind": k, "widget": w, "words": words, "needed": "", "title": n, "title_zh": n,
             "group": "map", "low": None, "high": None}
            for n, r, k, w, words in NAMES
        ]
    ),
    LISTS,
)  # fmt: skip
BASE = {
    "stand_key": ["k1", "k2", "k3"],
    "village": ["竹洲", "青溪", "岭下"],
    "pine_transform": ["yes", "no", "unknown"],
    "species_code": ["220", "310", None],
    "age_yr": [20.0, np.nan, 0.0],
    "closure": [0.7, 0.5, np.nan],
}
SIGNED = {"surveyor": "张三", "survey_date": "2026-11-20", "verdict": "right"}


def base_table(**changes):
    frame = pd.DataFrame(BASE | changes, index=pd.Index(["u1", "u2", "u3"], name="row_id"))
    return as_canonical(frame)


def as_canonical(frame):
    made = pd.DataFrame(index=frame.index)
    for column in FORM.columns:
        if column.name in frame:
            made[column.name] = canonical(frame[column.name], column.kind)
    made["geometry"] = ["g1", "g2", "g3"][: len(made)]
    return made


def field_table(rows=None, **changes):
    """As it comes back: row_id is a column, other columns are there and signed."""
    frame = pd.DataFrame(BASE | changes)
    frame.insert(0, "row_id", ["u1", "u2", "u3"])
    for name, value in SIGNED.items():
        if name not in frame:
            frame[name] = value
    for name in ("photo_1", "note"):
        if name not in frame:
            frame[name] = None
    frame["geometry"] = ["g1", "g2", "g3"]
    for (row, name), value in (rows or {}).items():
        frame[name] = frame[name].astype(object)
        frame.loc[row, name] = value
    return frame


def merged(*tables, desk=None, base=None):
    base = base_table() if base is None else base
    copies = [tidied("copy{}".format(n), table, base, FORM) for n, table in enumerate(tables, start=1)]
    return three_way(base, base if desk is None else desk, copies, FORM)


def lines(found, *, verdicts=False):
    """(key, column) → (state, why)."""
    rows = found.differences if verdicts else found.differences[found.differences["column"] != "verdict"]
    return {(r["stand_key"], r["column"]): (r["state"], r["why"]) for r in rows.to_dict("records")}


def codes(found):
    return found.issues["code"].tolist()


def chosen(found, *choices):
    """A list of choices (row_id, column, choice, value) as a person writes it into a copy of the review."""
    rows = unresolved(found.differences).set_index(["row_id", "column"])
    for row_id, column, choice, *value in choices:
        rows.loc[(row_id, column), ["choice", "value"]] = [choice, *(value or [None])]
    return rows.loc[[one[:2] for one in choices]].reset_index()


def test_nothing_changed_is_no_difference():
    found = merged(field_table())
    assert lines(found) == {}
    assert codes(found) == []


def test_each_kind_of_difference():
    desk = base_table(pine_transform=["no", "no", "no"], age_yr=[25.0, np.nan, 0.0])
    found = merged(field_table({(0, "pine_transform"): "unknown", (0, "age_yr"): 25.0, (1, "closure"): 0.6}), desk=desk)
    assert lines(found) == {
        ("k1", "pine_transform"): ("conflict", "desk_and_field"),
        ("k3", "pine_transform"): ("desk_only", None),
        ("k1", "age_yr"): ("both_same", None),
        ("k2", "closure"): ("field_only", None),
    }
    row = found.differences.set_index(["stand_key", "column"]).loc[("k1", "pine_transform")]
    assert (row["base_value"], row["desk_value"], row["field_value"]) == ("yes", "no", "unknown")
    assert (row["surveyor"], row["survey_date"]) == ("张三", "2026-11-20")


def test_null_empty_text_and_zero_are_told_apart():
    found = merged(field_table({(2, "species_code"): "", (2, "age_yr"): None, (1, "age_yr"): 0.0}))
    # An empty text where there was NULL is nothing; 0 to NULL is a value that was taken away; NULL to 0 is a finding.
    assert lines(found) == {
        ("k3", "age_yr"): ("conflict", "cleared"),
        ("k2", "age_yr"): ("field_only", None),
    }


def test_codes_keep_their_zeros_and_numbers_their_rounding():
    assert same(canonical_value(0.1 + 0.2, "number"), canonical_value("0.3", "number"))
    assert canonical_value("001", "text") == "001"
    assert canonical_value(220.0, "text") == "220"
    assert not same(canonical_value("001", "text"), canonical_value("1", "text"))
    assert canonical_value("tall", "number") == "tall"


def test_two_surveyors_who_differ_are_a_conflict_and_who_agree_are_not():
    one = field_table({(0, "species_code"): "310", (1, "closure"): 0.6})
    other = field_table({(0, "species_code"): "001", (1, "closure"): 0.6}, surveyor=["李四"] * 3)
    found = merged(one, other)
    assert lines(found) == {
        ("k1", "species_code"): ("conflict", "surveyors"),
        ("k2", "closure"): ("field_only", None),
    }
    row = found.differences.set_index(["stand_key", "column"]).loc[("k1", "species_code")]
    assert (row["field_value"], row["field_value_2"]) == ("310", "001")
    assert (row["surveyor"], row["surveyor_2"]) == ("张三", "李四")
    kept = resolve(found.differences, chosen(found, ("u1", "species_code", "field_2")), FORM)
    assert kept.differences.set_index("column").loc["species_code", "new_value"] == "001"


def test_one_surveyor_who_left_a_stand_alone_does_not_contradict_the_other():
    alone = {name: [None] * 3 for name in SIGNED}
    unsigned = field_table().assign(surveyor=None)
    for other in (field_table(**alone), unsigned, field_table().assign(verdict="not_reached")):
        found = merged(field_table({(0, "closure"): 0.9}), other)
        assert lines(found) == {("k1", "closure"): ("field_only", None)}


def test_rows_that_were_copied_in_qfield():
    table = field_table()
    same_twice = pd.concat([table, table.iloc[[0]]], ignore_index=True)
    found = merged(same_twice)
    assert lines(found) == {}
    assert codes(found) == ["FIELD_ROW_TWICE_SAME"]
    other = table.iloc[[0]].assign(closure=0.9)
    found = merged(pd.concat([field_table({(0, "closure"): 0.8}), other], ignore_index=True))
    assert lines(found)[("k1", "closure")] == ("conflict", "surveyors")
    assert "FIELD_ROW_TWICE" in codes(found)


def test_new_rows_and_deleted_rows_are_told_and_not_taken():
    table = field_table().iloc[[0, 1]]
    new = table.iloc[[0]].assign(row_id="other", stand_key=None)
    copy = tidied("c", pd.concat([table, new], ignore_index=True), base_table(), FORM)
    assert len(copy.new_rows) == 1
    assert copy.issues["code"].tolist() == ["FIELD_ROW_NEW", "FIELD_ROW_DELETED"]
    assert copy.issues["stand_key"].tolist() == [None, "k3"]


def test_a_row_without_its_id_is_known_by_its_key():
    found = merged(field_table({(0, "row_id"): None, (0, "closure"): 0.9}))
    assert lines(found) == {("k1", "closure"): ("field_only", None)}
    assert codes(found) == ["FIELD_ROW_WITHOUT_ID"]


def test_a_column_that_was_lost_is_not_a_column_of_nulls():
    found = merged(field_table().drop(columns=["closure", "age_yr"]).assign(more=1))
    assert lines(found) == {}
    assert codes(found) == ["FIELD_COLUMN_LOST", "FIELD_COLUMN_LOST", "FIELD_COLUMN_ADDED"]


def test_a_stand_that_left_the_result_can_only_stay_as_the_desk_has_it():
    found = merged(field_table({(1, "closure"): 0.9}), desk=base_table().drop(index="u2"))
    assert lines(found) == {("k2", "closure"): ("conflict", "stand_gone")}
    assert codes(found) == ["FIELD_STAND_GONE"]
    with pytest.raises(InputError) as told:
        resolve(found.differences, chosen(found, ("u2", "closure", "field")), FORM)
    assert "only desk" in str(told.value.values["problems"])


def test_outlines_are_shown_and_never_taken_over():
    table = field_table()
    table["geometry"] = ["moved", "g2", "g3"]
    found = merged(table)
    assert lines(found) == {("k1", "geometry"): ("outline", "field")}
    done = resolve(found.differences, chosen(found, ("u1", "geometry", "field")), FORM)
    assert done.differences.loc[done.differences["column"] == "geometry", "outcome"].isna().all()


def test_what_was_only_shown_cannot_be_changed():
    found = merged(field_table({(0, "village"): "别村"}))
    assert lines(found) == {("k1", "village"): ("read_only", None)}


def test_nobody_signed():
    found = merged(field_table({(0, "closure"): 0.9, (0, "surveyor"): ""}))
    assert lines(found) == {("k1", "closure"): ("conflict", "unsigned")}
    assert codes(found) == ["FIELD_UNSIGNED"]


def test_what_is_not_on_the_list_is_for_a_person():
    found = merged(field_table({(0, "species_code"): "马尾松", (1, "age_yr"): "old"}))
    assert lines(found) == {
        ("k1", "species_code"): ("conflict", "not_allowed"),
        ("k2", "age_yr"): ("conflict", "not_allowed"),
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [("2026/1/5", "2026-01-05"), ("20260105", "2026-01-05"), ("2026年1月5日", "2026-01-05"),
     ("2026-01-05T10:00:00", "2026-01-05"), ("2026.01.05", "2026-01-05"), ("2026-02-30", None), ("05.01.26", None)],
)  # fmt: skip
def test_dates_in_the_usual_ways(written, read):
    assert iso_date(written) == read


def test_other_dates_are_read_and_told_and_no_date_is_no_signature():
    found = merged(field_table({(0, "closure"): 0.9, (0, "survey_date"): "2026/11/20"}))
    assert lines(found) == {("k1", "closure"): ("field_only", None)}
    assert codes(found) == ["FIELD_DATE_REWRITTEN"]
    found = merged(field_table({(0, "closure"): 0.9, (0, "survey_date"): "yesterday"}))
    assert lines(found) == {("k1", "closure"): ("conflict", "unsigned")}
    assert codes(found) == ["FIELD_DATE_UNREADABLE"]


@pytest.mark.parametrize(("wrong", "right"), [("gb18030", "utf-8"), ("latin-1", "utf-8"), ("latin-1", "gb18030")])
def test_texts_in_another_encoding_are_put_right(wrong, right):
    broken = field_table()
    for name in ("village", "surveyor"):
        broken[name] = [text.encode(right).decode(wrong, errors="replace") for text in broken[name]]
    if any("\ufffd" in text for text in broken["village"]):
        pytest.skip("these bytes cannot be read that way at all")
    found = merged(broken.assign(closure=[0.9, 0.5, np.nan]))
    assert lines(found) == {("k1", "closure"): ("field_only", None)}
    assert found.differences.set_index("column").loc["closure", "surveyor"] == "张三"
    assert "FIELD_TEXT_REPAIRED" in codes(found)


def test_a_real_renaming_is_no_encoding_fault():
    assert misread(["竹州"], ["竹洲"]) is None


def test_photos_moved_renamed_and_missing():
    table = field_table({(0, "photo_1"): "DCIM/a.jpg", (1, "photo_1"): "DCIM/b.jpg", (2, "photo_1"): "DCIM/c.jpg"})
    places = {"DCIM/a.jpg": ("DCIM/a.jpg", "there"), "DCIM/b.jpg": ("DCIM/k2.jpg", "moved")}
    copy, paths = found_photos(
        tidied("c", table, base_table(), FORM), FORM, lambda path, key: places.get(path, (None, "missing"))
    )
    assert copy.issues["code"].tolist() == ["FIELD_PHOTO_RENAMED", "FIELD_PHOTO_MISSING"]
    assert copy.rows["photo_1"].tolist() == ["DCIM/a.jpg", "DCIM/k2.jpg", None]
    assert paths.tolist() == ["DCIM/a.jpg", "DCIM/k2.jpg"]


def test_right_and_yet_changed_is_for_a_person():
    found = merged(field_table({(0, "pine_transform"): "no", (0, "closure"): 0.9}))
    assert codes(found) == ["FIELD_VERDICT_CONTRADICTS"]
    states = {(r["stand_key"], r["column"]): (r["state"], r["why"]) for r in found.differences.to_dict("records")}
    assert states[("k1", "pine_transform")] == states[("k1", "verdict")] == ("conflict", "contradicts")
    assert states[("k1", "closure")] == ("field_only", None)
    assert states[("k2", "verdict")] == ("recorded", None)


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


def test_the_desk_table_has_every_column_of_the_form():
    stands = pd.DataFrame({"closure": [0.5]}, index=pd.Index(["k1"], name="stand_key"))
    table = desk_table(stands, FORM)
    assert list(table.columns) == [
        "row_id",
        "stand_key",
        "village",
        "pine_transform",
        "species_code",
        "age_yr",
        "closure",
    ]
    assert table["stand_key"].tolist() == ["k1"]


def test_a_form_is_refused_with_every_problem():
    rows = pd.DataFrame([{"name": "a", "role": "odd", "kind": "text", "widget": "text", "words": "none"}])
    with pytest.raises(InputError) as told:
        Form.from_rows(rows, {})
    assert told.value.values["count"] == 4
