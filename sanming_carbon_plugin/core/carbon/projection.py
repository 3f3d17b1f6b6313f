"""Growth curves of a layer's own stands, and its stands moved by them to coming years; modelled, never measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from ..errors import InputError, UsageError
from ..issues import join_issues, stand_issues
from ..stage import StageResult
from ..units import DAYS_PER_YEAR
from .account import numbers
from .growth import GrowthFit, fit_growth, project
from .growth_data import GrowthRules
from .parameters import FloatArray, ParameterTable
from .survey import GROWTH_CURVE, MEASURED, NO_BASIS, survey_dates

LAST_YEAR = 2200


def years_of_text(text: str, first: int) -> tuple[int, ...]:
    """Years written with ``;`` or ``,`` between them, in their order and each once.

    Raises
    ------
    UsageError
        ``YEARS_INVALID`` where one is no year from ``first`` on, or none is given.
    """
    parts = [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]
    years = {int(part) if part.isascii() and part.isdigit() else 0 for part in parts}
    if not years or min(years) < first or max(years) > LAST_YEAR:
        raise UsageError("YEARS_INVALID", given=text or "-", first=first, last=LAST_YEAR)
    return tuple(sorted(years))


def fit_own_growth(facts: pd.DataFrame, parameters: ParameterTable, rules: GrowthRules, seed: int = 0) -> GrowthFit:
    """Curves of a layer's own stands; those that were measured twice go first where there are enough.

    ``facts`` with the columns of the sink say which were; without them all are stands of one survey.
    """
    if "sink_basis" not in facts.columns:
        return fit_growth(facts, parameters, rules, seed=seed)
    twice = (facts["sink_basis"] == MEASURED).to_numpy()
    then = np.where(twice, numbers(facts, "volume_earlier_m3_ha"), np.nan)
    return fit_growth(facts, parameters, rules, then, np.where(twice, numbers(facts, "years"), np.nan), seed)


def require_curves(growth: GrowthFit, layer: str, rules: GrowthRules) -> None:
    """Refuse to go on without a single curve.

    Raises
    ------
    InputError
        ``CURVES_NONE``.
    """
    if not growth.curves:
        raise InputError("CURVES_NONE", layer=layer, needed=rules.stands_needed, span=rules.age_span_needed)


def years_until(facts: pd.DataFrame, year: int, surveyed: date | None = None) -> FloatArray:
    """Years from each stand's survey to the last day of ``year``; NaN without a date or where it is past.

    ``surveyed`` is the day for stands that do not say theirs.
    """
    dates = survey_dates(facts)
    if surveyed is not None:
        dates = np.where(np.isnat(dates), np.datetime64(surveyed, "D"), dates)
    days = np.datetime64(date(year, 12, 31), "D") - dates
    ahead = np.where(np.isnat(days), np.nan, days.astype(np.float64)) / DAYS_PER_YEAR
    return np.where(ahead >= 0, ahead, np.nan)


def project_to_years(
    facts: pd.DataFrame,
    growth: GrowthFit,
    parameters: ParameterTable,
    years: Sequence[int],
    surveyed: date | None = None,
) -> StageResult:
    """Volume and stock of every stand at the end of each of ``years``.

    Returns
    -------
    StageResult
        ``volume_YEAR_m3_ha`` and ``stock_YEAR_tco2e`` for each year, and ``projection_basis``: ``growth_curve``
        where any year is known, else ``none``. Every unknown has an issue row.
    """
    columns = {}
    told = []
    known = np.zeros(len(facts), dtype=bool)
    keys = facts.index.to_numpy(dtype=object)
    no_date = np.isnat(survey_dates(facts)) & (surveyed is None)
    for year in years:
        ahead = years_until(facts, year, surveyed)
        found = project(facts, growth, parameters, ahead)
        columns[f"volume_{year}_m3_ha"] = found.columns["volume_projected_m3_ha"]
        columns[f"stock_{year}_tco2e"] = found.columns["stock_projected_tco2e"]
        known |= found.columns["stock_projected_tco2e"].notna().to_numpy()
        past = np.isnan(ahead) & ~no_date
        told += [found.issues, stand_issues("GROWTH_YEAR_PAST", keys[past], "survey_date", year=year)]
    told.append(stand_issues("GROWTH_NO_DATE", keys[no_date], "survey_date"))
    columns["projection_basis"] = pd.Series(np.where(known, GROWTH_CURVE, NO_BASIS), index=facts.index, dtype=object)
    # What holds for every year is said once.
    issues = join_issues(told).drop_duplicates(["stand_key", "code", "field", "value"], ignore_index=True)
    return StageResult(pd.DataFrame(columns, index=facts.index), issues)
