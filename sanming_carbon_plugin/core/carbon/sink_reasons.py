"""Why a sink is unknown, and what a reader of a known one should know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..issues import join_issues, layer_issue, no_issues, stand_issues
from .account import NOT_FOREST, numbers, texts
from .change import BoolArray, PieceChange
from .limits import SinkLimits
from .parameters import FloatArray, TextArray
from .period import Period
from .sums import any_by, sum_by
from .survey import SurveyTimes, survey_dates
from .two_dates import LINE_SHARE, Pieces


@dataclass(frozen=True)
class _Teller:
    """Makes issue rows for stands."""

    keys: TextArray

    def __call__(
        self, code: str, where: BoolArray, field: str = "sink_tco2e_yr", seen: object = None, **params: object
    ) -> pd.DataFrame:
        at = np.flatnonzero(where)
        if not len(at):
            return no_issues()
        shown = None if seen is None else np.asarray(seen, dtype=object)[at]
        return stand_issues(code, self.keys[at], field, shown, **params)


def sink_issues(
    facts: pd.DataFrame,
    earlier: pd.DataFrame,
    pieces: Pieces,
    change: PieceChange,
    columns: pd.DataFrame,
    limits: SinkLimits,
) -> pd.DataFrame:
    """Issue rows of the sink; every unknown sink has one."""
    count = len(facts)
    tell = _Teller(facts.index.to_numpy(dtype=object))
    known = columns["sink_tco2e_yr"].notna().to_numpy()
    cover = columns["earlier_cover"].to_numpy()
    partly, thin = cover < 1.0 - limits.uncovered_told_share, cover < limits.measured_cover_share
    recode = np.abs(columns["recode_tco2e"].to_numpy())
    recoded = known & (recode > limits.recode_told_share * columns["stock_earlier_tco2e"].to_numpy())
    converted = known & any_by(change.stand, change.converted, count)
    doubled, told_share = np.round(pieces.overlapping, 4), f"{limits.uncovered_told_share:g}"
    land = texts(facts, "land_class")
    other_land = pd.Series(land, dtype=object).isin(NOT_FOREST).to_numpy()
    nameless = known & any_by(change.stand, change.nameless & change.known, count)
    basis_differs = known & any_by(change.stand, change.other_basis & change.known & change.main, count)
    return join_issues(
        [
            *_why_unknown(tell, facts, pieces, change, columns, limits),
            tell("SINK_PARTLY_COVERED", known & partly & ~thin, "earlier_cover", np.round(cover, 4)),
            tell("SINK_COVER_NOT_MEASURED", known & thin, "earlier_cover", np.round(cover, 4)),
            tell("SINK_EARLIER_OVERLAPS", pieces.overlapping > LINE_SHARE, "earlier_cover", doubled, told=told_share),
            tell("SINK_EARLIER_SHARED_OUT", any_by(pieces.now, pieces.shared_out, count)),
            tell("SINK_VOLUME_BASIS_DIFFERS", basis_differs, "volume_m3_ha"),
            tell("SINK_SPECIES_ONE_DATE", nameless, "species_code"),
            tell("SINK_RECODED", recoded, "recode_tco2e", np.round(columns["recode_tco2e"].to_numpy(), 3)),
            tell("SINK_CONVERTED", converted & other_land, "land_class", land),
            tell("SINK_NOTHING_RECORDED", converted & ~other_land, "land_class", land),
            *_layer_rows(earlier, pieces, columns, ~known, limits),
        ]
    )


def _why_unknown(
    tell: _Teller,
    facts: pd.DataFrame,
    pieces: Pieces,
    change: PieceChange,
    columns: pd.DataFrame,
    limits: SinkLimits,
) -> list[pd.DataFrame]:
    """One reason for each unknown sink: the first that applies."""
    left = columns["sink_tco2e_yr"].isna().to_numpy()
    count = len(left)
    least = {"least": f"{limits.least_volume_m3_ha:g}", "culms": f"{limits.least_culms_per_ha:g}"}
    callipered = {"callipered": f"{limits.callipered_dbh_cm:g}", **least}
    planted = {"planted": f"{limits.planted_age_yr:g}"}
    age, cover = numbers(facts, "age_yr"), np.round(pieces.cover, 4)
    few = change.reason == "cover"
    of_known_stock = np.round(sum_by(change.stand[few], change.share_of_now[few], count), 4)

    def because(reason: str) -> BoolArray:
        return any_by(change.stand, change.reason == reason, count)

    rows = []
    for code, where, field, seen, params in (
        ("SINK_NOW_UNKNOWN", because("now"), "sink_tco2e_yr", None, {}),
        ("SINK_NO_EARLIER_STAND", because("cover"), "earlier_cover", of_known_stock, {}),
        ("SINK_NOT_FOREST", because("not_forest"), "land_class", None, {}),
        ("SINK_EARLIER_ZERO", because("zero"), "sink_tco2e_yr", None, callipered),
        ("SINK_OLDER_THAN_ZERO", because("old"), "age_yr", age, planted),
        ("SINK_EARLIER_UNKNOWN", because("then"), "sink_tco2e_yr", None, {}),
        ("SINK_EARLIER_NO_SPECIES", because("species"), "species_code", None, {}),
        ("SINK_CONSTANT_METHOD", because("constant"), "sink_tco2e_yr", None, {}),
        ("SINK_NO_EARLIER_STAND", pieces.cover == 0.0, "earlier_cover", cover, {}),
        ("SINK_NO_PERIOD", columns["years"].isna().to_numpy(), "survey_date", None, {}),
        ("SINK_NO_AREA", np.ones(count, dtype=bool), "area_ha", None, {}),
    ):
        rows.append(tell(code, left & where, field, seen, **params))
        left &= ~where
    return rows


def _layer_rows(
    earlier: pd.DataFrame, pieces: Pieces, columns: pd.DataFrame, unknown: BoolArray, limits: SinkLimits
) -> list[pd.DataFrame]:
    rows = []
    gone = int(np.count_nonzero(pieces.gone > limits.gone_told_share))
    if gone:
        rows.append(layer_issue("SINK_EARLIER_GONE", "sink_tco2e_yr", gone, stands=gone, of=len(earlier)))
    anew = int(np.count_nonzero(columns["change_kind"].to_numpy(dtype=object) == "redigitised"))
    if anew:
        rows.append(layer_issue("SINK_REDIGITISED", "change_kind", anew))
    other = int(np.count_nonzero(~unknown & columns["increment_m3_ha_yr"].isna().to_numpy()))
    if other:
        rows.append(layer_issue("SINK_INCREMENT_NOT_BY_VOLUME", "increment_m3_ha_yr", other))
    layers = int(np.count_nonzero(columns["sink_basis"].to_numpy(dtype=object) == "two_layers"))
    if layers:
        rows.append(layer_issue("SINK_TWO_LAYERS", "sink_basis", layers))
    return rows


def period_issues(facts: pd.DataFrame, times: SurveyTimes, period: Period | None, known: BoolArray) -> pd.DataFrame:
    """Stands of ``known`` sink whose surveys have no date, or lie beside the period that the sink is divided by."""
    keys = facts.index.to_numpy(dtype=object)
    rows = [
        stand_issues(
            "SINK_UNDATED",
            keys[known & times.undated],
            "survey_date",
            texts(facts, "survey_date")[known & times.undated],
        )
    ]
    at = np.flatnonzero(known & times.beside)
    days = np.datetime_as_string(survey_dates(facts)[at], unit="D")
    code = "SINK_SURVEYS_DIFFER" if period is None else "SINK_PERIOD_DIFFERS"
    told = stand_issues(code, keys[at], "survey_date", np.where(days == "NaT", "?", days))
    years = ["?" if np.isnan(apart) else round(apart, 2) for apart in times.between[at].tolist()]
    told["params"] = [{"period": str(period), "years": apart} for apart in years]
    return join_issues([*rows, told])


def part_unknown_issues(facts: pd.DataFrame, unknown: FloatArray, known: BoolArray) -> pd.DataFrame:
    """Stands of ``known`` sink that lie by a share of ``unknown`` on earlier stands of unknown stock."""
    at = np.flatnonzero(known & (unknown > 0.0))
    keys = facts.index.to_numpy(dtype=object)[at]
    return stand_issues("SINK_EARLIER_PART_UNKNOWN", keys, "sink_basis", np.round(unknown[at], 4))


def untold_issues(facts: pd.DataFrame, untold: dict[str, BoolArray], known: BoolArray) -> pd.DataFrame:
    """Stands of ``known`` sink with bamboo or trees, by code, of which one date says nothing."""
    keys = facts.index.to_numpy(dtype=object)
    return join_issues([stand_issues(code, keys[where & known], "sink_basis") for code, where in untold.items()])
