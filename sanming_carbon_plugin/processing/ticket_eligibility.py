"""Ticket eligibility by itself, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
)

from ..core.errors import UsageError
from ..core.progress import Progress
from . import two_dates
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    STANDS,
    explained,
    geopackage_output,
    overwrite_parameter,
    reading_parameters,
    shipped_parameter,
)
from .results import tell_counts, themed_layers
from .ticket_parameters import (
    RESULT,
    TicketAlgorithm,
    define_mappings,
    define_parcels,
    define_profile,
    result_parameter,
)
from .translation import tr


class TicketEligibilityAlgorithm(TicketAlgorithm):
    """Judges a result again, or a stand layer by itself."""

    PARAMETERS = "PARAMETERS"

    def name(self) -> str:
        """Identifier."""
        return "ticketeligibility"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Ticket eligibility")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Which stands may get a carbon ticket under a profile, for how many tonnes, and what is missing.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Judges the stands of a result again, by another profile or against other parcels, or judges a stand layer "
            "with its earlier inventory. The layer stands has the outcome, the trace of all rules, the tonnes of the "
            "free part and, where the outcome is unknown, exactly what evidence is missing. The layer parts shows "
            "free, blocked and partly free ground, the table rules how many stands each rule passes. A profile that "
            "is provisional says so in every output."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(result_parameter(optional=True))
        stands = QgsProcessingParameterFeatureSource(
            STANDS, tr("Stands"), [Qgis.ProcessingSourceType.VectorPolygon], optional=True
        )
        self.addParameter(explained(stands, tr("A stand layer in place of a result.")))
        define_profile(self.addParameter)
        define_parcels(self.addParameter)
        two_dates.define_period(self.addParameter)
        two_dates.define_survey_methods(self.addParameter)
        self.add_all(*reading_parameters())
        define_mappings(self.addParameter)
        self.add_all(
            shipped_parameter(self.PARAMETERS, tr("Carbon parameters"), "csv"),
            geopackage_output(tr("Judged stands")),
            overwrite_parameter(),
        )
        for name in ("YES_COUNT", "NO_COUNT", "UNKNOWN_COUNT"):
            self.addOutput(QgsProcessingOutputNumber(name, name))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        self.result = self.file(parameters, RESULT, context)
        given = parameters.get(STANDS) not in (None, "")
        if given == (self.result is not None):
            raise UsageError("TICKET_RESULT_OR_STANDS")
        self.stands = self.taken_stands(parameters, context) if given else None
        self.earlier = self.taken(parameters, two_dates.EARLIER, context)
        self.take_parcels(parameters, context)
        self.options: dict[str, Any] = {
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "profile": self.profile_of(parameters, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
            **self.mappings_of(parameters, context),
        }
        self.of_stands: dict[str, Any] = {
            "mapping": self.file(parameters, MAPPING, context),
            "period": two_dates.period_of(self, parameters, context),
            "survey_method": two_dates.survey_methods_of(self, parameters, context),
            "parameters": self.file(parameters, self.PARAMETERS, context),
        }
        if self.result is not None and (self.earlier is not None or any(self.of_stands.values())):
            told = ", ".join("“{}”".format(title) for title in self._titles_of_stands(parameters))
            raise UsageError("TICKET_RESULT_OPTIONS", options=told, path=self.result.name)
        self.themes = themed_layers(("judged",))

    def _titles_of_stands(self, parameters: dict[str, Any]) -> list[str]:
        """What was filled in that only stands need, as the form names it."""
        names = [two_dates.EARLIER, two_dates.PERIOD_START, two_dates.PERIOD_END, two_dates.SURVEY_METHOD]
        names += [two_dates.SURVEY_METHOD_EARLIER, MAPPING, self.PARAMETERS]
        given = [name for name in names if parameters.get(name) not in (None, "")]
        return [str(self.parameterDefinition(name).description()) for name in given]

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Judge the stands."""
        # pandas may be missing when QGIS loads the plugin, so what needs it is imported in use.
        from ..adapters.jobs.request import AssessRequest  # noqa: PLC0415
        from ..adapters.jobs.ticket_eligibility import JudgeRequest, judge_result, judge_stands  # noqa: PLC0415

        progress.step("read")
        options = self.options | self.parcels(progress)
        if self.stands is None and self.result is not None:
            outcome = judge_result(JudgeRequest(result=self.result, **options), progress)
        elif self.stands is not None:
            stands = self.stands.read(progress)
            earlier = self.earlier.read(progress) if self.earlier is not None else None
            outcome = judge_stands(AssessRequest(stands=stands, earlier=earlier, **self.of_stands, **options), progress)
        tell_counts(outcome, feedback)
        counts = {f"{name.upper()}_COUNT": outcome.counts[f"ticket_{name}"] for name in ("yes", "no", "unknown")}
        return {OUTPUT: str(outcome.out), **counts}
