"""Draws a map set page by page; what is finished stays finished, whatever happens to the rest.

QGIS layouts may only be made and drawn in the main thread, so all of this runs there; between pages and while one is
drawn the progress is told and a wish to stop is heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.core import QgsProject

from ...about import version
from ...core.errors import CancelledError, CarbonError, OutputError
from ...core.progress import Progress
from ..output_files import moved_into_place, output_errors, require_writable
from .heard_drawing import Ears
from .map_set import MapSet
from .pages import PageMaker
from .pdf import write_pdf, write_png
from .pdf_join import join_pdfs
from .set_state import SetState

WORK_ENDING = ".pages"
"""What the folder of finished pages is called after the target."""

_NAME_SIGNS = 60


class MapsInterruptedError(CancelledError):
    """The user asked to stop; the pages that are finished are kept."""

    def __init__(self, folder: Path, done: int, pages: int) -> None:
        CarbonError.__init__(self, "MAPS_INTERRUPTED", path=str(folder), done=done, pages=pages)


def export_map_set(map_set: MapSet, day: str, progress: Progress) -> list[Path]:
    """Draw all pages that are not finished yet and put the set in its place.

    Parameters
    ----------
    map_set
        The set.
    day
        The date on the sheets; a set that goes on keeps the date it was begun with.
    progress
        Told the share of pages that are finished.

    Returns
    -------
    list of Path
        The files of the set: one PDF, or one file for each page.

    Raises
    ------
    OutputError
        ``OUTPUT_EXISTS``, ``MAP_NOT_WRITTEN`` and as every output.
    MapsInterruptedError
        When the user asked to stop.
    """
    request = map_set.request
    together = request.out.suffix.lower() == ".pdf"
    form = "pdf" if together else request.form
    folder = request.out.with_name(request.out.name + WORK_ENDING)
    state = SetState(folder, map_set.fingerprint(), day, request.out)
    names = page_names(map_set, form)
    if together and state.is_complete():  # stopped between its last two steps
        state.remove()
        return [request.out]
    _check_target(map_set, names, together=together, going_on=state.finished() > 0)
    state.begin()
    try:
        _draw(map_set, state, names, form, progress)
        written = _joined(map_set, state, names, progress) if together else _moved(map_set, state, names)
    except (CancelledError, KeyboardInterrupt) as stopped:
        raise MapsInterruptedError(state.folder, state.finished(), len(names)) from stopped
    state.remove()
    return written


def page_names(map_set: MapSet, form: str) -> list[str]:
    """Name of the file of each page: running number and code, in signs that every system takes."""
    width = max(len(str(len(map_set.units))), 3)
    return [
        "{:0{}d}_{}.{}".format(number, width, _plain(unit.code) or map_set.request.level, form)
        for number, unit in enumerate(map_set.units, start=1)
    ]


def _plain(code: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in code)[:_NAME_SIGNS]


def _check_target(map_set: MapSet, names: list[str], *, together: bool, going_on: bool) -> None:
    request = map_set.request
    if together:
        require_writable(request.out, overwrite=request.overwrite)
        return
    if request.out.is_file():
        raise OutputError("OUTPUT_NOT_WRITABLE", path=str(request.out), reason="it is a file")
    taken = next((request.out / name for name in names if (request.out / name).exists()), None)
    if taken is not None and not request.overwrite and not going_on:
        raise OutputError("OUTPUT_EXISTS", path=str(taken))


def _draw(map_set: MapSet, state: SetState, names: list[str], form: str, progress: Progress) -> None:
    write = write_pdf if form == "pdf" else write_png
    with drawing_project() as project:
        maker: PageMaker | None = None
        ears = Ears(progress)
        for place, (unit, name) in enumerate(zip(map_set.units, names, strict=True)):
            progress.raise_if_cancelled()
            if not state.has(name):
                ears.page_begins(place / len(names), (place + 1) / len(names), len(unit.rows))
                maker = maker or PageMaker(project, map_set, state.day, ears)
                target = state.folder / name
                with (
                    maker.page(unit, place) as layout,
                    moved_into_place(target, overwrite=True) as beside,
                    ears.while_drawn(),  # a page of which a part was left out goes
                ):
                    write(layout, beside, target)
                state.add(name)
            progress.update((place + 1) / len(names))


@contextmanager
def drawing_project() -> Iterator[QgsProject]:
    """A project of its own, taken down whatever happens: a layer that outlives QGIS makes it crash on leaving."""
    project = QgsProject()
    try:
        yield project
    finally:
        project.clear()


def _joined(map_set: MapSet, state: SetState, names: list[str], progress: Progress) -> list[Path]:
    request = map_set.request
    titles = [unit.name(request.language) for unit in map_set.units]
    with moved_into_place(request.out, overwrite=request.overwrite) as beside, output_errors(request.out):
        join_pdfs(
            [state.folder / name for name in names],
            titles,
            beside,
            title=map_set.theme.title(request.language),
            author=request.author,
            producer="sanming_carbon_plugin {}".format(version()),
            day=state.day,
            progress=progress,
        )
        state.note_whole(beside)
    return [request.out]


def _moved(map_set: MapSet, state: SetState, names: list[str]) -> list[Path]:
    out = map_set.request.out
    with output_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        state.note_moving()
        for name in names:
            if (state.folder / name).exists():
                (state.folder / name).replace(out / name)
    return [out / name for name in names]
