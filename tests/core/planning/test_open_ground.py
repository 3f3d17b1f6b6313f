"""Openings that are on the ground already count beside new ones: worked by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_matrix

from sanming_carbon_plugin.adapters.jobs.plan_ground import ground_counts
from sanming_carbon_plugin.adapters.plan_tables import load_planning_tables
from sanming_carbon_plugin.core.planning.assembly import adjoining, block_rule
from sanming_carbon_plugin.core.planning.gains import GrowthAhead
from sanming_carbon_plugin.core.planning.open_ground import OpenGround, clear_cuts_of, ground_beside, ground_once
from sanming_carbon_plugin.core.planning.options import Options, PlanTerms, Weights, options_of
from sanming_carbon_plugin.core.planning.problem import ALWAYS_OPEN, ChoiceProblem
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve

WORKS = load_planning_tables().works
CUT = int(np.flatnonzero(WORKS.clear_cut)[0])
STANDS = shapely.box([0, 100, 200], 0, [100, 200, 300], 600)  # 6 ha each, in a row
AREA, YEARS = np.full(3, 6.0), (2026, 2027, 2028)


def in_m2(geometry):
    return shapely.area(geometry)


def best_cuts(ground, limit=10.0, green_up=3):
    """Stand and year of the clear-cuts of the best plan of three stands in a row."""
    table = pd.DataFrame([(s, CUT, y) for s in range(3) for y in YEARS], columns=["stand", "work", "year"])
    facts = pd.DataFrame({"area_ha": AREA, "clear_cut_limit_ha_low": limit})
    near = ground.near(YEARS[0], YEARS[-1], green_up)
    places = np.arange(3 + len(near))
    pairs = adjoining(np.append(STANDS, near.geometry), places, 2.0)
    beside = ground_beside(near, STANDS, AREA, np.full(3, limit), in_m2)
    rule = block_rule(facts, Options(table, {}), WORKS, pairs, green_up, beside)
    value = 10.0 - (table["year"] - 2026).to_numpy(dtype=float)
    nothing = csr_matrix((0, len(table))), np.zeros(0), np.zeros(0)
    problem = ChoiceProblem(table["stand"].to_numpy(), value, *nothing, 3, np.zeros(3, bool), rule)
    choice = solve(problem, SolverLimits(0.0, 10_000))
    taken = choice.option[choice.option >= 0]
    return [(int(s), int(y)) for s, y in table.loc[taken, ["stand", "year"]].to_numpy()]


def ground(*pieces):
    shapes = np.empty(len(pieces), dtype=object)
    shapes[:] = [shape for shape, _ in pieces]
    return ground_once(shapes, np.array([year for _, year in pieces], dtype=np.int64), np.zeros(len(pieces), bool))


def test_a_cut_beside_open_ground_waits_until_that_is_closed():
    assert best_cuts(OpenGround.none()) == [(0, 2026), (2, 2026)]  # two in a row would be 12 ha
    beside = shapely.box(-100, 0, 0, 500)  # 5 ha beside the first stand: 11 ha together
    assert best_cuts(ground((beside, 2024))) == [(0, 2027), (2, 2026)]
    assert best_cuts(ground((beside, 2025))) == [(0, 2028), (2, 2026)]
    assert best_cuts(ground((beside, 2022))) == [(0, 2026), (2, 2026)]
    for year in (2026, ALWAYS_OPEN):
        assert best_cuts(ground((beside, year))) in ([(1, 2026)], [(2, 2026)])
    assert best_cuts(ground((beside, 2025)), green_up=1) == [(0, 2026), (1, 2027), (2, 2026)]


def test_clear_cuts_of_unknown_date_are_never_closed_and_closed_ones_are_told():
    beside = shapely.box(-100, 0, 0, 500)
    pieces = [(shapely.box(x, 1000, x + 50, 1050), year) for x, year in ((0, 2019), (100, 2023), (200, 2024))]
    every = ground((beside, ALWAYS_OPEN), *pieces)
    near = every.near(2026, 2028, 3)
    assert (len(near), near.undated, near.closed) == (2, 1, 2)  # three years from 2024 on are open until 2026
    assert ground_counts(near) == {"openings_undated": 1, "openings_closed": 2}
    assert (0, 2026) not in best_cuts(near)
    assert (0, 2026) in best_cuts(ground((beside, 2023)))
    assert ground_counts(OpenGround.none().near(2026, 2028, 3)) == {}
    later = ground((beside, 2031)).near(2026, 2028, 3)  # by a plan that follows, when this one's are closed
    assert (len(later), later.closed) == (0, 0)


def test_open_ground_is_large_through_other_open_ground_but_not_across_a_gap():
    chain = (shapely.box(-100, 0, 0, 200), 2025), (shapely.box(-300, 0, -100, 200), 2025)  # 2 and 4 ha
    assert best_cuts(ground(*chain)) == [(0, 2028), (2, 2026)]
    assert best_cuts(ground(chain[0])) == [(0, 2026), (2, 2026)]
    apart = (shapely.box(-300, 0, -110, 200), 2025)
    assert best_cuts(ground(chain[0], apart)) == [(0, 2026), (2, 2026)]
    sliver = (shapely.box(-301, 0, -101, 200), 2025)  # outlines drawn twice leave a metre
    assert best_cuts(ground(chain[0], sliver)) == [(0, 2028), (2, 2026)]


def test_ground_that_is_too_large_already_hinders_its_neighbours_alone():
    huge = shapely.box(-500, 0, 0, 600)  # 30 ha, beyond any limit
    assert best_cuts(ground((huge, 2025))) == [(0, 2028), (2, 2026)]


def test_the_rest_of_a_stand_makes_one_opening_with_what_is_cut_of_it():
    half = shapely.box(100, 0, 200, 300)  # 3 of the second stand's 6 ha
    beside = ground_beside(ground((half, 2025)), STANDS, AREA, np.array([10.0, 4.0, 10.0]), in_m2)
    assert beside.covered_ha.tolist() == pytest.approx([0, 3, 0])
    assert beside.uncounted_ha.tolist() == pytest.approx([0, 3, 0])
    assert beside.limit_ha.tolist() == [4.0]
    assert beside.area_ha.tolist() == pytest.approx([3.0])
    assert best_cuts(ground((half, 2025)), limit=8.0)[0] == (0, 2028)  # 3 + 6 ha, one opening with the first stand


def test_ground_counts_once():
    found = ground_once(shapely.box([0, 50], 0, [100, 150], 100), np.array([2024, 2025]), np.array([False, False]))
    assert dict(zip(found.year.tolist(), shapely.area(found.geometry).tolist(), strict=True)) == {2025: 1e4, 2024: 5e3}
    found = ground_once(shapely.box([0, 50], 0, [100, 150], 100), np.array([2024, 2025]), np.array([True, False]))
    assert dict(zip(found.year.tolist(), shapely.area(found.geometry).tolist(), strict=True)) == {2024: 1e4, 2025: 5e3}


def test_what_is_a_clear_cut():
    rows = [
        ({"措施": "pine_transform", "作业方式": "clear_cut", "验收日期": "2025/3/1"}, 0, (True, 2025)),
        ({"措施": "pine_transform", "作业方式": "小面积皆伐"}, 0, (True, ALWAYS_OPEN)),
        ({"措施": "pine_transform", "作业方式": "strip_cut", "验收日期": "2025-03-01"}, 0, (False, 2025)),
        ({"措施": "pine_transform"}, 0, (True, ALWAYS_OPEN)),  # the stand's technique is not known
        ({"措施": "pine_transform"}, 1, (False, ALWAYS_OPEN)),  # it is strip cutting
        ({"措施": "pine_transform"}, 2, (True, ALWAYS_OPEN)),  # it is clear-cutting
        ({"措施": "tending"}, 0, (False, ALWAYS_OPEN)),
        ({"年度": "2024"}, 1, (True, 2024)),
        ({"作业方式": "something new"}, 1, (True, ALWAYS_OPEN)),
    ]
    technique = np.array([None, "strip_cut", "clear_cut"], dtype=object)
    for attributes, stand, wanted in rows:
        shape = shapely.buffer(shapely.centroid(STANDS[[stand]]), 10)
        is_cut, year = clear_cuts_of(pd.DataFrame([attributes]), shape, WORKS, STANDS, technique)
        assert (bool(is_cut[0]), int(year[0])) == wanted, attributes


def test_nothing_is_felled_where_the_ground_is_open():
    facts = pd.DataFrame({"measures": ["tending;closure"] * 3, "area_ha": AREA, "volume_m3_ha": 100.0})
    ahead = GrowthAhead(np.full(3, 1000.0), {2026: np.full(3, 1.1), 2046: np.full(3, 1.5)}, AREA)
    terms = PlanTerms((2026,), 2046, Weights())
    opened = np.array([0.0, 2.0, 4.0])
    found = options_of(facts, WORKS, terms, ahead, np.zeros(3), ["tending", "closure"], opened_ha=opened)
    felling = WORKS.felled_share[found.table["work"]] > 0
    assert found.table["area_ha"][felling].tolist() == [6.0, 4.0]
    assert found.table["area_ha"][~felling].tolist() == [6.0, 6.0, 6.0]  # closing opens nothing
    assert found.refused["open_already"].tolist() == [False, False, True]
