"""Texts in the user's language.

All Python texts of the plugin are in one translation context, the one pylupdate gives to a free ``tr``;
the forms (``.ui``) use the context written in them.
"""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QLibraryInfo, QLocale, QTranslator

from ..paths import i18n_dir

_CONTEXT = "@default"
_FILE = "sanming_carbon_plugin"
_QT_FILE = "qtbase"

# Qt's own buttons, which our file translates in Qt's contexts: many systems have no Chinese of Qt, and QGIS does not
# find it under its own name of Chinese.
_BUTTONS = (
    QT_TRANSLATE_NOOP("QPlatformTheme", "OK"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Save"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Save All"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Open"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "&Yes"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Yes to &All"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "&No"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "N&o to All"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Abort"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Retry"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Ignore"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Close"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Cancel"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Discard"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Help"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Apply"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Reset"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Restore Defaults"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&OK"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Save"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Cancel"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Close"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "Close without Saving"),
    QT_TRANSLATE_NOOP("QMessageBox", "Show Details..."),
    QT_TRANSLATE_NOOP("QMessageBox", "Hide Details..."),
)


def tr(text: str) -> str:
    """``text`` in the language of QGIS. Put values in afterwards with ``str.format``."""
    return QCoreApplication.translate(_CONTEXT, text)


def language(locale: str | None = None) -> str:
    """``zh`` where QGIS speaks Chinese of any kind, else ``en``: the language of messages, maps and help."""
    return "zh" if (locale or QgsApplication.locale()).lower().startswith("zh") else "en"


def install_translator(locale: str | None = None) -> QTranslator | None:
    """Translate the plugin's texts into the language of QGIS.

    ``QTranslator`` does not find a file for QGIS's own name of Chinese, ``zh-Hans``; a ``QLocale`` made
    from that name leads to ``_zh_CN`` and then ``_zh``.

    Returns
    -------
    QTranslator or None
        The translator, to be kept and to be taken away again; None where there is no translation.
    """
    return _installed(locale, _FILE, str(i18n_dir()))


def install_qt_translator(locale: str | None = None) -> QTranslator | None:
    """Translate what Qt itself shows, as file dialogs and menus of text fields, where QGIS has not.

    Returns
    -------
    QTranslator or None
        As :func:`install_translator`; None also where Qt's texts are translated, or the system has none of them.
    """
    if language(locale) == "en" or QCoreApplication.translate("QPlatformTheme", "Cancel") != "Cancel":
        return None
    # Both have other names in Qt 6 than in Qt 5.
    place = getattr(QLibraryInfo, "path", None) or QLibraryInfo.location
    kinds = getattr(QLibraryInfo, "LibraryPath", None) or QLibraryInfo.LibraryLocation
    return _installed(locale, _QT_FILE, place(kinds.TranslationsPath))


def _installed(locale: str | None, file: str, folder: str) -> QTranslator | None:
    translator = QTranslator()
    name = (locale or QgsApplication.locale()).replace("-", "_")
    if not translator.load(QLocale(name), file, "_", folder):
        return None
    QCoreApplication.installTranslator(translator)
    return translator
