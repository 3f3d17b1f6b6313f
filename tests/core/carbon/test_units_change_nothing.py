"""The same stands written in other units give the same stock, sink and interval: from the columns of the layer on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.carbon_parameters import load_errors, load_parameters
from sanming_carbon_plugin.adapters.stand_tables import load_stand_tables
from sanming_carbon_plugin.core.carbon.period import parse_period
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.carbon.uncertainty import total_interval
from sanming_carbon_plugin.core.stands.layer import FieldType, VectorLayer
from sanming_carbon_plugin.core.stands.mapping import recognise_fields
from sanming_carbon_plugin.core.stands.normalise import normalise_stands

PARAMETERS, ERRORS, TABLES = load_parameters(), load_errors(), load_stand_tables()
PERIOD = parse_period("2016-01-01/2020-12-31")
AREA_COLUMNS = {"MIAN_JI": 1.0, "面积(亩)": 15.0, "小班面积": 15.0, "XBMJ": 10_000.0}
VOLUME_COLUMNS = {"HUO_LMGQXJ": 1.0, "每亩蓄积": 1 / 15, "MUXJ": 1 / 15, "小班蓄积": None, "活立木总蓄积": None}
STEM_COLUMNS = {"MEI_GQ_ZS": 1.0, "每亩株数": 1 / 15}
CLOSURE_COLUMNS = {"YU_BI_DU": 1.0, "郁闭度": 100.0, "YBD": 10.0}
CULM_COLUMNS = {"公顷毛竹株数": 1.0, "每亩毛竹株数": 1 / 15, "毛竹株数": None, "毛竹株数(百株)": None}
SCATTERED_COLUMNS = {"公顷散生木蓄积": 1.0, "每亩散生木蓄积": 1 / 15, "散生木蓄积": None}
MAYBE = st.one_of(st.none(), st.just(0.0))
STAND = st.fixed_dictionaries(
    {
        "species": st.sampled_from(["220", "310", "630", "490", "660", None]),
        "land": st.sampled_from(["0111", "0113", "0161", "0162", None]),
        "composition": st.sampled_from(["7竹3杉", "6竹2马2阔", None]),
        "volume": st.one_of(MAYBE, st.floats(1.0, 600.0)),
        "stems": st.one_of(st.none(), st.floats(100.0, 6000.0)),
        "closure": st.integers(30, 100),
        "culms": st.one_of(MAYBE, st.floats(10.0, 3000.0)),
        "scattered": st.one_of(MAYBE, st.floats(0.1, 30.0)),
        "width": st.floats(60.0, 900.0),
    }
)
UNITS = st.fixed_dictionaries(
    {
        "area": st.sampled_from(list(AREA_COLUMNS)),
        "volume": st.sampled_from(list(VOLUME_COLUMNS)),
        "stems": st.sampled_from(list(STEM_COLUMNS)),
        "closure": st.sampled_from(list(CLOSURE_COLUMNS)),
        "culms": st.sampled_from(list(CULM_COLUMNS)),
        "scattered": st.sampled_from(list(SCATTERED_COLUMNS)),
    }
)
USUAL = {
    "area": "MIAN_JI",
    "volume": "HUO_LMGQXJ",
    "stems": "MEI_GQ_ZS",
    "closure": "YU_BI_DU",
    "culms": "公顷毛竹株数",
    "scattered": "公顷散生木蓄积",
}
STOCKS = ["stock_tco2e", "stock_alt_tco2e", "biomass_t_ha", "carbon_tc_ha", "bamboo_part_tco2e", "scattered_tco2e"]
FLOWS = ["sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr", "recode_tco2e", "increment_m3_ha_yr"]
MEASURES = ["area_attr_ha", "closure", "stems_per_ha", "volume_m3_ha", "bamboo_culms_per_ha", "scattered_volume_m3_ha"]


def shapes_of(stands):
    right = np.cumsum([stand["width"] for stand in stands])
    return shapely.box(np.r_[0.0, right[:-1]], 0.0, right, 300.0)


def numbers(stands, name):
    return np.array([np.nan if stand[name] is None else stand[name] for stand in stands], dtype=float)


def facts_of(stands, shapes, units):
    """The layer as an office would write it in these units, recognised and normalised."""
    area_ha = shapely.area(shapes) / 1e4

    def amount(name, columns):
        factor = columns[units[name]]
        total = area_ha / (100.0 if "百株" in units[name] else 1.0)
        return numbers(stands, name) * (total if factor is None else factor)

    columns = {
        "XIAO_BAN": [f"{i:05d}" for i in range(len(stands))],
        "YOU_SHI_SZ": [stand["species"] for stand in stands],
        "DI_LEI": [stand["land"] for stand in stands],
        "SZ_ZC": [stand.get("composition") for stand in stands],
        units["area"]: area_ha * AREA_COLUMNS[units["area"]],
        units["volume"]: amount("volume", VOLUME_COLUMNS),
        units["stems"]: amount("stems", STEM_COLUMNS),
        units["closure"]: numbers(stands, "closure") / 100.0 * CLOSURE_COLUMNS[units["closure"]],
        units["culms"]: amount("culms", CULM_COLUMNS),
        units["scattered"]: amount("scattered", SCATTERED_COLUMNS),
    }
    attributes = pd.DataFrame(columns)
    types = {name: FieldType("real") for name in attributes.columns}
    layer = VectorLayer("stands", attributes, types, shapes, None)
    mapping = recognise_fields(attributes, TABLES)
    return normalise_stands(layer, mapping, TABLES, shapely.area(shapes), survey_method="plot").columns


def results(now, then, units_now, units_then):
    shapes = shapes_of(now)
    today, before = facts_of(now, shapes, units_now), facts_of(then, shapes, units_then)
    found = sink(today, shapes, EarlierInventory(before, shapes), PARAMETERS, ERRORS, PERIOD)
    return today, stock(today, PARAMETERS).columns, found


def same(first, second):
    np.testing.assert_allclose(second.to_numpy(float), first.to_numpy(float), rtol=1e-9, atol=1e-7)


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(STAND, STAND), min_size=1, max_size=6), UNITS, UNITS)
def test_unit_choices_do_not_change_results(layer, units_now, units_then):
    now, then = [a for a, _ in layer], [b for _, b in layer]
    facts, stocks, found = results(now, then, USUAL, USUAL)
    other_facts, other_stocks, other = results(now, then, units_now, units_then)
    same(facts[MEASURES], other_facts[MEASURES])
    same(stocks[STOCKS], other_stocks[STOCKS])
    same(found.columns[FLOWS], other.columns[FLOWS])
    assert found.columns["sink_basis"].tolist() == other.columns["sink_basis"].tolist()
    group = np.zeros(len(now), dtype=np.int64)
    same(total_interval(found.errors, group), total_interval(other.errors, group))


def test_the_units_are_truly_read_and_not_left_out():
    stands = [
        {"species": "220", "land": "0111", "volume": 100.0, "stems": 900.0, "closure": 70, "culms": 300.0,
         "scattered": 2.0, "width": 400.0}
    ]  # fmt: skip
    facts = facts_of(stands, shapes_of(stands), USUAL)
    assert facts[MEASURES].iloc[0].tolist() == [12.0, 0.7, 900.0, 100.0, 300.0, 2.0]
