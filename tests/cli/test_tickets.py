"""From a result to an application, its parts, and what tickets are worth: the commands on the sample."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.hashes import sha256_of_file
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import LayerSource
from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.core.progress import Progress

from . import sample_run
from .conftest import ERROR_LINE
from .layers import stand, write_credited, write_stands
from .sample_run import SAMPLE

COLLECTIVE = "杉坑村集体"
PERIOD = "2016-01-01/2020-12-31"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """The sample assessed with tenure and credited parcels, without rasters."""
    out = tmp_path_factory.mktemp("result") / "结果.gpkg"
    assess(replace(sample_run.request(out), rasters=()), Progress())
    return out


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command; gives status, counts and the last line of stderr."""
    monkeypatch.setenv("SANMING_CARBON_LANGUAGE", "en")

    def call(*arguments):
        status = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        counts = dict(line.split("\t", 1) for line in told.out.splitlines() if "\t" in line)
        return status, counts, told.err.strip().splitlines()[-1] if told.err.strip() else ""

    return call


def failure(finished):
    """Exit status and the code of the one line that tells what is wrong; no code where it is not told like that."""
    line = ERROR_LINE.match(finished[2])
    return finished[0], line and line[1]


@pytest.fixture(scope="module")
def made(result, tmp_path_factory):
    """The application of one holder by the result's own profile: folder and content."""
    folder = tmp_path_factory.mktemp("made") / "申请"
    assert main(["application", str(result), "--holder", COLLECTIVE, "--out", str(folder)]) == 0
    return folder, content_of(folder)


def content_of(folder):
    return json.loads((folder / "application.json").read_text(encoding="utf-8"))


def applied(run, result, out, *more):
    status, counts, _ = run("application", result, "--holder", COLLECTIVE, "--out", out, *more)
    assert status == 0
    return counts, content_of(out)


# --- the application -------------------------------------------------------------------------------------


def test_an_application_needs_the_result_alone(run, result, tmp_path):
    counts, content = applied(run, result, tmp_path / "申请")
    row = content["application"]
    assert row["outcome"] == "yes"
    assert row["result_sha256"] == sha256_of_file(result)
    assert (row["period_start"], row["period_end"]) == ("2016-01-01", "2020-12-31")
    assert counts["whole_t"] == str(row["whole_t"])
    assert counts["profile"] == "sanming_ticket 1, provisional"
    assert "provisional" in row["notice"]
    assert "暂行" in row["notice_zh"]
    (file,) = content["files"]
    assert file["sha256"] == sha256_of_file(tmp_path / "申请" / file["name"])


@pytest.mark.long
def test_each_tonne_of_an_application_can_be_worked_by_hand(made):
    _, content = made
    row, pieces = content["application"], content["pieces"]
    for piece in pieces:
        net = (piece["sink_tco2e_yr"] - piece["baseline_tco2e_yr"]) * row["years"]
        net *= piece["stand_share"] * piece["free_share"]
        assert piece["net_tco2e"] == pytest.approx(net, rel=1e-9, abs=1e-9)
    assert sum(piece["net_tco2e"] for piece in pieces) == pytest.approx(row["net_tco2e"])
    assert sum(piece["whole_t"] for piece in pieces) == row["whole_t"] == int(row["total_tco2e"])
    assert row["free_ha"] + row["blocked_ha"] == pytest.approx(row["area_ha"], rel=1e-9)
    assert sum(ticket["face_t"] * ticket["count"] for ticket in content["tickets"]) + row["left_t"] == row["whole_t"]


@pytest.mark.long
def test_the_parts_of_an_application_make_up_its_pieces(made):
    folder, content = made
    parts = read_geopackage_table(folder / "application.gpkg", "parts", geometry=True)
    assert set(parts["state"]) == {"free", "blocked", "partly_free"}
    assert parts["reason"].notna().all()
    assert (parts["geometry"].map(lambda shape: shape.area) > 0).all()
    days = content["application"]["days"]
    part_days = parts.assign(
        blocked=np.where(parts["state"] == "free", 0.0, parts["piece_share"] * parts["days"] / days)
    )
    blocked = part_days.groupby("piece")["blocked"].sum()
    free = {piece["piece"]: piece["free_share"] for piece in [*content["pieces"], *content["left_out"]]}
    single = [number for number, count in parts[parts["state"] != "free"].groupby("piece").size().items() if count == 1]
    assert single
    for number in single:
        assert free[number] + blocked[number] == pytest.approx(1.0, abs=1e-9)


def test_pieces_left_out_say_why_and_what_would_decide(made):
    _, content = made
    left = content["left_out"]
    assert all(piece["reason"] for piece in left)
    unsure = [piece for piece in left if piece["reason"] == "stand_unknown"]
    assert unsure
    assert all(piece["missing"] for piece in unsure)
    survey = [piece for piece in unsure if piece["sink_basis"] == "two_layers"]
    assert all({"survey_date", "survey_method"} <= set(piece["missing"].split(", ")) for piece in survey)
    assert any(piece["neighbour"] == "yes" for piece in left)
    rules = {rule["stand_key"] for rule in content["rules"]}
    assert rules == {piece["stand_key"] for piece in [*content["pieces"], *left]}


def test_the_error_is_that_of_these_stands_from_its_components(made):
    _, content = made
    row = content["application"]
    assert row["relative_error_from"] == "components"
    assert sum(part["share"] for part in content["uncertainty"]) == pytest.approx(1.0)
    widest = sum(piece["high_tco2e"] - piece["low_tco2e"] for piece in content["pieces"]) / 2 / row["net_tco2e"]
    assert 0 < row["relative_error"] < widest
    half = (row["net_high_tco2e"] - row["net_low_tco2e"]) / 2 / row["net_tco2e"]
    assert row["relative_error"] == pytest.approx(half)


def test_a_result_without_components_takes_the_widest_error_and_says_so(run, result, tmp_path):
    old = tmp_path / "old.gpkg"
    old.write_bytes(result.read_bytes())
    with sqlite3.connect(old) as file:
        file.execute("DELETE FROM gpkg_contents WHERE table_name = 'sink_errors'")
    status, _, _ = run("application", old, "--holder", COLLECTIVE, "--out", tmp_path / "a")
    content = content_of(tmp_path / "a")
    assert status == 0
    assert content["application"]["relative_error_from"] == "widest"
    assert "APPLICATION_ERROR_WIDEST" in {issue["code"] for issue in content["issues"]}


@pytest.mark.long
def test_another_profile_decides_the_base_of_the_error_and_the_deduction(run, result, tmp_path):
    from sanming_carbon_plugin.adapters.profiles import shipped_profiles

    data = json.loads(shipped_profiles()["sanming_ticket"].read_text(encoding="utf-8"))
    edited = {"uncertainty_deduction": "table", "uncertainty_base": "stock", "denominations_t": [10, 100]}
    for name, value in edited.items():
        data["settings"][name]["value"] = value
    profile = tmp_path / "own.json"
    profile.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    _, content = applied(run, result, tmp_path / "a", "--profile", profile)
    row = content["application"]
    assert row["relative_error_base"] == "stock"
    assert 0 < row["relative_error"] < 0.3
    assert row["deduction"] == 0.11
    assert row["total_tco2e"] < row["net_tco2e"]
    assert {ticket["face_t"] for ticket in content["tickets"]} <= {10, 100}
    assert row["left_t"] == row["whole_t"] % 10
    data["settings"]["uncertainty_base"]["value"] = "increment"
    profile.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    _, content = applied(run, result, tmp_path / "b", "--profile", profile)
    assert content["application"]["failed_rules"].split(";")[0] == "ERROR_TOO_LARGE"
    assert content["application"]["whole_t"] == 0


@pytest.mark.long
def test_newer_parcels_take_the_place_of_those_in_the_result(run, result, made, tmp_path):
    nothing = write_credited(tmp_path / "none.gpkg", [])
    without, content = applied(run, result, tmp_path / "b", "--credited", nothing, "--tenure", SAMPLE / "tenure.gpkg")
    assert float(without["net_tco2e"]) > made[1]["application"]["net_tco2e"]
    assert content["application"]["blocked_ha"] == pytest.approx(0.0, abs=1e-9)


def households(path, *rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("农户", "是否授权", "收益权重"), *rows])
    return path


@pytest.mark.long
def test_households_apply_through_their_collective(run, result, tmp_path):
    listed = households(
        tmp_path / "农户.csv", (COLLECTIVE, "是", 1), ("溪口村集体", "是", 3), ("绿岭合作社(虚构)", "否", "")
    )
    out = tmp_path / "joint"
    status, counts, _ = run("application", result, "--collective", "青溪联合社", "--households", listed, "--out", out)
    assert status == 0
    content = content_of(out)
    shares = {row["holder"]: row for row in content["households"]}
    assert content["application"]["kind"] == "joint"
    assert sum(row["whole_t"] for row in content["households"]) == int(counts["whole_t"])
    assert [shares[name]["income_share"] for name in (COLLECTIVE, "溪口村集体", "绿岭合作社(虚构)")] == [
        0.25,
        0.75,
        0.0,
    ]
    assert "not_authorised" in {piece["reason"] for piece in content["left_out"]}


@pytest.mark.long
def test_who_could_apply_is_a_list_that_comes_back_as_households(run, result, made, tmp_path):
    listed = tmp_path / "权利人.csv"
    status, counts, _ = run("application", result, "--list-holders", listed)
    assert status == 0
    with listed.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert int(counts["holders"]) == len(rows)
    own = next(row for row in rows if row["holder"] == COLLECTIVE)
    assert int(own["pieces"]) == len(made[1]["pieces"]) + len(made[1]["left_out"])
    assert float(own["net_tco2e"]) >= made[1]["application"]["net_tco2e"]  # parcels too small are still in
    signed = [row | {"authorised": "是"} for row in rows if row["holder"] in (COLLECTIVE, "溪口村集体")]
    with listed.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(signed)
    arguments = ("--collective", "青溪联合社", "--households", listed)
    assert run("application", result, *arguments, "--out", tmp_path / "a")[0] == 0
    assert failure(run("application", result, *arguments)) == (2, "APPLICATION_OUTPUT")
    assert failure(run("application", result, "--list-holders", listed)) == (4, "OUTPUT_EXISTS")
    assert failure(run("application", result, "--list-holders", tmp_path / "l.xlsx")) == (2, "OUTPUT_FORMAT")


def test_a_village_keeps_persons_of_one_name_apart(run, result, made, tmp_path):
    _, everywhere = made
    assert "APPLICATION_HOLDER_IN_VILLAGES" in {issue["code"] for issue in everywhere["issues"]}
    village = everywhere["pieces"][0]["village"]
    _, there = applied(run, result, tmp_path / "b", "--village", village)
    assert {piece["village"] for piece in there["pieces"]} == {village}
    assert there["application"]["whole_t"] < everywhere["application"]["whole_t"]


@pytest.mark.long
def test_an_application_is_replaced_only_when_asked(run, result, tmp_path):
    applied(run, result, tmp_path / "a")
    before = (tmp_path / "a" / "application.json").read_bytes()
    again = run("application", result, "--holder", COLLECTIVE, "--out", tmp_path / "a")
    assert failure(again) == (4, "APPLICATION_FOLDER_TAKEN")
    assert (tmp_path / "a" / "application.json").read_bytes() == before
    applied(run, result, tmp_path / "a", "--overwrite")


@pytest.mark.parametrize(
    ("arguments", "code", "status"),
    [
        (("--holder", "  "), "APPLICATION_HOLDER_MISSING", 3),
        (("--holder", "无此人"), "APPLICATION_HOLDER_UNKNOWN", 3),
        (("--holder", "青溪国有林场(虚构)"), "APPLICATION_EMPTY", 3),
        (("--holder", COLLECTIVE, "--village", "无此村"), "APPLICATION_EMPTY", 3),
        ((), "APPLICATION_WHO", 2),
        (("--holder", COLLECTIVE, "--collective", "村"), "APPLICATION_WHO", 2),
        (("--collective", "村"), "APPLICATION_WHO", 2),
        (("--holder", COLLECTIVE, "--profile", "ccer_14_001"), "APPLICATION_PROFILE_IS_SCREEN", 2),
        (("--holder", COLLECTIVE, "--profile", "none"), "PROFILE_NOT_FOUND", 3),
    ],
)
def test_a_wrong_application_is_one_clear_error_and_leaves_nothing(run, result, tmp_path, arguments, code, status):
    out = tmp_path / "a"
    assert failure(run("application", result, "--out", out, *arguments)) == (status, code)
    assert not out.exists()


def test_nothing_is_left_where_writing_fails(run, result, tmp_path, monkeypatch):
    from sanming_carbon_plugin.adapters.jobs import application_files

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(application_files, "_content", full)
    finished = run("application", result, "--holder", COLLECTIVE, "--out", tmp_path / "a")
    assert failure(finished) == (4, "DISK_FULL")
    assert not (tmp_path / "a").exists()


def test_a_misspelt_holder_is_led_to_the_nearest_names(run, result, tmp_path):
    finished = run("application", result, "--holder", "杉坑村委会", "--out", tmp_path / "a")
    assert failure(finished) == (3, "APPLICATION_HOLDER_UNKNOWN")
    assert not (tmp_path / "a").exists()
    assert COLLECTIVE in finished[2]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("", "是", "")], "APPLICATION_HOLDER_MISSING"),
        ([(COLLECTIVE, "是", ""), (COLLECTIVE, "是", "")], "APPLICATION_HOLDER_REPEATED"),
        ([(COLLECTIVE, "是", "1"), ("溪口村集体", "是", "")], "APPLICATION_WEIGHTS_INCOMPLETE"),
        ([(COLLECTIVE, "是", "0")], "APPLICATION_WEIGHTS_INCOMPLETE"),
        ([(COLLECTIVE, "也许", "")], "TICKET_LIST_CELL"),
        ([(COLLECTIVE, "是", "一半")], "TICKET_LIST_CELL"),
        ([(COLLECTIVE, "是", "60%"), ("溪口村集体", "是", "0.4")], "APPLICATION_WEIGHTS_MIXED"),
        ([(COLLECTIVE, "是", "30％"), ("溪口村集体", "是", "30%")], "APPLICATION_WEIGHTS_SUM"),
        ([(COLLECTIVE, "是", "0.9"), ("溪口村集体", "是", "0.5")], "APPLICATION_WEIGHTS_SUM"),
        ([(COLLECTIVE, "是", "1e308"), ("溪口村集体", "是", "1e308")], "APPLICATION_WEIGHT_UNUSABLE"),
        ([(COLLECTIVE, "是", "150%")], "TICKET_LIST_CELL"),
        ([(COLLECTIVE, "", "")], "APPLICATION_EMPTY"),
        ([], "APPLICATION_EMPTY"),
    ],
)
def test_a_wrong_list_of_households_is_one_clear_error(run, result, tmp_path, rows, code):
    listed, out = households(tmp_path / "l.csv", *rows), tmp_path / "a"
    finished = run("application", result, "--collective", "村", "--households", listed, "--out", out)
    assert failure(finished) == (3, code)
    assert not out.exists()


def test_an_identity_number_in_a_wrong_place_is_not_printed_back(run, result, tmp_path):
    listed = households(tmp_path / "l.csv", (COLLECTIVE, "350428197001011234", ""))
    finished = run("application", result, "--collective", "村", "--households", listed, "--out", tmp_path / "a")
    assert failure(finished) == (3, "TICKET_LIST_CELL")
    assert not (tmp_path / "a").exists()
    assert "350428197001011234" not in finished[2]


@pytest.mark.long
def test_percents_share_out_the_income(run, result, tmp_path):
    listed = households(tmp_path / "l.csv", (COLLECTIVE, "是", "60%"), ("溪口村集体", "是", "４０％"))
    arguments = ("--collective", "村", "--households", listed)
    assert run("application", result, *arguments, "--out", tmp_path / "a")[0] == 0
    shares = {row["holder"]: row["income_share"] for row in content_of(tmp_path / "a")["households"]}
    assert shares == pytest.approx({COLLECTIVE: 0.6, "溪口村集体": 0.4})


@pytest.mark.long
def test_an_application_is_a_layer_of_pending_parcels(run, result, made, tmp_path):
    pieces = made[1]["pieces"]
    assert {(one["scheme"], one["period_start"], one["period_end"]) for one in pieces} == {
        ("ticket", "2016-01-01", "2020-12-31")
    }
    assert len({one["scheme_id"] for one in pieces}) == 1
    for name, pending in (("file", made[0] / "application.gpkg"), ("folder", made[0])):
        out = tmp_path / name
        finished = run("application", result, "--holder", COLLECTIVE, "--credited", pending, "--out", out)
        assert failure(finished) == (3, "APPLICATION_EMPTY")
        assert not out.exists()
        arguments = ("--credited", pending, "--period", PERIOD, "--out", tmp_path / f"{name}.gpkg")
        status, _, _ = run("doublecount", SAMPLE / "stands.gpkg", "--layer", "stands", *arguments)
        assert status == 0
        blocked = read_geopackage_table(tmp_path / f"{name}.gpkg", "parts")
        assert {one["scheme_id"] for one in pieces} <= set(blocked["scheme_id"].dropna())


@pytest.mark.long
def test_a_tenure_row_that_stands_twice_is_named(run, result, made, tmp_path):
    twice = tmp_path / "twice.gpkg"
    frame = read_geopackage_table(result, "tenure_parcels", geometry=True)
    write_tenure(twice, pd.concat([frame, frame], ignore_index=True), made[0] / "application.gpkg")
    finished = run("application", result, "--holder", COLLECTIVE, "--tenure", twice, "--out", tmp_path / "a")
    assert failure(finished) == (3, "APPLICATION_EMPTY_OVERLAP")
    assert not (tmp_path / "a").exists()


def write_tenure(path, frame, like):
    from sanming_carbon_plugin.adapters.geopackage import OutputTable, write_geopackage
    from sanming_carbon_plugin.adapters.vectors import read_layer
    from sanming_carbon_plugin.core.stands.layer import FieldType

    shapes = frame["geometry"].to_numpy(dtype=object)
    names = [name for name in frame.columns if name not in ("geometry", "source", "source_row")]
    crs_wkt = read_layer(str(like), layer="pieces").crs_wkt
    columns = dict.fromkeys(names, FieldType("text"))
    write_geopackage(path, [OutputTable("tenure", columns, frame[names], shapes, crs_wkt)])


def test_what_the_result_does_not_hold_is_asked_for(run, result, tmp_path):
    out = tmp_path / "a"
    without = {
        "APPLICATION_NEEDS_TENURE": "DELETE FROM gpkg_contents WHERE table_name = 'tenure_parcels'",
        "APPLICATION_NEEDS_CREDITED": "DELETE FROM gpkg_contents WHERE table_name = 'credited_parcels'",
        "APPLICATION_NEEDS_PERIOD": "UPDATE run SET options = json_remove(options, '$.period')",
    }
    for code, statement in without.items():
        older = tmp_path / f"{code}.gpkg"
        older.write_bytes(result.read_bytes())
        with sqlite3.connect(older) as file:
            file.execute(statement)
        assert failure(run("application", older, "--holder", COLLECTIVE, "--out", out)) == (2, code)
        assert not out.exists()
    other = write_credited(tmp_path / "other.gpkg", [])
    assert failure(run("application", other, "--holder", COLLECTIVE, "--out", tmp_path / "a")) == (3, "NOT_A_RESULT")


# --- eligibility by itself -------------------------------------------------------------------------------


def test_a_result_judged_again_by_its_own_profile_says_the_same(run, result, tmp_path):
    status, counts, _ = run("ticketeligibility", result, "--out", tmp_path / "t.gpkg")
    assert status == 0
    assert counts["ticket_changed"] == "0"
    before = read_geopackage_table(result, "stands")
    after = read_geopackage_table(tmp_path / "t.gpkg", "stands")
    assert (before["ticket_rules"] == after["ticket_rules"]).all()
    np.testing.assert_allclose(before["ticket_tco2e"], after["ticket_tco2e"], rtol=1e-9)
    unsure = after[after["ticket"] == "unknown"]
    assert unsure["ticket_missing"].notna().all()
    assert after[after["ticket"] != "unknown"]["ticket_missing"].isna().all()


def test_the_total_of_a_run_is_of_stands_that_may_get_a_ticket(run, result, tmp_path):
    stands = read_geopackage_table(result, "stands")
    eligible = stands["ticket_tco2e"][stands["ticket"] == "yes"].sum()
    assert 0 < eligible < stands["ticket_tco2e"].sum()
    assert read_geopackage_table(result, "run")["total_ticket_tco2e"][0] == pytest.approx(eligible)
    _, counts, _ = run("ticketeligibility", result, "--out", tmp_path / "again.gpkg")
    assert float(counts["total_ticket_tco2e"]) == pytest.approx(eligible, rel=1e-6)


def test_another_profile_changes_outcomes_and_counts_its_rules(run, result, tmp_path):
    out = tmp_path / "t.gpkg"
    status, counts, _ = run("ticketeligibility", result, "--profile", "sanming_ticket_incremental", "--out", out)
    assert status == 0
    assert int(counts["ticket_changed"]) > 0
    assert counts["profile"] == "sanming_ticket_incremental 1, provisional"
    rules = read_geopackage_table(out, "rules")
    assert (rules[["passed", "failed", "unknown"]].sum(axis=1) == int(counts["stands"])).all()
    assert "TICKET_PROFILE_PROVISIONAL" in set(read_geopackage_table(out, "issues")["code"])


def test_a_stand_layer_is_judged_like_in_the_main_job(run, result, tmp_path):
    out = tmp_path / "t.gpkg"
    status, counts, _ = run(
        "ticketeligibility", SAMPLE / "stands.gpkg", "--earlier", SAMPLE / "stands_2015.gpkg", "--period", PERIOD,
        "--credited", SAMPLE / "credited.gpkg", "--tenure", SAMPLE / "tenure.gpkg", "--out", out,
    )  # fmt: skip
    assert status == 0
    again = read_geopackage_table(out, "stands")
    assert (again["ticket"] == read_geopackage_table(result, "stands")["ticket"]).all()
    assert counts["relative_error_base"] == "increment, components"


def test_a_result_takes_no_options_that_would_change_its_numbers(run, result, tmp_path):
    finished = run("ticketeligibility", result, "--period", PERIOD, "--out", tmp_path / "t.gpkg")
    assert failure(finished) == (2, "TICKET_RESULT_OPTIONS")
    assert not (tmp_path / "t.gpkg").exists()


@pytest.mark.long
def test_the_main_job_takes_the_error_from_its_components_too(run, tmp_path):
    from sanming_carbon_plugin.adapters.profiles import shipped_profiles

    data = json.loads(shipped_profiles()["sanming_ticket"].read_text(encoding="utf-8"))
    data["settings"]["uncertainty_deduction"]["value"] = "table"
    data["settings"]["uncertainty_base"]["value"] = "stock"
    profile = tmp_path / "own.json"
    profile.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    request = replace(sample_run.request(tmp_path / "r.gpkg"), rasters=(), profile=str(profile))
    assess(request, Progress())
    stands = read_geopackage_table(request.out, "stands")
    assert stands["ticket_rules"].str.contains("PRECISION[+]").all()  # half-widths added up would say nothing of stock
    _, counts, _ = run("ticketeligibility", request.out, "--out", tmp_path / "t.gpkg")
    assert (counts["ticket_changed"], counts["deduction"]) == ("0", "0.0600")
    again = read_geopackage_table(tmp_path / "t.gpkg", "stands")["ticket_tco2e"]
    np.testing.assert_allclose(again, stands["ticket_tco2e"], rtol=1e-9)


def test_what_the_office_states_in_columns_answers_rules(run, tmp_path):
    states = {"wetland": "否", "managed": "也许"}
    write_stands(tmp_path / "s.gpkg", [stand(1, wetland="否", managed="也许")], extra=dict.fromkeys(states))
    out = tmp_path / "r.gpkg"
    assert run("assess", tmp_path / "s.gpkg", "--profile", "ccer_14_001", "--out", out)[0] == 0
    facts = read_geopackage_table(out, "facts")
    assert facts["wetland"].tolist() == ["no"]
    assert facts["managed"].tolist() == [None]
    codes = set(read_geopackage_table(out, "issues")["code"])
    assert {"TICKET_EVIDENCE_UNREADABLE", "TICKET_PROFILE_IS_SCREEN"} <= codes
    key = facts["stand_key"].iloc[0]
    assert "WETLAND+" in read_geopackage_table(out, "stands")["ticket_rules"].iloc[0]
    assert run("ticketeligibility", out, "--out", tmp_path / "t.gpkg")[0] == 0
    assert "WETLAND+" in read_geopackage_table(tmp_path / "t.gpkg", "stands")["ticket_rules"].iloc[0]
    assert run("explain", out, key, "--json")[0] == 0


def test_a_signed_declaration_answers_for_its_unit_and_is_told_wherever_the_rule_is(run, tmp_path, capsys):
    signed = {
        "id": "D1", "field": "dispute", "value": "no", "units": ["350428-199"], "reason": "查阅争议台账",
        "name": "将乐县林业局 林芳", "date": "2026-01-02", "valid_to": "2099-12-31",
    }  # fmt: skip
    file = tmp_path / "声明.json"

    def declaring(**changes):
        content = {"profile": "sanming_ticket", "declared": [signed | changes]}
        file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return file

    write_stands(tmp_path / "s.gpkg", [stand(1), stand(2, XIANG="200")])
    out, again = tmp_path / "r.gpkg", tmp_path / "t.gpkg"
    assert run("assess", tmp_path / "s.gpkg", "--out", out)[0] == 0
    assert not read_geopackage_table(out, "stands")["ticket_rules"].str.contains(r"DECLARED|DISPUTE\+").any()
    assert run("assess", tmp_path / "s.gpkg", "--profile", declaring(), "--out", out, "--overwrite")[0] == 0
    assert run("ticketeligibility", out, "--out", again)[0] == 0
    for path in (out, again):
        traces = read_geopackage_table(path, "stands")["ticket_rules"].tolist()
        assert "DISPUTE+" in traces[0]
        assert traces[0].endswith(";DECLARED:D1+")
        assert "DISPUTE?" in traces[1]
        assert "DECLARED" not in traces[1]
        issues = read_geopackage_table(path, "issues").set_index("code")
        assert "将乐县林业局 林芳" in issues.loc["TICKET_DECLARED", "message_zh"]
    key = read_geopackage_table(out, "stands")["stand_key"].iloc[0]
    assert main(["explain", str(out), key]) == 0
    assert "declaration D1, signed by 将乐县林业局 林芳 on 2026-01-02" in capsys.readouterr().out
    assert failure(
        run("assess", tmp_path / "s.gpkg", "--profile", declaring(valid_to="2026-01-31"), "--out", tmp_path / "x.gpkg")
    ) == (3, "TICKET_DECLARATION_EXPIRED")
    assert not (tmp_path / "x.gpkg").exists()
    assert failure(
        run("ticketeligibility", out, "--profile", declaring(field="closure"), "--out", tmp_path / "x.gpkg")
    ) == (3, "PROFILE_INVALID")
    assert not (tmp_path / "x.gpkg").exists()


# --- the guard by itself ---------------------------------------------------------------------------------


def guard(run, out, *more):
    return run("doublecount", SAMPLE / "stands.gpkg", "--credited", SAMPLE / "credited.gpkg", "--out", out, *more)


def test_free_and_blocked_ground_make_up_the_candidates(run, tmp_path):
    out = tmp_path / "g.gpkg"
    status, counts, _ = guard(run, out, "--period", PERIOD, "--period", "2021-01-01/2025-12-31")
    assert status == 0
    rows = read_geopackage_table(out, "candidates")
    np.testing.assert_allclose(rows["free_ha"] + rows["blocked_ha"], rows["area_ha"], rtol=1e-9)
    np.testing.assert_allclose(rows["free_share"] + rows["blocked_share"], 1.0, rtol=1e-9)
    assert rows.groupby("period").size().tolist() == [1557, 1557]
    parts = read_geopackage_table(out, "parts")
    assert set(parts["state"]) == {"free", "blocked", "partly_free"}
    one_day = parts[parts["scheme_id"] == "VCS-9003"]
    assert set(one_day[one_day["period"] == PERIOD]["days"]) <= {1}
    assert int(counts["parts"]) == len(parts)
    assert int(counts["parts_not_drawn"]) > 0


def test_slivers_are_deducted_whether_they_are_drawn_or_not(run, tmp_path):
    _, all_drawn, _ = guard(run, tmp_path / "a.gpkg", "--period", PERIOD, "--show-from", "0")
    _, few_drawn, _ = guard(run, tmp_path / "b.gpkg", "--period", PERIOD, "--show-from", "0.2")
    assert all_drawn["free_ha"] == few_drawn["free_ha"]
    assert int(all_drawn["parts"]) > int(few_drawn["parts"])
    assert all_drawn["parts_not_drawn"] == "0"


@pytest.mark.parametrize(
    ("periods", "code"),
    [
        (("2020-12-31/2016-01-01",), "PERIOD_REVERSED"),
        (("2016-01-01/2099-12-31",), "PERIOD_IN_FUTURE"),
        (("2016-2020",), "PERIOD_INVALID"),
        ((PERIOD, "2020-12-31/2024-12-31"), "PERIODS_OVERLAP"),
    ],
)
def test_wrong_periods_are_one_clear_error(run, tmp_path, periods, code):
    out = tmp_path / "g.gpkg"
    assert failure(guard(run, out, *[part for period in periods for part in ("--period", period)])) == (2, code)
    assert not out.exists()


def test_wrong_credited_rows_are_one_clear_error(run, tmp_path):
    box = "POLYGON((39536000 2955000,39536100 2955000,39536100 2955100,39536000 2955100,39536000 2955000))"
    rows = {
        "TICKET_SCHEME_UNKNOWN": ("某机制", "X", "2016-01-01", "2020-12-31", box),
        "CREDITED_PERIOD_REVERSED": ("CCER", "X", "2020-12-31", "2016-01-01", box),
        "CREDITED_DATE_UNREADABLE": ("CCER", "X", "2016年", "2020-12-31", box),
    }
    for number, (code, row) in enumerate(rows.items()):
        layer = write_credited(tmp_path / f"c{number}.gpkg", [row])
        arguments = ("doublecount", SAMPLE / "stands.gpkg", "--credited", layer, "--period", PERIOD)
        assert failure(run(*arguments, "--out", tmp_path / "g.gpkg")) == (3, code)
        assert not (tmp_path / "g.gpkg").exists()


@pytest.mark.long
def test_columns_of_other_names_are_mapped_by_a_file(run, tmp_path):
    strange = tmp_path / "strange.gpkg"
    strange.write_bytes((SAMPLE / "credited.gpkg").read_bytes())
    with sqlite3.connect(strange) as file:
        file.execute('ALTER TABLE credited RENAME COLUMN period_start TO "kaishi"')
    arguments = ("doublecount", SAMPLE / "stands.gpkg", "--credited", strange, "--period", PERIOD)
    assert failure(run(*arguments, "--out", tmp_path / "a.gpkg")) == (3, "CREDITED_FIELD_MISSING")
    assert not (tmp_path / "a.gpkg").exists()
    mapping = tmp_path / "m.json"
    mapping.write_text('{"fields": {"period_start": ["kaishi"]}}', encoding="utf-8")
    _, mapped, _ = run(*arguments, "--credited-mapping", mapping, "--out", tmp_path / "a.gpkg")
    _, plain, _ = guard(run, tmp_path / "b.gpkg", "--period", PERIOD)
    assert mapped["free_ha"] == plain["free_ha"]
    for wrong, code in (('{"period_start": "none"}', "MAPPING_COLUMNS"), ('{"begin": "kaishi"}', "MAPPING_ROLES")):
        mapping.write_text(wrong, encoding="utf-8")
        finished = run(*arguments, "--credited-mapping", mapping, "--out", tmp_path / "c.gpkg")
        assert failure(finished) == (3, code)
        assert not (tmp_path / "c.gpkg").exists()


# --- uses ------------------------------------------------------------------------------------------------


def test_each_use_prints_its_arithmetic(run):
    _, event, _ = run("neutrality", "emissions", "--activity", "electricity_fujian=12000", "--activity", "petrol=300")
    assert "12000 kWh × 0.4092 kgCO2e/kWh ÷ 1000 = 4.9104 tCO2e" in event["step 1"]
    assert "2024-12-20" in event["step 1"]
    assert event["needed_t"] == "6"
    assert "provisional" in event["factors"]
    _, forest, _ = run("neutrality", "restoration", "--area-ha", 2, "--years", 10, "--felled", "stock_pine=35")
    assert forest["needed_t"] == "256"
    _, trees, _ = run("neutrality", "planting", "--people", 100, "--years", 1)
    assert trees["needed_t"] == "300"
    _, loan, _ = run("neutrality", "pledge", "--tonnes", 18294)
    assert (loan["value_low_yuan"], loan["value_high_yuan"]) == ("182940", "274410")


def test_tickets_of_applications_and_lists_cover_a_need(run, made, tmp_path):
    listed = tmp_path / "碳票.csv"
    listed.write_text("碳票编号,吨数,监测期止\nSM-1,4,2015-12-31\n", encoding="gb18030")
    out = tmp_path / "用途.json"
    tickets = ("--tickets", made[0], "--tickets", listed)
    arguments = ("emissions", "--activity", "electricity_fujian=50000", *tickets)
    status, counts, _ = run("neutrality", *arguments, "--out", out)
    assert status == 0
    assert counts["ticket SM-1"] == "4 of 4 t"
    assert counts["missing_t"] == "0"
    content = json.loads(out.read_text(encoding="utf-8"))
    assert [ticket["used_t"] for ticket in content["tickets"]] == [4, 17]
    assert content["factor_table"]["status"] == "provisional"
    _, pledged, _ = run("neutrality", "pledge", "--tickets", listed)
    assert pledged["value_high_yuan"] == "60"
    status, _, _ = run("neutrality", *arguments, "--out", tmp_path / "用途.csv")
    assert "4.9104" not in (tmp_path / "用途.csv").read_text(encoding="utf-8-sig")
    assert "20.46 tCO2e" in (tmp_path / "用途.csv").read_text(encoding="utf-8-sig")


def test_a_ticket_counts_once(run, made, tmp_path):
    again = tmp_path / "copy"
    again.mkdir()
    (again / "application.json").write_bytes((made[0] / "application.json").read_bytes())
    for second in (made[0], again, again / "application.json"):
        assert failure(run("neutrality", "pledge", "--tickets", made[0], "--tickets", second)) == (3, "TICKET_TWICE")
    listed = tmp_path / "t.csv"
    listed.write_text("ticket,whole_t,period_end\nSM-1,5,2020-12-31\nｓｍ -1,5,2020-12-31\n", encoding="utf-8")
    finished = run("neutrality", "pledge", "--tickets", listed)
    assert failure(finished) == (3, "TICKET_TWICE")
    assert "t.csv:2" in finished[2]
    assert "t.csv:3" in finished[2]


def test_applications_that_share_pieces_are_told(run, result, made, tmp_path):
    village = made[1]["pieces"][0]["village"]
    applied(run, result, tmp_path / "部分", "--village", village)
    out = tmp_path / "o.json"
    arguments = ("pledge", "--tickets", made[0], "--tickets", tmp_path / "部分")
    status, counts, _ = run("neutrality", *arguments, "--out", out)
    assert status == 0
    part = content_of(tmp_path / "部分")["pieces"]
    assert f"{len(part)} pieces" in counts["shared 1"]
    (shared,) = json.loads(out.read_text(encoding="utf-8"))["shared_pieces"]
    assert shared["pieces"] == len(part)
    assert run("neutrality", *arguments, "--out", tmp_path / "o.csv")[0] == 0
    assert "重复申请" in (tmp_path / "o.csv").read_text(encoding="utf-8-sig")


def test_a_use_is_told_in_chinese(run, monkeypatch, tmp_path):
    from sanming_carbon_plugin.adapters.profiles import load_use, shipped_uses

    for name in shipped_uses():
        assert all(re.search("[\u4e00-\u9fff]", factor.source_zh) for factor in load_use(name).factors.values())
    listed = tmp_path / "t.csv"
    listed.write_text("ticket,whole_t,period_end\nSM-1,5,2020-12-31\n", encoding="utf-8")
    monkeypatch.setenv("SANMING_CARBON_LANGUAGE", "zh")
    arguments = ("--activity", "electricity_fujian=12000", "--tickets", listed)
    _, counts, _ = run("neutrality", "emissions", *arguments)
    assert "12000 千瓦时 × 0.4092 千克二氧化碳当量/千瓦时 ÷ 1000 = 4.9104 吨二氧化碳当量" in counts["step 1"]
    assert "公告" in counts["step 1"]
    assert "verified" not in counts["step 1"]
    assert "暂行" in counts["factors"]
    assert counts["ticket SM-1"] == "用 5 吨，共 5 吨"


def test_factors_can_be_edited(run, tmp_path):
    from sanming_carbon_plugin.adapters.profiles import shipped_uses

    data = json.loads(shipped_uses()["neutrality"].read_text(encoding="utf-8"))
    data["factors"][0]["value"] = 1.0
    own = tmp_path / "own.json"
    own.write_text(json.dumps(data), encoding="utf-8")
    _, counts, _ = run("neutrality", "emissions", "--factors", own, "--activity", "electricity_fujian=3500")
    assert counts["needed_t"] == "4"


@pytest.mark.parametrize(
    ("arguments", "code", "status"),
    [
        (("picnic",), "USE_KIND_UNKNOWN", 2),
        (("planting", "--people", "5"), "USE_FIGURE_MISSING", 2),
        (("pledge",), "USE_FIGURE_MISSING", 2),
        (("pledge", "--tonnes", "5", "--people", "5"), "USE_FIGURE_SURPLUS", 2),
        (("pledge", "--tonnes", "-5"), "USE_AMOUNT_INVALID", 3),
        (("pledge", "--tonnes", "nan"), "USE_AMOUNT_INVALID", 3),
        (("pledge", "--tonnes", "5", "--factors", "neutrality"), "USE_TABLE_OF_OTHER_KIND", 2),
        (("emissions", "--activity", "magic=5"), "USE_FACTOR_UNKNOWN", 3),
        (("emissions", "--activity", "petrol=much"), "USAGE", 2),
        (("pledge", "--tonnes", "5", "--out", "x.docx"), "OUTPUT_FORMAT", 2),
    ],
)
def test_a_wrong_use_is_one_clear_error(run, arguments, code, status):
    assert failure(run("neutrality", *arguments)) == (status, code)


def test_wrong_lists_of_tickets_are_one_clear_error(run, tmp_path):
    listed = tmp_path / "t.csv"
    for text, code in (
        ("ticket,whole_t\nA,5\n", "TICKET_LIST_COLUMNS"),
        ("ticket,whole_t,period_end\nA,5.5,2020-12-31\n", "TICKET_LIST_CELL"),
        ("ticket,whole_t,period_end\nA,5,soon\n", "TICKET_LIST_CELL"),
    ):
        listed.write_text(text, encoding="utf-8")
        assert failure(run("neutrality", "pledge", "--tickets", listed)) == (3, code)
    (tmp_path / "application.json").write_text("{}", encoding="utf-8")
    assert failure(run("neutrality", "pledge", "--tickets", tmp_path)) == (3, "TICKET_APPLICATION_UNREADABLE")


def test_a_command_of_this_room_works_from_the_shell(command, tmp_path):
    finished = command(
        "neutrality", "planting", "--people", 3, "--years", 1, "--out", tmp_path / "o.csv", language="zh"
    )
    assert finished.status == 0
    assert "义务植树" in finished.out
    assert (tmp_path / "o.csv").exists()


def test_the_parcels_in_a_result_hold_no_identity_numbers(result):
    kept = read_geopackage_table(result, "tenure_parcels")
    assert len(kept) == 405
    text = " ".join(kept.fillna("").astype(str).to_numpy().ravel())
    assert not re.search(r"\d{17}[\dXx]", text)


def test_layers_of_a_stand_source_are_read_by_name(run, tmp_path):
    source = LayerSource(str(SAMPLE / "stands.gpkg"), "stands")
    arguments = ("doublecount", source.path, "--layer", source.layer, "--credited", SAMPLE / "credited.gpkg")
    status, _, _ = run(*arguments, "--period", PERIOD, "--out", tmp_path / "a.gpkg")
    assert status == 0
