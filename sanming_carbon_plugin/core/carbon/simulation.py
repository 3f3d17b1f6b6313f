"""The same errors drawn at random, as a check on the analytical interval.

Nothing is linearised here: drawn volumes and drawn parameters are multiplied as the sink multiplies them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import UsageError
from ..progress import Progress
from .error_amounts import SinkErrors
from .parameters import FloatArray, IntArray, ParameterTable
from .sums import sum_by

FEWEST_DRAWS, MOST_DRAWS = 100, 1_000_000
CELLS_AT_ONCE = 2_000_000
"""Draws times pieces that are held in memory together."""


def require_draws(draws: int) -> None:
    """Refuse a number of draws that says nothing, or that never ends.

    Raises
    ------
    UsageError
        ``DRAWS_INVALID``.
    """
    if not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        raise UsageError("DRAWS_INVALID", given=draws, least=FEWEST_DRAWS, most=MOST_DRAWS)


def simulate(
    found: SinkErrors,
    parameters: ParameterTable,
    draws: int,
    seed: int,
    group: IntArray | None = None,
    groups: int = 1,
    progress: Progress | None = None,
) -> FloatArray:
    """Totals of the yearly sink under drawn errors.

    Parameters
    ----------
    found
        Error components of a layer.
    parameters
        The table they were made with.
    draws, seed
        Number of draws and the seed that makes them repeatable.
    group, groups
        Group of each stand (-1 leaves it out) and their number; by default one total of all.
    progress
        Told how far it is; may cancel.

    Returns
    -------
    ndarray
        Tonnes of CO₂e a year, one row per draw, one column per group.
    """
    progress = progress or Progress()
    codes = np.zeros(found.count, dtype=np.int64) if group is None else group
    at = codes[found.pieces.stand]
    use = at >= 0
    rng = np.random.default_rng(seed)
    step = max(1, CELLS_AT_ONCE // max(1, len(at)))
    totals = np.empty((draws, groups))
    for start in range(0, draws, step):
        progress.raise_if_cancelled()
        rows = slice(start, min(start + step, draws))
        values = _drawn_pieces(found, parameters, rng, rows.stop - start)
        for draw, drawn in enumerate(values, start=start):
            totals[draw] = np.bincount(at[use], drawn[use], minlength=groups)
        totals[rows] += _drawn_lines_and_codes(found, rng, rows.stop - start, codes, groups)
        progress.update(rows.stop / draws)
    return totals


def simulated_interval(totals: FloatArray) -> pd.DataFrame:
    """Middle 90 % of simulated totals: ``low``, ``high``, ``half_width``, ``sd`` per group."""
    low, high = np.quantile(totals, [0.05, 0.95], axis=0)
    return pd.DataFrame({"low": low, "high": high, "half_width": (high - low) / 2, "sd": totals.std(axis=0, ddof=1)})


def _drawn_pieces(found: SinkErrors, parameters: ParameterTable, rng: np.random.Generator, draws: int) -> FloatArray:
    """Yearly sink of every piece for each draw, with drawn volumes, surveys and parameters."""
    pieces, table = found.pieces, found.errors
    names = 1 + max(pieces.id_now.max(initial=-1), pieces.id_then.max(initial=-1))
    size, same = table.size["stand_volume"], table.correlation["stand_volume"]
    stand_now, stand_then = _pair(rng, (draws, names), same)
    survey_now, survey_then = _pair(rng, (draws, 1), table.correlation["survey"])
    survey = table.size["survey"]
    now = pieces.now * (1.0 + size * stand_now[:, pieces.id_now]) * (1.0 + survey * survey_now)
    then = pieces.then * (1.0 + size * stand_then[:, pieces.id_then]) * (1.0 + survey * survey_then)
    source = pd.factorize(pd.Series(parameters.error_source, dtype=object))[0]
    lean = table.correlation["parameter"]
    for relative in parameters.relative_errors().values():
        own = rng.standard_normal((draws, source.max() + 1)) * np.sqrt(1.0 - lean)
        drawn = own + rng.standard_normal((draws, 1)) * np.sqrt(lean)
        factor = 1.0 + np.nan_to_num(relative) * drawn[:, source]
        factor = np.concatenate([factor, np.ones((draws, 1))], axis=1)  # row -1: nothing to err
        now, then = now * factor[:, pieces.row_now], then * factor[:, pieces.row_then]
    return np.asarray(now - then)


def _drawn_lines_and_codes(
    found: SinkErrors, rng: np.random.Generator, draws: int, codes: IntArray, groups: int
) -> FloatArray:
    """What moved lines and doubtful codes add to each total: either code may be right, the pieces lie halfway."""
    added = np.zeros((draws, groups))
    line, code = found.boundary, found.recode
    same = found.errors.correlation["recode"]
    lines = int(line.identity.max(initial=-1)) + 1
    curves = int(found.growth.identity.max(initial=-1)) + 1
    for draw in range(draws):
        if len(line.stand):
            amount = line.amount * rng.standard_normal(lines)[line.identity]
            added[draw] += _grouped(codes[line.stand], amount, groups)
        if len(found.growth.stand):
            amount = found.growth.amount * rng.standard_normal(curves)[found.growth.identity]
            added[draw] += _grouped(codes[found.growth.stand], amount, groups)
        if len(code.stand):
            together = rng.choice([-1.0, 1.0], code.identity.max() + 1)[code.identity]
            alone = rng.choice([-1.0, 1.0], len(code.stand))
            sign = np.sqrt(same) * together + np.sqrt(1.0 - same) * alone
            added[draw] += _grouped(codes[code.stand], sign * code.amount, groups)
    return added


def _grouped(at: IntArray, values: FloatArray, groups: int) -> FloatArray:
    use = at >= 0
    return sum_by(at[use], values[use], groups)


def _pair(rng: np.random.Generator, shape: tuple[int, int], correlation: float) -> tuple[FloatArray, FloatArray]:
    """Two sets of standard normal draws with the given correlation."""
    first, second = rng.standard_normal(shape), rng.standard_normal(shape)
    return first, correlation * first + np.sqrt(1.0 - correlation**2) * second
