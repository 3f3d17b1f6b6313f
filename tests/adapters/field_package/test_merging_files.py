"""From the file that came back to decisions, corrections and the share of wrong stands."""

import csv
import shutil
import sqlite3
from contextlib import closing

import pytest
from osgeo import gdal

from sanming_carbon_plugin.adapters.decision_files import decisions_beside, read_decisions, write_decisions
from sanming_carbon_plugin.adapters.field_package.correction_files import corrections_beside, read_corrections
from sanming_carbon_plugin.adapters.field_package.review import read_choices
from sanming_carbon_plugin.adapters.field_package.settings_files import load_form, value_list
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.classes.overrides import geometry_hash
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

from .merged_files import changed, codes, merge


def test_what_was_sent_and_not_touched_is_no_difference(result, surveyor):
    outcome, table = merge(result, surveyor())
    assert changed(table) == {}
    assert outcome.counts["copies"] == 1
    assert outcome.counts["recorded"] == 40
    assert codes(outcome) == set()
    assert not decisions_beside(result).exists()


@pytest.mark.long
def test_a_class_found_in_the_field_becomes_a_decision_that_the_next_run_takes_up(result, surveyor):
    one = surveyor()
    key, before = one.value(3, "stand_key"), one.value(3, "reserve_forest")
    new = "no" if before == "yes" else "yes"
    photo = one.folder / "DCIM" / "a.jpg"
    photo.write_bytes(b"jpeg")
    species = one.other_species(3)
    one.set(3, reserve_forest=new, verdict="wrong", photo_1="DCIM/a.jpg", note="已采伐", species_code=species)
    outcome, table = merge(result, one)
    line = changed(table)[(key, "reserve_forest")]
    assert (line["state"], line["choice"], line["outcome"]) == ("field_only", "field", None)
    assert not decisions_beside(result).exists()  # looking is not taking over

    outcome, table = merge(result, one, choices=result.with_name("review.gpkg"), name="王五")
    assert (outcome.counts["decisions_added"], outcome.counts["corrections_added"]) == (1, 1)
    decision = read_decisions(decisions_beside(result)).table.iloc[0]
    assert decision[["stand_key", "column", "value", "name", "evidence"]].tolist() == [
        key, "reserve_forest", new, "王五", "DCIM/a.jpg"
    ]  # fmt: skip
    assert decision["reason"] == "外业核查 张三 2026-11-20; 已采伐"
    stands = read_geopackage_table(result, "stands", {"stand_key": key}, geometry=True)
    assert decision["geometry_hash"] == geometry_hash(stands["geometry"].iloc[0])
    correction = read_corrections(corrections_beside(result)).iloc[0]
    assert correction[["stand_key", "column", "new_value", "surveyor", "decided_by"]].tolist() == [
        key, "species_code", species, "张三", "王五"
    ]  # fmt: skip

    sample = resources_dir() / "sample" / "stands.gpkg"
    assess(AssessRequest(LayerSource(str(sample), "stands"), result, overwrite=True), Progress())
    facts = read_geopackage_table(result, "facts", {"stand_key": key})
    assert facts["reserve_forest_decided"].tolist() == [new]
    issues = read_geopackage_table(result, "issues", {"stand_key": key})
    assert "DECISION_GEOMETRY_CHANGED" not in issues["code"].tolist()


@pytest.mark.long
def test_a_correction_counts_once_it_is_entered_into_the_inventory(result, surveyor, tmp_path):
    """The steps of the help page, one after the other."""
    one = surveyor()
    key, new = one.value(3, "stand_key"), one.other_species(3)
    one.set(3, species_code=new, verdict="wrong")
    review = result.with_name("review.gpkg")
    merge(result, one)
    merge(result, one, choices=review, name="王五")
    correction = read_corrections(corrections_beside(result)).iloc[0]
    assert correction[["stand_key", "column", "new_value"]].tolist() == [key, "species_code", new]

    def species_in_result():
        return read_geopackage_table(result, "stands", {"stand_key": key})["species_code"].iloc[0]

    def assess_again(stands):
        assess(AssessRequest(LayerSource(str(stands), "stands"), result, overwrite=True), Progress())

    inventory = shutil.copyfile(resources_dir() / "sample" / "stands.gpkg", tmp_path / "stands.gpkg")
    assess_again(inventory)
    assert species_in_result() == correction["old_value"] != new  # nothing changes by itself
    keys = read_geopackage_table(result, "stands")["stand_key"].tolist()
    dataset = gdal.OpenEx(str(inventory), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayerByName("stands")
    feature = next(one for row, one in enumerate(layer) if keys[row] == key)
    feature["YOU_SHI_SZ"] = new
    layer.SetFeature(feature)
    del feature, layer, dataset
    assess_again(inventory)
    assert species_in_result() == new
    outcome, table = merge(result, one)
    assert changed(table)[(key, "species_code")]["state"] == "both_same"
    assert outcome.counts["conflict"] == 0


def test_a_decision_that_was_withdrawn_since_counts_no_more(result, surveyor):
    from sanming_carbon_plugin.core.classes.overrides import WITHDRAWN, no_decisions

    one = surveyor()
    key, before = one.value(3, "stand_key"), one.value(3, "pine_transform")
    other = "no" if before == "yes" else "yes"
    first = dict.fromkeys(("evidence", "geometry_hash"))
    first |= {"stand_key": key, "column": "pine_transform", "value": other}
    first |= {"reason": "图纸", "name": "李科长", "date": "2026-11-10"}
    decisions = no_decisions().with_decision(first)
    write_decisions(decisions, decisions_beside(result))
    _, table = merge(result, one)
    assert changed(table)[(key, "pine_transform")]["state"] == "desk_only"
    write_decisions(
        decisions.with_decision(first | {"value": WITHDRAWN, "date": "2026-11-12"}), decisions_beside(result)
    )
    _, table = merge(result, one)
    assert changed(table) == {}


@pytest.mark.long
def test_taking_over_twice_adds_nothing(result, surveyor):
    one = surveyor()
    other = "no" if one.value(3, "pine_transform") == "yes" else "yes"
    one.set(3, species_code=one.other_species(3), pine_transform=other, verdict="wrong")
    merge(result, one)
    review = result.with_name("review.gpkg")
    first, _ = merge(result, one, choices=review, name="王五")
    second, _ = merge(result, one, choices=review, name="王五")
    assert (first.counts["decisions_added"], first.counts["corrections_added"]) == (1, 1)
    assert (second.counts["decisions_added"], second.counts["corrections_added"]) == (0, 0)
    assert second.counts["both_same"] == 2


def test_a_conflict_waits_for_a_person_and_only_that(result, surveyor):
    one = surveyor()
    key, before = one.value(7, "stand_key"), one.value(7, "reserve_forest")
    field, desk = [value for value in ("yes", "no", "unknown") if value != before]
    one.set(7, reserve_forest=field, verdict="wrong")
    from sanming_carbon_plugin.core.classes.overrides import no_decisions

    decided = no_decisions().with_decision(
        {"stand_key": key, "column": "reserve_forest", "value": desk, "reason": "图纸", "name": "李科长",
         "date": "2026-11-10", "evidence": None, "geometry_hash": None}
    )  # fmt: skip
    write_decisions(decided, decisions_beside(result))
    outcome, table = merge(result, one)
    line = changed(table)[(key, "reserve_forest")]
    assert (line["state"], line["why"], line["choice"]) == ("conflict", "desk_and_field", None)
    assert (line["base_value"], line["desk_value"], line["field_value"]) == (before, desk, field)
    conflicts = read_geopackage_table(result.with_name("review.gpkg"), "conflicts")
    assert conflicts["stand_key"].tolist() == [key]

    # Without a choice nothing happens to it.
    review = result.with_name("review.gpkg")
    outcome, _ = merge(result, one, choices=review, name="王五")
    assert (outcome.counts["open"], outcome.counts["decisions_added"]) == (1, 0)
    # A person chooses in a CSV, as an office program writes it.
    chosen = result.with_name("choices.csv")
    with chosen.open("w", encoding="gbk", newline="") as file:
        writer = csv.DictWriter(file, [*conflicts.columns])
        writer.writeheader()
        writer.writerow(conflicts.iloc[0].to_dict() | {"choice": "field"})
    outcome, _ = merge(result, one, choices=chosen, name="王五", out=result.with_name("second.gpkg"))
    assert outcome.counts["decisions_added"] == 1
    table = read_decisions(decisions_beside(result)).table
    assert table["value"].tolist() == [desk, field]  # the earlier decision stays as history


WRITTEN = {"采用外业值": "field", " Keep the desk's value": "desk", "FIELD_2": "field_2", "": None, "mine": "mine"}


@pytest.mark.parametrize(("written", "meant"), WRITTEN.items())
def test_choices_may_be_written_in_words(tmp_path, written, meant):
    path = tmp_path / "choices.csv"
    path.write_text('row_id,column,choice\nu1,closure,"{}"\n'.format(written), encoding="utf-8-sig")
    assert read_choices(path)["choice"].tolist() == [meant]


def test_a_choice_in_the_layer_of_conflicts_counts(result, surveyor):
    one, other = surveyor(), surveyor("李四", "李四")
    key = one.value(2, "stand_key")
    mine, theirs = [code for code in ("310", "220", "470") if code != one.value(2, "species_code")][:2]
    one.set(2, species_code=mine)
    other.set(2, species_code=theirs)
    outcome, table = merge(result, one, other)
    assert changed(table)[(key, "species_code")]["why"] == "surveyors"
    review = result.with_name("review.gpkg")
    dataset = gdal.OpenEx(str(review), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayerByName("conflicts")
    feature = layer.GetNextFeature()
    second = "field" if feature["field_value"] == theirs else "field_2"
    feature["choice"] = second
    layer.SetFeature(feature)
    del feature, layer, dataset
    outcome, _ = merge(result, one, other, choices=review, name="王五")
    assert outcome.counts["corrections_added"] == 1
    assert read_corrections(corrections_beside(result))["new_value"].tolist() == [theirs]


def test_a_result_made_anew_since_is_told(result, surveyor):
    one = surveyor()
    one.set(3, closure=0.33)
    sample = resources_dir() / "sample" / "stands.gpkg"
    assess(AssessRequest(LayerSource(str(sample), "stands"), result, overwrite=True), Progress())
    with closing(sqlite3.connect(result)) as file, file:
        file.execute("UPDATE run SET ended = '2027-01-01T00:00:00+08:00'")
    outcome, table = merge(result, one)
    assert "FIELD_RESULT_NEWER" in codes(outcome)
    states = table.loc[table["column"] == "closure", "state"].tolist()
    assert states == ["field_only"]
    # Without the earlier inventory there is no sink any more: only the desk changed that.
    assert set(table.loc[table["column"] == "sink_tco2e_yr", "state"]) == {"desk_only"}


def test_estimates_come_from_the_control_sample_alone(result, surveyor):
    one = surveyor()
    for fid in range(1, 41):
        if one.value(fid, "control_sample") == "no":
            one.set(fid, verdict="wrong")
    outcome, _ = merge(result, one)
    assert outcome.counts["wrong_share"] == "0.0000"
    assert 0.05 < float(outcome.counts["wrong_share_high"]) < 0.5
    estimates = read_geopackage_table(result.with_name("review.gpkg"), "estimates")
    assert estimates["of"].tolist() == ["stands", "area"]
    assert estimates["answered"].tolist() == [10, 10]


def test_an_incomplete_control_sample_gives_no_share(result, surveyor):
    one = surveyor()
    one.sql("UPDATE stands_to_check SET verdict = 'not_reached' WHERE control_sample = 'yes' AND fid % 2 = 0")
    outcome, _ = merge(result, one)
    assert outcome.counts["wrong_share"] == "unknown"
    assert "FIELD_ESTIMATE_REFUSED" in codes(outcome)
    notes = read_geopackage_table(result.with_name("review.gpkg"), "notes").set_index("code")
    assert "control stands" in notes.loc["FIELD_ESTIMATE_REFUSED", "message"]
    assert len(read_geopackage_table(result.with_name("review.gpkg"), "estimates")) == 0


def test_what_the_field_is_to_fill_in_is_empty_and_what_it_reads_is_in_words(package):
    form = load_form()
    rows = read_geopackage_table(package / "field.gpkg", "stands_to_check")
    # The result has a survey_date too: that of the inventory.
    for column in form.of_role("record", "spare"):
        assert rows[column.name].isna().all(), column.name
    assert rows["reasons"].str.contains("随机检查样本").sum() == (rows["control_sample"] == "yes").sum()
    assert (rows["area_ha"] == rows["area_ha"].round(2)).all()
    assert rows["row_id"].is_unique
    assert rows["closure"].notna().any()


def test_every_list_of_the_form_has_words_in_both_languages():
    form = load_form()
    for column in form.columns:
        if column.words:
            english, chinese = (value_list(column.words, language) for language in ("en", "zh"))
            assert list(english) == list(chinese) == list(column.allowed)
            assert all(english.values())
            assert all(chinese.values())
            assert len(set(chinese.values())) == len(chinese), column.name
            assert len(set(english.values())) == len(english), column.name
        assert column.titles[0] != column.titles[1]


def test_classes_of_the_form_are_those_that_can_be_decided():
    from sanming_carbon_plugin.core.classes.overrides import DECIDABLE

    form = load_form()
    for name, allowed in DECIDABLE.items():
        assert set(form.named(name).allowed) == set(allowed), name
