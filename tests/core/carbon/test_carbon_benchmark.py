"""The benchmark of the carbon room says when a figure is missed, and ends with a status that says so too."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[3] / "benchmarks" / "carbon.py"


@pytest.fixture
def benchmark():
    spec = importlib.util.spec_from_file_location("carbon_benchmark", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
@pytest.mark.parametrize(("part", "figure"), [("keyed", "KEYED_SECONDS"), ("redrawn", "REDRAWN_SECONDS")])
def test_a_missed_figure_ends_with_status_1(benchmark, monkeypatch, capsys, part, figure):
    monkeypatch.setattr(benchmark, "KEYED_GB", float("inf"))  # the memory is that of all tests so far
    assert benchmark.main([part, "300"]) == 0
    monkeypatch.setattr(benchmark, figure, 0.0)
    assert benchmark.main([part, "300"]) == 1
    assert "MISSED" in capsys.readouterr().out


def test_the_figures_are_those_that_were_promised(benchmark):
    assert (benchmark.KEYED_SECONDS, benchmark.KEYED_GB, benchmark.REDRAWN_SECONDS) == (20.0, 2.0, 90.0)
    assert {name: size for name, (_, size) in benchmark.PARTS.items()} == {"keyed": 1_000_000, "redrawn": 100_000}
