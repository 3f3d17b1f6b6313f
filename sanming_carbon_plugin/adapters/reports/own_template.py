"""Fills an office's own Excel file: cells whose defined names begin with ``sc_`` get the figure of that name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from ...core.errors import DependencyError, InputError
from ...core.planning.sums import AMOUNTS, sums_by
from ...core.units import UnitChoice
from ..maps.class_areas import class_areas
from ..maps.themes import Theme
from ..words import word
from .forest_table import GROUPS, forest_sums

PREFIX = "sc_"
"""Defined names that begin so are ours; all others are the office's own and stay as they are."""

_SHOWN = 8


def template_values(
    stands: pd.DataFrame, themed: Mapping[str, tuple[Theme, pd.DataFrame]], run: Mapping[str, object], units: UnitChoice
) -> dict[str, object]:
    """What each name stands for; None where the figure is not known.

    Parameters
    ----------
    stands
        One row per stand.
    themed
        By name of the theme: the theme, and the stands with their ``class``.
    run
        Record of the run.
    units
        In which areas and masses are written.
    """
    whole = sums_by(stands, []).iloc[0]
    values: dict[str, object] = {"sc_day": str(run.get("ended") or "")[:10] or None}
    values |= {"sc_version": run.get("plugin_version"), "sc_stands": int(whole["stands"])}
    for name in AMOUNTS:
        values["sc_" + name] = _amount(whole[name], name, units)
        values["sc_unknown_" + name] = int(whole["unknown_" + name])
    for side in ("low", "high"):
        column = f"sink_{side}_tco2e_yr"
        values["sc_" + column] = _amount(run.get("total_" + column), column, units)
    for theme, rows in themed.values():
        sums = class_areas(rows, theme).set_index("class")
        for each in theme.classes:
            there = each.value in sums.index
            base = f"sc_{theme.name}_{each.value}_"
            values[base + "stands"] = int(sums.loc[each.value, "stands"]) if there else 0
            values[base + "area"] = _amount(sums.loc[each.value, "area_ha"], "area_ha", units) if there else 0.0
    return values


def fill_template(
    template: Path, out: Path, values: Mapping[str, object], stands: pd.DataFrame, language: str, units: UnitChoice
) -> int:
    """Write ``template`` with its named cells filled to ``out``; gives the number of cells.

    The name ``sc_table`` marks the upper left cell of the table by township, species group, age group and measure.
    Formulas of the template stay; they are computed when the file is opened in a spreadsheet program.

    Raises
    ------
    InputError
        ``TEMPLATE_NOT_READABLE``, ``TEMPLATE_WITHOUT_NAMES``, ``TEMPLATE_NAME_UNKNOWN``, ``TEMPLATE_NAME_NO_CELL``,
        ``TEMPLATE_CELLS_JOINED``.
    DependencyError
        Where openpyxl is not installed.
    """
    book = _opened(template)
    known = [*values, "sc_table"]
    cells = list(_named_cells(book, template))
    if not cells:
        raise InputError("TEMPLATE_WITHOUT_NAMES", path=str(template), example=known[:_SHOWN])
    unknown = [name for name, _ in cells if name not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, n=3, cutoff=0.5) or known[:_SHOWN]
        raise InputError("TEMPLATE_NAME_UNKNOWN", path=str(template), name=unknown[0], near=near)
    for name, cell in cells:
        if name == "sc_table":
            _put_table(cell, stands, language, units, template)
            continue
        value = values[name]
        cell.value = word("report", "unknown", language) if value is None else value
    book.calculation.fullCalcOnLoad = True
    book.save(out)
    return len(cells)


def _opened(template: Path) -> Any:  # noqa: ANN401
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as missing:
        raise DependencyError("LIBRARY_MISSING", library="openpyxl", purpose="Excel") from missing
    from zipfile import BadZipFile

    if not template.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(template))
    try:
        return load_workbook(template)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as fault:
        raise InputError("TEMPLATE_NOT_READABLE", path=str(template), reason=type(fault).__name__) from fault


def _named_cells(book: Any, template: Path) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    named = book.defined_names
    entries = named.items() if hasattr(named, "items") else [(one.name, one) for one in named.definedName]
    for name, entry in entries:
        if not name.lower().startswith(PREFIX):
            continue
        places = list(entry.destinations)
        if len(places) != 1 or ":" in places[0][1] or places[0][0] not in book.sheetnames:
            raise InputError("TEMPLATE_NAME_NO_CELL", path=str(template), name=name)
        sheet, cell = places[0]
        yield name.lower(), _writable(book[sheet], cell.replace("$", ""))


def _writable(sheet: Any, cell: str) -> Any:  # noqa: ANN401
    """The cell; of joined cells the upper left one, which alone holds a value."""
    joined = next((one for one in sheet.merged_cells.ranges if cell in one), None)
    return sheet[cell] if joined is None else sheet.cell(joined.min_row, joined.min_col)


def _refuse_joined(sheet: Any, cell: Any, rows: int, columns: int, template: Path) -> None:  # noqa: ANN401
    """The table needs cells of its own: figures of two of them would land in one that is joined."""
    last_row, last_column = cell.row + rows - 1, cell.column + columns - 1
    for one in sheet.merged_cells.ranges:
        beside = one.min_row > last_row or one.max_row < cell.row
        if not beside and one.min_col <= last_column and one.max_col >= cell.column:
            place = f"{sheet.title}!{one.coord}"
            raise InputError("TEMPLATE_CELLS_JOINED", path=str(template), cells=place, name="sc_table")


def _put_table(
    cell: Any,  # noqa: ANN401
    stands: pd.DataFrame,
    language: str,
    units: UnitChoice,
    template: Path,
) -> None:
    """The table from ``cell`` on, one row per group, without a head: the template has its own."""
    sheet = cell.parent
    sums = forest_sums(stands)
    _refuse_joined(sheet, cell, len(sums), len(GROUPS) + 1 + len(AMOUNTS), template)
    for down, row in enumerate(sums.to_dict("records")):
        kinds = {"species_group": "species_group", "measure": "measure"}
        kinds["age_group"] = "bamboo_age_group" if row["species_group"] == "bamboo" else "age_group"
        shown: list[object] = [
            word(kinds[name], row[name], language) if name in kinds and row[name] is not None else row[name]
            for name in GROUPS
        ]
        shown += [int(row["stands"]), *(_amount(row[name], name, units) for name in AMOUNTS)]
        for right, value in enumerate(shown):
            sheet.cell(cell.row + down, cell.column + right).value = value


def _amount(value: object, name: str, units: UnitChoice) -> float | None:
    if value is None or pd.isna(value):
        return None
    return float(value) * units.factor_of(name)  # type: ignore[arg-type]
