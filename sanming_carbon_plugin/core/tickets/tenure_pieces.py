"""Stands cut with tenure parcels: rights are held on parcels, growth is measured on stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..carbon.period import Period
from ..classes.conditions import fields_of
from ..progress import Progress
from .credited_parcels import CreditedParcels, with_known_schemes
from .double_count import DoubleCount, free_share, self_overlaps
from .overlay import pieces_of
from .parcel_layer import usable_polygons
from .profiles import Profile
from .surveyed import surveyed_days
from .tenure import TenureParcels, tenure_cover
from .tonnes import net_tonnes, number_column, text_column

TENURE_FACTS = frozenset({"tenure_covered_share", "dispute", "land_tenure", "tree_tenure"})
"""What a rule asks that a certificate for the piece itself answers better."""

PIECE_COLUMNS = (
    "row", "stand_key", "certificate", "holder", "right", "valid_to", "village", "outcome", "reason", "area_ha",
    "stand_share", "free_share", "net_tco2e", "low_tco2e", "high_tco2e", "ticket_rules", "geometry",
)  # fmt: skip


@dataclass(frozen=True)
class TenurePieces:
    """Stands cut with tenure parcels.

    Attributes
    ----------
    pieces
        Columns :data:`PIECE_COLUMNS`, in the order of stands; ``row`` counts them from 0. ``outcome`` is ``yes``
        where the stand's own rules pass and a numbered certificate to land and trees holds for the whole period
        without dispute, with ``reason`` otherwise: ``stand_fails``, ``stand_unknown``, ``disputed``,
        ``dispute_unknown``, ``expired``, ``starts_late``, ``right_incomplete`` (land or trees only), ``credited``,
        ``unsurveyed`` (no day of the period lies between the surveys), ``term_unknown``, ``right_unknown``,
        ``certificate_missing``. ``net_tco2e`` are tonnes of the free part over the period before deductions, of
        which ``low_tco2e`` and ``high_tco2e`` are the stand's own 90 % interval. Where two certificates, or two
        stands, lie on the same ground, that ground counts for neither.
    double_count
        What the guard found; its ``stand_key`` is the row of the piece, from 0, as text.
    """

    pieces: pd.DataFrame
    double_count: DoubleCount


def tenure_pieces(
    results: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    profile: Profile,
    period: Period,
    credited: Iterable[CreditedParcels],
    tenure: TenureParcels,
    progress: Progress | None = None,
) -> TenurePieces:
    """Every piece of a stand that lies on one tenure parcel, with its right, its free part and its tonnes.

    Parameters
    ----------
    results
        Table of stands, index ``stand_key``, with the carbon columns and ``ticket_rules``.
    geometry
        Object array of polygons or None, length n.
    credited, tenure
        Layers in the CRS of the stands.
    """
    watch = progress or Progress()
    stands = usable_polygons(geometry)
    stand, parcel, common = pieces_of(stands, usable_polygons(tenure.geometry), watch)
    share = shapely.area(common) / shapely.area(stands)[stand]
    labels = np.arange(len(stand)).astype(str).astype(object)
    overlaps = self_overlaps(common, labels, watch)
    layers = with_known_schemes(credited, profile.value("schemes"))
    days = surveyed_days(results.iloc[stand])
    found = free_share(common, labels, period, layers, overlaps, progress=watch, surveyed=days)
    free = found.free_share.to_numpy()
    part = share * free
    sink = number_column(results, "sink_tco2e_yr")
    spread = {name: number_column(results, f"sink_{name}_tco2e_yr") - sink for name in ("low", "high")}
    net = net_tonnes(results, profile, period)[stand] * part
    outcome, reason = _outcomes(results, stands, profile, period, tenure, stand, parcel, found)
    pieces = pd.DataFrame(
        {
            "row": np.arange(len(stand), dtype=np.int64),
            "stand_key": results.index.to_numpy(dtype=object)[stand],
            "certificate": tenure.certificate[parcel],
            "holder": tenure.holder[parcel],
            "right": tenure.right[parcel],
            "valid_to": tenure.valid_to[parcel],
            "village": text_column(results, "village")[stand],
            "outcome": outcome,
            "reason": reason,
            "area_ha": number_column(results, "area_ha")[stand] * share,
            "stand_share": share,
            "free_share": free,
            "net_tco2e": net,
            "low_tco2e": net + spread["low"][stand] * period.years * part,
            "high_tco2e": net + spread["high"][stand] * period.years * part,
            "ticket_rules": text_column(results, "ticket_rules")[stand],
            "geometry": pd.Series(common, dtype=object),
        },
        columns=list(PIECE_COLUMNS),
    )
    return TenurePieces(pieces, found)


def ground_of_holders(
    geometry: npt.NDArray[np.object_], tenure: TenureParcels, holders: Collection[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Stands that meet a parcel of these holders, and all parcels that meet those stands, as rows.

    Nothing else can change what is found on the holders' ground.
    """
    stands, parcels = usable_polygons(geometry), usable_polygons(tenure.geometry)
    tree = shapely.STRtree(stands)
    own = np.flatnonzero(np.isin(tenure.holder.astype(str), list(holders)) & ~pd.isna(tenure.holder))
    rows = np.unique(tree.query(parcels[own], predicate="intersects")[1])
    beside = np.unique(shapely.STRtree(parcels).query(stands[rows], predicate="intersects")[1])
    return rows.astype(np.int64), beside.astype(np.int64)


def rules_of_pieces(profile: Profile) -> set[str]:
    """Rules that a piece answers instead of its stand: title and dispute by its certificate, and free ground.

    The error is asked of the total of an application.
    """
    of_tenure = {rule.id for rule in profile.rule_set.rules if set(fields_of(rule.test)) <= TENURE_FACTS}
    return of_tenure | {"FREE", "PRECISION"}


def stand_outcomes(results: pd.DataFrame, profile: Profile, without: Collection[str]) -> npt.NDArray[np.int8]:
    """1, 0 or −1 for each stand from its trace, leaving some rules out; a rule missing in the trace is unknown."""
    asked = [rule.id for rule in profile.rule_set.rules if rule.id not in without]
    codes, traces = pd.factorize(text_column(results, "ticket_rules"))
    table = []
    for line in traces:
        signs = {part[:-1]: part[-1] for part in str(line).split(";") if part}
        table.append(min(({"+": 1, "-": -1}.get(signs.get(name, "?"), 0) for name in asked), default=1))
    return np.asarray([*table, 0], dtype=np.int8)[codes]


def _outcomes(
    results: pd.DataFrame,
    stands: npt.NDArray[np.object_],
    profile: Profile,
    period: Period,
    tenure: TenureParcels,
    stand: npt.NDArray[np.int64],
    parcel: npt.NDArray[np.int64],
    found: DoubleCount,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    own = stand_outcomes(results, profile, rules_of_pieces(profile))
    own[_disputed_by_inventory(results, stands, profile, period, tenure)] = -1
    silent = _judged(results, _dispute_rules(profile), "?")
    title = {name: outcome[parcel] for name, outcome in tenure.title(period, profile.value("tenure_rights")).items()}
    quarrel = tenure.disputed[parcel]
    # A certificate does not stand in for an inventory that says nothing of a dispute; an office that signs does.
    no_answer = (pd.isna(quarrel) & ~_declared_free(results, profile)[stand]) | silent[stand]
    reasons = [
        (own[stand] < 0, "stand_fails", "no"),
        (quarrel == "yes", "disputed", "no"),
        (title["expired"] < 0, "expired", "no"),
        (title["starts_late"] < 0, "starts_late", "no"),
        (title["right"] < 0, "right_incomplete", "no"),
        (~(found.stands["surveyed_share"].to_numpy() > 0), "unsurveyed", "no"),
        (~(found.free_share.to_numpy() > 0), "credited", "no"),
        (own[stand] == 0, "stand_unknown", "unknown"),
        (no_answer, "dispute_unknown", "unknown"),
        (title["certificate"] == 0, "certificate_missing", "unknown"),
        (title["right"] == 0, "right_unknown", "unknown"),
        (title["expired"] == 0, "term_unknown", "unknown"),
    ]
    conditions = [condition for condition, _, _ in reasons]
    # The first that applies; the last entry of each table stands for none.
    first = np.select(conditions, list(range(len(reasons))), len(reasons))
    names = np.asarray([*(name for _, name, _ in reasons), None], dtype=object)
    words = np.asarray([*(word for _, _, word in reasons), "yes"], dtype=object)
    return words[first], names[first]


def _disputed_by_inventory(
    results: pd.DataFrame,
    stands: npt.NDArray[np.object_],
    profile: Profile,
    period: Period,
    tenure: TenureParcels,
) -> npt.NDArray[np.bool_]:
    """Stands with a dispute that the tenure layer does not show: no certificate for a part of them settles it.

    Where the layer shows it, the disputed piece alone is left out.
    """
    named = _judged(results, _dispute_rules(profile), "-")
    named |= np.asarray(text_column(results, "dispute") == "yes", dtype=bool)
    by_layer = tenure_cover(stands, tenure, period).disputed > profile.number("disputed_share")
    return named & ~by_layer


def _declared_free(results: pd.DataFrame, profile: Profile) -> npt.NDArray[np.bool_]:
    """Stands of a unit without any dispute, as an office signed. Shape (n,)."""
    found = np.zeros(len(results), dtype=bool)
    for one in profile.rule_set.declarations:
        if one.field == "dispute" and one.value == "no":
            found |= one.covers(results.index)
    return found


def _dispute_rules(profile: Profile) -> list[str]:
    return [rule.id for rule in profile.rule_set.rules if "dispute" in fields_of(rule.test)]


def _judged(results: pd.DataFrame, rules: list[str], sign: str) -> npt.NDArray[np.bool_]:
    """Stands whose trace has one of ``rules`` with ``sign``. Shape (n,)."""
    traces = pd.Series(text_column(results, "ticket_rules"), dtype=object).fillna("").str.split(";")
    wanted = {rule + sign for rule in rules}
    return traces.map(lambda parts: not wanted.isdisjoint(parts)).to_numpy(dtype=bool)
