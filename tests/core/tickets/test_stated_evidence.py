"""What only the office can state about a stand comes from columns of its layer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.parcel_fields import parcel_fields
from sanming_carbon_plugin.core.stands.layer import VectorLayer
from sanming_carbon_plugin.core.tickets.profiles import TICKET_FIELDS
from sanming_carbon_plugin.core.tickets.stated_evidence import PREVIOUS_SINK, stated_evidence

pytestmark = pytest.mark.everywhere

KEYS = pd.Index(["A", "B", "C", "D"], name="stand_key")


def test_words_and_numbers_are_read_and_what_cannot_be_read_stays_unknown():
    rows = pd.DataFrame({"炼山": ["是", "否", None, "也许"], "土壤扰动比例": [0.1, np.nan, 3.0, 0.0]}, index=range(4))
    found = stated_evidence(rows, {"cleared_or_burned": "炼山", "soil_disturbed_share": "土壤扰动比例"}, KEYS)
    assert found.columns["cleared_or_burned"].tolist() == ["yes", "no", None, None]
    np.testing.assert_equal(found.columns["soil_disturbed_share"].to_numpy(), [0.1, np.nan, np.nan, 0.0])
    told = found.issues.set_index("field")
    assert told.loc["炼山", "value"] == "1"
    assert told.loc["土壤扰动比例", "value"] == "1"
    assert set(told["code"]) == {"TICKET_EVIDENCE_UNREADABLE"}


def test_nothing_stated_is_nothing_known():
    found = stated_evidence(pd.DataFrame(index=range(4)), {}, KEYS)
    assert found.columns.shape == (4, 0)
    assert len(found.issues) == 0


def test_columns_are_found_by_the_names_offices_use():
    rows = pd.DataFrame({"湿地": ["否"], "Managed": ["是"], "上期年碳汇量": [5.0], "DI_LEI": ["0111"]})
    layer = VectorLayer("l", rows, {}, np.array([None], dtype=object), None)
    columns = parcel_fields(layer, "evidence")
    assert columns == {"wetland": "湿地", "managed": "Managed", PREVIOUS_SINK: "上期年碳汇量"}
    assert set(columns) <= {*TICKET_FIELDS, PREVIOUS_SINK}
