"""What is known to stop a plugin in QGIS 4: checked in the source, because that QGIS is not at hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sanming_carbon_plugin

PACKAGE = Path(sanming_carbon_plugin.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))

GONE = {
    "Qt directly instead of through qgis.PyQt": r"^\s*(from|import) +(PyQt5|PyQt6|PySide)",
    "exec_": r"\.exec_\(",
    "an enumeration without its scope": r"\bQt\.[A-Z]\w*(?!\w)(?!\.)",
    "a flag of a feature source without its scope": r"QgsProcessingFeatureSource\.Flag",
    "a member of a widget's enumeration without its scope": r"\bQ(?:Frame|SizePolicy|DialogButtonBox|HeaderView|"
    r"AbstractItemView|MessageBox|Style|Printer|PageLayout|Font|Palette)\.[A-Z]\w*\b(?!\.|\w|\()",
    "QVariant types": r"QVariant\.(Int|Double|String|Bool|Date)\b",
    "QRegExp": r"\bQRegExp\b",
    "QDesktopWidget": r"\bQDesktopWidget\b",
    "resources compiled by pyrcc": r"\bresources_rc\b",
    "a font database made as an object": r"QFontDatabase\(\)",
    "an f-string to translate": r"\btr\(f[\"']",
    "a private module of QGIS": r"qgis\._",
}


@pytest.mark.parametrize("what", GONE)
def test_the_source_keeps_clear_of(what):
    pattern = re.compile(GONE[what], re.MULTILINE)
    found = [
        "{}: {}".format(path.relative_to(PACKAGE), match.group(0))
        for path in SOURCES
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
