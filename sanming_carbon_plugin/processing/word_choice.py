"""A list to choose from, in the dialogs of algorithms: it shows words where scripts and models hold codes.

QGIS imports this module when it builds such a dialog; its own lists show the codes themselves.
"""

from __future__ import annotations

from processing.gui.wrappers import WidgetWrapper
from qgis.core import Qgis, QgsProcessingParameterDefinition
from qgis.PyQt.QtWidgets import QComboBox, QLabel, QStyle

from .translation import tr

_LETTERS = 24


class WordChoice(WidgetWrapper):
    """The box beside a parameter of :func:`parameters.worded_choice`; QGIS hands over its ``words`` by code."""

    def createWidget(self, words: dict[str, str]) -> QComboBox:
        """Words in the order of the codes, an empty line first where nothing need be chosen."""
        definition: QgsProcessingParameterDefinition = self.parameterDefinition()
        combo = QComboBox()
        if definition.flags() & Qgis.ProcessingParameterFlag.Optional:
            combo.addItem("", None)
        for code in definition.options():
            combo.addItem(words[code], code)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(min(max(map(len, words.values())), _LETTERS))
        bar = combo.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        longest = max(map(combo.fontMetrics().horizontalAdvance, words.values()))
        combo.view().setMinimumWidth(longest + 2 * bar)  # the list may be wider than its box
        combo.setToolTip(definition.toolTip())
        combo.currentIndexChanged.connect(lambda *_: self.widgetValueHasChanged.emit(self))
        return combo

    def createLabel(self) -> QLabel | None:
        """The name of the parameter; what QGIS adds to it here is in English only."""
        label = super().createLabel()
        definition: QgsProcessingParameterDefinition = self.parameterDefinition()
        if label is not None and definition.flags() & Qgis.ProcessingParameterFlag.Optional:
            label.setText(tr("{name} [optional]").format(name=definition.description()))
        return label

    def setValue(self, value: object) -> None:
        """Choose a code; what is none of them leaves the first line."""
        self.widget.setCurrentIndex(max(self.widget.findData(value), 0))

    def value(self) -> str | None:
        """The code that is chosen."""
        code: str | None = self.widget.currentData()
        return code
