"""Credited and tenure layers under the names that offices give their columns."""

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.parcel_fields import parcel_fields
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.stands.layer import VectorLayer
from sanming_carbon_plugin.core.tickets.credited_parcels import CreditedParcels
from sanming_carbon_plugin.core.tickets.tenure import TenureParcels


def layer(*names):
    rows = pd.DataFrame({name: ["2016-01-01"] for name in names})
    return VectorLayer("l", rows, {}, np.array([None], dtype=object), None)


@pytest.mark.parametrize(
    "names",
    [
        ("权证号", "权利人", "权利类型", "终止日期", "是否争议"),
        ("QZH", "QLR", "QLLX", "ZZRQ", "ZY"),
        ("certificate", "HOLDER", "Right", "valid_to", "disputed"),
        ("不动产权证号"[:5], "权利人名称", "权利种类", "使用期限至", "权属争议"),
    ],
)
def test_tenure_columns_are_known_by_the_names_offices_use(names):
    given = layer(*names)
    assert list(parcel_fields(given, "tenure").values()) == list(names)
    assert len(TenureParcels.from_layer(given, parcel_fields(given, "tenure"))) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("机制", "项目编号", "计入期开始", "计入期结束"),
        ("scheme", "scheme_id", "period_sta", "period_end"),
        ("项目类型", "碳票编号", "起始日期", "截止日期"),
    ],
)
def test_credited_columns_are_known_by_the_names_offices_use(names):
    given = layer(*names)
    assert list(parcel_fields(given, "credited").values()) == list(names)
    assert len(CreditedParcels.from_layer(given, parcel_fields(given, "credited"))) == 1


def test_a_role_without_a_column_is_left_to_the_error_that_names_it():
    given = layer("权证号")
    with pytest.raises(InputError, match="TENURE_FIELD_MISSING"):
        TenureParcels.from_layer(given, parcel_fields(given, "tenure"))
