"""Pressler's rates of a user's table: which row serves a stand, in whatever order the rows are written."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.core.carbon.growth_rates import GrowthRates

ROWS = st.lists(
    st.sampled_from(
        [(group, *ages) for group in ("*", "pine", "chinese_fir")
         for ages in ((None, None), (None, 20), (21, 40), (41, None))]
    ),
    min_size=1, unique=True,
)  # fmt: skip
STANDS = [(group, age) for group in ("pine", "chinese_fir", "eucalyptus", None) for age in (10.0, 20.0, 41.0, np.nan)]


def serves(row, stand):
    (group, low, high), (of, age) = row, stand
    if of is None or group not in ("*", of):
        return False
    return (low is None and high is None) or (low or 0) <= age <= (high or np.inf)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_row_that_says_most_serves_whatever_the_order(rows, random):
    """A group's row before that of all groups, a row with ages before one for all; the rest depends on nothing."""
    percent = {row: 1.0 + place for place, row in enumerate(rows)}
    expected = []
    for stand in STANDS:
        found = [row for row in rows if serves(row, stand)]
        best = max(found, key=lambda row: (row[0] != "*", row[1:] != (None, None)), default=None)
        expected.append(percent.get(best, np.nan))
    random.shuffle(rows)
    table = pd.DataFrame(
        {
            "group": [row[0] for row in rows],
            "age_from_yr": [row[1] for row in rows],
            "age_to_yr": [row[2] for row in rows],
            "percent_yr": [percent[row] for row in rows],
            "source": "office",
        }
    )
    facts = pd.DataFrame({"age_yr": [age for _, age in STANDS]})
    got, row = GrowthRates.from_rows(table).of(facts, np.array([group for group, _ in STANDS], dtype=object))
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal([np.nan if at < 0 else percent[rows[at]] for at in row], expected)


def test_a_general_row_does_not_hide_one_with_ages(make_facts):
    rows = [("pine", 0, 20, 8), ("pine", None, None, 4)]
    facts = make_facts(age_yr=[10.0, 40.0, np.nan])
    for order in (rows, rows[::-1]):
        table = pd.DataFrame(order, columns=["group", "age_from_yr", "age_to_yr", "percent_yr"]).assign(source="x")
        assert GrowthRates.from_rows(table).of(facts, np.full(3, "pine", dtype=object))[0].tolist() == [8.0, 4.0, 4.0]
