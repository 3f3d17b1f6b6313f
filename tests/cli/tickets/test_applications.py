"""From a result to an application and its parts."""

from __future__ import annotations

import csv
import json
import sqlite3

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.hashes import sha256_of_file

from ..layers import write_credited
from ..sample_run import SAMPLE
from .ticket_runs import COLLECTIVE, PERIOD, applied, content_of, failure, households


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
