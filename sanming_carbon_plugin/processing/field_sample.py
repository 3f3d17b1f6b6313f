"""The list of stands to check in the field, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .image_parameters import SEED, seed_parameter
from .inputs import optional_path
from .parameters import (
    OUTPUT,
    OVERWRITE,
    advanced,
    explained,
    file_parameter,
    geopackage_output,
    overwrite_parameter,
    result_parameter,
)
from .results import tell_counts, themed_layers
from .translation import tr


class FieldSampleAlgorithm(StandAlgorithm):
    """Chooses stands by reason, and a random control sample beside them."""

    RESULT = "RESULT"
    VISITS = "VISITS"
    SHARES = "SHARES"
    SETTINGS = "SETTINGS"

    def name(self) -> str:
        """Identifier."""
        return "fieldsample"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Choose stands to check in the field")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Lists the stands that are most worth a visit, and a random control sample.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Takes the stands where image and inventory disagree, whose sink is very uncertain, that are near a "
            "threshold of a rule, or whose figures contradict each other, best reasons first. A part of the visits "
            "goes to a random control sample, drawn by stratum with a known chance: only from it the share of wrong "
            "stands of the whole result is worked out later. The same result and seed give the same list."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(result_parameter(tr("GeoPackage of Assess stands.")))
        self.addParameter(
            explained(
                QgsProcessingParameterNumber(
                    self.VISITS,
                    tr("Stands that can be visited"),
                    Qgis.ProcessingNumberParameterType.Integer,
                    60,
                    minValue=1,
                ),
                tr("As many stands as the surveyors can visit; the list never has more."),
            )
        )
        shares = QgsProcessingParameterString(self.SHARES, tr("Shares of the visits"), optional=True)
        self.addParameter(
            advanced(
                explained(
                    shares,
                    tr("For example disagreement=0.3,uncertainty=0.2,threshold=0.2,conflict=0.1,control=0.2. Leave "
                       "empty for the shipped shares."),
                )
            )
        )  # fmt: skip
        self.addParameter(seed_parameter())
        self.addParameter(
            advanced(
                file_parameter(
                    self.SETTINGS,
                    tr("Sampling settings"),
                    "json",
                    tr("Limits, weights and strata of your own. Leave empty to use the file that is shipped."),
                )
            )
        )
        self.add_all(geopackage_output(tr("List of stands to check")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))
        self.addOutput(QgsProcessingOutputNumber("CONTROL_COUNT", tr("Stands of the control sample")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the options."""
        from ..adapters.jobs.field_sample import parsed_shares  # noqa: PLC0415 - pandas may be missing on loading

        self.result = Path(self.parameterAsFile(parameters, self.RESULT, context))
        self.out = Path(self.parameterAsFileOutput(parameters, OUTPUT, context))
        self.visits = self.parameterAsInt(parameters, self.VISITS, context)
        self.seed = self.parameterAsInt(parameters, SEED, context)
        text = self.parameterAsString(parameters, self.SHARES, context).strip()
        self.options: dict[str, Any] = {
            "shares": parsed_shares(text) if text else None,
            "settings": optional_path(self.parameterAsFile(parameters, self.SETTINGS, context)),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
        self.themes = themed_layers(("to_check",))

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Choose the stands."""
        from ..adapters.jobs.field_sample import field_sample  # noqa: PLC0415

        outcome = field_sample(self.result, self.out, self.visits, self.seed, progress, **self.options)
        tell_counts(outcome, feedback)
        counts = outcome.counts
        return {OUTPUT: str(outcome.out), "STANDS_COUNT": counts["visits"], "CONTROL_COUNT": counts["chosen_control"]}
