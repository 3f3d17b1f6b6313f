"""The main job, stage by stage.

One table of stands walks through the rooms from left to right; each stage adds columns to it and tells its
doubts. Read :data:`STAGES` aloud and it explains the job.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .carbon.conflicts import ConflictRules, canopy_heights_m, conflicts
from .carbon.counted_once import EarlierGround, counted_once
from .carbon.parameters import ParameterTable
from .carbon.period import Period
from .carbon.sink import SinkResult, sink
from .carbon.stock import BESIDE_THE_TREES, stock
from .carbon.two_dates import EarlierInventory
from .carbon.uncertainty import ErrorTable, SinkErrors, interval_of
from .classes.images import Images, images_say
from .classes.measures import classify
from .classes.overrides import Decisions
from .classes.rules import RuleSet
from .issues import issues_by_key, join_issues, no_issues
from .planning.summary import summary
from .progress import Progress
from .rasters.coverage import coverage_blocks
from .rasters.evidence import Covering, evidence, result_columns
from .rasters.named_raster import NamedRaster
from .results import ResultTable
from .stage import StageResult
from .stands.area import stand_areas_m2
from .stands.checks import look_over
from .stands.checks.neighbours import Overlaps
from .stands.checks.two_dates import check_earlier_layer, check_two_dates
from .stands.layer import VectorLayer
from .stands.mapping import FieldMapping, recognise_fields
from .stands.normalise import normalise_stands
from .stands.slope import slope_from_dem
from .stands.tables import StandTables
from .tickets.credited_parcels import CreditedParcels
from .tickets.eligibility import eligibility
from .tickets.profiles import Profile
from .tickets.stated_evidence import stated_evidence
from .tickets.tenure import TenureParcels, tenure_cover
from .tickets.ticket_facts import known_dispute
from .tickets.total_error import error_of_total

Coordinates = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Geodesy:
    """What areas need to know of a CRS: its ellipsoid, and its polygons in degrees on it.

    Attributes
    ----------
    to_lonlat
        Moves polygons from the CRS to longitude and latitude on its own datum.
    semi_major_m, flattening
        The ellipsoid.
    """

    to_lonlat: Callable[[Geometries], Geometries]
    semi_major_m: float
    flattening: float


@dataclass(frozen=True)
class Inventory:
    """A stand layer, and what its user says about it.

    ``mapping`` None has the columns recognised; ``survey_method`` is for layers that do not say it themselves.
    """

    layer: VectorLayer
    mapping: FieldMapping | None = None
    survey_method: str | None = None


@dataclass(frozen=True)
class AssessInputs:
    """Everything the main job needs, opened already.

    ``earlier``, ``credited`` and ``tenure`` are in the CRS of the stands. ``credited`` None means that nobody
    said what is credited already, which is not the same as nothing. ``evidence_columns`` are the columns of the stand
    layer that state what ticket rules ask, by fact. ``decisions`` are those of foresters about
    these stands, kept beside what the rules say. ``low_support`` is the valid share of a stand (0..1) below which
    rasters are not trusted; ``covering`` finds the cells of the stands, or has them saved, and ``covering_notes``
    says what was noticed about that.
    """

    stands: Inventory
    tables: StandTables
    geodesy: Geodesy
    parameters: ParameterTable
    errors: ErrorTable
    rules: tuple[RuleSet, ...]
    profile: Profile
    rasters: tuple[NamedRaster, ...] = ()
    earlier: Inventory | None = None
    period: Period | None = None
    credited: tuple[CreditedParcels, ...] | None = None
    tenure: TenureParcels | None = None
    evidence_columns: Mapping[str, str] = field(default_factory=dict)
    images: Images | None = None
    decisions: Decisions | None = None
    conflict_rules: ConflictRules | None = None
    low_support: float = 1.0
    covering: Covering = coverage_blocks
    covering_notes: Callable[[], pd.DataFrame] = no_issues


@dataclass
class Walk:
    """The table on its way through the rooms, and what was noticed there."""

    inputs: AssessInputs
    progress: Progress
    facts: pd.DataFrame = field(default_factory=pd.DataFrame)
    issues: list[pd.DataFrame] = field(default_factory=list)
    evidence_columns: tuple[str, ...] = ()
    sink_errors: SinkErrors | None = None
    tidy: npt.NDArray[np.int64] | None = None
    overlaps: Overlaps | None = None
    earlier_ground: EarlierGround | None = None

    @property
    def geometry(self) -> Geometries:
        """Polygons of the stands, in the order of the table."""
        return self.inputs.stands.layer.geometry

    @property
    def all_issues(self) -> pd.DataFrame:
        """What was noticed in reading and in every stage so far."""
        return join_issues([issues_by_key(self.inputs.stands.layer.notes, self.facts.index), *self.issues])


@dataclass(frozen=True)
class AssessResult:
    """What the main job found.

    Attributes
    ----------
    facts
        The table of stands after the last stage.
    issues
        All doubts, in the order of the stages.
    summary
        Totals by county, township, species group and age group.
    evidence_columns
        Names of the raster columns in ``facts``.
    totals
        Sums of the whole layer with the interval of its sink.
    sink_errors
        Error components of every stand's sink, for intervals of other groups.
    counted, counted_errors
        The stands and their errors as they entered the sums: ground that several stands cover is in them once.
    """

    facts: pd.DataFrame
    issues: pd.DataFrame
    summary: ResultTable
    evidence_columns: tuple[str, ...]
    totals: dict[str, float]
    counted: pd.DataFrame
    sink_errors: SinkErrors | None = None
    counted_errors: SinkErrors | None = None


def _know_the_stands(walk: Walk) -> StageResult:
    return know_stands(walk.inputs.stands, walk.inputs.tables, walk.inputs.geodesy, walk.progress)


def _check_them(walk: Walk) -> StageResult:
    layer, geodesy = walk.inputs.stands.layer, walk.inputs.geodesy
    middle = middle_longitude_deg(layer, geodesy)
    found = look_over(layer, walk.facts, walk.inputs.tables, progress=walk.progress, longitude_deg=middle)
    walk.tidy, walk.overlaps = found.tidy, found.overlaps
    return StageResult(pd.DataFrame(index=walk.facts.index), found.findings)


def _see_what_the_rasters_say(walk: Walk) -> StageResult:
    inputs, facts = walk.inputs, walk.facts
    if not inputs.rasters:
        return StageResult(pd.DataFrame(index=facts.index))
    found = evidence(
        facts.index,
        walk.geometry,
        inputs.rasters,
        walk.progress,
        low_support=inputs.low_support,
        covering=inputs.covering,
    )
    walk.evidence_columns = tuple(result_columns(inputs.rasters))
    slope = slope_from_dem(facts, found.columns)
    issues = join_issues([found.issues, slope.issues, inputs.covering_notes()])
    return StageResult(pd.concat([found.columns, slope.columns], axis=1), issues)


def _see_what_the_images_say(walk: Walk) -> StageResult:
    inputs = walk.inputs
    if inputs.images is None:
        return StageResult(pd.DataFrame(index=walk.facts.index))
    return images_say(walk.facts, walk.geometry, inputs.images, walk.progress, inputs.covering)


def _weigh_the_carbon(walk: Walk) -> StageResult:
    found = stock(walk.facts, walk.inputs.parameters)
    # What the checks say of a 0 beside trees is said once: here with what follows from it.
    zero = found.issues.loc[found.issues["code"] == "STOCK_ZERO_VOLUME", "stand_key"]
    walk.issues = [
        part[(part["code"] != "STOCK_ZERO_WITH_TREES") | ~part["stand_key"].isin(zero)] for part in walk.issues
    ]
    return found


def _ask_whether_it_fits_together(walk: Walk) -> StageResult:
    inputs, nothing = walk.inputs, pd.DataFrame(index=walk.facts.index)
    if inputs.conflict_rules is None:
        return StageResult(nothing)
    heights = canopy_heights_m(walk.facts, inputs.conflict_rules)
    return StageResult(
        nothing, conflicts(walk.facts, inputs.parameters, inputs.conflict_rules, heights, walk.all_issues)
    )


def _compare_with_the_earlier_inventory(walk: Walk) -> SinkResult:
    inputs, earlier, doubts = walk.inputs, None, []
    if inputs.earlier is not None:
        before = know_stands(inputs.earlier, inputs.tables, inputs.geodesy, walk.progress)
        told, doubted = check_earlier_layer(walk.facts, before, inputs.tables.settings)
        earlier = EarlierInventory(before.columns, inputs.earlier.layer.geometry, doubted)
        doubts.append(told)
        doubts.append(check_two_dates(walk.facts, before.columns, inputs.tables.settings))
    found = sink(
        walk.facts, walk.geometry, earlier, inputs.parameters, inputs.errors, inputs.period, progress=walk.progress
    )
    walk.sink_errors, walk.earlier_ground = found.errors, found.earlier_ground
    return SinkResult(found.columns, join_issues([*doubts, found.issues]), found.errors)


def _ask_who_holds_the_land(walk: Walk) -> StageResult:
    if walk.inputs.tenure is None:
        return StageResult(pd.DataFrame(index=walk.facts.index))
    cover = tenure_cover(walk.geometry, walk.inputs.tenure, walk.inputs.period, walk.progress)
    recorded = walk.facts["dispute"].to_numpy(dtype=object)
    dispute = known_dispute(recorded, cover, walk.inputs.profile)
    # What the inventory itself says is kept: another tenure layer may be asked later.
    return StageResult(pd.DataFrame({"dispute": dispute, "dispute_recorded": recorded}, index=walk.facts.index))


def _find_the_measures(walk: Walk) -> StageResult:
    inputs = walk.inputs
    return classify(walk.facts, walk.geometry, inputs.rules, inputs.decisions, progress=walk.progress)


def _hear_what_the_office_states(walk: Walk) -> StageResult:
    layer = walk.inputs.stands.layer
    return stated_evidence(layer.attributes, walk.inputs.evidence_columns, walk.facts.index)


def _judge_the_tickets(walk: Walk) -> StageResult:
    inputs = walk.inputs
    return eligibility(
        walk.facts,
        walk.geometry,
        inputs.profile,
        inputs.period,
        inputs.credited,
        inputs.tenure,
        error_of=error_of_total(walk.sink_errors, walk.facts),
        tidy=walk.tidy,
        progress=walk.progress,
    )


STAGES: tuple[tuple[str, Callable[[Walk], StageResult]], ...] = (
    ("stands", _know_the_stands),
    ("check", _check_them),
    ("evidence", _see_what_the_rasters_say),
    ("images", _see_what_the_images_say),
    ("stock", _weigh_the_carbon),
    ("conflicts", _ask_whether_it_fits_together),
    ("sink", _compare_with_the_earlier_inventory),
    ("tenure", _ask_who_holds_the_land),
    ("classes", _find_the_measures),
    ("stated", _hear_what_the_office_states),
    ("tickets", _judge_the_tickets),
)
"""The stages in their order: name of the step and what is done."""

CLASSES_ONLY = ("stands", "evidence", "images", "stock", "classes")
"""The stages that the measures need; without the sink, tickets and checks."""


def know_stands(
    inventory: Inventory, tables: StandTables, geodesy: Geodesy, progress: Progress | None = None
) -> StageResult:
    """Areas, keys and codes of a stand layer: the beginning of its table."""
    layer = inventory.layer
    mapping = inventory.mapping or recognise_fields(layer.attributes, tables)
    area_m2 = stand_areas_m2(layer.geometry, geodesy.to_lonlat, geodesy.semi_major_m, geodesy.flattening, progress)
    return normalise_stands(layer, mapping, tables, area_m2, survey_method=inventory.survey_method, progress=progress)


def middle_longitude_deg(layer: VectorLayer, geodesy: Geodesy) -> Coordinates:
    """Longitude of the middle of each stand, NaN where there is no polygon."""
    with np.errstate(invalid="ignore"):
        middle = shapely.centroid(layer.geometry)
    # A point that is empty or cannot be projected has no coordinates, so it leaves its stand unknown.
    coordinates, row = shapely.get_coordinates(geodesy.to_lonlat(middle), return_index=True)
    longitude = np.full(len(middle), np.nan)
    longitude[row] = coordinates[:, 0]
    return longitude


def assess(inputs: AssessInputs, progress: Progress) -> AssessResult:
    """Walk the stands through all stages.

    Raises
    ------
    CarbonError
        Where a stage cannot go on, or the user cancelled.
    """
    walk = walk_through(inputs, progress)
    counted, errors = walk.facts, walk.sink_errors
    if walk.overlaps is not None:
        counted, errors, told = counted_once(counted, errors, walk.overlaps, walk.earlier_ground)
        walk.issues.append(told)
    return AssessResult(
        facts=walk.facts,
        issues=walk.all_issues,
        summary=summary(counted, interval_of(errors)),
        evidence_columns=walk.evidence_columns,
        totals=_totals(counted, errors),
        counted=counted,
        sink_errors=walk.sink_errors,
        counted_errors=errors,
    )


def walk_through(inputs: AssessInputs, progress: Progress, names: Collection[str] | None = None) -> Walk:
    """Walk the stands through the stages of these names, all of them where none are given.

    Raises
    ------
    CarbonError
        As :func:`assess`.
    """
    walk = Walk(inputs, progress)
    stages = [stage for stage in STAGES if names is None or stage[0] in names]
    for position, (name, stage) in enumerate(stages):
        progress.step(name, position, len(stages))
        progress.raise_if_cancelled()
        found = stage(walk)
        walk.facts = _with_columns(walk.facts, found.columns)
        walk.issues.append(found.issues)
    return walk


def _with_columns(facts: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """``facts`` and the new columns; one that is there already is replaced."""
    if facts.columns.empty:
        return new
    kept = facts.drop(columns=[name for name in new.columns if name in facts.columns])
    return pd.concat([kept, new], axis=1)


def _totals(facts: pd.DataFrame, errors: SinkErrors | None) -> dict[str, float]:
    """Sums of what is known, NaN where nothing is; the interval belongs to the whole, not to the sum of parts.

    Tonnes of tickets are those of eligible stands alone: the others may not be issued.
    """
    names = ["area_ha", "stock_tco2e", "stock_alt_tco2e", "sink_tco2e_yr", "ticket_tco2e"]
    names += [name for name in BESIDE_THE_TREES if name in facts.columns]
    counting = facts[names].assign(ticket_tco2e=facts["ticket_tco2e"].where(facts["ticket"] == "yes"))
    totals = {f"total_{name}": float(counting[name].sum(min_count=1)) for name in names}
    low = high = np.nan
    interval = interval_of(errors)
    if interval is not None and not np.isnan(totals["total_sink_tco2e_yr"]):
        lows, highs = interval(np.zeros(len(facts), dtype=np.int64), 1)
        low, high = float(lows[0]), float(highs[0])
    return totals | {"total_sink_low_tco2e_yr": low, "total_sink_high_tco2e_yr": high}
