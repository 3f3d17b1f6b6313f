"""Which work fits which stand in which year, and why a stand has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..carbon.account import numbers, texts
from ..classes.overrides import DECIDABLE
from .feasibility import FellingNeeds, felling_hindered
from .gains import GrowthAhead
from .works import Works

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

TECHNIQUE_COLUMNS = {"pine_transform": "pine_technique", "reserve_forest": "reserve_mode"}

TOO_SMALL = "too_small"
GAIN_UNKNOWN = "gain_unknown"
INFESTATION_UNKNOWN = "infestation_unknown"
FELLED_UNKNOWN = "felled_unknown"
LIMIT_UNKNOWN = "clear_cut_limit_unknown"
ABOVE_LIMIT = "above_clear_cut_limit"
AREA_UNKNOWN = "area_unknown"
COUNTY_UNKNOWN = "county_unknown"
DONE_ALREADY = "done_already"
OPEN_ALREADY = "open_already"
DISPUTED = "tenure_in_dispute"
DISPUTE_UNKNOWN = "tenure_dispute_unknown"
LOCKED_OUT = "locked_out"
LOCKED_OTHER = "locked_to_another_work"
"""Why a work that fits a stand by the rules is no option for the plan; further ones in ``feasibility``."""
DISPUTED_YES = "yes"
DONE_SHARE = 0.5
"""A stand of which more is accepted for a measure is not planned for it, or for what cannot be counted beside it."""
OPEN_SHARE = 0.5
"""A stand of which more is open ground is not felled again."""

OPTION_COLUMNS = (
    "stand", "work", "year", "area_ha", "cost_yuan", "felled_m3", "carbon_gain_tco2e", "infestation_removed_ha",
    "value",
)  # fmt: skip


@dataclass(frozen=True)
class Weights:
    """What one unit of each aim is worth in the value that is maximised."""

    carbon: float = 1.0
    infestation: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True)
class PlanTerms:
    """What an option needs to be known of.

    Attributes
    ----------
    years
        Plan years, rising.
    horizon
        Carbon is compared at the end of this year.
    weights
        What is maximised.
    felling_limited
        Whether a felling quota applies, so that the felled volume must be known.
    needs
        What each work asks of the stand it fells in, in the order of the works; empty for nothing.
    """

    years: tuple[int, ...]
    horizon: int
    weights: Weights
    felling_limited: bool = False
    needs: tuple[FellingNeeds, ...] = ()


@dataclass(frozen=True)
class Options:
    """All options of all stands.

    Attributes
    ----------
    table
        One row per option, sorted by stand, work and year; columns :data:`OPTION_COLUMNS`, ``stand`` and ``work``
        being row numbers.
    fits
        Which measures each stand fits, by measure, shape (stands,).
    refused
        Why a fitting work is no option: reason to stands, shape (stands,).
    """

    table: pd.DataFrame
    fits: dict[str, BoolArray]
    refused: dict[str, BoolArray] = field(default_factory=dict)

    def only(self, kept: BoolArray, reason: str) -> Options:
        """The options ``kept``, shape (k,); the stands of the others are told with the reason."""
        where = np.zeros(len(next(iter(self.fits.values()))), dtype=bool)
        where[self.table["stand"].to_numpy(dtype=np.int64)[~kept]] = True
        refused = {**self.refused, reason: where} if where.any() else self.refused
        return Options(self.table[kept].reset_index(drop=True), self.fits, refused)


def fitting(facts: pd.DataFrame, works: Works, work: int) -> BoolArray:
    """Stands that one work fits by the answers of the rules, or by what a person decided instead; shape (stands,)."""
    measures = pd.Series(texts(facts, "measures"), dtype=object).fillna("")
    wanted = str(works.fits_measure[work])
    fits = (";" + measures + ";").str.contains(f";{wanted};", regex=False).to_numpy(dtype=bool)
    if wanted in DECIDABLE:
        decided = texts(facts, wanted + "_decided")
        fits = np.where(pd.isna(decided), fits, decided == "yes")
    technique = works.fits_technique[work]
    if technique is not None:
        column = TECHNIQUE_COLUMNS.get(wanted, "measure")
        said = texts(facts, column + "_decided")
        fits &= np.where(pd.isna(said), texts(facts, column), said) == technique
    return fits


def left_ha(area_ha: FloatArray, taken_ha: FloatArray) -> FloatArray:
    """Hectares of each stand that are left to plan a measure on, shape (n,); none where most of it is done."""
    return np.where(taken_ha > DONE_SHARE * area_ha, 0.0, np.maximum(area_ha - taken_ha, 0.0))


def workable(
    facts: pd.DataFrame, works: Works, needs: tuple[FellingNeeds, ...], taken_ha: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Hectares of each stand on which any work of each measure can be done, by measure, shape (n,).

    ``taken_ha`` as in :func:`options_of`, and so the answers: what is workable has options where all is known that a
    plan asks about.
    """
    area = numbers(facts, "area_ha")
    terms = PlanTerms((), 0, Weights(), needs=needs)
    found: dict[str, FloatArray] = {}
    for work in range(len(works)):
        measure = str(works.measure[work])
        here, rest = fitting(facts, works, work), left_ha(area, taken_ha.get(measure, np.zeros(len(facts))))
        for where in hindered(facts, works, work, (area, rest), terms).values():
            here = here & ~where
        found[measure] = np.maximum(found.get(measure, np.zeros(len(facts))), np.where(here, rest, 0.0))
    return found


def options_of(
    facts: pd.DataFrame,
    works: Works,
    terms: PlanTerms,
    ahead: GrowthAhead,
    infested: FloatArray,
    measures: Sequence[str],
    taken_ha: Mapping[str, FloatArray] | None = None,
    *,
    opened_ha: FloatArray | None = None,
) -> Options:
    """Every work of ``measures`` for every stand and year.

    Parameters
    ----------
    facts, ahead
        The stands of a result, n rows, and their growth.
    works, terms
        The works table; years, horizon and weights.
    infested
        Infested hectares of each stand, NaN where unknown.
    measures
        Measures the plan is for.
    taken_ha
        Hectares of each stand done and not to be counted for a measure again, by measure: options are for the rest.
    opened_ha
        Further hectares of each stand that are clear-cut, or will be by a plan that stays: nothing is felled there.
    """
    area = numbers(facts, "area_ha")
    refused: dict[str, BoolArray] = {}
    fits: dict[str, BoolArray] = {}
    parts = []
    for work in range(len(works)):
        measure = str(works.measure[work])
        here = fitting(facts, works, work)
        fits[measure] = fits.get(measure, np.zeros(len(facts), dtype=bool)) | here
        if measure not in measures:
            continue
        rest = left_ha(area, (taken_ha or {}).get(measure, np.zeros(len(facts))))
        if opened_ha is not None and works.felled_share[work] > 0:
            opened = here & (opened_ha > OPEN_SHARE * area)
            refused[OPEN_ALREADY] = refused.get(OPEN_ALREADY, np.zeros(len(facts), dtype=bool)) | opened
            here, rest = here & ~opened, np.maximum(rest - opened_ha, 0.0)
        for reason, where in hindered(facts, works, work, (area, rest), terms).items():
            refused[reason] = refused.get(reason, np.zeros(len(facts), dtype=bool)) | (here & where)
            here = here & ~where
        part, unknown = _of_work(facts, works, work, terms, ahead, infested, rest, np.flatnonzero(here))
        parts.append(part)
        for reason, rows in unknown.items():
            where = refused.setdefault(reason, np.zeros(len(facts), dtype=bool))
            where[rows] = True
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(OPTION_COLUMNS))
    table = table.sort_values(["stand", "work", "year"], kind="stable", ignore_index=True)
    return Options(table, fits, {reason: where for reason, where in refused.items() if where.any()})


def hindered(
    facts: pd.DataFrame, works: Works, work: int, areas: tuple[FloatArray, FloatArray], terms: PlanTerms
) -> dict[str, BoolArray]:
    """Stands where a work cannot be planned, by reason; what is not known hinders too.

    ``areas`` are those of the stands and of what is left of them; an opening is judged by the whole stand.
    """
    area, rest = areas
    disputed = texts(facts, "dispute")
    found = {
        DISPUTED: disputed == DISPUTED_YES,
        AREA_UNKNOWN: ~(area > 0),
        DONE_ALREADY: rest <= 0,
        TOO_SMALL: rest < works.minimum_ha[work],
    }
    if "dispute" in facts.columns:  # the rules that ask grant nothing either where nobody says
        found[DISPUTE_UNKNOWN] = pd.isna(disputed)
    if "county" in facts.columns:
        found[COUNTY_UNKNOWN] = pd.isna(texts(facts, "county"))
    if works.clear_cut[work]:
        limit = numbers(facts, "clear_cut_limit_ha_low")
        found[LIMIT_UNKNOWN] = np.isnan(limit)
        found[ABOVE_LIMIT] = area > limit
    if terms.needs:
        known = (numbers(facts, name) for name in ("closure", "age_yr", "age_group"))
        _, why = felling_hindered(terms.needs[work], *known)
        found |= {str(reason): why == reason for reason in sorted({str(one) for one in why if one is not None})}
    if terms.felling_limited and works.felling_type[work] != "none":
        found[FELLED_UNKNOWN] = np.isnan(numbers(facts, "volume_m3_ha")) | pd.isna(texts(facts, "origin"))
    return found


def _of_work(
    facts: pd.DataFrame,
    works: Works,
    work: int,
    terms: PlanTerms,
    ahead: GrowthAhead,
    infested: FloatArray,
    rest: FloatArray,
    stands: npt.NDArray[np.int64],
) -> tuple[pd.DataFrame, dict[str, npt.NDArray[np.int64]]]:
    """Options of one work for the ``rest`` of its stands in every year, and the stands whose value is unknown."""
    area = rest[stands]
    part = area / ahead.area_ha[stands]
    cost = works.cost_yuan_ha[work] * area
    share = works.felled_share[work]
    surveyed = np.zeros(len(stands)) if share == 0 else numbers(facts, "volume_m3_ha")[stands] * area * share
    removed_share = works.infestation_removed_share[work]
    removed = np.zeros(len(stands)) if removed_share == 0 else infested[stands] * part * removed_share
    weights, unknown = terms.weights, {}
    rows = []
    for year in terms.years:
        felled = surveyed * ahead.grown(year, stands)
        gain = part * ahead.gain(works, work, year, terms.horizon, stands)
        value = -weights.cost * cost
        for weight, amount, reason in (
            (weights.carbon, gain, GAIN_UNKNOWN),
            (weights.infestation, removed, INFESTATION_UNKNOWN),
        ):
            if weight:
                unknown[reason] = stands[np.isnan(amount)]
                value = value + weight * amount
        rows.append(pd.DataFrame(dict(zip(
            OPTION_COLUMNS, (stands, work, year, area, cost, felled, gain, removed, value), strict=True
        ))))  # fmt: skip
    table = pd.concat(rows, ignore_index=True)
    return table[table["value"].notna()], unknown
