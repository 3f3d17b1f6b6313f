"""How long the main thread of a window stood still, and in which part of the day."""

import contextlib
import sys
import threading
import time
import traceback
from pathlib import Path

from qgis.PyQt.QtCore import QTimer

EVERY_MS = 20
TOLD_S = 0.1
OURS, QGIS = "ours", "qgis"


class Stalls:
    """A timer that should come every 20 ms; how much later it comes is how long the window stood still.

    The machine is shared: what the thread spent waiting for a processor, as Linux counts it, is kept apart.
    ``trace`` names a file that gets the stacks of all threads whenever the window stands still.
    """

    def __init__(self, trace=""):
        self.part = "start"
        self.whose = OURS
        self.found = []
        self._trace = Path(trace).open("w", encoding="utf-8") if trace else None  # noqa: SIM115 - as long as QGIS
        self._schedule = Path("/proc/self/task/{}/schedstat".format(threading.get_native_id()))
        self._paused = 0
        self._at = self._now()
        self._timer = QTimer()
        self._timer.timeout.connect(self._note)
        self._main = threading.get_ident()
        if self._trace is not None:
            threading.Thread(target=self._watch, daemon=True).start()

    def start(self):
        """Watch from now on."""
        self._at = self._now()
        self._timer.start(EVERY_MS)

    def stop(self):
        """Watch no longer."""
        self._timer.stop()

    def pause(self, begins):
        """What the test itself does, as taking a picture, is no stall."""
        if begins:
            self._note()
            self._paused += 1
        else:
            self._paused -= 1
            self._at = self._now()

    @contextlib.contextmanager
    def of_qgis(self):
        """What happens inside is QGIS's own work."""
        self._note()
        self.whose = QGIS
        try:
            yield
        finally:
            self._note()
            self.whose = OURS

    def name(self, part):
        """A part of the day begins."""
        self._note()
        self.part = part

    def longest(self):
        """The longest stall of each part, with what of it was spent waiting for a processor."""
        found = {}
        for part, whose, stall, waiting in self.found:
            key = "{} ({})".format(part, whose)
            if stall > found.get(key, (0.0, 0.0))[0]:
                found[key] = (round(stall, 3), round(waiting, 3))
        return found

    def _note(self):
        now = self._now()
        stall, waiting = now[0] - self._at[0], now[1] - self._at[1]
        if not self._paused and stall > EVERY_MS / 1000:
            self.found.append((self.part, self.whose, stall, waiting))
            if self._trace is not None and stall > TOLD_S:
                self._trace.write("=== {} {} {:.3f} waiting {:.3f}\n\n".format(self.part, self.whose, stall, waiting))
                self._trace.flush()
        self._at = self._now()

    def _watch(self):
        """In a thread of its own: note where the others are while the window stands still."""
        while True:
            time.sleep(EVERY_MS / 1000)
            if self._paused or time.monotonic() - self._at[0] < TOLD_S:
                continue
            for thread, frame in sys._current_frames().items():
                if thread != threading.get_ident():
                    whose = "main" if thread == self._main else "other"
                    self._trace.write("{} {}\n".format(whose, "".join(traceback.format_stack(frame)[-7:])))

    def _now(self):
        try:
            waited = int(self._schedule.read_text(encoding="ascii").split()[1]) / 1e9
        except (OSError, IndexError):
            waited = 0.0
        return time.monotonic(), waited
