"""The 90 % interval: known shares, agreement with simulation, and what cutting must not change."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.core.carbon.growth_rates import GrowthRates
from sanming_carbon_plugin.core.carbon.simulation import simulate, simulated_interval
from sanming_carbon_plugin.core.carbon.sink import SinkOptions, sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.carbon.uncertainty import component_variances, contributions, total_interval

MIXED = np.array(["220", "310", "630", "620", "490", "590", "260", "290", "550"], dtype=object)


def keyed_sink(now, then, parameters, errors, period, **options):
    nowhere = np.full(len(now), None, dtype=object)
    return sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, period, SinkOptions(**options))


def sd_of(found, *names):
    table = contributions(found.errors).set_index("component")
    return np.sqrt((table.loc[list(names), "sd_tco2e_yr"] ** 2).sum())


def half_width(frame):
    return (frame["sink_high_tco2e_yr"] - frame["sink_low_tco2e_yr"]).to_numpy() / 2


@pytest.fixture
def pine(make_facts):
    def table(count, volume):
        return make_facts([f"s{i}" for i in range(count)], species_code="220", volume_m3_ha=volume)

    return table


def test_ten_percent_volume_error_per_date_is_78_percent_of_the_increment(pine, parameters, errors, five_years):
    found = keyed_sink(pine(1, 120.0), pine(1, 100.0), parameters, errors, five_years)
    sink_t = found.columns["sink_tco2e_yr"].iloc[0]
    assert sd_of(found, "stand_volume_now", "stand_volume_earlier") / sink_t == pytest.approx(0.781, abs=5e-4)


def test_a_shared_survey_error_does_not_average_out(pine, parameters, errors, five_years):
    found = keyed_sink(pine(1000, 120.0), pine(1000, 100.0), parameters, errors, five_years)
    total = found.columns["sink_tco2e_yr"].sum()
    assert sd_of(found, "survey_now", "survey_earlier") / total == pytest.approx(0.3905, abs=5e-4)
    assert sd_of(found, "stand_volume_now", "stand_volume_earlier") / total == pytest.approx(
        0.781 / 1000**0.5, rel=1e-3
    )


def test_the_survey_errs_even_where_stands_do_not(pine, parameters, errors, five_years):
    sure = replace(errors, size={**errors.size, "stand_volume": 0.0})
    found = keyed_sink(pine(10, 120.0), pine(10, 100.0), parameters, sure, five_years)
    assert sd_of(found, "survey_now", "survey_earlier") / found.columns["sink_tco2e_yr"].sum() == pytest.approx(
        0.3905, abs=5e-4
    )
    assert sd_of(found, "stand_volume_now", "stand_volume_earlier") == 0


def test_parameter_errors_add_up_inside_a_row_and_across_its_copies(make_facts, parameters, errors, five_years):
    def relative(species):
        now = make_facts(species_code=species, volume_m3_ha=120.0)
        then = make_facts(species_code=species, volume_m3_ha=100.0)
        found = keyed_sink(
            now, then, parameters, replace(errors, correlation={**errors.correlation, "parameter": 0.0}), five_years
        )
        return sd_of(found, "wood_density") / found.columns["sink_tco2e_yr"].sum()

    assert relative(["220", "220"]) == pytest.approx(0.10)
    assert relative(["260", "270"]) == pytest.approx(0.10)  # one was copied from the other
    assert relative(["220", "310"]) < 0.075


def mixed_set(count, rng, make_facts):
    keys = [f"s{i}" for i in range(count)]
    species = MIXED[rng.integers(0, len(MIXED), count)]
    volume = rng.gamma(6.0, 18.0, count)
    then = make_facts(keys, species_code=list(species), volume_m3_ha=volume, area_ha=rng.gamma(2.0, 3.0, count))
    now = then.assign(volume_m3_ha=volume * rng.normal(1.25, 0.15, count))
    recoded = rng.random(count) < 0.1
    now["species_code"] = np.where(recoded, "630", now["species_code"])
    return now, then


@pytest.mark.long
def test_the_total_agrees_with_twenty_thousand_draws(make_facts, parameters, errors, five_years):
    now, then = mixed_set(1000, np.random.default_rng(7), make_facts)
    found = keyed_sink(now, then, parameters, errors, five_years)
    analytical = total_interval(found.errors, np.zeros(1000, dtype=np.int64))
    drawn = simulated_interval(simulate(found.errors, parameters, 20_000, seed=11))
    assert half_width(analytical)[0] == pytest.approx(drawn["half_width"][0], rel=0.02)


def test_draws_repeat_with_their_seed(make_facts, parameters, errors, five_years):
    now, then = mixed_set(30, np.random.default_rng(3), make_facts)
    found = keyed_sink(now, then, parameters, errors, five_years).errors
    group = np.arange(30) % 3
    first = simulate(found, parameters, 50, 5, group, 3)
    assert (first == simulate(found, parameters, 50, 5, group, 3)).all()
    assert (first != simulate(found, parameters, 50, 6, group, 3)).all()


def test_correlations_are_the_same_in_both_ways(make_facts, parameters, errors, five_years):
    leaning = replace(
        errors, correlation={"stand_volume": 0.6, "survey": 0.5, "parameter": 0.5, "boundary": 0.0, "recode": 0.4}
    )
    now, then = mixed_set(200, np.random.default_rng(5), make_facts)
    found = keyed_sink(now, then, parameters, leaning, five_years)
    drawn = simulated_interval(simulate(found.errors, parameters, 8_000, seed=2))
    analytical = total_interval(found.errors, np.zeros(200, dtype=np.int64))
    assert analytical["sd_tco2e_yr"][0] == pytest.approx(drawn["sd"][0], rel=0.03)


def cut(facts, geometry, row, parts):
    """The table with one stand cut into strips that take planar shares of its area."""
    west, south, east, north = geometry[row].bounds
    edges = np.linspace(west, east, parts + 1)
    strips = [shapely.intersection(geometry[row], shapely.box(a, south, b, north)) for a, b in pairwise(edges)]
    share = shapely.area(strips) / shapely.area(geometry[row])
    new = pd.concat([facts.iloc[[row]]] * parts)
    new.index = [f"{facts.index[row]}/{i}" for i in range(parts)]
    new["area_ha"] = facts["area_ha"].iloc[row] * share
    table = pd.concat([facts.drop(facts.index[row]), new])
    table.index.name = "stand_key"
    return table, np.concatenate([np.delete(geometry, row), np.array(strips, dtype=object)])


@pytest.mark.parametrize("side", ["today", "then", "both"])
def test_cutting_a_stand_into_a_hundred_parts_leaves_the_interval_of_the_total(
    make_facts, row_of_boxes, parameters, errors, five_years, side
):
    geometry = row_of_boxes(4)
    then = make_facts(species_code=["220", "310", "220", "630"], volume_m3_ha=[100.0, 80.0, 60.0, 120.0])
    now = then.assign(volume_m3_ha=[120.0, 100.0, 90.0, 125.0])

    def total(a, a_shape, b, b_shape):
        found = sink(a, a_shape, EarlierInventory(b, b_shape), parameters, errors, five_years)
        return total_interval(found.errors, np.zeros(len(a), dtype=np.int64)).iloc[0]

    whole = total(now, geometry, then, geometry)
    today = cut(now, geometry, 0, 100) if side in ("today", "both") else (now, geometry)
    before = cut(then, geometry, 0, 100) if side in ("then", "both") else (then, geometry)
    if side == "both":  # joined by key, so the tables must say what was cut
        today[0]["parent_key"] = [key.split("/")[0] for key in today[0].index]
    parts = total(*today, *before)
    for name in ("sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr"):
        assert parts[name] == pytest.approx(whole[name], rel=1e-9)


def told_by_key(facts):
    """Rows of one stand number, as a layer that was cut on the screen has them."""
    stand = pd.Series(facts.index).str.split("/").str[0]
    running = stand.groupby(stand).cumcount() + 1
    keys = np.where(stand.duplicated(keep=False), stand + "#" + running.astype(str), stand)
    return facts.assign(stand_no=stand.to_numpy()).set_axis(pd.Index(keys, name="stand_key", dtype=object))


def told_by_column(facts):
    return facts.assign(parent_key=[key.split("/")[0] for key in facts.index])


@pytest.mark.parametrize("told", [told_by_key, told_by_column])
def test_parts_joined_by_key_are_known_as_parts(make_facts, row_of_boxes, parameters, errors, five_years, told):
    """Cut on both dates, so that each part has its own key and shape then and now."""
    geometry = row_of_boxes(3)
    then = make_facts(species_code=["220", "310", "630"], volume_m3_ha=[100.0, 80.0, 120.0])
    now = then.assign(volume_m3_ha=[120.0, 100.0, 125.0])

    def total(both, volume=None):
        (a, a_shape), (b, b_shape) = both
        found = sink(a, a_shape, EarlierInventory(b, b_shape), parameters, errors, five_years)
        return total_interval(found.errors, np.zeros(len(a), dtype=np.int64)).iloc[0]

    whole = total([(now, geometry), (then, geometry)])
    cut_up = [cut(facts, geometry, 0, 100) for facts in (now, then)]
    parts = total([(told(facts), shapes) for facts, shapes in cut_up])
    for name in ("sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr"):
        assert parts[name] == pytest.approx(whole[name], rel=1e-9)
    # Rows of one number that were recorded each for itself are stands of their own.
    if told is told_by_key:
        own = [(told(facts).assign(volume_m3_ha=lambda t: t["volume_m3_ha"] + np.arange(len(t)) * 1e-6), shapes)
               for facts, shapes in cut_up]  # fmt: skip
        assert total(own)["sd_tco2e_yr"] < 0.999 * whole["sd_tco2e_yr"]


@pytest.mark.parametrize("told", [told_by_key, told_by_column])
@pytest.mark.parametrize("measured", [0, 40])
def test_cutting_a_modelled_stand_into_a_hundred_parts_leaves_the_interval_of_the_total(
    make_facts, row_of_boxes, parameters, errors, five_years, told, measured
):
    """Also where some of the parts were measured twice: the others err with them on today's volume."""
    rates = GrowthRates.from_rows(pd.DataFrame([{"group": "*", "percent_yr": "5", "source": "x"}]))
    geometry = row_of_boxes(2)
    now = make_facts(species_code=["220", "310"], volume_m3_ha=[120.0, 100.0])
    facts, shapes = cut(now, geometry, 0, 100)
    facts = told(facts)

    def found(table, ground, earlier=None):
        return sink(table, ground, earlier, parameters, errors, five_years, SinkOptions(rates=rates)).errors

    def spread(errors, group):
        return component_variances(errors, group, 1)["stand_volume_now"][0] ** 0.5

    if not measured:
        for name in ("stand_volume_now", "growth_model"):
            whole, parts = (component_variances(errors, np.zeros(errors.count, dtype=np.int64), 1)[name][0]
                            for errors in (found(now, geometry), found(facts, shapes)))  # fmt: skip
            assert parts == pytest.approx(whole, rel=1e-9)
        return
    some = np.arange(len(facts)) <= measured
    earlier = EarlierInventory(facts[some].assign(volume_m3_ha=90.0), shapes[some])
    both = found(facts, shapes, earlier)
    own = [spread(both, np.where(part, 0, -1)) for part in (some & (facts["species_code"] == "220"), ~some)]
    assert spread(both, np.where(facts["species_code"] == "220", 0, -1)) == pytest.approx(sum(own), rel=1e-9)


def test_pieces_cut_by_tenure_share_the_error_of_their_stand(pine, parameters, errors, five_years):
    whole = keyed_sink(pine(1, 120.0), pine(1, 100.0), parameters, errors, five_years)
    now, then = (pine(100, volume).assign(area_ha=0.1) for volume in (120.0, 100.0))
    cut_up = keyed_sink(now, then, parameters, errors, five_years, parent_key=np.full(100, "s0", dtype=object))
    one, parts = (total_interval(f.errors, np.zeros(n, dtype=np.int64)) for f, n in ((whole, 1), (cut_up, 100)))
    assert half_width(parts) == pytest.approx(half_width(one), rel=1e-9)


def test_shares_of_the_components_sum_to_one(make_facts, parameters, errors, five_years):
    now, then = mixed_set(50, np.random.default_rng(1), make_facts)
    found = keyed_sink(now, then, parameters, errors, five_years)
    table = contributions(found.errors, np.arange(50) % 4, 4)
    assert table.groupby("group")["share"].sum().to_numpy() == pytest.approx(np.ones(4))


def test_the_reported_sink_is_never_outside_its_interval(make_facts, parameters, errors, five_years):
    now, then = mixed_set(300, np.random.default_rng(9), make_facts)
    columns = keyed_sink(now, then, parameters, errors, five_years).columns
    assert (columns["sink_low_tco2e_yr"] <= columns["sink_tco2e_yr"]).all()
    assert (columns["sink_tco2e_yr"] <= columns["sink_high_tco2e_yr"]).all()


def test_groups_leave_out_what_is_unknown(make_facts, parameters, errors, five_years):
    then = make_facts(species_code="220", volume_m3_ha=[100.0, np.nan, 100.0])
    now = make_facts(species_code="220", volume_m3_ha=[120.0, 120.0, 120.0])
    found = keyed_sink(now, then, parameters, errors, five_years)
    table = total_interval(found.errors, np.array([0, 1, -1]), 3)
    assert list(table["stands"]) == [1, 0, 0]
    assert table["sink_tco2e_yr"].isna().tolist() == [False, True, True]
    assert table["sink_low_tco2e_yr"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]])
def test_of_two_that_held_the_same_the_larger_one_is_behind_a_line(make_facts, parameters, errors, five_years, order):
    """Both stands of today cross the line between the poor and the large rich one, whatever the order of the rows.

    The small rich one lies under the first of them alone: named by it, its line would be another and err by itself.
    """
    now_shapes = np.array([shapely.box(0, 125, 500, 250), shapely.box(150, 0, 500, 125)])
    then_shapes = np.array([shapely.box(0, 0, 100, 250), shapely.box(100, 0, 400, 250), shapely.box(400, 0, 500, 250)])
    area = {"area_ha": shapely.area(now_shapes) / 1e4}
    now = make_facts(["n", "o"], species_code="220", volume_m3_ha=120.0, **area)
    then = make_facts(["a", "b", "c"], species_code="220", volume_m3_ha=[100.0, 100.0, 50.0], area_ha=[2.5, 7.5, 2.5])
    then = EarlierInventory(then.iloc[order], then_shapes[order])
    found = sink(now, now_shapes, then, parameters, errors, five_years)
    alone = [sink(now.iloc[[at]], now_shapes[[at]], then, parameters, errors, five_years) for at in (0, 1)]
    assert sd_of(found, "boundary") == pytest.approx(sum(sd_of(one, "boundary") for one in alone))
