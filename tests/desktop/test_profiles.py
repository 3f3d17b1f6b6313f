"""Screens in memory for the desktop, and what a desktop that hangs tells."""

from __future__ import annotations

import os
import subprocess
import sys

import profiles
import pytest
from profiles import HERE, Profile, x_server

pytestmark = [pytest.mark.desktop, pytest.mark.slow]

HUNG = "import os, runpy, time; runpy.run_path(os.environ['PYQGIS_STARTUP']); time.sleep(600)"


def opens_windows(display):
    environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    program = "from qgis.PyQt.QtWidgets import QApplication; QApplication([])"
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=False)
    return ended.returncode == 0


def test_each_desktop_has_a_screen_of_its_own():
    with x_server("640x480") as one, x_server("640x480") as other:
        assert one != other
        assert all(map(opens_windows, (one, other)))
    assert not opens_windows(one)


def test_what_hangs_tells_where_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(profiles, "_TELLING_S", 0.5)
    started = {"PYQGIS_STARTUP": str(HERE / "told_when_hung.py")}
    with pytest.raises(AssertionError, match=r'did not end in 4 s:\n(?s:.*)File "<string>", line 1 in <module>'):
        Profile(tmp_path)._run([sys.executable, "-c", HUNG], 4, **started)
