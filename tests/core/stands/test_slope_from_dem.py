"""Where an elevation model knows the slope of a stand, it goes before the inventory's."""

import numpy as np
import pandas as pd

from sanming_carbon_plugin.core.stands.slope import slope_from_dem

FACTS = pd.DataFrame({"slope_deg_low": [15.0, np.nan, 15.0], "slope_deg_high": [24.9, np.nan, 24.9]}, index=list("abc"))


def test_the_model_goes_first_and_the_inventory_fills_its_gaps():
    found = slope_from_dem(FACTS, pd.DataFrame({"slope_deg_mean": [26.0, 3.0, np.nan]}, index=list("abc")))
    assert found.columns["slope_deg_low"].tolist() == [26.0, 3.0, 15.0]
    assert found.columns["slope_deg_high"].tolist() == [26.0, 3.0, 24.9]
    assert found.issues["code"].tolist() == ["SLOPE_FROM_DEM"]
    assert found.issues["value"].tolist() == ["2"]


def test_without_a_model_nothing_changes():
    found = slope_from_dem(FACTS, pd.DataFrame({"s2_mean": [1.0, 2.0, 3.0]}, index=list("abc")))
    assert found.columns.empty
    assert found.issues.empty
