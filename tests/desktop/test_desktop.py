"""The real QGIS desktop under Xvfb: enabled, run through the dock, looked at."""

from __future__ import annotations

import pytest
from profiles import SHOTS, assert_went_through, clicked_through
from stalls import longest

pytestmark = [pytest.mark.qgis, pytest.mark.desktop, pytest.mark.slow]

AIM_S = 0.2
EXPECTED = {
    "en_US": {"name": "Assess stands", "last": "Issues", "map": "Forest carbon target map – First measure"},
    "zh-Hans": {"name": "小班评估", "last": "问题清单", "map": "林业碳汇目标图 – 首选措施"},
}


@pytest.fixture(scope="module", params=["en_US", "zh-Hans"])
def day(request, tmp_path_factory):
    """One day in the desktop, in each language."""
    work = tmp_path_factory.mktemp("三明 desktop")
    return request.param, *clicked_through("in_qgis.py", work, request.param, request.param[:2])


def test_it_went_through_to_the_end(day):
    _, answer, _ = day
    assert_went_through(answer)


def test_it_speaks_the_language_of_qgis(day):
    locale, answer, _ = day
    assert answer["locale"].startswith(locale[:2])
    assert answer["name"] == EXPECTED[locale]["name"]
    assert answer["layers"][-1] == EXPECTED[locale]["last"]
    assert answer["layouts"] == [EXPECTED[locale]["map"]]


def test_cancel_ends_within_two_seconds_and_leaves_nothing(day):
    _, answer, _ = day
    assert answer["cancel_s"] <= 2.0
    assert answer["left_by_cancel"] == []


def test_assess_through_the_dock_gives_a_group_of_valid_layers(day):
    _, answer, results = day
    assert answer["ended"][0] == "sanmingcarbon:assess"
    assert (results / "三明 结果.gpkg").exists()
    assert len(answer["layers"]) == 7
    assert all(answer["valid"])
    assert all(rows > 1000 for rows in answer["rows"][:-1])


def test_the_toolbox_loads_the_same_group_and_no_layer_beside_it(day):
    _, answer, _ = day
    assert answer["toolbox"] == [1, 7]


def test_the_window_stays_alive_during_the_run(day):
    _, answer, _ = day
    assert max((stall["net_s"] for stall in answer["stalls"]), default=0.0) <= AIM_S, longest(answer["stalls"])


def test_no_text_is_clipped_and_nothing_overlaps(day):
    _, answer, _ = day
    assert answer["problems"] == []


def test_the_project_remembers_the_dock(day):
    _, answer, _ = day
    assert answer["remembered"], answer.get("difference")


def test_screenshots_are_kept(day):
    locale, _, _ = day
    names = {path.name for path in SHOTS.glob(locale[:2] + "_*.png")}
    expected = {"step1_data", "step2_check", "step3_carbon", "step4_tickets", "step5_maps", "result", "target_map"}
    assert {"{}_{}.png".format(locale[:2], name) for name in expected} <= names
