"""What somebody answers for with a name: a word for the stands of named units that have none of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

MARK = "DECLARED:"


@dataclass(frozen=True)
class Declaration:
    """One signed statement.

    Attributes
    ----------
    field, value
        The fact and the word that is taken for it.
    units
        The units that are meant, as the beginning of their stands' keys: county, township, village, compartment or
        stand, joined with ``-``.
    reason
        On what the statement rests.
    name, date, valid_to
        Who signed it, when, and the last day on which it may be used; ISO dates.
    """

    id: str
    field: str
    value: str
    units: tuple[str, ...]
    reason: str
    name: str
    date: str
    valid_to: str

    @property
    def mark(self) -> str:
        """How a trace names it, without a sign."""
        return MARK + self.id

    def covers(self, stand_keys: pd.Index) -> npt.NDArray[np.bool_]:
        """Which stands lie in the units. Shape (n,)."""
        keys = pd.Series(stand_keys.astype(str), dtype=object)
        whole = keys.isin(self.units).to_numpy(dtype=bool)
        # A unit ends where the next part of the key begins: 350428-1 is not the township 350428-199.
        ends = tuple(unit + end for unit in self.units for end in "-#")
        return whole | keys.str.startswith(ends).to_numpy(dtype=bool)

    def told(self) -> Mapping[str, object]:
        """What an explanation says of it."""
        return asdict(self)
