"""Units of forestry and carbon, and the only place where one becomes another."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Amount = TypeVar("Amount", float, npt.NDArray[np.float64])

SQUARE_METRES_PER_HECTARE = 10_000.0
MU_PER_HECTARE = 15.0
"""1 ha = 15 亩 exactly (1 亩 = 1/15 ha = 666.667 m²)."""

CO2E_PER_CARBON = 44.0 / 12.0
"""Mass of carbon dioxide that holds one mass unit of carbon."""

DAYS_PER_YEAR = 365.25


def hectares_from_square_metres(area_m2: Amount) -> Amount:
    """Area in m² as hectares."""
    return area_m2 / SQUARE_METRES_PER_HECTARE


def mu_from_hectares(area_ha: Amount) -> Amount:
    """Area in hectares as 亩."""
    return area_ha * MU_PER_HECTARE


def hectares_from_mu(area_mu: Amount) -> Amount:
    """Area in 亩 as hectares."""
    return area_mu / MU_PER_HECTARE


def co2e_from_carbon(carbon_t: Amount) -> Amount:
    """Tonnes of carbon as tonnes of CO₂ equivalent."""
    return carbon_t * CO2E_PER_CARBON
