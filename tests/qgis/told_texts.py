"""Everything that the algorithms of one office told people: logs, doubts, pages, workbooks and papers."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import docx
from every_algorithm import Office
from openpyxl import load_workbook

Told = tuple[str, str]
"""Where it was told, and what."""

_TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[^>]+>", re.DOTALL)
_TABLES_OF_TEXTS = ("issues",)


def told_texts(office: Office, names: list[str], language: str) -> Iterator[Told]:
    """All texts, line by line."""
    for name in names:
        ran = office.ran(name)
        yield from (("log of " + name, line) for line in ran.lines)
        for title, layer in ran.layers:
            yield "layer of " + name, title
            yield "layer of " + name, layer.name()
            for tab in layer.editFormConfig().tabs():
                yield "form of " + name, tab.name()
    for path in sorted(office.folder.rglob("*")):
        if path.is_file() and "returned" not in path.parts:
            yield from ((path.relative_to(office.folder).as_posix(), text) for text in _texts_of(path, language))


def _texts_of(path: Path, language: str) -> Iterator[str]:
    other = "en" if language == "zh" else "zh"
    if path.stem.endswith("_" + other) or "_{}_".format(other) in path.name:
        return
    if path.suffix == ".html":
        yield from (line.strip() for line in _of_page(path).splitlines() if line.strip())
    elif path.suffix == ".svg":
        yield from re.findall(r"<text[^>]*>([^<]*)", path.read_text(encoding="utf-8"))
    elif path.suffix == ".xlsx":
        for sheet in load_workbook(path, data_only=True).worksheets:
            yield sheet.title
            yield from (str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str))
    elif path.suffix == ".docx":
        document = docx.Document(str(path))
        yield from (paragraph.text for paragraph in document.paragraphs)
        yield from (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    elif path.suffix == ".pdf":
        told = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
        yield from told.stdout.splitlines()
    elif path.suffix == ".gpkg":
        yield from _of_tables(path, language)


def _of_page(path: Path) -> str:
    text = re.sub(r"</(td|th|p|h\d|li|text|title|div|tr|span|b)>", "\n", path.read_text(encoding="utf-8"))
    return unescape(_TAGS.sub("", text))


def _of_tables(path: Path, language: str) -> Iterator[str]:
    column = "message_zh" if language == "zh" else "message"
    with closing(sqlite3.connect(path)) as database:
        tables = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
        for table in tables & set(_TABLES_OF_TEXTS):
            yield from (
                text for (text,) in database.execute("SELECT DISTINCT {} FROM {}".format(column, table)) if text
            )
