"""What stands beside the leading kind of a stand: bamboo among trees, trees among bamboo; each counted by itself.

Volume tables leave bamboo out and culms leave trees out, so neither is in the account of the stand that it grows in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..issues import join_issues, layer_issue
from .account import (
    BAMBOO_COLUMN,
    BARE,
    StandAccount,
    bamboo_leads,
    for_comparison,
    numbers,
    open_bamboo_part,
    open_trees_part,
    texts,
)
from .change import BoolArray, PieceChange, piece_change
from .doubted_zeros import hardly_any, without
from .parameters import FAMILY_AREA, FAMILY_CULM, FAMILY_VOLUME, FloatArray, ParameterTable
from .sums import any_by
from .two_dates import LINE_SHARE, Pieces

BAMBOO_CODES = ("SINK_BAMBOO_ONE_DATE", "SINK_BAMBOO_UNTOLD", "SINK_BAMBOO_UNTOLD_BEFORE")
TREES_CODES = ("SINK_TREES_ONE_DATE", "SINK_TREES_UNTOLD", "SINK_TREES_UNTOLD_BEFORE")


@dataclass(frozen=True)
class Companions:
    """What is known of the kinds that stand beside the leading one.

    Attributes
    ----------
    changes
        One list of pieces for each kind that is compared anywhere.
    issues
        How many stands have a part on one date only: that change is in no sink.
    untold
        By issue code, the stands with a part that stood then and of which nothing can be said today, and those with
        a part that is told today and of which nothing is known before. Some of it may be lost, so that what is left
        measures no difference.
    """

    changes: list[PieceChange] = field(default_factory=list)
    issues: pd.DataFrame = field(default_factory=lambda: join_issues([]))
    untold: dict[str, BoolArray] = field(default_factory=dict)


def companion_changes(
    pieces: Pieces, facts: pd.DataFrame, earlier: pd.DataFrame, area_ha: FloatArray, parameters: ParameterTable
) -> Companions:
    """Change of bamboo among trees and of trees in bamboo, on the pieces where both dates counted them.

    Land that is bare now has lost them. Where the stand has another leading kind than it had, neither date's part
    is compared: what it leads with is, and only a loss of that counts. An earlier 0, or next to nothing, beside the
    leading kind is often a field that nobody filled, so that nothing is taken to have grown from it; trees whose
    species one date does not tell may have been lost, but not have grown.
    """
    parts, told, untold = [], [], {}
    own = parameters.look_up(texts(earlier, "species_code")).row
    of_today = parameters.look_up(texts(facts, "species_code")).row
    by_volume = (of_today >= 0) & (parameters.family[of_today] == FAMILY_VOLUME)
    trees_lead = by_volume & (numbers(facts, "volume_m3_ha") > 0.0)
    no_trees = (own >= 0) & np.isin(parameters.family[own], (FAMILY_CULM, FAMILY_AREA))
    for opened, led_then, codes, column in (
        (open_bamboo_part, no_trees, BAMBOO_CODES, BAMBOO_COLUMN),
        (open_trees_part, ~bamboo_leads(own, parameters), TREES_CODES, "volume_m3_ha"),
    ):
        now, then = opened(facts, parameters), opened(earlier, parameters)
        if now is None and then is None:
            continue
        now = opened(facts, parameters, needed=True) if now is None else now
        if now is None:
            continue
        now, q_now = for_comparison(now), now.quantity[pieces.now]
        gone = np.isnan(q_now) & now.bare[pieces.now]
        q_then = np.full(len(q_now), np.nan) if then is None else then.quantity[pieces.then]
        few = np.False_ if then is None else hardly_any(then, parameters.limits)[pieces.then]
        from_nothing = few & (q_now > q_then)
        both = (~np.isnan(q_now) | gone) & ~np.isnan(q_then) & ~from_nothing
        if then is not None:
            both &= ~np.isnan(now.factor_tco2e[pieces.now]) | ~np.isnan(then.factor_tco2e[pieces.then])
        if then is not None and both.any():
            parts.append(piece_change(pieces.only(both), now, for_comparison(then), area_ha, parameters, main=False))
        alone = ((q_now > 0.0) & np.isnan(q_then)) | from_nothing | ((q_then > 0.0) & np.isnan(q_now) & ~gone)
        stands = len(np.unique(pieces.now[alone]))
        if stands:
            told.append(layer_issue(codes[0], column, stands))
        untold[codes[1]] = any_by(pieces.now, (q_then > 0.0) & ~both & ~from_nothing, len(facts))
        # A layer that counts none anywhere does not say of a stand without any today that it had some.
        asked = (q_now > 0.0) | ((q_now == 0.0) & (then is not None))
        # Trees that lead today stood among the bamboo of then, or did not: where that is unknown, some may be lost.
        asked |= trees_lead[pieces.now] & (codes is TREES_CODES)
        # So may what stood beside on land that is bare, or of no known class, where what leads has grown all the same.
        asked |= np.isnan(q_now) & _more_on_bare(pieces, facts, earlier, or_unknown=then is not None)
        before = asked & np.isnan(q_then) & ~led_then[pieces.then] & (pieces.share_of_now > LINE_SHARE)
        untold[codes[2]] = any_by(pieces.now, before, len(facts))
    return Companions(parts, join_issues(told), untold)


def _more_on_bare(pieces: Pieces, facts: pd.DataFrame, earlier: pd.DataFrame, or_unknown: bool) -> BoolArray:
    """Pieces on which more volume or culms are recorded than then, though their land is bare today, or of no class."""
    land = pd.Series(texts(facts, "land_class"), dtype=object)
    bare = (land.isin(BARE) | (land.isna() & or_unknown)).to_numpy()
    at = np.flatnonzero(bare[pieces.now])
    more = np.zeros(len(pieces.now), dtype=bool)
    for name in ("volume_m3_ha", "stems_per_ha", BAMBOO_COLUMN):
        before = np.nan_to_num(numbers(earlier, name)[pieces.then[at]])
        more[at] |= numbers(facts, name)[pieces.now[at]] > before
    return more


def led_by_another(
    pieces: Pieces,
    facts: pd.DataFrame,
    earlier: pd.DataFrame,
    accounts: tuple[StandAccount, StandAccount],
    area_ha: FloatArray,
    parameters: ParameterTable,
) -> tuple[list[PieceChange], BoolArray]:
    """Change of stands that bamboo leads today and trees led then, or the other way round, each kind by itself.

    Where today's layer tells what the leading kind of then has become, the kinds are not compared with one another:
    the same trees and culms under a new leading species are no loss. What leads today is unknown where it was not
    told then, or as 0; that is left to the comparison of the leading kinds where the other kind has grown less. No
    more has the other kind grown from a 0 of then.

    Parameters
    ----------
    pieces, facts, earlier, area_ha, parameters
        As in :func:`companion_changes`.
    accounts
        What leads each stand, of today's and of the earlier layer.

    Returns
    -------
    changes, taken
        Lists of pieces, and per piece whether it is in them.
    """
    now, then = accounts
    kind_now, kind_then = now.family[pieces.now], then.family[pieces.then]
    parts, taken = [], np.zeros(len(pieces.now), dtype=bool)
    for led_now, led_then, of_now, of_then in (
        (FAMILY_CULM, FAMILY_VOLUME, open_trees_part, open_bamboo_part),
        (FAMILY_VOLUME, FAMILY_CULM, open_bamboo_part, open_trees_part),
    ):
        led = (kind_now == led_now) & (kind_then == led_then)
        other = of_now(facts, parameters) if led.any() else None
        before = None if other is None else of_then(earlier, parameters, needed=True)
        if other is None or before is None:
            continue
        kept = other.quantity[pieces.now]
        here = led & (kept > 0.0) & ~np.isnan(then.quantity[pieces.then])
        few = hardly_any(before, parameters.limits)[pieces.then]
        here &= ((before.quantity[pieces.then] > 0.0) & ~few) | (kept >= then.quantity[pieces.then])
        if here.any():
            some = pieces.only(here)
            before, led = (without(for_comparison(one), hardly_any(one, parameters.limits)) for one in (before, then))
            parts.append(piece_change(some, now, before, area_ha, parameters))
            parts.append(piece_change(some, for_comparison(other), led, area_ha, parameters, main=False))
        taken |= here
    return parts, taken
