"""Random small plans with every kind of limit."""

from dataclasses import replace

import numpy as np
import pandas as pd

from sanming_carbon_plugin.core.planning.assembly import Locks, choice_problem, locked_options, patch_rule
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
from sanming_carbon_plugin.core.planning.options import Options
from sanming_carbon_plugin.core.planning.problem import ALWAYS_OPEN, BlockRule
from sanming_carbon_plugin.core.planning.targets import Target
from sanming_carbon_plugin.core.planning.works import CountingMatrix, Works

MANY_PLANS, FEW_PLANS = 70_000, 4_000
LARGEST_EVERY = 20
UNITS = ("350400", "350428", "350426", "350783")
"""The municipality, its counties, and a county outside it."""


def works():
    rows = [
        ("pine_transform", "clear_cut", "final", 1.0, "yes"),
        ("pine_transform", "selective_tending", "tending", 0.3, "no"),
        ("pest_control", "sanitation_cut", "other", 0.15, "no"),
        ("tending", "thinning", "tending", 0.2, "no"),
    ]
    same = {
        "fits_technique": None, "cost_yuan_ha": "1000", "growth_factor": "1", "planted_tco2e_ha_yr": "1",
        "needs_survival": "no", "infestation_removed_share": "0", "gain_error_share": "0.5", "minimum_ha": "0",
        "source": "made", "confidence": "-",
    }  # fmt: skip
    names = ("measure", "technique", "felling_type", "felled_share", "clear_cut")
    frame = pd.DataFrame([dict(zip(names, map(str, row), strict=True)) | same for row in rows])
    return Works.from_rows(frame.assign(fits_measure=frame["measure"]))


MATRIX = CountingMatrix(frozenset({("pine_transform", "pest_control")}))


class SmallPlan:
    """One random question, its parts kept in plain form for the look at every plan."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.works = works()
        largest = seed % LARGEST_EVERY == 0
        self.plans_at_most = MANY_PLANS if largest else FEW_PLANS
        self.n = 16 if largest else int(rng.integers(5, 13))
        self.area = np.round(rng.uniform(1, 12, self.n), 3)
        self.county = np.array(["350428", "350426"])[rng.integers(0, 2, self.n)]
        more = np.random.default_rng([seed, 1])
        self.county[more.random(self.n) < 0.15] = UNITS[3]
        self.origin = np.array(["natural", "planted"], dtype=object)[rng.integers(0, 2, self.n)]
        self.limit = rng.choice([10.0, 15.0, 20.0], self.n)
        self.first, self.second = self._pairs(rng)
        self.green_up = int(rng.integers(1, 4))
        self._open_ground(rng)
        self.years = (2026, 2027, 2028)[: int(rng.integers(1, 4))]
        self.fits = {m: rng.random(self.n) < 0.8 for m in ("pine_transform", "pest_control", "tending")}
        self.table = self._options(rng)
        self._limits(rng)
        self._more_targets(more)

    def _pairs(self, rng):
        side = 4
        pairs = [(i, i + 1) for i in range(self.n - 1) if i % side != side - 1]
        pairs += [(i, i + side) for i in range(self.n - side)]
        kept = [pair for pair in pairs if rng.random() < 0.7]
        pairs = np.array(kept, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def _open_ground(self, rng):
        """Ground that is open already: places after the stands, beside some of them or beside each other."""
        count = int(rng.integers(0, 4)) if rng.random() < 0.5 else 0
        self.ground_year = rng.choice([ALWAYS_OPEN, 2022, 2024, 2025, 2026, 2027], count).astype(np.int64)
        self.place_area = np.append(self.area, np.round(rng.uniform(1, 9, count), 3))
        self.place_limit = np.append(self.limit, rng.choice([10.0, np.inf], count))
        beside = [(int(s), self.n + g) for g in range(count) for s in rng.choice(self.n, 2, replace=False)]
        beside += [(self.n + g, self.n + g + 1) for g in range(count - 1) if rng.random() < 0.5]
        beside = np.array(beside, dtype=np.int64).reshape(-1, 2)
        self.near, self.far = np.append(self.first, beside[:, 0]), np.append(self.second, beside[:, 1])

    def _options(self, rng):
        every = [(s, w, y) for s in range(self.n) for w in range(len(self.works)) for y in self.years
                 if self.fits[self.works.measure[w]][s] and not (w == 0 and self.area[s] > self.limit[s])]  # fmt: skip
        kept, plans = [], 1
        count = np.zeros(self.n, dtype=int)
        for at in rng.permutation(len(every)):
            stand = every[at][0]
            grown = plans // (count[stand] + 1) * (count[stand] + 2)
            if grown <= self.plans_at_most:
                kept.append(every[at])
                count[stand] += 1
                plans = grown
        stand, work, year = np.array(sorted(kept), dtype=np.int64).reshape(-1, 3).T
        area = self.area[stand]
        return pd.DataFrame(
            {
                "stand": stand,
                "work": work,
                "year": year,
                "area_ha": area,
                "cost_yuan": np.round(rng.uniform(1000, 9000, len(stand)) * area, 2),
                "felled_m3": np.round(rng.uniform(20, 150, len(stand)) * area * self.works.felled_share[work], 3),
                "carbon_gain_tco2e": 0.0,
                "infestation_removed_ha": 0.0,
                "value": np.round(rng.uniform(-10, 60, len(stand)) * area, 3),
            }
        )

    def _limits(self, rng):
        last, total = self.years[-1], self.area.sum()
        self.targets, self.done = [], {}
        for measure, unit in (("pine_transform", "350400"), ("tending", "350400"), ("pest_control", "350426")):
            here = self.table["work"].map(lambda w: self.works.measure[w]) == measure
            stands = self.table["stand"][here & self.units()[unit][self.table["stand"]]].unique()
            if len(stands) and rng.random() < 0.9:
                amount = float(np.round(self.area[stands].sum() * rng.uniform(0.05, 0.35), 3))
                self.targets.append(Target(measure, unit, self.years[0], last, amount, "ha", "at_least", ""))
                self.done[measure, unit] = float(np.round(amount * rng.choice([0, 0.2]), 3))
        if rng.random() < 0.5:
            self.targets.append(
                Target("tending", "350400", self.years[0], self.years[0], float(total * 0.12), "ha", "at_most", "")
            )
        self.beyond = float(rng.choice([0.1, 0.5, np.inf, np.inf, np.inf]))
        budgets = [("*", np.nan, rng.uniform(0.2, 0.9) * total * 5000)]
        budgets += [("350428", float(self.years[0]), rng.uniform(0.02, 0.3) * total * 5000)]
        self.budgets = pd.DataFrame(budgets[: int(rng.integers(0, 3))], columns=["area_unit", "year", "yuan"])
        quotas = [
            ("350400", "final", "*", np.nan, total * rng.uniform(5, 60)),
            ("350400", "tending", "planted", np.nan, total * rng.uniform(3, 20)),
            ("350400", "tending", "natural", float(last), total * rng.uniform(3, 20)),
            ("350400", "other", "*", np.nan, total * rng.uniform(3, 20)),
        ]
        self.quotas = pd.DataFrame(
            quotas if rng.random() < 0.35 else [], columns=["area_unit", "felling_type", "origin", "year", "volume_m3"]
        )
        shares = [("350400", "pine_transform", "clear_cut", np.nan, float(rng.uniform(0.2, 0.8)))]
        if rng.random() < 0.5:
            shares = [("350428", "pine_transform", "selective_tending", float(rng.uniform(0.3, 0.9)), np.nan)]
        self.shares = pd.DataFrame(
            shares if rng.random() < 0.5 else [], columns=["area_unit", "measure", "technique", "low", "high"]
        )
        self.minimum = float(rng.choice([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 9.0]))
        self.locked_in, self.locked_out = np.zeros(self.n, bool), np.zeros(self.n, bool)
        if rng.random() < 0.4:
            self.locked_in[int(rng.choice(self.table["stand"].unique()))] = True
        if rng.random() < 0.4:
            self.locked_out[int(rng.integers(self.n))] = True
        self.locked_out &= ~self.locked_in

    def _more_targets(self, rng):
        """Targets of some years, of a county in one of the municipality, outside it; and some that are met."""
        measure, stand, year = self.works.measure[self.table["work"]], self.table["stand"], self.table["year"]
        for at, target in enumerate(self.targets):
            first = int(rng.choice(self.years)) if rng.random() < 0.4 else target.year_from
            here = (measure == target.measure) & self.units()[target.area_unit][stand] & (year >= first)
            here &= ~self.locked_out[stand]
            if target.bound == "at_least" and here.any():
                there = self.area[stand[here].unique()].sum()
                self.targets[at] = replace(target, year_from=first, amount=min(target.amount, round(there * 0.4, 3)))
        asked = [(t.measure, t.area_unit) for t in self.targets]
        for name, unit in (("pine_transform", "350428"), ("tending", "350783")):
            here = (measure == name) & self.units()[unit][stand]
            if here.any() and rng.random() < 0.3 and (name, unit) not in asked:
                then, ha = int(rng.choice(year[here])), self.table["area_ha"][here].iloc[0]
                self.targets.append(Target(name, unit, then, then, round(ha * 0.5, 3), "ha", "at_least", ""))
        for target in self.targets:
            if target.bound == "at_least" and rng.random() < 0.07:
                self.done[target.measure, target.area_unit] = target.amount

    def units(self):
        every = {unit: self.county == unit for unit in UNITS[1:]}
        return {UNITS[0]: self.county != UNITS[3], **every}

    def done_ha(self, target):
        return self.done.get((target.measure, target.area_unit), 0.0)

    def problem(self):
        """The question as the package puts it together, and what its rows are about."""
        locks = Locks(self.locked_in, self.locked_out, {})
        options = locked_options(Options(self.table, self.fits), self.works, locks)
        counted = Counted.of(options, self.works, MATRIX)
        asked = asked_for(counted, self.targets, self.done_ha, self.units(), self.locked_in)
        options = options.only(asked, "no_target_needs_it")
        counted = Counted.of(options, self.works, MATRIX)
        rows = LimitRows(len(options.table))
        add_targets(
            rows,
            counted,
            self.targets,
            self.done_ha,
            self.units(),
            Beyond(self.beyond),
            self.locked_in,
        )
        add_budgets(rows, counted, self.budgets, self.units())
        if len(self.quotas):
            add_quotas(rows, counted, self.quotas, self.units(), self.origin)
        add_shares(rows, counted, self.shares, self.units())
        patches = None
        if self.minimum:
            everywhere = np.full(self.n, "one county", dtype=object)
            patches = patch_rule(options, self.works, (self.first, self.second), everywhere, self.minimum)
        work = options.table["work"].to_numpy()
        blocks = BlockRule(
            self.near, self.far, self.place_area, self.place_limit, self.works.clear_cut[work],
            options.table["year"].to_numpy(), self.green_up, self.ground_year,
        )  # fmt: skip
        return choice_problem(options, rows, locks, blocks, patches), rows.table(), options, counted
