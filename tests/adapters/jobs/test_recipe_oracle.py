"""Indices, changes, masks and terrain of made scenes against a computation of its own: plain NumPy on what is in the
files, cell by cell, each cell weighed by its covered area."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from osgeo import gdal
from sample_parts import part, written

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.evidence import EvidenceRequest, evidence
from sanming_carbon_plugin.core.progress import Progress

WEST, NORTH, WIDTH, HEIGHT = 39540000.0, 2956000.0, 72, 72
SENTINEL = ["B02", "B03", "B04", "B05", "B07", "B08", "B8A", "B11", "B12"]
LANDSAT = ["SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B6", "SR_B7"]
FOREST = dict(zip(SENTINEL, (0.02, 0.045, 0.03, 0.08, 0.22, 0.30, 0.32, 0.14, 0.06), strict=True))
LAND = {"SR_B2": "B02", "SR_B3": "B03", "SR_B4": "B04", "SR_B5": "B08", "SR_B6": "B11", "SR_B7": "B12"}


def put(path, values, crs_wkt, names=(), cell=10.0, nodata=None) -> str:
    kinds = {"uint16": gdal.GDT_UInt16, "uint8": gdal.GDT_Byte, "float32": gdal.GDT_Float32}
    count, height, width = values.shape
    file = gdal.GetDriverByName("GTiff").Create(str(path), width, height, count, kinds[values.dtype.name])
    file.SetGeoTransform((WEST, cell, 0, NORTH, 0, -cell))
    file.SetProjection(crs_wkt)
    for number, plane in enumerate(values, start=1):
        band = file.GetRasterBand(number)
        band.WriteArray(plane)
        if names:
            band.SetDescription(names[number - 1])
        if nodata is not None:
            band.SetNoDataValue(nodata)
    file = None
    return str(path)


def reflectances(names, seed, browned=()):
    """Forest with noise, some slightly below nothing, and cells whose crowns turned brown."""
    rng = np.random.default_rng(seed)
    found = {}
    for name in names:
        cells = FOREST[LAND.get(name, name)] * rng.normal(1, 0.15, (HEIGHT, WIDTH))
        found[name] = cells
    for rows, columns in browned:
        for name, change in (("B04", 0.05), ("B08", -0.08), ("B8A", -0.08), ("B11", 0.06)):
            key = next((one for one in found if LAND.get(one, one) == name), None)
            if key is not None:
                found[key][rows, columns] += change
    return found


@pytest.fixture(scope="module")
def stands(request):
    """36 stands of healthy pine and two that are not, as boxes whose edges cut cells."""
    from sanming_carbon_plugin.adapters.vectors import read_layer
    from sanming_carbon_plugin.paths import resources_dir

    layer = read_layer(str(resources_dir() / "sample" / "stands.gpkg"))
    rows = layer.attributes
    pine = (rows["YOU_SHI_SZ"].astype(str) == "220") & (rows["DI_LEI"].astype(str) == "0111")
    ill = rows["DISASTER_C"].astype(str) != "0"
    chosen = np.concatenate([np.flatnonzero(pine & ~ill)[:36], np.flatnonzero(pine & ill)[:2]])
    boxes = []
    for number in range(len(chosen)):
        x, y = WEST + 33.0 + 105.0 * (number % 6), NORTH - 27.0 - 98.0 * (number // 6)
        boxes.append(shapely.box(x, y - 91.0, x + 97.5, y))
    return replace(part(layer, chosen), geometry=np.array(boxes, dtype=object))


def weights(box, cell=10.0, shape=(HEIGHT, WIDTH)):
    """Covered share of every cell; exact for boxes along the grid."""
    x0, y0, x1, y1 = box.bounds
    left = WEST + cell * np.arange(shape[1])
    top = NORTH - cell * np.arange(shape[0])
    across = np.clip(np.minimum(left + cell, x1) - np.maximum(left, x0), 0, None) / cell
    down = np.clip(np.minimum(top, y1) - np.maximum(top - cell, y0), 0, None) / cell
    return np.outer(down, across)


def over(stands, values, valid, cell=10.0):
    """Mean, deviation and support per stand."""
    rows = []
    for box in stands.geometry:
        share = weights(box, cell, values.shape)
        counted = np.where(valid, share, 0)
        mean = np.average(np.where(valid, values, 0), weights=counted) if counted.sum() else np.nan
        spread = (
            np.average((np.where(valid, values, mean) - mean) ** 2, weights=counted) ** 0.5 if counted.sum() else np.nan
        )
        rows.append((mean, spread, counted.sum() / share.sum()))
    return np.array(rows).T


def indices_of(band):
    """As the literature writes them; ``band`` gives a reflectance by its number of Sentinel-2."""
    blue, green, red, nir = band("B02"), band("B03"), band("B04"), band("B08")
    found = {
        "ndvi": (nir - red) / (nir + red),
        "evi": 2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 1),
        "gndvi": (nir - green) / (nir + green),
        "nbr": (nir - band("B12")) / (nir + band("B12")),
        "rgi": red / green,
    }
    narrow = band("B8A")
    found["ndmi"] = (narrow - band("B11")) / (narrow + band("B11"))
    if band("B05") is not None:
        found["ndre"] = (nir - band("B05")) / (nir + band("B05"))
        found["cire"] = band("B07") / band("B05") - 1
    return found


def test_a_whole_recipe_against_plain_numpy(stands, tmp_path):
    """Sentinel-2 without offset (2021) and with it (2024), Landsat, masks of classes and bits, a rim."""
    brown = [(slice(2, 12), slice(3, 13))]
    first, second = reflectances(SENTINEL, 1), reflectances(SENTINEL, 2, brown)
    third = reflectances(LANDSAT, 3)
    numbers = {
        "s21": np.stack([np.rint(first[one] * 1e4) for one in SENTINEL]).astype(np.uint16),
        "s24": np.stack([np.rint(second[one] * 1e4) + 1000 for one in SENTINEL]).astype(np.uint16),
        "l9": np.stack([np.rint((third[one] + 0.2) / 0.0000275) for one in LANDSAT]).astype(np.uint16),
    }
    numbers["s24"][:, :, 65:] = 0  # beside the swath, undeclared
    rng = np.random.default_rng(9)
    classes = rng.choice(np.array([4, 5, 6, 7, 11], np.uint8), (HEIGHT // 2, WIDTH // 2))
    classes[10:15, 5:14], classes[30, 20:24], classes[2, 3] = 9, 3, 0  # a cloud over two stands, shade, nothing
    bits = rng.choice(
        np.array([21824, 21824, 21824, 21824 | 1 << 3, 21824 | 1 << 4, 30048], np.uint16), (HEIGHT, WIDTH)
    )
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    heights = (400 + 3 * x * np.sin(y / 9) + 60 * np.cos(x / 7)).astype(np.float32)
    wkt = stands.crs_wkt
    rasters = [("s21", put(tmp_path / "a.tif", numbers["s21"], wkt, SENTINEL)),
               ("s24", put(tmp_path / "b.tif", numbers["s24"], wkt, SENTINEL)),
               ("l9", put(tmp_path / "c.tif", numbers["l9"], wkt, LANDSAT)),
               ("scl", put(tmp_path / "d.tif", classes[None], wkt, cell=20.0)),
               ("qa", put(tmp_path / "e.tif", bits[None], wkt)),
               ("height", put(tmp_path / "f.tif", heights[None], wkt))]  # fmt: skip
    wanted = ["NDVI", "EVI", "GNDVI", "NBR", "RGI", "NDMI"]
    recipe = {
        "dem": "height",
        "scenes": [
            {"raster": "s21", "sensor": "sentinel2", "date": "2021-11-05", "indices": [*wanted, "NDRE", "CIre"]},
            {"raster": "s24", "sensor": "sentinel2", "date": "2024-11-09", "indices": [*wanted, "NDRE", "CIre"],
             "quality": {"raster": "scl"}},
            {"raster": "l9", "sensor": "landsat9", "date": "2024-11-01", "indices": wanted,
             "quality": {"raster": "qa"}},
        ],
        "changes": [{"name": "wilt", "from": "s21", "to": "s24", "indices": ["NDVI", "NDMI"]}],
    }  # fmt: skip
    out = tmp_path / "out.gpkg"
    outcome = evidence(EvidenceRequest(stands, tuple(rasters), written(tmp_path / "r.json", recipe), out), Progress())
    found = read_geopackage_table(out, "stands")

    def sentinel(key, offset):
        return lambda one: (numbers[key][SENTINEL.index(one)].astype(float) + offset) * 1e-4

    def landsat(one):
        names = {sentinel: name for name, sentinel in LAND.items()} | {"B8A": "SR_B5"}
        return numbers["l9"][LANDSAT.index(names[one])] * 0.0000275 - 0.2 if one in names else None

    kept = np.repeat(np.repeat(np.isin(classes, [4, 5, 6, 7, 11]), 2, axis=0), 2, axis=1)
    valid = {"s21": np.full((HEIGHT, WIDTH), True), "s24": kept & (numbers["s24"][0] != 0), "l9": (bits & 0b11111) == 0}
    bands = {"s21": sentinel("s21", 0), "s24": sentinel("s24", -1000), "l9": landsat}
    expected = {
        f"{scene}_{name}": over(stands, values, valid[scene])
        for scene, band in bands.items()
        for name, values in indices_of(band).items()
    }
    assert len(expected) == 8 + 8 + 6
    for name, (mean, spread, support) in expected.items():
        np.testing.assert_allclose(found[f"{name}_mean"].astype(float), mean, rtol=1e-6, err_msg=name)
        np.testing.assert_allclose(found[f"{name}_std"].astype(float), spread, rtol=1e-5, err_msg=name)
        np.testing.assert_allclose(found[f"{name}_support"].astype(float), support, rtol=1e-9, err_msg=name)
    healthy = np.arange(38) < 36
    for name in ("ndvi", "ndmi"):
        (before, _, seen), (after, _, seen_after) = expected[f"s21_{name}"], expected[f"s24_{name}"]
        well = (seen >= 0.8) & (seen_after >= 0.8)
        usable = well & healthy
        assert 0 < (~well).sum() < 7
        change = (after - np.median(after[usable])) - (before - np.median(before[usable]))
        change[~well] = np.nan
        np.testing.assert_allclose(found[f"wilt_{name}_change"].astype(float), change, rtol=1e-5, atol=1e-8)
    assert outcome.counts["healthy_stands"] == 36


def test_terrain_of_a_rough_model_against_horn(stands, tmp_path):
    """The weights 1-2-1 over the eight neighbours, angles per cell, shares of the area; nothing at the rim."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    heights = (400 + 3 * x * np.sin(y / 9) + 60 * np.cos(x / 7)).astype(np.float32)
    model = put(tmp_path / "f.tif", heights[None], stands.crs_wkt)
    out, recipe = tmp_path / "e.csv", written(tmp_path / "r.json", {"dem": "dem"})
    evidence(EvidenceRequest(stands, (("dem", model),), recipe, out), Progress())
    found = pd.read_csv(out, encoding="utf-8-sig")
    z = heights.astype(float)
    east = ((z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]) - (z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2])) / 80
    north = ((z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:]) - (z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:])) / 80
    slope, inside = np.zeros_like(z), np.zeros(z.shape, bool)
    slope[1:-1, 1:-1], inside[1:-1, 1:-1] = np.degrees(np.arctan(np.hypot(east, north))), True
    np.testing.assert_allclose(found["slope_deg_mean"], over(stands, slope, inside)[0], rtol=1e-9)
    np.testing.assert_allclose(found["elevation_m_mean"], over(stands, z, np.full(z.shape, True))[0], rtol=1e-9)
    for limit in (15, 25, 35):
        share = over(stands, (slope > limit).astype(float), inside)[0]
        np.testing.assert_allclose(found[f"slope_over_{limit}_share"], share, rtol=1e-9, atol=1e-12)
        assert 0 < share.mean() < 1
    faces = np.zeros((2, *z.shape))
    faces[:, 1:-1, 1:-1] = -np.stack([east, north]) / np.hypot(east, north)
    faces[:, slope < 5] = 0
    towards = [over(stands, face, inside)[0] for face in faces]
    code = 1 + np.floor(np.degrees(np.arctan2(*towards)) % 360 / 45 + 0.5) % 8
    flat = over(stands, (slope < 5).astype(float), inside)[0]
    told = found["aspect_code"].notna().to_numpy()
    assert told.sum() > 20
    assert (found["aspect_code"] == np.where(flat > 0.5, 9, code))[told].all()
    assert (np.hypot(*towards) / (1 - flat) < 0.2)[~told].all()
