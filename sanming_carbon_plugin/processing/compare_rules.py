"""Two sets of rules on the same stands, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from ..core.progress import Progress
from .base import StandAlgorithm
from .image_parameters import RECIPE, SEED, file_of, recipe_parameter, rules_parameter, seed_parameter
from .inputs import raster_sources
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    RASTER_NAMES,
    RASTERS,
    geopackage_output,
    overwrite_parameter,
    raster_names_parameter,
    rasters_parameter,
    reading_parameters,
    stands_parameter,
)
from .results import tell_counts, themed_layers
from .translation import tr


class CompareRulesAlgorithm(StandAlgorithm):
    """Which stands change from one set of rules to another, and by which rule."""

    BEFORE = "RULES_BEFORE"
    AFTER = "RULES_AFTER"

    def name(self) -> str:
        """Identifier."""
        return "comparerules"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Compare rules")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Lists the stands that an edited set of rules treats otherwise, and the rules that make it so.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Puts two sets of rules to the same stands. The layer changes has one row for each stand and measure that "
            "comes out otherwise: answer and technique before and after, and the rules that changed their outcome, "
            "for example PINE- to +. A measure that one file does not rule has no answer there."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_all(
            stands_parameter(),
            rules_parameter(self.BEFORE, tr("Rules before")),
            rules_parameter(self.AFTER, tr("Rules after")),
            rasters_parameter(optional=True),
            raster_names_parameter(),
        )
        for parameter in (recipe_parameter(), *reading_parameters(), seed_parameter()):
            self.addParameter(parameter)
        self.add_all(geopackage_output(tr("Changes")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("STANDS_CHANGED", tr("Number of stands that change")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        rasters = self.parameterAsLayerList(parameters, RASTERS, context)
        self.stands = self.taken_stands(parameters, context)
        self.after = file_of(self, parameters, self.AFTER, context)
        self.options: dict[str, Any] = {
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "rasters": raster_sources(rasters, self.parameterAsString(parameters, RASTER_NAMES, context)),
            "mapping": file_of(self, parameters, MAPPING, context),
            "recipe": file_of(self, parameters, RECIPE, context),
            "rules": file_of(self, parameters, self.BEFORE, context),
            "seed": self.parameterAsInt(parameters, SEED, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
        self.themes = themed_layers(("rule_change",))

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Compare the rules."""
        from ..adapters.jobs.compare_rules import compare_rules  # noqa: PLC0415 - pandas may be missing on loading
        from ..adapters.jobs.request import AssessRequest  # noqa: PLC0415

        progress.step("read")
        request = AssessRequest(stands=self.stands.read(progress), **self.options)
        outcome = compare_rules(request, self.after, progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "STANDS_CHANGED": outcome.counts.get("changed_stands")}
