"""What must hold for any layer: parts add up, area scales, rows do not matter to one another, unknown stays unknown."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.carbon_parameters import load_errors, load_parameters
from sanming_carbon_plugin.core.carbon.account import BARE
from sanming_carbon_plugin.core.carbon.period import Period, parse_period
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.carbon.uncertainty import total_interval

PARAMETERS, ERRORS = load_parameters(), load_errors()
PERIOD: Period = parse_period("2016-01-01/2020-12-31")
SPECIES = st.sampled_from(["220", "310", "210", "110", "630", "490", "660", "670", "700", "900", "999", None])
LAND = st.sampled_from(
    [
        "arbor",
        "bamboo",
        "cutover",
        "burnt",
        "unestablished_plantation",
        "built_up",
        "special_shrub",
        "plantable_barren",
        None,
    ]
)
VOLUME = st.one_of(st.none(), st.just(0.0), st.floats(0.1, 600.0))
STAND = st.fixed_dictionaries(
    {
        "species_code": SPECIES,
        "land_class": LAND,
        "volume_m3_ha": VOLUME,
        "stems_per_ha": st.one_of(st.none(), st.floats(0.0, 6000.0)),
        "dbh_cm": st.one_of(st.none(), st.floats(4.0, 50.0)),
        "height_m": st.one_of(st.none(), st.floats(2.0, 35.0)),
        "age_group": st.sampled_from([None, 1.0, 2.0, 3.0]),
        "area_ha": st.floats(0.05, 80.0),
        "survey_method": st.sampled_from(["plot", "model", None]),
        "bamboo_culms_per_ha": st.one_of(st.none(), st.just(0.0), st.floats(0.0, 4000.0)),
        "trees_in_bamboo_code": st.sampled_from(["310", "220", "610", "999", None]),
    }
)
LAYERS = st.lists(st.tuples(STAND, STAND), min_size=1, max_size=8)
NUMBERS = ["stock_tco2e", "carbon_tc_ha", "biomass_t_ha", "stock_alt_tco2e"]
FLOWS = ["sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr", "recode_tco2e", "increment_m3_ha_yr"]


def table(stands) -> pd.DataFrame:
    frame = pd.DataFrame(stands, index=pd.Index([f"k{i}" for i in range(len(stands))], name="stand_key", dtype=object))
    for name in ("volume_m3_ha", "stems_per_ha", "dbh_cm", "height_m", "age_group", "area_ha", "bamboo_culms_per_ha"):
        frame[name] = pd.to_numeric(frame[name]).astype(float)
    return frame


def both(layer):
    now, then = table([a for a, _ in layer]), table([b for _, b in layer])
    then["area_ha"] = now["area_ha"]
    return now, then


def run(now, then):
    shape_now, shape_then = (np.full(len(t), None, dtype=object) for t in (now, then))
    return sink(now, shape_now, EarlierInventory(then, shape_then), PARAMETERS, ERRORS, PERIOD)


def assert_same(first, second, rel=1e-12):
    np.testing.assert_allclose(first.to_numpy(float), second.to_numpy(float), rtol=rel, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(LAYERS)
def test_unknown_in_is_unknown_out_with_a_reason(layer):
    now, then = both(layer)
    stocked, sunk = stock(now, PARAMETERS), run(now, then)
    columns = stocked.columns
    unknown = columns.index[columns["stock_tco2e"].isna() & (columns["volume_basis"] != "not_forest")]
    assert set(unknown) <= set(stocked.issues["stand_key"])
    gaps = sunk.columns.index[sunk.columns["sink_tco2e_yr"].isna()]
    assert set(gaps) <= set(sunk.issues["stand_key"])
    assert (sunk.columns.loc[gaps, "sink_basis"] == "none").all()
    assert sunk.columns.loc[gaps, ["sink_low_tco2e_yr", "sink_high_tco2e_yr"]].isna().all(axis=None)
    no_species = now["species_code"].isna() & ~now["land_class"].isin(["special_shrub"]) & (now["volume_m3_ha"] != 0)
    assert columns.loc[no_species, "stock_tco2e"].isna().all()


@settings(max_examples=25, deadline=None)
@given(LAYERS)
def test_nothing_recorded_on_bare_ground_is_never_better_than_a_recorded_nothing(layer):
    """Cutover, burnt, cleared and not yet stocked ground: NULL loses just what a written 0 loses, and gains nothing."""
    now, then = both(layer)
    bare = now["land_class"].isin(BARE)
    nothing = bare & ~(now["bamboo_culms_per_ha"] > 0)  # culms in a column of their own are a record, too
    zeros = {name: now[name].mask(nothing & now[name].isna(), 0.0) for name in ("volume_m3_ha", "stems_per_ha")}
    found, by_zero = run(now, then), run(now.assign(**zeros), then)
    known = found.columns["sink_tco2e_yr"].notna()
    assert_same(found.columns.loc[known, FLOWS[:3]], by_zero.columns.loc[known, FLOWS[:3]])
    left = bare & now["volume_m3_ha"].isna() & now["stems_per_ha"].isna()
    assert not (found.columns.loc[left, "sink_tco2e_yr"] > 0).any()
    stood = (then["volume_m3_ha"] > 0) & then["species_code"].isin(["220", "310", "490", "630"])
    assert found.columns.loc[left & stood, "sink_tco2e_yr"].lt(0).all()
    told = found.issues[found.issues["code"].isin(["SINK_NOTHING_RECORDED", "SINK_CONVERTED"])]["stand_key"]
    assert set(now.index[left & stood]) <= set(told)


@settings(max_examples=20, deadline=None)
@given(LAYERS)
def test_a_stand_never_depends_on_other_rows(layer):
    now, then = both(layer)
    all_stock, all_sink = stock(now, PARAMETERS).columns, run(now, then).columns
    for key in now.index:
        alone = run(now.loc[[key]], then.loc[[key]]).columns
        assert_same(stock(now.loc[[key]], PARAMETERS).columns[NUMBERS], all_stock.loc[[key], NUMBERS])
        assert_same(alone[FLOWS], all_sink.loc[[key], FLOWS])


@settings(max_examples=25, deadline=None)
@given(LAYERS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(layer, random):
    now, then = both(layer)
    order, other = list(range(len(now))), list(range(len(now)))
    random.shuffle(order)
    random.shuffle(other)
    first, second = run(now, then), run(now.iloc[order], then.iloc[other])
    assert_same(first.columns[FLOWS].iloc[order], second.columns[FLOWS])
    assert_same(
        stock(now, PARAMETERS).columns[NUMBERS].iloc[order], stock(now.iloc[order], PARAMETERS).columns[NUMBERS]
    )
    group = np.zeros(len(now), dtype=np.int64)
    assert_same(total_interval(first.errors, group), total_interval(second.errors, group))


@settings(max_examples=25, deadline=None)
@given(LAYERS, st.floats(0.01, 100.0))
def test_area_scales(layer, times):
    now, then = both(layer)
    larger = [t.assign(area_ha=t["area_ha"] * times) for t in (now, then)]
    first, second = run(now, then).columns, run(*larger).columns
    whole = [name for name in FLOWS if name != "increment_m3_ha_yr"]
    assert_same(first[whole] * times, second[whole], rel=1e-9)
    assert_same(first[["increment_m3_ha_yr"]], second[["increment_m3_ha_yr"]], rel=1e-9)
    stocks = [stock(t, PARAMETERS).columns for t in (now, larger[0])]
    assert_same(stocks[0]["stock_tco2e"] * times, stocks[1]["stock_tco2e"], rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(LAYERS)
def test_parts_add_up_to_the_whole(layer):
    now, then = both(layer)
    found = run(now, then)
    known = found.columns["sink_tco2e_yr"].notna()
    group = np.arange(len(now)) % 3
    parts = total_interval(found.errors, group, 3)
    assert np.isclose(np.nansum(parts["sink_tco2e_yr"]), found.columns.loc[known, "sink_tco2e_yr"].sum())
    halves = [t.assign(area_ha=t["area_ha"] / 2) for t in (now, then)]
    assert_same(run(*halves).columns["sink_tco2e_yr"] * 2, found.columns["sink_tco2e_yr"], rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(LAYERS)
def test_a_new_code_never_adds_to_the_sink(layer):
    """With today's code written into the earlier layer too, or the earlier one kept, the sink is not smaller."""
    now, then = both(layer)
    counted = run(now, then).columns
    for kept in (now, then):
        plain = run(
            now.assign(species_code=kept["species_code"]), then.assign(species_code=kept["species_code"])
        ).columns
        both_known = counted["sink_tco2e_yr"].notna() & plain["sink_tco2e_yr"].notna()
        by_volume = counted["increment_m3_ha_yr"].notna() & plain["increment_m3_ha_yr"].notna()
        use = both_known & by_volume & now["stems_per_ha"].notna().eq(then["stems_per_ha"].notna())
        use &= (now["volume_m3_ha"] > 0) & (then["volume_m3_ha"] > 0)  # where nothing stands, no code counts
        assert (counted.loc[use, "sink_tco2e_yr"] <= plain.loc[use, "sink_tco2e_yr"] + 1e-9).all()


WEST_EAST = st.floats(0.05, 0.95)
CUTS = st.lists(st.tuples(WEST_EAST, WEST_EAST, st.floats(0.0, np.pi)), min_size=1, max_size=4)


def cut_all(facts, geometry, cuts, suffix):
    """Every stand cut by lines through points of the layer; parts take planar shares of the stand's area."""
    west, south, east, north = shapely.total_bounds(geometry)
    reach = 3.0 * max(east - west, north - south)
    pieces, rows = list(geometry), list(range(len(geometry)))
    for u, v, angle in cuts:
        x, y = west + u * (east - west), south + v * (north - south)
        along, across = (
            np.array([np.cos(angle), np.sin(angle)]) * reach,
            np.array([-np.sin(angle), np.cos(angle)]) * reach,
        )
        a, b = np.array([x, y]) - along, np.array([x, y]) + along
        half = shapely.polygons([a, b, b + across, a + across])
        new, new_rows = [], []
        for piece, row in zip(pieces, rows, strict=True):
            parts = shapely.intersection(piece, half), shapely.difference(piece, half)
            if not np.isclose(sum(part.area for part in parts), piece.area, rtol=1e-12, atol=0.0):
                parts = (piece,)  # GEOS cuts wrongly along a line that is nearly its own
            for part in parts:
                if part.area > 0:
                    new.append(part)
                    new_rows.append(row)
        pieces, rows = new, new_rows
    shapes = np.array(pieces, dtype=object)
    table = facts.iloc[rows].copy()
    table["area_ha"] = facts["area_ha"].to_numpy()[rows] * shapely.area(shapes) / shapely.area(geometry)[rows]
    table.index = pd.Index([f"{suffix}{i}" for i in range(len(rows))], name="stand_key", dtype=object)
    return table, shapes


@settings(max_examples=25, deadline=None)
@given(CUTS, st.sampled_from(["now", "then", "both"]), st.integers(0, 10_000))
@example([(0.28, 0.5, 2.363), (0.7, 0.36, 3.049)], "both", 3)  # GEOS 3.11 takes two that share a line for the same
def test_cutting_stands_changes_no_total(cuts, side, seed):
    rng = np.random.default_rng(seed)
    now_shapes, then_shapes = shifted_grid(rng), shifted_grid(rng)
    now, then = grid_table(now_shapes, "n", rng), grid_table(then_shapes, "t", rng)
    whole = sink(now, now_shapes, EarlierInventory(then, then_shapes), PARAMETERS, ERRORS, PERIOD).columns
    new_now = cut_all(now, now_shapes, cuts, "x") if side != "then" else (now, now_shapes)
    new_then = cut_all(then, then_shapes, cuts, "y") if side != "now" else (then, then_shapes)
    parts = sink(*new_now, EarlierInventory(*new_then), PARAMETERS, ERRORS, PERIOD).columns
    of = parents(new_now[0])
    size = whole["sink_tco2e_yr"].abs().sum()
    # A stand that is unknown for a part of its ground is no sum of its parts: compared is what either way knows whole.
    known = fully(whole).to_numpy() | fully(parts).groupby(of).all().reindex(whole.index, fill_value=False).to_numpy()
    for name in ("sink_tco2e_yr", "recode_tco2e", "stock_earlier_tco2e"):
        of_parts = parts[name].groupby(of).sum().reindex(whole.index)
        difference = of_parts[known].sum() - whole.loc[known, name].sum()
        assert abs(difference) <= 1e-8 * max(size, whole[name].abs().sum())


def fully(columns):
    return columns["sink_tco2e_yr"].notna() & (columns["earlier_cover"] > 1.0 - 1e-9)


def parents(table):
    return table["parent"].to_numpy()


HAPPENED = st.lists(
    st.sampled_from(["kept", "redrawn", "merged", "split", "new", "gone", "moved"]), min_size=2, max_size=7
).filter(lambda kinds: "kept" in kinds)


def row_of_fates(kinds, rng):
    """Boxes in a row, each with its own fate between the surveys; those kept have one key and shape on both dates."""
    lines = {"redrawn": ([170.0], [230.0]), "merged": ([], [150.0]), "split": ([150.0], [])}
    found = []
    for date, missing in enumerate(("gone", "new")):
        ground = {}
        for at, kind in enumerate(kinds):
            if kind == missing:
                continue
            reach = 60.0 if kind == "moved" and date == 1 else 0.0  # its old outline lies on the ground of others too
            edges = [0.0 - reach, *lines.get(kind, ([], []))[date], 400.0 + reach]
            for west, east in pairwise(edges):
                key = f"{kind}{at}" if kind in ("kept", "moved") else f"{kind}{at}-{date}-{west:g}"
                ground[key] = shapely.box(at * 400.0 + west, 0.0, at * 400.0 + east, 250.0)
        shapes = np.array(list(ground.values()), dtype=object)
        facts = grid_table(shapes, "k", rng).set_axis(pd.Index(list(ground), name="stand_key", dtype=object))
        found.append((facts.drop(columns="parent"), shapes))
    return found


@settings(max_examples=20, deadline=None)
@given(HAPPENED, st.integers(0, 10_000))
@example(["moved", "kept", "redrawn"], 1)
@example(["kept", "moved", "kept", "merged"], 2)
def test_a_stand_joined_by_key_never_depends_on_the_rows_around_it(kinds, seed):
    """Drawn on the map, beside stands that were cut, merged, moved, cleared away or are new."""
    (now, shapes), (then, then_shapes) = row_of_fates(kinds, np.random.default_rng(seed))
    stocked = stock(now, PARAMETERS).columns
    whole = sink(now, shapes, EarlierInventory(then, then_shapes), PARAMETERS, ERRORS, PERIOD)
    for key in (key for key in now.index if key.startswith("kept")):
        at, before = now.index.get_loc(key), then.index.get_loc(key)
        earlier = EarlierInventory(then.iloc[[before]], then_shapes[[before]])
        alone = sink(now.iloc[[at]], shapes[[at]], earlier, PARAMETERS, ERRORS, PERIOD)
        assert_same(stock(now.iloc[[at]], PARAMETERS).columns[NUMBERS], stocked.loc[[key], NUMBERS])
        assert_same(alone.columns[FLOWS], whole.columns.loc[[key], FLOWS])
        assert alone.columns["sink_basis"].tolist() == whole.columns.loc[[key], "sink_basis"].tolist()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100.0))
def test_an_overlay_depends_neither_on_order_nor_on_the_unit_of_the_map(seed, times):
    rng = np.random.default_rng(seed)
    now_shapes, then_shapes = shifted_grid(rng), shifted_grid(rng)
    now, then = grid_table(now_shapes, "n", rng), grid_table(then_shapes, "t", rng)
    first = sink(now, now_shapes, EarlierInventory(then, then_shapes), PARAMETERS, ERRORS, PERIOD)
    order, other = rng.permutation(len(now)), rng.permutation(len(then))
    shapes = [shapely.transform(s, lambda points: points * times) for s in (now_shapes[order], then_shapes[other])]
    earlier = EarlierInventory(then.iloc[other], shapes[1])
    second = sink(now.iloc[order], shapes[0], earlier, PARAMETERS, ERRORS, PERIOD)
    assert_same(first.columns[FLOWS].iloc[order], second.columns[FLOWS], rel=1e-8)
    group = np.zeros(len(now), dtype=np.int64)
    assert_same(total_interval(first.errors, group), total_interval(second.errors, group), rel=1e-8)


def grid_table(shapes, name, rng) -> pd.DataFrame:
    """Volumes recorded, told by trees alone, or unknown; bamboo by culms, and bamboo among trees."""
    count = len(shapes)
    kept = rng.choice([1.0, np.nan], (5, count), p=[0.8, 0.2])
    return pd.DataFrame(
        {
            "parent": [f"{name}{i}" for i in range(count)],
            "species_code": rng.choice(["220", "310", "630", "660"], count, p=[0.4, 0.3, 0.2, 0.1]),
            "land_class": "arbor",
            "volume_m3_ha": rng.uniform(0, 200, count) * kept[0],
            "dbh_cm": rng.uniform(8, 30, count) * kept[1],
            "height_m": rng.uniform(6, 20, count),
            "stems_per_ha": rng.uniform(500, 2500, count) * kept[2],
            "bamboo_culms_per_ha": rng.choice([0.0, 400.0, 900.0], count) * kept[3],
            "area_ha": shapely.area(shapes) / 1e4 * 1.0003,
            "survey_method": "plot",
        },
        index=pd.Index([f"{name}{i}" for i in range(len(shapes))], name="stand_key", dtype=object),
    )


def shifted_grid(rng) -> np.ndarray:
    """Nine neighbouring stands whose inner lines lie somewhere else each time; the outline stays."""
    x = np.concatenate([[0.0], np.sort(rng.uniform(100, 800, 2)), [900.0]])
    y = np.concatenate([[0.0], np.sort(rng.uniform(100, 800, 2)), [900.0]])
    return np.array(
        [shapely.box(a, c, b, d) for a, b in pairwise(x) for c, d in pairwise(y)],
        dtype=object,
    )
