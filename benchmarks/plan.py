"""Choosing parcels: 100,000 candidate stands, 11 counties, 3 measures, 5 years, clear-cuts adjoining inside blocks.

    .venv/bin/python benchmarks/plan.py [--quick] [--small-counties] [--stands 100000]

Every stand fits three measures; those whose pine may be clear-cut adjoin each other in compartments of a dozen. The
counties have targets, yearly felling quotas by type and a share of clear-cutting, the municipality a target and yearly
budgets that all counties share. ``--small-counties`` asks instead for few stands in each county and half a percent.
Timed from the table of stands to the plan: works that fit, neighbours, limits, choice. Beside ours runs the plain
greedy way: the best parcels first, as long as the limits allow; the gain over it is shown, and how the time grows from
a quarter of the stands. Ends with status 1 where a limit is missed. ``--quick`` takes few stands and shows only that
it runs.
"""

from __future__ import annotations

import argparse
import math
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sanming_carbon_plugin.adapters.plan_tables import load_planning_tables
from sanming_carbon_plugin.adapters.solver_process import SolverProcesses
from sanming_carbon_plugin.core.planning.area_units import units_of_stands
from sanming_carbon_plugin.core.planning.assembly import Locks, adjoining, block_rule, choice_problem, clear_cut_stands
from sanming_carbon_plugin.core.planning.counties import solve_by_county
from sanming_carbon_plugin.core.planning.gains import GrowthAhead
from sanming_carbon_plugin.core.planning.greedy import greedy_choice
from sanming_carbon_plugin.core.planning.limits import (
    Beyond,
    Counted,
    LimitRows,
    add_budgets,
    add_quotas,
    add_shares,
    add_targets,
    asked_for,
)
from sanming_carbon_plugin.core.planning.openings import broken_clusters
from sanming_carbon_plugin.core.planning.options import PlanTerms, Weights, options_of
from sanming_carbon_plugin.core.planning.overlapping import without_ground_twice
from sanming_carbon_plugin.core.planning.problem import chosen_values, keeps_rows
from sanming_carbon_plugin.core.planning.reasons import NOT_ASKED
from sanming_carbon_plugin.core.planning.solver import SolverLimits
from sanming_carbon_plugin.core.planning.targets import Target
from sanming_carbon_plugin.core.progress import Progress

LIMIT_SECONDS, LIMIT_GAP, LIMIT_GB = 120.0, 0.01, 3.0
SMALL_COUNTIES, SMALL_GAP = 2_200, 0.005
SMALLER, MOST_GROWTH = 4, 1.5
USUAL, QUICK, LEAST_IN_COUNTY = 100_000, 2_000, 1_000
COUNTIES = (
    "350404",
    "350405",
    "350421",
    "350423",
    "350424",
    "350425",
    "350426",
    "350428",
    "350429",
    "350430",
    "350481",
)
MEASURES = ("pine_transform", "reserve_forest", "tending")
YEARS, HORIZON = (2026, 2027, 2028, 2029, 2030), 2060
BLOCK = 12


def stands(count: int, counties: tuple[str, ...]) -> tuple[pd.DataFrame, np.ndarray, GrowthAhead]:
    """Stands in compartments of a dozen, with what the rules said of them and how they grow."""
    chance = np.random.default_rng(1)
    number = np.arange(count)
    block, inside = number // BLOCK, number % BLOCK
    across = int(np.ceil(np.sqrt(count / BLOCK)))
    x = (block % across) * 1500.0 + inside % 4 * 300.0
    y = (block // across) * 1200.0 + inside // 4 * 300.0
    area = chance.gamma(2.2, 2.4, count) + 0.5
    facts = pd.DataFrame(
        {
            "county": np.array(counties, dtype=object)[number * len(counties) // count],
            "township": (number * len(counties) * 15 // count % 15).astype(str).astype(object),
            "area_ha": area,
            "measures": ";".join(MEASURES),
            "pine_technique": chance.choice(["clear_cut", "strip_cut", "selective_tending"], count, p=[0.3, 0.3, 0.4]),
            "reserve_mode": chance.choice(["stand_improvement", "young_tending"], count),
            "volume_m3_ha": chance.uniform(30, 180, count),
            "origin": chance.choice(["natural", "planted"], count),
            "clear_cut_limit_ha_low": chance.choice([5.0, 10.0, 20.0], count, p=[0.2, 0.4, 0.4]),
        },
        index=pd.Index([f"S{n:06d}" for n in number], name="stand_key"),
    )
    speed = chance.uniform(0.004, 0.03, count)
    ratio = {year: np.exp(speed * (year - 2025)) for year in (*YEARS, HORIZON)}
    stock = facts["volume_m3_ha"].to_numpy() * area * chance.uniform(1.1, 1.9, count)
    return facts, shapely.box(x, y, x + 300.0, y + 300.0), GrowthAhead(stock, ratio, area)


def none_done(_: Target) -> float:
    """What is done of a target: nothing."""
    return 0.0


def targets_of_all(facts: pd.DataFrame) -> list[Target]:
    """Targets of each county, and one of the municipality."""
    area = facts.groupby("county")["area_ha"].sum()
    targets = [
        Target(measure, county, YEARS[0], YEARS[-1], share * area[county], "ha", "at_least", "made")
        for county in facts["county"].unique()
        for measure, share in zip(MEASURES, (0.10, 0.08, 0.12), strict=True)
    ]
    return [*targets, Target("tending", "350400", YEARS[0], YEARS[-1], 0.13 * area.sum(), "ha", "at_least", "made")]


def limits(
    rows: LimitRows, counted: Counted, facts: pd.DataFrame, targets: list[Target], units: dict, locks: Locks
) -> None:
    """Targets, quotas and shares of each county, budgets of the municipality."""
    counties = list(facts["county"].unique())
    area = facts.groupby("county")["area_ha"].sum()
    wood = (facts["area_ha"] * facts["volume_m3_ha"]).groupby(facts["county"]).sum()
    add_targets(rows, counted, targets, none_done, units, Beyond(0.2), locks.locked_in)
    money = area.sum() * 900.0
    budgets = [("350400", float(year), money) for year in YEARS]
    add_budgets(rows, counted, pd.DataFrame(budgets, columns=["area_unit", "year", "yuan"]), units)
    quotas = [
        (county, kind, "*", float(year), share * wood[county])
        for county in counties
        for year in YEARS
        for kind, share in (("final", 0.006), ("low_yield", 0.012), ("tending", 0.015))
    ]
    columns = ["area_unit", "felling_type", "origin", "year", "volume_m3"]
    add_quotas(rows, counted, pd.DataFrame(quotas, columns=columns), units, facts["origin"].to_numpy(dtype=object))
    shares = [(county, "pine_transform", "clear_cut", np.nan, 0.3) for county in counties]
    columns = ["area_unit", "measure", "technique", "low", "high"]
    add_shares(rows, counted, pd.DataFrame(shares, columns=columns), units)


def gigabytes() -> float:
    """Largest memory of this process and of two solver processes at the same time."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + 2 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024**2


def planned(count: int, wanted: float = LIMIT_GAP, least: int = LEAST_IN_COUNTY) -> tuple[float, bool]:
    """Seconds from the table of stands to the plan, and whether the limits hold; tells both ways to choose."""
    tables = load_planning_tables()
    facts, geometry, ahead = stands(count, COUNTIES[: max(1, count // least)])
    begun = time.perf_counter()
    terms = PlanTerms(YEARS, HORIZON, Weights(), felling_limited=True)
    options = options_of(facts, tables.works, terms, ahead, np.zeros(count), MEASURES)
    counted = Counted.of(options, tables.works, tables.matrix)
    locks, units, targets = Locks.none(count), units_of_stands(facts, tables.units), targets_of_all(facts)
    options = options.only(asked_for(counted, targets, none_done, units, locks.locked_in), NOT_ASKED)
    options = without_ground_twice(options, geometry, facts, locks.locked_in, tables.rules)
    counted, rows = Counted.of(options, tables.works, tables.matrix), LimitRows(len(options.table))
    limits(rows, counted, facts, targets, units, locks)
    pairs = adjoining(geometry, clear_cut_stands(options, tables.works))
    blocks = block_rule(facts, options, tables.works, pairs, 3)
    problem = choice_problem(options, rows, locks, blocks)
    asked = time.perf_counter() - begun
    county, _ = pd.factorize(facts["county"].to_numpy(), sort=True)
    choice = solve_by_county(problem, county.astype(np.int64), SolverLimits(wanted), SolverProcesses(Progress()).best)
    seconds, memory = time.perf_counter() - begun, gigabytes()
    work = sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    if choice is None:
        print("no plan was found")
        return seconds, False
    sound = keeps_rows(problem, choice.option) and not broken_clusters(blocks, choice.option)
    begun = time.perf_counter()
    greedy, missing = greedy_choice(problem)
    greedy_seconds = time.perf_counter() - begun
    greedy_value, _ = chosen_values(problem, greedy)
    short = int((missing > 1e-6).sum())
    print(
        f"stands {count:,}, options {len(problem):,}, limits {len(rows.described):,}, adjoining pairs {len(pairs[0]):,}"
    )
    print(f"ours    {seconds:7.1f} s ({asked:.1f} s until the question stands)  {choice.value:14,.0f} tCO2e  "
          f"gap {choice.gap:.3%}  {memory:.2f} GB  {work:.0f} s of processors  all limits kept: {sound}  "
          f"counties by fall-back: {len(choice.fallen_back)}")  # fmt: skip
    print(f"greedy  {greedy_seconds:7.1f} s  {greedy_value:14,.0f} tCO2e  targets missed: {short}")
    gain = choice.value - greedy_value
    print(f"gain over greedy {gain:,.0f} tCO2e ({gain / abs(greedy_value):+.2%})", flush=True)
    kept = seconds <= LIMIT_SECONDS and choice.gap <= wanted and memory <= LIMIT_GB and sound
    return seconds, kept


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stands", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--small-counties", action="store_true")
    arguments = parser.parse_args(given)
    if arguments.small_counties:
        _, kept = planned(arguments.stands or SMALL_COUNTIES, SMALL_GAP, 1)
        print(f"limits {LIMIT_SECONDS:.0f} s, gap {SMALL_GAP:.1%}, {LIMIT_GB:.0f} GB: {'kept' if kept else 'MISSED'}")
        return 0 if kept else 1
    count = arguments.stands or (QUICK if arguments.quick else USUAL)
    growth = 1.0
    if not arguments.quick:
        before, _ = planned(count // SMALLER)
    seconds, kept = planned(count)
    if not arguments.quick:
        growth = math.log(seconds / before) / math.log(SMALLER)
        print(f"growth of the time from {count // SMALLER:,} to {count:,} stands: exponent {growth:.2f} (1 is linear)")
    kept &= growth <= MOST_GROWTH
    told = f"limits {LIMIT_SECONDS:.0f} s, gap {LIMIT_GAP:.0%}, {LIMIT_GB:.0f} GB, growth {MOST_GROWTH}"
    print(f"{told}: {'kept' if kept else 'MISSED'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
