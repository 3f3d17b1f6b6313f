"""The figures of a report, taken from the tables of the result and put into words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ...core.classes.in_force import DECIDED
from ...core.planning.summary import GROUP_COLUMNS
from ...core.units import UnitChoice, mu_from_hectares
from ..unit_choice import titled_in_units
from ..words import word


def totals(summary: pd.DataFrame, run: dict[str, object]) -> dict[str, float | None]:
    """Sums over all groups, and the interval of the total sink as the run recorded it.

    A sum without any known part is None.
    """
    sums: dict[str, float | None] = {}
    for name in summary.columns:
        if name in GROUP_COLUMNS or name.startswith(("sink_low", "sink_high")):
            continue
        values = summary[name].to_numpy(dtype=float)
        known = values[~np.isnan(values)]
        sums[name] = float(known.sum()) if len(known) else None
    for name in ("sink_low_tco2e_yr", "sink_high_tco2e_yr"):
        bound = run.get(f"total_{name}")
        sums[name] = float(bound) if isinstance(bound, float) and not np.isnan(bound) else None
    return sums


def summary_in_words(
    summary: pd.DataFrame,
    language: str,
    units: UnitChoice | None = None,
    names: Mapping[str, tuple[str, str]] | None = None,
) -> pd.DataFrame:
    """The summary with codes as words, columns named for readers and amounts in the chosen units.

    ``names`` are those of places in English and Chinese by code; a place without a name keeps its code.
    """
    units, names = units or UnitChoice(), names or {}
    table = summary.copy()
    for name in summary.columns:
        if units.factor_of(name) != 1.0:
            table[name] = summary[name] * units.factor_of(name)
    table["species_group"] = [word("species_group", value, language) for value in summary["species_group"]]
    # Bamboo counts its age in three groups of its own.
    bamboo = summary["species_group"] == "bamboo"
    kinds = bamboo.map({True: "bamboo_age_group", False: "age_group"})
    table["age_group"] = [word(kind, age, language) for kind, age in zip(kinds, summary["age_group"], strict=True)]
    full = {
        "county": summary["county"],
        "township": summary["county"].astype(str) + "-" + summary["township"].astype(str),
    }
    for name, codes in full.items():
        table[name] = [
            word("report", "unknown", language) if pd.isna(value) else _named(code, value, names, language)
            for code, value in zip(codes, summary[name], strict=True)
        ]
    if units.area == "mu" and "area_mu" in table.columns:
        table = table.drop(columns="area_ha")
    return table.rename(
        columns={name: titled_in_units(word("column", name, language), units, language) for name in table.columns}
    )


def _named(code: object, value: object, names: Mapping[str, tuple[str, str]], language: str) -> object:
    found = names.get(str(code))
    return value if found is None else found[language == "zh"]


def area_by(stands: pd.DataFrame, column: str, kind: str, language: str) -> pd.DataFrame:
    """Stands and area by the codes of ``column``; stands without a code are left out.

    Where people have decided about stands, a column more says about how many of them.
    """
    known = stands[stands[column].notna()]
    grouped = known.groupby(column, sort=True)["area_ha"].agg(["size"])
    grouped["sum"] = known.groupby(column, sort=True)["area_ha"].sum(min_count=1)  # unknown is not 0
    decided = {}
    if number_decided(stands):
        each = known[DECIDED].notna().groupby(known[column], sort=True).sum()
        decided[word("column", DECIDED, language)] = each.to_numpy(dtype=int)
    return pd.DataFrame(
        {
            word("report", "item", language): [word("column", column, language)] * len(grouped),
            word("report", "content", language): [word(kind, code, language) for code in grouped.index],
            word("column", "stands", language): grouped["size"].to_numpy(),
            word("column", "area_ha", language): grouped["sum"].to_numpy(dtype=float),
            word("column", "area_mu", language): mu_from_hectares(grouped["sum"].to_numpy(dtype=float)),
            **decided,
        }
    )


def number_decided(stands: pd.DataFrame) -> int:
    """Of how many stands a person has decided a class."""
    return int(stands[DECIDED].notna().sum()) if DECIDED in stands.columns else 0


def decided_note(stands: pd.DataFrame, waiting: int, language: str) -> str:
    """What a reader has to know about decisions of people; empty where there are none."""
    told = [("decided_stands", number_decided(stands)), ("decided_waiting", waiting)]
    return " ".join(word("report", name, language).format(count=count) for name, count in told if count)


def issue_counts(issues: pd.DataFrame, language: str) -> pd.DataFrame:
    """Number of rows per kind of doubt, with the first message as an example; errors first."""
    message = "message_zh" if language == "zh" else "message"
    order = {"error": 0, "warning": 1, "info": 2}
    grouped = issues.groupby(["severity", "code"], sort=True).agg(count=("code", "size"), message=(message, "first"))
    grouped = grouped.reset_index()
    grouped["order"] = grouped["severity"].map(order)
    grouped = grouped.sort_values(["order", "code"], kind="stable")
    return pd.DataFrame(
        {
            word("column", "severity", language): [word("severity", value, language) for value in grouped["severity"]],
            word("column", "count", language): grouped["count"].to_numpy(),
            word("report", "first_message", language): grouped["message"].to_numpy(),
        }
    )
