"""Stock beyond the worked cases: components beside the trees, gaps with their reason, nothing silently 0."""

from __future__ import annotations

import numpy as np
import pytest

from sanming_carbon_plugin.core.carbon.stock import stock

PINE = 0.38 * 1.472 * 1.187 * 0.46 * 44 / 12
MIXED_BROADLEAF = 0.482 * 1.514 * 1.262 * 0.49 * 44 / 12


def codes(found, key="s0"):
    return set(found.issues.loc[found.issues["stand_key"] == key, "code"])


def test_bamboo_among_trees_is_part_of_the_stock(make_facts, parameters):
    """10 ha: 100 m3/ha of pine and 500 culms of 16.2 kg."""
    facts = make_facts(species_code="220", volume_m3_ha=100.0, bamboo_culms_per_ha=[500.0, np.nan])
    found = stock(facts, parameters).columns
    bamboo = 10 * 500 * 0.0162 * 0.475 * 44 / 12
    assert found["bamboo_part_tco2e"].tolist() == pytest.approx([bamboo, np.nan], nan_ok=True)
    assert found["stock_tco2e"].tolist() == pytest.approx([1000 * PINE + bamboo, 1000 * PINE])
    assert found["biomass_t_ha"].iloc[0] == pytest.approx(66.396032 + 8.1)


def test_bamboo_stands_do_not_count_their_culms_twice(make_facts, parameters):
    facts = make_facts(species_code="660", stems_per_ha=3000.0, bamboo_culms_per_ha=3000.0)
    assert stock(facts, parameters).columns["stock_tco2e"].iloc[0] == pytest.approx(846.45)


def test_scattered_trees_are_an_account_of_their_own(make_facts, parameters):
    facts = make_facts(
        species_code=["220", None], volume_m3_ha=[100.0, np.nan], scattered_volume_m3_ha=2.0,
        land_class=["arbor", "cropland"],
    )  # fmt: skip
    found = stock(facts, parameters).columns
    assert found["scattered_tco2e"].tolist() == pytest.approx([20 * PINE, 20 * MIXED_BROADLEAF])
    assert found["stock_tco2e"].iloc[0] == pytest.approx(1000 * PINE)
    assert np.isnan(found["stock_tco2e"].iloc[1])


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"species_code": [None], "volume_m3_ha": 100.0}, "STOCK_NO_SPECIES"),
        ({"species_code": "999", "volume_m3_ha": 100.0}, "STOCK_UNKNOWN_SPECIES"),
        ({"species_code": "220", "volume_m3_ha": np.nan}, "STOCK_NO_VOLUME"),
        ({"species_code": "220", "volume_m3_ha": -9999.0}, "STOCK_NO_VOLUME"),
        ({"species_code": "220", "volume_m3_ha": np.inf}, "STOCK_NO_VOLUME"),
        ({"species_code": "660", "volume_m3_ha": 0.0}, "STOCK_NO_CULMS"),
        ({"species_code": "900", "land_class": "cutover"}, "STOCK_NOT_STOCKED"),
        ({"species_code": "220", "land_class": "cutover", "volume_m3_ha": np.nan}, "STOCK_NO_VOLUME"),
        ({"species_code": "220", "volume_m3_ha": 100.0, "area_ha": np.nan}, "STOCK_NO_AREA"),
        (
            {"species_code": "220", "volume_m3_ha": np.nan, "dbh_cm": 3.0, "height_m": 3.0, "stems_per_ha": 900.0},
            "STOCK_NO_VOLUME",
        ),
    ],
)
def test_what_is_unknown_says_why(make_facts, parameters, columns, code):
    found = stock(make_facts(**columns), parameters)
    assert np.isnan(found.columns["stock_tco2e"].iloc[0])
    assert code in codes(found)


@pytest.mark.parametrize("land", ["cutover", "burnt", "built_up", "arbor"])
def test_a_recorded_zero_is_zero_whatever_else_is_missing(make_facts, parameters, land):
    found = stock(make_facts(species_code=[None], land_class=land, volume_m3_ha=0.0), parameters)
    assert found.columns[["stock_tco2e", "stock_alt_tco2e", "biomass_t_ha"]].iloc[0].tolist() == [0.0, 0.0, 0.0]
    assert codes(found) == set()


def test_land_without_trees_is_no_fault(make_facts, parameters):
    found = stock(make_facts(species_code=[None], land_class="water", volume_m3_ha=np.nan), parameters)
    assert found.columns["volume_basis"].iloc[0] == "not_forest"
    assert np.isnan(found.columns["stock_tco2e"].iloc[0])
    assert found.issues.empty


def test_bamboo_without_culms_is_doubted(make_facts, parameters):
    found = stock(make_facts(species_code="660", stems_per_ha=0.0), parameters)
    assert np.isnan(found.columns["stock_tco2e"].iloc[0])
    assert codes(found) == {"STOCK_ZERO_CULMS"}


@pytest.mark.parametrize(
    ("more", "unknown"),
    [
        ({"dbh_cm": 16.0}, True),
        ({"height_m": 12.0}, True),
        ({"dbh_cm": 16.0, "species_code": None}, True),
        ({"dbh_cm": 4.0}, False),
        ({"height_m": 0.8}, False),  # below breast height no tree has a DBH
        ({}, False),  # nothing says that trees stand there
        ({"dbh_cm": 16.0, "change_reason": "20"}, False),  # felled
        ({"dbh_cm": 16.0, "land_class": "cutover"}, False),
    ],
)
def test_a_volume_of_0_beside_trees_is_no_stock_of_0(make_facts, parameters, more, unknown):
    facts = make_facts(**{"species_code": "220", "volume_m3_ha": 0.0} | {k: [v] for k, v in more.items()})
    found = stock(facts, parameters)
    stocked = found.columns["stock_tco2e"].iloc[0]
    assert np.isnan(stocked) if unknown else stocked == 0.0
    assert ("STOCK_ZERO_VOLUME" in codes(found)) == unknown
    assert "STOCK_NO_VOLUME" not in codes(found)


def test_a_table_without_a_column_counts_it_as_unknown(make_facts, parameters):
    facts = make_facts(species_code="220").drop(columns=["area_ha", "land_class"])
    assert np.isnan(stock(facts, parameters).columns["stock_tco2e"].iloc[0])


@pytest.mark.parametrize("land", ["cutover", "burnt", "other_unstocked"])
def test_tree_figures_left_from_a_felled_stand_make_no_volume(make_facts, parameters, land):
    trees = {"stems_per_ha": 900.0, "dbh_cm": 18.0, "height_m": 13.0}
    found = stock(make_facts(species_code="220", land_class=land, volume_m3_ha=np.nan, **trees), parameters)
    assert np.isnan(found.columns["stock_tco2e"].iloc[0])
    assert codes(found)


BAMBOO_HA = 3000 * 0.0162 * 0.475 * 44 / 12
FIR = 0.307 * 1.634 * 1.246 * 0.52 * 44 / 12


def test_trees_in_bamboo_are_counted_by_both_methods(make_facts, parameters):
    """10 ha of 660 with 3,000 culms and 60, 10 and 0 m3/ha of fir: culms are the same by both, trees are a*V + b."""
    facts = make_facts(
        species_code="660", stems_per_ha=3000.0, volume_m3_ha=[60.0, 10.0, 0.0, np.nan], trees_in_bamboo_code="310"
    )
    found = stock(facts, parameters)
    columns = found.columns
    trees = np.array([600 * FIR, 100 * FIR, 0.0, np.nan])
    assert columns["trees_part_tco2e"].to_numpy() == pytest.approx(trees, nan_ok=True)
    assert columns["stock_tco2e"].to_numpy() == pytest.approx(10 * BAMBOO_HA + np.nan_to_num(trees))
    assert columns["biomass_t_ha"].iloc[0] == pytest.approx(48.6 + 60 * 0.307 * 1.634 * 1.246)
    by_line = 10 * (60 * 0.4652 + 19.141) * 0.52 * 44 / 12
    expected = [10 * BAMBOO_HA + by_line, np.nan, np.nan, np.nan]
    assert columns["stock_alt_tco2e"].to_numpy() == pytest.approx(expected, nan_ok=True)
    told = found.issues[found.issues["code"].isin(["STOCK_ALT_BELOW_VOLUME", "STOCK_TREES_COUNTED"])]
    assert told[["stand_key", "code", "value"]].to_numpy().tolist() == [
        ["s0", "STOCK_TREES_COUNTED", "310"],
        ["s1", "STOCK_TREES_COUNTED", "310"],
        ["s1", "STOCK_ALT_BELOW_VOLUME", "10"],
    ]


def test_trees_of_a_stand_they_lead_are_not_counted_a_second_time(make_facts, parameters):
    facts = make_facts(species_code="310", volume_m3_ha=60.0, bamboo_culms_per_ha=3000.0, trees_in_bamboo_code="310")
    columns = stock(facts, parameters).columns
    assert columns["stock_tco2e"].iloc[0] == pytest.approx(600 * FIR + 10 * BAMBOO_HA)
    assert "trees_part_tco2e" not in columns


def test_trees_in_small_bamboo_are_beside_its_constant(make_facts, parameters):
    facts = make_facts(species_code="670", volume_m3_ha=60.0, trees_in_bamboo_code="310")
    columns = stock(facts, parameters).columns
    assert columns["stock_tco2e"].iloc[0] == pytest.approx(10 * 68.48 * 0.47 * 44 / 12 + 600 * FIR)


def test_trees_of_unknown_species_in_a_bamboo_stand_are_told(make_facts, parameters):
    facts = make_facts(species_code="660", stems_per_ha=3000.0, volume_m3_ha=[60.0, 0.0, np.nan])
    found = stock(facts, parameters)
    rows = found.issues[found.issues["code"] == "STOCK_TREES_IN_BAMBOO"]
    assert rows[["stand_key", "value"]].to_numpy().tolist() == [["s0", "60"]]
    assert found.columns["stock_tco2e"].to_numpy() == pytest.approx([10 * BAMBOO_HA] * 3)
    assert found.columns["trees_part_tco2e"].to_numpy() == pytest.approx([np.nan, 0.0, np.nan], nan_ok=True)
