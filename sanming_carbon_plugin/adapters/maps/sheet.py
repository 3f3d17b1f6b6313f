"""The sheet to print: a layout template filled with a result, and the PDF made from it.

A template is any QGIS layout template whose items carry the ids ``title``, ``subtitle``, ``map``, ``legend``,
``scale``, ``north``, ``area_table`` and ``notes``, and, if wanted, ``overview`` and ``author``; an office can bring
its own.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)

from ...core.errors import CarbonError, InputError
from ...paths import resources_dir
from .area_table import AREA_SHARES, Row, area_rows, table_shares
from .run_note import author_note, run_note
from .sheet_column import Shortened, explain_map, give_room, stack_column
from .sheet_items import fill_grid, fill_north, fill_overview, fill_scale, frame_map, round_scale, show_overview
from .sheet_texts import text_format, write
from .template_items import load_template
from .themes import themes

__all__ = [
    "SheetContent",
    "fill_sheet",
    "new_layout",
    "round_scale",
    "target_map",
    "target_map_steps",
    "template_path",
    "text_format",
]

_TEMPLATE_LEVELS = {"compartment": "village"}
_TITLES = {"en": "Forest carbon target map", "zh": "林业碳汇目标图"}
_MARGIN = 1.04


@dataclass(frozen=True)
class SheetContent:
    """What one sheet shows.

    Attributes
    ----------
    title, notes, author
        Texts of the labels.
    subtitle
        Text of the label; the scale is written after it.
    layers
        Layers of the map, the topmost first.
    legend
        Layers of the legend with their titles.
    extent, crs
        What the map shows, and in which coordinate system.
    table, shares
        Rows of the table, head first, and the share of each column in its width.
    overview, overview_extent
        Layers of the small map, none for no small map.
    scale
        Denominator of a fixed scale, None for the next round one.
    legend_on_map_only
        Whether the legend is to leave out what the map does not show, class by class; needless where the layers hold
        only that. A layer of which the map shows nothing is never in it.
    shortened
        Gives the table in fewer rows where there is no room for all.
    """

    title: str
    subtitle: str
    notes: str
    author: str
    layers: Sequence[QgsMapLayer]
    legend: Sequence[tuple[QgsMapLayer, str]]
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    table: Sequence[Row]
    shares: Sequence[float] = AREA_SHARES
    overview: Sequence[QgsMapLayer] = ()
    overview_extent: QgsRectangle | None = None
    scale: float | None = None
    legend_on_map_only: bool = False
    shortened: Shortened | None = None


def template_path(level: str, paper: str, *, portrait: bool = False) -> Path:
    """The shipped template of a level and a paper size (``a4`` or ``a3``), lying or upright."""
    name = "{}_{}{}.qpt".format(_TEMPLATE_LEVELS.get(level, level), paper, "_portrait" if portrait else "")
    return resources_dir() / "layouts" / name


def new_layout(project: QgsProject, name: str, template: Path) -> QgsPrintLayout:
    """A layout made from ``template``, in the project's layout manager in the place of one of the same name.

    The project owns it: a layout that outlives its project makes QGIS crash.

    Raises
    ------
    InputError
        ``MAP_TEMPLATE_INVALID`` where the template cannot be read.
    """
    layout = QgsPrintLayout(project)
    layout.setName(name)
    manager = project.layoutManager()
    older = manager.layoutByName(name)
    if older is not None:
        manager.removeLayout(older)
    manager.addLayout(layout)
    try:
        load_template(layout, template)
    except InputError:
        manager.removeLayout(layout)
        raise
    layout.setName(name)
    return layout


def fill_sheet(layout: QgsPrintLayout, content: SheetContent, language: str) -> float:
    """Fill every item of ``layout``; gives the denominator of its scale.

    Raises
    ------
    InputError
        ``MAP_TEMPLATE_INVALID`` where the template lacks an item.
    """
    write(layout, "title", content.title, language)
    write(layout, "notes", content.notes, language)
    write(layout, "author", content.author, language, needed=False)
    fill_north(layout)
    show_overview(layout, bool(content.overview))
    place = (content.layers, content.extent, content.crs, content.scale)
    scale = frame_map(layout, *place)
    fill_scale(layout, scale, language)
    _explain(layout, content, language)
    stack_column(layout)
    if give_room(layout):
        scale = frame_map(layout, *place)
        fill_scale(layout, scale, language)
        _explain(layout, content, language)  # a smaller map may show fewer layers
    write(layout, "subtitle", "{}    1 : {:,.0f}".format(content.subtitle, scale).strip(), language)
    fill_grid(layout, scale, language)
    fill_overview(layout, content.overview, content.overview_extent or content.extent, content.crs)
    return scale


def _explain(layout: QgsPrintLayout, content: SheetContent, language: str) -> None:
    explain_map(
        layout,
        content.legend,
        content.table,
        content.shares,
        language,
        on_map_only=content.legend_on_map_only,
        shortened=content.shortened,
    )


def target_map(
    project: QgsProject,
    layer: QgsVectorLayer,
    theme_name: str,
    language: str,
    template: Path | None = None,
    author: str = "",
) -> QgsPrintLayout:
    """A filled sheet for one theme of a result; only in the main thread.

    Parameters
    ----------
    project
        The project that holds ``layer`` and takes the sheet, in the place of an older one of the same name.
    layer
        The layer of the result, dressed in the theme.
    theme_name
        The theme, which gives legend and table.
    language
        ``en`` or ``zh``.
    template
        A template of one's own, None for the shipped one.
    author
        Who draws the map.

    Raises
    ------
    InputError
        ``MAP_TEMPLATE_INVALID`` where the template cannot be read or lacks an item.
    """
    rows = area_rows(layer, themes()[theme_name], language)
    steps = target_map_steps(project, layer, theme_name, language, rows, template, author)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        made: QgsPrintLayout = end.value
        return made


def target_map_steps(
    project: QgsProject,
    layer: QgsVectorLayer,
    theme_name: str,
    language: str,
    table: Sequence[Row],
    template: Path | None = None,
    author: str = "",
    shared: int | None = None,
) -> Generator[None, None, QgsPrintLayout]:
    """The sheet of :func:`target_map` with the rows of its ``table``, bit by bit: the window has its turn between.

    ``shared`` is how many stands lie on ground that others cover too, None to have them counted here.
    Whoever goes on after a step makes sure that ``layer`` is still in ``project``.
    """
    theme = themes()[theme_name]
    name = "{} – {}".format(_TITLES[language], theme.title(language))
    layout = new_layout(project, name, template or template_path("municipality", "a4"))
    yield
    extent = QgsRectangle(layer.extent())
    extent.scale(_MARGIN)
    content = SheetContent(
        title=name,
        subtitle=Path(layer.source().partition("|")[0]).stem,
        notes=run_note(layer, language, shared),
        author=author_note(author, datetime.now().astimezone().date().isoformat(), language),
        layers=[layer],
        legend=[(layer, theme.title(language))],
        extent=extent,
        crs=layer.crs(),
        table=table,
        shares=table_shares(len(table[0])),
        legend_on_map_only=True,
    )
    yield
    try:
        fill_sheet(layout, content, language)
    except CarbonError:
        project.layoutManager().removeLayout(layout)
        raise
    yield
    return layout
