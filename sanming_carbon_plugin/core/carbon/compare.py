"""The constant-factor and the continuous method side by side.

The stocks agree within some percent, the increments do not: the continuous method gives ``a`` tonnes for every
further m³, the constant-factor method D·BEF·(1+RSR). Their difference is a constant of each species.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .parameters import FAMILY_VOLUME, ParameterTable


def method_difference(parameters: ParameterTable) -> pd.DataFrame:
    """Both methods for every row that has both.

    Returns
    -------
    DataFrame
        ``species_code``, ``species_group``, ``constant_t_m3``, ``continuous_t_m3``, ``increment_difference``
        (continuous by constant, minus 1), ``stock_difference_100`` and ``_150`` (constant by continuous at that
        volume, minus 1).
    """
    constant = parameters.biomass_per_volume_t_m3()
    a, b = parameters.values["a_t_m3"], parameters.values["b_t_ha"]
    at = np.flatnonzero((parameters.family == FAMILY_VOLUME) & ~np.isnan(a))
    return pd.DataFrame(
        {
            "species_code": parameters.species[at],
            "species_group": parameters.group[at],
            "constant_t_m3": constant[at],
            "continuous_t_m3": a[at],
            "increment_difference": a[at] / constant[at] - 1.0,
            "stock_difference_100": 100.0 * constant[at] / (100.0 * a[at] + b[at]) - 1.0,
            "stock_difference_150": 150.0 * constant[at] / (150.0 * a[at] + b[at]) - 1.0,
        }
    )


def method_comparison(columns: pd.DataFrame) -> pd.DataFrame:
    """Sums by both methods per species group, over the stands for which both are known.

    Parameters
    ----------
    columns
        ``species_group``, ``stock_tco2e``, ``stock_alt_tco2e``, ``sink_tco2e_yr``, ``sink_alt_tco2e_yr``.
    """
    parts = []
    for first, second in (("stock_tco2e", "stock_alt_tco2e"), ("sink_tco2e_yr", "sink_alt_tco2e_yr")):
        both = columns[columns[first].notna() & columns[second].notna()]
        sums = both.groupby("species_group")[[first, second]].sum()
        sums[f"{first}_stands"] = both.groupby("species_group").size()
        with np.errstate(divide="ignore", invalid="ignore"):
            sums[f"{first}_difference"] = sums[second] / sums[first].where(sums[first] != 0) - 1.0
        parts.append(sums)
    return pd.concat(parts, axis=1)
