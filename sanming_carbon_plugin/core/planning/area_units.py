"""Municipality, counties and townships: their codes, names, land area, and which stands lie in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..carbon.account import texts
from ..carbon.parameter_checks import CellReader

BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]

MUNICIPALITY, COUNTY, TOWNSHIP = "municipality", "county", "township"
COUNTY_DIGITS = 6
LARGEST_LAND_KM2 = 1e7


@dataclass(frozen=True)
class AreaUnits:
    """Units that targets may be set for.

    Attributes
    ----------
    level, name, name_zh, land_km2
        By code; land area only where a source gives it.
    """

    level: dict[str, str]
    name: dict[str, str]
    name_zh: dict[str, str]
    land_km2: dict[str, float]

    @classmethod
    def from_rows(cls, frame: pd.DataFrame) -> AreaUnits:
        """Check and take over the table of units.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell.
        """
        cells = CellReader(frame.reset_index(drop=True), "code")
        cells.need_columns(("code", "level", "name", "name_zh", "land_km2"))
        code = cells.text("code")
        level = cells.choice("level", (MUNICIPALITY, COUNTY), None)
        land = cells.number("land_km2", (0.0, LARGEST_LAND_KM2))
        cells.refuse("area_units")
        names, names_zh = cells.text("name"), cells.text("name_zh")
        return cls(
            dict(zip(code, level, strict=True)),
            dict(zip(code, names, strict=True)),
            dict(zip(code, names_zh, strict=True)),
            {one: float(km2) for one, km2 in zip(code, land, strict=True) if not np.isnan(km2)},
        )

    def level_of(self, code: str, townships: frozenset[str] = frozenset()) -> str | None:
        """Level of a unit; a township is known by the stands. None for an unknown one."""
        return self.level.get(code) or (TOWNSHIP if code in townships else None)

    def municipality(self) -> str:
        """Code of the municipality."""
        return next(code for code, level in self.level.items() if level == MUNICIPALITY)

    def named(self, code: str, language: str) -> str:
        """Name of a unit, its code where it has none."""
        names = self.name_zh if language == "zh" else self.name
        return names.get(code) or code


def township_codes(facts: pd.DataFrame) -> TextArray:
    """Code of the township of each stand: county and township written together; None where either is unknown."""
    county, township = texts(facts, "county"), texts(facts, "township")
    return np.array(
        [None if c is None or t is None else f"{c}{t}" for c, t in zip(county, township, strict=True)], dtype=object
    )


def units_of_stands(facts: pd.DataFrame, units: AreaUnits) -> dict[str, BoolArray]:
    """Stands of every unit that has any, by code: the municipality, the counties, the townships."""
    county, township = texts(facts, "county"), township_codes(facts)
    known = np.array([units.level.get(c) == COUNTY for c in county], dtype=bool)
    found = {units.municipality(): known} if known.any() else {}
    for codes in (county, township):
        for code in sorted({str(c) for c in codes if c is not None}):
            found[code] = codes == code
    return found


def normalised_unit(text: str) -> str:
    """A code as people write it (``350428-199``) in the form used here (``350428199``)."""
    return text.replace("-", "").replace(" ", "")
