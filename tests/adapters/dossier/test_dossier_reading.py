"""A folder is read only as it was written; a look at it in QGIS is no change."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from made_application import made_application

from sanming_carbon_plugin.adapters.dossier.reading import read_application
from sanming_carbon_plugin.adapters.geopackage_content import sha256_of_content
from sanming_carbon_plugin.adapters.messages import render_error
from sanming_carbon_plugin.core.errors import InputError


@pytest.fixture
def folder(tmp_path):
    return made_application(tmp_path / "三明 申请")


def _changed_json(folder, change):
    path = folder / "application.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _changed_rows(path, statement):
    with closing(sqlite3.connect(path)) as database:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # what the file's triggers ask for
            database.create_function(name, 1, lambda _: 1)
        database.execute(statement)
        database.commit()


@pytest.mark.everywhere
def test_an_application_is_read_with_all_its_tables(folder):
    application = read_application(folder)
    assert application.facts["applicant"] == "黄土岭村集体"
    assert application.facts["loss_bias_tco2e"] is None
    assert application.joint
    assert application.provisional
    assert len(application.tables["pieces"]) == application.facts["pieces"]
    assert set(application.files) == {"application.gpkg", "application.json"}


@pytest.mark.parametrize("name", ["application.gpkg", "application.json"])
def test_a_folder_without_an_application_is_told(folder, name):
    (folder / name).unlink()
    with pytest.raises(InputError, match="APPLICATION_NOT_FOUND") as told:
        read_application(folder)
    message, hint = render_error(told.value, "zh")
    assert name in message
    assert "application" in hint


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="APPLICATION_NOT_FOUND"):
        read_application(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pieces SET tonnes_tco2e = tonnes_tco2e + 1 WHERE piece = 1",
        "UPDATE pieces SET holder = 'x' WHERE piece = 1",
        "DELETE FROM households",
        "UPDATE run SET ended = NULL",
    ],
)
def test_a_changed_geopackage_is_refused(folder, statement):
    _changed_rows(folder / "application.gpkg", statement)
    with pytest.raises(InputError, match="APPLICATION_CHANGED"):
        read_application(folder)


def test_a_geopackage_that_was_only_looked_at_is_taken(folder):
    """QGIS switches the journal of a file on and off, which writes into its head."""
    tables = ["pieces", "left_out", "parts", "overlaps", "households", "tickets", "rules", "uncertainty", "settings",
              "application", "issues", "run"]  # fmt: skip
    content = sha256_of_content(folder / "application.gpkg", tables)
    _changed_json(folder, lambda document: document["files"][0].update(content_sha256=content))
    before = (folder / "application.gpkg").read_bytes()
    with closing(sqlite3.connect(folder / "application.gpkg")) as database:
        for statement in ("PRAGMA journal_mode = WAL", "CREATE TABLE x (y)", "DROP TABLE x",
                          "PRAGMA journal_mode = DELETE"):  # fmt: skip
            database.execute(statement)
            database.commit()
    assert (folder / "application.gpkg").read_bytes() != before
    read_application(folder)
    _changed_rows(folder / "application.gpkg", "UPDATE pieces SET whole_t = whole_t + 1 WHERE piece = 1")
    with pytest.raises(InputError, match="APPLICATION_CHANGED"):
        read_application(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["application"].update(whole_t=999_999),
        lambda document: document["application"].update(applicant="someone else"),
        lambda document: document["pieces"].pop(),
        lambda document: document["application"].pop("deduction"),
    ],
)
def test_a_changed_json_is_refused(folder, change):
    _changed_json(folder, change)
    with pytest.raises(InputError, match="APPLICATION_CHANGED"):
        read_application(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(format_version=2),
        lambda document: document.update(format="another"),
        lambda document: document.pop("profile_file"),
        lambda document: document.update(files={}),
    ],
)
def test_another_format_is_told(folder, change):
    _changed_json(folder, change)
    with pytest.raises(InputError, match="APPLICATION_FORMAT"):
        read_application(folder)


def test_no_geopackage_at_all_is_told(folder):
    (folder / "application.gpkg").write_bytes(b"no database")
    with pytest.raises(InputError, match="APPLICATION_CHANGED"):
        read_application(folder)


def test_content_is_told_apart_where_values_look_alike(folder, tmp_path):
    first = tmp_path / "a.gpkg"
    shutil.copy(folder / "application.gpkg", first)
    before = sha256_of_content(first, ["pieces"])
    _changed_rows(first, "UPDATE pieces SET village = 'None' WHERE piece = 1")
    text = sha256_of_content(first, ["pieces"])
    _changed_rows(first, "UPDATE pieces SET village = NULL WHERE piece = 1")
    assert len({before, text, sha256_of_content(first, ["pieces"])}) == 3
