"""Cases worked by hand; the arithmetic stands beside each in worked_cases.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory

SHAPES = pd.read_csv(Path(__file__).with_name("worked_shapes.csv"), dtype=str, keep_default_na=False)
CASES = pd.read_csv(Path(__file__).with_name("worked_cases.csv"), dtype=str, keep_default_na=False)
FIELDS = {
    "species": "species_code",
    "land_class": "land_class",
    "volume": "volume_m3_ha",
    "stems": "stems_per_ha",
    "dbh": "dbh_cm",
    "height": "height_m",
    "age_group": "age_group",
    "area": "area_ha",
    "bamboo": "bamboo_culms_per_ha",
    "trees": "trees_in_bamboo_code",
    "scattered": "scattered_volume_m3_ha",
    "age": "age_yr",
}
NOWHERE_ASKED = ("scattered",)  # on the earlier date
BRANCHES = {
    "pine", "fir", "bamboo", "bamboo_among_pine", "trees_in_bamboo", "mixed", "no_volume", "thinning", "harvest",
    "split", "merged", "redrawn", "species_change", "constant_volume", "scattered_trees", "below_continuous",
    "true_0", "unknown",
}  # fmt: skip
TEXT = ("species_code", "land_class", "trees_in_bamboo_code")


def facts_of(side: str) -> pd.DataFrame:
    asked = {short: name for short, name in FIELDS.items() if side == "now" or short not in NOWHERE_ASKED}
    table = pd.DataFrame({name: CASES[f"{side}_{short}"] for short, name in asked.items()})
    for name in table.columns:
        table[name] = table[name].where(table[name] != "", None) if name in TEXT else pd.to_numeric(table[name])
    table["survey_method"] = "plot"
    return table.set_index(pd.Index(CASES["case"], name="stand_key"))


@pytest.fixture(scope="module")
def results(parameters, errors, five_years):
    now, then = facts_of("now"), facts_of("then")
    nowhere = np.full(len(now), None, dtype=object)
    return stock(now, parameters), sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years)


def expected(column: str) -> np.ndarray:
    return pd.to_numeric(CASES[column]).to_numpy()


@pytest.mark.parametrize("row", range(len(CASES)), ids=list(CASES["case"]))
def test_case(results, five_years, row):
    stocked, sunk = results
    assert stocked.columns["stock_tco2e"].iloc[row] == pytest.approx(
        expected("stock_tco2e")[row], rel=1e-7, abs=1e-9, nan_ok=True
    )
    change = sunk.columns["sink_tco2e_yr"].iloc[row] * five_years.years
    assert change == pytest.approx(expected("change_tco2e")[row], rel=1e-7, abs=1e-9, nan_ok=True)
    assert sunk.columns["recode_tco2e"].iloc[row] == pytest.approx(
        expected("recode_tco2e")[row], rel=1e-6, abs=1e-6, nan_ok=True
    )


def test_every_branch_is_worked_with_its_arithmetic():
    assert set(CASES["case"]) | set(SHAPES["case"]) >= BRANCHES
    assert not CASES["case"].duplicated().any()
    assert (CASES["arithmetic"].str.len() > 15).all()
    assert (SHAPES.loc[SHAPES["date"] == "now", "arithmetic"].str.len() > 15).all()


@pytest.mark.parametrize(
    ("case", "column", "written"),
    [
        (case, column, value)
        for column in ("stock_alt_tco2e", "change_alt_tco2e", "scattered_tco2e")
        for case, value in zip(CASES["case"], CASES[column], strict=True)
        if value
    ],
)
def test_the_other_method_and_scattered_trees(results, five_years, case, column, written):
    stocked, sunk = results
    columns = stocked.columns.assign(change_alt_tco2e=sunk.columns["sink_alt_tco2e_yr"] * five_years.years)
    expected = np.nan if written == "unknown" else float(written)
    assert columns.loc[case, column] == pytest.approx(expected, rel=1e-7, abs=1e-9, nan_ok=True)


def test_every_unknown_stock_and_sink_has_a_reason(results):
    for result, column, prefix, silent in (
        (results[0], "stock_tco2e", "STOCK_", {"conversion", "bamboo_with_trees_built_on", "scattered_on_cropland"}),
        (results[1], "sink_tco2e_yr", "SINK_", set()),
    ):
        told = set(result.issues.loc[result.issues["code"].str.startswith(prefix), "stand_key"])
        unknown = set(result.columns.index[result.columns[column].isna()])
        assert unknown - silent <= told


def test_ten_hectares_of_masson_pine(make_facts, parameters):
    columns = stock(make_facts(species_code="220", volume_m3_ha=100.0), parameters).columns.iloc[0]
    assert columns["biomass_t_ha"] == pytest.approx(66.396, abs=5e-4)
    assert columns["carbon_tc_ha"] == pytest.approx(30.542, abs=5e-4)
    assert columns["stock_tco2e"] == pytest.approx(1119.88, abs=5e-3)
    assert columns["biomass_alt_t_ha"] == pytest.approx(70.887, abs=5e-4)
    assert columns["parameter_level"] == "species"
    assert columns["species_group"] == "pine"


def test_five_years_of_pine_growth(make_facts, parameters, errors, five_years):
    now = make_facts(species_code="220", volume_m3_ha=120.0, survey_date="2020-12-31")
    then = make_facts(species_code="220", volume_m3_ha=100.0, survey_date="2015-12-31")
    nowhere = np.array([None], dtype=object)
    row = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years).columns.iloc[0]
    assert five_years.days == 1827
    assert row["years"] == pytest.approx(5.002, abs=5e-4)
    assert row["sink_tco2e_yr"] * row["years"] == pytest.approx(223.98, abs=5e-3)
    assert row["sink_tco2e_yr"] == pytest.approx(44.78, abs=5e-3)
    assert row["sink_alt_tco2e_yr"] * row["years"] == pytest.approx(169.81, abs=5e-3)
    assert row["increment_m3_ha_yr"] == pytest.approx(20 / five_years.years)
    assert row["sink_basis"] == "measured"


def of_shapes(case: str, date: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Stands of one case on one date: strips of 250 m from west to east, 10 ha per 400 m."""
    rows = SHAPES[(SHAPES["case"] == case) & (SHAPES["date"] == date)]
    west, east = (pd.to_numeric(rows[name]).to_numpy(dtype=float) for name in ("west_m", "east_m"))
    table = pd.DataFrame(
        {
            "species_code": rows["species"].where(rows["species"] != "", None),
            "land_class": rows["land_class"],
            "volume_m3_ha": pd.to_numeric(rows["volume"]),
            "area_ha": (east - west) * 250.0 / 1e4,
            "survey_method": "plot",
            "survey_date": {"now": "2020-12-31", "then": "2015-12-31"}[date],
        }
    )
    return table.set_index(pd.Index(rows["key"], name="stand_key", dtype=object)), shapely.box(west, 0.0, east, 250.0)


@pytest.mark.parametrize("case", list(SHAPES["case"].unique()))
def test_case_with_outlines(parameters, errors, five_years, case):
    now, now_shapes = of_shapes(case, "now")
    then, then_shapes = of_shapes(case, "then")
    found = sink(now, now_shapes, EarlierInventory(then, then_shapes), parameters, errors, five_years).columns
    rows = SHAPES[(SHAPES["case"] == case) & (SHAPES["date"] == "now")]
    changes = found["sink_tco2e_yr"].to_numpy() * five_years.years
    assert changes == pytest.approx(pd.to_numeric(rows["change_tco2e"]).to_numpy(), rel=1e-7, nan_ok=True)
    assert found["sink_basis"].tolist() == rows["basis"].tolist()
    assert found["change_kind"].tolist() == rows["kind"].tolist()
