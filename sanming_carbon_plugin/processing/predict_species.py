"""Asking the images about species groups, as an algorithm."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterField,
)

from ..core.progress import Progress
from .image_parameters import file_of
from .parameters import OUTPUT, STANDS, explained, file_parameter, geopackage_output, overwrite_parameter
from .results import tell_counts, themed_layers
from .species import SpeciesAlgorithm
from .translation import tr


class PredictSpeciesAlgorithm(SpeciesAlgorithm):
    """The species group that images show in each stand, and where the inventory says otherwise."""

    MODEL = "MODEL"
    CHECKED_FIELD = "CHECKED_FIELD"

    def name(self) -> str:
        """Identifier."""
        return "predictspecies"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Species groups from images")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Species group of each stand as images show it, and the stands where the inventory says otherwise.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Writes the likeliest species group with its probability; where none is likely enough it stays empty. The "
            "layer disagreements lists the stands where images and inventory differ, the strongest first. The "
            "inventory itself is never changed.\n\n"
            "Without a model, one is learnt here and each stand is judged by a model that has not learnt from it or "
            "its neighbours. Take this to look for errors: a model that has learnt from a wrong label may confirm "
            "it.\n\n"
            "Where a column holds the species group of stands drawn at random and checked, accuracy with its 90 % "
            "interval is told in the log."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.define_images()
        self.addParameter(
            file_parameter(
                self.MODEL,
                tr("Model"),
                "json",
                tr("A model trained on the same images under the same names. Leave empty to learn from these stands."),
            )
        )
        self.addParameter(
            explained(
                QgsProcessingParameterField(
                    self.CHECKED_FIELD, tr("Species group found by a check"), None, STANDS, optional=True
                ),
                tr("Column of the stands, filled only for stands that were drawn at random and checked, for example "
                   "with pine or broadleaf."),
            )
        )  # fmt: skip
        self.add_all(geopackage_output(tr("Species groups")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("CONFLICTS", tr("Number of stands where images disagree")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        super().prepare_request(parameters, context)
        self.options["model"] = file_of(self, parameters, self.MODEL, context)
        self.options["checked_field"] = self.parameterAsString(parameters, self.CHECKED_FIELD, context) or None
        self.themes = themed_layers(("image_conflict",))

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Ask the images."""
        from ..adapters.jobs.species import SpeciesRequest, predict_species_groups  # noqa: PLC0415 - pandas

        progress.step("read")
        request = SpeciesRequest(stands=self.stands.read(progress), **self.options)
        outcome = predict_species_groups(request, progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "CONFLICTS": outcome.counts.get("image_conflict_yes")}
