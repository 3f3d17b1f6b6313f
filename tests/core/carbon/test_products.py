"""Carbon in products: what is carried out, how it decays, and that nothing is made up."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sanming_carbon_plugin
from sanming_carbon_plugin.adapters.carbon_parameters import load_products, read_rows
from sanming_carbon_plugin.adapters.harvest_files import load_felling
from sanming_carbon_plugin.core.carbon.harvest import read_harvest
from sanming_carbon_plugin.core.carbon.products import ProductTable, harvested_tco2e, product_account
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.paths import resources_dir

PRODUCTS = load_products()
CULM_SHARE = load_felling()[1]


def test_what_is_carried_out(parameters):
    """100 m3 of pine: 100*0.38*0.46*44/12 = 64.093 t; 1,000 culms: 1000*0.0162*0.6*0.475*44/12 = 16.929 t.

    The mass of a bamboo is that with its roots; branches, leaves and roots stay behind.
    """
    codes = np.array(["220", "660", "900", "999"], dtype=object)
    amount, material = harvested_tco2e(codes, np.full(4, 100.0), np.full(4, 1000.0), parameters, CULM_SHARE)
    assert amount[:2] == pytest.approx([64.0933, 16.929], rel=1e-5)
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


def harvest_of(parameters, **columns):
    frame = pd.DataFrame({name: [str(v) if v is not None else "" for v in values] for name, values in columns.items()})
    return read_harvest(frame, parameters, PRODUCTS, *load_felling())


def test_a_harvest_table_by_species_kind_and_product(parameters):
    """100 m3 of pine 64.093 t; of mixed conifers 100*0.405*0.51*44/12 = 75.735 t; 1,000 culms 16.929 t."""
    found = harvest_of(
        parameters,
        year=[2020] * 5,
        species_code=["220", None, None, "660", "220"],
        kind=[None, "木材", None, None, "bamboo"],
        product=["锯材", None, "bamboo_goods", None, None],
        volume_m3=[100, 100, None, None, 100],
        culms=[None, None, 1000, 1000, None],
    )
    rows = found.rows
    assert rows["tco2e"].tolist() == pytest.approx([64.0933, 75.735, 16.929, 16.929, np.nan], rel=1e-5, nan_ok=True)
    assert rows["material"].tolist()[:4] == ["wood", "wood", "bamboo", "bamboo"]
    told = list(zip(found.issues["stand_key"], found.issues["code"], strict=True))
    assert told == [("2", "HARVEST_NO_SPECIES"), ("3", "HARVEST_NO_SPECIES"), ("5", "HARVEST_KIND_DIFFERS")]
    inflow = product_account(rows, PRODUCTS, 1).set_index("product")["inflow_tco2e"]
    assert inflow["sawnwood"] == pytest.approx(64.0933 + 0.3 * 75.735, rel=1e-5)
    assert inflow["panels"] == pytest.approx(0.35 * 75.735, rel=1e-5)
    assert inflow["bamboo_goods"] == pytest.approx(16.929 * 1.15, rel=1e-5)
    assert inflow["bamboo_panels"] == pytest.approx(16.929 * 0.35, rel=1e-5)


def test_what_is_unknown_is_left_out_and_told(parameters):
    found = harvest_of(
        parameters,
        year=[2020, 2020, 2020],
        species_code=["999", "220", "900"],
        volume_m3=[10, None, 10],
        culms=[None, 5, None],
    )
    assert found.rows["tco2e"].isna().all()
    assert set(found.issues["code"]) == {"HARVEST_UNKNOWN"}


def test_stands_give_species_and_county_to_rows_that_only_name_them(parameters):
    frame = pd.DataFrame({"year": ["2020", "2020"], "volume_m3": ["100", "100"], "stand_key": ["a", "b"]})
    stands = pd.DataFrame({"species_code": ["220"], "county": ["350428"]}, index=pd.Index(["a"], dtype=object))
    found = read_harvest(frame, parameters, PRODUCTS, *load_felling(), stands)
    assert found.rows["counted_as"].tolist() == ["220", "610"]
    assert found.rows["county"].tolist() == ["350428", None]
    counties = product_account(found.rows, PRODUCTS, 3)
    assert counties.groupby("county", dropna=False)["inflow_tco2e"].sum().tolist() == pytest.approx(
        [64.0933 * 0.7, 75.735 * 0.7], rel=1e-5
    )


def test_every_bad_cell_of_a_harvest_is_told_at_once(parameters):
    with pytest.raises(InputError) as caught:
        harvest_of(
            parameters,
            year=["2020.5", "soon", "1500", "2020"],
            kind=["wood", "stone", "", ""],
            product=["", "", "chairs", ""],
            volume_m3=["1", "-3", "x", ""],
        )
    problems = caught.value.values["problems"]
    for cell in ("row 1.year", "row 2.year", "row 3.year", "row 2.kind", "row 3.product", "row 2.volume_m3",
                 "row 3.volume_m3", "row 4.volume_m3 | culms"):  # fmt: skip
        assert cell in problems
    with pytest.raises(InputError, match="PARAMETERS_INVALID"):
        harvest_of(parameters, species_code=["220"])


def test_no_ticket_can_hold_carbon_of_products():
    """Nothing on the way to a ticket knows of the account: neither rules, stages, applications nor the main job."""
    package = Path(sanming_carbon_plugin.__file__).parent
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"carbon\.(products|harvest)\b|\.(products|harvest) import", path.read_text("utf-8"))
    }
    assert users == {
        "adapters/carbon_parameters.py",
        "adapters/jobs/products.py",
        "commands/products.py",
        "core/carbon/harvest.py",
        "processing/products.py",
        "processing/provider.py",
    }
    loaded = (package / "adapters" / "carbon_parameters.py").read_text("utf-8")
    assert loaded.count("load_products(") == 1


@pytest.mark.parametrize(("volume", "culms", "refused"), [("10", "200", True), ("0", "200", False), ("10", "0", False)])
def test_wood_and_bamboo_in_one_row_are_refused(parameters, volume, culms, refused):
    """One row has one species; of two amounts one would be lost. A 0 is none."""
    columns = {"year": [2020], "volume_m3": [volume], "culms": [culms]}
    if refused:
        with pytest.raises(InputError) as caught:
            harvest_of(parameters, **columns)
        assert "row 1.volume_m3 | culms: 10 + 200" in caught.value.values["problems"]
    else:
        rows = harvest_of(parameters, **columns).rows
        assert rows["tco2e"].iloc[0] > 0


@pytest.mark.parametrize("amount", ["inf", "-inf", "1e999"])
def test_an_infinite_harvest_is_refused(parameters, amount):
    with pytest.raises(InputError) as caught:
        harvest_of(parameters, year=[2020], volume_m3=[amount])
    assert f"row 1.volume_m3: {amount}" in caught.value.values["problems"]


def test_a_first_year_of_unknown_harvest_is_unknown_and_in_the_calendar():
    harvest = pd.DataFrame({"year": [2018, 2020, 2021], "material": "wood", "tco2e": [np.nan, 100.0, np.nan]})
    table = product_account(harvest, PRODUCTS, 4).set_index("product").loc["sawnwood"]
    assert table["year"].tolist() == [2018, 2019, 2020, 2021]
    assert table["inflow_tco2e"].tolist() == pytest.approx([np.nan, 0.0, 30.0, np.nan], nan_ok=True)
    assert table["stock_tco2e"].isna().tolist() == [True, True, False, False]
    assert table["stock_tco2e"].iloc[2] > table["stock_tco2e"].iloc[3] > 0
    later = product_account(harvest, PRODUCTS, 2, first=2017)
    assert later["year"].unique().tolist() == [2017, 2018]
    bamboo = product_account(harvest, PRODUCTS, 4).set_index("product").loc["bamboo_goods"]
    assert (bamboo["stock_tco2e"] == 0).all()
