"""A certificate proves a title only with a number, a right to land and trees, and a term that has begun."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.parcel_fields import parcel_fields
from sanming_carbon_plugin.adapters.profiles import load_profile, shipped_profiles
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.stands.layer import VectorLayer
from sanming_carbon_plugin.core.tickets.profiles import Profile
from sanming_carbon_plugin.core.tickets.tenure import TenureParcels, tenure_cover
from sanming_carbon_plugin.core.tickets.tenure_rights import rights_proved

from .conftest import FiveYears, shapes
from .test_applications import pieces
from .ticket_stands import checked, edited, sign, stand

pytestmark = pytest.mark.everywhere

RIGHTS = load_profile().value("tenure_rights")
WHOLE = shapely.box(0, 0, 300, 100)
GOOD = {"certificate": "闽(2010)001", "holder": "张三", "right": "林权", "valid_to": "2050-12-31", "disputed": "否"}


def texts(*values):
    return np.asarray([*values, None], dtype=object)[:-1]


def parcels(**changes):
    """One parcel over all stands, as the adapter reads it from an office's layer."""
    frame = pd.DataFrame({name: texts(value) for name, value in {**GOOD, **changes}.items()})
    layer = VectorLayer("zongdi", frame, {}, shapes(WHOLE), "EPSG:4527", source="zongdi.gpkg")
    return TenureParcels.from_layer(layer, parcel_fields(layer, "tenure"))


BOTH = ["林权", "林地使用权和林木所有权", "林地、林木所有权", "林地和林木所有权使用权", "林地承包经营权/林木所有权",
        "土地承包经营权/森林、林木所有权", "林地使用权／森林、林木使用权", " 林地 使用权 及 林木 所有权 "]  # fmt: skip
ONE = ["林地所有权", "林地承包经营权", "林地经营权", "林木所有权", "森林、林木使用权"]
NOBODY_KNOWS = [
    "待定",
    "租赁经营权",
    "林地租赁经营权",
    "其他",
    "12",
    "所有权",
    "经营权",
    "林地使用权和林木所有权（待办）",
    None,
]


@pytest.mark.parametrize(("words", "expected"), [(BOTH, 1), (ONE, -1), (NOBODY_KNOWS, 0)])
def test_which_rights_a_certificate_names(words, expected):
    assert rights_proved(texts(*words), RIGHTS).tolist() == [expected] * len(words)
    assert not rights_proved(texts(*words), None).any()


CASES = [
    ({}, "yes", None),
    ({"certificate": None}, "unknown", "certificate_missing"),
    ({"certificate": " 无 "}, "unknown", "certificate_missing"),
    ({"right": "林地所有权"}, "no", "right_incomplete"),
    ({"right": "林木所有权"}, "no", "right_incomplete"),
    ({"right": "待定"}, "unknown", "right_unknown"),
    ({"right": None}, "unknown", "right_unknown"),
    ({"valid_from": "2016-01-01"}, "yes", None),
    ({"valid_from": "2016-01-02"}, "no", "starts_late"),
    ({"发证日期": "2023/01/01"}, "no", "starts_late"),
    ({"登记日期": "20230101"}, "no", "starts_late"),
    ({"发证日期": "2023-01-01", "起始日期": "2003-01-01"}, "yes", None),
    ({"valid_from": None}, "yes", None),
]


@pytest.mark.parametrize(("changes", "outcome", "reason"), CASES)
def test_a_piece_is_proved_by_number_right_and_term(changes, outcome, reason):
    found = pieces(parcels(**changes))
    assert set(found["outcome"]) == {outcome}
    assert set(found["reason"]) == {reason}


@pytest.mark.parametrize(("changes", "outcome", "reason"), CASES)
def test_a_stand_is_proved_by_the_same(changes, outcome, reason):
    check = checked(edited("sanming_ticket", tenure_evidence="proved"), stand(), tenure_layer=parcels(**changes))
    assert sign(check, "TITLE") == {"yes": "+", "no": "-", "unknown": "?"}[outcome]
    cover = tenure_cover(shapes(WHOLE), parcels(**changes), FiveYears(), rights=RIGHTS)
    assert cover.proved[0] == (1.0 if outcome == "yes" else 0.0)
    assert cover.provable[0] == (0.0 if outcome == "no" else 1.0)


def test_a_start_that_nobody_stated_is_told():
    told = checked(load_profile(), stand(), tenure_layer=parcels()).stage.issues.set_index("code")
    assert str(told.loc["TENURE_START_UNKNOWN", "value"]) == "1"
    stated = checked(load_profile(), stand(), tenure_layer=parcels(valid_from="2003-05-01")).stage.issues
    assert "TENURE_START_UNKNOWN" not in set(stated["code"])


def test_a_start_that_is_no_date_is_one_clear_error():
    with pytest.raises(InputError) as caught:
        pieces(parcels(valid_from="二〇〇三年"))
    assert (caught.value.code, caught.value.values["field"]) == ("TENURE_DATE_UNREADABLE", "valid_from")


def test_the_words_for_rights_are_data_and_checked():
    for name in shipped_profiles():
        assert load_profile(name).value("tenure_rights")["trees"]
    own = edited("sanming_ticket", tenure_rights={**RIGHTS, "land_and_trees": ["林权", "股份林权"]})
    assert rights_proved(texts("股份林权"), own.value("tenure_rights")).tolist() == [1]
    for wrong in ({"land": []}, {**RIGHTS, "land": ["林权"]}, {**RIGHTS, "land": "林地"}, []):
        data = {**load_profile().data}
        settings = {**data["settings"]}
        settings["tenure_rights"] = {**settings["tenure_rights"], "value": wrong}
        with pytest.raises(InputError) as caught:
            Profile.from_dict({**data, "settings": settings})
        assert caught.value.code == "PROFILE_INVALID"
