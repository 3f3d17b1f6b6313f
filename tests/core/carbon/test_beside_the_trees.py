"""Bamboo among trees, scattered and roadside trees: found in the layer, in any unit, each counted by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.stand_tables import load_stand_tables
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.stands.layer import FieldType, VectorLayer
from sanming_carbon_plugin.core.stands.mapping import recognise_fields
from sanming_carbon_plugin.core.stands.normalise import normalise_stands

TABLES = load_stand_tables()
PINE = 0.38 * 1.472 * 1.187 * 0.46 * 44 / 12
BROADLEAF = 0.482 * 1.514 * 1.262 * 0.49 * 44 / 12
CULM = 16.2 / 1000 * 0.475 * 44 / 12
AREA_HA = 2.0
DATES = "2015-12-31", "2020-12-31"


def read(**columns):
    """Facts and issue codes of two stands of 2 ha."""
    count = 2
    rows = {
        "XIAN": ["350428"] * count,
        "XIAO_BAN": [f"{i:05d}" for i in range(count)],
        "DI_LEI": ["0111"] * count,
        "YOU_SHI_SZ": ["220"] * count,
        "HUO_LMGQXJ": [100.0] * count,
        **columns,
    }
    shapes = shapely.box(np.arange(count) * 200.0, 0.0, np.arange(count) * 200.0 + 200.0, 100.0)
    attributes = pd.DataFrame(rows)
    layer = VectorLayer("s", attributes, {name: FieldType("text") for name in attributes}, shapes, None)
    mapping = recognise_fields(attributes, TABLES)
    found = normalise_stands(layer, mapping, TABLES, shapely.area(shapes), survey_method="plot")
    return found.columns, set(found.issues["code"])


@pytest.mark.parametrize(
    ("name", "written", "per_ha", "told"),
    [
        ("每公顷毛竹株数", 600.0, 600.0, None),
        ("毛竹公顷株数", "600", 600.0, None),
        ("亩毛竹株数", 40.0, 600.0, "PER_MU_TO_PER_HA"),
        ("毛竹株数", 1200, 600.0, "PER_STAND_TO_PER_HA"),
        ("散生毛竹株数", 1200, 600.0, "PER_STAND_TO_PER_HA"),
        ("MAO_ZHU_ZS", "1200", 600.0, "PER_STAND_TO_PER_HA"),
        ("毛竹株数（百株）", 12.0, 600.0, "PER_STAND_TO_PER_HA"),
    ],
)
def test_bamboo_among_trees_is_found_in_every_unit(parameters, name, written, per_ha, told):
    facts, codes = read(**{name: [written, None]})
    assert facts["bamboo_culms_per_ha"].tolist() == pytest.approx([per_ha, np.nan], nan_ok=True)
    assert (told in codes) if told else not codes & {"PER_MU_TO_PER_HA", "PER_STAND_TO_PER_HA"}
    columns = stock(facts, parameters).columns
    assert columns["bamboo_part_tco2e"].tolist() == pytest.approx([1200 * CULM, np.nan], nan_ok=True)
    assert columns["stock_tco2e"].tolist() == pytest.approx([200 * PINE + 1200 * CULM, 200 * PINE])


@pytest.mark.parametrize(
    ("name", "written"),
    [("公顷散生木蓄积", 1.5), ("每亩散生木蓄积", 0.1), ("散生木蓄积", 3.0), ("SSXJ", "3"), ("SAN_SHENG_XJ", 3.0)],
)
def test_scattered_trees_are_an_account_of_their_own(parameters, name, written):
    facts, _ = read(**{name: [written, None]})
    columns = stock(facts, parameters).columns
    assert columns["scattered_tco2e"].tolist() == pytest.approx([3 * PINE, np.nan], nan_ok=True)
    assert columns["stock_tco2e"].tolist() == pytest.approx([200 * PINE] * 2)


@pytest.mark.parametrize("name", ["四旁树蓄积", "SI_PANG_XJ", "四旁蓄积"])
def test_roadside_trees_count_as_mixed_broadleaf_by_themselves(parameters, name):
    facts, _ = read(**{name: [4.0, 0.0]}, 散生木蓄积=[3.0, 1.0])
    columns = stock(facts, parameters).columns
    assert columns["roadside_tco2e"].tolist() == pytest.approx([4 * BROADLEAF, 0.0])
    assert columns["scattered_tco2e"].tolist() == pytest.approx([3 * PINE, PINE])
    assert columns["stock_tco2e"].tolist() == pytest.approx([200 * PINE] * 2)


def test_a_layer_without_such_columns_has_no_such_accounts(parameters):
    facts, _ = read()
    assert not {"bamboo_culms_per_ha", "scattered_volume_m3_ha", "roadside_volume_m3_ha"} & set(facts.columns)
    assert not {"bamboo_part_tco2e", "scattered_tco2e", "roadside_tco2e"} & set(stock(facts, parameters).columns)


def test_culms_of_a_bamboo_stand_are_its_stems_first(parameters):
    """Stems of a bamboo stand go first; where only the bamboo column counts it, that is its stems."""
    bamboo = {"DI_LEI": ["0113"] * 2, "YOU_SHI_SZ": ["660"] * 2, "HUO_LMGQXJ": [None, None]}
    facts, codes = read(**bamboo, MEI_GQ_ZS=[3000, None], 毛竹株数=[None, 5000])
    columns = stock(facts, parameters).columns
    assert columns["stock_tco2e"].tolist() == pytest.approx([6000 * CULM, 5000 * CULM])
    assert columns["bamboo_part_tco2e"].isna().all()
    assert "CULMS_MISSING" not in codes


def test_bamboo_beyond_any_grove_is_no_count():
    facts, codes = read(每公顷毛竹株数=[900_000, 500])
    assert facts["bamboo_culms_per_ha"].tolist() == pytest.approx([np.nan, 500], nan_ok=True)
    assert "VALUE_OUT_OF_RANGE" in codes


def test_the_sink_takes_bamboo_among_trees_in_and_leaves_scattered_trees_out(parameters, errors, five_years):
    now, _ = read(毛竹株数=[1500, 1500], 散生木蓄积=[50.0, 50.0], 四旁树蓄积=[50.0, 50.0])
    then, _ = read(毛竹株数=[1000, None], 散生木蓄积=[1.0, None])
    nowhere = np.full(2, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years).columns
    assert (found["sink_tco2e_yr"] * five_years.years).tolist() == pytest.approx([500 * CULM, 0.0])


@pytest.mark.parametrize(
    ("now", "then", "basis", "gain_culms"),
    [
        ({"毛竹株数": [6000] * 2}, {"毛竹株数": [5000] * 2}, "measured", 1000),
        ({"毛竹株数": [6000] * 2, "MEI_GQ_ZS": [None] * 2}, {"毛竹株数": [5000] * 2}, "two_layers", 1000),
        ({"MEI_GQ_ZS": [3000] * 2}, {"毛竹株数": [5000] * 2}, "two_layers", 0),
    ],
)
def test_a_layer_that_counts_bamboo_in_one_column_alone_leaves_nothing_out(
    parameters, errors, five_years, now, then, basis, gain_culms
):
    """County lists have 毛竹株数 and no stems; where a layer has both, an empty cell of stems is a missing figure."""
    bamboo = {"DI_LEI": ["0113"] * 2, "YOU_SHI_SZ": ["660"] * 2, "HUO_LMGQXJ": [None, None]}
    dated = [read(**bamboo, **one)[0].assign(survey_date=day) for one, day in ((now, DATES[1]), (then, DATES[0]))]
    nowhere = np.full(2, None, dtype=object)
    found = sink(dated[0], nowhere, EarlierInventory(dated[1], nowhere), parameters, errors, five_years).columns
    assert found["sink_basis"].tolist() == [basis] * 2
    assert (found["sink_tco2e_yr"] * five_years.years).tolist() == pytest.approx([gain_culms * CULM] * 2)


@pytest.mark.parametrize("recorded", [{"毛竹株数": [1500, None]}, {}])
def test_bamboo_of_one_date_is_told_and_left_out(parameters, errors, five_years, recorded):
    now, _ = read(**recorded)
    then, _ = read(毛竹株数=[None, 1000])
    nowhere = np.full(2, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years)
    assert found.columns["sink_tco2e_yr"].tolist() == [0.0, 0.0]
    told = found.issues.set_index("code")["value"]["SINK_BAMBOO_ONE_DATE"]
    assert told == ("2" if recorded else "1")


@pytest.mark.parametrize(
    ("composition", "code", "factor"),
    [
        ("7竹3杉", "310", 0.307 * 1.634 * 1.246 * 0.52),
        ("6竹2杉2马", "610", 0.405 * 1.587 * 1.267 * 0.51),
        ("5竹3杉2阔", "630", 0.486 * 1.656 * 1.248 * 0.498),
        ("7竹3阔", "620", 0.482 * 1.514 * 1.262 * 0.49),
        ("7竹2马1杉", "220", 0.38 * 1.472 * 1.187 * 0.46),
    ],
)
def test_the_composition_tells_the_trees_in_bamboo(parameters, errors, five_years, composition, code, factor):
    """60 and 50 m3/ha of trees in 2 ha of bamboo: in the stock and, told on both dates, in the sink by both methods."""
    bamboo = {"DI_LEI": ["0113"] * 2, "YOU_SHI_SZ": ["660"] * 2, "MEI_GQ_ZS": [3000, 3000]}
    now, _ = read(**bamboo, SZ_ZC=[composition, None], HUO_LMGQXJ=[60.0, 60.0])
    then, _ = read(**bamboo, SZ_ZC=[composition, composition], HUO_LMGQXJ=[50.0, 50.0])
    assert now["trees_in_bamboo_code"].tolist() == [code, None]
    columns = stock(now, parameters).columns
    trees = 120 * factor * 44 / 12
    assert columns["stock_tco2e"].tolist() == pytest.approx([6000 * CULM + trees, 6000 * CULM])
    nowhere = np.full(2, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years)
    assert (found.columns["sink_tco2e_yr"] * five_years.years).tolist() == pytest.approx([trees / 6, 0.0])
    row = parameters.look_up(np.array([code], dtype=object)).row[0]
    line = 2 * 10 * parameters.values["a_t_m3"][row] * parameters.values["CF"][row] * 44 / 12
    alternative = found.columns["sink_alt_tco2e_yr"] * five_years.years
    assert alternative.iloc[0] == pytest.approx(line)


@pytest.mark.parametrize("composition", ["10竹", "7杉3竹", "8马2阔", "3鼠7竹", None])
def test_a_composition_without_trees_in_bamboo_tells_none(composition):
    """Neither bamboo alone, nor bamboo among trees that lead, nor what cannot be read."""
    leads = {"10竹": "660", "7杉3竹": "310", "8马2阔": "220"}.get(composition, "660")
    facts, _ = read(YOU_SHI_SZ=[leads] * 2, SZ_ZC=[composition] * 2)
    assert facts["trees_in_bamboo_code"].tolist() == [None, None]


def test_trees_in_bamboo_of_one_date_are_told_and_left_out(parameters, errors, five_years):
    bamboo = {"DI_LEI": ["0113"] * 2, "YOU_SHI_SZ": ["660"] * 2, "MEI_GQ_ZS": [3000, 3000], "SZ_ZC": ["7竹3杉"] * 2}
    now, _ = read(**bamboo, HUO_LMGQXJ=[60.0, 60.0])
    then, _ = read(**bamboo, HUO_LMGQXJ=[None, 0.0])
    nowhere = np.full(2, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years)
    assert found.columns["sink_tco2e_yr"].tolist() == [0.0, 0.0]
    assert found.issues.set_index("code")["value"]["SINK_TREES_ONE_DATE"] == "2"


def test_ground_that_trees_took_over_from_bamboo_is_compared_once(parameters, errors, five_years):
    """Bamboo with 50 m3/ha of fir, then a fir stand of 70: no tree counts for both kinds.

    Where today's culms are told each kind is compared by itself, 40 m3 more and 5,400 culms less; else a loss counts.
    """
    then, _ = read(DI_LEI=["0113"] * 2, YOU_SHI_SZ=["660"] * 2, MEI_GQ_ZS=[3000] * 2, SZ_ZC=["7竹3杉"] * 2,
                   HUO_LMGQXJ=[50.0] * 2)  # fmt: skip
    now, _ = read(YOU_SHI_SZ=["310"] * 2, HUO_LMGQXJ=[70.0] * 2, 毛竹株数=[600, None], SZ_ZC=["8杉2竹"] * 2)
    nowhere = np.full(2, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years).columns
    fir = 0.307 * 1.634 * 1.246 * 0.52 * 44 / 12
    assert (found["sink_tco2e_yr"] * five_years.years).tolist() == pytest.approx(
        [40 * fir - 5400 * CULM, min(140 * fir - 6000 * CULM, 0)]
    )


def test_the_continuous_sink_holds_the_bamboo_among_the_trees_too(parameters, errors, five_years):
    """100 to 120 m3/ha of pine on 2 ha by a = 0.5034, and 500 further culms that are the same by both methods."""
    now, _ = read(HUO_LMGQXJ=[120.0] * 2, 毛竹株数=[1500, None])
    then, _ = read(HUO_LMGQXJ=[100.0] * 2, 毛竹株数=[1000, None])
    nowhere = np.full(2, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years).columns
    line = 2 * 20 * 0.5034 * 0.46 * 44 / 12
    expected = [line + 500 * CULM, line]
    assert (found["sink_alt_tco2e_yr"] * five_years.years).tolist() == pytest.approx(expected)


PURE = {"DI_LEI": ["0113"] * 2, "YOU_SHI_SZ": ["660"] * 2}
MIXED = {**PURE, "SZ_ZC": ["7竹3杉"] * 2}


@pytest.mark.parametrize(
    ("now", "then", "code"),
    [
        ({**MIXED, "MEI_GQ_ZS": [3300] * 2, "HUO_LMGQXJ": [None] * 2},
         {**MIXED, "MEI_GQ_ZS": [3000] * 2, "HUO_LMGQXJ": [50.0] * 2}, "SINK_TREES_UNTOLD"),
        ({**PURE, "MEI_GQ_ZS": [3300] * 2, "HUO_LMGQXJ": [20.0] * 2},
         {**PURE, "MEI_GQ_ZS": [3000] * 2, "HUO_LMGQXJ": [50.0] * 2}, "SINK_TREES_UNTOLD"),
        ({"HUO_LMGQXJ": [120.0] * 2, "毛竹株数": [None, 1500]},
         {"HUO_LMGQXJ": [100.0] * 2, "毛竹株数": [1500] * 2}, "SINK_BAMBOO_UNTOLD"),
        ({"HUO_LMGQXJ": [120.0] * 2}, {"HUO_LMGQXJ": [100.0] * 2, "毛竹株数": [1500] * 2}, "SINK_BAMBOO_UNTOLD"),
    ],
)  # fmt: skip
def test_what_stood_beside_and_is_not_told_today_is_no_measurement(parameters, errors, five_years, now, then, code):
    """It may be lost; with a written 0 the loss counts, so that a blank must not be better."""
    nowhere = np.full(2, None, dtype=object)
    tables = [facts.assign(survey_date=day) for (facts, _), day in
              ((read(**now), "2020-12-31"), (read(**then), "2015-12-31"))]  # fmt: skip
    found = sink(tables[0], nowhere, EarlierInventory(tables[1], nowhere), parameters, errors, five_years)
    told = found.issues[found.issues["code"] == code]["stand_key"]
    expected = [key in set(told) for key in found.columns.index]
    assert expected[0]
    assert (found.columns["sink_basis"] == np.where(expected, "two_layers", "measured")).all()
    assert (expected[1]) == (now.get("毛竹株数", [None, None])[1] is None)


@pytest.mark.parametrize(
    ("now", "then", "code"),
    [
        ({**MIXED, "MEI_GQ_ZS": [3300] * 2, "HUO_LMGQXJ": [30.0] * 2},
         {**MIXED, "MEI_GQ_ZS": [3000] * 2, "HUO_LMGQXJ": [50.0, None]}, "SINK_TREES_UNTOLD_BEFORE"),
        ({"HUO_LMGQXJ": [120.0] * 2, "毛竹株数": [700] * 2},
         {"HUO_LMGQXJ": [100.0] * 2, "毛竹株数": [1500, None]}, "SINK_BAMBOO_UNTOLD_BEFORE"),
        ({"HUO_LMGQXJ": [120.0] * 2, "毛竹株数": [0] * 2},
         {"HUO_LMGQXJ": [100.0] * 2, "毛竹株数": [1500, None]}, "SINK_BAMBOO_UNTOLD_BEFORE"),
    ],
)  # fmt: skip
def test_what_is_not_told_of_then_is_no_measurement(parameters, errors, five_years, now, then, code):
    """With the earlier figure the loss counts; a blank leaves it out, and must not be granted what is left."""
    nowhere = np.full(2, None, dtype=object)
    tables = [facts.assign(survey_date=day) for (facts, _), day in
              ((read(**now), "2020-12-31"), (read(**then), "2015-12-31"))]  # fmt: skip
    found = sink(tables[0], nowhere, EarlierInventory(tables[1], nowhere), parameters, errors, five_years)
    assert found.columns["sink_basis"].tolist() == ["measured", "two_layers"]
    assert found.issues.loc[found.issues["code"] == code, "stand_key"].tolist() == [found.columns.index[1]]
    assert found.columns["sink_tco2e_yr"].iloc[1] > found.columns["sink_tco2e_yr"].iloc[0]


def test_an_earlier_layer_that_counts_no_bamboo_asks_only_stands_that_have_some(parameters, errors, five_years):
    """Nor is bamboo asked on ground that bamboo led then: its culms are that stand's own."""
    nowhere = np.full(2, None, dtype=object)
    now = read(HUO_LMGQXJ=[120.0] * 2, 毛竹株数=[0, 700])[0].assign(survey_date="2020-12-31")
    for then, basis in (
        (read()[0], ["measured", "two_layers"]),
        (
            read(YOU_SHI_SZ=["220", "660"], HUO_LMGQXJ=[100.0, None], MEI_GQ_ZS=[900, 3000], 毛竹株数=[0, None])[0],
            ["measured", "measured"],
        ),
    ):
        earlier = EarlierInventory(then.assign(survey_date="2015-12-31"), nowhere)
        found = sink(now, nowhere, earlier, parameters, errors, five_years).columns
        assert found["sink_basis"].tolist() == basis
