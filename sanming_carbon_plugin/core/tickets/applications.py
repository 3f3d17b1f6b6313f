"""Applications for a ticket: the pieces of one right-holder, or of many through the village collective."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..carbon.period import Period, refuse_future
from ..errors import InputError, UsageError
from .households import Household, require_agreed_weights
from .profiles import Profile
from .shares import in_denominations, largest_remainder
from .tonnes import deducted, uncertainty_deduction, whole_tonnes
from .total_error import INCREMENT, WIDEST, ErrorOf, TotalError

_TOUCHING = 1e-6
"""Distance, relative to the side of a square as large as a piece, below which two pieces touch."""


ErrorOfPieces = Callable[[pd.DataFrame, str], TotalError]
"""Error of the total of the pieces that count, for a base."""


@dataclass(frozen=True)
class Application:
    """One application.

    Attributes
    ----------
    kind
        ``holder`` or ``joint``.
    applicant
        The holder, or the collective.
    outcome
        ``yes`` where the group's own rules hold too, else ``no``; ``failed_rules`` names them.
    pieces
        Pieces that count, with ``parcel`` (number of the connected parcel), ``tonnes`` (after deductions,
        before rounding) and ``whole_t`` (adds up to ``whole_t`` of the application).
    left_out
        Other pieces of the same holders, with the reason, and ``neighbour`` where they touch one that counts.
    households
        Per holder ``area_ha``, ``tonnes``, ``whole_t``, ``authorised``, ``income_share``; shares add up to 1.
    net_tco2e
        Total before deductions, with the ends of its 90 % interval.
    total_tco2e, low_tco2e, high_tco2e
        After deductions, before rounding, with the 90 % interval.
    error, deduction
        How far the total may be off, and the share deducted for it.
    whole_t, tickets, left_t
        Whole tonnes, tickets of each face value, and tonnes that fit no face value.
    """

    kind: str
    applicant: str
    period: Period
    outcome: str
    failed_rules: tuple[str, ...]
    pieces: pd.DataFrame
    left_out: pd.DataFrame
    households: pd.DataFrame
    net_tco2e: tuple[float, float, float]
    total_tco2e: float
    low_tco2e: float
    high_tco2e: float
    error: TotalError
    deduction: float
    whole_t: int
    tickets: Mapping[int, int]
    left_t: int


def holder_application(
    pieces: pd.DataFrame,
    profile: Profile,
    period: Period,
    holder: str,
    error_of: ErrorOfPieces | None = None,
    known_holders: Collection[str] | None = None,
) -> Application:
    """The application of one right-holder.

    Parameters
    ----------
    pieces
        Pieces of :func:`.tenure_pieces.tenure_pieces`.
    error_of
        Error of the total of the pieces that count, see :func:`error_of_pieces`; without it all errors are taken
        to lean one way, which is the widest the interval can be.
    known_holders
        Names on certificates; those of the pieces where none are given.

    Raises
    ------
    InputError
        APPLICATION_HOLDER_MISSING without a name, APPLICATION_HOLDER_UNKNOWN for a name on no certificate,
        APPLICATION_EMPTY where no piece of the holder counts.
    """
    name = holder.strip()
    require_holders(name, [name], set(pieces["holder"]) if known_holders is None else known_holders)
    own = pieces[pieces["holder"] == name]
    member = Household(name, authorised=True)
    return _application("holder", name, own, profile, period, [member], error_of)


def joint_application(
    pieces: pd.DataFrame,
    profile: Profile,
    period: Period,
    collective: str,
    households: Sequence[Household],
    error_of: ErrorOfPieces | None = None,
    known_holders: Collection[str] | None = None,
) -> Application:
    """Scattered households apply together through the village collective (资源联合).

    Only households that signed take part. Income goes by the agreed weights where they have some, else by
    tonnes.

    Raises
    ------
    InputError
        APPLICATION_HOLDER_MISSING for a collective or household without a name,
        APPLICATION_HOLDER_REPEATED, APPLICATION_HOLDER_UNKNOWN, APPLICATION_EMPTY, and those of
        :func:`.households.require_agreed_weights`.
    """
    names = [household.holder.strip() for household in households]
    require_holders(collective, names, set(pieces["holder"]) if known_holders is None else known_holders)
    require_agreed_weights(households)
    own = pieces[pieces["holder"].isin(names)]
    return _application("joint", collective.strip(), own, profile, period, households, error_of)


def require_holders(applicant: str, holders: Sequence[str], known: Collection[str]) -> None:
    """Refuse names that are missing, repeated, or on no certificate.

    Raises
    ------
    InputError
        APPLICATION_HOLDER_MISSING, APPLICATION_HOLDER_REPEATED, APPLICATION_HOLDER_UNKNOWN.
    """
    names = [holder.strip() for holder in holders]
    if not applicant.strip() or not all(names):
        raise InputError("APPLICATION_HOLDER_MISSING", certificate="-", count=names.count("") or 1)
    for name in names:
        if names.count(name) > 1:
            raise InputError("APPLICATION_HOLDER_REPEATED", holder=name)
        if name not in known:
            near = get_close_matches(name, [str(other) for other in known if other is not None], n=3, cutoff=0.5)
            raise InputError("APPLICATION_HOLDER_UNKNOWN", holder=name, near=", ".join(near) or "-")


def check_periods(periods: Iterable[Period], today: date | None = None) -> list[Period]:
    """Monitoring periods of one parcel in their order.

    Raises
    ------
    UsageError
        PERIOD_IN_FUTURE for one in the future, PERIODS_OVERLAP where two share a day: the end day belongs to a
        period, so the next begins at the earliest on the day after.
    """
    ordered = sorted(periods, key=lambda period: period.start)
    for period in ordered:
        refuse_future(period, today)
    for before, after in pairwise(ordered):
        if after.start <= before.end:
            raise UsageError("PERIODS_OVERLAP", first=str(before), second=str(after))
    return ordered


def _application(
    kind: str,
    applicant: str,
    own: pd.DataFrame,
    profile: Profile,
    period: Period,
    households: Sequence[Household],
    error_of: ErrorOfPieces | None,
) -> Application:
    chosen, left = _chosen_and_left(applicant, own, profile, households)
    error = (error_of or partial(_widest_error, period))(chosen, profile.value("uncertainty_base"))
    deduction = uncertainty_deduction(profile, error.relative)
    chosen = chosen.assign(tonnes=deducted(chosen["net_tco2e"].to_numpy(), profile, deduction))
    total = float(chosen["tonnes"].sum(skipna=False))
    whole = 0 if np.isnan(total) else whole_tonnes(total, profile)
    chosen = chosen.assign(whole_t=_whole_tonnes_of_pieces(chosen, whole))
    net = float(chosen["net_tco2e"].sum())
    ends = net + np.array([error.below_tco2e_yr, error.above_tco2e_yr]) * period.years
    # An error of the growth is lowered like the growth, so the total lies inside its interval whatever was netted.
    interval = total + (ends - net) * (1.0 - deduction) * (1.0 - profile.number("risk_share"))
    failed = _failed_group_rules(chosen, profile, total, deduction)
    tickets, rest = in_denominations(whole, profile.value("denominations_t"))
    return Application(
        kind=kind,
        applicant=applicant,
        period=period,
        outcome="no" if failed else "yes",
        failed_rules=failed,
        pieces=chosen.reset_index(drop=True),
        left_out=_with_neighbours(left, chosen).reset_index(drop=True),
        households=_household_table(chosen, households),
        net_tco2e=(net, float(ends[0]), float(ends[1])),
        total_tco2e=total,
        low_tco2e=float(interval[0]),
        high_tco2e=float(interval[1]),
        error=error,
        deduction=deduction,
        whole_t=whole,
        tickets=tickets,
        left_t=rest,
    )


def _chosen_and_left(
    applicant: str, own: pd.DataFrame, profile: Profile, households: Sequence[Household]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pieces that count, each with its connected parcel, and the others with the reason."""
    signed = {household.holder.strip() for household in households if household.authorised}
    reason = own["reason"].where(own["holder"].isin(signed) | own["reason"].notna(), "not_authorised")
    counts = reason.isna() & own["net_tco2e"].notna()
    if not counts.any():
        raise InputError("APPLICATION_EMPTY", applicant=applicant)
    parcel = connected_parcels(own["geometry"].to_numpy(dtype=object)[counts.to_numpy()])
    chosen = own[counts].assign(parcel=parcel)
    large_enough = chosen.groupby("parcel")["area_ha"].transform("sum") >= profile.number("minimum_parcel_area_ha")
    reason = reason.where(counts | reason.notna(), "sink_unknown")
    reason[chosen.index[~large_enough]] = "parcel_too_small"
    left = own.assign(reason=reason)[reason.notna()]
    chosen = chosen[large_enough]
    if chosen.empty:
        raise InputError("APPLICATION_EMPTY", applicant=applicant)
    return chosen, left


def _whole_tonnes_of_pieces(chosen: pd.DataFrame, whole: int) -> npt.NDArray[np.int64]:
    """Whole tonnes of each piece: first among households by their net tonnes, then among the pieces of each."""
    of_household = chosen.groupby("holder")["tonnes"].sum()
    units = dict(zip(of_household.index, largest_remainder(of_household.to_numpy(), whole), strict=True))
    result = np.zeros(len(chosen), dtype=np.int64)
    for holder, rows in chosen.groupby("holder").indices.items():
        result[rows] = largest_remainder(chosen["tonnes"].to_numpy()[rows], int(units[holder]))
    return result


def connected_parcels(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Number of the connected parcel each piece belongs to, from 0. Pieces that touch in a point are connected."""
    tolerance = _TOUCHING * np.sqrt(np.median(shapely.area(geometry)))
    left, right = shapely.STRtree(geometry).query(geometry, predicate="dwithin", distance=tolerance)
    links = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(len(geometry), len(geometry)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def error_of_pieces(error_of: ErrorOf, stand_keys: pd.Index) -> ErrorOfPieces:
    """Error of pieces from the error of their stands: parts of a stand err with it.

    Parameters
    ----------
    error_of
        Error of the total of the stands.
    stand_keys
        Their keys.
    """

    def of_pieces(chosen: pd.DataFrame, base: str) -> TotalError:
        share = (chosen["stand_share"] * chosen["free_share"]).groupby(chosen["stand_key"]).sum()
        return error_of(share.reindex(stand_keys, fill_value=0.0).to_numpy(dtype=np.float64), base)

    return of_pieces


def _widest_error(period: Period, chosen: pd.DataFrame, base: str) -> TotalError:
    """The widest possible: all errors lean one way. Of the stock nothing is known this way."""
    net, low, high = (chosen[f"{name}_tco2e"].sum(skipna=False) for name in ("net", "low", "high"))
    known = base == INCREMENT and net != 0
    relative = (high - low) / 2.0 / abs(net) if known else float("nan")
    return TotalError(float(relative), (low - net) / period.years, (high - net) / period.years, base, WIDEST)


def _failed_group_rules(chosen: pd.DataFrame, profile: Profile, total: float, deduction: float) -> tuple[str, ...]:
    too_few = not total >= max(profile.number("minimum_application_t"), profile.number("rounding_t"))
    checks = {
        "ERROR_TOO_LARGE": bool(np.isnan(deduction)),
        "TOO_FEW_TONNES": too_few,
        "NOT_CONTIGUOUS": bool(profile.value("contiguous_application")) and chosen["parcel"].nunique() > 1,
    }
    return tuple(name for name, failed in checks.items() if failed)


def _with_neighbours(left: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Left-out pieces, marked where they touch a piece of the application of the same holder."""
    geometry = left["geometry"].to_numpy(dtype=object)
    others = chosen["geometry"].to_numpy(dtype=object)
    neighbour = np.zeros(len(left), dtype=bool)
    if len(left):
        tolerance = _TOUCHING * np.sqrt(np.median(shapely.area(others)))
        mine, theirs = shapely.STRtree(others).query(geometry, predicate="dwithin", distance=tolerance)
        same = left["holder"].to_numpy(dtype=object)[mine] == chosen["holder"].to_numpy(dtype=object)[theirs]
        neighbour[mine[same]] = True
    return left.assign(neighbour=neighbour)


def _household_table(chosen: pd.DataFrame, households: Sequence[Household]) -> pd.DataFrame:
    sums = chosen.groupby("holder")[["area_ha", "tonnes", "whole_t"]].sum()
    known = {household.holder.strip(): household for household in households}
    table = sums.reindex(sorted(known)).fillna(0.0).rename_axis("holder").reset_index()
    table["whole_t"] = table["whole_t"].astype(np.int64)
    table["authorised"] = [known[name].authorised for name in table["holder"]]
    agreed = pd.Series([known[name].income_weight for name in table["holder"]], dtype=np.float64)
    weight = agreed.fillna(0.0) if agreed[table["authorised"]].notna().all() else table["tonnes"].clip(lower=0.0)
    weight = weight.where(table["authorised"], 0.0)
    table["income_share"] = weight / weight.sum() if weight.sum() > 0 else 0.0
    return table
