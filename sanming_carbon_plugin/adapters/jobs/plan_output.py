"""The layers of a plan file, and the record of how it was made."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.carbon.account import numbers
from ...core.planning.gains import GrowthAhead
from ...core.planning.left_ground import left_outlines
from ...core.planning.limits import LATER, TARGET, Counted, LimitRows
from ...core.planning.open_ground import OpenGround
from ...core.planning.options import Options, PlanTerms, workable
from ...core.planning.plan_layers import (
    CANDIDATE_COLUMNS,
    CONSTRAINT_COLUMNS,
    INDICATOR_COLUMNS,
    PLAN_CARBON_COLUMNS,
    PLAN_COLUMNS,
    PLAN_SUMMARY_COLUMNS,
    PROGRESS_COLUMNS,
)
from ...core.planning.plan_tables import (
    candidate_frame,
    carbon_frame,
    constraint_frame,
    plan_frame,
    summary_frame,
    targets_met,
)
from ...core.planning.planned_ground import PlannedGround
from ...core.planning.problem import FIRST_FOUND, GREEDY, Choice, ChoiceProblem
from ...core.planning.target_progress import indicators, target_progress
from ..geopackage import OutputTable
from ..language import spoken_language
from ..plan_words import fallen_back_text, limit_text, reason_text
from ..vectors.sources import place_name
from .plan_inputs import Programme, ProgrammeRequest
from .run_record import run_record, run_table, today

if TYPE_CHECKING:
    from .plan_question import PlanRequest

LEAST_HA = 1e-6
"""A parcel that is smaller than its stand by no more is the whole of it."""


@dataclass(frozen=True)
class Planned:
    """A plan and all that its layers are made from."""

    counted: Counted
    options: Options
    rows: LimitRows
    problem: ChoiceProblem
    choice: Choice
    why: pd.DataFrame
    ahead: GrowthAhead
    project_years: tuple[int, ...]


def plan_output(
    request: PlanRequest, opened: Programme, planned: Planned, terms: PlanTerms, ground: OpenGround, started: str
) -> list[OutputTable]:
    """All layers of the plan file; ``ground`` is what is clear-cut already."""
    facts, choice = opened.facts, planned.choice
    chosen = _with_words(plan_frame(facts, planned.counted, planned.problem, choice, planned.why))
    candidates = _with_words(candidate_frame(facts, planned.counted, choice, planned.why))
    limits = constraint_frame(planned.rows.table(), planned.problem, choice)
    for column, language in (("text", "en"), ("text_zh", "zh")):
        limits[column] = [limit_text(row, opened.tables.units, language) for row in limits.to_dict("records")]

    name = request.scenario or request.out.stem
    share = opened.shared.share()
    carbon = carbon_frame(facts, planned.counted, choice.option, planned.ahead, planned.project_years, name, share)
    tables = [
        OutputTable("plan", PLAN_COLUMNS, chosen, plan_outlines(opened, chosen, ground), opened.crs_wkt),
        OutputTable("candidates", CANDIDATE_COLUMNS, candidates),
        *progress_tables(opened, chosen),
        OutputTable("plan_summary", PLAN_SUMMARY_COLUMNS, summary_frame(chosen)),
        OutputTable("constraints", CONSTRAINT_COLUMNS, limits),
        OutputTable("plan_carbon", PLAN_CARBON_COLUMNS, carbon),
    ]
    found = {
        "scenario": name,
        "objective": float(choice.value),
        "bound": float(choice.bound),
        "gap": float(choice.gap),
        "status": choice.method,
    }
    found |= fall_back_notes(opened, choice)
    asked = {"years": list(terms.years), "horizon": terms.horizon}
    return [*tables, run_of(request, opened, found, asked, started, request.seed)]


def plan_outlines(opened: Programme, chosen: pd.DataFrame, ground: OpenGround) -> npt.NDArray[np.object_]:
    """Outlines of the parcels of a plan: those of the stands, less the ground that their area is less by."""
    stands = opened.facts.index.get_indexer(chosen["stand_key"])
    found = opened.geometry[stands]
    missing = numbers(opened.facts, "area_ha")[stands] - numbers(chosen, "area_ha")
    part = missing > LEAST_HA
    if part.any():
        measure, fells = chosen["measure"].to_numpy(dtype=object), numbers(chosen, "felled_share") > 0
        found = found.copy()
        found[part] = left_outlines(opened.sound, stands[part], measure[part], fells[part], opened.grounds, ground)
    return found


def progress_tables(opened: Programme, plan: pd.DataFrame | None = None) -> list[OutputTable]:
    """The tables ``progress`` and ``indicators``; ``plan`` are the rows of a plan."""
    tables = opened.tables
    free = workable(opened.facts, tables.works, opened.needs, opened.taken_ha)
    done = None if opened.accepted is None else opened.done
    ground = None if plan is None else PlannedGround.of(plan, opened.facts.index, opened.left_ha, tables.matrix)
    found = target_progress(opened.targets, opened.units, opened.level_of, free, done, ground, opened.shared)
    seen = indicators(
        opened.shared.counted(), tables.indicators, opened.targets, opened.units, tables.units, opened.ledger,
        tables.rules["covered_share"],
    )  # fmt: skip
    return [OutputTable("progress", PROGRESS_COLUMNS, found), OutputTable("indicators", INDICATOR_COLUMNS, seen)]


def acceptance_counts(opened: Programme) -> dict[str, object]:
    """Numbers to print about accepted ground: polygons that do not count, and what of the others is in no stand."""
    if opened.accepted is None:
        return {}
    told: dict[str, object] = {"acceptance_refused": sum(opened.accepted.refused.values())}
    outside = f"{opened.outside_ha:.3f}"
    return told | ({} if float(outside) == 0 else {"accepted_outside_ha": outside})


def fall_back_notes(opened: Programme, choice: Choice) -> dict[str, str | None]:
    """Counties whose plan is not the solver's, and plain words about it in both languages; None where there is none."""
    where: list[str] = []
    if choice.method in (GREEDY, FIRST_FOUND):
        number, codes = pd.factorize(opened.facts["county"].to_numpy(dtype=object), sort=True)
        # One answer for all counties was not divided: then it is the plan of them all.
        mine = choice.fallen_back or np.unique(number[choice.option >= 0]).tolist()
        where = [str(codes[one]) for one in mine if one >= 0]
    notes = [fallen_back_text(where, choice.gap, opened.tables.units, one) if where else None for one in ("en", "zh")]
    return {"fallen_back": ";".join(where) or None, "note": notes[0], "note_zh": notes[1]}


def _with_words(frame: pd.DataFrame) -> pd.DataFrame:
    for column, language in (("reason_text", "en"), ("reason_text_zh", "zh")):
        words = {reason: reason_text(reason, language) for reason in frame["reason"].unique()}
        frame[column] = [words[reason] for reason in frame["reason"]]
    return frame


def run_of(
    request: ProgrammeRequest,
    opened: Programme,
    found: Mapping[str, object],
    asked: Mapping[str, object],
    started: str,
    seed: int,
) -> OutputTable:
    """The table ``plan_run``: what was ``found``, and the record of how, with the rules of the result itself."""
    options = {name: _plain(value) for name, value in vars(request).items() if name not in ("result", "out")}
    if options.get("budget"):  # a number or a file
        options["budget"] = place_name(str(options["budget"]))
    record = run_record(
        inputs=opened.described,
        rules={"planning": opened.tables.identities, "result": json.loads(str(opened.run.get("rules") or "{}"))},
        rule_files={"targets": [asdict(target) for target in opened.targets]},
        options=options | dict(asked),
        totals={},
        seed=seed,
        started=started,
    )
    run = run_table({**found, "accepted_outside_ha": opened.outside_ha, **record})
    return OutputTable("plan_run", run.columns, run.frame)


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    path = getattr(value, "path", None)
    return "layer" if path is None else place_name(str(path))


def plan_counts(
    opened: Programme, planned: Planned, tables: list[OutputTable], years: Sequence[int]
) -> dict[str, object]:
    """Numbers to print; ``years`` are the plan years."""
    frames = {table.name: table.frame for table in tables}
    chosen, choice = frames["plan"], planned.choice
    met, asked = targets_met(frames["constraints"])
    counts: dict[str, object] = {
        "stands": len(opened.facts),
        "candidates": int(planned.counted.table["stand"].nunique()),
        "chosen": len(chosen),
        "planned_ha": _sum(chosen, "area_ha"),
        "cost_yuan": _sum(chosen, "cost_yuan"),
        "carbon_gain_tco2e": _sum(chosen, "carbon_gain_tco2e"),
        "targets": asked,
        "targets_met": met,
        "value": f"{choice.value:.3f}",
        "bound": f"{choice.bound:.3f}",
        "gap": f"{choice.gap:.6f}",
        "method": choice.method,
    }
    limits = frames["constraints"]
    later = limits[limits["kind"] == LATER].assign(kind=TARGET)
    if len(later):
        language = spoken_language()
        told = [limit_text(row, opened.tables.units, language) for row in later.to_dict("records")]
        counts["targets_beyond_years"] = ("；" if language == "zh" else "; ").join(told)
    past = [year for year in years if year < today().year]
    if past:
        counts["years_past"] = f"{past[0]}-{past[-1]}"
    unknown = int(chosen["carbon_gain_tco2e"].isna().sum())
    if unknown:
        counts["carbon_gain_unknown"] = unknown
    notes = fall_back_notes(opened, choice)
    if notes["fallen_back"]:
        counts["fallen_back"] = notes["fallen_back"]
        counts["note"] = notes["note_zh" if spoken_language() == "zh" else "note"]
    return counts | acceptance_counts(opened)


def _sum(frame: pd.DataFrame, name: str) -> str:
    return f"{frame[name].sum():.3f}"
