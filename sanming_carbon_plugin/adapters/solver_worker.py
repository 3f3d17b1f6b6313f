"""``python -m sanming_carbon_plugin.adapters.solver_worker QUESTION ANSWER …``: answers questions, then ends.

A process of its own, because the solver keeps Python's interpreter locked while it works: inside QGIS the window
would freeze, and nothing could stop it.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from .solver_files import answer_question


def answer(*paths: str) -> None:
    """Solve each question file and write its answer beside it: question, answer, question, answer, and so on.

    The process that started this one decides about stopping.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for question, target in zip(paths[::2], paths[1::2], strict=True):
        answer_question(Path(question), Path(target))


if __name__ == "__main__":
    answer(*sys.argv[1:])
