"""No text of a step, of the options or of an algorithm's dialog is clipped, in either language, at 100 and 150 %.

The day in QGIS looks at the dialogs that need a result: fields, doubts, card, override, merge.
"""

from __future__ import annotations

import pytest
from profiles import assert_went_through, clicked_through

from sanming_carbon_plugin.processing.provider import ALGORITHMS

pytestmark = [pytest.mark.qgis, pytest.mark.desktop, pytest.mark.slow]
SCREENS = {"1": "1400x900", "1.5": "2100x1350"}
STEPS = ("data", "check", "carbon", "tickets", "maps")


@pytest.mark.parametrize("scale", SCREENS)
@pytest.mark.parametrize("locale", ["en_US", "zh-Hans"])
def test_every_text_fits(locale, scale, tmp_path):
    prefix = "texts_{}_{:.0f}".format(locale[:2], 100 * float(scale))
    more = {"screen": SCREENS[scale], "QT_SCALE_FACTOR": scale}
    answer, _ = clicked_through("texts_in_qgis.py", tmp_path, locale, prefix, timeout_s=240, **more)
    assert_went_through(answer)
    looked_at = set(answer["looked_at"])
    assert looked_at >= {"step " + step for step in STEPS} | {"options"}
    assert looked_at >= {"dialog " + algorithm().name() for algorithm in ALGORITHMS}
    assert answer["locale"].startswith(locale[:2])
    assert answer["problems"] == []
