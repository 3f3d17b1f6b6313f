"""Three growth curves of volume over age, and how one of them is chosen for a set of stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from .parameters import FloatArray

SPREAD_POWERS = (0.0, 0.5, 1.0)
"""How the scatter grows with the volume: not at all, with its square root, in proportion."""

REWEIGHTINGS = 4

BOUND_MARGIN = 1e-3
"""A logarithm this close to its bound is held by it."""


@dataclass(frozen=True)
class GrowthModel:
    """Shape of a curve: volume = asymptote · shape(age); parameters of the shape are searched as logarithms."""

    name: str
    shape: Callable[[FloatArray, FloatArray], FloatArray]
    start: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def _richards(age: FloatArray, p: FloatArray) -> FloatArray:
    return np.asarray((-np.expm1(-p[0] * age)) ** p[1])


def _logistic(age: FloatArray, p: FloatArray) -> FloatArray:
    return np.asarray(1.0 / (1.0 + p[0] * np.exp(-p[1] * age)))


def _schumacher(age: FloatArray, p: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-p[0] / age))


MODELS = {
    "richards": GrowthModel("richards", _richards, (0.06, 2.0), (0.003, 0.3), (0.6, 12.0)),
    "logistic": GrowthModel("logistic", _logistic, (12.0, 0.12), (0.5, 0.01), (500.0, 1.0)),
    "schumacher": GrowthModel("schumacher", _schumacher, (15.0,), (0.5,), (150.0,)),
}


@dataclass(frozen=True)
class FittedShape:
    """One model fitted with one assumption about the scatter."""

    model: str
    asymptote: float
    parameters: tuple[float, ...]
    power: float
    sigma: float
    rmse: float
    aicc: float
    at_bound: bool

    def volume_m3_ha(self, age_yr: FloatArray) -> FloatArray:
        """Volume of the curve at each age."""
        return self.asymptote * MODELS[self.model].shape(
            np.asarray(age_yr, dtype=np.float64), np.array(self.parameters)
        )


def fit_best(
    age: FloatArray,
    volume: FloatArray,
    age_then: FloatArray | None,
    volume_then: FloatArray | None,
    largest_asymptote: float,
    only: tuple[str, float] | None = None,
) -> FittedShape | None:
    """The model with the smallest AICc that no bound holds in place; None where every one is held.

    Parameters
    ----------
    age, volume
        Age (yr) and volume (m³/ha) of each stand.
    age_then, volume_then
        The same at an earlier survey: then the ratio of the curve is fitted to re-measurements.
    largest_asymptote
        How many times the largest volume the asymptote may be.
    only
        Fit just this model and power, also where a bound holds it: to see how far it misses stands, not to offer it.
    """
    candidates = [(m, p) for m in MODELS for p in SPREAD_POWERS] if only is None else [only]
    fits = [_fit(MODELS[m], p, age, volume, age_then, volume_then, largest_asymptote) for m, p in candidates]
    free = [fit for fit in fits if fit is not None and np.isfinite(fit.aicc) and (only is not None or not fit.at_bound)]
    return min(free, key=lambda fit: fit.aicc) if free else None


def _fit(
    model: GrowthModel,
    power: float,
    age: FloatArray,
    volume: FloatArray,
    age_then: FloatArray | None,
    volume_then: FloatArray | None,
    largest_asymptote: float,
) -> FittedShape | None:
    """Weighted least squares with the weights of the last round's curve."""
    paired = age_then is not None and volume_then is not None
    scale = float(np.max(volume))
    if scale <= 0:
        return None
    low, high, start = (np.log(np.array(values)) for values in (model.low, model.high, model.start))
    if not paired:
        low, high = np.append(low, np.log(scale / 10)), np.append(high, np.log(scale * largest_asymptote))
        start = np.append(start, np.log(scale * 1.2))

    def predicted(theta: FloatArray) -> FloatArray:
        if age_then is not None and volume_then is not None:
            shape = np.exp(theta)
            ratio = model.shape(age, shape) / np.maximum(model.shape(age_then, shape), 1e-12)
            return np.asarray(volume_then * ratio)
        return np.asarray(np.exp(theta[-1]) * model.shape(age, np.exp(theta[:-1])))

    weight = np.ones(len(age))
    theta = start
    for _ in range(REWEIGHTINGS if power else 1):
        found = least_squares(lambda t: (volume - predicted(t)) * weight, theta, bounds=(low, high))  # noqa: B023
        theta = found.x
        weight = 1.0 / np.maximum(predicted(theta), scale / 1000.0) ** power
    fitted = predicted(theta)
    residual = volume - fitted
    spread = np.maximum(fitted, scale / 1000.0) ** power
    sigma = float(np.sqrt(np.mean((residual / spread) ** 2)))
    shape = np.exp(theta if paired else theta[:-1])
    level = np.median(volume / np.maximum(model.shape(age, shape), 1e-9)) if paired else np.exp(theta[-1])
    at_bound = bool(np.any((theta - low < BOUND_MARGIN) | (high - theta < BOUND_MARGIN)))
    aicc = _aicc(sigma, spread, len(theta) + 1 + (power > 0))
    rmse = float(np.sqrt(np.mean(residual**2)))
    return FittedShape(model.name, float(level), tuple(float(v) for v in shape), power, sigma, rmse, aicc, at_bound)


def _aicc(sigma: float, spread: FloatArray, count: int) -> float:
    """Corrected Akaike criterion of normal residuals with standard deviation sigma · spread."""
    n = len(spread)
    if sigma <= 0:
        return -np.inf
    log_likelihood = -0.5 * n * (np.log(2 * np.pi * sigma**2) + 1.0) - float(np.sum(np.log(spread)))
    return float(-2 * log_likelihood + 2 * count + 2 * count * (count + 1) / max(n - count - 1, 1))
