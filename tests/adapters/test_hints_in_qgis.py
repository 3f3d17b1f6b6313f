"""What QGIS tells names its boxes and lists, not options of the command line."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import sanming_carbon_plugin
from sanming_carbon_plugin.adapters.message_tables import hints_in_qgis, message_table
from sanming_carbon_plugin.adapters.messages import render_error
from sanming_carbon_plugin.core.errors import CarbonError
from sanming_carbon_plugin.paths import i18n_dir

pytestmark = pytest.mark.everywhere

OPTION = re.compile(r"(?<![-\w])--[a-z]")
PACKAGE = Path(sanming_carbon_plugin.__file__).parent


def _raised_in_qgis():
    """Codes that stand in a module which QGIS can reach."""
    doors = {PACKAGE / "cli.py", *(PACKAGE / "commands").glob("*.py")}
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path not in doors)
    return {name for name in message_table("errors") if '"{}"'.format(name) in code}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_error_told_in_qgis_names_an_option(language):
    codes = _raised_in_qgis()
    assert len(codes) > 200
    told = {code: "".join(render_error(CarbonError(code), language, in_qgis=True)) for code in codes}
    assert {code: text for code, text in told.items() if OPTION.search(text)} == {}


def test_no_doubt_names_an_option():
    told = {code: words["message"] + words["message_zh"] for code, words in message_table("issues").items()}
    assert {code: text for code, text in told.items() if OPTION.search(text)} == {}


def test_no_module_that_qgis_reaches_hands_an_option_to_a_message():
    texts = (path.read_text(encoding="utf-8") for room in ("adapters", "core", "gui") for path in _modules(room))
    assert [text for text in texts if re.search(r'Error\([^)]*"[^"]*--[a-z]', text)] == []


def _modules(room):
    return sorted((PACKAGE / room).rglob("*.py"))


def test_the_command_line_goes_on_naming_its_options():
    error = CarbonError("OUTPUT_EXISTS", path="r.gpkg")
    assert "--overwrite" in render_error(error)[1]
    assert "“替换已有结果”" in render_error(error, "zh", in_qgis=True)[1]


def test_each_hint_for_qgis_stands_for_one_of_the_command_line():
    table = message_table("errors")
    for code, words in hints_in_qgis().items():
        assert OPTION.search(table[code]["hint"]), code
        assert words["hint"].endswith("."), code
        assert words["hint_zh"].endswith("。"), code


def test_what_hints_quote_stands_in_a_form_in_both_languages():
    source = i18n_dir() / "sanming_carbon_plugin_zh.ts"
    pairs = {
        (message.findtext("source"), message.findtext("translation")) for message in ET.parse(source).iter("message")
    }
    for code, words in hints_in_qgis().items():
        quoted = [re.findall("“([^”]*)”", words[name]) for name in ("hint", "hint_zh")]
        for pair in zip(*quoted, strict=True):
            assert pair in pairs, code
