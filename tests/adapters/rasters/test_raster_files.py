"""Raster files through both back ends."""

import gc
import json
import re
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely
from osgeo import gdal, osr

from sanming_carbon_plugin.adapters.crs import from_lonlat
from sanming_carbon_plugin.adapters.message_tables import message_table
from sanming_carbon_plugin.adapters.rasters import apply_recipe, back_end_name, open_bands, open_raster
from sanming_carbon_plugin.adapters.rasters.ground import ground_metres
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.evidence import evidence

ONTARIO = Path(__file__).parents[3] / "../shared/data/ontario_stands"


def wkt(code):
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(code)
    return crs.ExportToWkt()


CGCS_39 = wkt(4527)


@pytest.fixture(params=["rasterio", "gdal", "gdal with exceptions"])
def backend(request):
    """Both back ends; osgeo's in both states that other plugins may leave it in."""
    before = gdal.GetUseExceptions()
    if request.param == "gdal with exceptions":
        gdal.UseExceptions()
    else:
        gdal.DontUseExceptions()
    yield request.param.split()[0]
    if before:
        gdal.UseExceptions()
    else:
        gdal.DontUseExceptions()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "三明 影像"
    place.mkdir()
    return place


def write(
    path, values, *, nodata=None, epsg=4527, place=(39500000, 10, 0, 2900000, 0, -10), names=(), options=(), **more
):
    """A raster file with the values (bands, rows, columns)."""
    values = np.asarray(values)
    codes = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16, "float32": gdal.GDT_Float32}
    code = codes.get(values.dtype.name, gdal.GDT_Float64)
    driver = gdal.GetDriverByName("GTiff")
    file = driver.Create(str(path), values.shape[2], values.shape[1], values.shape[0], code, list(options))
    if place:
        file.SetGeoTransform(place)
    if epsg:
        file.SetProjection(wkt(epsg))
    for number, plane in enumerate(values, start=1):
        band = file.GetRasterBand(number)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if names:
            band.SetDescription(names[number - 1])
        if more.get("alpha") == number:
            band.SetColorInterpretation(gdal.GCI_AlphaBand)
        band.WriteArray(plane)
    if "mask" in more:
        file.CreateMaskBand(gdal.GMF_PER_DATASET)
        file.GetRasterBand(1).GetMaskBand().WriteArray(more["mask"])
    file = None
    return str(path)


def whole(columns=4, rows=3):
    """One stand over the whole raster."""
    return np.array([shapely.box(39500000, 2900000 - 10 * rows, 39500000 + 10 * columns, 2900000)], dtype=object)


def facts(spec, backend, geometry=None, crs=CGCS_39):
    raster = open_raster(spec, "x", crs, backend=backend)
    with closing(raster.reader):
        return evidence(["a"], whole() if geometry is None else geometry, [raster]).columns.loc["a"]


NUMBERS = np.arange(12.0, dtype=np.float32).reshape(1, 3, 4)


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


def test_south_up_and_rotated_grids(folder, backend):
    south_up = write(folder / "s.tif", NUMBERS, place=(39500000, 10, 0, 2899970, 0, 10))
    top_row = np.array([shapely.box(39500000, 2899990, 39500040, 2900000)], dtype=object)
    assert facts(south_up, backend, top_row).x_mean == pytest.approx(NUMBERS[0, 2].mean())
    turned = write(folder / "r.tif", NUMBERS, place=(39500000, 6, 8, 2900000, 8, -6))
    cell = shapely.Polygon(
        [(39500000 + 6 * c + 8 * r, 2900000 + 8 * c - 6 * r) for c, r in ((1, 1), (2, 1), (2, 2), (1, 2))]
    )
    assert facts(turned, backend, np.array([cell], dtype=object)).x_mean == pytest.approx(NUMBERS[0, 1, 1])


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


def test_two_layers_without_crs_fit_and_one_without_does_not(folder, backend):
    path = write(folder / "c.tif", NUMBERS, epsg=None)
    assert facts(path, backend, crs=None).x_mean == 5.5
    with pytest.raises(InputError) as caught:
        open_raster(write(folder / "d.tif", NUMBERS), "x", None, backend=backend)
    assert caught.value.code == "STANDS_WITHOUT_CRS"


def test_stands_move_to_the_crs_of_the_raster(folder, backend):
    values = np.arange(3600.0).reshape(1, 60, 60)
    path = write(folder / "g.tif", values, epsg=4490, place=(117.0, 0.0001, 0, 26.2, 0, -0.0001))
    own = shapely.box(117.001, 26.1951, 117.0052, 26.199)
    to_map = osr.CoordinateTransformation(*map(_crs, (4490, 4527)))
    dense = shapely.segmentize(own, 0.0001)
    moved = shapely.transform(dense, lambda xy: np.array(to_map.TransformPoints(xy))[:, :2])
    found = facts(path, backend, np.array([moved], dtype=object))
    direct = facts(path, backend, np.array([own], dtype=object), crs=wkt(4490))
    assert found.x_mean == pytest.approx(direct.x_mean, rel=1e-6)
    assert found.x_support == 1


def test_long_edges_are_bent_as_the_projection_bends_them(folder, backend):
    """A straight edge of 40 km in the stands' CRS is 30 m off the straight line in degrees."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=(1, 60, 450)).astype(np.float32)
    path = write(folder / "g.tif", values, epsg=4490, place=(116.8, 0.001, 0, 26.22, 0, -0.001))
    west, east = 39480300.0, 39520300.0
    coarse = shapely.box(west, 2896000, east, 2898000)
    fine = shapely.segmentize(coarse, 10)
    pair = [facts(path, backend, np.array([one], dtype=object)).x_mean for one in (coarse, fine)]
    assert pair[0] == pytest.approx(pair[1], abs=1e-6)


def test_a_corner_that_is_nowhere_on_earth_costs_its_own_stand_only(folder, backend):
    """Cut into edges of a few hundred metres, the first would need more memory than there is."""
    values = np.arange(3600.0).reshape(1, 60, 60)
    path = write(folder / "g.tif", values, epsg=4490, place=(117.0, 0.0001, 0, 26.2, 0, -0.0001))
    west, south = from_lonlat(CGCS_39)(np.array([[117.002, 26.196]]))[0]
    good = shapely.box(west, south, west + 100, south + 100)
    corners = [(west, south), (west + 100, south), (west + 100, south + 100)]
    with np.errstate(invalid="ignore"):  # newer GEOS says so when it is made
        lost = [shapely.Polygon([*corners, (far, south + 100)]) for far in (1e14, 1e300, np.inf, np.nan)]
    found = {}
    for name, stands in (("alone", [good]), ("all", [*lost, good, None])):
        raster = open_raster(path, "x", CGCS_39, backend=backend)
        with closing(raster.reader):
            found[name] = evidence(range(len(stands)), np.array(stands, dtype=object), [raster]).columns
    assert found["all"].iloc[4].equals(found["alone"].iloc[0])
    assert found["alone"].x_support[0] == 1
    assert found["all"].x_mean[:4].isna().all()
    assert found["all"].x_support[:3].tolist() == [0, 0, 0]


def _crs(code):
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(code)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


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
        assert reader.row_step == 5
    assert facts(path, backend, whole(64, 64)).x_mean == 1


@pytest.mark.skipif(not ONTARIO.exists(), reason="the shared sample is not here")
def test_ontario_stands(backend):
    """Real stands of 0.004 to 60 ha on cells of 20 m; the .prj and the raster spell one CRS differently."""
    geometry, crs = _ontario()
    raster = open_raster(str(ONTARIO / "mraster.tif"), "canopy", crs, backend=backend)
    assert raster.to_grid is None
    with closing(raster.reader):
        result = evidence([str(number) for number in range(len(geometry))], geometry, [raster])
    found = result.columns
    assert found.columns.tolist()[:3] == ["canopy_zq90_mean", "canopy_zq90_std", "canopy_zq90_support"]
    assert (found.canopy_zq90_support == 0).sum() == 5
    assert found.canopy_zq90_mean.isna().sum() == 5


@pytest.mark.oracle
@pytest.mark.skipif(not ONTARIO.exists(), reason="the shared sample is not here")
@pytest.mark.filterwarnings("ignore:Spatial reference system")
def test_ontario_stands_agree_with_exactextract():
    pytest.importorskip("exactextract")
    geometry, crs = _ontario()
    raster = open_raster(str(ONTARIO / "mraster.tif"), "canopy", crs)
    with closing(raster.reader):
        found = evidence(range(len(geometry)), geometry, [raster]).columns
    rows = _from_exactextract(ONTARIO / "mraster.tif", ONTARIO / "inventory_polygons.shp")
    areas = shapely.area(geometry) / 400
    for number, band in enumerate(("zq90", "pzabove2", "zsd"), start=1):
        mean, spread, count = (
            np.array([row[f"band_{number}_{name}"] for row in rows], dtype=float) for name in ("mean", "stdev", "count")
        )
        np.testing.assert_allclose(found[f"canopy_{band}_mean"], mean, rtol=1e-6)
        np.testing.assert_allclose(found[f"canopy_{band}_std"], spread, rtol=1e-6, atol=1e-5)
        np.testing.assert_allclose(found[f"canopy_{band}_support"] * areas, count, rtol=1e-6, atol=1e-6)


def _from_exactextract(raster, layer):
    """Asked in a process of its own, where no QGIS lends it another GEOS."""
    sys.path.append(str(Path(__file__).parents[2] / "core" / "rasters"))
    from oracle import ask_files

    return ask_files(raster, layer, ["mean", "stdev", "count"])


def _ontario():
    layer = gdal.OpenEx(str(ONTARIO / "inventory_polygons.shp"))
    rows = layer.GetLayer()
    geometry = np.array([shapely.from_wkb(bytes(row.GetGeometryRef().ExportToWkb())) for row in rows], dtype=object)
    return geometry, rows.GetSpatialRef().ExportToWkt()


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


def test_an_elevation_model_adds_slopes(folder, backend):
    columns, rows = np.meshgrid(np.arange(40), np.arange(30))
    heights = (500 + columns * 10 * np.tan(np.radians(30)) + rows * 0).astype(np.float32)[None]
    path = write(folder / "dem.tif", heights)
    raster = open_raster(path, "dem", CGCS_39, backend)
    with closing(raster.reader):
        stand = shapely.box(39500055, 2899755, 39500305, 2899955)
        found = evidence(["a"], np.array([stand], dtype=object), [raster]).columns.loc["a"]
    assert found.slope_deg_mean == pytest.approx(30, rel=1e-4)
    assert (found.slope_over_25_share, found.slope_over_35_share, found.aspect_code) == (1, 0, 7)
    assert found.elevation_m_mean == pytest.approx(found.dem_mean)


def test_a_recipe_names_the_elevation_model(folder, backend):
    raster = open_raster(write(folder / "h.tif", np.ones((1, 30, 40))), "height", CGCS_39, backend)
    recipe = folder / "recipe.json"
    recipe.write_text('{"dem": "Height"}', encoding="utf-8")
    with closing(raster.reader):
        (known,) = apply_recipe(recipe, [raster]).rasters
        found = evidence(["a"], whole(40, 30), [known], low_support=0.5).columns.loc["a"]
        recipe.write_text('{"dem": "other"}', encoding="utf-8")
        with pytest.raises(InputError):
            apply_recipe(recipe, [raster])
    assert found.slope_deg_mean == 0
    assert found.elevation_m_mean == 1


def test_canopy_heights_are_known_by_name_or_by_the_recipe(folder, backend):
    path = write(folder / "h.tif", np.arange(12.0).reshape(1, 3, 4))
    recipe = folder / "recipe.json"
    recipe.write_text('{"chm": "Lidar_2023"}', encoding="utf-8")
    for name in ("chm", "CHM", "lidar_2023", "other"):
        raster = open_raster(path, name, CGCS_39, backend)
        with closing(raster.reader):
            if name == "other":
                with pytest.raises(InputError) as caught:
                    apply_recipe(recipe, [raster])
                assert (caught.value.code, caught.value.values["place"]) == ("RECIPE_WRONG", "chm")
            else:
                known = apply_recipe(recipe, [raster]).rasters if name.startswith("l") else [raster]
                found = evidence(["a"], whole(), known).columns.loc["a"]
                assert found.canopy_height_m_mean == found[f"{name}_mean"] == 5.5
                assert found.canopy_height_m_max == 11
                assert found.canopy_over_2m_share == pytest.approx(9 / 12)


def test_a_recipe_that_names_another_model_takes_the_role_from_the_name(folder, backend):
    flat, steep = np.ones((1, 30, 40)), np.tile(np.arange(40.0) * 10, (1, 30, 1))
    recipe = folder / "recipe.json"
    recipe.write_text('{"dem": "lidar", "chm": "crowns"}', encoding="utf-8")
    rasters = [
        open_raster(write(folder / f"{name}.tif", values), name, CGCS_39, backend)
        for name, values in (("lidar", steep), ("dem", flat), ("crowns", steep), ("chm", flat))
    ]
    try:
        found = evidence(["a"], whole(40, 30), apply_recipe(recipe, rasters).rasters, low_support=0.5).columns
    finally:
        for raster in rasters:
            raster.reader.close()
    assert found.columns.is_unique
    assert found.slope_deg_mean["a"] == pytest.approx(45, rel=1e-3)
    assert found.elevation_m_mean["a"] == pytest.approx(195)
    assert found.canopy_height_m_mean["a"] == pytest.approx(195)


def test_a_recipe_file_is_applied(folder, backend):
    numbers = np.stack([np.full((3, 4), number, dtype=np.uint16) for number in (300, 4000)])
    path = write(folder / "s.tif", numbers, names=["B04", "B08"])
    recipe = folder / "recipe.json"
    recipe.write_text('{"scenes": [{"raster": "S2", "sensor": "sentinel2", "indices": ["NDVI"]}]}', encoding="utf-8")
    raster = open_raster(path, "s2", CGCS_39, backend)
    with closing(raster.reader):
        prepared = apply_recipe(recipe, [raster])
        found = evidence(["a"], whole(), prepared.rasters).columns.loc["a"]
    assert found.s2_ndvi_mean == pytest.approx(3700 / 4300)
    assert prepared.issues.code.tolist() == ["SENTINEL2_OFFSET_REMOVED_BEFORE"]


def scaled(path, values, scale, offset, **more):
    write(path, values, **more)
    file = gdal.Open(str(path), gdal.GA_Update)
    file.GetRasterBand(1).SetScale(scale)
    file.GetRasterBand(1).SetOffset(offset)
    file = None
    return path


def test_heights_are_those_the_file_declares_and_other_numbers_are_told_to_be_stored_ones(folder, backend):
    path = scaled(folder / "dm.tif", np.full((1, 12, 12), 5000, np.int16), 0.1, 20.0)
    stand = np.array([shapely.box(39500020, 2899900, 39500100, 2899980)], dtype=object)
    recipe = folder / "recipe.json"
    for name, mean, told, roles in (
        ("dem", 520.0, 0, {}),
        ("chm", 520.0, 0, {}),
        ("x", 5000.0, 1, {}),
        ("x", 520.0, 0, {"dem": "x"}),
        ("x", 520.0, 0, {"chm": "x"}),
        ("dem", 520.0, 0, {"dem": "dem"}),
    ):
        raster = open_raster(f"{path}", name, CGCS_39, backend)
        recipe.write_text(json.dumps(roles), encoding="utf-8")
        with closing(raster.reader):
            found = evidence(["a"], stand, apply_recipe(recipe, [raster]).rasters)
        assert found.columns[f"{name}_mean"].iloc[0] == pytest.approx(mean)
        assert (found.issues["code"] == "RASTER_SCALE_DECLARED").sum() == told


def test_a_model_in_web_mercator_is_as_steep_as_in_a_true_grid(folder):
    columns = np.mgrid[0:40, 0:40][1]
    slopes = []
    for epsg, ground_m in ((4527, 30.0), (3857, 30.0 * np.cos(np.radians(26.7)))):
        x, y = (39545000.0, 2956000.0) if epsg == 4527 else (13074000.0, 3089000.0)
        heights = (300 + columns * ground_m * 0.5).astype(np.float32)[None]
        path = folder / f"dem{epsg}.tif"
        write(path, heights, epsg=epsg, place=(x, 30, 0, y, 0, -30))
        raster = open_raster(str(path), "dem", wkt(epsg))
        stand = np.array([shapely.box(x + 150, y - 1000, x + 1000, y - 150)], dtype=object)
        with closing(raster.reader):
            slopes.append(evidence(["a"], stand, [raster]).columns["slope_deg_mean"].iloc[0])
    assert slopes[0] == pytest.approx(np.degrees(np.arctan(0.5)), rel=1e-4)
    assert slopes[1] == pytest.approx(slopes[0], rel=6e-3)


def test_units_are_as_long_on_the_ground_as_the_projection_lets_them():
    place = np.array([[117.45, 26.7]])
    for code, expected in ((4527, 1.0), (32650, 1 / 0.9996), (3857, np.cos(np.radians(26.7)))):
        here = from_lonlat(wkt(code))(place)
        # Web Mercator is a sphere's, so north and east differ by half a percent on the ellipsoid.
        assert ground_metres(wkt(code), here)[0] == pytest.approx(
            [expected, expected], rel=6e-3 if code == 3857 else 2e-4
        )


@pytest.mark.parametrize("mark", [-9999, -32768])
def test_cells_that_mean_no_data_without_saying_so_are_told_where_stands_have_them(folder, backend, mark):
    values = np.arange(24.0, dtype=np.float32).reshape(1, 3, 8)
    values[0, 1, 1] = values[0, 1, 7] = mark
    stands = np.array(
        [shapely.box(39500000, 2899970, 39500040, 2900000), shapely.box(39500040, 2899970, 39500070, 2900000)]
    )
    for code, told in ((np.float32, ["a"]), (np.int16, ["a"]), (np.uint16, [])):
        plane = np.where(values < 0, 7, values).astype(code) if code is np.uint16 else values.astype(code)
        raster = open_raster(write(folder / f"{mark}{code.__name__}.tif", plane), "x", CGCS_39, backend=backend)
        with closing(raster.reader):
            doubts = evidence(["a", "b"], stands, [raster]).issues
        doubts = doubts[doubts["code"] == "RASTER_MARK_UNDECLARED"]
        assert doubts["stand_key"].tolist() == told
        assert doubts["value"].astype(float).tolist() == [pytest.approx(1 / 12)] * len(told)
    declared = open_raster(write(folder / "declared.tif", values, nodata=mark), "x", CGCS_39, backend=backend)
    with closing(declared.reader):
        assert "RASTER_MARK_UNDECLARED" not in set(evidence(["a", "b"], stands, [declared]).issues["code"])


@pytest.mark.parametrize("role", ["dem", "chm"])
@pytest.mark.parametrize("mark", [-9999, -32768, -3.4028234663852886e38])
def test_heights_never_hold_what_means_no_data(folder, backend, role, mark):
    values = np.full((1, 12, 12), 300.0, dtype=np.float32)
    values[0, 4:6, 4:6] = mark
    raster = open_raster(write(folder / "高程.tif", values), role, CGCS_39, backend=backend)
    with closing(raster.reader):
        found = evidence(["a"], whole(12, 12), [raster]).columns.loc["a"]
    assert found[f"{role}_mean"] == pytest.approx(300.0)
    assert found[f"{role}_support"] == pytest.approx(1 - 4 / 144)
    assert not (found.filter(like="slope_over") > 0).any()


@pytest.mark.parametrize("place", [(39500000, 0, 0, 2900000, 0, 0), (39500000, 10, 10, 2900000, 10, 10)])
def test_cells_without_an_area_have_no_place(folder, backend, place):
    with pytest.raises(InputError) as caught:
        facts(write(folder / "flat.tif", NUMBERS, place=place), backend)
    assert caught.value.code == "RASTER_WITHOUT_PLACE"
