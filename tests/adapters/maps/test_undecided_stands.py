"""A stand of which a measure is undecided says so, one without it has a dash: on its sheet and on the web map."""

from __future__ import annotations

import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.maps.stand_figures import figure_text
from sanming_carbon_plugin.adapters.maps.web_map import _columns

STANDS = pd.DataFrame(
    {
        "stand_key": ["a", "b", "c"],
        "age_group": [3.0, None, None],
        "species_group": ["bamboo", None, "bamboo"],
        "pine_transform": ["no", "unknown", "no"],
        "reserve_forest": ["no", "no", "unknown"],
        "measure": [None, None, "tending"],
        "pine_technique": [None, None, None],
        "reserve_mode": [None, None, None],
    }
)
TOLD = {
    "measure": ["–", "待定", "森林抚育"],
    "pine_technique": ["–", "待定", "–"],
    "reserve_mode": ["–", "–", "待定"],
    "age_group": ["老龄竹", "未知", "未知"],
}


@pytest.mark.parametrize("name", list(TOLD))
def test_undecided_is_not_none(name):
    assert [figure_text(name, stand, "zh") for stand in STANDS.to_dict("records")] == TOLD[name]
    shown = [[one["words"][at][1] for at in one["values"]] for one in _columns(STANDS) if "words" in one]
    assert shown.count(TOLD[name]) == 1
