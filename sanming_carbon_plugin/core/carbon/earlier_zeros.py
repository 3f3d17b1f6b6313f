"""A 0 of the earlier layer that is an empty field: everything that stands there today would count as grown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from .account import UNSTOCKED, BoolArray, StandAccount, numbers, texts
from .limits import SinkLimits
from .parameters import FAMILY_CULM, FAMILY_VOLUME


def doubted_zeros(facts: pd.DataFrame, account: StandAccount, limits: SinkLimits) -> BoolArray:
    """Stands whose recorded 0 is no true one.

    A volume of 0 is true on land that is bare by its class, and where the trees are known to be below the DBH
    from which they are callipered. Trees above it have a volume; where neither DBH nor a height below breast
    height is recorded, nothing says that the 0 was found and not left open. Bamboo of 0 culms is no bamboo.

    Parameters
    ----------
    facts, account
        The earlier layer and its account.
    limits
        ``callipered_dbh_cm``, ``breast_height_m``; without the first, every 0 is taken to be true.
    """
    zero = account.quantity == 0.0
    if not np.isfinite(limits.callipered_dbh_cm):
        return np.zeros(len(account), dtype=bool)
    dbh, height = numbers(facts, "dbh_cm"), numbers(facts, "height_m")
    small = (dbh < limits.callipered_dbh_cm) & ((dbh > 0.0) | (height < limits.breast_height_m))
    grown = dbh >= limits.callipered_dbh_cm
    # On felled or burnt ground the tree figures are those of the stand that stood there.
    felled = pd.Series(texts(facts, "land_class"), dtype=object).isin(UNSTOCKED).to_numpy()
    trees = (account.family == FAMILY_VOLUME) & np.where(account.bare, grown & ~felled, ~small)
    return np.asarray(zero & (trees | ((account.family == FAMILY_CULM) & ~account.bare)))


def without(account: StandAccount, doubted: BoolArray) -> StandAccount:
    """The account with what the ``doubted`` stands held as unknown."""
    if not doubted.any():
        return account
    return replace(account, quantity=np.where(doubted, np.nan, account.quantity))
