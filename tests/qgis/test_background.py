"""Work in the background of the panel is over when the plugin goes, also what its window has forgotten."""

from __future__ import annotations

import time

import pytest
from qgis.core import QgsTask
from qgis.PyQt.QtCore import QObject

from sanming_carbon_plugin.gui import background
from sanming_carbon_plugin.gui.reading import Reading

pytestmark = pytest.mark.qgis

LIMIT_S = 5.0


@pytest.fixture
def reading(qgis_app):
    owner = QObject()
    yield Reading("read", owner)
    background.stop_all()


class Reader:
    """Reads until it is stopped, and takes a moment to stop."""

    def __init__(self):
        self.state = "new"

    def __call__(self, stopped):
        self.state = "reading"
        until = time.monotonic() + LIMIT_S
        while not stopped() and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.3)
        self.state = "over"

    def begins(self):
        until = time.monotonic() + LIMIT_S
        while self.state == "new" and time.monotonic() < until:
            time.sleep(0.01)
        return self.state == "reading"


def test_what_was_forgotten_is_waited_for(reading):
    reader = Reader()
    reading.start({"slow": reader})
    assert reader.begins()
    reading.forget()
    background.stop_all()
    assert reader.state == "over"


class Task(QgsTask):
    """Runs until it is stopped, and notes that QGIS came back to it."""

    def __init__(self):
        super().__init__("runs")
        self.reader = Reader()
        self.told = []

    def run(self):
        self.reader(self.isCanceled)
        return False

    def finished(self, result):
        self.told.append(result)


def test_qgis_is_through_with_a_task_that_was_stopped(qgis_app):
    """Without a turn of the event loop, which does not come when QGIS closes."""
    task = Task()
    background.start(task)
    assert task.reader.begins()
    assert background.stop(task)
    assert task.told == [False]
