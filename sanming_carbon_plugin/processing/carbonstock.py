"""Carbon stock per stand, as an algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.progress import Progress
from .carbon_steps import CarbonStep
from .translation import tr

if TYPE_CHECKING:
    from ..adapters.jobs.request import JobOutcome


class CarbonStockAlgorithm(CarbonStep):
    """Biomass, carbon and tonnes of CO₂e of each stand by both methods."""

    theme = "carbon_density"
    two_dates = False

    def name(self) -> str:
        """Identifier."""
        return "carbonstock"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Carbon stock")

    def shortDescription(self) -> str:
        """One sentence for the toolbox."""
        return tr("Biomass, carbon and tonnes of CO₂e of each stand by two methods.")

    def shortHelpString(self) -> str:
        """What the algorithm does."""
        return tr(
            "Works out the stock with constant factors and with the continuous method side by side. The columns "
            "parameter_row and parameter_level say which row of the parameter table served a stand, volume_basis "
            "says whether its volume was recorded or put together from its trees.\n\n"
            "What cannot be known stays empty, never 0, and the layer issues says why."
        )

    def run_step(self, options: dict[str, Any], progress: Progress) -> JobOutcome:
        """Weigh the stands."""
        from ..adapters.jobs.carbon_inputs import CarbonRequest  # noqa: PLC0415 - pandas may be missing on loading
        from ..adapters.jobs.carbon_stock import carbon_stock  # noqa: PLC0415

        return carbon_stock(CarbonRequest(**options), progress)
