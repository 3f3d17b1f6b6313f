"""Small fields of stands and credited parcels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
import shapely

from sanming_carbon_plugin.core.tickets.credited_parcels import CreditedParcels


@dataclass(frozen=True)
class FiveYears:
    start: date = date(2016, 1, 1)
    end: date = date(2020, 12, 31)


def shapes(*geometries):
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def credited(geometries, start="2016-01-01", end="2020-12-31", scheme="CCER"):
    count = len(geometries)

    def column(value):
        texts = [value] * count if value is None or isinstance(value, str) else list(value)
        return np.asarray([*texts, None], dtype=object)[:-1]

    ids = np.asarray([f"P{row}" for row in range(count)] + [None], dtype=object)[:-1]
    columns = (column(scheme), ids, column(start), column(end))
    return CreditedParcels(shapes(*geometries), *columns, source_row=np.arange(count), source="credited.gpkg")


@pytest.fixture
def period():
    return FiveYears()


@pytest.fixture
def square():
    return shapely.box(0, 0, 100, 100)
