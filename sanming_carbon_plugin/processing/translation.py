"""Texts in the user's language.

All Python texts of the plugin are in one translation context, the one pylupdate gives to a free ``tr``;
the forms (``.ui``) use the context written in them.
"""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator

from ..paths import i18n_dir

_CONTEXT = "@default"
_FILE = "sanming_carbon_plugin"


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
    translator = QTranslator()
    name = (locale or QgsApplication.locale()).replace("-", "_")
    if not translator.load(QLocale(name), _FILE, "_", str(i18n_dir())):
        return None
    QCoreApplication.installTranslator(translator)
    return translator
