"""Work design, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..core.progress import Progress
from .export_maps import RESULT, MapAlgorithm, result_parameter
from .inputs import optional_path, raster_path
from .parameters import OUTPUT, OVERWRITE, advanced, explained, overwrite_parameter
from .results import tell_counts
from .translation import language, tr


class WorkDesignAlgorithm(MapAlgorithm):
    """Sheets, maps and budget of chosen parcels, in the form an office files."""

    PLAN, STAND_KEYS, WITHIN, DEM = "PLAN", "STAND_KEYS", "WITHIN", "DEM"
    NAMES, AUTHOR = "NAMES", "AUTHOR"
    DESIGNS, OPERATIONS, WORKS = "DESIGNS", "OPERATIONS", "WORKS"

    def name(self) -> str:
        """Identifier."""
        return "workdesign"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Work design")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("A sheet, a map 1:10 000 with contours and a budget for each chosen parcel, as PDF, Word and Excel.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Takes the parcels of a plan, stands by their keys, or all stands of a unit that fit a measure. Each gets "
            "a sheet (present state, technique, species and density, intensity, block, operations and budget) and a "
            "map at 1:10 000, with contours where an elevation model is given.\n\n"
            "Species, densities, intensities and costs are tables with source and confidence; the shipped ones are "
            "provisional: put your county's own in their place."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(result_parameter(tr("Result")))
        plan = QgsProcessingParameterFile(self.PLAN, tr("Plan"), extension="gpkg", optional=True)
        self.addParameter(explained(plan, tr("Its parcels are taken, with measure, technique, year and cost.")))
        keys = QgsProcessingParameterString(self.STAND_KEYS, tr("Only these stands"), optional=True)
        self.addParameter(explained(keys, tr("Keys of stands with ; between. Empty for all.")))
        codes = QgsProcessingParameterString(self.WITHIN, tr("Only inside these units"), optional=True)
        text = tr("Codes with ; between, for example 350428-199;350428-201. Empty for all.")
        self.addParameter(explained(codes, text))
        dem = QgsProcessingParameterRasterLayer(self.DEM, tr("Elevation model"), optional=True)
        self.addParameter(explained(dem, tr("Heights in metres, for the contours on the maps.")))
        author = QgsProcessingParameterString(self.AUTHOR, tr("Designed by"), optional=True)
        self.addParameter(explained(author, tr("Stands on every sheet; left empty there is a line to sign on.")))
        for name, title in (
            (self.NAMES, tr("Names of places")),
            (self.DESIGNS, tr("Species, densities and intensities")),
            (self.OPERATIONS, tr("Make-up of the cost")),
            (self.WORKS, tr("Costs of the techniques")),
        ):
            file = QgsProcessingParameterFile(name, title, extension="csv", optional=True)
            self.addParameter(advanced(explained(file, tr("Leave empty to use the one that is shipped."))))
        folder = QgsProcessingParameterFolderDestination(OUTPUT, tr("Folder"))
        self.addParameter(explained(folder, tr("Made where it is missing.")))
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("PARCELS_COUNT", tr("Number of parcels")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the options."""
        from ..adapters.jobs.work_design import WorkDesignRequest  # noqa: PLC0415 - pandas may be missing on loading

        def file(name: str) -> Path | None:
            return optional_path(self.parameterAsFile(parameters, name, context))

        def several(name: str) -> tuple[str, ...]:
            text = self.parameterAsString(parameters, name, context).replace("；", ";")
            return tuple(part.strip() for part in text.split(";") if part.strip())

        dem = self.parameterAsRasterLayer(parameters, self.DEM, context)
        self.request = WorkDesignRequest(
            result=Path(self.parameterAsFile(parameters, RESULT, context)),
            out=Path(self.parameterAsString(parameters, OUTPUT, context)),
            plan=file(self.PLAN),
            stands=several(self.STAND_KEYS),
            within=several(self.WITHIN),
            dem=None if dem is None else raster_path(dem),
            names=file(self.NAMES),
            author=self.parameterAsString(parameters, self.AUTHOR, context),
            designs=file(self.DESIGNS),
            operations=file(self.OPERATIONS),
            works=file(self.WORKS),
            language=language(),
            overwrite=self.parameterAsBoolean(parameters, OVERWRITE, context),
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Write the papers."""
        from ..adapters.jobs.work_design import work_design  # noqa: PLC0415 - pandas may be missing on loading

        outcome = self.drawn(work_design, self.request, progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "PARCELS_COUNT": outcome.counts.get("parcels")}
