"""Work design (作业设计) of chosen parcels: sheets with maps as PDF and Word, and the list as Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...about import version
from ...core.errors import OutputError
from ...core.progress import Progress
from ...core.rasters.bands import BandReader
from ..dossier.document import Document
from ..maps.map_rows import MapRows, place_names, read_map_rows
from ..maps.qgis_session import running_qgis
from ..maps.themes import plan_themes, themes
from ..output_files import output_folder
from ..rasters import open_bands
from ..work_design.book import write_design_book
from ..work_design.parcels import Parcel, chosen_parcels, load_design_tables
from ..work_design.sheets import known_sum, parcel_name, say
from .request import JobOutcome
from .run_record import today

PDF, WORD, EXCEL = "work_design.pdf", "work_design.docx", "work_design.xlsx"

_BESIDE = 100
"""So many stands, about, are on the map of a parcel."""


@dataclass(frozen=True)
class WorkDesignRequest:
    """Options of a work design, named as on the command line.

    Attributes
    ----------
    result
        GeoPackage of the main job.
    out
        Folder for the papers, made if missing.
    plan
        GeoPackage of a plan: its parcels, with measure, technique, year and cost.
    stands, within
        Keys of stands and codes of units; of a unit only stands with a measure are taken.
    dem
        Elevation model for the contours, ``PATH`` or ``PATH#BAND``.
    designs, operations, works
        Tables of one's own in the place of the shipped ones.
    """

    result: Path
    out: Path
    plan: Path | None = None
    stands: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    dem: str | None = None
    names: Path | None = None
    author: str = ""
    designs: Path | None = None
    operations: Path | None = None
    works: Path | None = None
    language: str = "zh"
    overwrite: bool = False


def work_design(request: WorkDesignRequest, progress: Progress) -> JobOutcome:
    """Write ``work_design.pdf``, ``work_design.docx`` and ``work_design.xlsx``.

    Raises
    ------
    UsageError, InputError, OutputError, DependencyError, CancelledError
        Nothing is left half-written then.
    """
    _check_target(request)
    progress.step("read")
    names = place_names(request.names)
    tables, _ = load_design_tables(request.designs, request.operations, request.works)
    rows = read_map_rows(request.result, themes()["measure"])
    parcels = chosen_parcels(rows, tables, request.plan, request.stands, request.within, request.result)
    with ExitStack() as stack:
        stack.enter_context(running_qgis())
        dem = stack.enter_context(_opened(request.dem))
        beside = stack.enter_context(output_folder(request.out))
        progress.step("maps")
        _draw(request, rows, parcels, names, dem, beside, progress)
        progress.step("write")
        write_design_book(parcels, names, beside / EXCEL, request.language)
    cost = known_sum([parcel.design["cost_yuan"] for parcel in parcels])
    counts = {"parcels": len(parcels), "area_ha": round(sum(p.design["area_ha"] or 0.0 for p in parcels), 4)}
    counts["without_budget"] = sum(parcel.design["cost_yuan"] is None for parcel in parcels)
    return JobOutcome(request.out, {**counts, "cost_yuan": "unknown" if cost is None else round(cost, 2)})


@contextmanager
def _opened(spec: str | None) -> Iterator[BandReader | None]:
    if spec is None:
        yield None
        return
    reader = open_bands(spec)
    try:
        yield reader
    finally:
        reader.close()


def _check_target(request: WorkDesignRequest) -> None:
    if request.out.is_file():
        raise OutputError("OUTPUT_NOT_WRITABLE", path=str(request.out), reason="it is a file")
    there = next((request.out / name for name in (PDF, WORD, EXCEL) if (request.out / name).exists()), None)
    if there is not None and not request.overwrite:
        raise OutputError("OUTPUT_EXISTS", path=str(there))


def _draw(
    request: WorkDesignRequest,
    rows: MapRows,
    parcels: list[Parcel],
    names: dict[str, tuple[str, str]],
    dem: BandReader | None,
    folder: Path,
    progress: Progress,
) -> None:
    """Front pages, then sheet and map of each parcel, joined; the same with pictures for Word."""
    from ..dossier.word_file import write_word
    from ..maps.atlas import drawing_project
    from ..maps.heard_drawing import Ears
    from ..maps.pdf import write_pdf, write_png
    from ..maps.pdf_join import join_pdfs
    from ..work_design.design_map import DesignMaps
    from ..work_design.sheets import design_document, design_rows, front_document, parcel_document

    language, day, named = request.language, today().isoformat(), request.out / PDF
    work = folder / "parts"
    work.mkdir()
    parts, titles, pictures = [work / "front.pdf"], [say("title", language)], {}
    papers: dict[Path, Document] = {parts[0]: front_document(parcels, names, request.author, day, language)}
    with drawing_project() as project:
        theme = themes()["measure"] if request.plan is None else plan_themes()["plan_measure"]
        ears = Ears(progress)
        maker = DesignMaps(project, rows, theme, dem, names, language, ears)
        for place, parcel in enumerate(parcels, start=1):
            progress.raise_if_cancelled()
            name = parcel_name(parcel, names, language)
            sheet, plan, picture = (work / f"{place}_{kind}" for kind in ("sheet.pdf", "map.pdf", "map.png"))
            papers[sheet] = parcel_document(parcel, names, request.author, day, language)
            table: list[tuple[str, ...]] = [
                (say("item", language), say("value", language)),
                *design_rows(parcel, language),
            ]
            parts.append(sheet)
            titles.append(name)
            progress.update((place - 1) / len(parcels))
            if not parcel.has_outline:
                continue
            measure, at = str(parcel.design["measure"]), (place, len(parcels))
            ears.page_begins((place - 1) / len(parcels), place / len(parcels), _BESIDE)
            with maker.sheet(parcel.position, measure, name, at, table, request.author, day, parcel.outline) as layout:
                for write, part in ((write_pdf, plan), (write_png, picture)):
                    with ears.while_drawn():
                        write(layout, part, named)
            parts.append(plan)
            titles.append(f"{name} · {say('map', language)}")
            pictures[parcel.key] = picture
    _number_through(parts, papers, named, progress)
    join_pdfs(parts, titles, folder / PDF, title=say("title", language), author=request.author,
              producer=f"sanming_carbon_plugin {version()}", day=day)  # fmt: skip
    write_word(design_document(parcels, names, pictures, request.author, day, language), folder / WORD)
    for path in work.iterdir():
        path.unlink()
    work.rmdir()


def _number_through(parts: list[Path], papers: Mapping[Path, Document], named: Path, progress: Progress) -> None:
    """Write the papers so that their pages count through the set, the maps between them counting one each."""
    from ..dossier.pdf import write_pdf_document

    pages = []
    for path in parts:
        progress.raise_if_cancelled()
        pages.append(write_pdf_document(papers[path], path, named) if path in papers else 1)
    for place, path in enumerate(parts):
        progress.raise_if_cancelled()
        if path in papers:
            write_pdf_document(papers[path], path, named, 1 + sum(pages[:place]), sum(pages))
