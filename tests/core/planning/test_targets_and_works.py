"""Targets, works, what is done, what is gained: worked by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.plan_tables import load_planning_tables, read_ledger, read_targets
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.planning.acceptance import accepted_of
from sanming_carbon_plugin.core.planning.area_units import units_of_stands
from sanming_carbon_plugin.core.planning.done_ground import done_ground
from sanming_carbon_plugin.core.planning.gains import GrowthAhead, infested_ha
from sanming_carbon_plugin.core.planning.limits import Beyond, Counted, LimitRows, add_targets
from sanming_carbon_plugin.core.planning.options import Options, PlanTerms, Weights, fitting, options_of
from sanming_carbon_plugin.core.planning.plan_tables import targets_met
from sanming_carbon_plugin.core.planning.planned_ground import PlannedGround
from sanming_carbon_plugin.core.planning.reasons import swapped
from sanming_carbon_plugin.core.planning.scenarios import differences, error_of_difference
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve
from sanming_carbon_plugin.core.planning.target_progress import indicators, target_progress
from sanming_carbon_plugin.core.planning.targets import Target, targets_of
from sanming_carbon_plugin.core.planning.works import CountingMatrix
from sanming_carbon_plugin.paths import resources_dir

from .small_plans import MATRIX, SmallPlan, works

TABLES = load_planning_tables()
SHIPPED = resources_dir() / "targets" / "sanming_2025.csv"
EXACT = SolverLimits(gap=0.0, nodes=100_000)


def rows(**changes):
    row = {"measure": "tending", "area_unit": "350428", "year_from": "2026", "year": "2030", "amount": "15",
           "unit": "亩", "source": "made"}  # fmt: skip
    return pd.DataFrame([row | changes])


def test_the_shipped_programme_says_what_the_city_said():
    frame, meta = read_targets(SHIPPED)
    targets = {t.measure: t for t in targets_of(frame, set(TABLES.works.measure), TABLES.units)}
    assert targets["pine_transform"].amount == pytest.approx(80_000)  # 120 万亩
    assert targets["tending"].amount == pytest.approx(200_000)  # 300 万亩
    assert targets["forest_cover"].amount == 76.8
    assert targets["growing_stock"].amount == pytest.approx(199.06e6)
    assert targets["traded"].amount == pytest.approx(1.5e6)
    assert targets["projects_planned"].amount == 20
    assert meta["status"] == "provisional"
    assert frame["source"].str.len().min() > 5
    assert frame["confidence"].str.len().min() > 0


def test_the_file_for_the_years_after_is_empty():
    with pytest.raises(InputError, match="TARGETS_EMPTY"):
        read_targets(SHIPPED.with_name("sanming_after_2025.csv"))


def test_what_a_person_decided_counts_for_the_plan():
    facts = pd.DataFrame(
        {
            "measures": ["pine_transform;tending", "pine_transform", None, "tending"],
            "pine_technique": ["clear_cut", "clear_cut", None, None],
            "pine_transform_decided": [None, "no", "yes", None],
            "pine_technique_decided": ["strip_cut", None, "clear_cut", None],
        }
    )
    works = TABLES.works
    fits = {}
    for technique in ("clear_cut", "strip_cut"):
        work = np.flatnonzero((works.fits_measure == "pine_transform") & (works.fits_technique == technique))[0]
        fits[technique] = fitting(facts, works, int(work)).tolist()
    assert fits == {"clear_cut": [False, False, True, False], "strip_cut": [True, False, False, False]}


def test_one_hectare_is_fifteen_mu():
    (target,) = targets_of(rows(), {"tending"}, TABLES.units)
    assert target.amount == pytest.approx(1.0)
    (target,) = targets_of(rows(unit="ha"), {"tending"}, TABLES.units)
    assert target.amount == 15.0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "-1"}, "TARGETS_NEGATIVE"),
        ({"amount": ""}, "TARGETS_INVALID"),
        ({"unit": "m3"}, "TARGETS_INVALID"),
        ({"year": "26"}, "TARGETS_INVALID"),
        ({"year_from": "2031"}, "TARGETS_INVALID"),
        ({"bound": "perhaps"}, "TARGETS_INVALID"),
        ({"area_unit": "999999"}, "TARGETS_UNIT_UNKNOWN"),
        ({"measure": "none"}, "TARGETS_MEASURE_UNKNOWN"),
    ],
)
def test_what_cannot_be_a_target(changes, code):
    with pytest.raises(InputError, match=code):
        targets_of(rows(**changes), {"tending"}, TABLES.units)


def test_a_township_is_known_by_its_stands():
    facts = pd.DataFrame({"county": ["350428", "350426", None], "township": ["199", "200", "1"]})
    units = units_of_stands(facts, TABLES.units)
    assert units["350400"].tolist() == [True, True, False]
    assert units["350428199"].tolist() == [True, False, False]
    (target,) = targets_of(rows(area_unit="350428-199"), {"tending"}, TABLES.units, frozenset(units))
    assert target.area_unit == "350428199"


def test_every_work_has_a_source():
    frame = pd.read_csv(resources_dir() / "targets" / "works.csv", comment="#", dtype=str)
    assert frame["source"].notna().all()
    assert frame["confidence"].notna().all()


def test_gain_worked_by_hand():
    works = TABLES.works
    cut = int(np.flatnonzero(works.technique == "selective_tending")[0])
    ahead = GrowthAhead(np.array([1000.0]), {2026: np.array([1.1]), 2046: np.array([1.5])}, np.array([2.0]))
    kept, factor, planted = 1 - works.felled_share[cut], works.growth_factor[cut], works.planted_tco2e_ha_yr[cut]
    wanted = 1000 * (1.1 * kept + 0.4 * kept * factor) - 1500 + planted * 2.0 * 20
    assert ahead.gain(works, cut, 2026, 2046, np.array([0]))[0] == pytest.approx(wanted)
    assert np.isnan(GrowthAhead(np.array([np.nan]), ahead.ratio, np.array([2.0])).gain(works, cut, 2026, 2046, [0])[0])


def test_bare_land_gains_what_is_planted_though_its_stock_is_unknown():
    works = TABLES.works
    plant = int(np.flatnonzero(works.technique == "planting")[0])
    ahead = GrowthAhead(np.array([np.nan]), {2026: np.array([np.nan]), 2046: np.array([np.nan])}, np.array([2.0]))
    assert ahead.gain(works, plant, 2026, 2046, np.array([0]))[0] == pytest.approx(7.5 * 2 * 20)


def test_unknown_disturbance_is_not_zero():
    facts = pd.DataFrame({"disturbance": ["none", None, "disease", "disease"], "disturbance_grade": [0, 1, 2, np.nan],
                          "damage_share": [np.nan, np.nan, np.nan, 0.5], "area_ha": 10.0})  # fmt: skip
    found = infested_ha(facts, TABLES.rules)
    assert found[0] == 0
    assert np.isnan(found[1])
    assert found[2] == pytest.approx(1.75)
    assert found[3] == 5.0


def accepted(polygons, matrix=None):
    frame = pd.DataFrame(
        [{"措施": m, "验收日期": d, "成活率": s, "保存率": None, "照片": "a.jpg"} for _, m, d, s in polygons]
    )
    shapes = np.array([shape for shape, *_ in polygons], dtype=object)
    return accepted_of(frame, shapes, TABLES.works, TABLES.rules, dt.date(2026, 12, 31))


def test_no_hectare_is_done_twice():
    stands = shapely.box([0, 100, 50], [0, 0, 0], [100, 200, 60], [100, 100, 100])  # the third lies over the first
    area = np.array([1.0, 1.0, 0.1])
    found = accepted(
        [
            (shapely.box(0, 0, 100, 50), "tending", "2026-03-01", None),
            (shapely.box(0, 25, 100, 75), "tending", "2026-04-01", None),
            (shapely.box(0, 0, 200, 100), "pine_transform", "2026-05-01", 95),
        ]
    )
    done = done_ground(found, stands, area, CountingMatrix(frozenset()), (2026, 2026))
    assert done.done_ha("tending").tolist() == pytest.approx([0.75, 0, 0])
    assert done.done_ha("pine_transform").tolist() == pytest.approx([0.25, 1.0, 0])
    together = CountingMatrix(frozenset({("tending", "pine_transform")}))
    done = done_ground(found, stands, area, together, (2026, 2026))
    assert done.done_ha("pine_transform").tolist() == pytest.approx([1.0, 1.0, 0])
    assert not done_ground(found, stands, area, together, (2027, 2030)).own


def test_only_what_was_accepted_properly_counts():
    box = shapely.box(0, 0, 10, 10)
    rows = [
        (box, "pine_transform", "2026-03-01", 0.5),
        (box, "pine_transform", "2026-03-01", None),
        (box, "pine_transform", None, 0.9),
        (box, "wish", "2026-03-01", 0.9),
        (None, "tending", "2026-03-01", 1),
    ]
    found = accepted(rows)
    assert len(found.measure) == 0
    assert found.refused == {
        "no_outline": 1,
        "measure_unknown": 1,
        "no_date": 1,
        "survival_unknown": 1,
        "survival_low": 1,
    }


def test_a_plan_meets_no_target():
    target = Target("tending", "350428", 2026, 2030, 10.0, "ha", "at_least", "made")
    units = {"350428": np.array([True, True])}
    free = {"tending": np.array([6.0, 8.0])}
    rows = pd.DataFrame({"stand_key": ["a", "b"], "year": 2026, "measure": "tending", "counts_for": "tending",
                         "area_ha": [6.0, 8.0]})  # fmt: skip
    plan = PlannedGround.of(rows, pd.Index(["a", "b"]), free, TABLES.matrix)
    row = target_progress([target], units, lambda _: "county", free, lambda *_: np.zeros(2), plan).iloc[0]
    assert (row["met"], row["missing_ha"], row["available_ha"], row["planned_mu"]) == ("no", 0.0, 0.0, 210.0)
    row = target_progress([target], units, lambda _: "county", free, None).iloc[0]
    assert row["met"] == "unknown"
    assert np.isnan(row["done_ha"])
    assert np.isnan(row["missing_ha"])  # what is missing is what nobody did


def test_a_swap_costs_what_solving_again_says():
    problem, *_ = SmallPlan(7).problem()
    choice = solve(problem, EXACT)
    for stand in range(problem.stands):
        other = swapped(problem, choice, stand)
        answer = None if other is None else solve(other, EXACT)
        if answer is not None:
            assert answer.value <= choice.value + 1e-6
            assert (answer.option[stand] >= 0) != (choice.option[stand] >= 0)


def test_parcels_that_both_plans_treat_alike_have_no_part_in_the_interval():
    names = {"county": "350428", "township": "1", "area_ha": 1.0, "measure": "tending", "technique": "thinning",
             "cost_yuan": 1.0}  # fmt: skip
    first = pd.DataFrame(
        [names | {"stand_key": k, "year": 2026, "carbon_gain_tco2e": g} for k, g in (("a", 9.0), ("b", 4))]
    )
    second = pd.DataFrame(
        [names | {"stand_key": k, "year": 2026, "carbon_gain_tco2e": g} for k, g in (("a", 9.0), ("c", 10))]
    )
    assert differences(first, second)["stand_key"].tolist() == ["b", "c"]
    assert error_of_difference(first, second, TABLES.works) == pytest.approx(0.5)  # 50 % of 10 - 4, shared error
    assert error_of_difference(first, first, TABLES.works) == 0.0


def limits_of(targets, done=0.0, beyond=None, plan=None):
    plan = plan or SmallPlan(3)
    counted = Counted.of(Options(plan.table, plan.fits), plan.works, CountingMatrix(frozenset()))
    found = LimitRows(len(plan.table))
    add_targets(found, counted, targets, lambda _: done, plan.units(), beyond or Beyond(0.1), plan.locked_in & False)
    return found.table().set_index("kind"), plan


@pytest.mark.parametrize(("amount", "done"), [(0.0, 0.0), (5.0, 5.0), (5.0, 9.0)])
def test_a_target_that_is_met_asks_for_nothing_more(amount, done):
    target = Target("tending", "350400", 2026, 2028, amount, "ha", "at_least", "made")
    found, _ = limits_of([target], done)
    assert found.index.tolist() == ["beyond"]
    assert found.loc["beyond", "high"] == 0.0
    found, _ = limits_of([target], done, Beyond(1.0, 1.0))
    assert found.loc["beyond", "high"] == pytest.approx(max(2 * amount - done, 0.0))


@pytest.mark.parametrize("first", ["350400", "350428"])
def test_a_county_may_hold_what_its_municipality_needs_where_no_other_has_candidates(first):
    amounts = {"350400": 12.0, "350428": 3.0}
    plan = SmallPlan(3)
    plan.table = plan.table[plan.units()["350428"][plan.table["stand"]]].reset_index(drop=True)
    units = [first, *(amounts.keys() - {first})]
    targets = [Target("tending", unit, 2026, 2028, amounts[unit], "ha", "at_least", "made") for unit in units]
    found, _ = limits_of(targets, plan=plan)
    beyond = found.loc["beyond"].set_index("area_unit")["high"]
    assert beyond["350428"] == beyond["350400"] >= 12.0


def test_work_that_its_own_target_asks_for_may_go_beyond_another_that_it_counts_for():
    """All pine stands are infested: transforming them counts for pest control too, of which little is wanted."""
    table = pd.DataFrame({"stand": range(4), "work": [0, 0, 2, 2], "year": 2026, "area_ha": 5.0})
    all_four, limits = np.ones(4, bool), LimitRows(4)
    counted = Counted(table, works(), MATRIX, {"pine_transform": all_four, "pest_control": all_four})
    targets = [Target("pine_transform", "350428", 2026, 2026, 10.0, "ha", "at_least", ""),
               Target("pest_control", "350428", 2026, 2026, 2.0, "ha", "at_least", "")]  # fmt: skip
    add_targets(limits, counted, targets, lambda _: 0.0, {"350428": all_four}, Beyond(0.1), ~all_four)
    found = limits.table().assign(used=limits.matrix() @ np.array([1.0, 1.0, 0.0, 0.0]))
    assert found["used"].between(found["low"], found["high"]).all()
    pest = found[found["measure"] == "pest_control"].set_index("kind")["used"]
    assert (pest["target"], pest["beyond"]) == (10.0, 0.0)
    assert (limits.matrix() @ np.array([1.0, 1.0, 1.0, 1.0]) > found["high"]).any()


def test_a_target_that_runs_beyond_the_plan_years_is_a_limit_but_not_met():
    target = Target("tending", "350400", 2026, 2030, 5.0, "ha", "at_least", "made")
    found, _ = limits_of([target], beyond=Beyond(0.1, 0.0, 2028))
    assert found.index.tolist() == ["later"]
    assert np.isneginf(found.loc["later", "low"])
    assert 5.0 < found.loc["later", "high"] < 20.0
    constraints = found.reset_index().assign(used=5.2)
    assert targets_met(constraints) == (0, 1)


LEDGER = "kind,id,area_unit,date,tonnes,status\n"


def ledger(tmp_path, *lines):
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER + "\n".join(lines) + "\n", encoding="utf-8")
    return read_ledger(path, TABLES.units)


def told(found, name, unit="350428", years=(2021, 2025), units=("350400", "350428", "350428100", "350428101")):
    target = Target(name, "350400", *years, 1.0, "t", "at_least", "made")
    facts = pd.DataFrame({"area_ha": [1.0], "volume_m3_ha": [1.0], "land_class": ["arbor"], "survey_date": [None]})
    stands = {code: np.array([True]) for code in units}
    seen = indicators(facts, TABLES.indicators, [target], stands, TABLES.units, found, 0.7)
    row = seen[(seen["indicator"] == name) & (seen["area_unit"] == unit)].iloc[0]
    return row["value"] * (1e4 if row["unit"].startswith("万") else 1)


def test_a_ledger_is_read_in_the_words_of_the_office_and_the_years_of_the_target(tmp_path):
    found = ledger(
        tmp_path,
        "ticket,T1,350428,2024-03-01,1000,已成交",
        "ticket,T2,350428,2024年4月1日,200,已注销",
        "ticket,T3,350428,2024/5/1,40,已制发",
        "ticket,T4,350428,2030-03-01,300,已交易",
        "ticket,T5,350428,2023-01-01,7,作废",
        "ticket,T6,350428,2023-01-01,80,有效",
        "ticket,T6,350428,2024-01-01,80,注销",
        "ticket,T7,350428,2024-06-01,5000,planned",
        "project,P1,350428,2023-01-01,,驳回",
        "project,P2,350428,2023-01-01,,planned",
        "project,P3,350428,2035-01-01,,planned",
    )
    assert told(found, "tickets") == pytest.approx(1040)
    assert told(found, "traded") == pytest.approx(1000)
    assert told(found, "traded", years=(2026, 2030)) == pytest.approx(300)
    assert told(found, "projects_planned") == 1
    assert told(ledger(tmp_path), "tickets") == 0


def test_a_sale_entered_as_ticket_and_as_trade_is_one_sale(tmp_path):
    found = ledger(
        tmp_path,
        "ticket,T1,350428,2022-01-01,10000,issued",
        "ticket,T1,350428,2023-01-01,10000,sold",
        "trade,T1,350428,2023-01-01,10000,sold",
        "trade,T2,350428,2023-02-01,500,sold",
        "project_credit,C1,350428,2023-02-01,30,sold",
    )
    assert told(found, "traded") == pytest.approx(10_530)
    assert told(found, "tickets") == pytest.approx(10_000)


def test_what_the_ledger_says_of_a_county_alone_is_unknown_for_its_townships(tmp_path):
    lines = ["ticket,T1,350428,2024-03-01,10,sold", "project,P1,350400,2024-03-01,,planned"]
    found = ledger(tmp_path, *lines)
    assert told(found, "tickets") == told(found, "tickets", "350400") == pytest.approx(10)
    assert np.isnan(told(found, "tickets", "350428100"))
    assert np.isnan(told(found, "traded", "350428100"))
    assert np.isnan(told(found, "projects_planned"))  # of the municipality, nobody knows of which county
    assert told(found, "projects_planned", "350400") == 1
    both = ledger(tmp_path, *lines, "ticket,T2,350428100,2024-03-01,5,issued")
    assert np.isnan(told(both, "tickets", "350428100"))  # at least 5, but nobody knows how much more
    assert told(both, "tickets") == pytest.approx(15)
    void = ledger(tmp_path, "ticket,T1,350428,2024-03-01,10,cancelled", "ticket,T2,350428100,2024-03-01,5,issued")
    assert told(void, "tickets", "350428100") == pytest.approx(5)
    assert told(void, "tickets", "350428101") == 0


def test_a_township_has_its_own_tickets_alone(tmp_path):
    found = ledger(tmp_path, "ticket,A,350428100,2024-03-01,10,sold", "ticket,B,350428101,2024-03-01,5,sold")
    wanted = {"350428100": 10, "350428101": 5, "350428": 15, "350400": 15}
    assert {unit: round(told(found, "tickets", unit)) for unit in wanted} == wanted


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("ticket,T1,350428,2024-03-01,1,perhaps", "T1.status"),
        ("ticket,T1,350428,2024-03-01,1,", "T1.status"),
        ("ticket,T1,350428,bad,1,sold", "T1.date"),
        ("ticket,T1,350428,2024-02-31,1,sold", "T1.date"),
        ("ticket,T1,350428,,1,sold", "T1.date"),
        ("ticket,T1,Jiangle,2024-03-01,1,sold", "T1.area_unit"),
        ("ticket,T1,,2024-03-01,1,sold", "T1.area_unit"),
        (",T1,350428,2024-03-01,1,sold", "T1.kind"),
    ],
)
def test_what_a_ledger_cannot_say_is_refused_with_its_row(tmp_path, line, named):
    with pytest.raises(InputError, match="PARAMETERS_INVALID") as refused:
        ledger(tmp_path, "project,P1,350428,2023-01-01,,planned", line)
    assert named in str(refused.value.values["problems"])
    assert "row 2" in str(refused.value.values["problems"])


def test_what_is_done_and_what_is_planned_are_distinct_ground():
    facts = pd.DataFrame({"measures": ["tending"] * 3, "area_ha": [10.0, 10.0, 10.0], "volume_m3_ha": 100.0})
    ahead = GrowthAhead(np.full(3, 1000.0), {2026: np.full(3, 1.1), 2046: np.full(3, 1.5)}, facts["area_ha"].to_numpy())
    stands = shapely.box([0, 100, 200], 0, [100, 200, 300], 100)
    found = accepted(
        [
            (shapely.box(100, 0, 130, 100), "tending", "2026-01-01", None),  # 3 of 10 ha
            (shapely.box(200, 0, 210, 100), "tending", "2026-01-01", None),
            (shapely.box(210, 0, 220, 100), "pine_transform", "2026-01-02", 0.9),
            (shapely.box(0, 0, 300, 90), "closure", "2026-01-03", None),
        ]
    )
    matrix = CountingMatrix(frozenset({("tending", "closure")}))
    ground = done_ground(found, stands, facts["area_ha"].to_numpy(), matrix, (2026, 2026))
    taken = {"tending": ground.taken_ha("tending")}
    terms = PlanTerms((2026,), 2046, Weights())
    found = options_of(facts, TABLES.works, terms, ahead, np.zeros(3), ["tending"], taken).table
    assert found["area_ha"].tolist() == [10.0, 7.0, 8.0]
    for name in ("cost_yuan", "felled_m3", "carbon_gain_tco2e", "value"):
        assert found[name].to_numpy() / found[name].iloc[0] == pytest.approx([1.0, 0.7, 0.8])
