"""Loaded and unloaded in the real desktop twenty times, and five times more after use: nothing is left."""

from __future__ import annotations

import pytest
from profiles import assert_went_through, clicked_through

pytestmark = [pytest.mark.qgis, pytest.mark.desktop, pytest.mark.slow]

LOADS = 20
USED_LOADS = {"zh-Hans": 5, "en_US": 0}
SHOWN = {"provider": 1, "docks": 1, "toolbar": 2, "menu": 1, "actions": 2, "windows": 0, "tool": 0, "tasks": 0}
GONE = dict.fromkeys([*SHOWN, "translators", "objects", "timers", "modules"], 0) | {"translated": False}
WARM_LOADS = 5
MOST_GROWTH_MB = 5.0


@pytest.fixture(scope="module", params=["zh-Hans", "en_US"])
def loaded(request, tmp_path_factory):
    work = tmp_path_factory.mktemp("三明 loading")
    used = str(USED_LOADS[request.param])
    prefix = "load_" + request.param[:2]
    answer, _ = clicked_through("load_in_qgis.py", work, request.param, prefix, SANMING_USED_LOADS=used)
    return request.param, answer


def test_it_went_through_to_the_end(loaded):
    locale, answer = loaded
    assert_went_through(answer)
    assert [len(answer[name]) for name in ("unloaded", "loaded", "used")] == [LOADS, LOADS + 1, USED_LOADS[locale]]


def test_each_load_puts_the_same_things_there_in_the_language_of_qgis(loaded):
    locale, answer = loaded
    chinese = locale.startswith("zh")
    for found in answer["loaded"]:
        assert {name: found[name] for name in SHOWN} == SHOWN
        assert found["translated"] == chinese
        # Ours, and Qt's own where the system has it.
        assert found["translators"] in ((1, 2) if chinese else (0,))
    for name in ("objects", "modules", "timers", "threads", "receivers"):
        assert len({str(found[name]) for found in answer["loaded"][1:]}) == 1, name


def test_each_unload_takes_everything_away(loaded):
    """Also every Python object of the plugin, its modules, its translator and whatever listened to the project."""
    _, answer = loaded
    for found in answer["unloaded"] + answer["used"]:
        assert {name: found[name] for name in GONE} == GONE, (found["kinds"], found["names"])
    listeners = {str(found["receivers"]) for found in answer["unloaded"] + answer["used"]}
    assert len(listeners) == 1, listeners
    for kind in ("unloaded", "used"):
        assert len({found["threads"] for found in answer[kind]}) <= 1


def test_memory_is_flat(loaded, record_property):
    _, answer = loaded
    record_property("memory_mb", answer["memory_mb"])
    assert answer["memory_mb"][-1] - answer["memory_mb"][WARM_LOADS] <= MOST_GROWTH_MB, answer["memory_mb"]
