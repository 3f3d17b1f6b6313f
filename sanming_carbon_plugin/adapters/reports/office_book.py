"""Changes cells of an Excel file that somebody else made, and nothing else in it.

Pictures, charts, macros, protection, comments and printing stay byte for byte: a library that reads a workbook and
writes it anew loses what it does not know. Only three things change besides the cells: results that formulas gave
before are taken out, for they would be stale, the order of computing is forgotten, and the file is computed when a
spreadsheet program opens it.
"""

from __future__ import annotations

import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path, PurePosixPath
from zlib import error as zlib_error

_WORKBOOK, _LINKS, _CHAIN = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/calcChain.xml"
_TYPES = "[Content_Types].xml"
_SHEET = re.compile(r"<sheet\b([^>]*?)/?>")
_LINK = re.compile(r"<Relationship\b([^>]*?)/?>")
_NAME = re.compile(r"<definedName\b([^>]*)>([^<]*)</definedName>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*"([^"]*)"')
_PLACE = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!,]+))!\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")
_JOINED = re.compile(r'<mergeCell\b[^>]*\bref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_DATA = re.compile(r"<sheetData\s*/>|<sheetData\b[^>]*>(.*?)</sheetData>", re.DOTALL)
_ROW = re.compile(r'<row\b[^>]*?\br="([0-9]+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
_CELL = re.compile(r'<c\b[^>]*?\br="([A-Z]+)([0-9]+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_RESULT = re.compile(r"(<f\b[^>]*?(?:/>|>[^<]*</f>))\s*<v>[^<]*</v>")
_SIZE = re.compile(r"<dimension\b[^>]*?/>")
_COMPUTED = re.compile(r"<calcPr\b[^>]*?/?>")
_LETTERS = 26


@dataclass(frozen=True, order=True)
class Place:
    """A cell: title of the sheet, row and column from 1."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.sheet}!{letters(self.column)}{self.row}"


@dataclass(frozen=True)
class JoinedCells:
    """A block of joined cells, all ends included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    def holds(self, place: Place) -> bool:
        """Whether ``place`` is one of them."""
        inside = self.top <= place.row <= self.bottom and self.left <= place.column <= self.right
        return inside and place.sheet == self.sheet

    def __str__(self) -> str:
        return f"{self.sheet}!{letters(self.left)}{self.top}:{letters(self.right)}{self.bottom}"


class OfficeBook:
    """An Excel file (``.xlsx`` or ``.xlsm``) whose cells are to be filled."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises
        ------
        ValueError
            Where it is no workbook that can be filled; ``BadZipFile`` and ``OSError`` as they come.
        """
        try:
            with zipfile.ZipFile(path) as file:
                self._items = file.infolist()
                self._parts = {item.filename: file.read(item) for item in self._items}
        except (zlib_error, NotImplementedError, RuntimeError) as fault:  # damaged, or locked with a password
            raise ValueError("zip") from fault
        if _WORKBOOK not in self._parts or _LINKS not in self._parts:
            raise ValueError("workbook")
        self._workbook = self._text(_WORKBOOK)
        links = {link["Id"]: link["Target"] for link in _attributes(_LINK, self._text(_LINKS)) if "Id" in link}
        self._files: dict[str, str] = {}
        for sheet in _attributes(_SHEET, self._workbook):
            file_name = _inside(links.get(sheet.get("r:id", ""), ""))
            if file_name in self._parts and "<sheetData" in self._text(file_name):
                self._files[unescape(sheet.get("name", ""))] = file_name
        if not self._files:
            raise ValueError("sheets")

    def _text(self, part: str) -> str:
        return self._parts[part].decode("utf-8-sig")

    def names(self) -> Iterator[tuple[str, Place | None]]:
        """Defined names of the workbook and of its sheets with their cell; None where a name is not one cell."""
        for found in _NAME.finditer(self._workbook):
            name = unescape(dict(_ATTRIBUTE.findall(found[1])).get("name", ""))
            yield name, self._place(unescape(found[2]).strip())

    def _place(self, text: str) -> Place | None:
        found = _PLACE.match(text)
        if found is None:
            return None
        sheet = found[2] if found[1] is None else found[1].replace("''", "'")
        return Place(sheet, int(found[4]), number_of(found[3])) if sheet in self._files else None

    def joined(self) -> list[JoinedCells]:
        """All blocks of joined cells."""
        return [
            JoinedCells(sheet, int(top), number_of(left), int(bottom), number_of(right))
            for sheet, part in self._files.items()
            for left, top, right, bottom in _JOINED.findall(self._text(part))
        ]

    def put(self, values: dict[Place, object]) -> None:
        """Write numbers and texts into cells, which keep their look; None empties a cell. A text is never a formula."""
        for sheet, part in self._files.items():
            mine = {place: value for place, value in values.items() if place.sheet == sheet}
            if mine:
                self._parts[part] = _with_cells(self._text(part), mine).encode("utf-8")

    def save(self, path: Path) -> None:
        """Write the file."""
        for part in self._files.values():
            self._parts[part] = _RESULT.sub(r"\1", self._text(part)).encode("utf-8")
        self._parts[_WORKBOOK] = _computed_on_opening(self._workbook).encode("utf-8")
        for part in (_TYPES, _LINKS):  # a spreadsheet program makes the order of computing anew
            text = re.sub(r'<(?:Override|Relationship)\b[^>]*"[^">]*calcChain\.xml"[^>]*?/>', "", self._text(part))
            self._parts[part] = text.encode("utf-8")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for item in self._items:
                if item.filename != _CHAIN:
                    file.writestr(item, self._parts[item.filename], zipfile.ZIP_DEFLATED)


def letters(column: int) -> str:
    """``A`` for 1, ``AA`` for 27."""
    text = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text


def number_of(column: str) -> int:
    """1 for ``A``, 27 for ``AA``."""
    number = 0
    for letter in column.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number


def _attributes(pattern: re.Pattern[str], text: str) -> Iterator[dict[str, str]]:
    for found in pattern.finditer(text):
        yield dict(_ATTRIBUTE.findall(found[1]))


def _inside(target: str) -> str:
    """Name of a part in the file from a link of the workbook."""
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _with_cells(text: str, values: dict[Place, object]) -> str:
    data = _DATA.search(text)
    if data is None:
        raise ValueError("rows")
    rows = {int(found[1]): found[0] for found in _ROW.finditer(data[1] or "")}
    order = sorted(rows)
    for number in sorted({place.row for place in values}):
        if number not in rows:
            order.insert(bisect_left(order, number), number)
            rows[number] = f'<row r="{number}"></row>'
        mine = {place.column: value for place, value in values.items() if place.row == number}
        rows[number] = _with_row(rows[number], number, mine)
    made = "<sheetData>{}</sheetData>".format("".join(rows[number] for number in order))
    return _SIZE.sub("", text[: data.start()]) + made + text[data.end() :]


def _with_row(row: str, number: int, values: dict[int, object]) -> str:
    head, _, inside = row.partition(">")
    if head.endswith("/"):
        head, inside = head[:-1].rstrip(), ""
    cells = {number_of(found[1]): found[0] for found in _CELL.finditer(inside)}
    for column, value in values.items():
        cells[column] = _cell(cells.get(column, ""), letters(column) + str(number), value)
    head = re.sub(r'\s+spans="[^"]*"', "", head)
    return head + ">" + "".join(cells[column] for column in sorted(cells)) + "</row>"


def _cell(before: str, place: str, value: object) -> str:
    look = dict(_ATTRIBUTE.findall(before.partition(">")[0])).get("s")
    start = f'<c r="{place}"' + ("" if look is None else f' s="{look}"')
    if value is None:
        return start + "/>"
    if isinstance(value, bool | int | float):
        return f"{start}><v>{float(value)!r}</v></c>"
    text = "".join(sign for sign in str(value) if sign >= " " or sign in "\n\t")
    return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape(text, quote=False)}</t></is></c>'


def _computed_on_opening(workbook: str) -> str:
    found = _COMPUTED.search(workbook)
    if found is None:
        return re.sub(r"(</(?:definedNames|sheets)>)(?!.*</definedNames>)", r'\1<calcPr fullCalcOnLoad="1"/>', workbook,
                      count=1, flags=re.DOTALL)  # fmt: skip
    kept = re.sub(r'\s+(?:fullCalcOnLoad|calcMode)="[^"]*"', "", found[0]).rstrip("/>").rstrip()
    return workbook[: found.start()] + kept + ' fullCalcOnLoad="1"/>' + workbook[found.end() :]
