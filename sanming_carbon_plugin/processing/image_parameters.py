"""Parameters of the algorithms about rules and images, defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
)

from .inputs import optional_path
from .parameters import advanced, explained
from .translation import tr

DECISIONS = "DECISIONS"
RECIPE = "RECIPE"
RULES = "RULES"
SEED = "SEED"
TERMS = "TERMS"


def recipe_parameter() -> QgsProcessingParameterDefinition:
    """Which raster plays which role."""
    return advanced(
        explained(
            QgsProcessingParameterFile(RECIPE, tr("Raster recipe"), extension="json", optional=True),
            tr("JSON file that says which raster is which: sensor, date, bands, scale and offset, quality layer, "
               "elevation model. Leave empty to take the rasters as they are."),
        )
    )  # fmt: skip


def decisions_parameter() -> QgsProcessingParameterDefinition:
    """Decisions of foresters that are to be kept."""
    return advanced(
        explained(
            QgsProcessingParameterFile(
                DECISIONS, tr("Decisions of foresters"), optional=True, fileFilter="CSV, GeoPackage (*.csv *.gpkg)"
            ),
            tr("A list of decisions, or an earlier result that carries some. Those in the file OUTPUT.decisions.csv "
               "beside the result are kept anyway."),
        )
    )  # fmt: skip


def rules_parameter(name: str, text: str) -> QgsProcessingParameterDefinition:
    """A file with rules about measures."""
    return explained(
        QgsProcessingParameterFile(name, text, extension="json", optional=True),
        tr("JSON file with rules. Its measures take the place of the shipped ones; leave empty for the shipped rules."),
    )


def seed_parameter() -> QgsProcessingParameterDefinition:
    """Seed of everything random."""
    return advanced(
        explained(
            QgsProcessingParameterNumber(SEED, tr("Random seed"), defaultValue=0, minValue=0),
            tr("The same seed and stands give the same model and figures."),
        )
    )


def terms_parameter() -> QgsProcessingParameterDefinition:
    """A user's copy of the limits that images are read with."""
    return advanced(
        explained(
            QgsProcessingParameterFile(TERMS, tr("Limits for images"), extension="json", optional=True),
            tr("A copy of the shipped file with other limits. Leave empty to use the shipped one."),
        )
    )


def file_of(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], name: str, context: QgsProcessingContext
) -> Path | None:
    """The file of parameter ``name``, None where it is empty."""
    return optional_path(algorithm.parameterAsFile(parameters, name, context))
