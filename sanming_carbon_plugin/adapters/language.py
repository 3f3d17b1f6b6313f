"""In which language this machine's user is spoken to."""

from __future__ import annotations

import locale
import os
import sys


def spoken_language() -> str:
    """``zh`` or ``en``: as SANMING_CARBON_LANGUAGE says, else as QGIS speaks where it runs, else as the system does."""
    named = os.environ.get("SANMING_CARBON_LANGUAGE") or _language_of_qgis()
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        named = named or os.environ.get(name)
    # Windows names its locale in words: "Chinese (Simplified)_China".
    named = named or locale.getlocale()[0] or ""
    return "zh" if named.casefold().startswith(("zh", "chinese")) else "en"


def _language_of_qgis() -> str | None:
    # Only where QGIS is running already: the command line must not load it.
    core = sys.modules.get("qgis.core")
    running = core is not None and core.QgsApplication.instance() is not None
    return str(core.QgsApplication.locale()) if core is not None and running else None
