"""A cell of either layer that is left blank never grants a tonne: what is still measured is not more than before."""

from __future__ import annotations

import numpy as np
import pytest
from test_carbon_properties import ERRORS, PARAMETERS, PERIOD, grid_table, shifted_grid

from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory

LAND = (*["arbor"] * 8, "bamboo", "sparse", "cutover", "unestablished_plantation", "special_shrub", "cropland")
SPECIES = ("220", "220", "310", "310", "630", "660", "660", "490", "700", "999")


def layer(seed: int, name: str, day: str):
    """Nine stands of every kind that a layer holds, most cells filled, surveyed on ``day``."""
    rng = np.random.default_rng(seed)
    shapes = shifted_grid(rng)
    facts = grid_table(shapes, name, rng)
    count = len(facts)
    return shapes, facts.assign(
        species_code=rng.choice(SPECIES, count),
        land_class=rng.choice(LAND, count),
        volume_m3_ha=np.where(rng.random(count) < 0.85, rng.choice([0.0, 1.0], count, p=[0.1, 0.9]), np.nan)
        * rng.uniform(0, 120 if day < "2018" else 240, count),
        trees_in_bamboo_code=rng.choice(["310", "220", None], count),
        age_group=rng.choice([1.0, 2.0, 3.0], count),
        age_yr=rng.choice([4.0, 20.0], count),
        survey_date=day,
    )


COLUMNS = (
    "species_code", "land_class", "volume_m3_ha", "stems_per_ha", "dbh_cm", "height_m", "age_group", "age_yr",
    "area_ha", "survey_method", "survey_date", "bamboo_culms_per_ha", "trees_in_bamboo_code",
)  # fmt: skip


BESIDE = ("SINK_BAMBOO_UNTOLD", "SINK_BAMBOO_UNTOLD_BEFORE", "SINK_TREES_UNTOLD", "SINK_TREES_UNTOLD_BEFORE")


def compared(now_shapes, now, then_shapes, then):
    return sink(now, now_shapes, EarlierInventory(then, then_shapes), PARAMETERS, ERRORS, PERIOD)


def granted(found):
    """Tonnes a year that a ticket could hold."""
    sunk = found.columns["sink_tco2e_yr"]
    return np.where(found.columns["sink_basis"] == "measured", sunk.clip(lower=0.0).fillna(0.0), 0.0)


def told_beside(found):
    told = found.issues.loc[found.issues["code"].isin(BESIDE), "stand_key"]
    return found.columns.index.isin(told)


@pytest.mark.long
@pytest.mark.parametrize("seed", [*range(28), 58, 174, 179, 288, 318])
def test_no_blank_cell_grants_a_tonne(seed):
    """Each cell of a stand, in turn; every stand that it touches.

    Where one date told of bamboo or trees beside the leading kind and now neither does, nothing says that there are
    any: such a stand is like all that never had some.
    """
    keyed, today = seed % 2 == 0, seed // 2 % 2 == 0
    now_shapes, now = layer(seed, "n", "2020-12-31")
    then_shapes, then = layer(seed + 1, "t", "2015-12-31")
    if keyed:
        then_shapes, then = now_shapes.copy(), then.set_axis(now.index)
    whole = compared(now_shapes, now, then_shapes, then)
    row = seed % len(now)
    for column in COLUMNS:
        tables = [now, then]
        blanked = tables[not today].copy()
        blanked.iloc[row, blanked.columns.get_loc(column)] = np.nan if blanked[column].dtype == float else None
        tables[not today] = blanked
        after = compared(now_shapes, tables[0], then_shapes, tables[1])
        more = granted(after) - granted(whole) * (1 + 1e-9)
        silent = told_beside(whole) & ~told_beside(after)
        assert (more[~silent] <= 1e-9).all(), (column, after.columns.index[(more > 1e-9) & ~silent].tolist())


def test_layers_of_the_property_hold_something_to_lose():
    layers = [(*layer(seed, "n", "2020-12-31"), *layer(seed + 1, "t", "2015-12-31")) for seed in range(12)]
    kept = [compared(a, now, a.copy(), then.set_axis(now.index)) for a, now, _, then in layers]
    assert sum((granted(found) > 0.0).sum() for found in kept) >= 10
