"""The sample assessed for tickets, an application of it, and commands in this process."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.core.progress import Progress

from .. import sample_run
from .ticket_runs import COLLECTIVE, content_of


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def made(result, tmp_path_factory):
    """The application of one holder by the result's own profile: folder and content."""
    folder = tmp_path_factory.mktemp("made") / "申请"
    assert main(["application", str(result), "--holder", COLLECTIVE, "--out", str(folder)]) == 0
    return folder, content_of(folder)
