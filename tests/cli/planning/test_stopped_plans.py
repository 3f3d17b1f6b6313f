"""Plans that are stopped: by the keyboard while the solver works, and by a cancel while ground is looked through."""

import os
import signal
import subprocess
import sys
import time

import pytest

from sanming_carbon_plugin.adapters.jobs import plan_inputs
from sanming_carbon_plugin.adapters.jobs.target_progress import ProgressRequest
from sanming_carbon_plugin.core.errors import CancelledError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.stands.checks.neighbours import common_ground

from ..conftest import ROOT
from .plan_runs import FOUR_TARGETS


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_the_solver_within_two_seconds(result, table, tmp_path):
    text = FOUR_TARGETS + "pine_transform,350428199,2026,2027,90,ha,at_least,t\n"
    environment = dict(os.environ, SANMING_CARBON_LANGUAGE="en", PYTHONPATH=str(ROOT), PYTHONUTF8="1")
    out = tmp_path / "p.gpkg"
    process = subprocess.Popen(
        [sys.executable, "-m", "sanming_carbon_plugin", "plan", str(result), "--targets", str(table(text)), "--out",
         str(out), "--gap", "0", "--nodes", "10000000"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, encoding="utf-8", env=environment, cwd=ROOT,
    )  # fmt: skip
    for line in process.stderr:
        if "Choosing" in line:
            break
    time.sleep(2.0)  # the solver's own process is at work by then
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    last = process.stderr.read().strip().splitlines()[-1]
    assert process.wait(timeout=20) == 130
    assert time.monotonic() - asked < 2.0
    assert last.startswith("error[CANCELLED]: ")
    assert not out.exists()


def test_the_search_for_stands_that_lie_on_each_other_hears_a_cancel(result, table, tmp_path, monkeypatch):
    class Cancelled(Progress):
        searching = False

        def is_cancelled(self):
            return self.searching

    def found(*given):
        progress.searching = True
        return common_ground(*given)

    progress = Cancelled()
    monkeypatch.setattr(plan_inputs, "common_ground", found)
    with pytest.raises(CancelledError):
        plan_inputs.open_programme(ProgressRequest(result, table(FOUR_TARGETS), tmp_path / "p.gpkg"), progress)
    assert progress.searching
