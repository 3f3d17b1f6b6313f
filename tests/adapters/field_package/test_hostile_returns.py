"""What comes back from the field in ways that nobody asked for: nothing is lost, nothing is taken over unseen."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely
from osgeo import gdal

from sanming_carbon_plugin.adapters.decision_files import decisions_beside
from sanming_carbon_plugin.adapters.field_package.copies import odd_outlines
from sanming_carbon_plugin.adapters.field_package.correction_files import corrections_beside, read_corrections
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.field_merge import MergeRequest, field_merge
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.progress import Progress


def merge(result, *returned, **options):
    out = result.with_name("review.gpkg")
    places = [one.folder if hasattr(one, "folder") else one for one in returned]
    request = MergeRequest(result, places, out, overwrite=True, language="zh", **options)
    return field_merge(request, Progress()), read_geopackage_table(out, "differences")


def changed(table):
    return {(row["stand_key"], row["column"]): row for row in table.to_dict("records") if row["state"] != "recorded"}


def codes(outcome):
    return {code for code, _ in outcome.issue_counts}


def taken_over(result, *returned, **options):
    """The second run, which takes over all that only the field changed."""
    return merge(result, *returned, choices=result.with_name("review.gpkg"), name="王五", **options)


def other_file(one, name, *options):
    target = one.folder.parent / name
    gdal.VectorTranslate(str(target), str(one.folder / "field.gpkg"), options=[*options, "stands_to_check"])
    return target


@pytest.mark.long
def test_a_table_without_outlines_says_nothing_about_outlines(result, surveyor):
    one = surveyor()
    key = one.value(3, "stand_key")
    one.set(3, species_code="001", verdict="wrong")
    outcome, table = merge(result, other_file(one, "back.csv", "-f", "CSV"), base=one.folder / "base.gpkg")
    assert [place for place in changed(table) if place[1] == "geometry"] == []
    assert changed(table)[(key, "species_code")]["field_value"] == "001"  # a code keeps its zeros
    assert set(changed(table)) == {(key, "species_code")}
    assert outcome.counts["recorded"] == 40


@pytest.mark.long
def test_one_package_given_twice_counts_once(result, surveyor):
    one = surveyor()
    one.set(3, species_code=one.other_species(3), verdict="wrong")
    alone, _ = merge(result, one)
    twice, table = merge(result, one, one)
    assert {name: twice.counts[name] for name in ("conflict", "field_only", "recorded")} == {
        name: alone.counts[name] for name in ("conflict", "field_only", "recorded")
    }
    assert twice.counts["control_wrong"] == alone.counts["control_wrong"]
    outcome, _ = taken_over(result, one, one)
    assert outcome.counts["corrections_added"] == 1
    assert len(read_corrections(corrections_beside(result))) == 1
    assert [row["surveyor"] for row in changed(table).values()] == ["张三"]


@pytest.mark.long
def test_values_of_a_renamed_column_are_kept_for_the_office(result, surveyor):
    one = surveyor()
    key = one.value(3, "stand_key")
    one.set(3, closure=0.33)
    one.sql('ALTER TABLE stands_to_check RENAME COLUMN "closure" TO "郁闭度"')
    outcome, table = merge(result, one)
    assert codes(outcome) >= {"FIELD_COLUMN_LOST", "FIELD_COLUMN_ADDED"}
    assert changed(table) == {}
    others = read_geopackage_table(result.with_name("review.gpkg"), "other_columns")
    mine = others[others["stand_key"] == key]
    assert mine[["copy", "column", "value"]].to_numpy().tolist() == [["张三", "郁闭度", "0.33"]]


def test_days_of_a_wrong_clock_are_told(result, surveyor):
    one = surveyor()
    first, second = (one.value(fid, "stand_key") for fid in (3, 4))
    one.set(3, survey_date="2099-01-01")
    one.set(4, survey_date="2020-01-01")  # before the package was made
    one.set(5, survey_date="2026-11-01")  # on the day it was made
    merge(result, one)
    notes = read_geopackage_table(result.with_name("review.gpkg"), "notes")
    told = {(row["stand_key"], row["code"]) for row in notes.to_dict("records")}
    assert told == {(first, "FIELD_DATE_TO_COME"), (second, "FIELD_DATE_BEFORE_PACKAGE")}


@pytest.mark.parametrize(
    ("written", "day"),
    [("2026-11-20T16:30:00Z", "2026-11-21"), ("2026-11-20T16:30:00+00:00", "2026-11-21"),
     ("2026-11-20 15:59:59Z", "2026-11-20"), ("2026-11-20T23:30:00+08:00", "2026-11-20"),
     ("2026-11-20T23:30:00", "2026-11-20"), ("2026-11-20T23:30:00.123Z", "2026-11-21")],
)  # fmt: skip
def test_a_time_of_another_zone_is_the_day_in_china(written, day):
    from sanming_carbon_plugin.core.fieldwork.values import iso_date

    assert iso_date(written) == day


@pytest.mark.long
def test_an_outline_that_was_emptied_crossed_or_moved_is_only_shown(result, surveyor):
    one = surveyor()
    keys = [one.value(fid, "stand_key") for fid in (1, 2, 3)]
    dataset = gdal.OpenEx(str(one.folder / "field.gpkg"), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayerByName("stands_to_check")
    from osgeo import ogr

    west, _, south, _ = layer.GetExtent()
    corners = ((0, 0, 10, 10, 10, 0, 0, 10, 0, 0), (0, 0, 90, 0, 90, 90, 0, 90, 0, 0))
    crossed, moved = (
        "MULTIPOLYGON((({})))".format(
            ",".join("{} {}".format(west + x, south + y) for x, y in zip(ring[::2], ring[1::2], strict=True))
        )
        for ring in corners
    )
    for fid, wkt in ((1, None), (2, crossed), (3, moved)):
        feature = layer.GetFeature(fid)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt) if wkt else None)
        layer.SetFeature(feature)
    del feature, layer, dataset
    outcome, table = merge(result, one)
    assert set(changed(table)) == {(key, "geometry") for key in keys}
    before = read_geopackage_table(result, "stands", geometry=True)["geometry"].to_numpy()
    outcome, _ = taken_over(result, one)
    assert (outcome.counts["decisions_added"], outcome.counts["corrections_added"]) == (0, 0)
    after = read_geopackage_table(result, "stands", geometry=True)["geometry"].to_numpy()
    assert all(a.equals(b) for a, b in zip(before, after, strict=True))


FAR = "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)))"
NO_OUTLINE = {FAR: "FIELD_OUTLINE_ELSEWHERE", "MULTIPOLYGON EMPTY": "FIELD_OUTLINE_EMPTY", None: "FIELD_OUTLINE_EMPTY"}


def with_outlines(one, wkt, fids):
    from osgeo import ogr

    dataset = gdal.OpenEx(str(one.folder / "field.gpkg"), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayerByName("stands_to_check")
    for fid in fids:
        feature = layer.GetFeature(fid)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt) if wkt else None)
        layer.SetFeature(feature)


@pytest.mark.long
@pytest.mark.parametrize("fids", [(3, 4), range(1, 41)], ids=["two", "all"])
@pytest.mark.parametrize(("wkt", "code"), NO_OUTLINE.items(), ids=["far", "empty", "none"])
def test_rows_with_unusable_outlines_are_told_and_the_rest_is_merged(result, surveyor, wkt, code, fids):
    one = surveyor()
    keys = {one.value(fid, "stand_key") for fid in fids}
    one.set(3, closure=0.33, verdict="wrong")
    with_outlines(one, wkt, fids)
    outcome, table = merge(result, one)
    assert codes(outcome) == {code}
    notes = read_geopackage_table(result.with_name("review.gpkg"), "notes")
    assert set(notes["stand_key"]) == keys
    assert outcome.counts["outline"] == len(keys)
    assert changed(table)[(one.value(3, "stand_key"), "closure")]["state"] == "field_only"
    outcome, _ = taken_over(result, one)
    assert outcome.counts["corrections_added"] == 1


def test_an_outline_may_lie_as_far_beside_the_package_as_that_is_wide():
    """Two stands, 200 m by 100 m together; of rows that were not sent nothing is known to be wrong."""
    sent = SimpleNamespace(
        table=pd.DataFrame({"row_id": ["r1", "r2"], "stand_key": ["k1", "k2"]}),
        geometry=shapely.box([0, 100], 0, [100, 200], 100),
    )
    place = shapely.box
    came = [
        ("r1", place(420, 0, 500, 9)),  # within 224 m, the length of the package from corner to corner
        ("r2", place(0, -300, 9, -220)),
        ("r1", place(430, 0, 500, 9)),
        ("r2", place(0, -300, 9, -230)),
        ("new", place(9_000, 0, 9_999, 9)),
        ("new", shapely.Polygon()),
        ("r1", shapely.Polygon()),
    ]
    table = pd.DataFrame({"row_id": [row for row, _ in came], "geometry": "-"})
    outlines = np.array([outline for _, outline in came], dtype=object)
    found = odd_outlines("A", table, outlines, sent)
    assert sorted(zip(found["code"], found["stand_key"], strict=True)) == [
        ("FIELD_OUTLINE_ELSEWHERE", "k1"),
        ("FIELD_OUTLINE_ELSEWHERE", "k2"),
        ("FIELD_OUTLINE_EMPTY", "k1"),
    ]


def test_outlines_without_a_place_in_the_system_of_what_was_sent_are_told(result, surveyor):
    one = surveyor()
    target = one.folder.parent / "back.geojson"
    other_file(one, target.name, "-f", "GeoJSON", "-t_srs", "EPSG:4326")
    import json

    content = json.loads(target.read_text(encoding="utf-8"))
    pole = [[[[0, 90], [1, 90], [1, 89], [0, 89], [0, 90]]]]
    content["features"][0]["geometry"] = {"type": "MultiPolygon", "coordinates": pole}
    target.write_text(json.dumps(content), encoding="utf-8")
    outcome, _ = merge(result, target, base=one.folder / "base.gpkg")
    assert codes(outcome) & set(NO_OUTLINE.values())


def test_a_package_of_another_result_is_refused_and_with_its_base_takes_nothing_over(result, surveyor):
    one = surveyor()
    one.set(3, species_code=one.other_species(3), verdict="wrong")
    other = result.with_name("other.gpkg")
    other.write_bytes(result.read_bytes())
    with closing(sqlite3.connect(other)) as file, file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute('DROP TRIGGER "{}"'.format(trigger))
        for name in ("stands", "facts"):
            file.execute("UPDATE {} SET stand_key = 'X' || stand_key".format(name))
        file.execute("UPDATE run SET ended = '2020-01-01T00:00:00+00:00'")
    with pytest.raises(InputError) as told:
        merge(other, one)
    assert told.value.code == "FIELD_BASE_MISSING"
    outcome, _ = merge(other, one, base=one.folder / "base.gpkg")
    assert codes(outcome) == {"FIELD_STAND_GONE", "FIELD_RESULT_NEWER", "FIELD_ESTIMATE_REFUSED"}
    assert outcome.counts["field_only"] == 0
    outcome, _ = taken_over(other, one, base=one.folder / "base.gpkg")
    assert (outcome.counts["decisions_added"], outcome.counts["corrections_added"]) == (0, 0)
    assert not decisions_beside(other).exists()
    assert not corrections_beside(other).exists()


def test_a_row_with_the_id_of_another_stand_is_kept_apart(result, surveyor):
    one = surveyor()
    first, second = (one.value(fid, "stand_key") for fid in (1, 2))
    one.set(2, row_id=one.value(1, "row_id"), species_code="001", age_yr=99.0)
    outcome, table = merge(result, one)
    assert codes(outcome) >= {"FIELD_ROW_KEY_CHANGED", "FIELD_ROW_NEW", "FIELD_ROW_DELETED"}
    assert changed(table) == {}
    new = read_geopackage_table(result.with_name("review.gpkg"), "new_rows")
    assert new[["stand_key", "species_code"]].to_numpy().tolist() == [[second, "001"]]
    notes = read_geopackage_table(result.with_name("review.gpkg"), "notes").set_index("code")
    assert notes.loc["FIELD_ROW_KEY_CHANGED", ["stand_key", "value"]].tolist() == [first, second]


def test_of_a_row_that_was_copied_and_changed_nothing_is_taken_over_by_itself(result, surveyor):
    """The first row is as it was sent and signed, the second says something else: that is no plain change."""
    one = surveyor()
    key = one.value(2, "stand_key")
    names = [row[1] for row in one.sql("PRAGMA table_info(stands_to_check)") if row[1] != "fid"]
    columns = ", ".join('"{}"'.format(name) for name in names)
    one.sql("INSERT INTO stands_to_check ({0}) SELECT {0} FROM stands_to_check WHERE fid = 2".format(columns))
    one.set(41, closure=0.11, verdict="wrong")
    _, table = merge(result, one)
    found = {place[1]: (row["state"], row["why"]) for place, row in changed(table).items() if place[0] == key}
    assert found == {"closure": ("conflict", "row_twice"), "verdict": ("conflict", "surveyors")}
    outcome, _ = taken_over(result, one)
    assert (outcome.counts["corrections_added"], outcome.counts["open"]) == (0, 2)


def test_numbers_as_people_type_them(result, surveyor):
    one = surveyor()
    file = other_file(one, "back.csv", "-f", "CSV")
    lines = file.read_text(encoding="utf-8").splitlines()
    head = lines[0].split(",")
    place, key = head.index("closure"), head.index("stand_key")
    import csv

    rows = list(csv.reader(lines))
    rows[3][place], rows[4][place], rows[5][place], rows[6][place] = "０.４５", " 0,35 ", "about half", "1,500"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    _, table = merge(result, file, base=one.folder / "base.gpkg")
    found = {where[0]: row for where, row in changed(table).items() if where[1] == "closure"}
    assert found[rows[3][key]]["field_value"] == "0.45"
    assert found[rows[4][key]]["field_value"] == "0.35"
    for row in (5, 6):
        assert (found[rows[row][key]]["state"], found[rows[row][key]]["why"]) == ("conflict", "not_allowed")
