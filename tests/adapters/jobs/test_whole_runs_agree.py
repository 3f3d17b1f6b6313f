"""Whole runs on one ground: however its rows, units, names and parts are written, the numbers are the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from sample_parts import SAMPLE, part

from sanming_carbon_plugin.adapters.jobs.inputs import opened_inputs
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.pipeline import assess
from sanming_carbon_plugin.core.progress import Progress

FLOWS = ("sink_tco2e_yr", "ticket_tco2e", "stock_tco2e")
ENDS = ("total_sink_low_tco2e_yr", "total_sink_high_tco2e_yr")
NAMES = {"YOU_SHI_SZ": "优势树种", "PINGJUN_XJ": "平均胸径", "YU_BI_DU": "郁闭度", "DC_RQ": "调查日期"}
PER_MU = {"HUO_LMGQXJ": "亩蓄积"}
MU_PER_HECTARE = 15.0

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def layers(township):
    """Thirty stands of today and all earlier ones that they touch."""
    village = np.flatnonzero(township.attributes["CUN"] == "204")[:30]
    now, earlier = part(township, village), read_layer(str(SAMPLE / "stands_2015.gpkg"))
    return now, part(earlier, np.flatnonzero(shapely.intersects(earlier.geometry, shapely.union_all(now.geometry))))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    nowhere = tmp_path_factory.mktemp("none") / "none.gpkg"

    def found(now, earlier):
        credited = (LayerSource(str(SAMPLE / "credited.gpkg")),)
        request = AssessRequest(now, nowhere, earlier=earlier, period="2016-01-01/2020-12-31", credited=credited)
        with opened_inputs(request, Progress()) as opened:
            return assess(opened.inputs, Progress())

    return found


@pytest.fixture(scope="module")
def whole(layers, run):
    return run(*layers)


def renamed(layer, names, **columns):
    kinds = {names.get(name, name): kind for name, kind in layer.field_types.items()}
    return replace(layer, attributes=layer.attributes.assign(**columns).rename(columns=names), field_types=kinds)


def turned(layer):
    return part(layer, np.arange(len(layer.geometry))[::-1])


def in_mu(layer):
    attributes = layer.attributes
    return renamed(
        layer,
        PER_MU,
        HUO_LMGQXJ=attributes["HUO_LMGQXJ"] / MU_PER_HECTARE,
        MIAN_JI=attributes["MIAN_JI"] * MU_PER_HECTARE,
    )


def in_chinese(layer):
    return renamed(layer, NAMES)


def halved(layer):
    """Each stand as its western and its eastern half, which has a number of its own."""
    west, south, east, north = shapely.bounds(layer.geometry).T
    middle = (west + east) / 2
    halves = [
        shapely.intersection(layer.geometry, shapely.box(*ends))
        for ends in ((west - 1, south - 1, middle, north + 1), (middle, south - 1, east + 1, north + 1))
    ]
    whole = shapely.area(layer.geometry)
    sides = [
        layer.attributes.assign(MIAN_JI=layer.attributes["MIAN_JI"] * shapely.area(part) / whole) for part in halves
    ]
    sides[1]["XIAO_BAN"] = "9" + sides[1]["XIAO_BAN"].str[1:]
    attributes = pd.concat(sides, ignore_index=True)
    return replace(layer, attributes=attributes, geometry=np.concatenate(halves))


def same_sums(one, other, rel, without=()):
    for name, value in one.totals.items():
        if name in without:
            continue
        assert other.totals[name] == pytest.approx(value, rel=rel, nan_ok=True), name


def test_there_is_something_to_agree_about(whole):
    assert (whole.facts["ticket"] == "yes").sum() > 5
    assert set(whole.facts["sink_basis"]) >= {"measured", "two_layers"}
    assert whole.facts["free_share"].lt(1.0).any()


def test_parts_add_up_to_the_whole(whole):
    eligible = whole.facts.assign(ticket_tco2e=whole.facts["ticket_tco2e"].where(whole.facts["ticket"] == "yes"))
    for name in FLOWS:
        assert eligible[name].sum() == pytest.approx(whole.totals[f"total_{name}"], rel=1e-12)
    assert whole.summary.frame["sink_tco2e_yr"].sum() == pytest.approx(whole.totals["total_sink_tco2e_yr"], rel=1e-12)


@pytest.mark.parametrize("written", [turned, in_mu, in_chinese])
def test_rows_units_and_names_change_nothing(layers, run, whole, written):
    other = run(*(written(layer) for layer in layers))
    same_sums(whole, other, 1e-9)
    facts = other.facts.loc[whole.facts.index]
    for name in ("ticket", "ticket_rules", "sink_basis", "species_code"):
        assert facts[name].tolist() == whole.facts[name].tolist()
    for name in FLOWS:
        np.testing.assert_allclose(facts[name].to_numpy(float), whole.facts[name].to_numpy(float), rtol=1e-9)


@pytest.mark.parametrize("both", [False, True])
def test_halves_of_all_stands_have_the_totals_of_the_whole(layers, run, whole, both):
    """Tickets differ by what is spread evenly over a stand of which others have credited a part.

    Nothing here says which halves were one stand, so that their intervals are those of other stands.
    """
    now, earlier = layers
    other = run(halved(now), halved(earlier) if both else earlier)
    same_sums(whole, other, 1e-6, without=("total_ticket_tco2e", *ENDS))
    assert other.totals["total_ticket_tco2e"] == pytest.approx(whole.totals["total_ticket_tco2e"], rel=1e-3)
