"""Certificates of forest tenure: how much of each stand they prove, and where the right is disputed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from ..progress import Progress
from ..stands.tenure import without_identity_numbers
from .overlay import Rows, Shapes, pieces_of, union_of_groups
from .parcel_layer import DatedPeriod, Parcels, iso_days, parcel_texts, usable_polygons
from .yes_no import yes_or_no

if TYPE_CHECKING:
    from ..stands.layer import VectorLayer

TENURE_FIELDS = ("certificate", "holder", "right", "valid_to", "disputed")
_WITHOUT_END = frozenset({"长期", "永久", "长期有效", "无固定期限"})


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
    """

    certificate: npt.NDArray[np.object_]
    holder: npt.NDArray[np.object_]
    right: npt.NDArray[np.object_]
    valid_to: npt.NDArray[np.object_]
    disputed: npt.NDArray[np.object_]

    @classmethod
    def from_layer(cls, layer: VectorLayer, mapping: Mapping[str, str] | None = None) -> TenureParcels:
        """Parcels of a layer whose columns have the names of :data:`TENURE_FIELDS`, or are mapped to them.

        Raises
        ------
        InputError
            TENURE_FIELD_MISSING when a column is not there.
        """
        texts = parcel_texts(layer, TENURE_FIELDS, mapping, "TENURE_FIELD_MISSING")
        columns = {name: without_identity_numbers(cells)[0] for name, cells in texts.items()}
        columns["disputed"] = yes_or_no(columns["disputed"])
        rows = np.arange(len(layer), dtype=np.int64)
        return cls(layer.geometry, **columns, source_row=rows, source=layer.source or layer.name)

    def valid_until(self, day: np.datetime64) -> npt.NDArray[np.int8]:
        """Whether each certificate holds up to ``day``: 1 yes, −1 no, 0 unknown."""
        texts = [
            "9999-12-31" if text is not None and str(text).strip() in _WITHOUT_END else text for text in self.valid_to
        ]
        last = iso_days(
            np.asarray([*texts, None], dtype=object)[:-1],
            self.source_row,
            self.source,
            "valid_to",
            "TENURE_DATE_UNREADABLE",
        )
        return np.where(np.isnat(last), 0, np.where(last >= day, 1, -1)).astype(np.int8)


@dataclass(frozen=True)
class TenureCover:
    """Shares of each stand's area, NaN without a polygon; length n each.

    Attributes
    ----------
    proved, provable
        Under certificates that hold for the whole period without dispute, for certain, and if everything
        unknown about term and dispute were in their favour.
    disputed
        Under parcels whose right is disputed.
    """

    proved: npt.NDArray[np.float64]
    provable: npt.NDArray[np.float64]
    disputed: npt.NDArray[np.float64]


def tenure_cover(
    stand_geometry: Shapes, tenure: TenureParcels, period: DatedPeriod | None, progress: Progress | None = None
) -> TenureCover:
    """How much of each stand the certificates prove.

    Without a period no certificate can be held against it, and the term counts as unknown.
    """
    watch = progress or Progress()
    stands = usable_polygons(stand_geometry)
    stand, parcel, common = pieces_of(stands, usable_polygons(tenure.geometry), watch)
    if period is None:
        valid = np.zeros(len(tenure), dtype=np.int8)
    else:
        valid = tenure.valid_until(np.datetime64(period.end, "D"))
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
