"""Growth curves of a layer's own stands, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFolderDestination,
)

from ..core.progress import Progress
from .carbon_steps import CarbonStep
from .image_parameters import SEED, seed_parameter
from .parameters import OUTPUT, explained
from .results import LayersOnCompletion
from .translation import language, tr

if TYPE_CHECKING:
    from ..adapters.jobs.request import JobOutcome


class FitGrowthAlgorithm(CarbonStep):
    """Richards, logistic or Schumacher curves by species group and site class, with a report and charts."""

    def name(self) -> str:
        """Identifier."""
        return "fitgrowth"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Fit growth curves")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Growth curves of these stands by species group and site class, with a report and charts.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Fits Richards, logistic and Schumacher curves and takes the best by AICc: to stands that were measured "
            "twice where there are enough, else to all stands of today. Fewer than 30 stands or 15 years between "
            "the ages are refused.\n\n"
            "Curves of one survey compare stands of different ages; good sites are felled first, so they may flatten "
            "too early. The report gives the stands per age class, the errors and the range of ages of each curve."
        )

    def define_own(self) -> None:
        """Add the seed."""
        self.addParameter(seed_parameter())

    def output(self) -> QgsProcessingParameterDefinition:
        """A folder."""
        return explained(
            QgsProcessingParameterFolderDestination(OUTPUT, tr("Report on growth")),
            tr("Folder for growth_curves.csv, growth_curves.json, growth_issues.csv and the charts."),
        )

    def target(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path:
        """The folder."""
        return Path(self.parameterAsString(parameters, OUTPUT, context))

    def shown(self) -> LayersOnCompletion | None:
        """Nothing: there is no layer."""
        return None

    def own_options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The seed."""
        return {"seed": self.parameterAsInt(parameters, SEED, context)}

    def run_step(self, options: dict[str, Any], progress: Progress) -> JobOutcome:
        """Fit the curves."""
        from ..adapters.jobs.carbon_inputs import CarbonRequest  # noqa: PLC0415 - pandas may be missing on loading
        from ..adapters.jobs.growth import fit_growth_curves  # noqa: PLC0415

        return fit_growth_curves(CarbonRequest(**options), progress, language())
