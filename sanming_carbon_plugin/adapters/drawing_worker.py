"""``python -m sanming_carbon_plugin.adapters.drawing_worker``: works on one job that draws, then ends.

A process of its own, because QGIS draws layouts in its main thread only: there the window would freeze. The first line
of its input is the job; the end of its input is the wish to stop. Each line of its output is one message.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ..core import errors
from ..core.errors import CarbonError
from ..core.progress import Progress
from .faults import write_fault_report
from .jobs.request import JobOutcome
from .maps.qgis_session import running_qgis

JOBS = {
    "exportmaps": ("export_maps", "export_maps", "MapSetRequest"),
    "workdesign": ("work_design", "work_design", "WorkDesignRequest"),
    "dossier": ("dossier", "make_dossier", "DossierRequest"),
}
"""Module, function and request of each job, by its command."""

_INPUT = 0
_PATH = "a path"
_AT_ONCE = 65_536


def as_text(value: object) -> str:
    """A message in one line; paths stay paths."""
    return json.dumps(value, default=_plain)


def from_text(text: str | bytes) -> Any:  # noqa: ANN401 - whatever it was
    """What :func:`as_text` was given; lists come back as tuples."""
    return _back(json.loads(text))


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return {_PATH: str(value)}
    return value.item() if isinstance(value, np.generic) else str(value)


def _back(value: object) -> object:
    if isinstance(value, dict):
        if set(value) == {_PATH}:
            return Path(value[_PATH])
        return {name: _back(each) for name, each in value.items()}
    return tuple(map(_back, value)) if isinstance(value, list) else value


class _Told(Progress):
    """Tells the process that started this one; stops when that one closes the input, or is gone."""

    def __init__(self) -> None:
        self._wished = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while os.read(_INPUT, _AT_ONCE):
            pass
        self._wished.set()

    def step(self, name: str, position: int = 0, count: int = 0) -> None:
        _tell("step", [name, position, count])

    def update(self, fraction: float) -> None:
        _tell("update", fraction)

    def is_cancelled(self) -> bool:
        return self._wished.is_set()


def _tell(kind: str, what: object) -> None:
    sys.stdout.write(as_text({kind: what}) + "\n")
    sys.stdout.flush()


def _job_line() -> bytes:
    found = b""
    while not found.endswith(b"\n"):
        part = os.read(_INPUT, _AT_ONCE)
        if not part:
            break
        found += part
    return found


def work() -> None:
    """Work on the job that comes in, and tell its outcome or its error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one decides about stopping
    name, values = from_text(_job_line())
    module_name, function, request = JOBS[name]
    module = import_module(".jobs." + module_name, __package__)
    with running_qgis():  # it takes QGIS a while to leave: what is told is told before
        asked = getattr(module, request)(**values)
        _tell("job_begun", None)
        _tell(*_worked(name, partial(getattr(module, function), asked, _Told())))


def _worked(name: str, job: Callable[[], JobOutcome]) -> tuple[str, object]:
    """What there is to tell of a job."""
    try:
        outcome = job()
    except CarbonError as error:
        kind = next(each.__name__ for each in type(error).__mro__ if each.__module__ == errors.__name__)
        return "error", [kind, error.code, error.values]
    except Exception as fault:  # noqa: BLE001 - a door: told in the window of QGIS
        values = {"fault": type(fault).__name__, "report": write_fault_report(name)}
        return "error", [CarbonError.__name__, "UNEXPECTED", values]
    return "done", [outcome.out, outcome.counts]


if __name__ == "__main__":
    work()
