"""A paper as a list of parts, the same for Word and PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Heading:
    """Level 1 begins a section, level 2 a part of it."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """``kind`` is ``title``, ``subtitle``, ``notice`` (in a frame), ``body``, ``note`` (small) or ``formula``."""

    text: str
    kind: str = "body"


@dataclass(frozen=True)
class Table:
    """A table whose head is repeated on every page.

    Attributes
    ----------
    head
        Names of the columns; empty for a table of names and values.
    rows
        Cells as text.
    widths
        Relative widths of the columns.
    numbers
        Columns that hold numbers, which stand to the right.
    sum_row
        Whether the last row is a sum.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numbers: frozenset[int] = frozenset()
    sum_row: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture over the width of the page, with a line below."""

    path: Path
    caption: str


@dataclass(frozen=True)
class Signature:
    """A frame in which somebody signs: who, what is declared, and the lines for name, seal and date.

    ``together`` says whether the next one has to stand on the same page.
    """

    title: str
    declaration: str
    lines: tuple[str, ...]
    together: bool = False


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Part = Heading | Paragraph | Table | Picture | Signature | PageBreak


def follows_heading(before: Part | None, part: Part) -> bool:
    """Whether ``part`` is the sentence below a heading, which has to stay with what it introduces."""
    return isinstance(before, Heading) and isinstance(part, Paragraph) and part.kind == "body"


@dataclass(frozen=True)
class Document:
    """A whole paper: its parts, and what stands on every page.

    Attributes
    ----------
    title
        For the properties of the file.
    header
        Left and right text above every page.
    footer
        Left text below every page; the page number stands to the right.
    page_of
        Template of the page number, with ``{page}`` and ``{pages}``.
    closer
        Whether rows may move closer together where that saves a page.
    """

    title: str
    language: str
    header: tuple[str, str]
    footer: str
    page_of: str
    parts: tuple[Part, ...]
    closer: bool = False
