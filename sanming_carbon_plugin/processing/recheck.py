"""The checks once more, only for what changed, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import optional_path
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    file_parameter,
    geopackage_output,
    overwrite_parameter,
    reading_parameters,
    stands_parameter,
)
from .results import ThemesOnCompletion, tell_counts
from .translation import language, tr


class RecheckAlgorithm(StandAlgorithm):
    """Makes the list of doubts anew and looks only at stands that changed since the one before."""

    ISSUES = "ISSUES"

    def name(self) -> str:
        """Identifier."""
        return "recheck"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Check stands again")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Makes the list of doubts anew, looking only at the stands that changed since.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Compares outline and cells of each stand with what they were when the list was made. Stands that changed, "
            "those of their compartments and those told in a pair with them are checked again; the other rows of "
            "the list are kept. What was accepted stays accepted; what was marked as fixed and is found again is told."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(stands_parameter())
        self.addParameter(
            file_parameter(
                self.ISSUES,
                tr("List of doubts so far"),
                "gpkg",
                tr("GeoPackage of a check, a check again, or a result."),
                optional=False,
            )
        )
        self.add_all(*reading_parameters(), geopackage_output(tr("Issues")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("ISSUES_COUNT", tr("Number of issues")))
        self.addOutput(QgsProcessingOutputNumber("CHANGED_COUNT", tr("Number of stands that changed")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the layer and options."""
        self.stands = self.taken_stands(parameters, context)
        self.issues = Path(self.parameterAsFile(parameters, self.ISSUES, context))
        self.mapping = optional_path(self.parameterAsFile(parameters, MAPPING, context))
        self.out = Path(self.parameterAsFileOutput(parameters, OUTPUT, context))
        self.overwrite = self.parameterAsBoolean(parameters, OVERWRITE, context)
        self.themes = ThemesOnCompletion(language(), ("issues",))

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Check what changed."""
        from ..adapters.jobs.recheck import recheck  # noqa: PLC0415 - pandas may be missing on loading

        progress.step("read")
        outcome = recheck(self.stands.read(progress), self.issues, self.out, self.mapping, self.overwrite, progress)
        tell_counts(outcome, feedback)
        counts = outcome.counts
        return {OUTPUT: str(outcome.out), "ISSUES_COUNT": counts["issues"], "CHANGED_COUNT": counts["stands_changed"]}
