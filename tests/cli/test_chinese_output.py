"""What a Chinese user reads of a command: words, and no codes but those that scripts rely on."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import sqlite3
from dataclasses import dataclass

import pytest
from osgeo import gdal

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.message_tables import message_table
from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.commands import COMMANDS
from sanming_carbon_plugin.core.results import RESULT_COLUMNS

from .sample_run import SAMPLE

CHINESE = re.compile("[\u4e00-\u9fff]")
CODE = re.compile(r"(?<![\w.-])[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9](?![\w.-])")
COLUMN = re.compile(r"(?<![\w./=-])[a-z]+(?:_[a-z0-9]+)+(?![\w./=-])")
ERROR_FORM = re.compile(r"error\[[A-Z0-9_]+\]: ")
ISSUE_FORM = re.compile(r"issue\t[A-Z0-9_]+\t")
VILLAGES = "CUN IN ('204', '205')"
PERIOD = "2016-01-01/2020-12-31"
TARGETS = (
    "measure,area_unit,year_from,year,amount,unit,source\n"
    "pine_transform,350428,2026,2028,40,ha,三明市林业局\ntending,350428,2026,2028,20,ha,三明市林业局\n"
)


@dataclass
class Told:
    status: int
    out: str
    err: str


def told(*arguments):
    """Run a command in this process and keep what it says."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    return Told(status, out.getvalue(), err.getvalue())


def codes_on_stderr(text):
    """Codes and names of columns among the words; the code of an error has its place in the line."""
    plain = ERROR_FORM.sub("", text)
    known = {*message_table("errors"), *message_table("issues"), *RESULT_COLUMNS}
    return {*CODE.findall(plain), *(name for name in COLUMN.findall(plain) if name in known)}


def codes_on_stdout(text):
    """Codes among the counts; the code of a doubt has its place in the line, and counts have stable names."""
    return set(CODE.findall(ISSUE_FORM.sub("", text)))


class Office:
    """A folder with two villages of the sample; each command runs once, with all it needs before."""

    def __init__(self, folder):
        self.folder = folder
        self._told = {}
        gdal.VectorTranslate(
            str(folder / "stands.gpkg"), str(SAMPLE / "stands.gpkg"), layers=["stands"], where=VILLAGES
        )
        (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
        (folder / "harvest.csv").write_text("year,species_code,volume_m3\n2020,220,100\n", encoding="utf-8")

    def told(self, command):
        if command not in self._told:
            self._told[command] = told(command, *ASKED[command](self))
        return self._told[command]

    def file(self, name):
        return self.folder / name

    def out(self, command):
        finished = self.told(command)
        assert finished.status == 0, finished.err
        return self.folder / OUTPUT[command]

    def returned(self):
        """The field package as a surveyor brings it back, with one finding and one outline that was lost."""
        back = self.folder / "back"
        if not back.exists():
            shutil.copytree(self.out("fieldpackage"), back)
            with contextlib.closing(sqlite3.connect(back / "field.gpkg")) as file, file:
                for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                    file.execute('DROP TRIGGER "{}"'.format(trigger))
                said = "verdict = 'right', surveyor = '林一', survey_date = '2026-11-20'"
                file.execute("UPDATE stands_to_check SET " + said)
                file.execute("UPDATE stands_to_check SET closure = 0.33, verdict = 'wrong' WHERE fid = 1")
                file.execute("UPDATE stands_to_check SET geom = NULL WHERE fid = 2")
        return back

    def key(self):
        stands = read_geopackage_table(self.out("assess"), "stands")
        return stands.loc[stands["measure"] == "tending", "stand_key"].iloc[0]


def _targets(office):
    return "--targets", office.file("targets.csv")


def _out(office, command):
    return "--out", office.file(OUTPUT[command])


OUTPUT = {
    "assess": "r.gpkg", "check": "i.gpkg", "zonal": "z.csv", "ticketeligibility": "t.gpkg", "doublecount": "d.gpkg",
    "application": "a", "neutrality": "n.csv", "fieldsample": "l.gpkg", "fieldpackage": "p", "fieldmerge": "m.gpkg",
    "products": "w.gpkg", "plan": "plan.gpkg", "targetprogress": "g.gpkg", "comparescenarios": "c.gpkg",
    "exportmaps": "map.pdf", "report": "report", "workdesign": "design",
}  # fmt: skip
PARCELS = ("--credited", SAMPLE / "credited.gpkg", "--tenure", SAMPLE / "tenure.gpkg")
ASKED = {
    "assess": lambda o: [o.file("stands.gpkg"), *_out(o, "assess"), "--earlier", SAMPLE / "stands_2015.gpkg",
                         "--period", PERIOD, *PARCELS],
    "check": lambda o: [o.file("stands.gpkg"), *_out(o, "check")],
    "zonal": lambda o: [o.file("stands.gpkg"), "--raster", "dem={}".format(SAMPLE / "dem.tif"), *_out(o, "zonal")],
    "explain": lambda o: [o.out("assess"), o.key()],
    "ticketeligibility": lambda o: [o.out("assess"), *_out(o, "ticketeligibility")],
    "doublecount": lambda o: [o.file("stands.gpkg"), *PARCELS[:2], "--period", PERIOD, *_out(o, "doublecount")],
    "application": lambda o: [o.out("assess"), "--holder", "松岭村集体", *_out(o, "application")],
    "neutrality": lambda o: ["planting", "--people", "3", "--years", "1", *_out(o, "neutrality")],
    "dossier": lambda o: [o.out("application")],
    "fieldsample": lambda o: [o.out("assess"), "--stands", "12", "--seed", "3", *_out(o, "fieldsample")],
    "fieldpackage": lambda o: [o.out("assess"), o.out("fieldsample"), "--cell", "50", *_out(o, "fieldpackage")],
    "fieldmerge": lambda o: [o.out("assess"), o.returned(), *_out(o, "fieldmerge")],
    "products": lambda o: [o.file("harvest.csv"), "--until", "2022", *_out(o, "products")],
    "plan": lambda o: [o.out("assess"), *_targets(o), "--gap", "0.05", *_out(o, "plan")],
    "targetprogress": lambda o: [o.out("assess"), *_targets(o), *_out(o, "targetprogress")],
    "comparescenarios": lambda o: [o.out("plan"), o.out("plan"), *_out(o, "comparescenarios")],
    "exportmaps": lambda o: [o.out("assess"), "--level", "county", *_out(o, "exportmaps")],
    "report": lambda o: [o.out("assess"), "--plan", o.out("plan"), *_out(o, "report")],
    "workdesign": lambda o: [o.out("assess"), "--stand", o.key(), *_out(o, "workdesign")],
}  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANMING_CARBON_LANGUAGE", "zh")
        folder = tmp_path_factory.mktemp("office") / "三明"
        folder.mkdir()
        yield Office(folder)


def test_every_command_is_asked():
    assert list(ASKED) == [name for name, _, _ in COMMANDS]


@pytest.mark.long
@pytest.mark.parametrize("command", [name for name, _, _ in COMMANDS])
def test_a_command_speaks_in_words(office, command):
    finished = office.told(command)
    assert finished.status == 0, finished.err
    assert CHINESE.search(finished.err + finished.out)
    assert codes_on_stderr(finished.err) == set()
    assert codes_on_stdout(finished.out) == set()


@pytest.mark.parametrize("command", [name for name, _, _ in COMMANDS])
def test_a_failure_is_told_in_words(office, command, monkeypatch):
    """Each command without its files: the code stands in its brackets alone."""
    nowhere = office.folder / "没有"
    monkeypatch.setattr(Office, "out", lambda self, name: nowhere / OUTPUT[name])
    monkeypatch.setattr(Office, "key", lambda self: "1-2-3")
    monkeypatch.setattr(Office, "returned", lambda self: nowhere)
    monkeypatch.setattr(Office, "file", lambda self, name: nowhere / name)
    finished = told(command, *ASKED[command](office))
    line = finished.err.strip().splitlines()[-1]
    assert finished.status in (2, 3, 4)
    assert ERROR_FORM.match(line)
    assert CHINESE.search(line)
    assert codes_on_stderr(finished.err) == set()
    assert finished.out == ""
    assert not nowhere.exists()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("error[LAYER_EMPTY]: 图层为空。", set()),
        ("读取 a_b.gpkg", set()),
        ("SPECIES_UNKNOWN：树种不明", {"SPECIES_UNKNOWN"}),
        ("规则 PINE_SHARE+ 成立", {"PINE_SHARE"}),
        ("按 pine_transform 分类", {"pine_transform"}),
    ],
)
def test_codes_among_words_are_found(text, found):
    assert codes_on_stderr(text) == found


def test_codes_among_counts_are_found():
    assert codes_on_stdout("stands\t3\nissue\tSPECIES_UNKNOWN\twarning\t1\n") == set()
    assert codes_on_stdout("profile\tSANMING_TICKET 1\n") == {"SANMING_TICKET"}
