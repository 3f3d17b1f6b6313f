"""Tables and shapes for the tests of the carbon room."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.carbon_parameters import load_errors, load_parameters
from sanming_carbon_plugin.core.carbon.period import Period
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory

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


@pytest.fixture
def compare(make_facts, parameters, errors, five_years):
    """The sink between two layers of surveyed pine; further columns of either by name."""

    def run(now_shapes, now, then_shapes, then, **more):
        tables = []
        for shapes, columns, day in ((now_shapes, now, "2020-12-31"), (then_shapes, then, "2015-12-31")):
            columns.setdefault("species_code", "220")
            columns.setdefault("survey_date", [day] * len(shapes))
            columns.setdefault("area_ha", np.nan_to_num(shapely.area(shapes)) / 1e4)
            tables.append(make_facts(columns.pop("keys", None) or [f"s{i}" for i in range(len(shapes))], **columns))
        earlier = EarlierInventory(tables[1], then_shapes)
        return sink(tables[0], now_shapes, earlier, parameters, errors, more.pop("period", five_years), **more)

    return run
