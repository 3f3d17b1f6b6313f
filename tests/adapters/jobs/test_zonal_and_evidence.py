"""Raster figures per stand as jobs: saved indices, chosen statistics, recipes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from osgeo import gdal
from sample_parts import IMAGES, SAMPLE, written

from sanming_carbon_plugin.adapters import coverage_store
from sanming_carbon_plugin.adapters.geopackage import OutputTable, read_geopackage_table, write_geopackage
from sanming_carbon_plugin.adapters.jobs import opening
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.evidence import EvidenceRequest, evidence
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.jobs.zonal import parse_statistics, zonal
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.errors import InputError, OutputError, UsageError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.stands.packed import PackedOutlines

DEM = (("dem", str(SAMPLE / "dem.tif")),)


@pytest.fixture
def stands(tmp_path, monkeypatch) -> Path:
    """A copy of the sample's stands in a folder that a Chinese office would have."""
    monkeypatch.delenv("SANMING_CARBON_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "三明 数据"
    folder.mkdir()
    return Path(shutil.copy(SAMPLE / "stands.gpkg", folder / "小班.gpkg"))


def take(stands, out: Path, rasters=DEM, text: str = "") -> pd.DataFrame:
    source = stands if not isinstance(stands, Path) else LayerSource(str(stands))
    zonal(source, rasters, out, None, True, Progress(), parse_statistics(text))
    return pd.read_csv(out, encoding="utf-8-sig", float_precision="round_trip").set_index("stand_key")


def saved(folder: Path) -> list[Path]:
    return sorted((folder / ".sanming_coverage").glob("*"))


def no_computing(monkeypatch):
    monkeypatch.setattr(coverage_store, "coverage_blocks", None)


def test_the_second_run_of_zonal_takes_the_saved_index_and_gives_the_same_numbers(stands, tmp_path, monkeypatch):
    first = take(stands, tmp_path / "a.csv")
    (index,) = saved(stands.parent)
    no_computing(monkeypatch)
    assert take(stands, tmp_path / "b.csv").equals(first)
    monkeypatch.undo()
    index.unlink()
    monkeypatch.setattr(coverage_store.CoverageStore, "covering", staticmethod(coverage_store.coverage_blocks))
    assert take(stands, tmp_path / "c.csv").equals(first)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["csv", "gpkg"])
def test_outlines_stay_packed_and_give_the_same_file(village, tmp_path, monkeypatch, kind):
    """A million stands would not fit as geometries; the file is the same as of a layer that has them."""
    stands = tmp_path / "村.gpkg"
    rows = OutputTable("stands", village.field_types, village.attributes, village.geometry, village.crs_wkt)
    write_geopackage(stands, [rows])

    def files(name):
        out, other = tmp_path / f"{name}.{kind}", tmp_path / f"{name}-evidence.{kind}"
        zonal(LayerSource(str(stands)), DEM + IMAGES, out, None, True, Progress(), ("mean", "std", "support", "max"))
        recipe = written(tmp_path / "r.json", {"scenes": SCENES, "changes": CHANGES, "dem": "dem"})
        evidence(asked(LayerSource(str(stands)), other, recipe), Progress())
        return [content(out), content(other)]

    def content(path):
        if kind == "csv":
            return path.read_bytes()
        tables = [read_geopackage_table(path, name, geometry=True) for name in ("stands", "issues")]
        return [table.assign(geometry=shapely.to_wkb(table["geometry"].to_numpy())) for table in tables]

    def never(*_, **__):
        pytest.fail("all geometries were made at once")

    read = []

    def seen(*arguments, **more):
        read.append(read_layer(*arguments, **more))
        return read[-1]

    monkeypatch.setattr(PackedOutlines, "__array__", never)
    monkeypatch.setattr(opening, "read_layer", seen)
    packed = files("packed")
    monkeypatch.undo()
    assert [type(layer.geometry) for layer in read] == [PackedOutlines] * 2
    monkeypatch.setattr(opening, "read_layer", lambda *args, **more: read_layer(*args, **more | {"packed": False}))
    for one, other in zip(packed, files("plain"), strict=True):
        if kind == "csv":
            assert one == other
        else:
            for table, same in zip(one, other, strict=True):
                pd.testing.assert_frame_equal(table, same)


@pytest.mark.long
def test_assess_takes_the_index_that_zonal_saved(stands, tmp_path, monkeypatch):
    def result(name):
        assess(AssessRequest(LayerSource(str(stands)), tmp_path / name, rasters=DEM), Progress())
        return read_geopackage_table(tmp_path / name, "stands")

    zonal(LayerSource(str(stands)), DEM, tmp_path / "a.csv", None, True, Progress())
    assert len(saved(stands.parent)) == 1
    no_computing(monkeypatch)
    with_index = result("b.gpkg")
    monkeypatch.undo()
    monkeypatch.setattr(coverage_store.CoverageStore, "covering", staticmethod(coverage_store.coverage_blocks))
    pd.testing.assert_frame_equal(result("c.gpkg"), with_index)
    assert with_index["dem_mean"].notna().all()


def test_a_damaged_index_is_told_in_the_result_and_made_again(stands, tmp_path):
    plain = take(stands, tmp_path / "a.csv")
    (index,) = saved(stands.parent)
    index.write_bytes(index.read_bytes()[:-1])
    out = tmp_path / "b.gpkg"
    zonal(LayerSource(str(stands)), DEM, out, None, True, Progress())
    assert "COVERAGE_INDEX_DAMAGED" in set(read_geopackage_table(out, "issues")["code"])
    np.testing.assert_array_equal(read_geopackage_table(out, "stands")["dem_mean"], plain["dem_mean"])
    assess(AssessRequest(LayerSource(str(stands)), tmp_path / "c.gpkg", rasters=DEM), Progress())
    assert "COVERAGE_INDEX_DAMAGED" not in set(read_geopackage_table(tmp_path / "c.gpkg", "issues")["code"])


def test_a_layer_without_a_file_has_its_index_in_the_cache(village, tmp_path, monkeypatch, stands):
    from dataclasses import replace

    take(replace(village, source="memory?geometry=Polygon"), tmp_path / "a.csv")
    assert len(list((tmp_path / "cache" / "sanming_carbon" / "coverage").iterdir())) == 1
    assert not saved(stands.parent)


def test_a_full_disk_is_one_clear_error_and_leaves_neither_index_nor_result(stands, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(coverage_store._Writer, "add", full)
    with pytest.raises(OutputError) as caught:
        take(stands, tmp_path / "a.csv")
    assert caught.value.code == "DISK_FULL"
    assert not (tmp_path / "a.csv").exists()
    assert saved(stands.parent) == []


def test_chosen_statistics_are_the_columns(village, tmp_path):
    found = take(village, tmp_path / "a.csv", IMAGES[1:], "mean,min,Median,q10,max,count")
    bands = {name.rpartition("_")[0] for name in found.columns}
    assert list(found.columns[:6]) == ["s2020_b2_" + name for name in ("mean", "min", "median", "q10", "max", "count")]
    for band in bands:
        ordered = found[[f"{band}_{name}" for name in ("min", "q10", "median", "max")]].dropna().to_numpy()
        assert (np.diff(ordered, axis=1) >= 0).all()
    usual = take(village, tmp_path / "b.csv", IMAGES[1:])
    np.testing.assert_array_equal(found["s2020_b8_mean"], usual["s2020_b8_mean"])


@pytest.mark.parametrize("text", ["modus", "q101", "mean;std", ","])
def test_a_statistic_that_does_not_exist_is_refused_before_reading(village, tmp_path, text):
    with pytest.raises(UsageError) as caught:
        take(village, tmp_path / "a.csv", (("x", "nowhere.tif"),), text)
    assert caught.value.code == "STATISTIC_UNKNOWN"


SCENES = [
    {"raster": name, "sensor": "sentinel2", "date": name[1:] + "-12-20", "indices": ["NDVI", "NDMI"]}
    for name, _ in IMAGES
]
CHANGES = [{"name": "wilt", "from": "s2015", "to": "s2020", "indices": ["NDVI"]}]


def asked(stands, out: Path, recipe: Path, rasters=IMAGES + DEM) -> EvidenceRequest:
    return EvidenceRequest(stands, rasters, recipe, out)


def test_a_recipe_gives_indices_changes_and_terrain(township, tmp_path):
    recipe = written(tmp_path / "r.json", {"scenes": SCENES, "changes": CHANGES, "dem": "dem"})
    outcome = evidence(asked(township, tmp_path / "e.gpkg", recipe), Progress())
    found = read_geopackage_table(tmp_path / "e.gpkg", "stands")
    assert outcome.counts["stands"] == len(found) == len(township)
    forest = found[found["s2020_ndvi_support"] == 1]
    assert forest["s2020_ndvi_mean"].between(-1, 1).all()
    assert {"slope_deg_mean", "slope_over_25_share", "aspect_code", "s2015_ndmi_mean"} <= set(found.columns)
    change = found["wilt_ndvi_change"]
    raw = found["s2020_ndvi_mean"] - found["s2015_ndvi_mean"]
    # All stands are moved by the same amount: what happened to the healthy ones.
    assert np.ptp((change - raw).dropna()) == pytest.approx(0, abs=1e-12)
    seen = found[["s2015_ndvi_support", "s2020_ndvi_support"]].min(axis=1)
    assert change.isna().equals(raw.isna() | (seen < 0.8))
    (run,) = read_geopackage_table(tmp_path / "e.gpkg", "run").to_dict("records")
    assert "s2015" in run["inputs"]


def tall_trees(path: Path, layer, height_m: float) -> str:
    """A raster over a layer where every cell has the same canopy height."""
    west, south, east, north = shapely.total_bounds(layer.geometry)
    size = [int(np.ceil((high - low) / 20)) for low, high in ((west, east), (south, north))]
    file = gdal.GetDriverByName("GTiff").Create(str(path), *size, 1, gdal.GDT_Float32)
    file.SetGeoTransform((west, 20, 0, north, 0, -20))
    file.SetProjection(layer.crs_wkt)
    file.GetRasterBand(1).Fill(height_m)
    file.FlushCache()
    return str(path)


def test_canopy_heights_of_any_name_play_their_role(village, tmp_path):
    """In the evidence by their columns, in the main job by the stands that they contradict."""
    rasters = (("lidar", tall_trees(tmp_path / "l.tif", village, 60.0)),)
    recipe = written(tmp_path / "r.json", {"chm": "Lidar"})
    evidence(asked(village, tmp_path / "e.csv", recipe, rasters), Progress())
    found = pd.read_csv(tmp_path / "e.csv", encoding="utf-8-sig")
    for name in ("height_m_mean", "height_m_q90", "height_m_max"):
        assert found[f"canopy_{name}"].dropna().to_numpy() == pytest.approx(60.0)
    assert (found["canopy_over_2m_share"].dropna() == 1).all()
    for given, contradicted in ((recipe, True), (None, False)):
        out = tmp_path / f"{contradicted}.gpkg"
        assess(AssessRequest(village, out, rasters=rasters, recipe=given), Progress())
        assert ("CONFLICT_HEIGHT_IMAGE" in set(read_geopackage_table(out, "issues")["code"])) == contradicted


def test_names_with_capitals_are_found_by_changes(village, tmp_path):
    rasters = tuple((name.upper(), path) for name, path in IMAGES)
    recipe = written(tmp_path / "r.json", {"scenes": SCENES, "changes": CHANGES})
    evidence(asked(village, tmp_path / "e.csv", recipe, rasters), Progress())
    assert "wilt_ndvi_change" in pd.read_csv(tmp_path / "e.csv", encoding="utf-8-sig").columns


@pytest.mark.parametrize("content", [{"scene": []}, {"dem": "height"}, {"scenes": [{"raster": "s2020"}]}])
def test_a_wrong_recipe_is_told_and_leaves_nothing(village, tmp_path, content):
    recipe = written(tmp_path / "r.json", content)
    with pytest.raises(InputError) as caught:
        evidence(asked(village, tmp_path / "e.csv", recipe), Progress())
    assert caught.value.code == "RECIPE_WRONG"
    assert not (tmp_path / "e.csv").exists()


def test_the_raster_cache_is_bounded_only_where_the_process_is_ours(village, tmp_path, monkeypatch):
    from sanming_carbon_plugin import cli

    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    monkeypatch.setenv("GDAL_CACHEMAX", "1")
    monkeypatch.delenv("GDAL_CACHEMAX")
    take(village, tmp_path / "a.csv")
    assert "GDAL_CACHEMAX" not in os.environ
    cli.main(["zonal", "nowhere.gpkg", "--raster", "a=b.tif", "--out", str(tmp_path / "b.csv")])
    assert os.environ["GDAL_CACHEMAX"] == cli.GDAL_CACHE_MEGABYTES
