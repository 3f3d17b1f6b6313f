"""Layers in an old datum are not laid over stands in the new one as if both were one."""

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.crs import from_lonlat, wkt_from_user_input
from sanming_carbon_plugin.adapters.jobs.opening import beside
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.stands.layer import VectorLayer

SQUARE = np.array([[117.6, 26.2], [117.61, 26.2], [117.61, 26.21], [117.6, 26.21]])


def layer(epsg, *, is_empty=False):
    crs_wkt = wkt_from_user_input(f"EPSG:{epsg}")
    outline = None if is_empty else shapely.Polygon(from_lonlat(crs_wkt)(SQUARE))
    geometry = np.array([outline], dtype=object)
    return VectorLayer("old", pd.DataFrame(index=[0]), {}, geometry, crs_wkt, source="old.shp")


@pytest.mark.parametrize("epsg", [4610, 2363, 4214, 2415])
def test_xian_1980_and_beijing_1954_are_refused_beside_cgcs2000(epsg):
    """They lie about 100 m off: the neighbour's credit would be taken from a stand, and its own be free."""
    with pytest.raises(InputError) as caught:
        beside(layer(epsg), layer(4527))
    assert caught.value.code == "CRS_SHIFT_UNKNOWN"
    assert caught.value.values["path"] == "old.shp"
    assert caught.value.values["layer_crs"].startswith(f"EPSG:{epsg} ")


@pytest.mark.parametrize("epsg", [4490, 4326, 32650, 3857])
def test_systems_that_lie_within_a_metre_or_two_are_moved(epsg):
    (moved,) = beside(layer(epsg), layer(4527)).geometry
    assert shapely.hausdorff_distance(moved, layer(4527).geometry[0]) < 1e-3


def test_two_layers_of_one_old_datum_fit():
    (moved,) = beside(layer(4610), layer(2363)).geometry
    assert shapely.hausdorff_distance(moved, layer(2363).geometry[0]) < 1e-3


def test_a_layer_without_outlines_lies_nowhere_wrong():
    assert beside(layer(4610, is_empty=True), layer(4527)).geometry.tolist() == [None]
