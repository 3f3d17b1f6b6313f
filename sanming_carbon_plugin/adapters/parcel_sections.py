"""The sections of the parcel card that hold figures: what the stand is, areas, evidence, stock, sink and ticket."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.tickets.eligibility import EVIDENCE
from ..core.units import MU_PER_HECTARE, UnitChoice
from .fact_words import fact_name, fact_text, interval_text, percent
from .parcel_credited import CreditedPart
from .parcel_words import Line, ParcelRow, Section
from .unit_choice import area_text, area_unit, mass_text, mass_unit, number, titled_in_units
from .words import word

_ATTRIBUTES = (
    "land_class", "species_code", "species_group", "composition", "origin_code", "age_yr", "age_group", "closure",
    "dbh_cm", "height_m", "volume_m3_ha", "stems_per_ha", "basal_area_m2_ha", "slope_deg", "aspect_code",
    "elevation_m_mean", "soil_depth_cm", "quality_grade", "land_tenure", "tree_tenure", "forest_class",
    "forest_category", "protection_grade", "land_protection_grade", "disturbance", "disturbance_grade",
    "project_category", "change_reason", "planting_year", "red_line", "reserve_core", "dispute", "survey_date",
    "survey_method",
)  # fmt: skip
_ONLY_WHERE_KNOWN = {
    *("aspect_code", "elevation_m_mean", "protection_grade", "project_category", "change_reason", "planting_year"),
    *("disturbance_grade", "composition"),
}
_IMAGES = ("image_species_group", "image_probability", "image_conflict", "damage_share")


def attribute_section(row: ParcelRow, units: UnitChoice, language: str) -> Section:
    """What the stand is, in words; what is unknown is said, but for what most stands do not have."""
    lines = []
    for name in _ATTRIBUTES:
        if name == "slope_deg":
            text = interval_text(row.values, name, language)
        else:
            if name in _ONLY_WHERE_KNOWN and row.values.get(name) is None:
                continue
            text = _attribute(row, name, units, language)
        lines.append(Line(titled_in_units(fact_name(name, language), units, language), text))
    return Section("what", word("card", "what", language), tuple(lines))


def _attribute(row: ParcelRow, name: str, units: UnitChoice, language: str) -> str:
    value = row.values.get(name)
    if isinstance(value, float):
        value = float("{:.4g}".format(value * units.factor_of(name)))
    if name == "origin_code" and value is None:  # read from a name, not from a code
        return fact_text("origin", row.values.get("origin"), language)
    return fact_text(name, value, language, bamboo=row.is_bamboo)


def area_section(row: ParcelRow, units: UnitChoice, language: str) -> Section:
    """The area three ways, in both units; the chosen one first."""
    ellipsoid = row.number("area_ha")
    lines = [Line(word("card", "ellipsoid", language), _area(ellipsoid, units, language))]
    for name, area_ha in (("attribute", row.number("area_attr_ha")), ("planar", row.planar_area_ha())):
        note = _difference(area_ha, ellipsoid, language)
        if name == "planar" and area_ha is None and row.geometry is not None:
            note = word("card", "not_projected", language)
        lines.append(Line(word("card", name, language), _area(area_ha, units, language), note))
    return Section("area", word("card", "area", language), tuple(lines))


def _area(area_ha: float | None, units: UnitChoice, language: str) -> str:
    if area_ha is None:
        return word("report", "unknown", language)
    both = (number(area_ha, 4, language), number(area_ha * MU_PER_HECTARE, 2, language))
    texts = [
        "{} {}".format(text, area_unit(UnitChoice(area=unit), language))
        for text, unit in zip(both, ("ha", "mu"), strict=True)
    ]
    return " = ".join(texts if units.area == "ha" else reversed(texts))


def _difference(value: float | None, against: float | None, language: str) -> str:
    if value is None or against is None or against == 0:
        return ""
    text = "{:+.2f} %".format(100.0 * (value / against - 1.0)).replace("-", "−")
    return "{} {}".format(word("card", "difference", language), text)


def evidence_rows(row: ParcelRow, language: str) -> tuple[tuple[str, str, str, str], ...]:
    """Name, mean, standard deviation and share of valid cells of each raster band, in the order of the result."""
    names = [name.removesuffix("_support") for name in row.values if name.endswith("_support")]
    names = [name for name in names if name + "_mean" in row.values and name + "_std" in row.values]
    return tuple(
        (
            name,
            fact_text(name, row.number(name + "_mean"), language),
            fact_text(name, row.number(name + "_std"), language),
            percent(row.number(name + "_support"), language),
        )
        for name in names
    )


def stock_section(row: ParcelRow, units: UnitChoice, language: str) -> Section:
    """Stock by both methods, and what it comes from."""
    constant, continuous = row.number("stock_tco2e"), row.number("stock_alt_tco2e")
    lines = [
        Line(word("card", "constant", language), mass_text(constant, units, language)),
        Line(
            word("card", "continuous", language),
            mass_text(continuous, units, language),
            _difference(continuous, constant, language),
        ),
    ]
    for name in ("carbon_tc_ha", "biomass_t_ha"):
        value = row.number(name)
        label = titled_in_units(word("column", name, language), units, language)
        lines.append(Line(label, number(None if value is None else units.per_area_of(value), 2, language)))
    if row.values.get("parameter_row") is not None:
        lines.append(Line(word("card", "parameters", language), str(row.values["parameter_row"])))
    lines += [
        Line(word("column", name, language), fact_text(name.removeprefix("image_"), row.values[name], language))
        for name in _IMAGES
        if row.values.get(name) is not None
    ]
    return Section("stock", word("card", "stock", language), tuple(lines))


def sink_section(row: ParcelRow, units: UnitChoice, language: str) -> Section:
    """Yearly sink with its interval, and on what it rests."""
    low, high = row.number("sink_low_tco2e_yr"), row.number("sink_high_tco2e_yr")
    interval = word("report", "unknown", language)
    if low is not None and high is not None:
        unit = mass_unit(units, language)
        interval = "{} – {}".format(
            mass_text(low, units, language).removesuffix(unit), mass_text(high, units, language)
        )
    increment = row.number("increment_m3_ha_yr")
    lines = [
        Line(word("card", "sink", language), mass_text(row.number("sink_tco2e_yr"), units, language)),
        Line(word("card", "interval", language), interval),
        Line(word("card", "basis", language), word("sink_basis", row.values.get("sink_basis"), language)),
        Line(
            titled_in_units(word("column", "increment_m3_ha_yr", language), units, language),
            number(None if increment is None else units.per_area_of(increment), 3, language),
        ),
    ]
    if row.number("recode_tco2e"):
        lines.append(Line(word("card", "recode", language), mass_text(row.number("recode_tco2e"), units, language)))
    if row.number("years") is not None:
        lines.append(Line(word("card", "years", language), number(row.number("years"), 2, language)))
    if row.number("earlier_cover") is not None:
        lines.append(Line(word("card", "earlier_cover", language), percent(row.number("earlier_cover"), language)))
    return Section("sink", word("card", "sink", language), tuple(lines))


def ticket_section(
    row: ParcelRow, missing: list[str], credited: Sequence[CreditedPart], units: UnitChoice, language: str
) -> Section:
    """Status of the ticket, what is missing, and what somebody else has credited already, and who."""
    between = "、" if language == "zh" else ", "
    wanted = [name for fact in missing for name in EVIDENCE.get(fact, (fact,))]
    names = between.join(dict.fromkeys(fact_name(name, language) for name in wanted))
    lines = [
        Line(word("column", "ticket", language), word("ticket_outcome", row.values.get("ticket"), language)),
        Line(word("card", "missing", language), names or word("card", "nothing_missing", language)),
        Line(word("card", "tonnes", language), mass_text(row.number("ticket_tco2e"), units, language)),
    ]
    free, area_ha = row.number("free_share"), row.number("area_ha")
    if free is None:
        lines.append(Line(word("card", "overlap", language), word("card", "not_asked", language)))
    else:
        share = "{} {}".format(percent(1.0 - free, language), word("card", "share_of_area", language))
        blocked = None if area_ha is None else (1.0 - free) * area_ha
        told = "" if free >= 1.0 else area_text(blocked, units, language)
        lines.append(Line(word("card", "overlap", language), share, told))
        lines += [part.line(language) for part in credited]
        lines.append(Line(word("card", "free", language), percent(free, language)))
    covered = interval_text(row.values, "tenure_covered_share", language)
    lines.append(Line(word("card", "certificates", language), covered))
    return Section("ticket", word("card", "ticket", language), tuple(lines))
