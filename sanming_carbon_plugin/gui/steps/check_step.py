"""Step 2: what is doubtful in the stands."""

from __future__ import annotations

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...adapters.words import word
from ...processing.parameters import ENCODING, MAPPING
from ...processing.translation import language, tr
from .step import Step

CHECK = "sanmingcarbon:check"
RECHECK = "sanmingcarbon:recheck"


class CheckStep(Step):
    """The checks alone."""

    form = "check_step.ui"
    help_anchor = "check"
    tools = ("fieldsample", "fieldpackage", "fieldmerge")
    check_wanted = pyqtSignal()
    list_wanted = pyqtSignal()

    def __init__(self, iface: QgisInterface, parent: QObject) -> None:
        super().__init__(iface, parent)
        self.page.mapping.setFilter(tr("JSON files") + " (*.json)")
        self.fields = {ENCODING: self.page.encoding, MAPPING: self.page.mapping}
        self.page.check.clicked.connect(self.check_wanted)
        self.page.open_list.clicked.connect(self.list_wanted)

    def title(self) -> str:
        """Name of the step."""
        return tr("Check")

    def show_severities(self, counts: dict[str, int]) -> None:
        """Say how many errors and warnings are open, and how many notes there are."""
        texts = [
            "{}: {:,}".format(word("severity", severity, language()), counts.get(severity, 0))
            for severity in ("error", "warning", "info")
        ]
        self.page.found.setText(" · ".join(texts))
