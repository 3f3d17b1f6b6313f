"""Stands that lie on each other: found whatever their form, and the one left out is told why."""

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_matrix

from sanming_carbon_plugin.adapters.plan_words import reason_text
from sanming_carbon_plugin.core.planning.overlapping import without_ground_twice
from sanming_carbon_plugin.core.planning.problem import ChoiceProblem
from sanming_carbon_plugin.core.planning.reasons import reasons
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve
from sanming_carbon_plugin.core.stands.checks.neighbours import overlapping_pairs
from sanming_carbon_plugin.core.stands.checks.shapes import narrow_pieces

from .test_planned_ground import RULES, STANDS, array, options


def test_the_later_of_two_stands_on_the_same_ground_is_told_why_it_is_left_out():
    outlines = array(STANDS[0], shapely.box(90, 0, 200, 100), shapely.box(199, 0, 300, 100))
    facts = pd.DataFrame({"area_ha": shapely.area(outlines) / 1e4}, index=["A", "B", "C"])
    free = without_ground_twice(options(3), outlines, facts, np.zeros(3, bool), RULES)
    problem = ChoiceProblem(
        free.table["stand"].to_numpy(), np.ones(len(free.table)), csr_matrix((0, len(free.table))), np.zeros(0),
        np.zeros(0), 3, np.zeros(3, bool),
    )  # fmt: skip
    why = reasons(problem, solve(problem, SolverLimits()), free)
    assert why["reason"].tolist() == ["chosen_for_value", "ground_of_other", "chosen_for_value"]
    assert reason_text("ground_of_other", "zh").startswith("与另一可规划小班重叠")
    assert reason_text("ground_of_other", "en").startswith("Lies on ground of another stand")


@pytest.mark.parametrize("lonlat", [False, True])
def test_ground_twice_is_found_whatever_its_form(lonlat):
    """Strips, corners, stars and rings that reach into a neighbour, held against cutting every pair."""
    rng = np.random.default_rng(3)
    shapes = []
    for at in range(60):
        x, y = at % 8 * 70.0, at // 8 * 70.0
        turn = np.sort(rng.uniform(0, 2 * np.pi, 9))
        reach = rng.uniform(20, 55, 9)
        shape = shapely.Polygon(np.c_[x + reach * np.cos(turn), y + reach * np.sin(turn)]).buffer(0)
        if at % 3 == 0:
            shape = shape.difference(shape.buffer(-rng.uniform(1, 6)))
        shapes.append(shape)
    outlines = array(*shapes)
    area = shapely.area(outlines) / 1e4
    if lonlat:
        outlines = shapely.transform(outlines, lambda p: np.c_[117 + p[:, 0] / 99_700, 26.3 + p[:, 1] / 110_800])
    facts = pd.DataFrame({"area_ha": area})
    scale = area * 1e4 / shapely.area(outlines)
    first, second, piece = overlapping_pairs(outlines)
    wide = ~narrow_pieces(piece, 0.5 * (scale[first] + scale[second]), 2.0)
    assert wide.sum() > 20
    assert (~wide).sum() > 5
    stays, gone = [], set()
    for one in range(len(outlines)):
        if {a for a, b in zip(first[wide], second[wide], strict=True) if b == one} & set(stays):
            gone.add(one)
        else:
            stays.append(one)
    free = without_ground_twice(options(len(outlines)), outlines, facts, np.zeros(len(outlines), bool), RULES)
    assert free.table["stand"].tolist() == stays
    assert set(np.flatnonzero(free.refused["ground_of_other"])) == gone
