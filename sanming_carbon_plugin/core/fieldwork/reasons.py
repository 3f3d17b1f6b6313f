"""Why a stand should be looked at in the field, and how much it needs it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..classes.conditions import Comparison
from ..classes.evaluation import FAILED, PASSED, Evaluation
from ..classes.explain import deciding
from ..classes.rules import Measure, Rule
from .settings import REASONS, SampleSettings

Floats = npt.NDArray[np.float64]
_NO_DISTANCE = 1e-9


def verification_scores(
    stands: pd.DataFrame, issues: pd.DataFrame, evaluations: Sequence[Evaluation], settings: SampleSettings
) -> pd.DataFrame:
    """Score of every reason for every stand, NaN where the reason does not hold.

    Parameters
    ----------
    stands
        Columns of a result, indexed by ``stand_key``, n rows.
    issues
        Its doubts: ``stand_key``, ``code``.
    evaluations
        Its rule sets held against the same n stands.
    settings
        Limits and weights.

    Returns
    -------
    DataFrame
        Index as ``stands``; ``disagreement`` (probability of the image's class), ``uncertainty`` (half-width of the
        sink's interval, tCO₂e a year), ``threshold`` (1 at the threshold, 0 at the limit), ``conflict`` (sum of the
        weights), and ``threshold_measure``, the measure whose threshold is near (None where none is).
    """
    nearness, measure = _near_a_threshold(len(stands), evaluations, settings)
    scores = {
        "disagreement": _disagreement(stands),
        "uncertainty": _uncertainty(stands, settings.uncertainty_share),
        "threshold": nearness,
        "conflict": _conflicts(stands.index, issues, settings),
    }
    frame = pd.DataFrame({name: scores[name] for name in REASONS}, index=stands.index)
    frame["threshold_measure"] = measure
    return frame


def _disagreement(stands: pd.DataFrame) -> Floats:
    """Probability of the image's species group where it contradicts the inventory; 0 where that is not known."""
    if "image_conflict" not in stands.columns:
        return np.full(len(stands), np.nan)
    contradicts = (stands["image_conflict"] == "yes").to_numpy()
    return np.where(contradicts, np.nan_to_num(_numbers(stands, "image_probability")), np.nan)


def _uncertainty(stands: pd.DataFrame, limit: float) -> Floats:
    """Half-width of the sink's interval where it is large against the sink itself."""
    half = (_numbers(stands, "sink_high_tco2e_yr") - _numbers(stands, "sink_low_tco2e_yr")) / 2
    sink = np.abs(_numbers(stands, "sink_tco2e_yr"))
    with np.errstate(invalid="ignore"):
        return np.where((half > 0) & (half >= limit * sink), half, np.nan)


def _conflicts(keys: pd.Index, issues: pd.DataFrame, settings: SampleSettings) -> Floats:
    weight = issues["code"].map(dict(settings.conflict_weights))
    told = weight.groupby(issues["stand_key"]).sum(min_count=1)
    score = told.reindex(keys).to_numpy(dtype=np.float64)
    return np.where(score > 0, score, np.nan)


def _near_a_threshold(
    count: int, evaluations: Sequence[Evaluation], settings: SampleSettings
) -> tuple[Floats, npt.NDArray[np.object_]]:
    nearest = np.full(count, np.inf)
    about = np.full(count, None, dtype=object)
    for evaluation in evaluations:
        for measure in evaluation.rule_set.measures.values():
            apart = np.abs(_measure_distance(evaluation, measure, settings.threshold_fields))
            # Of a measure without an answer nobody knows on which side the stand is.
            apart = np.where(evaluation.measure(measure) == 0, np.inf, apart)
            closer = apart < nearest
            nearest[closer], about[closer] = apart[closer], measure.id
    near = nearest <= settings.threshold_share
    about[~near] = None
    width = settings.threshold_share or 1.0
    return np.where(near, 1.0 - nearest / width, np.nan), about


def _measure_distance(evaluation: Evaluation, measure: Measure, fields: frozenset[str]) -> Floats:
    """How far a measure is from its other answer, relative to the threshold, ±inf where no number decides.

    All rules have to pass, of the techniques one: the smallest distance of the rules, and the largest of the
    techniques, has the sign of the answer.
    """

    def smallest(rules: Sequence[Rule]) -> Floats:
        if not rules:
            return np.full(len(evaluation.facts), np.inf)
        return np.minimum.reduce([_rule_distance(evaluation, rule, fields) for rule in rules])

    result = smallest(measure.gate())
    if measure.techniques:
        of_each = [smallest(measure.of_technique(technique)) for technique in measure.techniques]
        result = np.minimum(result, np.maximum.reduce(of_each))
    return result


def _rule_distance(evaluation: Evaluation, rule: Rule, fields: frozenset[str]) -> Floats:
    outcome = evaluation.outcomes[rule.id]
    found = deciding(evaluation, rule)
    scale = np.array([_scale(comparison, fields) for comparison in found.comparisons])[found.number]
    with np.errstate(invalid="ignore"):
        relative = found.distance / scale
        # The end of a slope class is the last number below the next one: no distance that means anything.
        relative = np.where(np.abs(found.distance) < _NO_DISTANCE, np.where(scale > 0, 0.0, np.nan), relative)
    never = np.where(outcome == FAILED, -np.inf, np.inf)
    interval = np.stack([_is_interval(evaluation, comparison) for comparison in found.comparisons])
    unclear = np.isnan(relative) | interval[found.number, np.arange(len(outcome))]
    # A rule without an answer does not decide a measure that has one.
    return np.where(unclear | ((outcome != PASSED) & (outcome != FAILED)), never, relative)


def _is_interval(evaluation: Evaluation, comparison: Comparison) -> npt.NDArray[np.bool_]:
    if comparison.text:
        return np.ones(len(evaluation.facts), dtype=bool)
    low, high = evaluation.facts.interval(comparison.field)
    return low != high


def _scale(comparison: Comparison, fields: frozenset[str]) -> float:
    """What a distance is held against; NaN where it means nothing."""
    value = comparison.value
    if comparison.text or comparison.other is not None or comparison.field not in fields:
        return np.nan
    numbers = [float(item) for item in (value if isinstance(value, tuple) else (value,)) if item is not None]
    size = max((abs(item) for item in numbers), default=0.0)
    return size or np.nan


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64)
