"""The offline package for QField, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsMapLayer,
    QgsMapLayerStyle,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
)

from ..core.errors import InputError
from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import optional_path
from .parameters import OUTPUT, OVERWRITE, advanced, explained, file_parameter, overwrite_parameter, result_parameter
from .results import tell_counts
from .translation import language, tr

if TYPE_CHECKING:
    from ..adapters.field_package.files import BackgroundSource


class FieldPackageAlgorithm(StandAlgorithm):
    """Makes a folder that QField opens without a network."""

    RESULT = "RESULT"
    LIST = "LIST"
    BACKGROUND = "BACKGROUND"
    CELL = "CELL"
    TENURE = "TENURE"
    LANGUAGE = "LANGUAGE"
    FORM = "FORM"
    ZIP = "ZIP"
    LANGUAGES = ("zh", "en")

    def name(self) -> str:
        """Identifier."""
        return "fieldpackage"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Make a field package for QField")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Puts project, forms, photos and a background map into one folder for QField.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Makes a folder with a project that QField opens offline: the stands to check with a form (lists of "
            "values, what must be filled in, photos), the stands and tenure parcels around them for reading, and a "
            "background map drawn from layers of yours into one file. A copy of what was sent stays beside the "
            "result; the copies that come back are held against it."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self._define_inputs()
        cell = QgsProcessingParameterNumber(
            self.CELL,
            tr("Cells of the background map (m)"),
            Qgis.ProcessingNumberParameterType.Double,
            5.0,
            minValue=0.1,
        )
        self.addParameter(advanced(explained(cell, tr("Smaller cells show more and make a larger file."))))
        self.addParameter(
            explained(
                QgsProcessingParameterEnum(
                    self.LANGUAGE,
                    tr("Language of the form"),
                    [tr("Chinese"), tr("English")],
                    defaultValue=self.LANGUAGES.index(language()),
                ),
                tr("Names of columns, lists of values and layers."),
            )
        )
        text = tr("A copy of the shipped table, edited. Leave empty to use the one that is shipped.")
        self.addParameter(advanced(file_parameter(self.FORM, tr("Columns of the form"), "csv", text)))
        self.addParameter(
            explained(
                QgsProcessingParameterBoolean(self.ZIP, tr("Make a zip as well"), defaultValue=False),
                tr("One file beside the folder, for sending."),
            )
        )
        self.addParameter(
            explained(
                QgsProcessingParameterFolderDestination(OUTPUT, tr("Folder of the package")),
                tr("A new folder. It takes its name when everything is in it."),
            )
        )
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))

    def _define_inputs(self) -> None:
        self.addParameter(result_parameter(tr("GeoPackage of Assess stands.")))
        self.addParameter(
            file_parameter(
                self.LIST,
                tr("List of stands to check"),
                "gpkg",
                tr("Made from that result by Choose stands to check in the field."),
                optional=False,
            )
        )
        self.addParameter(
            explained(
                QgsProcessingParameterMultipleLayers(
                    self.BACKGROUND, tr("Background map"), Qgis.ProcessingSourceType.MapLayer, optional=True
                ),
                tr("Layers of files, drawn as they are shown now, the first one lowest: images, roads, names."),
            )
        )
        self.addParameter(
            explained(
                QgsProcessingParameterFeatureSource(
                    self.TENURE, tr("Tenure"), [Qgis.ProcessingSourceType.VectorPolygon], optional=True
                ),
                tr("Polygons of the certificates, shown for reading."),
            )
        )

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        self.tenure = self.taken(parameters, self.TENURE, context)
        layers = self.parameterAsLayerList(parameters, self.BACKGROUND, context)
        self.options: dict[str, Any] = {
            "result": Path(self.parameterAsFile(parameters, self.RESULT, context)),
            "listed": Path(self.parameterAsFile(parameters, self.LIST, context)),
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "background": [_as_shown(layer) for layer in layers],
            "cell_m": self.parameterAsDouble(parameters, self.CELL, context),
            "zipped": self.parameterAsBoolean(parameters, self.ZIP, context),
            "language": self.LANGUAGES[self.parameterAsEnum(parameters, self.LANGUAGE, context)],
            "form": optional_path(self.parameterAsFile(parameters, self.FORM, context)),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Make the package."""
        from ..adapters.jobs.field_package import PackageRequest, field_package  # noqa: PLC0415 - pandas may be missing

        tenure = self.tenure.read(progress) if self.tenure is not None else None
        outcome = field_package(PackageRequest(tenure=tenure, **self.options), progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "STANDS_COUNT": outcome.counts["visits"]}


def _as_shown(layer: QgsMapLayer) -> BackgroundSource:
    """File and style of a layer, taken in the main thread."""
    from ..adapters.field_package.files import BackgroundSource  # noqa: PLC0415

    if layer.providerType() not in ("gdal", "ogr"):
        raise InputError("FIELD_BACKGROUND_UNUSABLE", path=layer.name())
    style = QgsMapLayerStyle()
    style.readFromLayer(layer)
    return BackgroundSource(layer.source(), style.xmlData())
