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
CONIFERS, BROADLEAVES = "conifer", "broadleaf"
KINDS_OF_MIXED = {
    frozenset({CONIFERS}): "mixed_conifer",
    frozenset({BROADLEAVES}): "mixed_broadleaf",
    frozenset({CONIFERS, BROADLEAVES}): "mixed_conifer_broadleaf",
}
MIXED_KINDS = frozenset(KINDS_OF_MIXED.values())
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
    trees
        Code of the trees alone where bamboo stands among them, by the rules of a stand: the species that makes up
        a pure one, else the mixed class of their kinds; None where there is no bamboo, or bamboo alone.
    """

    parsed: Texts
    pine_share: Floats
    dominant: Texts
    dominant_share: Floats
    unreadable: Mask
    trees: Texts


def read_compositions(column: pd.Series, tables: StandTables) -> Compositions:
    """Shares from composition strings such as ``8马2阔``."""
    mixed = {row["kind"]: row["code"] for row in tables.species.to_dict("records") if row["kind"] in MIXED_KINDS}

    def translate(cell: object) -> tuple[Composition | None, float, str | None, float, str | None]:
        text = as_text(cell)
        read = parse_composition(text, tables)
        if read is None:
            silent = plain(text) in tables.unknown_texts
            return None, np.nan, None if silent else _UNREADABLE, np.nan, None
        code, _, share = read.dominant()
        trees = _trees_among_bamboo(read, mixed, tables.settings["pure_stand_share"])
        return read, read.share_of_kind(PINE), code, share, trees

    nothing = (None, np.nan, None, np.nan, None)
    cells = [nothing if cell is None else cell for cell in map_unique(column, translate)]
    parsed, dominant, trees = (np.empty(len(cells), dtype=object) for _ in range(3))
    for texts, at in ((parsed, 0), (dominant, 2), (trees, 4)):
        texts[:] = [cell[at] for cell in cells]
    unreadable = np.asarray(dominant == _UNREADABLE)
    dominant[unreadable] = None
    pine = np.array([cell[1] for cell in cells], dtype=np.float64)
    share = np.array([cell[3] for cell in cells], dtype=np.float64)
    return Compositions(parsed, pine, dominant, share, unreadable, trees)


def _trees_among_bamboo(read: Composition, mixed: dict[str, str], pure_share: float) -> str | None:
    """Code of what is no bamboo in a composition with bamboo, as if it were a stand of its own."""
    trees = [entry for entry in read.shares if entry[1] != BAMBOO]
    if not trees or len(trees) == len(read.shares):
        return None
    code, _, share = Composition(tuple(trees)).dominant()
    kinds = {CONIFERS if kind in (PINE, CONIFERS) else kind for _, kind, _ in trees}
    if code is not None and share >= pure_share * sum(part for _, _, part in trees):
        return code
    return mixed.get(KINDS_OF_MIXED.get(frozenset(kinds), ""))


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
