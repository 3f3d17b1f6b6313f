"""Where cells lie: turned grids, stands moved to the raster, real stands beside exactextract, metres on the ground."""

import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely
from made_rasters import CGCS_39, NUMBERS, facts, wkt, write
from osgeo import gdal, osr

from sanming_carbon_plugin.adapters.crs import from_lonlat
from sanming_carbon_plugin.adapters.rasters import open_raster
from sanming_carbon_plugin.adapters.rasters.ground import ground_metres
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.evidence import evidence

ONTARIO = Path(__file__).parents[3] / "../shared/data/ontario_stands"


def test_south_up_and_rotated_grids(folder, backend):
    south_up = write(folder / "s.tif", NUMBERS, place=(39500000, 10, 0, 2899970, 0, 10))
    top_row = np.array([shapely.box(39500000, 2899990, 39500040, 2900000)], dtype=object)
    assert facts(south_up, backend, top_row).x_mean == pytest.approx(NUMBERS[0, 2].mean())
    turned = write(folder / "r.tif", NUMBERS, place=(39500000, 6, 8, 2900000, 8, -6))
    cell = shapely.Polygon(
        [(39500000 + 6 * c + 8 * r, 2900000 + 8 * c - 6 * r) for c, r in ((1, 1), (2, 1), (2, 2), (1, 2))]
    )
    assert facts(turned, backend, np.array([cell], dtype=object)).x_mean == pytest.approx(NUMBERS[0, 1, 1])


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


@pytest.mark.parametrize("place", [(39500000, 0, 0, 2900000, 0, 0), (39500000, 10, 10, 2900000, 10, 10)])
def test_cells_without_an_area_have_no_place(folder, backend, place):
    with pytest.raises(InputError) as caught:
        facts(write(folder / "flat.tif", NUMBERS, place=place), backend)
    assert caught.value.code == "RASTER_WITHOUT_PLACE"


@pytest.mark.parametrize(("epsg", "is_told"), [(4610, True), (2363, True), (4214, True), (2415, True), (4326, False)])
@pytest.mark.parametrize("stands_epsg", [4527, 4490])
def test_old_datums_without_a_known_shift_are_told(folder, epsg, is_told, stands_epsg):
    """Xi'an 1980 and Beijing 1954 lie about 100 m beside CGCS2000, and PROJ knows no way over land in Fujian."""
    corner = from_lonlat(wkt(epsg))(np.array([[117.6, 26.2]]))[0]
    size = 10 if epsg > 2000 and epsg < 4000 else 1e-4
    path = write(folder / "d.tif", NUMBERS, epsg=epsg, place=(corner[0], size, 0, corner[1], 0, -size))
    stand = shapely.box(*from_lonlat(wkt(stands_epsg))(np.array([[117.6, 26.1998], [117.6002, 26.2]])).ravel())
    for extent in (None, stand.bounds):
        raster = open_raster(path, "dem", wkt(stands_epsg), extent=extent)
        with closing(raster.reader):
            issues = evidence(["a"], np.array([stand], dtype=object), [raster]).issues
        assert ("RASTER_SHIFT_UNKNOWN" in set(issues.code)) == is_told
    if is_told:
        (params,) = issues.params[issues.code == "RASTER_SHIFT_UNKNOWN"]
        assert params["stands"].startswith(f"EPSG:{stands_epsg} ")


def test_a_shift_that_the_system_states_is_told_only_where_it_is_not_applied(folder):
    """PROJ takes TOWGS84 at its word, and leaves it out on the way to CGCS2000."""
    reference = osr.SpatialReference()
    reference.ImportFromProj4("+proj=longlat +ellps=krass +towgs84=15,-154,-81,0,0,0,0 +no_defs")
    for epsg, is_told in ((4326, False), (4490, True)):
        path = write(folder / f"{epsg}.tif", NUMBERS, epsg=epsg, place=(117.6, 1e-4, 0, 26.2, 0, -1e-4))
        raster = open_raster(path, "x", reference.ExportToWkt())
        with closing(raster.reader):
            assert bool(raster.doubts) == is_told
            assert (raster.to_grid is None) == is_told
