"""Lets a wish to stop be heard while QGIS draws one page.

QGIS draws a layout in one call. The symbols of a page carry a layer that draws nothing and listens: there the window
comes to its turn, and once somebody wished to stop QGIS is told to leave out the rest. What it has written then is no
page and goes.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from qgis.core import QgsFillSymbol, QgsFillSymbolLayer, QgsSymbolRenderContext
from qgis.PyQt.QtGui import QPolygonF

from ...core.progress import Progress

_EVERY_S = 0.1
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ears:
    """Listens between two parts of a long work, ten times a second at most while QGIS draws."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._next = progress, 0.0
        self._begins, self._ends, self._drawn, self._stands = 0.0, 0.0, 0, 1
        self._stopped: BaseException | None = None

    def page_begins(self, begins: float, ends: float, stands: int) -> None:
        """A page of so many stands is made next; the progress is between ``begins`` and ``ends`` meanwhile."""
        self._begins, self._ends, self._drawn, self._stands = begins, ends, 0, max(stands, 1)

    def listen(self) -> None:
        """Leave the work where somebody wished to stop.

        Raises
        ------
        CancelledError, KeyboardInterrupt
            As they came, those that came while QGIS was drawing too.
        """
        if self._stopped is not None:
            raise self._stopped
        self._listen()

    @contextmanager
    def while_drawn(self) -> Iterator[None]:
        """For the block in which QGIS draws; at its end leaves the work where somebody wished to stop.

        An interrupted program stops between two stands: what Python raises inside of QGIS would bring both down.
        """
        kept = {}
        if threading.current_thread() is threading.main_thread():
            kept = {number: signal.getsignal(number) for number in _SIGNALS}
        ours = {number: handler for number, handler in kept.items() if callable(handler)}
        for number in ours:
            signal.signal(number, self._interrupted)
        try:
            yield
        finally:
            for number, handler in ours.items():
                signal.signal(number, handler)
        self.listen()

    def _interrupted(self, *_: object) -> None:
        self._stopped = KeyboardInterrupt()

    def goes_on(self) -> bool:
        """Whether QGIS is to draw on after one more stand; what comes up is kept, for QGIS takes no errors."""
        self._drawn += 1
        if self._stopped is None and time.monotonic() >= self._next:
            try:
                self._listen()
            except BaseException as stopped:  # noqa: BLE001 - raised by listen() when QGIS is through
                self._stopped = stopped
        return self._stopped is None

    def _listen(self) -> None:
        drawn = min(self._drawn / self._stands, 0.9)
        self._progress.update(self._begins + (self._ends - self._begins) * drawn)
        self._progress.raise_if_cancelled()
        self._next = time.monotonic() + _EVERY_S


def let_listen(symbol: QgsFillSymbol, ears: Ears | None) -> QgsFillSymbol:
    """Have ``ears`` listen whenever something is drawn with ``symbol``; gives the symbol."""
    if ears is not None:
        symbol.appendSymbolLayer(_Listening(ears))
    return symbol


class _Listening(QgsFillSymbolLayer):
    """Draws nothing."""

    def __init__(self, ears: Ears) -> None:
        super().__init__(True)
        self._ears = ears

    def layerType(self) -> str:  # noqa: N802 - name of QGIS
        return "SanmingListening"

    def startRender(self, context: QgsSymbolRenderContext) -> None:  # noqa: N802
        """Nothing to prepare."""

    def stopRender(self, context: QgsSymbolRenderContext) -> None:  # noqa: N802
        """Nothing to put away."""

    def renderPolygon(self, points: QPolygonF, rings: object, context: QgsSymbolRenderContext) -> None:  # noqa: ARG002, N802
        if not self._ears.goes_on():
            context.renderContext().setRenderingStopped(True)

    def properties(self) -> dict[str, str]:
        return {}

    def clone(self) -> _Listening:
        return _Listening(self._ears)
