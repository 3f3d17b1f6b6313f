"""Charts as SVG: whole XML, marks where the numbers say, words escaped."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.carbon_charts import growth_chart, products_chart, sink_chart, stock_chart, ticks
from sanming_carbon_plugin.adapters.carbon_parameters import load_growth_rules, load_parameters
from sanming_carbon_plugin.adapters.reports.charts import growth_charts
from sanming_carbon_plugin.core.carbon.growth import fit_curve, fit_growth
from sanming_carbon_plugin.core.units import UnitChoice

HECTARES, MU = UnitChoice(), UnitChoice("mu")
SVG = "{http://www.w3.org/2000/svg}"


def test_ticks_are_round_and_inside():
    assert ticks(0, 100) == [0, 20, 40, 60, 80, 100]
    assert ticks(-3.2, 7.9)[0] == -2
    assert ticks(5, 5) == [5]
    assert len(ticks(0, 1234567)) <= 7


def test_a_growth_chart_shows_stands_and_curve():
    rng = np.random.default_rng(0)
    age = rng.uniform(5, 50, 1000)
    volume = 300 * (1 - np.exp(-0.06 * age)) ** 2.2 * rng.lognormal(0, 0.1, 1000)
    curve = fit_curve("pine", age, volume, load_growth_rules())
    root = ET.fromstring(growth_chart(curve, age, volume, "马尾松 <1>", "年龄", "蓄积"))
    assert len(root.findall(f"{SVG}circle")) == 800
    lines = root.findall(f"{SVG}polyline")
    assert [line.get("stroke-dasharray") for line in lines] == [None, "6 4"]
    assert "马尾松 <1>" in [text.text for text in root.findall(f"{SVG}text")]


def test_a_growth_chart_shows_no_stand_that_is_behind_no_curve():
    age = np.linspace(5, 50, 100)
    volume = 300 * (1 - np.exp(-0.06 * age)) ** 2.2 * np.random.default_rng(1).lognormal(0, 0.1, 100)
    land = np.where(np.arange(100) % 10 == 0, "burnt", "arbor")
    facts = pd.DataFrame({"species_code": "220", "age_yr": age, "volume_m3_ha": volume, "land_class": land})
    parameters = load_parameters()
    (chart,) = growth_charts(facts, parameters, fit_growth(facts, parameters, load_growth_rules()), "en").values()
    assert len(ET.fromstring(chart).findall(f"{SVG}circle")) == 90


@pytest.mark.parametrize(("language", "per_ha", "per_mu"), [("en", "(m³/ha)", "(m³/mu)"), ("zh", "每公顷", "每亩")])
def test_a_growth_chart_speaks_in_the_chosen_unit_of_area(language, per_ha, per_mu):
    age = np.linspace(5, 50, 100)
    volume = 300 * (1 - np.exp(-0.06 * age)) ** 2.2 * np.random.default_rng(1).lognormal(0, 0.1, 100)
    volume[50] = 1530.0
    facts = pd.DataFrame({"species_code": "220", "age_yr": age, "volume_m3_ha": volume, "land_class": "arbor"})
    parameters = load_parameters()
    growth = fit_growth(facts, parameters, load_growth_rules())
    for units, here, there, far in ((HECTARES, per_ha, per_mu, "▲ 1,530"), (MU, per_mu, per_ha, "▲ 102.0")):
        (chart,) = growth_charts(facts, parameters, growth, language, units).values()
        root = ET.fromstring(chart)
        words = [text.text for text in root.findall(f"{SVG}text")]
        assert far in words
        assert sum(here in one for one in words) == 1
        assert not any(there in one for one in words)
        lines = [float(line.get("y1")) for line in root.findall(f"{SVG}line")]
        highest = float(words[len(lines) - 1])  # at the last line of the axis
        drawn = [float(circle.get("cy")) for circle in root.findall(f"{SVG}circle")]
        stood = (lines[0] - np.array(drawn)) / (lines[0] - lines[-1]) * highest
        assert stood == pytest.approx(np.delete(volume, 50) / units.area_factor, abs=0.001 * highest)


def test_a_slipped_decimal_point_does_not_squash_the_chart():
    age = np.linspace(5, 50, 200)
    volume = 300 * (1 - np.exp(-0.06 * age)) ** 2.2
    curve = fit_curve("pine", age, volume * np.random.default_rng(0).lognormal(0, 0.1, 200), load_growth_rules())
    volume[100] *= 10
    root = ET.fromstring(growth_chart(curve, age, volume, "t", "x", "y"))
    assert len(root.findall(f"{SVG}circle")) == 199
    words = [text.text for text in root.findall(f"{SVG}text")]
    assert f"▲ {volume[100]:,.0f}" in words, "its value stands at the end of the axis"
    assert "500" not in words


def test_bars_are_as_high_as_their_stock():
    table = pd.DataFrame(
        {
            "species_group": ["pine", "pine", "bamboo", None, "pine"],
            "age_group": [1.0, 2.0, np.nan, 1.0, 3.0],
            "stock_tco2e": [100.0, 300.0, 200.0, 50.0, np.nan],
        }
    )
    root = ET.fromstring(stock_chart(table, "t", "y", str.upper, ["young", "middle", "old"], "unknown"))
    heights = {
        box.find(f"{SVG}title").text: float(box.get("height"))
        for box in root.findall(f"{SVG}rect")
        if box.find(f"{SVG}title") is not None and ":" in box.find(f"{SVG}title").text
    }
    assert heights["PINE middle: 300"] == pytest.approx(3 * heights["PINE young: 100"], abs=0.2)
    assert heights["BAMBOO unknown: 200"] == pytest.approx(2 * heights["PINE young: 100"], abs=0.2)
    assert "unknown young: 50" in heights


def test_intervals_cross_zero_where_the_numbers_do():
    table = pd.DataFrame(
        {
            "species_group": ["pine", "fir", "none"],
            "sink_tco2e_yr": [10.0, -5.0, np.nan],
            "sink_low_tco2e_yr": [-2.0, -9.0, np.nan],
            "sink_high_tco2e_yr": [22.0, -1.0, np.nan],
        }
    )
    chart = sink_chart(table, "t", "y", str)
    assert "pine: 10.0 (-2.0 … 22.0)" in chart
    assert "none" not in ET.fromstring(chart).itertext()


@pytest.mark.parametrize("chart", [stock_chart, sink_chart])
def test_nothing_known_is_an_empty_chart(chart):
    names = ["species_group", "age_group", "stock_tco2e", "sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr"]
    table = pd.DataFrame({name: pd.Series(dtype=float) for name in names})
    more = (["young"], "unknown") if chart is stock_chart else ()
    assert ET.fromstring(chart(table, "t", "y", str, *more)).tag == f"{SVG}svg"


def test_stocks_in_products_are_stacked_by_year_with_few_enough_years_named():
    years = range(2016, 2056)
    table = pd.DataFrame(
        [{"year": y, "product": p, "stock_tco2e": v} for y in years for p, v in (("sawnwood", 30.0), ("paper", 10.0))]
    )
    svg = products_chart(table, "t", "tCO₂e", {"sawnwood": "锯材"})
    titles = [title.text for title in ET.fromstring(svg).iter(f"{SVG}title")]
    assert "2016 锯材: 30" in titles
    assert "2055 paper: 10" in titles
    named = [text.text for text in ET.fromstring(svg).iter(f"{SVG}text") if (text.text or "").startswith("20")]
    assert 5 <= len(named) <= 12
    heights = {}
    for box in ET.fromstring(svg).iter(f"{SVG}rect"):
        words = box.findtext(f"{SVG}title")
        if words and words.startswith("2030"):
            heights[words.split()[1]] = float(box.get("height"))
    assert heights["锯材:"] == pytest.approx(3 * heights["paper:"], rel=0.02)
