"""What the guard against double counting found, as layers: free, blocked and partly free ground with the reason."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...core.stands.layer import FieldType
from ...core.tickets.double_count import DoubleCount, shown_pieces
from ..geopackage import OutputTable

_TEXT, _REAL, _WHOLE = FieldType("text"), FieldType("real"), FieldType("integer64")
PART_COLUMNS = {
    "stand_key": _TEXT, "period": _TEXT, "state": _TEXT, "reason": _TEXT, "scheme": _TEXT, "scheme_id": _TEXT,
    "date_from": _TEXT, "date_to": _TEXT, "days": _WHOLE, "stand_share": _REAL, "area_ha": _REAL,
}  # fmt: skip
OVERLAP_COLUMNS = {
    "stand_key": _TEXT, "other_key": _TEXT, "share": _REAL, "other_share": _REAL, "area_ha": _REAL
}  # fmt: skip


def part_table(
    found: Sequence[tuple[str, DoubleCount]],
    area_ha: pd.Series,
    geometry: npt.NDArray[np.object_],
    shown_from_share: float,
    crs_wkt: str | None,
) -> OutputTable:
    """The layer ``parts``: the guard's map with days and areas beside the shares.

    Parameters
    ----------
    found
        What the guard found in each period.
    area_ha, geometry
        Area of each stand, indexed by ``stand_key``, and its polygon, in the same order.
    shown_from_share
        Blocked slivers below this share of their stand are deducted but not drawn.
    """
    planar = pd.Series(shapely.area(geometry), index=area_ha.index)
    rows = pd.concat([_parts(period, one, area_ha, planar, shown_from_share) for period, one in found])
    return OutputTable("parts", dict(PART_COLUMNS), rows, rows["geometry"].to_numpy(dtype=object), crs_wkt)


def overlap_table(found: DoubleCount, area_ha: pd.Series, crs_wkt: str | None) -> OutputTable:
    """The layer ``overlaps``: ground on which two stands lie."""
    pairs = found.overlaps
    rows = pairs.assign(area_ha=pairs["share"].to_numpy() * area_ha.reindex(pairs["stand_key"]).to_numpy())
    return OutputTable("overlaps", dict(OVERLAP_COLUMNS), rows, rows["geometry"].to_numpy(dtype=object), crs_wkt)


def days_of(parts: pd.DataFrame) -> pd.Series:
    """Days of each part, first and last included."""
    first, last = (parts[name].to_numpy(dtype="datetime64[D]") for name in ("from", "to"))
    return pd.Series((last - first).astype(np.int64) + 1, index=parts.index)


def _parts(
    period: str, found: DoubleCount, area_ha: pd.Series, planar: pd.Series, shown_from_share: float
) -> pd.DataFrame:
    parts = shown_pieces(found.pieces, shown_from_share)
    keys = parts["stand_key"]
    share = shapely.area(parts["geometry"].to_numpy(dtype=object)) / planar.reindex(keys).to_numpy()
    return parts.rename(columns={"from": "date_from", "to": "date_to"}).assign(
        period=period, days=days_of(parts), stand_share=share, area_ha=area_ha.reindex(keys).to_numpy() * share
    )
