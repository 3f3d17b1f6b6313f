"""Errors drawn at random against the calculated ones, each component by itself: none may be forgotten in either way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.core.carbon.error_amounts import ErrorPieces, no_amounts
from sanming_carbon_plugin.core.carbon.growth_rates import GrowthRates
from sanming_carbon_plugin.core.carbon.simulation import simulate
from sanming_carbon_plugin.core.carbon.sink import SinkOptions, sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.carbon.uncertainty import component_variances, total_interval

DRAWS = 8_000
COMPONENTS = {"boundary": "boundary", "recode": "recode", "growth": "growth_model"}
NO_PIECES = ErrorPieces(
    *(np.empty(0, dtype=np.int64 if name.startswith(("stand", "id", "row")) else float)
      for name in ErrorPieces.__dataclass_fields__)
)  # fmt: skip


@pytest.fixture(scope="module")
def everything(make_facts, parameters, errors, five_years):
    """Two stands across one old line, three of a new code (two of them from the same one), two moved by one rate."""
    rates = GrowthRates.from_rows(pd.DataFrame([{"group": "*", "percent_yr": "5", "source": "x"}]))
    then_shapes = np.array([shapely.box(0, 0, 200, 500), shapely.box(200, 0, 400, 500), *row(3)], dtype=object)
    then = make_facts(["e0", "e1", "k0", "k1", "k2"], species_code=["220", "220", "220", "220", "310"],
                      volume_m3_ha=[60.0, 160.0, 90.0, 110.0, 100.0])  # fmt: skip
    now_shapes = np.array([shapely.box(0, 0, 400, 250), shapely.box(0, 250, 400, 500), *row(5)], dtype=object)
    now = make_facts(["n0", "n1", "k0", "k1", "k2", "m0", "m1"], volume_m3_ha=[130.0, 140.0, 120.0, 150.0, 130.0, 200.0,
                     300.0], species_code=["220", "220", "630", "630", "490", "310", "220"], age_yr=20.0)  # fmt: skip
    earlier, leaning = EarlierInventory(then, then_shapes), {**errors.correlation, "recode": 0.4}
    errors = replace(errors, correlation=leaning)
    found = sink(now, now_shapes, earlier, parameters, errors, five_years, SinkOptions(rates=rates)).errors
    assert [len(getattr(found, name).stand) for name in COMPONENTS] == [2, 3, 2]
    return found


def row(count):
    x = 5_000.0 + np.arange(count) * 400.0
    return shapely.box(x, 0.0, x + 400.0, 250.0)


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("groups", [1, 2])
def test_each_of_lines_codes_and_growth_is_drawn_as_it_is_calculated(everything, parameters, component, groups):
    """With its own sharing: stands of one line, one pair of codes or one rate err together."""
    nothing = dict.fromkeys(COMPONENTS, no_amounts())
    alone = replace(everything, pieces=NO_PIECES, **(nothing | {component: getattr(everything, component)}))
    group = np.arange(everything.count) % groups
    drawn = simulate(alone, parameters, DRAWS, 4, group, groups)
    calculated = np.sqrt(component_variances(everything, group, groups)[COMPONENTS[component]])
    assert calculated.max() > 0
    assert drawn.std(axis=0) == pytest.approx(calculated, rel=0.03)
    assert np.abs(drawn.mean(axis=0)) == pytest.approx(0.0, abs=0.04 * calculated.max())


def test_all_errors_together_are_drawn_as_they_are_calculated(everything, parameters):
    group = np.zeros(everything.count, dtype=np.int64)
    drawn = simulate(everything, parameters, DRAWS, 5)
    assert drawn.std() == pytest.approx(total_interval(everything, group)["sd_tco2e_yr"][0], rel=0.03)
