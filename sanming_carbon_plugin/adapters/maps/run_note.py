"""What stands below a map: from which run, data and rules its numbers come, and who drew it when."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...about import version
from ..column_words import title_of

if TYPE_CHECKING:
    from qgis.core import QgsVectorLayer

_NOTES = {
    "en": (
        "Computed {day} with Sanming Forest Carbon {version}. Coordinate system {crs}; areas on the ellipsoid.{data} "
        "Rules and parameters marked provisional come from public sources, not from the official text."
    ),
    "zh": (
        "计算日期 {day},三明林业碳汇插件 {version} 版。坐标系 {crs},面积按椭球面计算。{data}"
        "标注为“暂行”的规则和参数来自公开资料,并非正式文本。"
    ),
}
_DATA = {"en": " Data: {name} ({hash}).", "zh": "数据:{name}({hash})。"}
_RULES = {"en": " Rules: {rules}; parameters: {parameters}.", "zh": "规则:{rules}。参数:{parameters}。"}
_TABLES = {"en": " Planning tables: {tables}.", "zh": "规划参数表:{tables}。"}
_DECIDED = {
    "en": " Classes of {count} stands are shown as a person decided them.",
    "zh": "其中 {count} 个小班的类型按人工决定表示。",
}
_SHARED = {
    "en": " {count} stands lie on ground that others cover too: here each counts whole, in the totals of the run such "
    "ground counts once.",
    "zh": "有 {count} 个小班与其他小班重叠:此处各按全部面积计,总计中重叠部分只计一次。",
}
_FILE = {"en": "{name} v{version} ({told})", "zh": "{name} {version} 版({told})"}
_BETWEEN = {"en": ", ", "zh": ";"}
_STATUS = {
    "en": {"provisional": "provisional", "official": "official"},
    "zh": {"provisional": "暂行", "official": "正式"},
}
_AUTHORS = {"en": "Drawn by: {author}\nDate: {day}", "zh": "制图:{author}\n日期:{day}"}
DECIDED_STANDS = "sanming_carbon/decided"
"""Property of a layer: of how many stands it shows a class that a person decided."""

_ITS_STATUS = re.compile(r"\s*[(（][^()（）]*(?:provisional|暂行)[^()（）]*[)）]$")
"""What a title says of its status at its end: the note says it of every file alike."""

_LENGTH_OF_DAY = len("YYYY-MM-DD")
_SHOWN_HASH = 8


def note_of(run: Mapping[str, object], crs: str | None, language: str) -> str:
    """Day and version of a run, its data and rules, and the coordinate system.

    Parameters
    ----------
    run
        Record of the run, empty where there is none; ``decided`` says of how many stands somebody decided a class.
    crs
        Name of the coordinate system, None where it is not known.
    language
        ``en`` or ``zh``.
    """
    day = str(run.get("ended") or "–")[:_LENGTH_OF_DAY]
    used = str(run.get("plugin_version") or version())
    return _NOTES[language].format(day=day, version=used, crs=crs or "–", data=_data_and_rules(run, language))


def decided_note(count: int, language: str) -> str:
    """Of how many stands the classes are those that a person decided; empty for none."""
    return _DECIDED[language].format(count=count) if count else ""


def shared_note(run: Mapping[str, object], language: str) -> str:
    """Of how many stands the figures hold ground that others hold too; empty for none."""
    count = int(str(run.get("shared_ground") or 0))
    return _SHARED[language].format(count=count) if count else ""


def author_note(author: str, day: str, language: str) -> str:
    """Who drew the map and when; a line to fill in by hand where nobody is named."""
    return _AUTHORS[language].format(author=author.strip() or "____________", day=day)


def run_note(layer: QgsVectorLayer, language: str, shared: int | None = None) -> str:
    """The note of the run that wrote the file of ``layer``.

    ``shared`` stands lie on ground that others cover too; None to have them counted here.
    """
    # What reads it needs other libraries, which may be missing when QGIS loads the plugin.
    from ..attention import stands_on_shared_ground
    from .map_rows import SHARED

    crs = layer.crs().authid() or layer.crs().description() or None
    if shared is None:
        shared = stands_on_shared_ground(Path(layer.source().partition("|")[0]))
    more = {"decided": layer.customProperty(DECIDED_STANDS) or 0, SHARED: shared}
    return note_of(_run_of(layer) | more, crs, language)


def _run_of(layer: QgsVectorLayer) -> dict[str, object]:
    from qgis.core import QgsProviderRegistry, QgsVectorLayer

    path = QgsProviderRegistry.instance().decodeUri("ogr", layer.source()).get("path", "")
    run = QgsVectorLayer(
        QgsProviderRegistry.instance().encodeUri("ogr", {"path": path, "layerName": "run"}), "run", "ogr"
    )
    row = next(run.getFeatures(), None) if run.isValid() else None
    return {} if row is None else dict(zip(run.fields().names(), row.attributes(), strict=True))


def _data_and_rules(run: Mapping[str, object], language: str) -> str:
    inputs, rules = read_run_part(run, "inputs"), read_run_part(run, "rules")
    # A plan is made from a result: that is its data, and the rules of the result stand in its own record.
    stands = inputs.get("stands") or inputs.get("result")
    tables = rules.get("planning")
    files, between = _own_files(read_run_part(run, "rule_files")), _BETWEEN[language]
    told, planning = "", [one for one in tables.values() if isinstance(one, dict)] if isinstance(tables, dict) else []
    if isinstance(rules.get("result"), dict):
        rules = rules["result"]
    if isinstance(stands, dict) and stands.get("sha256"):
        name = Path(str(stands.get("source") or stands.get("layer"))).name
        told += _DATA[language].format(name=name, hash=str(stands["sha256"])[:_SHOWN_HASH])
    listed = [one for one in rules.get("rules") or [] if isinstance(one, dict)]
    profile = rules.get("profile")
    listed += [profile] if isinstance(profile, dict) else []
    named = [_versioned(one, files, language) for one in listed]
    parameters = rules.get("parameters")
    if named:
        table = _versioned(parameters, files, language) if isinstance(parameters, dict) else "–"
        told += _RULES[language].format(rules=between.join(named), parameters=table)
    if planning:
        told += _TABLES[language].format(tables=between.join(_versioned(one, files, language) for one in planning))
    return told + decided_note(int(str(run.get("decided") or 0)), language) + shared_note(run, language)


def _own_files(files: Mapping[str, object]) -> dict[str, dict]:
    """The files of rules that a run worked with, by their id: a user's own file has its own title and date."""
    kept = files.get("rules")
    found = [*(kept if isinstance(kept, list) else []), files.get("profile")]
    return {str(one.get("id")): one for one in found if isinstance(one, dict)}


def _versioned(one: Mapping[str, object], files: Mapping[str, dict], language: str) -> str:
    """A file in words, with its version, its date where it has one, and whether it is official."""
    code = str(one.get("id") or "–")
    file = files.get(code, {})
    title = file.get("title_zh" if language == "zh" else "title") or file.get("title") or title_of(code, language)
    status = _STATUS[language].get(str(one.get("status")), str(one.get("status") or "–"))
    told = ", ".join(str(part) for part in (file.get("dated"), status) if part)
    return _FILE[language].format(name=_ITS_STATUS.sub("", str(title)), version=one.get("version") or "–", told=told)


def read_run_part(run: Mapping[str, object], name: str) -> dict:
    """A part of the record that is kept as JSON; empty where it is missing or no object."""
    try:
        found = json.loads(str(run.get(name)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
