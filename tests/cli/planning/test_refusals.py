"""What plan refuses, one clear message each, in both languages."""

import re
import shutil

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs import plan as plan_job
from sanming_carbon_plugin.adapters.plan_tables import load_planning_tables
from sanming_carbon_plugin.core.planning.problem import NOT_FOUND, Choice

from ..conftest import ERROR_LINE, ROOT
from .plan_runs import HEADER, QUOTA, check_line

SHIPPED = ROOT / "resources" / "targets"


WRONG_USE = [
    (["--gap", "abc"], "USAGE"),
    (["--gap", "nan"], "PLAN_NUMBER_INVALID"),
    (["--gap", "-0.1"], "PLAN_NUMBER_INVALID"),
    (["--gap", "0.9"], "PLAN_NUMBER_INVALID"),
    (["--nodes", "-1"], "PLAN_NUMBER_INVALID"),
    (["--nodes", "1.5"], "USAGE"),
    (["--green-up", "-1"], "PLAN_NUMBER_INVALID"),
    (["--green-up", "51"], "PLAN_NUMBER_INVALID"),
    (["--green-up", "long"], "USAGE"),
    (["--min-patch", "-1"], "PLAN_NUMBER_INVALID"),
    (["--min-patch", "inf"], "PLAN_NUMBER_INVALID"),
    (["--beyond", "-0.1"], "PLAN_NUMBER_INVALID"),
    (["--beyond", "nan"], "PLAN_NUMBER_INVALID"),
    (["--beyond", "1e9"], "PLAN_NUMBER_INVALID"),
    (["--years", "soon"], "PLAN_YEARS_INVALID"),
    (["--years", "2028/2026"], "PLAN_YEARS_INVALID"),
    (["--years", "2026/2099"], "PLAN_YEARS_INVALID"),
    (["--horizon", "2027"], "PLAN_HORIZON_INVALID"),
    (["--horizon", "99999"], "PLAN_HORIZON_INVALID"),
    (["--project", "never"], "YEARS_INVALID"),
    (["--project", "99999"], "YEARS_INVALID"),
    (["--benefit", ""], "BENEFIT_INVALID"),
    (["--benefit", "carbon=-1"], "BENEFIT_INVALID"),
    (["--benefit", "carbon=nan"], "BENEFIT_INVALID"),
    (["--benefit", "carbon=0;cost=0"], "BENEFIT_INVALID"),
    (["--benefit", "carbon=1;joy=2"], "BENEFIT_INVALID"),
    (["--budget", "-3"], "BUDGET_INVALID"),
    (["--budget", "nan"], "BUDGET_INVALID"),
    (["--budget", "inf"], "BUDGET_INVALID"),
    (["--seed", "x"], "USAGE"),
]


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh"])
def test_values_that_no_option_can_have(run, language):
    for options, code in WRONG_USE:
        finished = run(*options, language=language, gap=None if options[0] == "--gap" else "0.02")
        assert finished.status == 2, (options, finished.err)
        check_line(finished, code, language)


SHARE = "area_unit,measure,technique,low,high\n"
BUDGET, LOCK = "area_unit,year,yuan\n", "stand_key,lock,measure,technique,year\n"
BAD_TABLES = [
    ("--shares", SHARE + "350428,pine_transform,strip_cut,0.8,0.2\n", "PARAMETERS_INVALID"),
    ("--shares", SHARE + "350428,pine_transform,strip_cut,-0.1,\n", "PARAMETERS_INVALID"),
    ("--shares", SHARE + "350428,pine_transform,strip_cut,,1.5\n", "PARAMETERS_INVALID"),
    ("--shares", SHARE + "350428,pine_transform,strip_cut,,\n", "PARAMETERS_INVALID"),
    ("--shares", SHARE + "359999,pine_transform,strip_cut,,0.5\n", "PLAN_UNIT_UNKNOWN"),
    ("--shares", "area_unit,measure\n350428,pine_transform\n", "PARAMETERS_INVALID"),
    ("--quota", QUOTA + "350428,final,*,*,-5\n", "PARAMETERS_INVALID"),
    ("--quota", QUOTA + "350428,magic,*,*,5\n", "PARAMETERS_INVALID"),
    ("--quota", QUOTA + "350428,final,foreign,*,5\n", "PARAMETERS_INVALID"),
    ("--quota", QUOTA + "999999,final,*,*,5\n", "PLAN_UNIT_UNKNOWN"),
    ("--budget", BUDGET + "350428,2026,-5\n", "PARAMETERS_INVALID"),
    ("--budget", BUDGET + "350426,2026,5\n", "PLAN_UNIT_UNKNOWN"),
    ("--budget", BUDGET + "350428,soon,5\n", "PARAMETERS_INVALID"),
    ("--locks", LOCK + "nowhere,in,,,\n", "LOCKS_UNKNOWN"),
    ("--locks", LOCK + "{key},maybe,,,\n", "PARAMETERS_INVALID"),
    ("--locks", LOCK + "{key},in,,,\n{key},out,,,\n", "LOCKS_BOTH"),
    ("--locks", LOCK + "{key},in,closure,,\n", "LOCK_WITHOUT_WORK"),
    ("--locks", LOCK + "{key},out,clear_cut,,\n", "PARAMETERS_INVALID"),
    ("--locks", LOCK + "{key},out,,felling,\n", "PARAMETERS_INVALID"),
    ("--designs", "measure,technique\npine_transform,clear_cut\n", "PARAMETERS_INVALID"),
    ("--works", "measure,technique\npine_transform,clear_cut\n", "PARAMETERS_INVALID"),
    ("--counting", "measure,other,together,source\ntending,tending,yes,x\n", "PARAMETERS_INVALID"),
    ("--area-units", "code,level,name,name_zh,land_km2\n350400,planet,S,三明,1\n", "PARAMETERS_INVALID"),
]
BAD_TARGETS = [
    ("pine_transform,350428,2026,2028,-5,ha,at_least,t", "TARGETS_NEGATIVE"),
    ("pine_transform,359999,2026,2028,5,ha,at_least,t", "TARGETS_UNIT_UNKNOWN"),
    ("wishing,350428,2026,2028,5,ha,at_least,t", "TARGETS_MEASURE_UNKNOWN"),
    ("pine_transform,350426,2026,2028,5,ha,at_least,t", "TARGET_WITHOUT_CANDIDATES"),
    ("pine_transform,350428,2026,2028,900,万亩,at_least,t", "TARGET_ABOVE_AVAILABLE"),
    ("pine_transform,350428,2026,2028,nan,ha,at_least,t", "TARGETS_INVALID"),
    ("pine_transform,350428,2026,2028,inf,ha,at_least,t", "TARGETS_INVALID"),
    ("pine_transform,350428,2026,2190,5,ha,at_least,t", "PLAN_YEARS_INVALID"),
    ("pine_transform,350428,2001,2005,5,ha,at_least,t", "TARGETS_PAST"),
]


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_that_cannot_be_used(run, table, result, language):
    stands = read_geopackage_table(result, "stands")
    fits = stands["measures"].fillna("")
    key = stands.loc[fits.str.contains("tending") & ~fits.str.contains("closure"), "stand_key"].iloc[0]
    step = 3 if language == "zh" else 1  # every message once, some in both languages
    for option, text, code in BAD_TABLES[::step]:
        finished = run(option, table(text.replace("{key}", key), "given.csv"), language=language)
        assert finished.status == 3, (option, text, finished.err)
        check_line(finished, code, language)
    for line, code in BAD_TARGETS:
        finished = run(targets=HEADER + line + "\n", language=language)
        assert finished.status == (2 if code == "PLAN_YEARS_INVALID" else 3), (line, finished.err)
        check_line(finished, code, language)
        if code == "TARGETS_PAST":
            assert ("or later." if language == "en" else "年及以后没有") in finished.last_line
        assert not (code.startswith("TARGET_") and re.search(r"3504\d\d|pine_transform", finished.last_line))


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh"])
def test_files_that_are_not_there_or_no_such_thing(run, tmp_path, language):
    noise = tmp_path / "noise.gpkg"
    noise.write_bytes(b"\x00\xff not a layer" * 50)
    options = ("--quota", "--budget", "--shares", "--locks", "--designs", "--works", "--counting", "--area-units",
               "--ledger", "--acceptance", "--openings")  # fmt: skip
    for option in options:
        finished = run(option, tmp_path / "none.csv", language=language)
        assert finished.status == 3, (option, finished.err)
        assert ERROR_LINE.match(finished.last_line), finished.last_line
        assert "UNEXPECTED" not in finished.last_line
    for option in ("--acceptance", "--openings"):
        finished = run(option, noise, language=language)
        assert finished.status == 3, (option, finished.err)
        assert ERROR_LINE.match(finished.last_line), finished.last_line
        assert "UNEXPECTED" not in finished.last_line
    finished = run("--why", "nowhere", language=language)
    check_line(finished, "WHY_UNKNOWN", language)


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh"])
def test_limits_that_clash_are_named_by_place_and_amount(run, table, language):
    quota = table(QUOTA + "350428,*,*,*,100\n", "quota.csv")
    finished = run("--quota", quota, language=language)
    check_line(finished, "PLAN_INFEASIBLE", language)
    words = (
        ("Jiangle", "short by", "felling quota", " ha") if language == "en" else ("将乐县", "缺", "采伐限额", "公顷")
    )
    assert all(word in finished.last_line for word in words), finished.last_line
    assert not re.search(r"3504\d\d|pine_transform| 0\.0 ", finished.last_line)


def test_progress_refuses_likewise(run, tmp_path):
    finished = run("--plan", tmp_path / "none.gpkg", command="targetprogress", gap=None)
    assert finished.status == 3
    assert finished.last_line.startswith("error[FILE_NOT_FOUND]: ")
    shutil.copy(SHIPPED / "sanming_after_2025.csv", tmp_path / "t.csv")
    finished = run(command="targetprogress", gap=None, targets=(tmp_path / "t.csv").read_text(encoding="utf-8"))
    check_line(finished, "TARGETS_EMPTY", "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plan_that_was_not_found_is_not_called_impossible(run, language, monkeypatch):
    none = Choice(np.zeros(0, int), -np.inf, 1.0, np.zeros(0), np.zeros(0), NOT_FOUND, np.zeros(0), 0.0)
    monkeypatch.setattr(plan_job, "solve_by_county", lambda *_, **__: none)
    finished = run("--nodes", "77", language=language)
    assert finished.status == 3
    check_line(finished, "PLAN_NOT_FOUND", language)
    rules = load_planning_tables().rules
    assert "77" in finished.last_line
    assert f"{int(rules['first_plan_nodes'])}" in finished.last_line
