"""What came back from the field, merged with the desk, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    Qgis,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsVectorLayer,
)

from ..core.progress import Progress
from .base import StandAlgorithm
from .inputs import optional_path
from .parameters import OUTPUT, OVERWRITE, advanced, explained, geopackage_output, overwrite_parameter
from .results import tell_counts
from .translation import language, tr


class ReviewOnCompletion(QgsProcessingLayerPostProcessorInterface):
    """Has the layers of a review loaded with their form.

    Made while an algorithm prepares, that is in the main thread, and kept: QGIS itself holds only a bare pointer.
    Each layer has its own one, because the context deletes that of every layer when it ends.
    """

    NAMES = ("differences", "conflicts")
    _kept: ClassVar[list[ReviewOnCompletion]] = []
    _KEPT_AT_MOST = 20

    def __init__(self, spoken: str) -> None:
        super().__init__()
        self._language = spoken
        self._others: list[ReviewOnCompletion] = []
        self._left_out: str | None = None

    @classmethod
    def for_review(cls, spoken: str) -> ReviewOnCompletion:
        """The one that asks for all layers of a review."""
        made = cls(spoken)
        made._others = [cls(spoken) for _ in cls.NAMES[1:]]
        return made

    def leave_out(self, name: str) -> None:
        """Have one of the layers not loaded."""
        self._left_out = name

    def ask_for(self, context: QgsProcessingContext, result: Path, output: str) -> None:
        """Have the layers loaded when the algorithm is through; a caller that loads nothing ignores it."""
        from ..adapters.words import word  # noqa: PLC0415 - pandas may be missing on loading

        everyone = [self, *self._others]
        asked = [pair for pair in zip(self.NAMES, everyone, strict=True) if pair[0] != self._left_out]
        for name, processor in asked:
            uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(result), "layerName": name})
            title = word("field_package", name, self._language)
            details = QgsProcessingContext.LayerDetails(
                title, context.project(), output, QgsProcessingUtils.LayerHint.Vector
            )
            details.setPostProcessor(processor)
            context.addLayerToLoadOnCompletion(uri, details)
        ReviewOnCompletion._kept = [*ReviewOnCompletion._kept, *everyone][-self._KEPT_AT_MOST :]

    def postProcessLayer(
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,  # noqa: ARG002 - QGIS hands it over
        feedback: QgsProcessingFeedback,  # noqa: ARG002 - QGIS hands it over
    ) -> None:
        """Dress one layer; QGIS calls this in the main thread."""
        from ..adapters.field_package.review_form import dress_review  # noqa: PLC0415 - pandas may be missing
        from ..adapters.unit_choice import chosen_units  # noqa: PLC0415

        if isinstance(layer, QgsVectorLayer):
            dress_review(layer, layer.name(), self._language, chosen_units())


class FieldMergeAlgorithm(StandAlgorithm):
    """Holds what came back against what was sent and what the desk says now."""

    RESULT = "RESULT"
    RETURNED = "RETURNED"
    BASE = "BASE"
    RESOLVE = "RESOLVE"
    BY = "BY"
    FORM = "FORM"

    def name(self) -> str:
        """Identifier."""
        return "fieldmerge"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Merge what came back from the field")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Shows every difference between desk and field; takes over only what a person decided.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "The first run writes a review and changes nothing: each cell that field or desk changed, conflicts that "
            "a person has to decide, changed outlines, new rows, photos that did not come back. Fill in the column "
            "choice of the layer of conflicts (desk, field, or another value) and save. The second run with that "
            "review and your name takes over what was chosen and what only the field changed: classes become "
            "decisions with signature and date, attributes a list of corrections. The share of wrong stands comes "
            "from the random control sample alone."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        for parameter, text in (
            (QgsProcessingParameterFile(self.RESULT, tr("Result"), extension="gpkg"),
             tr("GeoPackage of Assess stands, as it is now.")),
            (QgsProcessingParameterMultipleLayers(self.RETURNED, tr("Returned packages"),
                                                  Qgis.ProcessingSourceType.File),
             tr("The file field.gpkg of each surveyor's folder, all of one package.")),
            (QgsProcessingParameterFile(self.RESOLVE, tr("Review with choices"), optional=True,
                                        fileFilter="GeoPackage, CSV (*.gpkg *.csv)"),
             tr("Leave empty to look first. With a review in which choices were made, they are taken over.")),
            (QgsProcessingParameterString(self.BY, tr("Name of the person who decides"), optional=True),
             tr("The signature under the decisions; needed to take something over.")),
            (advanced(QgsProcessingParameterFile(self.BASE, tr("What was sent"), extension="gpkg", optional=True)),
             tr("Only where the copy beside the result was lost: base.gpkg of the package.")),
            (advanced(QgsProcessingParameterFile(self.FORM, tr("Columns of the form"), extension="csv",
                                                 optional=True)),
             tr("The same as when the package was made.")),
        ):  # fmt: skip
            self.addParameter(explained(parameter, text))
        self.add_all(geopackage_output(tr("Review")), overwrite_parameter())
        for name, text in (
            ("CONFLICTS", tr("Number of conflicts")),
            ("OPEN", tr("Changes that wait for a decision or a signature")),
            ("DECISIONS_ADDED", tr("Decisions added")),
            ("CORRECTIONS_ADDED", tr("Corrections added")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, text))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the options."""

        def file(name: str) -> Path | None:
            return optional_path(self.parameterAsFile(parameters, name, context))

        self.options: dict[str, Any] = {
            "result": Path(self.parameterAsFile(parameters, self.RESULT, context)),
            "returned": [Path(path) for path in self.parameterAsFileList(parameters, self.RETURNED, context)],
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "base": file(self.BASE),
            "choices": file(self.RESOLVE),
            "name": self.parameterAsString(parameters, self.BY, context).strip() or None,
            "form": file(self.FORM),
            "language": language(),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
        self.themes = ReviewOnCompletion.for_review(language())

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Merge."""
        from ..adapters.jobs.field_merge import MergeRequest, field_merge  # noqa: PLC0415 - pandas may be missing

        outcome = field_merge(MergeRequest(**self.options), progress)
        tell_counts(outcome, feedback)
        counts = outcome.counts
        second = self.options["choices"] is not None
        undecided = ("open", "stale") if second else ("conflict",)
        waiting = sum(int(str(counts.get(name, 0))) for name in undecided)
        if not waiting and isinstance(self.themes, ReviewOnCompletion):
            self.themes.leave_out("conflicts")
        return {
            OUTPUT: str(outcome.out),
            "CONFLICTS": counts["conflict"],
            "OPEN": waiting if second else waiting + int(str(counts["field_only"])),
            "DECISIONS_ADDED": counts["decisions_added"],
            "CORRECTIONS_ADDED": counts["corrections_added"],
        }
