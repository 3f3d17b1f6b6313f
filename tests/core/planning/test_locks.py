"""What a lock leaves of the options of a stand."""

import numpy as np
import pytest

from sanming_carbon_plugin.core.planning.assembly import LockedWork, Locks, locked_options
from sanming_carbon_plugin.core.planning.options import LOCKED_OTHER, LOCKED_OUT, Options

from .small_plans import SmallPlan


def left(plan, locks):
    """Measure, technique and year of the first stand's options; of the others nothing may go."""
    before = Options(plan.table, plan.fits)
    found = locked_options(before, plan.works, locks)
    others = (before.table["stand"] != 0).sum()
    assert (found.table["stand"] != 0).sum() == others
    mine = found.table[found.table["stand"] == 0]
    return set(zip(plan.works.measure[mine["work"]], plan.works.technique[mine["work"]], mine["year"],
                   strict=True)), found.refused  # fmt: skip


@pytest.fixture(scope="module")
def plan():
    """A small question of which the first stand has several measures and years."""
    for one in map(SmallPlan, range(50)):
        mine = one.table[one.table["stand"] == 0]
        if mine["year"].nunique() > 1 and len(set(one.works.measure[mine["work"]])) > 1:
            return one
    raise AssertionError


@pytest.mark.parametrize("which", ["measure", "technique", "year", "all"])
def test_a_stand_is_locked_out_of_what_the_row_names_alone(plan, which):
    every, _ = left(plan, Locks.none(plan.n))
    measure, technique, year = sorted(every)[0]
    named = {"measure": measure, "technique": technique, "year": int(year)}
    said = [named[name] if which in (name, "all") else None for name in named]
    options, refused = left(plan, Locks(np.zeros(plan.n, bool), np.zeros(plan.n, bool), {}, ((0, LockedWork(*said)),)))
    gone = {one for one in every if all(asked in (None, value) for asked, value in zip(said, one, strict=True))}
    assert options == every - gone
    assert options
    assert refused[LOCKED_OTHER][0]
    assert LOCKED_OUT not in refused


def test_a_stand_that_is_locked_out_has_no_options(plan):
    out = np.arange(plan.n) == 0
    options, refused = left(plan, Locks(np.zeros(plan.n, bool), out, {}))
    assert not options
    assert refused[LOCKED_OUT][0]


def test_a_stand_is_locked_in_for_what_the_row_names(plan):
    every, _ = left(plan, Locks.none(plan.n))
    measure, technique, year = sorted(every)[-1]
    locks = Locks(np.arange(plan.n) == 0, np.zeros(plan.n, bool), {0: LockedWork(measure, technique, int(year))})
    assert left(plan, locks)[0] == {(measure, technique, year)}
