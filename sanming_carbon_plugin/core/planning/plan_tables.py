"""The chosen parcels as the layers of a plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..carbon.account import numbers, texts
from ..units import mu_from_hectares
from .gains import GrowthAhead
from .limits import BEYOND, CAP, LATER, TARGET, Counted
from .openings import opening_numbers
from .plan_layers import (
    CANDIDATE_COLUMNS,
    CONSTRAINT_COLUMNS,
    PLAN_CARBON_COLUMNS,
    PLAN_COLUMNS,
    PLAN_SUMMARY_COLUMNS,
)
from .problem import Choice, ChoiceProblem, chosen_values

MODELLED = "modelled"
ALL = "all"
SUMMARY_GROUPS = ("county", "township", "measure", "technique", "year")
FROM_FACTS = (
    "county", "township", "village", "compartment", "stand_no", "land_class", "species_code", "species_group", "origin",
)  # fmt: skip


def plan_frame(
    facts: pd.DataFrame, counted: Counted, problem: ChoiceProblem, choice: Choice, why: pd.DataFrame
) -> pd.DataFrame:
    """Rows of the layer ``plan``, in the order of the stands; words for the reasons are added where they are known.

    Parameters
    ----------
    facts
        The stands.
    counted
        Options and how they count.
    problem, choice, why
        Question, answer and reasons.
    """
    stands = np.flatnonzero(choice.option >= 0)
    option = choice.option[stands]
    row = counted.table.iloc[option].reset_index(drop=True)
    works, work = counted.works, row["work"].to_numpy(dtype=np.int64)
    frame = pd.DataFrame({"stand_key": facts.index.to_numpy(dtype=object)[stands]})
    for name in FROM_FACTS:
        frame[name] = texts(facts, name)[stands]
    frame["age_group"], frame["volume_m3_ha"] = (numbers(facts, name)[stands] for name in ("age_group", "volume_m3_ha"))
    for name in ("year", "area_ha", "cost_yuan", "felled_m3", "carbon_gain_tco2e", "infestation_removed_ha", "value"):
        frame[name] = row[name].to_numpy()
    frame["area_mu"] = mu_from_hectares(frame["area_ha"].to_numpy())
    frame["measure"], frame["technique"] = works.measure[work], works.technique[work]
    frame["felling_type"], frame["felled_share"] = works.felling_type[work], works.felled_share[work]
    half = np.abs(frame["carbon_gain_tco2e"].to_numpy()) * works.gain_error_share[work]
    frame["carbon_gain_low_tco2e"] = frame["carbon_gain_tco2e"] - half
    frame["carbon_gain_high_tco2e"] = frame["carbon_gain_tco2e"] + half
    frame["counts_for"] = _counts_for(counted, option)
    blocks = np.zeros(len(stands)) if problem.blocks is None else opening_numbers(problem.blocks, choice.option)[stands]
    frame["felling_block"] = np.where(blocks > 0, blocks, np.nan)
    frame["locked"] = np.where(problem.must[stands], "yes", "no").astype(object)
    for name in ("reason", "swap_cost", "swap_cost_low"):
        frame[name] = why[name].to_numpy()[stands]
    return frame.reindex(columns=list(PLAN_COLUMNS))


def _counts_for(counted: Counted, option: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    names = sorted({str(name) for name in counted.works.measure})
    counts = {name: counted.for_measure(name)[option] for name in names}
    return np.array([";".join(n for n in names if counts[n][at]) for at in range(len(option))], dtype=object)


def candidate_frame(facts: pd.DataFrame, counted: Counted, choice: Choice, why: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table ``candidates``: every stand that has a reason."""
    stands = np.flatnonzero(why["reason"].notna().to_numpy())
    option = why["option"].to_numpy()[stands]
    has = option >= 0
    row = counted.table.iloc[np.maximum(option, 0)] if len(counted.table) else counted.table.reindex(range(len(stands)))
    work = np.where(has, row["work"].fillna(0), 0).astype(np.int64)
    frame = pd.DataFrame({"stand_key": facts.index.to_numpy(dtype=object)[stands]})
    frame["county"], frame["township"] = texts(facts, "county")[stands], texts(facts, "township")[stands]
    frame["area_ha"] = numbers(facts, "area_ha")[stands]
    frame["chosen"] = np.where(choice.option[stands] >= 0, "yes", "no").astype(object)
    for name, words in (("measure", counted.works.measure), ("technique", counted.works.technique)):
        frame[name] = words[work]
        frame.loc[~has, name] = None
    frame["year"] = np.where(has, row["year"].to_numpy(dtype=np.float64), np.nan)
    for name in ("reason", "swap_cost", "swap_cost_low"):
        frame[name] = why[name].to_numpy()[stands]
    return frame.reindex(columns=list(CANDIDATE_COLUMNS))


def summary_frame(plan: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table ``plan_summary``; errors of one kind of work do not average out over its parcels."""
    if not len(plan):
        return pd.DataFrame(columns=list(PLAN_SUMMARY_COLUMNS))
    groups = plan.groupby(list(SUMMARY_GROUPS), sort=True, dropna=False)
    sums = ("area_ha", "area_mu", "felled_m3", "cost_yuan", "value", "carbon_gain_tco2e", "infestation_removed_ha")
    frame = groups[list(sums)].sum(min_count=1).reset_index()
    frame["stands"] = groups.size().to_numpy()
    half = groups[["carbon_gain_high_tco2e"]].sum(min_count=1)["carbon_gain_high_tco2e"].to_numpy()
    half = half - frame["carbon_gain_tco2e"].to_numpy()
    frame["carbon_gain_low_tco2e"] = frame["carbon_gain_tco2e"] - half
    frame["carbon_gain_high_tco2e"] = frame["carbon_gain_tco2e"] + half
    return frame.reindex(columns=list(PLAN_SUMMARY_COLUMNS))


def constraint_frame(described: pd.DataFrame, problem: ChoiceProblem, choice: Choice) -> pd.DataFrame:
    """Rows of the table ``constraints``: limits that a person set, with what the plan uses and their prices."""
    frame = described.copy()
    _, frame["used"] = chosen_values(problem, choice.option)
    frame["price"] = choice.price
    for name in ("low", "high"):
        frame[name] = frame[name].where(np.isfinite(frame[name].astype(float)), np.nan)
    shown = frame["kind"] != BEYOND
    return frame[shown].reindex(columns=list(CONSTRAINT_COLUMNS)).reset_index(drop=True)


def targets_met(constraints: pd.DataFrame) -> tuple[int, int]:
    """How many targets the plan meets, and how many there are; one that runs beyond the plan years is not met."""
    targets = constraints[constraints["kind"].isin([TARGET, CAP, LATER])]
    low, high = targets["low"].fillna(-np.inf), targets["high"].fillna(np.inf)
    room = 1e-6 * (1 + targets["used"].abs())
    kept = (targets["used"] >= low - room) & (targets["used"] <= high + room) & (targets["kind"] != LATER)
    return int(kept.sum()), len(targets)


def carbon_frame(
    facts: pd.DataFrame, counted: Counted, option: npt.NDArray[np.int64], ahead: GrowthAhead, years: Sequence[int],
    scenario: str, share: npt.NDArray[np.float64],
) -> pd.DataFrame:  # fmt: skip
    """Rows of the table ``plan_carbon``: modelled stock with and without the plan, by county and in all.

    ``share`` is what of each stand counts in sums, shape (n,): ground that several stands cover counts once.
    Gains of one kind of work share their error, so they are added as they are; kinds of work are added in
    quadrature.
    """
    works = counted.works
    stands = np.flatnonzero(option >= 0)
    work = counted.table["work"].to_numpy(dtype=np.int64)[option[stands]]
    when = counted.table["year"].to_numpy(dtype=np.int64)[option[stands]]
    part = counted.numbers("area_ha")[option[stands]] / ahead.area_ha[stands]
    county = texts(facts, "county")
    units = [(ALL, np.ones(len(facts), dtype=bool))]
    units += [(name, county == name) for name in sorted({str(c) for c in county if c is not None})]
    rows = []
    for year in years:
        without = ahead.without(year) * share
        gain = np.zeros(len(stands))
        for one, then in {(int(w), int(y)) for w, y in zip(work, when, strict=True) if y <= year}:
            at = np.flatnonzero((work == one) & (when == then))
            gain[at] = part[at] * ahead.gain(works, one, then, year, stands[at])
        for unit, inside in units:
            mine = inside[stands]
            parts = [np.nansum(np.abs(gain[mine & (work == w)])) * works.gain_error_share[w] for w in set(work[mine])]
            half, total = float(np.sqrt(np.sum(np.square(parts)))), float(np.nansum(gain[mine]))
            known = inside & ~np.isnan(without)
            base = float(without[known].sum()) if known.any() else np.nan
            rows.append(dict(zip(PLAN_CARBON_COLUMNS, (
                scenario, unit, year, base, base + total, total, total - half, total + half, int(known.sum()),
                int((inside & ~known).sum()), MODELLED,
            ), strict=True)))  # fmt: skip
    return pd.DataFrame(rows, columns=list(PLAN_CARBON_COLUMNS))
