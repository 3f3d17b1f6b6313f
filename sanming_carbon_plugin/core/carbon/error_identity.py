"""Whose volume error a piece carries: parts of one stand share the error of the stand they were cut from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .change import PieceChange
from .parameters import FloatArray, IntArray, TextArray

BoolArray = npt.NDArray[np.bool_]


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
    if parent is not None:
        codes = pd.factorize(pd.Series(parent, dtype=object))[0].astype(np.int64)
        alone = codes.max(initial=-1) + 1 + np.arange(len(codes))
        return np.where(codes < 0, alone, codes)[member]
    at = redrawn[~np.isnan(volume[redrawn])]
    if not len(at):
        return member
    alike = pd.DataFrame({"other": other[at], "volume": volume[at], "species": species[at]})
    node = alike.groupby(["other", "volume", "species"], sort=False).ngroup().to_numpy(dtype=np.int64)
    rows, row_of = np.unique(member[at], return_inverse=True)
    size = len(rows) + int(node.max()) + 1
    links = coo_matrix((np.ones(len(at), dtype=np.int8), (row_of, len(rows) + node)), shape=(size, size))
    label = connected_components(links, directed=False)[1][: len(rows)]
    first = np.full(int(label.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, label, rows)
    stands = np.arange(int(member.max()) + 1)
    stands[rows] = first[label]
    return stands[member]


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
