"""Keeps the states of the five steps up to date while layers, files and fields change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..processing.assess import AssessAlgorithm
from ..processing.parameters import OUTPUT, STANDS
from ..processing.translation import tr
from .input_marks import count_edit, decisions_file, decisions_mark, file_mark, is_there, marks_of
from .project_entries import read_entry, write_entry
from .reading import Reading
from .result_layers import results
from .step_states import (
    CARBON,
    CHECK,
    DECISIONS,
    MAPS,
    RESULT,
    TICKETS,
    Records,
    StepState,
    data_problems,
    data_state,
)

DATA = "data"
_KEY = "step_states"
_LATER_MS = 200
_SEVERITIES = "severities"
_GONE = "{}|–"
_DONE_BY = {
    "check": (CHECK,),
    "recheck": (CHECK,),
    "assess": (CHECK, CARBON, TICKETS),
    **dict.fromkeys(("plan", "targetprogress", "comparescenarios", "exportmaps", "report"), (MAPS,)),
}
"""Which steps an algorithm does, by its name."""


class WorkStates(QObject):
    """Tells how far the work is; ``values`` gives what is filled in, by the names of the parameters."""

    changed = pyqtSignal()
    severities = pyqtSignal(object)
    """Doubts of the newest list by severity: errors and warnings that are open, and notes."""

    def __init__(self, values: Callable[[], dict[str, Any]], result: Callable[[], str], parent: QObject) -> None:
        super().__init__(parent)
        self._values = values
        self._result = result
        self._records = Records()
        self._begun: dict[str, str] = {}
        self._watched: set[str] = set()
        self._counted_file: Path | None = None
        self.problems: tuple[str, ...] = ()
        self._states: dict[str, StepState] = {}
        # A result may hold a million stands, and may be gone again when it is counted: nothing is known then.
        self.counting = Reading(tr("Count what needs attention"), self)
        self.counting.read.connect(self._counted)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LATER_MS)
        self._later.timeout.connect(self.refresh)

    def state(self, step: str) -> StepState:
        """State of a step as it was seen last."""
        if step not in self._states:
            self.refresh()
        return self._states[step]

    def refresh_soon(self, *_args: object) -> None:
        """Look again when the user pauses."""
        self._later.start()

    def refresh(self) -> None:
        """Look at all inputs now."""
        self._later.stop()
        values = self._values()
        self._watch(values)
        marks = self.marks()
        layer = QgsProject.instance().mapLayer(str(values.get(STANDS) or ""))
        target = str(values.get(OUTPUT) or "")
        self.problems = data_problems(
            values,
            has_crs=layer is None or layer.crs().isValid(),
            target_exists=bool(target) and is_there(Path(target)) and Path(target) not in results(),
        )
        states = {step: self._records.state(step, marks) for step in (CHECK, CARBON, TICKETS, MAPS)}
        states[DATA] = data_state(values, self.problems)
        if states != self._states:
            self._states = states
            self.changed.emit()

    def marks(self) -> dict[str, str]:
        """Marks of all inputs as they are now."""
        values = self._values()
        target = str(values.get(OUTPUT) or "")
        # Where the result goes and whether it is there, not what is in it: that is written by the run itself.
        there = target if not target or is_there(Path(target)) else _GONE.format(target)
        found = marks_of(values) | {OUTPUT: there, DECISIONS: decisions_mark(target, self.last_result())}
        result = self._result()
        found[RESULT] = file_mark(Path(result)) if result else ""
        return found

    def last_result(self) -> str:
        """The result that decisions are about: that of the last run, else the one that is chosen."""
        return self._records.seen(CARBON, OUTPUT) or self._result()

    def decided_before(self, target: str) -> str:
        """File with decisions that a run into another file, ``target``, has to take over; empty for none."""
        last = self.last_result()
        if not last or Path(last) == Path(target):
            return ""
        files = (Path(last), decisions_file(last))
        return next((str(path) for path in files if is_there(path)), "")

    def begin(self) -> None:
        """A run begins: what it sees is what is there now."""
        self._begun = self.marks() | {OUTPUT: str(self._values().get(OUTPUT) or "")}  # it will be there

    def finish(self, algorithm_id: str, result: Path | None) -> None:
        """A run is through; what waits for a person in its result is counted in the background."""
        steps = _DONE_BY.get(algorithm_id.rpartition(":")[2], ())
        marks = self._begun or self.marks()
        for step in steps:
            self._records.note(step, marks | {RESULT: self.marks()[RESULT]})
        self._begun = {}
        self.refresh()
        if result is not None and any(step in (CHECK, CARBON, TICKETS) for step in steps):
            self._count(result, steps)

    def recount_doubts(self, path: Path) -> None:
        """Doubts of the list ``path`` were decided upon."""
        self._count(path, (CHECK,))

    def remember(self) -> None:
        """Write the states into the project."""
        write_entry(_KEY, self._records.to_rows())

    def restore(self) -> None:
        """Take the states from the project."""
        self._records = Records.from_rows(read_entry(_KEY))
        # What is on its way belongs to the project before.
        self._begun = {}
        self.counting.forget()
        self.refresh()

    def shut_down(self) -> None:
        """Let go of layers and threads before the plugin goes."""
        self._later.stop()
        self.counting.shut_down()
        for layer_id in self._watched:
            layer = QgsProject.instance().mapLayer(layer_id)
            if layer is not None:
                layer.dataSourceChanged.disconnect(self.refresh_soon)
            if isinstance(layer, QgsVectorLayer):
                layer.layerModified.disconnect(self._edited)
                layer.subsetStringChanged.disconnect(self.refresh_soon)
        self._watched.clear()

    def _count(self, path: Path, steps: tuple[str, ...]) -> None:
        # What counts needs numpy, which may be missing when QGIS loads the plugin.
        from ..adapters import attention  # noqa: PLC0415

        counters = {
            CHECK: attention.open_doubts,
            CARBON: attention.undecided_classes,
            TICKETS: attention.undecided_tickets,
        }
        wanted = {step: partial(counters[step], path) for step in steps if step in counters}
        self.counting.start(
            wanted | ({_SEVERITIES: partial(attention.severity_counts, path)} if CHECK in steps else {})
        )

    def _counted(self, found: dict[str, Any]) -> None:
        by_severity = found.pop(_SEVERITIES, None)
        if by_severity is not None:
            self.severities.emit(by_severity)
        for step, count in found.items():
            self._records.recount(step, count)
        self.refresh()

    def _watch(self, values: dict[str, Any]) -> None:
        """Hear of edits to the chosen layers; a layer that is removed takes its connections along."""
        ids = {str(values.get(name)) for name in (STANDS, AssessAlgorithm.EARLIER, AssessAlgorithm.TENURE)}
        ids |= {str(each) for each in values.get(AssessAlgorithm.CREDITED) or ()}
        project = QgsProject.instance()
        self._watched = {each for each in self._watched if project.mapLayer(each) is not None}
        for layer_id in ids - self._watched:
            layer = project.mapLayer(layer_id)
            if layer is not None:
                self._listen(layer)
                self._watched.add(layer_id)

    def _listen(self, layer: QgsMapLayer) -> None:
        layer.dataSourceChanged.connect(self.refresh_soon)
        if isinstance(layer, QgsVectorLayer):
            layer.layerModified.connect(self._edited)
            layer.subsetStringChanged.connect(self.refresh_soon)

    def _edited(self) -> None:
        layer = self.sender()
        if isinstance(layer, QgsVectorLayer):
            count_edit(layer)
        self.refresh_soon()
