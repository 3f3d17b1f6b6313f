"""Plans and work designs ask one rule whether a felling can be done."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.work_design.parcels import load_design_tables
from sanming_carbon_plugin.core.planning.gains import GrowthAhead
from sanming_carbon_plugin.core.planning.options import (
    TECHNIQUE_COLUMNS,
    TOO_SMALL,
    PlanTerms,
    Weights,
    options_of,
    workable,
)
from sanming_carbon_plugin.core.planning.work_design import parcel_design

TABLES = load_design_tables()[0]
WORKS = TABLES.works
NAN = np.nan
STANDS = [(c, a, g) for c in (0.3, 0.5, 0.6, 0.61, 0.9, NAN) for a in (3, 5, 30, NAN) for g in (1, 3, NAN)]


def facts_for(work):
    closure, age, group = (np.array(column, dtype=float) for column in zip(*STANDS, strict=True))
    facts = pd.DataFrame({"closure": closure, "age_yr": age, "age_group": group, "area_ha": 2.0, "volume_m3_ha": 100.0,
                          "origin": "planted", "measures": str(WORKS.fits_measure[work]),
                          "clear_cut_limit_ha_low": 5.0, "clear_cut_limit_ha_high": 10.0})  # fmt: skip
    column = TECHNIQUE_COLUMNS.get(str(WORKS.fits_measure[work]))
    return facts if column is None else facts.assign(**{column: WORKS.fits_technique[work]})


@pytest.mark.parametrize("work", range(len(WORKS)))
def test_a_plan_offers_what_a_work_design_can_do(work):
    facts = facts_for(work)
    count = len(facts)
    needs = tuple(TABLES.needs_of(str(m), str(t)) for m, t in zip(WORKS.measure, WORKS.technique, strict=True))
    ahead = GrowthAhead(np.full(count, 100.0), {2026: np.ones(count), 2046: np.full(count, 1.5)}, np.full(count, 2.0))
    terms = PlanTerms((2026,), 2046, Weights(), needs=needs)
    found = options_of(facts, WORKS, terms, ahead, np.zeros(count), [str(WORKS.measure[work])])
    offered = set(found.table.loc[found.table["work"] == work, "stand"])
    for stand, row in enumerate(facts.to_dict("records")):
        parcel = {**row, "measure": WORKS.measure[work], "technique": WORKS.technique[work]}
        design = parcel_design(parcel, TABLES)
        assert (stand in offered) == (design["feasible"] in (None, "yes")), (stand, design["feasible_reason"])
        if stand not in offered:
            assert found.refused[design["feasible_reason"]][stand]
            assert design["cost_yuan"] is None
            assert design["cost_yuan_ha"] is None
            assert all(one["cost_yuan"] is None for one in design["operations"])
        else:
            assert design["cost_yuan"] > 0


def test_a_clear_cut_above_its_limit_or_in_doubt_is_not_offered_and_has_no_budget():
    work = int(np.flatnonzero(WORKS.clear_cut)[0])
    facts = facts_for(work).head(3).assign(area_ha=[4.0, 7.0, 11.0])
    ahead = GrowthAhead(np.full(3, 100.0), {2026: np.ones(3), 2046: np.ones(3)}, facts["area_ha"].to_numpy())
    found = options_of(facts, WORKS, PlanTerms((2026,), 2046, Weights()), ahead, np.zeros(3), ["pine_transform"])
    assert found.table["stand"].tolist() == [0]
    designs = [parcel_design({**row, "measure": "pine_transform", "technique": "clear_cut"}, TABLES)
               for row in facts.to_dict("records")]  # fmt: skip
    assert [one["within_block_limit"] for one in designs] == ["yes", "unknown", "no"]
    assert [one["cost_yuan"] is None for one in designs] == [False, True, True]


def test_ground_is_available_where_some_work_of_the_measure_can_be_done():
    needs = tuple(TABLES.needs_of(str(m), str(t)) for m, t in zip(WORKS.measure, WORKS.technique, strict=True))
    facts = pd.DataFrame({"closure": [0.9, 0.5, NAN, 0.9], "age_yr": 30.0, "age_group": 3.0,
                          "area_ha": [2.0, 2.0, 2.0, NAN], "measures": "tending;closure"})  # fmt: skip
    found = workable(facts, WORKS, needs, {})
    assert found["tending"].tolist() == [2.0, 0.0, 0.0, 0.0]
    assert found["closure"].tolist() == [2.0, 2.0, 2.0, 0.0]  # closing leaves all the canopy there is


@pytest.mark.parametrize(("area_ha", "offered"), [(2.0, True), (np.nextafter(2.0, 0.0), False)])
def test_ground_of_exactly_the_least_area_of_a_work_is_offered(area_ha, offered):
    work = int(np.flatnonzero(WORKS.clear_cut)[0])
    works = replace(WORKS, minimum_ha=np.full(len(WORKS), 2.0))
    facts = facts_for(work).head(1).assign(area_ha=area_ha)
    ahead = GrowthAhead(np.full(1, 100.0), {2026: np.ones(1), 2046: np.ones(1)}, facts["area_ha"].to_numpy())
    found = options_of(facts, works, PlanTerms((2026,), 2046, Weights()), ahead, np.zeros(1), ["pine_transform"])
    assert (work in set(found.table["work"])) == offered
    assert (TOO_SMALL in found.refused) != offered
