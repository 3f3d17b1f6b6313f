"""Shows what an algorithm about tickets found, each layer in its colours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsVectorLayer,
)

from ..adapters.maps.symbols import theme_renderer
from ..adapters.maps.themes import Theme, ticket_themes


class _Coloured(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer the symbols of a theme; QGIS itself holds only a bare pointer, so some are kept."""

    _kept: ClassVar[list[_Coloured]] = []
    _KEPT_AT_MOST = 40

    def __init__(self, theme: Theme, spoken: str) -> None:
        super().__init__()
        self._theme, self._language = theme, spoken
        _Coloured._kept = [*_Coloured._kept, self][-self._KEPT_AT_MOST :]

    def postProcessLayer(
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,  # noqa: ARG002 - QGIS hands it over
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> None:
        """Colour the layer; QGIS calls this in the main thread."""
        if isinstance(layer, QgsVectorLayer):
            layer.setRenderer(theme_renderer(self._theme, self._language))
            layer.triggerRepaint()


class TicketLayers:
    """Has some layers of a file loaded under their titles and in their colours.

    Made while an algorithm prepares, that is in the main thread.

    Parameters
    ----------
    names
        Themes of :func:`ticket_themes`.
    inside
        Name of the file where the output is a folder.
    """

    def __init__(self, names: Sequence[str], spoken: str, inside: str | None = None) -> None:
        self._themes = [ticket_themes()[name] for name in names]
        self._language, self._inside = spoken, inside
        self._coloured = [_Coloured(theme, spoken) for theme in self._themes]

    def ask_for(self, context: QgsProcessingContext, result: Path, output: str) -> None:
        """Have the layers loaded when the algorithm is through; a caller that loads nothing ignores it."""
        file = result if self._inside is None else result / self._inside
        for theme, coloured in zip(self._themes, self._coloured, strict=True):
            uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(file), "layerName": theme.layer})
            details = QgsProcessingContext.LayerDetails(
                theme.title(self._language), context.project(), output, QgsProcessingUtils.LayerHint.Vector
            )
            details.setPostProcessor(coloured)
            context.addLayerToLoadOnCompletion(uri, details)
