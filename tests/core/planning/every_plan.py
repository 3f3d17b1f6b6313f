"""What is best for small plans, by looking at every plan there is."""

import itertools
from functools import cache, cached_property

import numpy as np

from sanming_carbon_plugin.core.planning.problem import ALWAYS_OPEN

from .small_plans import UNITS, SmallPlan


@cache
def looked_at(seed):
    """The value of every plan of a small question, and which keep the limits of each kind; once for all tests."""
    every = EveryPlan(SmallPlan(seed))
    return every.of("value").sum(axis=1), every.checks()


def best_of(values, kept):
    return values[kept].max() if kept.any() else None


def best_value(seed, patches=True):
    """The largest value of a plan that keeps all limits, or all but the smallest patch; None without any."""
    values, checks = looked_at(seed)
    return best_of(values, np.logical_and.reduce([ok for kind, ok in checks.items() if patches or kind != "patch"]))


class EveryPlan:
    """All plans of a small question, one column each; limits are worked from what they say, not from the rows."""

    def __init__(self, plan):
        self.plan = plan
        self.table = plan.table
        choices = [[-1, *self.table.index[self.table["stand"] == s]] for s in range(plan.n)]
        self.chosen = np.array(list(itertools.product(*choices)), dtype=np.int64)

    def of(self, name):
        """A column of the options for every plan and stand; 0 where nothing is done."""
        values = np.append(self.table[name].to_numpy(dtype=float), 0.0)
        return values[self.chosen]

    @cached_property
    def works(self):
        return np.append(self.table["work"].to_numpy(dtype=np.int64), -1)[self.chosen]

    @cached_property
    def years(self):
        return np.append(self.table["year"].to_numpy(dtype=np.int64), 0)[self.chosen]

    def checks(self):
        """Plans that keep the limits of each kind, by kind."""
        every = np.ones(len(self.chosen), dtype=bool)
        plan, done = self.plan, self.chosen >= 0
        return {
            "target": self._targets(every, "at_least"),
            "asked": self._asked(every),
            "beyond": self._targets(every, "beyond"),
            "cap": self._targets(every, "at_most"),
            "budget": self._budgets(every, yearly=False),
            "yearly budget": self._budgets(every, yearly=True),
            "quota": self._quotas(every),
            "share": self._shares(every),
            "patch": self._patches(every),
            "block": self._openings(every, beside_ground=False),
            "open ground": self._openings(every, beside_ground=True),
            "lock in": done[:, plan.locked_in].all(axis=1),
            "lock out": ~done[:, plan.locked_out].any(axis=1),
        }

    def _inside(self, unit):
        return np.ones(self.plan.n, bool) if unit == "*" else self.plan.units()[unit]

    def _of(self, names, wanted):
        """Which works have a name, by their numbers; the last, -1, is no work."""
        return np.append(names == wanted, False)

    def _for(self, target, works, years, stands):
        """Where work of a year in a stand counts for a target; for one that is met only its own is limited."""
        plan = self.plan
        counts = self._of(plan.works.measure, target.measure)[works]
        if target.measure == "pest_control" and target.amount > plan.done_ha(target):
            pine = self._of(plan.works.measure, "pine_transform")[works]
            counts = counts | (pine & plan.fits["pest_control"][stands])
        return counts & self._inside(target.area_unit)[stands] & (years >= target.year_from) & (years <= target.year)

    def _asked(self, ok):
        """Nothing is planned that no target asks for, but what someone locked in."""
        plan, works, years, stands = self.plan, self.works, self.years, np.arange(self.plan.n)
        asked = (works < 0) | plan.locked_in
        for target in plan.targets:
            if target.bound == "at_least":
                asked |= self._for(target, works, years, stands)
        return ok & asked.all(axis=1)

    def _targets(self, ok, side):
        plan, area, stands = self.plan, self.of("area_ha"), np.arange(self.plan.n)
        for target in plan.targets:
            if (side == "at_most") != (target.bound == "at_most") or (side == "beyond" and np.isinf(plan.beyond)):
                continue
            counts = self._for(target, self.works, self.years, stands)
            left = max(target.amount - plan.done_ha(target), 0.0)
            if side == "beyond":
                # What a target of its own measure asks for is limited by that one alone.
                other = ~self._of(plan.works.measure, target.measure)[self.works]
                amount = (area * (counts & ~(other & self._own))).sum(axis=1)
                ok = ok & (amount <= self._most(target)[0] + 1e-6)
                continue
            amount = (area * counts).sum(axis=1)
            ok = ok & (amount <= left + 1e-6 if side == "at_most" else amount >= left - 1e-6)
        return ok

    @cached_property
    def _own(self):
        """Where a target of the work's own measure asks for it."""
        found = np.zeros(self.works.shape, dtype=bool)
        for target in self.plan.targets:
            if target.bound == "at_least":
                mine = self._of(self.plan.works.measure, target.measure)[self.works]
                then = (self.years >= target.year_from) & (self.years <= target.year)
                found |= mine & then & self._inside(target.area_unit)
        return found

    def _most(self, target):
        """What may be planned for a target: by every sum of whole stands there is; and the stands for it."""
        plan, table = self.plan, self.table[~self.plan.locked_out[self.table["stand"]]]
        counts = self._for(target, table["work"], table["year"], table["stand"])
        stands = np.unique(table["stand"][counts])
        must = stands[plan.locked_in[stands]]
        free = np.setdiff1d(stands, must)
        sums = plan.area[must].sum() + np.array(list(itertools.product([0, 1], repeat=len(free)))) @ plan.area[free]
        left = max(target.amount - plan.done_ha(target), 0.0)
        enough = sums[sums >= left * (1 - 1e-9)]
        most = max(left * (1 + plan.beyond), enough.min()) if len(enough) else left * (1 + plan.beyond)
        inner = [t for t in plan.targets if t.bound == "at_least" and t != target and t.measure == target.measure
                 and target.area_unit == UNITS[0] != t.area_unit and (t.year_from >= target.year_from)
                 and t.area_unit != UNITS[3]]  # fmt: skip
        for one in inner:  # never two: they may use what they are given
            given, theirs = self._most(one)
            most = max(most, given + plan.area[np.setdiff1d(must, theirs)].sum())
        return most, stands

    def _budgets(self, ok, yearly):
        for unit, year, yuan in self.plan.budgets.itertuples(index=False):
            if yearly == np.isnan(year):
                continue
            counts = np.isnan(year) | (self.years == year)
            ok = ok & ((self.of("cost_yuan") * counts * self._inside(unit)).sum(axis=1) <= yuan + 1e-3)
        return ok

    def _quotas(self, ok):
        plan = self.plan
        if len(plan.quotas):
            natural_before = (plan.origin == "natural") & (self.years != plan.years[-1])
            tending = self._of(plan.works.felling_type, "tending")[self.works]
            uncovered = (tending & natural_before) | ~self._inside(UNITS[0])
            ok = ok & ~(uncovered & (self.of("felled_m3") > 0)).any(axis=1)
        for unit, felling, origin, year, volume in plan.quotas.itertuples(index=False):
            counts = (
                self._of(plan.works.felling_type, felling)[self.works]
                & self._inside(unit)
                & ((origin == "*") | (plan.origin == origin))
            )
            counts &= np.isnan(year) | (self.years == year)
            ok = ok & ((self.of("felled_m3") * counts).sum(axis=1) <= volume + 1e-3)
        return ok

    def _shares(self, ok):
        area, works = self.of("area_ha"), self.works
        for unit, _, technique, low, high in self.plan.shares.itertuples(index=False):
            here = self._inside(unit)
            pine = (area * here * ((works == 0) | (works == 1))).sum(axis=1)
            mine = (area * here * (works == (0 if technique == "clear_cut" else 1))).sum(axis=1)
            ok = ok & (np.isnan(high) | (mine <= high * pine + 1e-5)) & (np.isnan(low) | (mine >= low * pine - 1e-5))
        return ok

    def _groups(self, cells, pairs):
        """Connected sets among some places."""
        left = set(np.flatnonzero(cells).tolist())
        while left:
            group, edge = set(), [left.pop()]
            while edge:
                one = edge.pop()
                group.add(one)
                for a, b in (pairs, pairs[::-1]):
                    for n in b[a == one].tolist():
                        if n in left:
                            left.discard(n)
                            edge.append(n)
            yield sorted(group)

    def _patches(self, ok):
        plan = self.plan
        if not plan.minimum:
            return ok
        measure = np.append(np.unique(plan.works.measure, return_inverse=True)[1], 0)[self.works]
        kind = np.where(self.works >= 0, measure * 10_000 + self.years, -1)
        good = np.ones(len(kind), dtype=bool)
        for one in np.unique(kind[kind >= 0]):
            patterns, which = np.unique(kind == one, axis=0, return_inverse=True)
            pairs = (plan.first, plan.second)
            large = [all(plan.area[g].sum() >= plan.minimum for g in self._groups(p, pairs)) for p in patterns]
            good &= np.array(large)[which.reshape(-1)]
        return ok & good

    def _openings(self, ok, beside_ground):
        plan = self.plan
        cut_year = np.where(self.works == 0, self.years, 0)
        patterns, which = np.unique(cut_year, axis=0, return_inverse=True)
        allowed = np.ones(len(patterns), dtype=bool)
        for row, pattern in enumerate(patterns):
            for first in range(plan.years[0] - plan.green_up + 1, plan.years[-1] + 1):
                last = first + plan.green_up - 1
                cut = (pattern >= first) & (pattern <= last) & (pattern > 0)
                open_ = (plan.ground_year == ALWAYS_OPEN) | ((plan.ground_year >= first) & (plan.ground_year <= last))
                if not self._open(np.append(cut, open_ & beside_ground)):
                    allowed[row] = False
                    break
        return ok & allowed[which.reshape(-1)]

    def _open(self, cut):
        plan = self.plan
        for rows in self._groups(cut, (plan.near, plan.far)):
            if min(rows) < plan.n and plan.place_area[rows].sum() > plan.place_limit[rows].min() * (1 + 1e-9):
                return False
        return True
