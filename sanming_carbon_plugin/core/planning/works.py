"""Works: by which technique a measure is done, what it costs, what it fells and what grows afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..carbon.parameter_checks import CellReader

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]

FELLING_TYPES = ("final", "tending", "low_yield", "other", "none")
SHARE = (0.0, 1.0)
COST = (0.0, 1e7)
_NUMBERS = {
    "cost_yuan_ha": COST,
    "felled_share": SHARE,
    "growth_factor": (0.0, 5.0),
    "planted_tco2e_ha_yr": (0.0, 100.0),
    "infestation_removed_share": SHARE,
    "gain_error_share": (0.0, 10.0),
    "minimum_ha": (0.0, 1e4),
}


@dataclass(frozen=True)
class Works:
    """One row per technique of a measure; arrays of shape (w,).

    Attributes
    ----------
    measure, technique
        What is counted, and how it is done.
    fits_measure, fits_technique
        Answer of the rules that makes a stand fit: one of its measures and, if given, the technique found for it.
    cost_yuan_ha
        Cost per hectare.
    felling_type, felled_share, clear_cut
        What the felling counts as, the share of the volume it takes, and whether it opens the ground.
    growth_factor
        Growth of the trees that stay, by what the growth curve says.
    planted_tco2e_ha_yr
        Yearly gain of what is planted, t CO₂e/ha.
    needs_survival
        Whether it is only done with enough of what was planted alive.
    infestation_removed_share
        Share of the infested trees that the work takes out.
    gain_error_share
        Half width of the 90 % interval of the gain, as a share of it.
    minimum_ha
        Smallest stand the work is done in.
    """

    measure: TextArray
    technique: TextArray
    fits_measure: TextArray
    fits_technique: TextArray
    cost_yuan_ha: FloatArray
    felling_type: TextArray
    felled_share: FloatArray
    clear_cut: BoolArray
    growth_factor: FloatArray
    planted_tco2e_ha_yr: FloatArray
    infestation_removed_share: FloatArray
    gain_error_share: FloatArray
    minimum_ha: FloatArray
    needs_survival: BoolArray

    def __len__(self) -> int:
        return len(self.measure)

    @classmethod
    def from_rows(cls, frame: pd.DataFrame) -> Works:
        """Check and take over the table of works.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell.
        """
        cells = CellReader(frame.reset_index(drop=True), "technique")
        needed = (
            "measure",
            "technique",
            "fits_measure",
            "felling_type",
            "clear_cut",
            "needs_survival",
            *_NUMBERS,
            "source",
            "confidence",
        )
        cells.need_columns(needed)
        texts = {name: cells.text(name) for name in ("measure", "technique", "fits_measure", "fits_technique")}
        for name in ("measure", "technique", "fits_measure"):
            for row in np.flatnonzero(pd.isna(texts[name])):
                cells.note(int(row), name, "empty")
        felling = cells.choice("felling_type", FELLING_TYPES, "none")
        clear_cut = cells.choice("clear_cut", ("yes", "no"), "no")
        survival = cells.choice("needs_survival", ("yes", "no"), "no")
        numbers = {name: cells.number(name, allowed, required=True) for name, allowed in _NUMBERS.items()}
        pairs = list(zip(texts["measure"], texts["technique"], texts["fits_measure"], strict=True))
        for row, pair in enumerate(pairs):
            if pair in pairs[:row]:
                cells.note(row, "technique", "twice")
        cells.refuse("works")
        return cls(
            texts["measure"],
            texts["technique"],
            texts["fits_measure"],
            texts["fits_technique"],
            numbers["cost_yuan_ha"],
            felling,
            numbers["felled_share"],
            clear_cut == "yes",
            numbers["growth_factor"],
            numbers["planted_tco2e_ha_yr"],
            numbers["infestation_removed_share"],
            numbers["gain_error_share"],
            numbers["minimum_ha"],
            survival == "yes",
        )


@dataclass(frozen=True)
class CountingMatrix:
    """Which measures one parcel may be counted for at the same time.

    Attributes
    ----------
    also
        Pairs of a measure and another for which its work counts too. The work of that other counts for the first
        only where the pair is there the other way round as well.
    """

    also: frozenset[tuple[str, str]]

    @classmethod
    def from_rows(cls, frame: pd.DataFrame) -> CountingMatrix:
        """Check and take over the table: work of ``measure`` counts for ``other`` too where ``together`` is yes.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell.
        """
        cells = CellReader(frame.reset_index(drop=True), "measure")
        cells.need_columns(("measure", "other", "together", "source"))
        one, other = cells.text("measure"), cells.text("other")
        together = cells.choice("together", ("yes", "no"), "no")
        seen: dict[tuple[str, str], str] = {}
        for row, pair in enumerate(zip(one, other, strict=True)):
            if None in pair or pair[0] == pair[1]:
                cells.note(row, "other", "-")
            elif seen.setdefault(pair, together[row]) != together[row]:
                cells.note(row, "together", f"{together[row]} / {seen[pair]}")
        cells.refuse("counting")
        return cls(frozenset(pair for pair, answer in seen.items() if answer == "yes"))

    def counts_for(self, work: str, measure: str) -> bool:
        """Whether work of one measure counts for ``measure``."""
        return work == measure or (work, measure) in self.also

    def together(self, one: str, other: str) -> bool:
        """Whether a parcel may be counted for both, whichever work was done there or both."""
        return self.counts_for(one, other) or self.counts_for(other, one)
