"""States of the steps, without QGIS."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sanming_carbon_plugin.gui.step_states import (
    CARBON,
    CHECK,
    MAPS,
    TICKETS,
    Records,
    State,
    StepState,
    data_problems,
    data_state,
    inputs_of,
)

pytestmark = pytest.mark.everywhere
MARKS = dict.fromkeys(inputs_of(MAPS), "as it was")


def _after_a_run(**counts: int) -> Records:
    records = Records()
    for step in (CHECK, CARBON, TICKETS, MAPS):
        records.note(step, MARKS, counts.get(step, 0))
    return records


def test_without_a_run_nothing_has_started():
    assert all(Records().state(step, MARKS).state is State.NOT_STARTED for step in (CHECK, CARBON, TICKETS, MAPS))


def test_after_a_run_a_step_is_done_or_says_how_much_needs_attention():
    records = _after_a_run(tickets=315)
    assert records.state(CHECK, MARKS) == StepState(State.DONE)
    assert records.state(TICKETS, MARKS) == StepState(State.ATTENTION, 315)
    records.recount(TICKETS, 0)
    assert records.state(TICKETS, MARKS) == StepState(State.DONE)


@pytest.mark.parametrize(
    ("name", "outdated"),
    [
        ("STANDS", [CHECK, CARBON, TICKETS, MAPS]),
        ("MAPPING", [CHECK, CARBON, TICKETS, MAPS]),
        ("RASTERS", [CARBON, TICKETS, MAPS]),
        ("DECISIONS", [CARBON, TICKETS, MAPS]),
        ("OUTPUT", [CARBON, TICKETS, MAPS]),
        ("CREDITED", [TICKETS, MAPS]),
        ("RESULT", [MAPS]),
    ],
)
def test_a_change_makes_its_step_and_all_later_ones_out_of_date(name, outdated):
    records = _after_a_run(check=2)
    now = MARKS | {name: "changed"}
    states = {step: records.state(step, now) for step in (CHECK, CARBON, TICKETS, MAPS)}
    assert [step for step, each in states.items() if each.state is State.OUTDATED] == outdated
    assert states[MAPS].changed == (name,)
    assert records.state(MAPS, MARKS).state is State.DONE  # taken back: as before


def test_an_input_that_was_changed_while_the_run_was_on_its_way_counts_as_changed():
    records = Records()
    begun = dict(MARKS)
    now = MARKS | {"STANDS": "edited meanwhile"}
    records.note(CHECK, begun)
    assert records.state(CHECK, now).state is State.OUTDATED


def test_the_project_remembers_the_states():
    records = _after_a_run(check=7)
    again = Records.from_rows(records.to_rows())
    assert again.state(CHECK, MARKS) == StepState(State.ATTENTION, 7)
    assert again.state(CARBON, MARKS) == StepState(State.DONE)


@pytest.mark.parametrize("rows", [{}, {"check": 3}, {"check": {"marks": 1}}, {"other": {"marks": {}}}])
def test_a_project_that_cannot_be_understood_has_not_started(rows):
    assert Records.from_rows(rows).by_step == {}


def test_choosing_is_done_when_nothing_is_missing():
    values = {"STANDS": "layer", "OUTPUT": "a.gpkg"}
    assert data_state({}, ()).state is State.NOT_STARTED
    assert data_state(values, data_problems(values, has_crs=True, target_exists=False)).state is State.DONE


@pytest.mark.parametrize(
    ("more", "has_crs", "exists", "problems"),
    [
        ({"OUTPUT": None}, True, False, ("OUTPUT",)),
        ({}, False, False, ("CRS",)),
        ({}, True, True, ("OVERWRITE",)),
        ({"OVERWRITE": True}, True, True, ()),
        ({"PERIOD_START": "2016-01-01"}, True, False, ("PERIOD_END",)),
        ({"PERIOD_START": "2021-01-01", "PERIOD_END": "2020-12-31"}, True, False, ("PERIOD_END",)),
        ({"EARLIER": "layer"}, True, False, ("PERIOD_START",)),
        ({"EARLIER": "layer", "PERIOD_START": "2016-01-01", "PERIOD_END": "2020-12-31"}, True, False, ()),
    ],
)
def test_what_is_missing_is_counted(more, has_crs, exists, problems):
    values = {"STANDS": "layer", "OUTPUT": "a.gpkg"} | more
    found = data_problems(values, has_crs=has_crs, target_exists=exists)
    assert found == problems
    assert data_state(values, found).count == len(problems)


def test_this_logic_needs_neither_qgis_nor_qt():
    code = (
        "import sys, sanming_carbon_plugin.gui.step_states;"
        "print([name for name in sys.modules if name.split('.')[0] in ('qgis', 'PyQt5', 'PyQt6')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]"
