"""Tell every text of the plugin that has no Chinese yet, or whose Chinese lost a placeholder."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

TRANSLATION = Path(__file__).resolve().parent.parent / "i18n" / "sanming_carbon_plugin_zh.ts"
PLACEHOLDER = re.compile(r"\{[^}]*\}|%\d|%n")


def problems(path: Path) -> list[str]:
    """One line per faulty text."""
    found = []
    for context in ET.parse(path).getroot().iter("context"):
        name = context.findtext("name")
        for message in context.iter("message"):
            source, translation = message.findtext("source") or "", message.find("translation")
            text = "" if translation is None else translation.text or ""
            if translation is None or translation.get("type") == "unfinished" or not text.strip():
                found.append(f"{name}: untranslated: {source}")
            elif sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text)):
                found.append(f"{name}: other placeholders: {source} | {text}")
    return found


if __name__ == "__main__":
    lines = problems(TRANSLATION)
    sys.stdout.write("".join(line + "\n" for line in lines))
    sys.exit(1 if lines else 0)
