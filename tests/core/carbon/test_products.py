"""Carbon in products: what is carried out, how it decays, and that nothing is made up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.carbon_parameters import load_products, read_rows
from sanming_carbon_plugin.core.carbon.products import ProductTable, harvested_tco2e, product_account
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.paths import resources_dir

PRODUCTS = load_products()


def test_what_is_carried_out(parameters):
    """100 m3 of pine: 100*0.38*0.46*44/12 = 64.093 t; 1,000 culms: 1000*0.0162*0.475*44/12 = 28.215 t."""
    codes = np.array(["220", "660", "900", "999"], dtype=object)
    amount, material = harvested_tco2e(codes, np.full(4, 100.0), np.full(4, 1000.0), parameters)
    assert amount[:2] == pytest.approx([64.0933, 28.215], rel=1e-5)
    assert np.isnan(amount[2:]).all()
    assert material.tolist() == ["wood", "bamboo", None, None]


def test_half_is_left_after_the_half_life():
    harvest = pd.DataFrame({"year": [2020], "material": ["wood"], "tco2e": [100.0]})
    table = product_account(harvest, PRODUCTS, 60)
    sawn = table[table["product"] == "sawnwood"]["stock_tco2e"].to_numpy()
    assert sawn[35] == pytest.approx(sawn[0] / 2)
    assert sawn[0] == pytest.approx(30 * (1 - 2 ** (-1 / 35)) / (np.log(2) / 35))
    assert (table[table["product"] == "bamboo_goods"]["stock_tco2e"] == 0).all()


def test_changes_add_up_to_the_stock_and_unknown_harvest_is_left_out():
    harvest = pd.DataFrame({"year": [2020, 2021, 2021], "material": "wood", "tco2e": [100.0, 50.0, np.nan]})
    table = product_account(harvest, PRODUCTS, 10)
    for _, part in table.groupby("product"):
        assert part["change_tco2e"].sum() == pytest.approx(part["stock_tco2e"].iloc[-1])
    assert table["inflow_tco2e"].sum() == pytest.approx(150 * 0.7)
    assert product_account(harvest.iloc[2:], PRODUCTS, 10).empty


def test_shares_above_the_whole_are_refused():
    frame, _ = read_rows(resources_dir() / "parameters" / "products.csv")
    frame.loc[0, "share"] = "0.9"
    with pytest.raises(InputError) as caught:
        ProductTable.from_rows(frame)
    assert "wood.share: 1.3" in caught.value.values["problems"]
