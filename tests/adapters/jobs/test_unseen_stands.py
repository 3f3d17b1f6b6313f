"""What keeps raster figures from being those of a stand is told beside them, and counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from sample_parts import SAMPLE, written

from sanming_carbon_plugin.adapters.column_words import column_name
from sanming_carbon_plugin.adapters.geopackage import OutputTable, read_geopackage_table, write_geopackage
from sanming_carbon_plugin.adapters.jobs.evidence import EvidenceRequest, evidence
from sanming_carbon_plugin.adapters.jobs.request import LayerSource
from sanming_carbon_plugin.adapters.jobs.zonal import parse_statistics, zonal
from sanming_carbon_plugin.adapters.stand_tables import load_stand_tables
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.errors import CancelledError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.stands import packed
from sanming_carbon_plugin.core.stands.layer import FieldType
from sanming_carbon_plugin.core.stands.mapping import recognise_fields
from sanming_carbon_plugin.core.stands.normalise import normalise_stands

DEM = (("dem", str(SAMPLE / "dem.tif")),)
WEST, SOUTH = 39_545_000.0, 2_955_000.0
TOLD = {"GEOMETRY_NULL": ["2"], "AREA_UNCERTAIN": ["3"], "RASTER_OUTSIDE": ["4"], "RASTER_LOW_SUPPORT": ["5"]}


@pytest.fixture
def odd(tmp_path) -> LayerSource:
    """A stand as it should be, one without an outline, one that crosses itself, one beside the raster, one half in."""
    whole = shapely.box(WEST, SOUTH, WEST + 300, SOUTH + 200)
    crossing = shapely.Polygon([(WEST, SOUTH), (WEST + 300, SOUTH + 200), (WEST + 300, SOUTH), (WEST, SOUTH + 200)])
    beside = shapely.box(WEST + 1e5, SOUTH, WEST + 100_300, SOUTH + 200)
    west_edge = shapely.bounds(read_layer(str(SAMPLE / "stands.gpkg")).geometry)[:, 0].min()
    half = shapely.box(west_edge - 3_000, SOUTH, west_edge + 1_000, SOUTH + 200)
    geometry = np.array([whole, None, crossing, beside, half], dtype=object)
    frame = pd.DataFrame({"XIAO_BAN": ["1", "2", "3", "4", "5"]}, dtype=object)
    wkt = read_layer(str(SAMPLE / "stands.gpkg")).crs_wkt
    path = tmp_path / "小班.gpkg"
    write_geopackage(path, [OutputTable("stands", {"XIAO_BAN": FieldType("text")}, frame, geometry, wkt)])
    return LayerSource(str(path))


def _taken(kind: str, stands: LayerSource, out: Path):
    if kind == "zonal":
        return zonal(stands, DEM, out, None, False, Progress(), ("mean",))
    recipe = written(out.with_suffix(".json"), {"dem": "dem"})
    return evidence(EvidenceRequest(stands, DEM, recipe, out), Progress())


@pytest.mark.parametrize("kind", ["zonal", "evidence"])
def test_stands_without_figures_of_their_own_are_listed_and_counted(odd, tmp_path, kind):
    outcome = _taken(kind, odd, tmp_path / "figures.gpkg")
    doubts = read_geopackage_table(tmp_path / "figures.gpkg", "issues")
    told = doubts.groupby("code")["stand_key"].apply(lambda keys: [key.rpartition("-")[2] for key in keys]).to_dict()
    assert {code: told.get(code) for code in TOLD} == TOLD
    assert (outcome.counts["stands_unseen"], outcome.counts["stands_low_support"]) == (1, 1)


@pytest.mark.parametrize("text", ["mean,q90", "mean，q90", "mean、q90", "mean q90", "Mean ， q90、"])
def test_statistics_may_be_parted_as_a_chinese_keyboard_does(text):
    assert parse_statistics(text) == ("mean", "q90")


@pytest.mark.parametrize(
    ("column", "english", "chinese"),
    [
        ("cover_share_3", "cover share of class 3", "cover 类别3的面积占比"),
        ("cover_b2_share_-1", "cover_b2 share of class -1", "cover_b2 类别-1的面积占比"),
        ("wilt_ndvi_change", "wilt_ndvi change against healthy stands", "wilt_ndvi 与健康小班相比的变化"),
    ],
)
def test_shares_of_classes_and_changes_have_names(column, english, chinese):
    assert (column_name(column, "en"), column_name(column, "zh")) == (english, chinese)


class _CancelsWhileWriting(Progress):
    """Says stop as soon as the result is begun to be written."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, name: str, position: int = 0, count: int = 0) -> None:
        self.steps.append(name)

    def is_cancelled(self) -> bool:
        return self.steps[-1:] == ["write"]


@pytest.mark.parametrize("ending", ["csv", "gpkg"])
def test_a_cancel_is_heard_while_the_result_is_written_and_leaves_nothing(odd, tmp_path, ending):
    before = set(tmp_path.iterdir())
    with pytest.raises(CancelledError):
        zonal(odd, DEM, tmp_path / f"figures.{ending}", None, False, _CancelsWhileWriting(), ("mean",))
    assert {path for path in tmp_path.iterdir() if not path.name.startswith(".")} == before


class _Counts(Progress):
    """Counts how often somebody asks for a cancel."""

    asked = 0

    def is_cancelled(self) -> bool:
        self.asked += 1
        return False


def test_a_cancel_is_heard_while_codes_are_read_and_outlines_are_looked_at(village, monkeypatch):
    """For a million stands that takes longer than two seconds."""
    tables = load_stand_tables()
    area_m2 = shapely.area(village.geometry)
    mapping = recognise_fields(village.attributes, tables)
    asked = []
    for stands_at_once in (len(village), 10):
        monkeypatch.setattr(packed, "STANDS_AT_ONCE", stands_at_once)
        heard = _Counts()
        normalise_stands(village, mapping, tables, area_m2, progress=heard)
        asked.append(heard.asked)
    assert asked[0] > len(mapping.fields)
    assert asked[1] - asked[0] >= len(village) // 10 - 1
