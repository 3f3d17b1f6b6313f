"""The measure itself: what holds the window up is found, and whose it is."""

from __future__ import annotations

import threading
import time
import zlib

import pytest
from stalls import PROCESSORS, Stalls, in_a_line

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
def test_waiting_behind_threads_of_our_own_is_no_busy_machine(stalls, qtbot):
    """Threads that compute without the interpreter's lock take the processors from the window of the same process."""
    source = "def crowd(compress, data, until, now):\n    while now() < until:\n        compress(data)\n"
    slow = _written_in(OURS, source)["crowd"]
    data, until = bytes(range(256)) * 4000, time.monotonic() + 1.5
    called = (zlib.compress, data, until, time.monotonic)
    crowd = [threading.Thread(target=slow, args=called) for _ in range(4 * PROCESSORS)]
    for each in crowd:
        each.start()
    begun = time.process_time() - time.thread_time()
    while time.monotonic() < until:
        zlib.compress(data)
    computed = time.process_time() - time.thread_time() - begun
    found = _longest(stalls, qtbot)
    assert found["net_s"] >= 0.8 * computed / PROCESSORS, in_a_line(found)


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
