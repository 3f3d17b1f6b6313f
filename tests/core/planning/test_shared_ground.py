"""Ground that two stands cover is done, available, covered by forest and stocked once: every figure worked by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.jobs.plan_inputs import Programme
from sanming_carbon_plugin.adapters.jobs.plan_output import acceptance_counts, progress_tables
from sanming_carbon_plugin.adapters.plan_tables import load_planning_tables
from sanming_carbon_plugin.adapters.stand_tables import load_stand_tables
from sanming_carbon_plugin.core.carbon.counted_once import counted_once
from sanming_carbon_plugin.core.planning.acceptance import Accepted
from sanming_carbon_plugin.core.planning.area_units import units_of_stands
from sanming_carbon_plugin.core.planning.gains import GrowthAhead
from sanming_carbon_plugin.core.planning.limits import Counted
from sanming_carbon_plugin.core.planning.plan_tables import carbon_frame
from sanming_carbon_plugin.core.planning.summary import summary
from sanming_carbon_plugin.core.planning.targets import Target
from sanming_carbon_plugin.core.stands.checks.neighbours import common_ground

TABLES = load_planning_tables()
ONE, TWO = shapely.box(0, 0, 100, 100), shapely.box(50, 0, 150, 100)
"""A hectare each; half a hectare lies in both."""
PLANE = SimpleNamespace(to_lonlat=None, semi_major_m=None, flattening=None)
TARGET = Target("tending", "350428", 2026, 2030, 3.0, "ha", "at_least", "made")


def array(*shapes):
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def stands(*more):
    """Arbor stands of a hectare that fit tending; ``more`` are columns that differ."""
    rows = [{
        "county": "350428", "township": "199", "village": None, "compartment": None, "area_ha": 1.0, "area_mu": 15.0,
        "land_class": "arbor", "species_group": "cunninghamia", "age_group": 2.0, "volume_m3_ha": 100.0,
        "stock_tco2e": 150.0, "measures": "tending", "dispute": "no", "closure": 0.8, "age_yr": 10.0,
        "survey_date": "2025-06-30",
    } | one for one in more]  # fmt: skip
    return pd.DataFrame(rows, index=[f"S{n}" for n in range(len(rows))])


def programme(facts, shapes, *accepted):
    done = None
    if accepted:
        outlines, measures, years = zip(*accepted, strict=True)
        done = Accepted(np.array(measures, dtype=object), np.array(years), array(*outlines), {})
    units = units_of_stands(facts, TABLES.units)
    layer = SimpleNamespace(geometry=array(*shapes))
    fits = {"tending": np.ones(len(facts), dtype=bool)}
    return Programme(facts, layer, TABLES, [TARGET], units, done, None, {}, {}, None, fits, ())


def row_of(mine, plan=None):
    table = progress_tables(mine, plan)[0].frame
    return table[(table["area_unit"] == "350428") & (table["measure"] == "tending")].iloc[0]


def plan_of(*keys):
    rows = {"stand_key": keys, "year": 2026.0, "area_ha": 1.0, "measure": "tending", "counts_for": "tending"}
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("shapes", "wanted"),
    [((ONE, ONE), 1.0), ((ONE, TWO), 1.5), ((ONE, ONE, TWO), 1.5), ((ONE, shapely.box(100, 0, 200, 100)), 2.0)],
)
def test_ground_drawn_twice_is_available_once(shapes, wanted):
    mine = programme(stands(*[{}] * len(shapes)), shapes)
    row = row_of(mine)
    assert (row["available_ha"], row["available_mu"]) == pytest.approx((wanted, 15 * wanted))
    assert mine.facts["area_ha"].tolist() == [1.0] * len(shapes)  # stands keep their own numbers


def test_what_one_stand_alone_fits_is_available_whole():
    facts = stands({}, {"measures": None})
    for order in ([0, 1], [1, 0]):
        mine = programme(facts.iloc[order], [(ONE, TWO)[at] for at in order])
        assert row_of(mine)["available_ha"] == pytest.approx(1.0)


def test_ground_that_is_done_is_done_in_every_stand_that_covers_it():
    done = (ONE, "tending", 2026)
    twice = programme(stands({}, {}), (ONE, ONE), done)
    row = row_of(twice)
    assert (row["done_ha"], row["available_ha"], row["missing_ha"]) == pytest.approx((1.0, 0.0, 2.0))
    assert twice.taken_ha["tending"] == pytest.approx([1.0, 1.0])  # neither is planned anew
    assert twice.left_ha["tending"] == pytest.approx([0.0, 0.0])
    half = programme(stands({}, {}), (ONE, TWO), (shapely.box(0, 0, 75, 100), "tending", 2026))
    # 0.75 in the first, of which 0.25 lies in the second; what is left of the first lies in the second, too.
    assert half.taken_ha["tending"] == pytest.approx([0.75, 0.25])
    assert row_of(half)["done_ha"] == pytest.approx(0.75)
    assert row_of(half)["available_ha"] == pytest.approx(0.75)


def test_what_counts_for_another_measure_counts_for_it_in_every_stand_that_covers_it():
    fits = {"pest_control": np.ones(2, dtype=bool)}
    mine = programme(stands({}, {}), (ONE, ONE), (ONE, "pine_transform", 2026))
    mine.fits.update(fits)
    assert mine.done("pest_control", 2026, 2030) == pytest.approx([1.0, 0.0])
    assert mine.taken_ha["pest_control"] == pytest.approx([1.0, 1.0])


def test_what_a_plan_holds_is_available_in_no_stand_that_covers_it():
    for key in ("S0", "S1"):
        row = row_of(programme(stands({}, {}), (ONE, TWO)), plan_of(key))
        assert (row["planned_ha"], row["available_ha"]) == pytest.approx((1.0, 0.5))
        row = row_of(programme(stands({}, {}), (ONE, ONE)), plan_of(key))
        assert (row["planned_ha"], row["available_ha"]) == pytest.approx((1.0, 0.0))


def indicator(mine, name, unit="350428"):
    table = progress_tables(mine)[1].frame
    return table[(table["indicator"] == name) & (table["area_unit"] == unit)].iloc[0]


def test_forest_cover_and_growing_stock_count_ground_once_as_the_summary_does(monkeypatch):
    monkeypatch.setitem(TABLES.units.land_km2, "350428", 0.02)  # 2 ha
    facts = stands({"stock_tco2e": 150.0, "sink_tco2e_yr": 1.0}, {"stock_tco2e": 300.0, "volume_m3_ha": 200.0})
    mine = programme(facts, (ONE, TWO))
    cover, stock = indicator(mine, "forest_cover"), indicator(mine, "growing_stock")
    assert cover["value"] == pytest.approx(75.0)  # 1.5 of 2 ha
    # The first has the common ground, because its sink is known: 1 × 100 + 0.5 × 200 m³.
    assert stock["value"] == pytest.approx(200.0 / 1e4)
    counted, _, _ = counted_once(facts, None, common_ground(array(ONE, TWO), facts, load_stand_tables().settings))
    total = summary(counted, None).frame
    assert (total["area_ha"].sum(), total["volume_m3"].sum()) == pytest.approx((1.5, 200.0))
    for row in (cover, stock):
        assert "once" in row["definition"]
        assert "只计一次" in row["definition_zh"]


def test_forest_drawn_twice_does_not_reach_the_share_of_land_that_cover_needs(monkeypatch):
    monkeypatch.setitem(TABLES.units.land_km2, "350428", 0.02)
    assert np.isnan(indicator(programme(stands({}, {}), (ONE, ONE)), "forest_cover")["value"])  # half of the land


def test_a_volume_that_is_unknown_where_another_stand_has_the_ground_leaves_nothing_out(monkeypatch):
    monkeypatch.setitem(TABLES.units.land_km2, "350428", 0.01)
    mine = programme(stands({}, {"volume_m3_ha": np.nan, "stock_tco2e": np.nan}), (ONE, ONE))
    mine.targets.append(Target("growing_stock", "350428", None, 2030, 1000.0, "m3", "at_least", "made"))
    assert indicator(mine, "growing_stock")["met"] == "no"
    apart = programme(stands({}, {"volume_m3_ha": np.nan, "stock_tco2e": np.nan}), (ONE, TWO))
    apart.targets.append(Target("growing_stock", "350428", None, 2030, 1000.0, "m3", "at_least", "made"))
    assert indicator(apart, "growing_stock")["met"] == "unknown"
    forest = Target("forest_cover", "350428", None, 2030, 90.0, "%", "at_least", "made")
    lost = programme(stands({}, {"area_ha": np.nan}), (ONE, shapely.box(100, 0, 200, 100)))
    lost.targets.append(forest)
    monkeypatch.setitem(TABLES.units.land_km2, "350428", 0.0125)
    assert indicator(lost, "forest_cover")["met"] == "unknown"  # 80 % and something nobody knows


def test_stock_ahead_counts_ground_once():
    mine = programme(stands({}, {}), (ONE, TWO))
    assert mine.shared.share() == pytest.approx([1.0, 0.5])
    ahead = GrowthAhead(np.full(2, 150.0), {2030: np.full(2, 2.0)}, np.ones(2))
    none = Counted(
        pd.DataFrame(columns=["stand", "work", "year", "area_ha"], dtype=float), TABLES.works, TABLES.matrix, {}
    )
    found = carbon_frame(mine.facts, none, np.full(2, -1), ahead, (2030,), "A", mine.shared.share())
    assert found["stock_without_tco2e"].tolist() == pytest.approx([450.0, 450.0])  # of the county and in all


def test_accepted_ground_outside_all_stands_is_told(monkeypatch):
    mine = programme(
        stands({}, {}), (ONE, TWO),
        (shapely.box(100, 0, 200, 100), "tending", 2026), (shapely.box(190, 0, 250, 100), "closure", 2027),
        (ONE, "tending", 2028),
    )  # fmt: skip
    monkeypatch.setattr("sanming_carbon_plugin.adapters.jobs.plan_inputs.geodesy_of", lambda _: PLANE)
    monkeypatch.setattr(
        "sanming_carbon_plugin.adapters.jobs.plan_inputs.stand_areas_m2", lambda shapes, *_: shapely.area(shapes)
    )
    # 150 to 250 m, no hectare twice although both measures were accepted from 190 to 200 m.
    assert mine.outside_ha == pytest.approx(1.0)
    assert acceptance_counts(mine) == {"acceptance_refused": 0, "accepted_outside_ha": "1.000"}
    inside = programme(stands({}, {}), (ONE, TWO), (ONE, "tending", 2026))
    assert acceptance_counts(inside) == {"acceptance_refused": 0}
    assert acceptance_counts(programme(stands({}), (ONE,))) == {}
    assert np.isnan(programme(stands({}), (ONE,)).outside_ha)
