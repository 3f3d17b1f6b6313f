"""Opens what planning and progress work on: a result with its outlines, the programme, what is done."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...core.carbon.survey import survey_dates
from ...core.errors import InputError
from ...core.planning.acceptance import Accepted, accepted_of
from ...core.planning.area_units import units_of_stands
from ...core.planning.done_ground import DoneGround, done_ground, outside_of
from ...core.planning.feasibility import FellingNeeds
from ...core.planning.options import fitting
from ...core.planning.shared_ground import SharedGround
from ...core.planning.targets import LAST_YEAR, Target, targets_of
from ...core.progress import Progress
from ...core.results import RESULT_COLUMNS
from ...core.stands.area import stand_areas_m2
from ...core.stands.checks.neighbours import Overlaps, common_ground
from ...core.stands.checks.shapes import polygons_only
from ...core.stands.layer import VectorLayer
from ...core.units import hectares_from_square_metres
from ...paths import resources_dir
from ..geopackage import read_geopackage_table
from ..hashes import sha256_of_file
from ..plan_tables import PlanningTables, load_planning_tables, read_ledger, read_targets
from ..stand_tables import load_stand_tables
from ..work_design.parcels import load_design_tables
from .opening import beside, described, geodesy_of, open_layer, open_parcels
from .request import LayerSource, StandSource
from .run_record import today

EPOCH_YEAR = 1970
NOISE_HA = 1e-9


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
    works, counting, area_units, designs
        A user's own tables in place of the packaged ones; ``designs`` tells what each technique leaves of a stand, as
        for work designs.
    """

    result: Path
    targets: Path
    out: Path
    acceptance: StandSource | None = None
    ledger: Path | None = None
    works: Path | None = None
    counting: Path | None = None
    area_units: Path | None = None
    designs: Path | None = None
    overwrite: bool = False


@dataclass
class Programme:
    """What was opened.

    Attributes
    ----------
    facts
        The stands, indexed by ``stand_key``: result columns and what else the rules saw.
    stands
        Their layer.
    units
        Stands of every area unit that has any.
    accepted
        Acceptance polygons that count, None where none were given.
    acceptance
        All acceptance polygons in the CRS of the stands; None where none were given or the layer is empty.
    fits
        Stands that fit each measure, shape (n,).
    needs
        What each work asks of the stand it fells in.
    lying
        Stands that lie on each other; None to find them when they are needed.
    """

    facts: pd.DataFrame
    stands: VectorLayer
    tables: PlanningTables
    targets: list[Target]
    units: dict[str, npt.NDArray[np.bool_]]
    accepted: Accepted | None
    ledger: pd.DataFrame | None
    described: dict[str, object]
    run: dict[str, object]
    acceptance: VectorLayer | None
    fits: dict[str, npt.NDArray[np.bool_]]
    needs: tuple[FellingNeeds, ...]
    lying: Overlaps | None = None
    _done: dict[tuple[int, int], DoneGround] = field(default_factory=dict)

    @property
    def geometry(self) -> npt.NDArray[np.object_]:
        """Outlines of the stands."""
        return self.stands.geometry

    @cached_property
    def sound(self) -> npt.NDArray[np.object_]:
        """Outlines that can be cut with others: those that cross themselves mended."""
        return np.asarray(shapely.make_valid(self.geometry), dtype=object)

    @cached_property
    def overlaps(self) -> Overlaps:
        """Stands that lie on each other."""
        return _overlaps(self.stands, self.facts, Progress()) if self.lying is None else self.lying

    @cached_property
    def shared(self) -> SharedGround:
        """The same, for sums in which such ground counts once."""
        return SharedGround(self.facts, self.overlaps, self.grounds, self.sound)

    @cached_property
    def outside_ha(self) -> float:
        """Accepted hectares in no stand, by the ellipsoid; unknown where nobody says what is done."""
        if self.accepted is None:
            return float("nan")
        left = polygons_only(outside_of(self.accepted, self.sound))
        left, geodesy = left[~shapely.is_empty(left)], geodesy_of(self.stands)
        area_m2 = stand_areas_m2(left, geodesy.to_lonlat, geodesy.semi_major_m, geodesy.flattening)
        return float(hectares_from_square_metres(area_m2.sum()))

    @property
    def crs_wkt(self) -> str | None:
        """Their CRS."""
        return self.stands.crs_wkt

    @property
    def townships(self) -> frozenset[str]:
        """Codes of the townships that have stands."""
        return frozenset(self.units)

    def level_of(self, unit: str) -> str | None:
        """Level of an area unit."""
        return self.tables.units.level_of(unit, self.townships)

    def ground(self, first: int, last: int) -> DoneGround | None:
        """What was accepted in a span of years; None where nobody says what is done."""
        if self.accepted is None:
            return None
        if (first, last) not in self._done:
            area = self.facts["area_ha"].to_numpy(dtype=np.float64)
            lying, years = self.overlaps, (first, last)
            found = done_ground(self.accepted, self.sound, area, self.tables.matrix, years, self.fits, lying)
            self._done[first, last] = found
        return self._done[first, last]

    def done(self, measure: str, first: int, last: int) -> npt.NDArray[np.float64]:
        """Done hectares of each stand that count for a measure in a span of years."""
        ground = self.ground(first, last)
        return np.zeros(len(self.facts)) if ground is None else ground.done_ha(measure)

    def done_ha(self, target: Target) -> float:
        """Done hectares that count for a target."""
        stands = self.units.get(target.area_unit)
        done = self.done(target.measure, target.year_from or target.year, target.year)
        return 0.0 if stands is None else float(done[stands].sum())

    @cached_property
    def grounds(self) -> list[tuple[npt.NDArray[np.bool_], DoneGround]]:
        """Accepted ground that no plan works again, with the stands that it holds for.

        What was accepted from the first year of the programme on, and before that what the survey of the stand cannot
        have seen: the figures of the stand are those of before the work. Where the day of the survey is unknown,
        everything.
        """
        if self.accepted is None:
            return []
        first = min([t.year_from or t.year for t in self.targets if t.is_area], default=LAST_YEAR)
        day = survey_dates(self.facts)
        year = day.astype("datetime64[Y]").astype(np.int64) + EPOCH_YEAR
        earliest = int(self.accepted.year.min(initial=first))
        since = np.minimum(np.maximum(np.where(np.isnat(day), earliest, year), earliest), first)
        found = ((since == one, self.ground(int(one), LAST_YEAR)) for one in np.unique(since))
        return [(where, ground) for where, ground in found if ground is not None]

    @cached_property
    def taken_ha(self) -> dict[str, npt.NDArray[np.float64]]:
        """By measure the hectares of each stand on which it may not be planned once more; see :attr:`grounds`."""
        found = {str(name): np.zeros(len(self.facts)) for name in self.tables.works.measure}
        for where, ground in self.grounds:
            for measure, taken in found.items():
                taken[where] = ground.taken_ha(measure)[where]
        return found

    @property
    def left_ha(self) -> dict[str, npt.NDArray[np.float64]]:
        """By measure the rest of each stand."""
        area = np.nan_to_num(self.facts["area_ha"].to_numpy(dtype=np.float64))
        rest = {measure: area - taken for measure, taken in self.taken_ha.items()}
        return {measure: np.where(ha > NOISE_HA, ha, 0.0) for measure, ha in rest.items()}


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
    accepted, acceptance, placed = None, None, None
    if request.acceptance is not None:
        acceptance = open_parcels(request.acceptance, progress)
        placed = None if acceptance is None else beside(acceptance, layer)
        accepted = _accepted(placed, tables)
    run = read_geopackage_table(request.result, "run").iloc[0].to_dict()
    inputs: dict[str, object] = {
        "result": {
            "source": request.result.name,
            "sha256": sha256_of_file(request.result, progress),
            "inputs": json.loads(str(run.get("inputs") or "{}")),
        },
        "targets": about | {"sha256": sha256_of_file(request.targets)},
        "acceptance": described(request.acceptance, acceptance),
        "ledger": request.ledger.name if request.ledger else None,
    }
    fits, needs = fits_of(facts, tables), _needs(request, tables)
    lying = _overlaps(layer, facts, progress)
    return Programme(facts, layer, tables, targets, units, accepted, ledger, inputs, run, placed, fits, needs, lying)


def _overlaps(stands: VectorLayer, facts: pd.DataFrame, progress: Progress) -> Overlaps:
    return common_ground(stands.geometry, facts, load_stand_tables().settings, progress)


def _needs(request: ProgrammeRequest, tables: PlanningTables) -> tuple[FellingNeeds, ...]:
    """What each work asks of a stand; the table of designs joins those that the run is recorded with."""
    designs, said = load_design_tables(request.designs, None, request.works)
    path = request.designs or resources_dir() / "work_design" / "designs.csv"
    tables.identities["designs"] = said["designs"] | {"file": path.name, "sha256": sha256_of_file(path)}
    works = tables.works
    return tuple(designs.needs_of(str(m), str(t)) for m, t in zip(works.measure, works.technique, strict=True))


def fits_of(facts: pd.DataFrame, tables: PlanningTables) -> dict[str, npt.NDArray[np.bool_]]:
    """Stands that fit each measure by any of its works."""
    works = tables.works
    found: dict[str, npt.NDArray[np.bool_]] = {}
    for work in range(len(works)):
        measure = str(works.measure[work])
        found[measure] = found.get(measure, np.zeros(len(facts), dtype=bool)) | fitting(facts, works, work)
    return found


def _accepted(layer: VectorLayer | None, tables: PlanningTables) -> Accepted:
    if layer is None:  # an empty layer: nothing is done yet
        none = np.empty(0, dtype=object)
        return Accepted(none, np.empty(0, dtype=np.int64), none, {})
    return accepted_of(layer.attributes, layer.geometry, tables.works, tables.rules, today())


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
