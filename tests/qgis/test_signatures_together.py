"""Who designed, who checked and who approved sign on one page, however long the list of parcels above is."""

from __future__ import annotations

import docx
import pytest
from printed import printed

from sanming_carbon_plugin.adapters.dossier.document import Document, Heading, Table
from sanming_carbon_plugin.adapters.dossier.pdf import write_pdf_document
from sanming_carbon_plugin.adapters.dossier.word_file import write_word
from sanming_carbon_plugin.adapters.work_design.sheets import _signatures

pytestmark = pytest.mark.qgis

WHO = ("设计人", "校核人", "批准单位")


def _paper(rows: int) -> Document:
    table = Table(("小班",), tuple((f"{number}",) for number in range(rows)), (1.0,))
    parts = (Heading("一览表"), table, Heading("签署"), *_signatures("zh"))
    return Document("作业设计书", "zh", ("", ""), "", "{page}/{pages}", parts)


@pytest.mark.parametrize("rows", range(14, 54, 4))
def test_all_sign_on_one_page_of_the_pdf(tmp_path, rows):
    pages = write_pdf_document(_paper(rows), tmp_path / "a.pdf", tmp_path / "a.pdf")
    texts = [printed(tmp_path / "a.pdf", number) for number in range(1, pages + 1)]
    assert [all(who in text for who in ("签署", *WHO)) for text in texts].count(True) == 1
    assert sum(text.count(who) for text in texts for who in WHO) == len(WHO)


def test_all_sign_on_one_page_in_word(tmp_path):
    write_word(_paper(3), tmp_path / "a.docx")
    body = list(docx.Document(str(tmp_path / "a.docx")).element.body)
    first, last = (next(at for at, part in enumerate(body) if who in "".join(part.itertext())) for who in WHO[::2])
    kept = [part.xpath(".//w:keepNext[not(@w:val='0')]") for part in body[first:last]]
    assert [bool(each) for each in kept] == [True] * (last - first)
