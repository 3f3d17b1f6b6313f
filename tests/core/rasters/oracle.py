"""exactextract 0.3.0, asked in a process of its own.

It crashes on rare valid outlines, and beside QGIS the system's GEOS answers for its symbols; neither may end
the tests. A question that it does not survive is answered with None, and too many of those are a failure.
"""

import pickle
import subprocess
import sys
import threading

import pytest

CRASHES_ALLOWED = 10


class Oracle:
    """The running process; started when first asked and again after each crash."""

    def __init__(self):
        self._process = None
        self._crashes = 0
        self._lock = threading.Lock()

    def ask(self, *question):
        """Answer of ``_answer(*question)`` below, or None where the oracle crashed on it."""
        pytest.importorskip("exactextract")
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            try:
                pickle.dump(question, self._process.stdin)
                self._process.stdin.flush()
                answer = pickle.load(self._process.stdout)
            except (EOFError, BrokenPipeError, pickle.UnpicklingError):
                self._process.kill()
                self._crashes += 1
                assert self._crashes <= CRASHES_ALLOWED, "the oracle crashes too often to tell anything"
                return None
        if isinstance(answer, Exception):
            raise answer
        return answer


ORACLE = Oracle()


def ask_arrays(values, bounds, features, statistics):
    """Properties per feature from a north-up array; ``features`` as GeoJSON."""
    return ORACLE.ask("arrays", values, bounds, features, statistics)


def ask_files(raster, vector, statistics):
    """Properties per feature from files."""
    return ORACLE.ask("files", str(raster), str(vector), statistics)


def _answer(kind, *question):
    import warnings

    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    warnings.simplefilter("ignore")
    if kind == "files":
        found = exact_extract(*question)
    else:
        values, (west, south, east, north), features, statistics = question
        found = exact_extract(NumPyRasterSource(values, west, south, east, north), features, statistics)
    return [one["properties"] for one in found]


def _serve():
    while True:
        try:
            question = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = _answer(*question)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the asking test shall see it
            answer = problem
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _serve()
