"""Opens what planning and progress work on: a result with its outlines, the programme, what is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.errors import InputError
from ...core.planning.acceptance import Accepted, accepted_of, done_by_stand, done_for, taken_for
from ...core.planning.area_units import units_of_stands
from ...core.planning.targets import Target, targets_of
from ...core.progress import Progress
from ...core.results import RESULT_COLUMNS
from ...core.stands.layer import VectorLayer
from ..geopackage import read_geopackage_table
from ..hashes import sha256_of_file
from ..plan_tables import PlanningTables, load_planning_tables, read_ledger, read_targets
from .opening import beside, described, open_layer, open_parcels
from .request import LayerSource, StandSource


@dataclass(frozen=True)
class ProgrammeRequest:
    """A result, its programme and what is done of it, named as on the command line.

    Attributes
    ----------
    result
        Result GeoPackage of the main job.
    targets
        Table of targets.
    acceptance
        Acceptance polygons; None where nobody says what is done.
    ledger
        Table of tickets, trade and projects.
    works, counting, area_units
        A user's own tables in place of the packaged ones.
    """

    result: Path
    targets: Path
    out: Path
    acceptance: StandSource | None = None
    ledger: Path | None = None
    works: Path | None = None
    counting: Path | None = None
    area_units: Path | None = None
    overwrite: bool = False


@dataclass
class Programme:
    """What was opened.

    Attributes
    ----------
    facts
        The stands, indexed by ``stand_key``: result columns and what else the rules saw.
    geometry, crs_wkt
        Their outlines.
    units
        Stands of every area unit that has any.
    accepted
        Acceptance polygons that count, None where none were given.
    """

    facts: pd.DataFrame
    geometry: npt.NDArray[np.object_]
    crs_wkt: str | None
    tables: PlanningTables
    targets: list[Target]
    units: dict[str, npt.NDArray[np.bool_]]
    accepted: Accepted | None
    ledger: pd.DataFrame | None
    described: dict[str, object]
    run: dict[str, object]
    _done: dict[tuple[int, int], dict[str, npt.NDArray[np.float64]]] = field(default_factory=dict)

    @property
    def townships(self) -> frozenset[str]:
        """Codes of the townships that have stands."""
        return frozenset(self.units)

    def level_of(self, unit: str) -> str | None:
        """Level of an area unit."""
        return self.tables.units.level_of(unit, self.townships)

    def done(self, measure: str, first: int, last: int) -> npt.NDArray[np.float64]:
        """Done hectares of each stand for a measure in a span of years."""
        if self.accepted is None:
            return np.zeros(len(self.facts))
        if (first, last) not in self._done:
            area = self.facts["area_ha"].to_numpy(dtype=np.float64)
            self._done[first, last] = done_by_stand(self.accepted, self.geometry, area, self.tables.matrix, first, last)
        return done_for(measure, self._done[first, last], len(self.facts))

    def taken(self, measures: Iterable[str], first: int, last: int) -> dict[str, npt.NDArray[np.float64]]:
        """Hectares of each stand done in these years on which a measure may not be counted once more, by measure."""
        if self.accepted is None:
            return {}
        done = {str(name): self.done(str(name), first, last) for name in set(self.tables.works.measure)}
        area = self.facts["area_ha"].to_numpy(dtype=np.float64)
        return {measure: taken_for(measure, done, self.tables.matrix, area) for measure in measures}


def open_programme(request: ProgrammeRequest, progress: Progress) -> Programme:
    """Open a result and its programme.

    Raises
    ------
    UsageError, InputError
        Where something cannot be used.
    """
    tables = load_planning_tables(request.works, request.counting, request.area_units)
    text, about = read_targets(request.targets)
    layer = result_stands(request.result, progress)
    facts = facts_of(request.result, layer)
    units = units_of_stands(facts, tables.units)
    measures = {str(name) for name in tables.works.measure}
    targets = targets_of(text, measures, tables.units, frozenset(units))
    ledger = read_ledger(request.ledger, tables.units, frozenset(units))
    accepted, acceptance = None, None
    if request.acceptance is not None:
        acceptance = open_parcels(request.acceptance, progress)
        accepted = _accepted(acceptance, layer, tables)
    inputs: dict[str, object] = {
        "result": {"source": request.result.name, "sha256": sha256_of_file(request.result, progress)},
        "targets": about | {"sha256": sha256_of_file(request.targets)},
        "acceptance": described(request.acceptance, acceptance),
        "ledger": request.ledger.name if request.ledger else None,
    }
    run = read_geopackage_table(request.result, "run").iloc[0].to_dict()
    return Programme(facts, layer.geometry, layer.crs_wkt, tables, targets, units, accepted, ledger, inputs, run)


def _accepted(layer: VectorLayer | None, stands: VectorLayer, tables: PlanningTables) -> Accepted:
    if layer is None:  # an empty layer: nothing is done yet
        none = np.empty(0, dtype=object)
        return Accepted(none, np.empty(0, dtype=np.int64), none, {})
    placed = beside(layer, stands)
    return accepted_of(placed.attributes, placed.geometry, tables.works, tables.rules)


def result_stands(result: Path, progress: Progress) -> VectorLayer:
    """The layer ``stands`` of a result.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``RESULT_LAYER_MISSING``, or as for any layer.
    """
    if not result.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(result))
    try:
        read_geopackage_table(result, "facts", {"stand_key": ""})
    except InputError as problem:
        if problem.code == "GEOPACKAGE_TABLE_MISSING":
            raise InputError("RESULT_LAYER_MISSING", path=str(result), layer="facts") from problem
        raise
    return open_layer(LayerSource(str(result), "stands"), progress)


def facts_of(result: Path, stands: VectorLayer) -> pd.DataFrame:
    """The stands of a result as the stages saw them, indexed by ``stand_key``, in the order of the layer."""
    shown = stands.attributes[[name for name in RESULT_COLUMNS if name in stands.attributes.columns]]
    facts = read_geopackage_table(result, "facts")
    if len(facts) != len(shown) or (facts["stand_key"].to_numpy() != shown["stand_key"].to_numpy()).any():
        facts = facts.set_index("stand_key").reindex(shown["stand_key"]).reset_index()
    more = facts[[name for name in facts.columns if name not in shown.columns]]
    return pd.concat([shown.reset_index(drop=True), more.reset_index(drop=True)], axis=1).set_index("stand_key")
