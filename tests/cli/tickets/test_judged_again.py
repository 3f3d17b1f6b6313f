"""Eligibility by itself: a result or a layer judged by its own or another profile, and what an office declares."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.core.progress import Progress

from .. import sample_run
from ..layers import stand, write_stands
from ..sample_run import SAMPLE
from .ticket_runs import PERIOD, failure


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


def test_the_parcels_in_a_result_hold_no_identity_numbers(result):
    kept = read_geopackage_table(result, "tenure_parcels")
    assert len(kept) == 405
    text = " ".join(kept.fillna("").astype(str).to_numpy().ravel())
    assert not re.search(r"\d{17}[\dXx]", text)
