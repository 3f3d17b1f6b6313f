"""One profile, two languages: what was chosen in Chinese is there when QGIS is started again in English."""

from __future__ import annotations

import re
import shutil

import pytest
from osgeo import ogr
from profiles import HERE, REPOSITORY, SHOTS, Profile, assert_went_through, clicked_through

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.progress import Progress

pytestmark = [pytest.mark.qgis, pytest.mark.desktop, pytest.mark.slow]

STANDS = 40
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def days(tmp_path_factory, qgis_app):
    """The day in Chinese and the next one in English, with the profile and the project of the first."""
    inputs = tmp_path_factory.mktemp("三明 输入")
    source = shutil.copy(REPOSITORY / "resources" / "sample" / "stands.gpkg", inputs / "stands.gpkg")
    dataset = ogr.Open(str(source), 1)
    dataset.ExecuteSQL("DELETE FROM stands WHERE fid > {}".format(STANDS))
    del dataset
    assess(AssessRequest(LayerSource(str(source)), inputs / "结果.gpkg"), Progress())
    work = tmp_path_factory.mktemp("三明 语言")
    given = {"SANMING_SHOWN": str(inputs / "结果.gpkg")}
    first, results = clicked_through("languages_in_qgis.py", work, "zh-Hans", "language_zh", **given)
    assert_went_through(first)
    profile = Profile(work / "profile", "en_US")
    settings = profile.home / "QGIS" / "QGIS3.ini"
    told = settings.read_text(encoding="utf-8")
    assert "userLocale=zh-Hans" in told
    settings.write_text(told.replace("userLocale=zh-Hans", "userLocale=en_US"), encoding="utf-8")
    places = {"SANMING_WORK": str(results), "SANMING_SHOTS": str(SHOTS), "SANMING_PREFIX": "language_en"}
    second = profile.run_desktop(
        HERE / "languages_in_qgis.py", work / "second.json", 150, project=results / "工程.qgz", **places, **given
    )
    assert_went_through(second)
    return first, second


def test_the_panel_speaks_the_language_of_today(days):
    for day, chinese in zip(days, (True, False), strict=True):
        told = day["told"]
        texts = [told["window"], told["menu"], told["method"], *told["steps"], *told["tools"]]
        assert [text for text in texts if bool(CHINESE.search(text)) != chinese] == []
        assert told["help"] == ("zh" if chinese else "en") + "/dock.html"
    assert days[1]["problems"] == []


def test_what_was_chosen_is_chosen_still(days):
    first, second = days
    assert second["filled_in"] == first["filled_in"]
    assert second["states"] == first["states"]
    assert second["filled_in"]["SURVEY_METHOD"] == "2"
    assert "area='mu'" in second["filled_in"]["UNITS"]
    assert not second["dirty"]


def test_the_sample_is_not_opened_twice(days):
    first, second = days
    assert second["layers"] == first["layers"]
    assert len(second["groups"]) == len(first["groups"])
