"""Accuracy of a map from checked stands. Agreement with the inventory is not accuracy.

Only a probability sample says how right a map is: stands drawn at random within each mapped class and checked in
the field or on better images. The estimator weighs each class by its size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError

Floats = npt.NDArray[np.float64]
NORMAL_90 = 1.6448536269514722
"""Half-width of a 90 % interval in standard errors."""


@dataclass(frozen=True)
class Accuracy:
    """Overall accuracy with its 90 % interval, and the accuracy of each mapped class.

    Attributes
    ----------
    by_class
        Index: mapped class; ``size`` (of the whole map), ``checked``, ``users_accuracy``, ``low``, ``high``.
    """

    overall: float
    low: float
    high: float
    by_class: pd.DataFrame


def stratified_accuracy(
    mapped: npt.NDArray[np.object_], size: Floats, checked: npt.NDArray[np.bool_], reference: npt.NDArray[np.object_]
) -> Accuracy:
    """Estimate the accuracy of a map from a random sample drawn within each mapped class.

    Parameters
    ----------
    mapped
        Mapped class of every stand, shape (n,); None is left out.
    size
        Weight of every stand: 1, or its area; shape (n,).
    checked
        Which stands were drawn and checked, shape (n,).
    reference
        What the check found, where ``checked``; shape (n,).

    Raises
    ------
    InputError
        SAMPLE_TOO_SMALL where a mapped class has fewer than two checked stands.
    """
    rows = []
    for name in sorted({str(one) for one in mapped if one is not None}):
        here = mapped == name
        drawn = here & checked
        number = int(drawn.sum())
        if number <= 1:  # a variance needs two
            raise InputError("SAMPLE_TOO_SMALL", name=name, count=number)
        right = float((reference[drawn] == name).mean())
        rows.append((name, float(size[here].sum()), number, right, right * (1 - right) / (number - 1)))
    table = pd.DataFrame(rows, columns=["class", "size", "checked", "users_accuracy", "variance"]).set_index("class")
    weight = table["size"] / table["size"].sum()
    overall = float((weight * table["users_accuracy"]).sum())
    half = NORMAL_90 * float(np.sqrt((weight**2 * table["variance"]).sum()))
    spread = NORMAL_90 * np.sqrt(table["variance"])
    table["low"] = (table["users_accuracy"] - spread).clip(lower=0.0)
    table["high"] = (table["users_accuracy"] + spread).clip(upper=1.0)
    return Accuracy(overall, max(0.0, overall - half), min(1.0, overall + half), table.drop(columns="variance"))
