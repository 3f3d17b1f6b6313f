"""Carbon in wood and bamboo products, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .image_parameters import file_of
from .inputs import optional_path
from .parameters import (
    OUTPUT,
    OVERWRITE,
    advanced,
    explained,
    output_parameter,
    overwrite_parameter,
)
from .results import LayersOnCompletion, StepLayer, tell_counts
from .translation import language, tr


class ProductsAlgorithm(StandAlgorithm):
    """Carbon that goes on in products of what was harvested; an account that no ticket holds."""

    HARVEST = "HARVEST"
    STANDS_RESULT = "STANDS_RESULT"
    UNTIL = "UNTIL"
    PARAMETERS = "PARAMETERS"
    PRODUCTS = "PRODUCTS"
    REPORT = "REPORT"

    def name(self) -> str:
        """Identifier."""
        return "products"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Carbon in products")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Carbon kept in wood and bamboo products of the harvest, year by year; never part of a ticket.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Reads a table of fellings: year, species, felled volume in m³ or culms, and where known wood or bamboo, "
            "the product, the county and the stand. The stem's carbon goes into products by their shares and leaves "
            "them again by their half-lives (IPCC first-order decay).\n\n"
            "The table products has stock and change of each product and year, the table years their sums. It is an "
            "account of its own, beside the forest's: nothing of it enters a ticket."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        harvest = QgsProcessingParameterFile(self.HARVEST, tr("Harvest table"), extension="csv")
        self.addParameter(explained(harvest, tr("One row a felling: year, species, volume_m3 or culms, county …")))
        result = QgsProcessingParameterFile(
            self.STANDS_RESULT, tr("Result with the stands"), extension="gpkg", optional=True
        )
        self.addParameter(explained(result, tr("Knows the species of stands that the table only names by their key.")))
        until = QgsProcessingParameterNumber(
            self.UNTIL, tr("Last year"), Qgis.ProcessingNumberParameterType.Integer, optional=True
        )
        self.addParameter(explained(until, tr("Leave empty for the last year of the harvest.")))
        shipped = tr("Leave empty to use the one that is shipped.")
        for name, label in (
            (self.PARAMETERS, tr("Carbon parameters")),
            (self.PRODUCTS, tr("Shares and half-lives of products")),
        ):
            file = QgsProcessingParameterFile(name, label, extension="csv", optional=True)
            self.addParameter(advanced(explained(file, shipped)))
        self.addParameter(output_parameter(tr("Result"), tr("GeoPackage files") + " (*.gpkg)"))
        self.addParameter(overwrite_parameter())
        report = QgsProcessingParameterFolderDestination(self.REPORT, tr("Tables and chart"), None, True)
        report.setCreateByDefault(False)
        self.addParameter(explained(report, tr("Folder for the tables as CSV and the chart as SVG and PNG.")))
        self.addOutput(QgsProcessingOutputNumber("ROWS_COUNT", tr("Number of fellings")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take files and options."""
        self.options: dict[str, Any] = {
            "harvest": Path(self.parameterAsFile(parameters, self.HARVEST, context)),
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "stands": file_of(self, parameters, self.STANDS_RESULT, context),
            "parameters": file_of(self, parameters, self.PARAMETERS, context),
            "products": file_of(self, parameters, self.PRODUCTS, context),
            "until": self.parameterAsInt(parameters, self.UNTIL, context) or None,
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
            "report": optional_path(self.parameterAsString(parameters, self.REPORT, context)),
        }
        self.themes = LayersOnCompletion(
            [StepLayer("years", tr("Products by year")), StepLayer("products", tr("Products by kind"))]
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Make the account."""
        from ..adapters.jobs.products import ProductsRequest, product_accounts  # noqa: PLC0415 - needs pandas

        outcome = product_accounts(ProductsRequest(**self.options), progress, language())
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "ROWS_COUNT": outcome.counts.get("rows")}
