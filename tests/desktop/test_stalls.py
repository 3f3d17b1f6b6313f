"""The measure itself: what holds the window up is found, and whose it is."""

from __future__ import annotations

import threading
import time

import pytest
from stalls import Stalls, in_a_line

pytestmark = pytest.mark.qgis

OURS, OTHERS = "/x/sanming_carbon_plugin/gui/slow.py", "/x/other_plugin/slow.py"
HELD_S = 0.4
ROUNDS = 6_000_000


def _written_in(path, source, **names):
    """Functions as if they stood in a file of that name."""
    exec(compile(source, path, "exec"), names)
    return names


@pytest.fixture
def stalls(qgis_app, qtbot):
    watch = Stalls()
    watch.start()
    qtbot.wait(150)
    yield watch
    watch.stop()


def _longest(stalls, qtbot):
    qtbot.wait(150)
    return max(stalls.told(), key=lambda stall: stall["s"])


def test_a_quiet_window_has_no_stall(stalls, qtbot):
    qtbot.wait(600)
    assert max((stall["net_s"] for stall in stalls.told()), default=0.0) < HELD_S / 2


def test_a_slot_of_ours_is_ours_and_told_with_its_place(stalls, qtbot):
    slow = _written_in(OURS, "def hold(sleep, seconds):\n    sleep(seconds)\n")["hold"]
    slow(time.sleep, HELD_S)
    found = _longest(stalls, qtbot)
    assert found["net_s"] >= 0.75 * HELD_S, in_a_line(found)
    assert found["ours_s"] >= 0.75 * HELD_S, in_a_line(found)
    assert "gui/slow.py:2 hold" in found["where"][0]


def test_what_others_do_is_a_stall_but_not_ours(stalls, qtbot):
    slow = _written_in(OTHERS, "def hold(sleep, seconds):\n    sleep(seconds)\n")["hold"]
    slow(time.sleep, HELD_S)
    found = _longest(stalls, qtbot)
    assert found["net_s"] >= 0.75 * HELD_S, in_a_line(found)
    assert found["ours_s"] <= 0.25 * HELD_S, in_a_line(found)


@pytest.mark.long
def test_a_thread_of_ours_that_holds_the_interpreters_lock_makes_a_stall_of_ours(stalls, qtbot):
    source = "def hold(numbers):\n    numbers.sort()\n    return len(numbers)\n"
    slow = _written_in(OURS, source)["hold"]
    stalls.pause(True)
    numbers = [(each * 7919) % 1_000_003 for each in range(ROUNDS)]
    stalls.pause(False)
    worker = threading.Thread(target=slow, args=(numbers,))
    worker.start()
    qtbot.waitUntil(lambda: not worker.is_alive(), timeout=30_000)
    found = _longest(stalls, qtbot)
    assert found["blocked_s"] > HELD_S / 4, in_a_line(found)
    assert found["ours_s"] > 0.75 * found["net_s"] > 0.0, in_a_line(found)
