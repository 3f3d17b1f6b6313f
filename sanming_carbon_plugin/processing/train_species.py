"""Learning species groups from images, as an algorithm."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingFeedback, QgsProcessingOutputNumber

from ..core.progress import Progress
from .parameters import OUTPUT, output_parameter, overwrite_parameter
from .results import tell_counts
from .species import SpeciesAlgorithm
from .translation import tr


class TrainSpeciesAlgorithm(SpeciesAlgorithm):
    """A model of species groups, learnt from the inventory's own labels."""

    def name(self) -> str:
        """Identifier."""
        return "trainspecies"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Train species groups from images")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Learns from the inventory which species group an image shows, and says how far both agree.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Trains a random forest on the labels of the inventory; scikit-learn is needed. The model is a plain text "
            "file in which nothing can be executed. Beside it, MODEL.figures.json tells the agreement with the "
            "inventory for stands set aside by blocks, by matched distances and at random, the confusion matrix and "
            "the weight of each feature.\n\n"
            "Agreement is not accuracy: the inventory's labels hold errors too. Accuracy comes only from stands drawn "
            "at random and checked; see the algorithm that asks the model."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.define_images()
        self.add_all(output_parameter(tr("Model"), tr("Model files") + " (*.json)"), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("AGREEMENT", tr("Agreement with the inventory by blocks")))

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Train the model."""
        from ..adapters.jobs.species import SpeciesRequest, train_species_model  # noqa: PLC0415 - pandas may be missing

        progress.step("read")
        request = SpeciesRequest(stands=self.stands.read(progress), **self.options)
        outcome = train_species_model(request, progress)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "AGREEMENT": float(str(outcome.counts["agreement_blocks"]))}
