"""Raster files through both back ends: values, bands, masks, nodata, and files that cannot be read."""

import gc
import re
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from made_rasters import CGCS_39, NUMBERS, facts, whole, write
from osgeo import gdal

from sanming_carbon_plugin.adapters.message_tables import message_table
from sanming_carbon_plugin.adapters.rasters import back_end_name, open_bands, open_raster
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.evidence import evidence


def test_one_back_end_is_chosen_for_the_process():
    assert back_end_name() == "rasterio"


def test_values_arrive_unchanged(folder, backend):
    found = facts(write(folder / "高程.tif", NUMBERS), backend)
    assert found.x_mean == pytest.approx(5.5)
    assert found.x_std == pytest.approx(NUMBERS.std())
    assert found.x_support == 1


@pytest.mark.parametrize(
    ("values", "nodata"),
    [
        (np.array([np.nan, 2, 3, 5] * 3, dtype=np.float32), None),
        (np.array([np.nan, 2, 3, 5] * 3, dtype=np.float64), np.nan),
        (np.array([0.1, 2, 3, 5] * 3, dtype=np.float32), 0.1),
        (np.array([-3.4028234663852886e38, 2, 3, 5] * 3, dtype=np.float32), -3.40282e38),
        (np.array([-3.4028234663852886e38, 2, 3, 5] * 3, dtype=np.float32), -3.4028234663852886e38),
        (np.array([-3.4028234663852886e38, 2, 3, 5] * 3, dtype=np.float32), -1.7976931348623157e308),
        (np.array([-3.4028234663852886e38, 2, 3, 5] * 3, dtype=np.float32), -3.4e38),
        (np.array([1.7014118346046923e38, 2, 3, 5] * 3, dtype=np.float32), 1.7e38),
        (np.array([-1.7976931348623157e308, 2, 3, 5] * 3, dtype=np.float64), -1.7976931348623157e308),
        (np.array([-9999, 2, 3, 5] * 3, dtype=np.int16), -9999),
        (np.array([255, 2, 3, 5] * 3, dtype=np.uint8), 255),
        (np.array([np.inf, 2, 3, 5] * 3, dtype=np.float32), None),
    ],
)
def test_declared_nodata_in_every_spelling(folder, backend, values, nodata):
    found = facts(write(folder / "n.tif", values.reshape(1, 3, 4), nodata=nodata), backend)
    assert found.x_mean == pytest.approx(10 / 3)
    assert found.x_support == pytest.approx(0.75)


def test_nodata_that_the_type_cannot_hold_hides_nothing(folder, backend):
    source = write(folder / "n.tif", np.full((1, 3, 4), 7, dtype=np.uint8))
    spec = str(folder / "n.vrt")
    gdal.Translate(spec, source, noData=-9999.5)
    assert facts(spec, backend).x_support == 1


def test_each_band_has_its_own_nodata(folder, backend):
    for number, nodata in ((1, 0), (2, 9)):
        write(folder / f"{number}.tif", np.array([[[0, 9, 3, 3]] * 3], dtype=np.uint8), nodata=nodata)
    spec = str(folder / "both.vrt")
    gdal.BuildVRT(spec, [str(folder / "1.tif"), str(folder / "2.tif")], separate=True)
    found = facts(spec, backend)
    assert (found.x_b1_mean, found.x_b2_mean) == (5, 2)
    assert (found.x_b1_support, found.x_b2_support) == (0.75, 0.75)


def test_a_mask_band_hides_cells(folder, backend):
    mask = np.full((3, 4), 255, dtype=np.uint8)
    mask[:, 0] = 0
    found = facts(write(folder / "m.tif", NUMBERS, mask=mask), backend)
    assert found.x_support == pytest.approx(0.75)
    assert found.x_mean == pytest.approx(NUMBERS[0, :, 1:].mean())


def test_each_band_may_have_a_mask_of_its_own(folder, backend):
    path = write(folder / "m.tif", np.concatenate([NUMBERS, NUMBERS + 100]))
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "NO")
    file = gdal.Open(path, gdal.GA_Update)
    for number in (1, 2):
        mask = np.full((3, 4), 255, dtype=np.uint8)
        mask[:, number] = 0
        file.GetRasterBand(number).CreateMaskBand(0)
        file.GetRasterBand(number).GetMaskBand().WriteArray(mask)
    file = None
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", None)
    found = facts(path, backend)
    for number in (1, 2):
        seen = np.delete(NUMBERS[0] + 100 * (number - 1), number, axis=1)
        assert found[f"x_b{number}_support"] == pytest.approx(0.75)
        assert found[f"x_b{number}_mean"] == pytest.approx(seen.mean())
    assert facts(f"{path}#2", backend).x_mean == pytest.approx(found.x_b2_mean)


def test_bands_of_different_types_are_read_from_one_file(folder, backend):
    """A virtual file of an image and its scene classes; wide enough to be read in two parts."""
    rng = np.random.default_rng(2)
    planes = [rng.integers(0, 200, (1, 40, 700)).astype(kind) for kind in ("uint16", "uint16", "uint8", "float32")]
    planes[3] += 0.25
    paths = [write(folder / f"{number}.tif", plane, nodata=7) for number, plane in enumerate(planes)]
    spec = str(folder / "all.vrt")
    gdal.BuildVRT(spec, paths, separate=True)
    found = facts(spec, backend, whole(700, 40))
    for number, plane in enumerate(planes, start=1):
        assert found[f"x_b{number}_mean"] == pytest.approx(plane[plane != 7].mean(dtype=float), rel=1e-12)


def test_readings_fit_into_the_cache_of_blocks():
    """Else the bands of a pixel-interleaved tile would be decoded once for each band."""
    from sanming_carbon_plugin import cli
    from sanming_carbon_plugin.adapters.rasters import reading

    assert int(cli.GDAL_CACHE_MEGABYTES) * 2**20 > reading.BYTES_PER_READING * 1.25


def test_a_mask_and_a_declared_value_hide_their_cells_both(folder, backend):
    mask = np.full((3, 4), 255, dtype=np.uint8)
    mask[:, 0] = 0
    values = NUMBERS.copy()
    values[0, :, 3] = -9999
    found = facts(write(folder / "m.tif", values, mask=mask, nodata=-9999), backend)
    assert found.x_support == pytest.approx(0.5)
    assert found.x_mean == pytest.approx(NUMBERS[0, :, 1:3].mean())


def test_a_virtual_file_whose_source_is_gone_is_one_clear_error(folder, backend):
    source = write(folder / "part.tif", NUMBERS)
    gdal.BuildVRT(str(folder / "all.vrt"), [source])
    Path(source).unlink()
    with pytest.raises(InputError) as caught:
        facts(str(folder / "all.vrt"), backend)
    assert caught.value.code in {"RASTER_UNREADABLE", "RASTER_FORMAT"}
    assert "part.tif" in str(caught.value.values["reason"])


def test_an_alpha_band_hides_cells_and_is_no_band(folder, backend):
    values = np.full((4, 3, 4), 10, dtype=np.uint8)
    values[3] = [255, 255, 255, 0]
    values[0, :, 3] = 200
    found = facts(write(folder / "a.tif", values, alpha=4, names=["Red", "Green", "Blue", "Alpha"]), backend)
    assert [name for name in found.index if name.endswith("_mean")] == ["x_red_mean", "x_green_mean", "x_blue_mean"]
    assert found.x_red_mean == 10
    assert found.x_red_support == pytest.approx(0.75)


def test_a_band_is_taken_by_number_or_description(folder, backend):
    values = np.stack([np.full((3, 4), number, dtype=np.uint16) for number in (1, 2, 3)])
    path = write(folder / "b.tif", values, names=["Blue", "Green", "红"])
    assert facts(f"{path}#2", backend).x_mean == 2
    assert facts(f"{path}#green", backend).x_mean == 2
    assert facts(f"{path}#红", backend).x_mean == 3
    with pytest.raises(InputError) as caught:
        open_raster(f"{path}#nir", "x", CGCS_39, backend=backend)
    assert caught.value.code == "RASTER_BAND_UNKNOWN"
    assert caught.value.values["known"] == "Blue, Green, 红"


def test_a_path_may_hold_the_mark_of_a_band(folder, backend):
    assert facts(write(folder / "a#2.tif", NUMBERS), backend).x_mean == 5.5


@pytest.mark.parametrize(
    "options", [("INTERLEAVE=PIXEL",), ("INTERLEAVE=BAND",), ("TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16")]
)
def test_every_layout_gives_the_same(folder, backend, options):
    rng = np.random.default_rng(2)
    values = rng.integers(0, 900, (3, 70, 50), dtype=np.uint16)
    path = write(folder / "l.tif", values, options=("COMPRESS=DEFLATE", *options))
    found = facts(path, backend, whole(50, 70))
    assert found.x_b3_mean == pytest.approx(values[2].mean())
    assert found.x_b3_std == pytest.approx(values[2].std())


def test_virtual_and_cloud_optimised_files_work(folder, backend):
    rng = np.random.default_rng(2)
    values = rng.random((1, 70, 50)).astype(np.float32)
    path = write(folder / "l.tif", values)
    gdal.BuildVRT(str(folder / "l.vrt"), [path])
    gdal.Translate(str(folder / "cog.tif"), path, format="COG")
    for name in ("l.vrt", "cog.tif"):
        assert facts(str(folder / name), backend, whole(50, 70)).x_mean == pytest.approx(values.mean())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: str(folder / "missing.tif"), "RASTER_MISSING"),
        (lambda folder: write(folder / "p.tif", NUMBERS, place=None), "RASTER_WITHOUT_PLACE"),
        (lambda folder: write(folder / "c.tif", NUMBERS, epsg=None), "RASTER_WITHOUT_CRS"),
        (lambda folder: write(folder / "b.tif", NUMBERS) + "#9", "RASTER_BAND_UNKNOWN"),
        (lambda folder: write(folder / "b.tif", NUMBERS) + "#", "RASTER_BAND_UNKNOWN"),
        (lambda folder: str(folder / ("long" * 300)), "RASTER_MISSING"),
    ],
)
def test_what_cannot_be_used_is_refused(folder, backend, make, code):
    with pytest.raises(InputError) as caught:
        open_raster(make(folder), "x", CGCS_39, backend=backend)
    assert caught.value.code == code
    assert str(folder) in str(caught.value.values["path"])


def test_a_file_that_is_no_raster_is_refused(folder, backend):
    (folder / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        open_raster(str(folder / "table.csv"), "x", CGCS_39, backend=backend)
    assert caught.value.code == "RASTER_FORMAT"


def test_a_corrupt_tile_is_one_clear_error(folder, backend):
    """Also: the error holds no dataset, which would outlive QGIS and crash it at exit."""
    path = write(
        folder / "c.tif",
        np.random.default_rng(2).integers(0, 50, (1, 640, 64), dtype=np.uint16),
        options=("TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"),
    )
    content = bytearray(Path(path).read_bytes())
    middle = len(content) * 2 // 3
    content[middle : middle + 4000] = b"\xff" * 4000
    Path(path).write_bytes(content)
    with pytest.raises(InputError) as caught:
        facts(path, backend, whole(64, 640))
    assert caught.value.code == "RASTER_UNREADABLE"
    assert caught.value.values["path"] == path
    first, last = (int(str(caught.value.values[name])) for name in ("first_row", "last_row"))
    assert first < 430 <= last
    assert not [one for one in gc.get_objects() if type(one).__name__ == "Dataset" and one.this]


def test_a_file_cut_short_is_one_clear_error(folder, backend):
    path = write(folder / "t.tif", np.ones((1, 640, 64)), options=("COMPRESS=NONE",))
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError) as caught:
        facts(path, backend, whole(64, 640))
    assert caught.value.code in {"RASTER_UNREADABLE", "RASTER_FORMAT"}


def test_readings_stay_within_the_memory_allowed(folder, backend, monkeypatch):
    from sanming_carbon_plugin.adapters.rasters import reading

    monkeypatch.setattr(reading, "BYTES_PER_READING", 64 * 8 * 5)
    path = write(folder / "t.tif", np.ones((1, 64, 64)), options=("TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32"))
    with closing(open_bands(path, backend)) as reader:
        assert reader.row_step == 4  # 5 would fit, but touch two rows of tiles now and then
    assert facts(path, backend, whole(64, 64)).x_mean == 1


def test_every_code_of_this_room_has_words():
    room = Path(__file__).parents[3] / "sanming_carbon_plugin"
    sources = [
        *room.glob("core/rasters/*.py"),
        *room.glob("adapters/rasters/*.py"),
        room / "adapters/coverage_store.py",
    ]
    text = "".join(source.read_text("utf-8") for source in sources)
    raised = set(re.findall(r'(?:Input|Usage|Output|Dependency)Error\(\s*"([A-Z0-9_]+)"', text))
    noticed = set(re.findall(r'(?:stand|layer)_issues?\(\s*"([A-Z0-9_]+)"', text)) | set(
        re.findall(r'"(SENTINEL2_[A-Z_]+)"', text)
    )
    assert len(raised) > 10
    assert raised <= set(message_table("errors"))
    assert noticed <= set(message_table("issues"))


def test_a_file_emptied_midway_is_one_clear_error(folder, backend):
    """A deleted file stays readable on Linux while it is open; one that a copy overwrites does not."""
    values = np.random.default_rng(5).random((1, 640, 640))
    raster = open_raster(write(folder / "d.tif", values, options=("COMPRESS=DEFLATE",)), "x", CGCS_39, backend)
    with closing(raster.reader):
        Path(raster.reader.name).write_bytes(b"")
        with pytest.raises(InputError) as caught:
            evidence(["a"], whole(640, 640), [raster])
    assert caught.value.code == "RASTER_UNREADABLE"
