"""Whether the way between two coordinate systems is known as a whole, or leaves out how their datums lie."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import crs

_ALIKE_M = 1.0
"""CGCS2000, WGS 84 and all newer datums have ellipsoids of this size, and lie within a metre or two."""

_NOTHING_DEG = 1e-8


def shift_is_unknown(own_crs_wkt: str, other_crs_wkt: str, place: npt.NDArray[np.float64]) -> bool:
    """Whether two datums on unlike ellipsoids would be laid over each other as if nothing lay between them.

    PROJ then keeps longitude and latitude: between Xi'an 1980 or Beijing 1954 and CGCS2000 that is some hundred metres
    off. Spheres are left out, on which maps of the world are drawn with the latitudes of the ellipsoid.

    Parameters
    ----------
    own_crs_wkt, other_crs_wkt
        The two systems.
    place
        Where it is asked, x and y in the first system, shape (1, 2).
    """
    if crs.same_crs(own_crs_wkt, other_crs_wkt):
        return False
    (own, own_flattening), (other, other_flattening) = (crs.ellipsoid(wkt) for wkt in (own_crs_wkt, other_crs_wkt))
    if abs(own - other) < _ALIKE_M or not (own_flattening and other_flattening):
        return False
    moved = crs.transformer(own_crs_wkt, other_crs_wkt)(place)
    shift = crs.to_lonlat(other_crs_wkt)(moved) - crs.to_lonlat(own_crs_wkt)(place)
    return bool((np.abs(shift) < _NOTHING_DEG).all())
