"""The guard against double counting by itself: any layer of candidates against any layers of credited parcels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.carbon.period import Period, parse_period
from ...core.errors import UsageError
from ...core.issues import join_issues
from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.stands.layer import FieldType, VectorLayer
from ...core.tickets.applications import check_periods
from ...core.tickets.credited_parcels import CreditedParcels, with_known_schemes
from ...core.tickets.double_count import DoubleCount, free_share, self_overlaps
from ...core.tickets.profiles import Profile
from ...core.tickets.ticket_issues import overlap_issues, profile_issues
from ..geopackage import OutputTable, write_geopackage
from ..profiles import load_profile
from ..stand_tables import load_stand_tables
from .issue_table import issue_counts, issues_table
from .opening import check_output, described, geodesy_of, open_inventory, require_all
from .request import JobOutcome, StandSource
from .run_record import now, run_record, run_table, today
from .ticket_guard import overlap_table, part_table
from .ticket_parcels import open_credited

_TEXT, _REAL = FieldType("text"), FieldType("real")
CANDIDATE_COLUMNS = {
    "stand_key": _TEXT, "period": _TEXT, "area_ha": _REAL, "state": _TEXT, "free_share": _REAL, "blocked_share": _REAL,
    "free_ha": _REAL, "blocked_ha": _REAL,
}  # fmt: skip


@dataclass(frozen=True)
class DoubleCountRequest:
    """Candidates and what may have credited them already.

    Attributes
    ----------
    periods
        Monitoring periods ``YYYY-MM-DD/YYYY-MM-DD``, both days included; they may touch but not overlap.
    credited
        Layers of credited or pending parcels; an empty layer says that there are none.
    profile
        Ticket profile that knows the schemes and their spellings.
    shown_from_share
        Blocked slivers below this share of their candidate are deducted but not drawn; None for the profile's.
    """

    candidates: StandSource
    out: Path
    periods: tuple[str, ...]
    credited: tuple[StandSource, ...]
    mapping: Path | None = None
    credited_mapping: Path | None = None
    profile: str | None = None
    shown_from_share: float | None = None
    overwrite: bool = False


def double_count(request: DoubleCountRequest, progress: Progress) -> JobOutcome:
    """Write the layers ``candidates``, ``parts``, ``overlaps``, ``issues`` and the table ``run``.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    periods = check_periods([parse_period(text) for text in request.periods], today())
    if not periods or not request.credited:
        raise UsageError("DOUBLE_COUNT_NEEDS")
    profile = load_profile(request.profile)
    shown = _shown_from(request.shown_from_share, profile)
    progress.step("read")
    inventory = open_inventory(request.candidates, request.mapping, None, progress)
    layer = inventory.layer
    require_all(layer)
    area_ha = know_stands(inventory, load_stand_tables(), geodesy_of(layer)).columns["area_ha"]
    area_ha = _with_given_keys(layer, area_ha)
    parcels, credited_seen = open_credited(request.credited, request.credited_mapping, layer, progress)
    progress.step("tickets")
    known = with_known_schemes(parcels or (), profile.value("schemes"))
    found = _found(layer, area_ha.index, periods, known, shown, progress)
    record = run_record(
        inputs={"candidates": described(request.candidates, layer), "credited": credited_seen},
        rules={"profile": profile.rule_set.identity()},
        rule_files={"profile": dict(profile.data)},
        options={"periods": [str(period) for period in periods], "shown_from_share": shown},
        totals={},
        seed=0,
        started=started,
    )
    candidates, parts, *others = _tables(layer, area_ha, found, profile, shown)
    issues, run = others[-1], run_table(record)
    progress.step("write")
    tables = [candidates, parts, *others, OutputTable("run", run.columns, run.frame, None, None)]
    write_geopackage(request.out, tables, request.overwrite, progress)
    counts = _counts(candidates.frame, found, len(parts.frame)) | {"profile": profile_line(profile)}
    return JobOutcome(request.out, counts, issue_counts(issues.frame))


def _tables(
    layer: VectorLayer,
    area_ha: pd.Series,
    found: Sequence[tuple[Period, DoubleCount]],
    profile: Profile,
    shown: float,
) -> list[OutputTable]:
    """The layers ``candidates``, ``parts``, ``overlaps`` and ``issues``, in this order."""
    crs_wkt = layer.crs_wkt
    rows = pd.concat([_candidates(str(period), one, area_ha) for period, one in found], ignore_index=True)
    place = np.concatenate([layer.geometry] * len(found))
    told = [profile_issues(profile), overlap_issues(found[0][1]), *(one.issues for _, one in found)]
    return [
        OutputTable("candidates", dict(CANDIDATE_COLUMNS), rows, place, crs_wkt),
        part_table([(str(period), one) for period, one in found], area_ha, layer.geometry, shown, crs_wkt),
        overlap_table(found[0][1], area_ha, crs_wkt),
        issues_table(join_issues(told), area_ha.index, layer.geometry, crs_wkt),
    ]


def profile_line(profile: Profile) -> str:
    """The profile as every output names it."""
    return f"{profile.id} {profile.version}, {profile.status}"


def _found(
    layer: VectorLayer,
    keys: pd.Index,
    periods: Sequence[Period],
    parcels: Sequence[CreditedParcels],
    shown: float,
    progress: Progress,
) -> list[tuple[Period, DoubleCount]]:
    overlaps = self_overlaps(layer.geometry, keys, progress)
    return [
        (period, free_share(layer.geometry, keys, period, parcels, overlaps, shown, progress)) for period in periods
    ]


def _with_given_keys(layer: VectorLayer, area_ha: pd.Series) -> pd.Series:
    """The areas under the layer's own ``stand_key`` where it has one, so that a result is known again."""
    own = layer.attributes.get("stand_key")
    if own is None or own.isna().any() or own.duplicated().any():
        return area_ha
    return area_ha.set_axis(pd.Index(own.astype(str), name="stand_key"))


def _candidates(period: str, found: DoubleCount, area_ha: pd.Series) -> pd.DataFrame:
    shares = found.stands
    free_ha = shares["free_share"] * area_ha
    frame = shares.assign(period=period, area_ha=area_ha, free_ha=free_ha, blocked_ha=area_ha - free_ha)
    return frame.reset_index()


def _shown_from(given: float | None, profile: Profile) -> float:
    if given is None:
        return profile.number("shown_from_share")
    if not 0.0 <= given <= 1.0:
        raise UsageError("DOUBLE_COUNT_SHARE", given=given)
    return given


def _counts(candidates: pd.DataFrame, found: Sequence[tuple[Period, DoubleCount]], drawn: int) -> dict[str, object]:
    counts: dict[str, object] = {"candidates": len(found[0][1].stands)}
    for period, rows in candidates.groupby("period", sort=False):
        prefix = f"{period} " if len(found) > 1 else ""
        for state in ("free", "partly_free", "blocked"):
            counts[f"{prefix}{state}"] = int((rows["state"] == state).sum())
        counts |= {f"{prefix}{name}": f"{rows[name].sum():.4f}" for name in ("area_ha", "free_ha", "blocked_ha")}
    hidden = sum(len(one.pieces) for _, one in found) - drawn
    return counts | {"overlaps": len(found[0][1].overlaps), "parts": drawn, "parts_not_drawn": hidden}
