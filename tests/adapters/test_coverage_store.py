"""Saved coverage indices: same figures, never stale, never half-written."""

import errno
import hashlib
import io
import itertools
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import shapely

from sanming_carbon_plugin.adapters import coverage_folders, coverage_store
from sanming_carbon_plugin.adapters.coverage_store import CoverageStore, coverage_key
from sanming_carbon_plugin.core.errors import CancelledError, InputError, OutputError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters import outlines
from sanming_carbon_plugin.core.rasters.coverage import coverage_blocks
from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.named_raster import NamedRaster
from tests.coverage_helpers import packed_outlines

GRID = Grid(60, 50, (0.0, 1.0, 0.0, 50.0, 0.0, -1.0))


class Bands:
    name, grid, row_step = "memory", GRID, 8
    band_names: tuple[str, ...] = ("",)

    def __init__(self):
        self.values = np.random.default_rng(3).normal(size=(1, 50, 60))

    def read_rows(self, first_row, row_count):
        return self.values[:, first_row : first_row + row_count], np.ones((1, 1, 1), dtype=bool)

    def close(self):
        pass


class Torn(Bands):
    def read_rows(self, first_row, row_count):
        if first_row > 20:
            raise InputError("RASTER_UNREADABLE", path="x", first_row=21, last_row=28, reason="torn")
        return super().read_rows(first_row, row_count)


@pytest.fixture
def stands():
    rng = np.random.default_rng(1)
    return shapely.buffer(shapely.points(rng.uniform(5, 45, (40, 2))), rng.uniform(0.5, 9, 40))


def told(stands, store, reader: Bands | None = None):
    raster = NamedRaster("x", reader or Bands())
    options = {} if store is None else {"covering": store.covering}
    return evidence(range(len(stands)), stands, [raster], **options).columns


def files(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_saved_index_gives_the_same_digits(tmp_path, stands, monkeypatch):
    store = CoverageStore(tmp_path / "c")
    plain = told(stands, None)
    assert told(stands, store).equals(plain)
    assert files(tmp_path / "c") == [f"{coverage_key(stands, GRID)}.coverage"]
    monkeypatch.setattr(coverage_store, "coverage_blocks", None)
    assert told(stands, store).equals(plain)
    assert store.notes().empty


def test_other_outlines_or_another_grid_have_another_index(stands):
    moved = stands.copy()
    moved[3] = shapely.transform(moved[3], lambda xy: xy + np.array([0, 1e-9]))
    hole = stands.copy()
    hole[3] = shapely.Polygon(hole[3].exterior, [shapely.Point(hole[3].centroid).buffer(0.01).exterior])
    missing = stands.copy()
    missing[3] = None
    keys = [coverage_key(one, GRID) for one in (stands, moved, hole, missing, stands[::-1], stands[:-1])]
    keys.append(coverage_key(stands, Grid(60, 50, (0.5, 1.0, 0.0, 50.0, 0.0, -1.0))))
    assert len(set(keys)) == len(keys)
    assert coverage_key(stands, GRID) == coverage_key(stands.copy(), Grid(60, 50, GRID.transform, "another name"))


def test_rings_that_only_differ_in_their_ends_have_another_index():
    square = [(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)]
    inner = [(1, 1), (2, 1), (2, 2), (1, 1)]
    other = [(1, 2), (2, 2), (2, 3), (1, 2)]
    one = np.array([shapely.Polygon(square, [inner]), shapely.Polygon(other)], dtype=object)
    two = np.array([shapely.Polygon(square), shapely.MultiPolygon([shapely.Polygon(inner), shapely.Polygon(other)])])
    assert coverage_key(one, GRID) != coverage_key(two, GRID)


def test_rings_that_are_holes_of_another_part_have_another_index():
    square, inner = shapely.box(1, 1, 6, 6).exterior, shapely.box(2, 2, 4, 4).exterior
    last = shapely.box(2.5, 2.5, 3, 3).exterior
    one = [shapely.MultiPolygon([shapely.Polygon(square, [inner]), shapely.Polygon(last)])]
    two = [shapely.MultiPolygon([shapely.Polygon(square), shapely.Polygon(inner, [last])])]
    keys = {coverage_key(make(np.array(shapes)), GRID) for shapes in (one, two) for make in (np.array, packed_outlines)}
    assert len(keys) == 2


def mixed():
    hole = shapely.Polygon([(1, 1), (6, 1), (6, 6), (1, 6)], [[(2, 2), (4, 2), (4, 4), (2, 4)]])
    several = shapely.MultiPolygon([shapely.box(1, 1, 6, 6), shapely.box(7, 7, 9, 9)])
    shapes = [hole, None, shapely.Polygon(), shapely.MultiPolygon(), several, shapely.box(0, 0, 3, 3)]
    return np.array(shapes, dtype=object)


def test_indices_that_offices_have_saved_stay_in_use(monkeypatch):
    """Who changes the key on purpose changes the name of the format, too, and this number."""
    shapes = mixed()
    for portion in (coverage_store._GEOMETRIES_AT_ONCE, 2):
        monkeypatch.setattr(coverage_store, "_GEOMETRIES_AT_ONCE", portion)
        assert coverage_key(packed_outlines(shapes), GRID) == coverage_key(shapes, GRID)
    monkeypatch.undo()
    assert coverage_key(shapes, GRID) == "905aaddbcf596c6a73b292f950fbbafce7f7ad0753da52b820fa9d60e5f1545e"


def test_an_index_is_shared_by_packed_outlines_and_geometries(tmp_path, stands, monkeypatch):
    store = CoverageStore(tmp_path)
    plain = told(stands, store)
    monkeypatch.setattr(coverage_store, "coverage_blocks", None)
    assert told(packed_outlines(stands), store).equals(plain)
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: (
            content[:200] + b"\x00" + content[201:] if content[200] else content[:200] + b"\x01" + content[201:]
        ),
        lambda content: b"",
        lambda content: content + b"more",
    ],
)
def test_a_damaged_index_is_computed_again_and_told(tmp_path, stands, damage):
    store = CoverageStore(tmp_path)
    plain = told(stands, store)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert told(stands, store).equals(plain)
    assert store.notes().code.tolist() == ["COVERAGE_INDEX_DAMAGED"]
    with path.open("rb") as file:
        assert coverage_store.is_sound(file, path.stem)


def test_an_index_of_other_stands_under_this_name_is_never_used(tmp_path, stands):
    """As when a program that keeps folders alike, or somebody by hand, mixes up two files."""
    store = CoverageStore(tmp_path)
    told(stands[::-1], store)
    (other,) = tmp_path.iterdir()
    other.rename(tmp_path / f"{coverage_key(stands, GRID)}.coverage")
    assert told(stands, store).equals(told(stands, None))
    assert store.notes().code.tolist() == ["COVERAGE_INDEX_DAMAGED"]
    assert told(stands, CoverageStore(tmp_path)).equals(told(stands, None))


def test_an_index_of_another_version_is_computed_again(tmp_path, stands):
    """Whole in itself, but older or newer versions may mean something else by it."""
    store = CoverageStore(tmp_path)
    plain = told(stands, store)
    (path,) = tmp_path.iterdir()
    content = b"sanming-carbon coverage 1\n" + path.read_bytes()[len(coverage_store.FORMAT) : -32]
    path.write_bytes(content + hashlib.sha256(content).digest())
    assert told(stands, store).equals(plain)
    assert store.notes().code.tolist() == ["COVERAGE_INDEX_DAMAGED"]
    assert path.read_bytes().startswith(coverage_store.FORMAT)


def test_a_process_killed_while_it_writes_leaves_no_index_that_is_used(tmp_path, stands):
    """What it leaves has another name, and goes away after some days."""
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[2]); import numpy as np, shapely\n"
        "from pathlib import Path\n"
        "from sanming_carbon_plugin.adapters.coverage_store import CoverageStore\n"
        "from sanming_carbon_plugin.core.rasters.grid import Grid\n"
        "grid = Grid(60, 50, (0.0, 1.0, 0.0, 50.0, 0.0, -1.0))\n"
        "for _ in CoverageStore(Path(sys.argv[1])).covering(shapely.buffer(shapely.points([[9, 9]]), 5), grid):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = Path(coverage_store.__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, str(tmp_path), str(root)], check=False, timeout=60)
    (left,) = files(tmp_path)
    assert left.startswith(".coverage-")
    store = CoverageStore(tmp_path)
    assert told(stands, store).equals(told(stands, None))
    assert store.notes().empty


def test_two_writers_of_one_index_do_not_disturb_each_other(tmp_path, stands, monkeypatch):
    monkeypatch.setattr(outlines, "CELLS_PER_BLOCK", 300)
    first, second = (CoverageStore(tmp_path).covering(stands, GRID) for _ in range(2))
    for _ in itertools.zip_longest(first, second):
        pass
    assert files(tmp_path) == [f"{coverage_key(stands, GRID)}.coverage"]
    monkeypatch.setattr(coverage_store, "coverage_blocks", None)
    told(stands, CoverageStore(tmp_path))


def test_a_folder_that_goes_away_midway_stops_nothing(tmp_path, stands, monkeypatch):
    monkeypatch.setattr(outlines, "CELLS_PER_BLOCK", 300)
    blocks = CoverageStore(tmp_path / "c").covering(stands, GRID)
    count = 1 if next(blocks) else 0
    if sys.platform != "win32":  # there, the open file keeps its folder
        shutil.rmtree(tmp_path / "c")
    count += sum(1 for _ in blocks)
    assert count == len(list(coverage_blocks(stands, GRID)))


def test_an_error_midway_leaves_nothing(tmp_path, stands, monkeypatch):
    monkeypatch.setattr(outlines, "CELLS_PER_BLOCK", 300)
    store = CoverageStore(tmp_path)
    with pytest.raises(InputError):
        told(stands, store, Torn())
    assert files(tmp_path) == []


def test_a_full_disk_is_one_clear_error_and_leaves_nothing(tmp_path, stands, monkeypatch):
    class Full(io.FileIO):
        def write(self, content):
            raise OSError(errno.ENOSPC, "No space left on device")

    def full(number, _mode):
        return io.BufferedWriter(Full(number, "wb"))

    monkeypatch.setattr(coverage_store.os, "fdopen", full)
    with pytest.raises(OutputError) as caught:
        told(stands, CoverageStore(tmp_path))
    assert caught.value.code == "DISK_FULL"
    assert files(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the system are set otherwise there")
@pytest.mark.parametrize("room", [0, 1_000, 9_000])
def test_a_system_that_takes_no_more_bytes_is_one_clear_error_and_leaves_nothing(tmp_path, stands, room):
    """As the test above, but refused by the system itself, at the first byte, in the first block and later."""
    import resource

    whole = CoverageStore(tmp_path / "whole")
    told(stands, whole)
    (index,) = (tmp_path / "whole").iterdir()
    assert index.stat().st_size > room + 1_000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
        with pytest.raises(OutputError) as caught:
            told(stands, CoverageStore(tmp_path / "other"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.code == "DISK_FULL"
    assert files(tmp_path / "other") == []


def test_the_store_lies_beside_the_layer_where_that_can_be_written(tmp_path, monkeypatch):
    monkeypatch.delenv("SANMING_CARBON_CACHE")
    layer, cache = tmp_path / "stands.shp", tmp_path / "cache"
    layer.write_bytes(b"")
    both = (tmp_path / ".sanming_coverage", cache)
    assert CoverageStore.beside(layer, cache).folders == both
    assert CoverageStore.beside(f"{layer}|layername=stands", cache).folders == both
    for elsewhere in (tmp_path / "gone" / "stands.shp", "PG:dbname=county", "memory?geometry=Polygon", "", "x" * 9999):
        assert CoverageStore.beside(elsewhere, cache).folders == (cache,)
    monkeypatch.setenv("SANMING_CARBON_CACHE", str(tmp_path / "one"))
    assert CoverageStore.beside(layer, cache).folders == (tmp_path / "one",)


def test_where_nothing_can_be_kept_the_run_goes_on(tmp_path, stands, monkeypatch):
    closed = tmp_path / "file"
    closed.write_bytes(b"")
    plain = told(stands, None)
    assert told(stands, CoverageStore(closed / "folder")).equals(plain)
    assert told(stands, CoverageStore(closed / "folder", tmp_path / "cache")).equals(plain)
    assert len(files(tmp_path / "cache")) == 1

    class Gone(io.FileIO):
        def write(self, content):
            raise OSError(errno.EIO, "the share went away")

    monkeypatch.setattr(coverage_store.os, "fdopen", lambda number, _mode: io.BufferedWriter(Gone(number, "wb")))
    assert told(stands, CoverageStore(tmp_path / "share")).equals(plain)
    assert files(tmp_path / "share") == []


def test_an_index_whose_disk_goes_away_midway_is_finished_by_computing(tmp_path, stands, monkeypatch):
    monkeypatch.setattr(outlines, "CELLS_PER_BLOCK", 300)
    store = CoverageStore(tmp_path)
    plain = told(stands, store)
    read = coverage_store._read

    def torn(file, progress):
        for number, block in enumerate(read(file, progress)):
            if number == 2:
                raise OSError(errno.EIO, "gone")
            yield block

    monkeypatch.setattr(coverage_store, "_read", torn)
    assert told(stands, store).equals(plain)


def test_the_rest_of_an_index_that_was_cut_otherwise_is_never_mixed_in(tmp_path, stands, monkeypatch):
    """Another version may put other stands into a block: the same number of blocks would leave some out."""
    monkeypatch.setattr(outlines, "CELLS_PER_BLOCK", 300)
    store = CoverageStore(tmp_path)
    told(stands, store)
    read = coverage_store._read

    def torn(file, progress):
        for number, block in enumerate(read(file, progress)):
            if number == 2:
                raise OSError(errno.EIO, "gone")
            yield block

    monkeypatch.setattr(coverage_store, "_read", torn)
    monkeypatch.setattr(outlines, "CELLS_PER_BLOCK", 200)
    with pytest.raises(InputError) as caught:
        told(stands, store)
    assert caught.value.code == "COVERAGE_INDEX_LOST"


def test_indices_that_nobody_uses_go_away(tmp_path, stands):
    old, left, used = (tmp_path / name for name in ("old.coverage", ".coverage-left", "used.coverage"))
    for path, days in ((old, 91), (left, 3), (used, 89)):
        path.write_bytes(b"")
        os.utime(path, (time.time() - days * 86_400,) * 2)
    told(stands, CoverageStore(tmp_path))
    assert [path.exists() for path in (old, left, used)] == [False, False, True]


def test_the_least_used_indices_go_away_where_they_are_too_many(tmp_path, stands, monkeypatch):
    monkeypatch.setattr(coverage_folders, "_MOST_BYTES", 2_500)
    for number in range(4):
        path = tmp_path / f"{number}.coverage"
        path.write_bytes(b"x" * 1_000)
        os.utime(path, (time.time() - 100 * (number + 1),) * 2)
    told(stands, CoverageStore(tmp_path))
    assert [(tmp_path / f"{number}.coverage").exists() for number in range(4)] == [True, True, False, False]
    assert f"{coverage_key(stands, GRID)}.coverage" in files(tmp_path)


def test_a_cancelled_run_leaves_no_index(tmp_path, stands, monkeypatch):
    monkeypatch.setattr(outlines, "CELLS_PER_BLOCK", 300)

    class Cancelled(Progress):
        asked = 0

        def is_cancelled(self):
            self.asked += 1
            return self.asked > 3

    with pytest.raises(CancelledError):
        evidence(
            range(len(stands)),
            stands,
            [NamedRaster("x", Bands())],
            Cancelled(),
            covering=CoverageStore(tmp_path).covering,
        )
    assert files(tmp_path) == []
