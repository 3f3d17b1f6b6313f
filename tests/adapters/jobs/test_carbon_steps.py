"""Stock, sink, growth and projection as steps of their own: what they write, and that it is the main job's numbers."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sample_parts import SAMPLE, part

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.geopackage_rows import table_names
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.carbon_inputs import CarbonRequest
from sanming_carbon_plugin.adapters.jobs.carbon_stock import carbon_stock
from sanming_carbon_plugin.adapters.jobs.growth import ProjectRequest, fit_growth_curves, project_stands
from sanming_carbon_plugin.adapters.jobs.inputs import opened_inputs
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest
from sanming_carbon_plugin.adapters.jobs.yearly_sink import yearly_sink
from sanming_carbon_plugin.adapters.sink_errors import load_sink_errors
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.carbon.uncertainty import stand_interval
from sanming_carbon_plugin.core.errors import CarbonError, InputError
from sanming_carbon_plugin.core.pipeline import walk_through
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.stands.layer import FieldType

PERIOD = "2016-01-01/2020-12-31"
GROUPS = ["county", "township", "species_group", "age_group"]


@pytest.fixture(scope="module")
def earlier():
    return read_layer(str(SAMPLE / "stands_2015.gpkg"))


@pytest.fixture(scope="module")
def assessed(township, earlier, tmp_path_factory):
    """The stands of the main job on the whole sample."""
    out = tmp_path_factory.mktemp("main") / "r.gpkg"
    assess(AssessRequest(stands=township, earlier=earlier, period=PERIOD, out=out), Progress())
    return read_geopackage_table(out, "stands"), read_geopackage_table(out, "summary"), out


@pytest.mark.long
def test_the_stock_is_that_of_the_main_job(township, assessed, tmp_path):
    outcome = carbon_stock(CarbonRequest(township, tmp_path / "储量.gpkg"), Progress())
    stands = read_geopackage_table(outcome.out, "stands")
    for name in ("stand_key", "area_ha", "biomass_t_ha", "stock_tco2e", "stock_alt_tco2e", "species_group"):
        pd.testing.assert_series_equal(stands[name], assessed[0][name])
    assert list(stands["XIAO_BAN"]) == list(township.attributes["XIAO_BAN"])
    assert set(stands["parameter_level"].dropna()) >= {"species"}
    assert len(read_geopackage_table(outcome.out, "issues"))
    (record,) = read_geopackage_table(outcome.out, "run").to_dict("records")
    assert record["total_stock_tco2e"] == pytest.approx(stands["stock_tco2e"].sum(), rel=1e-12)
    assert json.loads(record["rules"])["parameters"]["status"] == "provisional"
    methods = read_geopackage_table(outcome.out, "methods").set_index("species_code")
    assert methods.loc[["220", "310"], "increment_difference"].tolist() == pytest.approx([-0.24, -0.26], abs=5e-3)
    assert set(methods.index) <= set(stands["parameter_row"].dropna())


def test_what_stands_beside_the_trees_is_told_by_itself(village, tmp_path):
    """Bamboo is part of the stock, scattered and roadside trees are not; each has its column and its total."""
    rows = len(village)
    more = village.attributes.assign(
        毛竹株数=np.full(rows, 500.0), 散生木蓄积=np.full(rows, 3.0), 四旁树蓄积=np.full(rows, 2.0)
    )
    types = village.field_types | dict.fromkeys(("毛竹株数", "散生木蓄积", "四旁树蓄积"), FieldType("real"))
    plain = carbon_stock(CarbonRequest(village, tmp_path / "a.gpkg"), Progress())
    beside = carbon_stock(
        CarbonRequest(replace(village, attributes=more, field_types=types), tmp_path / "b.gpkg"), Progress()
    )
    first, second = (read_geopackage_table(outcome.out, "stands") for outcome in (plain, beside))
    known = first["stock_tco2e"].notna()
    bamboo = second["bamboo_part_tco2e"].fillna(0.0)
    by_culms = first["species_group"] == "bamboo"
    assert (second["stock_tco2e"] - first["stock_tco2e"])[known & ~by_culms].to_numpy() == pytest.approx(
        bamboo[known & ~by_culms].to_numpy()
    )
    assert bamboo[by_culms].eq(0).all()
    for name in ("bamboo_part_tco2e", "scattered_tco2e", "roadside_tco2e"):
        assert float(beside.counts[f"total_{name}"]) == pytest.approx(second[name].sum(), abs=1e-2)
        assert f"total_{name}" not in plain.counts
    out = tmp_path / "c.gpkg"
    assess(AssessRequest(stands=replace(village, attributes=more, field_types=types), out=out), Progress())
    (record,) = read_geopackage_table(out, "run").to_dict("records")
    assert record["total_scattered_tco2e"] == pytest.approx(second["scattered_tco2e"].sum())
    facts = read_geopackage_table(out, "facts")
    assert facts["bamboo_part_tco2e"].sum() == pytest.approx(second["bamboo_part_tco2e"].sum())


@pytest.mark.long
def test_the_sink_is_that_of_the_main_job(township, earlier, assessed, tmp_path):
    outcome = yearly_sink(CarbonRequest(township, tmp_path / "s.gpkg", earlier=earlier, period=PERIOD), Progress())
    stands = read_geopackage_table(outcome.out, "stands")
    for name in ("increment_m3_ha_yr", "sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr", "sink_basis"):
        pd.testing.assert_series_equal(stands[name], assessed[0][name])
    pd.testing.assert_frame_equal(read_geopackage_table(outcome.out, "summary"), assessed[1])
    blocks = read_geopackage_table(outcome.out, "blocks")
    own = stands[stands["sink_block"].notna()].assign(change=stands["sink_tco2e_yr"] * stands["years"])
    by_block = own.groupby("sink_block")["change"].sum()
    assert blocks.set_index("sink_block")["change_tco2e"].to_dict() == pytest.approx(
        by_block[by_block.index.isin(blocks["sink_block"])].to_dict(), rel=1e-6, abs=1e-6
    )
    methods = read_geopackage_table(outcome.out, "methods").set_index("species_group")
    pine = stands[
        stands["species_group"].eq("pine") & stands["sink_alt_tco2e_yr"].notna() & stands["sink_tco2e_yr"].notna()
    ]
    assert methods.loc["pine", "sink_alt_tco2e_yr"] == pytest.approx(pine["sink_alt_tco2e_yr"].sum())
    assert methods.loc["pine", "sink_tco2e_yr_difference"] < -0.15
    table = read_geopackage_table(outcome.out, "uncertainty")
    parts = table[table["scope"] == "total"]
    (record,) = read_geopackage_table(outcome.out, "run").to_dict("records")
    assert parts["share"].sum() == pytest.approx(1.0)
    variance = (np.sign(parts["sd_tco2e_yr"]) * parts["sd_tco2e_yr"] ** 2).sum()
    half = (record["total_sink_high_tco2e_yr"] - record["total_sink_low_tco2e_yr"]) / 2
    assert half == pytest.approx(1.6449 * np.sqrt(variance), rel=1e-4)
    assert table[table["scope"] == "summary"].groupby(GROUPS, dropna=False)["share"].sum().to_numpy() == pytest.approx(
        1.0
    )
    assert "simulation" not in table_names(outcome.out)


@pytest.mark.long
def test_drawn_errors_agree_with_the_calculated_interval(township, earlier, tmp_path):
    """20,000 draws of a village's stands, with a seed; the same seed draws the same."""
    rows = np.flatnonzero(township.attributes["CUN"] == township.attributes["CUN"].iloc[0])[:120]
    few = part(township, rows)
    request = CarbonRequest(few, tmp_path / "a.gpkg", earlier=earlier, period=PERIOD, draws=20_000, seed=3)
    yearly_sink(request, Progress())
    found = read_geopackage_table(request.out, "simulation")
    total = found[found["scope"] == "total"].iloc[0]
    assert abs(total["difference_percent"]) < 2.0
    assert (total["draws"], total["seed"]) == (20_000, 3)
    assert total["simulated_half_width_tco2e_yr"] == pytest.approx(
        (total["simulated_high_tco2e_yr"] - total["simulated_low_tco2e_yr"]) / 2
    )
    summed = read_geopackage_table(request.out, "summary")
    assert (found["scope"] == "summary").sum() == summed["sink_tco2e_yr"].notna().sum()
    few_draws = replace(request, out=tmp_path / "b.gpkg", draws=200)
    yearly_sink(few_draws, Progress())
    yearly_sink(replace(few_draws, out=tmp_path / "c.gpkg"), Progress())
    pd.testing.assert_frame_equal(*(read_geopackage_table(tmp_path / f"{n}.gpkg", "simulation") for n in "bc"))


@pytest.mark.parametrize("draws", [1, 99, 10_000_000, -5])
def test_a_number_of_draws_that_says_nothing_is_refused(village, earlier, tmp_path, draws):
    request = CarbonRequest(village, tmp_path / "a.gpkg", earlier=earlier, period=PERIOD, draws=draws)
    with pytest.raises(CarbonError, match="DRAWS_INVALID"):
        yearly_sink(request, Progress())
    assert not list(tmp_path.iterdir())


def test_a_result_holds_what_makes_its_interval(township, assessed):
    """In the main job too: by component, for the total and for each row of the summary."""
    path = assessed[2]
    table = read_geopackage_table(path, "uncertainty")
    (record,) = read_geopackage_table(path, "run").to_dict("records")
    total = table[table["scope"] == "total"]
    half = (record["total_sink_high_tco2e_yr"] - record["total_sink_low_tco2e_yr"]) / 2
    variance = (np.sign(total["sd_tco2e_yr"]) * total["sd_tco2e_yr"] ** 2).sum()
    assert half == pytest.approx(1.6449 * np.sqrt(variance), rel=1e-4)
    assert {"survey_now", "stand_volume_now", "wood_density"} <= set(total["component"])
    known = assessed[1]["sink_tco2e_yr"].notna().sum()
    assert len(table[table["scope"] == "summary"].drop_duplicates(GROUPS)) == known
    stands = assessed[0].set_index("stand_key")
    errors = load_sink_errors(path, stands.index)
    low, high = stand_interval(errors)
    np.testing.assert_allclose(low, stands["sink_low_tco2e_yr"].to_numpy(dtype=float), rtol=1e-9)
    np.testing.assert_allclose(high, stands["sink_high_tco2e_yr"].to_numpy(dtype=float), rtol=1e-9)


@pytest.mark.long
def test_modelled_sinks_only_where_asked_and_never_as_measured(township, tmp_path):
    without = yearly_sink(CarbonRequest(township, tmp_path / "a.gpkg"), Progress())
    assert without.counts["total_sink_tco2e_yr"] == "unknown"
    asked = yearly_sink(CarbonRequest(township, tmp_path / "b.gpkg", growth=True), Progress())
    stands = read_geopackage_table(asked.out, "stands")
    known = stands["sink_tco2e_yr"].notna()
    assert known.sum() > 500
    assert set(stands.loc[known, "sink_basis"]) == {"growth_curve"}
    assert set(stands.loc[~known, "sink_basis"]) == {"none"}
    rates = tmp_path / "rates.csv"
    rates.write_text("group,age_from_yr,age_to_yr,percent_yr,source\npine,,,5,made up\n", encoding="utf-8")
    by_rate = yearly_sink(CarbonRequest(township, tmp_path / "c.gpkg", rates=rates), Progress())
    stands = read_geopackage_table(by_rate.out, "stands")
    assert set(stands.loc[stands["sink_tco2e_yr"].notna(), "species_group"]) == {"pine"}


@pytest.mark.long
def test_the_growth_report(township, earlier, tmp_path):
    folder = tmp_path / "生长"
    request = CarbonRequest(township, folder, earlier=earlier, period=PERIOD)
    outcome = fit_growth_curves(request, Progress(), "zh")
    curves = pd.read_csv(folder / "growth_curves.csv", encoding="utf-8-sig")
    assert outcome.counts["curves"] == len(curves) >= 5
    assert (curves["stands"] >= 30).all()
    assert set(curves["basis"]) <= {"remeasured", "cross_section"}
    data = json.loads((folder / "growth_curves.json").read_text(encoding="utf-8"))
    assert [row["species_group"] for row in data["curves"]] == list(curves["species_group"])
    assert data["run"]["inputs"]
    refused = pd.read_csv(folder / "growth_issues.csv", encoding="utf-8-sig")
    assert "GROWTH_TOO_FEW_STANDS" in set(refused["code"])
    whole = curves[curves["site_class"] == 0]
    assert {path.stem for path in (folder / "charts").glob("*.svg")} == {f"growth_{g}" for g in whole["species_group"]}
    with pytest.raises(CarbonError, match="OUTPUT_EXISTS"):
        fit_growth_curves(request, Progress(), "zh")
    fit_growth_curves(replace(request, overwrite=True), Progress(), "zh")


def test_projected_stocks_are_modelled_and_add_up(township, tmp_path):
    request = ProjectRequest(township, tmp_path / "p.gpkg", years="2040, 2030;2030")
    outcome = project_stands(request, Progress())
    stands = read_geopackage_table(outcome.out, "stands")
    sums = read_geopackage_table(outcome.out, "projection")
    known = stands["stock_2030_tco2e"].notna()
    assert known.sum() > 500
    assert set(stands.loc[known, "projection_basis"]) == {"growth_curve"}
    assert set(stands.loc[stands["projection_basis"] == "none", "stock_2040_tco2e"].isna()) == {True}
    for year in (2030, 2040):
        rows = sums[sums["year"] == year]
        total = stands[f"stock_{year}_tco2e"].sum()
        assert rows["stock_projected_tco2e"].sum() == pytest.approx(total, rel=1e-12)
        assert rows["stands"].sum() == len(stands)
        surveyed = stands.loc[stands[f"stock_{year}_tco2e"].notna(), "stock_tco2e"].sum()
        assert rows["stock_surveyed_tco2e"].sum() == pytest.approx(surveyed, rel=1e-12)
        assert (rows.loc[rows["stands_projected"] == 0, "projection_basis"] == "none").all()
        assert rows.loc[rows["stands_projected"] == 0, "stock_projected_tco2e"].isna().all()
    assert (stands["stock_2040_tco2e"] >= stands["stock_2030_tco2e"] - 1e-9)[known].all()
    assert len(read_geopackage_table(outcome.out, "curves"))


def test_projected_ground_that_is_drawn_twice_counts_once(township, tmp_path):
    """Each stand keeps its own stock; the sums hold the second one's not, as those of today do."""
    known = township.attributes
    pines = np.flatnonzero((known["YOU_SHI_SZ"] == "220") & (known["PINGJUN_NL"] > 15))[:150]
    twice = part(township, np.append(pines, pines[-1]))
    twice.attributes.loc[len(pines), "XIAO_BAN"] = "99999"
    outcome = project_stands(ProjectRequest(twice, tmp_path / "p.gpkg", years="2030"), Progress())
    stands = read_geopackage_table(outcome.out, "stands")
    sums = read_geopackage_table(outcome.out, "projection")
    first, second = stands["stock_2030_tco2e"].iloc[-2:]
    assert first == second > 0.0
    total = stands["stock_2030_tco2e"].sum() - second
    assert sums["stock_projected_tco2e"].sum() == pytest.approx(total, rel=1e-9)
    assert ("STOCK_COUNTED_ONCE", "warning") in outcome.issue_counts


@pytest.mark.long
def test_a_stand_is_projected_from_its_own_survey(township, tmp_path):
    undated = replace(township, attributes=township.attributes.assign(DC_RQ=None))
    outcome = project_stands(ProjectRequest(undated, tmp_path / "a.gpkg", years="2030"), Progress())
    assert outcome.counts["total_stock_2030_tco2e"] == "unknown"
    assert ("GROWTH_NO_DATE", "warning") in outcome.issue_counts
    dated = ProjectRequest(undated, tmp_path / "b.gpkg", years="2010;2030", surveyed="2020-12-31")
    outcome = project_stands(dated, Progress())
    assert outcome.counts["total_stock_2010_tco2e"] == "unknown"
    assert ("GROWTH_YEAR_PAST", "info") in outcome.issue_counts
    assert float(str(outcome.counts["total_stock_2030_tco2e"])) > 0


@pytest.mark.parametrize("years", ["", "soon", "2030;x", "1066", "20300", "２０３０"])
def test_wrong_years_are_one_clear_error(village, tmp_path, years):
    with pytest.raises(CarbonError) as caught:
        project_stands(ProjectRequest(village, tmp_path / "p.gpkg", years=years), Progress())
    assert caught.value.code == "YEARS_INVALID"
    assert not (tmp_path / "p.gpkg").exists()


def test_a_wrong_day_of_the_survey_is_one_clear_error(village, tmp_path):
    with pytest.raises(CarbonError) as caught:
        project_stands(ProjectRequest(village, tmp_path / "p.gpkg", years="2030", surveyed="spring"), Progress())
    assert caught.value.code == "DATE_INVALID"


def test_too_few_stands_give_no_curve_and_leave_nothing(township, tmp_path):
    few = part(township, slice(0, 20))
    with pytest.raises(InputError) as caught:
        fit_growth_curves(CarbonRequest(few, tmp_path / "g"), Progress(), "en")
    assert caught.value.code == "CURVES_NONE"
    assert not (tmp_path / "g").exists()


def test_surveys_beside_the_period_lead_to_no_ticket(assessed):
    stands = assessed[0]
    beside = stands["DC_RQ"] < "2019-01-01"
    known = stands["sink_tco2e_yr"].notna()
    assert (beside & known).sum() > 10, "the sample has stands that were surveyed in 2018"
    assert set(stands.loc[beside & known, "sink_basis"]) == {"two_layers"}
    assert "yes" not in set(stands.loc[beside, "ticket"])


def test_a_contradiction_is_said_once(township, tmp_path):
    assess(AssessRequest(stands=township, out=tmp_path / "r.gpkg"), Progress())
    issues = read_geopackage_table(tmp_path / "r.gpkg", "issues")
    keys = {code: set(rows["stand_key"]) for code, rows in issues.groupby("code")}
    assert keys["CONFLICT_VOLUME_PATTERN"]
    for checks in ("STOCK_TOO_LARGE_FOR_TREES", "STOCK_TOO_SMALL_FOR_TREES"):
        assert not keys["CONFLICT_VOLUME_TREES"] & keys[checks]
    assert not keys["CONFLICT_VOLUME_PATTERN"] & keys["OUTLIER_STOCK"]


def test_a_0_beside_trees_is_told_once(village, tmp_path):
    """With what follows from it; where carbon does not ask, as on land that lost its trees, the check tells it."""
    attributes = village.attributes.copy()
    grown = np.flatnonzero(
        (attributes["PINGJUN_XJ"] > 8) & (attributes["YU_BI_DU"] > 0) & (attributes["DI_LEI"] == "0111")
    )
    attributes.loc[attributes.index[grown[:2]], "HUO_LMGQXJ"] = 0.0
    layer = replace(village, attributes=attributes)
    with opened_inputs(AssessRequest(layer, tmp_path / "none.gpkg"), Progress()) as opened:
        walk = walk_through(opened.inputs, Progress(), ("stands", "check", "stock"))
    told = walk.all_issues[walk.all_issues["stand_key"].isin(walk.facts.index[grown[:2]])]
    codes = told.loc[told["code"].str.startswith("STOCK_ZERO"), "code"].tolist()
    assert codes == ["STOCK_ZERO_VOLUME"] * 2
