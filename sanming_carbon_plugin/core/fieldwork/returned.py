"""What a surveyor brought back, put in order: one row per stand that was sent, and what was noticed about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import join_issues, layer_issue, no_issues, stand_issues
from .form import ROW_ID, SHOWN, STAND_KEY, Form
from .values import DATE, TEXT, canonical, differs, iso_date, misread, reread

GEOMETRY = "geometry"
"""Column that holds a mark of the outline."""


@dataclass(frozen=True)
class Copy:
    """One returned copy of the package.

    Attributes
    ----------
    name
        Whose it is: name of its folder or file.
    rows
        Cells as they are compared, index ``row_id``: at most one row for each stand that was sent. Columns that the
        copy lost are not there.
    new_rows
        Rows of stands that were not sent, as they came.
    twice
        Further rows of stands that are in the copy more than once with different contents, indexed by ``row_id``.
    issues
        What was noticed.
    """

    name: str
    rows: pd.DataFrame
    new_rows: pd.DataFrame
    twice: pd.DataFrame
    issues: pd.DataFrame = field(default_factory=no_issues)


def tidied(name: str, table: pd.DataFrame, base: pd.DataFrame, form: Form) -> Copy:
    """Bring a returned table into the order of the base.

    Parameters
    ----------
    name
        Whose copy it is.
    table
        As it came, any index; :data:`GEOMETRY` may be among its columns.
    base
        As it was sent: canonical cells, index ``row_id``.
    form
        The columns.
    """
    keys = base[STAND_KEY]
    issues = [_lost_and_added(name, table, form)]
    rows = pd.DataFrame(index=table.index)
    for column in form.columns:
        if column.name in table.columns:
            rows[column.name] = canonical(table[column.name], column.kind)
            if column.kind == DATE:
                issues.append(_about_dates(name, table[column.name], rows[column.name], rows, column.name))
    if GEOMETRY in table.columns:
        rows[GEOMETRY] = table[GEOMETRY]
    rows, told = _with_row_ids(name, rows, keys)
    issues.append(told)
    rows, told = _read_again(name, rows, base, form)
    issues.append(told)
    other, told = _of_other_stands(name, rows, keys)
    issues.append(told)
    known = rows[ROW_ID].isin(base.index).to_numpy(dtype=bool) & ~other
    new_rows = rows[~known]
    if len(new_rows):
        issues.append(layer_issue("FIELD_ROW_NEW", value=len(new_rows), copy=name))
    sent = rows[known].set_index(ROW_ID, drop=False)
    sent, twice, told = _without_repeats(name, sent, keys)
    issues.append(told)
    gone = base.index.difference(sent.index, sort=False)
    issues.append(stand_issues("FIELD_ROW_DELETED", keys.reindex(gone), copy=name))
    return Copy(name, sent, new_rows, twice, join_issues(issues))


def _lost_and_added(name: str, table: pd.DataFrame, form: Form) -> pd.DataFrame:
    columns = [str(column) for column in table.columns if column not in (GEOMETRY, "fid")]
    lost = [column for column in form.names if column not in columns]
    added = [column for column in columns if column not in form.names]
    rows = [layer_issue("FIELD_COLUMN_LOST", column, copy=name) for column in lost]
    rows += [layer_issue("FIELD_COLUMN_ADDED", column, copy=name) for column in added]
    return join_issues(rows)


def _about_dates(name: str, seen: pd.Series, read: pd.Series, rows: pd.DataFrame, column: str) -> pd.DataFrame:
    keys = rows[STAND_KEY] if STAND_KEY in rows else pd.Series(None, index=rows.index, dtype=object)
    there = read.notna().to_numpy()
    dates = np.array([isinstance(cell, str) and iso_date(cell) is not None for cell in read], dtype=bool)
    unread = there & ~dates
    plain = seen.astype(object).where(seen.notna(), "").astype(str).str.strip()
    other = there & dates & (plain.str[:10] != read.astype(object).where(read.notna(), "")).to_numpy()
    rewritten = [layer_issue("FIELD_DATE_REWRITTEN", column, int(other.sum()), copy=name)] if other.any() else []
    return join_issues(
        [stand_issues("FIELD_DATE_UNREADABLE", keys[unread], column, read[unread], copy=name), *rewritten]
    )


def _with_row_ids(name: str, rows: pd.DataFrame, keys: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows without their id get it from the stand's key, where that is the key of one stand that was sent."""
    by_key = pd.Series(keys.index, index=keys.to_numpy(dtype=object))
    by_key = by_key[~by_key.index.duplicated(keep=False)]
    found = rows[STAND_KEY].map(by_key) if STAND_KEY in rows else pd.Series(None, index=rows.index, dtype=object)
    own = rows[ROW_ID] if ROW_ID in rows else pd.Series(None, index=rows.index, dtype=object)
    without = own.isna() & found.notna()
    rows = rows.assign(**{ROW_ID: own.where(~without, found)})
    if not without.any():
        return rows, no_issues()
    return rows, stand_issues("FIELD_ROW_WITHOUT_ID", rows[STAND_KEY][without], copy=name)


def _of_other_stands(name: str, rows: pd.DataFrame, keys: pd.Series) -> tuple[npt.NDArray[np.bool_], pd.DataFrame]:
    """Rows that carry the id of one stand and the key of another: nobody knows which of the two is meant."""
    sent = rows[ROW_ID].map(keys)
    own = rows[STAND_KEY] if STAND_KEY in rows else pd.Series(None, index=rows.index, dtype=object)
    other = (sent.notna() & own.notna() & (own != sent)).to_numpy(dtype=bool)
    return other, stand_issues("FIELD_ROW_KEY_CHANGED", sent[other], STAND_KEY, own[other], copy=name)


def odd_days(copy: Copy, column: str, sent: str, today: str) -> pd.DataFrame:
    """Visits on days on which nobody can have been there: the clock of the phone was wrong, or the writing.

    Parameters
    ----------
    copy
        What came back, tidied.
    column
        Day of the visit.
    sent, today
        Day on which the package was made (empty where not known) and the day of today, ISO.
    """
    if column not in copy.rows:
        return no_issues()
    days = copy.rows[column].map(lambda cell: iso_date(cell) if isinstance(cell, str) else None)
    days = days[days.notna()]
    keys = copy.rows[STAND_KEY].reindex(days.index)
    odd = {"FIELD_DATE_TO_COME": days > today, "FIELD_DATE_BEFORE_PACKAGE": days < sent}
    return join_issues(
        [stand_issues(code, keys[rows], column, days[rows], copy=copy.name) for code, rows in odd.items()]
    )


def _read_again(name: str, rows: pd.DataFrame, base: pd.DataFrame, form: Form) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put texts right that another program read in a wrong encoding: those that were only shown give it away."""
    shown = [one.name for one in form.of_role(SHOWN) if one.kind == TEXT and one.name in rows and one.name in base]
    there = rows[ROW_ID].isin(base.index)
    ids = rows[ROW_ID][there]
    seen: list[object] = []
    known: list[object] = []
    for name_shown in shown:
        seen += rows[name_shown][there].tolist()
        known += base[name_shown].reindex(ids).tolist()
    reading = misread(seen, known)
    if reading is None:
        return rows, no_issues()
    rows = rows.copy()
    for column in form.columns:
        if column.kind == TEXT and column.name in rows:
            rows[column.name] = [reread(cell, reading) for cell in rows[column.name]]
    return rows, layer_issue("FIELD_TEXT_REPAIRED", value=reading[0], copy=name, encoding=reading[1])


def _without_repeats(name: str, rows: pd.DataFrame, keys: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The first row of each stand; further rows that say the same are left out, others kept apart."""
    repeated = rows.index.duplicated(keep="first")
    first, further = rows[~repeated], rows[repeated]
    if further.empty:
        return first, further, no_issues()
    before = first.reindex(further.index)
    unlike = np.zeros(len(further), dtype=bool)
    for column in further.columns:
        unlike |= differs(before[column].to_numpy(dtype=object), further[column].to_numpy(dtype=object))
    issues = [
        stand_issues("FIELD_ROW_TWICE_SAME", keys.reindex(further.index[~unlike]), copy=name),
        stand_issues("FIELD_ROW_TWICE", keys.reindex(further.index[unlike]), copy=name),
    ]
    return first, further[unlike], join_issues(issues)


def found_photos(
    copy: Copy, form: Form, find: Callable[[str, str], tuple[str | None, str]]
) -> tuple[Copy, npt.NDArray[np.object_]]:
    """Look for each photo that a copy names.

    Parameters
    ----------
    find
        Gives for a path in the package and a stand key the path where the photo is (None for nowhere) and ``there``,
        ``moved`` or ``missing``.

    Returns
    -------
    Copy
        With the paths where the photos are, and None for missing ones.
    paths
        All photos that are there.
    """
    rows, issues, paths = copy.rows.copy(), [copy.issues], []
    for column in (one.name for one in form.columns if one.widget == "photo" and one.name in rows):
        cells = rows[column].to_numpy(dtype=object, copy=True)
        for place, (cell, key) in enumerate(zip(cells, rows[STAND_KEY], strict=True)):
            if cell is None:
                continue
            where, state = find(str(cell), str(key))
            if state != "there":
                code = "FIELD_PHOTO_MISSING" if where is None else "FIELD_PHOTO_RENAMED"
                issues.append(stand_issues(code, [key], column, [cell], copy=copy.name, found=where))
            cells[place] = where
            paths += [where] if where is not None else []
        rows[column] = cells
    made = Copy(copy.name, rows, copy.new_rows, copy.twice, join_issues(issues))
    return made, np.array(sorted(set(paths)), dtype=object)
