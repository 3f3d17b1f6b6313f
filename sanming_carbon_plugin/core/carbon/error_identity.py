"""Whose volume error a piece carries: parts of one stand share the error of the stand they were cut from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..stands.keys import ONE_OF_SEVERAL
from .account import numbers, texts
from .change import PieceChange
from .parameters import FloatArray, IntArray, TextArray

BoolArray = npt.NDArray[np.bool_]


def parents_of(facts: pd.DataFrame, given: TextArray | None = None) -> TextArray | None:
    """Stand that each row was cut from, None for a row of which nobody says so; None where no row is a part.

    What the caller or the column ``parent_key`` says goes first. Else rows of one stand number in one place with
    the very same species and volume are parts of one stand: who cuts a stand on the screen copies its record.
    """
    if given is not None:
        return given
    said = texts(facts, "parent_key")
    key = pd.Series(facts.index.to_numpy(dtype=object), dtype=object)
    named = key.str.contains("#", regex=False, na=False).to_numpy(dtype=bool)
    if named.any():
        named &= key.str.contains(ONE_OF_SEVERAL, na=False).to_numpy(dtype=bool) & ~pd.isna(texts(facts, "stand_no"))
    if named.any():
        record = ["volume_m3_ha", "stems_per_ha"]
        alike = pd.DataFrame({"key": key[named].str.replace(ONE_OF_SEVERAL, "", regex=True)})
        alike["species"] = texts(facts, "species_code")[named]
        for name in record:
            alike[name] = numbers(facts, name)[named]
        number = alike.groupby(list(alike.columns), sort=False, dropna=False).ngroup().to_numpy()
        guessed = np.full(len(facts), None, dtype=object)
        guessed[named] = [f"#{one}" for one in number]
        said = np.where(pd.isna(said), guessed, said)
    return None if pd.isna(said).all() else said


def part_numbers(parent: TextArray | None, count: int) -> IntArray:
    """A number per row, the same for parts of one stand."""
    if parent is None:
        return np.arange(count)
    codes = pd.factorize(pd.Series(parent, dtype=object))[0].astype(np.int64)
    alone = codes.max(initial=-1) + 1 + np.arange(count)
    return np.where(codes < 0, alone, codes)


def volume_identities(
    change: PieceChange,
    use: BoolArray,
    keyed: BoolArray,
    parent_now: TextArray | None,
    parent_then: TextArray | None,
) -> tuple[IntArray, IntArray]:
    """Identity of the stand volume error of today and of then, for each used piece, on one common list.

    Rows with the same parent are one stand. Where the tables name no parent, redrawn stands of one date are
    taken as parts of one when they share ground with the same stand of the other date and carry the very
    same species and volume. Stands cut from one earlier stand, however surveyed since, share its error on
    both dates: sharing too much only widens an interval.

    Parameters
    ----------
    change
        All pieces.
    use
        Pieces that count.
    keyed
        Per stand of today: joined by key.
    parent_now, parent_then
        Stand that each row of today's and of the earlier table was cut from, None where not known.
    """
    stand, then = change.stand[use], change.earlier[use]
    redrawn = np.flatnonzero(~keyed[stand] & change.main[use])
    of_now = _stands(stand, then, change.volume_now[use], change.species_now[use], redrawn, parent_now)
    of_then = _stands(then, stand, change.volume_then[use], change.species_then[use], redrawn, parent_then)
    if parent_now is not None and parent_then is None:
        of_then = _parts_joined_by_key(of_now, of_then, keyed[stand])
    return _largest(of_now, of_then, np.nan_to_num(change.area_ha[use])), of_then


def _stands(
    member: IntArray,
    other: IntArray,
    volume: FloatArray,
    species: IntArray,
    redrawn: IntArray,
    parent: TextArray | None,
) -> IntArray:
    """A number per piece for the stand that its row of one date was, before it was cut."""
    count = int(member.max(initial=-1)) + 1 if parent is None else len(parent)
    number = part_numbers(parent, count)
    open_rows = np.ones(count, dtype=bool) if parent is None else pd.isna(parent)
    at = redrawn[~np.isnan(volume[redrawn])]
    at = at[open_rows[member[at]]]
    if not len(at):
        return number[member]
    alike = pd.DataFrame({"other": other[at], "volume": volume[at], "species": species[at]})
    node = alike.groupby(["other", "volume", "species"], sort=False).ngroup().to_numpy(dtype=np.int64)
    rows, row_of = np.unique(member[at], return_inverse=True)
    size = len(rows) + int(node.max()) + 1
    links = coo_matrix((np.ones(len(at), dtype=np.int8), (row_of, len(rows) + node)), shape=(size, size))
    label = connected_components(links, directed=False)[1][: len(rows)]
    first = np.full(int(label.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, label, rows)
    number[rows] = number[first[label]]
    return number[member]


def _parts_joined_by_key(of_now: IntArray, of_then: IntArray, by_key: BoolArray) -> IntArray:
    """Earlier rows joined by key to parts of one stand of today are parts of one stand too."""
    joined = of_then.copy()
    joined[by_key] = int(of_then.max(initial=-1)) + 1 + of_now[by_key]
    return joined


def _largest(owner: IntArray, identity: IntArray, area: FloatArray) -> IntArray:
    """For each entry, the identity that covers the largest area of its owner."""
    sums = pd.DataFrame({"owner": owner, "identity": identity, "area": area})
    if not sums["owner"].duplicated().any():
        return identity
    sums = sums.groupby(["owner", "identity"], as_index=False)["area"].sum().sort_values("area", kind="stable")
    best = sums.drop_duplicates("owner", keep="last").set_index("owner")["identity"]
    return best.reindex(owner).to_numpy(dtype=np.int64)
