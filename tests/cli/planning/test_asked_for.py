"""A plan holds what targets ask for and no more, within the budget of all its parcels and the quota that is there."""

import shutil
import sqlite3

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.cli import main

from .plan_runs import HEADER, QUOTA, check_line

OUTSIDE = "350783"
LOCK = "stand_key,lock,measure,technique,year\n"


@pytest.fixture
def moved(result, tmp_path):
    """The result with a third of its stands in a county outside the municipality, and a tenth in none."""
    path = tmp_path / "moved.gpkg"
    shutil.copy(result, path)
    with sqlite3.connect(path) as database:
        for rest, county in ((0, OUTSIDE), (3, OUTSIDE), (6, OUTSIDE), (9, None)):
            database.execute("UPDATE facts SET county = ? WHERE rowid % 10 = ?", (county, rest))
    return path


def plan_of(result, tmp_path, targets, *options):
    path, out = tmp_path / "t.csv", tmp_path / "moved_plan.gpkg"
    path.write_text(HEADER + targets, encoding="utf-8")
    given = ["plan", result, "--targets", path, "--out", out, "--gap", "0.02", *options]
    assert main([str(one) for one in given]) == 0
    return read_geopackage_table(out, "plan"), read_geopackage_table(out, "candidates")


@pytest.mark.long
def test_no_parcel_is_planned_in_a_year_that_no_target_asks_for(made):
    wanted = "pine_transform,350428199,2026,2026,20,ha,at_least,x\ntending,350428199,2026,2028,10,ha,at_least,x\n"
    for options in ([], ["--beyond", "0"]):
        plan, finished = made(*options, "--benefit", "carbon=1;infestation=1000", targets=HEADER + wanted)
        pine = plan[plan["measure"] == "pine_transform"]
        assert set(pine["year"]) == {2026}
        assert 20 - 1e-6 <= pine["area_ha"].sum() <= 20 * (1.01 if options else 1.1) + 1e-6
        tending = plan.loc[plan["measure"] == "tending", "area_ha"].sum()
        assert 10 - 1e-6 <= tending <= 10 * (1.01 if options else 1.1) + 1e-6
        why = read_geopackage_table(finished.out, "candidates").set_index("stand_key")["reason"]
        assert not set(plan["stand_key"]) & set(why.index[why == "no_target_needs_it"])


@pytest.mark.long
def test_no_parcel_is_planned_in_a_county_that_no_target_asks_for(moved, tmp_path):
    plan, candidates = plan_of(
        moved, tmp_path, "pine_transform,350428,2026,2026,60,ha,at_least,x\n", "--benefit", "infestation"
    )
    assert set(plan["county"]) == {"350428"}
    reasons = candidates.groupby(candidates["county"].fillna("-"))["reason"].agg(set).to_dict()
    assert "no_target_needs_it" in reasons[OUTSIDE]
    assert "county_unknown" in reasons["-"]
    assert not {"chosen_for_value", "chosen_for_targets"} & (reasons["-"] | reasons[OUTSIDE])


@pytest.mark.long
def test_a_budget_of_one_number_holds_for_every_parcel(moved, tmp_path):
    targets = f"pine_transform,{OUTSIDE},2026,2027,30,ha,at_least,x\ntending,350400,2026,2027,30,ha,at_least,x\n"
    plan, _ = plan_of(moved, tmp_path, targets, "--budget", "800000", "--beyond", "1", "--benefit", "carbon")
    assert set(plan["county"]) == {"350428", OUTSIDE}
    assert plan["cost_yuan"].sum() <= 800_000 + 1e-3
    limits = read_geopackage_table(tmp_path / "moved_plan.gpkg", "constraints").set_index("kind")
    assert limits.loc["budget", "used"] == pytest.approx(plan["cost_yuan"].sum())
    assert tuple(limits.loc["budget", ["text", "text_zh"]]) == ("budget of all stands", "预算：全部小班")


@pytest.mark.long
def test_a_quota_table_without_rows_allows_no_felling(run, made, table):
    empty = table(QUOTA, "quota.csv")
    finished = run("--quota", empty)
    check_line(finished, "PLAN_INFEASIBLE", "en")
    assert "fellings that no quota covers" in finished.last_line
    closing = HEADER + "closure,350428,2026,2026,20,ha,at_least,x\n"
    plan, _ = made("--quota", empty, targets=closing)
    assert plan["felled_m3"].sum() == 0


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh"])
def test_locks_that_contradict_each_other_are_refused(run, made, table, result, language):
    stands = read_geopackage_table(result, "stands")
    plan, _ = made(targets=HEADER + "tending,350428,2026,2028,20,ha,at_least,x\n", name="free")
    key = plan["stand_key"].iloc[0]
    for rows in (f"{key},in,,,2026\n{key},in,,,2028\n", f"{key},in,tending,,\n{key},in,,thinning,\n"):
        finished = run("--locks", table(LOCK + rows, "locks.csv"), language=language)
        assert finished.status == 3
        check_line(finished, "LOCKS_DIFFER", language)
        assert key in finished.last_line
    assert key in set(stands["stand_key"])
    same = table(LOCK + f"{key},in,,,2026\n{key},in,,,2026\n", "same.csv")
    locked, _ = made("--locks", same, targets=HEADER + "tending,350428,2026,2028,20,ha,at_least,x\n", name="same")
    assert np.isin(2026, locked.loc[locked["stand_key"] == key, "year"])
