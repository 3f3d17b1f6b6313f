"""What ticket rules ask about a stand and no other room knows."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..carbon.period import Period
from ..progress import Progress
from .double_count import DoubleCount
from .overlay import differences, union_of_groups
from .parcel_layer import usable_polygons
from .profiles import Profile
from .surveyed import surveyed_days
from .tenure import TenureCover
from .tonnes import Floats, baseline_tco2e_yr, creditable_sink_tco2e_yr, number_column, text_column

Texts = npt.NDArray[np.object_]

_MEASURED = {"measured": "yes", "growth_curve": "no", "growth_rate": "no"}
_SHORT_YEAR_DAYS, _LONG_YEAR_DAYS = 365, 366


def ticket_facts(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    profile: Profile,
    period: Period | None,
    cover: TenureCover | None = None,
    today: date | None = None,
) -> pd.DataFrame:
    """The table of stands with the columns that ticket rules ask about, except the free share.

    ``measured_at_both_dates`` is unknown for ``two_layers``: two dated layers are no two measurements until
    survey dates and methods say so. A dispute counts whether the inventory or the tenure layer names it; only the
    inventory can say that there is none. ``parcel_area_ha`` is the largest connected part of the stand.
    """
    added = {
        "measured_at_both_dates": measured_at_both_dates(facts),
        "period_allowed": np.full(len(facts), period_allowed(profile, period, today), dtype=object),
        "period_start_year": np.full(len(facts), np.nan if period is None else float(period.start.year)),
        "baseline_known": _yes_where(np.isfinite(baseline_tco2e_yr(facts, profile))),
        "parcel_area_ha": largest_part_ha(number_column(facts, "area_ha"), geometry),
        "error_allowed": np.full(len(facts), None, dtype=object),
    }
    if cover is not None:
        added["tenure_covered_share_low"] = cover.proved
        added["tenure_covered_share_high"] = cover.provable
        added["dispute"] = known_dispute(text_column(facts, "dispute"), cover, profile)
    return facts.assign(**added)


def measured_at_both_dates(facts: pd.DataFrame) -> Texts:
    """``yes`` with a sink measured at both dates, ``no`` where growth was modelled, None where nobody knows.

    A measurement without the two dates is none that anybody can hold against a period.
    """
    basis = pd.Series(text_column(facts, "sink_basis"), dtype=object)
    result = basis.map(_MEASURED).astype(object)
    dated = np.isfinite(creditable_sink_tco2e_yr(facts)) & ~np.isnat(surveyed_days(facts)[1])
    known = result.notna().to_numpy() & ((result != "yes").to_numpy() | dated)
    return result.where(known, None).to_numpy(dtype=object)


def period_allowed(profile: Profile, period: Period | None, today: date | None = None) -> str | None:
    """Whether the profile credits the period; None without one, and where the profile holds no longer."""
    if period is None:
        return None
    earliest, shortest = profile.value("earliest_start"), profile.value("shortest_period_years")
    longest = profile.value("longest_period_years")
    early = earliest is not None and period.start < date.fromisoformat(earliest)
    short = shortest is not None and period.days < int(shortest * _SHORT_YEAR_DAYS)
    long = longest is not None and period.days > int(longest * _LONG_YEAR_DAYS)
    if early or short or long:
        return "no"
    return None if profile.ended(period.end if today is None else max(period.end, today)) else "yes"


def largest_part_ha(area_ha: Floats, geometry: npt.NDArray[np.object_]) -> Floats:
    """Area of each stand's largest connected part, as its planar share of the stand's area. Shape (n,)."""
    shapes = np.asarray(geometry, dtype=object)
    whole = shapely.area(shapes)
    largest = whole.copy()
    several = np.flatnonzero(shapely.get_num_geometries(shapes) > 1)
    if len(several):
        parts, owner = shapely.get_parts(shapes[several], return_index=True)
        biggest = np.zeros(len(several))
        np.maximum.at(biggest, owner, shapely.area(parts))
        largest[several] = biggest
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, area_ha * largest / whole, np.nan)


def free_part_ha(
    facts: pd.DataFrame, geometry: npt.NDArray[np.object_], found: DoubleCount, period: Period, progress: Progress
) -> Floats:
    """Area of the largest connected part of each stand that is free on any surveyed day. Shape (n,).

    Ground that a parcel has credited for all these days is no ground of a ticket: what is left beside it has to be a
    parcel by itself. NaN for stands of which no ground is credited so, or all of it.
    """
    begin, end = surveyed_days(facts)
    first, last = np.datetime64(period.start, "D"), np.datetime64(period.end, "D")
    begin, end = (np.where(np.isnat(days), all_days, days) for days, all_days in ((begin, first), (end, last)))
    begin, end = np.maximum(begin, first), np.minimum(end, last)
    pieces = found.pieces[found.pieces["stand_key"].isin(found.stands.index[found.free_share > 0.0])]
    row = facts.index.get_indexer(pd.Index(pieces["stand_key"])).astype(np.int64)
    since, until = (pieces[name].to_numpy().astype("datetime64[D]") for name in ("from", "to"))
    shapes, free = pieces["geometry"].to_numpy(dtype=object), (pieces["state"] == "free").to_numpy()
    for_good = ~free & (since <= begin[row]) & (until >= end[row])
    stands = usable_polygons(geometry)
    rest = np.full(len(facts), None, dtype=object)
    rest[row[free]] = shapes[free]
    # What is free on all days is free on any; where something is taken for a while alone, more may be.
    some = for_good & np.isin(row, row[~free & ~for_good])
    taken, unions = union_of_groups(shapes[some], row[some], progress)
    rest[taken] = differences(stands[taken], unions, progress)
    result = np.full(len(facts), np.nan)
    at = np.unique(row[for_good])
    share = largest_part_ha(shapely.area(rest[at]), rest[at]) / shapely.area(stands[at])
    result[at] = number_column(facts, "area_ha")[at] * np.nan_to_num(share)
    return result


def _yes_where(known: npt.NDArray[np.bool_]) -> Texts:
    result = np.full(len(known), None, dtype=object)
    result[known] = "yes"
    return result


def known_dispute(recorded: Texts, cover: TenureCover, profile: Profile) -> Texts:
    """What the inventory says of a dispute, and the disputes that the tenure layer adds to it.

    A certificate without a dispute settles nothing where the inventory is silent: of the stands with a dispute on
    record, many lie under such certificates. So the layer may name a dispute, but it never takes the place of a
    "no" that nobody has written down; an office that knows of no dispute declares it.

    Parameters
    ----------
    recorded
        ``yes``, ``no`` or None as the inventory has it. Shape (n,).
    """
    result = recorded.copy()
    result[cover.disputed > profile.number("disputed_share")] = "yes"
    return result
