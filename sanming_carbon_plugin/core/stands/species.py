"""Which trees: dominant species, its group, and how much of the stock is pine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .cells import as_text, map_unique
from .codes import translate_values
from .composition import Composition, parse_composition
from .tables import StandTables, plain

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

PINE = "pine"
BAMBOO = "bamboo"
_UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Compositions:
    """Composition strings of a column.

    Attributes
    ----------
    parsed
        :class:`~.composition.Composition` per stand, None where missing or unreadable.
    pine_share
        Share of pine in the stock, NaN where not told.
    dominant
        Code of the largest entry, None where it has no code of its own.
    dominant_share
        Its share, NaN where not told.
    unreadable
        Stands whose text cannot be read.
    """

    parsed: Texts
    pine_share: Floats
    dominant: Texts
    dominant_share: Floats
    unreadable: Mask


def read_compositions(column: pd.Series, tables: StandTables) -> Compositions:
    """Shares from composition strings such as ``8马2阔``."""

    def translate(cell: object) -> tuple[Composition | None, float, str | None, float]:
        text = as_text(cell)
        read = parse_composition(text, tables)
        if read is None:
            silent = plain(text) in tables.unknown_texts
            return None, np.nan, None if silent else _UNREADABLE, np.nan
        code, _, share = read.dominant()
        return read, read.share_of_kind(PINE), code, share

    nothing = (None, np.nan, None, np.nan)
    cells = [nothing if cell is None else cell for cell in map_unique(column, translate)]
    parsed, dominant = np.empty(len(cells), dtype=object), np.empty(len(cells), dtype=object)
    parsed[:] = [cell[0] for cell in cells]
    dominant[:] = [cell[2] for cell in cells]
    unreadable = np.asarray(dominant == _UNREADABLE)
    dominant[unreadable] = None
    pine = np.array([cell[1] for cell in cells], dtype=np.float64)
    share = np.array([cell[3] for cell in cells], dtype=np.float64)
    return Compositions(parsed, pine, dominant, share, unreadable)


def species_groups(species_code: Texts, tables: StandTables) -> Texts:
    """Group of the carbon parameter table of each species code, None where the code has none."""
    groups: dict[str, object] = {
        row["code"]: row["species_group"] or None for row in tables.species.to_dict("records") if row["code"]
    }
    return translate_values(species_code, groups)


def species_kinds(species_code: Texts, tables: StandTables) -> Texts:
    """Kind of each species code: pine, conifer, broadleaf, bamboo, economic, shrub or one of the mixed kinds."""
    kinds: dict[str, object] = {row["code"]: row["kind"] for row in tables.species.to_dict("records") if row["code"]}
    return translate_values(species_code, kinds)


def pine_share_interval(
    species_code: Texts, composition_pine_share: Floats, tables: StandTables
) -> tuple[Floats, Floats]:
    """Lowest and highest share of pine in the stock.

    A composition gives one number. The dominant species alone leaves an interval: a stand recorded as pine
    has at least the share of a pure stand; one recorded as another species at most the rest of it; the mixed
    codes 610, 620, 630 leave what their definition leaves. An interval that ends below the line of the pure
    stand ends at the largest number below it, so "at least 65 %" is surely false there.

    Returns
    -------
    tuple of ndarray
        Low and high, 0 to 1, NaN where nothing is known.
    """
    low_of: dict[str, object] = {}
    high_of: dict[str, object] = {}
    for row in tables.species.to_dict("records"):
        if row["code"] and row["pine_share_low"]:
            limit = float(row["pine_share_high"])
            low_of[row["code"]] = float(row["pine_share_low"])
            high_of[row["code"]] = float(np.nextafter(limit, 0.0)) if row["pine_share_high_open"] == "yes" else limit
    low = translate_values(species_code, low_of).astype(np.float64)
    high = translate_values(species_code, high_of).astype(np.float64)
    told = np.isfinite(composition_pine_share)
    return np.where(told, composition_pine_share, low), np.where(told, composition_pine_share, high)


def is_bamboo(land_class: Texts, species_code: Texts, tables: StandTables) -> Mask:
    """Bamboo stands, by land class or by species."""
    by_land = np.asarray(land_class == BAMBOO)
    return by_land | np.asarray(species_kinds(species_code, tables) == BAMBOO)
