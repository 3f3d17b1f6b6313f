"""In which language this machine's user is spoken to."""

from __future__ import annotations

import locale
import os


def spoken_language() -> str:
    """``zh`` or ``en``: as SANMING_CARBON_LANGUAGE says, else as the system is set."""
    named = os.environ.get("SANMING_CARBON_LANGUAGE")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        named = named or os.environ.get(name)
    # Windows names its locale in words: "Chinese (Simplified)_China".
    named = named or locale.getlocale()[0] or ""
    return "zh" if named.casefold().startswith(("zh", "chinese")) else "en"
