"""The papers of an application, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFolder,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
)

from ..core.progress import Progress
from .export_maps import MapAlgorithm
from .inputs import optional_path
from .parameters import OUTPUT, OVERWRITE, explained, overwrite_parameter
from .results import tell_counts
from .translation import tr

if TYPE_CHECKING:
    from ..adapters.jobs.dossier import DossierRequest

LANGUAGES = (("zh", "en"), ("zh",), ("en",))


class DossierAlgorithm(MapAlgorithm):
    """Stand table, maps, statement and register of papers of one application."""

    APPLICATION, PAPERS, LANGUAGE = "APPLICATION", "PAPERS", "LANGUAGE"

    def name(self) -> str:
        """Identifier."""
        return "dossier"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Dossier of an application")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Stand table, maps, statement, register of papers and hashes of an application for a ticket.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Writes the papers of an application into the folder dossier beside it: the stand table in Excel with live "
            "formulas, location and parcel maps as PDF and PNG, the statement of method, parameters, uncertainty, "
            "double counting and rules with frames to sign in as Word and PDF, the register of papers, and the hash of "
            "every file; in Chinese and in English.\n\n"
            "Papers that are put into the folder papers of the application are registered by their names; what is "
            "missing is told. All figures come from application.gpkg, which must be as it was written."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        folder = QgsProcessingParameterFile(
            self.APPLICATION, tr("Folder of the application"), Qgis.ProcessingFileParameterBehavior.Folder
        )
        self.addParameter(explained(folder, tr("The folder that Application for a ticket wrote.")))
        papers = QgsProcessingParameterFile(self.PAPERS, tr("Table of papers"), extension="csv", optional=True)
        self.addParameter(
            explained(papers, tr("CSV with the columns paper and file, for papers that lie outside of that folder."))
        )
        languages = [tr("Chinese and English"), tr("Chinese"), tr("English")]
        language = QgsProcessingParameterEnum(self.LANGUAGE, tr("Languages"), languages, defaultValue=0)
        self.addParameter(explained(language, tr("Every paper is written once in each.")))
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputFolder(OUTPUT, tr("Dossier")))
        self.addOutput(QgsProcessingOutputNumber("PAPERS_MISSING", tr("Papers that are missing")))
        self.addOutput(QgsProcessingOutputNumber("WHOLE_T", tr("Whole tonnes")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the options."""
        from ..adapters.jobs.dossier import DossierRequest  # noqa: PLC0415 - pandas may be missing on loading

        self.request: DossierRequest = DossierRequest(
            folder=Path(self.parameterAsString(parameters, self.APPLICATION, context)),
            papers=optional_path(self.parameterAsFile(parameters, self.PAPERS, context)),
            languages=LANGUAGES[self.parameterAsEnum(parameters, self.LANGUAGE, context)],
            overwrite=self.parameterAsBoolean(parameters, OVERWRITE, context),
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Write the papers."""
        from ..adapters.jobs.dossier import make_dossier  # noqa: PLC0415 - pandas may be missing on loading

        outcome = self.drawn(make_dossier, self.request, progress)
        tell_counts(outcome, feedback)
        counts = outcome.counts
        return {OUTPUT: str(outcome.out), "PAPERS_MISSING": counts["papers_missing"], "WHOLE_T": counts["whole_t"]}
