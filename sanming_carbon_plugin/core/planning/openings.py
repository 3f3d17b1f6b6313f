"""Openings by clear-cuts: adjoining cuts within a few years, and which of them together are too large."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from scipy.sparse import csr_matrix

from .problem import ALWAYS_OPEN, BlockRule, FloatArray, IntArray

SMALL_CLUSTER = 4
CLUSTERS_AT_MOST = 60_000

Cluster = frozenset[int]
Neighbours = dict[int, list[int]]


def neighbours_of(rule: BlockRule) -> Neighbours:
    """Adjoining stands of each stand."""
    found: Neighbours = defaultdict(list)
    for one, other in zip(rule.first.tolist(), rule.second.tolist(), strict=True):
        found[one].append(other)
        found[other].append(one)
    return found


def too_large(rule: BlockRule, stands: Iterable[int]) -> bool:
    """Whether stands, cut together, are more than the most limited of them allows."""
    rows = np.fromiter(stands, dtype=np.int64)
    return bool(rule.area_ha[rows].sum() > rule.limit_ha[rows].min() * (1 + 1e-9))


def smallest_clusters(rule: BlockRule, stands: IntArray, largest: int = SMALL_CLUSTER) -> list[Cluster]:
    """Connected sets of up to ``largest`` stands that are too large together while no connected part is.

    Only sets among ``stands`` (those that may be clear-cut) and the open ground beside them. The rest is found when a
    plan breaks it.
    """
    beside = neighbours_of(rule)
    usable = set(stands.tolist())
    area, limit = rule.area_ha.tolist(), rule.limit_ha.tolist()
    found: set[Cluster] = {frozenset((one,)) for one in usable if too_large(rule, (one,))}
    usable -= {one for cluster in found for one in cluster}
    allowed = usable | set(range(rule.stands, len(area)))
    open_sets = [(frozenset((one,)), area[one], limit[one]) for one in sorted(usable) if one in beside]
    for _ in range(largest - 1):
        seen: set[Cluster] = set()
        grown = []
        for cluster, size, bound in open_sets:
            for other in {n for one in cluster for n in beside[one] if n in allowed and n not in cluster}:
                wider = cluster | {other}
                if wider in seen:
                    continue
                seen.add(wider)
                sum_ha, least = size + area[other], min(bound, limit[other])
                if sum_ha <= least * (1 + 1e-9):
                    grown.append((wider, sum_ha, least))
                elif _is_smallest(rule, beside, wider):
                    found.add(wider)
        if len(found) + len(grown) > CLUSTERS_AT_MOST:
            break
        open_sets = grown
    return sorted(found, key=sorted)


def _is_smallest(rule: BlockRule, beside: Neighbours, cluster: Cluster) -> bool:
    """Whether no connected part of ``cluster`` that has a stand in it is too large by itself."""
    return not any(_too_large_parts(rule, beside, cluster - {left_out}) for left_out in cluster)


def _too_large_parts(rule: BlockRule, beside: Neighbours, places: Iterable[int]) -> list[Cluster]:
    """Connected parts that are too large; what is open already and too large stays, but nothing may be added to it."""
    return [part for part in _parts(beside, places) if min(part) < rule.stands and too_large(rule, part)]


def _parts(beside: Neighbours, stands: Iterable[int]) -> Iterator[Cluster]:
    """Connected parts of a set of stands."""
    left = set(stands)
    while left:
        part, edge = set(), [min(left)]
        while edge:
            one = edge.pop()
            if one in part:
                continue
            part.add(one)
            edge.extend(n for n in beside[one] if n in left and n not in part)
        left -= part
        yield frozenset(part)


def windows(rule: BlockRule) -> list[tuple[int, int]]:
    """First and last year of each span of years whose cuts belong to one opening."""
    years = np.unique(rule.year[rule.is_cut])
    if not len(years):
        return []
    first, last = int(years[0]), int(years[-1])
    span = max(rule.green_up_yr, 1) - 1
    known = rule.ground_year[rule.ground_year != ALWAYS_OPEN]
    near = known[(known >= first - span) & (known <= last + span)]
    first, last = min([first, *near.tolist()]), max([last, *near.tolist()])
    return [(year, year + span) for year in range(first, max(first, last - span) + 1)]


def open_ground(rule: BlockRule, first: int, last: int) -> IntArray:
    """Places that are open in a window of years whatever is planned."""
    year = rule.ground_year
    inside = (year == ALWAYS_OPEN) | ((year >= first) & (year <= last))
    return np.asarray(rule.stands + np.flatnonzero(inside), dtype=np.int64)


def cluster_rows(
    rule: BlockRule, stand: IntArray, clusters: list[Cluster]
) -> tuple[csr_matrix, FloatArray, FloatArray]:
    """Rows of limits that keep each cluster from being cut whole within one window of years.

    Ground that is open already has no options: in the windows in which it is open, one stand less may be cut.
    """
    cut = np.flatnonzero(rule.is_cut)
    by_stand: dict[int, list[int]] = defaultdict(list)
    for option in cut.tolist():
        by_stand[int(stand[option])].append(option)
    year, spans = rule.year.tolist(), windows(rule)
    rows: list[int] = []
    columns: list[int] = []
    high: list[float] = []
    for cluster in clusters:
        options = [option for one in sorted(cluster) for option in by_stand[one]]
        ground = {one for one in cluster if one >= rule.stands}
        for first, last in spans:
            if ground and not ground <= set(open_ground(rule, first, last).tolist()):
                continue
            inside = [option for option in options if first <= year[option] <= last]
            stands = len(cluster) - len(ground)
            if stands and len({int(stand[option]) for option in inside}) == stands:
                rows += [len(high)] * len(inside)
                columns += inside
                high.append(stands - 1.0)
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(high), len(stand)))
    return matrix, np.full(len(high), -np.inf), np.asarray(high, dtype=np.float64)


def broken_clusters(rule: BlockRule, option: IntArray, beside: Neighbours | None = None) -> list[Cluster]:
    """Smallest clusters that a choice cuts whole within a window of years though they are too large."""
    beside = neighbours_of(rule) if beside is None else beside
    stands = np.flatnonzero(option >= 0)
    stands = stands[rule.is_cut[option[stands]]]
    year = rule.year[option[stands]]
    found: set[Cluster] = set()
    for first, last in windows(rule):
        inside = stands[(year >= first) & (year <= last)].tolist()
        ground = open_ground(rule, first, last).tolist()
        found |= {_shrunk(rule, beside, part) for part in _too_large_parts(rule, beside, [*inside, *ground])}
    return sorted(found, key=sorted)


def _shrunk(rule: BlockRule, beside: Neighbours, cluster: Cluster) -> Cluster:
    """A smallest part of a cluster that is still connected, too large, and has a stand of the plan in it."""
    while True:
        for left_out in sorted(cluster, key=lambda one: (rule.area_ha[one], one)):
            parts = _too_large_parts(rule, beside, cluster - {left_out})
            if parts:
                cluster = parts[0]
                break
        else:
            return cluster


def opening_numbers(rule: BlockRule, option: IntArray) -> IntArray:
    """Number of the opening of each clear-cut stand (adjoining and less than the green-up apart), 0 for others.

    Cuts that are joined over several years by others in between share a number.
    """
    stands = np.flatnonzero(option >= 0)
    stands = stands[rule.is_cut[option[stands]]]
    year = {int(one): int(rule.year[option[one]]) for one in stands}
    near: Neighbours = defaultdict(list)
    for one, others in neighbours_of(rule).items():
        near[one] = [n for n in others if one in year and n in year and abs(year[one] - year[n]) < rule.green_up_yr]
    number = np.zeros(len(option), dtype=np.int64)
    for at, part in enumerate(_parts(near, year), start=1):
        number[list(part)] = at
    return number
