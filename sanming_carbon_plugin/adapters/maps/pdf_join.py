"""Puts PDF files of one sheet each together into one file with bookmarks.

Only files as Qt writes them are taken: plain cross-reference tables, one object after the other. Their objects
get new numbers; the contents of streams are not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...core.errors import OutputError
from ...core.progress import Progress

_REFERENCE = re.compile(rb"(?<![\d.])(\d+) 0 R\b")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_SECTION = re.compile(rb"\s*(\d+) (\d+)\s*\n")
_ENTRY_BYTES = 20
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_PAGES = re.compile(rb"/Pages (\d+) 0 R")
_KIDS = re.compile(rb"/Kids\s*\[(.*?)\]", re.DOTALL)
_PARENT = re.compile(rb"/Parent \d+ 0 R")
_OWN_OBJECTS = 4
"""Catalog, page tree, information and outline come first; the sheets' own objects follow."""


def join_pdfs(
    parts: Sequence[Path],
    titles: Sequence[str],
    out: Path,
    *,
    title: str,
    author: str,
    producer: str,
    day: str,
    progress: Progress | None = None,
) -> None:
    """Write the pages of ``parts`` into ``out``, each part with a bookmark of its title.

    Raises
    ------
    OutputError
        ``MAP_NOT_WRITTEN`` where a part is not a PDF as Qt writes it.
    CancelledError
        When ``progress`` says so.
    """
    number = _OWN_OBJECTS + len(parts) + 1
    pages: list[int] = []
    first_pages: list[int] = []
    offsets: dict[int, int] = {}
    with out.open("wb") as stream:
        stream.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")

        def write(place: int, body: bytes) -> None:
            offsets[place] = stream.tell()
            stream.write(b"%d 0 obj\n" % place + body + b"\nendobj\n")

        for part in parts:
            if progress is not None:
                progress.raise_if_cancelled()
            objects, kids, dropped = _read(part)
            kept = [name for name in objects if name not in dropped]
            new = {name: number + place for place, name in enumerate(kept)}
            number += len(kept)
            first_pages.append(new[kids[0]])
            pages += [new[kid] for kid in kids]
            for name in kept:
                body = _renumbered(objects[name], new)
                write(new[name], _PARENT.sub(b"/Parent 2 0 R", body, count=1) if name in kids else body)
        _write_frame(
            write, pages, list(zip(first_pages, titles, strict=True)), _information(title, author, producer, day)
        )
        _write_table(stream, offsets, number)


def _write_frame(write, pages: Sequence[int], marks: Sequence[tuple[int, str]], information: bytes) -> None:  # noqa: ANN001
    """Catalog, page tree, information, and one bookmark for each part."""
    write(1, b"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R /PageMode /UseOutlines >>")
    write(2, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), b" ".join(b"%d 0 R" % page for page in pages)))
    write(3, information)
    first, last = _OWN_OBJECTS + 1, _OWN_OBJECTS + len(marks)
    write(4, b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (first, last, len(marks)))
    for place, (page, title) in enumerate(marks):
        beside = b" /Prev %d 0 R" % (first + place - 1) if place else b""
        beside += b" /Next %d 0 R" % (first + place + 1) if place < len(marks) - 1 else b""
        write(first + place, b"<< /Title %s /Parent 4 0 R /Dest [%d 0 R /Fit]%s >>" % (_text(title), page, beside))


def _write_table(stream, offsets: dict[int, int], size: int) -> None:  # noqa: ANN001
    start = stream.tell()
    stream.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for place in range(1, size):
        stream.write(b"%010d 00000 n \n" % offsets[place])
    stream.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start))


def _information(title: str, author: str, producer: str, day: str) -> bytes:
    made = b"(D:%s)" % day.replace("-", "").encode("ascii")
    return b"<< /Title %s /Author %s /Creator %s /CreationDate %s >>" % (
        _text(title), _text(author), _text(producer), made,
    )  # fmt: skip


def _text(words: str) -> bytes:
    return b"<feff%s>" % words.encode("utf-16-be").hex().encode("ascii")


def _read(path: Path) -> tuple[dict[int, bytes], list[int], set[int]]:
    """Objects of one file, the numbers of its sheets, and those that the joined file has of its own."""
    data = path.read_bytes()
    offsets, trailer = _table(path, data)
    ends = sorted({*offsets.values(), data.rindex(b"xref\n", 0, data.rindex(b"startxref"))})
    objects = {}
    for number, start in offsets.items():
        end = next((place for place in ends if place > start), len(data))
        whole = data[start:end]
        opened, closed = whole.find(b"obj"), whole.rfind(b"endobj")
        if opened < 0 or closed < 0:
            raise _unusable(path)
        objects[number] = whole[opened + 3 : closed].strip(b"\r\n")
    root = _found(_ROOT, trailer, path)
    tree = _found(_PAGES, objects[root], path)
    kids = _KIDS.search(objects[tree])
    if kids is None:
        raise _unusable(path)
    sheets = [int(found) for found in _REFERENCE.findall(kids.group(1))]
    return objects, sheets, {root, tree}


def _table(path: Path, data: bytes) -> tuple[dict[int, int], bytes]:
    found = _START.search(data[-64:])
    if found is None:
        raise _unusable(path)
    at = int(found.group(1))
    if data[at : at + 4] != b"xref":
        raise _unusable(path)
    trailer_at = data.index(b"trailer", at)
    trailer = data[trailer_at:]
    if b"/Prev" in trailer:
        raise _unusable(path)
    return dict(_entries(data, at + 4, trailer_at)), trailer


def _entries(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    while at < end:
        section = _SECTION.match(data, at, end)
        if section is None:
            return
        first, count = int(section.group(1)), int(section.group(2))
        at = section.end()
        for place in range(count):
            entry = data[at : at + _ENTRY_BYTES]
            if entry[17:18] == b"n":
                yield first + place, int(entry[:10])
            at += _ENTRY_BYTES


def _renumbered(body: bytes, new: dict[int, int]) -> bytes:
    opened = body.find(b"stream")
    is_stream = opened >= 0 and body.rstrip().endswith(b"endstream")
    head, tail = (body[:opened], body[opened:]) if is_stream else (body, b"")
    return _REFERENCE.sub(lambda found: b"%d 0 R" % new.get(int(found.group(1)), 0), head) + tail


def _found(pattern: re.Pattern[bytes], text: bytes, path: Path) -> int:
    found = pattern.search(text)
    if found is None:
        raise _unusable(path)
    return int(found.group(1))


def _unusable(path: Path) -> OutputError:
    return OutputError("MAP_NOT_WRITTEN", path=str(path), reason="not a plain PDF")
