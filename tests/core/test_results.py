"""The columns that users script against."""

import numpy as np
import pandas as pd

from sanming_carbon_plugin.core.results import RESULT_COLUMNS, facts_table, source_names, stands_table
from sanming_carbon_plugin.core.stands.layer import FieldType


def test_a_source_column_that_meets_a_result_column_gets_src_whatever_its_case():
    assert source_names(["XIAN", "Area_HA", "TICKET"], RESULT_COLUMNS) == {
        "XIAN": "XIAN",
        "Area_HA": "Area_HA_src",
        "TICKET": "TICKET_src",
    }


def test_a_source_that_has_the_new_name_already_keeps_both_columns():
    names = source_names(["ticket", "TICKET_SRC"], RESULT_COLUMNS)
    assert names == {"ticket": "ticket_src_src", "TICKET_SRC": "TICKET_SRC"}


def test_stands_keep_order_and_source_values_and_unknown_stays_unknown():
    source = pd.DataFrame({"XIAO_BAN": ["2", "1"], "volume_m3_ha": [7.0, 8.0]})
    types = {"XIAO_BAN": FieldType("text"), "volume_m3_ha": FieldType("real")}
    facts = pd.DataFrame({"area_ha": [1.5, np.nan], "dem_mean": [0.0, np.nan]}, index=["k2", "k1"])
    table = stands_table(source, types, facts, ["dem_mean"])
    assert list(table.columns) == ["XIAO_BAN", "volume_m3_ha_src", *RESULT_COLUMNS, "dem_mean"]
    assert list(table.frame["stand_key"]) == ["k2", "k1"]
    assert list(table.frame["volume_m3_ha_src"]) == [7.0, 8.0]
    assert table.frame["volume_m3_ha"].isna().all()
    assert table.frame["ticket"].isna().all()
    assert table.frame["dem_mean"].iloc[0] == 0.0
    assert np.isnan(table.frame["dem_mean"].iloc[1])


def test_facts_hold_what_the_stands_layer_does_not_show():
    facts = pd.DataFrame({"area_ha": [1.0], "closure": [0.7], "land_class": ["arbor"]}, index=["k"])
    table = facts_table(facts, ["stand_key", "area_ha"])
    assert {name: kind.kind for name, kind in table.columns.items()} == {
        "stand_key": "text",
        "closure": "real",
        "land_class": "text",
    }
