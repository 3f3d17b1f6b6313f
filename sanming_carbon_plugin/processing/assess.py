"""The main job as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
)

from ..adapters.unit_choice import chosen_units
from ..core.progress import Progress
from . import two_dates
from .base import StandAlgorithm
from .image_parameters import DECISIONS, decisions_parameter
from .inputs import optional_path, raster_sources, take_layer
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    RASTER_NAMES,
    RASTERS,
    advanced,
    explained,
    geopackage_output,
    overwrite_parameter,
    raster_names_parameter,
    rasters_parameter,
    reading_parameters,
    shipped_parameter,
    stands_parameter,
)
from .results import ThemesOnCompletion, tell_counts
from .ticket_parameters import CREDITED_MAPPING, TENURE_MAPPING, define_mappings
from .translation import language, tr


class AssessAlgorithm(StandAlgorithm):
    """Stands and rasters in; carbon, classes and ticket eligibility per stand out."""

    RECIPE = "RECIPE"
    EARLIER = two_dates.EARLIER
    PERIOD_START = two_dates.PERIOD_START
    PERIOD_END = two_dates.PERIOD_END
    SURVEY_METHOD = two_dates.SURVEY_METHOD
    SURVEY_METHOD_EARLIER = two_dates.SURVEY_METHOD_EARLIER
    CREDITED = "CREDITED"
    TENURE = "TENURE"
    PROFILE = "PROFILE"
    RULES = "RULES"
    PARAMETERS = "PARAMETERS"
    SEED = "SEED"
    REPORT = "REPORT"

    def name(self) -> str:
        """Identifier."""
        return "assess"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Assess stands")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Carbon, yearly sink, classes and carbon-ticket eligibility of each stand.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Reads the stands, checks them, takes exact raster statistics per stand, and works out biomass and carbon "
            "by two methods, the yearly sink with its 90 % interval, pine transformation and reserve forest with "
            "every rule's outcome, and carbon-ticket eligibility.\n\n"
            "The result is one GeoPackage with the layers stands, issues, summary and run. Where an input is missing "
            "the value stays empty, never 0, and the layer issues says why."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_all(stands_parameter(), rasters_parameter(optional=True), raster_names_parameter())
        two_dates.define_period(self.addParameter)
        self._define_tickets()
        self._define_advanced()
        self.add_all(geopackage_output(tr("Result")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))

    def _define_tickets(self) -> None:
        self.addParameter(
            explained(
                QgsProcessingParameterMultipleLayers(
                    self.CREDITED, tr("Credited parcels"), Qgis.ProcessingSourceType.VectorPolygon, optional=True
                ),
                tr("Parcels already credited or pending under any scheme, with the columns scheme, scheme_id, "
                   "period_start and period_end."),
            )
        )  # fmt: skip
        self.addParameter(
            explained(
                QgsProcessingParameterFeatureSource(
                    self.TENURE, tr("Tenure"), [Qgis.ProcessingSourceType.VectorPolygon], optional=True
                ),
                tr("Polygons of the certificates, with the columns certificate, holder, right, valid_to and disputed."),
            )
        )

    def _define_advanced(self) -> None:
        self.add_all(*reading_parameters())
        two_dates.define_survey_methods(self.addParameter)
        for name, text, extension in (
            (self.RECIPE, tr("Raster recipe"), "json"),
            (self.PROFILE, tr("Ticket profile"), "json"),
            (self.RULES, tr("Classification rules"), "json"),
            (self.PARAMETERS, tr("Carbon parameters"), "csv"),
        ):
            self.addParameter(shipped_parameter(name, text, extension))
        define_mappings(self.addParameter)
        self.addParameter(decisions_parameter())
        self.addParameter(
            advanced(QgsProcessingParameterNumber(self.SEED, tr("Random seed"), defaultValue=0, minValue=0))
        )
        report = QgsProcessingParameterFolderDestination(self.REPORT, tr("Tables and report"), None, True)
        report.setCreateByDefault(False)
        self.addParameter(advanced(report))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""

        def file(name: str) -> Path | None:
            return optional_path(self.parameterAsFile(parameters, name, context))

        rasters = self.parameterAsLayerList(parameters, RASTERS, context)
        profile = file(self.PROFILE)
        self.stands = self.taken_stands(parameters, context)
        self.earlier = self.taken(parameters, self.EARLIER, context)
        self.tenure = self.taken(parameters, self.TENURE, context)
        self.credited = [take_layer(each) for each in self.parameterAsLayerList(parameters, self.CREDITED, context)]
        self.options: dict[str, Any] = {
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "rasters": raster_sources(rasters, self.parameterAsString(parameters, RASTER_NAMES, context)),
            "mapping": file(MAPPING),
            "recipe": file(self.RECIPE),
            "period": two_dates.period_of(self, parameters, context),
            "survey_method": two_dates.survey_methods_of(self, parameters, context),
            "profile": str(profile) if profile else None,
            "credited_mapping": file(CREDITED_MAPPING),
            "tenure_mapping": file(TENURE_MAPPING),
            "rules": file(self.RULES),
            "parameters": file(self.PARAMETERS),
            "decisions": file(DECISIONS),
            "seed": self.parameterAsInt(parameters, self.SEED, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
            "report": optional_path(self.parameterAsString(parameters, self.REPORT, context)),
            "units": chosen_units(),
        }
        self.themes = ThemesOnCompletion(language())

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Assess the stands."""
        # pandas may be missing when QGIS loads the plugin, so what needs it is imported in use.
        from ..adapters.jobs.assess import assess  # noqa: PLC0415
        from ..adapters.jobs.opening import check_output  # noqa: PLC0415
        from ..adapters.jobs.request import AssessRequest  # noqa: PLC0415

        check_output(self.options["out"], self.options["overwrite"])  # before minutes of reading, not after
        progress.step("read")
        request = AssessRequest(
            stands=self.stands.read(progress),
            earlier=self.earlier.read(progress) if self.earlier else None,
            tenure=self.tenure.read(progress) if self.tenure else None,
            credited=tuple(taken.read(progress) for taken in self.credited),
            **self.options,
        )
        outcome = assess(request, progress)
        tell_counts(outcome, feedback)
        outputs = {OUTPUT: str(outcome.out), "STANDS_COUNT": outcome.counts.get("stands")}
        return outputs | ({self.REPORT: str(request.report)} if request.report else {})
