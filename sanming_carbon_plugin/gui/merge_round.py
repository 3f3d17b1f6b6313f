"""From the review of a field merge to its next run: a person decides and signs in between."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtWidgets import QWidget

from ..processing.field_merge import FieldMergeAlgorithm
from ..processing.parameters import OUTPUT, OVERWRITE
from .tools import Tools

if TYPE_CHECKING:
    from .merge_dialog import MergeDialog

_MERGE = "fieldmerge"


class MergeRound(QObject):
    """Opens the dialog after each run that leaves something open, and the tool again with the choices filled in."""

    def __init__(self, tools: Tools, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._tools = tools
        self._window = window
        self._parameters: dict[str, Any] = {}
        self.dialog: MergeDialog | None = None
        tools.found.connect(self._look)

    def shut_down(self) -> None:
        """Close the dialog before the plugin goes."""
        if self.dialog is not None:
            self.dialog.reject()

    def _look(self, algorithm_id: str, parameters: dict[str, Any], results: dict[str, Any]) -> None:
        if algorithm_id.rpartition(":")[2] != _MERGE or not results.get("OPEN"):
            return
        from .merge_dialog import MergeDialog  # noqa: PLC0415 - needs pandas

        self.shut_down()  # of an earlier run nobody decides any more
        self._parameters = parameters
        self.dialog = MergeDialog(Path(str(results[OUTPUT])), self._window)
        self.dialog.setObjectName("sanming_carbon_merge")
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.finished.connect(self._decided)
        self.dialog.open()

    def _decided(self, accepted: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None or not accepted:
            return
        choices = {
            FieldMergeAlgorithm.RESOLVE: str(dialog.review),
            FieldMergeAlgorithm.BY: dialog.name(),
            OUTPUT: str(dialog.review),
            OVERWRITE: True,
        }
        self._tools.close(_MERGE)
        self._tools.open(_MERGE, self._parameters | choices)
