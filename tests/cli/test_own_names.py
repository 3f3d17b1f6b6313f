"""Layers whose columns have names of their own, read by a mapping that names only what is not recognised."""

import json
from pathlib import Path

import pytest
from osgeo import ogr

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.carbon_inputs import CarbonRequest
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.jobs.yearly_sink import yearly_sink
from sanming_carbon_plugin.core.progress import Progress

from .layers import read_rows, stand, write_stands


@pytest.fixture
def layers(tmp_path):
    """Two dates of three stands whose volume is in a column that nobody could know."""
    for name, volume in (("now", 100.0), ("then", 70.0)):
        path = write_stands(tmp_path / f"{name}.gpkg", [stand(number, HUO_LMGQXJ=volume) for number in range(1, 4)])
        layer = ogr.Open(str(path), 1)
        layer.ExecuteSQL("ALTER TABLE stands RENAME COLUMN HUO_LMGQXJ TO ABC_17")
        layer = None
    (tmp_path / "names.json").write_text(json.dumps({"volume": "ABC_17"}), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("job", "request_kind"), [(assess, AssessRequest), (yearly_sink, CarbonRequest)])
def test_a_mapping_names_what_is_not_recognised_at_both_dates(layers: Path, job, request_kind):
    out = layers / "r.gpkg"
    asked = request_kind(
        stands=LayerSource(str(layers / "now.gpkg")),
        out=out,
        earlier=LayerSource(str(layers / "then.gpkg")),
        period="2016-01-01/2020-12-31",
        mapping=layers / "names.json",
    )
    job(asked, Progress())
    for row in read_rows(out, "stands"):
        assert row["stand_key"].startswith("350428-199-001-0001-")
        assert row["species_group"] == "pine"
        assert row["increment_m3_ha_yr"] == pytest.approx(30 / (1827 / 365.25))


def test_without_it_nothing_is_guessed(layers: Path):
    out = layers / "r.gpkg"
    assess(AssessRequest(LayerSource(str(layers / "now.gpkg")), out), Progress())
    assert {row["volume_m3_ha"] for row in read_rows(out, "stands")} == {None}
