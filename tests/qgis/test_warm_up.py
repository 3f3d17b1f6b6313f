"""Libraries are loaded beside the window, and do not stop it afterwards."""

import gc
import time

import pytest
from qgis.PyQt.QtCore import QObject

from sanming_carbon_plugin.gui.warm_up import WarmUp

pytestmark = pytest.mark.qgis

LOADED = 50_000
LOOK_S = 0.05


@pytest.fixture
def warm_up(qgis_app):
    parent = QObject()
    made = WarmUp(parent)
    yield made
    made.shut_down()


def test_what_is_loaded_is_not_looked_through_for_garbage_until_the_plugin_goes(warm_up, qtbot):
    with qtbot.waitSignal(warm_up.ready, timeout=60_000):
        warm_up.start()
    assert gc.get_freeze_count() > LOADED
    begun = time.thread_time()
    gc.collect()
    assert time.thread_time() - begun < LOOK_S
    warm_up.shut_down()
    assert gc.get_freeze_count() == 0
