"""Connected blocks of changed stands: where lines moved, only the block's account is sharp."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .account import StandAccount, numbers
from .change import PieceChange
from .parameters import TextArray
from .stock import per_hectare
from .sums import any_by
from .two_dates import Pieces


def kinds_of_change(pieces: Pieces, count: int, origin_share: float) -> TextArray:
    """How each stand came about: ``same``, ``split``, ``merged``, ``redrawn`` or ``new``.

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
