"""Where the interval of each total comes from, and whether drawn errors agree with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..carbon.parameters import ParameterTable
from ..carbon.simulation import require_draws, simulate, simulated_interval
from ..carbon.uncertainty import SinkErrors, contributions, total_interval
from ..progress import Progress
from ..results import ResultTable
from ..stands.layer import FieldType
from .summary import GROUP_COLUMNS, summary_groups

TOTAL, ROW = "total", "summary"
MOST_CELLS = 20_000_000
"""Above so many draws times rows of the summary only the total is drawn: the memory would not hold them."""

_TEXT, _REAL, _WHOLE = FieldType("text"), FieldType("real"), FieldType("integer")
_OF_WHAT = {
    "scope": _TEXT,
    "county": _TEXT,
    "township": _TEXT,
    "species_group": _TEXT,
    "age_group": _WHOLE,
    "stands": _WHOLE,
    "sink_tco2e_yr": _REAL,
}
UNCERTAINTY_COLUMNS = {**_OF_WHAT, "component": _TEXT, "sd_tco2e_yr": _REAL, "share": _REAL}
SIMULATION_COLUMNS = {
    **_OF_WHAT,
    "sink_low_tco2e_yr": _REAL,
    "sink_high_tco2e_yr": _REAL,
    "simulated_low_tco2e_yr": _REAL,
    "simulated_high_tco2e_yr": _REAL,
    "half_width_tco2e_yr": _REAL,
    "simulated_half_width_tco2e_yr": _REAL,
    "difference_percent": _REAL,
    "draws": _WHOLE,
    "seed": FieldType("integer64"),
}


def uncertainty_table(facts: pd.DataFrame, errors: SinkErrors) -> ResultTable:
    """How much each error component gives to the total and to each row of the summary.

    ``sd_tco2e_yr`` is one standard deviation, below 0 where a component makes the interval narrower; ``share``
    is its part of the variance and sums to 1. Components without any part, and groups without a known sink,
    have no row.
    """
    parts = []
    for scope, group, groups in _scopes(facts):
        sums = _sums(scope, groups, total_interval(errors, group, len(groups)))
        found = contributions(errors, group, len(groups))
        found = found[found["sd_tco2e_yr"] != 0.0].sort_values("group", kind="stable")
        at = found.pop("group").to_numpy()
        rows = pd.concat([sums.iloc[at].reset_index(drop=True), found.reset_index(drop=True)], axis=1)
        parts.append(rows[rows["stands"] > 0])
    frame = pd.concat(parts, ignore_index=True)
    return ResultTable(dict(UNCERTAINTY_COLUMNS), frame[list(UNCERTAINTY_COLUMNS)])


def simulation_table(
    facts: pd.DataFrame,
    errors: SinkErrors,
    parameters: ParameterTable,
    draws: int,
    seed: int,
    progress: Progress | None = None,
) -> ResultTable:
    """The 90 % interval of the total and of each row of the summary, calculated and drawn.

    ``difference_percent`` is the drawn half width less the calculated one, by the calculated one.

    Raises
    ------
    UsageError
        ``DRAWS_INVALID``.
    """
    require_draws(draws)
    scopes = _scopes(facts)
    if draws * len(scopes[1][2]) > MOST_CELLS:
        scopes = scopes[:1]
    _, group, rows = scopes[-1]
    drawn = simulate(errors, parameters, draws, seed, group, len(rows), progress)
    # The total of each draw is the sum of its groups: the same drawn errors serve both.
    by_scope = {TOTAL: drawn.sum(axis=1, keepdims=True), ROW: drawn}
    parts = []
    for scope, number, groups in scopes:
        found = total_interval(errors, number, len(groups))
        again = simulated_interval(by_scope[scope])
        half = (found["sink_high_tco2e_yr"] - found["sink_low_tco2e_yr"]) / 2.0
        with np.errstate(invalid="ignore", divide="ignore"):
            difference = (again["half_width"] / half - 1.0) * 100.0
        rest = {
            "sink_low_tco2e_yr": found["sink_low_tco2e_yr"],
            "sink_high_tco2e_yr": found["sink_high_tco2e_yr"],
            "simulated_low_tco2e_yr": again["low"],
            "simulated_high_tco2e_yr": again["high"],
            "half_width_tco2e_yr": half,
            "simulated_half_width_tco2e_yr": again["half_width"],
            "difference_percent": difference.where(np.isfinite(difference)),
            "draws": draws,
            "seed": seed,
        }
        part = _sums(scope, groups, found).assign(**rest)
        parts.append(part[part["stands"] > 0])
    frame = pd.concat(parts, ignore_index=True)
    return ResultTable(dict(SIMULATION_COLUMNS), frame[list(SIMULATION_COLUMNS)])


def _scopes(facts: pd.DataFrame) -> list[tuple[str, npt.NDArray[np.int64], pd.DataFrame]]:
    """The total, then the rows of the summary: number of each stand's group, and the groups."""
    number, groups = summary_groups(facts)
    # The total has the types of the rows below it, so that both make one table.
    groups = groups.astype({name: np.float64 for name in GROUP_COLUMNS if groups[name].dtype.kind in "iu"})
    whole = groups[list(GROUP_COLUMNS)].reindex([-1]).astype(groups[list(GROUP_COLUMNS)].dtypes)
    return [(TOTAL, np.zeros(len(facts), dtype=np.int64), whole), (ROW, number, groups)]


def _sums(scope: str, groups: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    named = groups[list(GROUP_COLUMNS)].reset_index(drop=True)
    named.insert(0, "scope", scope)
    return named.assign(stands=found["stands"].to_numpy(), sink_tco2e_yr=found["sink_tco2e_yr"].to_numpy())
