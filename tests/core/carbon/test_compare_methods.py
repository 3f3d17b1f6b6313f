"""Both methods compared, contradictions inside a stand, and sinks that are hard to believe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.carbon_parameters import load_conflict_rules
from sanming_carbon_plugin.adapters.messages import render_issues
from sanming_carbon_plugin.core.carbon.bands import PlausibilityBands
from sanming_carbon_plugin.core.carbon.compare import method_comparison, method_difference
from sanming_carbon_plugin.core.carbon.conflicts import ConflictRules, canopy_heights_m, conflicts
from sanming_carbon_plugin.core.carbon.plausibility import implausible
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.issues import join_issues, stand_issues

RULES = load_conflict_rules()


def test_the_increment_differs_by_a_constant_of_the_species(parameters):
    table = method_difference(parameters).set_index("species_code")
    assert table.loc["220", "increment_difference"] == pytest.approx(-0.24, abs=0.005)
    assert table.loc["310", "increment_difference"] == pytest.approx(-0.26, abs=0.005)
    assert table.loc["220", "stock_difference_100"] == pytest.approx(-0.06, abs=0.005)
    assert table.loc["490", "stock_difference_150"] == pytest.approx(0.06, abs=0.005)
    assert "660" not in table.index


def test_both_methods_are_summed_over_the_same_stands(make_facts, parameters, errors, five_years):
    now = make_facts(species_code=["220", "220", "310", "660"], volume_m3_ha=[120.0, 25.0, 90.0, np.nan])
    then = now.assign(volume_m3_ha=[100.0, 20.0, 80.0, np.nan])
    nowhere = np.full(4, None, dtype=object)
    columns = stock(now, parameters).columns
    columns = columns.join(sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years).columns)
    table = method_comparison(columns)
    assert table.loc["pine", "stock_tco2e_stands"] == 1  # 25 m3/ha is below the continuous method's volume
    assert table.loc["pine", "sink_tco2e_yr_difference"] == pytest.approx(-0.2418, abs=5e-4)
    assert table.loc["chinese_fir", "sink_tco2e_yr_difference"] == pytest.approx(-0.2557, abs=5e-4)
    assert "bamboo" not in table.index


def test_the_continuous_method_is_refused_at_low_volume_but_zero_is_zero(make_facts, parameters):
    found = stock(make_facts(species_code="220", volume_m3_ha=[0.0, 40.9, 41.0]), parameters)
    assert found.columns["biomass_alt_t_ha"].isna().tolist() == [False, True, False]
    assert found.columns["stock_alt_tco2e"].iloc[0] == 0.0
    assert "STOCK_ALT_BELOW_VOLUME" in set(found.issues["code"])


def test_volume_that_does_not_fit_its_trees(make_facts, parameters):
    facts = make_facts(
        species_code="310", volume_m3_ha=[230.0, 90.0, 600.0], dbh_cm=20.0, height_m=15.0, stems_per_ha=1000.0
    )
    found = conflicts(facts, parameters, RULES)
    assert found[["stand_key", "code"]].values.tolist() == [
        ["s1", "CONFLICT_VOLUME_TREES"],
        ["s2", "CONFLICT_VOLUME_TREES"],
    ]
    assert found["params"].iloc[0]["expected"] == pytest.approx(232.6, abs=0.1)


def test_volume_height_closure_and_image(make_facts, parameters):
    rng = np.random.default_rng(0)
    height, closure = rng.uniform(8, 20, 60), rng.uniform(0.4, 0.9, 60)
    volume = 9 * height * closure * rng.lognormal(0, 0.08, 60)
    volume[7] *= 3
    facts = make_facts(species_code="220", volume_m3_ha=volume, height_m=height, closure=closure, dbh_cm=15.0)
    image = height.copy()
    image[11] = height[11] * 0.4
    found = conflicts(facts, parameters, RULES, image)
    told = set(zip(found["stand_key"], found["code"], strict=True))
    assert ("s7", "CONFLICT_VOLUME_PATTERN") in told
    assert ("s11", "CONFLICT_HEIGHT_IMAGE") in told
    assert len(told) <= 4


def test_what_the_checks_said_is_not_said_again(make_facts, parameters):
    facts = make_facts(
        species_code="310", volume_m3_ha=[600.0, 600.0, 600.0], dbh_cm=20.0, height_m=15.0, stems_per_ha=1000.0
    )
    told = join_issues(
        [
            stand_issues("STOCK_TOO_LARGE_FOR_TREES", ["s0"]),
            stand_issues("OUTLIER_STOCK", ["s1"]),
            stand_issues("STOCK_TOO_SMALL_FOR_TREES", ["s9"]),
        ]
    )
    found = conflicts(facts, parameters, RULES, told=told)
    assert found[["stand_key", "code"]].values.tolist() == [
        ["s1", "CONFLICT_VOLUME_TREES"],
        ["s2", "CONFLICT_VOLUME_TREES"],
    ]


def test_canopy_heights_count_where_most_of_the_stand_has_them(make_facts):
    facts = make_facts(
        species_code="310", canopy_height_m_mean=[12.0, 12.0, np.nan], canopy_height_m_support=[0.5, 0.49, 0.0]
    )
    assert canopy_heights_m(facts, RULES) == pytest.approx([12.0, np.nan, np.nan], nan_ok=True)
    assert canopy_heights_m(facts.drop(columns="canopy_height_m_mean"), RULES) is None


def test_conflict_rules_need_every_limit():
    with pytest.raises(InputError) as caught:
        ConflictRules.from_rows(pd.DataFrame({"name": ["outlier_spreads"], "value": ["x"]}))
    assert caught.value.values["count"] == 8
    assert "source: -" in caught.value.values["problems"]


def test_sinks_outside_their_band_are_told(make_facts, parameters):
    facts = make_facts(species_code="220", age_group=[2.0, 2.0, np.nan, 2.0, 2.0], area_ha=1.0)
    facts["change_reason"] = [None, None, None, None, "21"]
    group = np.full(5, "pine", dtype=object)
    sink_t = np.array([30.0, 17.0, 9.0, -1.0, -1.0])
    columns = pd.DataFrame(
        {"sink_tco2e_yr": sink_t, "sink_low_tco2e_yr": sink_t - 5, "sink_high_tco2e_yr": sink_t + 0.5}
    )
    found = implausible(facts, columns, group, parameters.bands)
    assert found[["stand_key", "code"]].values.tolist() == [
        ["s0", "SINK_ABOVE_BAND"],
        ["s1", "SINK_ABOVE_BAND_UNSURE"],
        ["s3", "SINK_LOSS_UNEXPLAINED"],
    ]
    assert found["params"].iloc[0] == {"low": 3.0, "high": 16.0}


def test_sinks_below_their_band_are_told(make_facts, parameters):
    """Middle-aged pine usually takes up 3 to 16 t; by how far it falls short decides how loud that is said."""
    sink_t = np.array([1.0, 1.0, 3.0, -0.5, -0.5, -0.5])
    half = np.array([1.5, 2.5, 0.1, 2.0, 2.0, 4.0])
    facts = make_facts(species_code="220", age_group=2.0, area_ha=1.0, volume_m3_ha=np.full(6, 100.0))
    facts["change_reason"] = [None, None, None, None, "21", None]
    columns = pd.DataFrame(
        {"sink_tco2e_yr": sink_t, "sink_low_tco2e_yr": sink_t - half, "sink_high_tco2e_yr": sink_t + half}
    )
    found = implausible(facts, columns, np.full(6, "pine", dtype=object), parameters.bands)
    assert found[["stand_key", "code"]].values.tolist() == [
        ["s0", "SINK_BELOW_BAND"],
        ["s3", "SINK_BELOW_BAND"],
        ["s1", "SINK_BELOW_BAND_UNSURE"],
        ["s5", "SINK_BELOW_BAND_UNSURE"],
    ]
    assert found["params"].iloc[0] == {"low": 3.0, "high": 16.0}


def test_the_sink_says_where_it_is_below_its_band(make_facts, parameters, errors, five_years):
    """100 to 101 m3/ha of middle-aged pine is 0.22 t a year and ha; the errors of the volumes may be the reason."""
    then = make_facts(species_code="220", age_group=2.0, volume_m3_ha=[100.0])
    now = then.assign(volume_m3_ha=101.0)
    nowhere = np.full(1, None, dtype=object)
    sure = replace(errors, size={**errors.size, "stand_volume": 0.01, "survey": 0.01})
    for table, code in ((errors, "SINK_BELOW_BAND_UNSURE"), (sure, "SINK_BELOW_BAND")):
        found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, table, five_years)
        assert code in set(found.issues["code"])


def test_the_narrowest_band_serves(parameters):
    group = np.array(["pine", "pine", "palm", None], dtype=object)
    low, high = parameters.bands.of(group, np.array([2.0, np.nan, 2.0, np.nan]))
    assert low.tolist() == [3.0, 0.0, 0.0, 0.0]
    assert high.tolist() == [16.0, 16.0, 20.0, 20.0]


def test_bands_upside_down_are_refused():
    frame = pd.DataFrame(
        {"group": ["pine"], "age_group": ["2"], "low_tco2e_ha_yr": ["9"], "high_tco2e_ha_yr": ["3"], "source": ["x"]}
    )
    with pytest.raises(InputError, match="PARAMETERS_INVALID"):
        PlausibilityBands.from_rows(frame)


@pytest.mark.parametrize(
    ("volume", "basis", "code"),
    [
        (999.0, "two_layers", "SINK_FAR_ABOVE_BAND"),  # 201 t a year and ha; the lower end is above 2 x 16
        (400.0, "two_layers", "SINK_FAR_ABOVE_BAND"),
        (250.0, "measured", "SINK_ABOVE_BAND"),
        (150.0, "measured", None),
    ],
)
@pytest.mark.parametrize("age", [4.0, np.nan])
def test_what_nothing_can_have_grown_is_told_and_measures_nothing(
    make_facts, parameters, errors, five_years, volume, basis, code, age
):
    """From 100 m3/ha in five years; an age group that is left blank grants no more."""
    day = {"species_code": "220", "age_group": age, "dbh_cm": 20.0}
    then = make_facts(volume_m3_ha=[100.0], survey_date="2015-12-31", **day)
    now = make_facts(volume_m3_ha=[volume], survey_date="2020-12-31", **day)
    nowhere = np.full(1, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years)
    assert found.columns["sink_basis"].tolist() == [basis]
    assert found.columns["sink_tco2e_yr"].notna().all()
    told = found.issues[found.issues["code"].isin(["SINK_FAR_ABOVE_BAND", "SINK_ABOVE_BAND"])]
    assert told["code"].tolist() == ([code] if code else [])
    if code == "SINK_FAR_ABOVE_BAND":
        assert told["params"].tolist() == [{"high": "16", "times": "2"}]
        words = render_issues(told).iloc[0]
        assert "2 times 16," in words["message"]
        assert "合理上限 16 的 2 倍" in words["message_zh"]


def test_the_highest_band_of_a_group_is_that_of_any_age(parameters):
    group = np.array(["soft_broadleaf", "pine", "palm", None], dtype=object)
    assert parameters.bands.highest(group).tolist() == [32.0, 16.0, 20.0, 20.0]
