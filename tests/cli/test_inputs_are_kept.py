"""A result never takes the place of what it was made from, and a run that fails leaves nothing, whatever was asked."""

import shutil
import sys

import pytest

from sanming_carbon_plugin.adapters import reports
from sanming_carbon_plugin.adapters.messages import render_error
from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.core.errors import CancelledError, OutputError

from .conftest import ERROR_LINE
from .layers import stand, write_credited, write_stands


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command in this process; gives its status and the code of the line that tells a failure."""
    monkeypatch.setenv("SANMING_CARBON_LANGUAGE", "en")

    def call(*arguments):
        status = main([str(argument) for argument in arguments])
        lines = capsys.readouterr().err.strip().splitlines()
        told = ERROR_LINE.match(lines[-1]) if lines and status else None
        return status, told[1] if told else None

    return call


@pytest.fixture
def stands(tmp_path):
    """Two dates of three stands, nothing credited, and a name that means the stands."""
    write_stands(tmp_path / "s.gpkg", [stand(number) for number in range(1, 4)])
    write_stands(tmp_path / "before.gpkg", [stand(number, HUO_LMGQXJ=70.0) for number in range(1, 4)])
    write_credited(tmp_path / "none.gpkg", [])
    (tmp_path / "link.gpkg").symlink_to(tmp_path / "s.gpkg")
    return tmp_path


@pytest.mark.parametrize("target", ["s.gpkg", "link.gpkg", "before.gpkg", "none.gpkg", "../{}/s.gpkg"])
@pytest.mark.parametrize("more", [(), ("--overwrite",)])
def test_assess_refuses_an_input_as_its_result(run, stands, target, more):
    kept = {path: path.read_bytes() for path in stands.iterdir()}
    asked = (
        "--earlier",
        stands / "before.gpkg",
        "--credited",
        stands / "none.gpkg",
        "--period",
        "2016-01-01/2020-12-31",
    )
    out = stands / target.format(stands.name)
    assert run("assess", stands / "s.gpkg", *asked, "--out", out, *more) == (4, "OUTPUT_IS_INPUT")
    assert {path: path.read_bytes() for path in stands.iterdir()} == kept


@pytest.mark.parametrize(
    "command",
    [
        ("check", "s.gpkg", "--out", "s.gpkg"),
        ("zonal", "s.gpkg", "--raster", "a=none.tif", "--out", "s.gpkg"),
        ("doublecount", "s.gpkg", "--credited", "none.gpkg", "--period", "2016-01-01/2020-12-31", "--out", "none.gpkg"),
        ("ticketeligibility", "s.gpkg", "--out", "s.gpkg"),
        ("plan", "s.gpkg", "--targets", "t.csv", "--out", "s.gpkg"),
        ("fieldsample", "s.gpkg", "--stands", "5", "--out", "s.gpkg"),
        ("fieldmerge", "s.gpkg", "none.gpkg", "--out", "s.gpkg"),
    ],
)
def test_other_commands_refuse_it_too(run, stands, monkeypatch, command):
    monkeypatch.chdir(stands)
    kept = {path: path.read_bytes() for path in stands.iterdir()}
    assert run(*command, "--overwrite") == (4, "OUTPUT_IS_INPUT")
    assert {path: path.read_bytes() for path in stands.iterdir()} == kept


def test_a_copy_of_the_input_may_be_replaced(run, stands):
    shutil.copy(stands / "s.gpkg", stands / "copy.gpkg")
    assert run("check", stands / "s.gpkg", "--out", stands / "copy.gpkg", "--overwrite") == (0, None)


@pytest.mark.parametrize("place", ["s.gpkg", "s.gpkg/folder"])
def test_a_report_that_cannot_be_written_leaves_no_result(run, stands, place):
    before = sorted(stands.iterdir())
    finished = run("assess", stands / "s.gpkg", "--out", stands / "r.gpkg", "--report", stands / place)
    assert finished == (4, "OUTPUT_NOT_WRITABLE")
    assert sorted(stands.iterdir()) == before


def test_a_report_that_fails_at_its_end_leaves_no_result(run, stands, monkeypatch):
    def no_room(*_arguments, **_named):
        raise OutputError("DISK_FULL", path="report.html")

    monkeypatch.setattr(reports, "write_page", no_room)
    before = sorted(stands.iterdir())
    finished = run("assess", stands / "s.gpkg", "--out", stands / "r.gpkg", "--report", stands / "报告")
    assert finished == (4, "DISK_FULL")
    assert sorted(stands.iterdir()) == before


@pytest.mark.parametrize("given", ["-1", "x", "1.5", "9" * 30, "²"])
def test_a_seed_from_which_nothing_can_begin_is_wrong_usage(run, stands, given):
    assert run("assess", stands / "s.gpkg", "--out", stands / "r.gpkg", f"--seed={given}") == (2, "USAGE")
    assert run("fieldsample", stands / "s.gpkg", "--out", stands / "l.gpkg", "--stands", "5", f"--seed={given}") == (
        2,
        "USAGE",
    )


def test_amounts_that_nobody_has_are_refused(run):
    assert run("neutrality", "restoration", "--area-ha", "1e308", "--years", "20") == (3, "USE_AMOUNT_INVALID")
    assert run("neutrality", "pledge", "--tonnes", "1e308") == (3, "USE_AMOUNT_INVALID")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_that_is_stopped_while_libraries_load_says_so_in_one_line(monkeypatch, capsys, language):
    def stopped(_options):
        raise KeyboardInterrupt

    monkeypatch.setenv("SANMING_CARBON_LANGUAGE", language)
    monkeypatch.setattr("sanming_carbon_plugin.commands.check._run", stopped)
    monkeypatch.setitem(sys.modules, "sanming_carbon_plugin.adapters.messages", None)
    assert main(["check", "s.gpkg"]) == 130
    told = capsys.readouterr().err.splitlines()
    expected = render_error(CancelledError(), language)
    assert told == [f"error[CANCELLED]: {('' if language == 'zh' else ' ').join(expected)}"]


@pytest.mark.parametrize("given", ["", " ", "名" * 300])
def test_no_name_and_names_longer_than_any_are_told(run, stands, monkeypatch, given):
    monkeypatch.chdir(stands)
    for path in ("before.gpkg", "none.gpkg", "link.gpkg"):
        (stands / path).unlink()  # the folder holds one layer alone
    assert run("check", given) == (3, "INPUT_NOT_FOUND")
    if given.strip():
        assert run("check", "s.gpkg", "--out", f"{given}.gpkg") == (4, "OUTPUT_NOT_WRITABLE")
        assert run("zonal", "s.gpkg", "--raster", f"a={given}", "--out", "z.csv") == (3, "RASTER_MISSING")


def test_explaining_a_stand_of_a_file_that_is_no_result_says_so(run, stands):
    assert run("explain", stands / "s.gpkg", "350428-199-001-0001-00001") == (3, "GEOPACKAGE_TABLE_MISSING")


@pytest.mark.parametrize("option", ["--rules", "--profile"])
def test_a_faulty_file_of_rules_is_named_by_its_path(stands, monkeypatch, capsys, option):
    monkeypatch.setenv("SANMING_CARBON_LANGUAGE", "en")
    (stands / "own.json").write_text("{}", encoding="utf-8")
    asked = ["assess", stands / "s.gpkg", "--out", stands / "r.gpkg", option, stands / "own.json"]
    assert main([str(part) for part in asked]) == 3
    assert f"{stands / 'own.json'} has " in capsys.readouterr().err.splitlines()[-1]
