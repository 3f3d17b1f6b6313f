"""The register says what is there and what is missing, with the hash of every file."""

from __future__ import annotations

import hashlib

import pytest
from made_application import made_application

from sanming_carbon_plugin.adapters.dossier.papers import MISSING, NOT_NEEDED, PRESENT, register_papers
from sanming_carbon_plugin.adapters.dossier.reading import read_application
from sanming_carbon_plugin.adapters.dossier.texts import rows_of
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.progress import Progress


def _register(folder, table=None):
    return register_papers(read_application(folder), table, Progress())


def _state(register, name):
    return next(paper.state for paper in register.papers if paper.id == name)


@pytest.fixture
def folder(tmp_path):
    return made_application(tmp_path / "app")


def test_without_papers_all_that_is_needed_is_missing(folder):
    register = _register(folder)
    assert {paper.state for paper in register.papers} == {MISSING}
    asked = {"application_form", "identity", "certificates", "tenure_check", "monitoring_report", "expert_opinion",
             "no_other_scheme", "public_notice", "village_resolution"}  # fmt: skip
    assert asked <= {paper.id for paper in register.missing}


def test_a_single_holder_needs_no_resolution_of_the_village(tmp_path):
    register = _register(made_application(tmp_path / "one", joint=False))
    assert _state(register, "village_resolution") == NOT_NEEDED
    assert _state(register, "household_authorisation") == NOT_NEEDED
    assert _state(register, "certificates") == MISSING


@pytest.mark.parametrize(
    ("name", "paper"),
    [
        ("申请表.pdf", "application_form"),
        ("01 林业碳票申请表（盖章）.docx", "application_form"),
        ("身份证 正面.jpg", "identity"),
        ("certificates/第10000号.pdf", "certificates"),
        ("林权证/10001.jpg", "certificates"),
        ("权属核实表.pdf", "tenure_check"),
        ("两期调查记录.xlsx", "survey_records"),
        ("Monitoring report 2021.PDF", "monitoring_report"),
        ("专家评审意见.pdf", "expert_opinion"),
        ("no-other-scheme.pdf", "no_other_scheme"),
        ("公示照片.png", "public_notice"),
        ("村民代表会议决议.pdf", "village_resolution"),
        ("授权委托书-张三.pdf", "household_authorisation"),
    ],
)
def test_files_are_known_by_their_names(folder, name, paper):
    path = folder / "papers" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(name.encode())
    register = _register(folder)
    assert _state(register, paper) == PRESENT
    assert [one.id for one in register.papers if one.files] == [paper]
    file = next(one for one in register.papers if one.files).files[0]
    assert file.sha256 == hashlib.sha256(name.encode()).hexdigest()
    assert not register.unassigned


def test_empty_and_hidden_files_are_no_papers(folder):
    papers = folder / "papers"
    papers.mkdir()
    for name in (".DS_Store", "Thumbs.db", "~$申请表.docx", ".hidden/申请表.pdf"):
        (papers / name).parent.mkdir(exist_ok=True)
        (papers / name).write_bytes(b"x")
    (papers / "申请表.pdf").write_bytes(b"")
    (papers / "scan 7.pdf").write_bytes(b"x")
    register = _register(folder)
    assert _state(register, "application_form") == MISSING
    assert [file.name for file in register.unassigned] == ["papers/scan 7.pdf"]


def test_a_table_names_papers_that_lie_elsewhere(folder, tmp_path):
    (tmp_path / "扫描").mkdir()
    (tmp_path / "扫描" / "1.pdf").write_bytes(b"form")
    table = tmp_path / "清单.csv"
    table.write_text(
        "材料,文件,文号,日期\n林业碳票申请表,扫描/1.pdf,林票〔2026〕1号,2026-01-02\nexpert_opinion,gone.pdf,,\n",
        encoding="gb18030",
    )
    register = _register(folder, table)
    form = next(paper for paper in register.papers if paper.id == "application_form")
    assert (form.state, form.files[0].number, form.files[0].date) == (PRESENT, "林票〔2026〕1号", "2026-01-02")
    assert not form.files[0].inside
    assert _state(register, "expert_opinion") == MISSING


def test_a_table_that_cannot_be_used_is_told(folder, tmp_path):
    table = tmp_path / "papers.csv"
    table.write_text("paper,date\nidentity,2026\n", encoding="utf-8")
    with pytest.raises(InputError, match="PAPERS_COLUMN_MISSING"):
        _register(folder, table)
    table.write_text("paper,file\nfairy tale,x.pdf\n", encoding="utf-8")
    with pytest.raises(InputError, match="PAPER_UNKNOWN"):
        _register(folder, table)
    with pytest.raises(InputError, match="FILE_NOT_FOUND"):
        _register(folder, tmp_path / "none.csv")


def test_the_register_knows_every_paper_that_the_profiles_ask_for():
    import json

    from sanming_carbon_plugin.adapters.profiles import shipped_profiles

    known = {row["paper"] for row in rows_of("papers.csv")}
    for path in shipped_profiles().values():
        asked = {item["id"] for item in json.loads(path.read_text(encoding="utf-8"))["evidence"]}
        assert asked <= known, path
