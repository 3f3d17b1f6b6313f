"""The sample's numbers are the same on each run and on both machines."""

from .sample_run import differences, read_control, run


def test_the_sample_gives_the_numbers_of_the_control_table(tmp_path):
    names, rows = run(tmp_path)
    assert set(names) == set(read_control()[0])
    found = differences(names, rows, read_control())
    assert not found, "\n".join(found[:20])


def test_a_second_run_gives_the_same_to_the_last_digit(tmp_path):
    results = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        results.append(run(tmp_path / name))
    assert results[0] == results[1]
