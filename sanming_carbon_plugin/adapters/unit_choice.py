"""Units are chosen once, in the options of QGIS, and followed by card, tables, labels, maps and reports."""

from __future__ import annotations

import math
import sys
from typing import Any

from ..core.units import AREA_CHOICES, MASS_CHOICES, UnitChoice
from .words import word

AREA_SETTING = "sanming_carbon/units/area"
MASS_SETTING = "sanming_carbon/units/mass"

_MASS_DIGITS = {"t": 1, "wan_t": 4}
_AREA_DIGITS = {"ha": 2, "mu": 1}
_REPLACED = {
    ("en", "mu"): (("(ha)", "(mu)"), ("/ha", "/mu"), ("per hectare", "per mu")),
    ("zh", "mu"): (("(公顷)", "(亩)"), ("/公顷", "/亩"), ("每公顷", "每亩")),
    ("en", "wan_t"): (("tCO₂e", "10⁴ tCO₂e"),),
    ("zh", "wan_t"): (("吨二氧化碳当量", "万吨二氧化碳当量"),),
}


def chosen_units() -> UnitChoice:
    """What the user of QGIS chose; hectares and tonnes where nothing was chosen or QGIS is not running."""
    settings = _settings()
    if settings is None:
        return UnitChoice()
    return units_from(settings.value(AREA_SETTING), settings.value(MASS_SETTING))


def units_from(area: object, mass: object) -> UnitChoice:
    """The choice that two texts mean; what they do not say is in hectares and tonnes."""
    return UnitChoice(
        str(area) if area in AREA_CHOICES else AREA_CHOICES[0], str(mass) if mass in MASS_CHOICES else MASS_CHOICES[0]
    )


def keep_units(units: UnitChoice) -> None:
    """Remember the choice in the settings of QGIS."""
    settings = _settings()
    if settings is not None:
        settings.setValue(AREA_SETTING, units.area)
        settings.setValue(MASS_SETTING, units.mass)


def _settings() -> Any:  # noqa: ANN401 - QgsSettings
    # Only where QGIS is running already: the command line must not load it.
    core = sys.modules.get("qgis.core")
    return core.QgsSettings() if core is not None and core.QgsApplication.instance() is not None else None


def area_unit(units: UnitChoice, language: str) -> str:
    """Name of the unit of area."""
    return word("unit", units.area, language)


def mass_unit(units: UnitChoice, language: str) -> str:
    """Name of the unit of mass, of carbon dioxide equivalent."""
    return word("unit", "tco2e" if units.mass == "t" else "wan_tco2e", language)


def number(value: float | None, digits: int, language: str) -> str:
    """A number with its thousands apart, or the word for unknown; never 0 for unknown."""
    if value is None or math.isnan(value):
        return word("report", "unknown", language)
    text = "{:,.{}f}".format(value, digits)
    # A small loss must not read "-0.0".
    return text.lstrip("-") if not text.strip("-0.,") else text.replace("-", "−")


def area_text(area_ha: float | None, units: UnitChoice, language: str) -> str:
    """An area in ha, in the chosen unit."""
    if area_ha is None or math.isnan(area_ha):
        return word("report", "unknown", language)
    return "{} {}".format(
        number(units.area_of(area_ha), _AREA_DIGITS[units.area], language), area_unit(units, language)
    )


def mass_text(mass_t: float | None, units: UnitChoice, language: str) -> str:
    """A mass of CO₂ equivalent in t, in the chosen unit."""
    if mass_t is None or math.isnan(mass_t):
        return word("report", "unknown", language)
    return "{} {}".format(number(units.mass_of(mass_t), _MASS_DIGITS[units.mass], language), mass_unit(units, language))


def titled_in_units(title: str, units: UnitChoice, language: str) -> str:
    """A title that names hectares or tonnes, with the chosen units in their place."""
    for choice in (units.area, units.mass):
        for unit, chosen in _REPLACED.get((language, choice), ()):
            title = title.replace(unit, chosen)
    return title
