"""``python -m sanming_carbon_plugin.adapters.solver_worker QUESTION ANSWER``: one question, one answer, then the end.

A process of its own, because the solver keeps Python's interpreter locked while it works: inside QGIS the window
would freeze, and nothing could stop it.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from .solver_files import answer_question


def answer(question: str, target: str) -> None:
    """Solve the question in file ``question``; the process that started this one decides about stopping."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answer_question(Path(question), Path(target))


if __name__ == "__main__":
    answer(sys.argv[1], sys.argv[2])
