"""Progress of a programme, as an algorithm."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
)

from ..core.progress import Progress
from .image_parameters import file_of
from .parameters import OUTPUT, explained
from .programme import ProgrammeAlgorithm
from .results import LayersOnCompletion, StepLayer, tell_counts
from .translation import tr


class TargetProgressAlgorithm(ProgrammeAlgorithm):
    """Done, planned, available and missing of each target, and the indicators."""

    PLAN = "PLAN"

    def name(self) -> str:
        """Identifier."""
        return "targetprogress"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Progress of targets")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Done, available and missing area of each target by municipality, county and township.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Sets the accepted parcels and the stands of a result against a programme. The table progress has one row "
            "per measure, period and area unit, the table indicators forest cover, growing stock, tickets and "
            "projects, each with its date and definition.\n\n"
            "Done is only what was accepted, never what was planned. Without accepted parcels it stays unknown."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_programme(tr("Progress"))
        plan = QgsProcessingParameterFile(self.PLAN, tr("Plan"), extension="gpkg", optional=True)
        self.addParameter(explained(plan, tr("Plan that says what is planned, written by Plan parcels for targets.")))
        self.addOutput(QgsProcessingOutputNumber("TARGETS_MET", tr("Number of targets met")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        plan = file_of(self, parameters, self.PLAN, context)
        self.options = self.take_programme(parameters, context) | {"plan": plan}
        self.themes = LayersOnCompletion(
            [StepLayer("progress", tr("Progress of targets")), StepLayer("indicators", tr("Indicators"))]
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Tell the progress."""
        from ..adapters.jobs.target_progress import (  # noqa: PLC0415 - pandas may be missing on loading
            ProgressRequest,
            tell_progress,
        )

        accepted = None if self.accepted is None else self.accepted.read(progress)
        outcome = tell_progress(ProgressRequest(acceptance=accepted, **self.options), progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "TARGETS_MET": outcome.counts.get("targets_met")}
