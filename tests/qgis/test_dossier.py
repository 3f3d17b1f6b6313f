"""The whole dossier: every file there, PDFs with Chinese letters inside, pages numbered, nothing half-written."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QImage

sys.path.append(str(Path(__file__).parents[1] / "adapters" / "dossier"))

from made_application import made_application

from sanming_carbon_plugin.adapters.dossier import record, stand_table
from sanming_carbon_plugin.adapters.dossier.document import Document, Heading, PageBreak, Paragraph, Picture, Table
from sanming_carbon_plugin.adapters.dossier.pdf import write_pdf_document
from sanming_carbon_plugin.adapters.dossier.reading import read_application
from sanming_carbon_plugin.adapters.dossier.texts import Words
from sanming_carbon_plugin.adapters.jobs import dossier as job
from sanming_carbon_plugin.adapters.jobs.application import ApplicationRequest, make_application
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.dossier import DossierRequest, make_dossier
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.errors import CancelledError, DependencyError, InputError, OutputError, UsageError
from sanming_carbon_plugin.core.progress import Progress

pytestmark = pytest.mark.qgis

HOLDER = "曾某甲"


@pytest.fixture
def folder(tmp_path):
    return made_application(tmp_path / "三明 申请")


@pytest.fixture(scope="module")
def made(qgis_app, tmp_path_factory):
    """A whole dossier in both languages, with one paper handed in."""
    folder = made_application(tmp_path_factory.mktemp("dossier") / "三明 申请")
    (folder / "papers").mkdir()
    (folder / "papers" / "=申请表.pdf").write_bytes(b"form")
    before = (folder / "application.gpkg").read_bytes()
    outcome = make_dossier(DossierRequest(folder), Progress())
    assert (folder / "application.gpkg").read_bytes() == before
    return outcome


def _run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout


_VARIANTS = {0x2EDA: "页", 0x2EE9: "黄", 0x2012: "–", 0x2010: "-"}


def _text(path):
    # A typeface may give one glyph several signs: PDF readers then find the variant, which means the same.
    return _plain(_run("pdftotext", "-layout", path, "-"))


def _plain(text):
    return unicodedata.normalize("NFKC", text).translate(_VARIANTS)


@pytest.mark.long
@pytest.mark.everywhere
def test_all_papers_are_there_in_both_languages(made):
    names = {path.name for path in made.out.iterdir()}
    for language in ("zh", "en"):
        expected = ["stand_table_{}.xlsx", "statement_{}.docx", "statement_{}.pdf", "parcel_maps_{}.pdf"]
        expected += ["location_map_{}.pdf", "location_map_{}.png", "parcel_map_{}_001.png", "parcel_map_{}_003.png"]
        assert {name.format(language) for name in expected} <= names
    assert {"papers.csv", "dossier.json", "SHA256SUMS"} <= names
    assert not [path.name for path in made.out.parent.iterdir() if path.name.startswith(".")]
    assert made.counts["papers_present"] == 1
    assert made.counts["papers_missing"] == 10


@pytest.mark.long
@pytest.mark.everywhere
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pdfs_carry_their_fonts_and_number_their_pages(made, language):
    for name in ("statement", "location_map", "parcel_maps"):
        path = made.out / "{}_{}.pdf".format(name, language)
        fonts = _run("pdffonts", path).splitlines()[2:]
        assert any("CJK" in line for line in fonts)  # the holder's name, in the English papers too
        assert all(line.split()[-5] == "yes" for line in fonts), fonts
    pages = _text(made.out / "statement_{}.pdf".format(language)).split("\f")[:-1]
    for number, page in enumerate(pages, start=1):
        assert _plain(Words(language).say("page_of", page=number, pages=len(pages))) in page
        assert _plain(Words(language).say("provisional_short")) in page
    facts = json.loads((made.out / "dossier.json").read_text(encoding="utf-8"))["application"]
    whole = "".join(pages)
    assert Words(language).number(facts["total_tco2e"]) in whole
    assert facts["profile_sha256"] in whole.replace("\n", "").replace(" ", "")


@pytest.mark.long
def test_heads_of_tables_are_repeated(made):
    head = re.compile(r"小班键\s+结果\s+各条规则")
    pages = _text(made.out / "statement_zh.pdf").split("\f")
    with_head = [number for number, page in enumerate(pages) if head.search(page)]
    stands = [number for number, page in enumerate(pages) if "350428-199-202-00" in page and "要求 ≥" in page]
    assert stands
    assert set(stands) <= set(with_head)


@pytest.mark.long
def test_pictures_show_a_map(made):
    for path in made.out.glob("*.png"):
        picture = QImage(str(path))
        assert picture.width() > picture.height() > 1500
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 23) for y in range(0, picture.height(), 23)}
        assert len(colours) > 5, path.name
    assert _run("pdfinfo", made.out / "parcel_maps_zh.pdf").count("Pages:           3") == 1


@pytest.mark.everywhere
def test_every_file_is_listed_with_its_hash(made):
    sums = dict(
        reversed(line.split("  ", 1)) for line in (made.out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    )
    there = {path.name for path in made.out.iterdir()} - {"SHA256SUMS"}
    assert there | {"../application.gpkg", "../application.json", "../papers/=申请表.pdf"} == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((made.out / name).read_bytes()).hexdigest() == digest
    told = json.loads((made.out / "dossier.json").read_text(encoding="utf-8"))
    assert told["format"] == record.FORMAT
    assert told["provisional"] is True
    assert {file["name"]: file["sha256"] for file in told["files"]}.items() <= sums.items()
    assert told["rules"]["profile"]["sha256"]
    assert "public_notice" in told["papers_missing"]


@pytest.mark.long
def test_the_register_opens_in_a_spreadsheet_as_text(made):
    text = (made.out / "papers.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = text.decode("utf-8-sig").splitlines()
    assert rows[1].split(",")[0] == "application_form"
    assert "papers/=申请表.pdf" in rows[1]
    assert len(rows) == 12


@pytest.mark.long
def test_papers_are_never_replaced_unasked_and_never_half(folder, monkeypatch):
    request = DossierRequest(folder, languages=("zh",))
    target = make_dossier(request, Progress()).out
    (target / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="OUTPUT_EXISTS"):
        make_dossier(request, Progress())
    again = DossierRequest(folder, languages=("zh",), overwrite=True)

    class Stopped(Progress):
        def is_cancelled(self):
            return (folder / "stop").exists()

    (folder / "stop").touch()
    with pytest.raises(CancelledError):
        make_dossier(again, Stopped())
    monkeypatch.setattr(job, "write_record", _full_disk)
    with pytest.raises(OutputError, match="DISK_FULL"):
        make_dossier(again, Progress())
    assert (target / "note.txt").exists()
    assert (target / "dossier.json").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    monkeypatch.undo()
    make_dossier(again, Progress())
    assert not (target / "note.txt").exists()


def _full_disk(*_):
    raise OutputError("DISK_FULL", path="x")


def test_what_is_missing_is_told_before_the_work(folder, monkeypatch):
    with pytest.raises(UsageError, match="LANGUAGE_UNKNOWN"):
        make_dossier(DossierRequest(folder, languages=("fr",)), Progress())
    with pytest.raises(InputError, match="APPLICATION_NOT_FOUND"):
        make_dossier(DossierRequest(folder / "none"), Progress())
    for module in ("openpyxl", "docx", "qgis"):
        with monkeypatch.context() as patched:
            patched.setattr(job, "_found", lambda name, module=module: name != module)
            with pytest.raises(DependencyError, match="LIBRARY_MISSING"):
                make_dossier(DossierRequest(folder), Progress())
    assert not (folder / "dossier").exists()


def test_a_look_at_the_layers_in_qgis_is_no_change(qgis_app, folder):
    """The toolbox shows the layers of an application as soon as it is made."""
    from sanming_carbon_plugin.adapters.dossier.reading import TABLES
    from sanming_carbon_plugin.adapters.geopackage_content import sha256_of_content

    path = folder / "application.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["files"][0]["content_sha256"] = sha256_of_content(folder / "application.gpkg", TABLES)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    layer = QgsVectorLayer("{}|layername=pieces".format(folder / "application.gpkg"), "pieces", "ogr")
    assert layer.isValid()
    assert len(list(layer.getFeatures())) == 8
    del layer
    assert read_application(folder).facts["pieces"] == 8


@pytest.mark.long
def test_the_toolbox_makes_the_same_papers(provider, folder):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:dossier")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    results, done = algorithm.run({"APPLICATION": str(folder), "LANGUAGE": 1}, context, feedback, {}, False)
    assert done
    assert results["PAPERS_MISSING"] == 11
    assert (Path(results["OUTPUT"]) / "statement_zh.pdf").is_file()
    assert not (Path(results["OUTPUT"]) / "statement_en.pdf").exists()
    fresh = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:dossier")
    with pytest.raises(QgsProcessingException, match="OUTPUT_EXISTS"):
        fresh.run({"APPLICATION": str(folder)}, context, feedback, {}, False)


@pytest.mark.long
def test_the_command_line_starts_qgis_itself_and_ends_well(folder):
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    command = [sys.executable, "-m", "sanming_carbon_plugin", "dossier", str(folder), "--language", "en"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "papers_missing\t11" in done.stdout
    assert (folder / "dossier" / "statement_en.pdf").is_file()
    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert again.returncode == 4
    assert again.stderr.splitlines()[-1].startswith("error[OUTPUT_EXISTS]")


def test_the_command_line_without_qgis_ends_with_status_5(folder):
    code = "import sys; sys.modules['qgis'] = None; from sanming_carbon_plugin.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "dossier", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 5, done.stderr
    assert done.stderr.splitlines()[-1].startswith("error[LIBRARY_MISSING]")
    assert not (folder / "dossier").exists()


@pytest.mark.slow
def test_from_the_sample_to_its_papers(provider, tmp_path):
    """What the application writes is what the dossier reads, also after QGIS has shown it."""
    result, out = tmp_path / "结果.gpkg", tmp_path / "申请"
    sources = {name: LayerSource(str(SAMPLE / name)) for name in ("stands.gpkg", "stands_2015.gpkg")}
    parcels = {name: LayerSource(str(SAMPLE / "{}.gpkg".format(name))) for name in ("credited", "tenure")}
    assess(
        AssessRequest(
            stands=sources["stands.gpkg"], out=result, earlier=sources["stands_2015.gpkg"],
            period="2016-01-01/2020-12-31", credited=(parcels["credited"],), tenure=parcels["tenure"],
        ),
        Progress(),
    )  # fmt: skip
    pieces = make_application(ApplicationRequest(result, out, holder=HOLDER), Progress()).counts["pieces"]
    layer = QgsVectorLayer("{}|layername=pieces".format(out / "application.gpkg"), "pieces", "ogr")
    assert len(list(layer.getFeatures())) == pieces
    del layer
    outcome = make_dossier(DossierRequest(out, languages=("zh",)), Progress())
    facts = read_application(out).facts
    book = openpyxl.load_workbook(outcome.out / "stand_table_zh.xlsx", data_only=True)
    shown = {row[0]: row[1] for row in book.worksheets[0].iter_rows(min_row=5, max_col=2, values_only=True)}
    assert shown["与 GeoPackage 核对"] == "一致"
    assert shown["扣减后总量"] == pytest.approx(facts["total_tco2e"], rel=1e-12)
    live = openpyxl.load_workbook(outcome.out / "stand_table_zh.xlsx").worksheets[1]
    for name in ("net_tco2e", "tonnes_tco2e", "area_mu", "area_ha"):  # the chain of formulas gives the stored numbers
        column = stand_table.letter(name)
        assert all(live["{}{}".format(column, 5 + row)].data_type == "f" for row in range(pieces)), name


def _document(*parts):
    return Document("t", "zh", ("暂行", "申请人" * 60), "foot", "{page}/{pages}", parts)


def test_nothing_is_cut_off_however_long(qgis_app, tmp_path):
    """A cell longer than a page goes on in further rows; a chain of headings does not loop."""
    signs = "".join("{:04d}字".format(number) for number in range(4000))
    table = Table(("a", "b"), (("short", signs), ("x" * 300, "")), (1.0, 2.0))
    headings = [Heading("标题{}".format(number)) for number in range(80)]
    picture = Picture(tmp_path / "none.png", "no picture")
    path = tmp_path / "long.pdf"
    pages = write_pdf_document(_document(*headings, table, PageBreak(), picture, Paragraph("end")), path, path)
    text = "".join(_text(path).split())
    assert text.count("\f") <= pages
    found = set(re.findall(r"\d{4}(?=字)", text))
    assert len(found) > 3900
    assert "3999" in found
    assert "标题79" in text
    assert text.endswith("foot{0}/{0}".format(pages))


def test_a_pdf_that_cannot_be_written_is_told(qgis_app, tmp_path):
    with pytest.raises(OutputError, match="PDF_NOT_WRITTEN"):
        write_pdf_document(_document(Paragraph("x")), tmp_path / "no" / "x.pdf", tmp_path / "x.pdf")
