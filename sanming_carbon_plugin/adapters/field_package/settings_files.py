"""Settings of the field sample and columns of the field form, as files state them."""

from __future__ import annotations

from pathlib import Path

from ...core.classes.overrides import DECIDABLE
from ...core.fieldwork.form import Form
from ...core.fieldwork.settings import SampleSettings
from ...paths import resources_dir
from ..resources import read_json, read_table
from ..words import words_of

NOTHING = "none"
_WORD_LISTS = {
    "field_reason": "field_reason",
    "field_verdict": "field_verdict",
    "yes_no": "yes_no",
    "species_group": "species_group",
    "outcome": "outcome",
    "pine_technique": "pine_technique",
    "reserve_mode": "reserve_mode",
    "measure_or_none": "measure",
    "origin": "origin",
}
_CODE_LISTS = {
    "species": (("YOU_SHI_SZ",), "code"),
    "land_class": (("DI_LEI_OLD", "DI_LEI_2020", "DI_LEI_SANDIAO"), "value"),
    "disturbance": (("DISPE",), "value"),
}
"""Lists of words by what a code means, and lists of codes by table and the column that is written."""


def load_sample_settings(path: Path | None = None) -> SampleSettings:
    """The shipped settings of the field sample, or a user's own.

    Raises
    ------
    InputError
        Where the file cannot be used.
    """
    path = path or resources_dir() / "fieldwork" / "sampling.json"
    return SampleSettings.from_dict(read_json(path), path.name)


def load_form(path: Path | None = None) -> Form:
    """The shipped columns of the field form, or a user's own.

    Raises
    ------
    InputError
        Where the table cannot be used.
    """
    lists = {name: tuple(value_list(name, "en")) for name in (*_WORD_LISTS, *_CODE_LISTS)}
    return Form.from_rows(read_table(path or resources_dir() / "fieldwork" / "form.csv"), lists)


def value_list(name: str, language: str) -> dict[str, str]:
    """Codes of a list with their words, in the order in which they are offered."""
    if name in _CODE_LISTS:
        return _codes(*_CODE_LISTS[name], language)
    found = words_of(_WORD_LISTS[name], language)
    if name == "measure_or_none":
        found[NOTHING] = words_of("field_package", language)[NOTHING]
        return {code: found.get(code, code) for code in DECIDABLE["measure"]}
    return found


def _codes(tables: tuple[str, ...], column: str, language: str) -> dict[str, str]:
    rows = read_table(resources_dir() / "codes" / "codes.csv")
    rows = rows[rows["table"].isin(tables)].drop_duplicates(column)
    zh, en = rows["name_zh"], rows["name_en"]
    names = zh if language == "zh" else en.where(en.notna(), zh)
    shown = rows["code"] + " " + names if column == "code" else names
    return dict(zip(rows[column], shown, strict=True))
