"""Progress and plan say the same of what is available, and count no hectare twice."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.jobs.plan_inputs import Programme, fits_of
from sanming_carbon_plugin.adapters.plan_tables import load_planning_tables
from sanming_carbon_plugin.core.planning.acceptance import Accepted
from sanming_carbon_plugin.core.planning.gains import GrowthAhead
from sanming_carbon_plugin.core.planning.limits import Beyond, Counted, LimitRows, add_targets
from sanming_carbon_plugin.core.planning.options import PlanTerms, Weights, options_of, workable
from sanming_carbon_plugin.core.planning.planned_ground import PlannedGround
from sanming_carbon_plugin.core.planning.target_progress import target_progress
from sanming_carbon_plugin.core.planning.targets import Target

TABLES = load_planning_tables()
MEASURES = sorted({str(name) for name in TABLES.works.measure})
STANDS = shapely.box([0, 100, 200, 300, 400, 500], 0, [100, 200, 300, 400, 500, 600], 100)
COUNT = len(STANDS)
EVERYWHERE = {"350428": np.ones(COUNT, dtype=bool)}
TARGETS = [Target(name, "350428", 2026, 2030, 3.0, "ha", "at_least", "made") for name in MEASURES]
CHEAP = PlanTerms((2026, 2028), 2046, Weights(0.0, 0.0, 1.0))
AHEAD = GrowthAhead(np.ones(COUNT), {year: np.ones(COUNT) for year in (2026, 2028, 2046)}, np.ones(COUNT))
SURVEYS = ["2021-06-01", "2025-06-01", None]


def programme(seed):
    """Stands of a hectare that fit some measures, some in dispute or of no county, and ground accepted on them."""
    rng = np.random.default_rng(seed)
    fitting = [";".join(m for m in MEASURES if rng.random() < 0.6) for _ in range(COUNT)]
    facts = pd.DataFrame({
        "measures": fitting, "area_ha": 1.0, "volume_m3_ha": 100.0, "clear_cut_limit_ha_low": 5.0,
        "pine_technique": rng.choice(["clear_cut", "strip_cut", "selective_tending"], COUNT),
        "reserve_mode": rng.choice(["intensive_plantation", "stand_improvement"], COUNT),
        "survey_date": rng.choice(np.array(SURVEYS, dtype=object), COUNT),
        "dispute": rng.choice(np.array(["no", "no", "no", "yes", None], dtype=object), COUNT),
        "county": rng.choice(np.array(["350428"] * 4 + [None], dtype=object), COUNT),
        "township": None, "village": None, "compartment": None,
    }, index=[f"S{n}" for n in range(COUNT)])  # fmt: skip
    count = int(rng.integers(0, 6))
    left, low = rng.uniform(0, 500, count), rng.uniform(0, 60, count)
    shapes = shapely.box(left, low, left + rng.uniform(20, 250, count), low + rng.uniform(10, 100, count))
    done = Accepted(rng.choice(np.array(MEASURES, dtype=object), count), rng.integers(2020, 2027, count), shapes, {})
    stands, fits = SimpleNamespace(geometry=STANDS), fits_of(facts, TABLES)
    return Programme(facts, stands, TABLES, TARGETS, EVERYWHERE, done, None, {}, {}, None, fits, ())


def progress(mine, plan=None):
    free = workable(mine.facts, TABLES.works, (), mine.taken_ha)
    ground = None if plan is None else PlannedGround.of(plan, mine.facts.index, mine.left_ha, TABLES.matrix)
    found = target_progress(TARGETS, EVERYWHERE, lambda _: "county", free, mine.done, ground)
    return found.set_index("measure")


def options(mine):
    return options_of(mine.facts, TABLES.works, CHEAP, AHEAD, np.zeros(COUNT), MEASURES, mine.taken_ha)


def plan_of(mine, found, seed):
    """Rows of a plan with one of the options of some stands."""
    rng = np.random.default_rng([seed, 2])
    table = found.table.sample(frac=1.0, random_state=seed).drop_duplicates("stand")
    counted = Counted.of(found, TABLES.works, TABLES.matrix, mine.left_ha)
    counts = {name: counted.for_measure(name) for name in MEASURES}
    rows = table[rng.random(len(table)) < 0.6]
    return pd.DataFrame({
        "stand_key": mine.facts.index[rows["stand"]], "year": rows["year"], "area_ha": rows["area_ha"],
        "measure": TABLES.works.measure[rows["work"].astype(int)],
        "counts_for": [";".join(name for name in MEASURES if counts[name][at]) for at in rows.index],
    }), counted, rows.index  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("start", range(0, 60, 20))
def test_what_progress_calls_available_is_what_a_plan_can_choose(start):
    for seed in range(start, start + 20):
        mine = programme(seed)
        table = options(mine).table
        largest = table.assign(measure=TABLES.works.measure[table["work"].astype(int)])
        largest = largest.groupby(["measure", "stand"])["area_ha"].max().groupby("measure").sum()
        wanted = largest.reindex(MEASURES).fillna(0.0)
        told = progress(mine)
        assert told["available_ha"].reindex(MEASURES).to_numpy() == pytest.approx(wanted.to_numpy()), seed
        # The limit of a target speaks of the same ground, and with it what others count for.
        asked = [replace_amount(name, ha) for name, ha in wanted.items() if ha > 0]
        counted, rows = Counted.of(options(mine), TABLES.works, TABLES.matrix, mine.left_ha), LimitRows(len(table))
        add_targets(rows, counted, asked, lambda _: 0.0, EVERYWHERE, Beyond(0.1), np.zeros(COUNT, dtype=bool))


def replace_amount(measure, hectares):
    return Target(measure, "350428", 2026, 2030, hectares, "ha", "at_least", "made")


@pytest.mark.long
@pytest.mark.parametrize("start", range(0, 60, 20))
def test_no_hectare_is_done_planned_and_available_at_once(start):
    for seed in range(start, start + 20):
        mine = programme(seed)
        plan, counted, chosen = plan_of(mine, options(mine), seed)
        before, after = progress(mine), progress(mine, plan)
        for measure in MEASURES:
            works = plan["measure"]
            apart = [not TABLES.matrix.together(one, measure) or measure in counts.split(";")
                     for one, counts in zip(works, plan["counts_for"], strict=True)]  # fmt: skip
            held = set(plan["stand_key"][apart])
            # A stand with a parcel of what cannot be counted beside it is not available, whatever the year.
            rest = workable(mine.facts, TABLES.works, (), mine.taken_ha)[measure]
            free = sum(ha for key, ha in zip(mine.facts.index, rest, strict=True) if key not in held)
            assert after.loc[measure, "available_ha"] >= free - 1e-9, (seed, measure)
            area = dict(zip(plan["stand_key"], plan["area_ha"], strict=True))
            parts = sum(max(ha - area[key], 0.0) for key, ha in zip(mine.facts.index, rest, strict=True) if key in held)
            assert after.loc[measure, "available_ha"] == pytest.approx(free + parts), (seed, measure)
            mine_too = counted.for_measure(measure)[chosen]
            planned = counted.hectares(measure)[chosen][mine_too].sum()
            assert after.loc[measure, "planned_ha"] == pytest.approx(planned), (seed, measure)
            assert after.loc[measure, "done_ha"] == before.loc[measure, "done_ha"]
            taken = mine.taken_ha[measure].sum()
            assert taken + after.loc[measure, "planned_ha"] <= COUNT + 1e-9, (seed, measure)


def plan_row(measure, counts_for, year=2028):
    return pd.DataFrame({"stand_key": ["S0"], "year": [year], "measure": [measure], "counts_for": [counts_for],
                         "area_ha": [1.0]})  # fmt: skip


def accepted_on_first(measure, share):
    mine = programme(0)
    mine.accepted = Accepted(np.array([measure], dtype=object), np.array([2026]),
                             np.array([shapely.box(0, 0, 100 * share, 100)]), {})  # fmt: skip
    mine.facts = mine.facts.assign(measures=";".join(MEASURES), dispute="no", county="350428")
    mine.fits = fits_of(mine.facts, TABLES)
    return mine


def test_ground_planned_for_one_measure_is_not_available_for_another():
    mine = accepted_on_first("closure", 0.0001)
    free = progress(mine)["available_ha"]
    told = progress(mine, plan_row("pine_transform", "pest_control;pine_transform"))["available_ha"]
    lost = (free - told).round(2)
    assert lost["pine_transform"] == lost["tending"] == lost["pest_control"] == lost["closure"] == 1.0
    # A sanitation cut keeps no transformation from the stand.
    told = progress(mine, plan_row("pest_control", "pest_control"))["available_ha"]
    assert (free - told).round(2)[["pine_transform", "tending"]].tolist() == [0.0, 1.0]


def test_what_is_accepted_for_another_measure_is_planned_no_longer():
    mine = accepted_on_first("tending", 1.0)
    row = progress(mine, plan_row("pine_transform", "pest_control;pine_transform"))["planned_ha"]
    assert (row["pine_transform"], row["pest_control"]) == (0.0, 0.0)
    # What may be counted beside it stays planned, but counts once for what is done.
    mine = accepted_on_first("pest_control", 1.0)
    row = progress(mine, plan_row("pine_transform", "pest_control;pine_transform"))["planned_ha"]
    assert (row["pine_transform"], row["pest_control"]) == (1.0, 0.0)


def test_a_stand_is_barred_for_what_cannot_be_counted_beside_what_is_done():
    mine = accepted_on_first("pest_control", 0.6)
    found = options(mine)
    first = {str(TABLES.works.measure[work]) for work in found.table.loc[found.table["stand"] == 0, "work"].astype(int)}
    assert "pine_transform" in first
    assert not {"pest_control", "tending", "closure"} & first
    counted = Counted.of(found, TABLES.works, TABLES.matrix, mine.left_ha)
    pine = (found.table["stand"] == 0) & counted.own("pine_transform")
    assert counted.numbers("area_ha")[pine] == pytest.approx(1.0)
    assert counted.hectares("pest_control")[pine] == pytest.approx(0.4)  # 0.6 ha of pest control are done
    assert found.refused["done_already"][0]


def test_both_ends_of_a_span_of_years_are_planned_in_it():
    plan = pd.DataFrame({
        "stand_key": ["S0", "S1", "S2", "S0", "elsewhere"], "year": [2026, 2028, 2030, 2028, 2028],
        "measure": ["tending"] * 5, "counts_for": ["tending"] * 5, "area_ha": [0.5, 1.0, 1.0, 0.25, 9.0],
    })  # fmt: skip
    left = {"tending": np.array([1.0, 0.75, 1.0])}
    ground = PlannedGround.of(plan, pd.Index(["S0", "S1", "S2"]), left, TABLES.matrix)
    assert ground.planned_ha("tending", 2026, 2028).tolist() == [0.75, 0.75, 0.0]
    assert ground.planned_ha("tending", 2027, 2030).tolist() == [0.25, 0.75, 1.0]
    assert ground.held_ha("tending").tolist() == [0.75, 0.75, 1.0]
