"""The whole sample, with the earlier inventory, certificates and credited ground: a column that goes grants nothing.

Two columns have something that might stand in for them: certificates for a recorded dispute, the age for a recorded
age group. Neither is as strict as what was written down.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sample_parts import SAMPLE

from sanming_carbon_plugin.adapters.jobs.inputs import opened_inputs
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.pipeline import assess
from sanming_carbon_plugin.core.progress import Progress

OUTCOMES = ("pine_transform", "reserve_forest", "ticket")
MEASURES = ("pest_control", "pine_transform", "reserve_forest", "tending", "closure", "afforestation", "project_pool")
TECHNIQUES = ("clear_cut", "strip_cut", "selective_tending")
STRENGTH = {name: strength for strength, name in enumerate(TECHNIQUES)}

pytestmark = pytest.mark.slow


def facts_of(stands, folder) -> pd.DataFrame:
    request = AssessRequest(
        stands,
        folder / "none.gpkg",
        earlier=LayerSource(str(SAMPLE / "stands_2015.gpkg")),
        period="2016-01-01/2020-12-31",
        credited=(LayerSource(str(SAMPLE / "credited.gpkg")),),
        tenure=LayerSource(str(SAMPLE / "tenure.gpkg")),
    )
    with opened_inputs(request, Progress()) as opened:
        return assess(opened.inputs, Progress()).facts


def grants(facts) -> pd.DataFrame:
    """Every outcome and measure as a column of true and false."""
    named = facts["measures"].fillna("").str.split(";")
    found = {name: facts[name] == "yes" for name in OUTCOMES}
    found |= {"measure " + name: named.map(lambda fits, name=name: name in fits) for name in MEASURES}
    return pd.DataFrame(found)


@pytest.fixture(scope="module")
def whole(township, tmp_path_factory):
    return facts_of(township, tmp_path_factory.mktemp("whole"))


def test_there_is_something_to_lose(whole):
    assert (grants(whole).sum() > 0).all()
    assert (whole["dispute_recorded"] == "yes").sum() > 10
    both = whole["age_group"].notna() & whole["age_yr"].notna() & (whole["land_class"] == "arbor")
    assert both.sum() > 500


@pytest.mark.parametrize("column", ["QSZY", "LING_ZU"])
def test_no_column_that_goes_grants_anything(township, whole, column, tmp_path):
    fewer = township.attributes.drop(columns=column)
    types = {name: kind for name, kind in township.field_types.items() if name != column}
    after = facts_of(replace(township, attributes=fewer, field_types=types), tmp_path)
    assert after.index.equals(whole.index)
    new = grants(after) & ~grants(whole)
    assert not new.any(axis=None), new.sum()[new.any()].to_dict()
    strength = [frame["pine_technique"].map(STRENGTH).fillna(len(STRENGTH)) for frame in (whole, after)]
    assert not np.any(strength[1] < strength[0])
    # Nor are there more tonnes: the total of what is granted falls or stays.
    total = [frame["ticket_tco2e"][frame["ticket"] == "yes"].sum() for frame in (whole, after)]
    assert total[1] <= total[0] * (1 + 1e-12)
