"""Parameters that several algorithms share, defined once."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from .translation import tr

STANDS = "STANDS"
RESULT = "RESULT"
ENCODING = "ENCODING"
MAPPING = "MAPPING"
RASTERS = "RASTERS"
RASTER_NAMES = "RASTER_NAMES"
OUTPUT = "OUTPUT"
OVERWRITE = "OVERWRITE"


def advanced(parameter: QgsProcessingParameterDefinition) -> QgsProcessingParameterDefinition:
    """``parameter``, shown among the advanced ones."""
    parameter.setFlags(parameter.flags() | Qgis.ProcessingParameterFlag.Advanced)
    return parameter


def explained(parameter: QgsProcessingParameterDefinition, text: str) -> QgsProcessingParameterDefinition:
    """``parameter`` with its help ``text``."""
    parameter.setHelp(text)
    return parameter


def worded_choice(
    name: str, text: str, words: dict[str, str], *, default: str | None = None, optional: bool = False
) -> QgsProcessingParameterDefinition:
    """A choice by codes that stay as they are in scripts and models; its dialog shows ``words``, which are by code."""
    parameter = QgsProcessingParameterEnum(
        name, text, list(words), defaultValue=default, optional=optional, usesStaticStrings=True
    )
    # By name: what builds dialogs is no part of QGIS without a window.
    shown_by = "{}.word_choice.WordChoice".format(__name__.rpartition(".")[0])
    parameter.setMetadata({"widget_wrapper": {"class": shown_by, "words": words}})
    return parameter


def stands_parameter() -> QgsProcessingParameterDefinition:
    """The layer of stands."""
    return explained(
        QgsProcessingParameterFeatureSource(STANDS, tr("Stands"), [Qgis.ProcessingSourceType.VectorPolygon]),
        tr("Polygon layer of the forest inventory, one row per stand. It is read as you see it now: with its filter "
           "and unsaved edits."),
    )  # fmt: skip


def encoding_parameter() -> QgsProcessingParameterDefinition:
    """Text encoding of the stands' file."""
    return advanced(
        explained(
            QgsProcessingParameterString(ENCODING, tr("Text encoding of the stands"), optional=True),
            tr("For example GBK or UTF-8, for files only. Leave empty to have it recognised."),
        )
    )


def mapping_parameter() -> QgsProcessingParameterDefinition:
    """File that says which column means what."""
    return advanced(
        explained(
            QgsProcessingParameterFile(MAPPING, tr("Field mapping"), extension="json", optional=True),
            tr("JSON file that says which column of the stands means what. Leave empty to have the columns recognised "
               "by their names."),
        )
    )  # fmt: skip


def reading_parameters() -> tuple[QgsProcessingParameterDefinition, ...]:
    """How the file of the stands is read."""
    return encoding_parameter(), mapping_parameter()


def rasters_parameter(optional: bool) -> QgsProcessingParameterDefinition:
    """The raster layers."""
    return explained(
        QgsProcessingParameterMultipleLayers(
            RASTERS, tr("Rasters"), Qgis.ProcessingSourceType.Raster, optional=optional
        ),
        tr("Each band gives the area-weighted mean and standard deviation per stand, and the share of the stand's "
           "area that has valid cells."),
    )  # fmt: skip


def raster_names_parameter() -> QgsProcessingParameterDefinition:
    """Names of the rasters."""
    return explained(
        QgsProcessingParameterString(RASTER_NAMES, tr("Names of the rasters"), optional=True),
        tr("Column names begin with them. One for each raster in the same order, with ; between; NAME#2 takes only "
           "band 2. dem and chm mean elevation and canopy heights in metres. Leave empty to use the names of the "
           "layers."),
    )  # fmt: skip


def file_parameter(
    name: str, title: str, extension: str, text: str, *, optional: bool = True
) -> QgsProcessingParameterDefinition:
    """A file of one kind, with its help ``text``."""
    return explained(QgsProcessingParameterFile(name, title, extension=extension, optional=optional), text)


def shipped_parameter(name: str, title: str, extension: str) -> QgsProcessingParameterDefinition:
    """A file of one's own in place of the one that is shipped, among the advanced parameters."""
    return advanced(file_parameter(name, title, extension, tr("Leave empty to use the one that is shipped.")))


def result_parameter(text: str, *, optional: bool = False) -> QgsProcessingParameterDefinition:
    """A result of the main job."""
    return file_parameter(RESULT, tr("Result"), "gpkg", text, optional=optional)


def geopackage_output(title: str) -> QgsProcessingParameterDefinition:
    """The GeoPackage to write."""
    return output_parameter(title, tr("GeoPackage files") + " (*.gpkg)")


def table_output(title: str) -> QgsProcessingParameterDefinition:
    """The layer or table to write, in a format by its ending."""
    formats = (tr("GeoPackage files"), tr("CSV files"), tr("Parquet files"))
    return output_parameter(title, "{} (*.gpkg);;{} (*.csv);;{} (*.parquet)".format(*formats))


def output_parameter(text: str, file_filter: str, default: str | None = None) -> QgsProcessingParameterDefinition:
    """The file to write."""
    return explained(
        QgsProcessingParameterFileDestination(OUTPUT, text, file_filter, default),
        tr("Written beside the target under a temporary name and moved into place when all is done."),
    )


def overwrite_parameter() -> QgsProcessingParameterDefinition:
    """Whether an existing file may be replaced."""
    return explained(
        QgsProcessingParameterBoolean(OVERWRITE, tr("Replace an existing file"), defaultValue=False),
        tr("Without it, the run stops before it starts where the file is there already."),
    )
