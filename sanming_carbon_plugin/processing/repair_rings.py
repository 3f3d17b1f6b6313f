"""Repair of broken outlines, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterNumber,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import optional_path
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    explained,
    geopackage_output,
    overwrite_parameter,
    reading_parameters,
    stands_parameter,
)
from .results import LayersOnCompletion, StepLayer, tell_counts
from .translation import tr

_PERCENT = 100.0


class RepairRingsAlgorithm(StandAlgorithm):
    """Repairs outlines that cross themselves where the area stays the same."""

    TOLERANCE = "TOLERANCE"

    def name(self) -> str:
        """Identifier."""
        return "repairrings"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Repair outlines of stands")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Repairs outlines that cross themselves, as long as the area of the stand stays the same.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Writes a copy of the stands (layer stands) in which broken rings are repaired, and the list of broken "
            "stands (layer repairs): repaired or left as it was, why it was broken, and by how much the area changed. "
            "A stand whose area would change by more than the tolerance keeps its outline: look at it yourself. "
            "The layer that you give is not touched."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(stands_parameter())
        self.addParameter(
            explained(
                QgsProcessingParameterNumber(
                    self.TOLERANCE,
                    tr("Largest change of the area (%)"),
                    QgsProcessingParameterNumber.Type.Double,
                    optional=True,
                    minValue=0.0,
                    maxValue=_PERCENT,
                ),
                tr("As a share of the stand's area. Leave empty to use the tolerance of the checks."),
            )
        )
        self.add_all(*reading_parameters(), geopackage_output(tr("Repaired stands")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("REPAIRED_COUNT", tr("Number of repaired stands")))
        self.addOutput(QgsProcessingOutputNumber("LEFT_COUNT", tr("Number of broken stands left as they were")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the layer and options."""
        self.stands = self.taken_stands(parameters, context)
        given = parameters.get(self.TOLERANCE) is not None
        percent = self.parameterAsDouble(parameters, self.TOLERANCE, context) if given else None
        self.tolerance = None if percent is None else percent / _PERCENT
        self.mapping = optional_path(self.parameterAsFile(parameters, MAPPING, context))
        self.out = Path(self.parameterAsFileOutput(parameters, OUTPUT, context))
        self.overwrite = self.parameterAsBoolean(parameters, OVERWRITE, context)
        self.themes = LayersOnCompletion(
            [StepLayer("stands", tr("Repaired stands")), StepLayer("repairs", tr("Broken outlines"), "repairs")]
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Repair the outlines."""
        from ..adapters.jobs.repair import LEFT, REPAIRED, repair  # noqa: PLC0415 - pandas may be missing on loading

        progress.step("read")
        stands = self.stands.read(progress)
        outcome = repair(stands, self.out, self.mapping, self.tolerance, self.overwrite, progress)
        tell_counts(outcome, feedback)
        counts = outcome.counts
        return {OUTPUT: str(outcome.out), "REPAIRED_COUNT": counts[REPAIRED], "LEFT_COUNT": counts[LEFT]}
