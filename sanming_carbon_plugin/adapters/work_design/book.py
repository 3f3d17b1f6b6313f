"""The workbook of a work design: the list of parcels and the budget by operation, with live sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...core.planning.work_design import PLANTS
from ..dossier.sheets import FIRST_ROW, Column, Formula, GuardedBook
from ..words import word
from .parcels import Parcel
from .sheets import GROWN, feasible_text, felled_name, known_sum, parcel_name, say, technique_word

_RANGES = (("felled_m3", 1), ("plants", 0))
_SIDES = ("low", "high")
"""Amounts that the tables give from and to: both ends are told, never the upper one alone."""


def write_design_book(
    parcels: Sequence[Parcel], names: Mapping[str, tuple[str, str]], path: Path, language: str
) -> None:
    """Write the workbook.

    Raises
    ------
    DependencyError
        Where openpyxl is not installed.
    """
    book = GuardedBook(say("provisional", language))
    columns = [Column(say(key, language)) for key in ("name", "measure", "technique")]
    columns += [Column(say("year", language), None), Column(say("species", language))]
    columns += [Column(say(key, language), digits) for key, digits in (("area_ha", 2), ("area_mu", 1))]
    grown = any(felled_name(parcel) == GROWN for parcel in parcels)
    named = [(GROWN if grown and key == "felled_m3" else key, digits) for key, digits in _RANGES]
    columns += [Column(_side(key, side, language), digits) for key, digits in named for side in _SIDES]
    columns.append(Column(say("cost", language), 0))
    summed = range(5, len(columns))
    columns.append(Column(say("feasible", language)))
    rows = [_row(parcel, names, language) for parcel in parcels]
    rows.append([say("total", language), "", "", "", "", *(_sum(rows, number) for number in summed), ""])
    sheet = book.sheet(say("list", language), say("title", language), columns, rows, total=True)
    sheet.protection.sheet = False
    columns = [Column(say(key, language)) for key in ("name", "operation", "unit_of")]
    columns += [Column(_side("quantity", side, language), 2) for side in _SIDES]
    columns.append(Column(say("amount", language), 0))
    rows = [line for parcel in parcels for line in _operations(parcel, names, language)]
    rows.append([say("total", language), "", "", None, None, _sum(rows, 5)])
    sheet = book.sheet(say("operations", language), say("operations", language), columns, rows, total=True)
    sheet.protection.sheet = False
    book.save(path)


def _row(parcel: Parcel, names: Mapping[str, tuple[str, str]], language: str) -> list[object]:
    design, year = parcel.design, parcel.stand.get("year")
    return [
        parcel_name(parcel, names, language),
        word("measure", design["measure"], language),
        technique_word(design["technique"], language),
        "" if year is None else f"{float(year):.0f}",
        design.get("species_zh" if language == "zh" else "species") or "",
        design["area_ha"],
        parcel.stand.get("area_mu"),
        design["felled_m3_low"],
        design["felled_m3_high"],
        *(_whole(design["plants_" + side]) for side in _SIDES),
        design["cost_yuan"],
        feasible_text(parcel, language),
    ]


def _operations(parcel: Parcel, names: Mapping[str, tuple[str, str]], language: str) -> list[list[object]]:
    name, zh = parcel_name(parcel, names, language), language == "zh"
    return [
        [
            name,
            one["operation_zh" if zh else "operation_en"],
            one["unit_zh" if zh else "unit"],
            *(_whole(one[key]) if one["quantity"] == PLANTS else one[key] for key in ("quantity_low", "quantity_high")),
            one["cost_yuan"],
        ]
        for one in parcel.design["operations"]
    ]


def _side(key: str, side: str, language: str) -> str:
    return say(side + "_of", language, name=say(key, language))


def _whole(plants: float | None) -> int | None:
    return None if plants is None else round(plants)


def _sum(rows: Sequence[Sequence[object]], number: int) -> Formula:
    from openpyxl.utils import get_column_letter

    letter = get_column_letter(number + 1)
    area = f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + len(rows) - 1}"
    values = [row[number] for row in rows]
    known = known_sum([value if isinstance(value, (int, float)) else None for value in values])
    return Formula(f'IF(SUBTOTAL(102,{area})=0,"",SUBTOTAL(109,{area}))', known)
