"""Stocks of coming years, as an algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterString,
)

from ..core.progress import Progress
from .carbon_steps import CarbonStep
from .image_parameters import SEED, seed_parameter
from .parameters import advanced, explained
from .results import LayersOnCompletion, StepLayer
from .translation import tr
from .two_dates import iso_day

if TYPE_CHECKING:
    from ..adapters.jobs.request import JobOutcome


class ProjectAlgorithm(CarbonStep):
    """Volume and stock of each stand at the end of coming years, always modelled."""

    theme = "projection"
    YEARS = "YEARS"
    SURVEYED = "SURVEYED"

    def name(self) -> str:
        """Identifier."""
        return "project"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Project stocks")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Modelled stock of each stand, and of each group of stands, in coming years.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Moves each stand along the growth curve of its species group and site class from its survey to the last "
            "day of each year. The table projection has the sums by county, township, species group and age group, "
            "the table curves says how good the curves are.\n\n"
            "All of it is modelled, as projection_basis says, and nothing of it may be issued as a ticket. Felling, "
            "fire and planting to come are not in it."
        )

    def define_own(self) -> None:
        """Add years, day of the survey and seed."""
        self.addParameter(
            explained(
                QgsProcessingParameterString(self.YEARS, tr("Years")),
                tr("For example 2030;2035;2060. The stock is that of the last day of each year."),
            )
        )
        day = Qgis.ProcessingDateTimeParameterDataType.Date
        surveyed = QgsProcessingParameterDateTime(self.SURVEYED, tr("Day of the survey"), day, optional=True)
        self.add_all(
            advanced(explained(surveyed, tr("For stands that do not say when they were surveyed."))), seed_parameter()
        )

    def shown(self) -> LayersOnCompletion:
        """The stands, and the sums of each group."""
        sums = StepLayer("projection", tr("Sums of the projection"))
        return LayersOnCompletion([StepLayer("stands", self.displayName(), self.theme), sums])

    def own_options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """Years, day of the survey and seed."""
        return {
            "years": self.parameterAsString(parameters, self.YEARS, context),
            "surveyed": iso_day(self.parameterAsDateTime(parameters, self.SURVEYED, context)) or None,
            "seed": self.parameterAsInt(parameters, SEED, context),
        }

    def run_step(self, options: dict[str, Any], progress: Progress) -> JobOutcome:
        """Project the stands."""
        from ..adapters.jobs.growth import ProjectRequest, project_stands  # noqa: PLC0415 - needs pandas

        return project_stands(ProjectRequest(**options), progress)
