"""Progress of the programme as bars: done, planned, available, and what is missing to the target."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

import pandas as pd

from ...core.errors import InputError
from ...core.units import UnitChoice
from ..geopackage import read_geopackage_table
from ..geopackage_rows import table_names
from ..palette import palette
from ..unit_choice import area_text, area_unit
from ..words import word

PARTS = tuple((name, palette()["target_" + name].fill) for name in ("done", "planned", "missing"))
_WORDS = {
    "title": ("Progress to the targets", "目标完成进度"), "done": ("Done", "已完成"), "planned": ("Planned", "已规划"),
    "missing": ("Missing", "缺口"), "available": ("Available", "可安排"), "target": ("Target", "目标"),
    "measure": ("Measure", "措施"), "year": ("Until", "截止年"), "unit": ("Place", "地区"), "unknown": ("–", "–"),
    "once": ("Ground that several stands cover counts once.", "小班重叠的部分只计一次。"),
    "outside": (
        " {} of accepted ground lie in no stand of the layer and are not counted as done.",
        "另有 {}验收面积落在图层全部小班之外，未计入已完成面积。",
    ),
}  # fmt: skip
_LEVELS = ("municipality", "county", "township")
_BAR, _LEFT, _ROW, _RIGHT = 560.0, 250.0, 30.0, 190.0
"""Right of the bars stands what of them is not known."""
SHOWN_HA = 0.005
"""Less is 0.00 ha in print."""


def progress_section(
    plan: Path, language: str, units: UnitChoice, names: Mapping[str, tuple[str, str]] | None = None
) -> tuple[str, str]:
    """Heading and HTML of the progress that a plan or a progress file tells, for its highest level.

    ``names`` are those of places in English and Chinese by code.

    Raises
    ------
    InputError
        ``RESULT_LAYER_MISSING`` where the file has no table ``progress``.
    """
    if "progress" not in table_names(plan):
        raise InputError("RESULT_LAYER_MISSING", path=str(plan), layer="progress")
    table = read_geopackage_table(plan, "progress")
    # The highest level that somebody set targets for, else the highest there is.
    asked = table[table["target_ha"].notna()]
    level = next((one for one in _LEVELS if ((table if asked.empty else asked)["level"] == one).any()), None)
    rows = table[table["level"] == level] if level else table
    note = f"<p>{escape(_say('once', language) + _outside(plan, language, units))}</p>"
    return _say("title", language), _bars(rows, language, units) + _table(rows, language, units, names or {}) + note


def _say(name: str, language: str) -> str:
    return _WORDS[name][language == "zh"]


def _outside(plan: Path, language: str, units: UnitChoice) -> str:
    """How much accepted ground is in no stand; nothing where none is, or where nobody says what is done."""
    run = read_geopackage_table(plan, "plan_run") if "plan_run" in table_names(plan) else pd.DataFrame()
    told = run.get("accepted_outside_ha", pd.Series(dtype=float)).sum()
    return _say("outside", language).format(area_text(float(told), units, language)) if told >= SHOWN_HA else ""


def _bars(rows: pd.DataFrame, language: str, units: UnitChoice) -> str:
    """A bar for each target, as long as the target or, beyond it, as what is done and planned."""
    marks = []
    unit = escape(area_unit(units, language))
    for place, row in enumerate(rows.to_dict("records")):
        amounts = [(name, colour, row[f"{name}_ha"]) for name, colour in PARTS]
        whole = max(_length(row["target_ha"]), sum(_length(amount) for _, _, amount in amounts)) or 1.0
        unknown: list[str] = []
        top, at = 8 + place * _ROW, _LEFT + 10
        label = "{} {}".format(word("measure", row["measure"], language), _year(row["year"]))
        marks.append(f'<text x="{_LEFT:.0f}" y="{top + 15:.0f}" text-anchor="end">{escape(label)}</text>')
        for name, colour, amount in amounts:
            length = _length(amount) / whole * _BAR
            told = _say("unknown", language) if pd.isna(amount) else f"{units.area_of(float(amount)):,.0f} {unit}"
            words = f"{_say(name, language)}: {told}"
            marks.append(
                f'<rect x="{at:.1f}" y="{top:.0f}" width="{length:.1f}" height="20" fill="{colour}">'
                f"<title>{escape(words)}</title></rect>"
            )
            at += length
            if pd.isna(amount):
                unknown.append(_say(name, language))
        if unknown:  # no bar is not a bar of length 0
            between, colon = ("、", "：") if language == "zh" else (", ", ": ")
            text = escape(f"{between.join(unknown)}{colon}{_say('unknown', language)}")
            marks.append(f'<text x="{at + 6:.1f}" y="{top + 15:.0f}">{text}</text>')
    height = 46 + len(rows) * _ROW
    for place, (name, colour) in enumerate(PARTS):
        x = _LEFT + 10 + place * 130
        marks.append(f'<rect x="{x:.0f}" y="{height - 24:.0f}" width="16" height="14" fill="{colour}"/>')
        marks.append(f'<text x="{x + 22:.0f}" y="{height - 12:.0f}">{escape(_say(name, language))}</text>')
    width = _LEFT + _BAR + _RIGHT
    return (
        f'<svg role="img" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
        f"{''.join(marks)}</svg>"
    )


def _table(rows: pd.DataFrame, language: str, units: UnitChoice, names: Mapping[str, tuple[str, str]]) -> str:
    parts = ("target", "done", "planned", "available", "missing")
    unit = area_unit(units, language)
    heads = [_say("unit", language), _say("measure", language), _say("year", language)]
    heads += [f"{_say(name, language)} ({unit})" for name in parts]
    lines = []
    for row in rows.to_dict("records"):
        place = str(row["area_unit"] or "")
        place = names[place][language == "zh"] if place in names else place
        texts = [place, word("measure", row["measure"], language), _year(row["year"])]
        areas = [row[f"{name}_ha"] for name in parts]
        numbers = ["–" if pd.isna(area) else f"{units.area_of(float(area)):,.2f}" for area in areas]
        cells = [f"<td>{escape(text)}</td>" for text in texts] + [f'<td class="n">{text}</td>' for text in numbers]
        lines.append("<tr>" + "".join(cells) + "</tr>")
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(lines)}</table></div>'


def _length(value: object) -> float:
    """For the length of a bar only; beside it stands what is not known."""
    return 0.0 if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type]


def _year(value: object) -> str:
    return "" if value is None or pd.isna(value) else f"{float(value):.0f}"  # type: ignore[arg-type]
