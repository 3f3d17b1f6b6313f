"""The papers that an office asks for: which are there, which are missing, and the fingerprint of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...core.errors import InputError
from ...core.progress import Progress
from ..hashes import sha256_of_file
from ..resources import read_table
from .reading import ApplicationFolder
from .texts import rows_of

PAPERS = "papers"
"""Folder inside the application's folder that the papers are put into."""

PRESENT, MISSING, NOT_NEEDED = "present", "missing", "not_needed"
_COLUMNS = {
    "paper": ("paper", "材料", "材料名称"),
    "file": ("file", "文件", "文件名"),
    "number": ("number", "文号", "编号"),
    "date": ("date", "日期"),
    "note": ("note", "备注"),
}
_IGNORED = (".", "~$", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class PaperFile:
    """A file of a paper; without a hash where it is listed but not there, of size 0 where it is empty.

    ``inside`` says whether it lies in the application's folder, from where ``name`` then begins.
    """

    name: str
    sha256: str | None
    size: int
    number: str | None = None
    date: str | None = None
    note: str | None = None
    inside: bool = True

    @property
    def counts(self) -> bool:
        """Whether there is something in it."""
        return self.sha256 is not None and self.size > 0


@dataclass(frozen=True)
class Paper:
    """A paper of the register with the files that were handed in for it."""

    id: str
    title: str
    title_zh: str
    issued_by: str
    issued_by_zh: str
    source: str
    confidence: str
    needed: bool
    files: tuple[PaperFile, ...] = ()

    @property
    def state(self) -> str:
        """``present``, ``missing`` or ``not_needed``."""
        if any(file.counts for file in self.files):
            return PRESENT
        return MISSING if self.needed else NOT_NEEDED


@dataclass(frozen=True)
class Register:
    """All papers, and files that belong to none of them by their name."""

    papers: tuple[Paper, ...]
    unassigned: tuple[PaperFile, ...] = ()

    @property
    def missing(self) -> tuple[Paper, ...]:
        """Papers that are needed and not there."""
        return tuple(paper for paper in self.papers if paper.state == MISSING)


def register_papers(application: ApplicationFolder, listed: Path | None, progress: Progress) -> Register:
    """The papers of an application: files in its folder ``papers``, and those that the table ``listed`` names.

    A file belongs to the paper whose name, or one of its other names, its own name or its folder's name holds; the
    longest such name decides. The table has the columns ``paper`` (id or title) and ``file`` (from where the table
    stands), and may have ``number``, ``date`` and ``note``.

    Raises
    ------
    InputError
        ``PAPERS_COLUMN_MISSING``, ``PAPER_UNKNOWN`` for a table that cannot be used, or as :func:`.read_table`.
    """
    papers = {paper.id: paper for paper in _asked_for(application)}
    files: dict[str | None, list[PaperFile]] = {}
    folder = application.folder / PAPERS
    names = _names(papers.values())
    for path in _files_in(folder):
        progress.raise_if_cancelled()
        shown = path.relative_to(folder).as_posix()
        files.setdefault(_paper_of(shown, names), []).append(_file(path, "{}/{}".format(PAPERS, shown), progress))
    for paper, file in _listed(listed, papers, progress) if listed is not None else ():
        files.setdefault(paper, []).append(file)
    found = tuple(replace(paper, files=tuple(files.get(paper.id, ()))) for paper in papers.values())
    return Register(found, tuple(files.get(None, ())))


def _asked_for(application: ApplicationFolder) -> list[Paper]:
    """What the profile asks for, in its order; the register's own list where it names nothing."""
    known = {row["paper"]: row for row in rows_of("papers.csv")}
    asked: Iterable[Mapping[str, Any]] = application.profile.get("evidence") or [
        {"id": row["paper"], "title": row["title"], "title_zh": row["title_zh"], "source": row["source"],
         "confidence": row["confidence"]} for row in known.values()
    ]  # fmt: skip
    papers = []
    for item in asked:
        row = known.get(item["id"], {})
        kinds = (row.get("kinds") or "holder;joint").split(";")
        papers.append(
            Paper(
                id=str(item["id"]),
                title=str(item["title"]),
                title_zh=str(item["title_zh"]),
                issued_by=row.get("issued_by", ""),
                issued_by_zh=row.get("issued_by_zh", ""),
                source=str(item["source"]),
                confidence=str(item["confidence"]),
                needed=("joint" if application.joint else "holder") in kinds,
            )
        )
    return papers


def _names(papers: Iterable[Paper]) -> list[tuple[str, str]]:
    """Names by which a file tells what paper it is, the longest first."""
    others = {row["paper"]: row["names"].split(";") for row in rows_of("papers.csv")}
    pairs = [
        (_folded(name), paper.id)
        for paper in papers
        for name in (paper.id, paper.title, paper.title_zh, *others.get(paper.id, ()))
        if name
    ]
    return sorted(pairs, key=lambda pair: (-len(pair[0]), pair))


def _paper_of(shown: str, names: list[tuple[str, str]]) -> str | None:
    folded = _folded(shown)
    return next((paper for name, paper in names if name in folded), None)


def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _files_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.casefold().startswith(_IGNORED) for part in path.relative_to(folder).parts)
    )


def _file(path: Path, shown: str, progress: Progress, about: Mapping[str, str | None] | None = None) -> PaperFile:
    hashed = sha256_of_file(path, progress) if path.is_file() else None
    size = path.stat().st_size if hashed is not None else 0
    return PaperFile(shown, hashed, size, **(about or {}), inside=about is None)


def _listed(table: Path, papers: Mapping[str, Paper], progress: Progress) -> list[tuple[str, PaperFile]]:
    frame = read_table(table)
    columns = {
        name: next((column for column in frame.columns if str(column).casefold() in spellings), None)
        for name, spellings in _COLUMNS.items()
    }
    absent = [name for name in ("paper", "file") if columns[name] is None]
    if absent:
        raise InputError("PAPERS_COLUMN_MISSING", path=str(table), columns=absent)
    by_name = {_folded(name): paper.id for paper in papers.values() for name in (paper.id, paper.title, paper.title_zh)}
    rows = []
    for row in frame.to_dict("records"):
        asked, name = row[columns["paper"]], row[columns["file"]]
        paper = by_name.get(_folded(asked or ""))
        if paper is None:
            raise InputError("PAPER_UNKNOWN", path=str(table), paper=asked, known=list(papers))
        about = {key: row[columns[key]] if columns[key] else None for key in ("number", "date", "note")}
        if name is not None:
            rows.append((paper, _file(table.parent / name, name, progress, about)))
    return rows
