"""The sample as assessed once, and plans of it as a user types them."""

import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.cli import main

from ..conftest import ROOT
from .plan_runs import TARGETS, Finished

SAMPLE = ROOT / "resources" / "sample"


@pytest.fixture(scope="module")
def result(command, tmp_path_factory):
    out = tmp_path_factory.mktemp("options") / "result.gpkg"
    finished = command("assess", SAMPLE / "stands.gpkg", "--raster", f"dem={SAMPLE / 'dem.tif'}", "--out", out)
    assert finished.status == 0, finished.err
    return out


@pytest.fixture
def run(result, tmp_path, capfd, monkeypatch):
    """``plan`` as a user types it, with the plan's tables."""

    def of(*options, targets=TARGETS, language="en", name="p", gap="0.02", command="plan"):
        monkeypatch.setenv("SANMING_CARBON_LANGUAGE", language)
        path = tmp_path / "targets.csv"
        path.write_text(targets, encoding="utf-8")
        out = tmp_path / f"{name}.gpkg"
        usual = [] if gap is None else ["--gap", gap]
        capfd.readouterr()
        given = [command, result, "--targets", path, "--out", out, "--overwrite", *usual, *options]
        status = main([str(one) for one in given])
        finished = Finished(status, *capfd.readouterr())
        finished.out = out
        return finished

    return of


@pytest.fixture
def made(run):
    def of(*options, **more):
        finished = run(*options, **more)
        assert finished.status == 0, finished.err
        return read_geopackage_table(finished.out, "plan", geometry=True), finished

    return of


@pytest.fixture
def table(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
