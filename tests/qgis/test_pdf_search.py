"""Names are found in every PDF as they are typed, whatever signs a typeface has that look alike."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from qgis.PyQt.QtGui import QPainter, QPdfWriter

from sanming_carbon_plugin.adapters.dossier.document import Document, Paragraph
from sanming_carbon_plugin.adapters.dossier.pdf import write_pdf_document
from sanming_carbon_plugin.adapters.maps.sheet_texts import text_format
from sanming_carbon_plugin.adapters.pdf_search import make_searchable, searchable

pytestmark = pytest.mark.qgis

NAME = (
    "青山乡小溪村首用米面行文日月自足目非虫无高黑龙门长车民黄马鱼鸟贝见页风飞食齐齿龟-"
    "金木水火土人口田一二十入力大女子寸工己"
)
"""Signs that a radical looks like: of all of them typefaces have one glyph."""


def _text(path: Path) -> str:
    return subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True).stdout


def _written(path: Path) -> bytes:
    writer = QPdfWriter(str(path))
    painter = QPainter(writer)
    font = text_format("zh", 12).font()
    font.setPointSizeF(9)
    painter.setFont(font)
    painter.drawText(200, 600, NAME)
    painter.end()
    return path.read_bytes()


def test_a_name_is_found_as_it_is_typed(tmp_path):
    path = tmp_path / "name.pdf"
    before = _written(path)
    missed = NAME not in _text(path)
    make_searchable(path)
    after = path.read_bytes()
    assert NAME in _text(path)
    assert len(after) == len(before)  # nothing else moves: tables of places stay true
    assert missed or before == after  # where the typeface has no look-alikes nothing changes
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    assert [line.split()[-5] for line in fonts.splitlines()[2:]] == ["yes"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_digits_beside_letters_and_joined_letters_are_found(tmp_path, language):
    path, told = tmp_path / "text.pdf", "EPSG:4527 stands(1ee8f391) sanming_ticket 2026.2 office affine final"
    writer = QPdfWriter(str(path))
    painter = QPainter(writer)
    painter.setFont(text_format(language, 12).font())
    painter.drawText(200, 600, told)
    painter.end()
    assert told in _text(path)


def test_only_the_notes_on_signs_are_touched():
    notes = (
        b"begincmap\n<0000> <FFFF>\n2 beginbfrange\n<0000> <0000> <0000>\n"
        b"<2F01> <2F03> [<4E00> <2FB8> <2ED8> ]\n<2F64> <2F64> <2F64>\n<2F10> <2F20> <2F10>\nendbfrange\nendcmap\n"
    )
    around = b"stream\n<2FB8> [<2FB8>]\nendstream\n"
    found = searchable(around + notes + around)
    assert found.startswith(around)
    assert found.endswith(around)
    inside = found[len(around) : -len(around)]
    assert b"[<4E00> <9996> <9752> ]" in inside
    assert b"<2F01> <2F03> [" in inside  # numbers of glyphs
    assert b"<2F64> <2F64> <7528>" in inside
    assert b"<2F10> <2F20> <2F10>" in inside  # a run says only its first sign
    assert len(found) == len(around + notes + around)


def test_papers_are_searchable_too(tmp_path):
    path = tmp_path / "paper.pdf"
    document = Document(NAME[:6], "zh", (NAME[:6], ""), "", "{page} {pages}", (Paragraph(NAME, "body"),))
    write_pdf_document(document, path, path)
    assert NAME in re.sub(r"\s", "", _text(path))
