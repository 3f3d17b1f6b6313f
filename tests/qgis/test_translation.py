"""Every screen is complete in Chinese, under each name that systems give that language."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from qgis.PyQt.QtCore import QCoreApplication, QLibraryInfo
from qgis.PyQt.QtWidgets import QDialogButtonBox, QMessageBox

from sanming_carbon_plugin.processing import translation

pytestmark = pytest.mark.qgis
SOURCE = Path(__file__).resolve().parents[2] / "i18n" / "sanming_carbon_plugin_zh.ts"

KNOWN = {
    ("@default", "Assess stands"): "小班评估",
    ("@default", "Check stands"): "小班检查",
    ("@default", "Raster statistics per stand"): "小班栅格统计",
    ("@default", "Sanming Forest Carbon"): "三明林业碳汇",
    ("@default", "Cancelled. Nothing was written."): "已取消，未写出任何文件。",
    ("@default", "These Python libraries are missing: {names}."): "缺少以下 Python 库：{names}。",
    ("@default", "Tickets"): "碳票",
    ("CarbonDock", "Assess"): "评估",
    ("DataStep", "Earlier Inventory and Period"): "前期调查与监测期",
    ("MapsStep", "Save the Map as PDF…"): "地图另存为 PDF…",
}


STANDARD = (
    "Ok", "Save", "SaveAll", "Open", "Yes", "YesToAll", "No", "NoToAll", "Abort", "Retry", "Ignore", "Close", "Cancel",
    "Discard", "Help", "Apply", "Reset", "RestoreDefaults",
)  # fmt: skip


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The translation as QGIS loads it, made from today's source."""
    folder = tmp_path_factory.mktemp("i18n")
    target = folder / "sanming_carbon_plugin_zh.qm"
    subprocess.run(["lrelease", "-silent", str(SOURCE), "-qm", str(target)], check=True)
    return folder


@pytest.mark.everywhere
@pytest.mark.parametrize("locale", ["zh-Hans", "zh_CN", "zh", "zh_Hans_CN", "zh-Hant", "zh_TW"])
def test_chinese_is_found_under_all_its_names(qgis_app, compiled, monkeypatch, locale):
    monkeypatch.setattr(translation, "i18n_dir", lambda: compiled)
    translator = translation.install_translator(locale)
    assert translator is not None
    try:
        for (context, text), chinese in KNOWN.items():
            assert QCoreApplication.translate(context, text) == chinese
        assert translation.tr("Tickets") == "碳票"
        assert translation.language(locale) == "zh"
    finally:
        QCoreApplication.removeTranslator(translator)


@pytest.fixture
def chinese(qgis_app, compiled, monkeypatch):
    monkeypatch.setattr(translation, "i18n_dir", lambda: compiled)
    translator = translation.install_translator("zh-Hans")
    yield
    QCoreApplication.removeTranslator(translator)


@pytest.mark.everywhere
def test_standard_buttons_are_chinese_where_qt_is_not(chinese):
    """QGIS in zh-Hans does not take Qt's own translation, and many systems have none."""
    kinds = [getattr(QDialogButtonBox.StandardButton, name) for name in STANDARD]
    box = QDialogButtonBox()
    question = QMessageBox()
    question.setDetailedText("more")
    texts = [box.addButton(each).text() for each in kinds] + [each.text() for each in _asked(question)]
    for text in texts:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text), text
        assert not re.search("[A-Za-z]", re.sub(r"\(&[A-Z]\)$", "", text)), text


def _asked(question):
    for name in STANDARD:
        question.addButton(getattr(QMessageBox.StandardButton, name))
    buttons = question.buttons()
    assert len(buttons) == len(STANDARD) + 1  # and "Show Details…"
    return buttons


@pytest.mark.everywhere
def test_what_qt_shows_is_chinese_where_the_system_has_it(qgis_app, tmp_path, monkeypatch):
    """Loaded under the name that Qt knows, ``zh_CN``, and only where nobody has loaded it."""
    source = tmp_path / "qtbase_zh_CN.ts"
    source.write_text(
        "<TS version='2.1' language='zh_CN'><context><name>QFileDialog</name><message><source>File &amp;name:</source>"
        "<translation>文件名(&amp;N)：</translation></message></context></TS>",
        encoding="utf-8",
    )
    subprocess.run(["lrelease", "-silent", str(source), "-qm", str(source.with_suffix(".qm"))], check=True)
    place = "path" if hasattr(QLibraryInfo, "path") else "location"
    monkeypatch.setattr(translation.QLibraryInfo, place, lambda *_: str(tmp_path))
    assert translation.install_qt_translator("en_US") is None
    translator = translation.install_qt_translator("zh-Hans")
    assert translator is not None
    try:
        assert QCoreApplication.translate("QFileDialog", "File &name:") == "文件名(&N)："
    finally:
        QCoreApplication.removeTranslator(translator)


def test_the_translation_of_qt_is_not_loaded_twice(chinese):
    assert translation.install_qt_translator("zh-Hans") is None


def test_other_languages_stay_english(qgis_app, compiled, monkeypatch):
    monkeypatch.setattr(translation, "i18n_dir", lambda: compiled)
    assert translation.install_translator("fr_FR") is None
    assert translation.language("fr_FR") == "en"
    assert translation.tr("Tickets") == "Tickets"


def test_nothing_is_left_untranslated():
    messages = list(ET.parse(SOURCE).getroot().iter("message"))
    assert len(messages) > 100
    for message in messages:
        translated = message.find("translation")
        assert translated.get("type") is None, message.findtext("source")
        assert translated.text, message.findtext("source")


def test_the_source_of_the_translation_is_up_to_date(tmp_path):
    """Texts changed in code or forms without the translation being collected anew."""
    root = SOURCE.parent.parent
    package = root / "sanming_carbon_plugin"
    files = [package / "plugin.py", *package.glob("processing/*.py"), *package.glob("gui/**/*.py")]
    files += package.glob("gui/**/*.ui")
    fresh = tmp_path / "fresh.ts"
    subprocess.run(
        ["pylupdate5", *map(str, sorted(files)), "-ts", str(fresh)],
        check=True,
        capture_output=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert _texts(fresh) == _texts(SOURCE)


def _texts(path: Path) -> set[tuple[str, str]]:
    return {
        (context.findtext("name"), message.findtext("source"))
        for context in ET.parse(path).getroot().iter("context")
        for message in context.iter("message")
    }


def test_help_is_there_in_both_languages():
    from sanming_carbon_plugin.paths import resources_dir

    english, chinese = (
        {page.name for page in (resources_dir() / "help" / language).glob("*.html")} for language in ("en", "zh")
    )
    assert english == chinese
    assert {"dock.html", "assess.html", "check.html", "zonal.html"} <= english
