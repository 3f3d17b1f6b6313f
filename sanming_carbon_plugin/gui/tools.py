"""Buttons of the later steps: each opens the dialog of an algorithm with what the panel knows filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProcessingAlgorithm, QgsProcessingDestinationParameter
from qgis.core import QgsProcessingParameterFolderDestination as FolderDestination
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QDialog, QPushButton

from ..processing.parameters import OUTPUT
from ..processing.provider import PROVIDER_ID
from ..processing.translation import tr
from .steps.step import Step

_RESULT = "RESULT"


class Tools(QObject):
    """The buttons on some pages; ``known`` gives values by the names of parameters, ``RESULT`` among them."""

    finished = pyqtSignal(str)
    """An algorithm that a button opened is through: its identifier."""

    found = pyqtSignal(str, object, object)
    """What it found: its identifier, the parameters it had, its results."""

    told = pyqtSignal(str)

    def __init__(self, steps: Iterable[Step], known: Callable[[], dict[str, Any]], parent: QObject) -> None:
        super().__init__(parent)
        self._known = known
        self._steps = [step for step in steps if step.tools]
        self._dialogs: list[QDialog] = []
        self._heard: list[QDialog] = []
        self.buttons: dict[str, QPushButton] = {}
        for step in self._steps:
            for name in step.tools:
                button = QPushButton()
                button.setObjectName("tool_{}".format(name))
                button.clicked.connect(partial(self.open, name))
                step.page.tools_layout.addWidget(button)
                self.buttons[name] = button
        self.refresh()

    def refresh(self) -> None:
        """Show what the toolbox offers, and enable what the chosen result allows."""
        result = self._known().get(_RESULT)
        for name, button in self.buttons.items():
            algorithm = _algorithm(name)
            button.setVisible(algorithm is not None)
            if algorithm is not None:
                button.setText("{}…".format(algorithm.displayName()))
                button.setToolTip(algorithm.shortDescription())
                button.setEnabled(bool(result) or algorithm.parameterDefinition(_RESULT) is None)
        shown = Path(str(result)).name if result else ""
        text = (
            tr("Result: {name}").format(name=shown)
            if shown
            else tr("Assess the stands first, or open a result in step 5.")
        )
        for step in self._steps:
            step.page.tools_result.setText(text)
            step.page.tools.setVisible(any(_algorithm(name) is not None for name in step.tools))

    def open(self, name: str, values: dict[str, Any] | bool | None = None) -> QDialog | None:
        """Open the dialog of an algorithm, with ``values`` or what is known; the panel stays usable beside it."""
        algorithm = _algorithm(name)
        if algorithm is None:
            return None
        try:
            import processing  # noqa: PLC0415 - a plugin of QGIS that may be switched off
        except ImportError:
            self.told.emit(tr("Switch on the plugin Processing in the plugin manager."))
            return None
        # A button hands over whether it is pressed.
        values = values if isinstance(values, dict) else filled_in(algorithm, self._known())
        dialog = processing.createAlgorithmDialog(algorithm.id(), values)
        if dialog is None:
            return None
        dialog.setObjectName(_object_name(name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.algorithmFinished.connect(partial(self._finished, dialog, algorithm.id()))
        dialog.destroyed.connect(partial(self._forget, dialog))
        self._dialogs.append(dialog)
        self._heard.append(dialog)
        dialog.show()
        return dialog

    def close(self, name: str) -> None:
        """Close the dialogs of an algorithm."""
        for dialog in list(self._dialogs):
            if dialog.objectName() == _object_name(name):
                dialog.close()

    def leave_project(self) -> None:
        """Another project is open: what the dialogs find from now on is not its work."""
        self._heard.clear()

    def shut_down(self) -> None:
        """Close the dialogs before the plugin goes."""
        for dialog in list(self._dialogs):
            dialog.close()
        self._dialogs.clear()

    def _finished(self, dialog: QDialog, algorithm_id: str, successful: bool, results: dict[str, Any]) -> None:
        if successful and dialog in self._heard:
            self.finished.emit(algorithm_id)
            self.found.emit(algorithm_id, dialog.createProcessingParameters(), results)

    def _forget(self, dialog: QDialog, *_args: object) -> None:
        self._dialogs = [each for each in self._dialogs if each is not dialog]
        self._heard = [each for each in self._heard if each is not dialog]


def filled_in(algorithm: QgsProcessingAlgorithm, known: dict[str, Any]) -> dict[str, Any]:
    """Values for those parameters of an algorithm that are known; results are suggested beside the result."""
    names = {definition.name(): definition for definition in algorithm.parameterDefinitions()}
    values = {name: value for name, value in known.items() if name in names and value not in (None, "", [])}
    result, target = known.get(_RESULT), names.get(OUTPUT)
    if result and isinstance(target, QgsProcessingDestinationParameter):
        path = Path(str(result))
        name = "{}_{}".format(path.stem, algorithm.name())
        if not isinstance(target, FolderDestination):
            name = "{}.{}".format(name, target.defaultFileExtension())
        values[OUTPUT] = str(path.with_name(name))
    return values


def _object_name(name: str) -> str:
    return "dialog_{}".format(name)


def _algorithm(name: str) -> QgsProcessingAlgorithm | None:
    return QgsApplication.processingRegistry().algorithmById("{}:{}".format(PROVIDER_ID, name))
