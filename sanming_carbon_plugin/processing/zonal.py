"""Raster statistics per stand, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterString,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import optional_path, raster_sources
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    RASTER_NAMES,
    RASTERS,
    explained,
    overwrite_parameter,
    raster_names_parameter,
    rasters_parameter,
    reading_parameters,
    stands_parameter,
    table_output,
)
from .results import LayersOnCompletion, StepLayer, tell_counts
from .translation import tr


class ZonalAlgorithm(StandAlgorithm):
    """Exact area-weighted mean, standard deviation and support of rasters per stand."""

    STATISTICS = "STATISTICS"

    def name(self) -> str:
        """Identifier."""
        return "zonal"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Raster statistics per stand")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Exact area-weighted mean, standard deviation and support of rasters in each stand.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Each cell counts with the share of it that lies in the stand, so that small and narrow stands are right "
            "too. The support is the share of the stand's area with valid cells; where it is 0, mean and deviation "
            "stay empty."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_all(stands_parameter(), rasters_parameter(optional=False), raster_names_parameter())
        statistics = QgsProcessingParameterString(
            self.STATISTICS, tr("Statistics to take"), "mean,std,support", optional=True
        )
        help_text = tr(
            "With commas between: mean, std, support, min, max, median, quantiles such as q10, count (cells); for maps "
            "of classes majority and shares."
        )
        self.add_all(
            explained(statistics, help_text),
            *reading_parameters(),
            table_output(tr("Statistics")),
            overwrite_parameter(),
        )
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        self.stands = self.taken_stands(parameters, context)
        layers = self.parameterAsLayerList(parameters, RASTERS, context)
        self.rasters = raster_sources(layers, self.parameterAsString(parameters, RASTER_NAMES, context))
        self.statistics = self.parameterAsString(parameters, self.STATISTICS, context)
        self.mapping = optional_path(self.parameterAsFile(parameters, MAPPING, context))
        self.out = Path(self.parameterAsFileOutput(parameters, OUTPUT, context))
        self.overwrite = self.parameterAsBoolean(parameters, OVERWRITE, context)
        self.themes = LayersOnCompletion([StepLayer("stands", self.displayName())])

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Take the statistics."""
        from ..adapters.jobs.zonal import parse_statistics, zonal  # noqa: PLC0415 - pandas may be missing on loading

        chosen = parse_statistics(self.statistics)
        progress.step("read")
        stands = self.stands.read(progress, packed=True)
        outcome = zonal(stands, self.rasters, self.out, self.mapping, self.overwrite, progress, chosen)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "STANDS_COUNT": outcome.counts.get("stands")}
