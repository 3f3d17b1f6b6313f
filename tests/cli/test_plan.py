"""Plans on the command line: what they hold, what is refused and how."""

import re
import sqlite3

import numpy as np
import pandas as pd
import pytest
import shapely
from osgeo import ogr, osr

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.reports.progress_chart import progress_section
from sanming_carbon_plugin.core.units import UnitChoice

from .conftest import ERROR_LINE, ROOT
from .planning.plan_runs import FOUR_TARGETS as TARGETS
from .planning.plan_runs import HEADER

SAMPLE = ROOT / "resources" / "sample"


@pytest.fixture(scope="module")
def result(command, tmp_path_factory):
    out = tmp_path_factory.mktemp("plan 规划") / "result.gpkg"
    finished = command("assess", SAMPLE / "stands.gpkg", "--raster", f"dem={SAMPLE / 'dem.tif'}", "--out", out)
    assert finished.status == 0, finished.err
    return out


@pytest.fixture
def targets(tmp_path):
    def write(text=TARGETS, name="targets.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def planned(command, result):
    path = result.with_name("t.csv")
    path.write_text(TARGETS, encoding="utf-8")
    out = result.with_name("plan.gpkg")
    finished = command("plan", result, "--targets", path, "--out", out, "--budget", "12000000", "--gap", "0.01")
    assert finished.status == 0, finished.err
    return out, finished


def table(path, name):
    return read_geopackage_table(path, name)


def test_a_plan_meets_its_targets_and_tells_the_gap(planned):
    out, finished = planned
    counts = finished.counts
    assert float(counts["gap"]) <= 0.01
    assert counts["targets"] == counts["targets_met"] == "4"
    plan = table(out, "plan")
    by_measure = plan.groupby("measure")["area_ha"].sum()
    assert by_measure["pine_transform"] >= 200
    assert by_measure["reserve_forest"] >= 100
    assert plan.loc[(plan["measure"] == "tending") & (plan["year"] == 2026), "area_ha"].sum() <= 40
    assert plan["cost_yuan"].sum() <= 12_000_000
    assert plan["stand_key"].is_unique
    assert set(plan["year"]) <= {2026, 2027, 2028}


@pytest.mark.long
def test_all_tables_of_a_plan_agree(planned):
    out, _ = planned
    plan, summary, progress = table(out, "plan"), table(out, "plan_summary"), table(out, "progress")
    assert summary["area_ha"].sum() == pytest.approx(plan["area_ha"].sum())
    assert summary["stands"].sum() == len(plan)
    pine = progress[(progress["area_unit"] == "350428") & (progress["measure"] == "pine_transform")].iloc[0]
    assert pine["planned_ha"] == pytest.approx(plan.loc[plan["measure"] == "pine_transform", "area_ha"].sum())
    assert np.isnan(pine["done_ha"])
    assert pine["met"] == "unknown"
    limits = table(out, "constraints")
    budget = limits[limits["kind"] == "budget"].iloc[0]
    assert budget["used"] == pytest.approx(plan["cost_yuan"].sum())
    carbon = table(out, "plan_carbon")
    assert set(carbon["basis"]) == {"modelled"}
    assert set(carbon["year"]) == {2030, 2060}
    assert table(out, "plan_run")["scenario"].iloc[0] == "plan"


@pytest.mark.long
def test_every_candidate_has_a_reason_in_both_languages(planned):
    candidates = table(planned[0], "candidates")
    assert candidates["reason_text"].notna().all()
    assert candidates["reason_text_zh"].str.contains("[\u4e00-\u9fff]").all()
    assert (candidates["reason_text"] != candidates["reason"]).all()
    assert candidates.loc[candidates["measure"].notna(), "swap_cost"].ge(0).all()


@pytest.mark.long
def test_the_same_plan_twice_is_the_same(command, result, planned, tmp_path):
    out = tmp_path / "again.gpkg"
    again = command("plan", result, "--targets", result.with_name("t.csv"), "--out", out,
                    "--budget", "12000000", "--gap", "0.01")  # fmt: skip
    assert again.counts["value"] == planned[1].counts["value"]
    pd.testing.assert_frame_equal(table(out, "plan"), table(planned[0], "plan"))


@pytest.mark.long
def test_locks_quota_and_a_swap(command, result, planned, targets, tmp_path):
    plan = table(planned[0], "plan")
    inside, outside = plan["stand_key"].iloc[0], plan["stand_key"].iloc[1]
    locks = targets(f"stand_key,lock\n{inside},in\n{outside},out\n", "locks.csv")
    quota = targets("area_unit,felling_type,origin,year,volume_m3\n350428,*,*,*,10500\n", "quota.csv")
    out = tmp_path / "p.gpkg"
    finished = command("plan", result, "--targets", result.with_name("t.csv"), "--out", out, "--locks", locks,
                       "--quota", quota, "--gap", "0.02", "--benefit", "cost",
                       "--why", inside, "--why", outside)  # fmt: skip
    assert finished.status == 0, finished.err
    found = table(out, "plan").set_index("stand_key")
    assert found.loc[inside, "locked"] == "yes"
    assert outside not in found.index
    assert found["felled_m3"].sum() <= 10500
    assert (finished.counts[f"swap {inside}"], finished.counts[f"swap {outside}"]) == ("locked_in", "locked_out")


REFUSED = {
    "TARGETS_NEGATIVE": HEADER + "pine_transform,350428,2026,2028,-5,ha,at_least,t\n",
    "TARGETS_UNIT_UNKNOWN": HEADER + "pine_transform,359999,2026,2028,5,ha,at_least,t\n",
    "TARGETS_MEASURE_UNKNOWN": HEADER + "wishing,350428,2026,2028,5,ha,at_least,t\n",
    "TARGET_WITHOUT_CANDIDATES": HEADER + "pine_transform,350426,2026,2028,5,ha,at_least,t\n",
    "TARGET_ABOVE_AVAILABLE": HEADER + "pine_transform,350428,2026,2028,900,万亩,at_least,t\n",
    "TARGETS_INVALID": HEADER + "pine_transform,350428,2026,2028,many,ha,at_least,t\n",
    "TARGETS_EMPTY": HEADER,
    "TARGETS_COLUMNS": "measure,amount\npine_transform,5\n",
    "TARGETS_TWICE": HEADER + "tending,350428,2026,2028,5,ha,at_least,t\n" * 2,
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("code", "language"),
    [*((code, "en") for code in REFUSED), ("TARGETS_NEGATIVE", "zh"), ("TARGETS_UNIT_UNKNOWN", "zh")],
)
def test_targets_that_cannot_be_are_one_clear_message(command, result, targets, tmp_path, code, language):
    path = targets(REFUSED[code])
    finished = command("plan", result, "--targets", path, "--out", tmp_path / "p.gpkg", language=language)
    assert finished.status == 3, finished.err
    assert ERROR_LINE.match(finished.last_line), finished.last_line
    assert finished.last_line.startswith(f"error[{code}]: ")
    assert "{" not in finished.last_line
    assert not (tmp_path / "p.gpkg").exists()


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_infeasible_request_names_what_clashes_and_by_how_much(command, result, targets, tmp_path, language):
    finished = command("plan", result, "--targets", targets(), "--out", tmp_path / "p.gpkg", "--budget", "500000",
                       language=language)  # fmt: skip
    assert finished.status == 3
    assert finished.last_line.startswith("error[PLAN_INFEASIBLE]: ")
    words = ("short by", "ha", "budget", "Jiangle") if language == "en" else ("缺", "公顷", "预算", "将乐县")
    assert all(word in finished.last_line for word in words)
    assert re.search(r"\d+\.\d", finished.last_line)


@pytest.mark.long
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--years", "2030/2026"], "PLAN_YEARS_INVALID"),
        (["--benefit", "beauty"], "BENEFIT_INVALID"),
        (["--gap", "-1"], "PLAN_NUMBER_INVALID"),
        (["--horizon", "2027"], "PLAN_HORIZON_INVALID"),
        (["--budget", "-3"], "BUDGET_INVALID"),
    ],
)
def test_options_that_cannot_be(command, result, targets, tmp_path, options, code):
    finished = command("plan", result, "--targets", targets(), "--out", tmp_path / "p.gpkg", *options)
    assert finished.status == 2
    assert finished.last_line.startswith(f"error[{code}]: ")


@pytest.mark.long
def test_a_cap_that_runs_beyond_the_plan_years_holds(command, result, targets, tmp_path):
    text = HEADER + "pine_transform,350428,2026,2027,50,ha,at_least,t\npine_transform,350428,2026,2030,{},ha,{},t\n"
    plan = ("plan", result, "--out", tmp_path / "p.gpkg", "--years", "2026/2027", "--overwrite", "--gap", "0.02")
    finished = command(*plan, "--targets", targets(text.format(40, "at_most")))
    assert finished.status == 3
    assert finished.last_line.startswith("error[PLAN_INFEASIBLE]: ")
    finished = command(*plan, "--targets", targets(text.format(60, "at_most")))
    assert finished.status == 0, finished.err
    assert 50 <= table(tmp_path / "p.gpkg", "plan")["area_ha"].sum() <= 60
    finished = command(*plan, "--targets", targets(text.format(500, "at_least")))
    assert finished.status == 0, finished.err
    assert (finished.counts["targets"], finished.counts["targets_met"]) == ("2", "1")
    told = finished.counts["targets_beyond_years"]
    assert told == "target of Pine transformation, Jiangle, 2026-2030"


@pytest.mark.long
@pytest.mark.parametrize("share", ["pine_transform,clearcut", "pine,clear_cut", "pine_transform,"])
def test_shares_of_a_technique_that_does_not_exist_are_refused(command, result, targets, tmp_path, share):
    shares = targets(f"area_unit,measure,technique,low,high\n350428,{share},,0.0\n", "shares.csv")
    finished = command("plan", result, "--targets", targets(), "--shares", shares, "--out", tmp_path / "p.gpkg")
    assert finished.status == 3
    assert finished.last_line.startswith("error[PARAMETERS_INVALID]: ")
    assert "shares" in finished.last_line


def accepted_layer(path, rows, epsg):
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    layer = source.CreateLayer("accepted", reference, ogr.wkbPolygon)
    for name in ("measure", "date", "photo"):
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    for name in ("survival", "retention"):
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTReal))
    for shape, measure, date, photo, survival in rows:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(shape)))
        for name, value in (("measure", measure), ("date", date), ("photo", photo), ("survival", survival)):
            if value is not None:
                feature.SetField(name, value)
        layer.CreateFeature(feature)
    del layer, source


def test_done_is_accepted_ground_and_no_hectare_counts_twice(command, result, targets, tmp_path):
    """Nor does any in no stand, which is told with its area."""
    stands = read_geopackage_table(result, "stands", geometry=True)
    fits = stands[stands["measures"].fillna("").str.contains("pine_transform")].iloc[:2]
    first, second = ((shapely.get_geometry(shape, 0)) for shape in fits["geometry"])
    with sqlite3.connect(result) as database:
        srs = database.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name='stands'").fetchone()[0]
    layer = tmp_path / "accepted.gpkg"
    east, south = shapely.total_bounds(stands["geometry"].to_numpy())[[2, 1]]
    beyond = shapely.box(east + 100, south, east + 200, south + 100)
    rows = [
        (first, "pine_transform", "2026-05-01", "a.jpg", 0.95),
        (first, "pine_transform", "2026-06-01", "b.jpg", 0.95),
        (first, "tending", "2026-07-01", "c.jpg", None),
        (second, "pine_transform", "2026-05-01", None, 0.95),
        (second, "pine_transform", "2026-05-01", "d.jpg", 0.4),
        (beyond, "closure", "2026-05-01", "e.jpg", None),
        (beyond, "tending", "2026-06-01", "f.jpg", None),
    ]
    accepted_layer(layer, rows, srs)
    out = tmp_path / "progress.gpkg"
    text = HEADER + "".join(f"{m},350428,2026,2028,100,ha,at_least,t\n" for m in ("pine_transform", "tending"))
    finished = command("targetprogress", result, "--targets", targets(text), "--acceptance", layer, "--out", out)
    assert finished.status == 0, finished.err
    assert finished.counts["acceptance_refused"] == "2"
    progress = table(out, "progress")
    county = progress[progress["area_unit"] == "350428"].set_index("measure")
    assert county.loc["pine_transform", "done_ha"] == pytest.approx(fits["area_ha"].iloc[0], rel=1e-6)
    assert county.loc["tending", "done_ha"] == pytest.approx(0.0, abs=1e-9)
    assert county.loc["pine_transform", "missing_ha"] == pytest.approx(100 - fits["area_ha"].iloc[0], rel=1e-6)
    assert set(county["met"]) == {"no"}
    for level in ("municipality", "township"):
        row = progress[(progress["level"] == level) & (progress["measure"] == "pine_transform")].iloc[0]
        assert row["done_ha"] == pytest.approx(fits["area_ha"].iloc[0], rel=1e-6)
    outside = table(out, "plan_run")["accepted_outside_ha"].iloc[0]
    assert outside == pytest.approx(1.0, rel=0.01)
    assert finished.counts["accepted_outside_ha"] == f"{outside:.3f}"
    for language, told in (("en", "15.0 mu of accepted ground lie in no stand"), ("zh", "另有 15.0 亩验收面积落在")):
        assert told in progress_section(out, language, UnitChoice("mu"))[1]


@pytest.mark.long
def test_done_and_planned_never_exceed_a_parcel(command, result, planned, targets, tmp_path):
    stands = read_geopackage_table(result, "stands", geometry=True).set_index("stand_key")
    plan = table(planned[0], "plan")
    fits = stands.loc[plan.loc[plan["measure"] == "pine_transform"].nlargest(4, "area_ha")["stand_key"]]
    rows = []
    for shape in fits["geometry"]:
        west, south, east, north = shape.bounds
        third = shapely.box(west, south, east, south + (north - south) * 0.25)
        part = max(shapely.get_parts(third & shape), key=shapely.area)
        rows.append((part, "pine_transform", "2026-05-01", "a.jpg", 0.95))
    with sqlite3.connect(result) as database:
        srs = database.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name='stands'").fetchone()[0]
    layer, out = tmp_path / "accepted.gpkg", tmp_path / "p.gpkg"
    accepted_layer(layer, rows, srs)
    locks = targets("stand_key,lock\n" + "".join(f"{key},in\n" for key in fits.index), "locks.csv")
    text = HEADER + "pine_transform,350428,2026,2028,100,ha,at_least,t\n"
    finished = command("plan", result, "--targets", targets(text), "--acceptance", layer, "--locks", locks,
                       "--out", out, "--gap", "0.02")  # fmt: skip
    assert finished.status == 0, finished.err
    plan, progress = table(out, "plan").set_index("stand_key"), table(out, "progress")
    county = progress[progress["area_unit"] == "350428"].iloc[0]
    assert county["done_ha"] > 0
    rest = fits["area_ha"].sum() - county["done_ha"]
    assert plan.loc[fits.index, "area_ha"].sum() <= rest + 1e-6
    assert county["planned_ha"] == pytest.approx(plan["area_ha"].sum())


def test_the_shipped_programme_is_told_with_its_indicators(command, result, targets, tmp_path):
    ledger = targets(
        "kind,id,area_unit,date,tonnes,status\nticket,T1,350428,2024-03-01,1200,sold\nticket,T2,350428,2024-04-01,300,"
        "cancelled\nproject,P1,350428,2023-01-01,,planned\n",
        "ledger.csv",
    )
    out = tmp_path / "p.gpkg"
    shipped = ROOT / "resources" / "targets" / "sanming_2025.csv"
    finished = command("targetprogress", result, "--targets", shipped, "--ledger", ledger, "--out", out)
    assert finished.status == 0, finished.err
    seen = table(out, "indicators")
    whole = seen[seen["area_unit"] == "350400"].set_index("indicator")
    assert whole.loc["tickets", "value"] == pytest.approx(0.12)
    assert whole.loc["projects_planned", "value"] == 1
    assert np.isnan(whole.loc["forest_cover", "value"])  # one township says nothing of the municipality
    assert whole.loc["growing_stock", "met"] == "unknown"
    assert seen["definition"].notna().all()
    assert seen["definition_zh"].notna().all()


@pytest.mark.long
def test_two_plans_are_compared(command, result, planned, targets, tmp_path):
    other, out = tmp_path / "cheap.gpkg", tmp_path / "compare.gpkg"
    cheap = command("plan", result, "--targets", result.with_name("t.csv"), "--out", other, "--benefit", "cost",
                    "--gap", "0.02", "--scenario", "cheap")  # fmt: skip
    assert cheap.status == 0, cheap.err
    finished = command("comparescenarios", planned[0], other, "--out", out)
    assert finished.status == 0, finished.err
    first, second = table(planned[0], "plan"), table(other, "plan")
    found = table(out, "comparison")
    cost = found[(found["measure"] == "*") & (found["what"] == "cost_yuan")].iloc[0]
    assert cost["first"] == pytest.approx(first["cost_yuan"].sum())
    assert cost["second"] == pytest.approx(second["cost_yuan"].sum())
    assert cost["second"] <= cost["first"]
    differing = table(out, "differences")
    assert len(differing) == int(finished.counts["differing_stands"]) > 0
    only = set(first["stand_key"]) - set(second["stand_key"])
    assert set(differing.loc[differing["difference"] == "only_first", "stand_key"]) == only
    carbon = table(out, "carbon")
    assert (carbon["difference_low_tco2e"] <= carbon["difference_tco2e"]).all()
    same = command("comparescenarios", planned[0], planned[0], "--out", tmp_path / "same.gpkg")
    assert same.counts["differing_stands"] == "0"


def test_progress_tells_what_is_planned(command, result, planned, tmp_path):
    out = tmp_path / "p.gpkg"
    finished = command(
        "targetprogress", result, "--targets", result.with_name("t.csv"), "--plan", planned[0], "--out", out
    )
    assert finished.status == 0, finished.err
    here, there = (table(path, "progress").set_index(["area_unit", "measure"]) for path in (out, planned[0]))
    pd.testing.assert_series_equal(here["planned_ha"], there["planned_ha"])
    pd.testing.assert_series_equal(here["missing_ha"], there["missing_ha"])
    assert set(here["met"]) == {"unknown"}


def test_a_file_that_is_no_plan_is_told(command, result, planned, tmp_path):
    finished = command("comparescenarios", planned[0], result, "--out", tmp_path / "c.gpkg")
    assert finished.status == 3
    assert finished.last_line.startswith("error[PLAN_FILE_UNFIT]: ")
