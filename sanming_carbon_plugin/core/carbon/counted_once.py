"""Ground that several stands of a layer cover counts once in sums; each stand keeps its own numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from ..issues import layer_issue, no_issues
from ..stands.checks.neighbours import Overlaps
from .account import BoolArray, numbers
from .parameters import FloatArray, IntArray
from .stock import BESIDE_THE_TREES
from .uncertainty import SinkErrors, weighted

GROUND = ("area_ha", "area_mu", "stock_tco2e", "stock_alt_tco2e", *BESIDE_THE_TREES)
FLOWS = ("sink_tco2e_yr", "sink_alt_tco2e_yr")


def counted_once(
    facts: pd.DataFrame,
    errors: SinkErrors | None,
    overlaps: Overlaps,
    shared_out: BoolArray | None = None,
) -> tuple[pd.DataFrame, SinkErrors | None, pd.DataFrame]:
    """The stands as they enter sums: what belongs to ground that goes with another stand is left out.

    Common ground goes with the stand that knows more (sink, share of it, stock), else with the one whose key comes
    first, so that the order of the rows decides nothing. It is the same ground for every sum but that of the sink,
    from which only what it holds can be left out: ground on no earlier stand of known stock is not in it, and stands
    that are ``shared_out`` share their earlier ground already.

    Parameters
    ----------
    facts
        Stands with their stock and, where there is one, their sink.
    errors
        Error components of the sink.
    overlaps
        What :func:`~..stands.checks.neighbours.check_neighbours` found.
    shared_out
        As in :class:`~.two_dates.Pieces`.

    Returns
    -------
    facts, errors, issues
        New amounts and errors for sums alone, and how many stands lie on others.
    """
    if not len(overlaps.first):
        return facts, errors, no_issues()
    place = _places(facts, overlaps)
    ground = _share_kept(overlaps, place)
    apart = np.ones(len(overlaps.first), dtype=bool)
    if shared_out is not None:
        apart = ~(shared_out[overlaps.first] & shared_out[overlaps.second])
    cover = np.nan_to_num(numbers(facts, "earlier_cover"), nan=1.0)
    lost = np.maximum(cover - _share_kept(overlaps.only(apart), place), 0.0)
    sink = 1.0 - np.divide(lost, cover, out=np.zeros(len(cover)), where=cover > 0.0)
    counted = facts.copy(deep=False)
    for names, share in ((GROUND, ground), (FLOWS, sink)):
        for name in (name for name in names if name in facts.columns):
            counted[name] = numbers(facts, name) * share
    stands = len(np.unique(np.concatenate([overlaps.first, overlaps.second])))
    return (
        counted,
        None if errors is None else weighted(errors, sink),
        layer_issue("STOCK_COUNTED_ONCE", "area_ha", stands),
    )


def _places(facts: pd.DataFrame, overlaps: Overlaps) -> IntArray:
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
