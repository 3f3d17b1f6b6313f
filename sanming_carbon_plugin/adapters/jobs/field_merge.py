"""What came back from the field, held against what was sent and what the desk says now; and taken over when decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.classes.overrides import Decisions
from ...core.errors import CarbonError, InputError, UsageError
from ...core.fieldwork.estimates import WrongStands, wrong_stands
from ...core.fieldwork.form import SHOWN, STAND_KEY, Form
from ...core.fieldwork.merge import RECORDED, STATES, VERDICT, three_way
from ...core.fieldwork.resolution import (
    APPLIED,
    KEPT,
    OPEN,
    STALE,
    corrections_of,
    decisions_of,
    resolve,
    unresolved,
    with_corrections,
)
from ...core.fieldwork.returned import GEOMETRY, found_photos, odd_days, tidied
from ...core.issues import join_issues, layer_issue, no_issues
from ...core.progress import Progress
from ..decision_files import decisions_beside, read_decisions, write_decisions
from ..field_package.copies import (
    ReturnedFile,
    named_apart,
    odd_outlines,
    photo_finder,
    read_returned,
    returned_table,
)
from ..field_package.correction_files import corrections_beside, read_corrections, with_new, write_corrections
from ..field_package.files import Sent, kept_base, read_sent
from ..field_package.results import ReadResult, canonical_desk, in_force_now, read_result
from ..field_package.review import (
    ReturnedCopy,
    estimate_table,
    read_choices,
    review_tables,
    stratum_table,
    text_table,
)
from ..field_package.settings_files import load_form, load_sample_settings
from ..geopackage import write_geopackage
from ..language import spoken_language
from ..messages import render_error, render_issues
from ..output_files import require_writable
from ..words import word
from .issue_table import issue_counts
from .opening import check_output
from .request import JobOutcome
from .run_record import today


@dataclass(frozen=True)
class MergeRequest:
    """What is to be merged.

    Attributes
    ----------
    result
        GeoPackage of the main job, as it is now.
    returned
        Folders or files that surveyors brought back, all of one package.
    out
        The review: a GeoPackage.
    base
        What was sent; by default the copy beside the result.
    choices
        A review in which a person has chosen, or a CSV with the same columns: then what was chosen is taken over,
        with the choice ``field`` that stands there already for what only the field changed.
    name
        Who signs for that.
    form
        Columns of the form of one's own.
    """

    result: Path
    returned: Sequence[Path]
    out: Path
    base: Path | None = None
    choices: Path | None = None
    name: str | None = None
    language: str | None = None
    form: Path | None = None
    overwrite: bool = False


def field_merge(request: MergeRequest, progress: Progress) -> JobOutcome:
    """Write the review; with choices also take over what was decided.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    check_output(request.out, request.overwrite, reads=(request.result, *request.returned, request.base))
    if not request.returned:
        raise UsageError("FIELD_RETURN_NONE")
    if request.choices is not None and not (request.name or "").strip():
        raise UsageError("FIELD_NAME_MISSING")
    form = load_form(request.form)
    progress.step("returned", 0, 3)
    files = [read_returned(path) for path in request.returned]
    sent = _sent(request, files, form)
    copies = _in_order(files, sent, form, progress)
    progress.step("merge", 1, 3)
    result = read_result(request.result, progress, sent.table[STAND_KEY].to_numpy(dtype=object))
    known = read_corrections(corrections_beside(request.result))
    found = three_way(sent.table, _desk(result, sent, known, form), [one.copy for one in copies], form)
    resolved, told = _resolved(request, found.differences, form)
    estimate, refused = _estimate(sent, resolved)
    issues = join_issues([_result_newer(result, sent), found.issues, told, refused])
    progress.step("write", 2, 3)
    tables = review_tables(resolved, sent, copies, form, issues)
    decisions, corrections = _taken_over(request, resolved, result)
    tables += [estimate_table(estimate), stratum_table(estimate)]
    tables += [text_table("decisions", decisions), text_table("corrections", corrections)]
    if request.choices is not None:
        for path in (decisions_beside(request.result), corrections_beside(request.result)):
            require_writable(path, overwrite=True)
    write_geopackage(request.out, tables, request.overwrite, progress)
    added = _kept(request.result, decisions, corrections, known) if request.choices is not None else (0, 0)
    counts = {"package": sent.package, "copies": len(copies), "unchanged": found.unchanged}
    counts |= _counts(resolved, added, estimate)
    return JobOutcome(request.out, counts, issue_counts(render_issues(issues)))


def _sent(request: MergeRequest, files: Sequence[ReturnedFile], form: Form) -> Sent:
    """What was sent, refused where it is not that any more."""
    packages = sorted({file.package for file in files if file.package is not None})
    if len(packages) > 1:
        raise InputError("FIELD_RETURNS_DIFFER", packages=packages)
    if request.base is None and not packages:
        raise InputError("FIELD_PACKAGE_UNNAMED", path=str(request.returned[0]))
    path = request.base or kept_base(request.result, packages[0])
    if not path.is_file():
        raise InputError("FIELD_BASE_MISSING", package=packages[0] if packages else "?", path=str(path))
    sent = read_sent(path, form)
    if packages and sent.package != packages[0]:
        raise InputError("FIELD_RETURNS_DIFFER", packages=[sent.package, *packages])
    for mark in {file.mark for file in files if file.mark is not None}:
        if mark != sent.mark:
            raise InputError("FIELD_BASE_CHANGED", path=str(path), found=sent.mark[:12], expected=mark[:12])
    return sent


def _in_order(files: Sequence[ReturnedFile], sent: Sent, form: Form, progress: Progress) -> list[ReturnedCopy]:
    copies = []
    for file, name in zip(files, named_apart(list(files)), strict=True):
        progress.raise_if_cancelled()
        table, geometry = returned_table(file, sent, form)
        copy, _ = found_photos(tidied(name, table, sent.table, form), form, photo_finder(file))
        days = odd_days(copy, "survey_date", sent.sent_on, today().isoformat())
        outlines = odd_outlines(name, table, geometry, sent)
        copy = replace(copy, issues=join_issues([copy.issues, days, outlines]))
        copies.append(ReturnedCopy(copy, table, geometry))
    return copies


def _desk(result: ReadResult, sent: Sent, known: pd.DataFrame, form: Form) -> pd.DataFrame:
    """What the desk says now about the stands that were sent, indexed by their rows."""
    keys = sent.table[STAND_KEY]
    place = result.stands.index.get_indexer(keys.to_numpy(dtype=object))
    there = place >= 0
    stands = in_force_now(result).iloc[place[there]]
    desk = canonical_desk(stands, result.geometry[place[there]], form)
    desk.index = sent.table.index[there]
    for column in form.of_role(SHOWN):
        if column.name not in result.stands.columns and column.name in sent.table:
            desk[column.name] = sent.table.loc[desk.index, column.name]  # of the list, not of the result
    return with_corrections(desk, known, form)


def _resolved(request: MergeRequest, differences: pd.DataFrame, form: Form) -> tuple[pd.DataFrame, pd.DataFrame]:
    if request.choices is None:
        return unresolved(differences).assign(outcome=None, new_value=None), no_issues()
    done = resolve(differences, read_choices(request.choices), form)
    return done.differences, done.issues


def _taken_over(request: MergeRequest, resolved: pd.DataFrame, result: ReadResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decisions and corrections that follow from the choices."""
    keys = resolved.loc[resolved["outcome"] == APPLIED, STAND_KEY].unique()
    place = result.stands.index.get_indexer(keys)
    marks = canonical_desk(result.stands.iloc[place], result.geometry[place], load_form(request.form))[GEOMETRY]
    name, day = (request.name or "").strip(), today().isoformat()
    spoken = request.language or spoken_language()
    reason, entered = word("field_package", "found", spoken), word("field_package", "entered", spoken)
    by_key = dict(zip(keys, marks, strict=True))
    decisions = decisions_of(resolved, by_key, name, day, reason, entered)
    return decisions, corrections_of(resolved, by_key, name, day)


def _kept(result: Path, decisions: pd.DataFrame, corrections: pd.DataFrame, known: pd.DataFrame) -> tuple[int, int]:
    """Put new decisions and corrections beside the result; gives how many are new."""
    beside = decisions_beside(result)
    before = read_decisions(beside)
    after = before.merged(Decisions.from_rows(decisions)) if len(decisions) else before
    if len(after.table) > len(before.table):
        write_decisions(after, beside)
    all_corrections = with_new(known, corrections)
    if len(all_corrections) > len(known):
        write_corrections(all_corrections, corrections_beside(result))
    return len(after.table) - len(before.table), len(all_corrections) - len(known)


def _estimate(sent: Sent, resolved: pd.DataFrame) -> tuple[WrongStands | None, pd.DataFrame]:
    """Share of wrong stands by the control sample; None and the reason where it cannot be given."""
    answers = resolved[resolved["column"] == VERDICT]
    said = answers["new_value"].where(answers["outcome"] == APPLIED, None)
    said = said.where(answers["state"] != RECORDED, answers["field_value"])
    wrong = pd.Series(said.map({"right": 0.0, "wrong": 1.0}).to_numpy(dtype=float), index=answers["row_id"])
    control = sent.control.assign(wrong=wrong.reindex(sent.control["row_id"]).to_numpy()).set_index(STAND_KEY)
    settings = load_sample_settings()
    limits = {name: float(str(sent.record[name])) for name in ("confidence", "missing_share_limit")}
    try:
        found = wrong_stands(control, sent.design, replace(settings, **limits))  # type: ignore[arg-type]
    except InputError as refusal:
        return None, _refusal(refusal)
    missing = found.drawn - found.answered
    return found, layer_issue("FIELD_CONTROL_MISSING", value=missing) if missing else no_issues()


def _refusal(refusal: CarbonError) -> pd.DataFrame:
    message, message_zh = (render_error(refusal, language)[0].rstrip(".。") for language in ("en", "zh"))
    return layer_issue("FIELD_ESTIMATE_REFUSED", value=refusal.code, reason=message, reason_zh=message_zh)


def _result_newer(result: ReadResult, sent: Sent) -> pd.DataFrame:
    if result.made == sent.made:
        return no_issues()
    return layer_issue("FIELD_RESULT_NEWER", value=result.made, expected=sent.made)


def _counts(resolved: pd.DataFrame, added: tuple[int, int], estimate: WrongStands | None) -> dict[str, object]:
    counts: dict[str, object] = {name: int((resolved["state"] == name).sum()) for name in STATES}
    if resolved["outcome"].notna().any():
        counts |= {name: int((resolved["outcome"] == name).sum()) for name in (APPLIED, KEPT, OPEN, STALE)}
    counts |= {"decisions_added": added[0], "corrections_added": added[1]}
    if estimate is None:
        return counts | {"wrong_share": "unknown"}
    counts |= {"control_drawn": estimate.drawn, "control_answered": estimate.answered, "control_wrong": estimate.wrong}
    for name, interval in (("wrong_share", estimate.of_stands), ("wrong_area_share", estimate.of_area)):
        for part, value in (("", interval.share), ("_low", interval.low), ("_high", interval.high)):
            counts[name + part] = "unknown" if np.isnan(value) else "{:.4f}".format(value)
    return counts
