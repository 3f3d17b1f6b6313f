"""Runs the solver in processes of their own, which a cancel ends at once."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ..core.errors import CarbonError, DependencyError
from ..core.planning.problem import Choice, ChoiceProblem
from ..core.planning.solver import SolverLimits
from ..core.progress import Progress
from .solver_files import read_choice, read_clashes, write_question
from .solver_worker import answer

POLL_SECONDS = 0.1
PROCESSES_AT_MOST = 4
PACKAGE = __name__.partition(".adapters")[0]


Pairs = Sequence[tuple[Path, Path]]
"""Question and answer files."""


class Worker(Protocol):
    """A process that works on some questions."""

    def running(self) -> bool:
        """Whether it is still at work; waits a moment."""

    def stop(self) -> None:
        """End it, whatever it does."""


class SpawnedWorker:
    """A process of Python's own, for the command line."""

    def __init__(self, pairs: Pairs) -> None:
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=answer, args=_names(pairs), daemon=True)
        self._process.start()

    def running(self) -> bool:
        """Whether it is still at work; waits a moment."""
        self._process.join(POLL_SECONDS)
        return self._process.is_alive()

    def stop(self) -> None:
        """End it, whatever it does."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()


class QtWorker:
    """A process of Qt's, for QGIS: there Python's own ways would start QGIS once more."""

    def __init__(self, pairs: Pairs) -> None:
        from qgis.PyQt.QtCore import QProcess

        self._process = python_process("solver_worker", *_names(pairs))
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._process.start()
        self._process.waitForStarted()

    def running(self) -> bool:
        """Whether it is still at work; waits a moment."""
        from qgis.PyQt.QtCore import QProcess

        self._process.waitForFinished(int(POLL_SECONDS * 1000))
        return bool(self._process.state() != QProcess.ProcessState.NotRunning)

    def stop(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.waitForFinished()


def python_process(worker: str, *arguments: str, **environment: str) -> Any:  # noqa: ANN401 - a QProcess
    """A process of Qt's that will run module ``worker`` of the adapters, when it is started."""
    from qgis.PyQt.QtCore import QProcess, QProcessEnvironment

    given = QProcessEnvironment.systemEnvironment()
    package_folder = str(Path(__file__).resolve().parents[2])
    given.insert("PYTHONPATH", os.pathsep.join([package_folder, *(p for p in sys.path if p)]))
    for name, value in environment.items():
        given.insert(name, value)
    process = QProcess()
    process.setProcessEnvironment(given)
    process.setProgram(python_beside())
    process.setArguments(["-m", f"{PACKAGE}.adapters.{worker}", *arguments])
    return process


def python_beside(executable: str | None = None, prefix: str | None = None) -> str:
    """The Python that belongs to this program; inside QGIS, ``sys.executable`` may be QGIS itself.

    Raises
    ------
    DependencyError
        ``SOLVER_WITHOUT_PYTHON``.
    """
    executable = sys.executable if executable is None else executable
    base = Path(sys.exec_prefix if prefix is None else prefix)
    own = Path(executable) if executable else base / "none"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    names = [base / "python3.exe", base / "python.exe", own.parent / "bin" / "python3", base / "bin" / version]
    names.append(base / "bin" / "python3")
    if own.stem.lower().startswith("python"):
        names.insert(0, own)
    for name in names:
        if name.is_file():
            return str(name)
    found = shutil.which("python3")
    if found is None:
        raise DependencyError("SOLVER_WITHOUT_PYTHON", folder=str(base))
    return found


def worker_here() -> Callable[[Pairs], Worker]:
    """What starts a process where this code runs."""
    return QtWorker if "qgis.core" in sys.modules else SpawnedWorker


class SolverProcesses:
    """Answers questions in other processes, a few at the same time; answers do not depend on how many.

    Parameters
    ----------
    progress
        Told how many questions are answered, and asked whether to stop.
    start
        Starts a process on some question and answer files.
    """

    def __init__(self, progress: Progress, start: Callable[[Pairs], Worker] | None = None) -> None:
        self._progress = progress
        self._start = start or worker_here()

    def best(self, problems: Sequence[ChoiceProblem], limits: SolverLimits) -> list[Choice | None]:
        """The best choice for each problem; None where there is none."""
        with _folder() as folder:
            pairs = [(folder / f"question{n}.npz", folder / f"answer{n}.npz") for n in range(len(problems))]
            for (question, _), problem in zip(pairs, problems, strict=True):
                write_question(question, problem, limits)
            self._run(pairs)
            return [read_choice(target) for _, target in pairs]

    def what_clashes(self, problem: ChoiceProblem, soft: np.ndarray) -> pd.DataFrame:
        """What clashes in a problem without an answer; of the rows, those that are ``soft`` may give."""
        with _folder() as folder:
            question, target = folder / "question.npz", folder / "answer.npz"
            write_question(question, problem, SolverLimits(), soft)
            self._run([(question, target)])
            return read_clashes(target)

    def _run(self, pairs: Pairs) -> None:
        together = min(len(pairs), os.cpu_count() or 1, PROCESSES_AT_MOST)
        workers: list[Worker] = []
        try:
            workers += [self._start(pairs[first::together]) for first in range(together)]
            running = list(workers)
            while running:
                self._progress.raise_if_cancelled()
                running = [worker for worker in running if worker.running()]
                self._progress.update(sum(target.is_file() for _, target in pairs) / len(pairs))
        finally:
            for worker in workers:
                worker.stop()
        missing = [target.name for _, target in pairs if not target.is_file()]
        if missing:
            raise CarbonError("SOLVER_FAILED", answer=missing[0])


def _names(pairs: Pairs) -> tuple[str, ...]:
    return tuple(str(path) for pair in pairs for path in pair)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sanming-carbon-plan-"))
    try:
        yield folder
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)
