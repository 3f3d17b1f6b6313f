"""Nothing is credited twice: which part of each stand is free in space and in time.

The period is cut where a credited parcel begins or ends. Inside each span the blocked part of a stand is
the area of the *union* of the parcels that are active, so a parcel entered twice, cut or merged blocks the
same area. The free share of a stand is what is left of area × days; a day that no survey covers is never free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..issues import join_issues, no_issues, stand_issues
from ..progress import Progress
from ..stands.checks.neighbours import overlapping_pairs
from .credited_parcels import CreditedParcels, ParcelTable, parcels_in_period
from .overlay import Rows, Shapes, differences, pieces_of, union_of_groups
from .parcel_layer import DatedPeriod, usable_polygons
from .surveyed import DaysOfPeriod, Surveyed, survey_day_issues

Shares = npt.NDArray[np.float64]

OVERLAY_NOISE = 1e-7
"""Share of a stand below which a rest is rounding of the overlay; it counts as blocked, never as free.

Coordinates with the number of their zone are rounded to 7.5e-9 m, and every cut through a stand leaves such a gap.
"""

PIECE_COLUMNS = ("stand_key", "scheme", "scheme_id", "from", "to", "blocked_share", "state", "reason", "geometry")


@dataclass(frozen=True)
class DoubleCount:
    """What the guard found.

    Attributes
    ----------
    stands
        Indexed by ``stand_key``: ``free_share`` and ``blocked_share`` of area × days (0 to 1, together 1;
        NaN without a polygon), ``surveyed_share`` (what the free share would be if nobody had credited
        anything), ``state`` of the surveyed days (``free``, ``blocked``, ``partly_free`` or None).
    pieces
        The map: for each stand the polygon that is free all the time (state ``free``), and one polygon for
        each credited parcel that meets it (``blocked`` for the whole period, ``partly_free`` for some days)
        with ``scheme``, ``scheme_id``, the first and last day blocked (``from``, ``to``, ISO, both
        included), ``blocked_share`` (of the stand's area; of a free row 0) and ``reason``.
    overlaps
        Pairs of stands of the application that lie on each other, see :func:`self_overlaps`.
    issues
        Doubts about credited rows and stands.
    """

    stands: pd.DataFrame
    pieces: pd.DataFrame
    overlaps: pd.DataFrame
    issues: pd.DataFrame = field(default_factory=no_issues)

    @property
    def free_share(self) -> pd.Series:
        """Share of each stand's area × days that is free, indexed by ``stand_key``."""
        return self.stands["free_share"]


@dataclass(frozen=True)
class _Hits:
    """Parts of stands that a parcel blocks, ordered by stand."""

    stand: Rows
    first_day: Rows
    last_day: Rows
    share: Shares
    geometry: Shapes
    scheme: Shapes
    scheme_id: Shapes
    reason: Shapes


def free_share(
    stand_geometry: Shapes,
    stand_keys: Iterable[str],
    period: DatedPeriod,
    credited: Iterable[CreditedParcels],
    overlaps: pd.DataFrame | None = None,
    shown_from_share: float = 0.0,
    progress: Progress | None = None,
    surveyed: Surveyed | None = None,
) -> DoubleCount:
    """Which share of each stand nobody has credited, in space and in time.

    Parameters
    ----------
    stand_geometry
        Object array of polygons or None, length n. Shares are of planar area in the layer's CRS.
    stand_keys
        Unique keys, length n.
    period
        First and last day, both included.
    credited
        Layers of credited or pending parcels in the same CRS. The order of layers and rows does not matter.
    overlaps
        Result of :func:`self_overlaps`: where two stands of the application lie on each other, both lose
        that part, because nobody can say which of the two accounts is right.
    shown_from_share
        Blocked shares below this are deducted like any other but raise no issue.
    progress
        Asked between blocks whether to stop.
    surveyed
        Days that the growth of each stand was found on: no other day is free, and where there are more of them
        than days in the period, each weighs less. None takes the whole period as surveyed.

    Returns
    -------
    DoubleCount
        Shares of each stand, and the map of free and blocked pieces.

    Raises
    ------
    InputError
        CREDITED_DATE_UNREADABLE or CREDITED_PERIOD_REVERSED for a credited row.
    """
    watch = progress or Progress()
    keys = np.asarray(list(stand_keys), dtype=object)
    stands = usable_polygons(stand_geometry)
    parcels, doubts = parcels_in_period(credited, period)
    first = np.datetime64(period.start, "D")
    days = int((np.datetime64(period.end, "D") - first).astype(np.int64)) + 1
    hits = _hits(stands, parcels, watch)
    if overlaps is not None and len(overlaps):
        hits = _with_overlaps(hits, overlaps, keys, shapely.area(stands), days)
    within = DaysOfPeriod(len(keys), period, surveyed)
    blocked, all_taken = _blocked_shares(_on_days(hits, within), shapely.area(stands), days, watch)
    shares = _stand_table(keys, stands, blocked, within)
    pieces = _piece_table(keys, stands, hits, all_taken, first, days, shares["state"].to_numpy(), watch)
    found = no_overlaps() if overlaps is None else overlaps
    issues = [doubts, _share_issues(shares, shown_from_share)]
    if surveyed is not None:
        issues.append(survey_day_issues(keys, within, surveyed, shown_from_share))
    return DoubleCount(shares, pieces, found, join_issues(issues))


def self_overlaps(
    stand_geometry: Shapes, stand_keys: Iterable[str], progress: Progress | None = None, tidy: Rows | None = None
) -> pd.DataFrame:
    """Where stands of one application lie on each other.

    Parameters
    ----------
    tidy
        Group of each stand inside which nothing overlaps, as the checks proved it, −1 for none: pairs of one
        group are not looked at again.

    Returns
    -------
    pandas.DataFrame
        One row per pair: ``stand_key``, ``other_key`` (in alphabetical order), ``share``, ``other_share``
        (of each stand's planar area) and ``geometry``; ordered by the keys, whatever the order of rows.
    """
    keys = np.asarray(list(stand_keys), dtype=object)
    order = np.argsort(keys, kind="stable")
    stands, keys = usable_polygons(stand_geometry)[order], keys[order]
    left, right, common = overlapping_pairs(stands, progress=progress, tidy=None if tidy is None else tidy[order])
    areas = shapely.area(stands)
    frame = pd.DataFrame({"stand_key": keys[left], "other_key": keys[right]})
    frame["share"] = shapely.area(common) / areas[left]
    frame["other_share"] = shapely.area(common) / areas[right]
    frame["geometry"] = pd.Series(common, index=frame.index, dtype=object)
    return frame.sort_values(["stand_key", "other_key"], ignore_index=True)


def no_overlaps() -> pd.DataFrame:
    """An empty list of overlaps."""
    names = ("stand_key", "other_key", "share", "other_share", "geometry")
    return pd.DataFrame({name: pd.Series(dtype=float if "share" in name else object) for name in names})


def shown_pieces(pieces: pd.DataFrame, tolerance_share: float) -> pd.DataFrame:
    """Pieces worth drawing: blocked slivers below ``tolerance_share`` stay deducted but are left out here."""
    return pieces[(pieces["state"] == "free") | (pieces["blocked_share"] >= tolerance_share)]


def _hits(stands: Shapes, parcels: ParcelTable, progress: Progress) -> _Hits:
    stand, parcel, common = pieces_of(stands, parcels.geometry, progress)
    share = shapely.area(common) / shapely.area(stands)[stand]
    return _sorted_hits(
        _Hits(
            stand,
            parcels.first_day[parcel],
            parcels.last_day[parcel],
            share,
            common,
            parcels.scheme[parcel],
            parcels.scheme_id[parcel],
            parcels.reason[parcel],
        )
    )


def _with_overlaps(hits: _Hits, overlaps: pd.DataFrame, keys: Shapes, areas: Shares, days: int) -> _Hits:
    """The hits, and the parts where another stand of the application lies on the stand."""
    row_of = pd.Series(np.arange(len(keys)), index=keys)
    here = pd.concat([overlaps["stand_key"], overlaps["other_key"]], ignore_index=True)
    there = pd.concat([overlaps["other_key"], overlaps["stand_key"]], ignore_index=True)
    geometry = np.concatenate([overlaps["geometry"].to_numpy(dtype=object)] * 2)
    stand = row_of.reindex(here).to_numpy(dtype=float)
    known = np.isfinite(stand)
    stand, geometry = stand[known].astype(np.int64), geometry[known]
    count = len(stand)
    own = _Hits(
        stand,
        np.zeros(count, dtype=np.int64),
        np.full(count, days, dtype=np.int64),
        shapely.area(geometry) / areas[stand],
        geometry,
        np.full(count, "this_application", dtype=object),
        there.to_numpy(dtype=object)[known],
        np.full(count, "overlaps_other_stand", dtype=object),
    )
    both = {part.name: np.concatenate([getattr(hits, part.name), getattr(own, part.name)]) for part in fields(_Hits)}
    return _sorted_hits(_Hits(**both))


def _sorted_hits(hits: _Hits) -> _Hits:
    """The same hits in an order that depends on places and dates only, not on rows or layers."""
    bounds = shapely.bounds(hits.geometry).reshape(-1, 4)
    corners = tuple(bounds[:, side] for side in (3, 2, 1, 0))
    order = np.lexsort((hits.share, *corners, hits.last_day, hits.first_day, hits.stand))
    return _Hits(**{part.name: getattr(hits, part.name)[order] for part in fields(_Hits)})


def _on_days(hits: _Hits, within: DaysOfPeriod) -> _Hits:
    """The same hits on surveyed days alone; one on other days keeps its place and blocks none."""
    begin, end = within.begin[hits.stand], within.end[hits.stand]
    return replace(hits, first_day=np.clip(hits.first_day, begin, end), last_day=np.clip(hits.last_day, begin, end))


def _blocked_shares(hits: _Hits, areas: Shares, days: int, progress: Progress) -> tuple[Shares, Shapes]:
    """Blocked share of area × days, and the union of all that is ever blocked, for each stand."""
    blocked = np.zeros(len(areas))
    taken = np.empty(len(areas), dtype=object)
    if not len(hits.stand):
        return blocked, taken
    per_stand = np.bincount(hits.stand, minlength=len(areas)).astype(np.int64)
    alone = per_stand[hits.stand] == 1
    lengths = (hits.last_day - hits.first_day) / days
    blocked[hits.stand[alone]] = hits.share[alone] * lengths[alone]
    numbers, unions = union_of_groups(hits.geometry, hits.stand, progress)
    taken[numbers] = unions
    several = np.flatnonzero(~alone)
    if len(several):
        blocked += _blocked_in_spans(hits, several, per_stand, shapely.area(taken), areas, days, progress)
    return blocked, taken


def _blocked_in_spans(
    hits: _Hits,
    several: Rows,
    per_stand: Rows,
    taken_area: Shares,
    areas: Shares,
    days: int,
    progress: Progress,
) -> Shares:
    """Blocked share of the stands with several hits: the union of what is active, span by span."""
    span_stand, span_from, span_to = _spans(hits, several, days)
    span, hit = _active(hits, several, span_stand, span_from, span_to)
    active = np.bincount(span, minlength=len(span_stand))
    share = np.zeros(len(span_stand))
    single = active[span] == 1
    share[span[single]] = hits.share[hit[single]]
    everything = active == per_stand[span_stand]
    share[everything] = taken_area[span_stand[everything]] / areas[span_stand[everything]]
    rest = ~single & ~everything[span]
    if rest.any():
        numbers, unions = union_of_groups(hits.geometry[hit[rest]], span[rest], progress)
        share[numbers] = shapely.area(unions) / areas[span_stand[numbers]]
    lengths = (span_to - span_from) / days
    return np.bincount(span_stand, weights=share * lengths, minlength=len(areas)).astype(np.float64)


def _spans(hits: _Hits, several: Rows, days: int) -> tuple[Rows, Rows, Rows]:
    """Stand, first day and day after of each span between two changes."""
    width = np.int64(days + 1)
    stand = hits.stand[several]
    marks = np.unique(np.concatenate([stand * width + hits.first_day[several], stand * width + hits.last_day[several]]))
    owner, day = marks // width, marks % width
    follows = owner[1:] == owner[:-1]
    return owner[:-1][follows], day[:-1][follows], day[1:][follows]


def _active(hits: _Hits, several: Rows, span_stand: Rows, span_from: Rows, span_to: Rows) -> tuple[Rows, Rows]:
    """Pairs of span and hit where the hit blocks the whole span, ordered by span."""
    begin = np.searchsorted(hits.stand[several], span_stand, side="left")
    end = np.searchsorted(hits.stand[several], span_stand, side="right")
    counts = end - begin
    span = np.repeat(np.arange(len(span_stand)), counts)
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    hit = several[np.repeat(begin, counts) + offset]
    on = (hits.first_day[hit] <= span_from[span]) & (hits.last_day[hit] >= span_to[span])
    return span[on], hit[on]


def _stand_table(keys: Shapes, stands: Shapes, blocked: Shares, within: DaysOfPeriod) -> pd.DataFrame:
    known = shapely.area(stands) > 0.0
    left = within.covered - np.clip(blocked, 0.0, within.covered)
    free = np.where(known, left * within.scale, np.nan)
    free[free <= OVERLAY_NOISE] = 0.0
    state = np.full(len(keys), None, dtype=object)
    state[known] = "partly_free"
    state[known & (blocked == 0.0)] = "free"
    state[(free == 0.0) & (within.covered > 0.0)] = "blocked"
    surveyed = np.where(known, within.share, np.nan)
    columns = {"free_share": free, "blocked_share": 1.0 - free, "surveyed_share": surveyed, "state": state}
    return pd.DataFrame(columns, index=pd.Index(keys, name="stand_key"))


def _piece_table(
    keys: Shapes,
    stands: Shapes,
    hits: _Hits,
    taken: Shapes,
    first: np.datetime64,
    days: int,
    state: Shapes,
    progress: Progress,
) -> pd.DataFrame:
    whole = (hits.first_day == 0) & (hits.last_day == days)
    blocked = {
        "row": hits.stand,
        "scheme": hits.scheme,
        "scheme_id": hits.scheme_id,
        "from": (first + hits.first_day).astype(str).astype(object),
        "to": (first + hits.last_day - 1).astype(str).astype(object),
        "blocked_share": hits.share,
        "state": np.where(whole, "blocked", "partly_free").astype(object),
        "reason": hits.reason,
        "geometry": hits.geometry,
    }
    rest = stands.copy()
    met = np.flatnonzero(~shapely.is_missing(taken))
    rest[met] = differences(stands[met], taken[met], progress)
    rest[pd.isna(state) | (state == "blocked")] = None
    rest[shapely.area(rest) <= OVERLAY_NOISE * shapely.area(stands)] = None
    rows = np.flatnonzero(~shapely.is_missing(rest))
    count = len(rows)
    free = {
        "row": rows,
        "scheme": np.full(count, None, dtype=object),
        "scheme_id": np.full(count, None, dtype=object),
        "from": np.full(count, str(first), dtype=object),
        "to": np.full(count, str(first + days - 1), dtype=object),
        "blocked_share": np.zeros(count),
        "state": np.full(count, "free", dtype=object),
        "reason": np.full(count, "not_credited", dtype=object),
        "geometry": rest[rows],
    }
    frame = pd.DataFrame({name: np.concatenate([free[name], blocked[name]]) for name in free})
    frame = frame.sort_values("row", kind="stable", ignore_index=True)
    frame.insert(0, "stand_key", keys[frame.pop("row").to_numpy()])
    return frame[list(PIECE_COLUMNS)]


def _share_issues(shares: pd.DataFrame, shown_from_share: float) -> pd.DataFrame:
    blocked = shares.index[shares["state"] == "blocked"]
    partly = shares.index[(shares["state"] == "partly_free") & (shares["blocked_share"] >= shown_from_share)]
    free = [f"{100.0 * share:.4g} %" for share in shares.loc[partly, "free_share"]]
    return join_issues(
        [
            stand_issues("TICKET_ALREADY_CREDITED", blocked, "free_share", ["0 %"] * len(blocked)),
            stand_issues("TICKET_PARTLY_CREDITED", partly, "free_share", free),
        ]
    )
