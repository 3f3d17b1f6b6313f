"""Maps of a result: one PDF, one file for each unit, or a web map."""

from __future__ import annotations

from ...core.errors import DependencyError, UsageError
from ...core.progress import Progress
from ..maps.map_set import MapSet, MapSetRequest, open_map_set
from ..maps.qgis_session import running_qgis
from ..maps.web_map import write_web_map
from ..output_files import require_writable
from .request import JobOutcome
from .run_record import today

WEB_ENDINGS = (".html", ".htm")
_FILE_ENDINGS = (".pdf", *WEB_ENDINGS)


def export_maps(request: MapSetRequest, progress: Progress) -> JobOutcome:
    """Draw the maps of a result.

    A set that was interrupted goes on where it was when it is asked for again with the same data and options.

    Raises
    ------
    UsageError, InputError, OutputError, DependencyError, CancelledError
        As the parts; a PDF or PNG needs the ``qgis`` module, a web map does not.
    """
    ending = request.out.suffix.lower()
    if ending and ending not in _FILE_ENDINGS and not request.out.is_dir():
        raise UsageError("OUTPUT_FORMAT", path=str(request.out), formats=[*_FILE_ENDINGS, "a folder"])
    progress.step("read")
    if ending in WEB_ENDINGS:
        require_writable(request.out, overwrite=request.overwrite)
        map_set = open_map_set(request)
        progress.step("maps")
        written = write_web_map(map_set, progress)
        return _outcome(request, map_set, len(written))
    map_set = open_map_set(request)
    progress.step("maps")
    with running_qgis():
        try:
            from ..maps.atlas import export_map_set
        except ImportError as missing:
            raise DependencyError("LIBRARY_MISSING", library="qgis", purpose="PDF") from missing
        written = export_map_set(map_set, today().isoformat(), progress)
    return _outcome(request, map_set, len(written))


def _outcome(request: MapSetRequest, map_set: MapSet, files: int) -> JobOutcome:
    stands = sum(len(unit.rows) for unit in map_set.units)
    return JobOutcome(request.out, {"map_pages": len(map_set.units), "map_files": files, "stands": stands})
