"""A review that was signed, and what came or went since, from file to file."""

import csv

from sanming_carbon_plugin.adapters.field_package.choices import undisputed, waiting_lines
from sanming_carbon_plugin.adapters.field_package.correction_files import corrections_beside, read_corrections
from sanming_carbon_plugin.adapters.field_package.settings_files import load_form
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table

from .merged_files import changed, merge


def test_a_second_copy_after_the_review_is_not_signed_by_it(result, surveyor):
    one = surveyor()
    key = one.value(3, "stand_key")
    one.set(3, closure=0.31, verdict="wrong")
    merge(result, one)
    review = result.with_name("review.gpkg")
    assert undisputed(review) == 1
    other = surveyor("李四", "李四")
    other.set(3, closure=0.77, verdict="wrong")
    outcome, table = merge(result, one, other, choices=review, name="王五")
    line = changed(table)[(key, "closure")]
    assert (line["state"], line["why"], line["outcome"], line["new_value"]) == ("conflict", "surveyors", "stale", None)
    assert outcome.counts["corrections_added"] == 0
    waiting = waiting_lines(review, load_form(), "en")
    assert [(each.field_values, each.surveyors) for each in waiting] == [(("0.31", "0.77"), ("张三", "李四"))]


def test_a_cell_that_came_after_the_review_waits_and_can_then_be_signed(result, surveyor):
    one = surveyor()
    merge(result, one)
    review = result.with_name("review.gpkg")
    one.set(3, closure=0.31, verdict="wrong")
    outcome, _ = merge(result, one, choices=review, name="王五")
    assert (outcome.counts["open"], outcome.counts["applied"]) == (1, 0)
    assert not corrections_beside(result).exists()
    waiting = waiting_lines(review, load_form(), "en")
    assert [(each.why, each.choices) for each in waiting] == [("Changed in the field only", ("desk", "field", "value"))]


def test_a_choice_that_somebody_emptied_in_a_list_is_open(result, surveyor):
    one = surveyor()
    one.set(3, closure=0.31, verdict="wrong")
    one.set(4, closure=0.32, verdict="wrong")
    emptied = one.value(3, "stand_key")
    merge(result, one)
    rows = read_geopackage_table(result.with_name("review.gpkg"), "differences")
    chosen = result.with_name("choices.csv")
    with chosen.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*rows.columns])
        writer.writeheader()
        for row in rows.to_dict("records"):
            writer.writerow(row | ({"choice": ""} if row["stand_key"] == emptied else {}))
    outcome, _ = merge(result, one, choices=chosen, name="王五")
    assert (outcome.counts["open"], outcome.counts["applied"]) == (1, 1)
    assert read_corrections(corrections_beside(result))["new_value"].tolist() == ["0.32"]
