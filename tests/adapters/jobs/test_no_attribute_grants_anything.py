"""Any one column of either layer that goes, or is filled with 0, never turns an outcome to ``yes`` or adds tonnes.

Every column is tried, those too that no rule is thought to ask. A code of 0 is a statement of its own ("no dispute"),
so that only numbers are zeroed. What stands in for a missing attribute (the slope of a DEM, volume from the mean tree)
must be at least as strict as what it replaces.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sample_parts import SAMPLE, part

from sanming_carbon_plugin.adapters.jobs.inputs import opened_inputs
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.pipeline import assess
from sanming_carbon_plugin.core.progress import Progress

KEYS = ("XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN")
OUTCOMES = ("pine_transform", "reserve_forest", "ticket")
VILLAGES = ("203", "204", "205")
NUMBERS = ("real", "integer", "integer64")

pytestmark = pytest.mark.slow


def of_villages(layer):
    return part(layer, np.flatnonzero(layer.attributes["CUN"].isin(VILLAGES)))


@pytest.fixture(scope="module")
def layers(township):
    return {"today": of_villages(township), "earlier": of_villages(read_layer(str(SAMPLE / "stands_2015.gpkg")))}


def outcomes(layers, folder) -> pd.DataFrame:
    """Where each outcome is ``yes``, and the tonnes of the tickets."""
    request = AssessRequest(
        layers["today"],
        folder / "none.gpkg",
        earlier=layers["earlier"],
        period="2016-01-01/2020-12-31",
        credited=(LayerSource(str(SAMPLE / "credited.gpkg")),),
        tenure=LayerSource(str(SAMPLE / "tenure.gpkg")),
    )
    with opened_inputs(request, Progress()) as opened:
        facts = assess(opened.inputs, Progress()).facts
    return (facts[list(OUTCOMES)] == "yes").assign(tonnes=facts["ticket_tco2e"].where(facts["ticket"] == "yes", 0.0))


@pytest.fixture(scope="module")
def whole(layers, tmp_path_factory):
    return outcomes(layers, tmp_path_factory.mktemp("whole"))


def without(layer, column):
    types = {name: kind for name, kind in layer.field_types.items() if name != column}
    return replace(layer, attributes=layer.attributes.drop(columns=column), field_types=types)


def zeroed(layer, column):
    return replace(layer, attributes=layer.attributes.assign(**{column: 0}))


def test_there_is_something_to_lose(whole):
    assert (whole.sum() > 30).all()
    assert whole["tonnes"].sum() > 1000


@pytest.mark.parametrize("date", ["today", "earlier"])
@pytest.mark.parametrize("change", [without, zeroed])
def test_no_column_grants_anything(layers, whole, tmp_path, date, change):
    layer = layers[date]
    columns = [name for name in layer.attributes.columns if name not in KEYS]
    if change is zeroed:
        columns = [name for name in columns if layer.field_types[name].kind in NUMBERS]
    assert len(columns) > 8
    granted = {}
    for column in columns:
        found = outcomes({**layers, date: change(layer, column)}, tmp_path)
        new = (found[list(OUTCOMES)] & ~whole[list(OUTCOMES)]).any(axis=1)
        if new.any():
            granted[column] = list(new.index[new])[:5]
        more = found["tonnes"].sum() - whole["tonnes"].sum()
        if more > 1e-12 * whole["tonnes"].sum():
            granted[f"{column} (t)"] = more
    assert granted == {}
