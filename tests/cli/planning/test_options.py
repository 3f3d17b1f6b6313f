"""Every option of plan by what it does to the plan of the sample."""

import datetime as dt
import json
import sqlite3

import numpy as np
import pandas as pd
import pytest
import shapely
from osgeo import ogr, osr

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs import plan as plan_job
from sanming_carbon_plugin.adapters.jobs import plan_output
from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.core.planning.counties import solve_by_county
from sanming_carbon_plugin.core.planning.solver import SMALL_OPTIONS

from ..conftest import ERROR_LINE, ROOT
from .plan_runs import CHINESE, HEADER, TARGETS, asked, check_line

SHIPPED = ROOT / "resources" / "targets"


def connected(shapes):
    """Row numbers of polygons that adjoin, directly or through others."""
    left, found = set(range(len(shapes))), []
    while left:
        patch, edge = set(), [left.pop()]
        while edge:
            one = edge.pop()
            patch.add(one)
            near = [n for n in left if shapely.length(shapely.intersection(shapes[one].buffer(2), shapes[n])) > 8]
            edge += near
            left -= set(near)
        found.append(sorted(patch))
    return found


def patches(plan):
    """Area of each connected patch of one measure and year."""
    parts = [part for _, part in plan.groupby(["measure", "year"])]
    sums = [
        part["area_ha"].to_numpy()[patch].sum() for part in parts for patch in connected(part["geometry"].to_numpy())
    ]
    return np.array(sums)


@pytest.mark.long
def test_benefits_are_what_they_say(made):
    carbon, _ = made("--benefit", "carbon")
    cost, _ = made("--benefit", "cost")
    infested, _ = made("--benefit", "infestation", "--beyond", "0.5")
    mixed, _ = made("--benefit", "carbon=2;infestation=300;cost=0.001")
    for plan in (carbon, cost, infested, mixed):
        sums = plan.groupby("measure")["area_ha"].sum()
        assert sums["pine_transform"] >= 120 - 1e-6
        assert sums["tending"] >= 60 - 1e-6
    assert carbon["value"].to_numpy() == pytest.approx(carbon["carbon_gain_tco2e"].to_numpy())
    assert cost["value"].to_numpy() == pytest.approx(-cost["cost_yuan"].to_numpy())
    assert infested["value"].to_numpy() == pytest.approx(infested["infestation_removed_ha"].to_numpy())
    wanted = 2 * mixed["carbon_gain_tco2e"] + 300 * mixed["infestation_removed_ha"] - 0.001 * mixed["cost_yuan"]
    assert mixed["value"].to_numpy() == pytest.approx(wanted.to_numpy())
    # Each is the best, to the gap of 2 %, by its own measure.
    assert carbon["carbon_gain_tco2e"].sum() >= 0.98 * cost["carbon_gain_tco2e"].sum()
    assert cost["cost_yuan"].sum() <= 1.02 * carbon["cost_yuan"].sum()
    assert infested["infestation_removed_ha"].sum() >= 0.98 * carbon["infestation_removed_ha"].sum()


@pytest.mark.long
def test_shares_of_techniques_hold(made, table):
    free, _ = made()
    none, _ = made("--shares", table("area_unit,measure,technique,low,high\n350428,pine_transform,strip_cut,,0\n"))
    half, _ = made("--shares", table("area_unit,measure,technique,low,high\n350428,pine_transform,strip_cut,0.5,0.6\n"))
    assert (free["technique"] == "strip_cut").any()
    assert not (none["technique"] == "strip_cut").any()
    pine = half[half["measure"] == "pine_transform"]
    share = pine.loc[pine["technique"] == "strip_cut", "area_ha"].sum() / pine["area_ha"].sum()
    assert 0.5 - 1e-6 <= share <= 0.6 + 1e-6


@pytest.mark.long
def test_every_patch_is_as_large_as_asked(made):
    free, _ = made("--years", "2026/2027")
    large, finished = made("--years", "2026/2027", "--min-patch", "12", gap="0.2")
    assert (patches(free) < 12 - 1e-6).any()
    assert (patches(large) >= 12 - 1e-6).all()
    assert len(large)
    assert asked(finished)[1]["minimum_patch_ha"] == 12


@pytest.mark.long
def test_years_horizon_project_scenario_beyond(made, monkeypatch):
    monkeypatch.setattr(plan_output, "today", lambda: dt.date(2027, 1, 1))
    plan, finished = made("--years", "2027/2027", "--horizon", "2060", "--project", "2035", "--scenario", "方案 A")
    run, options = asked(finished)
    assert set(plan["year"]) == {2027}
    assert options["horizon"] == 2060
    assert run["scenario"] == "方案 A"
    assert set(read_geopackage_table(finished.out, "plan_carbon")["year"]) == {2035}
    assert "years_past" not in finished.counts
    near, finished = made("--beyond", "0", "--benefit", "carbon=1;infestation=1000", name="near")
    assert finished.counts["years_past"] == "2026-2026"
    far, _ = made("--beyond", "1", "--benefit", "carbon=1;infestation=1000", name="far")
    largest = near.groupby("measure")["area_ha"].max()
    for measure, amount in (("pine_transform", 120), ("tending", 60)):
        assert near.loc[near["measure"] == measure, "area_ha"].sum() <= amount + largest[measure] + 15
        assert far.loc[far["measure"] == measure, "area_ha"].sum() <= 2 * amount + 1e-6
    assert far["area_ha"].sum() > near["area_ha"].sum()


CUTS = HEADER + "pine_transform,350428,2026,2028,{},ha,at_least,test\n"


@pytest.fixture
def clear_cuts(result, table):
    """A share that asks for as much clear-cutting as there is, and how much that is."""
    stands = read_geopackage_table(result, "stands")
    cut = stands[(stands["pine_technique"] == "clear_cut") & stands["measures"].fillna("").str.contains("pine")]
    assert len(cut) > 1
    return table("area_unit,measure,technique,low,high\n350428,pine_transform,clear_cut,0.9,\n", "shares.csv"), cut


@pytest.mark.long
def test_cuts_of_an_earlier_plan_are_not_cut_again(made, clear_cuts):
    shares, cut = clear_cuts
    text = CUTS.format(min(cut["area_ha"].sum() * 0.4, 30))
    first, finished = made("--shares", shares, targets=text, name="first", gap="0.05")
    opened = set(first.loc[first["technique"] == "clear_cut", "stand_key"])
    assert opened
    second, later = made("--shares", shares, "--openings", finished.out, targets=text, name="second", gap="0.05")
    assert not opened & set(second["stand_key"])
    assert asked(later)[1]["openings"] == ["first.gpkg"]
    record = json.loads(asked(later)[0]["inputs"])
    assert record["openings"][0]["rows"] == len(first)
    why = read_geopackage_table(later.out, "candidates").set_index("stand_key")
    assert set(why.loc[sorted(opened), "reason"]) == {"open_already"}


def layer_of(path, rows, srs):
    """A layer of polygons with measure, technique, date, survival, retention and photo."""
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(srs)
    layer = source.CreateLayer("accepted", reference, ogr.wkbUnknown)
    names = ("measure", "technique", "date", "survival", "retention", "photo")
    for name in names:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    for shape, *values in rows:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(shape)))
        for name, value in zip(names, values, strict=True):
            if value is not None:
                feature.SetField(name, value)
        layer.CreateFeature(feature)
    del layer, source
    return path


@pytest.mark.long
def test_an_accepted_clear_cut_is_an_opening_whether_or_not_it_counts(run, made, result, table, tmp_path, clear_cuts):
    _, cut = clear_cuts
    stands = read_geopackage_table(result, "stands", geometry=True).set_index("stand_key")
    with sqlite3.connect(result) as database:
        srs = database.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name='stands'").fetchone()[0]
    key = cut.sort_values("area_ha")["stand_key"].iloc[-1]
    around = stands.loc[key, "geometry"].buffer(150).difference(stands.loc[key, "geometry"])
    locks = table(f"stand_key,lock,measure,technique,year\n{key},in,pine_transform,clear_cut,2026\n", "locks.csv")
    text = CUTS.format(5)
    plan, _ = made("--locks", locks, targets=text, name="free")
    assert key in set(plan["stand_key"])
    rows = [(around, "pine_transform", "clear_cut", "2025-06-01", "0.2", None, None)]  # neither survival nor photo
    accepted = layer_of(tmp_path / "accepted.gpkg", rows, srs)
    for option in ("--acceptance", "--openings"):
        finished = run("--locks", locks, option, accepted, targets=text, name="clash")
        check_line(finished, "PLAN_INFEASIBLE", "en")
        assert key in finished.last_line
        assert "clear-cut openings" in finished.last_line or "locked-in" in finished.last_line
    _, finished = made("--locks", locks, "--acceptance", accepted, "--green-up", "1", targets=text, name="later")
    assert finished.counts["acceptance_refused"] == "1"
    rows = [(around, "pine_transform", "strip_cut", "2025-06-01", "0.2", None, None)]
    made("--locks", locks, "--acceptance", layer_of(tmp_path / "strips.gpkg", rows, srs), targets=text, name="again")


@pytest.mark.long
def test_green_up_joins_the_cuts_of_years(made, clear_cuts, result):
    shares, cut = clear_cuts
    text = CUTS.format(cut["area_ha"].sum() * 0.3)
    limit = read_geopackage_table(result, "facts").set_index("stand_key")["clear_cut_limit_ha_low"].astype(float)
    values = {}
    for years in ("1", "50"):
        plan, finished = made("--shares", shares, "--green-up", years, targets=text, gap="0.01")
        assert asked(finished)[1]["green_up"] == int(years)
        values[years] = plan["value"].sum()
        mine = plan[plan["technique"] == "clear_cut"].reset_index(drop=True)
        # With fifty years all cuts that adjoin are one opening, whatever their years.
        for _, part in [(0, mine)] if years == "50" else mine.groupby("year"):
            for opening in connected(part["geometry"].to_numpy()):
                rows = part.iloc[opening]
                assert rows["area_ha"].sum() <= limit.loc[rows["stand_key"]].min() * (1 + 1e-6)
                assert years == "1" or rows["felling_block"].nunique() == 1
    assert values["1"] >= values["50"] - 0.02 * abs(values["50"])


@pytest.mark.long
def test_locks_name_work_and_year(made, table):
    plan, _ = made()
    key = plan.loc[plan["measure"] == "tending", "stand_key"].iloc[0]
    locks = table(f"stand_key,lock,measure,technique,year\n{key},in,tending,thinning,2027\n", "locks.csv")
    locked, _ = made("--locks", locks, name="locked")
    row = locked.set_index("stand_key").loc[key]
    assert (row["measure"], row["year"], row["locked"], row["reason"]) == ("tending", 2027, "yes", "locked_in")


@pytest.mark.long
def test_designs_of_ones_own_decide_what_can_be_felled(run, made, tmp_path):
    text = (ROOT / "resources" / "work_design" / "designs.csv").read_text(encoding="utf-8")
    strict = tmp_path / "designs.csv"
    rows = [line.replace("0.15,0.25,0.60,5,1", "0.15,0.25,0.99,5,1") for line in text.splitlines()]
    strict.write_text("\n".join(rows) + "\n", encoding="utf-8")
    finished = run("--designs", strict)
    assert finished.status == 3
    assert finished.last_line.startswith("error[TARGET_WITHOUT_CANDIDATES]: ")
    assert "Forest tending, Jiangle, 2026-2028" in finished.last_line
    pine = HEADER + "pine_transform,350428,2026,2028,50,ha,at_least,test\n"
    _, other = made("--designs", strict, targets=pine)
    tables = json.loads(asked(other)[0]["rules"])["planning"]
    assert tables["designs"]["file"] == "designs.csv"
    assert len(tables["designs"]["sha256"]) == 64


@pytest.mark.long
def test_stands_that_cannot_be_felled_are_told_as_in_the_work_design(made):
    _, finished = made()
    why = read_geopackage_table(finished.out, "candidates")
    hindered = why[why["reason"].isin(["canopy_too_open", "too_young", "canopy_unknown", "age_unknown"])]
    assert len(hindered)
    assert hindered["chosen"].eq("no").all()
    assert hindered["reason_text_zh"].str.contains("郁闭度|林龄").all()


@pytest.mark.long
@pytest.mark.parametrize(("language", "said"), [("en", "Not the best plan"), ("zh", "非最优方案")])
def test_without_branches_the_plan_is_a_plain_choice_and_says_so(made, language, said):
    plan, finished = made("--nodes", "0", language=language, gap="0")
    counts = finished.counts
    assert counts["method"] == "greedy"
    assert counts["fallen_back"] == "350428"
    assert counts["note"].startswith(said)
    assert counts["targets_met"] == counts["targets"] == "2"
    assert float(counts["value"]) <= float(counts["bound"])
    assert 0 < float(counts["gap"]) < 0.2
    assert f"{float(counts['gap']):.2%}" in counts["note"]
    run, _ = asked(finished)
    assert (run["status"], run["fallen_back"]) == ("greedy", "350428")
    assert CHINESE.search(run["note_zh"])
    again, _ = made("--nodes", "0", language=language, gap="0", name="again")
    pd.testing.assert_frame_equal(plan.drop(columns="geometry"), again.drop(columns="geometry"))


@pytest.mark.long
def test_a_swap_has_its_amount_and_its_certain_ends(made):
    plan, _ = made()
    key = plan["stand_key"].iloc[0]
    _, finished = made("--why", key, "--seed", "3", name="why")
    cost = float(finished.counts[f"swap {key}"])
    low, high = map(float, finished.counts[f"swap_between {key}"].split())
    assert 0 <= low <= cost + 1e-6 <= high + 1e-3
    assert (plan["swap_cost_low"].dropna() <= plan["swap_cost"].max() + 1e-6).all()


@pytest.mark.long
def test_plans_of_another_basis_are_not_compared(made, run, result, tmp_path, capfd):
    _, first = made(name="first")
    works = tmp_path / "works.csv"
    text = (SHIPPED / "works.csv").read_text(encoding="utf-8").replace(",4500,", ",4600,", 1)
    works.write_text(text, encoding="utf-8")
    _, second = made("--works", works, name="second")
    for options, language, words in (
        ([first.out, second.out], "en", "table of works"),
        ([first.out, second.out], "zh", "作业表"),
        ([second.out, second.out], "en", "--works"),
    ):
        run("--gap", "-1", language=language)  # sets the language
        capfd.readouterr()
        status = main(["comparescenarios", *map(str, options), "--out", str(tmp_path / "c.gpkg")])
        last = capfd.readouterr().err.strip().splitlines()[-1]
        assert status == 3
        assert ERROR_LINE.match(last)
        assert words in last
    out = tmp_path / "c.gpkg"
    assert main(["comparescenarios", str(second.out), str(second.out), "--works", str(works), "--out", str(out)]) == 0
    assert out.exists()


@pytest.mark.long
def test_a_sanitation_cut_meets_no_target_of_transformation(made):
    plan, finished = made("--benefit", "cost", gap="0.005")
    pine = plan[plan["measure"] == "pine_transform"]
    assert pine["area_ha"].sum() >= 120 - 1e-6
    assert "sanitation_cut" not in set(plan["technique"])
    progress = read_geopackage_table(finished.out, "progress")
    row = progress[(progress["measure"] == "pine_transform") & (progress["area_unit"] == "350428")].iloc[0]
    assert row["planned_ha"] == pytest.approx(pine["area_ha"].sum())


@pytest.mark.long
def test_a_transformation_meets_a_target_of_pest_control_too(made):
    more = "pest_control,350428,2026,2028,30,ha,at_least,test\n"
    plan, finished = made("--benefit", "cost", targets=TARGETS + more)
    pest, pine = (plan[plan["measure"] == name]["area_ha"].sum() for name in ("pest_control", "pine_transform"))
    assert pine >= 120 - 1e-6
    progress = read_geopackage_table(finished.out, "progress").set_index(["area_unit", "measure"])
    assert progress.loc[("350428", "pest_control"), "planned_ha"] >= 30 - 1e-6
    assert progress.loc[("350428", "pest_control"), "planned_ha"] > pest
    assert progress.loc[("350428", "pine_transform"), "planned_ha"] == pytest.approx(pine)


@pytest.mark.long
@pytest.mark.parametrize("budget", ["20000000", "16000000"])
def test_small_counties_with_targets_of_the_municipality_prove_the_gap(run, monkeypatch, budget):
    def by_village(opened, asked, limits, solve_all, progress):
        village, names = pd.factorize(opened.facts["village"].to_numpy(dtype=object), sort=True)
        assert len(names) >= 10
        assert len(asked.problem) > SMALL_OPTIONS
        return solve_by_county(asked.problem, village.astype(np.int64), limits, solve_all, progress)

    monkeypatch.setattr(plan_job, "_solve", by_village)
    wanted = {"pine_transform": 600, "tending": 500, "closure": 300, "reserve_forest": 300}
    targets = HEADER + "".join(f"{name},350400,2026,2030,{ha},ha,at_least,test\n" for name, ha in wanted.items())
    finished = run("--budget", budget, targets=targets, gap="0.005")
    assert finished.status == 0, finished.err
    assert float(finished.counts["gap"]) <= 0.005
    assert asked(finished)[0]["status"] == "optimal"
