"""Parcels chosen for targets, as an algorithm."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.progress import Progress
from .image_parameters import SEED, file_of, seed_parameter
from .inputs import take_layer
from .parameters import OUTPUT, advanced, explained
from .programme import ProgrammeAlgorithm, table_parameter
from .results import LayersOnCompletion, StepLayer, tell_counts
from .translation import tr

INTEGER, DOUBLE = Qgis.ProcessingNumberParameterType.Integer, Qgis.ProcessingNumberParameterType.Double


class PlanAlgorithm(ProgrammeAlgorithm):
    """Which parcels, in which year, by which technique."""

    AIM, BENEFIT, YEARS, BUDGET, SCENARIO = "AIM", "BENEFIT", "YEARS", "BUDGET", "SCENARIO"
    AIMS = ("carbon", "infestation", "cost")
    QUOTA, SHARES, LOCKS = "QUOTA", "SHARES", "LOCKS"
    OPENINGS, DESIGNS = "OPENINGS", "DESIGNS"
    GAP, NODES, HORIZON = "GAP", "NODES", "HORIZON"
    GREEN_UP, MIN_PATCH, BEYOND, PROJECT, WHY = "GREEN_UP", "MIN_PATCH", "BEYOND", "PROJECT_YEARS", "WHY"

    def name(self) -> str:
        """Identifier."""
        return "plan"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Plan parcels for targets")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Chooses stands, years and techniques that meet the targets at the most benefit or the least cost.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Chooses which of the stands that fit are worked on, in which year and by which technique, so that every "
            "target is met within budget, felling quota, shares, locks and the limits on clear-cut openings. The "
            "log tells how far the plan can be from the best one at most, and where a plain choice had to stand in. "
            "Where no plan keeps all limits, the message says which ones clash and by how much.\n\n"
            "Every stand has a reason for being in the plan or not, and what a swap would cost. Costs, intensities "
            "and growth after the work come from the table of works, which is provisional. Gains are modelled."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_programme(tr("Plan"))
        for parameter in (*self._aims(), *self._limits(), *self._solving()):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputNumber("PARCELS", tr("Number of parcels chosen")))
        self.addOutput(QgsProcessingOutputNumber("GAP_FOUND", tr("Distance from the bound")))

    def _aims(self) -> list[QgsProcessingParameterDefinition]:
        text = QgsProcessingParameterString
        return [
            explained(
                QgsProcessingParameterEnum(
                    self.AIM, tr("What is to be the best"),
                    [tr("The most carbon"), tr("The most infested area treated"), tr("The least cost")],
                    defaultValue=0,
                ),
                tr("A mixture of them is given by weights, among the advanced parameters."),
            ),
            explained(
                text(self.YEARS, tr("Plan years"), optional=True),
                tr("Such as 2026/2030. Leave empty for the years of the targets from this year on."),
            ),
            explained(
                text(self.BUDGET, tr("Budget"), optional=True),
                tr("Yuan for the whole plan, or a CSV with area_unit, year and yuan."),
            ),
            explained(
                text(self.SCENARIO, tr("Name of the plan"), optional=True),
                tr("Under this name the plan is compared with others."),
            ),
        ]  # fmt: skip

    def _limits(self) -> list[QgsProcessingParameterDefinition]:
        return [
            table_parameter(
                self.QUOTA, tr("Felling quota"),
                tr("CSV with area_unit, felling_type, origin, year and volume_m3. What no row covers may fell "
                   "nothing."),
            ),
            table_parameter(
                self.SHARES, tr("Shares of techniques"), tr("CSV with area_unit, measure, technique, low and high.")
            ),
            table_parameter(
                self.LOCKS, tr("Locked parcels"), tr("CSV with stand_key, lock (in or out), measure, technique, year.")
            ),
            self._openings(),
            table_parameter(
                self.DESIGNS, tr("Designs"),
                tr("What each technique leaves of a stand, as for work designs: a felling is only planned where enough "
                   "canopy remains, in trees old enough. Leave empty for the provisional table that is shipped."),
            ),
            self._number(self.MIN_PATCH, tr("Smallest patch"),
                         tr("Hectares. Parcels of one measure and year that adjoin make a patch, which may not be "
                            "smaller."), DOUBLE, 0.0),
            self._number(self.GREEN_UP, tr("Years until a clear-cut counts as closed"),
                         tr("Adjoining clear-cuts fewer years apart are one opening, which may not be larger than the "
                            "slope allows."), INTEGER),
            self._number(self.BEYOND, tr("How far a plan may go beyond a target"),
                         tr("As a share, 0.1 for a tenth."), DOUBLE),
        ]  # fmt: skip

    def _openings(self) -> QgsProcessingParameterDefinition:
        polygons = Qgis.ProcessingSourceType.VectorPolygon
        layers = QgsProcessingParameterMultipleLayers(
            self.OPENINGS, tr("Clear-cuts on the ground"), polygons, optional=True
        )
        text = tr(
            "Layers of clear-cuts that no plan can change, on the ground or of an earlier plan, with technique, "
            "measure, date or year where they are known. They count beside new ones, as accepted clear-cuts do."
        )
        return advanced(explained(layers, text))

    def _solving(self) -> list[QgsProcessingParameterDefinition]:
        years = QgsProcessingParameterString(self.PROJECT, tr("Years of the carbon table"), "2030;2060", optional=True)
        why = QgsProcessingParameterString(self.WHY, tr("Swaps to work out"), optional=True)
        weights = QgsProcessingParameterString(self.BENEFIT, tr("Weights of a mixture"), optional=True)
        text = tr("Per tCO₂e, infested hectare and yuan, such as carbon=1;infestation=50;cost=0.001. They go before "
                  "what was chosen as the best; one of the three names alone is taken too.")  # fmt: skip
        return [
            advanced(explained(weights, text)),
            self._number(self.HORIZON, tr("Horizon"), tr("Carbon is compared at the end of this year."), INTEGER),
            self._number(self.GAP, tr("Distance from the bound to stop at"), tr("As a share of it."), DOUBLE, 0.005),
            self._number(self.NODES, tr("Branches looked at"), tr("At most, for each county."), INTEGER, 20_000),
            advanced(explained(years, tr("Stock with and without the plan at the end of these years."))),
            advanced(
                explained(why, tr("Stand keys with ; between. What taking them in or out costs is solved again."))
            ),
            seed_parameter(),
        ]

    def _number(
        self,
        name: str,
        title: str,
        text: str,
        kind: Qgis.ProcessingNumberParameterType,
        default: float | None = None,
    ) -> QgsProcessingParameterDefinition:
        number = QgsProcessingParameterNumber(name, title, kind, default, optional=default is None, minValue=0)
        return advanced(explained(number, text))

    def _given(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext, whole: bool) -> Any:  # noqa: ANN401
        """A number, None where it was left empty."""
        if parameters.get(name) in (None, ""):
            return None
        take = self.parameterAsInt if whole else self.parameterAsDouble
        return take(parameters, name, context)

    def _benefit(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """Weights where they are given, else the one thing that was chosen."""
        weights: str = self.parameterAsString(parameters, self.BENEFIT, context)
        return weights or self.AIMS[self.parameterAsEnum(parameters, self.AIM, context)]

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        why = self.parameterAsString(parameters, self.WHY, context)
        self.options = self.take_programme(parameters, context) | {
            "quota": file_of(self, parameters, self.QUOTA, context),
            "shares": file_of(self, parameters, self.SHARES, context),
            "locks": file_of(self, parameters, self.LOCKS, context),
            "designs": file_of(self, parameters, self.DESIGNS, context),
            "benefit": self._benefit(parameters, context),
            "years": self.parameterAsString(parameters, self.YEARS, context) or None,
            "budget": self.parameterAsString(parameters, self.BUDGET, context) or None,
            "scenario": self.parameterAsString(parameters, self.SCENARIO, context),
            "gap": self.parameterAsDouble(parameters, self.GAP, context),
            "nodes": self.parameterAsInt(parameters, self.NODES, context),
            "minimum_patch_ha": self.parameterAsDouble(parameters, self.MIN_PATCH, context),
            "horizon": self._given(parameters, self.HORIZON, context, whole=True),
            "green_up": self._given(parameters, self.GREEN_UP, context, whole=True),
            "beyond": self._given(parameters, self.BEYOND, context, whole=False),
            "project_years": self.parameterAsString(parameters, self.PROJECT, context),
            "why": tuple(key.strip() for key in why.split(";") if key.strip()),
            "seed": self.parameterAsInt(parameters, SEED, context),
        }
        self.openings = [take_layer(each) for each in self.parameterAsLayerList(parameters, self.OPENINGS, context)]
        title = self.options["scenario"] or tr("Plan")
        self.themes = LayersOnCompletion(
            [StepLayer("plan", title, "plan_measure"), StepLayer("candidates", tr("Candidates"))]
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Choose parcels."""
        from ..adapters.jobs.plan import plan  # noqa: PLC0415 - pandas may be missing on loading
        from ..adapters.jobs.plan_question import PlanRequest  # noqa: PLC0415 - likewise

        accepted = None if self.accepted is None else self.accepted.read(progress)
        openings = tuple(taken.read(progress) for taken in self.openings)
        outcome = plan(PlanRequest(acceptance=accepted, openings=openings, **self.options), progress)
        tell_counts(outcome, feedback)
        counts = outcome.counts
        return {OUTPUT: str(outcome.out), "PARCELS": counts["chosen"], "GAP_FOUND": float(str(counts["gap"]))}
