"""Two-way volume equations: the volume of a tree from its diameter and height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .parameter_checks import ANY_POSITIVE, CellReader, Ranges

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]


@dataclass(frozen=True)
class VolumeEquations:
    """Two-way volume equations V = a·D^b·H^c (m³ a tree; D in cm, H in m) and the groups they serve."""

    names: TextArray
    groups: dict[str, int]
    a: FloatArray
    b: FloatArray
    c: FloatArray
    dbh_cm: tuple[FloatArray, FloatArray]
    height_m: tuple[FloatArray, FloatArray]

    @classmethod
    def from_rows(cls, frame: pd.DataFrame, ranges: Ranges | None = None) -> VolumeEquations:
        """Check and take over the equations.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell.
        """
        cells = CellReader(frame, "equation")
        cells.need_columns(("equation", "groups", "a", "b", "c"))
        cells.need_text("source")
        a, b, c = (cells.number(name, ANY_POSITIVE, required=True) for name in "abc")
        limits = [
            cells.number(name, ANY_POSITIVE, required=True)
            for name in ("dbh_from_cm", "dbh_to_cm", "height_from_m", "height_to_m")
        ]
        allowed = (ranges or {}).get("tree_volume_m3", ANY_POSITIVE)
        tree = a * 20.0**b * 15.0**c  # the tree the source checks its own table with
        cells.note_where((tree < allowed[0]) | (tree > allowed[1]), "a*20^b*15^c", tree)
        cells.refuse("volume_equations")
        groups = {group.strip(): row for row, text in enumerate(cells.text("groups")) for group in str(text).split(";")}
        return cls(cells.text("equation"), groups, a, b, c, (limits[0], limits[1]), (limits[2], limits[3]))

    def tree_volume_m3(self, row: IntArray, dbh_cm: FloatArray, height_m: FloatArray) -> FloatArray:
        """Volume of the mean tree (m³); NaN without an equation or outside the equation's range."""
        volume = np.full(len(row), np.nan)
        low_d, high_d = self.dbh_cm
        low_h, high_h = self.height_m
        with np.errstate(invalid="ignore"):
            usable = (
                (row >= 0)
                & (dbh_cm >= low_d[row])
                & (dbh_cm <= high_d[row])
                & (height_m >= low_h[row])
                & (height_m <= high_h[row])
            )
        at = row[usable]
        volume[usable] = self.a[at] * dbh_cm[usable] ** self.b[at] * height_m[usable] ** self.c[at]
        return volume
