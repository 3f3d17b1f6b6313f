"""Work design of single parcels: species, density, intensity, blocks, operations and budget, from tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..carbon.parameter_checks import CellReader
from .feasibility import NO, UNKNOWN, FellingNeeds, felling_hindered, within_block_limit
from .works import Works

ONE = "1"
PLANTS, YEARS = "plants", "years"
QUANTITIES = (ONE, PLANTS, YEARS)
"""What an operation is counted by: the area, the plants on it, or the area times the years of tending."""

_DESIGN_NUMBERS = {
    "plants_per_ha_low": (0.0, 20_000.0),
    "plants_per_ha_high": (0.0, 20_000.0),
    "intensity_low": (0.0, 1.0),
    "intensity_high": (0.0, 1.0),
    "closure_after_low": (0.0, 1.0),
    "tending_years": (0.0, 20.0),
}
_AGE_MIN = "age_min_yr"
_AGE_ALLOWED = (0.0, 200.0)
_DESIGN_TEXTS = ("species", "species_zh", "text", "text_zh", "source", "confidence")
_OPERATION_TEXTS = ("operation", "operation_en", "operation_zh", "quantity", "unit", "unit_zh", "source", "confidence")
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class DesignTables:
    """What a work design is made from.

    Attributes
    ----------
    designs
        One row per measure and technique: species, plants per ha, intensity as a share of the volume, closure
        after the work, years of tending, words and source.
    operations
        Rows per measure and technique: what is done, what it is counted by, and its share of the cost.
    works
        The table of works, which has the cost per hectare.
    """

    designs: pd.DataFrame
    operations: pd.DataFrame
    works: Works

    @classmethod
    def from_rows(cls, designs: pd.DataFrame, operations: pd.DataFrame, works: Works) -> DesignTables:
        """Check and take over the tables.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell.
        """
        return cls(_designs(designs), _operations(operations), works)

    def needs_of(self, measure: str, technique: str) -> FellingNeeds:
        """What a technique asks of the stand it fells in; nothing where it fells nothing."""
        mine = self.designs[(self.designs["measure"] == measure) & (self.designs["technique"] == technique)]
        if mine.empty or np.isnan(mine["intensity_low"].iloc[0]):
            return FellingNeeds(np.nan, np.nan)
        return FellingNeeds(float(mine["closure_after_low"].iloc[0]), float(mine[_AGE_MIN].iloc[0]))

    def technique_of(self, measure: str, found: str | None) -> str | None:
        """The technique a stand gets: the one found for it, else the only or first one of its measure."""
        mine = [t for m, t in zip(self.works.measure, self.works.technique, strict=True) if m == measure]
        if found is not None:
            return str(found)
        return str(mine[0]) if len(mine) == 1 else None


def _designs(frame: pd.DataFrame) -> pd.DataFrame:
    cells = CellReader(frame.reset_index(drop=True), "technique")
    cells.need_columns(("measure", "technique", *_DESIGN_NUMBERS, *_DESIGN_TEXTS))
    texts = ("measure", "technique", *_DESIGN_TEXTS, "source_zh")
    table = pd.DataFrame({name: cells.text(name) for name in texts})
    # Older tables of an office have neither a least age nor sources in Chinese.
    for name, allowed in {**_DESIGN_NUMBERS, _AGE_MIN: _AGE_ALLOWED}.items():
        table[name] = cells.number(name, allowed)
    for base in ("plants_per_ha", "intensity"):
        low, high = table[base + "_low"].to_numpy(), table[base + "_high"].to_numpy()
        cells.note_where((low > high) | (np.isnan(low) != np.isnan(high)), base + "_high", high)
    for row in np.flatnonzero(table.duplicated(["measure", "technique"])):
        cells.note(int(row), "technique", "twice")
    for name in ("source", "confidence"):
        for row in np.flatnonzero(table[name].isna()):
            cells.note(int(row), name, "empty")
    cells.refuse("designs")
    return table


def _operations(frame: pd.DataFrame) -> pd.DataFrame:
    cells = CellReader(frame.reset_index(drop=True), "technique")
    cells.need_columns(("measure", "technique", "cost_share", *_OPERATION_TEXTS))
    texts = ("measure", "technique", *_OPERATION_TEXTS, "source_zh")
    table = pd.DataFrame({name: cells.text(name) for name in texts})
    table["quantity"] = cells.choice("quantity", QUANTITIES, ONE)
    table["cost_share"] = cells.number("cost_share", (0.0, 1.0), required=True)
    sums = table.groupby(["measure", "technique"])["cost_share"].transform("sum").to_numpy()
    cells.note_where(np.abs(sums - 1.0) > _TOLERANCE, "cost_share", sums)
    cells.refuse("operations")
    return table


def parcel_design(stand: dict[str, Any], tables: DesignTables) -> dict[str, Any]:
    """The design of one parcel; what is not known is None.

    Parameters
    ----------
    stand
        ``area_ha``, ``measure``, ``technique``, ``stand_area_ha`` where only part of a stand is planned, and
        where known ``volume_m3_ha``, ``closure`` (0 to 1), ``age_yr``,
        ``age_group``, ``cost_yuan``,
        ``felled_m3``, ``felled_share``, ``clear_cut_limit_ha_low``, ``clear_cut_limit_ha_high``: those of a plan go
        before those of the tables.
    tables
        The tables.

    Returns
    -------
    dict
        The row of designs, ``feasible`` (``yes``, ``no``, ``unknown``, None where no canopy has to stay) and
        ``feasible_reason``: where it is ``no`` or ``unknown`` there is no volume to fell, nothing to plant and no
        budget, nor are there for a clear-cut that is above its limit or may be; ``plants_low`` and
        ``plants_high`` (whole parcel), ``felled_m3_low`` and ``felled_m3_high``, ``cost_yuan``, ``cost_yuan_ha``,
        ``is_clear_cut``, ``within_block_limit`` (``yes``, ``no``, ``unknown`` or None where no ground is opened) and
        ``operations`` (list of dict with ``quantity_low``, ``quantity_high``, ``cost_yuan``).
    """
    measure, technique = stand.get("measure"), stand.get("technique")
    mine = tables.designs[(tables.designs["measure"] == measure) & (tables.designs["technique"] == technique)]
    design: dict[str, Any] = {} if mine.empty else {str(k): _plain(v) for k, v in mine.iloc[0].to_dict().items()}
    area_ha = _plain(stand.get("area_ha"))
    design |= {"measure": measure, "technique": technique, "area_ha": area_ha}
    design["feasible"], design["feasible_reason"] = _feasible(stand, tables.needs_of(str(measure), str(technique)))
    work = _work(tables.works, measure, technique)
    rate = None if work is None else float(tables.works.cost_yuan_ha[work])
    design["is_clear_cut"] = work is not None and bool(tables.works.clear_cut[work])
    whole_ha = _plain(stand.get("stand_area_ha", area_ha))  # what is left of a stand opens one ground with the rest
    design["within_block_limit"] = _within_limit(stand, whole_ha) if design["is_clear_cut"] else None
    design |= _amounts(stand, design, area_ha)
    cost = _plain(stand.get("cost_yuan"))
    if cost is None and rate is not None and area_ha is not None:
        cost = rate * area_ha
    if _is_held_back(design):
        cost = rate = None  # no budget for a work that cannot be done, or of which nobody knows whether it can
    design["cost_yuan"] = cost
    design["cost_yuan_ha"] = cost / area_ha if cost is not None and area_ha else rate
    design["operations"] = _own_operations(tables.operations, design)
    return design


def _amounts(stand: dict[str, Any], design: dict[str, Any], area_ha: float | None) -> dict[str, Any]:
    volume = _plain(stand.get("volume_m3_ha"))
    share = _plain(stand.get("felled_share"))
    found: dict[str, Any] = {}
    for side in ("low", "high"):
        intensity = design.get("intensity_" + side) if share is None else share
        plants = design.get("plants_per_ha_" + side)
        found["plants_" + side] = None if plants is None or area_ha is None else plants * area_ha
        known = None not in (intensity, volume, area_ha)
        found["felled_m3_" + side] = volume * area_ha * intensity if known else None
    felled = _plain(stand.get("felled_m3"))
    if felled is not None:
        found["felled_m3_low"] = found["felled_m3_high"] = felled
    return dict.fromkeys(found) if _is_held_back(design) else found  # a plan did not look at the canopy either


def _is_held_back(design: dict[str, Any]) -> bool:
    """Whether the work cannot be done as designed, or nobody knows whether it can."""
    return design["feasible"] in (NO, UNKNOWN) or design["within_block_limit"] in (NO, UNKNOWN)


def _feasible(stand: dict[str, Any], needs: FellingNeeds) -> tuple[str | None, str | None]:
    """Whether a felling that has to leave a canopy finds more than that, in trees old enough; and why not."""
    known = (_array(stand.get(name)) for name in ("closure", "age_yr", "age_group"))
    feasible, reason = felling_hindered(needs, *known)
    return feasible[0], reason[0]


def _within_limit(stand: dict[str, Any], area_ha: float | None) -> str:
    """Whether the parcel keeps to the largest clear-cut block that its slope allows."""
    limits = (_array(stand.get("clear_cut_limit_ha_" + side)) for side in ("low", "high"))
    return str(within_block_limit(_array(area_ha), *limits)[0])


def _array(value: Any) -> np.ndarray:  # noqa: ANN401 - a cell of a table
    """A cell as an array of one number, NaN where unknown."""
    plain = _plain(value)
    return np.array([np.nan if plain is None else float(plain)])


def _own_operations(operations: pd.DataFrame, design: dict[str, Any]) -> list[dict[str, Any]]:
    mine = (operations["measure"] == design["measure"]) & (operations["technique"] == design["technique"])
    found = []
    for row in operations[mine].to_dict("records"):
        low, high = _quantity(row["quantity"], design)
        cost = None if design["cost_yuan"] is None else design["cost_yuan"] * row["cost_share"]
        found.append({**{str(k): _plain(v) for k, v in row.items()}, "quantity_low": low, "quantity_high": high,
                      "cost_yuan": cost})  # fmt: skip
    return found


def _quantity(kind: str, design: dict[str, Any]) -> tuple[float | None, float | None]:
    area_ha = design["area_ha"]
    if kind == PLANTS:
        return design["plants_low"], design["plants_high"]
    if kind == YEARS:
        years = design.get("tending_years")
        amount = None if years is None or area_ha is None else years * area_ha
        return amount, amount
    return area_ha, area_ha


def _work(works: Works, measure: object, technique: object) -> int | None:
    found = np.flatnonzero((works.measure == measure) & (works.technique == technique))
    return int(found[0]) if len(found) else None


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of a table
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
