"""Yearly sink per stand, as an algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
)

from ..core.progress import Progress
from .carbon_steps import CarbonStep
from .image_parameters import SEED, seed_parameter
from .inputs import optional_path
from .parameters import advanced, explained
from .translation import tr

if TYPE_CHECKING:
    from ..adapters.jobs.request import JobOutcome


class SinkAlgorithm(CarbonStep):
    """Yearly change of the stock of each stand with its interval, by the best basis there is."""

    theme = "sink"
    GROWTH = "GROWTH"
    RATES = "RATES"
    DRAWS = "DRAWS"

    def name(self) -> str:
        """Identifier."""
        return "sink"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Yearly sink")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Yearly change of each stand's stock between two inventories, with its 90 % interval.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Compares the stands with the earlier ones on their common ground, so that no hectare counts twice "
            "where stands were split, merged or redrawn. What comes only from a new species code is kept out of the "
            "sink. The column sink_basis says how a sink was found: only measured ones can lead to a ticket.\n\n"
            "Stands that were not measured twice stay without a sink unless growth curves or growth rates are asked "
            "for; such sinks are modelled. The table uncertainty says how much each error gives to the interval of the "
            "total and of each group; with random draws the table simulation holds the interval of drawn errors "
            "beside the calculated one."
        )

    def define_own(self) -> None:
        """Add the models for stands that were not measured twice."""
        self.addParameter(
            explained(
                QgsProcessingParameterBoolean(self.GROWTH, tr("Growth curves where nothing was measured"), False),
                tr("Curves are fitted to these stands; each needs 30 stands over 15 years of age."),
            )
        )
        self.addParameter(
            explained(
                QgsProcessingParameterFile(self.RATES, tr("Growth rates"), extension="csv", optional=True),
                tr("Table with the columns group, age_from_yr, age_to_yr, percent_yr and source, for stands that are "
                   "still without a sink."),
            )
        )  # fmt: skip
        draws = QgsProcessingParameterNumber(self.DRAWS, tr("Random draws to check the interval"), defaultValue=0)
        draws.setMinimum(0)
        self.addParameter(
            advanced(explained(draws, tr("0 for none. 20000 are enough for a project; a whole county takes hours.")))
        )
        self.addParameter(seed_parameter())

    def own_options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """Which models may fill gaps."""
        return {
            "growth": self.parameterAsBoolean(parameters, self.GROWTH, context),
            "rates": optional_path(self.parameterAsFile(parameters, self.RATES, context)),
            "draws": self.parameterAsInt(parameters, self.DRAWS, context),
            "seed": self.parameterAsInt(parameters, SEED, context),
        }

    def run_step(self, options: dict[str, Any], progress: Progress) -> JobOutcome:
        """Find the sink."""
        from ..adapters.jobs.carbon_inputs import CarbonRequest  # noqa: PLC0415 - pandas may be missing on loading
        from ..adapters.jobs.yearly_sink import yearly_sink  # noqa: PLC0415

        return yearly_sink(CarbonRequest(**options), progress)
