"""Certificates of forest tenure: how much of each stand they prove, and where the right is disputed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..progress import Progress
from ..stands.tenure import without_identity_numbers
from .credited_parcels import NO_SCHEME
from .overlay import Rows, Shapes, pieces_of, union_of_groups
from .parcel_layer import DatedPeriod, Parcels, iso_days, parcel_texts, usable_polygons
from .tenure_rights import rights_proved
from .yes_no import yes_or_no

if TYPE_CHECKING:
    from ..stands.layer import VectorLayer

TENURE_FIELDS = ("certificate", "holder", "right", "valid_to", "disputed")
TENURE_OPTIONAL = ("valid_from",)
"""A column that older layers do not have; where it is missing the start of a term is unknown, and told."""
Outcome = npt.NDArray[np.int8]
_WITHOUT_END = frozenset({"长期", "永久", "长期有效", "无固定期限"})
_NO_NUMBER = frozenset({"", "-", "—", "/", "无", "待办", "未办", "未办证", "none", "null", "nan", "?", "0"})


@dataclass(frozen=True)
class TenureParcels(Parcels):
    """Tenure parcels (宗地) in the CRS of the stands, row by row.

    Attributes
    ----------
    certificate, holder, right
        Object arrays of text or None.
    valid_to
        Object array of ISO dates, 长期 (without end) or None (unknown); the day belongs to the term.
    disputed
        Object array of ``yes``, ``no`` or None (unknown).
    valid_from
        Object array of ISO dates, from which day on the certificate holds, None where unknown; None as a whole
        where the layer has no such column.
    unclear
        Texts about disputes that are neither yes nor no, such as 待核; they count as unknown.
    """

    certificate: npt.NDArray[np.object_]
    holder: npt.NDArray[np.object_]
    right: npt.NDArray[np.object_]
    valid_to: npt.NDArray[np.object_]
    disputed: npt.NDArray[np.object_]
    valid_from: npt.NDArray[np.object_] | None = field(default=None, kw_only=True)
    unclear: tuple[str, ...] = field(default=(), kw_only=True)

    @classmethod
    def from_layer(cls, layer: VectorLayer, mapping: Mapping[str, str] | None = None) -> TenureParcels:
        """Parcels of a layer whose columns have the names of :data:`TENURE_FIELDS`, or are mapped to them.

        Raises
        ------
        InputError
            TENURE_FIELD_MISSING when a column is not there.
        """
        texts = parcel_texts(layer, TENURE_FIELDS, mapping, "TENURE_FIELD_MISSING")
        there = {str(name).lower() for name in layer.attributes.columns}
        more = [name for name in TENURE_OPTIONAL if name in (mapping or {}) or name in there]
        texts |= parcel_texts(layer, more, mapping, "TENURE_FIELD_MISSING")
        columns = {name: without_identity_numbers(cells)[0] for name, cells in texts.items()}
        written = columns["disputed"]
        columns["disputed"] = yes_or_no(written)
        unclear = {str(text) for text in written[pd.isna(columns["disputed"]) & ~pd.isna(written)]}
        unclear = {text for text in unclear if text.lower() not in NO_SCHEME}
        rows = np.arange(len(layer), dtype=np.int64)
        name, words = layer.source or layer.name, tuple(sorted(unclear))
        return cls(layer.geometry, **columns, source_row=rows, source=name, unclear=words)

    def valid_until(self, day: np.datetime64) -> npt.NDArray[np.int8]:
        """Whether each certificate holds up to ``day``: 1 yes, −1 no, 0 unknown."""
        texts = [
            "9999-12-31" if text is not None and str(text).strip() in _WITHOUT_END else text for text in self.valid_to
        ]
        last = self._days(np.asarray([*texts, None], dtype=object)[:-1], "valid_to")
        return np.where(np.isnat(last), 0, np.where(last >= day, 1, -1)).astype(np.int8)

    def valid_since(self, day: np.datetime64) -> npt.NDArray[np.int8]:
        """Whether each certificate holds from ``day`` on: 1 yes, −1 no, 0 unknown."""
        if self.valid_from is None:
            return np.zeros(len(self), dtype=np.int8)
        first = self._days(self.valid_from, "valid_from")
        return np.where(np.isnat(first), 0, np.where(first <= day, 1, -1)).astype(np.int8)

    def numbered(self) -> npt.NDArray[np.bool_]:
        """Whether each certificate has a number; a dash or a word for nothing is none."""
        return np.asarray([str(text or "").strip().lower() not in _NO_NUMBER for text in self.certificate], dtype=bool)

    def title(self, period: DatedPeriod | None, rights: Mapping[str, Sequence[str]] | None) -> dict[str, Outcome]:
        """What each parcel proves, by question: 1 proved, −1 the certificate itself says no, 0 unknown.

        Parameters
        ----------
        period
            Without one no certificate can be held against it, and the term counts as unknown.
        rights
            Words for kinds of right, see :func:`.tenure_rights.rights_proved`.
        """
        unknown = np.zeros(len(self), dtype=np.int8)
        start = unknown if period is None else self.valid_since(np.datetime64(period.start, "D"))
        return {
            "starts_late": np.where(start < 0, -1, 1).astype(np.int8),
            "expired": unknown if period is None else self.valid_until(np.datetime64(period.end, "D")),
            "right": rights_proved(self.right, rights),
            "certificate": self.numbered().astype(np.int8),
        }

    def _days(self, texts: npt.NDArray[np.object_], name: str) -> npt.NDArray[np.datetime64]:
        return iso_days(texts, self.source_row, self.source, name, "TENURE_DATE_UNREADABLE")


@dataclass(frozen=True)
class TenureCover:
    """Shares of each stand's area, NaN without a polygon; length n each.

    Attributes
    ----------
    proved, provable
        Under numbered certificates to land and trees that hold for the whole period without dispute, for certain,
        and if everything unknown were in their favour. A start of the term that nobody stated is only told.
    disputed
        Under parcels whose right is disputed.
    """

    proved: npt.NDArray[np.float64]
    provable: npt.NDArray[np.float64]
    disputed: npt.NDArray[np.float64]


def tenure_cover(
    stand_geometry: Shapes,
    tenure: TenureParcels,
    period: DatedPeriod | None,
    progress: Progress | None = None,
    rights: Mapping[str, Sequence[str]] | None = None,
) -> TenureCover:
    """How much of each stand the certificates prove.

    Without a period, or without words for kinds of right, nothing is proved for certain.
    """
    watch = progress or Progress()
    stands = usable_polygons(stand_geometry)
    stand, parcel, common = pieces_of(stands, usable_polygons(tenure.geometry), watch)
    valid = np.minimum.reduce(list(tenure.title(period, rights).values()))
    quarrel = np.asarray([{"yes": -1, "no": 1}.get(str(word), 0) for word in tenure.disputed], dtype=np.int8)
    outcome = np.minimum(valid, quarrel)[parcel]
    peaceful = quarrel[parcel]

    def share(chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        return _covered(stands, stand[chosen], common[chosen], watch)

    disputed = share(peaceful < 0)
    with_sure_quarrel = share((outcome > 0) | (peaceful < 0))
    with_any = share((outcome >= 0) | (peaceful < 0))
    return TenureCover(with_sure_quarrel - disputed, with_any - disputed, disputed)


def _covered(stands: Shapes, stand: Rows, common: Shapes, progress: Progress) -> npt.NDArray[np.float64]:
    areas = shapely.area(stands)
    numbers, unions = union_of_groups(common, stand, progress)
    covered = np.zeros(len(stands))
    covered[numbers] = shapely.area(unions)
    return np.where(areas > 0, np.minimum(covered / np.where(areas > 0, areas, 1.0), 1.0), np.nan)
