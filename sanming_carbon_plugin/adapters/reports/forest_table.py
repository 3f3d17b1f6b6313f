"""The workbook by township, species, age group and measure, with totals that follow filters and changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.classes.in_force import DECIDED
from ...core.planning.sums import AMOUNTS, sums_by
from ...core.units import UnitChoice
from ..dossier.sheets import FIRST_ROW, HEAD_ROW, Column, Formula, GuardedBook
from ..maps.themes import themes
from ..unit_choice import titled_in_units
from ..words import word, words_of
from .figures import decided_note, number_decided

GROUPS = ("county", "township", "species_group", "age_group", "measure")
"""What the rows of the workbook are grouped by."""

_DECIMALS = {"area_ha": 2, "volume_m3": 1}
_MASS_DECIMALS = {"t": 1, "wan_t": 4}
_SHEETS = {"en": {"detail": "Detail", "township": "By township", "species_group": "By species", "age_group": "By age",
                  "measure": "By measure"},
           "zh": {"detail": "明细", "township": "按乡镇", "species_group": "按树种", "age_group": "按龄组",
                  "measure": "按措施"}}  # fmt: skip
_TITLE = {"en": "Stands by township, species group, age group and measure", "zh": "各乡镇、树种组、龄组、措施统计表"}
_NOTE = {
    "en": "Empty cells are unknown, never zero; the columns at the end count the stands that do not know a value. "
    "Rules and parameters marked provisional were not checked against the official text.",
    "zh": "空格为未知，不是零；末尾各列为该值未知的小班数。标注为“暂行”的规则和参数未与正式文本核对。",
}
_TOTAL = {"en": "Total", "zh": "合计"}


def forest_sums(stands: pd.DataFrame) -> pd.DataFrame:
    """Sums of a result by :data:`GROUPS`; a missing column counts as unknown.

    The measure is the class that the map of first measures shows: of a stand without one it tells whether none is
    fit for it or whether that is not known.
    """
    missing = {name: None for name in GROUPS[:-1] if name not in stands.columns}
    return sums_by(stands.assign(**missing, measure=stands["class"]), GROUPS)


def measure_words(measures: Iterable[object], language: str) -> dict[str, str]:
    """What the map of first measures calls its classes, also those of rules of one's own."""
    return {each.value: each.label(language) for each in themes()["measure"].occurring(measures)}


def write_forest_table(
    path: Path,
    stands: pd.DataFrame,
    names: Mapping[str, tuple[str, str]],
    language: str,
    units: UnitChoice,
    note: str = "",
) -> None:
    """Write the workbook.

    Parameters
    ----------
    path
        The file.
    stands
        The rows of the map of first measures, with their ``class``, and the figures that :func:`sums_by` takes.
    names
        Names of places by code.
    language, units
        In which words and units.
    note
        What else a reader has to know of the figures.

    Raises
    ------
    DependencyError
        Where openpyxl is not installed.
    """
    sums = _with_decided(forest_sums(stands), stands)
    book = GuardedBook(" ".join(filter(None, (_NOTE[language], decided_note(stands, 0, language), note.strip()))))
    columns = [Column(_title(name, units, language), None) for name in GROUPS]
    columns += [Column(word("column", "stands", language), 0)]
    columns += [Column(_title(name, units, language), _decimals(name, units)) for name in AMOUNTS]
    columns += [Column(_unknown_title(name, language), 0) for name in AMOUNTS]
    columns += [Column(word("column", DECIDED, language), 0)] if DECIDED in sums.columns else []
    measures = measure_words(sums["measure"], language)
    rows = [_row(row, names, measures, language, units) for row in sums.to_dict("records")]
    shown = [*rows, _total_row(rows)] if rows else rows
    sheets = _SHEETS[language]
    detail = book.sheet(sheets["detail"], _TITLE[language], columns, shown, total=bool(rows))
    detail.protection.sheet = False
    ages = [*words_of("bamboo_age_group", language).values(), *words_of("age_group", language).values()]
    for name in ("township", "species_group", "age_group", "measure"):
        order = {"age_group": ages, "measure": list(measures.values())}.get(name, [])
        _cross_sheet(book, sheets, name, columns, rows, order, language)
    book.save(path)


def _with_decided(sums: pd.DataFrame, stands: pd.DataFrame) -> pd.DataFrame:
    """The sums and, where people have decided about stands, of how many of each group."""
    if not number_decided(stands):
        return sums
    mine = forest_sums(stands[stands[DECIDED].notna()])[[*GROUPS, "stands"]].rename(columns={"stands": DECIDED})
    both = sums.merge(mine, how="left", on=list(GROUPS))
    return both.assign(**{DECIDED: both[DECIDED].fillna(0).astype(int)})


def _row(
    row: Mapping[str, object],
    names: Mapping[str, tuple[str, str]],
    measures: Mapping[str, str],
    language: str,
    units: UnitChoice,
) -> list:
    bamboo = row["species_group"] == "bamboo"
    unknown = word("report", "unknown", language)
    county, township = row["county"], row["township"]
    place = names.get(f"{county}-{township}")
    words = [
        unknown if county is None else names.get(str(county), (str(county),) * 2)[language == "zh"],
        unknown if township is None else str(township) if place is None else f"{place[language == 'zh']} {township}",
        word("species_group", row["species_group"], language),
        word("bamboo_age_group" if bamboo else "age_group", row["age_group"], language),
        measures[str(row["measure"])],
    ]
    amounts = [_amount(row[name], name, units) for name in AMOUNTS]
    unknowns = [int(_number(row["unknown_" + name])) for name in AMOUNTS]
    decided = [int(_number(row[DECIDED]))] if DECIDED in row else []
    return [*words, int(_number(row["stands"])), *amounts, *unknowns, *decided]


def _amount(value: object, name: str, units: UnitChoice) -> float | None:
    number = _number(value)
    return None if np.isnan(number) else number * units.factor_of(name)


def _number(value: object) -> float:
    return float(value)  # type: ignore[arg-type]


def _total_row(rows: list[list]) -> list:
    """Sums over the rows that a filter leaves; empty where none of them knows a value."""
    from openpyxl.utils import get_column_letter

    last = FIRST_ROW + len(rows) - 1
    cells: list[object] = ["∑", "", "", "", ""]
    for number in range(len(GROUPS), len(rows[0])):
        letter = get_column_letter(number + 1)
        area = f"{letter}{FIRST_ROW}:{letter}{last}"
        known = [row[number] for row in rows if row[number] is not None]
        text = f'IF(SUBTOTAL(102,{area})=0,"",SUBTOTAL(109,{area}))'
        cells.append(Formula(text, sum(known) if known else None))
    return cells


def _cross_sheet(
    book: GuardedBook,
    sheets: Mapping[str, str],
    name: str,
    columns: list[Column],
    rows: list[list],
    order: list[str],
    language: str,
) -> None:
    """One row for each word of one column, summed live from the detail; first those in ``order``."""
    from openpyxl.utils import get_column_letter

    key = GROUPS.index(name)
    found = dict.fromkeys(row[key] for row in rows)
    words = [*(text for text in order if text in found), *(text for text in found if text not in order)]
    last = FIRST_ROW + len(rows) - 1
    detail = "'{}'!".format(sheets["detail"])
    key_range = f"{detail}${get_column_letter(key + 1)}${FIRST_ROW}:${get_column_letter(key + 1)}${last}"
    made: list[list] = []
    for place, text in enumerate(words, start=FIRST_ROW):
        cells: list[object] = [text]
        for number in range(len(GROUPS), len(columns)):
            letter = get_column_letter(number + 1)
            values = f"{detail}${letter}${FIRST_ROW}:${letter}${last}"
            known = [row[number] for row in rows if row[key] == text and row[number] is not None]
            formula = f'IF(COUNTIFS({key_range},$A{place},{values},"<>")=0,"",SUMIFS({values},{key_range},$A{place}))'
            cells.append(Formula(formula, sum(known) if known else None))
        made.append(cells)
    if made:
        made.append([_TOTAL[language], *(_column_sum(made, number) for number in range(1, len(made[0])))])
    shown = [columns[key], *columns[len(GROUPS) :]]
    sheet = book.sheet(sheets[name], f"{_TITLE[language]} · {sheets[name]}", shown, made, total=bool(made))
    sheet.protection.sheet = False


def _column_sum(rows: list[list], number: int) -> Formula:
    from openpyxl.utils import get_column_letter

    letter = get_column_letter(number + 1)
    area = f"{letter}{HEAD_ROW + 1}:{letter}{HEAD_ROW + len(rows)}"
    known = [row[number].result for row in rows if row[number].result is not None]
    return Formula(f'IF(COUNT({area})=0,"",SUM({area}))', sum(known) if known else None)


def _title(name: str, units: UnitChoice, language: str) -> str:
    return titled_in_units(word("column", name, language), units, language)


def _unknown_title(name: str, language: str) -> str:
    title = word("column", name, language).partition("(")[0].strip()
    return "{}: {}".format(word("report", "unknown", language), title)


def _decimals(name: str, units: UnitChoice) -> int:
    return _DECIMALS.get(name, _MASS_DECIMALS[units.mass])
