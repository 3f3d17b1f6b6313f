"""An application for a ticket, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
)

from ..core.progress import Progress
from .parameters import OUTPUT, OVERWRITE, explained, overwrite_parameter
from .results import tell_counts, themed_layers
from .ticket_parameters import (
    RESULT,
    TicketAlgorithm,
    define_mappings,
    define_parcels,
    define_profile,
    result_parameter,
)
from .translation import tr


class ApplicationAlgorithm(TicketAlgorithm):
    """Puts the pieces of one right-holder, or of many households, together for a ticket."""

    HOLDER = "HOLDER"
    COLLECTIVE = "COLLECTIVE"
    HOUSEHOLDS = "HOUSEHOLDS"
    VILLAGE = "VILLAGE"

    def name(self) -> str:
        """Identifier."""
        return "application"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Application for a ticket")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Pieces, tonnes and shares of one right-holder, or of households through their collective.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Cuts the stands of a result with the certificates, takes the pieces of one right-holder, or of the "
            "households of a list that signed, and judges them again: certificate and dispute piece by piece, free "
            "ground in space and time, the error of the total of these stands. Whole tonnes are shared out so that "
            "they add up exactly. The folder holds application.gpkg (pieces, pieces left out with the reason, free "
            "and blocked parts, households, totals) and the same as application.json; nothing is written when it "
            "fails."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(result_parameter(optional=False))
        for name, text, help_text in (
            (self.HOLDER, tr("Right-holder"), tr("As on the certificates. Leave empty for a joint application.")),
            (self.COLLECTIVE, tr("Collective"), tr("Who applies for the households of a joint application.")),
        ):
            self.addParameter(explained(QgsProcessingParameterString(name, text, optional=True), help_text))
        households = QgsProcessingParameterFile(self.HOUSEHOLDS, tr("Households"), extension="csv", optional=True)
        self.addParameter(
            explained(
                households,
                tr("CSV with the columns holder, authorised (yes or no) and, if agreed, income_weight."),
            )
        )
        village = QgsProcessingParameterString(self.VILLAGE, tr("Village"), optional=True)
        self.addParameter(explained(village, tr("Only stands of this village, where persons share a name.")))
        define_profile(self.addParameter)
        define_parcels(self.addParameter)
        define_mappings(self.addParameter)
        self.addParameter(QgsProcessingParameterFolderDestination(OUTPUT, tr("Folder of the application")))
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("WHOLE_T", tr("Whole tonnes")))
        self.addOutput(QgsProcessingOutputNumber("PIECES_COUNT", tr("Number of pieces")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        self.take_parcels(parameters, context)
        self.options: dict[str, Any] = {
            "result": self.file(parameters, RESULT, context),
            "out": Path(self.parameterAsString(parameters, OUTPUT, context)),
            "holder": self.text(parameters, self.HOLDER, context),
            "collective": self.text(parameters, self.COLLECTIVE, context),
            "households": self.file(parameters, self.HOUSEHOLDS, context),
            "village": self.text(parameters, self.VILLAGE, context),
            "profile": self.profile_of(parameters, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
            **self.mappings_of(parameters, context),
        }
        self.themes = themed_layers(("parts", "left_out", "pieces"), "application.gpkg")

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Make the application."""
        from ..adapters.jobs.application import ApplicationRequest, make_application  # noqa: PLC0415 - pandas may be missing

        progress.step("read")
        outcome = make_application(ApplicationRequest(**self.options, **self.parcels(progress)), progress)
        tell_counts(outcome, feedback)
        counts = outcome.counts
        return {OUTPUT: str(outcome.out), "WHOLE_T": counts["whole_t"], "PIECES_COUNT": counts["pieces"]}
