"""Connected blocks of changed stands: where lines moved, only the block's account is sharp."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .account import StandAccount, numbers
from .change import PieceChange
from .common_ground import GeometryArray
from .parameters import TextArray
from .stock import per_hectare
from .sums import any_by
from .two_dates import LINE_SHARE, Pieces

BoolArray = npt.NDArray[np.bool_]
HALF = 0.5


def kinds_of_change(pieces: Pieces, count: int, origin_share: float) -> TextArray:
    """How each stand came about: ``same``, ``split``, ``merged``, ``redrawn`` or ``new``; see also :func:`redigitised`.

    Common ground below ``origin_share`` of both stands does not make one come from the other.
    """
    real = (pieces.share_of_now > origin_share) | (pieces.share_of_then > origin_share)
    now, then = pieces.now[real], pieces.then[real]
    parents = np.bincount(now, minlength=count)
    children = np.bincount(then, minlength=int(pieces.then.max(initial=-1)) + 1)
    shared = any_by(now, children[then] > 1, count)
    kinds = np.full(count, "new", dtype=object)
    kinds[(parents == 1) & ~shared] = "same"
    kinds[(parents == 1) & shared] = "split"
    kinds[(parents > 1) & ~shared] = "merged"
    kinds[(parents > 1) & shared] = "redrawn"
    return kinds


def redigitised(
    pieces: Pieces, geometry: GeometryArray, geometry_then: GeometryArray, recorded: BoolArray, shift_m: float
) -> BoolArray:
    """Stands that are an earlier stand drawn anew: their lines moved, the ground did not change.

    All that the two outlines do not share could come from lines that were digitised ``shift_m`` beside where they
    were, and nothing on record (``recorded``: a reason of change) says that the stand is another one.

    Parameters
    ----------
    pieces
        Common ground of the two inventories.
    geometry, geometry_then
        Polygons of today and of then, in metres.
    recorded
        Per stand of today: the table gives a reason of change.
    shift_m
        How far a line may lie from where it was.
    """
    count = len(geometry)
    order = np.argsort(pieces.share_of_now, kind="stable")
    main = np.full(count, -1, dtype=np.int64)
    main[pieces.now[order]] = order
    at = np.flatnonzero((main >= 0) & ~pieces.keyed & ~recorded)
    piece = main[at]
    now, then = pieces.share_of_now[piece], pieces.share_of_then[piece]
    area_now, area_then = shapely.area(geometry[at]), shapely.area(geometry_then[pieces.then[piece]])
    misplaced = area_now * (1.0 - now) + area_then * (1.0 - then)
    moved = (misplaced > LINE_SHARE * area_now) & (misplaced <= shift_m * shapely.length(geometry[at]))
    near = (now > HALF) & (then > HALF) & moved
    found = np.zeros(count, dtype=bool)
    found[at[near]] = True
    return found


def block_accounts(pieces: Pieces, change: PieceChange) -> pd.DataFrame:
    """One row per block: stands, area, stock then, change and recoding over the period, tonnes of CO₂e.

    Lines that moved inside a block shift tonnes from one stand to its neighbour; in the sum they cancel.
    """
    block = pieces.block[change.stand]
    use = change.known & (block >= 0)
    frame = pd.DataFrame(
        {
            "block": block[use],
            "stand": change.stand[use],
            "area_ha": np.where(change.main[use], change.area_ha[use], 0.0),
            "stock_earlier_tco2e": change.stock_then[use],
            "change_tco2e": change.change[use],
            "recode_tco2e": change.recode[use],
        }
    )
    sums = frame.drop(columns="stand").groupby("block").sum()
    sums.insert(0, "stands", frame.groupby("block")["stand"].nunique())
    return sums


def ground_left_out(earlier: pd.DataFrame, then: StandAccount, pieces: Pieces) -> pd.DataFrame:
    """Earlier stands, or parts of them, on which the new layer has no stand: share, area and stock."""
    at = np.flatnonzero(pieces.gone > 0.0)
    area = numbers(earlier, "area_ha")[at] * pieces.gone[at]
    stock = per_hectare(then.quantity[at], then.factor_tco2e[at]) * area
    return pd.DataFrame({"share": pieces.gone[at], "area_ha": area, "stock_tco2e": stock}, index=earlier.index[at])
