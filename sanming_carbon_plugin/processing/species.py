"""What the two algorithms about species groups from images share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingContext

from .base import StandAlgorithm
from .image_parameters import (
    RECIPE,
    SEED,
    TERMS,
    file_of,
    recipe_parameter,
    seed_parameter,
    terms_parameter,
)
from .inputs import raster_sources
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    RASTER_NAMES,
    RASTERS,
    raster_names_parameter,
    rasters_parameter,
    reading_parameters,
    stands_parameter,
)


class SpeciesAlgorithm(StandAlgorithm):
    """Stands with images, and how they are to be read."""

    def define_images(self) -> None:
        """Define the parameters that training and predicting have in common."""
        self.add_all(stands_parameter(), rasters_parameter(optional=False), raster_names_parameter())
        for parameter in (
            recipe_parameter(),
            terms_parameter(),
            *reading_parameters(),
            seed_parameter(),
        ):
            self.addParameter(parameter)

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        rasters = self.parameterAsLayerList(parameters, RASTERS, context)
        self.stands = self.taken_stands(parameters, context)
        self.options: dict[str, Any] = {
            "rasters": raster_sources(rasters, self.parameterAsString(parameters, RASTER_NAMES, context)),
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "recipe": file_of(self, parameters, RECIPE, context),
            "terms": file_of(self, parameters, TERMS, context),
            "mapping": file_of(self, parameters, MAPPING, context),
            "seed": self.parameterAsInt(parameters, SEED, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
