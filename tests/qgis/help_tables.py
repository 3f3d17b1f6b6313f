"""Tables of parameters in the help pages, made from the algorithms themselves.

Run this file to write them anew after a parameter was added or told in other words::

    make help-tables
"""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsProcessingAlgorithm, QgsProcessingParameterEnum

HELP = Path(__file__).resolve().parents[2] / "resources" / "help"
_BEGIN, _END = '<h2 id="parameters">', "</table>\n"
_HEADS = {
    "en": ("Parameters", "Parameter", "In scripts and models", "Meaning", "optional"),
    "zh": ("参数", "参数", "脚本和模型中的名称", "含义", "可不填"),
}


def parameter_table(algorithm: QgsProcessingAlgorithm, language: str) -> str:
    """Heading and table of the parameters of an algorithm, in the language that QGIS speaks now."""
    title, name, script, meaning, optional = _HEADS[language]
    rows = ["<tr><th>{}</th><th>{}</th><th>{}</th></tr>".format(name, script, meaning)]
    for each in algorithm.parameterDefinitions():
        notes = [each.help()]
        if hasattr(each, "options"):
            between = "；" if language == "zh" else "; "
            notes.append(between.join(_coded(each) if each.usesStaticStrings() else each.options()))
        if each.flags() & Qgis.ProcessingParameterFlag.Optional:
            notes.append("({})".format(optional) if language == "en" else "（{}）".format(optional))
        told = " ".join(escape(note, quote=False) for note in notes if note)
        rows.append(
            "<tr><td>{}</td><td><code>{}</code></td><td>{}</td></tr>".format(
                escape(each.description(), quote=False), each.name(), told
            )
        )
    return "{}{}</h2>\n<table>{}{}".format(_BEGIN, title, "".join(rows), _END)


def _coded(choice: QgsProcessingParameterEnum) -> list[str]:
    """Codes of a choice, each with the words that its dialog shows."""
    words = choice.metadata()["widget_wrapper"]["words"]
    return ["{}: {}".format(code, words[code]) for code in choice.options()]


def page_of(name: str, language: str) -> Path:
    """The help page of an algorithm."""
    return HELP / language / (name + ".html")


def with_table(page: str, table: str) -> str:
    """A page with its table of parameters at the end, in place of an older one."""
    bare = re.sub(re.escape(_BEGIN) + ".*?" + re.escape(_END), "", page, flags=re.DOTALL)
    return bare.replace("</body>", table + "</body>")


def _write() -> None:
    sys.path[:0] = [str(HELP.parents[1]), str(Path(__file__).parent)]
    app = QgsApplication([], False)
    app.initQgis()
    from every_algorithm import spoken, translation_of_today

    from sanming_carbon_plugin.processing.provider import ALGORITHMS

    for language, locale in (("en", "en_US"), ("zh", "zh-Hans")):
        with spoken(locale, translation_of_today(Path(sys.argv[1]))):
            for kind in ALGORITHMS:
                algorithm = kind().create()
                page = page_of(algorithm.name(), language)
                text = page.read_text(encoding="utf-8")
                page.write_text(with_table(text, parameter_table(algorithm, language)), encoding="utf-8")


if __name__ == "__main__":
    _write()
