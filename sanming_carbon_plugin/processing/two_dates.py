"""Parameters about two dates: the earlier stands, the period between, and how both were surveyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
)
from qgis.PyQt.QtCore import QDateTime, Qt

from ..core.errors import UsageError
from .parameters import advanced, explained
from .translation import tr

EARLIER = "EARLIER"
PERIOD_START = "PERIOD_START"
PERIOD_END = "PERIOD_END"
SURVEY_METHOD = "SURVEY_METHOD"
SURVEY_METHOD_EARLIER = "SURVEY_METHOD_EARLIER"

SURVEY_METHODS = ("plot", "angle_gauge", "ocular", "lidar", "model", "unknown")


def define_period(add: Callable[[QgsProcessingParameterDefinition], object]) -> None:
    """Add the earlier stands and the two ends of the period."""
    earlier = QgsProcessingParameterFeatureSource(
        EARLIER, tr("Earlier stands"), [Qgis.ProcessingSourceType.VectorPolygon], optional=True
    )
    add(explained(earlier, tr("The inventory at the beginning of the period, for the measured yearly sink.")))
    define_days(add)


def define_days(add: Callable[[QgsProcessingParameterDefinition], object]) -> None:
    """Add the two ends of the period."""
    day = Qgis.ProcessingDateTimeParameterDataType.Date
    for name, text in ((PERIOD_START, tr("First day of the period")), (PERIOD_END, tr("Last day of the period"))):
        add(QgsProcessingParameterDateTime(name, text, day, optional=True))


def define_survey_methods(add: Callable[[QgsProcessingParameterDefinition], object]) -> None:
    """Add how both layers were surveyed, for layers that do not say it."""
    for name, text in (
        (SURVEY_METHOD, tr("How the stands were surveyed")),
        (SURVEY_METHOD_EARLIER, tr("How the earlier stands were surveyed")),
    ):
        parameter = QgsProcessingParameterEnum(name, text, survey_method_texts(), optional=True)
        add(advanced(explained(parameter, tr("For layers that do not say it themselves."))))


def period_of(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> str | None:
    """The period as the jobs read it, None where neither end is given.

    Raises
    ------
    UsageError
        PERIOD_INCOMPLETE where one end is missing.
    """
    days = [iso_day(algorithm.parameterAsDateTime(parameters, name, context)) for name in (PERIOD_START, PERIOD_END)]
    if not any(days):
        return None
    if not all(days):
        raise UsageError("PERIOD_INCOMPLETE")
    return "/".join(days)


def survey_methods_of(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> str | None:
    """Both survey methods as the jobs read them, None where none is given."""
    methods = [
        SURVEY_METHODS[algorithm.parameterAsEnum(parameters, name, context)] if parameters.get(name) is not None else ""
        for name in (SURVEY_METHOD, SURVEY_METHOD_EARLIER)
    ]
    if not any(methods):
        return None
    return ",".join(method or "unknown" for method in methods) if methods[1] else methods[0]


def survey_method_texts() -> list[str]:
    """The survey methods in words, in the order of ``SURVEY_METHODS``."""
    return [
        tr("Sample plots"),
        tr("Angle gauge"),
        tr("By eye"),
        tr("Laser scanning"),
        tr("Modelled"),
        tr("Unknown"),
    ]


def iso_day(moment: QDateTime) -> str:
    """A day as ``YYYY-MM-DD``, empty where none was chosen."""
    return moment.date().toString(Qt.DateFormat.ISODate) if moment.isValid() else ""
