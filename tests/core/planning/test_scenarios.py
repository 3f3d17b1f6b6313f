"""Scenarios: stock of coming years worked by hand for one stand, and what two plans must have in common."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.plan_tables import load_planning_tables
from sanming_carbon_plugin.core.planning.gains import GrowthAhead
from sanming_carbon_plugin.core.planning.limits import Counted
from sanming_carbon_plugin.core.planning.plan_tables import carbon_frame
from sanming_carbon_plugin.core.planning.scenario_basis import basis_of, unlike
from sanming_carbon_plugin.core.planning.scenarios import carbon_difference, differences, error_of_difference

TABLES = load_planning_tables()
WORKS = TABLES.works
SELECTIVE = int(np.flatnonzero(WORKS.technique == "selective_tending")[0])
THINNING = int(np.flatnonzero(WORKS.technique == "thinning")[0])
YEARS = (2030, 2060)


def stock_ahead(options, stock=(1000.0,), area=(2.0,), county=("350428",)):
    """Table ``plan_carbon`` of a plan of stands that grow by 1.1 until 2026, 1.2 until 2030, 1.8 until 2060."""
    count = len(stock)
    facts = pd.DataFrame({"county": list(county), "area_ha": area})
    ratio = {2026: np.full(count, 1.1), 2030: np.full(count, 1.2), 2060: np.full(count, 1.8)}
    ahead = GrowthAhead(np.array(stock, dtype=float), ratio, np.array(area, dtype=float))
    table = pd.DataFrame(options, columns=["stand", "work", "year", "area_ha"])
    chosen = np.full(count, -1, dtype=np.int64)
    chosen[table["stand"]] = table.index
    counted = Counted(table, WORKS, TABLES.matrix, {})
    return carbon_frame(facts, counted, chosen, ahead, YEARS, "A", np.ones(len(facts))).set_index(["area_unit", "year"])


def test_the_figures_of_the_works_that_the_hand_counts_with():
    assert (WORKS.felled_share[SELECTIVE], WORKS.growth_factor[SELECTIVE]) == (0.30, 1.15)
    assert (WORKS.planted_tco2e_ha_yr[SELECTIVE], WORKS.gain_error_share[SELECTIVE]) == (2.0, 0.50)
    assert (WORKS.felled_share[THINNING], WORKS.growth_factor[THINNING]) == (0.20, 1.10)
    assert (WORKS.planted_tco2e_ha_yr[THINNING], WORKS.gain_error_share[THINNING]) == (0.0, 0.50)


def test_stock_to_2030_and_2060_of_one_stand_with_its_interval():
    found = stock_ahead([(0, SELECTIVE, 2026, 2.0)]).loc["all"]
    # 1 000 t grow to 1 200 and 1 800 untouched. Worked in 2026: 1 100 × 0.7 = 770 t stay; what they grow by later,
    # 0.7 × 100 and 0.7 × 700 t, is 1.15 times that; planted trees add 2 t a hectare and year on 2 ha.
    worked = {2030: 770 + 0.7 * 100 * 1.15 + 2 * 2 * 4, 2060: 770 + 0.7 * 700 * 1.15 + 2 * 2 * 34}
    for year, without in ((2030, 1200.0), (2060, 1800.0)):
        row = found.loc[year]
        gain = worked[year] - without
        assert row["stock_without_tco2e"] == pytest.approx(without)
        assert row["stock_with_tco2e"] == pytest.approx(worked[year])
        assert row["gain_tco2e"] == pytest.approx(gain)
        assert row["gain_low_tco2e"] == pytest.approx(gain - 0.5 * abs(gain))
        assert row["gain_high_tco2e"] == pytest.approx(gain + 0.5 * abs(gain))
    assert found["gain_tco2e"].tolist() == pytest.approx([-333.5, -330.5])


def test_part_of_a_stand_gains_its_part():
    whole, half = (stock_ahead([(0, SELECTIVE, 2026, area)]).loc["all", "gain_tco2e"] for area in (2.0, 1.0))
    assert half.to_numpy() == pytest.approx(whole.to_numpy() / 2)


def test_one_kind_of_work_shares_its_error_and_two_kinds_do_not():
    both = {"stock": (1000.0, 1000.0), "area": (2.0, 2.0), "county": ("350428", "350426")}
    same = stock_ahead([(0, THINNING, 2026, 2.0), (1, THINNING, 2026, 2.0)], **both)
    gain = 1000 * (1.1 * 0.8 + 0.7 * 0.8 * 1.1 - 1.8)  # -304 t each
    assert gain == pytest.approx(-304)
    row = same.loc[("all", 2060)]
    assert row["gain_high_tco2e"] - row["gain_tco2e"] == pytest.approx(0.5 * 608)
    assert same.loc[("350428", 2060), "gain_tco2e"] == pytest.approx(-304)
    mixed = stock_ahead([(0, THINNING, 2026, 2.0), (1, SELECTIVE, 2026, 2.0)], **both).loc[("all", 2060)]
    assert mixed["gain_tco2e"] == pytest.approx(-304 - 330.5)
    assert mixed["gain_high_tco2e"] - mixed["gain_tco2e"] == pytest.approx(0.5 * np.hypot(304, 330.5))


def test_two_scenarios_beside_each_other_by_hand():
    first = stock_ahead([(0, SELECTIVE, 2026, 2.0)]).reset_index()
    second = stock_ahead([(0, THINNING, 2026, 2.0)]).reset_index()
    found = carbon_difference(first, second, 0.4).set_index(["area_unit", "year"]).loc[("all", 2060)]
    assert found["gain_first_tco2e"] == pytest.approx(-330.5)
    assert found["gain_second_tco2e"] == pytest.approx(-304)
    assert found["difference_tco2e"] == pytest.approx(26.5)
    assert (found["difference_low_tco2e"], found["difference_high_tco2e"]) == pytest.approx((15.9, 37.1))


def parcels(*rows):
    """A layer ``plan`` of some parcels: stand, measure, technique, area and gain."""
    frame = pd.DataFrame(rows, columns=["stand_key", "measure", "technique", "area_ha", "carbon_gain_tco2e"])
    return frame.assign(county="350428", township="100", year=2026, cost_yuan=frame["area_ha"] * 1000)


def test_the_same_work_on_less_ground_is_a_difference_with_an_interval():
    first = parcels(("A", "tending", "thinning", 3.0, -30.0), ("B", "tending", "thinning", 2.0, -20.0))
    second = parcels(("A", "tending", "thinning", 2.0, -20.0), ("B", "tending", "thinning", 2.0, -20.0))
    assert differences(first, second)["stand_key"].tolist() == ["A"]
    assert error_of_difference(first, second, WORKS) == pytest.approx(0.5)


def test_two_measures_with_a_technique_of_one_name_have_errors_of_their_own():
    works = replace(WORKS, technique=np.array(["cut"] * len(WORKS), dtype=object),
                    gain_error_share=np.where(WORKS.measure == "tending", 0.1, 0.9))  # fmt: skip
    plan = parcels(("A", "tending", "cut", 1.0, 100.0))
    assert error_of_difference(plan.head(0), plan, works) == pytest.approx(0.1)


def record(**changes):
    """The parts of ``plan_run`` that tell what a plan is built on."""
    said = {"result": "aa" * 8, "stands": "bb" * 8, "rules": "cc" * 8, "parameters": "dd" * 8, "works": "ee" * 8,
            "counting": "ff" * 8, "horizon": 2046} | changes  # fmt: skip
    inputs = {"result": {"sha256": said["result"], "inputs": {"stands": {"sha256": said["stands"]},
                                                             "rasters": {"dem": {"sha256": "12" * 8}}}}}  # fmt: skip
    rules = {
        "result": {"rules": [{"id": "r", "sha256": said["rules"]}], "parameters": {"sha256": said["parameters"]}},
        "planning": {"works": {"sha256": said["works"]}, "counting": {"sha256": said["counting"]}},
    }
    return basis_of(inputs, rules, {"horizon": said["horizon"]})


def test_plans_of_one_basis_are_alike():
    assert unlike(record(), record()) == []
    # A result that was made again from the same is the same.
    assert unlike(record(), record(result="99" * 8)) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"stands": "77" * 8, "result": "99" * 8}, "stands"),
        ({"rules": "77" * 8, "result": "99" * 8}, "rules"),
        ({"parameters": "77" * 8, "result": "99" * 8}, "parameters"),
        ({"works": "77" * 8}, "works"),
        ({"counting": "77" * 8}, "counting"),
        ({"horizon": 2050}, "horizon"),
    ],
)
def test_plans_of_another_basis_are_told_by_hash(changes, name):
    ((found, one, other),) = unlike(record(), record(**changes))
    assert found == name
    assert one != other
    assert len(one) in (4, 8)


def test_an_older_plan_tells_the_result_alone():
    old = basis_of({"result": {"sha256": "aa" * 8}}, {}, {"horizon": 2046})
    assert unlike(old, old) == []
    assert [name for name, *_ in unlike(old, {**old, "result": "bb"})] == ["result"]
