"""The charts of a report: stock and sink by species group, and the growth curves, each as SVG text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...core.carbon.account import open_account
from ...core.carbon.growth import ALL_SITES, GrowthFit, set_back
from ...core.carbon.parameters import ParameterTable
from ...core.carbon.uncertainty import SinkErrors, total_interval
from ...core.units import UnitChoice
from ..carbon_charts import growth_chart, sink_chart, stock_chart
from ..unit_choice import titled_in_units
from ..words import word, words_of


def carbon_charts(
    facts: pd.DataFrame,
    errors: SinkErrors | None,
    growth: GrowthFit,
    parameters: ParameterTable,
    language: str,
    units: UnitChoice | None = None,
) -> dict[str, str]:
    """All charts of an assessment by the name of their file; what is not known has none."""
    growing = growth_charts(facts, parameters, growth, language, units)
    return stock_and_sink_charts(facts, errors, language, units) | growing


def stock_and_sink_charts(
    facts: pd.DataFrame, errors: SinkErrors | None, language: str, units: UnitChoice | None = None
) -> dict[str, str]:
    """Stock by species and age, and the sink with its interval where its errors are known, in the chosen units."""
    units = units or UnitChoice()
    unit = word("unit", "tco2e" if units.mass == "t" else "wan_tco2e", language)

    def group_name(group: str) -> str:
        return word("species_group", group, language)

    charts = {}
    if facts["stock_tco2e"].notna().any():
        stock = facts[["species_group", "age_group"]].assign(stock_tco2e=units.mass_of(facts["stock_tco2e"].to_numpy()))
        ages = list(words_of("chart_age_group", language).values())
        unknown = word("report", "unknown", language)
        title = word("report", "chart_stock", language)
        charts["stock_by_species_and_age"] = stock_chart(stock, title, unit, group_name, ages, unknown)
    if errors is not None and facts["sink_tco2e_yr"].notna().any():
        sink = sink_by_species(facts, errors)
        numbers = [name for name in sink.columns if name != "species_group" and sink[name].dtype.kind == "f"]
        sink[numbers] = sink[numbers] * units.mass_factor
        axis = word("report", "axis_sink", language) if units.mass == "t" else unit
        charts["sink_by_species"] = sink_chart(sink, word("report", "chart_sink", language), axis, group_name)
    return charts


def sink_by_species(facts: pd.DataFrame, errors: SinkErrors) -> pd.DataFrame:
    """Yearly sink of each species group with the interval of its total."""
    group, names = pd.factorize(facts["species_group"], sort=True)
    table = total_interval(errors, group.astype(np.int64), len(names))
    table.insert(0, "species_group", np.asarray(names, dtype=object))
    return table


def growth_charts(
    facts: pd.DataFrame,
    parameters: ParameterTable,
    growth: GrowthFit,
    language: str,
    units: UnitChoice | None = None,
) -> dict[str, str]:
    """Age and volume of the stands of each species group with their curve for all sites, in the chosen units."""
    units = units or UnitChoice()
    account = open_account(facts, parameters)
    age = facts["age_yr"].to_numpy(dtype=float)
    charts = {}
    for (group, site), curve in growth.curves.items():
        if site != ALL_SITES:
            continue
        mine = (account.look_up.group == group) & ~set_back(facts, account)
        name = word("species_group", group, language)
        basis = word("growth_basis", curve.basis, language)
        charts[f"growth_{group}"] = growth_chart(
            curve,
            age[mine],
            account.volume_m3_ha[mine],
            f"{word('report', 'chart_growth', language)} · {name} ({basis}, n = {curve.stands})",
            word("report", "axis_age", language),
            titled_in_units(word("column", "volume_m3_ha", language), units, language),
            units,
        )
    return charts
