"""Doubts about ticket outcomes: what is missing, what looks wrong, what the reader must know."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..carbon.period import Period
from ..issues import join_issues, layer_issue, no_issues, stand_issues
from .double_count import DoubleCount
from .profiles import Profile
from .tenure import TenureParcels
from .tonnes import bias_of_dropping_losses, creditable_sink_tco2e_yr, number_column, text_column

_WORDS_TOLD = 5


def ticket_issues(
    columns: pd.DataFrame,
    facts: pd.DataFrame,
    profile: Profile,
    period: Period | None,
    missing: npt.NDArray[np.object_],
    found: DoubleCount | None,
    nobody_looked: bool,
    today: date | None = None,
) -> pd.DataFrame:
    """Rows about the layer first, then about stands."""
    undecided = (columns["ticket"] == "unknown").to_numpy()
    possible = (columns["ticket"] != "no").to_numpy()
    keys = facts.index.to_numpy(dtype=object)
    named = undecided & ~pd.isna(missing)
    two_layers = undecided & (text_column(facts, "sink_basis") == "two_layers")
    return join_issues(
        [
            _about_the_run(profile, period, nobody_looked, today),
            _about_losses(facts, profile, possible),
            _about_the_total(facts, profile, possible),
            stand_issues("TICKET_EVIDENCE_MISSING", keys[named], "ticket", missing[named]),
            stand_issues("TICKET_SURVEY_UNPROVED", keys[two_layers], "sink_basis", ["two_layers"] * two_layers.sum()),
            _implausible(facts, profile, possible),
            overlap_issues(found),
            no_issues() if found is None else found.issues,
        ]
    )


def plausible_bands(facts: pd.DataFrame, profile: Profile) -> tuple[npt.NDArray, npt.NDArray]:
    """Low and high end of the believable yearly sink of each stand, tCO2e/ha; NaN where no band is given."""
    table = profile.value("plausible_stand_tco2e_ha_yr")
    default = table.get("default", (np.nan, np.nan))
    groups = pd.Series(text_column(facts, "species_group"), dtype=object)
    ends = []
    for end in (0, 1):
        found = groups.map({name: float(pair[end]) for name, pair in table.items()}).to_numpy(dtype=np.float64)
        ends.append(np.where(np.isnan(found), float(default[end]), found))
    return ends[0], ends[1]


def profile_issues(profile: Profile) -> pd.DataFrame:
    """What every output made with a profile must say of it."""
    parts = []
    if profile.provisional:
        parts.append(layer_issue("TICKET_PROFILE_PROVISIONAL", None, profile.id, version=profile.version))
    if profile.kind == "screen":
        parts.append(layer_issue("TICKET_PROFILE_IS_SCREEN", None, profile.id))
    return join_issues(parts)


def _about_the_run(
    profile: Profile, period: Period | None, nobody_looked: bool, today: date | None = None
) -> pd.DataFrame:
    parts = [profile_issues(profile)]
    if period is None:
        parts.append(layer_issue("TICKET_PERIOD_MISSING"))
    elif profile.ended(day := period.end if today is None else max(period.end, today)):
        parts.append(layer_issue("TICKET_PROFILE_ENDED", None, profile.id, last=profile.valid_to, day=day.isoformat()))
    elif not profile.in_force(period.end):
        parts.append(layer_issue("TICKET_PROFILE_NOT_IN_FORCE", None, profile.id, day=period.end.isoformat()))
    if nobody_looked:
        parts.append(layer_issue("TICKET_CREDITED_LAYER_MISSING"))
    return join_issues(parts)


def starts_unknown(tenure: TenureParcels | None) -> pd.DataFrame:
    """How many certificates do not say from which day on they hold; they are taken as holding, and checked on paper."""
    if tenure is None or not len(tenure):
        return no_issues()
    stated = np.zeros(len(tenure), dtype=bool) if tenure.valid_from is None else ~pd.isna(tenure.valid_from)
    count = int((~stated).sum())
    return layer_issue("TENURE_START_UNKNOWN", "valid_from", count) if count else no_issues()


def tenure_doubts(tenure: TenureParcels | None) -> pd.DataFrame:
    """What is not known of a tenure layer as a whole: starts of terms, disputes in other words, and places."""
    told = [starts_unknown(tenure)]
    if tenure is not None and tenure.unclear:
        told.append(layer_issue("TENURE_DISPUTE_UNCLEAR", "disputed", "; ".join(tenure.unclear[:_WORDS_TOLD])))
    nowhere = 0 if tenure is None else int(shapely.is_missing(tenure.geometry).sum())
    if nowhere:
        told.append(layer_issue("TENURE_PLACE_UNKNOWN", None, nowhere))
    return join_issues(told)


def _about_losses(facts: pd.DataFrame, profile: Profile, possible: npt.NDArray[np.bool_]) -> pd.DataFrame:
    if profile.value("loss_treatment") != "drop":
        return no_issues()
    sink = creditable_sink_tco2e_yr(facts)
    bias = bias_of_dropping_losses(facts, np.isfinite(sink))
    lost = np.isfinite(sink) & (sink <= 0) & ~possible
    share = bias / float(np.nansum(sink[possible])) if possible.any() and np.nansum(sink[possible]) > 0 else np.nan
    keys = facts.index.to_numpy(dtype=object)
    return join_issues(
        [
            layer_issue(
                "TICKET_LOSS_DROPPED_BIAS", "sink_tco2e_yr", bias, share=_percent(share), count=int(lost.sum())
            ),
            stand_issues("TICKET_LOSS_DROPPED", keys[lost], "sink_tco2e_yr", [f"{value:.4g}" for value in sink[lost]]),
        ]
    )


def _about_the_total(facts: pd.DataFrame, profile: Profile, possible: npt.NDArray[np.bool_]) -> pd.DataFrame:
    sink, area_ha = creditable_sink_tco2e_yr(facts), number_column(facts, "area_ha")
    used = possible & np.isfinite(sink) & (area_ha > 0)
    if not used.any():
        return no_issues()
    mean = float(sink[used].sum() / area_ha[used].sum())
    low, high = profile.value("plausible_total_tco2e_ha_yr")
    if low <= mean <= high:
        return no_issues()
    return layer_issue("TICKET_TOTAL_IMPLAUSIBLE", "sink_tco2e_yr", f"{mean:.3g}", low=low, high=high)


def _implausible(facts: pd.DataFrame, profile: Profile, possible: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Stands whose growth lies outside the band with its whole 90 % interval; a loss is no doubt by itself."""
    low, high = plausible_bands(facts, profile)
    area_ha = number_column(facts, "area_ha")
    with np.errstate(invalid="ignore", divide="ignore"):
        per_ha = creditable_sink_tco2e_yr(facts) / area_ha
        ends = {}
        for name in ("low", "high"):
            end = number_column(facts, f"sink_{name}_tco2e_yr") / area_ha
            ends[name] = np.where(np.isnan(end), per_ha, end)
        grows = possible & (per_ha >= 0)
        outside = np.flatnonzero(grows & ((ends["high"] < low) | (ends["low"] > high)))
    keys = facts.index.to_numpy(dtype=object)[outside]
    issues = stand_issues("TICKET_IMPLAUSIBLE", keys, "sink_tco2e_yr", [f"{value:.3g}" for value in per_ha[outside]])
    bands = [{"low": low[row], "high": high[row]} for row in outside]
    issues["params"] = pd.Series(bands, index=issues.index, dtype=object)
    return issues


def overlap_issues(found: DoubleCount | None) -> pd.DataFrame:
    """One row for each of two stands that lie on each other."""
    if found is None or found.overlaps.empty:
        return no_issues()
    pairs = found.overlaps
    both = join_issues(
        [
            stand_issues("TICKET_STANDS_OVERLAP", pairs["stand_key"], None, pairs["other_key"]),
            stand_issues("TICKET_STANDS_OVERLAP", pairs["other_key"], None, pairs["stand_key"]),
        ]
    )
    shares = pd.concat([pairs["share"], pairs["other_share"]], ignore_index=True)
    both["params"] = pd.Series([{"share": _percent(share)} for share in shares], dtype=object)
    return both


def _percent(share: float) -> str:
    return "?" if np.isnan(share) else f"{100.0 * share:.4g} %"
