import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sanming_carbon_plugin.core.stands.keys import repeated_keys, stand_keys

part = st.none() | st.sampled_from(["1", "2", "1-2", "1#1", "1#2", ""])


def test_parts_are_joined_and_missing_ones_are_zero():
    keys = stand_keys(["350428", "350428"], ["101", None], ["201", np.nan], ["003", ""], ["00012", "7"])
    assert list(keys) == ["350428-101-201-003-00012", "350428-0-0-0-7"]
    assert not repeated_keys(keys).any()


def test_every_row_of_a_repeated_key_is_numbered_in_source_order():
    keys = stand_keys(["350428"] * 4, ["1"] * 4, ["1"] * 4, ["1"] * 4, ["5", "6", "5", "5"])
    assert [key.rsplit("-", 1)[1] for key in keys] == ["5#1", "6", "5#2", "5#3"]
    assert list(repeated_keys(keys)) == [True, False, True, True]


@given(st.lists(st.tuples(part, part, part, part, part), max_size=30))
def test_no_two_stands_share_a_key(rows):
    columns = list(zip(*rows, strict=True)) if rows else [[], [], [], [], []]
    keys = stand_keys(*columns)
    assert len(set(keys)) == len(rows)
