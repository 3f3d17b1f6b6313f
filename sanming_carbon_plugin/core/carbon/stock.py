"""Carbon stock of every stand, by the constant-factor and by the continuous method, with the reason for each gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..issues import join_issues, layer_issue, no_issues, stand_issues
from ..stage import StageResult
from ..units import CO2E_PER_CARBON
from .account import (
    BAMBOO_COLUMN,
    BASIS_NOT_FOREST,
    BASIS_TREES,
    BoolArray,
    StandAccount,
    bamboo_leads,
    numbers,
    open_account,
    open_bamboo_part,
    open_trees_part,
    texts,
)
from .doubted_zeros import doubted_today, without
from .parameters import FAMILY_CULM, FAMILY_NONE, FAMILY_VOLUME, FloatArray, IntArray, ParameterTable

BESIDE_THE_TREES = ("bamboo_part_tco2e", "trees_part_tco2e", "scattered_tco2e", "roadside_tco2e")
"""Columns of what is counted beside what leads a stand; bamboo among trees and trees in bamboo are in its stock."""

NOTHING = np.array([None], dtype=object)

SCATTERED_TREES = "620"
"""Row for scattered trees of no stated species: mixed broadleaf."""


def stock(facts: pd.DataFrame, parameters: ParameterTable) -> StageResult:
    """Find the live stock of carbon of every stand.

    Constant-factor method: volume · D · BEF · (1+RSR) · CF · 44/12 · area. Continuous method: a · volume + b
    instead of the first three factors, refused below the volume stated in the table because b alone would be
    most of the result; a true 0 is 0 by both. Bamboo is counted by culms, shrub and economic forest by a
    constant per hectare. Bamboo among trees and trees in bamboo are parts of their own: the continuous method
    serves the trees, culms are the same by both.

    Returns
    -------
    StageResult
        ``species_group``, ``biomass_t_ha``, ``carbon_tc_ha``, ``stock_tco2e``, ``biomass_alt_t_ha``,
        ``stock_alt_tco2e``, ``parameter_row``, ``parameter_level``, ``volume_basis``; where the table counts
        bamboo among the trees, ``bamboo_part_tco2e``, where trees in bamboo, ``trees_part_tco2e`` (both in the
        stock), where it has scattered or roadside trees, ``scattered_tco2e`` and ``roadside_tco2e`` (beside it).
    """
    account, part = open_account(facts, parameters), open_trees_part(facts, parameters)
    doubted = doubted_today(facts, account, parameters.limits)
    account = without(account, doubted)
    area, row = numbers(facts, "area_ha"), account.look_up.row
    found = _by_both_methods(facts, account, part, parameters)
    columns = pd.DataFrame(
        {
            "species_group": account.look_up.group,
            "biomass_t_ha": found.t_ha,
            "carbon_tc_ha": found.tc_ha,
            "stock_tco2e": found.tc_ha * CO2E_PER_CARBON * area,
            "biomass_alt_t_ha": found.alt_t_ha,
            "stock_alt_tco2e": found.alt_tc_ha * CO2E_PER_CARBON * area,
            "parameter_row": np.where(row >= 0, parameters.species[row], NOTHING),
            "parameter_level": account.look_up.level,
            "volume_basis": account.volume_basis,
        },
        index=facts.index,
    )
    del found
    if BAMBOO_COLUMN in facts.columns:
        columns["bamboo_part_tco2e"] = _bamboo(facts, parameters)[1] * CO2E_PER_CARBON * area
    if part is not None:
        known = (part.quantity == 0.0) | _with_factor(part)
        trees = _trees_in_bamboo(part, len(facts), parameters).tc_ha
        columns["trees_part_tco2e"] = np.where(known, trees * CO2E_PER_CARBON * area, np.nan)
    for name in ("scattered", "roadside"):
        if f"{name}_volume_m3_ha" in facts.columns:
            columns[f"{name}_tco2e"] = _beside_tco2e_ha(facts, name, account, parameters) * area
    return StageResult(columns, _reasons(facts, account, columns, parameters, part, doubted))


@dataclass(frozen=True)
class _BothMethods:
    """Biomass and carbon per hectare by the constant-factor and by the continuous method."""

    t_ha: FloatArray
    tc_ha: FloatArray
    alt_t_ha: FloatArray
    alt_tc_ha: FloatArray


def _by_both_methods(
    facts: pd.DataFrame, account: StandAccount, part: StandAccount | None, parameters: ParameterTable
) -> _BothMethods:
    """What each stand holds, with the bamboo among its trees and the trees in its bamboo."""
    row = account.look_up.row
    share = np.where(row >= 0, parameters.values["CF"][row], np.nan)
    own = per_hectare(account.quantity, account.tonnes_per_unit)
    own_alt = continuous_biomass(_counted_by_volume(account), row, parameters)
    if part is not None:  # culms are the same by both methods, once there are trees that differ
        own_alt = np.where(_with_factor(part) & (account.family == FAMILY_CULM), own, own_alt)
    tc, alt_tc = per_hectare(own, share), per_hectare(own_alt, share)
    bamboo_t_ha, bamboo_tc_ha = (np.nan_to_num(amount) for amount in _bamboo(facts, parameters))
    own, own_alt = own + bamboo_t_ha, own_alt + bamboo_t_ha
    tc, alt_tc = tc + bamboo_tc_ha, alt_tc + bamboo_tc_ha
    if part is not None:
        trees = _trees_in_bamboo(part, len(facts), parameters)
        own, own_alt = own + trees.t_ha, own_alt + trees.alt_t_ha
        tc, alt_tc = tc + trees.tc_ha, alt_tc + trees.alt_tc_ha
    return _BothMethods(own, tc, own_alt, alt_tc)


def _with_factor(part: StandAccount) -> BoolArray:
    """Where there are trees in bamboo whose species is known."""
    return np.asarray((part.quantity > 0.0) & ~np.isnan(part.tonnes_per_unit))


def _trees_in_bamboo(part: StandAccount, count: int, parameters: ParameterTable) -> _BothMethods:
    """What the trees of bamboo-led stands add, 0 elsewhere; NaN by the continuous method below its stated volume."""
    at = np.flatnonzero(_with_factor(part))
    row, volume = part.look_up.row[at], part.quantity[at]
    share, biomass = parameters.values["CF"][row], volume * part.tonnes_per_unit[at]
    other = continuous_biomass(volume, row, parameters)

    def of_all(values: FloatArray) -> FloatArray:
        whole = np.zeros(count)
        whole[at] = values
        return whole

    return _BothMethods(of_all(biomass), of_all(biomass * share), of_all(other), of_all(other * share))


def _counted_by_volume(account: StandAccount) -> FloatArray:
    """Volume of the stands that are counted by it; NaN for culms and areas, 0 where nothing stands."""
    return np.where((account.family == FAMILY_VOLUME) | (account.quantity == 0.0), account.quantity, np.nan)


def _bamboo(facts: pd.DataFrame, parameters: ParameterTable) -> tuple[FloatArray, FloatArray]:
    """Biomass (t/ha) and carbon (t/ha) of the bamboo among the trees, NaN where none is recorded."""
    part = open_bamboo_part(facts, parameters)
    if part is None:
        return np.full(len(facts), np.nan), np.full(len(facts), np.nan)
    biomass = part.quantity * part.tonnes_per_unit
    return biomass, biomass * parameters.values["CF"][part.look_up.row]


def _beside_tco2e_ha(facts: pd.DataFrame, part: str, account: StandAccount, parameters: ParameterTable) -> FloatArray:
    """Scattered (散生) or roadside (四旁) trees of each stand, t CO₂e/ha; never part of the stock.

    They are accounts of their own because 活立木蓄积 may already hold them and 森林蓄积 leaves them out. Scattered
    trees count by the stand's own factors, roadside trees and those of other stands as mixed broadleaf.
    """
    mixed = parameters.look_up(np.array([SCATTERED_TREES], dtype=object)).row[0]
    own = (account.family == FAMILY_VOLUME) & (part == "scattered")
    row = np.where(own, account.look_up.row, mixed)
    factor = parameters.biomass_per_volume_t_m3() * parameters.tco2e_per_biomass()
    return per_hectare(numbers(facts, f"{part}_volume_m3_ha"), np.where(row >= 0, factor[row], np.nan))


def per_hectare(quantity: FloatArray, unit_value: FloatArray) -> FloatArray:
    """``quantity`` · ``unit_value``; nothing of anything is nothing, even where one unit's value is unknown."""
    return np.where(quantity == 0.0, 0.0, quantity * unit_value)


def continuous_biomass(quantity: FloatArray, row: IntArray, parameters: ParameterTable) -> FloatArray:
    """Biomass a·V+b (t/ha) by the equation of each row; NaN below its stated volume, 0 for a volume of 0."""
    values = parameters.values
    biomass = values["a_t_m3"][row] * quantity + values["b_t_ha"][row]
    with np.errstate(invalid="ignore"):
        biomass = np.where((row >= 0) & (quantity >= values["ab_from_m3_ha"][row]), biomass, np.nan)
    return np.where(quantity == 0.0, 0.0, biomass)


def _reasons(
    facts: pd.DataFrame,
    account: StandAccount,
    columns: pd.DataFrame,
    parameters: ParameterTable,
    part: StandAccount | None,
    doubted: BoolArray,
) -> pd.DataFrame:
    """Issue rows: one reason at least for every unknown stock, and every assumption made."""
    keys = facts.index.to_numpy(dtype=object)
    species = texts(facts, "species_code")
    no_species = pd.isna(species)
    counted = columns["volume_basis"].to_numpy(dtype=object) != BASIS_NOT_FOREST
    unknown = columns["biomass_t_ha"].isna().to_numpy() & counted
    no_row = account.look_up.row < 0
    missing = np.isnan(account.quantity) & ~doubted
    by_culms = account.family == FAMILY_CULM
    nothing = no_issues()
    level = account.look_up.level

    def about(code: str, where: BoolArray, field: str, seen: object = None) -> pd.DataFrame:
        at = np.flatnonzero(where)
        if not len(at):
            return nothing
        shown = None if seen is None else np.asarray(seen, dtype=object)[at]
        return stand_issues(code, keys[at], field, shown)

    no_area = np.isnan(numbers(facts, "area_ha")) & ~np.isnan(columns["biomass_t_ha"].to_numpy())
    trees = bamboo_leads(account.look_up.row, parameters) & (account.volume_m3_ha > 0.0)
    counted_trees = trees & (np.False_ if part is None else _with_factor(part))
    by_group = np.asarray((level == "group") & ~no_species, dtype=bool)
    return join_issues(
        [
            about("STOCK_NO_SPECIES", unknown & no_species & no_row, "species_code"),
            about("STOCK_UNKNOWN_SPECIES", unknown & ~no_species & no_row, "species_code", species),
            about("STOCK_NO_VOLUME", unknown & missing & ~by_culms & ~_by_area(account), "volume_m3_ha"),
            about("STOCK_NO_CULMS", unknown & missing & by_culms, "stems_per_ha"),
            about("STOCK_ZERO_VOLUME", doubted & ~by_culms, "volume_m3_ha", account.volume_m3_ha),
            about("STOCK_ZERO_CULMS", doubted & by_culms, "stems_per_ha"),
            about("STOCK_NOT_STOCKED", unknown & missing & _by_area(account), "land_class", texts(facts, "land_class")),
            about("STOCK_NO_AREA", no_area, "area_ha"),
            about("STOCK_VOLUME_FROM_TREES", account.volume_basis == BASIS_TREES, "volume_m3_ha", account.volume_m3_ha),
            about("STOCK_TREES_IN_BAMBOO", trees & ~counted_trees, "volume_m3_ha", account.volume_m3_ha),
            _trees_counted(part, counted_trees, parameters, keys),
            about("STOCK_GROUP_FALLBACK", by_group, "species_code", species),
            about("STOCK_MIXED_FALLBACK", np.asarray(level == "mixed", dtype=bool), "species_code", species),
            about("STOCK_SHRUB_LAND", np.asarray((level == "group") & no_species, dtype=bool), "land_class"),
            *_alternative_reasons(account, columns, parameters, keys, part),
        ]
    )


def _trees_counted(
    part: StandAccount | None, where: BoolArray, parameters: ParameterTable, keys: np.ndarray
) -> pd.DataFrame:
    """As which species the trees of bamboo-led stands were counted."""
    at = np.flatnonzero(where)
    if part is None or not len(at):
        return no_issues()
    return stand_issues("STOCK_TREES_COUNTED", keys[at], "composition", parameters.species[part.look_up.row[at]])


def _by_area(account: StandAccount) -> BoolArray:
    return np.asarray(~np.isin(account.family, (FAMILY_NONE, FAMILY_VOLUME, FAMILY_CULM)))


def _alternative_reasons(
    account: StandAccount,
    columns: pd.DataFrame,
    parameters: ParameterTable,
    keys: np.ndarray,
    part: StandAccount | None,
) -> list[pd.DataFrame]:
    """Why the continuous method gives no value where the constant-factor method does."""
    gap = columns["biomass_alt_t_ha"].isna().to_numpy() & columns["biomass_t_ha"].notna().to_numpy()
    by_volume, row, quantity = account.family == FAMILY_VOLUME, account.look_up.row, account.quantity
    if part is not None:  # of a bamboo stand its trees are asked
        trees = (account.family == FAMILY_CULM) & _with_factor(part)
        by_volume, row = by_volume | trees, np.where(trees, part.look_up.row, row)
        quantity = np.where(trees, part.quantity, quantity)
    limit = np.where(row >= 0, parameters.values["ab_from_m3_ha"][row], np.nan)
    below = np.flatnonzero(gap & by_volume & ~np.isnan(limit))
    without = np.flatnonzero(gap & by_volume & np.isnan(limit))
    other = int(np.count_nonzero(gap & ~by_volume))
    found = [
        stand_issues("STOCK_ALT_BELOW_VOLUME", keys[below], "stock_alt_tco2e", quantity[below]),
        stand_issues("STOCK_ALT_NO_EQUATION", keys[without], "stock_alt_tco2e", parameters.species[row[without]]),
    ]
    if other:
        found.append(layer_issue("STOCK_ALT_NOT_BY_VOLUME", "stock_alt_tco2e", other))
    return found
