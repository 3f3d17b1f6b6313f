"""A result of the sample, a list of stands, and a package without its project: what surveyors work with."""

import shutil
import sqlite3
import uuid
from contextlib import closing

import pytest

from sanming_carbon_plugin.adapters.field_package import files
from sanming_carbon_plugin.adapters.field_package.results import in_force_now, read_result
from sanming_carbon_plugin.adapters.field_package.settings_files import load_form
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.field_sample import field_sample
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

VISITS = 40


@pytest.fixture(scope="session")
def assessed(tmp_path_factory):
    out = tmp_path_factory.mktemp("结果") / "result.gpkg"
    sample = resources_dir() / "sample"
    assess(
        AssessRequest(
            stands=LayerSource(str(sample / "stands.gpkg"), "stands"),
            out=out,
            earlier=LayerSource(str(sample / "stands_2015.gpkg")),
            period="2016-01-01/2020-12-31",
        ),
        Progress(),
    )
    return out


@pytest.fixture(scope="session")
def office(assessed, tmp_path_factory):
    """The office's folder: a result and a package as it is sent, without its project and map."""
    desk = tmp_path_factory.mktemp("office")
    result, listed, folder = desk / "result.gpkg", desk / "list.gpkg", desk / "外业包"
    shutil.copyfile(assessed, result)
    field_sample(result, listed, VISITS, 5, Progress())
    folder.mkdir()
    form, read, stands_list = load_form(), read_result(result), files.read_list(listed)
    identifier = str(uuid.uuid4())
    place = read.stands.index.get_indexer(stands_list.rows["stand_key"])
    rows = files.work_rows(in_force_now(read), stands_list.rows, form, identifier, "zh")
    geometry = read.geometry[place]
    about = {
        "package": identifier, "base_mark": files.content_mark(rows, geometry), "result": result.name,
        "result_made": read.made, "made": "2026-11-01T08:00:00+08:00", "language": "zh",
    }  # fmt: skip
    files.write_field_file(folder / files.FIELD_FILE, rows, geometry, read.crs_wkt, form, "zh", about)
    files.write_base_file(folder / files.BASE_FILE, rows, geometry, read.crs_wkt, form, stands_list, about)
    files.keep_base(folder / files.BASE_FILE, result, identifier)
    (folder / "DCIM").mkdir()
    (folder / "package.json").write_text("{}", encoding="utf-8")
    return desk


@pytest.fixture
def result(office, tmp_path):
    """A copy of the office's folder for one test, because decisions are kept beside the result."""
    shutil.copytree(office, tmp_path, dirs_exist_ok=True)
    return tmp_path / "result.gpkg"


@pytest.fixture
def package(result):
    """The package beside that result."""
    return result.with_name("外业包")


class Surveyor:
    """Fills in a copy of a package, as QField writes it."""

    def __init__(self, folder, name, package):
        self.folder, self.name = shutil.copytree(package, folder), name
        self.sql("UPDATE stands_to_check SET verdict = 'right', surveyor = ?, survey_date = '2026-11-20'", name)

    def sql(self, statement, *values):
        with closing(sqlite3.connect(self.folder / "field.gpkg")) as file, file:
            # Triggers of the spatial index need functions of SpatiaLite.
            for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                file.execute('DROP TRIGGER "{}"'.format(trigger))
            return file.execute(statement, values).fetchall()

    def set(self, fid, **values):
        for name, value in values.items():
            self.sql('UPDATE stands_to_check SET "{}" = ? WHERE fid = ?'.format(name), value, fid)

    def other_species(self, fid):
        """A species that the stand does not have; which stands are visited hangs on the figures of the sample."""
        return "470" if self.value(fid, "species_code") == "310" else "310"

    def value(self, fid, name):
        return self.sql('SELECT "{}" FROM stands_to_check WHERE fid = ?'.format(name), fid)[0][0]


@pytest.fixture
def surveyor(package, tmp_path):
    def make(name="张三", folder="张三"):
        return Surveyor(tmp_path / folder, name, package)

    return make
