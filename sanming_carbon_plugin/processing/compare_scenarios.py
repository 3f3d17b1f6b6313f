"""Two plans beside each other, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .image_parameters import file_of
from .parameters import OUTPUT, OVERWRITE, explained, output_parameter, overwrite_parameter
from .programme import WORKS, table_parameter
from .results import LayersOnCompletion, StepLayer, tell_counts
from .translation import tr


class CompareScenariosAlgorithm(StandAlgorithm):
    """Which stands, how much area, money and carbon two plans differ by."""

    FIRST, SECOND = "PLAN_FIRST", "PLAN_SECOND"

    def name(self) -> str:
        """Identifier."""
        return "comparescenarios"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Compare plans")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Sets two plans beside each other: stands that differ, area, cost and carbon over the years.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "The layer differences has the stands that only one plan has or that are worked on otherwise, the table "
            "comparison area, parcels, cost, felled volume and gain by measure, the table carbon the gain over the "
            "years with its interval. Parcels that both plans treat alike drop out of the interval of the difference. "
            "All gains are modelled."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        for name, title in ((self.FIRST, tr("First plan")), (self.SECOND, tr("Second plan"))):
            plan = QgsProcessingParameterFile(name, title, extension="gpkg")
            self.addParameter(explained(plan, tr("GeoPackage written by Plan parcels for targets.")))
        text = tr("The table both plans were made with; leave empty for the shipped one.")
        self.addParameter(table_parameter(WORKS, tr("Works and costs"), text))
        self.addParameter(output_parameter(tr("Comparison"), tr("GeoPackage files") + " (*.gpkg)"))
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("STANDS_DIFFERING", tr("Number of stands that differ")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the options."""
        self.options: dict[str, Any] = {
            "first": Path(self.parameterAsFile(parameters, self.FIRST, context)),
            "second": Path(self.parameterAsFile(parameters, self.SECOND, context)),
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "works": file_of(self, parameters, WORKS, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
        self.themes = LayersOnCompletion(
            [
                StepLayer("differences", self.displayName(), "plan_difference"),
                StepLayer("comparison", tr("Plans side by side")),
                StepLayer("carbon", tr("Carbon gained over the years")),
            ]
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Compare the plans."""
        from ..adapters.jobs.compare_scenarios import (  # noqa: PLC0415 - pandas may be missing on loading
            CompareRequest,
            compare_scenarios,
        )

        outcome = compare_scenarios(CompareRequest(**self.options), progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "STANDS_DIFFERING": outcome.counts["differing_stands"]}
