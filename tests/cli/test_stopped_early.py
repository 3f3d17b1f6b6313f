"""Ctrl-C while the command line is being loaded ends it as quietly as later."""

import os
import subprocess
import sys

import pytest

from .conftest import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

WITH_CTRL_C = """
import os, runpy, signal, sys

class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r} and self in sys.meta_path:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, CtrlC())
runpy.run_module("sanming_carbon_plugin", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("module", "language"),
    [
        ("sanming_carbon_plugin.cli", "en"),
        ("sanming_carbon_plugin.commands", "zh"),
        ("sanming_carbon_plugin.commands.zonal", "en"),
        ("sanming_carbon_plugin.adapters.command_texts", "en"),
        ("numpy", "zh"),
    ],
)
def test_ctrl_c_while_loading(tmp_path, module, language):
    environment = dict(os.environ, SANMING_CARBON_LANGUAGE=language, PYTHONPATH=str(ROOT), PYTHONUTF8="1")
    finished = subprocess.run(
        [sys.executable, "-c", WITH_CTRL_C.format(module=module), "check", "none.gpkg", "--out", "r.gpkg"],
        capture_output=True, text=True, encoding="utf-8", env=environment, cwd=tmp_path, timeout=60, check=False,
    )  # fmt: skip
    assert finished.returncode == 130, finished.stderr
    told = {"en": "error[CANCELLED]: The run was cancelled", "zh": "error[CANCELLED]: 运行已取消"}[language]
    assert finished.stderr.startswith(told)
    assert len(finished.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
