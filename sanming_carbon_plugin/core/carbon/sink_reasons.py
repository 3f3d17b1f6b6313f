"""Why a sink is unknown, and what a reader of a known one should know."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import join_issues, layer_issue, no_issues, stand_issues
from .account import BASIS_RECORDED, BASIS_TREES, StandAccount, texts
from .change import PieceChange
from .parameters import FloatArray
from .period import Period
from .sums import any_by
from .two_dates import Pieces

UNCOVERED_SHARE = 0.01
"""Share of a stand without earlier cover above which it is worth a row."""

GONE_SHARE = 0.01

OTHER_YEARS = 1.0
"""Years by which the time between the surveys may differ from the period before it is told."""


def sink_issues(
    facts: pd.DataFrame,
    earlier: pd.DataFrame,
    pieces: Pieces,
    change: PieceChange,
    columns: pd.DataFrame,
    now: StandAccount,
    then: StandAccount,
) -> pd.DataFrame:
    """Issue rows of the sink; every unknown sink has one."""
    keys = facts.index.to_numpy(dtype=object)
    count = len(facts)
    nothing = no_issues()
    unknown = columns["sink_tco2e_yr"].isna().to_numpy()

    def pieces_with(where: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        return any_by(change.stand, where, count)

    def about(
        code: str, where: npt.NDArray[np.bool_], field: str = "sink_tco2e_yr", seen: object = None
    ) -> pd.DataFrame:
        at = np.flatnonzero(where)
        if not len(at):
            return nothing
        return stand_issues(code, keys[at], field, None if seen is None else np.asarray(seen, dtype=object)[at])

    touched = np.bincount(pieces.now, minlength=count) > 0
    has_change = pieces_with(change.known)
    because_now = unknown & touched & pieces_with(change.reason == "now")
    because_then = unknown & touched & pieces_with(change.reason == "then") & ~because_now
    constant = unknown & touched & pieces_with(change.reason == "constant") & ~because_now & ~because_then
    no_years = unknown & has_change & columns["years"].isna().to_numpy()
    basis_differs = pieces_with(_other_basis(change, now, then) & change.known & change.main) & ~unknown
    recoded = ~unknown & (columns["recode_tco2e"].to_numpy() != 0.0)
    cover = columns["earlier_cover"].to_numpy()
    partly = touched & ~unknown & (cover < 1.0 - UNCOVERED_SHARE)
    return join_issues(
        [
            about("SINK_NO_EARLIER_STAND", unknown & ~touched),
            about("SINK_NOW_UNKNOWN", because_now),
            about("SINK_EARLIER_UNKNOWN", because_then),
            about("SINK_CONSTANT_METHOD", constant),
            about("SINK_NO_PERIOD", no_years, "survey_date"),
            about(
                "SINK_NO_AREA", unknown & touched & ~has_change & ~because_now & ~because_then & ~constant, "area_ha"
            ),
            about("SINK_PARTLY_COVERED", partly, "earlier_cover", cover),
            about("SINK_EARLIER_OVERLAPS", pieces.overlapping),
            about("SINK_VOLUME_BASIS_DIFFERS", basis_differs, "volume_m3_ha"),
            about("SINK_RECODED", recoded, "recode_tco2e", columns["recode_tco2e"]),
            about("SINK_CONVERTED", ~unknown & pieces_with(change.converted), "land_class", texts(facts, "land_class")),
            *_layer_rows(earlier, pieces, columns, unknown),
        ]
    )


def _other_basis(change: PieceChange, now: StandAccount, then: StandAccount) -> npt.NDArray[np.bool_]:
    """Volume recorded on one date and put together from trees on the other."""
    today, before = now.volume_basis[change.stand], then.volume_basis[change.earlier]
    return np.asarray(
        ((today == BASIS_RECORDED) & (before == BASIS_TREES)) | ((today == BASIS_TREES) & (before == BASIS_RECORDED))
    )


def _layer_rows(
    earlier: pd.DataFrame, pieces: Pieces, columns: pd.DataFrame, unknown: npt.NDArray[np.bool_]
) -> list[pd.DataFrame]:
    rows = []
    gone = int(np.count_nonzero(pieces.gone > GONE_SHARE))
    if gone:
        rows.append(layer_issue("SINK_EARLIER_GONE", "sink_tco2e_yr", gone, stands=gone, of=len(earlier)))
    other = int(np.count_nonzero(~unknown & columns["increment_m3_ha_yr"].isna().to_numpy()))
    if other:
        rows.append(layer_issue("SINK_INCREMENT_NOT_BY_VOLUME", "increment_m3_ha_yr", other))
    layers = int(np.count_nonzero(columns["sink_basis"].to_numpy(dtype=object) == "two_layers"))
    if layers:
        rows.append(layer_issue("SINK_TWO_LAYERS", "sink_basis", layers))
    return rows


def period_issues(facts: pd.DataFrame, between: FloatArray, period: Period | None) -> pd.DataFrame:
    """Stands whose two surveys lie further apart, or closer together, than the period says."""
    if period is None:
        return no_issues()
    at = np.flatnonzero(np.abs(between - period.years) > OTHER_YEARS)
    keys = facts.index.to_numpy(dtype=object)[at]
    return stand_issues(
        "SINK_PERIOD_DIFFERS", keys, "survey_date", np.round(between[at], 2), years=round(period.years, 3)
    )
