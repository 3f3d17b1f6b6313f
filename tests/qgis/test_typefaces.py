"""On a computer without Chinese typefaces no paper full of empty boxes is drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.qgis, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fontconfig")]

ROOT = Path(__file__).resolve().parents[2]
NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>{}</fontconfig>'
ASKED = """
from qgis.core import QgsApplication
from sanming_carbon_plugin.adapters.dossier.pdf_boxes import font
from sanming_carbon_plugin.adapters.maps.sheet_texts import text_format
from sanming_carbon_plugin.core.errors import DependencyError
running = QgsApplication([], False)
for ask in (lambda: text_format("zh", 9.0), lambda: text_format("en", 9.0), lambda: font("body", 9.0)):
    try:
        ask()
        print("drawn")
    except DependencyError as error:
        print(error.code)
"""


@pytest.mark.parametrize(
    ("fonts", "told"),
    [
        (None, ["drawn", "drawn", "drawn"]),
        ("", ["TYPEFACE_MISSING", "drawn", "TYPEFACE_MISSING"]),
    ],
)
def test_papers_are_drawn_only_where_there_are_chinese_signs(tmp_path, fonts, told):
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    if fonts is not None:
        settings = tmp_path / "fonts.conf"
        settings.write_text(NO_FONTS.format("<dir>{0}</dir><cachedir>{0}</cachedir>".format(tmp_path)), "utf-8")
        environment["FONTCONFIG_FILE"] = str(settings)
    done = subprocess.run(
        [sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == told, done.stderr
