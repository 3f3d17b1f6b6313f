"""Which coordinate system it is, and whether two are the same."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from osgeo import osr

from sanming_carbon_plugin.adapters import crs
from sanming_carbon_plugin.adapters.messages import render_error
from sanming_carbon_plugin.adapters.vectors.reading import require_crs
from sanming_carbon_plugin.core.errors import InputError

pytestmark = pytest.mark.everywhere


def wkt(code: int) -> str:
    return crs.wkt_from_user_input("EPSG:{}".format(code))


def esri(code: int) -> str:
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(code)
    reference.MorphToESRI()
    return reference.ExportToWkt()


def wkt1(code: int) -> str:
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(code)
    return reference.ExportToWkt()


@pytest.mark.parametrize("code", [4490, 4326, 4527, 4528, 4547, 4548, 4549, 32650, 2363, 3857, 26917, 4508])
def test_one_system_in_three_spellings(code):
    assert crs.same_crs(wkt(code), esri(code))
    assert crs.same_crs(wkt(code), wkt1(code))
    assert crs.same_crs(esri(code), wkt(code))


@pytest.mark.parametrize(
    ("a", "b"),
    [(4527, 4548), (4527, 4528), (4490, 4326), (4547, 4548), (32650, 4548), (26917, 32617), (2363, 4527), (3857, 4326)],
)
def test_different_systems(a, b):
    assert not crs.same_crs(wkt(a), wkt(b))
    assert not crs.same_crs(esri(a), wkt(b))


def test_a_custom_name_is_the_same_system():
    text = esri(26917).replace("NAD_1983_UTM_Zone_17N", "UTM_Zone_17")
    assert crs.same_crs(text, wkt(26917))
    assert not crs.same_crs(text, wkt(26918))


def test_an_unknown_datum_is_not_any_datum():
    unknown = 'GEOGCS["x",DATUM["unknown",SPHEROID["a",6378137,298.257222101]],PRIMEM["G",0],UNIT["degree",0.01745329]]'
    assert not crs.same_crs(unknown, wkt(4490))


def test_authority():
    assert crs.authority(wkt(4527)) == "EPSG:4527"
    assert crs.authority(esri(4548)) == "EPSG:4548"
    local = "PROJCS[" + esri(4548)[len("PROJCS[") :].replace("117.0", "117.3333")
    assert crs.authority(local) is None


@given(st.floats(115.6, 119.9), st.floats(23.6, 28.4))
def test_way_there_and_back(longitude, latitude):
    point = np.asarray([[longitude, latitude]])
    for code in (4527, 4548, 4490, 32650):
        plane = crs.from_lonlat(wkt(code))(point)
        assert crs.to_lonlat(wkt(code))(plane) == pytest.approx(point, abs=1e-9)


def test_axis_order_is_always_x_y():
    plane = crs.transformer(wkt(4490), wkt(4527))(np.asarray([[117.5, 26.5]]))
    assert 39_549_000 < plane[0, 0] < 39_550_000
    assert 2_932_000 < plane[0, 1] < 2_933_000


def test_prefix_is_a_shift():
    points = np.asarray([[39_565_000.0, 2_920_000.0], [39_500_000.0, 2_800_000.0]])
    moved = crs.transformer(wkt(4527), wkt(4548))(points)
    assert moved == pytest.approx(points - [39_000_000.0, 0.0], abs=1e-4)


def test_transformation_keeps_unknown_and_impossible_places_unknown():
    points = np.asarray([[117.0, 26.0], [np.nan, 26.0], [117.0, 95.0], [np.inf, 0.0]])
    moved = crs.transformer(wkt(4326), wkt(32650))(points)
    assert np.isfinite(moved[0]).all()
    assert np.isnan(moved[1:]).all()
    assert crs.transformer(wkt(4326), wkt(32650))(np.empty((0, 2))).shape == (0, 2)


def test_a_copy_is_handed_back_for_the_same_system():
    points = np.asarray([[1.0, 2.0]])
    moved = crs.transformer(wkt(4527), esri(4527))(points)
    moved[0, 0] = 9.0
    assert points[0, 0] == 1.0


def test_ellipsoids():
    assert crs.ellipsoid(wkt(4527)) == pytest.approx((6_378_137.0, 1 / 298.257222101))
    assert crs.ellipsoid(wkt(2363)) == pytest.approx((6_378_140.0, 1 / 298.257))
    assert crs.ellipsoid(esri(32650)) == pytest.approx((6_378_137.0, 1 / 298.257223563))


def test_units():
    assert crs.metres_per_unit(wkt(4527)) == 1.0
    assert np.isnan(crs.metres_per_unit(wkt(4490)))
    assert crs.is_geographic(wkt(4490))
    assert not crs.is_geographic(wkt(4527))


@pytest.mark.parametrize(
    ("extent", "first", "also"),
    [
        ((116.4, 25.5, 118.6, 27.1), "EPSG:4490", "EPSG:4326"),
        ((39_450_000, 2_820_000, 39_660_000, 3_000_000), "EPSG:4527", "EPSG:2363"),
        ((38_640_000, 2_820_000, 38_700_000, 3_000_000), "EPSG:4526", None),
        ((40_350_000, 2_820_000, 40_400_000, 3_000_000), "EPSG:4528", None),
        ((450_000, 2_820_000, 660_000, 3_000_000), "EPSG:4548", "EPSG:4547"),
        ((20_450_000, 2_820_000, 20_660_000, 3_000_000), "EPSG:4498", "EPSG:2334"),
        ((12_960_000, 2_940_000, 13_200_000, 3_150_000), "EPSG:3857", None),
    ],
)
def test_candidates_from_coordinates(extent, first, also):
    codes = [candidate.code for candidate in crs.candidates(extent)]
    assert codes[0] == first
    assert also is None or also in codes
    assert not crs.extent_mismatch(crs.wkt_from_user_input(first), extent)


def test_no_candidate_for_coordinates_from_elsewhere():
    assert crs.candidates((5e9, 5e9, 6e9, 6e9)) == []
    assert crs.candidates((np.nan,) * 4) == []
    assert crs.candidates((1.2e6, 2.9e6, 1.21e6, 2.91e6)) == []  # too far east for a plane without a zone's prefix
    assert crs.candidates((5e5, 3.3e6, 5.1e5, 3.31e6)) == []  # north of Fujian
    assert "EPSG:32650" in [candidate.code for candidate in crs.candidates((5e5, 2.9e6, 5.1e5, 2.91e6))]


FUJIAN_4527 = (39_450_000.0, 2_820_000.0, 39_660_000.0, 3_000_000.0)


def test_extent_outside_the_area_of_use():
    plain = (FUJIAN_4527[0] - 39e6, FUJIAN_4527[1], FUJIAN_4527[2] - 39e6, FUJIAN_4527[3])
    assert not crs.extent_mismatch(wkt(4527), FUJIAN_4527)
    assert crs.extent_mismatch(wkt(4548), FUJIAN_4527)
    assert crs.extent_mismatch(wkt(4527), plain)
    assert not crs.extent_mismatch(wkt(4548), plain)
    assert crs.extent_mismatch(wkt(4490), FUJIAN_4527)
    assert crs.extent_mismatch(wkt(4527), (117.0, 26.0, 118.0, 27.0))
    assert not crs.extent_mismatch(wkt(4527), (np.nan,) * 4)


def test_a_layer_over_the_edge_of_its_zone_passes():
    east = crs.from_lonlat(wkt(4527))(np.asarray([[118.3, 26.0], [118.66, 26.5]]))
    assert not crs.extent_mismatch(wkt(4527), (*east[0], *east[1]))


@pytest.mark.parametrize("text", ["", "  ", "EPSG:999999", "三明", 'PROJCS["broken"'])
def test_nonsense_is_refused(text):
    with pytest.raises(InputError) as caught:
        crs.wkt_from_user_input(text)
    assert caught.value.code == "CRS_NOT_READABLE"


def test_local_systems_have_no_place():
    local = 'LOCAL_CS["CAD",UNIT["Meter",1]]'
    assert not crs.is_georeferenced(local)
    assert crs.is_georeferenced(wkt(4527))
    for call in (crs.ellipsoid, crs.to_lonlat):
        with pytest.raises(InputError) as caught:
            call(local)
        assert caught.value.code == "CRS_NOT_GEOREFERENCED"


@pytest.mark.parametrize(
    ("place", "crs_wkt", "code"),
    [
        ((7.0e6, 9.0e6), None, "CRS_MISSING"),
        ((7.0e6, 9.0e6), 'LOCAL_CS["CAD",UNIT["Meter",1]]', "CRS_NOT_GEOREFERENCED"),
        ((7.0e6, 9.0e6), "EPSG:4527", "CRS_EXTENT_MISMATCH"),
    ],
)
def test_coordinates_that_fit_nothing_are_told_so(place, crs_wkt, code):
    squares = np.array([shapely.box(place[0], place[1], place[0] + 100, place[1] + 100)])
    with pytest.raises(InputError) as caught:
        require_crs(wkt(4527) if crs_wkt == "EPSG:4527" else crs_wkt, squares, "三明.shp")
    assert caught.value.code == code
    english, chinese = (render_error(caught.value, language)[0] for language in ("en", "zh"))
    assert english.endswith("fit none of the coordinate systems used in Fujian.")
    assert chinese.endswith("与福建常用的坐标系都不符。")
    assert "可能是" not in chinese
    assert "?" not in english + chinese


def test_coordinates_that_fit_some_are_told_which():
    squares = np.array([shapely.box(39_500_000, 2_900_000, 39_500_100, 2_900_100)])
    with pytest.raises(InputError) as caught:
        require_crs(None, squares, "三明.shp")
    english, chinese = (render_error(caught.value, language)[0] for language in ("en", "zh"))
    assert "fit EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39), EPSG:2363 (" in english
    assert "可能是 EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)、EPSG:2363 (" in chinese
