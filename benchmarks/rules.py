"""One million stands through all shipped rule sets with traces: time, memory and the growth from 100,000.

Run from the repository: ``.venv/bin/python benchmarks/rules.py [--quick] [STANDS]``. The target is 20 s and 2 GB for
one million stands on adjoining squares, blocks of clear-cuts and their polygons included; where it is missed the exit
status is 1. Beside it stands a plain loop over the same rules, one stand at a time, as far as it gets in two seconds.
``--quick`` runs on few stands and shows only that it runs.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sanming_carbon_plugin.adapters.rule_files import load_rule_sets
from sanming_carbon_plugin.core.classes.explain import explain_stand
from sanming_carbon_plugin.core.classes.measures import classify, with_derived_facts

TARGET_S = 20.0
TARGET_GB = 2.0
USUAL, QUICK = 1_000_000, 2_000
LOOP_S = 2.0


def made_stands(count: int, seed: int = 1) -> pd.DataFrame:
    """Stands of every kind with a few missing values, drawn at random."""
    rng = np.random.default_rng(seed)

    def words(choices, shares):
        return rng.choice(np.array(choices, dtype=object), count, p=shares)

    def numbers(low, high, missing=0.01):
        values = np.round(rng.uniform(low, high, count), 2)
        values[rng.random(count) < missing] = np.nan
        return values

    slope = rng.choice([0.0, 5.0, 15.0, 25.0, 35.0], count, p=[0.05, 0.2, 0.4, 0.3, 0.05])
    share = rng.choice([0.0, 0.65, 0.9], count)
    return pd.DataFrame(
        {
            "area_ha": numbers(0.1, 15, 0),
            "land_class": words(["arbor", "bamboo", "cutover", "plantable_barren", None], [0.8, 0.1, 0.04, 0.05, 0.01]),
            "species_group": words(
                ["pine", "chinese_fir", "hard_broadleaf", "mixed_conifer_broadleaf", None], [0.35, 0.3, 0.2, 0.14, 0.01]
            ),
            "pine_share_low": share,
            "pine_share_high": np.where(share == 0.65, 1.0, share),
            "origin": words(["planted", "natural", None], [0.6, 0.39, 0.01]),
            "age_group": rng.integers(1, 6, count).astype(float),
            "closure": numbers(0.1, 1.0),
            "height_m": numbers(1, 25),
            "volume_m3_ha": numbers(0, 300, 0.001),
            "slope_deg_low": slope,
            "slope_deg_high": np.nextafter(slope + 10, 0),
            "slope_over_25_share": numbers(0, 0.6, 0.3),
            "slope_over_35_share": numbers(0, 0.4, 0.3),
            "soil_depth_cm": numbers(20, 120),
            "quality_grade": rng.integers(1, 6, count).astype(float),
            "forest_use": words(["commercial", "public", None], [0.6, 0.39, 0.01]),
            "forest_class": words(["commercial_general", "public_key", "public_general"], [0.6, 0.2, 0.2]),
            "protection_grade": rng.choice([np.nan, 1.0, 2.0], count),
            "land_protection_grade": rng.integers(1, 5, count).astype(float),
            "disturbance": words(["none", "disease", "insects", "fire", None], [0.9, 0.04, 0.03, 0.02, 0.01]),
            "disturbance_grade": rng.integers(0, 4, count).astype(float),
            "red_line": words(["no", "yes", None], [0.85, 0.1, 0.05]),
            "reserve": words(["no", "yes", None], [0.88, 0.07, 0.05]),
            "reserve_core": words(["no", "yes", None], [0.9, 0.05, 0.05]),
            "dead_tree_rate": numbers(0, 0.1, 0.5),
            "damage_share": numbers(0, 0.2, 0.5),
            "dispute": words(["no", "yes", None], [0.9, 0.05, 0.05]),
        },
        index=pd.Index(np.char.add("k", np.arange(count).astype(str)).astype(object), name="stand_key"),
    )


def squares(count: int) -> np.ndarray:
    """Adjoining squares of 200 m, row by row."""
    side = int(np.ceil(np.sqrt(count)))
    x, y = np.divmod(np.arange(count), side)
    return shapely.box(x * 200.0, y * 200.0, (x + 1) * 200.0, (y + 1) * 200.0)


def memory_gb() -> float:
    """Largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(given: list[str]) -> int:
    """Print the figures; 1 where the target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("stands", nargs="?", type=int)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args(given)
    count = arguments.stands or (QUICK if arguments.quick else USUAL)
    rules = load_rule_sets()
    figures: dict[str, float] = {"rules": sum(len(one.rules) for one in rules)}
    for size in (count // 10, count):
        facts, polygons = made_stands(size), squares(size)
        figures["memory_of_table_gb_{}".format(size)] = round(memory_gb(), 2)
        start = time.perf_counter()
        result = classify(facts, polygons, rules)
        figures["seconds_{}".format(size)] = round(time.perf_counter() - start, 2)
        figures["memory_gb_{}".format(size)] = round(memory_gb(), 2)
        figures["issues_{}".format(size)] = len(result.issues)
        figures["different_traces_{}".format(size)] = result.columns["pine_rules"].nunique()
        figures["clear_cuts_{}".format(size)] = int((result.columns["pine_technique"] == "clear_cut").sum())
        codes = result.issues["code"]
        figures["in_blocks_too_large_{}".format(size)] = int((codes == "CLEAR_CUT_BLOCK_TOO_LARGE").sum())
        del result, codes
    facts = with_derived_facts(facts.iloc[:10_000], rules, polygons[:10_000])
    start = time.perf_counter()
    for rule_set in rules:
        explain_stand(rule_set, facts.iloc[[7]])
    figures["explain_seconds"] = round(time.perf_counter() - start, 3)
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < LOOP_S and done < len(facts):
        classify(facts.iloc[[done]], polygons[[done]], rules)
        done += 1
    figures["one_by_one_stands_per_second"] = round(done / (time.perf_counter() - start), 1)
    print(json.dumps(figures, indent=2))
    limit = TARGET_S * max(1.0, count / 1_000_000)
    missed = figures["seconds_{}".format(count)] > limit or figures["memory_gb_{}".format(count)] > TARGET_GB
    print("{} s and {} GB are the target".format(limit, TARGET_GB) + (": MISSED" if missed else ": kept"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
