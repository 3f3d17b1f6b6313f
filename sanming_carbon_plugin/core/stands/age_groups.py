"""Age group from age, species and origin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .tables import StandTables

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

_LIMITS = ("group_1_until_yr", "group_2_until_yr", "group_3_until_yr", "group_4_until_yr")


def age_group_of(age_yr: Floats, species_code: Texts, origin: Texts, tables: StandTables) -> Floats:
    """Age group 1 to 5 (bamboo 1 to 3) by the table of species and origin.

    Parameters
    ----------
    age_yr
        Mean age in years, NaN where unknown.
    species_code
        Three-digit species code or None.
    origin
        ``natural``, ``planted`` or None.

    Returns
    -------
    ndarray
        Age group, NaN where age, species or a needed origin is unknown, and where the table has no row.
    """
    group = np.full(len(age_yr), np.nan)
    for row in tables.age_groups.to_dict("records"):
        here = np.isin(species_code.astype(str), row["species_codes"].split(";")) & np.isfinite(age_yr)
        if row["origin"] != "any":
            here &= origin == row["origin"]
        limits = [float(row[name]) for name in _LIMITS if row[name]]
        group[here] = 1.0 + np.searchsorted(np.asarray(limits), age_yr[here], side="left")
    return group


def groups_of_species(species_code: Texts, bamboo: npt.NDArray[np.bool_]) -> Floats:
    """Highest age group that a stand can have: 3 for bamboo, 5 else."""
    return np.where(bamboo, 3.0, np.full(len(species_code), 5.0))
