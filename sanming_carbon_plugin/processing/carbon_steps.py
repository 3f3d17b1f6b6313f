"""What the four algorithms of the carbon room have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import optional_path
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    geopackage_output,
    overwrite_parameter,
    reading_parameters,
    shipped_parameter,
    stands_parameter,
)
from .results import LayersOnCompletion, StepLayer, tell_counts
from .translation import tr
from .two_dates import EARLIER, define_period, define_survey_methods, period_of, survey_methods_of

if TYPE_CHECKING:
    from ..adapters.jobs.request import JobOutcome

PARAMETERS = "PARAMETERS"


class CarbonStep(StandAlgorithm):
    """A step of the carbon room: its own parameters between those of all steps, its own job in the end."""

    theme = ""
    """How the stands are coloured in the end."""

    two_dates = True
    """Whether the step looks at an earlier inventory too."""

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(stands_parameter())
        if self.two_dates:
            define_period(self.addParameter)
        self.define_own()
        self.add_all(*reading_parameters())
        if self.two_dates:
            define_survey_methods(self.addParameter)
        self.add_all(
            shipped_parameter(PARAMETERS, tr("Carbon parameters"), "csv"),
            self.output(),
            overwrite_parameter(),
        )
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))

    def define_own(self) -> None:
        """Add the parameters of this step alone."""

    def output(self) -> QgsProcessingParameterDefinition:
        """The parameter ``OUTPUT``."""
        return geopackage_output(tr("Result"))

    def own_options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:  # noqa: ARG002
        """Options of this step alone, named as in its request."""
        return {}

    def target(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path:
        """Where the result goes."""
        return Path(self.parameterAsFileOutput(parameters, OUTPUT, context))

    def run_step(self, options: dict[str, Any], progress: Progress) -> JobOutcome:
        """Run the job with its options."""
        raise NotImplementedError

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        self.stands = self.taken_stands(parameters, context)
        self.earlier = self.taken(parameters, EARLIER, context) if self.two_dates else None
        self.options: dict[str, Any] = {
            "out": self.target(parameters, context),
            "mapping": optional_path(self.parameterAsFile(parameters, MAPPING, context)),
            "parameters": optional_path(self.parameterAsFile(parameters, PARAMETERS, context)),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
            **self.own_options(parameters, context),
        }
        if self.two_dates:
            self.options["period"] = period_of(self, parameters, context)
            self.options["survey_method"] = survey_methods_of(self, parameters, context)
        self.themes = self.shown()

    def shown(self) -> LayersOnCompletion | None:
        """What is loaded in the end."""
        return LayersOnCompletion([StepLayer("stands", self.displayName(), self.theme)])

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Read the layers and run the step."""
        progress.step("read")
        layers = {"stands": self.stands.read(progress)}
        if self.earlier is not None:
            layers["earlier"] = self.earlier.read(progress)
        outcome = self.run_step(layers | self.options, progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "STANDS_COUNT": outcome.counts.get("stands")}
