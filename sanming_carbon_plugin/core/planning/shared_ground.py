"""Ground that several stands cover: in the sums of a programme it counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..carbon.counted_once import counted_once, taking_order
from ..stands.checks.neighbours import Overlaps
from .done_ground import DoneGround

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SharedGround:
    """Stands that lie on each other.

    Attributes
    ----------
    facts
        The stands, n of them.
    overlaps
        What two of them cover.
    grounds
        Accepted ground with the stands that it holds for, shape (n,) each.
    outlines
        Sound outlines of the stands, shape (n,).
    """

    facts: pd.DataFrame
    overlaps: Overlaps
    grounds: Sequence[tuple[BoolArray, DoneGround]]
    outlines: npt.NDArray[np.object_]

    def counted(self) -> pd.DataFrame:
        """The stands as they enter sums, just as in the totals of the result."""
        return counted_once(self.facts, None, self.overlaps)[0]

    def share(self) -> FloatArray:
        """Share of each stand that counts in sums, shape (n,); 1 where its area is unknown."""
        area = self.facts["area_ha"].astype(np.float64)
        kept = self.counted()["area_ha"] / area.where(area > 0.0)
        return kept.fillna(1.0).to_numpy(dtype=np.float64)

    def available_once(self, measure: str, rest_ha: FloatArray, held: BoolArray) -> FloatArray:
        """Of the hectares of each stand that are available for a measure those that no other stand has, shape (n,).

        Common ground goes with the stand that has it in the totals of the result, where it is available there too. What
        a plan holds is available in none of the stands that cover it.

        Parameters
        ----------
        measure
            It has to be told because accepted ground is available in neither stand.
        rest_ha
            Available hectares of each stand by itself, shape (n,).
        held
            Stands with parcels of a plan that keep the measure from them, shape (n,).
        """
        found = rest_ha.copy()
        place = taking_order(self.facts, self.overlaps)
        area_ha = self.facts["area_ha"].to_numpy(dtype=np.float64)
        gone: dict[int, list[shapely.Geometry]] = {}
        for mine, other in ((self.overlaps.first, self.overlaps.second), (self.overlaps.second, self.overlaps.first)):
            lost = held[other] | ((rest_ha[other] > 0) & (place[other] < place[mine]))
            for pair in np.flatnonzero(lost & (rest_ha[mine] > 0)).tolist():
                gone.setdefault(int(mine[pair]), []).append(self.overlaps.piece[pair])
        for stand, pieces in gone.items():
            taken = [
                shape.intersection(self.outlines[stand])
                for where, ground in self.grounds
                if where[stand]
                for shape in ground.taken_shapes(stand, measure)
            ]
            share = 1.0 - shapely.area(shapely.union_all([*pieces, *taken])) / self.overlaps.area[stand]
            found[stand] = min(max(share, 0.0) * area_ha[stand], rest_ha[stand])
        return found
