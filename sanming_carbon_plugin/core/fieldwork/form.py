"""The columns of the form that goes to the field: what is shown, what may be corrected, what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import InputError
from .values import DATE, NUMBER, TEXT

SHOWN, FINDING, RECORD, SPARE = "shown", "finding", "record", "spare"
ROLES = (SHOWN, FINDING, RECORD, SPARE)
"""Shown for reading only; a finding corrects what the desk says; a record is new; spare columns are for the office."""

WIDGETS = ("text", "long_text", "number", "list", "date", "photo", "hidden")
_SHOWN_DECIMALS = 2
ROW_ID = "row_id"
STAND_KEY = "stand_key"


@dataclass(frozen=True)
class FormColumn:
    """One column of the form.

    Attributes
    ----------
    name
        Column of the package; of a finding also the column of the result that it corrects.
    role
        One of :data:`ROLES`.
    kind
        ``text``, ``number``, ``date``.
    widget
        One of :data:`WIDGETS`.
    allowed
        What may be entered, empty for anything.
    low, high
        Usual range of a number, None where open.
    needed
        Whether the form must not be closed without it.
    titles
        In English and Chinese.
    group
        Page of the form.
    """

    name: str
    role: str
    kind: str
    widget: str
    words: str
    allowed: tuple[str, ...]
    low: float | None
    high: float | None
    needed: bool
    titles: tuple[str, str]
    group: str

    def title(self, language: str) -> str:
        """What the column is called in ``en`` or ``zh``."""
        return self.titles[language == "zh"]


@dataclass(frozen=True)
class Form:
    """All columns of the form, in their order."""

    columns: tuple[FormColumn, ...]

    def of_role(self, *roles: str) -> list[FormColumn]:
        """Columns with one of some roles."""
        return [column for column in self.columns if column.role in roles]

    def named(self, name: str) -> FormColumn:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """Names of all columns."""
        return [column.name for column in self.columns]

    @staticmethod
    def from_rows(rows: pd.DataFrame, lists: Mapping[str, tuple[str, ...]]) -> Form:
        """Check the table of columns.

        Parameters
        ----------
        rows
            Text: ``name``, ``role``, ``kind``, ``widget``, ``words``, ``low``, ``high``, ``needed``, ``title``,
            ``title_zh``, ``group``.
        lists
            Codes of every list that ``words`` may name.

        Raises
        ------
        InputError
            FIELD_FORM_INVALID, with every problem.
        """
        problems: list[str] = []
        columns = [_column(row, lists, problems) for row in rows.where(rows.notna(), None).to_dict("records")]
        names = [column.name for column in columns]
        problems += ["{} is there twice".format(name) for name in sorted({n for n in names if names.count(n) > 1})]
        problems += ["{} is missing".format(name) for name in (ROW_ID, STAND_KEY) if name not in names]
        if problems:
            raise InputError("FIELD_FORM_INVALID", count=len(problems), problems="; ".join(problems))
        return Form(tuple(columns))


def _column(row: Mapping[str, object], lists: Mapping[str, tuple[str, ...]], problems: list[str]) -> FormColumn:
    name = str(row.get("name"))

    def one_of(part: str, known: tuple[str, ...]) -> str:
        value = str(row.get(part))
        if value not in known:
            problems.append("{}: {} {} is not one of {}".format(name, part, value, ", ".join(known)))
        return value

    def number(part: str) -> float | None:
        value = row.get(part)
        try:
            return None if value is None else float(str(value))
        except ValueError:
            problems.append("{}: {} {} is no number".format(name, part, value))
            return None

    words = str(row.get("words") or "")
    if words and words not in lists:
        problems.append("{}: there is no list {}".format(name, words))
    return FormColumn(
        name=name,
        role=one_of("role", ROLES),
        kind=one_of("kind", (TEXT, NUMBER, DATE)),
        widget=one_of("widget", WIDGETS),
        words=words,
        allowed=lists.get(words, ()),
        low=number("low"),
        high=number("high"),
        needed=row.get("needed") == "yes",
        titles=(str(row.get("title") or name), str(row.get("title_zh") or row.get("title") or name)),
        group=str(row.get("group") or ""),
    )


def desk_table(stands: pd.DataFrame, form: Form) -> pd.DataFrame:
    """What the desk says in each column that is shown or may be corrected, indexed as ``stands``.

    The same for the export and for the merge, so that only what really changed differs.
    """
    table = pd.DataFrame(index=stands.index)
    for column in form.of_role(SHOWN, FINDING):
        if column.name == STAND_KEY:
            table[column.name] = stands.index.to_numpy(dtype=object)
        elif column.name in stands.columns:
            cells = stands[column.name]
            # What is only shown is shown as people write it.
            rounded = column.role == SHOWN and column.kind == NUMBER
            table[column.name] = pd.to_numeric(cells, errors="coerce").round(_SHOWN_DECIMALS) if rounded else cells
        else:
            empty: object = np.nan if column.kind == NUMBER else None
            table[column.name] = pd.Series([empty] * len(stands), index=stands.index, dtype=object)
    return table
