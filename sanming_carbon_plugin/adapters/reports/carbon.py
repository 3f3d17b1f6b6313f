"""What a report says of the carbon account beyond its sums: charts, both methods, and where the interval comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ...core.carbon.compare import method_difference
from ...core.carbon.growth import GrowthFit
from ...core.carbon.parameters import ParameterTable
from ...core.carbon.uncertainty import SinkErrors, contributions
from ...core.units import UnitChoice
from ..words import word
from .charts import carbon_charts

_PERCENT = 100.0


@dataclass(frozen=True)
class CarbonReport:
    """Charts (SVG text by name) and tables of the carbon account.

    Attributes
    ----------
    method_difference
        One row per species of the layer; continuous by constant-factor method.
    contributions
        One row per error component of the total sink; empty without a sink.
    """

    charts: Mapping[str, str] = field(default_factory=dict)
    method_difference: pd.DataFrame = field(default_factory=pd.DataFrame)
    contributions: pd.DataFrame = field(default_factory=pd.DataFrame)


def carbon_report(
    facts: pd.DataFrame,
    errors: SinkErrors | None,
    growth: GrowthFit,
    parameters: ParameterTable,
    language: str,
    units: UnitChoice | None = None,
) -> CarbonReport:
    """Charts and tables of an assessed table of stands."""
    return CarbonReport(
        carbon_charts(facts, errors, growth, parameters, language, units),
        _methods(facts, parameters),
        _components(facts, errors),
    )


def in_words(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """Codes and column names as readers know them."""
    said = table.copy()
    for name, kind in (("component", "component"), ("species_group", "species_group")):
        if name in said.columns:
            said[name] = [word(kind, code, language) for code in table[name]]
    return said.rename(columns={name: word("column", name, language) for name in said.columns})


def _methods(facts: pd.DataFrame, parameters: ParameterTable) -> pd.DataFrame:
    """Both methods for the species that the layer's stands were counted by."""
    table = method_difference(parameters)
    table = table[table["species_code"].isin(facts["parameter_row"].dropna())].reset_index(drop=True)
    shares = [name for name in table.columns if "difference" in name]
    table[shares] = table[shares] * _PERCENT
    # The stocks compare the other way round in the table of the core.
    for name in shares[1:]:
        table[name] = (1.0 / (1.0 + table[name] / _PERCENT) - 1.0) * _PERCENT
    return table.rename(columns={name: f"{name}_percent" for name in shares})


def _components(facts: pd.DataFrame, errors: SinkErrors | None) -> pd.DataFrame:
    if errors is None or not facts["sink_tco2e_yr"].notna().any():
        return pd.DataFrame(columns=["component", "sd_tco2e_yr", "share_percent"])
    table = contributions(errors)
    table["share_percent"] = table["share"] * _PERCENT
    told = table[table["sd_tco2e_yr"] != 0].sort_values("share_percent", ascending=False, kind="stable")
    return told[["component", "sd_tco2e_yr", "share_percent"]].reset_index(drop=True)
