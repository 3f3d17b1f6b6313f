"""The checks alone, as an algorithm."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import optional_path
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    geopackage_output,
    overwrite_parameter,
    reading_parameters,
    stands_parameter,
)
from .results import ThemesOnCompletion, tell_counts
from .translation import language, tr


class CheckAlgorithm(StandAlgorithm):
    """Finds what is doubtful in a layer of stands, without computing anything."""

    def name(self) -> str:
        """Identifier."""
        return "check"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Check stands")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Lists what is missing, contradictory or unlikely in a layer of stands.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Runs only the checks of the main job and writes each doubt with the stand's shape, the column, the value "
            "and a sentence that says what to do. The log shows the number of stands for each kind of doubt."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_all(
            stands_parameter(),
            *reading_parameters(),
            geopackage_output(tr("Issues")),
            overwrite_parameter(),
        )
        self.addOutput(QgsProcessingOutputNumber("ISSUES_COUNT", tr("Number of issues")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the layer and options."""
        self.stands = self.taken_stands(parameters, context)
        self.mapping = optional_path(self.parameterAsFile(parameters, MAPPING, context))
        self.out = optional_path(self.parameterAsFileOutput(parameters, OUTPUT, context))
        self.overwrite = self.parameterAsBoolean(parameters, OVERWRITE, context)
        self.themes = ThemesOnCompletion(language(), ("issues",))

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Check the stands."""
        from ..adapters.jobs.check import check  # noqa: PLC0415 - pandas may be missing on loading

        progress.step("read")
        outcome = check(self.stands.read(progress), self.out, self.mapping, self.overwrite, progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "ISSUES_COUNT": sum(outcome.issue_counts.values())}
