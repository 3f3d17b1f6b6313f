"""Two plans of the same stands beside each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..stands.layer import FieldType
from .plan_tables import MODELLED
from .works import Works

_TEXT, _REAL, _INTEGER = FieldType("text"), FieldType("real"), FieldType("integer")
FIRST, SECOND, OTHER = "only_first", "only_second", "other_work"

DIFFERENCE_COLUMNS: dict[str, FieldType] = {
    "stand_key": _TEXT, "county": _TEXT, "township": _TEXT, "area_ha": _REAL, "difference": _TEXT,
    "measure_first": _TEXT, "technique_first": _TEXT, "year_first": _INTEGER, "cost_first_yuan": _REAL,
    "measure_second": _TEXT, "technique_second": _TEXT, "year_second": _INTEGER, "cost_second_yuan": _REAL,
}  # fmt: skip
"""``differences``: stands that one plan does not have, or does another way, in another year or on another area."""

COMPARISON_COLUMNS: dict[str, FieldType] = {
    "measure": _TEXT, "what": _TEXT, "unit": _TEXT, "first": _REAL, "second": _REAL, "difference": _REAL,
}  # fmt: skip
"""``comparison``: area, parcels, cost, felled volume and gain by measure and in all (``*``)."""

CARBON_COLUMNS: dict[str, FieldType] = {
    "area_unit": _TEXT, "year": _INTEGER,
    "gain_first_tco2e": _REAL, "gain_first_low_tco2e": _REAL, "gain_first_high_tco2e": _REAL,
    "gain_second_tco2e": _REAL, "gain_second_low_tco2e": _REAL, "gain_second_high_tco2e": _REAL,
    "difference_tco2e": _REAL, "difference_low_tco2e": _REAL, "difference_high_tco2e": _REAL, "basis": _TEXT,
}  # fmt: skip
"""``carbon``: modelled gain of both plans over the years; parcels that both treat alike drop out of the
difference and its interval."""

NOISE_HA = 1e-6
WORK = ("measure", "technique", "year")
SUMS = {
    "area_ha": "ha", "cost_yuan": "yuan", "felled_m3": "m3", "carbon_gain_tco2e": "tCO2e",
    "infestation_removed_ha": "ha",
}  # fmt: skip


def differences(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Stands that differ between two layers ``plan``; columns :data:`DIFFERENCE_COLUMNS`."""
    names = ["stand_key", "county", "township", "area_ha", *WORK, "cost_yuan"]
    both = first[names].merge(second[names], on="stand_key", how="outer", suffixes=("_first", "_second"))
    only_first, only_second = both["measure_second"].isna(), both["measure_first"].isna()
    other = ~only_first & ~only_second
    same = other.copy()
    for name in WORK:
        same &= both[f"{name}_first"] == both[f"{name}_second"]
    same &= (both["area_ha_first"] - both["area_ha_second"]).abs() <= NOISE_HA
    both["difference"] = np.select([only_first, only_second], [FIRST, SECOND], OTHER)
    for name in ("county", "township", "area_ha"):
        both[name] = both[f"{name}_first"].where(~only_second, both[f"{name}_second"])
    renamed = {"cost_yuan_first": "cost_first_yuan", "cost_yuan_second": "cost_second_yuan"}
    found = both[~same].rename(columns=renamed)
    return found.sort_values("stand_key", kind="stable")[list(DIFFERENCE_COLUMNS)].reset_index(drop=True)


def comparison(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Sums of two layers ``plan`` by measure and in all; columns :data:`COMPARISON_COLUMNS`."""
    rows = []
    measures = sorted({*first["measure"], *second["measure"]})
    for measure in ("*", *measures):
        parts = [plan if measure == "*" else plan[plan["measure"] == measure] for plan in (first, second)]
        one, other = (float(len(part)) for part in parts)
        rows.append((measure, "stands", "1", one, other, other - one))
        for name, unit in SUMS.items():
            one, other = (float(part[name].sum()) for part in parts)
            rows.append((measure, name, unit, one, other, other - one))
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def carbon_difference(first: pd.DataFrame, second: pd.DataFrame, error_share: float) -> pd.DataFrame:
    """Gains of both tables ``plan_carbon`` and their difference, by unit and year.

    ``error_share`` is the half width of the difference's interval as a share of it, see
    :func:`error_of_difference`.
    """
    both = first.merge(second, on=["area_unit", "year"], suffixes=("_first", "_second"))
    frame = both[["area_unit", "year"]].copy()
    for name in ("first", "second"):
        frame[f"gain_{name}_tco2e"] = both[f"gain_tco2e_{name}"]
        for end in ("low", "high"):
            frame[f"gain_{name}_{end}_tco2e"] = both[f"gain_{end}_tco2e_{name}"]
    frame["difference_tco2e"] = frame["gain_second_tco2e"] - frame["gain_first_tco2e"]
    half = frame["difference_tco2e"].abs() * error_share
    frame["difference_low_tco2e"] = frame["difference_tco2e"] - half
    frame["difference_high_tco2e"] = frame["difference_tco2e"] + half
    frame["basis"] = MODELLED
    return frame[list(CARBON_COLUMNS)].reset_index(drop=True)


def error_of_difference(first: pd.DataFrame, second: pd.DataFrame, works: Works) -> float:
    """Half width of the 90 % interval of the difference between two plans, as a share of the difference.

    Parcels that both plans treat alike have the same error in both and drop out; those of one kind of work share
    their error and are added as they are, kinds of work in quadrature. Taken at the plans' horizon; 0 for plans
    without a difference, NaN where the differences of the works cancel out.
    """
    changed = set(differences(first, second)["stand_key"])
    half = dict(zip(zip(works.measure, works.technique, strict=True), works.gain_error_share, strict=True))
    net: dict[tuple[str, str], float] = {}
    for sign, plan in ((-1.0, first), (1.0, second)):
        rows = plan[plan["stand_key"].isin(changed)]
        for work, gain in rows.groupby(["measure", "technique"])["carbon_gain_tco2e"].sum().items():
            net[work] = net.get(work, 0.0) + sign * float(gain)
    total = abs(sum(net.values()))
    width = float(np.sqrt(sum((half.get(name, 0.0) * gain) ** 2 for name, gain in net.items())))
    if width == 0.0:
        return 0.0
    return width / total if total > 0 else float("nan")
