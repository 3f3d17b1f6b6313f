"""Shows what a job found: numbers in the log, layers in the project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsProviderRegistry,
)

from ..adapters.maps.layers import add_results_group
from ..adapters.maps.themes import themes
from ..adapters.unit_choice import chosen_units
from ..adapters.words import word
from .translation import language

if TYPE_CHECKING:
    from ..adapters.jobs.request import JobOutcome


class ShownOnCompletion(Protocol):
    """Has something of a file shown when an algorithm is through."""

    def ask_for(self, context: QgsProcessingContext, result: Path, output: str) -> None:
        """Ask QGIS to load what is to be shown."""


class ThemesOnCompletion(QgsProcessingLayerPostProcessorInterface):
    """Turns the one layer that Processing loads into the styled group of a result.

    Made while an algorithm prepares, that is in the main thread, and kept until QGIS has called it or the
    next run begins: QGIS itself holds only a bare pointer.
    """

    _kept: ClassVar[list[ThemesOnCompletion]] = []
    _KEPT_AT_MOST = 20

    def __init__(self, spoken: str, names: Iterable[str] | None = None) -> None:
        super().__init__()
        self._language = spoken
        self._names = None if names is None else tuple(names)
        self._result: Path | None = None

    def ask_for(self, context: QgsProcessingContext, result: Path, output: str) -> None:
        """Have ``result`` loaded when the algorithm is through; a caller that loads nothing ignores it."""
        self._result = result
        first = next(theme for name, theme in themes().items() if self._names is None or name in self._names)
        uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(result), "layerName": first.layer})
        details = QgsProcessingContext.LayerDetails(
            first.title(self._language), context.project(), output, QgsProcessingUtils.LayerHint.Vector
        )
        details.setPostProcessor(self)
        ThemesOnCompletion._kept = [*ThemesOnCompletion._kept, self][-self._KEPT_AT_MOST :]
        context.addLayerToLoadOnCompletion(uri, details)

    def postProcessLayer(
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002 - QGIS hands it over
    ) -> None:
        """Put the group in the place of ``layer``; QGIS calls this in the main thread."""
        project = context.project()
        if project is None or self._result is None:
            return
        add_results_group(project, self._result, self._language, self._names, chosen_units())
        if project.mapLayer(layer.id()) is not None:
            project.removeMapLayer(layer.id())


class LayersOnCompletion:
    """Has some layers of a result loaded under their titles, as they are."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = dict(titles)

    def ask_for(self, context: QgsProcessingContext, result: Path, output: str) -> None:
        """Have the layers loaded when the algorithm is through; a caller that loads nothing ignores it."""
        for name, title in self._titles.items():
            uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(result), "layerName": name})
            details = QgsProcessingContext.LayerDetails(
                title, context.project(), output, QgsProcessingUtils.LayerHint.Vector
            )
            context.addLayerToLoadOnCompletion(uri, details)


def tell_counts(outcome: JobOutcome, feedback: QgsProcessingFeedback) -> None:
    """Write the numbers of a run and its doubts by code into the log."""
    for name, value in outcome.counts.items():
        feedback.pushInfo("{}: {}".format(word("column", name, language()), value))
    for (code, severity), count in outcome.issue_counts.items():
        feedback.pushInfo("{} {}: {}".format(word("severity", severity, language()), code, count))
