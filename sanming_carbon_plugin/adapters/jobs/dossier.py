"""The dossier of an application: stand table, maps, statement, register of papers, hashes; all from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ...core.errors import DependencyError, UsageError
from ...core.progress import Progress
from ..dossier.papers import PRESENT, register_papers
from ..dossier.parameters import rows_used
from ..dossier.placing import DOSSIER, folder_in_place, require_free
from ..dossier.reading import read_application
from ..dossier.record import write_record
from ..dossier.statement import Contents, statement
from ..dossier.texts import LANGUAGES
from ..dossier.word_file import write_word
from ..dossier.workbook import write_workbook
from ..maps.qgis_session import running_qgis
from .request import JobOutcome
from .run_record import today

_NEEDED = (("openpyxl", "openpyxl", "Excel"), ("docx", "python-docx", "Word"), ("qgis", "qgis", "PDF"))
_STEPS = ("read", "papers", "maps", "documents")


@dataclass(frozen=True)
class DossierRequest:
    """Options of a dossier, named as on the command line.

    Attributes
    ----------
    folder
        Folder that ``application`` wrote.
    papers
        Table of papers that lie elsewhere than in the folder ``papers``, see :func:`.papers.register_papers`.
    languages
        ``zh`` and ``en``, or one of them.
    """

    folder: Path
    papers: Path | None = None
    languages: tuple[str, ...] = LANGUAGES
    overwrite: bool = False


def make_dossier(request: DossierRequest, progress: Progress) -> JobOutcome:
    """Make the papers of an application and write them into its folder ``dossier``, all or none.

    Raises
    ------
    UsageError
        ``LANGUAGE_UNKNOWN``.
    InputError
        As :func:`.reading.read_application` and :func:`.papers.register_papers`.
    OutputError
        ``OUTPUT_EXISTS`` and as every output.
    DependencyError
        ``LIBRARY_MISSING`` without openpyxl, python-docx or QGIS.
    CancelledError
        Nothing is written then.
    """
    unknown = [language for language in request.languages if language not in LANGUAGES]
    if unknown or not request.languages:
        raise UsageError("LANGUAGE_UNKNOWN", language=", ".join(unknown), languages=LANGUAGES)
    target = request.folder / DOSSIER
    progress.step("read", 0, len(_STEPS))
    application = read_application(request.folder)
    progress.raise_if_cancelled()
    require_free(target, overwrite=request.overwrite)
    for module, library, purpose in _NEEDED:
        if not _found(module):
            raise DependencyError("LIBRARY_MISSING", library=library, purpose=purpose)
    progress.step("papers", 1, len(_STEPS))
    register = register_papers(application, request.papers, progress)
    progress.raise_if_cancelled()
    contents = Contents(application, register, rows_used(application), today().isoformat())
    with folder_in_place(target, overwrite=request.overwrite) as beside:
        files, pages = _written(contents, beside, target, request.languages, progress)
        files += write_record(contents, beside, files)
    facts = application.facts
    counts: dict[str, object] = {
        **{name: facts[name] for name in ("applicant", "outcome", "whole_t", "pieces")},
        "papers_present": sum(paper.state == PRESENT for paper in register.papers),
        "papers_missing": len(register.missing), "dossier_pages": pages, "dossier_files": len(files),
        "profile": "{profile_id} {profile_version}, {profile_status}".format(**facts),
    }  # fmt: skip
    return JobOutcome(target, counts)


def _written(
    contents: Contents, folder: Path, named: Path, languages: tuple[str, ...], progress: Progress
) -> tuple[list[Path], int]:
    """Maps, statement and stand table in each language; the files and the number of pages of the statements."""
    files: list[Path] = []
    pages = 0
    with running_qgis():
        from ..dossier.maps import write_maps
        from ..dossier.pdf import write_pdf_document

        progress.step("maps", 2, len(_STEPS))
        maps = {language: write_maps(contents, folder, named, language, progress) for language in languages}
        progress.step("documents", 3, len(_STEPS))
        for language in languages:
            progress.raise_if_cancelled()
            picture = next(path for path in maps[language] if path.suffix == ".png")
            document = statement(contents, picture, language)
            word, paper = (folder / "statement_{}.{}".format(language, form) for form in ("docx", "pdf"))
            write_word(document, word)
            progress.raise_if_cancelled()
            pages += write_pdf_document(document, paper, named)
            progress.raise_if_cancelled()
            table = folder / "stand_table_{}.xlsx".format(language)
            write_workbook(contents, table, language)
            files += [table, word, paper, *maps[language]]
    return files, pages


def _found(module: str) -> bool:
    # A module that another plugin has set to None in sys.modules makes find_spec raise ValueError.
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
