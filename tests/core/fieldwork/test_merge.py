"""What was sent, what the desk says now and what came back, held against each other."""

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.fieldwork.form import Form, desk_table
from sanming_carbon_plugin.core.fieldwork.resolution import (
    resolve,
)
from sanming_carbon_plugin.core.fieldwork.returned import found_photos, tidied
from sanming_carbon_plugin.core.fieldwork.values import canonical_value, iso_date, misread, same

from .returned_copies import FORM, SIGNED, base_table, chosen, codes, field_table, lines, merged


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
