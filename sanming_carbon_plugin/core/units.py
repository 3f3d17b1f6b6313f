"""Units of forestry and carbon, and the only place where one becomes another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # the panel asks for units before it is known whether numpy is there
    import numpy as np
    import numpy.typing as npt

Amount = TypeVar("Amount", float, "npt.NDArray[np.float64]")

SQUARE_METRES_PER_HECTARE = 10_000.0
MU_PER_HECTARE = 15.0
"""1 ha = 15 亩 exactly (1 亩 = 1/15 ha = 666.667 m²)."""

CO2E_PER_CARBON = 44.0 / 12.0
"""Mass of carbon dioxide that holds one mass unit of carbon."""

DAYS_PER_YEAR = 365.25
FULL_TURN_DEG = 360.0
"""No longitude is larger: coordinates up to here are degrees, those of a projection are metres."""


def hectares_from_square_metres(area_m2: Amount) -> Amount:
    """Area in m² as hectares."""
    return area_m2 / SQUARE_METRES_PER_HECTARE


def mu_from_hectares(area_ha: Amount) -> Amount:
    """Area in hectares as 亩."""
    return area_ha * MU_PER_HECTARE


def hectares_from_mu(area_mu: Amount) -> Amount:
    """Area in 亩 as hectares."""
    return area_mu / MU_PER_HECTARE


TONNES_PER_WAN_T = 10_000.0
"""1 万吨 = 10,000 t."""


@dataclass(frozen=True)
class UnitChoice:
    """In which units people want to read areas and masses; what is computed and stored stays in ha and t.

    Attributes
    ----------
    area
        ``ha`` or ``mu`` (亩).
    mass
        ``t`` or ``wan_t`` (万吨).
    """

    area: str = "ha"
    mass: str = "t"

    def __post_init__(self) -> None:
        if self.area not in AREA_CHOICES or self.mass not in MASS_CHOICES:
            raise ValueError((self.area, self.mass))

    @property
    def area_factor(self) -> float:
        """What an area in ha is multiplied with."""
        return MU_PER_HECTARE if self.area == "mu" else 1.0

    @property
    def mass_factor(self) -> float:
        """What a mass in t is multiplied with."""
        return 1.0 / TONNES_PER_WAN_T if self.mass == "wan_t" else 1.0

    def area_of(self, area_ha: Amount) -> Amount:
        """Area in the chosen unit."""
        return area_ha * self.area_factor

    def mass_of(self, mass_t: Amount) -> Amount:
        """Mass in the chosen unit."""
        return mass_t * self.mass_factor

    def per_area_of(self, amount_per_ha: Amount) -> Amount:
        """Something per hectare, per chosen unit of area."""
        return amount_per_ha / self.area_factor

    def factor_of(self, column: str) -> float:
        """What the values of a result column, named with its unit, are multiplied with."""
        for ending, factor in (
            *((ending, 1.0 / self.area_factor) for ending in _PER_HECTARE),
            *((ending, self.area_factor) for ending in _HECTARES),
            *((ending, self.mass_factor) for ending in _WHOLE_MASSES),
        ):
            if column.endswith(ending):
                return factor
        return 1.0


AREA_CHOICES = ("ha", "mu")
MASS_CHOICES = ("t", "wan_t")
_PER_HECTARE = ("_m3_ha", "_m3_ha_yr", "_t_ha", "_tc_ha", "_tco2e_ha", "_tco2e_ha_yr", "_m2_ha", "_per_ha")
_HECTARES = ("_ha",)
_WHOLE_MASSES = ("tco2e", "_tco2e_yr")
