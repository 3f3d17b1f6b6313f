"""Progress on a terminal: a bar where there is one, else a line a step."""

from __future__ import annotations

import time
from typing import TextIO

from ..core.progress import Progress
from .steps import step_text

_BAR_WIDTH = 30
_REDRAW_SECONDS = 0.1


def write_line(stream: TextIO, text: str) -> None:
    """One line of output."""
    stream.write(text + "\n")
    stream.flush()


class TerminalProgress(Progress):
    """Shows the steps of a run on ``stream``."""

    def __init__(self, stream: TextIO, language: str) -> None:
        self._stream = stream
        self._language = language
        self._bar = stream.isatty()
        self._label = ""
        self._drawn_at = 0.0
        self._drawn = False

    def step(self, name: str, position: int = 0, count: int = 0) -> None:
        """Begin a step: a new bar, or a line."""
        self.finish()
        place = f"[{position + 1}/{count}] " if count else ""
        self._label = place + step_text(name, self._language)
        if self._bar:
            self.update(0.0)
        else:
            write_line(self._stream, self._label)

    def update(self, fraction: float) -> None:
        """Draw the bar anew, at most ten times a second."""
        now = time.monotonic()
        if not self._bar or (0 < fraction < 1 and now - self._drawn_at < _REDRAW_SECONDS):
            return
        filled = round(_BAR_WIDTH * min(max(fraction, 0.0), 1.0))
        bar = "#" * filled + "." * (_BAR_WIDTH - filled)
        self._stream.write(f"\r{self._label} [{bar}] {fraction:4.0%}")
        self._stream.flush()
        self._drawn_at, self._drawn = now, True

    def finish(self) -> None:
        """Leave the bar of the last step behind."""
        if self._drawn:
            self._stream.write("\n")
            self._stream.flush()
            self._drawn = False
