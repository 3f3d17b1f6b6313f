"""From source columns to the columns that every room understands; every assumption becomes a row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..progress import Progress
from ..stage import StageResult
from ..units import hectares_from_square_metres, mu_from_hectares
from .age_groups import age_group_of, groups_of_species
from .cells import read_text
from .checks.shapes import repair_rings
from .codes import read_codes, translate_values
from .doubts import Doubts
from .keys import repeated_keys, stand_keys
from .land_class import OLD, PLAN_2020, SURVEY_3, read_land_classes
from .layer import VectorLayer
from .mapping import FieldMapping
from .measures import read_measures
from .packed import portions_of
from .slope import read_slopes
from .source import Source, no_text
from .species import BAMBOO, is_bamboo, pine_share_interval, read_compositions, species_groups, species_kinds
from .survey import read_dates
from .tables import StandTables

Texts = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ARBOR = "arbor"
_GENERATIONS = {OLD: "LAND_CLASS_LIST_OLD", PLAN_2020: "LAND_CLASS_LIST_2020", SURVEY_3: "LAND_CLASS_LIST_SURVEY_3"}
_PUBLIC_CATEGORIES, _COMMERCIAL_CATEGORIES = "1", "2"
_CODE_DIGITS = 2


def normalise_stands(
    layer: VectorLayer,
    mapping: FieldMapping,
    tables: StandTables,
    area_m2: Floats,
    *,
    survey_method: str | None = None,
    progress: Progress | None = None,
) -> StageResult:
    """Columns of the stands, in the units and codes of the plugin.

    Parameters
    ----------
    layer
        Stands as handed in; nothing of it is changed.
    mapping
        Which column plays which role.
    tables
        Look-up tables of the stands.
    area_m2
        Area on the ellipsoid in m², NaN where unknown; length n. It becomes unknown where the outline crosses
        itself so much that it has no certain area.
    survey_method
        How the layer was surveyed, for stands that do not say it themselves.
    progress
        Asked for cancelling.

    Returns
    -------
    StageResult
        Columns indexed by ``stand_key``, in the source's order; unknown is NaN or None.
    """
    places = _places(layer, mapping, tables)
    keys = stand_keys(*(places[name] for name in ("county", "township", "village", "compartment", "stand_no")))
    source = Source(layer, mapping, tables, Doubts(keys), progress or Progress())
    _open_roles(source)
    _check_counties(source, places["county"])
    _tell_repeated_keys(source, places, keys)
    facts: dict[str, npt.NDArray] = dict(places)
    area_ha = hectares_from_square_metres(_certain_areas(source, np.asarray(area_m2, dtype=np.float64)))
    facts["area_ha"], facts["area_mu"] = area_ha, mu_from_hectares(area_ha)
    facts["land_class"] = _land_class(source)
    species, leading_species = _species(source)
    facts.update(species)
    facts.update(_codes(source))
    facts.update(read_measures(source, area_ha, facts["land_class"]))
    facts.update(_age_group(source, facts, leading_species))
    facts.update(_slope(source))
    facts.update(_survey(source, survey_method))
    if source.name("parent_key"):
        facts["parent_key"] = source.text("parent_key")
    _missing_values(source, facts)
    columns = pd.DataFrame(facts, index=pd.Index(keys, name="stand_key", dtype=object))
    return StageResult(columns, source.doubts.table())


def _tell_repeated_keys(source: Source, places: Mapping[str, npt.NDArray], keys: npt.NDArray[np.object_]) -> None:
    """One row per stand that shares its key; a layer that numbers nothing is told once."""
    repeated = repeated_keys(keys)
    if repeated.all() and all(pd.isna(part).all() for part in places.values()):
        source.doubts.layer("STAND_KEY_MISSING", None, len(keys), count=len(keys))
        return
    source.doubts.stands("STAND_KEY_REPEATED", repeated, source.name("stand_no"), keys)


def _certain_areas(source: Source, area_m2: Floats) -> Floats:
    """Areas of the stands; unknown where the outline crosses itself so that loops cancel or count twice.

    Round a crossing ring one side counts against the other: a figure of eight has the area 0. Where the outline
    made valid has another area, nobody can say which of the two is meant.
    """
    change = np.full(len(source.layer), np.nan)
    for part, outlines in portions_of(source.layer.geometry):
        source.progress.raise_if_cancelled()
        change[part] = repair_rings(outlines, np.inf)[1]
    uncertain = np.abs(change) > source.tables.settings["repair_tolerance"]
    source.doubts.stands("AREA_UNCERTAIN", uncertain, None, np.round(hectares_from_square_metres(area_m2), 4))
    return np.where(uncertain, np.nan, area_m2)


def _places(layer: VectorLayer, mapping: FieldMapping, tables: StandTables) -> dict[str, Texts]:
    """Parts of the key; the county with today's code."""
    quiet = Source(layer, mapping, tables, Doubts(no_text(len(layer))))
    places = {name: quiet.text(name) for name in ("township", "village", "compartment", "stand_no")}
    written = quiet.text("county")
    found = quiet.codes("county")
    codes = pd.Series(written, dtype=object).astype(str).str.extract(r"^(\d{6})(?:\d{3}|\d{6})?$", expand=False)
    known = translate_values(codes.where(codes.notna(), None).to_numpy(dtype=object), _today(tables))
    other = codes.where(codes.notna(), None).to_numpy(dtype=object)
    first = np.where(pd.notna(found.value), found.value, known)
    county: Texts = np.where(pd.notna(first), first, other)
    return {"county": county, **places}


def _today(tables: StandTables) -> dict[str, object]:
    return {**tables.codes["ADMIN"].values, **tables.codes["ADMIN_OLD"].values}


def _check_counties(source: Source, county: Texts) -> None:
    column = source.column("county")
    if column is None:
        return
    found = read_codes(column, ("ADMIN_OLD",), source.tables)
    source.doubts.counted(
        "COUNTY_RENUMBERED", len(county) - found.count("unknown") - found.count("missing"), source.name("county")
    )
    foreign = ~np.isin(county.astype(str), list(source.tables.codes["ADMIN"].values))
    said = pd.notna(read_text(column, source.tables))
    source.doubts.stands("COUNTY_UNKNOWN", foreign & said, source.name("county"), column.to_numpy(dtype=object))


def _open_roles(source: Source) -> None:
    """Roles that carbon needs and no column has; roles where two columns fit."""
    for role, many in source.mapping.ambiguous.items():
        label = source.tables.roles[role].label_zh
        source.doubts.layer("FIELD_AMBIGUOUS", role, ", ".join(one.column for one in many), role=role, role_zh=label)
    per_area = ("volume_per_mu", "stand_volume")
    for name, wanted in source.tables.roles.items():
        if wanted.needed_for and source.name(name) is None:
            if name == "volume" and any(source.name(other) for other in per_area):
                continue
            source.doubts.layer("FIELD_MISSING", name, None, role=name, role_zh=wanted.label_zh)


def _land_class(source: Source) -> Texts:
    column = source.column("land_class")
    if column is None:
        return no_text(len(source.layer))
    field = source.name("land_class")
    found = read_land_classes(column, source.tables, source.mapping.decisions.get("land_class_list"))
    values = column.to_numpy(dtype=object)
    source.doubts.stands("LAND_CLASS_UNKNOWN", found.codes.is_unknown(), field, values)
    source.doubts.stands("LAND_CLASS_AMBIGUOUS", found.ambiguous, field, values)
    for name, count in found.generations.items():
        source.doubts.counted(_GENERATIONS[name], count, field)
    source.doubts.counted("CODES_FROM_NAMES", found.codes.count("name"), field)
    if found.mixed:
        source.doubts.layer("LAND_CLASS_LISTS_MIXED", field)
    return found.codes.value


def _species(source: Source) -> tuple[dict[str, npt.NDArray], Texts]:
    """Dominant species, its group, the composition and the share of pine; and the species that sets the age group.

    The age group of a mixed stand follows the dominant species of the main layer (GB/T 26424), which only the
    composition tells.
    """
    code = source.codes("species", issue="SPECIES_UNKNOWN").code
    written = source.text("composition")
    column = source.column("composition")
    shares = read_compositions(pd.Series(written, dtype=object), source.tables)
    if column is not None:
        source.doubts.stands("COMPOSITION_UNREADABLE", shares.unreadable, source.name("composition"), written)
    pure = shares.dominant_share >= source.tables.settings["pure_stand_share"]
    taken: Mask = pd.isna(code) & pure & pd.notna(shares.dominant)
    source.doubts.counted("SPECIES_FROM_COMPOSITION", int(taken.sum()), source.name("composition"))
    code = np.where(taken, shares.dominant, code)
    low, high = pine_share_interval(code, shares.pine_share, source.tables)
    mixed = pd.Series(species_kinds(code, source.tables), dtype=object).str.startswith("mixed", na=False).to_numpy()
    columns = {
        "species_code": code,
        "species_group": species_groups(code, source.tables),
        "composition": written,
        "pine_share_low": low,
        "pine_share_high": high,
        "trees_in_bamboo_code": np.where(species_kinds(code, source.tables) == BAMBOO, shares.trees, no_text(1)),
    }
    return columns, np.where(mixed, shares.dominant, code)


def _codes(source: Source) -> dict[str, npt.NDArray]:
    """Everything else that is a code."""
    origin = source.codes("origin")
    two_digits = pd.Series(origin.code, dtype=object).str.len().to_numpy(dtype=np.float64) == _CODE_DIGITS
    forest_class, category = source.codes("forest_class").value, source.codes("forest_category").code
    grades = {
        name: _as_number(source.codes(name).value)
        for name in ("quality_grade", "protection_grade", "land_protection_grade", "disturbance_grade")
    }
    flags = {name: source.codes(name).value for name in ("red_line", "reserve", "reserve_core", "dispute")}
    # The core is a part of the reserve: one column tells what the other leaves open, as far as that goes.
    reserve, core = flags["reserve"], flags["reserve_core"]
    flags["reserve"] = np.where(pd.isna(reserve) & (core == "yes"), "yes", reserve)
    flags["reserve_core"] = np.where(pd.isna(core) & (reserve == "no"), "no", core)
    return {
        "origin": origin.value,
        "origin_code": np.where(two_digits, origin.code, no_text(len(source.layer))),
        "land_tenure": source.codes("land_tenure").code,
        "tree_tenure": source.codes("tree_tenure").code,
        "forest_class": forest_class,
        "forest_use": _forest_use(source, forest_class, category),
        "forest_category": category,
        "disturbance": source.codes("disturbance").value,
        "project_category": source.text("project_category"),
        "change_reason": source.codes("change_reason").code,
        **grades,
        **flags,
    }


def _forest_use(source: Source, forest_class: Texts, category: Texts) -> Texts:
    """Public or commercial: from the forest class, else from the forest category."""
    by_class = pd.Series(forest_class, dtype=object).str.split("_").str[0]
    first = pd.Series(category, dtype=object).str[:1]
    by_category = first.map({_PUBLIC_CATEGORIES: "public", _COMMERCIAL_CATEGORIES: "commercial"})
    derived = by_class.isna() & by_category.notna()
    source.doubts.counted("FOREST_USE_FROM_CATEGORY", int(derived.sum()), source.name("forest_category"))
    use = by_class.where(by_class.notna(), by_category)
    found: Texts = use.where(use.notna(), None).to_numpy(dtype=object)
    return found


def _age_group(source: Source, facts: dict[str, npt.NDArray], leading_species: Texts) -> dict[str, Floats]:
    """Recorded age group; the one of the table only where none is recorded.

    Where both are there they differ now and then, by up to three groups: rules hold on to what is recorded, so for
    them a group from the age alone is unknown.
    """
    bamboo = is_bamboo(facts["land_class"], facts["species_code"], source.tables)
    trees = source.codes_quiet("age_group", ("LING_ZU",))
    canes = source.codes_quiet("age_group", ("LING_ZU_BAMBOO", "LING_ZU"))
    unknown = np.where(bamboo, canes.is_unknown(), trees.is_unknown())
    source.doubts.stands("CODE_UNKNOWN", unknown, source.name("age_group"), source.written("age_group"))
    source.doubts.counted("CODES_FROM_NAMES", canes.count("name"), source.name("age_group"))
    recorded = _as_number(np.where(bamboo, canes.value, trees.value))
    beyond = recorded > groups_of_species(facts["species_code"], bamboo)
    source.doubts.stands("AGE_GROUP_OUT_OF_LIST", beyond, source.name("age_group"), recorded)
    recorded = np.where(beyond, np.nan, recorded)
    computed = age_group_of(facts["age_yr"], leading_species, facts["origin"], source.tables)
    differ = np.isfinite(recorded) & np.isfinite(computed) & (recorded != computed)
    source.doubts.stands("AGE_GROUP_DISAGREES", differ, source.name("age_group"), recorded)
    derived = np.isnan(recorded) & np.isfinite(computed)
    source.doubts.counted("AGE_GROUP_FROM_AGE", int(derived.sum()), source.name("age"))
    group = np.where(np.isnan(recorded), computed, recorded)
    return {"age_group": group, "age_group_low": recorded, "age_group_high": recorded.copy()}


def _slope(source: Source) -> dict[str, Floats]:
    column = source.column("slope")
    if column is None:
        nothing = np.full(len(source.layer), np.nan)
        return {"slope_deg_low": nothing, "slope_deg_high": nothing.copy()}
    found = read_slopes(column, source.tables, source.mapping.decisions.get("slope_kind"))
    if found.kind is not None:
        code = "SLOPE_AS_CLASS" if found.kind == "class" else "SLOPE_AS_DEGREES"
        source.doubts.counted(code, int(np.isfinite(found.low).sum()), source.name("slope"))
    source.doubts.stands("VALUE_OUT_OF_RANGE", found.unknown, source.name("slope"), column.to_numpy(dtype=object))
    return {"slope_deg_low": found.low, "slope_deg_high": found.high}


def _survey(source: Source, survey_method: str | None) -> dict[str, Texts]:
    """Date and method of the survey."""
    date = no_text(len(source.layer))
    column = source.column("survey_date")
    if column is not None:
        date, no_date, rewritten = read_dates(column, source.tables)
        source.doubts.stands("DATE_UNREADABLE", no_date, source.name("survey_date"), column.to_numpy(dtype=object))
        source.doubts.counted("DATES_REWRITTEN", rewritten, source.name("survey_date"))
    method = source.codes("survey_method").value
    if survey_method not in (None, "unknown"):
        open_ones = pd.isna(method)
        source.doubts.counted("SURVEY_METHOD_FROM_OPTION", int(open_ones.sum()), None, method=survey_method)
        method = np.where(open_ones, survey_method, method)
    return {"survey_date": date, "survey_method": method}


def _missing_values(source: Source, facts: dict[str, npt.NDArray]) -> None:
    """Forest stands without what their carbon hangs on, where the layer has such a column at all."""
    land, kinds = facts["land_class"], species_kinds(facts["species_code"], source.tables)
    no_land = pd.isna(land)
    canes = is_bamboo(land, facts["species_code"], source.tables)
    treed = np.isin(
        kinds.astype(str),
        ("pine", "conifer", "broadleaf", "mixed_conifer", "mixed_broadleaf", "mixed_conifer_broadleaf"),
    )
    arbor = np.asarray(land == ARBOR) | (no_land & treed)
    if source.name("species") or source.name("composition"):
        missing = pd.isna(facts["species_code"]) & np.asarray(land == ARBOR)
        unread = source.codes_quiet("species").is_unknown()
        source.doubts.stands("SPECIES_MISSING", missing & ~unread, source.name("species"))
    volume_field = source.name("volume") or source.name("volume_per_mu") or source.name("stand_volume")
    if volume_field:
        source.doubts.stands("VOLUME_MISSING", np.isnan(facts["volume_m3_ha"]) & arbor & ~canes, volume_field)
    stems_field = source.name("stems") or source.name("stems_per_mu")
    if stems_field:
        culms = facts.get("bamboo_culms_per_ha", facts["stems_per_ha"])
        source.doubts.stands("CULMS_MISSING", np.isnan(facts["stems_per_ha"]) & np.isnan(culms) & canes, stems_field)


def _as_number(values: Texts) -> Floats:
    """Grades as numbers, NaN where none."""
    found: Floats = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    return found
