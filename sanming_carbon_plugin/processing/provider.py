"""The group "Sanming Forest Carbon" of the Processing toolbox."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..about import version
from .assess import AssessAlgorithm
from .base import plugin_icon
from .check import CheckAlgorithm
from .dependencies import missing_text
from .translation import tr
from .zonal import ZonalAlgorithm

PROVIDER_ID = "sanmingcarbon"


class SanmingCarbonProvider(QgsProcessingProvider):
    """Offers one algorithm for each command of the command line."""

    def id(self) -> str:
        """Identifier that scripts and models use; it never changes."""
        return PROVIDER_ID

    def name(self) -> str:
        """Name in the toolbox."""
        return tr("Sanming Forest Carbon")

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return plugin_icon()

    def versionInfo(self) -> str:
        """Version, written into the history of Processing."""
        return version()

    def warningMessage(self) -> str:
        """What is missing, shown in the toolbox."""
        return missing_text()

    def loadAlgorithms(self) -> None:
        """Register the algorithms."""
        for algorithm in (AssessAlgorithm, CheckAlgorithm, ZonalAlgorithm):
            self.addAlgorithm(algorithm())
