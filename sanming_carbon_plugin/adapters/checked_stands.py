"""What each stand looked like when it was checked, so that a later check knows which ones changed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..core.stands.layer import FieldType, VectorLayer
from .geopackage import OutputTable

CHECKED_STANDS = "checked_stands"
_TEXT, _REAL = FieldType("text"), FieldType("real")
CHECKED_COLUMNS = {
    "stand_key": _TEXT, "digest": _TEXT, "others": _TEXT, "compartment": _TEXT,
    "x_min": _REAL, "y_min": _REAL, "x_max": _REAL, "y_max": _REAL,
}  # fmt: skip
OTHERS_BETWEEN = "\n"

_READINGS = (
    "county", "land_class", "species_code", "origin_code", "age_group", "area_attr_ha", "age_yr", "closure",
    "dbh_cm", "height_m", "volume_m3_ha", "stems_per_ha",
)  # fmt: skip
"""Columns whose reading is decided for the whole layer (units, lists of codes): another reading changes stands
whose cells are still the same."""
_FACTOR = np.uint64(1_099_511_628_211)


def checked_table(layer: VectorLayer, facts: pd.DataFrame, issues: pd.DataFrame) -> OutputTable:
    """One row per stand: key, digest, box, and the stands that share a doubt with it.

    Parameters
    ----------
    layer
        Stands as handed in.
    facts
        Their normalised columns, in the same order, indexed by key.
    issues
        All doubts, with their ``params``; ``other`` in them is the second stand of a pair.
    """
    frame = pd.DataFrame({"stand_key": facts.index.to_numpy(dtype=object), "digest": stand_digests(layer, facts)})
    frame["others"] = _others(issues).reindex(frame["stand_key"]).to_numpy(dtype=object)
    frame["compartment"] = compartments_of(facts)
    frame[["x_min", "y_min", "x_max", "y_max"]] = shapely.bounds(layer.geometry)
    return OutputTable(CHECKED_STANDS, dict(CHECKED_COLUMNS), frame)


def compartments_of(facts: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Compartment of each stand, as text with its county, township and village; length n.

    Taken from the columns and not from the key, because a stand's number may itself have a hyphen.
    """
    parts = [facts[name].fillna("").astype(str) for name in ("county", "township", "village", "compartment")]
    joined: npt.NDArray[np.object_] = parts[0].str.cat(parts[1:], sep="-").to_numpy(dtype=object)
    return joined


def stand_digests(layer: VectorLayer, facts: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Digest of each stand's outline, cells and readings, as 16 hexadecimal digits; length n."""
    outlines = np.asarray(shapely.to_wkb(layer.geometry), dtype=object)
    total = pd.util.hash_array(np.array([item or b"" for item in outlines], dtype=object), categorize=False)
    with np.errstate(over="ignore"):
        for position in range(layer.attributes.shape[1]):
            total = total * _FACTOR ^ _hashes(layer.attributes.iloc[:, position])
        for name in _READINGS:
            total = total * _FACTOR ^ _hashes(facts[name])
    return np.array(["{:016x}".format(number) for number in total.tolist()], dtype=object)


def _hashes(column: pd.Series) -> npt.NDArray[np.uint64]:
    """A number for each cell; a whole number is the same whether its column holds NULLs or not."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return pd.util.hash_array(column.to_numpy(dtype=np.float64, na_value=np.nan))
    cells = column.to_numpy(dtype=object)
    texts = np.where(column.isna().to_numpy(), "", cells.astype(str)).astype(object)
    return pd.util.hash_array(texts)


def _others(issues: pd.DataFrame) -> pd.Series:
    """Keys of the stands that are told in a pair with a stand, by the key of either."""
    pairs = [
        (key, params["other"])
        for key, params in zip(issues["stand_key"], issues["params"], strict=True)
        # A doubt about the layer as a whole has no key, one that names no second stand no other.
        if isinstance(key, str) and isinstance(params, dict) and isinstance(params.get("other"), str)
    ]
    frame = pd.DataFrame(pairs + [(other, key) for key, other in pairs], columns=["stand_key", "other"], dtype=object)
    return frame.drop_duplicates().groupby("stand_key")["other"].agg(OTHERS_BETWEEN.join)
