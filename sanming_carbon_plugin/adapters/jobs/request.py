"""What a job is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.stands.layer import VectorLayer
from ...core.units import UnitChoice


@dataclass(frozen=True)
class LayerSource:
    """A vector layer that is still to be read: a file or a connection string, and where in it."""

    path: str
    layer: str | None = None
    encoding: str | None = None


StandSource = LayerSource | VectorLayer
"""A layer to read, or one that was taken from the screen already."""


@dataclass(frozen=True)
class AssessRequest:
    """Options of the main job, named as on the command line.

    Attributes
    ----------
    rasters
        Pairs of NAME and PATH, PATH with ``#2`` or ``#red`` for one band.
    period
        ``YYYY-MM-DD/YYYY-MM-DD``, both days included.
    survey_method
        ``METHOD`` or ``METHOD,METHOD0`` for layers that do not say it themselves.
    profile
        Name of a shipped ticket profile, or a file.
    decisions
        File of foresters' decisions, or an earlier result that carries some, beside those that are kept beside
        ``out`` anyway.
    credited_mapping, tenure_mapping
        Files that say which columns of these layers mean what, where their names do not.
    report
        Folder for the tables and the report, None for none.
    language
        ``en`` or ``zh`` for the report, None for the language of the machine.
    units
        In which units the report speaks.
    """

    stands: StandSource
    out: Path
    rasters: tuple[tuple[str, str], ...] = ()
    mapping: Path | None = None
    recipe: Path | None = None
    earlier: StandSource | None = None
    period: str | None = None
    survey_method: str | None = None
    profile: str | None = None
    rules: Path | None = None
    parameters: Path | None = None
    credited: tuple[StandSource, ...] = ()
    tenure: StandSource | None = None
    credited_mapping: Path | None = None
    tenure_mapping: Path | None = None
    decisions: Path | None = None
    seed: int = 0
    overwrite: bool = False
    report: Path | None = None
    language: str | None = None
    units: UnitChoice = field(default_factory=UnitChoice)


class IssueCounts(dict[tuple[str, str], int]):
    """How often each doubt was found, by code and severity; ``first`` holds the first row of each."""

    def __init__(self, counts: Mapping[tuple[str, str], int] | None = None) -> None:
        super().__init__(counts or {})
        self.first: dict[str, Mapping[str, Any]] = {}


@dataclass(frozen=True)
class JobOutcome:
    """What a job has to tell when it is done.

    Attributes
    ----------
    out
        The result, None where nothing was to be written.
    counts
        Numbers to print, in order: name and value.
    issue_counts
        Stands or doubts per issue code, with its severity.
    """

    out: Path | None
    counts: dict[str, object] = field(default_factory=dict)
    issue_counts: IssueCounts = field(default_factory=IssueCounts)
