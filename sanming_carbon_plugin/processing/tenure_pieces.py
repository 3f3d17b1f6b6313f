"""Stands cut with tenure parcels, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import optional_path
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    explained,
    geopackage_output,
    overwrite_parameter,
    reading_parameters,
    stands_parameter,
)
from .results import LayersOnCompletion, StepLayer, tell_counts
from .ticket_parameters import TENURE_MAPPING, tenure_mapping_parameter
from .translation import tr


class TenurePiecesAlgorithm(StandAlgorithm):
    """Cuts stands with parcels and puts the areas of certificate, parcel and stands side by side."""

    TENURE = "TENURE"

    def name(self) -> str:
        """Identifier."""
        return "tenurepieces"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Cut stands with tenure parcels")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Pieces of stands with certificate and stand key, and the areas of both side by side.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "The layer pieces has every part of a stand that lies on one parcel, with the keys of both, its area and "
            "its share of both. The table reconciliation compares, for each parcel, the area on the certificate (a "
            "column such as certificate_area, where there is one; its unit is recognised), the area of the parcel on "
            "the ellipsoid and the area of the stands on it, in mu. The layer issues lists stands without a parcel, "
            "parcels on each other and areas that disagree. Identity numbers of persons are never copied."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(stands_parameter())
        self.addParameter(
            explained(
                QgsProcessingParameterFeatureSource(
                    self.TENURE, tr("Tenure"), [Qgis.ProcessingSourceType.VectorPolygon]
                ),
                tr("Polygons of the certificates, with the columns certificate, holder, right, valid_to and disputed."),
            )
        )
        self.add_all(
            *reading_parameters(),
            tenure_mapping_parameter(),
            geopackage_output(tr("Pieces")),
            overwrite_parameter(),
        )
        self.addOutput(QgsProcessingOutputNumber("PIECES_COUNT", tr("Number of pieces")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take both layers and options."""
        self.stands = self.taken_stands(parameters, context)
        tenure = self.taken(parameters, self.TENURE, context)
        if tenure is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.TENURE))
        self.tenure = tenure
        self.mapping = optional_path(self.parameterAsFile(parameters, MAPPING, context))
        self.tenure_mapping = optional_path(self.parameterAsFile(parameters, TENURE_MAPPING, context))
        self.out = Path(self.parameterAsFileOutput(parameters, OUTPUT, context))
        self.overwrite = self.parameterAsBoolean(parameters, OVERWRITE, context)
        areas = tr("Areas of certificates, parcels and stands")
        self.themes = LayersOnCompletion(
            [StepLayer("pieces", tr("Pieces"), "tenure_pieces"), StepLayer("reconciliation", areas)]
        )

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Cut the stands."""
        from ..adapters.jobs.tenure import cut_with_tenure  # noqa: PLC0415 - pandas may be missing on loading

        progress.step("read")
        stands, tenure = self.stands.read(progress), self.tenure.read(progress)
        outcome = cut_with_tenure(stands, tenure, self.out, self.mapping, self.overwrite, progress, self.tenure_mapping)
        tell_counts(outcome, feedback)
        return {OUTPUT: str(outcome.out), "PIECES_COUNT": outcome.counts["pieces"]}
