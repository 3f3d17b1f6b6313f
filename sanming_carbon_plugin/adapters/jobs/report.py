"""Report and tables of a result, without running the main job again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.carbon.projection import fit_own_growth
from ...core.carbon.uncertainty import SinkErrors, contributions
from ...core.classes.in_force import DECIDED
from ...core.errors import InputError, OutputError
from ...core.progress import Progress
from ...core.units import UnitChoice
from ..carbon_parameters import load_growth_rules, load_parameters
from ..decided_stands import waiting_decisions
from ..geopackage import read_geopackage_table
from ..geopackage_rows import table_names
from ..maps.class_areas import class_table
from ..maps.map_rows import SHARED, MapRows, class_of_rows, place_names, read_map_rows
from ..maps.run_note import read_run_part, shared_note
from ..maps.themes import Theme, plan_themes, themes
from ..output_files import output_folder, require_writable
from ..reports import ReportInput, write_report
from ..reports.carbon import CarbonReport
from ..reports.charts import growth_charts, stock_and_sink_charts
from ..reports.forest_table import write_forest_table
from ..reports.map_pictures import map_picture
from ..reports.own_template import fill_template, template_values
from ..reports.page import html_table
from ..reports.progress_chart import progress_section
from ..sink_errors import load_sink_errors
from .request import JobOutcome

FOREST_TABLE = "forest_tables.xlsx"
FILLED = "filled_{}"
_MAPPED = ("measure", "carbon_density", "sink", "ticket")
_LEFT_OUT = ("rule_files", DECIDED, SHARED)
_PERCENT = 100.0
_GROWTH_COLUMNS = ("species_code", "land_class", "age_yr", "volume_m3_ha", "origin")


@dataclass(frozen=True)
class ReportRequest:
    """Options of a report, named as on the command line.

    Attributes
    ----------
    result
        GeoPackage of the main job.
    out
        Folder for report and tables, made if missing.
    plan
        GeoPackage with a table ``progress``, for the chart of progress.
    template
        Excel file of one's own to fill.
    names
        CSV with names of townships and villages.
    units
        In which areas and masses are shown.
    """

    result: Path
    out: Path
    plan: Path | None = None
    template: Path | None = None
    names: Path | None = None
    language: str = "zh"
    units: UnitChoice = field(default_factory=UnitChoice)
    overwrite: bool = False


def report(request: ReportRequest, progress: Progress) -> JobOutcome:
    """Write ``report.html``, ``carbon_tables.xlsx``, ``forest_tables.xlsx`` and the filled template.

    Raises
    ------
    InputError, OutputError, DependencyError, CancelledError
        As the parts.
    """
    _check_target(request)
    progress.step("read")
    names = place_names(request.names)
    rows = read_map_rows(request.result, themes()["measure"])
    progress.raise_if_cancelled()
    content, themed = _content(request, rows, names, progress)
    progress.step("report")
    counts: dict[str, object] = {"stands": len(rows)}
    with output_folder(request.out) as beside:  # all of it or nothing
        counts["files"] = len(write_report(content, beside, request.language, progress)) + 1
        progress.raise_if_cancelled()
        note = shared_note(rows.run, request.language)
        write_forest_table(beside / FOREST_TABLE, rows.frame, names, request.language, request.units, note)
        if request.template is not None:
            values = template_values(rows.frame, themed, rows.run, request.units)
            filled = beside / FILLED.format(request.template.name)
            counts["filled_cells"] = fill_template(
                request.template, filled, values, rows.frame, request.language, request.units, names
            )
    return JobOutcome(request.out, counts)


def _check_target(request: ReportRequest) -> None:
    """Nothing of an earlier report is replaced unasked, and a folder that cannot be written is told at once."""
    if request.out.is_file():
        raise OutputError("OUTPUT_NOT_WRITABLE", path=str(request.out), reason="it is a file")
    for name in ("report.html", "carbon_tables.xlsx", FOREST_TABLE):
        if (request.out / name).exists():
            require_writable(request.out / name, overwrite=request.overwrite)


def _content(
    request: ReportRequest, rows: MapRows, names: Mapping[str, tuple[str, str]], progress: Progress
) -> tuple[ReportInput, dict[str, tuple[Theme, pd.DataFrame]]]:
    language = request.language
    tables = table_names(request.result)
    missing = next((name for name in ("summary", "issues") if name not in tables), None)
    if missing is not None:
        raise InputError("RESULT_LAYER_MISSING", path=str(request.result), layer=missing)
    errors = load_sink_errors(request.result, pd.Index(rows.frame["stand_key"]))
    progress.raise_if_cancelled()
    themed = _themed(rows, request.result)
    progress.raise_if_cancelled()
    sections = [] if request.plan is None else _plan_sections(request.plan, language, request.units, names)
    sections += [
        (theme.title(language), _theme_section(theme, frame, rows, language, request.units, pictured=name in _MAPPED))
        for name, (theme, frame) in themed.items()
    ]
    progress.raise_if_cancelled()
    run = {name: value for name, value in rows.run.items() if name not in _LEFT_OUT}
    content = ReportInput(
        stands=rows.frame,
        summary=read_geopackage_table(request.result, "summary"),
        issues=read_geopackage_table(request.result, "issues"),
        run=run,
        carbon=_carbon(rows, errors, language, request.units),
        units=request.units,
        sections=tuple(sections),
        names=names,
        waiting=waiting_decisions(request.result),
        note=shared_note(rows.run, language).strip(),
    )
    return content, themed


def _plan_sections(
    plan: Path, language: str, units: UnitChoice, names: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str]]:
    """Progress, and what a plan has chosen: maps and areas by measure, technique and year."""
    sections = [progress_section(plan, language, units, names)]
    if "plan" not in table_names(plan) or not len(read_geopackage_table(plan, "plan")):
        return sections
    for theme in plan_themes().values():
        rows = read_map_rows(plan, theme)
        pictured = theme.name == "plan_measure"
        body = _theme_section(theme, rows.frame, rows, language, units, pictured=pictured)
        sections.append((theme.title(language), body))
    return sections


def _themed(rows: MapRows, result: Path) -> dict[str, tuple[Theme, pd.DataFrame]]:
    """The themes that the result has the columns for, each with the class of every stand."""
    found = {}
    for theme in themes().values():
        if theme.layer != "stands":
            continue
        try:
            classes = class_of_rows(rows.frame, theme, result)
        except InputError:  # a result of another command has fewer columns
            continue
        found[theme.name] = (theme, rows.frame.assign(**{"class": classes}))
    return found


def _theme_section(
    theme: Theme, frame: pd.DataFrame, rows: MapRows, language: str, units: UnitChoice, *, pictured: bool
) -> str:
    picture = map_picture(frame, rows.geometry, theme, language) if pictured else ""
    table = class_table(frame, theme, language, mass=units.mass)
    return f'<div class="map">{picture}</div>{html_table(table)}'


def _carbon(rows: MapRows, errors: SinkErrors | None, language: str, units: UnitChoice) -> CarbonReport:
    """Stock by species and age, the sink with its interval where the result keeps its errors, growth curves."""
    charts = stock_and_sink_charts(rows.frame, errors, language, units) | _growth(rows, language, units)
    return CarbonReport(charts) if errors is None else CarbonReport(charts, contributions=_components(errors))


def _growth(rows: MapRows, language: str, units: UnitChoice) -> dict[str, str]:
    """Growth curves of the stands, where the result was made with the shipped parameters: others are not kept."""
    facts = rows.frame.set_index("stand_key")
    used = read_run_part(rows.run, "rules").get("parameters")
    own = not isinstance(used, dict) or used.get("sha256") is not None
    if own or not set(_GROWTH_COLUMNS) <= set(facts.columns):
        return {}
    parameters, seed = load_parameters(), int(float(str(rows.run.get("seed") or 0)))
    growth = fit_own_growth(facts, parameters, load_growth_rules(), seed)
    return growth_charts(facts, parameters, growth, language, units)


def _components(errors: SinkErrors) -> pd.DataFrame:
    table = contributions(errors)
    table["share_percent"] = table["share"] * _PERCENT
    told = table[table["sd_tco2e_yr"] != 0].sort_values("share_percent", ascending=False, kind="stable")
    told = told[np.isfinite(told["share_percent"])]
    return told[["component", "sd_tco2e_yr", "share_percent"]].reset_index(drop=True)
