"""Ground that several stands of a layer cover counts once in sums; each stand keeps its own numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from ..issues import layer_issue, no_issues
from ..stands.checks.neighbours import Overlaps
from ..stands.checks.shapes import polygons_only
from .account import numbers
from .change import PieceChange
from .common_ground import GeometryArray, usable
from .parameters import FloatArray, IntArray
from .stock import BESIDE_THE_TREES
from .two_dates import LINE_SHARE, Pieces
from .uncertainty import SinkErrors, weighted

GROUND = ("area_ha", "area_mu", "stock_tco2e", "stock_alt_tco2e", *BESIDE_THE_TREES)
FLOWS = ("sink_tco2e_yr", "sink_alt_tco2e_yr")


@dataclass(frozen=True)
class OfStands:
    """Polygons of some stands: the stand and the polygon of each row."""

    stand: IntArray
    geometry: GeometryArray

    def of(self, wanted: IntArray) -> GeometryArray:
        """Union of the polygons of each of the ``wanted`` stands; an empty one where there are none."""
        order = np.argsort(self.stand, kind="stable")
        stand, code = np.unique(wanted, return_inverse=True)
        start: IntArray = np.asarray(np.searchsorted(self.stand, stand, "left", order))
        end: IntArray = np.asarray(np.searchsorted(self.stand, stand, "right", order))
        rows = (order[start[one] : end[one]] for one in range(len(stand)))
        unions = np.array([shapely.union_all(usable(self.geometry[some])) for some in rows], dtype=object)
        return unions[code] if len(unions) else unions


@dataclass(frozen=True)
class EarlierGround:
    """What today's stands lie on.

    Attributes
    ----------
    known
        Earlier stands of known stock under stands that lie on such in part only.
    shared
        Earlier stands of which the ground was shared out among today's stands, see :class:`~.two_dates.Pieces`.
    """

    known: OfStands
    shared: OfStands

    def under(self, overlaps: Overlaps, cover: FloatArray) -> Overlaps:
        """The ground of ``overlaps`` that is in the sink of both stands, by the ``cover`` of each."""
        piece = overlaps.piece.copy()
        for side in (overlaps.first, overlaps.second):
            at = np.flatnonzero(cover[side] < 1.0 - LINE_SHARE)
            piece[at] = shapely.intersection(piece[at], self.known.of(side[at]))
        at = np.flatnonzero(np.isin(overlaps.first, self.shared.stand) & np.isin(overlaps.second, self.shared.stand))
        both = shapely.intersection(self.shared.of(overlaps.first[at]), self.shared.of(overlaps.second[at]))
        piece[at] = shapely.difference(_surface(piece[at]), _surface(both))
        return replace(overlaps, piece=piece)


def _surface(geometry: GeometryArray) -> GeometryArray:
    """The polygons of each, an empty one where there are none."""
    return usable(polygons_only(geometry))


def earlier_ground(
    pieces: Pieces, change: PieceChange, cover: FloatArray, geometry_then: GeometryArray
) -> EarlierGround:
    """The ground of stands that ``change`` is known of, where ``cover`` is not the whole stand, and what is shared."""
    part = change.known & change.main & (cover < 1.0 - LINE_SHARE)[change.stand]
    known = OfStands(change.stand[part], geometry_then[change.earlier[part]])
    shared = pieces.shared_out
    return EarlierGround(known, OfStands(pieces.now[shared], geometry_then[pieces.then[shared]]))


def counted_once(
    facts: pd.DataFrame,
    errors: SinkErrors | None,
    overlaps: Overlaps,
    earlier: EarlierGround | None = None,
) -> tuple[pd.DataFrame, SinkErrors | None, pd.DataFrame]:
    """The stands as they enter sums: what belongs to ground that goes with another stand is left out.

    Common ground goes with the stand that knows more (sink, share of it, stock), else with the one whose key comes
    first, so that the order of the rows decides nothing. It is the same ground for every sum but that of the sink,
    from which only what it holds can be left out: ground on no earlier stand of known stock is not in it, and ground of
    earlier stands that was shared out is in it once already.

    Parameters
    ----------
    facts
        Stands with their stock and, where there is one, their sink.
    errors
        Error components of the sink.
    overlaps
        What :func:`~..stands.checks.neighbours.check_neighbours` found.
    earlier
        What the sink found the stands to lie on.

    Returns
    -------
    facts, errors, issues
        New amounts and errors for sums alone, and how many stands lie on others.
    """
    if not len(overlaps.first):
        return facts, errors, no_issues()
    stands = len(np.unique(np.concatenate([overlaps.first, overlaps.second])))
    place = taking_order(facts, overlaps)
    ground = _share_kept(overlaps, place)
    cover = np.nan_to_num(numbers(facts, "earlier_cover"), nan=1.0)
    if earlier is not None:
        overlaps = earlier.under(overlaps, cover)
    lost = np.minimum(1.0 - _share_kept(overlaps, place), cover)
    sink = 1.0 - np.divide(lost, cover, out=np.zeros(len(cover)), where=cover > 0.0)
    counted = facts.copy(deep=False)
    for names, share in ((GROUND, ground), (FLOWS, sink)):
        for name in (name for name in names if name in facts.columns):
            counted[name] = numbers(facts, name) * share
    return (
        counted,
        None if errors is None else weighted(errors, sink),
        layer_issue("STOCK_COUNTED_ONCE", "area_ha", stands),
    )


def taking_order(facts: pd.DataFrame, overlaps: Overlaps) -> IntArray:
    """Order in which the overlapping stands take their ground."""
    some = np.unique(np.concatenate([overlaps.first, overlaps.second]))
    part = facts.iloc[some]
    keys = pd.factorize(part.index.to_numpy(dtype=object), sort=True)[0]
    unknown = [np.isnan(numbers(part, name)) for name in ("stock_tco2e", "sink_tco2e_yr")]
    cover = -np.nan_to_num(numbers(part, "earlier_cover"))
    place = np.zeros(len(facts), dtype=np.int64)
    place[some[np.lexsort((keys, unknown[0], cover, unknown[1]))]] = np.arange(len(some))
    return place


def _share_kept(overlaps: Overlaps, place: IntArray) -> FloatArray:
    """Share of each stand that no stand of an earlier place covers."""
    share = np.ones(len(place))
    later = np.where(place[overlaps.first] > place[overlaps.second], overlaps.first, overlaps.second)
    order = np.argsort(later, kind="stable")
    at, start, count = np.unique(later[order], return_index=True, return_counts=True)
    piece = overlaps.piece[order]
    lost = shapely.area(piece[start])
    for one in np.flatnonzero(count > 1):
        lost[one] = shapely.area(shapely.union_all(piece[start[one] : start[one] + count[one]]))
    share[at] = np.maximum(1.0 - lost / overlaps.area[at], 0.0)
    return share
