"""Figures of classes add up to their total as they are printed, and none is a whole unit of its last digit off."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.maps.class_areas import added_up, class_figures, class_table, figure_texts
from sanming_carbon_plugin.adapters.maps.themes import themes

AREAS = st.lists(st.one_of(st.floats(0.0, 5e4), st.integers(0, 999).map(lambda n: n / 100)), min_size=1, max_size=30)


def _sum(texts) -> Decimal:
    return sum((Decimal(text.replace(",", "")) for text in texts if text), Decimal(0))


@given(st.lists(st.floats(-1e5, 1e6), max_size=40), st.sampled_from([1, 2, 4]))
def test_each_part_is_within_one_unit_and_they_add_up(parts, digits):
    values = np.array([*parts, sum(parts)])
    found = added_up(values, digits)
    units = np.round(found * 10**digits)
    assert units[:-1].sum() == units[-1]
    assert abs(units[-1] - values[-1] * 10**digits) <= 0.5 + 1e-4
    assert (np.abs(units - values * 10**digits) < 1).all()


def test_parts_that_need_no_rounding_stay_and_what_is_unknown_stays_unknown():
    assert added_up(np.array([0.29, 0.57, np.nan, 0.0, 0.86]), 2).tolist() == pytest.approx(
        [0.29, 0.57, np.nan, 0.0, 0.86], abs=1e-12, nan_ok=True
    )
    assert np.isnan(added_up(np.array([np.nan, np.nan]), 1)).all()
    assert added_up(np.array([1 / 3, 1 / 3, 1 / 3, 1.0]), 1).tolist() == pytest.approx([0.4, 0.3, 0.3, 1.0])


@given(AREAS, st.sampled_from(["t", "wan_t"]))
def test_every_column_of_a_table_adds_up_to_its_last_row(areas, mass):
    theme = themes()["carbon_density"]
    classes = [theme.classes[at % len(theme.classes)].value for at in range(len(areas))]
    stands = pd.DataFrame({"class": classes, "area_ha": areas, "stock_tco2e": np.array(areas) * 71.3})
    whole = class_table(stands, theme, "en", mass=mass)
    for rows in (whole, class_table(stands, theme, "en", mass=mass, most=4)):
        for column in list(zip(*rows[1:], strict=True))[1:]:
            assert _sum(column[:-1]) == _sum(column[-1:])
        assert set(rows[1:]) & set(whole[1:]) >= {rows[-1]}
    assert figure_texts(class_figures(stands, theme, mass=mass)) == [row[1:] for row in whole[1:]]


def test_a_shortened_table_keeps_the_figures_of_the_whole_one():
    theme = themes()["carbon_density"]
    values = [each.value for each in theme.classes]
    areas = 10.0 ** -np.arange(len(values)) + 0.004
    stands = pd.DataFrame({"class": values, "area_ha": areas, "stock_tco2e": areas})
    whole, short = class_table(stands, theme, "zh"), class_table(stands, theme, "zh", most=5)
    assert len(short) == 5 < len(whole)
    assert {*short[1:3], short[-1]} <= set(whole)


def test_a_busy_machine_fails_no_property():
    """Examples have no time limit, which a machine with other work to do would not keep."""
    assert test_every_column_of_a_table_adds_up_to_its_last_row._hypothesis_internal_use_settings.deadline is None
