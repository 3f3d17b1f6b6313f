"""Progress of a job, shown through the feedback of Processing."""

from __future__ import annotations

from qgis.core import QgsFeedback

from ..adapters.steps import step_text
from ..core.progress import Progress
from .translation import language


class FeedbackProgress(Progress):
    """Hands steps and fractions on to ``feedback``; its cancel button stops the job.

    The percentage only ever rises: step ``position`` (from 0) of ``count`` owns one ``count``-th of the bar.
    """

    def __init__(self, feedback: QgsFeedback) -> None:
        self._feedback = feedback
        self._start = 0.0
        self._share = 100.0
        self._shown = 0.0

    def step(self, name: str, position: int = 0, count: int = 0) -> None:
        """Begin step ``name``, the ``position``-th (from 0) of ``count``."""
        text = step_text(name, language())
        if count:
            self._start = 100.0 * position / count
            self._share = 100.0 / count
            text = "{}/{} {}".format(position + 1, count, text)
        else:
            # A step outside the row has no share of its own; the bar waits where it is.
            self._share = 0.0
        self._show(self._start if count else self._shown)
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
        if percent > self._shown or self._shown == 0.0:
            self._shown = percent
            self._feedback.setProgress(percent)
