"""Cutting a stand into 100 parts leaves the interval of the total as it was, through the job that users run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.carbon_inputs import CarbonRequest
from sanming_carbon_plugin.adapters.jobs.yearly_sink import yearly_sink
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.stands.layer import FieldType

PERIOD = "2016-01-01/2020-12-31"
SIDE_M = 400.0


def stands(township, volumes):
    """Four square stands of 16 ha in the middle of the sample, with the columns of the usual list."""
    west, south = shapely.get_coordinates(shapely.centroid(township.geometry[0]))[0]
    x = west + np.arange(4) * SIDE_M
    attributes = pd.DataFrame(
        {
            "XIAN": ["350428"] * 4,
            "CUN": ["201"] * 4,
            "LIN_BAN": ["001"] * 4,
            "XIAO_BAN": [f"{i:05d}" for i in range(4)],
            "DI_LEI": ["0111"] * 4,
            "YOU_SHI_SZ": ["220", "310", "220", "490"],
            "HUO_LMGQXJ": volumes,
            "PINGJUN_NL": [20.0] * 4,
        }
    )
    types = {name: FieldType("real" if attributes[name].dtype.kind == "f" else "text") for name in attributes}
    shapes = shapely.box(x, south, x + SIDE_M, south + SIDE_M)
    return replace(township, attributes=attributes, field_types=types, geometry=shapes, notes=())


def cut(layer, row=0, parts=10):
    """One stand cut into a grid of parts that all copy its record, as a GIS does."""
    west, south, _, _ = shapely.bounds(layer.geometry[row])
    step = SIDE_M / parts
    x, y = (a.ravel() * step for a in np.meshgrid(np.arange(parts), np.arange(parts)))
    pieces = shapely.box(west + x, south + y, west + x + step, south + y + step)
    rows = np.r_[np.full(parts**2, row), np.delete(np.arange(len(layer)), row)]
    attributes = layer.attributes.iloc[rows].reset_index(drop=True)
    geometry = np.r_[pieces, np.delete(layer.geometry, row)]
    return replace(layer, attributes=attributes, geometry=geometry)


def total(today, before, out, rates=None):
    period = None if before is None else PERIOD
    request = CarbonRequest(
        today, out, earlier=before, period=period, survey_method="plot,plot", rates=rates, overwrite=True
    )
    yearly_sink(request, Progress())
    (record,) = read_geopackage_table(out, "run").to_dict("records")
    return [record[f"total_sink_{name}tco2e_yr"] for name in ("", "low_", "high_")]


@pytest.fixture
def layers(township):
    return stands(township, [120.0, 100.0, 90.0, 125.0]), stands(township, [100.0, 80.0, 60.0, 120.0])


@pytest.mark.parametrize("side", ["today", "then", "both"])
def test_measured_by_key_and_by_overlay(layers, tmp_path, side):
    now, then = layers
    whole = total(now, then, tmp_path / "a.gpkg")
    today = cut(now) if side != "then" else now
    before = cut(then) if side != "today" else then
    assert total(today, before, tmp_path / "b.gpkg") == pytest.approx(whole, rel=1e-7)
    keyed = read_geopackage_table(tmp_path / "b.gpkg", "stands")["change_kind"]
    assert (keyed == "same").all() == (side == "both")


@pytest.mark.parametrize("named", [False, True])
def test_modelled(layers, tmp_path, named):
    """Parts are known by their common number and record, or by a column that says what they were cut from."""
    now, _ = layers
    rates = tmp_path / "rates.csv"
    rates.write_text("group,percent_yr,source\n*,4,made up\n", encoding="utf-8")
    whole = total(now, None, tmp_path / "a.gpkg", rates)
    parts = cut(now)
    if named:
        attributes = parts.attributes.assign(
            PARENT_KEY=parts.attributes["XIAO_BAN"], XIAO_BAN=[f"{i:05d}" for i in range(len(parts))]
        )
        parts = replace(
            parts, attributes=attributes, field_types={**parts.field_types, "PARENT_KEY": FieldType("text")}
        )
    assert total(parts, None, tmp_path / "b.gpkg", rates) == pytest.approx(whole, rel=1e-7)


def test_stands_that_only_share_a_number_are_no_parts(layers, tmp_path):
    """Two surveyed stands of one number, with records of their own, err independently."""
    now, then = layers
    alone = total(now, then, tmp_path / "a.gpkg")
    same = [replace(layer, attributes=layer.attributes.assign(XIAO_BAN=["00001"] * 4)) for layer in (now, then)]
    assert total(*same, tmp_path / "b.gpkg") == pytest.approx(alone, rel=1e-9)
