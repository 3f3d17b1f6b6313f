"""Indices, their changes and terrain per stand, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .image_parameters import RECIPE, file_of
from .inputs import raster_sources
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    RASTER_NAMES,
    RASTERS,
    file_parameter,
    overwrite_parameter,
    raster_names_parameter,
    rasters_parameter,
    reading_parameters,
    stands_parameter,
    table_output,
)
from .results import LayersOnCompletion, StepLayer, tell_counts
from .translation import tr


class EvidenceAlgorithm(StandAlgorithm):
    """What a recipe asks of images and an elevation model, stand by stand."""

    def name(self) -> str:
        """Identifier."""
        return "evidence"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Image evidence per stand")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Vegetation indices and their changes, slope and canopy heights per stand, as a recipe asks.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "The recipe says which raster is which: sensor, date, bands, scale and offset, quality layer, indices, "
            "and which rasters are the elevation model and the canopy heights. Indices are computed cell by cell and "
            "then averaged over the stand.\n\n"
            "A change between two scenes is counted from the median of the healthy pine stands of each scene, so that "
            "season and haze cancel out. Stands that are covered too little are marked in the layer issues.\n\n"
            "An example to copy lies in the plugin's folder resources/recipes."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_all(stands_parameter(), rasters_parameter(optional=False), raster_names_parameter())
        self.add_all(
            file_parameter(
                RECIPE, tr("Raster recipe"), "json", tr("It calls the rasters by their names above."), optional=False
            ),
            *reading_parameters(),
            table_output(tr("Evidence per stand")),
            overwrite_parameter(),
        )
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        self.stands = self.taken_stands(parameters, context)
        layers = self.parameterAsLayerList(parameters, RASTERS, context)
        recipe = file_of(self, parameters, RECIPE, context)
        if recipe is None:
            raise QgsProcessingException(tr("No raster recipe was given."))
        self.options: dict[str, Any] = {
            "rasters": raster_sources(layers, self.parameterAsString(parameters, RASTER_NAMES, context)),
            "recipe": recipe,
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "mapping": file_of(self, parameters, MAPPING, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
        self.themes = LayersOnCompletion([StepLayer("stands", self.displayName())])

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Take the evidence."""
        from ..adapters.jobs.evidence import EvidenceRequest, evidence  # noqa: PLC0415 - pandas may be missing

        progress.step("read")
        outcome = evidence(EvidenceRequest(self.stands.read(progress, packed=True), **self.options), progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "STANDS_COUNT": outcome.counts.get("stands")}
