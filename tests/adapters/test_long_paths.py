"""A path that SQLite cannot open is refused before the work, not after it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sanming_carbon_plugin.adapters.messages import render_error
from sanming_carbon_plugin.adapters.output_files import moved_into_place, require_writable
from sanming_carbon_plugin.core.errors import OutputError

pytestmark = [
    pytest.mark.everywhere,
    pytest.mark.skipif(os.name != "posix", reason="other systems count the signs of a path"),
]


def _of_length(folder: Path, length: int, suffix: str) -> Path:
    """A file name that makes the path as many bytes long."""
    while length - len(os.fsencode(folder)) > 200:
        folder = folder / ("林" * 33)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / ("x" * (length - len(os.fsencode(folder)) - 1 - len(suffix)) + suffix)


def test_the_longest_path_is_written_and_a_longer_one_refused(tmp_path):
    longest = _of_length(tmp_path, 490, ".gpkg")
    with moved_into_place(longest, overwrite=False) as beside, closing(sqlite3.connect(beside)) as database, database:
        database.execute("CREATE TABLE t (x)")
    assert longest.exists()
    longer = _of_length(tmp_path, 491, ".gpkg")
    with pytest.raises(OutputError) as told:
        require_writable(longer, overwrite=False)
    assert told.value.code == "OUTPUT_PATH_LONG"
    assert "491 字节，GeoPackage 最多 490 字节" in render_error(told.value, "zh")[0]
    assert not longer.exists()


def test_other_files_may_have_longer_paths(tmp_path):
    table = _of_length(tmp_path, 700, ".csv")
    with moved_into_place(table, overwrite=False) as beside:
        beside.write_text("x", encoding="utf-8")
    assert table.exists()
