"""How a long computation tells where it is, and learns that it should stop."""

from __future__ import annotations

from .errors import CancelledError


class Progress:
    """Silent progress; the command line and QGIS each show it their own way.

    A run is a sequence of steps. ``step`` begins one, ``update`` says how much of it is done. Long loops
    call ``raise_if_cancelled`` at least every half second.
    """

    def step(self, name: str, position: int = 0, count: int = 0) -> None:
        """Begin step ``name`` (an identifier of the step table), the ``position``-th of ``count``."""

    def update(self, fraction: float) -> None:
        """Tell that ``fraction`` (0 to 1) of the current step is done."""

    def is_cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return False

    def raise_if_cancelled(self) -> None:
        """Leave the computation when the user asked to stop.

        Raises
        ------
        CancelledError
            When :meth:`is_cancelled` is true.
        """
        if self.is_cancelled():
            raise CancelledError
