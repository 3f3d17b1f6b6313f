"""A design says what is known, keeps a plan's own amounts, and its budget adds up."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from openpyxl import load_workbook

from sanming_carbon_plugin.adapters.carbon_parameters import read_rows
from sanming_carbon_plugin.adapters.work_design.book import write_design_book
from sanming_carbon_plugin.adapters.work_design.parcels import Parcel, load_design_tables
from sanming_carbon_plugin.adapters.work_design.sheets import (
    design_document,
    design_rows,
    numbers_of,
    parcel_parts,
    say,
    source_in_words,
)
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.planning.work_design import DesignTables, parcel_design
from sanming_carbon_plugin.paths import resources_dir

STAND = {"area_ha": 2.0, "measure": "pine_transform", "technique": "clear_cut", "volume_m3_ha": 150.0,
         "clear_cut_limit_ha_low": 5.0, "clear_cut_limit_ha_high": 10.0}  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> DesignTables:
    return load_design_tables()[0]


def test_every_technique_of_the_works_has_its_design_and_operations(tables):
    works = set(zip(tables.works.measure, tables.works.technique, strict=True))
    assert works == set(zip(tables.designs["measure"], tables.designs["technique"], strict=True))
    assert works == set(zip(tables.operations["measure"], tables.operations["technique"], strict=True))
    assert tables.designs[["source", "confidence", "text", "text_zh"]].notna().all().all()


def test_sources_are_told_in_the_language_of_the_sheet(tables):
    for row in (*tables.designs.to_dict("records"), *tables.operations.to_dict("records")):
        said = source_in_words(row, "zh")
        assert re.search("[\u4e00-\u9fff]", said.rpartition("（")[0])
        assert not re.search(r"design|low|medium|\[", said.rpartition("（")[2])
        assert source_in_words({**row, "source_zh": None}, "zh").startswith(row["source"])  # an office's older table
    assert source_in_words({"source": "S", "confidence": "design; low"}, "en") == "S (design default, low confidence)"


def test_amounts_follow_area_and_volume(tables):
    design = parcel_design(STAND, tables)
    assert (design["plants_low"], design["plants_high"]) == (3300.0, 5000.0)
    assert design["felled_m3_low"] == design["felled_m3_high"] == pytest.approx(300.0)
    assert design["cost_yuan"] == pytest.approx(2.0 * design["cost_yuan_ha"])
    assert sum(one["cost_yuan"] for one in design["operations"]) == pytest.approx(design["cost_yuan"])
    assert design["within_block_limit"] == "yes"
    assert parcel_design({**STAND, "area_ha": 7.0}, tables)["within_block_limit"] == "unknown"
    assert parcel_design({**STAND, "area_ha": 11.0}, tables)["within_block_limit"] == "no"
    assert parcel_design({**STAND, "clear_cut_limit_ha_low": None}, tables)["within_block_limit"] == "unknown"


def test_a_plan_goes_before_the_tables(tables):
    planned = {**STAND, "technique": "strip_cut", "cost_yuan": 1234.5, "felled_m3": 77.0, "felled_share": 0.4,
               "closure": 0.8, "age_yr": 30}  # fmt: skip
    design = parcel_design(planned, tables)
    assert design["cost_yuan"] == 1234.5
    assert design["felled_m3_low"] == design["felled_m3_high"] == 77.0
    assert design["within_block_limit"] is None
    assert sum(one["cost_yuan"] for one in design["operations"]) == pytest.approx(1234.5)


@pytest.mark.parametrize(
    ("known", "feasible", "reason"),
    [
        ({"closure": 0.8, "age_yr": 30}, "yes", None),
        ({"closure": 0.8, "age_group": 3}, "yes", None),
        ({"closure": 0.6, "age_yr": 30}, "no", "canopy_too_open"),
        ({"closure": 0.3, "age_yr": 30}, "no", "canopy_too_open"),
        ({"closure": 0.8, "age_yr": 4}, "no", "too_young"),
        ({"closure": float("nan"), "age_yr": 30}, "unknown", "canopy_unknown"),
        ({"closure": 0.8}, "unknown", "age_unknown"),
    ],
)
def test_a_felling_that_must_leave_a_canopy_needs_one(tables, known, feasible, reason):
    stand = {"area_ha": 2.0, "measure": "tending", "technique": "thinning", "volume_m3_ha": 100.0, **known}
    for more in ({}, {"felled_m3": 77.0, "felled_share": 0.2}):  # alone, or out of a plan
        design = parcel_design({**stand, **more}, tables)
        assert (design["feasible"], design["feasible_reason"]) == (feasible, reason)
        assert (design["felled_m3_low"] is None) == (design["felled_m3_high"] is None) == (feasible != "yes")
    sheet = dict(design_rows(Parcel(0, stand, parcel_design(stand, tables)), "en"))
    assert (sheet["Volume to fell (m³)"] == "–") == (feasible != "yes")
    assert sheet["Can it be done"].startswith({"yes": "Yes", "no": "No:", "unknown": "Unknown:"}[feasible])


def test_work_without_a_canopy_to_leave_is_not_held_back(tables):
    assert parcel_design(STAND, tables)["feasible"] is None
    assert parcel_design(STAND, tables)["felled_m3_low"] is not None


def test_what_is_not_known_stays_unknown(tables):
    design = parcel_design({**STAND, "volume_m3_ha": float("nan")}, tables)
    assert design["felled_m3_low"] is None
    open_technique = parcel_design({**STAND, "technique": None}, tables)
    assert open_technique["cost_yuan"] is None
    assert open_technique["operations"] == []
    assert parcel_design({**STAND, "area_ha": None}, tables)["cost_yuan"] is None


def test_faulty_tables_are_refused_with_every_bad_cell(tables):
    folder = resources_dir() / "work_design"
    designs, operations = read_rows(folder / "designs.csv")[0], read_rows(folder / "operations.csv")[0]
    bad = operations.copy()
    bad.loc[0, "cost_share"] = "0.9"
    bad.loc[1, "quantity"] = "buckets"
    with pytest.raises(InputError, match="PARAMETERS_INVALID") as told:
        DesignTables.from_rows(designs, bad, tables.works)
    assert "cost_share" in str(told.value)
    assert "buckets" in str(told.value)
    worse = designs.copy()
    worse.loc[0, "intensity_low"] = "1.5"
    worse.loc[1, "source"] = None
    worse.loc[2, "plants_per_ha_low"] = "9000"
    with pytest.raises(InputError, match="PARAMETERS_INVALID") as told:
        DesignTables.from_rows(worse, operations, tables.works)
    for name in ("intensity_low", "source", "plants_per_ha_high"):
        assert name in str(told.value)
    with pytest.raises(InputError, match="PARAMETERS_INVALID"):
        DesignTables.from_rows(pd.concat([designs, designs.head(1)]), operations, tables.works)


@pytest.mark.parametrize(("low", "high", "within"), [(5.0, 5.0, "no"), (5.0, 10.0, "unknown"), (None, None, "unknown")])
def test_a_clear_cut_that_may_be_above_its_limit_has_nothing_to_fell_to_plant_or_to_pay(tables, low, high, within):
    limits = {"clear_cut_limit_ha_low": low, "clear_cut_limit_ha_high": high, "area_ha": 6.0}
    small = parcel_design({**STAND, **limits, "clear_cut_limit_ha_low": 6.0, "clear_cut_limit_ha_high": 6.0}, tables)
    large = parcel_design({**STAND, **limits}, tables)
    assert (small["within_block_limit"], large["within_block_limit"]) == ("yes", within)
    for name in ("felled_m3_low", "felled_m3_high", "plants_low", "plants_high", "cost_yuan", "cost_yuan_ha"):
        assert small[name] is not None
        assert large[name] is None
    assert all(one["cost_yuan"] is None for one in large["operations"])


def test_what_a_plan_fells_is_told_to_have_grown_since_the_survey(tables, tmp_path):
    planned = {**STAND, "felled_share": 1.0, "year": 2027}
    names, parcels = {}, {}
    for felled in (300.0, 400.0, None):  # 150 m3/ha on 2 ha
        stand = {**planned, "felled_m3": felled}
        parcels[felled] = Parcel(0, {**stand, "stand_key": "S"}, parcel_design(stand, tables))
        rows = dict(design_rows(parcels[felled], "en"))
        names[felled] = [name for name in rows if name.startswith("Volume to fell")]
        assert rows[names[felled][0]] == f"{felled or 300.0:,.1f}"
    assert names[300.0] == names[None] == [say("felled_m3", "en")]
    assert names[400.0] == [say("felled_m3_grown", "en")]
    assert "grown" in names[400.0][0]
    for felled, told in ((300.0, "felled_m3"), (400.0, "felled_m3_grown")):
        write_design_book([parcels[felled]], {}, tmp_path / "book.xlsx", "en")
        heads = [cell.value for row in load_workbook(tmp_path / "book.xlsx").worksheets[0].iter_rows() for cell in row]
        assert sum(str(head).startswith(say(told, "en") + ",") for head in heads) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_operations_of_a_sheet_add_up_as_they_are_printed(tables, language):
    for area in (3.4507, 2.0, 5.9753, 12.5011, 0.333):
        stand = {
            **STAND,
            "stand_key": "S",
            "area_ha": area,
            "clear_cut_limit_ha_low": 50.0,
            "clear_cut_limit_ha_high": 50.0,
        }
        parcel = Parcel(0, stand, parcel_design(stand, tables))
        table = next(part for part in parcel_parts(parcel, {}, language) if getattr(part, "sum_row", False))
        *parts, total = [int(row[3].replace(",", "")) for row in table.rows]
        assert sum(parts) == total == round(parcel.design["cost_yuan"])
        for said, one in zip(parts, parcel.design["operations"], strict=True):
            assert abs(said - one["cost_yuan"]) < 1


def test_amounts_that_do_not_add_up_by_themselves_are_printed_as_they_are():
    assert numbers_of([1.4, 1.4, 1.4], 4.2, 0) == ["2", "1", "1", "4"]
    assert numbers_of([1.4, 1.4], 9.0, 0) == ["1", "1", "9"]
    assert numbers_of([1.4, None], None, 0) == ["1", "", ""]
    assert numbers_of([1.4, None], 1.4, 0) == ["1", "", "1"]


def test_a_list_whose_printed_figures_do_not_add_up_says_why(tables):
    def notes(*rows):
        parcels = []
        for area, cost in rows:
            amounts = {"area_ha": area, "cost_yuan": cost}
            parcels.append(Parcel(0, {**STAND, "stand_key": "S", "area_ha": area}, {**designed, **amounts}))
        parts = design_document(parcels, {}, {}, "", "2026-11-23", "en").parts
        return [part.text for part in parts if getattr(part, "text", "") == say("rounded_sums", "en")]

    designed = parcel_design(STAND, tables)
    assert notes((1.0, 10.0), (2.0, 20.0)) == []
    assert notes((1.0, 10.4), (2.0, 20.3)) == [say("rounded_sums", "en")]  # 10 + 20, told as 31
    assert notes((1.004, 10.0), (2.004, 20.0)) == [say("rounded_sums", "en")]
    assert notes((1.0, None), (2.0, 20.4)) == []
