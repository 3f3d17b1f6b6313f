"""A result of the main job, opened again to judge its tickets anew or to make an application of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...core.carbon.period import Period, parse_period
from ...core.errors import InputError, UsageError
from ...core.progress import Progress
from ...core.results import RESULT_COLUMNS
from ...core.stands.layer import VectorLayer
from ...core.tickets.credited_parcels import CreditedParcels
from ...core.tickets.eligibility import ASKED_COLUMNS, TICKET_COLUMNS
from ...core.tickets.profiles import Profile
from ...core.tickets.tenure import TenureParcels
from ..geopackage import read_geopackage_table
from ..geopackage_rows import table_names
from ..hashes import sha256_of_file
from ..profiles import load_profile
from ..vectors import read_layer
from .request import StandSource
from .run_record import today
from .ticket_parcels import kept_credited, kept_tenure, open_credited, open_tenure

_JSON_PARTS = ("versions", "inputs", "rules", "rule_files", "options")


@dataclass(frozen=True)
class TicketResult:
    """A result as it was written.

    Attributes
    ----------
    layer
        Its layer ``stands``.
    facts
        The table of stands after the last stage but the tickets, in the order of the layer, indexed by
        ``stand_key``; ``dispute`` is what the inventory says.
    run
        The record of its run, nested parts as objects.
    """

    path: Path
    sha256: str
    layer: VectorLayer
    facts: pd.DataFrame
    run: dict[str, Any]

    def profile(self, other: str | None = None) -> Profile:
        """The profile ``other``, else the one that the result was judged by."""
        if other is not None:
            return load_profile(other)
        kept = self.run["rule_files"].get("profile")
        try:
            return load_profile() if kept is None else Profile.from_dict(kept)
        except InputError as problem:
            raise InputError("RESULT_OF_OLDER_VERSION", path=self.path) from problem

    def period(self) -> Period | None:
        """The monitoring period; None where the result was made without one."""
        text = self.run["options"].get("period")
        return parse_period(text, today()) if text else None


@dataclass(frozen=True)
class RequestOnResult:
    """What every request names that goes on from a result; what is left out is taken from the result itself.

    Attributes
    ----------
    result
        A result of the main job.
    out
        The file or folder to write.
    profile
        Name of a shipped ticket profile, or a file; None for the one that the result was judged by.
    credited, tenure
        Layers in place of those that the result keeps, and the files that say which of their columns mean what.
    """

    result: Path
    out: Path
    profile: str | None = None
    credited: tuple[StandSource, ...] = ()
    tenure: StandSource | None = None
    credited_mapping: Path | None = None
    tenure_mapping: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class Rights:
    """Credited and tenure parcels, and what the record of a run says of them."""

    credited: tuple[CreditedParcels, ...] | None
    tenure: TenureParcels | None
    described: dict[str, object]


def is_result(path: Path) -> bool:
    """Whether a file is a result of the main job."""
    if path.suffix.lower() != ".gpkg" or not path.is_file():
        return False
    try:
        return {"stands", "facts", "run"} <= set(table_names(path))
    except InputError:
        return False


def open_result(path: Path, progress: Progress) -> TicketResult:
    """Read a result.

    Raises
    ------
    InputError
        FILE_NOT_FOUND, GEOPACKAGE_NOT_READABLE, NOT_A_RESULT for another GeoPackage.
    """
    names = set(table_names(path))
    missing = {"stands", "facts", "run"} - names
    if missing:
        raise InputError("NOT_A_RESULT", path=path, missing=", ".join(sorted(missing)))
    layer = read_layer(str(path), layer="stands", progress=progress)
    facts = read_geopackage_table(path, "facts").set_index("stand_key")
    shown = layer.attributes.set_index("stand_key")
    made = shown[_result_columns(shown)]
    result = pd.concat([made, facts.drop(columns=made.columns, errors="ignore")], axis=1)
    stale = [name for name in (*TICKET_COLUMNS, *ASKED_COLUMNS) if name in result.columns]
    result = result.drop(columns=stale)
    if "dispute_recorded" in result.columns:
        result["dispute"] = result.pop("dispute_recorded")
    return TicketResult(path, sha256_of_file(path, progress), layer, _without_nan_texts(result), _run_of(path))


def open_rights(
    result: TicketResult,
    credited: tuple[StandSource, ...],
    tenure: StandSource | None,
    mappings: tuple[Path | None, Path | None],
    progress: Progress,
) -> Rights:
    """The parcels that were named, else those that the result keeps.

    Parameters
    ----------
    mappings
        Which columns of the credited and of the tenure layers mean what, None to have them recognised.
    """
    told = result.run["inputs"]
    named, credited_seen = open_credited(credited, mappings[0], result.layer, progress)
    held, tenure_seen = open_tenure(tenure, mappings[1], result.layer, progress)
    if not credited:
        named, credited_seen = kept_credited(result.path), told.get("credited") or []
    if tenure is None:
        held, tenure_seen = kept_tenure(result.path), told.get("tenure")
    return Rights(named, held, {"credited": credited_seen, "tenure": tenure_seen})


def opened_for(request: RequestOnResult, progress: Progress) -> tuple[TicketResult, Profile, Rights]:
    """The result of a request, the profile and the parcels to judge it by."""
    result = open_result(request.result, progress)
    profile = result.profile(request.profile)
    mappings = (request.credited_mapping, request.tenure_mapping)
    return result, profile, open_rights(result, request.credited, request.tenure, mappings, progress)


def require_for_application(
    result: TicketResult, rights: Rights
) -> tuple[Period, tuple[CreditedParcels, ...], TenureParcels]:
    """Period and parcels, without which nobody can apply.

    Raises
    ------
    UsageError
        APPLICATION_NEEDS_PERIOD, APPLICATION_NEEDS_CREDITED, APPLICATION_NEEDS_TENURE.
    """
    period = result.period()
    if period is None:
        raise UsageError("APPLICATION_NEEDS_PERIOD", path=result.path.name)
    if rights.credited is None:
        raise UsageError("APPLICATION_NEEDS_CREDITED", path=result.path.name)
    if rights.tenure is None:
        raise UsageError("APPLICATION_NEEDS_TENURE", path=result.path.name)
    return period, rights.credited, rights.tenure


def _run_of(path: Path) -> dict[str, Any]:
    rows = read_geopackage_table(path, "run").to_dict("records")
    run: dict[str, Any] = dict(rows[0]) if rows else {}
    try:
        return run | {name: json.loads(run[name]) for name in _JSON_PARTS}
    except (KeyError, TypeError, ValueError) as problem:
        raise InputError("RESULT_WITHOUT_RULES", path=path) from problem


def _result_columns(shown: pd.DataFrame) -> list[str]:
    """Columns of the layer that the stages made, without those of the source."""
    rasters = ("_mean", "_std", "_support")
    return [name for name in shown.columns if name in RESULT_COLUMNS or name.endswith(rasters)]


def _without_nan_texts(facts: pd.DataFrame) -> pd.DataFrame:
    """Text columns with None where nothing is said, number columns as float64."""
    columns = {}
    for name in facts.columns:
        column = facts[name]
        if column.dtype.kind in "fiu":
            columns[name] = column.to_numpy(dtype=np.float64)
        else:
            columns[name] = column.astype(object).where(column.notna(), None).to_numpy(dtype=object)
    return pd.DataFrame(columns, index=facts.index)
