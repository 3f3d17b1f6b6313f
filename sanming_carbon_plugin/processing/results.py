"""Shows what a job found: numbers in the log, layers in the project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsVectorLayer,
)

from ..adapters.maps.layers import add_results_group, dress_step
from ..adapters.maps.themes import every_theme, themes
from ..adapters.unit_choice import chosen_units
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


@dataclass(frozen=True)
class StepLayer:
    """A layer of a file to show: its name in the file, its title in the user's language, and its theme."""

    name: str
    title: str
    theme: str = ""


class _Dressed(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer names, words, units, form and symbols; QGIS itself holds only a bare pointer, so some are kept."""

    _kept: ClassVar[list[_Dressed]] = []
    _KEPT_AT_MOST = 60

    def __init__(self, shown: StepLayer, spoken: str) -> None:
        super().__init__()
        self._shown, self._language = shown, spoken
        _Dressed._kept = [*_Dressed._kept, self][-self._KEPT_AT_MOST :]

    def postProcessLayer(
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,  # noqa: ARG002 - QGIS hands it over
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> None:
        """Dress the layer; QGIS calls this in the main thread."""
        if isinstance(layer, QgsVectorLayer):
            theme = every_theme().get(self._shown.theme)
            dress_step(layer, self._shown.title, theme, self._language, chosen_units())
            layer.triggerRepaint()


class LayersOnCompletion:
    """Has some layers of a file loaded with their titles, names, words, units and colours.

    Made while an algorithm prepares, that is in the main thread.

    Parameters
    ----------
    layers
        What is shown.
    inside
        Name of the file where the output is a folder.
    """

    def __init__(self, layers: Sequence[StepLayer], inside: str | None = None) -> None:
        self._layers, self._inside = tuple(layers), inside
        self._dressed = [_Dressed(shown, language()) for shown in self._layers]

    def ask_for(self, context: QgsProcessingContext, result: Path, output: str) -> None:
        """Have the layers loaded when the algorithm is through; a caller that loads nothing ignores it."""
        file = result if self._inside is None else result / self._inside
        if file.suffix.lower() != ".gpkg":
            return  # a table of another format is for other programs
        for shown, dressed in zip(self._layers, self._dressed, strict=True):
            uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(file), "layerName": shown.name})
            details = QgsProcessingContext.LayerDetails(
                shown.title, context.project(), output, QgsProcessingUtils.LayerHint.Vector
            )
            details.setPostProcessor(dressed)
            context.addLayerToLoadOnCompletion(uri, details)


def themed_layers(names: Sequence[str], inside: str | None = None) -> LayersOnCompletion:
    """The layers of some themes under the themes' titles."""
    found = [every_theme()[name] for name in names]
    return LayersOnCompletion([StepLayer(each.layer, each.title(language()), each.name) for each in found], inside)


def tell_counts(outcome: JobOutcome, feedback: QgsProcessingFeedback) -> None:
    """Write the numbers of a run and how often each doubt was found into the log, in words."""
    from ..adapters.count_words import count_line, doubt_line  # noqa: PLC0415 - pandas may be missing on loading

    for name, value in outcome.counts.items():
        feedback.pushInfo(count_line(name, value, language()))
    for (code, severity), count in outcome.issue_counts.items():
        feedback.pushInfo(doubt_line(code, severity, count, language(), outcome.issue_counts.first.get(code)))
