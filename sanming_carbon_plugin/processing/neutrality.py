"""What tickets are worth to a use, as an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMatrix,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.errors import InputError
from ..core.progress import Progress
from .parameters import OUTPUT, OVERWRITE, advanced, explained, overwrite_parameter, worded_choice
from .results import tell_counts
from .ticket_parameters import TicketAlgorithm
from .translation import tr

KINDS = ("emissions", "restoration", "planting", "pledge")


class NeutralityAlgorithm(TicketAlgorithm):
    """Tonnes that a use needs, with the arithmetic, and the tickets that cover them."""

    KIND = "KIND"
    FACTORS = "FACTORS"
    ACTIVITIES = "ACTIVITIES"
    FELLED = "FELLED"
    GROWTH = "GROWTH"
    TICKETS = "TICKETS"
    NUMBERS = ("AREA_HA", "YEARS", "PEOPLE", "TONNES")

    def name(self) -> str:
        """Identifier."""
        return "neutrality"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Uses of tickets")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr(
            "Neutrality, restoration, planting duty or pledge: tonnes or yuan step by step, and which tickets cover it."
        )

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Emissions: amounts of activities times factors give the tonnes an event or organisation emits. "
            "Restoration: area, years and lost growth, and what was felled, give the tonnes that make good a damaged "
            "forest. Planting: people and years give the tickets whose price equals the trees they owe. Pledge: tonnes "
            "at a price band, and what a bank may lend. The log shows each step with its source. Factors are in files "
            "with source and date; give an edited copy to use others. Tickets are used from the oldest period."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        uses = (tr("Neutrality of an event or organisation"), tr("Restoration of a damaged forest"),
                tr("Duty to plant trees"), tr("Pledge for a loan"))  # fmt: skip
        words = dict(zip(KINDS, uses, strict=True))
        self.addParameter(worded_choice(self.KIND, tr("Use"), words, default=KINDS[0]))
        for name, text, help_text in (
            (self.ACTIVITIES, tr("Activities"), tr("Emissions: a factor and the amount in its unit, a row each.")),
            (self.FELLED, tr("What was felled"), tr("Restoration: a factor such as stock_pine and the cubic metres.")),
        ):
            table = QgsProcessingParameterMatrix(name, text, 1, False, [tr("Factor"), tr("Amount")], [], optional=True)
            self.addParameter(explained(table, help_text))
        texts = (tr("Damaged area (ha)"), tr("Years"), tr("People"), tr("Tonnes"))
        for name, text in zip(self.NUMBERS, texts, strict=True):
            number = QgsProcessingParameterNumber(
                name, text, Qgis.ProcessingNumberParameterType.Double, optional=True, minValue=0.0
            )
            self.addParameter(number)
        growth = QgsProcessingParameterString(self.GROWTH, tr("Growth that is lost"), optional=True)
        self.addParameter(explained(growth, tr("Restoration: a factor such as growth_pine; empty for any forest.")))
        lists = QgsProcessingParameterMultipleLayers(
            self.TICKETS, tr("Lists of tickets"), Qgis.ProcessingSourceType.File, optional=True
        )
        self.addParameter(
            explained(lists, tr("CSV with the columns ticket, whole_t and period_end, or application.json."))
        )
        factors = QgsProcessingParameterFile(self.FACTORS, tr("Own factors"), extension="json", optional=True)
        self.addParameter(advanced(explained(factors, tr("An edited copy of a shipped factor file."))))
        out = QgsProcessingParameterFileDestination(
            OUTPUT, tr("Calculation"), "JSON (*.json);;CSV (*.csv)", None, True, False
        )
        self.addParameter(out)
        self.addParameter(overwrite_parameter())
        self.addOutput(QgsProcessingOutputNumber("NEEDED_T", tr("Tonnes needed")))
        self.addOutput(QgsProcessingOutputNumber("MISSING_T", tr("Tonnes that no ticket covers")))

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take the figures."""
        out = self.parameterAsFileOutput(parameters, OUTPUT, context)
        numbers = {
            name.lower(): None if parameters.get(name) is None else self.parameterAsDouble(parameters, name, context)
            for name in self.NUMBERS
        }
        lists = self.parameterAsFileList(parameters, self.TICKETS, context)
        self.options: dict[str, Any] = {
            "kind": self.parameterAsEnumString(parameters, self.KIND, context),
            "factors": self.file(parameters, self.FACTORS, context),
            "activities": self._pairs(parameters, self.ACTIVITIES, context),
            "felled": self._pairs(parameters, self.FELLED, context),
            "growth": self.text(parameters, self.GROWTH, context),
            "tickets": tuple(Path(path) for path in lists if path),
            "out": Path(out) if out else None,
            "overwrite": self.parameterAsBoolean(parameters, OVERWRITE, context),
            **numbers,
        }

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Calculate."""
        from ..adapters.jobs.neutrality import UseRequest, neutrality  # noqa: PLC0415 - pandas may be missing on loading

        outcome = neutrality(UseRequest(**self.options), progress)
        tell_counts(outcome, feedback)
        found: dict[str, Any] = {OUTPUT: str(outcome.out) if outcome.out is not None else None}
        for name in ("needed_t", "missing_t"):
            if name in outcome.counts:
                found[name.upper()] = float(str(outcome.counts[name]))
        return found

    def _pairs(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> tuple[tuple[str, float], ...]:
        """Rows of a table of factor and amount; empty rows are passed over."""
        cells = [str(cell or "").strip() for cell in self.parameterAsMatrix(parameters, name, context)]
        rows = []
        for factor, amount in zip(cells[::2], cells[1::2], strict=False):
            if not factor and not amount:
                continue
            try:
                rows.append((factor, float(amount)))
            except ValueError as problem:
                raise InputError("USE_AMOUNT_INVALID", name=factor, value=amount) from problem
        return tuple(rows)
