"""What tickets are worth to a use: each use by its arithmetic, and which tickets cover it."""

from __future__ import annotations

import json
import re

import pytest

from .ticket_runs import applied, content_of, failure


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
