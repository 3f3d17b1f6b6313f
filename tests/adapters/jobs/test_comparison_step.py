"""Comparing two plans says so, and not that rules are compared."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.jobs import compare_scenarios as job
from sanming_carbon_plugin.adapters.resources import read_table
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir


class _Heard(Progress):
    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, name: str, position: int = 0, count: int = 0) -> None:
        self.steps.append(name)


class _EnoughError(Exception):
    pass


def _enough(*_: object) -> None:
    raise _EnoughError


def test_the_step_has_its_own_words(monkeypatch, tmp_path):
    plan = job._Plan("a", Path("a.gpkg"), None, pd.DataFrame(), pd.DataFrame(), {"result": "0"})
    monkeypatch.setattr(job, "_opened", lambda *_: plan)
    monkeypatch.setattr(job, "differences", _enough)
    heard = _Heard()
    with pytest.raises(_EnoughError):
        job.compare_scenarios(job.CompareRequest(Path("a"), Path("b"), tmp_path / "o.gpkg"), heard)
    table = read_table(resources_dir() / "messages" / "steps.csv")
    words = dict(zip(table["step"], table["text"], strict=True))
    assert words[heard.steps[-1]] == "Comparing the plans"
