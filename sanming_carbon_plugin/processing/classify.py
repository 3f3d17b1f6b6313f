"""Measures only, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from ..core.progress import Progress
from .base import StandAlgorithm
from .image_parameters import (
    DECISIONS,
    RECIPE,
    RULES,
    SEED,
    decisions_parameter,
    file_of,
    recipe_parameter,
    rules_parameter,
    seed_parameter,
)
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
from .results import ThemesOnCompletion, tell_counts
from .translation import language, tr

THEMES = ("measure", "pine_technique", "reserve_mode", "issues")


class ClassifyAlgorithm(StandAlgorithm):
    """Which measures fit each stand, by which technique, and which rules say so."""

    def name(self) -> str:
        """Identifier."""
        return "classify"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Classify stands")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Pine transformation, reserve forest and the other measures of the programme for each stand.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Puts every rule to every stand. What is not known makes a rule neither pass nor fail: such stands are "
            "unknown, and the layer issues says which columns are missing. All measures that fit are kept, with the "
            "one that goes first.\n\n"
            "Decisions in the file OUTPUT.decisions.csv beside the result are kept in every new run and shown "
            "beside what the rules say. With a recipe the images are asked too. Sink and tickets stay empty."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.add_all(
            stands_parameter(),
            rules_parameter(RULES, tr("Classification rules")),
            rasters_parameter(optional=True),
            raster_names_parameter(),
            decisions_parameter(),
        )
        for parameter in (recipe_parameter(), *reading_parameters(), seed_parameter()):
            self.addParameter(parameter)
        self.add_all(geopackage_output(tr("Result")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("STANDS_COUNT", tr("Number of stands")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        rasters = self.parameterAsLayerList(parameters, RASTERS, context)
        self.stands = self.taken_stands(parameters, context)
        self.options: dict[str, Any] = {
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "rasters": raster_sources(rasters, self.parameterAsString(parameters, RASTER_NAMES, context)),
            "mapping": file_of(self, parameters, MAPPING, context),
            "recipe": file_of(self, parameters, RECIPE, context),
            "rules": file_of(self, parameters, RULES, context),
            "decisions": file_of(self, parameters, DECISIONS, context),
            "seed": self.parameterAsInt(parameters, SEED, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
        self.themes = ThemesOnCompletion(language(), THEMES)

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Find the measures."""
        from ..adapters.jobs.classify import classify  # noqa: PLC0415 - pandas may be missing on loading
        from ..adapters.jobs.request import AssessRequest  # noqa: PLC0415

        progress.step("read")
        outcome = classify(AssessRequest(stands=self.stands.read(progress), **self.options), progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "STANDS_COUNT": outcome.counts.get("stands")}
