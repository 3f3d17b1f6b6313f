"""Choices that a person makes in a review: which lines wait, and where the answers are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import OutputError
from ...core.fieldwork.form import ROW_ID, Form
from ...core.fieldwork.merge import FIELD_ONLY
from ..geopackage import read_geopackage_table
from ..geopackage_rows import table_names
from ..words import word
from .review import CONFLICTS, DIFFERENCES
from .settings_files import value_list

Answer = tuple[str | None, str | None]
"""Choice and value."""


@dataclass(frozen=True)
class WaitingLine:
    """A conflict as a person reads it: texts in words, and the choices there are.

    Attributes
    ----------
    cell
        ``row_id`` and column, by which the answer is kept.
    field_values
        What each surveyor says, first one first.
    surveyors
        Who says it, in the same order.
    choices
        Codes of the choices that make sense for it.
    allowed
        Values that may be entered, code → word; empty for anything.
    """

    cell: tuple[str, str]
    stand_key: str
    column: str
    why: str
    base_value: str
    desk_value: str
    field_values: tuple[str, ...]
    surveyors: tuple[str, ...]
    choices: tuple[str, ...]
    allowed: Mapping[str, str]
    answer: Answer


def waiting_lines(review: Path, form: Form, language: str) -> list[WaitingLine]:
    """The conflicts of a review, in its order.

    Raises
    ------
    InputError
        Where the file holds no conflicts.
    """
    table = read_geopackage_table(review, CONFLICTS)
    table = table.astype(object).where(table.notna(), None)
    lists = {one.name: value_list(one.words, language) for one in form.columns if one.words}
    return [_line(row, form, lists, language) for row in table.to_dict("records")]


def _line(row: Mapping[str, object], form: Form, lists: Mapping[str, Mapping[str, str]], language: str) -> WaitingLine:
    name = str(row["column"])
    allowed = lists.get(name, {})

    def shown(value: object) -> str:
        return word("field_package", "empty", language) if value is None else allowed.get(str(value), str(value))

    parts = sorted((part for part in row if str(part).startswith("field_value")), key=_place)
    said = [part for part in parts if row[part] is not None or part == "field_value"]
    fields = [str(part).replace("field_value", "field") for part in said]
    only_desk = row["why"] == "stand_gone"
    return WaitingLine(
        cell=(str(row[ROW_ID]), name),
        stand_key=str(row["stand_key"]),
        column=form.named(name).title(language),
        why=word("merge_why", row["why"], language) if row["why"] else word("merge_state", row["state"], language),
        base_value=shown(row["base_value"]),
        desk_value=shown(row["desk_value"]),
        field_values=tuple(shown(row[part]) for part in said),
        surveyors=tuple(str(row.get(str(part).replace("field_value", "surveyor")) or "") for part in said),
        choices=("desk",) if only_desk else ("desk", *fields, "value"),
        allowed=allowed,
        answer=(_text(row.get("choice")), _text(row.get("value"))),
    )


def _place(part: object) -> int:
    return int(str(part).removeprefix("field_value").removeprefix("_") or 1)


def undisputed(review: Path) -> int:
    """Number of changes that only the field made and that wait for nothing but a signature."""
    if DIFFERENCES not in table_names(review):
        return 0
    table = read_geopackage_table(review, DIFFERENCES)
    waits = (table["state"] == FIELD_ONLY) & (table["choice"] == "field") & table["outcome"].isna()
    return int(waits.sum())


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def write_answers(review: Path, answers: Mapping[tuple[str, str], Answer]) -> int:
    """Write choices into the layer of conflicts; gives the number of lines written.

    Raises
    ------
    OutputError
        OUTPUT_NOT_WRITABLE where the file cannot be written, for example because it is being edited.
    """
    from osgeo import gdal

    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        return _written(review, answers)
    except (OSError, RuntimeError) as error:
        raise OutputError("OUTPUT_NOT_WRITABLE", path=str(review), reason=str(error) or CONFLICTS) from error
    finally:
        gdal.PopErrorHandler()


def _written(review: Path, answers: Mapping[tuple[str, str], Answer]) -> int:
    from osgeo import gdal

    file = gdal.OpenEx(str(review), gdal.OF_VECTOR | gdal.OF_UPDATE, allowed_drivers=["GPKG"])
    layer = file.GetLayerByName(CONFLICTS) if file is not None else None
    if layer is None:
        raise OSError(gdal.GetLastErrorMsg())
    layer.StartTransaction()
    waiting = [(feature, answers.get((feature[ROW_ID], feature["column"]))) for feature in layer]
    chosen = [(feature, answer) for feature, answer in waiting if answer is not None]
    failed = 0
    for feature, answer in chosen:
        for name, text in zip(("choice", "value"), answer, strict=True):
            if text is None:
                feature.SetFieldNull(name)
            else:
                feature.SetField(name, text)
        failed += layer.SetFeature(feature)
    if failed or layer.CommitTransaction():
        raise OSError(gdal.GetLastErrorMsg())
    return len(chosen)
