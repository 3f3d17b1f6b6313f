"""Returned files in other forms: new and copied rows, shapefiles, photos, outlines, an open log."""

import shutil
import sqlite3
from contextlib import closing

import pytest
import shapely
from osgeo import gdal

from sanming_carbon_plugin.adapters.field_package.files import read_sent
from sanming_carbon_plugin.adapters.field_package.settings_files import load_form
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.field_merge import MergeRequest, field_merge
from sanming_carbon_plugin.core.errors import CarbonError, InputError, OutputError
from sanming_carbon_plugin.core.fieldwork.form import Form
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

from .merged_files import changed, codes, merge


def test_outlines_come_back_as_a_layer_and_are_not_taken_over(result, surveyor):
    one = surveyor()
    dataset = gdal.OpenEx(str(one.folder / "field.gpkg"), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayerByName("stands_to_check")
    feature = layer.GetFeature(4)
    moved = feature.GetGeometryRef().Clone().Buffer(-20)
    feature.SetGeometry(moved)
    layer.SetFeature(feature)
    key = feature["stand_key"]
    del feature, layer, dataset
    before = read_geopackage_table(result, "stands", {"stand_key": key}, geometry=True)["geometry"].iloc[0]
    _, table = merge(result, one)
    assert changed(table)[(key, "geometry")]["state"] == "outline"
    outlines = read_geopackage_table(result.with_name("review.gpkg"), "outlines", geometry=True)
    assert 0 < outlines["share_of_sent"].iloc[0] < 1
    merge(result, one, choices=result.with_name("review.gpkg"), name="王五")
    after = read_geopackage_table(result, "stands", {"stand_key": key}, geometry=True)["geometry"].iloc[0]
    assert shapely.equals_exact(before, after)


def test_rounded_coordinates_are_no_change(result, surveyor, tmp_path):
    one = surveyor()
    gdal.VectorTranslate(
        str(tmp_path / "back.geojson"), str(one.folder / "field.gpkg"),
        options="-f GeoJSON -lco COORDINATE_PRECISION=3 -lco RFC7946=NO stands_to_check",
    )  # fmt: skip
    base = one.folder / "base.gpkg"
    outcome, table = merge(result, tmp_path / "back.geojson", base=base)
    assert not [key for key in changed(table) if key[1] == "geometry"]
    assert outcome.counts["conflict"] == 0


def test_a_shapefile_in_gbk_is_read_and_what_it_lost_is_told(result, surveyor, tmp_path):
    """Names cut after ten characters are known where only one column is meant; spare_text_1 to 3 are not."""
    one = surveyor()
    target = tmp_path / "back.shp"
    gdal.VectorTranslate(str(target), str(one.folder / "field.gpkg"),
                         options=["-f", "ESRI Shapefile", "-lco", "ENCODING=GBK", "stands_to_check"])  # fmt: skip
    outcome, table = merge(result, target, base=one.folder / "base.gpkg")
    assert "FIELD_COLUMN_LOST" in codes(outcome)
    assert changed(table) == {}
    assert outcome.counts["recorded"] == 40


def test_new_and_deleted_rows(result, surveyor):
    one = surveyor()
    gone = one.value(6, "stand_key")
    one.sql("DELETE FROM stands_to_check WHERE fid = 6")
    one.sql(
        "INSERT INTO stands_to_check (geom, row_id, verdict, surveyor) "
        "SELECT geom, 'a-new-one', 'wrong', '张三' FROM stands_to_check WHERE fid = 1"
    )
    outcome, _ = merge(result, one)
    assert codes(outcome) >= {"FIELD_ROW_NEW", "FIELD_ROW_DELETED"}
    review = result.with_name("review.gpkg")
    assert read_geopackage_table(review, "new_rows", geometry=True)["geometry"].notna().tolist() == [True]
    notes = read_geopackage_table(review, "notes")
    assert notes.loc[notes["code"] == "FIELD_ROW_DELETED", "stand_key"].tolist() == [gone]


def test_a_row_copied_in_qfield_with_other_values_is_for_a_person(result, surveyor):
    one = surveyor()
    columns = ", ".join(
        '"{}"'.format(row[1]) for row in one.sql("PRAGMA table_info(stands_to_check)") if row[1] != "fid"
    )
    one.sql("INSERT INTO stands_to_check ({0}) SELECT {0} FROM stands_to_check WHERE fid IN (1, 2)".format(columns))
    one.set(42, closure=0.11)
    outcome, _ = merge(result, one)
    assert codes(outcome) == {"FIELD_ROW_TWICE", "FIELD_ROW_TWICE_SAME"}
    assert outcome.counts["recorded"] == 40


def test_photos_that_were_renamed_moved_or_lost(result, surveyor):
    one = surveyor()
    key = one.value(3, "stand_key")
    (one.folder / "DCIM" / "B.JPG").write_bytes(b"jpeg")
    (one.folder / "photos").mkdir()
    (one.folder / "photos" / "c.jpg").write_bytes(b"jpeg")
    (one.folder / "DCIM" / (key + "_late.jpg")).write_bytes(b"jpeg")
    one.set(1, photo_1="DCIM/b.jpg")
    one.set(2, photo_1="DCIM/c.jpg")
    one.set(3, photo_1="DCIM/IMG_0001.jpg")
    one.set(4, photo_1="DCIM/nowhere.jpg")
    outcome, _ = merge(result, one)
    assert outcome.issue_counts[("FIELD_PHOTO_RENAMED", "info")] == 3
    assert outcome.issue_counts[("FIELD_PHOTO_MISSING", "warning")] == 1
    records = read_geopackage_table(result.with_name("review.gpkg"), "records").set_index("stand_key")
    assert records.loc[key, "photo_1"] == "DCIM/{}_late.jpg".format(key)


def test_the_base_must_be_what_was_sent(result, surveyor):
    one = surveyor()
    kept = next((result.parent / "result.fieldwork").glob("*.gpkg"))
    spoilt = shutil.copyfile(kept, result.with_name("spoilt.gpkg"))
    dataset = gdal.OpenEx(str(spoilt), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayerByName("stands_to_check")
    feature = layer.GetNextFeature()
    feature["closure"] = 0.123
    layer.SetFeature(feature)
    del feature, layer, dataset
    with pytest.raises(InputError) as told:
        merge(result, one, base=spoilt)
    assert told.value.code == "FIELD_BASE_CHANGED"
    kept.unlink()
    with pytest.raises(InputError) as told:
        merge(result, one)
    assert told.value.code == "FIELD_BASE_MISSING"
    merge(result, one, base=one.folder / "base.gpkg")


def test_opening_the_base_in_qgis_does_not_change_its_mark(result, surveyor):
    base = surveyor().folder / "base.gpkg"
    before = read_sent(base, load_form()).mark
    dataset = gdal.OpenEx(str(base), gdal.OF_VECTOR | gdal.OF_UPDATE)
    dataset.ExecuteSQL("PRAGMA journal_mode = WAL")
    dataset.ExecuteSQL("VACUUM")
    del dataset
    assert read_sent(base, load_form()).mark == before
    # Nor does it matter by which form it is read, so that a newer version of the plugin can merge an older package.
    form = load_form()
    assert read_sent(base, Form(tuple(one for one in form.columns if one.name != "closure"))).mark == before


def test_edits_that_are_still_in_the_log_of_the_database_count(result, surveyor, tmp_path):
    """A phone that was switched off leaves field.gpkg-wal beside the file."""
    one = surveyor()
    key = one.value(3, "stand_key")
    with closing(sqlite3.connect(one.folder / "field.gpkg")) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("UPDATE stands_to_check SET closure = 0.77 WHERE fid = 3")
        file.commit()
        copied = shutil.copytree(one.folder, tmp_path / "copied")
    assert (copied / "field.gpkg-wal").exists()
    _, table = merge(result, copied)
    assert changed(table)[(key, "closure")]["field_value"] == "0.77"


def test_refusals(result, surveyor, tmp_path, package):
    one, unnamed, blind = surveyor(), surveyor("李四", "李四"), tmp_path / "choices.csv"
    unnamed.sql("DELETE FROM field_package")
    blind.write_text("row_id,column,choice\nu1,closure,field\n", encoding="utf-8")
    for request, code in (
        ({"returned": []}, "FIELD_RETURN_NONE"),
        ({"choices": tmp_path / "x.csv"}, "FIELD_NAME_MISSING"),
        ({"returned": [tmp_path]}, "FIELD_RETURN_UNFIT"),
        ({"returned": [resources_dir() / "sample" / "tenure.gpkg"]}, "FIELD_RETURN_UNFIT"),
        ({"returned": [unnamed.folder]}, "FIELD_PACKAGE_UNNAMED"),
        ({"out": tmp_path / "review.txt"}, "OUTPUT_FORMAT"),
        ({"choices": result, "name": "王五"}, "FIELD_RETURN_UNFIT"),
        ({"choices": blind, "name": "王五"}, "FIELD_CHOICES_BLIND"),
        ({"result": package / "field.gpkg"}, "FIELD_BASE_MISSING"),
    ):
        with pytest.raises(CarbonError) as told:
            field_merge(
                MergeRequest(
                    **({"result": result, "returned": [one.folder], "out": tmp_path / "review.gpkg"} | request)
                ),
                Progress(),
            )
        assert told.value.code == code
    (tmp_path / "review.gpkg").write_bytes(b"")
    with pytest.raises(OutputError):
        field_merge(MergeRequest(result, [one.folder], tmp_path / "review.gpkg"), Progress())


def test_copies_of_two_packages_are_not_mixed(result, surveyor):
    one, other = surveyor(), surveyor("李四", "李四")
    other.sql("UPDATE field_package SET package = 'another'")
    with pytest.raises(InputError) as told:
        merge(result, one, other)
    assert told.value.code == "FIELD_RETURNS_DIFFER"
