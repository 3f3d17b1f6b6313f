"""Keeps what a developer needs to find an unexpected fault; the user sees one line that names the file."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from ..about import version


def write_fault_report(task: str) -> Path:
    """Write the exception that is being handled, with versions and ``task``, into a text file."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    path = Path(tempfile.gettempdir()) / "sanming-carbon-fault-{}-{}.txt".format(stamp, os.getpid())
    text = "sanming_carbon_plugin {}\npython {}\n{}\n\n".format(version(), sys.version, task)
    path.write_text(text + traceback.format_exc(), encoding="utf-8")
    return path
