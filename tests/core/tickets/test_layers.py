"""Layers of credited parcels and of tenure, as offices hand them in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.profiles import load_profile
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.stands.layer import VectorLayer
from sanming_carbon_plugin.core.tickets.credited_parcels import CreditedParcels
from sanming_carbon_plugin.core.tickets.double_count import free_share
from sanming_carbon_plugin.core.tickets.tenure import TenureParcels, tenure_cover
from sanming_carbon_plugin.core.tickets.ticket_issues import tenure_doubts

from .conftest import FiveYears, shapes

pytestmark = pytest.mark.everywhere

RIGHTS = load_profile().value("tenure_rights")
SQUARE = shapely.box(0, 0, 100, 100)


def layer(geometry=(SQUARE,), **columns):
    frame = pd.DataFrame({name: np.asarray([*values, None], dtype=object)[:-1] for name, values in columns.items()})
    return VectorLayer("parcels", frame, {}, shapes(*geometry), "EPSG:4527", source="parcels.gpkg")


def test_credited_columns_are_found_whatever_their_case_or_by_a_mapping():
    found = CreditedParcels.from_layer(
        layer(Scheme=["CCER"], SCHEME_ID=["1"], 起始=["2016-01-01"], period_end=[None]), {"period_start": "起始"}
    )
    assert (found.scheme[0], found.period_start[0], found.period_end[0]) == ("CCER", "2016-01-01", None)
    assert free_share(shapes(SQUARE), ["A"], FiveYears(), [found]).free_share["A"] == 0.0


def test_a_missing_column_is_named():
    with pytest.raises(InputError) as caught:
        CreditedParcels.from_layer(layer(scheme=["CCER"], period_end=["2020-12-31"]))
    assert caught.value.code == "CREDITED_FIELD_MISSING"
    assert caught.value.values["fields"] == "scheme_id, period_start"
    with pytest.raises(InputError) as caught:
        TenureParcels.from_layer(layer(holder=["张三"]))
    assert caught.value.code == "TENURE_FIELD_MISSING"


def tenure(disputed, valid_to="2040-01-01", geometry=(SQUARE,)):
    count = len(geometry)
    words = [disputed] * count if not isinstance(disputed, list) else disputed
    columns = {"certificate": ["证1"] * count, "holder": ["张三"] * count, "right": ["林地、林木"] * count}
    return TenureParcels.from_layer(layer(geometry, **columns, valid_to=[valid_to] * count, disputed=words))


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("是", "yes"), ("TRUE", "yes"), (1.0, "yes"), ("否", "no"), ("0", "no"), (False, "no"), ("?", None), (None, None)],
)
def test_disputes_are_read_as_offices_write_them(word, meaning):
    assert tenure(word).disputed[0] == meaning


def test_what_a_tenure_layer_leaves_open_is_told():
    def told(parcels):
        return dict(tenure_doubts(parcels)[["code", "value"]].itertuples(index=False))

    assert told(None) == {}
    assert set(told(tenure(["是", "否", None, "-", "未知"], geometry=[SQUARE] * 5))) == {"TENURE_START_UNKNOWN"}
    open_ones = told(tenure(["待核", "否", "调处中", "待核"], geometry=[SQUARE, None, SQUARE, None]))
    assert open_ones["TENURE_DISPUTE_UNCLEAR"] == "待核; 调处中"
    assert open_ones["TENURE_PLACE_UNKNOWN"] == "2"


def test_a_wrong_term_is_one_clear_error():
    with pytest.raises(InputError) as caught:
        tenure_cover(shapes(SQUARE), tenure("no", valid_to="2030年"), FiveYears())
    assert caught.value.code == "TENURE_DATE_UNREADABLE"


def test_a_term_without_end_holds():
    assert tenure_cover(shapes(SQUARE), tenure("no", valid_to="长期"), FiveYears(), rights=RIGHTS).proved[0] == 1.0


def test_a_dispute_outweighs_a_certificate_on_the_same_ground():
    half = shapely.box(0, 0, 50, 100)
    cover = tenure_cover(
        shapes(SQUARE, None), tenure(["no", "yes"], geometry=(SQUARE, half)), FiveYears(), rights=RIGHTS
    )
    assert (cover.proved[0], cover.disputed[0]) == (0.5, 0.5)
    assert np.isnan(cover.proved[1])
    unknown = tenure_cover(shapes(SQUARE), tenure([None, "no"], geometry=(SQUARE, half)), FiveYears(), rights=RIGHTS)
    assert (unknown.proved[0], unknown.provable[0]) == (0.5, 1.0)
    assert tenure_cover(shapes(SQUARE), tenure("no"), None).proved[0] == 0.0
