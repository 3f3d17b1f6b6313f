import pandas as pd
import pytest

from sanming_carbon_plugin.core.stands.land_class import land_class_code, read_land_classes

from .layers import TABLES, codes_of, keyed, normalised


def classes(*written, decided=None):
    found = read_land_classes(pd.Series(written, dtype=object), TABLES, decided)
    return list(found.codes.value), found


@pytest.mark.parametrize(
    ("written", "code"),
    [("111", "0111"), ("0111", "0111"), ("30100", "030100"), ("0301", "030100"), ("301", "030100"), ("1631", "1631")],
)
def test_the_digits_of_a_generation(written, code):
    assert land_class_code(written) == code


def test_one_number_has_two_meanings_and_the_layer_decides():
    assert classes("0303", "030401")[0] == ["shrub", "sparse"]
    assert classes("0303", "0305")[0] == ["mangrove", "shrub"]
    assert classes("030400", "0307", "0304")[0] == ["forest_swamp", "other_forest_land", "forest_swamp"]


def test_where_the_layer_does_not_tell_the_class_stays_unknown():
    values, found = classes("0303", "0301", "0111")
    assert values == [None, "arbor", "arbor"]
    assert found.ambiguous.tolist() == [True, False, False]
    assert classes("0303", "0301", decided="DI_LEI_SANDIAO")[0] == ["mangrove", "arbor"]


def test_a_layer_that_follows_both_newer_lists_is_told_so():
    values, found = classes("0303", "030401", "0307")
    assert found.mixed
    assert values == [None, "sparse", "other_forest_land"]


def test_old_and_new_codes_and_names_in_one_layer():
    values, found = classes("0111", "030100", "乔木林地", "竹林", "采伐迹地", 120.0, None, "9999", "0")
    assert values == ["arbor", "arbor", "arbor", "bamboo", "cutover", "sparse", None, None, None]
    assert found.generations == {"DI_LEI_OLD": 2, "DI_LEI_2020": 1, "DI_LEI_SANDIAO": 0}
    assert found.codes.is_unknown().tolist() == [False] * 7 + [True, False]


def test_generations_are_told_with_counts():
    _, issues = normalised(keyed(3, DI_LEI=["0111", "030100", "0303"]))
    assert {"LAND_CLASS_LIST_OLD", "LAND_CLASS_LIST_2020", "LAND_CLASS_AMBIGUOUS"} <= codes_of(issues)
