"""What cannot be applied for is one clear error, and leaves nothing."""

from __future__ import annotations

import sqlite3

import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table

from ..layers import write_credited
from .ticket_runs import COLLECTIVE, applied, failure, households, write_tenure


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
def test_a_tenure_row_that_stands_twice_is_named(run, result, made, tmp_path):
    twice = tmp_path / "twice.gpkg"
    frame = read_geopackage_table(result, "tenure_parcels", geometry=True)
    write_tenure(twice, pd.concat([frame, frame], ignore_index=True), made[0] / "application.gpkg")
    finished = run("application", result, "--holder", COLLECTIVE, "--tenure", twice, "--out", tmp_path / "a")
    assert failure(finished) == (3, "APPLICATION_EMPTY_OVERLAP")
    assert not (tmp_path / "a").exists()


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
