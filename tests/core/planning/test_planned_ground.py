"""What is planned is planned once, where it may be, and fells what stands there in its year."""

import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.jobs.plan_inputs import Programme
from sanming_carbon_plugin.adapters.plan_words import reason_text
from sanming_carbon_plugin.adapters.work_design.parcels import load_design_tables
from sanming_carbon_plugin.core.planning.acceptance import Accepted
from sanming_carbon_plugin.core.planning.gains import GrowthAhead
from sanming_carbon_plugin.core.planning.left_ground import left_outlines
from sanming_carbon_plugin.core.planning.open_ground import OpenGround
from sanming_carbon_plugin.core.planning.options import (
    OPTION_COLUMNS,
    Options,
    PlanTerms,
    Weights,
    options_of,
    workable,
)
from sanming_carbon_plugin.core.planning.overlapping import without_ground_twice
from sanming_carbon_plugin.core.planning.targets import Target
from sanming_carbon_plugin.core.planning.work_design import parcel_design
from sanming_carbon_plugin.core.planning.works import CountingMatrix

TABLES = load_design_tables()[0]
WORKS = TABLES.works
NAN = np.nan
RULES = {"overlap_sliver_width_m": 2.0}
STANDS = shapely.box([0, 100, 200, 300], 0, [100, 200, 300, 400], 100)  # of 1 ha


def array(*shapes):
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def options(stands):
    table = pd.DataFrame({name: np.zeros(stands) for name in OPTION_COLUMNS}).assign(stand=np.arange(stands))
    return Options(table, {})


def kept(*shapes, locked=()):
    outlines = array(*shapes)
    facts = pd.DataFrame({"area_ha": shapely.area(outlines) / 1e4})
    locks = np.isin(np.arange(len(outlines)), locked)
    found = without_ground_twice(options(len(outlines)), outlines, facts, locks, RULES)
    refused = found.refused.get("ground_of_other", np.zeros(len(outlines), dtype=bool))
    assert sorted({*found.table["stand"], *np.flatnonzero(refused)}) == list(range(len(outlines)))
    return found.table["stand"].tolist()


def test_a_repeated_or_overlapping_outline_is_planned_once():
    one, beside, far = STANDS[0], STANDS[1], STANDS[3]
    assert kept(one, beside, far) == [0, 1, 2]
    assert kept(one, one, one) == [0]
    assert kept(one, shapely.box(10, 10, 50, 50)) == [0]  # one inside the other
    assert kept(one, shapely.box(90, 0, 200, 100)) == [0]
    assert kept(one, shapely.box(99, 0, 200, 100)) == [0, 1]  # a sliver of a metre
    assert kept(one, shapely.box(90, 0, 200, 100), shapely.box(190, 0, 300, 100)) == [0, 2]  # the middle one goes
    assert kept(one, one, locked=[1]) == [1]
    assert reason_text("ground_of_other", "zh") != reason_text("ground_of_other", "en")


def test_overlaps_of_many_stands_are_found_quickly():
    side = 100
    x, y = (axis.ravel() * 100.0 for axis in np.meshgrid(np.arange(side), np.arange(side)))
    grid = shapely.box(x, y, x + 100, y + 100)
    started = time.monotonic()
    assert kept(*grid, *grid[:50]) == list(range(side * side))
    assert time.monotonic() - started < 10


def ahead(stands, **ratio):
    years = {int(name[1:]): np.full(stands, value) for name, value in (ratio or {"y2026": 1.0, "y2046": 1.0}).items()}
    return GrowthAhead(np.full(stands, 100.0), years, np.full(stands, 2.0))


@pytest.mark.parametrize("work", range(len(WORKS)))
def test_no_work_is_planned_where_tenure_is_in_dispute(work):
    facts = pd.DataFrame({"area_ha": 2.0, "measures": WORKS.fits_measure[work], "volume_m3_ha": 100.0,
                          "clear_cut_limit_ha_low": 5.0, "dispute": ["yes", "no", None]})  # fmt: skip
    facts = facts.assign(pine_technique=WORKS.fits_technique[work], reserve_mode=WORKS.fits_technique[work])
    facts["measure"] = WORKS.fits_technique[work]
    measure = str(WORKS.measure[work])
    found = options_of(facts, WORKS, PlanTerms((2026,), 2046, Weights()), ahead(3), np.zeros(3), [measure])
    assert 0 not in set(found.table["stand"])
    assert set(found.table["stand"]) == {1}
    assert found.refused["tenure_dispute_unknown"].tolist() == [False, False, True]
    assert found.refused["tenure_in_dispute"].tolist() == [True, False, False]
    assert workable(facts, WORKS, (), {})[measure].tolist() == [0.0, 2.0, 0.0]
    assert reason_text("tenure_in_dispute", "zh") == "权属有争议"


def test_what_is_felled_has_grown_since_the_survey():
    facts = pd.DataFrame({"area_ha": [2.0], "measures": "tending", "volume_m3_ha": 100.0, "origin": "planted"})
    share = WORKS.felled_share[WORKS.measure == "tending"][0]
    terms = PlanTerms((2026, 2027), 2046, Weights(0.0, 0.0, 1.0), felling_limited=True)
    grown = ahead(1, y2026=1.15, y2027=1.2, y2046=2.0)
    found = options_of(facts, WORKS, terms, grown, np.zeros(1), ["tending"]).table.set_index("year")["felled_m3"]
    # 100 m3/ha on 2 ha, grown by 15 and 20 %
    assert found.to_dict() == pytest.approx({2026: 230.0 * share, 2027: 240.0 * share})
    unknown = options_of(facts, WORKS, terms, ahead(1, y2026=NAN, y2027=NAN, y2046=NAN), np.zeros(1), ["tending"]).table
    assert unknown["felled_m3"].tolist() == pytest.approx([200.0 * share] * 2)
    nothing = facts.assign(volume_m3_ha=NAN)
    assert options_of(nothing, WORKS, terms, grown, np.zeros(1), ["tending"]).refused["felled_unknown"].all()
    free = PlanTerms((2026,), 2046, Weights(0.0, 0.0, 1.0))
    assert len(options_of(nothing, WORKS, free, grown, np.zeros(1), ["tending"]).table) == 1


def programme(dates, *accepted, first=2026):
    """Stands of 1 ha with a day of survey, ground accepted in a year for a measure, and a target from a year on."""
    shapes, measures, years = zip(*accepted, strict=True)
    done = Accepted(np.array(measures, dtype=object), np.array(years), array(*shapes), {})
    places = dict.fromkeys(("county", "township", "village", "compartment"))
    facts = pd.DataFrame({"survey_date": dates, "area_ha": 1.0, **places})
    tables = SimpleNamespace(matrix=CountingMatrix(frozenset()), works=WORKS)
    target = Target("tending", "350400", first, 2030, 1.0, "ha", "at_least", "made")
    return Programme(
        facts, SimpleNamespace(geometry=STANDS[: len(dates)]), tables, [target], {}, done, None, {}, {}, None, {}, ()
    )


def test_ground_accepted_after_the_survey_is_done_before_the_first_target_year_too():
    dates = ["2020-06-01", "2023-06-01", None, "2022-12-31"]
    accepted = [(shape, "tending", 2022) for shape in STANDS]
    mine = programme(dates, *accepted)
    assert mine.taken_ha["tending"] == pytest.approx([1.0, 0.0, 1.0, 1.0])
    assert mine.left_ha["tending"] == pytest.approx([0.0, 1.0, 0.0, 0.0])
    earlier = programme(dates, *accepted, first=2022)
    assert earlier.taken_ha["tending"] == pytest.approx([1.0] * 4)  # counts for a target of that year
    assert mine.done("tending", 2026, 2030) == pytest.approx([0.0] * 4)  # but for none of a later one


def test_the_outline_of_a_parcel_is_as_large_as_its_area():
    done = shapely.box(0, 0, 30, 100)
    mine = programme(["2020-06-01"] * 3, (done, "tending", 2022), (shapely.box(200, 0, 210, 100), "closure", 2027))
    opened = OpenGround(array(shapely.box(120, 0, 140, 100)), np.array([2025]), np.array([False]))
    measures = np.array(["tending"] * 3, dtype=object)
    for fells, wanted in ((True, [0.7, 0.8, 0.9]), (False, [0.7, 1.0, 0.9])):
        left = left_outlines(mine.sound, np.arange(3), measures, np.full(3, fells), mine.grounds, opened)
        assert shapely.area(left) / 1e4 == pytest.approx(wanted)
    assert mine.left_ha["tending"] == pytest.approx([0.7, 1.0, 0.9])


def test_the_rest_of_a_stand_is_designed_by_its_area_and_judged_by_the_whole():
    limits = {"clear_cut_limit_ha_low": 5.0, "clear_cut_limit_ha_high": 5.0}
    stand = {"measure": "pine_transform", "technique": "clear_cut", "volume_m3_ha": 150.0, **limits}
    rest = parcel_design({**stand, "area_ha": 2.0, "stand_area_ha": 4.0}, TABLES)
    assert rest["within_block_limit"] == "yes"
    assert rest["plants_low"] == parcel_design({**stand, "area_ha": 2.0}, TABLES)["plants_low"]
    large = parcel_design({**stand, "area_ha": 2.0, "stand_area_ha": 6.0}, TABLES)
    assert (large["within_block_limit"], large["cost_yuan"]) == ("no", None)
