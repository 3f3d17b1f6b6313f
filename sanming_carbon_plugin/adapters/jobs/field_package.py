"""The offline package for QField, made from a result and a list of stands to check."""

from __future__ import annotations

import json
import shutil
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import InputError, OutputError
from ...core.fieldwork.form import STAND_KEY
from ...core.progress import Progress
from ...paths import resources_dir
from ..field_package import files
from ..field_package.qgis_running import qgis_running
from ..field_package.results import in_force_now, read_result
from ..field_package.settings_files import load_form
from ..language import spoken_language
from ..output_files import moved_into_place, output_errors, require_writable
from ..resources import read_json
from .opening import beside, open_layer
from .request import JobOutcome, StandSource
from .run_record import now

_MEGABYTE = 1e6


@dataclass(frozen=True)
class PackageRequest:
    """What is to go into a package.

    Attributes
    ----------
    result, listed
        GeoPackage of the main job, and the list made from it.
    out
        Folder of the package; must not be there.
    background
        Rasters and vectors to be drawn into the background map, the first one lowest.
    tenure
        Parcels to be shown.
    cell_m
        Cells of the background map; as the settings say by default.
    zipped
        Whether a zip beside the folder is made as well.
    language
        ``en`` or ``zh``; by default that of the machine.
    form
        Columns of the form of one's own.
    """

    result: Path
    listed: Path
    out: Path
    background: Sequence[files.BackgroundSource] = ()
    tenure: StandSource | None = None
    cell_m: float | None = None
    zipped: bool = False
    language: str | None = None
    form: Path | None = None
    overwrite: bool = False


def field_package(request: PackageRequest, progress: Progress) -> JobOutcome:
    """Make a package, and keep a copy of what was sent beside the result.

    Raises
    ------
    DependencyError
        QGIS_MISSING.
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    with qgis_running():
        archive = request.out.with_name(request.out.name + ".zip")
        _require_free(request.out, request.overwrite)
        if request.zipped:
            require_writable(archive, overwrite=request.overwrite)
        package = str(uuid.uuid4())
        with _new_folder(request.out) as folder:
            count = _fill(folder, request, package, progress)
            progress.raise_if_cancelled()
            files.keep_base(folder / files.BASE_FILE, request.result, package)
        if request.zipped:
            _zip(request.out, archive)
    written = [path for path in request.out.rglob("*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in written) / _MEGABYTE
    counts = {"visits": count, "package": package, "files": len(written), "megabytes": "{:.1f}".format(megabytes)}
    return JobOutcome(request.out, counts)


def _fill(folder: Path, request: PackageRequest, package: str, progress: Progress) -> int:
    """Write everything into ``folder``; gives the number of stands to check."""
    # QGIS may be missing where this module is imported.
    from ..field_package.background import draw_background
    from ..field_package.project import write_project

    settings = read_json(resources_dir() / "fieldwork" / "package.json")
    language = request.language or spoken_language()
    form = load_form(request.form)
    progress.step("read", 0, 3)
    listed = files.read_list(request.listed)
    result = read_result(request.result, progress, listed.rows[STAND_KEY].to_numpy(dtype=object))
    place = result.stands.index.get_indexer(listed.rows[STAND_KEY].to_numpy(dtype=object))
    if (place < 0).any():
        gone = listed.rows[STAND_KEY][place < 0]
        raise InputError("FIELD_LIST_OTHER_RESULT", path=str(request.listed), count=len(gone), stand_key=gone.iloc[0])
    tenure = None
    if request.tenure is not None:
        tenure = beside(open_layer(request.tenure, progress), result.layer)
    progress.step("package", 1, 3)
    stands, geometry = in_force_now(result), result.geometry[place]
    rows = files.work_rows(stands, listed.rows, form, package, language)
    about = {
        "package": package,
        "base_mark": files.content_mark(rows, geometry),
        "result": request.result.name,
        "result_made": result.made,
        "made": now(),
        "language": language,
    }
    files.write_field_file(folder / files.FIELD_FILE, rows, geometry, result.crs_wkt, form, language, about)
    files.write_base_file(folder / files.BASE_FILE, rows, geometry, result.crs_wkt, form, listed, about)
    context = files.write_context_file(
        folder / files.CONTEXT_FILE, result, stands, tenure, geometry, float(settings["margin_m"])
    )
    if request.background:
        progress.step("background", 2, 3)
        box = files.margin_box(geometry, result.crs_wkt, float(settings["margin_m"]))
        cell_m = request.cell_m or float(settings["background_cell_m"])
        most = float(settings["background_max_megapixels"])
        draw_background(folder / files.BACKGROUND_FILE, request.background, box, result.crs_wkt, cell_m, most, progress)
    write_project(
        folder,
        context,
        form,
        language,
        lock_outlines=bool(settings["lock_outlines"]),
        photo_pixels=int(settings["photo_max_pixels"]),
        buttons_up_to=int(settings["buttons_up_to"]),
    )
    (folder / files.PHOTO_FOLDER).mkdir()
    (folder / files.MANIFEST_FILE).write_text(json.dumps(about, ensure_ascii=False, indent=2), encoding="utf-8")
    return len(rows)


def _require_free(folder: Path, overwrite: bool) -> None:
    """Refuse to replace what is no package, or one that holds photos already."""
    if not folder.exists():
        require_writable(folder, overwrite=False)
        return
    if not overwrite:
        raise OutputError("FIELD_FOLDER_EXISTS", path=str(folder))
    if not (folder / files.MANIFEST_FILE).is_file() or not (folder / files.FIELD_FILE).is_file():
        raise OutputError("FIELD_FOLDER_FOREIGN", path=str(folder))
    photos = [path for path in (folder / files.PHOTO_FOLDER).rglob("*") if path.is_file()]
    if photos:
        raise OutputError("FIELD_FOLDER_HAS_PHOTOS", path=str(folder), count=len(photos))


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder under another name beside ``folder``, which takes its place when the block ends well."""
    beside_it = folder.with_name(".{}.{}.tmp".format(folder.name, uuid.uuid4().hex[:8]))
    before = beside_it.with_suffix(".old")
    try:
        with output_errors(folder):
            beside_it.mkdir()
        yield beside_it
        with output_errors(folder):
            if folder.exists():
                folder.replace(before)
            beside_it.replace(folder)
    finally:
        shutil.rmtree(beside_it, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)


def _zip(folder: Path, archive: Path) -> None:
    with (
        moved_into_place(archive, overwrite=True) as beside_it,
        zipfile.ZipFile(beside_it, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for path in sorted(folder.rglob("*")):  # the empty folder of the photos too
            made.write(path, "{}/{}".format(folder.name, path.relative_to(folder).as_posix()))
