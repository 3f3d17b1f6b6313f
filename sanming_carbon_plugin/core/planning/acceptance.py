"""What is done: only ground that was accepted (验收), and no hectare twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import InputError
from .works import CountingMatrix, Works

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

COLUMNS = ("measure", "date", "survival", "retention", "photo")
NAMES = {
    "measure": ("measure", "措施", "措施类型"),
    "date": ("date", "accepted", "验收日期", "日期"),
    "survival": ("survival", "成活率"),
    "retention": ("retention", "保存率"),
    "photo": ("photo", "照片", "影像"),
}
PERCENT = 100.0

NO_DATE, NO_MEASURE, NO_PHOTO = "no_date", "measure_unknown", "no_photo"
SURVIVAL_UNKNOWN, SURVIVAL_LOW, RETENTION_LOW, NO_SHAPE = (
    "survival_unknown", "survival_low", "retention_low", "no_outline",
)  # fmt: skip
"""Why an acceptance polygon does not count."""


@dataclass(frozen=True)
class Accepted:
    """Polygons that count, in the order of their dates.

    Attributes
    ----------
    measure, year
        Of each polygon, shape (p,).
    geometry
        Outlines in the CRS of the stands.
    refused
        Number of polygons that do not count, by reason.
    """

    measure: npt.NDArray[np.object_]
    year: npt.NDArray[np.int64]
    geometry: npt.NDArray[np.object_]
    refused: dict[str, int]


def accepted_of(
    attributes: pd.DataFrame, geometry: npt.NDArray[np.object_], works: Works, rules: Mapping[str, float]
) -> Accepted:
    """Check acceptance polygons; only those with all that is needed count.

    A polygon needs a measure of the works table, a date and a photo. Where the measure plants, its survival must be
    known and enough; a retention that is given must be enough too.

    Parameters
    ----------
    attributes
        Columns ``measure``, ``date``, ``survival``, ``retention``, ``photo`` under any of their usual names;
        survival and retention as shares or percent.
    geometry
        Outlines in the CRS of the stands.
    works, rules
        What plants, and ``survival_share`` and ``retention_share``.

    Raises
    ------
    InputError
        ``ACCEPTANCE_COLUMNS``.
    """
    found = _columns(attributes)
    measure = _text(found["measure"])
    date = _dates(found["date"])
    plants = {str(m) for m, tonnes in zip(works.measure, works.planted_tco2e_ha_yr, strict=True) if tonnes > 0}
    survival, retention = _share(found["survival"]), _share(found["retention"])
    planted = np.isin(measure.astype(str), sorted(plants))
    checks = {
        NO_SHAPE: shapely.is_missing(geometry) | shapely.is_empty(geometry),
        NO_MEASURE: ~np.isin(measure.astype(str), works.measure.astype(str)),
        NO_DATE: date.isna().to_numpy(),
        NO_PHOTO: pd.isna(_text(found["photo"])),
        SURVIVAL_UNKNOWN: planted & np.isnan(survival),
        SURVIVAL_LOW: planted & (survival < rules["survival_share"]),
        RETENTION_LOW: retention < rules["retention_share"],
    }
    counts = np.ones(len(attributes), dtype=bool)
    refused = {}
    for reason, bad in checks.items():
        if (counts & bad).any():
            refused[reason] = int((counts & bad).sum())
        counts &= ~bad
    day = date.to_numpy().astype("datetime64[D]")
    order = np.flatnonzero(counts)
    order = order[np.argsort(day[order], kind="stable")]
    year = day[order].astype("datetime64[Y]").astype(np.int64) + 1970
    return Accepted(measure[order], year, shapely.make_valid(geometry[order]), refused)


def _columns(attributes: pd.DataFrame) -> dict[str, pd.Series]:
    by_name = {str(name).strip().lower(): attributes[name] for name in attributes.columns}
    found = {}
    for column, names in NAMES.items():
        for name in names:
            if name in by_name:
                found[column] = by_name[name]
                break
    missing = [column for column in COLUMNS if column not in found]
    if missing:
        raise InputError("ACCEPTANCE_COLUMNS", columns=", ".join(missing))
    return found


def _text(values: pd.Series) -> npt.NDArray[np.object_]:
    text = values.astype("string").str.strip()
    return text.where(text.str.len() > 0).astype(object).where(text.notna() & (text.str.len() > 0), None).to_numpy()


def _dates(values: pd.Series) -> pd.Series:
    written = pd.Series(_text(values), dtype=object).astype("string").str.slice(0, 10)
    return pd.to_datetime(written, format="%Y-%m-%d", errors="coerce")


def _share(values: pd.Series) -> FloatArray:
    share = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(share > 1.0, share / PERCENT, share)


def done_by_stand(
    accepted: Accepted,
    geometry: npt.NDArray[np.object_],
    area_ha: FloatArray,
    matrix: CountingMatrix,
    first: int,
    last: int,
) -> dict[str, FloatArray]:
    """Done hectares of each stand by measure in the years from ``first`` to ``last``.

    Ground that was accepted earlier in these years for the same measure, or for one that may not be counted
    together with it, is not counted again; ground that lies in two stands counts in the first of them.

    Parameters
    ----------
    accepted
        The polygons that count.
    geometry, area_ha
        Outlines and ellipsoidal areas of the stands, shape (n,).
    matrix
        What may be counted together.
    first, last
        Years, both included.
    """
    inside = np.flatnonzero((accepted.year >= first) & (accepted.year <= last))
    done: dict[str, FloatArray] = {}
    if not len(inside):
        return done
    tree = shapely.STRtree(geometry)
    planar = shapely.area(geometry)
    before: list[int] = []
    for at in inside.tolist():
        measure = str(accepted.measure[at])
        earlier = [n for n in before if not matrix.together(measure, str(accepted.measure[n]))
                   or accepted.measure[n] == measure]  # fmt: skip
        left = accepted.geometry[at]
        near = [n for n in earlier if accepted.geometry[n].intersects(left)]
        if near:
            left = left.difference(shapely.union_all(accepted.geometry[near]))
        before.append(at)
        ha = done.setdefault(measure, np.zeros(len(geometry)))
        for stand in np.sort(tree.query(left, predicate="intersects")).tolist():
            part = left.intersection(geometry[stand])
            if part.area > 0 and planar[stand] > 0:
                ha[stand] += part.area / planar[stand] * area_ha[stand]
                left = left.difference(geometry[stand])
    return done


def done_for(measure: str, done: Mapping[str, FloatArray], stands: int) -> FloatArray:
    """Done hectares of each stand for one measure."""
    return done.get(measure, np.zeros(stands))


def taken_for(measure: str, done: Mapping[str, FloatArray], matrix: CountingMatrix, area_ha: FloatArray) -> FloatArray:
    """Hectares of each stand on which ``measure`` may not be counted once more.

    Ground done for it, and ground done for measures that may not be counted together with it, at most the stand.
    """
    taken = np.zeros(len(area_ha))
    for other, ha in done.items():
        if other == measure or not matrix.together(other, measure):
            taken += ha
    return np.minimum(taken, np.nan_to_num(area_ha))
