"""A map set before anything is drawn: what was asked for, checked, and the stands and units it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely

from ...about import version
from ...core.errors import InputError, UsageError
from ..geopackage_rows import table_names
from ..hashes import sha256_of_file
from .class_areas import AREA_UNITS
from .map_rows import STANDS, MapRows, place_names, read_map_rows
from .map_units import LEVELS, MapUnit, units_of
from .set_state import set_fingerprint
from .themes import Theme, plan_themes, themes

PAPERS = ("a4", "a3")
ORIENTATIONS = ("auto", "portrait", "landscape")
FORMS = ("pdf", "png")


@dataclass(frozen=True)
class MapSetRequest:
    """Options of a map set, named as on the command line.

    Attributes
    ----------
    result
        GeoPackage of the main job, or of a plan.
    out
        ``FILE.pdf`` for all pages in one file, ``FILE.html`` for a web map, a folder for one file each.
    level
        What one page shows, one of :data:`sanming_carbon_plugin.adapters.maps.map_units.LEVELS`.
    theme
        What is coloured, a theme of ``resources/styles/themes.csv``.
    paper, orientation, form
        ``a4`` or ``a3``; ``portrait``, ``landscape`` or, page by page, the one that shows more (``auto``); ``pdf`` or
        ``png`` for one file each.
    within, stands
        Codes of units and keys of stands to draw, all by default.
    names
        CSV with names of townships and villages.
    author
        Who draws the maps.
    template
        A layout template of one's own.
    ground
        Result whose stands lie around those of a plan: boundaries run round them.
    units
        Units of areas, in the order of the table.
    mass
        ``t`` or ``wan_t`` (万吨), for the amounts of themes about carbon.
    """

    result: Path
    out: Path
    level: str = "village"
    theme: str = "measure"
    paper: str = "a4"
    orientation: str = "auto"
    form: str = "pdf"
    language: str = "zh"
    within: tuple[str, ...] = ()
    stands: tuple[str, ...] = ()
    names: Path | None = None
    author: str = ""
    template: Path | None = None
    ground: Path | None = None
    units: tuple[str, ...] = AREA_UNITS
    mass: str = "t"
    overwrite: bool = False


@dataclass(frozen=True)
class MapSet:
    """A request with all that its pages need."""

    request: MapSetRequest
    theme: Theme
    rows: MapRows
    units: list[MapUnit]
    names: Mapping[str, tuple[str, str]]

    def fingerprint(self) -> str:
        """What the pages depend on; the target and whether it may be replaced do not count."""
        asked = self.request
        files = [_file(path) for path in (asked.names, asked.template)]
        options = [
            asked.level, asked.theme, asked.paper, asked.orientation, asked.form, asked.language, asked.within,
            asked.stands, asked.author, asked.units, asked.mass, self.theme, version(), *files,
        ]  # fmt: skip
        return set_fingerprint(self.rows, options)


def open_map_set(request: MapSetRequest) -> MapSet:
    """Check a request and read its stands.

    Raises
    ------
    UsageError
        ``MAP_PAPER_UNKNOWN``, ``MAP_ORIENTATION_UNKNOWN``, ``MAP_FORM_UNKNOWN``.
    InputError
        ``MAP_THEME_UNKNOWN``, ``MAP_LEVEL_UNKNOWN``, ``MAP_UNIT_UNKNOWN``, ``MAP_STAND_UNKNOWN``,
        ``MAP_WITHOUT_STANDS``, ``RESULT_LAYER_MISSING``, ``MAP_COLUMN_MISSING``, ``NAMES_TABLE_INVALID``.
    """
    if request.paper not in PAPERS:
        raise UsageError("MAP_PAPER_UNKNOWN", paper=request.paper, papers=PAPERS)
    if request.orientation not in ORIENTATIONS:
        raise UsageError("MAP_ORIENTATION_UNKNOWN", orientation=request.orientation, orientations=ORIENTATIONS)
    if request.form not in FORMS:
        raise UsageError("MAP_FORM_UNKNOWN", form=request.form, forms=FORMS)
    unknown = [unit for unit in request.units if unit not in AREA_UNITS]
    if unknown or not request.units:
        raise UsageError("MAP_UNITS_UNKNOWN", unit=", ".join(unknown), units=AREA_UNITS)
    if request.level not in LEVELS:
        raise InputError("MAP_LEVEL_UNKNOWN", level=request.level, levels=LEVELS)
    theme = _theme(request)
    names = place_names(request.names)
    rows = read_map_rows(request.result, theme, request.ground)
    if all(shape is None or shapely.is_empty(shape) for shape in rows.geometry):
        raise InputError("MAP_WITHOUT_STANDS", path=str(request.result), layer=theme.layer)
    units = units_of(rows, request.level, names, request.within, request.stands)
    return MapSet(request, theme, rows, units, names)


def _theme(request: MapSetRequest) -> Theme:
    """The theme asked for; the measures of a plan where a plan is shown by ``measure``."""
    known = {**themes(), **plan_themes()}
    if request.theme not in known:
        raise InputError("MAP_THEME_UNKNOWN", theme=request.theme, themes=list(known))
    tables = table_names(request.result)
    ours = "plan_" + request.theme
    return known[ours] if ours in known and "plan" in tables and STANDS not in tables else known[request.theme]


def _file(path: Path | None) -> str:
    return "" if path is None else sha256_of_file(path)
