"""What is done: only ground that was accepted (验收), and no hectare twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import InputError
from ..tickets.yes_no import yes_or_no
from .works import Works

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

NO_DATE, IN_FUTURE, NO_MEASURE, NO_PHOTO = "no_date", "date_in_future", "measure_unknown", "no_photo"
SURVIVAL_UNKNOWN, SURVIVAL_LOW, RETENTION_UNKNOWN, RETENTION_LOW, NO_SHAPE = (
    "survival_unknown", "survival_low", "retention_unknown", "retention_low", "no_outline",
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
    attributes: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    works: Works,
    rules: Mapping[str, float],
    today: dt.date,
) -> Accepted:
    """Check acceptance polygons; only those with all that is needed count.

    A polygon needs a measure of the works table, a date that is not in the future and a photo: a word for no is none.
    Where any work of the measure asks for survival, it must be known and enough; a retention that is given must be
    readable and enough too.

    Parameters
    ----------
    attributes
        Columns ``measure``, ``date``, ``survival``, ``retention``, ``photo`` under any of their usual names;
        survival and retention as shares or percent.
    geometry
        Outlines in the CRS of the stands.
    works, rules
        What asks for survival, and ``survival_share`` and ``retention_share``.
    today
        Nothing is done later than this.

    Raises
    ------
    InputError
        ``ACCEPTANCE_COLUMNS``.
    """
    counts, refused = counting(attributes, geometry, works, rules, today)
    found = _columns(attributes)
    day = dates_of(found["date"]).to_numpy().astype("datetime64[D]")
    order = np.flatnonzero(counts)
    order = order[np.argsort(day[order], kind="stable")]
    year = day[order].astype("datetime64[Y]").astype(np.int64) + 1970
    return Accepted(text_of(found["measure"])[order], year, shapely.make_valid(geometry[order]), refused)


def counting(
    attributes: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    works: Works,
    rules: Mapping[str, float],
    today: dt.date,
) -> tuple[BoolArray, dict[str, int]]:
    """Which polygons count, shape (p,), and how many do not, by reason; see :func:`accepted_of`."""
    found = _columns(attributes)
    measure = text_of(found["measure"])
    survival, retention = _share(found["survival"]), _share(found["retention"])
    day, photo = dates_of(found["date"]), text_of(found["photo"])
    planted = np.isin(measure.astype(str), works.measure[works.needs_survival].astype(str))
    checks = {
        NO_SHAPE: shapely.is_missing(geometry) | shapely.is_empty(geometry),
        NO_MEASURE: ~np.isin(measure.astype(str), works.measure.astype(str)),
        NO_DATE: day.isna().to_numpy(),
        IN_FUTURE: (day > pd.Timestamp(today)).to_numpy(),
        NO_PHOTO: pd.isna(photo) | (yes_or_no(photo) == "no"),
        SURVIVAL_UNKNOWN: planted & np.isnan(survival),
        SURVIVAL_LOW: planted & (survival < rules["survival_share"]),
        RETENTION_UNKNOWN: np.isnan(retention) & ~pd.isna(text_of(found["retention"])),
        RETENTION_LOW: retention < rules["retention_share"],
    }
    counts = np.ones(len(attributes), dtype=bool)
    refused = {}
    for reason, bad in checks.items():
        if (counts & bad).any():
            refused[reason] = int((counts & bad).sum())
        counts &= ~bad
    return counts, refused


def named_columns(attributes: pd.DataFrame, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, pd.Series]:
    """Columns under the first of their usual names that is there."""
    by_name = {str(name).strip().lower(): attributes[name] for name in attributes.columns}
    found = {}
    for column, names in wanted.items():
        for name in names:
            if name in by_name:
                found[column] = by_name[name]
                break
    return found


def _columns(attributes: pd.DataFrame) -> dict[str, pd.Series]:
    found = named_columns(attributes, NAMES)
    missing = [column for column in COLUMNS if column not in found]
    if missing:
        raise InputError("ACCEPTANCE_COLUMNS", columns=", ".join(missing))
    return found


def text_of(values: pd.Series) -> npt.NDArray[np.object_]:
    """Trimmed text, None for what is empty."""
    text = values.astype("string").str.strip()
    return text.where(text.str.len() > 0).astype(object).where(text.notna() & (text.str.len() > 0), None).to_numpy()


def dates_of(values: pd.Series) -> pd.Series:
    """Days written as year, month and day; NaT for what is none."""
    written = pd.Series(text_of(values), dtype=object).astype("string")
    parts = written.str.extract(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
    return pd.to_datetime(parts[0] + "-" + parts[1] + "-" + parts[2], format="%Y-%m-%d", errors="coerce")


def _share(values: pd.Series) -> FloatArray:
    """Shares from shares or percent, with or without the sign; NaN for what is neither."""
    text = pd.Series(text_of(values), dtype=object).astype("string").str.replace("％", "%", regex=False)
    share = pd.to_numeric(text.str.rstrip("%"), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    percent = text.str.endswith("%").fillna(False).to_numpy(dtype=bool) | (share > 1.0)
    share = np.where(percent, share / PERCENT, share)
    return np.where((share >= 0.0) & (share <= 1.0), share, np.nan)
