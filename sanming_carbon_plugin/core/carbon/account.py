"""What each stand of one inventory holds: how much of what, and how many tonnes of CO₂e one unit of it stands for.

Stock and sink are both made from this account, so that they can never use different readings of a stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from .parameters import (
    FAMILY_AREA,
    FAMILY_CULM,
    FAMILY_NONE,
    FAMILY_VOLUME,
    NO_ROW,
    FloatArray,
    IntArray,
    LookUp,
    ParameterTable,
    TextArray,
)

BoolArray = npt.NDArray[np.bool_]

NOT_FOREST = frozenset(
    {"cropland", "pasture", "water", "unused", "built_up", "forest_support", "temporary_use", "cleared_for_farming",
     "landslide", "plantable_barren", "plantable_sand", "plantable_other", "nursery"}
)  # fmt: skip
"""Land classes without a stand of trees: no stock is expected, and a missing volume is no fault."""

UNSTOCKED = frozenset({"cutover", "burnt", "other_unstocked"})
"""Forest land that lost its stand: a recorded volume counts, the stock of a missing one stays unknown."""

NOT_YET_STOCKED = frozenset({"unestablished_plantation", "unestablished_closure"})

BARE = NOT_FOREST | UNSTOCKED | NOT_YET_STOCKED
"""Where nothing is recorded, nothing is taken to be left of what stood there: a loss is never put off."""

SHRUB_LAND = frozenset({"special_shrub", "other_shrub", "shrub", "shrub_swamp"})
BAMBOO_AGES = (1, 2, 3)
"""Young, prime and old bamboo."""

SHRUB_GROUP = "shrub"
BAMBOO_COLUMN = "bamboo_culms_per_ha"
TREES_COLUMN = "trees_in_bamboo_code"
"""Species of the trees in a stand that bamboo leads, from its composition (7竹3杉: 310)."""

BASIS_RECORDED, BASIS_TREES, BASIS_NONE, BASIS_NOT_FOREST = "recorded", "tree_equations", "none", "not_forest"


@dataclass(frozen=True)
class StandAccount:
    """One entry per stand, NaN where unknown.

    Attributes
    ----------
    family
        What the stand is counted in: volume (m³/ha), culms (1/ha), area (1), or nothing.
    quantity
        How much of it there is per hectare; a true 0 stays 0.
    tonnes_per_unit
        Dry biomass of one unit, t; known without a quantity, NaN without a parameter row.
    factor_tco2e
        CO₂ equivalent of one unit, t.
    volume_m3_ha, volume_basis
        Stock volume per hectare as recorded, else from the mean tree; where it comes from.
    not_forest
        Land classes without a stand of trees.
    bare
        Land classes of :data:`BARE`.
    stands_in
        Counted by what stands in for a missing figure: culms by the column of the bamboo among trees, shrub land
        without a species by that of shrub, ground of no known land class by the constant of what stands there.
    only_column
        Culms of a layer that counts bamboo in one column alone, as county lists do: nothing is missing beside it.
    ageless
        Bamboo of no known age, counted by the lightest culms.
    """

    family: npt.NDArray[np.int8]
    quantity: FloatArray
    tonnes_per_unit: FloatArray
    factor_tco2e: FloatArray
    look_up: LookUp
    volume_m3_ha: FloatArray
    volume_basis: TextArray
    not_forest: BoolArray
    bare: BoolArray
    stands_in: BoolArray
    only_column: BoolArray
    ageless: BoolArray

    def __len__(self) -> int:
        return len(self.family)


def numbers(facts: pd.DataFrame, column: str) -> FloatArray:
    """Column of ``facts`` as float64, all NaN where the table has none; infinite is unknown too."""
    if column not in facts.columns:
        return np.full(len(facts), np.nan)
    values = pd.to_numeric(facts[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def texts(facts: pd.DataFrame, column: str) -> TextArray:
    """Column of ``facts`` as text, all None where the table has none."""
    if column not in facts.columns:
        return np.full(len(facts), None, dtype=object)
    values = facts[column]
    return values.astype(object).where(values.notna(), None).to_numpy(dtype=object)


def open_account(facts: pd.DataFrame, parameters: ParameterTable) -> StandAccount:
    """Read every stand of an inventory by the parameter table.

    Parameters
    ----------
    facts
        Table of stands; columns that are missing count as unknown.
    parameters
        The parameter table.
    """
    land = pd.Series(texts(facts, "land_class"), dtype=object)
    not_forest = land.isin(NOT_FOREST).to_numpy()
    found = _look_up(facts, parameters)
    family = np.where(found.row >= 0, parameters.family[found.row], FAMILY_NONE).astype(np.int8)
    volume, basis = _volume(facts, found, family, parameters, not_forest)
    stems = _own_culms(facts)
    covered = np.where(land.isin(BARE).to_numpy(), np.nan, 1.0)
    quantity = np.select(
        [family == FAMILY_CULM, family == FAMILY_AREA], [np.where(stems >= 0, stems, np.nan), covered], volume
    )
    tonnes = _tonnes_per_unit(found.row, family, _bamboo_age(facts), parameters)
    factor = tonnes * np.where(found.row >= 0, parameters.tco2e_per_biomass()[found.row], np.nan)
    basis[np.isnan(quantity) & not_forest] = BASIS_NOT_FOREST
    stands_in = (family == FAMILY_CULM) & np.isnan(numbers(facts, "stems_per_ha"))
    only_column = stands_in & (texts(facts, "culms_from") == BAMBOO_COLUMN)
    stands_in |= (family == FAMILY_AREA) & (pd.isna(texts(facts, "species_code")) | land.isna().to_numpy())
    ageless = (family == FAMILY_CULM) & (_bamboo_age(facts) == 0)
    bare = land.isin(BARE).to_numpy()
    told = (basis, not_forest, bare, stands_in, only_column, ageless)
    return StandAccount(family, quantity, tonnes, factor, found, volume, *told)


def for_comparison(account: StandAccount) -> StandAccount:
    """Only what a comparison of two dates asks for: of a county's worth of stands the rest fills memory it needs."""
    no_texts = np.empty(0, dtype=object)
    look_up = replace(account.look_up, level=no_texts, group=no_texts)
    return replace(account, tonnes_per_unit=np.empty(0), volume_m3_ha=np.empty(0), look_up=look_up)


def _own_culms(facts: pd.DataFrame) -> FloatArray:
    """Culms of a bamboo stand: its stems, else the bamboo that the layer counts in a column of its own."""
    stems = numbers(facts, "stems_per_ha")
    return np.where(np.isnan(stems), numbers(facts, BAMBOO_COLUMN), stems)


def _bamboo_age(facts: pd.DataFrame) -> IntArray:
    """Age group 1 to 3 of bamboo, 0 where unknown."""
    age = numbers(facts, "age_group")
    return np.where(np.isin(age, BAMBOO_AGES), np.nan_to_num(age), 0).astype(np.int64)


def species_group(facts: pd.DataFrame, parameters: ParameterTable) -> TextArray:
    """Species group of each stand, None where it is unknown."""
    return _look_up(facts, parameters).group


def _look_up(facts: pd.DataFrame, parameters: ParameterTable) -> LookUp:
    """Rows by species; shrub land without a species takes the row that stands for shrub."""
    species = texts(facts, "species_code")
    shrub_land = pd.Series(texts(facts, "land_class"), dtype=object).isin(SHRUB_LAND).to_numpy()
    found = parameters.look_up(species)
    leader = [row for row, name in enumerate(parameters.group) if name == SHRUB_GROUP]
    bare = shrub_land & (pd.Series(species, dtype=object).isna().to_numpy())
    if not leader or not bare.any():
        return found
    row, level, group = found.row.copy(), found.level.copy(), found.group.copy()
    row[bare], level[bare], group[bare] = leader[0], "group", SHRUB_GROUP
    return LookUp(row, level, group)


def _volume(
    facts: pd.DataFrame,
    found: LookUp,
    family: npt.NDArray[np.int8],
    parameters: ParameterTable,
    not_forest: BoolArray,
) -> tuple[FloatArray, TextArray]:
    """Volume per hectare: recorded, else from the mean tree and the number of trees, else unknown."""
    volume = numbers(facts, "volume_m3_ha")
    volume[volume < 0] = np.nan
    basis = np.full(len(facts), BASIS_NONE, dtype=object)
    basis[~np.isnan(volume)] = BASIS_RECORDED
    # On felled or burnt ground the tree figures are those of the stand that stood there, on ground that is not
    # stocked yet those of saplings: they make no volume.
    felled = pd.Series(texts(facts, "land_class"), dtype=object).isin(UNSTOCKED | NOT_YET_STOCKED).to_numpy()
    missing = np.isnan(volume) & (family == FAMILY_VOLUME) & ~not_forest & ~felled
    if parameters.equations is None or not missing.any():
        return volume, basis
    at = np.flatnonzero(missing)
    groups = pd.Series(found.group[at], dtype=object).map(parameters.equations.groups).fillna(NO_ROW)
    trees = parameters.equations.tree_volume_m3(
        groups.to_numpy(dtype=np.int64), numbers(facts, "dbh_cm")[at], numbers(facts, "height_m")[at]
    )
    stems = numbers(facts, "stems_per_ha")[at]
    volume[at] = trees * np.where(stems >= 0, stems, np.nan)
    basis[at[~np.isnan(volume[at])]] = BASIS_TREES
    return volume, basis


def _tonnes_per_unit(
    row: IntArray, family: npt.NDArray[np.int8], age_group: IntArray, parameters: ParameterTable
) -> FloatArray:
    """Dry biomass (t) of 1 m³, one culm or one hectare of each stand."""
    per_volume = parameters.biomass_per_volume_t_m3()[row]
    per_culm = parameters.culm_kg[row, age_group] / 1000.0
    per_area = parameters.values["biomass_t_ha"][row]
    return np.select(
        [family == FAMILY_VOLUME, family == FAMILY_CULM, family == FAMILY_AREA],
        [per_volume, per_culm, per_area],
        np.nan,
    )


def open_bamboo_part(facts: pd.DataFrame, parameters: ParameterTable, needed: bool = False) -> StandAccount | None:
    """Bamboo that stands among the trees of mixed stands (``bamboo_culms_per_ha``), None where none is recorded.

    Volume tables leave bamboo out, so it is counted beside the trees. Stands that are bamboo themselves are
    counted by their own culms and have no such part. ``needed`` opens an account of unknowns rather than none.
    """
    rows = np.flatnonzero(parameters.family == FAMILY_CULM)
    culms = numbers(facts, BAMBOO_COLUMN)
    if not len(rows) or (np.isnan(culms).all() and not needed):
        return None
    own = parameters.look_up(texts(facts, "species_code")).row
    itself = (own >= 0) & np.isin(parameters.family[own], (FAMILY_CULM, FAMILY_AREA))
    count, row = len(facts), int(rows[0])
    culms = np.where(itself | (culms < 0), np.nan, culms)
    family = np.where(np.isnan(culms), FAMILY_NONE, FAMILY_CULM).astype(np.int8)
    tonnes = np.full(count, parameters.culm_kg[row, 0] / 1000.0)
    found = LookUp(
        np.full(count, row, dtype=np.int64),
        np.full(count, "species", dtype=object),
        np.full(count, parameters.group[row], dtype=object),
    )
    no_volume = np.full(count, np.nan)
    basis = np.full(count, BASIS_NONE, dtype=object)
    factor = tonnes * parameters.tco2e_per_biomass()[row]
    not_forest, bare = _land_flags(facts)
    return StandAccount(
        family, culms, tonnes, factor, found, no_volume, basis, not_forest, bare, *np.zeros((3, count), dtype=bool)
    )


def bamboo_leads(row: IntArray, parameters: ParameterTable) -> BoolArray:
    """Stands whose own ``row`` is bamboo, counted by culms or by a constant per hectare."""
    bamboo = set(parameters.group[parameters.family == FAMILY_CULM])
    own = np.isin(parameters.family, (FAMILY_CULM, FAMILY_AREA)) & np.isin(parameters.group, list(bamboo))
    return np.asarray((row >= 0) & own[row])


def open_trees_part(facts: pd.DataFrame, parameters: ParameterTable, needed: bool = False) -> StandAccount | None:
    """Trees that stand in bamboo (volume of a bamboo-led stand), None where none are recorded.

    Their species is what the composition tells beside the bamboo; without it their volume has no factor. A stand
    that trees lead has no such part: its volume is its own. ``needed`` opens an account of unknowns rather than none.
    """
    count = len(facts)
    volume = numbers(facts, "volume_m3_ha")
    leads = bamboo_leads(parameters.look_up(texts(facts, "species_code")).row, parameters)
    volume[~leads | (volume < 0.0)] = np.nan
    if not (volume > 0.0).any() and not needed:
        return None
    at = np.flatnonzero(leads)  # also without a volume: what is gone from bare land may be named today alone
    few = parameters.look_up(texts(facts, TREES_COLUMN)[at]).row  # bamboo leads few of many stands
    few = np.where((few >= 0) & (parameters.family[few] == FAMILY_VOLUME), few, NO_ROW)
    row, kinds = np.full(count, NO_ROW, dtype=np.int64), np.full(count, FAMILY_NONE, dtype=np.int8)
    row[at] = few
    kinds[at] = np.where((volume[at] == 0.0) | (few >= 0), FAMILY_VOLUME, FAMILY_NONE)
    tonnes, factor = np.full(count, np.nan), np.full(count, np.nan)
    tonnes[at] = np.where(few >= 0, parameters.biomass_per_volume_t_m3()[few], np.nan)
    factor[at] = tonnes[at] * parameters.tco2e_per_biomass()[few]
    basis = np.full(count, BASIS_NONE, dtype=object)
    basis[volume >= 0.0] = BASIS_RECORDED
    no_texts = np.empty(0, dtype=object)
    not_forest, bare = _land_flags(facts)
    found = LookUp(row, no_texts, no_texts)
    return StandAccount(
        kinds, volume, tonnes, factor, found, volume, basis, not_forest, bare, *np.zeros((3, count), dtype=bool)
    )


def _land_flags(facts: pd.DataFrame) -> tuple[BoolArray, BoolArray]:
    """Land without a stand of trees, and bare land."""
    land = pd.Series(texts(facts, "land_class"), dtype=object)
    return land.isin(NOT_FOREST).to_numpy(), land.isin(BARE).to_numpy()
