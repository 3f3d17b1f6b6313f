"""The report as one HTML file that opens offline: words, tables and bars drawn as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ...core.units import UnitChoice
from ..maps.themes import ThemeClass, themes
from ..unit_choice import area_unit, mass_unit, titled_in_units
from ..words import word, words_of
from .carbon import in_words
from .figures import area_by, decided_note, issue_counts, summary_in_words, totals
from .map_pictures import class_pattern
from .record import record_in_words

if TYPE_CHECKING:
    from .content import ReportInput

_STYLE = """
body{font:15px/1.55 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;color:#1d2a21;max-width:1320px;
margin:2rem auto;padding:0 1.2rem}
h1{font-size:1.7rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:2px solid #2f6b46}
.note{background:#f4f1e4;border-left:4px solid #b58900;padding:.5rem .8rem}
.figures{display:flex;flex-wrap:wrap;gap:.8rem}.figure{border:1px solid #c9d5cc;padding:.6rem .9rem;min-width:11rem}
.figure b{display:block;font-size:1.35rem}.figure span{color:#4c5c51}
table{border-collapse:collapse;width:100%;font-size:.86rem}td,th{border:1px solid #c9d5cc;padding:.25rem .5rem}
th{background:#e7efe9;text-align:left}td.w{white-space:nowrap}td.n{text-align:right;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}.charts{display:flex;flex-wrap:wrap;gap:1rem}.charts svg{width:48.5%;min-width:520px;height:auto}
.map svg{max-width:100%;height:auto}table.areas{width:auto}table.areas tr:last-child td{font-weight:bold}
h2+svg text{font:13px "Noto Sans CJK SC","Microsoft YaHei",sans-serif}
"""

_TOTALS = ("stands", "area_ha", "area_mu", "volume_m3", "stock_tco2e", "stock_alt_tco2e", "sink_tco2e_yr")
_BAR_PIXELS = 520
_ROW_PIXELS = 26
_SHORT_TEXT = 12
_LENGTH_OF_DAY = len("YYYY-MM-DD")
_DIGITS, _LARGE_DIGITS = 2, 4
_WITHOUT_DECIMALS_FROM, _BAR_WITHOUT_DECIMALS_FROM = 1000, 100
_LARGE_UNITS = tuple(mass_unit(UnitChoice(mass="wan_t"), language) for language in ("en", "zh"))
"""Of ten thousand tonnes two digits would make 0 of what a village stores."""


def write_page(path: Path, content: ReportInput, language: str, *, has_png: bool = True) -> None:
    """Write the report as one self-contained HTML file in ``language`` (``en`` or ``zh``)."""
    title = word("report", "title", language)
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(_computed(content.run, language))}</p>",
        f'<p class="note">{escape(word("report", "provisional", language))}</p>',
        _decided(content, language),
        _section("totals", _figures(content, language), language),
        *(f"<h2>{escape(heading)}</h2>{body}" for heading, body in content.sections),
        _section("by_species", _species_bars(content.summary, language, content.units), language),
        *_carbon(content, language, has_png),
        _section("measures", _area_bars(content.stands, "measure", language, content.units), language),
        _section("techniques", _area_bars(content.stands, "pine_technique", language, content.units), language),
        _section("outcomes", _outcomes(content.stands, language), language),
        _section(
            "summary", _table(summary_in_words(content.summary, language, content.units, content.names)), language
        ),
        _section("issues", _table(issue_counts(content.issues, language)), language),
        _section("run", _record(content.run, language), language),
    ]
    code = "zh-CN" if language == "zh" else "en"
    path.write_text(
        f'<!DOCTYPE html><html lang="{code}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>",
        encoding="utf-8",
    )


def _computed(run: Mapping[str, object], language: str) -> str:
    day, used = (run.get("ended") or run.get("started") or "–"), (run.get("plugin_version") or "–")
    return word("report", "computed", language).format(day=str(day)[:_LENGTH_OF_DAY], version=used)


def _decided(content: ReportInput, language: str) -> str:
    note = " ".join(filter(None, (decided_note(content.stands, content.waiting, language), content.note)))
    return f'<p class="note">{escape(note)}</p>' if note else ""


def _section(code: str, body: str, language: str) -> str:
    return f"<h2>{escape(word('report', code, language))}</h2>{body}"


def _carbon(content: ReportInput, language: str, has_png: bool) -> list[str]:
    """Charts, the difference of both methods, and what makes the interval; nothing of what there is not."""
    carbon = content.carbon
    growth = [svg for name, svg in carbon.charts.items() if name.startswith("growth_")]
    others = [svg for name, svg in carbon.charts.items() if not name.startswith("growth_")]
    parts = []
    if others:
        note = "" if has_png else _note("no_png", language)
        parts.append(_section("charts", f'<div class="charts">{"".join(others)}</div>{note}', language))
    if growth:
        body = f'<div class="charts">{"".join(growth)}</div>{_note("chart_note", language)}'
        parts.append(_section("growth_curves", body, language))
    elif others:
        parts.append(_section("growth_curves", _note("no_growth_curve", language), language))
    if len(carbon.method_difference):
        table = _table(in_words(carbon.method_difference, language))
        parts.append(_section("method_difference", table + _note("method_note", language), language))
    if len(carbon.contributions):
        table = _table(in_words(carbon.contributions, language))
        parts.append(_section("contributions", table + _note("interval_note", language), language))
    return parts


def _note(code: str, language: str) -> str:
    return f"<p>{escape(word('report', code, language))}</p>"


def _number(value: float | None, language: str) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return word("report", "unknown", language)
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= _WITHOUT_DECIMALS_FROM else f"{value:,.2f}"


def _figures(content: ReportInput, language: str) -> str:
    sums = totals(content.summary, content.run)
    boxes = []
    for name in _TOTALS:
        if name == "area_mu" and content.units.area == "mu":
            continue
        text = _number(_in_units(sums.get(name), name, content.units), language)
        if name == "sink_tco2e_yr" and sums.get("sink_low_tco2e_yr") is not None:
            sides = (f"sink_{side}_tco2e_yr" for side in ("low", "high"))
            low, high = (_number(_in_units(sums[side], side, content.units), language) for side in sides)
            text += f" <small>[{low} – {high}]</small>"
        label = titled_in_units(word("column", name, language), content.units, language)
        boxes.append(f'<div class="figure"><b>{text}</b><span>{escape(label)}</span></div>')
    unknown = "; ".join(
        f"{word('column', name, language)}: {_number(sums.get(name), language)}"
        for name in ("stands_without_volume", "stands_without_stock", "stands_without_sink")
    )
    notes = f"{word('report', 'unknown_note', language)} {unknown}"
    interval = word("report", "interval_note", language)
    return f'<div class="figures">{"".join(boxes)}</div><p>{escape(notes)}</p><p>{escape(interval)}</p>'


def _in_units(value: float | None, name: str, units: UnitChoice) -> float | None:
    return None if value is None else value * units.factor_of(name)


def _species_bars(summary: pd.DataFrame, language: str, units: UnitChoice) -> str:
    known = summary[summary["stock_tco2e"].notna()]
    by_group = known.groupby("species_group")["stock_tco2e"].sum().sort_values(ascending=False)
    shown = {word("species_group", code, language): units.mass_of(value) for code, value in by_group.items()}
    return _bars(shown, mass_unit(units, language))


def _area_bars(stands: pd.DataFrame, kind: str, language: str, units: UnitChoice) -> str:
    areas = stands.groupby(kind)["area_ha"].sum()
    codes = dict.fromkeys([*words_of(kind, language), *areas.index])  # also those of rules of one's own
    ordered = {code: areas[code] for code in codes if code in areas.index}
    shown = {word(kind, code, language): units.area_of(value) for code, value in ordered.items()}
    # As on the map: the same colour and pattern for the same class.
    classes = {each.value: each for each in themes()[kind].classes} if kind in themes() else {}
    return _bars(shown, area_unit(units, language), [classes.get(str(code)) for code in ordered], kind)


def _bars(values: dict[str, float], unit: str, classes: Sequence[ThemeClass | None] = (), name: str = "") -> str:
    if not values:
        return "<p>—</p>"
    widest = max(values.values()) or 1.0
    rows = [class_pattern(each, f"bar_{name}") for each in classes if each is not None and each.pattern]
    for number, (label, value) in enumerate(values.items()):
        each = classes[number] if classes else None
        fill = "#2f6b46" if each is None else f"url(#bar_{name}_{each.value})" if each.pattern else each.fill
        top = number * _ROW_PIXELS
        length = max(value / widest * _BAR_PIXELS, 1.0)
        rows.append(
            f'<text x="250" y="{top + 17}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="260" y="{top + 4}" width="{length:.1f}" height="17" fill="{fill}" stroke="#5f5f5f"/>'
            f'<text x="{266 + length:.1f}" y="{top + 17}">{_bar_text(value)} {unit}</text>'
        )
    height = len(values) * _ROW_PIXELS + 6
    return f'<svg role="img" width="960" height="{height}" viewBox="0 0 960 {height}">{"".join(rows)}</svg>'


def _bar_text(value: float) -> str:
    return f"{value:,.0f}" if value >= _BAR_WITHOUT_DECIMALS_FROM else f"{value:,.4g}"


def _outcomes(stands: pd.DataFrame, language: str) -> str:
    columns = (("pine_transform", "outcome"), ("reserve_forest", "outcome"), ("ticket", "ticket_outcome"))
    return _table(pd.concat([area_by(stands, name, kind, language) for name, kind in columns], ignore_index=True))


def _table(table: pd.DataFrame) -> str:
    head = "".join(f"<th>{escape(str(name))}</th>" for name in table.columns)
    large = [any(unit in str(name) for unit in _LARGE_UNITS) for name in table.columns]
    digits = [_LARGE_DIGITS if one else _DIGITS for one in large]
    rows = "".join("<tr>" + "".join(map(_cell, row, digits)) + "</tr>" for row in table.itertuples(index=False))
    return f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'


def html_table(rows: Sequence[Sequence[str]]) -> str:
    """A table of texts, head first and sum last; all but the first column are numbers."""
    head = "".join(f"<th>{escape(text)}</th>" for text in rows[0])
    body = "".join(
        f"<tr><td>{escape(row[0])}</td>" + "".join(f'<td class="n">{escape(text)}</td>' for text in row[1:]) + "</tr>"
        for row in rows[1:]
    )
    return f'<div class="wide"><table class="areas"><tr>{head}</tr>{body}</table></div>'


def _cell(value: object, digits: int) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "<td></td>"
    if isinstance(value, float):
        return f'<td class="n">{value:,.{digits}f}</td>'
    if isinstance(value, str):
        kind = ' class="w"' if len(value) <= _SHORT_TEXT else ""
        return f"<td{kind}>{escape(value)}</td>"
    return f'<td class="n">{value:,}</td>'


def _record(run: dict[str, object], language: str) -> str:
    return _table(record_in_words(run, language))
