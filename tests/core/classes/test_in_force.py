"""What counts of a stand's classes where people have decided."""

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.classes.in_force import with_decisions

COLUMNS = ("pine_transform", "pine_technique", "reserve_forest", "reserve_mode", "measures", "measure")


def stand(*values, **decided):
    frame = pd.DataFrame([values], columns=COLUMNS, dtype=object)
    return frame.assign(**{name + "_decided": pd.Series([value], dtype=object) for name, value in decided.items()})


CUT = ("yes", "clear_cut", "no", None, "pine_transform;tending", "pine_transform")
NEITHER = ("no", None, "unknown", None, "tending", "tending")
NOTHING = ("no", None, "no", None, None, None)


@pytest.mark.parametrize(
    ("computed", "decided", "counts"),
    [
        (CUT, {}, CUT),
        (CUT, {"measure": None}, CUT),
        # Against the class: its technique goes with it, and the next measure is the first one.
        (CUT, {"pine_transform": "no"}, ("no", None, "no", None, "tending", "tending")),
        (CUT, {"pine_transform": "unknown"}, ("unknown", None, "no", None, "tending", "tending")),
        (CUT, {"pine_transform": "yes"}, CUT),
        # For the class: it joins the measures in the order of the programme.
        (NEITHER, {"reserve_forest": "yes"},
         ("no", None, "yes", None, "reserve_forest;tending", "reserve_forest")),
        (NOTHING, {"reserve_forest": "yes", "reserve_mode": "young_tending"},
         ("no", None, "yes", "young_tending", "reserve_forest", "reserve_forest")),
        (("yes", "strip_cut", "no", None, "pest_control;pine_transform", "pest_control"), {"reserve_forest": "yes"},
         ("yes", "strip_cut", "yes", None, "pest_control;pine_transform;reserve_forest", "pest_control")),
        # What was said about the first measure itself counts before that.
        (CUT, {"pine_transform": "no", "measure": "closure"}, ("no", None, "no", None, "tending", "closure")),
        (CUT, {"measure": "none"}, (*CUT[:5], None)),
        (CUT, {"pine_technique": "strip_cut"}, ("yes", "strip_cut", *CUT[2:])),
        (NEITHER, {"reserve_forest": "no"}, ("no", None, "no", None, "tending", "tending")),
    ],
)  # fmt: skip
def test_what_counts(computed, decided, counts):
    found = with_decisions(stand(*computed, **decided))
    assert tuple(found[list(COLUMNS)].iloc[0]) == counts
    names = [name for name, value in decided.items() if value is not None]
    assert found["decided"].iloc[0] == (";".join(sorted(names, key=list(DECIDED_ORDER).index)) or None)


DECIDED_ORDER = ("pine_transform", "reserve_forest", "measure", "pine_technique", "reserve_mode")


def test_other_rows_and_the_given_table_stay_as_they_are():
    table = pd.concat([stand(*CUT), stand(*NEITHER)], ignore_index=True)
    table["pine_transform_decided"] = pd.Series(["no", None], dtype=object)
    table["stock_tco2e"] = [1.0, np.nan]
    before = table.copy(deep=True)
    found = with_decisions(table)
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_series_equal(found.loc[1, list(COLUMNS)], before.loc[1, list(COLUMNS)])
    assert found["decided"].tolist() == ["pine_transform", None]
    pd.testing.assert_series_equal(found["stock_tco2e"], before["stock_tco2e"])


def test_a_result_without_classes_or_decisions_is_left_alone():
    table = pd.DataFrame({"stand_key": ["a", "b"], "area_ha": [1.0, 2.0]})
    assert with_decisions(table)["decided"].tolist() == [None, None]
    assert with_decisions(table.assign(measure_decided="none"))["decided"].tolist() == [None, None]
