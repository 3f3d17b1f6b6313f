"""The statement says the same in both languages, with all that a panel asks for, and Word shows it."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from made_application import HOLDERS, made_application

import sanming_carbon_plugin.adapters.dossier as room
from sanming_carbon_plugin.about import version
from sanming_carbon_plugin.adapters.dossier.document import Heading, Paragraph, Signature, Table
from sanming_carbon_plugin.adapters.dossier.papers import register_papers
from sanming_carbon_plugin.adapters.dossier.parameters import rows_used
from sanming_carbon_plugin.adapters.dossier.reading import read_application
from sanming_carbon_plugin.adapters.dossier.statement import Contents, statement
from sanming_carbon_plugin.adapters.dossier.texts import Words, clean, rows_of
from sanming_carbon_plugin.adapters.dossier.word_file import column_widths_mm, write_word
from sanming_carbon_plugin.adapters.profiles import load_profile, shipped_profiles
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.tickets.settings import SETTINGS
from sanming_carbon_plugin.paths import resources_dir


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    folder = made_application(tmp_path_factory.mktemp("dossier") / "app")
    (folder / "papers").mkdir()
    (folder / "papers" / "申请表.pdf").write_bytes(b"form")
    application = read_application(folder)
    return Contents(application, register_papers(application, None, Progress()), rows_used(application), "2026-02-05")


def _texts(document):
    for part in document.parts:
        if isinstance(part, Heading | Paragraph):
            yield part.text
        elif isinstance(part, Table):
            yield from part.head
            for row in part.rows:
                yield from row
        elif isinstance(part, Signature):
            yield from (part.title, part.declaration, *part.lines)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_that_a_panel_asks_for_is_said(contents, language):
    words, facts = Words(language), contents.application.facts
    document = statement(contents, None, language)
    told = "\n".join(_texts(document))
    for name in ("method", "parameters", "uncertainty", "double_count", "stands", "households", "left_out", "rules",
                 "papers", "record", "signatures"):  # fmt: skip
        assert words.say("section." + name) in told
    numbers = [words.number(facts["total_tco2e"]), words.number(facts["low_tco2e"]), words.number(facts["whole_t"], 0)]
    for value in (*numbers, facts["profile_sha256"], facts["result_sha256"], *contents.application.files.values()):
        assert value in told
    assert words.pick(facts, "notice") in told
    assert document.header[0] == words.say("provisional_short")
    assert words.say("paper_missing") in told
    assert words.say("paper_present") in told
    assert HOLDERS[0] in told
    for part in document.parts:
        if isinstance(part, Table):
            assert {len(row) for row in part.rows} <= {len(part.widths)}


def test_every_rule_of_every_stand_is_told_in_words(contents):
    document = statement(contents, None, "zh")
    trace = next(part for part in document.parts if isinstance(part, Table) and "各条规则" in part.head)
    rules = contents.application.tables["rules"]
    assert len(trace.rows) == rules["stand_key"].nunique()
    titles = [rule.title_zh for rule in load_profile().rule_set.rules]
    for _, _, told in trace.rows:
        assert all(title in told for title in titles)
        assert "0.7，要求 ≥ 0.2" in told
    failing = [row for row in trace.rows if row[1] == "不通过"]
    assert len(failing) == len(contents.application.tables["left_out"])
    assert all(told.startswith("不通过：乔木林郁闭度") for _, _, told in failing)


def test_shipped_tables_are_told_with_the_hash_of_their_file(contents):
    path = resources_dir() / "parameters" / "carbon_parameters.csv"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    run = {**contents.application.result_run, "plugin_version": version()}
    same = replace(contents, application=replace(contents.application, result_run=run))
    assert any(digest in text for text in _texts(statement(same, None, "zh")))
    older = replace(contents, application=replace(contents.application, result_run={**run, "plugin_version": "0.0.1"}))
    assert not any(digest in text for text in _texts(statement(older, None, "zh")))


def test_unknown_is_never_shown_as_zero(contents):
    words = Words("en")
    assert words.number(None) == words.number(float("nan")) == words.percent(None) == "Unknown"
    assert words.number(0.0) == "0.00"
    assert words.number(-0.001) == "0.00"
    assert words.number(-1234.5) == "−1,234.50"
    told = "\n".join(_texts(statement(contents, None, "en")))
    assert "Unknown" in told


def test_what_is_official_is_not_called_provisional(contents):
    facts = {**contents.application.facts, "profile_status": "official", "parameters_status": "official",
             "notice": None, "notice_zh": None}  # fmt: skip
    official = replace(contents, application=replace(contents.application, facts=facts))
    for language in ("zh", "en"):
        document = statement(official, None, language)
        assert document.header[0] == Words(language).say("official_short")
        assert Words(language).say("notice_official") in list(_texts(document))
    half = replace(contents.application, facts={**facts, "parameters_status": "provisional"})
    assert half.provisional


def test_a_bare_application_is_told_without_its_empty_parts(contents):
    """No pieces left out, nothing credited elsewhere, no error components, no rules, nothing known of the village."""
    tables = {name: table.head(0) if name not in ("pieces", "settings") else table
              for name, table in contents.application.tables.items()}  # fmt: skip
    facts = {**contents.application.facts, "kind": "holder", "relative_error": None, "relative_error_from": None,
             "relative_error_base": None, "low_tco2e": None, "outcome": "no", "failed_rules": "ERROR_TOO_LARGE",
             "loss_bias_tco2e": 12.5}  # fmt: skip
    bare = replace(contents.application, tables=tables, facts=facts, run={}, result_run={}, profile={})
    told = "\n".join(_texts(statement(replace(contents, application=bare), None, "en")))
    for text in (
        "do not hold: The error of the total",
        "None: every piece",
        "12.50 tCO₂e by the noise",
        "Unknown",
        "no ticket may be issued",
    ):
        assert text in told


def test_an_edited_parameter_table_is_told_not_shown(contents):
    run = {**contents.application.result_run, "rules": {"parameters": {"id": "x", "sha256": "ef" * 32}}}
    application = replace(contents.application, result_run=run)
    assert rows_used(application) is None
    told = list(_texts(statement(replace(contents, application=application, parameters=None), None, "en")))
    assert any("an edited copy" in text for text in told)


def test_texts_are_there_in_both_languages():
    rows = rows_of("texts.csv")
    assert len({row["key"] for row in rows}) == len(rows)
    for row in rows:
        assert row["text"], row["key"]
        assert row["text_zh"], row["key"]
        assert not re.search("[\u4e00-\u9fff“”…]", row["text"]), row["key"]
        assert set(re.findall(r"{\w+}", row["text"])) == set(re.findall(r"{\w+}", row["text_zh"])), row["key"]


def test_every_sentence_that_is_said_is_there():
    known = {row["key"] for row in rows_of("texts.csv")}
    for path in Path(room.__file__).parent.glob("*.py"):
        for key in re.findall(r'say\("([\w.]+)"[,)]', path.read_text(encoding="utf-8")):
            assert key in known, (path.name, key)
    assert {"setting." + name for name in SETTINGS} <= known


def test_the_sources_of_the_profiles_and_parameters_are_told_in_chinese(contents):
    words = Words("zh")
    for path in shipped_profiles().values():
        profile = load_profile(path)
        for one in [*profile.settings.values(), *profile.rule_set.rules, *profile.evidence, *profile.equations]:
            assert re.search("[\u4e00-\u9fff]", words.source(one.source)), one.source
    for row in contents.parameters:
        assert words.source(row["source"]) != row["source"]


def test_texts_from_layers_are_one_line_without_control_signs():
    assert clean("a\x00\x1b[2Jb\r\n\u2028c\ud800") == "a��[2Jb c�"
    assert clean("张\u202e三\u2066李\u200b四\ufeff") == "张三李四"


def test_no_number_is_torn_in_its_column():
    rows = (("2001", "350428199001", "3,214,412.44"), ("", "", "9,006.00"))
    widths = column_widths_mm(Table(("a", "b", "c"), rows, (1.25, 9.0, 1.0), frozenset({2})))
    assert sum(widths) == pytest.approx(170.0)
    assert widths[2] > 12 * 1.9
    fits = column_widths_mm(Table((), (("a", "1"),), (1.0, 1.0), frozenset({1})))
    assert fits == pytest.approx([85.0, 85.0])


@pytest.mark.everywhere
@pytest.mark.parametrize("language", ["zh", "en"])
def test_word_repeats_heads_counts_pages_and_names_chinese_letters(contents, language, tmp_path):
    document = statement(contents, None, language)
    path = tmp_path / "说明书.docx"
    write_word(document, path)
    with zipfile.ZipFile(path) as file:
        body = file.read("word/document.xml").decode("utf-8")
        foot = "".join(file.read(name).decode() for name in file.namelist() if "footer" in name)
        head = "".join(file.read(name).decode() for name in file.namelist() if "header" in name)
    tables = sum(isinstance(part, Table) and bool(part.head) for part in document.parts)
    assert body.count("<w:tblHeader/>") == tables
    assert 'w:eastAsia="宋体"' in body
    assert " PAGE " in foot
    assert " NUMPAGES " in foot
    assert document.header[0] in head
    assert "&lt;b&gt;&amp;amp;" in body  # a holder's name is text, never markup


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_word_files_render(contents, language, tmp_path):
    path = tmp_path / "statement.docx"
    write_word(statement(contents, None, language), path)
    command = ["soffice", "--headless", "-env:UserInstallation=file://{}".format(tmp_path / "profile"), "--convert-to",
               "pdf", "--outdir", str(tmp_path), str(path)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    text = subprocess.run(["pdftotext", str(path.with_suffix(".pdf")), "-"], capture_output=True, text=True, check=True)
    pages = text.stdout.count("\f")
    assert pages > 5
    last = ("第 {0} 页 共 {0} 页" if language == "zh" else "Page {0} of {0}").format(pages)
    assert last in " ".join(text.stdout.split())
