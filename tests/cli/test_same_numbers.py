"""The sample's numbers are the same on each run and on both machines."""

import pytest

from .sample_run import differences, read_control, run


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return run(tmp_path_factory.mktemp("first"))


def test_the_sample_gives_the_numbers_of_the_control_table(first):
    names, rows = first
    assert set(names) == set(read_control()[0])
    found = differences(names, rows, read_control())
    assert not found, "\n".join(found[:20])


@pytest.mark.long
def test_a_second_run_gives_the_same_to_the_last_digit(first, tmp_path):
    assert run(tmp_path) == first
