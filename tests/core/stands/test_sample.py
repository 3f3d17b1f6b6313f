"""The packaged sample: the same stands in two handwritings, with slips that the checks must find."""

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.jobs.opening import geodesy_of
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.stands.area import stand_areas_m2
from sanming_carbon_plugin.core.stands.checks import check_stands, check_two_dates
from sanming_carbon_plugin.core.stands.mapping import recognise_fields
from sanming_carbon_plugin.core.stands.normalise import normalise_stands
from sanming_carbon_plugin.paths import resources_dir

from .layers import TABLES, codes_of, rows_of

SAMPLE = resources_dir() / "sample"
LOST_IN_THE_OLD_OFFICE = {"forest_category", "disturbance", "change_reason"}


def opened(path):
    layer = read_layer(path)
    mapping = recognise_fields(layer.attributes, TABLES)
    geodesy = geodesy_of(layer)
    area_m2 = stand_areas_m2(layer.geometry, geodesy.to_lonlat, geodesy.semi_major_m, geodesy.flattening)
    result = normalise_stands(layer, mapping, TABLES, area_m2)
    return layer, mapping, result.columns, result.issues


@pytest.fixture(scope="module")
def township():
    return opened(SAMPLE / "stands.gpkg")


@pytest.fixture(scope="module")
def old_office():
    return opened(SAMPLE / "gbk" / "xiaoban.shp")


def test_every_column_is_recognised_without_typing(township, old_office):
    for layer, mapping, _, _ in (township, old_office):
        assert set(mapping.fields.values()) == set(layer.attributes.columns)
        assert not mapping.ambiguous


def test_labels_mu_and_percent_give_the_same_stands(township, old_office):
    ours = township[2].assign(place=lambda facts: facts["area_ha"].round(3).astype(str) + facts["compartment"])
    theirs = old_office[2].assign(place=lambda facts: facts["area_ha"].round(3).astype(str) + facts["compartment"])
    both = theirs.merge(ours, on="place", suffixes=("", "_township"), validate="one_to_one")
    assert len(both) == len(theirs)
    for name in set(theirs.columns) - {"place", "township", "village"} - LOST_IN_THE_OLD_OFFICE:
        one, other = both[name], both[f"{name}_township"]
        if one.isna().all():
            continue
        if one.dtype == object:
            assert (one.fillna("") == other.fillna("")).all(), name
        else:
            np.testing.assert_allclose(one, other, rtol=0.02, atol=0.011, err_msg=name)


def test_the_slips_made_on_purpose_are_found(township):
    layer, _, facts, doubts = township
    issues = check_stands(layer, facts, TABLES)
    assert len(rows_of(doubts, "AGE_GROUP_DISAGREES")) >= 4
    assert list(rows_of(doubts, "SPECIES_UNKNOWN")["value"]) == ["999"]
    assert len(rows_of(doubts, "VALUE_OUT_OF_RANGE")) >= 3
    assert len(rows_of(issues, "AREA_DISAGREES")) >= 4
    assert not {"OVERLAP", "GAP", "RING_CROSSES_ITSELF"} & codes_of(issues)


def test_the_stands_rolled_forward_are_told(township):
    earlier = opened(SAMPLE / "stands_2015.gpkg")[2]
    issues = check_two_dates(township[2], earlier, TABLES.settings)
    assert len(rows_of(issues, "GROWTH_BY_TABLE")) >= 3
