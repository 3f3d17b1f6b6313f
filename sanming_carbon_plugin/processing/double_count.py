"""The guard against double counting by itself, as an algorithm."""

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

from ..core.errors import UsageError
from ..core.progress import Progress
from . import two_dates
from .parameters import (
    MAPPING,
    OUTPUT,
    OVERWRITE,
    advanced,
    explained,
    geopackage_output,
    overwrite_parameter,
    reading_parameters,
    stands_parameter,
)
from .results import tell_counts, themed_layers
from .ticket_parameters import TicketAlgorithm, define_mappings, define_parcels, define_profile
from .translation import tr


class DoubleCountAlgorithm(TicketAlgorithm):
    """What of a layer nobody has credited yet, in space and time."""

    PERIODS = "PERIODS"
    SHOW_FROM = "SHOW_FROM"

    def name(self) -> str:
        """Identifier."""
        return "doublecount"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Check for double counting")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Free, blocked and partly free ground against parcels that are credited or pending, with the reason.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Lays a layer of candidates exactly over any number of layers of credited or pending parcels. Only what is "
            "free in space and in time counts; both days of a period belong to it, so a vintage that ends on "
            "2020-12-31 leaves 2021-01-01 free. Slivers are always deducted; the share only decides whether they are "
            "drawn. Candidates that lie on each other both lose that ground. Layers: candidates with their shares, "
            "parts with state, scheme, days and reason, overlaps, issues."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.addParameter(stands_parameter())
        define_parcels(self.addParameter, tenure=False, needed=True)
        two_dates.define_days(self.addParameter)
        further = QgsProcessingParameterString(self.PERIODS, tr("Further periods"), optional=True)
        self.addParameter(
            advanced(explained(further, tr("FROM/TO as YYYY-MM-DD/YYYY-MM-DD, with ; between. They must not overlap.")))
        )
        define_profile(self.addParameter)
        shown = QgsProcessingParameterNumber(
            self.SHOW_FROM, tr("Draw blocked parts from this share"), Qgis.ProcessingNumberParameterType.Double,
            optional=True, minValue=0.0, maxValue=1.0,
        )  # fmt: skip
        self.addParameter(
            advanced(explained(shown, tr("Smaller parts are still deducted. Empty: as the profile says.")))
        )
        self.add_all(*reading_parameters())
        define_mappings(self.addParameter, tenure=False)
        self.add_all(geopackage_output(tr("Free and blocked ground")), overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("FREE_HA", tr("Free area, weighed by days (ha)")))
        self.addOutput(QgsProcessingOutputNumber("BLOCKED_HA", tr("Blocked area, weighed by days (ha)")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take layers and options."""
        first = two_dates.period_of(self, parameters, context)
        further = self.parameterAsString(parameters, self.PERIODS, context).split(";")
        periods = tuple(text.strip() for text in [first or "", *further] if text.strip())
        if not periods:
            raise UsageError("DOUBLE_COUNT_NEEDS")
        self.stands = self.taken_stands(parameters, context)
        self.take_parcels(parameters, context, tenure=False)
        shown = parameters.get(self.SHOW_FROM)
        self.options: dict[str, Any] = {
            "periods": periods,
            "out": Path(self.parameterAsFileOutput(parameters, OUTPUT, context)),
            "mapping": self.file(parameters, MAPPING, context),
            "credited_mapping": self.mappings_of(parameters, context)["credited_mapping"],
            "profile": self.profile_of(parameters, context),
            "shown_from_share": None if shown is None else self.parameterAsDouble(parameters, self.SHOW_FROM, context),
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
        }
        self.themes = themed_layers(("candidates", "parts"))

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Check the candidates."""
        from ..adapters.jobs.double_count import DoubleCountRequest, double_count  # noqa: PLC0415 - pandas may be missing

        progress.step("read")
        credited = self.parcels(progress)["credited"]
        request = DoubleCountRequest(candidates=self.stands.read(progress), credited=credited, **self.options)
        outcome = double_count(request, progress)
        tell_counts(outcome, feedback)
        sums = {
            name: sum(float(str(value)) for key, value in outcome.counts.items() if key.endswith(name))
            for name in ("free_ha", "blocked_ha")
        }
        return {OUTPUT: str(outcome.out), "FREE_HA": sums["free_ha"], "BLOCKED_HA": sums["blocked_ha"]}
