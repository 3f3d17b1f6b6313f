"""Whether what is recorded of a stand fits together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..species import BAMBOO, PINE, is_bamboo, species_kinds
from ..survey import years
from ..tables import StandTables
from .findings import Findings

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Settings = Mapping[str, float]

TREELESS = (
    "special_shrub",
    "other_shrub",
    "shrub",
    "nursery",
    "cutover",
    "burnt",
    "other_unstocked",
    "temporary_use",
    "cleared_for_farming",
    "landslide",
    "plantable_barren",
    "plantable_sand",
    "plantable_other",
    "forest_support",
    "cropland",
    "pasture",
    "water",
    "unused",
    "built_up",
)
_REQUIRED = {
    "ORIGIN_MISSING": "origin",
    "AGE_GROUP_MISSING": "age_group",
    "CLOSURE_MISSING": "closure",
    "FOREST_CLASS_MISSING": "forest_class",
    "SLOPE_MISSING": "slope_deg_low",
}
_SQUARE_METRES_OF_SQUARE_CM = 1e-4


def check_attributes(facts: pd.DataFrame, tables: StandTables, settings: Settings, findings: Findings) -> None:
    """Required values and the logic between fields, for all stands at once.

    Parameters
    ----------
    facts
        Columns of :func:`~..normalise.normalise_stands`.
    tables
        Look-up tables of the stands.
    settings
        Thresholds of the check table.
    findings
        Takes the rows.
    """
    kinds = species_kinds(facts["species_code"].to_numpy(dtype=object), tables)
    check_required(facts, findings)
    canes = is_bamboo(facts["land_class"].to_numpy(dtype=object), facts["species_code"].to_numpy(dtype=object), tables)
    check_sizes(facts, canes, settings, findings)
    check_stock(facts, canes, settings, findings)
    check_land_and_species(facts, kinds, settings, findings)
    check_forest_class(facts, findings)
    check_origin_and_age(facts, settings, findings)
    check_composition(facts, kinds, settings, findings)
    check_volume_unit(facts, settings, findings)


def check_required(facts: pd.DataFrame, findings: Findings) -> None:
    """Values that rules need in arbor forest, where the layer records them at all."""
    land = facts["land_class"].to_numpy(dtype=object)
    findings.add("LAND_CLASS_MISSING", facts["land_class"].isna().to_numpy() & facts["land_class"].notna().any())
    arbor = land == "arbor"
    for code, column in _REQUIRED.items():
        known = facts[column].notna()
        if known.any():
            findings.add(code, arbor & ~known.to_numpy(), column)
    survey = facts["survey_date"].notna()
    if survey.any():
        findings.add("SURVEY_DATE_MISSING", arbor & ~survey.to_numpy(), "survey_date")


def check_sizes(facts: pd.DataFrame, canes: Mask, settings: Settings, findings: Findings) -> None:
    """Diameter, height and age of trees against each other; a culm has its size from its first year on."""
    dbh, height, age = (np.where(canes, np.nan, _numbers(facts, name)) for name in ("dbh_cm", "height_m", "age_yr"))
    with np.errstate(divide="ignore", invalid="ignore"):
        slenderness = np.where(dbh > 0, height / (dbh / 100.0), np.nan)
        height_growth, dbh_growth = height / age, dbh / age
    measured = height > settings["breast_height_m"]
    findings.add("TREES_TOO_SLENDER", measured & (slenderness > settings["slenderness_high"]), "height_m", height)
    findings.add("TREES_TOO_STOUT", measured & (slenderness < settings["slenderness_low"]), "height_m", height)
    low = (height < settings["breast_height_m"]) & (dbh > 0)
    findings.add("DBH_WITHOUT_HEIGHT", low, "dbh_cm", dbh)
    findings.add("HEIGHT_TOO_LARGE_FOR_AGE", height_growth > settings["height_growth_high_m_yr"], "height_m", height)
    findings.add("DBH_TOO_LARGE_FOR_AGE", dbh_growth > settings["dbh_growth_high_cm_yr"], "dbh_cm", dbh)


def check_stock(facts: pd.DataFrame, canes: Mask, settings: Settings, findings: Findings) -> None:
    """Stock of trees against closure, diameter, height, stems and basal area; culms have none."""
    volume, closure = _numbers(facts, "volume_m3_ha"), _numbers(facts, "closure")
    dbh, height, stems = _numbers(facts, "dbh_cm"), _numbers(facts, "height_m"), _numbers(facts, "stems_per_ha")
    recorded = _numbers(facts, "basal_area_m2_ha")
    dbh = np.where(canes, np.nan, dbh)
    computed = stems * np.pi / 4.0 * dbh**2 * _SQUARE_METRES_OF_SQUARE_CM
    callipered = dbh >= settings["callipered_dbh_cm"]
    dense = (volume >= settings["dense_volume_low_m3_ha"]) & (closure <= settings["open_closure_high"])
    findings.add("STOCK_TOO_LARGE_FOR_CLOSURE", dense, "volume_m3_ha", volume)
    findings.add("STOCK_ZERO_WITH_TREES", (volume == 0) & callipered & (closure > 0), "volume_m3_ha", volume)
    findings.add("STOCK_OF_SMALL_TREES", (volume > 0) & (dbh > 0) & ~callipered, "volume_m3_ha", volume)
    findings.add("BASAL_AREA_TOO_LARGE", computed > settings["basal_area_high_m2_ha"], "stems_per_ha", stems)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.abs(recorded / computed - 1.0)
        form = volume / (np.where(np.isnan(recorded), computed, recorded) * height)
    findings.add("BASAL_AREA_DISAGREES", difference > settings["basal_area_tolerance"], "basal_area_m2_ha", recorded)
    grown = callipered & (volume > 0) & np.isfinite(form)
    findings.add("STOCK_TOO_LARGE_FOR_TREES", grown & (form > settings["form_height_high"]), "volume_m3_ha", volume)
    findings.add("STOCK_TOO_SMALL_FOR_TREES", grown & (form < settings["form_height_low"]), "volume_m3_ha", volume)


def check_land_and_species(facts: pd.DataFrame, kinds: Texts, settings: Settings, findings: Findings) -> None:
    """Land class against species, closure and stock."""
    land = facts["land_class"].to_numpy(dtype=object)
    species = facts["species_code"].to_numpy(dtype=object)
    closure, volume = _numbers(facts, "closure"), _numbers(facts, "volume_m3_ha")
    known = facts["species_code"].notna().to_numpy()
    canes = kinds == BAMBOO
    findings.add("BAMBOO_LAND_OTHER_SPECIES", (land == "bamboo") & known & ~canes, "species_code", species)
    findings.add("ARBOR_LAND_BAMBOO_SPECIES", (land == "arbor") & canes, "species_code", species)
    shrubs = (kinds == "shrub") & (land == "arbor")
    findings.add("ARBOR_LAND_SHRUB_SPECIES", shrubs, "species_code", species)
    treeless = np.isin(land.astype(str), TREELESS)
    findings.add("STOCK_ON_TREELESS_LAND", treeless & (volume > 0), "volume_m3_ha", volume)
    open_arbor = (land == "arbor") & (closure < settings["arbor_closure_low"])
    findings.add("ARBOR_CLOSURE_TOO_LOW", open_arbor, "closure", closure)
    closed = (land == "sparse") & (closure >= settings["sparse_closure_high"])
    findings.add("SPARSE_CLOSURE_TOO_HIGH", closed, "closure", closure)


def check_forest_class(facts: pd.DataFrame, findings: Findings) -> None:
    """Forest class, forest category, protection grade and disturbance against each other."""
    use, by_class = facts["forest_use"], facts["forest_class"]
    category = facts["forest_category"]
    expected = category.str[:1].map({"1": "public", "2": "commercial"})
    both = by_class.notna() & expected.notna()
    differ = (both & (by_class.str.split("_").str[0] != expected)).to_numpy()
    findings.add("FOREST_CLASS_AND_CATEGORY", differ, "forest_category", category.to_numpy(dtype=object))
    grade = _numbers(facts, "protection_grade")
    findings.add(
        "PROTECTION_GRADE_ON_COMMERCIAL",
        np.isfinite(grade) & (use == "commercial").to_numpy(),
        "protection_grade",
        grade,
    )
    kind, severity = facts["disturbance"], _numbers(facts, "disturbance_grade")
    calm = (kind == "none").to_numpy()
    findings.add("DISTURBANCE_GRADE_WITHOUT_KIND", calm & (severity > 0), "disturbance_grade", severity)
    hit = (kind.notna() & (kind != "none")).to_numpy()
    findings.add("DISTURBANCE_KIND_WITHOUT_GRADE", hit & (severity == 0), "disturbance_grade", severity)


def check_origin_and_age(facts: pd.DataFrame, settings: Settings, findings: Findings) -> None:
    """Origin, planting year, age and survey year against each other."""
    planted_in, age = _numbers(facts, "planting_year"), _numbers(facts, "age_yr")
    natural = (facts["origin"] == "natural").to_numpy()
    findings.add("NATURAL_WITH_PLANTING_YEAR", natural & np.isfinite(planted_in), "planting_year", planted_in)
    since = years(facts["survey_date"].to_numpy(dtype=object)) - planted_in
    findings.add("PLANTED_AFTER_SURVEY", since < 0, "planting_year", planted_in)
    differ = (since >= 0) & (np.abs(since - age) > settings["planting_age_tolerance_yr"])
    findings.add("AGE_AND_PLANTING_YEAR", differ & ~natural, "age_yr", age)


def check_composition(facts: pd.DataFrame, kinds: Texts, settings: Settings, findings: Findings) -> None:
    """Dominant species against the composition, where the composition gives an exact share of pine."""
    low, high = _numbers(facts, "pine_share_low"), _numbers(facts, "pine_share_high")
    exact = facts["composition"].notna().to_numpy() & (low == high)
    pure = settings["pure_stand_share"]
    pine = kinds == PINE
    unlike = exact & ((pine & (low < pure)) | (np.asarray(pd.notna(kinds)) & ~pine & (low >= pure)))
    findings.add("SPECIES_AND_COMPOSITION", unlike, "composition", facts["composition"].to_numpy(dtype=object))


def check_volume_unit(facts: pd.DataFrame, settings: Settings, findings: Findings) -> None:
    """Whether the stock of the whole layer looks like m³ per 亩."""
    median = doubtful_median_m3_ha(facts, settings)
    if median is not None:
        findings.layer("VOLUME_UNIT_DOUBTFUL", "volume_m3_ha", median, median=median)


def doubtful_median_m3_ha(facts: pd.DataFrame, settings: Settings) -> float | None:
    """Median stock of the grown stands where it is too low to be m³ per hectare, else None."""
    grown = (facts["land_class"] == "arbor") & (facts["dbh_cm"] >= settings["volume_unit_dbh_cm"])
    stock = facts["volume_m3_ha"][grown].dropna()
    few = len(stock) < settings["outlier_smallest_group"]
    doubtful = not few and stock.median() < settings["volume_unit_median_m3_ha"]
    return float(stock.median()) if doubtful else None


def _numbers(facts: pd.DataFrame, name: str) -> Floats:
    return facts[name].to_numpy(dtype=np.float64)
