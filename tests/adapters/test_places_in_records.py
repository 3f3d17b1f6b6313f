"""What the record of a run keeps of its inputs: names and hashes, no folder of anybody's machine, no password."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.jobs.inputs import plain_options, raster_record
from sanming_carbon_plugin.adapters.jobs.opening import described
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.vectors.sources import place_name
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.stands.layer import VectorLayer

LAYER = VectorLayer("stands", pd.DataFrame(), {}, np.empty(0, dtype=object), None, None, "", "00")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("/home/wang/dem.tif", "dem.tif"),
        ("/home/wang/s2 2020.tif#red", "s2 2020.tif#red"),
        ("/home/wang/s2.tif#2", "s2.tif#2"),
        ("/home/wang/stands.gpkg|layername=stands", "stands.gpkg|layername=stands"),
        ("/vsizip//home/wang/stands.zip/stands.shp", "stands.shp"),
        ('NETCDF:"/home/wang data/climate.nc":rain', 'NETCDF:"climate.nc":rain'),
        ("GPKG:/home/wang/dem.gpkg:dem", "GPKG:dem.gpkg:dem"),
        ("PG:host=db dbname=forest password=secret", "PG:host=db dbname=forest password=***"),
        ("https://wang:secret@maps/dem.tif", "https://wang:***@maps/dem.tif"),
        ("WFS:https://maps/ows", "WFS:https://maps/ows"),
        ("林班/小班", "林班/小班"),
        ("sanming-2021", "sanming-2021"),
        ("", ""),
    ],
)
def test_a_place_is_told_by_its_name(place, told):
    assert place_name(place) == told


def test_a_file_that_was_named_from_the_folder_one_is_in_is_told_by_its_name_too(tmp_path, monkeypatch):
    (tmp_path / "wang").mkdir()
    (tmp_path / "wang" / "a#b.tif").touch()
    monkeypatch.chdir(tmp_path)
    assert place_name("wang/a#b.tif") == "a#b.tif"
    assert place_name(f"x{'y' * 5000}") == f"x{'y' * 5000}"  # longer than any name: no file, no fault


def test_the_options_of_a_run_name_no_folder_and_no_password(tmp_path):
    dem, profile = tmp_path / "dem.tif", tmp_path / "own.json"
    for one in (dem, profile):
        one.touch()
    request = AssessRequest(
        stands=LayerSource(f"{tmp_path}/stands.gpkg", "stands"), out=tmp_path / "out.gpkg",
        rasters=(("dem", str(dem)), ("s2", f"{dem}#red"), ("rain", f'NETCDF:"{tmp_path}/rain.nc":rain')),
        earlier=LayerSource("PG:dbname=forest password=secret"), profile=str(profile), period="2016-01-01/2020-12-31",
    )  # fmt: skip
    found = plain_options(request)
    assert found["rasters"] == [["dem", "dem.tif"], ["s2", "dem.tif#red"], ["rain", 'NETCDF:"rain.nc":rain']]
    assert (found["profile"], found["period"]) == ("own.json", "2016-01-01/2020-12-31")
    text = json.dumps(found, default=str)
    assert str(tmp_path) not in text
    assert "secret" not in text
    assert plain_options(replace(request, profile="sanming-2021"))["profile"] == "sanming-2021"
    # No folder, whether the raster is a file or a part of one.
    for _, path in request.rasters:
        assert str(tmp_path) not in json.dumps(raster_record(path, Progress()))


def test_a_layer_taken_from_the_screen_is_told_without_its_folder(tmp_path):
    shown = replace(LAYER, source=f"{tmp_path}/stands.gpkg|layername=stands")
    told = described(shown, shown)
    assert (told["source"], told["sha256"]) == ("stands.gpkg|layername=stands", "00")
    assert described(LAYER, LAYER)["source"] == "stands"
    assert described(LayerSource("x"), shown)["source"] == "stands.gpkg|layername=stands"
