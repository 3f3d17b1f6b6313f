"""Which stands of a result are to be looked at in the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ...core.classes.evaluation import evaluate
from ...core.errors import UsageError
from ...core.fieldwork.reasons import verification_scores
from ...core.fieldwork.sample import FieldSample, choose_stands
from ...core.fieldwork.settings import CONTROL, REASONS, SampleSettings
from ...core.progress import Progress
from ...core.stands.layer import FieldType
from ..field_package.files import DESIGN_TABLE, LIST_LAYER, RECORD_TABLE
from ..field_package.results import ReadResult, in_force_now, read_result
from ..field_package.settings_files import load_sample_settings
from ..geopackage import OutputTable, read_geopackage_table, write_geopackage
from ..geopackage_rows import table_names
from .explain import rule_sets_of
from .opening import check_output
from .request import JobOutcome

_TEXT, _REAL, _INTEGER = FieldType("text"), FieldType("real"), FieldType("integer64")
LIST_COLUMNS = {
    "stand_key": _TEXT, "chosen_for": _TEXT, "reasons": _TEXT, "score": _REAL, "threshold_measure": _TEXT,
    "control_sample": _TEXT, "stratum": _TEXT, "inclusion_probability": _REAL, "area_ha": _REAL,
}  # fmt: skip
DESIGN_COLUMNS = {
    "stratum": _TEXT, "stands": _INTEGER, "drawn": _INTEGER, "inclusion_probability": _REAL, "area_ha": _REAL,
}  # fmt: skip


def field_sample(
    result: Path,
    out: Path,
    visits: int,
    seed: int,
    progress: Progress,
    *,
    shares: Mapping[str, float] | None = None,
    settings: Path | None = None,
    overwrite: bool = False,
) -> JobOutcome:
    """Write the list of stands to check.

    Parameters
    ----------
    result
        GeoPackage of the main job.
    out
        The list: layer ``to_check``, tables ``control_design`` and ``field_sample``.
    visits
        How many stands can be visited.
    seed
        Of the control sample.
    shares
        Share of the visits for each reason and for ``control``; as the settings say by default.
    settings
        A settings file of one's own.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    check_output(out, overwrite, reads=result)
    rules = load_sample_settings(settings)
    if shares is not None:
        rules = rules.with_shares(shares)
    progress.step("read", 0, 3)
    found = read_result(result, progress)
    progress.step("choosing", 1, 3)
    chosen = _choose(found, visits, seed, rules, progress)
    progress.step("write", 2, 3)
    write_geopackage(out, _tables(found, chosen, rules, visits, seed), overwrite, progress)
    return JobOutcome(out, _counts(chosen))


def parsed_shares(text: str) -> dict[str, float]:
    """Shares written as ``REASON=SHARE,…``.

    Raises
    ------
    UsageError
        FIELD_SHARES_INVALID.
    """
    shares = {}
    for part in text.replace("，", ",").replace(";", ",").split(","):
        name, _, share = part.partition("=")
        try:
            shares[name.strip()] = float(share)
        except ValueError as error:
            raise UsageError("FIELD_SHARES_INVALID", problems="'{}' is not REASON=SHARE".format(part)) from error
    return shares


def _choose(result: ReadResult, visits: int, seed: int, rules: SampleSettings, progress: Progress) -> FieldSample:
    stands = in_force_now(result)
    issues = (
        read_geopackage_table(result.path, "issues")[["stand_key", "code"]]
        if "issues" in table_names(result.path)
        else pd.DataFrame({"stand_key": [], "code": []}, dtype=object)
    )
    evaluations = []
    for rule_set in rule_sets_of(result.path):
        progress.raise_if_cancelled()
        # The class by the rules is what is near a threshold, whatever a person decided.
        evaluations.append(evaluate(rule_set, result.stands))
    scores = verification_scores(stands, issues, evaluations, rules)
    return choose_stands(scores, stands, visits, seed, rules)


def _tables(
    result: ReadResult, chosen: FieldSample, rules: SampleSettings, visits: int, seed: int
) -> list[OutputTable]:
    place = result.stands.index.get_indexer(chosen.stands.index)
    listed = chosen.stands.reset_index().rename(columns={"index": "stand_key"})
    listed["area_ha"] = result.stands["area_ha"].to_numpy()[place]
    record = {
        "settings": rules.identifier,
        "settings_version": rules.version,
        "settings_status": rules.status,
        "shares": json.dumps(dict(rules.shares), sort_keys=True),
        "confidence": rules.confidence,
        "missing_share_limit": rules.missing_share_limit,
        "visits": visits,
        "seed": seed,
        "result": result.path.name,
        "result_made": result.made,
    }
    kinds = {int: _INTEGER, float: _REAL}
    columns = {name: kinds.get(type(value), _TEXT) for name, value in record.items()}
    return [
        OutputTable(LIST_LAYER, LIST_COLUMNS, listed, result.geometry[place], result.crs_wkt),
        OutputTable(DESIGN_TABLE, DESIGN_COLUMNS, chosen.design),
        OutputTable(RECORD_TABLE, columns, pd.DataFrame([record])),
    ]


def _counts(chosen: FieldSample) -> dict[str, object]:
    each = chosen.stands["chosen_for"].value_counts()
    counts: dict[str, object] = {"visits": len(chosen.stands)}
    counts |= {"chosen_" + name: int(each.get(name, 0)) for name in (*REASONS, CONTROL)}
    return counts | {"strata": int((chosen.design["drawn"] > 0).sum())}
