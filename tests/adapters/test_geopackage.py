"""Results are written whole or not at all, and come back as they went in."""

import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from made_layers import X0, Y0
from osgeo import gdal, ogr

from sanming_carbon_plugin.adapters import crs, geopackage, output_files
from sanming_carbon_plugin.adapters.geopackage import OutputTable, read_geopackage_table, write_geopackage
from sanming_carbon_plugin.adapters.output_files import require_writable
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.errors import CancelledError, InputError, OutputError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.stands.layer import FieldType

pytestmark = pytest.mark.everywhere

TEXT, REAL, INTEGER = FieldType("text"), FieldType("real"), FieldType("integer")
CRS = crs.wkt_from_user_input("EPSG:4527")


def boxes(count: int) -> np.ndarray:
    x = X0 + np.arange(count) * 100.0
    return shapely.box(x, Y0, x + 100, Y0 + 100)


def stands(count: int = 3, **columns) -> OutputTable:
    frame = pd.DataFrame({"stand_key": ["k{}".format(i) for i in range(count)], **columns})
    types = {name: REAL if frame[name].dtype == float else TEXT for name in frame}
    return OutputTable("stands", types, frame, boxes(count), CRS, "小班")


def left_behind(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_type_comes_back(folder):
    frame = pd.DataFrame(
        {
            "树种": ["马尾松", None, ""],
            "r": [0.1 + 0.2, np.nan, 0.0],
            "i": [0.0, np.nan, 5.0],
            "whole": np.asarray([1, 2, 3]),
            "long": pd.array([2**53 + 1, None, -(2**62)], dtype="Int64"),
            "ok": np.asarray([True, None, False], dtype=object),
            "day": ["2023-06-01", None, "1999-12-31"],
            "at": ["2023-06-01T07:08:09", None, "2023-06-01T07:08:09.250+08:00"],
            "clock": ["07:08:09", None, None],
            "raw": np.asarray([b"\x00\xff", None, b""], dtype=object),
        }
    )
    kinds = ("text", "real", "integer", "integer64", "integer64", "boolean", "date", "datetime", "time", "binary")
    types = {name: FieldType(kind) for name, kind in zip(frame, kinds, strict=True)}
    path = folder / "成果.gpkg"
    write_geopackage(path, [OutputTable("stands", types, frame, boxes(3), CRS)])
    layer = read_layer(path, backend="osgeo")
    back = layer.attributes
    assert back["树种"].tolist() == ["马尾松", None, ""]
    assert back["r"][0] == 0.1 + 0.2
    assert np.isnan(back["r"][1])
    assert back["r"][2] == 0.0
    assert back["i"][0] == 0
    assert np.isnan(back["i"][1])
    assert back["i"][2] == 5
    assert back["whole"].tolist() == [1, 2, 3]
    assert back["long"].tolist() == [2**53 + 1, pd.NA, -(2**62)]
    assert back["ok"].tolist() == [True, None, False]
    assert back["day"].tolist() == ["2023-06-01", None, "1999-12-31"]
    assert back["at"].tolist() == ["2023-06-01T07:08:09+00:00", None, "2023-06-01T07:08:09.250+08:00"]
    assert back["clock"].tolist() == ["07:08:09", None, None]
    assert back["raw"].tolist() == [b"\x00\xff", None, b""]
    assert layer.field_types["day"].kind == "date"
    assert layer.field_types["ok"].kind == "boolean"
    assert crs.authority(layer.crs_wkt) == "EPSG:4527"
    assert left_behind(folder) == ["成果.gpkg"]


def test_times_in_utc_are_written_as_a_geopackage_wants_them(folder):
    frame = pd.DataFrame({"at": ["2023-06-01T07:08:09+00:00", "2023-06-01T07:08:09Z", "2023-06-01T07:08:09.5+00:00"]})
    path = folder / "t.gpkg"
    write_geopackage(path, [OutputTable("stands", {"at": FieldType("datetime")}, frame, boxes(3), CRS)])
    with closing(sqlite3.connect(path)) as file:
        assert [row[0][-1] for row in file.execute("SELECT at FROM stands")] == ["Z"] * 3
    assert read_layer(path, backend="osgeo").attributes["at"].tolist()[0] == "2023-06-01T07:08:09+00:00"


def test_polygons_become_multipolygons_with_exact_coordinates(folder):
    holed = shapely.Polygon(
        [(X0, Y0), (X0 + 9.123456789, Y0), (X0, Y0 + 9)], [[(X0 + 1, Y0 + 1), (X0 + 2, Y0 + 1), (X0 + 1, Y0 + 2)]]
    )
    shapes = np.asarray([holed, None, shapely.MultiPolygon([holed, shapely.box(0, 0, 1, 1)]), shapely.Polygon()])
    table = OutputTable("stands", {"a": TEXT}, pd.DataFrame({"a": list("abcd")}), shapes, CRS)
    write_geopackage(folder / "a.gpkg", [table])
    with closing(sqlite3.connect(folder / "a.gpkg")) as database:
        kind = database.execute("SELECT geometry_type_name FROM gpkg_geometry_columns").fetchone()
    assert kind == ("MULTIPOLYGON",)
    back = read_geopackage_table(folder / "a.gpkg", "stands", geometry=True)["geometry"]
    assert [shape if shape is None else shape.geom_type for shape in back] == [
        "MultiPolygon",
        None,
        "MultiPolygon",
        "MultiPolygon",
    ]
    assert shapely.equals_exact(back[0].geoms[0], holed, 0)
    assert back[3].is_empty
    dataset = gdal.OpenEx(str(folder / "a.gpkg"))
    feature = dataset.GetLayer(0).GetNextFeature()
    first = feature.GetGeometryRef()
    assert first.GetGeometryType() == ogr.wkbMultiPolygon
    assert first.GetEnvelope()[0] == X0


def test_spatial_index_extent_and_count(folder):
    write_geopackage(folder / "a.gpkg", [stands(500)])
    dataset = gdal.OpenEx(str(folder / "a.gpkg"))
    layer = dataset.GetLayerByName("stands")
    assert layer.GetFeatureCount() == 500
    assert layer.GetExtent() == pytest.approx((X0, X0 + 50_000, Y0, Y0 + 100))
    assert layer.GetMetadataItem("DESCRIPTION") == "小班"
    result = dataset.ExecuteSQL("SELECT HasSpatialIndex('stands', 'geom')")
    assert result.GetNextFeature().GetField(0) == 1
    layer.SetSpatialFilterRect(X0 + 150, Y0, X0 + 160, Y0 + 1)
    assert [feature.GetField("stand_key") for feature in layer] == ["k1"]
    update = gdal.OpenEx(str(folder / "a.gpkg"), gdal.OF_UPDATE)  # the triggers are back
    update.GetLayerByName("stands").DeleteFeature(1)
    assert update.GetLayerByName("stands").GetFeatureCount() == 499


def _indexed(path, table):
    with closing(sqlite3.connect(path)) as database:
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        asked = (f'SELECT * FROM "rtree_{table}_geom"', triggers, "SELECT * FROM gpkg_extensions")
        return [sorted(database.execute(one)) for one in asked]


def test_the_spatial_index_is_what_gdal_itself_makes(folder, monkeypatch):
    outlines = [shapely.box(X0, Y0, X0 + 10.3, Y0 + 7.7), None, shapely.Polygon(), shapely.Point(X0, Y0 + 0.1)]
    table = replace(stands(4), geometry=np.array(outlines, dtype=object), name="it's")
    write_geopackage(folder / "a.gpkg", [table, stands(3)])
    monkeypatch.setattr(geopackage, "_knows_rtree", lambda _: False)
    write_geopackage(folder / "b.gpkg", [table, stands(3)])
    for name in ("it's", "stands"):
        assert _indexed(folder / "a.gpkg", name) == _indexed(folder / "b.gpkg", name)
    assert len(_indexed(folder / "a.gpkg", "it's")[0]) == 2


def test_filling_the_spatial_index_hears_a_cancel(folder, monkeypatch):
    """GDAL's own call takes seven seconds for a million stands."""
    monkeypatch.setattr(geopackage, "CHUNK_ROWS", 2)
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE places USING rtree(id, west, east, south, north)")
        with pytest.raises(CancelledError):
            geopackage._fill_spatial_index(database, "places", shapely.bounds(boxes(9)), StopsAfter(2))
        assert database.execute("SELECT count(*) FROM places").fetchone() == (4,)


def test_source_names_that_meet_the_file_s_own(folder):
    columns = {"FID": [7.0, 8.0, np.nan], "geom": ["a", "b", "c"], "_geom": ["d", "e", "f"], "Area": [1.0, 2.0, 3.0]}
    table = stands(3, **columns, area=[4.0, 5.0, 6.0])
    write_geopackage(folder / "a.gpkg", [table])
    back = read_layer(folder / "a.gpkg", backend="osgeo").attributes
    for name, values in columns.items():
        assert back[name].tolist() == pytest.approx(values, nan_ok=True) if name in "FIDArea" else values
    assert back["area_2"].tolist() == [4.0, 5.0, 6.0]
    assert list(back.columns) == ["stand_key", "FID", "geom", "_geom", "Area", "area_2"]


def test_names_and_texts_that_look_like_sql(folder):
    name, text = "a\"b'; DROP TABLE stands; --", "'); DROP TABLE stands; --"
    table = OutputTable("st'a\"nds", {name: TEXT, "100%": TEXT}, pd.DataFrame({name: [text], "100%": ["%s?"]}))
    write_geopackage(folder / "a.gpkg", [table])
    back = read_geopackage_table(folder / "a.gpkg", "st'a\"nds", {name: text})
    assert back.to_dict("list") == {name: [text], "100%": ["%s?"]}


def test_several_tables_and_empty_ones(folder):
    issues = OutputTable("issues", {"code": TEXT}, pd.DataFrame({"code": []}, dtype=object), boxes(0), CRS)
    run = OutputTable("run", {"seed": INTEGER}, pd.DataFrame({"seed": [7]}), description="运行记录")
    write_geopackage(folder / "a.gpkg", [stands(), issues, run])
    dataset = gdal.OpenEx(str(folder / "a.gpkg"))
    assert [dataset.GetLayer(i).GetName() for i in range(3)] == ["stands", "issues", "run"]
    assert dataset.GetLayerByName("run").GetGeomType() == ogr.wkbNone
    assert len(read_geopackage_table(folder / "a.gpkg", "issues")) == 0
    assert read_geopackage_table(folder / "a.gpkg", "run").to_dict("list") == {"seed": [7]}


def test_points_keep_their_kind(folder):
    shapes = np.asarray([shapely.Point(X0, Y0), shapely.box(X0, Y0, X0 + 1, Y0 + 1)])
    write_geopackage(
        folder / "a.gpkg", [OutputTable("issues", {"c": TEXT}, pd.DataFrame({"c": ["x", "y"]}), shapes, CRS)]
    )
    back = read_geopackage_table(folder / "a.gpkg", "issues", geometry=True)["geometry"]
    assert [shape.geom_type for shape in back] == ["Point", "MultiPolygon"]


def test_a_custom_crs_comes_back(folder):
    custom = crs.wkt_from_user_input("+proj=tmerc +lon_0=117.33 +x_0=500000 +ellps=GRS80 +units=m")
    x = 500_000 + np.arange(3) * 10.0
    table = OutputTable(
        "stands", {"a": TEXT}, pd.DataFrame({"a": list("abc")}), shapely.box(x, Y0, x + 9, Y0 + 9), custom
    )
    write_geopackage(folder / "a.gpkg", [table])
    assert crs.same_crs(read_layer(folder / "a.gpkg", backend="osgeo").crs_wkt, custom)


def test_one_stand_is_found_by_its_index(folder):
    write_geopackage(folder / "a.gpkg", [stands(1000, v=np.arange(1000.0))])
    assert read_geopackage_table(folder / "a.gpkg", "stands", {"stand_key": "k7"})["v"].tolist() == [7.0]
    assert len(read_geopackage_table(folder / "a.gpkg", "stands", {"stand_key": "no"})) == 0
    with closing(sqlite3.connect(folder / "a.gpkg")) as database:
        plan = database.execute("EXPLAIN QUERY PLAN SELECT * FROM stands WHERE stand_key = 'k7'").fetchall()
    assert "USING INDEX" in plan[0][3]


def test_names_for_people(folder):
    table = OutputTable(
        "stands", {"v": REAL}, pd.DataFrame({"v": [1.0]}), boxes(1), CRS, "小班", {"v": "每公顷蓄积（m³）"}
    )
    write_geopackage(folder / "a.gpkg", [table])
    with closing(sqlite3.connect(folder / "a.gpkg")) as database:
        rows = database.execute("SELECT table_name, column_name, title FROM gpkg_data_columns").fetchall()
    assert rows == [("stands", "v", "每公顷蓄积（m³）")]
    assert read_layer(folder / "a.gpkg", backend="osgeo").attributes["v"].tolist() == [1.0]


# All or nothing


def test_an_existing_file_is_kept_unless_told(folder):
    path = folder / "a.gpkg"
    path.write_bytes(b"old")
    with pytest.raises(OutputError) as caught:
        write_geopackage(path, [stands()])
    assert caught.value.code == "OUTPUT_EXISTS"
    assert path.read_bytes() == b"old"
    write_geopackage(path, [stands()], overwrite=True)
    assert len(read_geopackage_table(path, "stands")) == 3
    assert left_behind(folder) == ["a.gpkg"]


class StopsAfter(Progress):
    def __init__(self, calls: int) -> None:
        self.calls = calls

    def is_cancelled(self) -> bool:
        self.calls -= 1
        return self.calls < 0


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_cancelled_run_leaves_nothing(folder, calls, monkeypatch):
    monkeypatch.setattr(geopackage, "CHUNK_ROWS", 2)
    path = folder / "a.gpkg"
    path.write_bytes(b"old")
    with pytest.raises(CancelledError):
        write_geopackage(path, [stands()], overwrite=True, progress=StopsAfter(calls))
    assert left_behind(folder) == ["a.gpkg"]
    assert path.read_bytes() == b"old"


def test_progress_only_grows(folder, monkeypatch):
    monkeypatch.setattr(geopackage, "CHUNK_ROWS", 2)
    told = []

    class Listening(Progress):
        def update(self, fraction):
            told.append(fraction)

    write_geopackage(folder / "a.gpkg", [stands(7)], progress=Listening())
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == 5


@pytest.mark.parametrize("place", ["没有/a.gpkg", "文件/a.gpkg", "文件夹.gpkg"])
def test_places_that_cannot_be_written(folder, place):
    (folder / "文件").write_bytes(b"")
    (folder / "文件夹.gpkg").mkdir()
    with pytest.raises(OutputError) as caught:
        write_geopackage(folder / place, [stands()], overwrite=True)
    assert caught.value.code == "OUTPUT_NOT_WRITABLE"
    assert caught.value.values["reason"]
    assert left_behind(folder) == ["文件", "文件夹.gpkg"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a file system that takes no files")
def test_a_read_only_place():
    with pytest.raises(OutputError) as caught:
        write_geopackage(Path("/proc/a.gpkg"), [stands()])
    assert caught.value.code == "OUTPUT_NOT_WRITABLE"


@pytest.mark.parametrize("limit_kb", [2, 60, 200])
@pytest.mark.skipif(os.name != "posix", reason="limits of the process are a matter of POSIX")
def test_a_full_disk(folder, limit_kb):
    """The system refuses any file beyond a limit, as a full disk does: at the probe, the structure, the rows."""
    script = textwrap.dedent(
        """
        import resource, sys
        sys.path[:0] = {paths!r}
        import test_geopackage as made
        from pathlib import Path
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
        try:
            made.write_geopackage(Path({path!r}), [made.stands(20_000)])
        except made.OutputError as error:
            print(error.code)
        """
    ).format(paths=sys.path, limit=limit_kb * 1024, path=str(folder / "a.gpkg"))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.stdout.strip() == "DISK_FULL", done.stderr
    assert left_behind(folder) == []


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of half a megabyte; only root may make one."""
    place = tmp_path / "小盘"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user cannot mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_while_writing(tiny_disk):
    path = tiny_disk / "a.gpkg"
    write_geopackage(path, [stands(10)])
    with pytest.raises(OutputError) as caught:
        write_geopackage(path, [stands(20_000)], overwrite=True)
    assert caught.value.code == "DISK_FULL"
    assert left_behind(tiny_disk) == ["a.gpkg"]
    assert len(read_geopackage_table(path, "stands")) == 10


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_no_space_left(folder, monkeypatch):
    monkeypatch.setattr(output_files, "_temporary_name", lambda path: type(path)("/dev/full"))
    monkeypatch.setattr(type(folder), "unlink", lambda self, missing_ok=False: None)
    with pytest.raises(OutputError) as caught:
        require_writable(folder / "a.gpkg", overwrite=False)
    assert caught.value.code == "DISK_FULL"


def test_a_file_in_use_is_not_replaced(folder):
    path = folder / "a.gpkg"
    write_geopackage(path, [stands()])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE gpkg_contents SET identifier = 'x'")
        with pytest.raises(OutputError) as caught:
            write_geopackage(path, [stands(5)], overwrite=True)
        assert caught.value.code == "OUTPUT_LOCKED"
        other.execute("ROLLBACK")
    write_geopackage(path, [stands(5)], overwrite=True)
    assert len(read_geopackage_table(path, "stands")) == 5
    assert left_behind(folder) == ["a.gpkg"]


def test_moving_into_place_refused(folder, monkeypatch):
    def refuse(self, target):
        error = PermissionError(13, "in use")
        error.winerror = 32
        raise error

    monkeypatch.setattr(type(folder), "replace", refuse)
    with pytest.raises(OutputError) as caught:
        write_geopackage(folder / "a.gpkg", [stands()])
    assert caught.value.code == "OUTPUT_LOCKED"
    assert left_behind(folder) == []


def test_reading_what_is_no_result(folder):
    for path, code in ((folder / "没有.gpkg", "FILE_NOT_FOUND"), (folder / "a.gpkg", "GEOPACKAGE_NOT_READABLE")):
        if code != "FILE_NOT_FOUND":
            path.write_bytes(b"no database" * 100)
        with pytest.raises(InputError) as caught:
            read_geopackage_table(path, "stands")
        assert caught.value.code == code
    write_geopackage(folder / "b.gpkg", [stands()])
    with pytest.raises(InputError) as caught:
        read_geopackage_table(folder / "b.gpkg", "issues")
    assert caught.value.code == "GEOPACKAGE_TABLE_MISSING"
    assert caught.value.values["tables"] == ["stands"]
