"""Facts about the bundled sample: it is whole, small, plausible, repeatable and neither too easy nor hopeless."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

pytest.importorskip("osgeo")
ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from osgeo import gdal, ogr  # noqa: E402

from tests.sample import judge  # noqa: E402

SAMPLE, TRUTH = ROOT / "resources" / "sample", ROOT / "tests" / "data" / "truth"
KEY = ["XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN"]
VECTORS = ["stands.gpkg", "stands_2015.gpkg", "tenure.gpkg", "credited.gpkg", "township.gpkg"]
FIELD_METHODS = ["角规", "样地", "激光雷达"]


@lru_cache(maxsize=8)
def layer(name: str) -> tuple[pd.DataFrame, np.ndarray]:
    return judge.read_vector(SAMPLE / name)


@lru_cache(maxsize=1)
def truth() -> pd.DataFrame:
    text = dict.fromkeys([*KEY, "true_species_code", "recorded_code", "event_year"], str)
    return pd.read_csv(TRUTH / "truth.csv", dtype=text, encoding="utf-8")


def both_dates() -> pd.DataFrame:
    return layer("stands.gpkg")[0].merge(layer("stands_2015.gpkg")[0], on=KEY, suffixes=("", "_0"))


def content(path: Path) -> str:
    """Hash rows and geometries: what a user sees, whatever the version of the file format's library."""
    table, shapes = judge.read_vector(path)
    digest = hashlib.sha256(table.to_csv(index=False).encode("utf-8"))
    for wkb in shapely.to_wkb(shapes):
        digest.update(wkb)
    return digest.hexdigest()


def test_the_sample_is_small_enough_to_be_bundled():
    # QGIS leaves statistics beside rasters, a run leaves its coverage index in a hidden folder: neither is bundled.
    own = [f for f in SAMPLE.rglob("*") if not any(part.startswith(".") for part in f.relative_to(SAMPLE).parts)]
    files = [f for f in own if f.is_file() and not f.name.endswith(".aux.xml")]
    assert sum(f.stat().st_size for f in files) <= 12_000_000


def test_about_1500_stands_with_unique_keys_and_a_true_row_each():
    table, _ = layer("stands.gpkg")
    assert 1450 <= len(table) <= 1650
    assert not table.duplicated(KEY).any()
    assert truth()["stand_key"].tolist() == table[KEY].agg("-".join, axis=1).tolist()
    assert table["CUN"].nunique() == 10


@pytest.mark.parametrize("name", ["stands.gpkg", "stands_2015.gpkg"])
def test_neighbours_share_their_boundary_without_gap_or_overlap(name):
    _, shapes = layer(name)
    assert shapely.is_valid(shapes).all()
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert shapely.area(whole) == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    assert len(a) == 0, list(zip(a[:5], b[:5], strict=True))


def test_stands_are_as_large_as_real_ones():
    area_ha = shapely.area(layer("stands.gpkg")[1]) / 1e4
    assert area_ha.min() > 0.2
    assert area_ha.max() < 45
    assert ((area_ha > 3) & (area_ha < 25)).mean() > 0.5
    recorded = layer("stands.gpkg")[0]["MIAN_JI"].to_numpy(float)
    slipped = (truth()["planted_slip"] == "area").to_numpy()
    np.testing.assert_allclose(recorded[~slipped], area_ha[~slipped], atol=1e-4)


def test_the_township_lies_in_zone_39_where_it_says():
    source = ogr.Open(str(SAMPLE / "stands.gpkg"))
    assert source.GetLayer(0).GetSpatialRef().GetAuthorityCode(None) == "4527"
    west, east, south, north = source.GetLayer(0).GetExtent()
    assert 39_500_000 < west < east < 39_560_000
    assert 2_940_000 < south < north < 2_965_000


def test_figures_of_a_stand_hang_together():
    table, _ = layer("stands.gpkg")
    slips = truth()["planted_slip"].notna().to_numpy()
    trees = table[(table["DI_LEI"] == "0111") & ~slips].dropna(subset=["HUO_LMGQXJ", "PINGJUN_NL", "YU_BI_DU"])
    rank = trees[["PINGJUN_NL", "PINGJUN_XJ", "PINGJUN_SG", "HUO_LMGQXJ", "YU_BI_DU"]].astype(float).corr("spearman")
    assert rank.loc["PINGJUN_NL", "PINGJUN_XJ"] > 0.6
    assert rank.loc["PINGJUN_SG", "HUO_LMGQXJ"] > 0.6
    assert rank.loc["YU_BI_DU", "HUO_LMGQXJ"] > 0.4
    assert 110 < trees["HUO_LMGQXJ"].mean() < 190
    fir = trees[trees["YOU_SHI_SZ"] == "310"]
    assert fir.loc[fir["ZL_DJ"].isin(["1", "2"]), "PINGJUN_SG"].mean() > fir["PINGJUN_SG"].mean()
    assert table.loc[table["DI_LEI"].isin(["0210", "0230", "0250"]), "YOU_SHI_SZ"].isna().all()


def test_some_cells_are_really_empty():
    table, _ = layer("stands.gpkg")
    stocked = table[table["DI_LEI"].isin(["0111", "0113"])]
    for name in ("YOU_SHI_SZ", "HUO_LMGQXJ", "PO_DU", "TU_CENG_HD"):
        assert 0.01 < stocked[name].isna().mean() < 0.06, name


def test_growth_between_the_dates_is_plausible_and_losses_exist():
    pair = both_dates()
    steady = pair[(pair["DI_LEI"] == "0111") & pair["BHYY"].isna() & (pair["HUO_LMGQXJ"] < 600)]
    growth = ((steady["HUO_LMGQXJ"] - steady["HUO_LMGQXJ_0"]) / 5.0).dropna()
    assert 4.0 < growth.mean() < 10.0
    assert 0.02 < (growth < 0).mean() < 0.25  # measured twice with error
    felled = pair[pair["BHYY"] == "20"]
    assert len(felled) > 20
    assert (felled["HUO_LMGQXJ"] < felled["HUO_LMGQXJ_0"]).mean() > 0.9


def test_some_pairs_are_measured_and_others_are_not():
    pair = both_dates()
    measured = pair["DC_FF"].isin(FIELD_METHODS) & pair["DC_FF_0"].isin(FIELD_METHODS)
    assert 0.3 < measured.mean() < 0.6
    modelled = pair[(pair["DC_FF"] == "模型更新") & (pair["HUO_LMGQXJ"] > 0) & pair["BHYY"].isna()]
    ratio = (modelled["HUO_LMGQXJ"] / modelled["HUO_LMGQXJ_0"]).dropna().round(2)
    assert ratio.value_counts(normalize=True).head(8).sum() > 0.6  # a desk update gives itself away


def test_most_stands_kept_shape_and_key_and_some_were_split_joined_or_redrawn():
    now, then = layer("stands.gpkg"), layer("stands_2015.gpkg")
    pair = both_dates()
    assert len(pair) > 1450
    assert len(now[0]) - len(pair) >= 15
    assert len(then[0]) - len(pair) >= 15
    old = dict(zip(then[0][KEY].agg("-".join, axis=1), then[1], strict=True))
    same = [
        shapely.equals(shape, old[key])
        for key, shape in zip(now[0][KEY].agg("-".join, axis=1), now[1], strict=True)
        if key in old
    ]
    assert 0.75 < np.mean(same) < 0.95


def test_planted_errors_recodings_and_damage_are_in_the_truth():
    table = truth()
    assert 0.03 < (table["planted_error"] == "yes").mean() < 0.05
    assert (table["recoded"] == "yes").sum() >= 30
    assert set(table["true_group"]) == {"pine", "fir", "broadleaf", "mixed", "bamboo", "other"}
    assert table["planted_slip"].value_counts().to_dict() == {
        "area": 4,
        "age_group": 4,
        "height": 2,
        "volume": 2,
        "species_code": 1,
    }
    patches, shapes = judge.read_vector(TRUTH / "damage.gpkg")
    area_ha = shapely.area(shapes) / 1e4
    assert area_ha.min() >= 0.05
    assert area_ha.max() <= 3.0
    assert set(patches["kind"]) == {"pine_wilt", "fire", "felling"}
    assert (table["damage_ha"] > 0.1).sum() > 80


def test_images_have_ten_named_bands_a_little_cloud_and_no_more():
    for year in ("2015", "2020"):
        image = gdal.Open(str(SAMPLE / f"composite_{year}.tif"))
        names = [image.GetRasterBand(i).GetDescription() for i in range(1, 11)]
        assert names == ["B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12"]
        values = image.ReadAsArray()
        _, shapes = layer("stands.gpkg")
        stand = judge.rasterise(shapes, np.ones(len(shapes)), judge.IMAGE_GRID, 0.0) > 0
        assert 0.003 < (values[6][stand] == 0).mean() < 0.04
        assert ((values == 0).all(axis=0) == (values == 0).any(axis=0)).all()


def test_the_elevation_model_reaches_beyond_the_stands():
    dem = gdal.Open(str(SAMPLE / "dem.tif"))
    west, cell, _, north, _, _ = dem.GetGeoTransform()
    _, shapes = layer("stands.gpkg")
    left, bottom, right, top = shapely.total_bounds(shapes)
    assert cell == 30.0
    assert west < left - 100
    assert north > top + 100
    assert west + cell * dem.RasterXSize > right + 100
    assert north - cell * dem.RasterYSize < bottom - 100


def test_tenure_cuts_through_stands_and_claims_overlap_in_part():
    tenure, parcels = layer("tenure.gpkg")
    assert shapely.is_valid(parcels).all()
    assert (tenure["disputed"] == "yes").sum() >= 5
    assert (pd.to_datetime(tenure["valid_to"], format="%Y/%m/%d") < "2020-12-31").sum() >= 5
    _, shapes = layer("stands.gpkg")
    a, _ = shapely.STRtree(parcels).query(shapes, predicate="overlaps")
    assert len(np.unique(a)) > 0.5 * len(shapes)
    credited, claims = layer("credited.gpkg")
    start, end = (pd.to_datetime(credited[c], format="%Y/%m/%d") for c in ("period_start", "period_end"))
    meets = (start <= "2020-12-31") & (end >= "2016-01-01")
    assert meets.any()
    assert (~meets).any()
    assert len(shapely.STRtree(shapes).query(claims, predicate="overlaps")[0]) > 20


def test_the_office_variant_hides_its_encoding():
    folder = SAMPLE / "gbk"
    assert sorted(f.suffix for f in folder.iterdir()) == [".dbf", ".prj", ".shp", ".shx"]
    raw = (folder / "xiaoban.dbf").read_bytes()
    assert raw[29] == 0
    assert "马尾松".encode("gbk") in raw
    source = gdal.OpenEx(str(folder / "xiaoban.shp"), open_options=["ENCODING=GBK"])
    rows = list(source.GetLayer(0))
    assert 260 <= len(rows) <= 340
    ratio = [f.GetField("MIAN_JI") * 1e4 / f.GetGeometryRef().GetArea() for f in rows]
    assert np.median(ratio) == pytest.approx(15.0, rel=0.01)
    assert max(f.GetField("YU_BI_DU") or 0 for f in rows) > 50


@pytest.mark.slow
def test_a_fresh_run_of_the_maker_gives_the_same_tables(tmp_path):
    # In a process of its own, as `make sample` does: other tests leave settings of GDAL behind.
    made = "from tests.sample.make import make; make(Path({!r}), Path({!r}), with_images=False)"
    code = "from pathlib import Path; " + made.format(str(tmp_path / "sample"), str(tmp_path / "truth"))
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])
    for name in VECTORS:
        assert content(tmp_path / "sample" / name) == content(SAMPLE / name), name
    for suffix in (".shp", ".shx", ".dbf"):
        name = Path("gbk") / f"xiaoban{suffix}"
        fresh, kept = ((f / name).read_bytes() for f in (tmp_path / "sample", SAMPLE))
        assert hashlib.sha256(fresh).digest() == hashlib.sha256(kept).digest(), name
    assert (tmp_path / "truth" / "truth.csv").read_bytes() == (TRUTH / "truth.csv").read_bytes()
    assert content(tmp_path / "truth" / "damage.gpkg") == content(TRUTH / "damage.gpkg")


@pytest.mark.slow
def test_species_are_neither_trivial_nor_hopeless_to_tell_apart():
    pytest.importorskip("sklearn")
    found = judge.species_accuracy(SAMPLE, TRUTH)
    assert 0.91 <= found["accuracy"] <= 0.95
    assert found["planted_found"] >= 0.85


@pytest.mark.slow
def test_damage_shows_but_not_perfectly():
    found = judge.damage_score(SAMPLE, TRUTH, ndvi=-0.12, ndmi=-0.10)
    assert 0.86 <= found["stand_f1"] <= 0.97
    assert 0.80 <= found["cell_f1"] <= 0.95
