"""How far a programme is: done, planned, available and missing, and the indicators of the whole forest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..carbon.account import numbers, texts
from ..carbon.survey import survey_dates
from ..units import mu_from_hectares
from .area_units import MUNICIPALITY, TOWNSHIP, AreaUnits
from .plan_layers import INDICATOR_COLUMNS, PROGRESS_COLUMNS
from .planned_ground import PlannedGround
from .shared_ground import SharedGround
from .targets import AT_LEAST, Target

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

YES, NO, UNKNOWN = "yes", "no", "unknown"
HECTARES_PER_KM2 = 100.0
LIVING_KINDS = {
    "tickets": ("ticket",),
    "traded": ("ticket", "trade", "project_credit"),
    "projects_planned": ("project",),
}
GONE, SOLD, PLANNED = ("cancelled", "rejected"), "sold", "planned"
"""What a status of the ledger means; the words for it are data (``resources/targets/ledger_status.csv``)."""


def target_progress(
    targets: Sequence[Target],
    units: Mapping[str, BoolArray],
    levels: Callable[[str], str | None],
    free_ha: Mapping[str, FloatArray],
    done: Callable[[str, int, int], FloatArray] | None,
    plan: PlannedGround | None = None,
    shared: SharedGround | None = None,
) -> pd.DataFrame:
    """Rows of the layer ``progress``: every measure and period of the targets for every unit.

    Parameters
    ----------
    targets
        The programme.
    units, levels
        Stands of each unit, and its level.
    free_ha
        By measure the hectares of each stand on which it can be planned, shape (n,).
    done
        Hectares of each stand done for a measure from a year to a year; None where nobody says.
    plan
        What is planned: no ground of it is available for what cannot be counted beside it. None for nothing.
    shared
        Stands that lie on each other: what of them is available counts once. None for none.
    """
    nothing = np.zeros(max((len(stands) for stands in units.values()), default=0))
    wanted = {
        (t.measure, t.area_unit, t.year_from or t.year, t.year): t for t in targets if t.is_area and t.bound == AT_LEAST
    }
    periods = sorted({(measure, first, last) for measure, _, first, last in wanted})
    rows = []
    for measure, first, last in periods:
        done_ha = None if done is None else done(measure, first, last)
        planned_ha = nothing if plan is None else plan.planned_ha(measure, first, last)
        held_ha = nothing if plan is None else plan.held_ha(measure)
        rest = np.maximum(free_ha.get(measure, nothing) - held_ha, 0.0)
        if shared is not None:
            rest = shared.available_once(measure, rest, held_ha > 0)
        here = [
            *units,
            *(unit for m, unit, f, y in wanted if (m, f, y) == (measure, first, last) and unit not in units),
        ]
        for unit in dict.fromkeys(here):
            stands = units.get(unit, nothing > 0)
            target = wanted.get((measure, unit, first, last))
            sums = [None if ha is None else float(ha[stands].sum()) for ha in (done_ha, planned_ha, rest)]
            rows.append(_row(levels(unit), unit, measure, (first, last), target, sums))
    return pd.DataFrame(rows, columns=list(PROGRESS_COLUMNS))


def _row(
    level: str | None,
    unit: str,
    measure: str,
    period: tuple[int, int],
    target: Target | None,
    sums: Sequence[float | None],
) -> dict[str, object]:
    done, planned, available = (np.nan if value is None else value for value in sums)
    wanted = np.nan if target is None else target.amount
    missing = np.nan if np.isnan(wanted) or np.isnan(done) else max(wanted - done - planned, 0.0)
    met = UNKNOWN
    if not (np.isnan(wanted) or np.isnan(done)):  # a plan meets nothing, only accepted ground does
        met = YES if done >= wanted * (1 - 1e-9) else NO
    row: dict[str, object] = {
        "level": level, "area_unit": unit, "measure": measure, "year_from": period[0], "year": period[1],
        "met": met, "source": target.source if target else None,
    }  # fmt: skip
    for name, value in (("target", wanted), ("done", done), ("planned", planned), ("available", available),
                        ("missing", missing)):  # fmt: skip
        row[f"{name}_ha"] = value
        row[f"{name}_mu"] = mu_from_hectares(value)
    return row


def indicators(
    facts: pd.DataFrame,
    definitions: pd.DataFrame,
    targets: Sequence[Target],
    units: Mapping[str, BoolArray],
    area_units: AreaUnits,
    ledger: pd.DataFrame | None,
    covered_share: float,
) -> pd.DataFrame:
    """Rows of the layer ``indicators``.

    Forest cover and growing stock come from the stands; both are only set against a target where the layer covers
    the unit (``covered_share`` of its land area). Tickets, trade and projects come from the ledger, from the years
    of the target; a unit without a target of its own is told for the years of the programme's first. ``facts`` are
    the stands as they enter sums: ground that several of them cover counts once.
    """
    date = survey_dates(facts)
    area = np.nan_to_num(numbers(facts, "area_ha"))
    rows = []
    for definition in definitions.to_dict("records"):
        name, unit_name = str(definition["indicator"]), str(definition["unit"])
        for unit, stands in units.items():
            land = area_units.land_km2.get(unit, np.nan) * HECTARES_PER_KM2
            covered = bool(area[stands].sum() >= covered_share * land) if not np.isnan(land) else False
            of_stands = str(definition["land_classes"] or "").strip() not in ("", "nan")
            programme = [t for t in targets if t.measure == name]
            own: list[Target | None] = [t for t in programme if t.area_unit == unit]
            for target in own or [None]:
                if of_stands:
                    value, complete = _of_stands(name, facts, str(definition["land_classes"]), stands, land, covered)
                    day = _surveyed(date[stands])
                else:
                    value, day = _of_ledger(name, ledger, unit, area_units, target or next(iter(programme), None))
                    complete = value is not None
                rows.append(_indicator(definition, unit, area_units, value, unit_name, day, target, complete))
    return pd.DataFrame(rows, columns=list(INDICATOR_COLUMNS))


def _surveyed(date: npt.NDArray[np.datetime64]) -> str | None:
    """Day of a survey, oldest and newest with a slash between where there are several; None where all are unknown."""
    known = np.unique(date[~np.isnat(date)].astype("datetime64[D]")).astype(str)
    return "/".join(known[[0, -1]] if len(known) > 1 else known) or None


def _of_stands(
    name: str, facts: pd.DataFrame, classes: str, stands: BoolArray, land_ha: float, covered: bool
) -> tuple[float | None, bool]:
    """Value of an indicator from the stands, and whether all that belongs to it is known."""
    area = numbers(facts, "area_ha")
    inside = stands & np.isin(texts(facts, "land_class").astype(str), classes.split(";"))
    inside &= area != 0.0  # all of its ground counts with other stands
    amount = area if name == "forest_cover" else area * numbers(facts, "volume_m3_ha")
    known = inside & ~np.isnan(amount)
    complete = covered and bool(known.sum() == inside.sum())
    if name == "forest_cover":
        return (float(amount[known].sum() / land_ha * 100.0) if covered else None), complete
    return (float(amount[known].sum()) if known.any() else None), complete


def _of_ledger(
    name: str, ledger: pd.DataFrame | None, unit: str, area_units: AreaUnits, period: Target | None
) -> tuple[float | None, str | None]:
    """Value of an indicator from the ledger and the day of its last entry; None without a ledger.

    What was entered more than once stands as it was entered last; it is dated by its first entry, a sale by its last.
    What was sold under one id is sold once, whether it was entered as ticket, as trade or as both. Only what is dated
    in the years of ``period`` counts. Where something counts for a larger unit alone, the smaller ones in it are
    unknown.
    """
    if ledger is None:
        return None, None
    entered = ledger["area_unit"].astype(str)
    inside = np.array([_lies_in(code, unit, area_units) for code in entered], dtype=bool)
    above = np.array([_lies_in(unit, code, area_units) for code in entered], dtype=bool) & ~inside
    inside = ledger[inside | above].assign(above=above[inside | above]).sort_values("date", kind="stable")
    last = inside.drop_duplicates(["kind", "id"], keep="last").set_index(["kind", "id"])
    if name != "traded":
        first = inside.drop_duplicates(["kind", "id"]).set_index(["kind", "id"])
        last = last.assign(date=first["date"].reindex(last.index))
    last = last.reset_index()
    if period is not None:
        year = last["date"].astype(str).str.slice(0, 4).astype("int64")
        last = last[(year >= (period.year_from or 0)) & (year <= period.year)]
    alive = last[~last["status"].isin(GONE)]
    mine = alive[alive["kind"].isin(LIVING_KINDS[name])]
    if name == "traded":
        mine = mine[mine["status"] == SOLD].drop_duplicates("id", keep="last")
    elif name == "tickets":
        mine = mine[mine["status"] != PLANNED]
    if mine["above"].any():
        return None, None
    last = last[~last["above"]]
    day = str(last["date"].max()) if len(last) else None
    return float(len(mine) if name == "projects_planned" else mine["tonnes"].sum()), day


def _lies_in(code: str, unit: str, area_units: AreaUnits) -> bool:
    level = area_units.level_of(unit, frozenset((unit,)))
    if level == TOWNSHIP:
        return code == unit
    return code.startswith(unit.rstrip("0") if level == MUNICIPALITY else unit)


def _indicator(
    definition: Mapping[str, object],
    unit: str,
    area_units: AreaUnits,
    value: float | None,
    unit_name: str,
    day: str | None,
    target: Target | None,
    complete: bool,
) -> dict[str, object]:
    factor = 1e4 if unit_name.startswith("万") else 1.0
    met = UNKNOWN
    if target is not None and value is not None:
        met = YES if value >= target.amount * (1 - 1e-9) else NO if complete else UNKNOWN
    return {
        "indicator": definition["indicator"], "level": area_units.level_of(unit, frozenset((unit,))), "area_unit": unit,
        "date": day, "value": None if value is None else value / factor, "unit": unit_name,
        "target": None if target is None else target.amount / factor,
        "target_year": None if target is None else target.year, "met": met,
        "definition": definition["definition"], "definition_zh": definition["definition_zh"],
        "source": definition["source"],
    }  # fmt: skip
