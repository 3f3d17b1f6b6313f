"""What the five steps of the dock have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from qgis.core import QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QWidget

from ..forms import load_form, read, show_whole_path, tell_changes, write


class Step(QObject):
    """One step of the work: its page, and the parameters its page gives.

    A step only fills in parameters of Processing algorithms, so that all it does can also be done without it.
    """

    form: ClassVar[str]
    """File of the page, below ``gui/ui``."""

    help_anchor: ClassVar[str]
    """Part of the help page about the dock."""

    tools: ClassVar[tuple[str, ...]] = ()
    """Algorithms of the toolbox that the page opens with the chosen result filled in, by their names."""

    changed = pyqtSignal()
    """Something on the page has another value."""

    def __init__(self, iface: QgisInterface, parent: QObject) -> None:
        super().__init__(parent)
        self.iface = iface
        self.page: Any = load_form(self.form)
        self.fields: dict[str, QWidget] = {}
        """Widgets by the parameter of ``assess`` they fill in."""

    def title(self) -> str:
        """Name of the step."""
        raise NotImplementedError

    def tell_changes(self) -> None:
        """From now on tell whenever a field changes; called once, when the page is complete."""
        for widget in self.fields.values():
            tell_changes(widget, self._tell_change)
            show_whole_path(widget)

    def _tell_change(self, *_args: object) -> None:
        self.changed.emit()

    def parameters(self) -> dict[str, Any]:
        """Parameters of ``assess`` that this step gives; those left empty are not in it."""
        values = {name: read(widget) for name, widget in self.fields.items()}
        return {name: value for name, value in values.items() if value is not None}

    def remembered(self) -> dict[str, Any]:
        """What the project shall remember of this step."""
        return {name: read(widget) for name, widget in self.fields.items()}

    def restore(self, values: dict[str, Any]) -> None:
        """Put back what the project remembered."""
        for name, widget in self.fields.items():
            if name in values:
                write(widget, values[name])


def known_layers(ids: list[str]) -> list[str]:
    """Those of ``ids`` that are layers of the project."""
    return [each for each in ids if QgsProject.instance().mapLayer(each) is not None]
