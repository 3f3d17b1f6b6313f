"""Progress of a job, shown through the feedback of Processing."""

from __future__ import annotations

from qgis.core import QgsFeedback

from ..adapters.steps import step_text
from ..core.progress import Progress
from .translation import language

_FIRST_PERCENT, _LAST_PERCENT = 5.0, 90.0
"""What lies between is for the row of numbered steps; opening and writing have the rest."""


class FeedbackProgress(Progress):
    """Hands steps and fractions on to ``feedback``; its cancel button stops the job.

    The percentage only ever rises. Numbered steps share the middle of the bar evenly; one without a number
    takes a half of what is left at its end of the bar.
    """

    def __init__(self, feedback: QgsFeedback) -> None:
        self._feedback = feedback
        self._start = 0.0
        self._share = 0.0
        self._shown = -1.0

    def step(self, name: str, position: int = 0, count: int = 0) -> None:
        """Begin step ``name``, the ``position``-th (from 0) of ``count``."""
        text = step_text(name, language())
        if count:
            self._share = (_LAST_PERCENT - _FIRST_PERCENT) / count
            self._start = _FIRST_PERCENT + self._share * position
            text = "{}/{} {}".format(position + 1, count, text)
        else:
            self._start = max(self._shown, 0.0)
            end = _FIRST_PERCENT if self._start < _FIRST_PERCENT else 100.0
            self._share = (end - self._start) / 2
        self._show(self._start)
        push = getattr(self._feedback, "setProgressText", None)
        if push is not None:
            push(text)

    def update(self, fraction: float) -> None:
        """Tell that ``fraction`` (0 to 1) of the step is done."""
        self._show(self._start + self._share * min(max(fraction, 0.0), 1.0))

    def is_cancelled(self) -> bool:
        """Whether the user pressed cancel."""
        return bool(self._feedback.isCanceled())

    def _show(self, percent: float) -> None:
        if percent > self._shown:
            self._shown = percent
            self._feedback.setProgress(percent)
