"""Parcels whose carbon somebody has credited already, or has applied for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import InputError
from ..issues import join_issues, layer_issue
from .parcel_layer import DatedPeriod, Parcels, iso_days, parcel_texts, usable_polygons

if TYPE_CHECKING:
    from ..stands.layer import VectorLayer

NO_SCHEME = frozenset(
    {"", "none", "null", "nil", "nan", "na", "n/a", "<na>", "<null>", "(null)", "-", "--", "—", "——", "/", "?"}
    | {"无", "空", "没有", "未知", "不详", "未填", "待定"}
)
"""Texts that stand where nobody wrote a scheme; exports write them for an empty cell. They say nothing about who
credits, so they set nothing free."""

CREDITED_FIELDS = ("scheme", "scheme_id", "period_start", "period_end")
_DAY_BEFORE_ALL = np.datetime64("0001-01-01")
_DAY_AFTER_ALL = np.datetime64("9999-12-31")


@dataclass(frozen=True)
class CreditedParcels(Parcels):
    """One layer of credited or pending parcels, row by row as handed in.

    Attributes
    ----------
    scheme, scheme_id
        Object arrays of text or None: who credits (``ticket``, ``CCER`` …) and under which number.
    period_start, period_end
        Object arrays of ISO dates or None. Both days belong to the period, so a parcel credited up to
        2020-12-31 leaves 2021-01-01 free.
    """

    scheme: npt.NDArray[np.object_]
    scheme_id: npt.NDArray[np.object_]
    period_start: npt.NDArray[np.object_]
    period_end: npt.NDArray[np.object_]

    @classmethod
    def from_layer(cls, layer: VectorLayer, mapping: Mapping[str, str] | None = None) -> CreditedParcels:
        """Parcels of a layer whose columns have the names of :data:`CREDITED_FIELDS`, or are mapped to them.

        Parameters
        ----------
        layer
            Polygons in the CRS of the stands.
        mapping
            Source column for each of the four names; a name left out is looked for whatever its case.

        Raises
        ------
        InputError
            CREDITED_FIELD_MISSING when a column is not there.
        """
        columns = parcel_texts(layer, CREDITED_FIELDS, mapping, "CREDITED_FIELD_MISSING")
        rows = np.arange(len(layer), dtype=np.int64)
        return cls(layer.geometry, **columns, source_row=rows, source=layer.source or layer.name)


@dataclass(frozen=True)
class ParcelTable:
    """Parcels of all layers that touch one period, ready for the overlay.

    ``first_day`` and ``last_day`` are offsets from the period's first day: a parcel takes the days
    ``first_day`` up to, and without, ``last_day``.
    """

    geometry: npt.NDArray[np.object_]
    scheme: npt.NDArray[np.object_]
    scheme_id: npt.NDArray[np.object_]
    first_day: npt.NDArray[np.int64]
    last_day: npt.NDArray[np.int64]
    reason: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.geometry)


def parcels_in_period(
    credited: Iterable[CreditedParcels], period: DatedPeriod, ignored_schemes: Iterable[str] = ("none",)
) -> tuple[ParcelTable, pd.DataFrame]:
    """Parcels that take at least one day of ``period``, and doubts about the rest.

    A row without a start or an end is taken as open on that side: what is not known must not set carbon
    free. For the same reason a row without a polygon is refused: any ground could be the one that it credits.

    Raises
    ------
    InputError
        CREDITED_DATE_UNREADABLE, CREDITED_PERIOD_REVERSED, CREDITED_PLACE_UNKNOWN with the first bad row.
    """
    start = np.datetime64(period.start, "D")
    length = int((np.datetime64(period.end, "D") - start).astype(np.int64)) + 1
    tables, issues = [], []
    for layer in credited:
        table, doubts = _table(layer, start, length, frozenset(ignored_schemes))
        tables.append(table)
        issues.append(doubts)
    if not tables:
        tables = [ParcelTable(*(np.empty(0, dtype=kind) for kind in (object, object, object, int, int, object)))]
    names = ("geometry", "scheme", "scheme_id", "first_day", "last_day", "reason")
    return ParcelTable(*(np.concatenate([getattr(table, name) for table in tables]) for name in names)), join_issues(
        issues
    )


def _table(
    layer: CreditedParcels, start: np.datetime64, length: int, ignored: frozenset[str]
) -> tuple[ParcelTable, pd.DataFrame]:
    rows, code = layer.source_row, "CREDITED_DATE_UNREADABLE"
    first = iso_days(layer.period_start, rows, layer.source, "period_start", code)
    last = iso_days(layer.period_end, rows, layer.source, "period_end", code)
    open_period = np.isnat(first) | np.isnat(last)
    reversed_rows = np.flatnonzero(last < first)
    if len(reversed_rows):
        row = int(reversed_rows[0])
        raise InputError(
            "CREDITED_PERIOD_REVERSED",
            layer=layer.source,
            row=int(layer.source_row[row]) + 1,
            start=str(first[row]),
            end=str(last[row]),
        )
    first = np.where(np.isnat(first), _DAY_BEFORE_ALL, first)
    last = np.where(np.isnat(last), _DAY_AFTER_ALL, last)
    begin = np.clip((first - start).astype(np.int64), 0, length)
    end = np.clip((last - start).astype(np.int64) + 1, 0, length)
    geometry = usable_polygons(layer.geometry)
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    counted = ~np.isin(_lower(layer.scheme), list(ignored))
    takes = counted & (end > begin)
    nowhere = np.flatnonzero(takes & ~placed)
    if len(nowhere):
        raise InputError("CREDITED_PLACE_UNKNOWN", layer=layer.source, row=int(rows[nowhere[0]]) + 1)
    whole = (begin == 0) & (end == length)
    reason = np.where(whole, "credited_whole_period", "credited_part_of_period").astype(object)
    reason[open_period] = "credited_dates_missing"
    issues = [
        layer_issue(code, field, count, layer=layer.source)
        for code, field, count in (
            ("CREDITED_PERIOD_MISSING", "period_start", int((open_period & counted).sum())),
            ("CREDITED_SCHEME_MISSING", "scheme", int(pd.isna(layer.scheme).sum())),
        )
        if count
    ]
    for name, count in pd.Series(layer.scheme[~counted], dtype=object).value_counts(sort=False).items():
        issues.append(layer_issue("CREDITED_SCHEME_IGNORED", "scheme", int(count), layer=layer.source, scheme=name))
    columns = (geometry, layer.scheme, layer.scheme_id, begin, end, reason)
    return ParcelTable(*(np.asarray(column)[takes] for column in columns)), join_issues(issues)


def _lower(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.asarray(["" if text is None else str(text).lower() for text in texts], dtype=object)


def with_known_schemes(
    credited: Iterable[CreditedParcels], schemes: Mapping[str, Iterable[str]]
) -> list[CreditedParcels]:
    """The same layers with each scheme under its id; a row without a scheme has None, and blocks.

    A text of :data:`NO_SCHEME` is no scheme, whatever a profile calls it.

    Parameters
    ----------
    schemes
        Scheme ids, each with other spellings of its name; case and outer blanks do not matter.

    Raises
    ------
    InputError
        TICKET_SCHEME_UNKNOWN with the first name nobody knows, its row and the names that are known.
    """
    ids: dict[str, str | None] = {
        spelling.strip().lower(): name for name, all_ in schemes.items() for spelling in (name, *all_)
    }
    ids |= dict.fromkeys(NO_SCHEME)
    result = []
    for layer in credited:
        codes, names = pd.factorize(np.asarray(layer.scheme, dtype=object))
        written = [unicodedata.normalize("NFKC", str(name)).strip().lower() for name in names]
        known = [ids.get(name) for name in written]
        for number, name in enumerate(written):
            if name not in ids:
                row = int(layer.source_row[int(np.flatnonzero(codes == number)[0])]) + 1
                raise InputError(
                    "TICKET_SCHEME_UNKNOWN", layer=layer.source, row=row, scheme=names[number], known=", ".join(schemes)
                )
        scheme = np.asarray([*known, None], dtype=object)[codes]
        result.append(replace(layer, scheme=scheme))
    return result
