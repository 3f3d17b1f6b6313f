"""Papers as Word files (python-docx)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import DependencyError
from .document import Document, Heading, PageBreak, Paragraph, Part, Picture, Signature, Table, follows_heading
from .texts import clean

if TYPE_CHECKING:
    from docx.table import _Cell as Cell
    from docx.text.paragraph import Paragraph as WordParagraph

_MARGIN_MM, _TOP_MM = 20, 22
_WIDTH_MM = 210 - 2 * _MARGIN_MM
_FONTS = {"zh": ("Times New Roman", "宋体", "黑体"), "en": ("Times New Roman", "宋体", "黑体")}
"""Latin, Chinese body and Chinese heading; every Windows in China has them, other systems put theirs in place."""

_SIZES = {"title": 18, "subtitle": 11.5, "notice": 10.5, "body": 10.5, "note": 9, "formula": 11}
_HEAD_SIZES = {1: 14, 2: 11.5}
_CELL_SIZE = 8.5
_CELL_MARGIN_TWIPS = 60
_SIGN_MM, _CELL_ROOM_MM = 1.9, 2.6
"""Room for a bold digit of the widest typeface that may stand in, and for the margins of a cell."""

_MOST_GIVEN = 1 / 3
_HEAD_FILL, _NOTICE_FILL, _SUM_FILL = "E4ECE4", "FFF4D6", "F2F2F2"


def write_word(document: Document, path: Path) -> None:
    """Write ``document`` as a ``.docx``.

    Raises
    ------
    DependencyError
        Where python-docx is not installed.
    """
    try:
        from docx import Document as WordDocument
    except ImportError as missing:
        raise DependencyError("LIBRARY_MISSING", library="python-docx", purpose="Word") from missing
    file = WordDocument()
    _prepare(file, document)
    before: Part | None = None
    for part in document.parts:
        _add(file, part, document.language)
        if follows_heading(before, part):
            file.paragraphs[-1].paragraph_format.keep_with_next = True
        before = part
    file.save(str(path))


def _prepare(file: Any, document: Document) -> None:  # noqa: ANN401 - python-docx has no types
    from docx.shared import Mm, Pt

    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(_TOP_MM)
    section.header_distance = section.footer_distance = Mm(10)
    for name in ("Normal", "Header", "Footer"):
        _set_fonts(file.styles[name].element.get_or_add_rPr(), document.language)
    file.styles["Normal"].font.size = Pt(_SIZES["body"])
    _set_languages(file.styles["Normal"].element.get_or_add_rPr())
    for level, size in _HEAD_SIZES.items():
        style = file.styles["Heading {}".format(level)]
        style.font.size, style.font.bold = Pt(size), True
        style.font.color.rgb = None
        _set_fonts(style.element.get_or_add_rPr(), document.language, heading=True)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(4)
        style.paragraph_format.keep_with_next = True
    properties = file.core_properties
    properties.title, properties.author = document.title, "Sanming Forest Carbon"
    properties.language = "zh-CN" if document.language == "zh" else "en"
    properties.comments = document.header[0]
    _fill_edges(section, document)


def _fill_edges(section: Any, document: Document) -> None:  # noqa: ANN401
    """Head and foot of every page; the numbers are fields that Word counts."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm

    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (head, foot):
        # The tab stops of the style stand where those of an American page would.
        for stop in paragraph.style.paragraph_format.tab_stops:
            paragraph.paragraph_format.tab_stops.add_tab_stop(stop.position, WD_TAB_ALIGNMENT.CLEAR)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    _run(head, "\t".join(document.header), document.language, 8.5)
    before, _, rest = document.page_of.partition("{page}")
    between, _, after = rest.partition("{pages}")
    _run(foot, "{}\t{}".format(document.footer, before), document.language, 8)
    _field(foot, "PAGE", document.language)
    _run(foot, between, document.language, 8)
    _field(foot, "NUMPAGES", document.language)
    _run(foot, after, document.language, 8)


def _add(file: Any, part: Part, language: str) -> None:  # noqa: ANN401
    if isinstance(part, Heading):
        file.add_heading(clean(part.text), part.level)
    elif isinstance(part, Paragraph):
        _add_paragraph(file, part, language)
    elif isinstance(part, Table):
        _add_table(file, part, language)
    elif isinstance(part, Picture):
        _add_picture(file, part, language)
    elif isinstance(part, Signature):
        _add_signature(file, part, language)
    elif isinstance(part, PageBreak):
        file.add_page_break()


def _add_paragraph(file: Any, part: Paragraph, language: str) -> None:  # noqa: ANN401
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    if part.kind == "notice":
        table = _framed(file, 1, 1)
        _shade(table.cell(0, 0), _NOTICE_FILL)
        paragraph = table.cell(0, 0).paragraphs[0]
        file.add_paragraph().paragraph_format.space_after = Pt(0)
    else:
        paragraph = file.add_paragraph()
    if part.kind in {"title", "subtitle", "formula"}:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(5)
    run = _run(paragraph, part.text, language, _SIZES[part.kind], heading=part.kind in {"title", "notice"})
    run.bold = part.kind == "title"
    if part.kind == "note":
        run.font.color.rgb = RGBColor(0x44, 0x44, 0x44)


def _add_table(file: Any, part: Table, language: str) -> None:  # noqa: ANN401
    from docx.shared import Pt
    from docx.table import _Cell as Cell

    rows = ([part.head] if part.head else []) + list(part.rows)
    table = _framed(file, len(rows), len(part.widths))
    widths = [int(width * 36000) for width in column_widths_mm(part)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    last = len(rows) - 1
    # Rows and cells are taken from the file's own lists: python-docx looks each one up in the whole table.
    for place, (row, texts) in enumerate(zip(table._tbl.tr_lst, rows, strict=True)):  # noqa: SLF001
        is_head, is_sum = bool(part.head) and place == 0, part.sum_row and place == last
        _keep_row(row, repeated=is_head)
        for number, (element, text) in enumerate(zip(row.tc_lst, texts, strict=True)):
            cell = Cell(element, table)
            cell.width = widths[number]
            strong = is_head or is_sum or (not part.head and number == 0)
            paragraph = _fill_cell(cell, text, language, strong=strong, right=number in part.numbers)
            # A sum is not to stand alone on the next page.
            paragraph.paragraph_format.keep_with_next = is_head or (part.sum_row and place == last - 1)
            if is_head or is_sum:
                _shade(cell, _HEAD_FILL if is_head else _SUM_FILL)
    file.add_paragraph().paragraph_format.space_after = Pt(2)


def column_widths_mm(part: Table) -> list[float]:
    """Widths that fill the page; a column of numbers is wide enough that none of them is torn.

    What such a column needs more, the columns of words give, but not more than a third of theirs.
    """
    total = sum(part.widths)
    widths = [_WIDTH_MM * width / total for width in part.widths]
    needed = [
        max((len(row[number]) for row in part.rows), default=0) * _SIGN_MM + _CELL_ROOM_MM
        if number in part.numbers
        else 0
        for number in range(len(widths))
    ]
    lacking = sum(max(0.0, need - width) for need, width in zip(needed, widths, strict=True))
    words = sum(width for number, width in enumerate(widths) if number not in part.numbers)
    given = min(lacking, words * _MOST_GIVEN)
    if not given > 0:
        return widths
    return [
        width + max(0.0, needed[number] - width) * given / lacking
        if number in part.numbers
        else width * (1.0 - given / words)
        for number, width in enumerate(widths)
    ]


def _fill_cell(cell: Cell, text: str, language: str, *, strong: bool, right: bool) -> WordParagraph:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paragraph, text, language, _CELL_SIZE, heading=strong).bold = strong
    return paragraph


def _add_picture(file: Any, part: Picture, language: str) -> None:  # noqa: ANN401
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    paragraph = file.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run().add_picture(str(part.path), width=Mm(_WIDTH_MM))
    caption = file.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(caption, part.caption, language, _SIZES["note"])


def _add_signature(file: Any, part: Signature, language: str) -> None:  # noqa: ANN401
    from docx.shared import Pt

    cell = _framed(file, 1, 1).cell(0, 0)
    _keep_row(cell._tc.getparent(), repeated=False)  # noqa: SLF001 - the row has no other way in
    _run(cell.paragraphs[0], part.title, language, _SIZES["body"], heading=True).bold = True
    _run(cell.add_paragraph(), part.declaration, language, _SIZES["body"])
    for line in part.lines:
        paragraph = cell.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(9)
        _run(paragraph, signing_line(line), language, _SIZES["body"])
    space = file.add_paragraph()
    space.paragraph_format.space_after = Pt(0)
    for paragraph in (*cell.paragraphs, space):
        paragraph.paragraph_format.keep_with_next = part.together


def signing_line(text: str) -> str:
    """A line to write on; one that has its own blanks is left as it is."""
    return text if "\u3000" in text else "{}  {}".format(text, "_" * 34)


def _framed(file: Any, rows: int, columns: int) -> Any:  # noqa: ANN401
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    table = file.add_table(rows, columns, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), str(_CELL_MARGIN_TWIPS))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)  # noqa: SLF001
    return table


def _run(paragraph: WordParagraph, text: str, language: str, size: float, *, heading: bool = False) -> Any:  # noqa: ANN401
    from docx.shared import Pt

    run = paragraph.add_run("\t".join(_clean(part) for part in text.split("\t")))
    run.font.size = Pt(size)
    _set_fonts(run._r.get_or_add_rPr(), language, heading=heading)  # noqa: SLF001 - Chinese fonts have no other way in
    return run


def _clean(text: str) -> str:
    # Blanks at the ends are meant here: they stand between a word and a page number.
    return (
        text if not text.strip() else text[: len(text) - len(text.lstrip())] + clean(text) + text[len(text.rstrip()) :]
    )


def _set_fonts(properties: Any, language: str, *, heading: bool = False) -> None:  # noqa: ANN401
    from docx.oxml.ns import qn

    latin, body, head = _FONTS[language]
    fonts = properties.get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), latin)
    fonts.set(qn("w:eastAsia"), head if heading else body)
    fonts.set(qn("w:hint"), "eastAsia" if language == "zh" else "default")


def _set_languages(properties: Any) -> None:  # noqa: ANN401
    """Chinese signs in their simplified form, also where another typeface stands in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement("w:lang")
    # Latin letters and digits stay English in Chinese papers too: as Chinese, dates would be torn at the end of a line.
    element.set(qn("w:val"), "en-US")
    element.set(qn("w:eastAsia"), "zh-CN")
    properties.append(element)


def _field(paragraph: WordParagraph, name: str, language: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", None), (None, name), ("separate", None), (None, "1"), ("end", None)):
        run = _run(paragraph, text if text == "1" else "", language, 8)
        if kind is not None:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)  # noqa: SLF001
        elif text != "1":
            element = OxmlElement("w:instrText")
            element.text = " {} ".format(text)
            run._r.append(element)  # noqa: SLF001


def _shade(cell: Cell, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", colour)):
        shade.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def _keep_row(row: Any, *, repeated: bool) -> None:  # noqa: ANN401
    """No row is torn by the end of a page; the head is written on every page."""
    from docx.oxml import OxmlElement

    properties = row.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeated:
        properties.append(OxmlElement("w:tblHeader"))
