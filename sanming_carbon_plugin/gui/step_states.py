"""How far the work is: what each step needs, what a run saw of it, and whether that still holds.

This module knows neither QGIS nor Qt: marks of inputs and counts are handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

CHECK = "check"
CARBON = "carbon"
TICKETS = "tickets"
MAPS = "maps"

DECISIONS = "DECISIONS"
"""Beside the parameters of the algorithms: the decisions of people about this result."""

OUTPUT = "OUTPUT"
"""Where the next run writes: under another name nothing is done yet."""

RESULT = "RESULT"
"""Beside the parameters of the algorithms: the result that plans, maps and reports are made from."""

_OWN = {
    CHECK: ("STANDS", "ENCODING", "MAPPING"),
    CARBON: (
        *("RASTERS", "EARLIER", "PERIOD_START", "PERIOD_END", "SURVEY_METHOD", "SURVEY_METHOD_EARLIER"),
        *("RECIPE", "PARAMETERS", "RULES", "SEED", DECISIONS, OUTPUT),
    ),
    TICKETS: ("CREDITED", "TENURE", "PROFILE"),
    MAPS: (RESULT,),
}


def inputs_of(step: str) -> tuple[str, ...]:
    """What the outcome of ``step`` rests upon: its own inputs and those of all steps before it."""
    names: tuple[str, ...] = ()
    for name, own in _OWN.items():
        names += own
        if name == step:
            return names
    raise KeyError(step)


class State(Enum):
    """States of a step; each has an icon and words of its own."""

    NOT_STARTED = "not_started"
    ATTENTION = "attention"
    DONE = "done"
    OUTDATED = "outdated"


@dataclass(frozen=True)
class StepState:
    """State of a step, with how many things need attention and which inputs changed since it was done."""

    state: State
    count: int = 0
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """What a run saw when it did a step.

    Attributes
    ----------
    marks
        Mark of each input when the run began.
    count
        What needs the attention of a person since.
    """

    marks: Mapping[str, str]
    count: int = 0


@dataclass
class Records:
    """The last run that did each step, as the project remembers them."""

    by_step: dict[str, Record] = field(default_factory=dict)

    def note(self, step: str, marks: Mapping[str, str], count: int = 0) -> None:
        """A run has done ``step``; ``marks`` are those of when it began."""
        self.by_step[step] = Record({name: marks.get(name, "") for name in inputs_of(step)}, count)

    def recount(self, step: str, count: int) -> None:
        """People have decided something since: another number needs attention."""
        if step in self.by_step:
            self.by_step[step] = Record(self.by_step[step].marks, count)

    def seen(self, step: str, name: str) -> str:
        """Mark of an input when ``step`` was done; empty where it was not."""
        record = self.by_step.get(step)
        return record.marks.get(name, "") if record is not None else ""

    def state(self, step: str, marks: Mapping[str, str]) -> StepState:
        """State of ``step`` with the inputs as they are now."""
        record = self.by_step.get(step)
        if record is None:
            return StepState(State.NOT_STARTED)
        changed = tuple(name for name in inputs_of(step) if record.marks.get(name, "") != marks.get(name, ""))
        if changed:
            return StepState(State.OUTDATED, record.count, changed)
        return StepState(State.ATTENTION, record.count) if record.count else StepState(State.DONE)

    def to_rows(self) -> dict[str, Any]:
        """For the project file."""
        return {step: {"marks": dict(each.marks), "count": each.count} for step, each in self.by_step.items()}

    @staticmethod
    def from_rows(rows: Mapping[str, Any]) -> Records:
        """From the project file; what cannot be understood counts as not started."""
        found = Records()
        for step, row in rows.items():
            if step in _OWN and isinstance(row, dict) and isinstance(row.get("marks"), dict):
                marks = {str(name): str(mark) for name, mark in row["marks"].items()}
                count = row.get("count")
                found.by_step[step] = Record(marks, count if isinstance(count, int) and count > 0 else 0)
        return found


def data_state(values: Mapping[str, Any], problems: Collection[str]) -> StepState:
    """State of the step that only chooses: not started without stands, else by the number of its ``problems``."""
    if not values.get("STANDS"):
        return StepState(State.NOT_STARTED)
    return StepState(State.ATTENTION, len(problems)) if problems else StepState(State.DONE)


def data_problems(values: Mapping[str, Any], *, has_crs: bool, target_exists: bool) -> tuple[str, ...]:
    """What is still to be chosen before a run can begin, as names of the fields concerned.

    Parameters
    ----------
    values
        What is filled in, by the names of the parameters.
    has_crs
        Whether the layer of stands says its coordinate system.
    target_exists
        Whether the result is there already.
    """
    found = []
    if not has_crs:
        found.append("CRS")
    if not values.get("OUTPUT"):
        found.append("OUTPUT")
    elif target_exists and not values.get("OVERWRITE"):
        found.append("OVERWRITE")
    days = [name for name in ("PERIOD_START", "PERIOD_END") if values.get(name)]
    if len(days) == 1:
        found.append("PERIOD_END" if days == ["PERIOD_START"] else "PERIOD_START")
    elif values.get("EARLIER") and not days:
        found.append("PERIOD_START")
    elif days and str(values["PERIOD_START"]) > str(values["PERIOD_END"]):
        found.append("PERIOD_END")
    return tuple(found)
