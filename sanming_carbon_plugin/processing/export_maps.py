"""Map sets, as an algorithm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from ..adapters.maps.themes import plan_themes, themes
from ..core.errors import CancelledError
from ..core.progress import Progress
from .base import StandAlgorithm, error_in_words
from .inputs import optional_path
from .parameters import OUTPUT, OVERWRITE, advanced, explained, output_parameter, overwrite_parameter
from .results import tell_counts
from .translation import language, tr

if TYPE_CHECKING:
    from ..adapters.jobs.request import JobOutcome
    from ..adapters.maps.map_set import MapSetRequest

RESULT = "RESULT"
LEVELS = ("municipality", "county", "township", "village", "compartment", "parcel")
PAPERS = ("a4", "a3")
ORIENTATIONS = ("auto", "portrait", "landscape")


class MapAlgorithm(StandAlgorithm):
    """An algorithm that draws layouts, which QGIS allows in a main thread only.

    In the window of QGIS it runs in another thread and has a process of its own draw, so that the window stays alive.
    """

    beside: ClassVar[bool] = True
    """Whether a process of its own may be tried: none has failed to begin so far."""

    def flags(self) -> Qgis.ProcessingAlgorithmFlag:
        """QGIS runs it in the main thread, and its window stands still, only where no such process can begin."""
        flags = super().flags()
        return flags if MapAlgorithm.beside else flags | Qgis.ProcessingAlgorithmFlag.NoThreading

    def drawn(self, job: Callable[[Any, Progress], JobOutcome], request: Any, progress: Progress) -> JobOutcome:  # noqa: ANN401
        """The outcome of ``job``, which is worked on here in the main thread, else in a process of its own."""
        from ..adapters.drawing_process import (  # noqa: PLC0415 - pandas may be missing on loading
            NotBegunError,
            draw_beside,
            in_main_thread,
        )

        if in_main_thread():
            return job(request, progress)
        try:
            return draw_beside(self.name(), request, progress)
        except NotBegunError:
            MapAlgorithm.beside = False
            raise


class ExportMapsAlgorithm(MapAlgorithm):
    """A sheet for each unit of a level, as one PDF, as single files, or a web map."""

    LEVEL, THEME, PAPER, FORM = "LEVEL", "THEME", "PAPER", "FORM"
    WITHIN, STAND_KEYS, NAMES, AUTHOR, TEMPLATE = "WITHIN", "STAND_KEYS", "NAMES", "AUTHOR", "TEMPLATE"
    GROUND, ORIENTATION = "GROUND", "ORIENTATION"

    def name(self) -> str:
        """Identifier."""
        return "exportmaps"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Export maps")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("A map for each county, township, village, compartment or stand, as PDF, PNG or web map.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Draws one sheet for each unit of the level: title, legend of what is on the sheet, scale, north arrow, "
            "grid, table of areas, overview, author, date, and the versions of data and rules.\n\n"
            "FILE.pdf holds all sheets, a folder gets one file for each, FILE.html is a web map that opens offline in "
            "any browser. A set that was stopped goes on with the next sheet when it is started again with the same "
            "data and options."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(result_parameter(tr("Result or plan")))
        levels = [tr("Municipality"), tr("County"), tr("Township"), tr("Village"), tr("Compartment"), tr("Stand")]
        level = QgsProcessingParameterEnum(self.LEVEL, tr("One sheet for each"), levels, defaultValue=3)
        self.addParameter(explained(level, tr("Stands without a code come together on a sheet of their own.")))
        titles = [theme.title(language()) for theme in (*themes().values(), *plan_themes().values())]
        theme = QgsProcessingParameterEnum(self.THEME, tr("Theme"), titles, defaultValue=0)
        self.addParameter(explained(theme, tr("What is coloured.")))
        papers = QgsProcessingParameterEnum(self.PAPER, tr("Paper"), [each.upper() for each in PAPERS], defaultValue=0)
        self.addParameter(explained(papers, tr("Size of the sheets and of the template.")))
        turned = QgsProcessingParameterEnum(
            self.ORIENTATION,
            tr("Orientation"),
            [tr("The one that shows more, sheet by sheet"), tr("Portrait"), tr("Landscape")],
            defaultValue=0,
        )
        self.addParameter(explained(turned, tr("An own template keeps its form.")))
        forms = QgsProcessingParameterEnum(self.FORM, tr("Files in a folder"), ["PDF", "PNG"], defaultValue=0)
        self.addParameter(explained(forms, tr("Only where the output is a folder: what each sheet is saved as.")))
        author = QgsProcessingParameterString(self.AUTHOR, tr("Drawn by"), optional=True)
        self.addParameter(explained(author, tr("Stands below the map; left empty there is a line to sign on.")))
        for parameter in self._narrowing():
            self.addParameter(advanced(parameter))
        filters = ";;".join((tr("PDF files") + " (*.pdf)", tr("Web map") + " (*.html)", tr("Folder") + " (*)"))
        self.addParameter(output_parameter(tr("Maps"), filters))
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("PAGES_COUNT", tr("Number of sheets")))

    def _narrowing(self) -> list[Any]:
        """Which units and stands, their names, and an own template."""
        codes = QgsProcessingParameterString(self.WITHIN, tr("Only inside these units"), optional=True)
        keys = QgsProcessingParameterString(self.STAND_KEYS, tr("Only these stands"), optional=True)
        names = QgsProcessingParameterFile(self.NAMES, tr("Names of places"), extension="csv", optional=True)
        template = QgsProcessingParameterFile(self.TEMPLATE, tr("Layout template"), extension="qpt", optional=True)
        ground = QgsProcessingParameterFile(self.GROUND, tr("Result around a plan"), extension="gpkg", optional=True)
        return [
            explained(ground, tr("Its stands give the boundaries of the units that the parcels of a plan lie in.")),
            explained(codes, tr("Codes with ; between, for example 350428-199;350428-201. Empty for all.")),
            explained(keys, tr("Keys of stands with ; between. Empty for all.")),
            explained(names, tr("Table with the columns code and name, and name_en if wanted.")),
            explained(template, tr("Your own template; its items carry the ids of the shipped ones.")),
        ]

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the options."""
        from ..adapters.maps.map_set import MapSetRequest  # noqa: PLC0415 - pandas may be missing on loading
        from ..adapters.unit_choice import chosen_units  # noqa: PLC0415

        def chosen(name: str) -> int:
            return self.parameterAsEnum(parameters, name, context)

        def several(name: str) -> tuple[str, ...]:
            text = self.parameterAsString(parameters, name, context)
            return tuple(part.strip() for part in text.replace("；", ";").split(";") if part.strip())

        self.request: MapSetRequest = MapSetRequest(
            result=Path(self.parameterAsFile(parameters, RESULT, context)),
            out=Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            level=LEVELS[chosen(self.LEVEL)],
            theme=[*themes(), *plan_themes()][chosen(self.THEME)],
            paper=PAPERS[chosen(self.PAPER)],
            orientation=ORIENTATIONS[chosen(self.ORIENTATION)],
            form=("pdf", "png")[chosen(self.FORM)],
            language=language(),
            within=several(self.WITHIN),
            stands=several(self.STAND_KEYS),
            names=optional_path(self.parameterAsFile(parameters, self.NAMES, context)),
            author=self.parameterAsString(parameters, self.AUTHOR, context),
            template=optional_path(self.parameterAsFile(parameters, self.TEMPLATE, context)),
            units=("mu", "ha") if chosen_units().area == "mu" else ("ha", "mu"),
            mass=chosen_units().mass,
            ground=optional_path(self.parameterAsFile(parameters, self.GROUND, context)),
            overwrite=self.parameterAsBoolean(parameters, OVERWRITE, context),
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Draw the maps."""
        from ..adapters.jobs.export_maps import export_maps  # noqa: PLC0415 - pandas may be missing on loading

        try:
            outcome = self.drawn(export_maps, self.request, progress)
        except CancelledError as stopped:
            feedback.pushInfo(error_in_words(stopped))  # which sheets are kept
            raise
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "PAGES_COUNT": outcome.counts.get("map_pages")}


def one_sheet(result: Path, theme: str) -> dict[str, Any]:
    """Parameters for one sheet of all stands of a result, beside it as a PDF."""
    return {
        RESULT: str(result),
        ExportMapsAlgorithm.LEVEL: LEVELS.index("municipality"),
        ExportMapsAlgorithm.THEME: [*themes(), *plan_themes()].index(theme),
        OUTPUT: str(result.with_name("{}_{}.pdf".format(result.stem, theme))),
    }


def result_parameter(text: str) -> QgsProcessingParameterFile:
    """The GeoPackage of a result."""
    return explained(
        QgsProcessingParameterFile(RESULT, text, extension="gpkg"),
        tr("GeoPackage written by Assess stands, or by another algorithm of this group."),
    )
