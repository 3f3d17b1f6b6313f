"""The library of carbon parameters: one row per species, and how a species without a row is served.

Three tables belong together: the parameters themselves, the two-way volume equations and the mass of bamboo
culms by age. All three are text tables; this module turns them into arrays and refuses what cannot be true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..units import CO2E_PER_CARBON
from .bands import PlausibilityBands
from .limits import SinkLimits
from .parameter_checks import ANY_POSITIVE, CellReader, Ranges, all_checked, ranges_of
from .volume_equations import VolumeEquations

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]

FACTORS = ("D_t_m3", "BEF", "RSR", "CF")
ERROR_COLUMNS = ("D_cv", "BEF_cv", "RSR_cv", "CF_cv", "biomass_cv")
ERROR_KINDS = {"one_sd": 1.0, "half_width_90": 1.6448536269514722, "half_width_95": 1.959963984540054}
"""How many standard deviations an error of each kind spans (normal distribution)."""

NO_ROW = -1
LEVELS = ("species", "group", "mixed")

FAMILY_NONE, FAMILY_VOLUME, FAMILY_CULM, FAMILY_AREA = 0, 1, 2, 3
"""What the biomass of a row hangs on: m³ of stock, bamboo culms, or the bare area."""


@dataclass(frozen=True)
class LookUp:
    """Which row of the parameter table serves each stand.

    Attributes
    ----------
    row
        Row number, ``NO_ROW`` where none serves.
    level
        ``species``, ``group`` or ``mixed``; None where no row serves.
    group
        Group of the species; None where the species is not in the table.
    """

    row: IntArray
    level: TextArray
    group: TextArray


@dataclass(frozen=True)
class ParameterTable:
    """Checked parameters as arrays, one entry per row of the file.

    Attributes
    ----------
    table_id, version, status
        As written in the file; ``status`` is ``official`` or ``provisional``.
    values
        Numeric columns by name, NaN where the row has none; errors are relative standard deviations.
    family
        What the biomass of each row hangs on (``FAMILY_…``).
    culm_kg
        Mass of a culm by row number and age group (1 to 3; column 0 where the age is unknown), kg.
    equations, bands, limits
        Volume equations and believable sinks, None where not given; limits of the sink.
    """

    table_id: str
    version: str
    status: str
    species: TextArray
    group: TextArray
    error_source: TextArray
    family: npt.NDArray[np.int8]
    values: dict[str, FloatArray]
    culm_kg: FloatArray
    equations: VolumeEquations | None
    bands: PlausibilityBands | None
    limits: SinkLimits
    serving_row: dict[str, tuple[int, str | None]]
    frame: pd.DataFrame = field(repr=False)

    @classmethod
    def from_rows(
        cls,
        frame: pd.DataFrame,
        meta: dict[str, Any],
        equations: pd.DataFrame | None = None,
        culms: pd.DataFrame | None = None,
        ranges: pd.DataFrame | None = None,
        bands: pd.DataFrame | None = None,
        limits: pd.DataFrame | None = None,
    ) -> ParameterTable:
        """Check a parameter table and take it over.

        Parameters
        ----------
        frame
            Text table, one row per species (columns of ``resources/parameters/carbon_parameters.csv``).
        meta
            ``id``, ``version`` and ``status`` of the file.
        equations, culms, ranges, bands, limits
            The tables beside it. Without them volume is never substituted, every culm has the mass of its
            row, only signs are checked, no sink is doubted and none withheld.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell at once.
        """
        cells = CellReader(frame.reset_index(drop=True), "species_code")
        allowed = ranges_of(ranges)
        (values, family), culm_rows, tree_volumes, believable, sink_limits = all_checked(
            lambda: _checked(cells, meta, allowed),
            lambda: None if culms is None else _culm_rows(culms, allowed),
            lambda: None if equations is None else VolumeEquations.from_rows(equations, allowed),
            lambda: None if bands is None else PlausibilityBands.from_rows(bands),
            lambda: SinkLimits() if limits is None else SinkLimits.from_rows(limits),
        )
        species = cells.text("species_code")
        return cls(
            str(meta["id"]),
            str(meta["version"]),
            str(meta["status"]),
            species,
            cells.text("group"),
            np.where(cells.filled("error_source"), cells.text("error_source"), species),
            family,
            values,
            _culm_table(species, values["kg_per_culm"], culm_rows),
            tree_volumes,
            believable,
            sink_limits,
            _serving_rows(cells, species, family),
            cells.frame,
        )

    def look_up(self, species_code: TextArray) -> LookUp:
        """Find the row that serves each species: its own, its group's, else its mixed class's."""
        codes, names = pd.factorize(pd.Series(species_code, dtype=object))
        rows = np.full(len(names) + 1, NO_ROW, dtype=np.int64)
        levels = np.full(len(names) + 1, None, dtype=object)
        groups = np.full(len(names) + 1, None, dtype=object)
        own = {name: row for row, name in enumerate(self.species)}
        for position, name in enumerate(names):
            rows[position], levels[position] = self.serving_row.get(name, (NO_ROW, None))
            if name in own:
                groups[position] = self.group[own[name]]
        return LookUp(rows[codes], levels[codes], groups[codes])

    def biomass_per_volume_t_m3(self) -> FloatArray:
        """D·BEF·(1+RSR) of each row: tonnes of whole trees per m³ of stock."""
        v = self.values
        return np.asarray(v["D_t_m3"] * v["BEF"] * (1.0 + v["RSR"]))

    def tco2e_per_biomass(self) -> FloatArray:
        """Tonnes of CO₂ equivalent per tonne of dry biomass of each row."""
        return np.asarray(self.values["CF"] * CO2E_PER_CARBON)

    def relative_errors(self) -> dict[str, FloatArray]:
        """Relative standard deviation that each parameter gives to the stock of a row, 0 where it has no part.

        ``root_shoot`` is the error of (1+RSR), which is smaller than that of RSR itself.
        """
        v = self.values
        volume = self.family == FAMILY_VOLUME
        return {
            "wood_density": np.where(volume, v["D_cv"], 0.0),
            "expansion": np.where(volume, v["BEF_cv"], 0.0),
            "root_shoot": np.where(volume, v["RSR_cv"] * v["RSR"] / (1.0 + v["RSR"]), 0.0),
            "carbon_fraction": np.where(self.family == FAMILY_NONE, 0.0, v["CF_cv"]),
            "biomass_constant": np.where(self.family >= FAMILY_CULM, v["biomass_cv"], 0.0),
        }


def _checked(
    cells: CellReader, meta: dict[str, Any], allowed: Ranges
) -> tuple[dict[str, FloatArray], npt.NDArray[np.int8]]:
    """Numbers and families of a table in which no cell is bad."""
    cells.need_columns(("species_code", "group", *FACTORS))
    values = _numbers(cells, allowed)
    family = _families(cells, values)
    _check_sums(cells, values, allowed)
    _check_sources(cells, values, family)
    _check_meta(cells, meta)
    cells.refuse(str(meta.get("id") or "carbon_parameters"))
    return values, family


def _numbers(cells: CellReader, allowed: Ranges) -> dict[str, FloatArray]:
    """Every numeric column; errors are brought to one standard deviation."""
    has_volume = cells.filled("D_t_m3")
    has_values = has_volume | cells.filled("biomass_t_ha") | cells.filled("kg_per_culm")
    has_line = cells.filled("a_t_m3")
    required = {
        "BEF": has_volume,
        "RSR": has_volume,
        "CF": has_values,
        "b_t_ha": has_line,
        "ab_from_m3_ha": has_line,
    }
    names = (*FACTORS, "a_t_m3", "b_t_ha", "ab_from_m3_ha", "biomass_t_ha", "kg_per_culm")
    values = {name: cells.number(name, allowed.get(name, ANY_POSITIVE), required.get(name, False)) for name in names}
    kinds = cells.choice("cv_kind", tuple(ERROR_KINDS), "one_sd")
    spans = np.array([ERROR_KINDS.get(kind, np.nan) for kind in kinds])
    needs = {"D_cv": has_volume, "BEF_cv": has_volume, "RSR_cv": has_volume, "CF_cv": has_values}
    needs["biomass_cv"] = has_values & ~has_volume
    for name in ERROR_COLUMNS:
        values[name] = cells.number(name, allowed.get("error_share", ANY_POSITIVE), needs[name]) / spans
    return values


def _families(cells: CellReader, values: dict[str, FloatArray]) -> npt.NDArray[np.int8]:
    """What each row's biomass hangs on; two answers in one row are a fault."""
    known = [~np.isnan(values[name]) for name in ("D_t_m3", "kg_per_culm", "biomass_t_ha")]
    for row in np.flatnonzero(np.sum(known, axis=0) > 1):
        cells.note(int(row), "D_t_m3 | kg_per_culm | biomass_t_ha", "> 1")
    families = [FAMILY_VOLUME, FAMILY_CULM, FAMILY_AREA]
    return np.select(known, families, FAMILY_NONE).astype(np.int8)


def _check_sums(cells: CellReader, values: dict[str, FloatArray], allowed: Ranges) -> None:
    """Values that are each possible but not together, species that repeat, groups without a name."""
    product = values["D_t_m3"] * values["BEF"] * (1.0 + values["RSR"])
    low, high = allowed.get("biomass_per_volume_t_m3", ANY_POSITIVE)
    cells.note_where((product < low) | (product > high), "D*BEF*(1+RSR)", product)
    ratio = 100.0 * product / (100.0 * values["a_t_m3"] + values["b_t_ha"])
    low, high = allowed.get("method_ratio", ANY_POSITIVE)
    cells.note_where((ratio < low) | (ratio > high), "100*D*BEF*(1+RSR)/(100*a+b)", ratio)
    species = pd.Series(cells.text("species_code"), dtype=object)
    for row in np.flatnonzero(species.duplicated().to_numpy() | species.isna().to_numpy()):
        cells.note(int(row), "species_code", f"{species[row]} (2x)" if species[row] else "empty")
    groups = pd.Series(cells.text("group"), dtype=object)
    for row in np.flatnonzero(groups.isna().to_numpy()):
        cells.note(int(row), "group", "empty")
    present = set(species)
    for row, text in enumerate(cells.text("mixed_class")):
        if text is not None and text not in present:
            cells.note(row, "mixed_class", text)
    leaders = groups[cells.text("stands_for_group") == "yes"]
    for row in leaders.index[leaders.duplicated()]:
        cells.note(int(row), "stands_for_group", f"{leaders[row]} (2x)")


def _check_sources(cells: CellReader, values: dict[str, FloatArray], family: npt.NDArray[np.int8]) -> None:
    """Every row with values says where they, its line and its errors come from, and how sure they are."""
    some, line = family != FAMILY_NONE, ~np.isnan(values["a_t_m3"])
    for column, where in (("source", some), ("confidence", some), ("cv_source", some), ("ab_source", line)):
        cells.need_text(column, where)


def _check_meta(cells: CellReader, meta: dict[str, Any]) -> None:
    status = str(meta.get("status") or "")
    cells.problems.extend(f"{name}: -" for name in ("id", "version") if not meta.get(name))
    if status not in {"official", "provisional"}:
        cells.problems.append(f"status: {status or '-'} (official | provisional)")


def _culm_rows(culms: pd.DataFrame, allowed: Ranges) -> list[tuple[str | None, int, float]]:
    """Species, age group and mass of a culm (kg) of each row."""
    cells = CellReader(culms, "species_code")
    cells.need_columns(("species_code", "age_group", "kg_per_culm"))
    cells.need_text("source")
    age = cells.number("age_group", (1, 3), required=True)
    mass = cells.number("kg_per_culm", allowed.get("kg_per_culm", ANY_POSITIVE), required=True)
    cells.refuse("bamboo_culms")
    return list(zip(cells.text("species_code"), age.astype(int).tolist(), mass.tolist(), strict=True))


def _culm_table(
    species: TextArray, kg_per_culm: FloatArray, culms: list[tuple[str | None, int, float]] | None
) -> FloatArray:
    """Mass of a culm by row and age group; column 0 and ages without an own mass have the row's."""
    table = np.repeat(kg_per_culm[:, None], 4, axis=1)
    rows = {name: row for row, name in enumerate(species)}
    for name, group, kg in culms or ():
        if name in rows and not np.isnan(kg_per_culm[rows[name]]):
            table[rows[name], group] = kg
    return table


def _serving_rows(
    cells: CellReader, species: TextArray, family: npt.NDArray[np.int8]
) -> dict[str, tuple[int, str | None]]:
    """Row and level that serve each species of the table."""
    group, mixed = cells.text("group"), cells.text("mixed_class")
    leads = cells.text("stands_for_group") == "yes"
    leader = {group[row]: int(row) for row in np.flatnonzero(leads & (family != FAMILY_NONE))}
    own = {name: row for row, name in enumerate(species) if family[row] != FAMILY_NONE}
    found: dict[str, tuple[int, str | None]] = {}
    for row, name in enumerate(species):
        if name in own:
            found[name] = (row, "species")
        elif group[row] in leader:
            found[name] = (leader[group[row]], "group")
        elif mixed[row] in own:
            found[name] = (own[mixed[row]], "mixed")
        else:
            found[name] = (NO_ROW, None)
    return found
