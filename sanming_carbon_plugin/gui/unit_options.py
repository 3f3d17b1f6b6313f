"""The page in the options of QGIS where units are chosen once for card, tables, labels, legends and reports."""

from __future__ import annotations

from qgis.gui import QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ..adapters.unit_choice import chosen_units, keep_units, units_from
from ..adapters.words import word
from ..core.units import AREA_CHOICES, MASS_CHOICES
from ..processing.base import plugin_icon
from ..processing.translation import language, tr

PAGE = "sanming_carbon_options"


class UnitsChosen(QObject):
    """Tells that the user chose other units."""

    changed = pyqtSignal()


class UnitsPage(QgsOptionsPageWidget):
    """Two choices: area and mass."""

    def __init__(self, chosen: UnitsChosen, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE)
        self._chosen = chosen
        units = chosen_units()
        self.area = _combo("sanming_carbon_area_unit", AREA_CHOICES, units.area)
        self.mass = _combo("sanming_carbon_mass_unit", MASS_CHOICES, units.mass)
        layout = QVBoxLayout(self)
        about = QLabel(tr("Card, tables, labels, legends and reports follow these units. Results are always stored in "
                          "hectares and tonnes."))  # fmt: skip
        about.setWordWrap(True)
        layout.addWidget(about)
        form = QFormLayout()
        for text, combo in ((tr("Area"), self.area), (tr("Carbon dioxide"), self.mass)):
            label = QLabel(text)
            label.setBuddy(combo)
            form.addRow(label, combo)
        layout.addLayout(form)
        layout.addStretch(1)

    def apply(self) -> None:
        """Keep the choice; QGIS calls this when the options are accepted."""
        before, now = chosen_units(), units_from(self.area.currentData(), self.mass.currentData())
        keep_units(now)
        if now != before:
            self._chosen.changed.emit()

    def helpKey(self) -> str:
        """No page in QGIS's own manual."""
        return ""


class UnitsPageFactory(QgsOptionsWidgetFactory):
    """What QGIS asks for the page."""

    def __init__(self, chosen: UnitsChosen) -> None:
        super().__init__(tr("Sanming Forest Carbon"), plugin_icon(), PAGE)
        self._chosen = chosen

    def createWidget(self, parent: QWidget | None = None) -> QgsOptionsPageWidget:
        """Make the page."""
        return UnitsPage(self._chosen, parent)


def _combo(name: str, choices: tuple[str, ...], chosen: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    for choice in choices:
        combo.addItem(word("unit", choice, language()), choice)
    combo.setCurrentIndex(combo.findData(chosen))
    return combo
