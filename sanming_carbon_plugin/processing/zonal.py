"""Raster statistics per stand, as an algorithm."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import raster_sources
from .parameters import (
    ENCODING,
    OUTPUT,
    OVERWRITE,
    RASTER_NAMES,
    RASTERS,
    STANDS,
    encoding_parameter,
    output_parameter,
    overwrite_parameter,
    raster_names_parameter,
    rasters_parameter,
    stands_parameter,
)
from .translation import tr


class ZonalAlgorithm(StandAlgorithm):
    """Exact area-weighted mean, standard deviation and support of rasters per stand."""

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
        self.addParameter(stands_parameter())
        self.addParameter(rasters_parameter(optional=False))
        self.addParameter(raster_names_parameter())
        self.addParameter(encoding_parameter())
        formats = "{} (*.gpkg);;{} (*.csv);;{} (*.parquet)".format(
            tr("GeoPackage files"), tr("CSV files"), tr("Parquet files")
        )
        self.addParameter(output_parameter(tr("Statistics"), formats))
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))

    def prepare_request(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Take layers and options."""
