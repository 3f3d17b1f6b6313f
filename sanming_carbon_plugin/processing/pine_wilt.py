"""Discoloured crowns between two dates, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterEnum,
    QgsProcessingParameterRasterLayer,
)
from qgis.PyQt.QtCore import Qt

from ..core.progress import Progress
from .base import StandAlgorithm
from .image_parameters import TERMS, file_of, terms_parameter
from .inputs import raster_path
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    advanced,
    explained,
    geopackage_output,
    overwrite_parameter,
    reading_parameters,
    stands_parameter,
)
from .results import tell_counts, themed_layers
from .translation import tr

SENSORS = ("sentinel2", "landsat8", "landsat9")


class PineWiltAlgorithm(StandAlgorithm):
    """How much of each forest stand lost its green and its water between two images."""

    BEFORE = "BEFORE"
    AFTER = "AFTER"
    SENSOR = "SENSOR"

    def name(self) -> str:
        """Identifier."""
        return "pinewilt"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Discoloured crowns between two dates")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Share of each stand whose crowns discoloured between two images, as in pine wilt.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "A cell counts where NDVI and NDMI fell further than those of healthy pine in the same two images, "
            "together with enough of its neighbours. Give two images of the same season on the same cells, best of "
            "late September to November.\n\n"
            "It is evidence, not a diagnosis: fire and felling look the same, and images of 10 m show clusters of dead "
            "trees, not single ones. Stands that are covered too little stay empty."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_all(
            stands_parameter(),
            QgsProcessingParameterRasterLayer(self.BEFORE, tr("Earlier image")),
            QgsProcessingParameterRasterLayer(self.AFTER, tr("Later image")),
        )
        names = ["Sentinel-2", "Landsat 8", "Landsat 9"]
        self.addParameter(QgsProcessingParameterEnum(self.SENSOR, tr("Sensor"), names, defaultValue=0))
        day = Qgis.ProcessingDateTimeParameterDataType.Date
        for name, text in ((self.BEFORE, tr("Day of the earlier image")), (self.AFTER, tr("Day of the later image"))):
            parameter = QgsProcessingParameterDateTime(name + "_DATE", text, day, optional=True)
            help_text = tr("Tells which offset the numbers carry. Leave empty to have it told from the cells.")
            self.addParameter(explained(parameter, help_text))
        for name, text in (
            (self.BEFORE, tr("Quality layer of the earlier image")),
            (self.AFTER, tr("Quality layer of the later image")),
        ):
            quality = QgsProcessingParameterRasterLayer(name + "_QUALITY", text, optional=True)
            help_text = tr("Delivered with the image: scene classification or QA_PIXEL. Cloud and shadow are left out.")
            self.addParameter(advanced(explained(quality, help_text)))
        for parameter in (terms_parameter(), *reading_parameters()):
            self.addParameter(parameter)
        self.add_all(geopackage_output(tr("Damage")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("DAMAGED_COUNT", tr("Number of stands with discoloured crowns")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        self.stands = self.taken_stands(parameters, context)
        self.images = {name: self._image(parameters, name, context) for name in (self.BEFORE, self.AFTER)}
        self.options: dict[str, Any] = {
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "sensor": SENSORS[self.parameterAsEnum(parameters, self.SENSOR, context)],
            "terms": file_of(self, parameters, TERMS, context),
            "mapping": file_of(self, parameters, MAPPING, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
        self.themes = themed_layers(("damage",))

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Look for discoloured crowns."""
        from ..adapters.jobs.pine_wilt import DatedImage, PineWiltRequest, pine_wilt  # noqa: PLC0415 - pandas

        progress.step("read")
        before, after = (DatedImage(**self.images[name]) for name in (self.BEFORE, self.AFTER))
        request = PineWiltRequest(self.stands.read(progress), before, after, **self.options)
        outcome = pine_wilt(request, progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "DAMAGED_COUNT": outcome.counts.get("damage_found")}

    def _image(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> dict[str, Any]:
        """Path, day and quality layer of one image."""
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        quality = self.parameterAsRasterLayer(parameters, name + "_QUALITY", context)
        day = self.parameterAsDateTime(parameters, name + "_DATE", context)
        return {
            "path": raster_path(layer),
            "date": day.date().toString(Qt.DateFormat.ISODate) if day.isValid() else None,
            "quality": raster_path(quality) if quality is not None else None,
        }
