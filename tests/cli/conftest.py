"""The command line as a user starts it, in its own process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJ_DATA = "/usr/share/proj"
ERROR_LINE = re.compile(r"^error\[([A-Z0-9_]+)\]: \S.*[.。]$")


class Finished:
    """What a command left behind."""

    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr
        lines = process.stderr.strip().splitlines()
        self.last_line = lines[-1] if lines else ""

    @property
    def failure(self):
        """Exit status and the code of the one line that tells what is wrong; no code where it is not told like that."""
        line = ERROR_LINE.match(self.last_line)
        return self.status, line[1] if line and "Traceback" not in self.err else None

    @property
    def counts(self):
        rows = [line.split("\t") for line in self.out.splitlines()]
        return {row[0]: row[1] for row in rows if len(row) == 2}

    @property
    def issues(self):
        rows = [line.split("\t") for line in self.out.splitlines()]
        return {row[1]: int(row[3]) for row in rows if row[0] == "issue"}


@pytest.fixture(scope="session")
def command():
    """Run ``python -m sanming_carbon_plugin`` with arguments."""

    def run(*arguments, language="en", preexec_fn=None, cwd=None):
        environment = dict(os.environ, SANMING_CARBON_LANGUAGE=language, PYTHONPATH=str(ROOT), PYTHONUTF8="1")
        environment.setdefault("PROJ_DATA", PROJ_DATA)
        process = subprocess.run(
            [sys.executable, "-m", "sanming_carbon_plugin", *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
            cwd=cwd or ROOT,
            timeout=300,
            preexec_fn=preexec_fn,
            check=False,
        )
        return Finished(process)

    return run


@pytest.fixture(scope="session")
def shared_data():
    """Real data beside the project; tests that need it pass without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.exists():
        pytest.skip("the real data is not beside the project")
    return folder
