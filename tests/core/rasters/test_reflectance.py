"""Scale and offset of scenes: stated, seen in the cells, doubted."""

import numpy as np
import pytest
from arrays import named
from scenes import BANDS, GRID, TABLES, image, scene, told

from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.indices import RoleBand
from sanming_carbon_plugin.core.rasters.reflectance import sampled

NDVI, EVI = (4000 - 300) / (4000 + 300), 2.5 * 0.37 / (0.4 + 6 * 0.03 - 7.5 * 0.02 + 1)
FOREST = np.array([200.0, 400.0, 300.0, 4000.0])
LATER = TABLES.sensors["sentinel2"]["later_offset"]


def of(numbers, kind=np.uint16, names=BANDS):
    """A scene whose cells are all alike."""
    return named("s2", np.full((len(numbers), 6, 8), np.asarray(numbers)[:, None, None]).astype(kind), GRID,
                 band_names=names)  # fmt: skip


def codes(prepared):
    return prepared.issues.code.tolist()


def red_of(cells, offset=0):
    """A forest of which some cells of the red band are others."""
    raster = of(FOREST + offset)
    raster.reader.values[2].flat[: len(cells)] = cells
    return raster


@pytest.mark.parametrize("date", ["2022-01-25", "2024-11-05", None])
def test_slightly_negative_water_does_not_hide_the_offset(date):
    """Water and shade below the offset are few and near to it; taken for dark forest, an NDVI of 0.86 reads 0.57."""
    found, prepared = told(scene(date=date), red_of([960, 985, 999], offset=1000))
    assert codes(prepared) == ["SENTINEL2_OFFSET_UNSURE"]
    assert prepared.issues.value[0] == "-1000"
    assert found.s2_ndvi_mean == pytest.approx((45 * NDVI + 3) / 48)


def test_haze_over_a_forest_without_the_offset_is_no_offset():
    found, prepared = told(scene(), of(FOREST + 500))
    assert codes(prepared) == ["SENTINEL2_OFFSET_REMOVED_BEFORE"]
    assert found.s2_ndvi_mean == pytest.approx(3700 / 5300)


@pytest.mark.parametrize(
    ("date", "numbers", "offset", "code"),
    [
        ("2022-01-24", FOREST, 0, None),
        ("2022-01-25", FOREST, 0, "SENTINEL2_OFFSET_REMOVED_BEFORE"),
        ("2022-01-24", FOREST + 1000, -1000, "SENTINEL2_OFFSET_UNSURE"),
        ("2022-01-25", FOREST + 1000, -1000, "SENTINEL2_OFFSET_SUBTRACTED"),
        ("2022-01-24", FOREST + 6000, 0, "SENTINEL2_OFFSET_UNSURE"),
        ("2022-01-25", FOREST + 6000, -1000, "SENTINEL2_OFFSET_UNSURE"),
    ],
)
def test_the_day_of_the_change_and_the_cells_decide(date, numbers, offset, code):
    _, prepared = told(scene(date=date), of(numbers))
    assert prepared.scenes[0].roles["red"].offset == offset
    assert codes(prepared) == ([code] if code else [])


def test_the_offset_is_seen_in_another_visible_band_where_there_is_no_red():
    _, prepared = told(scene(indices=["GNDVI"]), of([1400, 5000], names=["B03", "B08"]))
    assert codes(prepared) == ["SENTINEL2_OFFSET_SUBTRACTED"]
    _, prepared = told(scene(indices=["NDMI"]), of([4000, 2500], names=["B8A", "B11"]))
    assert codes(prepared) == ["SENTINEL2_OFFSET_UNSURE"]


@pytest.mark.parametrize(
    ("left", "code"), [(0.0, "SENTINEL2_OFFSET_REMOVED_BEFORE"), (0.1, "SENTINEL2_OFFSET_SUBTRACTED")]
)
def test_reflectances_between_0_and_1_are_not_scaled_again(left, code):
    raster = of(FOREST / 10_000 + left, np.float32)
    found, prepared = told(scene(indices=["NDVI", "EVI"]), raster)
    assert codes(prepared) == ["SCENE_REFLECTANCE_STORED", code]
    assert found.s2_ndvi_mean == pytest.approx(NDVI, rel=1e-5)
    assert found.s2_evi_mean == pytest.approx(EVI, rel=1e-5)


def test_reflectances_of_landsat_are_not_scaled_again():
    names = ["SR_B2", "SR_B3", "SR_B4", "SR_B5"]
    found, prepared = told(scene(sensor="landsat8", indices=["NDVI", "EVI"]), of(FOREST / 1e4, np.float32, names))
    assert codes(prepared) == ["SCENE_REFLECTANCE_STORED"]
    assert found.s2_ndvi_mean == pytest.approx(NDVI, rel=1e-5)
    assert found.s2_evi_mean == pytest.approx(EVI, rel=1e-5)


def test_a_scale_that_is_stated_is_never_replaced():
    found, prepared = told(scene(scale=1, offset=0, indices=["EVI"]), of(FOREST / 1e4, np.float32))
    assert codes(prepared) == []
    assert found.s2_evi_mean == pytest.approx(EVI, rel=1e-5)
    found, _ = told(scene(scale=0.0001, offset=0, indices=["EVI"]), of(FOREST / 1e4, np.float32))
    assert abs(found.s2_evi_mean) < 1e-3


@pytest.mark.parametrize(
    ("sensor", "offset", "scale", "number"),
    [("sentinel2", -0.1, 0.0001, -1000), ("landsat8", -0.2, 0.0000275, -0.2 / 0.0000275)],
)
def test_an_offset_as_the_guides_write_it_is_added_after_scaling(sensor, offset, scale, number):
    names = BANDS if sensor == "sentinel2" else ["B2", "B3", "B4", "B5"]
    raster = of(FOREST * 1e-4 / scale - number, np.float64, names)
    for stated in (offset, number):
        found, prepared = told(scene(sensor=sensor, offset=stated, indices=["NDVI", "EVI"]), raster)
        assert found.s2_ndvi_mean == pytest.approx(NDVI)
        assert found.s2_evi_mean == pytest.approx(EVI)
        assert codes(prepared) == (["SCENE_OFFSET_OF_REFLECTANCE"] if stated == offset else [])


@pytest.mark.parametrize(("carried", "stated"), [(1000, 0), (0, -1000)])
def test_a_stated_offset_that_the_cells_deny_is_told(carried, stated):
    _, prepared = told(scene(offset=stated), image(offset=carried))
    assert codes(prepared) == ["SENTINEL2_OFFSET_OTHERWISE"]
    assert prepared.issues.params[0]["seen"] == -carried
    assert prepared.scenes[0].roles["red"].offset == stated


def test_numbers_that_are_no_reflectances_are_told():
    """Landsat of the collection before: reflectance times 10,000, which today's formula makes negative."""
    names = ["SR_B2", "SR_B3", "SR_B4", "SR_B5"]
    old = of(FOREST, np.int16, names)
    found, prepared = told(scene(sensor="landsat9", date="2019-11-05"), old)
    assert codes(prepared) == ["SCENE_REFLECTANCE_UNLIKELY"]
    assert float(prepared.issues.value[0]) == 1
    assert np.isnan(found.s2_ndvi_mean)
    assert found.s2_ndvi_support == 0
    found, prepared = told(scene(sensor="landsat9", scale=0.0001, offset=0, fill=-9999), old)
    assert codes(prepared) == []
    assert found.s2_ndvi_mean == pytest.approx(NDVI)


def test_ratios_need_no_reflectances():
    _, prepared = told(scene(scale=1, offset=0, indices=["NDVI", "GNDVI"]), of(FOREST))
    assert codes(prepared) == []
    _, prepared = told(scene(scale=1, offset=0, indices=["NDVI", "EVI"]), of(FOREST))
    assert codes(prepared) == ["SCENE_REFLECTANCE_UNLIKELY"]


def test_an_index_that_is_no_ratio_wants_reflectances_of_aerial_images_too():
    numbers = of([60, 80, 40, 200], np.uint8, names=["red", "green", "blue", "nir"])
    _, prepared = told(scene(sensor="rgbn", indices=["NDVI", "GNDVI", "RGI"]), numbers)
    assert codes(prepared) == []
    _, prepared = told(scene(sensor="rgbn", indices=["EVI"]), numbers)
    assert codes(prepared) == ["SCENE_REFLECTANCE_UNLIKELY"]


def test_reflectances_below_nothing_count_as_nothing():
    """Haze that was taken off too much: such a cell would have an NDVI of 3, or of any size."""
    raster = of([50, 50, 300, 4000], np.int16)
    raster.reader.values[2, :3], raster.reader.values[2, 3], raster.reader.values[3, 3] = -100, -30, 20
    raster.reader.values[2, 4], raster.reader.values[3, 4] = -30, -20
    found, _ = told(scene(offset=0, fill=False), raster)
    # Three rows of 1, a row of 1, a row without an index, a row of forest.
    assert found.s2_ndvi_support == pytest.approx(5 / 6)
    assert found.s2_ndvi_mean == pytest.approx((4 + NDVI) / 5)


def test_cells_near_a_division_by_zero_move_no_mean():
    raster = of([200, 400, 300, 4000])
    raster.reader.values[:, 0, 0] = 6670, 1, 6000, 4024
    found, _ = told(scene(date="2020-01-01", indices=["EVI", "RGI"]), raster)
    assert found.s2_evi_mean == pytest.approx(EVI)
    assert found.s2_rgi_mean == pytest.approx(0.75)
    assert found.s2_evi_support == found.s2_rgi_support == pytest.approx(47 / 48)


def test_small_images_are_sampled_once_and_large_ones_thinly():
    small = image().reader
    small.row_step = 6
    sampled({"red": RoleBand(small, 2)})
    assert small.readings == [(0, 6)]
    large = named("x", np.ones((1, 800, 1000)), Grid(1000, 800, (0, 1, 0, 0, 0, -1)), row_step=400).reader
    assert len(sampled({"red": RoleBand(large, 0)})["red"]) <= 2 * 200_000
