"""What the algorithms about a programme of targets share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
)

from .base import StandAlgorithm
from .image_parameters import file_of
from .parameters import OUTPUT, OVERWRITE, advanced, explained, geopackage_output, overwrite_parameter, result_parameter
from .translation import tr

RESULT, TARGETS, ACCEPTANCE, LEDGER = "RESULT", "TARGETS", "ACCEPTANCE", "LEDGER"
WORKS, COUNTING, AREA_UNITS = "WORKS", "COUNTING", "AREA_UNITS"


def table_parameter(name: str, title: str, text: str) -> QgsProcessingParameterDefinition:
    """An optional CSV table among the advanced parameters."""
    parameter = QgsProcessingParameterFile(name, title, optional=True, fileFilter="CSV (*.csv)")
    return advanced(explained(parameter, text))


class ProgrammeAlgorithm(StandAlgorithm):
    """An algorithm on a result and the targets set for it."""

    def add_programme(self, output: str) -> None:
        """Parameters about the result and its programme."""
        self.addParameter(result_parameter(tr("GeoPackage written by Assess Stands.")))
        targets = QgsProcessingParameterFile(TARGETS, tr("Targets"), fileFilter="CSV (*.csv)")
        text = tr("CSV with measure, area_unit, year_from, year, amount, unit, bound and source, one row per target.")
        self.addParameter(explained(targets, text))
        accepted = QgsProcessingParameterFeatureSource(
            ACCEPTANCE, tr("Accepted parcels"), [Qgis.ProcessingSourceType.VectorPolygon], optional=True
        )
        text = tr("Polygons of the acceptance inspections with measure, date, survival, retention and photo. Only they "
                  "count as done, and no hectare twice. Leave empty where nobody says what is done.")  # fmt: skip
        self.addParameter(explained(accepted, text))
        self.addParameter(
            table_parameter(LEDGER, tr("Ledger"), tr("CSV of tickets, trade and projects: kind, id, area_unit, date, "
                                                     "tonnes and status."))
        )  # fmt: skip
        self.addParameter(
            table_parameter(WORKS, tr("Works and costs"), tr("Techniques with their costs and what grows afterwards. "
                                                             "Leave empty for the provisional table that is shipped."))
        )  # fmt: skip
        self.addParameter(
            table_parameter(COUNTING, tr("Counting matrix"), tr("Which measures may be counted together on one parcel. "
                                                                "Leave empty to count each parcel once."))
        )  # fmt: skip
        self.addParameter(
            table_parameter(AREA_UNITS, tr("Area units"), tr("Area units with their land area, which forest cover "
                                                             "needs."))
        )  # fmt: skip
        self.add_all(geopackage_output(output), overwrite_parameter())

    def take_programme(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The options of the request; the acceptance layer is read later."""
        self.accepted = self.taken(parameters, ACCEPTANCE, context)
        return {
            "result": Path(self.parameterAsFile(parameters, RESULT, context)),
            "targets": Path(self.parameterAsFile(parameters, TARGETS, context)),
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "ledger": file_of(self, parameters, LEDGER, context),
            "works": file_of(self, parameters, WORKS, context),
            "counting": file_of(self, parameters, COUNTING, context),
            "area_units": file_of(self, parameters, AREA_UNITS, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
