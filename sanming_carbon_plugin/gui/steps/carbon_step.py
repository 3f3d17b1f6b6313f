"""Step 3: with which parameters and rules carbon and classes are worked out."""

from __future__ import annotations

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject

from ...processing.assess import AssessAlgorithm
from ...processing.translation import tr
from .step import Step


class CarbonStep(Step):
    """Files that replace the shipped ones."""

    form = "carbon_step.ui"
    help_anchor = "carbon"

    def __init__(self, iface: QgisInterface, parent: QObject) -> None:
        super().__init__(iface, parent)
        page = self.page
        page.parameters.setFilter(tr("CSV files") + " (*.csv)")
        for widget in (page.rules, page.recipe):
            widget.setFilter(tr("JSON files") + " (*.json)")
        self.fields = {
            AssessAlgorithm.PARAMETERS: page.parameters,
            AssessAlgorithm.RULES: page.rules,
            AssessAlgorithm.RECIPE: page.recipe,
            AssessAlgorithm.SEED: page.seed,
        }

    def title(self) -> str:
        """Name of the step."""
        return tr("Carbon and classes")
