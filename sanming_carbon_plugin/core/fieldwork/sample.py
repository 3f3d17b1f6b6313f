"""The list of stands to look at: those with the best reasons, and a random control sample beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import UsageError
from .settings import CONTROL, REASONS, SampleSettings

JOINED_STRATUM = "other"
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FieldSample:
    """Stands chosen for the field.

    Attributes
    ----------
    stands
        Index: ``stand_key`` in the order of the result; ``reasons`` (``;`` between, ``control`` included),
        ``chosen_for`` (the reason whose share of the visits it uses), ``score`` of that reason (NaN for control),
        ``threshold_measure``, ``control_sample`` (yes, no), ``stratum``, ``inclusion_probability`` (of the control
        sample, known for every stand).
    design
        One row per stratum: ``stratum``, ``stands``, ``drawn``, ``inclusion_probability``, ``area_ha``.
    """

    stands: pd.DataFrame
    design: pd.DataFrame


def choose_stands(
    scores: pd.DataFrame, stands: pd.DataFrame, visits: int, seed: int, settings: SampleSettings
) -> FieldSample:
    """Choose at most ``visits`` stands; the same input and seed always give the same list, in any order of rows.

    Parameters
    ----------
    scores
        As made by :func:`reasons.verification_scores`, n rows indexed by ``stand_key``.
    stands
        Columns of the result, the same n rows: the strata's columns and ``area_ha``.
    visits
        How many stands can be visited.
    seed
        Of the control sample.

    Raises
    ------
    UsageError
        FIELD_BUDGET_TOO_SMALL where the control sample would get fewer stands than a variance needs.
    """
    counts = share_out(min(visits, len(scores)), settings.shares)
    control = counts.pop(CONTROL, 0)
    if 0 < control < settings.least_per_stratum:
        raise UsageError("FIELD_BUDGET_TOO_SMALL", visits=visits, control=control, least=settings.least_per_stratum)
    label = strata(stands, settings)
    drawn, chance, design = draw_control(
        scores.index.to_numpy(dtype=object), label, _area(stands), control, seed, settings
    )
    chosen_for = np.full(len(scores), None, dtype=object)
    chosen_for[drawn] = CONTROL
    _fill(chosen_for, scores, counts, settings.reasons)
    table = pd.DataFrame(index=scores.index)
    table["reasons"] = _reason_lists(scores, drawn)
    table["chosen_for"] = chosen_for
    table["score"] = [
        float(scores[reason].iat[row]) if reason in REASONS else np.nan for row, reason in enumerate(chosen_for)
    ]
    table["threshold_measure"] = scores["threshold_measure"]
    table["control_sample"] = np.where(drawn, "yes", "no").astype(object)
    table["stratum"], table["inclusion_probability"] = chance["stratum"].to_numpy(), chance["probability"].to_numpy()
    return FieldSample(table[pd.notna(chosen_for)], design)


def share_out(visits: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Whole visits by share: rounded down, what is left goes to the largest remainders, then by name."""
    exact = {name: visits * share for name, share in shares.items()}
    counts = {name: int(np.floor(value + 1e-9)) for name, value in exact.items()}
    order = sorted(exact, key=lambda name: (counts[name] - exact[name], name))
    for name in order[: visits - sum(counts.values())]:
        counts[name] += 1
    return counts


def strata(stands: pd.DataFrame, settings: SampleSettings) -> npt.NDArray[np.object_]:
    """Stratum of every stand: the values of the strata's columns, small ones joined; shape (n,)."""
    parts = []
    for name in settings.strata_columns:
        column = stands[name] if name in stands.columns else pd.Series(None, index=stands.index, dtype=object)
        parts.append("{}=".format(name) + column.astype(object).where(column.notna(), "none").astype(str))
    label = parts[0].str.cat(parts[1:], sep=", ") if parts else pd.Series("all", index=stands.index)
    sizes = label.value_counts()
    return label.where(label.map(sizes) >= settings.smallest_stratum, JOINED_STRATUM).to_numpy(dtype=object)


def draw_control(
    keys: npt.NDArray[np.object_],
    label: npt.NDArray[np.object_],
    area_ha: npt.NDArray[np.float64],
    count: int,
    seed: int,
    settings: SampleSettings,
) -> tuple[Mask, pd.DataFrame, pd.DataFrame]:
    """Draw a simple random sample within each stratum, in proportion to its stands.

    Each stand gets one random number by the order of the keys, and in each stratum the smallest ones are drawn: so
    the sample does not depend on the order of the rows.

    Returns
    -------
    drawn
        Shape (n,).
    chance
        ``stratum`` and ``probability`` of inclusion of every stand.
    design
        As in :class:`FieldSample`.
    """
    label = _enough_for_each(label, count, settings.least_per_stratum)
    order = np.argsort(keys.astype(str), kind="stable")
    number = np.empty(len(keys))
    number[order] = np.random.default_rng(seed).random(len(keys))
    names, code, sizes = np.unique(label.astype(str), return_inverse=True, return_counts=True)
    wanted = _allocation(sizes, count, settings.least_per_stratum)
    rank = pd.Series(number).groupby(code).rank(method="first").to_numpy()
    drawn = rank <= wanted[code]
    probability = wanted / np.maximum(sizes, 1)
    design = pd.DataFrame({"stratum": names.astype(object), "stands": sizes, "drawn": wanted})
    design["inclusion_probability"] = probability
    # An area that is not known leaves the stratum's area unknown, never smaller than it is.
    design["area_ha"] = np.bincount(code, weights=area_ha, minlength=len(names))
    return drawn, pd.DataFrame({"stratum": names[code].astype(object), "probability": probability[code]}), design


def _enough_for_each(label: npt.NDArray[np.object_], count: int, least: int) -> npt.NDArray[np.object_]:
    """Join the smallest strata until every one can have its least number, and none has too few stands."""
    label = label.copy()
    while True:
        names, sizes = np.unique(label.astype(str), return_counts=True)
        if len(names) <= 1 or (len(names) * least <= count and sizes.min() >= least):
            return label
        first, second = np.lexsort((names, sizes))[:2]
        label[np.isin(label.astype(str), (names[first], names[second], JOINED_STRATUM))] = JOINED_STRATUM


def _allocation(sizes: npt.NDArray[np.int64], count: int, least: int) -> npt.NDArray[np.int64]:
    """Stands to draw of each stratum: proportional, at least ``least``, at most all of them."""
    if count == 0:
        return np.zeros(len(sizes), dtype=np.int64)
    wanted = np.minimum(sizes, least)
    count = min(count, int(sizes.sum()))
    exact = count * sizes / sizes.sum()
    while wanted.sum() < count:
        # The stratum that is furthest behind its share gets the next stand; ties go to the first by name.
        behind = np.where(wanted < sizes, exact - wanted, -np.inf)
        wanted[int(np.argmax(behind))] += 1
    return wanted.astype(np.int64)


def _fill(
    chosen_for: npt.NDArray[np.object_], scores: pd.DataFrame, counts: Mapping[str, int], reasons: Sequence[str]
) -> None:
    """Give each reason its visits, best scores first; what one cannot use goes to the next ones in turn."""
    keys = scores.index.to_numpy(dtype=object).astype(str)
    ranked = {}
    for reason in reasons:
        score = scores[reason].to_numpy(dtype=np.float64)
        order = np.lexsort((keys, -score))
        ranked[reason] = order[: int(np.count_nonzero(~np.isnan(score)))]
    left = sum(counts.get(reason, 0) for reason in reasons)
    for quota in ({reason: counts.get(reason, 0) for reason in reasons}, dict.fromkeys(reasons, len(keys))):
        for reason in reasons:
            free = [row for row in ranked[reason] if chosen_for[row] is None][: min(quota[reason], left)]
            chosen_for[free] = reason
            left -= len(free)


def _reason_lists(scores: pd.DataFrame, drawn: Mask) -> npt.NDArray[np.object_]:
    holds = [scores[reason].notna().to_numpy() for reason in REASONS] + [drawn]
    code = sum(flag.astype(np.int64) << place for place, flag in enumerate(holds))
    names = (*REASONS, CONTROL)
    texts = np.array(
        [";".join(name for place, name in enumerate(names) if value >> place & 1) for value in range(1 << len(names))],
        dtype=object,
    )
    return texts[np.asarray(code)]


def _area(stands: pd.DataFrame) -> npt.NDArray[np.float64]:
    return pd.to_numeric(stands["area_ha"], errors="coerce").to_numpy(dtype=np.float64)
