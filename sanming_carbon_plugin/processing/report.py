"""Report and tables, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .export_maps import RESULT, result_parameter
from .inputs import optional_path
from .parameters import OUTPUT, OVERWRITE, advanced, explained, overwrite_parameter
from .results import tell_counts
from .translation import language, tr


class ReportAlgorithm(StandAlgorithm):
    """Report and tables of a result, without running the main job again."""

    PLAN, TEMPLATE, NAMES = "PLAN", "TEMPLATE", "NAMES"

    def name(self) -> str:
        """Identifier."""
        return "report"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Report and tables")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Report with charts and maps that opens offline, Excel tables, and your own Excel form filled.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Writes report.html (totals, maps, charts of stock, sink and progress), carbon_tables.xlsx, and "
            "forest_tables.xlsx by township, species group, age group and measure with totals that follow filters.\n\n"
            "Your own Excel file is filled where its cells have names that begin with sc_, for example sc_area_ha; the "
            "help page lists the names. Areas and masses come in the units chosen in the options."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(result_parameter(tr("Result")))
        plan = QgsProcessingParameterFile(self.PLAN, tr("Plan or progress"), extension="gpkg", optional=True)
        self.addParameter(explained(plan, tr("GeoPackage with a table progress, for the chart of progress.")))
        template = QgsProcessingParameterFile(
            self.TEMPLATE, tr("Excel form to fill"), optional=True, fileFilter="Excel (*.xlsx *.xlsm)"
        )
        self.addParameter(explained(template, tr("Your own file; the original is left alone.")))
        names = QgsProcessingParameterFile(self.NAMES, tr("Names of places"), extension="csv", optional=True)
        self.addParameter(
            advanced(explained(names, tr("Table with the columns code and name, and name_en if wanted.")))
        )
        self.addParameter(
            explained(QgsProcessingParameterFolderDestination(OUTPUT, tr("Folder")), tr("Made where it is missing."))
        )
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the options; the units are those of the user's settings."""
        from ..adapters.jobs.report import ReportRequest  # noqa: PLC0415 - pandas may be missing on loading
        from ..adapters.unit_choice import chosen_units  # noqa: PLC0415

        def file(name: str) -> Path | None:
            return optional_path(self.parameterAsFile(parameters, name, context))

        self.request = ReportRequest(
            result=Path(self.parameterAsFile(parameters, RESULT, context)),
            out=Path(self.parameterAsString(parameters, OUTPUT, context)),
            plan=file(self.PLAN),
            template=file(self.TEMPLATE),
            names=file(self.NAMES),
            language=language(),
            units=chosen_units(),
            overwrite=self.parameterAsBoolean(parameters, OVERWRITE, context),
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Write report and tables."""
        from ..adapters.jobs.report import report  # noqa: PLC0415 - pandas may be missing on loading

        outcome = report(self.request, progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "STANDS_COUNT": outcome.counts.get("stands")}
