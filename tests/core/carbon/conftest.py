"""Tables and shapes for the tests of the carbon room."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.carbon_parameters import load_errors, load_parameters
from sanming_carbon_plugin.core.carbon.period import Period

FIVE_YEARS = Period(date(2016, 1, 1), date(2020, 12, 31))


@pytest.fixture(scope="session")
def parameters():
    return load_parameters()


@pytest.fixture(scope="session")
def errors():
    return load_errors()


@pytest.fixture(scope="session")
def five_years():
    return FIVE_YEARS


@pytest.fixture(scope="session")
def make_facts():
    return stand_table


def stand_table(keys=None, **columns) -> pd.DataFrame:
    """A table of stands; single values count for all rows, 10 ha of surveyed arbor forest by default."""
    lengths = [len(v) for v in columns.values() if isinstance(v, (list, np.ndarray))]
    count = len(keys) if keys else max(lengths, default=1)
    known = {"land_class": "arbor", "area_ha": 10.0, "survey_method": "plot", **columns}
    index = pd.Index(keys or [f"s{i}" for i in range(count)], name="stand_key", dtype=object)
    return pd.DataFrame({k: (v if isinstance(v, (list, np.ndarray)) else [v] * count) for k, v in known.items()}, index)


@pytest.fixture(scope="session")
def row_of_boxes():
    """Boxes of 400 m by 250 m (10 ha) side by side."""

    def make(count: int) -> np.ndarray:
        x = np.arange(count) * 400.0
        return shapely.box(x, 0.0, x + 400.0, 250.0)

    return make
