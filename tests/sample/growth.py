"""How stands grow: volume, diameter and height by species, age and site (plausible curves, not a yield table)."""

from __future__ import annotations

import numpy as np
import pandas as pd

# species: V_max m3/ha, k, p; D_max cm, k; H_max m, k; two-way volume table (DB35/T 1823-2019, second-hand)
CURVES = {
    "220": (315.0, 0.058, 1.9, 34.0, 0.034, 24.0, 0.046, "pine"),
    "261": (300.0, 0.075, 2.0, 32.0, 0.046, 22.0, 0.055, "conifer"),
    "310": (310.0, 0.082, 2.2, 27.0, 0.058, 22.5, 0.062, "fir"),
    "490": (330.0, 0.041, 1.6, 36.0, 0.021, 21.0, 0.040, "broadleaf"),
    "470": (330.0, 0.047, 1.6, 35.0, 0.026, 21.0, 0.046, "broadleaf"),
    "620": (320.0, 0.042, 1.6, 35.0, 0.022, 20.0, 0.041, "broadleaf"),
    "630": (330.0, 0.052, 1.8, 33.0, 0.029, 22.0, 0.045, "pine"),
    "610": (315.0, 0.066, 2.0, 30.0, 0.044, 22.0, 0.052, "fir"),
    "550": (235.0, 0.310, 2.2, 24.0, 0.170, 26.0, 0.190, "broadleaf"),
}
VOLUME_TABLE = {
    "fir": (7.06094e-5, 1.801671, 0.997998),
    "pine": (7.0728e-5, 1.874518, 0.908949),
    "broadleaf": (6.85634e-5, 1.933221, 0.867885),
    "conifer": (6.9978e-5, 1.8660492, 0.905254),
}
PINE, FIR, BROAD, SOFT = "pine", "fir", "broad", "soft"
AGE_LIMITS = {  # upper limits of young, middle, near-mature, mature
    (PINE, "planted"): (10, 20, 30, 50),
    (PINE, "natural"): (20, 30, 40, 60),
    (FIR, "planted"): (10, 20, 25, 35),
    (FIR, "natural"): (20, 30, 40, 60),
    ("schima", "planted"): (10, 20, 30, 50),
    ("schima", "natural"): (20, 40, 50, 70),
    (BROAD, "planted"): (20, 40, 50, 70),
    (BROAD, "natural"): (40, 60, 80, 120),
    (SOFT, "planted"): (5, 10, 15, 25),
    (SOFT, "natural"): (5, 10, 15, 25),
}
AGE_ROW = {"220": PINE, "261": PINE, "310": FIR, "490": BROAD, "470": "schima", "620": BROAD, "550": SOFT}


def volume_m3_ha(species: np.ndarray, age_yr: np.ndarray, site: np.ndarray, density: np.ndarray) -> np.ndarray:
    """Return true stock; NaN where the species has no curve (bamboo, economic, shrub, none)."""
    values = _coefficients(species)
    stock = values[:, 0] * site**1.4 * density * (1.0 - np.exp(-values[:, 1] * np.maximum(age_yr, 0.0))) ** values[:, 2]
    return np.where(age_yr <= 0, 0.0, stock)


def diameter_cm(species: np.ndarray, age_yr: np.ndarray, site: np.ndarray, density: np.ndarray) -> np.ndarray:
    values = _coefficients(species)
    return values[:, 3] * site**0.7 * (1.12 - 0.14 * density) * (1.0 - np.exp(-values[:, 4] * np.maximum(age_yr, 0.0)))


def height_m(species: np.ndarray, age_yr: np.ndarray, site: np.ndarray) -> np.ndarray:
    values = _coefficients(species)
    return values[:, 5] * site * (1.0 - np.exp(-values[:, 6] * np.maximum(age_yr, 0.0))) ** 1.1


def stems_per_ha(species: np.ndarray, stock: np.ndarray, diameter: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Return the stem number that makes stock, diameter and height agree in the two-way volume table."""
    table = np.array([VOLUME_TABLE[CURVES[s][7]] if s in CURVES else (np.nan,) * 3 for s in species])
    with np.errstate(all="ignore"):
        each = table[:, 0] * diameter ** table[:, 1] * height ** table[:, 2]
        return np.clip(stock / each, 120.0, 4800.0)


def age_group(age_row: str, origin: str, age_yr: float) -> int:
    """Return 1 to 5 by the limits of GB/T 26424 as they are usually quoted for the south."""
    return 1 + sum(age_yr > limit for limit in AGE_LIMITS[age_row, origin])


def _coefficients(species: np.ndarray) -> np.ndarray:
    nothing = (np.nan,) * 7
    known = {code: row[:7] for code, row in CURVES.items()}
    return np.array([known.get(code, nothing) for code in pd.Series(species)], dtype=float)
