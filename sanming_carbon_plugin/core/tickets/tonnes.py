"""From the yearly sink to the tonnes a ticket may state: baseline, period, deductions, whole tonnes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from ..carbon.period import Period
from .profiles import Profile

Floats = npt.NDArray[np.float64]

BASES_OF_TWO_DATES = ("measured", "two_layers")


def number_column(facts: pd.DataFrame, name: str) -> Floats:
    """Column of ``facts`` as float64, all NaN where the table has none."""
    if name not in facts.columns:
        return np.full(len(facts), np.nan)
    return pd.to_numeric(facts[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def text_column(facts: pd.DataFrame, name: str) -> npt.NDArray[np.object_]:
    """Column of ``facts`` as text, all None where the table has none."""
    if name not in facts.columns:
        return np.full(len(facts), None, dtype=object)
    values = facts[name].astype(object)
    return values.where(values.notna(), None).to_numpy(dtype=object)


def creditable_sink_tco2e_yr(facts: pd.DataFrame) -> Floats:
    """Yearly sink where it comes from two dates, NaN elsewhere. Shape (n,)."""
    two_dates = np.isin(text_column(facts, "sink_basis").astype(str), BASES_OF_TWO_DATES)
    return np.where(two_dates, number_column(facts, "sink_tco2e_yr"), np.nan)


def baseline_tco2e_yr(facts: pd.DataFrame, profile: Profile) -> Floats:
    """What would have grown anyway, tCO2e a year for the whole stand, NaN where it is not known.

    ``none``: 0. ``previous_period``: the column ``previous_sink_tco2e_yr``. ``reference_growth``: area times
    the profile's figure of the species group. ``stop_harvest``: growth less the harvest that was permitted;
    the permitted harvest is a share of the stock in each cycle, so that no more than it, and no more than
    what really grew, is credited.
    """
    mode = profile.value("baseline")
    if mode == "none":
        return np.zeros(len(facts))
    if mode == "previous_period":
        return number_column(facts, "previous_sink_tco2e_yr")
    if mode == "reference_growth":
        table = profile.value("reference_growth_tco2e_ha_yr")
        return per_group(facts, table) * number_column(facts, "area_ha")
    sink = creditable_sink_tco2e_yr(facts)
    cycle_years = profile.number("permitted_harvest_cycle_years")
    harvest = number_column(facts, "stock_tco2e") * profile.number("permitted_harvest_share") / cycle_years
    return np.where(np.isnan(sink), np.nan, np.maximum(sink - harvest, 0.0))


def per_group(facts: pd.DataFrame, table: dict[str, float]) -> Floats:
    """Figure of each stand's species group, of ``default`` where the table does not name it, else NaN."""
    groups = pd.Series(text_column(facts, "species_group"), dtype=object)
    named = {name: float(value) for name, value in table.items() if name != "default"}
    found = groups.map(named).to_numpy(dtype=np.float64)
    return np.where(np.isnan(found) & groups.notna().to_numpy(), float(table.get("default", np.nan)), found)


def uncertainty_deduction(profile: Profile, relative_error: float) -> float:
    """Share deducted from growth (and added to losses); NaN where the error is unknown or too large."""
    if profile.value("uncertainty_deduction") == "fixed":
        return profile.number("uncertainty_share")
    for step in profile.value("uncertainty_table"):
        if relative_error <= step["up_to"]:
            return float(step["deduct"])
    return float("nan")


def ticket_tonnes(
    facts: pd.DataFrame, profile: Profile, period: Period | None, free_share: Floats, deduction: float
) -> Floats:
    """Tonnes of the free part of each stand over the period after deductions, before rounding.

    Parameters
    ----------
    facts
        Table of stands with the carbon columns.
    free_share
        Share of area × days that is free, 0 to 1. Shape (n,).
    deduction
        Share for uncertainty: growth is lowered and loss enlarged by it.

    Returns
    -------
    numpy.ndarray
        tCO2e, NaN without two dates or a period. A loss stays negative, so that it is netted in a total.
    """
    return deducted(net_tonnes(facts, profile, period) * free_share, profile, deduction)


def net_tonnes(facts: pd.DataFrame, profile: Profile, period: Period | None) -> Floats:
    """Growth of the whole stand over the period above the baseline, tCO2e, before deductions. Shape (n,)."""
    if period is None:
        return np.full(len(facts), np.nan)
    return (creditable_sink_tco2e_yr(facts) - baseline_tco2e_yr(facts, profile)) * period.years


def deducted(net_tco2e: Floats, profile: Profile, deduction: float) -> Floats:
    """The same tonnes after the deductions for uncertainty and risk; a loss is enlarged, never lowered."""
    kept = (1.0 - deduction) * (1.0 - profile.number("risk_share"))
    return np.where(net_tco2e > 0, net_tco2e * kept, net_tco2e * (1.0 + deduction))


def whole_tonnes(tonnes: float, profile: Profile) -> int:
    """Tonnes a ticket may state: rounded down to the profile's unit, never below 0."""
    unit = profile.number("rounding_t")
    # A sum that is whole but for the last bits of its addition stays whole.
    return max(0, int(round(tonnes, 6) // unit * unit))


def bias_of_dropping_losses(facts: pd.DataFrame, chosen: npt.NDArray[np.bool_]) -> float:
    """Tonnes a year credited for nothing when stands that lost are left out, from the stands' own intervals.

    A stand whose sink is measured with error σ adds E[max(0, x)] − x, where x is its sink: the noise that
    looks like growth is kept while the noise that looks like loss is dropped. NaN without intervals.
    """
    sink = creditable_sink_tco2e_yr(facts)
    z_of_90_percent = 1.6448536269514722
    half = (number_column(facts, "sink_high_tco2e_yr") - number_column(facts, "sink_low_tco2e_yr")) / 2.0
    sigma = half / z_of_90_percent
    used = chosen & np.isfinite(sink) & np.isfinite(sigma) & (sigma > 0)
    if not used.any():
        return float("nan")
    ratio = sink[used] / sigma[used]
    density = np.exp(-0.5 * ratio**2) / np.sqrt(2.0 * np.pi)
    kept = sigma[used] * density + sink[used] * ndtr(ratio)
    return float((kept - sink[used]).sum())
