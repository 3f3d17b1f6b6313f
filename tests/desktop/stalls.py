"""How long the main thread of a window stood still, whose doing it was, and where."""

import contextlib
import faulthandler
import gc
import os
import re
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from qgis.PyQt.QtCore import QTimer

EVERY_MS = 20
SAMPLED_FROM_S, SAMPLED_EVERY_S = 0.03, 0.01
KEPT_FROM_S = 0.08
UNSEEN_S = 0.05
PROCESSORS = len(os.sched_getaffinity(0))
PACKAGE = "/sanming_carbon_plugin/"
_FRAMES_TOLD = 4
_LINE = re.compile(r'  File "(.*)", line (\d+|\?\?\?) in (.*)')


class Stalls:
    """A timer that should come every 20 ms; how much later it comes is how long the window stood still.

    The machine is shared: what the thread spent waiting for a processor, as Linux counts it, is told beside it and
    taken off; where another thread held the interpreter's lock, what that one spent waiting is taken off too. What
    other threads of this very process computed meanwhile is never taken off.
    A thread of its own looks where the others are while the window stands still. Time counts as ours where a frame of
    the plugin is on the main thread's stack; where the main thread was blocked (neither computing nor waiting for a
    processor) while another thread was in the plugin's code, which may have held the interpreter's lock; and where
    nobody could look because somebody held that lock.
    """

    def __init__(self):
        self.part = "start"
        self.action = ""
        self.found = []
        self._schedule = Path("/proc/self/task/{}/schedstat".format(threading.get_native_id()))
        self._paused = 0
        self._samples = []
        self._at = self._now()
        self._threads = {}
        self._process = time.process_time()
        self._looked = time.monotonic()
        self.held = []
        self._dump = tempfile.TemporaryFile()  # noqa: SIM115 - as long as QGIS
        self._timer = QTimer()
        self._timer.timeout.connect(self._note)
        self._main = threading.get_ident()
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def start(self):
        """Watch from now on."""
        self._at = self._now()
        self._timer.start(EVERY_MS)
        self._watcher.start()

    def stop(self):
        """Watch no longer."""
        self._timer.stop()
        self._ended.set()

    def pause(self, begins):
        """What the test itself does, as taking a picture, is no stall."""
        if begins:
            self._note()
            self._paused += 1
        else:
            self._paused -= 1
            self._begin()

    @contextlib.contextmanager
    def of_qgis(self, action):
        """What happens inside is something that QGIS itself does, and that it does without the plugin too."""
        self._note()
        self.action = action
        try:
            yield
        finally:
            self._note()
            self.action = ""

    def name(self, part):
        """A part of the day begins."""
        self._note()
        self.part = part

    def _note(self):
        now = self._now()
        length, computing, waiting = (after - before for after, before in zip(now, self._at))  # noqa: B905
        if not self._paused and length > KEPT_FROM_S:
            self.found.append(self._told(length, computing, waiting, now[0]))
        self._begin()

    def _begin(self):
        self._samples = []
        self._threads = _threads()
        self._process = time.process_time()
        self._at = self._now()

    def _told(self, length, computing, waiting, until):
        """One stall: seconds altogether, of ours and not of ours, and where it was."""
        samples, since = list(self._samples), self._at[0]
        places, ours, unseen, workers = Counter(), 0.0, 0.0, Counter()
        for at, mine, place, others in samples:
            places[place] += at - since
            ours += (at - since) * mine
            unseen += (at - since) * (at - since > UNSEEN_S)
            workers.update(others)
            since = at
        tail = until - since
        if tail > UNSEEN_S:
            places["unseen"] += tail
            unseen += tail
        if tail > UNSEEN_S or (samples and samples[-1][1]):
            ours += tail
        blocked = max(0.0, length - computing - waiting)
        # Nobody could look: another thread held the interpreter's lock, and may itself have waited for a processor.
        threads = _threads()
        share = _waiting_share(self._threads, threads, self._watcher.native_id) if unseen else 0.0
        # Who waits behind threads of this very process waits for us, not for a busy machine.
        busy = time.process_time() - self._process - computing - self._watched(threads)
        waited = min(waiting + min(blocked, unseen) * share, max(0.0, length - busy / PROCESSORS))
        # A thread that held the lock may have ended before anybody could look: what it computed tells of it.
        held = min(blocked if workers else min(blocked, unseen, max(busy, 0.0)), length - ours)
        return {
            "part": self.part,
            "action": self.action,
            "s": round(length, 3),
            "at": round(until, 3),
            "waiting_s": round(waited, 3),
            "blocked_s": round(blocked, 3),
            # Waiting for a processor is spread over all of it.
            "ours_s": round(ours * (1.0 - waited / length) + held * (1.0 - share), 3),
            "net_s": round(length - waited, 3),
            "where": ["{:.3f} {}".format(seconds, place) for place, seconds in places.most_common(3)],
            "workers": [place for place, _ in workers.most_common(2)],
        }

    def _watched(self, threads):
        """Seconds that the thread that looks at the others computed."""
        watcher = str(self._watcher.native_id)
        return threads.get(watcher, (0.0, 0.0))[0] - self._threads.get(watcher, (0.0, 0.0))[0]

    def _watch(self):
        """In a thread of its own: note where the others are while the window stands still."""
        while not self._ended.is_set():
            time.sleep(SAMPLED_EVERY_S)
            # No garbage is collected here: windows and layers must not be deleted in this thread.
            gc.disable()
            try:
                self._look()
            finally:
                gc.enable()

    def _look(self):
        now, before = time.monotonic(), self._looked
        self._looked = now
        late = now - before > UNSEEN_S + SAMPLED_EVERY_S
        if self._paused or (now - self._at[0] < SAMPLED_FROM_S and not late):
            return
        stacks = self._stacks()
        main = stacks.pop(self._main, [])
        stacks.pop(threading.get_ident(), None)
        others = stacks.values()
        workers = [_told_place(places) for places in others if _ours(places)]
        if late:  # somebody held the interpreter's lock until now, or there was no processor for this thread
            self.held.append((now, now - before, _told_place(main), workers))
        self._samples.append((now, bool(_ours(main)), _told_place(main), workers))

    def _stacks(self):
        """Places of each thread's stack, the outermost first.

        As text, because a frame that is looked at keeps alive what its function held: a file would be closed later.
        """
        self._dump.seek(0)
        self._dump.truncate()
        faulthandler.dump_traceback(self._dump, all_threads=True)
        self._dump.seek(0)
        found, places = {}, []
        for line in self._dump.read().decode("ascii", "replace").splitlines():
            if "hread 0x" in line:
                places = found.setdefault(int(line.partition("0x")[2].split()[0], 16), [])
            elif line.startswith("  File "):
                path, number, name = _LINE.match(line).groups()
                places.insert(0, "{}:{} {}".format(path, number, name))
        return found

    def told(self):
        """All stalls; those that nobody saw with what was going on as soon as somebody could look."""
        for stall in self.found:
            if any(place.endswith(" unseen") for place in stall["where"]):
                for at, length, main, workers in self.held:
                    if at - length <= stall["at"] <= at + EVERY_MS / 1000:
                        stall["workers"] = [*workers, "then: " + main]
        return self.found

    def _now(self):
        """Time, time on a processor and time waiting for one, in s."""
        computing, waiting = _schedule(self._schedule) or (time.thread_time(), 0.0)
        return time.monotonic(), computing, waiting


def in_a_line(stall):
    """A stall in words: how long without waiting for a processor, how long it waited, what is ours, and where."""
    told = "{net_s:.3f} s and {waiting_s:.3f} s waiting, ours {ours_s:.3f} s, blocked {blocked_s:.3f} s: {part}"
    places = "; ".join((*stall["where"], *("in a thread: " + place for place in stall["workers"])))
    action = " ({})".format(stall["action"]) if stall["action"] else ""
    return told.format(**stall) + action + ": " + places + "\n"


def longest(stalls, count=3):
    """The longest ones in words."""
    return "".join(in_a_line(stall) for stall in sorted(stalls, key=lambda each: -each["net_s"])[:count])


def _threads():
    """Seconds on a processor and waiting for one, of all threads but the main one."""
    told = ((each.name, _schedule(each / "schedstat")) for each in Path("/proc/self/task").iterdir())
    main = str(threading.main_thread().native_id)
    return {thread: seconds for thread, seconds in told if seconds is not None and thread != main}


def _schedule(path):
    """Seconds on a processor and waiting for one; None where the thread has ended."""
    try:
        computing, waiting = path.read_text(encoding="ascii").split()[:2]
    except (OSError, ValueError):
        return None
    return int(computing) / 1e9, int(waiting) / 1e9


def _waiting_share(before, after, watcher):
    """How much of its time the thread that computed most in between spent waiting for a processor."""
    gone = [
        (now[0] - before.get(each, (0.0, 0.0))[0], now[1] - before.get(each, (0.0, 0.0))[1])
        for each, now in after.items()
        if each != str(watcher)
    ]
    computed, waited = max(gone, default=(0.0, 0.0))
    return waited / (computed + waited) if computed + waited > 0 else 0.0


def _ours(places):
    return [place.rpartition(PACKAGE)[2] for place in places if PACKAGE in place]


def _told_place(places):
    """The innermost frames, and the innermost one of the plugin; no frame at all is QGIS's own code."""
    if not places:
        return "QGIS"
    ours = _ours(places)
    inner = " < ".join(place.rpartition("/")[2] for place in places[: -_FRAMES_TOLD - 1 : -1])
    return "{} [{}]".format(inner, ours[-1]) if ours else inner
