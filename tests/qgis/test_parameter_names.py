"""What models and scripts rely on: names, types and defaults of every algorithm's parameters stay as they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from qgis.core import Qgis

pytestmark = pytest.mark.qgis
LIST = Path(__file__).resolve().parents[1] / "data" / "algorithm_parameters.csv"
"""A parameter that is new, or changed on purpose, changes this list too; one that goes breaks what users have saved."""


def parameters_now(provider) -> list[list[str]]:
    rows = []
    for algorithm in sorted(provider.algorithms(), key=lambda one: one.name()):
        made = algorithm.create()  # kept while its definitions are read
        for each in made.parameterDefinitions():
            flags = each.flags()
            marks = [
                name
                for name, flag in (
                    ("optional", Qgis.ProcessingParameterFlag.Optional),
                    ("advanced", Qgis.ProcessingParameterFlag.Advanced),
                )
                if flags & flag
            ]
            default = each.defaultValue()
            # The language of a package is by default that of the machine.
            text = "" if default is None or each.name() == "LANGUAGE" else str(default)
            rows.append([algorithm.name(), each.name(), each.type(), " ".join(marks), text])
    return rows


def test_no_parameter_changed_unseen(provider):
    with LIST.open(encoding="utf-8", newline="") as file:
        known = list(csv.reader(file))[1:]
    now = parameters_now(provider)
    gone = [row for row in known if row not in now]
    new = [row for row in now if row not in known]
    assert (gone, new) == ([], [])
    assert [row[:2] for row in known] == [row[:2] for row in now], "the order of the parameters changed"
