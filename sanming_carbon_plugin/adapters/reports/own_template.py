"""Fills an office's own Excel file: cells whose defined names begin with ``sc_`` get the figure of that name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd

from ...core.errors import InputError
from ...core.planning.sums import AMOUNTS, sums_by
from ...core.units import UnitChoice
from ..maps.class_areas import class_areas
from ..maps.themes import Theme
from ..words import word
from .forest_table import GROUPS, forest_sums, measure_words
from .office_book import JoinedCells, OfficeBook, Place

TABLE = "sc_table"
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
        total = run.get("total_" + name)  # ground that several stands cover counts once in it
        values["sc_" + name] = _amount(total if isinstance(total, float) else whole[name], name, units)
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
    template: Path,
    out: Path,
    values: Mapping[str, object],
    stands: pd.DataFrame,
    language: str,
    units: UnitChoice,
    names: Mapping[str, tuple[str, str]] | None = None,
) -> int:
    """Write ``template`` with its named cells filled to ``out``; gives the number of cells.

    A name may belong to the workbook or to a sheet, and to both: each of its cells is filled. The name ``sc_table``
    marks the upper left cell of the table by township, species group, age group and measure. Everything else of the
    template stays: formulas, which are computed when the file is opened, looks, pictures, macros, protection. ``names``
    are those of places in English and Chinese by code.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``TEMPLATE_NOT_READABLE``, ``TEMPLATE_WITHOUT_NAMES``, ``TEMPLATE_NAME_UNKNOWN``,
        ``TEMPLATE_NAME_NO_CELL``, ``TEMPLATE_CELL_TWICE``, ``TEMPLATE_CELLS_JOINED``.
    """
    book = _opened(template)
    known = [*values, TABLE]
    cells = list(_named_cells(book, template))
    if not cells:
        raise InputError("TEMPLATE_WITHOUT_NAMES", path=str(template), example=known[:_SHOWN])
    unknown = [name for name, _ in cells if name not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, n=3, cutoff=0.5) or known[:_SHOWN]
        raise InputError("TEMPLATE_NAME_UNKNOWN", path=str(template), name=unknown[0], near=near)
    filled: dict[Place, object] = {}
    owner: dict[Place, str] = {}
    unknown_word = word("report", "unknown", language)
    for name, cell in cells:
        more = (
            {cell: values[name]}
            if name != TABLE
            else _table(book, cell, _named(forest_sums(stands), names or {}, language), language, units, template)
        )
        for place, value in more.items():
            if owner.setdefault(place, name) != name:
                raise InputError(
                    "TEMPLATE_CELL_TWICE", path=str(template), cell=str(place), name=owner[place], other=name
                )
            filled[place] = unknown_word if value is None and name != TABLE else value
    book.put(filled)
    book.save(out)
    return len(cells)


def _opened(template: Path) -> OfficeBook:
    if not template.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(template))
    try:
        return OfficeBook(template)
    except (BadZipFile, KeyError, ValueError, OSError) as fault:
        raise InputError("TEMPLATE_NOT_READABLE", path=str(template), reason=type(fault).__name__) from fault


def _named_cells(book: OfficeBook, template: Path) -> Iterator[tuple[str, Place]]:
    joined = book.joined()
    for name, place in book.names():
        if not name.lower().startswith(PREFIX):
            continue
        if place is None:
            raise InputError("TEMPLATE_NAME_NO_CELL", path=str(template), name=name)
        yield name.lower(), _writable(place, joined)


def _writable(place: Place, joined: Sequence[JoinedCells]) -> Place:
    """The cell; of joined cells the upper left one, which alone holds a value."""
    block = next((one for one in joined if one.holds(place)), None)
    return place if block is None else Place(place.sheet, block.top, block.left)


def _named(sums: pd.DataFrame, names: Mapping[str, tuple[str, str]], language: str) -> pd.DataFrame:
    """The sums with the names of counties and townships, and the code where there is none."""
    full = {"county": sums["county"], "township": sums["county"].astype(str) + "-" + sums["township"].astype(str)}
    told = {
        level: [
            names[code][language == "zh"] if code in names else own
            for code, own in zip(codes, sums[level], strict=True)
        ]
        for level, codes in full.items()
    }
    return sums.assign(**told)


def _table(
    book: OfficeBook, corner: Place, sums: pd.DataFrame, language: str, units: UnitChoice, template: Path
) -> dict[Place, object]:
    """The table from ``corner`` on, one row per group, without a head: the template has its own."""
    cells: dict[Place, object] = {}
    measures = measure_words(sums["measure"], language)
    for down, row in enumerate(sums.to_dict("records")):
        row["measure"] = measures[str(row["measure"])]
        kinds = {"species_group": "species_group"}
        kinds["age_group"] = "bamboo_age_group" if row["species_group"] == "bamboo" else "age_group"
        shown: list[object] = [
            word(kinds[name], row[name], language) if name in kinds and row[name] is not None else row[name]
            for name in GROUPS
        ]
        shown += [int(row["stands"]), *(_amount(row[name], name, units) for name in AMOUNTS)]
        for right, value in enumerate(shown):
            cells[Place(corner.sheet, corner.row + down, corner.column + right)] = value
    # The table needs cells of its own: figures of two of them would land in one that is joined.
    block = next((one for one in book.joined() if any(one.holds(place) for place in cells)), None)
    if block is not None:
        raise InputError("TEMPLATE_CELLS_JOINED", path=str(template), cells=str(block), name=TABLE)
    return cells


def _amount(value: object, name: str, units: UnitChoice) -> float | None:
    if value is None or pd.isna(value):
        return None
    return float(value) * units.factor_of(name)  # type: ignore[arg-type]
