"""A 0 that is an empty field: as an earlier one all that stands there would count as grown, as today's one as lost.

Of an earlier date an amount that no stand has, such as 0.0001 m³/ha to satisfy a form, is doubted like a 0.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from .account import BAMBOO_COLUMN, UNSTOCKED, BoolArray, StandAccount, numbers, texts
from .limits import SinkLimits
from .parameters import FAMILY_AREA, FAMILY_CULM, FAMILY_NONE, FAMILY_VOLUME


def hardly_any(account: StandAccount, limits: SinkLimits) -> BoolArray:
    """Stands that hold nothing by the record, or less than any stand of trees or bamboo holds."""
    by_culms, by_area = account.family == FAMILY_CULM, account.family == FAMILY_AREA
    least = np.select([by_culms, by_area], [limits.least_culms_per_ha, 0.0], limits.least_volume_m3_ha)
    return np.asarray((account.quantity == 0.0) | (account.quantity < least))


def doubted_zeros(facts: pd.DataFrame, account: StandAccount, limits: SinkLimits) -> BoolArray:
    """Stands whose recorded 0, or next to nothing, is no true one.

    A volume of 0 is true on land that is bare by its class, and where the trees are known to be below the DBH
    from which they are callipered. Trees above it have a volume; where neither DBH nor a height below breast
    height is recorded, nothing says that the 0 was found and not left open. Bamboo of 0 culms is no bamboo.

    Parameters
    ----------
    facts, account
        A layer and its account.
    limits
        ``callipered_dbh_cm``, ``breast_height_m``; without the first, every 0 is taken to be true. What is less than
        ``least_volume_m3_ha`` or ``least_culms_per_ha`` is asked like a 0.
    """
    zero = hardly_any(account, limits)
    if not np.isfinite(limits.callipered_dbh_cm):
        return np.zeros(len(account), dtype=bool)
    # On felled or burnt ground the tree figures are those of the stand that stood there.
    felled = pd.Series(texts(facts, "land_class"), dtype=object).isin(UNSTOCKED).to_numpy()
    grown = (numbers(facts, "dbh_cm") >= limits.callipered_dbh_cm) & ~felled
    by_volume = (account.family == FAMILY_VOLUME) & ~account.bare
    trees = np.isin(account.family, (FAMILY_VOLUME, FAMILY_NONE)) & grown
    not_small = by_volume & ~small_trees(facts, limits)
    # Stems that are counted on bare land, where no species is named, may be culms, which have no volume.
    counted = (numbers(facts, "stems_per_ha") > 0.0) | (numbers(facts, BAMBOO_COLUMN) > 0.0)
    trees |= (account.family == FAMILY_NONE) & account.bare & counted & ~felled
    return np.asarray(zero & (trees | not_small | ((account.family == FAMILY_CULM) & ~account.bare)))


def doubted_today(facts: pd.DataFrame, account: StandAccount, limits: SinkLimits) -> BoolArray:
    """:func:`doubted_zeros` of today's layer, where a doubt puts a loss off: only what is recorded makes it.

    Trees must be recorded, or bamboo land; on bare land, and where a reason of change is given, a 0 is a loss.
    """
    trees = (numbers(facts, "dbh_cm") > 0.0) | (numbers(facts, "height_m") > 0.0)
    lost = account.bare | ~pd.isna(texts(facts, "change_reason"))
    zero = doubted_zeros(facts, account, limits) & (account.quantity == 0.0)
    return zero & (trees | (account.family == FAMILY_CULM)) & ~lost


def small_trees(facts: pd.DataFrame, limits: SinkLimits) -> BoolArray:
    """Stands whose trees are recorded and below the DBH from which they are callipered, or below breast height."""
    dbh, height = numbers(facts, "dbh_cm"), numbers(facts, "height_m")
    low = (height < limits.breast_height_m) & ((dbh == 0.0) | (np.isnan(dbh) & (height > 0.0)))
    return np.asarray(low | ((dbh < limits.callipered_dbh_cm) & (dbh > 0.0)))


def without(account: StandAccount, doubted: BoolArray) -> StandAccount:
    """The account with what the ``doubted`` stands held as unknown."""
    if not doubted.any():
        return account
    return replace(account, quantity=np.where(doubted, np.nan, account.quantity))
