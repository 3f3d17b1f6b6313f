"""Through all stages: a raster or a column that is taken away never turns an outcome to ``yes``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sample_parts import IMAGES, SAMPLE, part

from sanming_carbon_plugin.adapters.jobs.inputs import opened_inputs
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.pipeline import assess
from sanming_carbon_plugin.core.progress import Progress

RASTERS = (*IMAGES, ("dem", str(SAMPLE / "dem.tif")))
KEYS = ("XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN")
OUTCOMES = ("pine_transform", "reserve_forest", "ticket")
STRENGTH = {"clear_cut": 0, "strip_cut": 1, "selective_tending": 2}
OF_TYPE = {"text": None, "integer": np.nan, "integer64": np.nan, "real": np.nan, "date": None}


@pytest.fixture(scope="module")
def stands(township):
    """Every eighth stand, and all neighbours of some: enough for site means and clear-cut blocks."""
    rows = np.unique(np.concatenate([np.arange(0, len(township), 8), np.arange(200, 320)]))
    return part(township, rows)


def outcomes(stands, folder, rasters=RASTERS, recipe=None) -> pd.DataFrame:
    """Every column of the outcomes, and every measure as a column of yes and None."""
    options = {"earlier": None, "period": "2016-01-01/2020-12-31", "credited": (), "recipe": recipe}
    request = AssessRequest(stands, folder / "none.gpkg", rasters=rasters, **options)
    with opened_inputs(request, Progress()) as opened:
        facts = assess(opened.inputs, Progress()).facts
    found = facts[[*OUTCOMES, "pine_technique"]].copy()
    for name in ("pest_control", "tending", "closure", "afforestation", "project_pool"):
        found[name] = np.where(
            facts["measures"].fillna("").str.split(";").map(lambda fits, m=name: m in fits), "yes", "-"
        )
    return found


def granted(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Outcomes that became ``yes``, and techniques that became stronger."""
    shared = before.index.intersection(after.index)
    new = []
    for name in before.columns.drop("pine_technique"):
        turned = (before.loc[shared, name] != "yes") & (after.loc[shared, name] == "yes")
        new += ["{} {}".format(name, key) for key in shared[turned]]
    strength = [frame.loc[shared, "pine_technique"].map(STRENGTH).fillna(9) for frame in (before, after)]
    return new + ["technique {}".format(key) for key in shared[strength[1] < strength[0]]]


@pytest.fixture(scope="module")
def whole(stands, tmp_path_factory):
    return outcomes(stands, tmp_path_factory.mktemp("whole"))


def test_there_is_something_to_lose(whole):
    for name in ("pine_transform", "reserve_forest", "tending"):
        assert (whole[name] == "yes").any(), name


@pytest.mark.slow
def test_no_column_that_goes_grants_anything(stands, whole, tmp_path):
    faults = {}
    for column in stands.attributes.columns:
        if column in KEYS:
            continue
        fewer = stands.attributes.drop(columns=column)
        types = {name: kind for name, kind in stands.field_types.items() if name != column}
        found = granted(whole, outcomes(replace(stands, attributes=fewer, field_types=types), tmp_path))
        if found:
            faults[column] = found[:5]
    assert not faults, faults


@pytest.mark.slow
def test_no_value_that_goes_grants_anything(stands, whole, tmp_path):
    """Half of the values of a column, so that the rest can still be compared with."""
    rng = np.random.default_rng(7)
    faults = {}
    for column in stands.attributes.columns:
        if column in KEYS:
            continue
        attributes = stands.attributes.copy()
        attributes.loc[rng.random(len(attributes)) < 0.5, column] = OF_TYPE[stands.field_types[column].kind]
        found = granted(whole, outcomes(replace(stands, attributes=attributes), tmp_path))
        if found:
            faults[column] = found[:5]
    assert not faults, faults


@pytest.mark.parametrize("kept", [(), RASTERS[:1], RASTERS[:2], RASTERS[2:]])
def test_no_raster_that_goes_grants_anything(stands, whole, tmp_path, kept):
    assert granted(whole, outcomes(stands, tmp_path, rasters=kept)) == []


@pytest.mark.long
def test_images_that_go_grant_nothing(stands, whole, recipe, tmp_path):
    """The shipped rules ask images only for more; without the recipe nothing is granted that was not before."""
    seen = outcomes(stands, tmp_path, recipe=recipe)
    assert granted(seen, whole) == []


def tickets_with_earlier(stands, earlier, folder) -> pd.Series:
    """Outcome of the tickets with an earlier layer, credited parcels and tenure, and the doubts told."""
    beside = {name: LayerSource(str(SAMPLE / f"{name}.gpkg")) for name in ("credited", "tenure")}
    request = AssessRequest(
        stands,
        folder / "none.gpkg",
        rasters=RASTERS[-1:],
        earlier=earlier,
        period="2016-01-01/2020-12-31",
        credited=(beside["credited"],),
        tenure=beside["tenure"],
    )
    with opened_inputs(request, Progress()) as opened:
        found = assess(opened.inputs, Progress())
    return found.facts[["ticket", "sink_basis"]].assign(told=",".join(sorted(set(found.issues["code"]))))


@pytest.fixture(scope="module")
def before():
    return read_layer(str(SAMPLE / "stands_2015.gpkg"))


def with_values(layer, column, value):
    return replace(layer, attributes=layer.attributes.assign(**{column: value}))


@pytest.mark.long
def test_no_earlier_column_that_goes_or_is_zeroed_grants_a_ticket(stands, before, tmp_path):
    """Species, volume, culms, DBH, date and method of the earlier layer alone, away or 0."""
    whole = tickets_with_earlier(stands, before, tmp_path)
    assert (whole["ticket"] == "yes").sum() > 50
    faults = {}
    for column in ("YOU_SHI_SZ", "HUO_LMGQXJ", "PINGJUN_XJ", "MEI_GQ_ZS", "DC_RQ", "DC_FF", "DI_LEI"):
        kind = before.field_types[column].kind
        for value in [OF_TYPE[kind]] + ([0.0] if kind in ("real", "integer", "integer64") else []):
            found = tickets_with_earlier(stands, with_values(before, column, value), tmp_path)
            new = found.index[(whole["ticket"] != "yes") & (found["ticket"] == "yes")]
            if len(new):
                faults[f"{column} = {value}"] = list(new[:5])
    assert not faults, faults


def test_today_without_dates_grants_no_ticket(stands, before, tmp_path):
    found = tickets_with_earlier(with_values(stands, "DC_RQ", None), before, tmp_path)
    assert "yes" not in set(found["ticket"])
    assert "measured" not in set(found["sink_basis"])


def test_an_earlier_volume_per_mu_grants_no_ticket(stands, before, tmp_path):
    per_mu = with_values(before, "HUO_LMGQXJ", before.attributes["HUO_LMGQXJ"] / 15.0)
    found = tickets_with_earlier(stands, per_mu, tmp_path)
    assert "yes" not in set(found["ticket"])
    assert "EARLIER_VOLUME_UNIT_DOUBTFUL" in found["told"].iloc[0]
