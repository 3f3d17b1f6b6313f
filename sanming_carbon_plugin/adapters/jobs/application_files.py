"""The folder of an application: what stands in it, under which names.

``application.gpkg`` and ``application.json`` hold the same facts, one for maps and tables, one for programs;
``application.json`` alone also holds the profile as it was read. Whoever makes papers of an application reads
only these two files. Units are in the names; NULL (JSON null) is unknown, never 0. Shares are 0 to 1. Dates are ISO
texts, and both ends of a period belong to it. Codes (reasons, states, outcomes) have their words in both languages
in ``resources/messages/words.csv``, one kind for each: ``application_reason``, ``ticket_piece`` (state of a part),
``ticket_reason`` (reason of a part), ``application_rule`` and the kinds of the main result.

Layers (geometry in the CRS of the result) and tables of ``application.gpkg``:

``pieces``
    One row for each piece of a stand on a tenure parcel that counts: :data:`PIECE_COLUMNS`. ``piece`` is its number,
    from 1, unique over ``pieces`` and ``left_out``; ``parcel`` the number of the connected parcel, from 1. Of the
    whole stand are ``stand_area_ha``, ``volume_…``, ``stock_…`` and ``sink_…``; of the piece ``area_…``,
    ``net_tco2e`` (free part, over the period, above the baseline, before deductions), its interval and
    ``tonnes_tco2e`` (after deductions) and ``whole_t``. So, with ``years`` of the table ``application``::

        net_tco2e = (sink_tco2e_yr − baseline_tco2e_yr) × years × stand_share × free_share
        tonnes_tco2e = net_tco2e × (1 − deduction) × (1 − risk_share), a loss × (1 + deduction)

    ``whole_t`` adds up to ``whole_t`` of the table ``application``. ``scheme``, ``scheme_id`` (number of the
    application, made of applicant, period and pieces), ``period_start`` and ``period_end`` make it a layer of
    pending parcels: the folder or ``application.gpkg`` can be given as a credited layer.
``left_out``
    The other pieces of the same holders: the same columns, ``whole_t`` 0, and ``reason``; ``neighbour`` is ``yes``
    where it touches a piece that counts, of the same holder; ``missing`` names the evidence that would decide.
``parts``
    The pieces of both layers cut by what others have credited: :data:`PART_COLUMNS`. ``state`` is ``free``,
    ``blocked`` (whole period) or ``partly_free`` (some days), ``reason`` says why. ``piece_share`` is the part's share
    of the piece's area. Parts that are blocked by two schemes lie on each other.
``overlaps``
    Ground that two pieces of this application claim both; neither is credited for it: :data:`OVERLAP_COLUMNS`.
``households``
    One row for each holder: :data:`HOUSEHOLD_COLUMNS`. ``income_share`` adds up to 1.
``tickets``
    ``face_t`` and ``count``: tickets of each face value; without face values one ticket of all tonnes.
``rules``
    The rules of the profile for each stand of ``pieces`` and ``left_out``: :data:`RULE_COLUMNS`; ``outcome`` is
    ``pass``, ``fail`` or ``unknown``, ``stand_wide`` ``no`` for rules that the certificate of a piece answers
    instead (title, dispute, free ground).
``uncertainty``
    What makes the error of the total: ``component``, ``sd_tco2e_yr``, ``share`` (of the variance); empty where the
    result holds no error components.
``settings``
    Settings of the profile: ``name``, ``value`` (JSON), ``source``, ``confidence``.
``issues``
    Doubts about the application, as in the main result.
``application``
    One row: :data:`APPLICATION_COLUMNS`.
``run``
    One row, as in the main result: versions, inputs with hashes, options.

``application.json``: an object with ``format`` (``sanming-carbon-application``), ``format_version``
(:data:`FORMAT_VERSION`), ``application`` (that row), ``pieces``, ``left_out``, ``parts``, ``overlaps``,
``households``, ``tickets``, ``rules``, ``uncertainty``, ``settings``, ``issues`` (lists of rows, without geometry),
``profile_file`` (the profile as it was read, with ``evidence``: the papers an office asks for, and
``equations``), ``run`` (the record of this run, its nested parts as objects), ``result_run`` (the same of the result
it was made from) and ``files`` (of ``application.gpkg`` ``name``, ``sha256`` of its bytes and ``content_sha256`` of its
rows, which stay the same when QGIS opens it).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.errors import OutputError
from ...core.issues import join_issues
from ...core.progress import Progress
from ...core.stands.layer import FieldType
from ...core.tickets.claims import application_id
from ...core.tickets.income import income_doubts
from ..geopackage import OutputTable, write_geopackage
from ..geopackage_content import sha256_of_content
from ..hashes import sha256_of_file
from ..output_files import output_errors, output_folder
from .application_tables import (
    MadeApplication,
    application_issues,
    application_row,
    household_table,
    overlap_table,
    part_table,
    piece_tables,
    rule_table,
    setting_table,
    ticket_table,
    uncertainty_table,
)
from .issue_table import ISSUE_LAYER_COLUMNS, issues_table
from .run_record import run_table

FORMAT = "sanming-carbon-application"
FORMAT_VERSION = 1
GEOPACKAGE, JSON = "application.gpkg", "application.json"

_TEXT, _REAL, _WHOLE = FieldType("text"), FieldType("real"), FieldType("integer64")

PIECE_COLUMNS = {
    "piece": _WHOLE, "stand_key": _TEXT, "county": _TEXT, "township": _TEXT, "village": _TEXT, "compartment": _TEXT,
    "stand_no": _TEXT, "certificate": _TEXT, "holder": _TEXT, "right": _TEXT, "valid_to": _TEXT, "parcel": _WHOLE,
    "land_class": _TEXT, "species_code": _TEXT, "species_group": _TEXT, "composition": _TEXT, "origin": _TEXT,
    "forest_class": _TEXT, "age_yr": _REAL, "age_group": _WHOLE, "closure": _REAL, "dbh_cm": _REAL, "height_m": _REAL,
    "survey_method": _TEXT, "survey_date": _TEXT, "sink_basis": _TEXT,
    "stand_area_ha": _REAL, "volume_m3_ha": _REAL, "volume_earlier_m3_ha": _REAL, "increment_m3_ha_yr": _REAL,
    "stock_tco2e": _REAL, "stock_earlier_tco2e": _REAL, "sink_tco2e_yr": _REAL, "sink_low_tco2e_yr": _REAL,
    "sink_high_tco2e_yr": _REAL, "baseline_tco2e_yr": _REAL,
    "area_ha": _REAL, "area_mu": _REAL, "stand_share": _REAL, "free_share": _REAL,
    "net_tco2e": _REAL, "low_tco2e": _REAL, "high_tco2e": _REAL, "tonnes_tco2e": _REAL, "whole_t": _WHOLE,
    "outcome": _TEXT, "ticket_rules": _TEXT,
}  # fmt: skip
CLAIM_COLUMNS = {"scheme": _TEXT, "scheme_id": _TEXT, "period_start": _TEXT, "period_end": _TEXT}
LEFT_OUT_COLUMNS = {**PIECE_COLUMNS, "reason": _TEXT, "neighbour": _TEXT, "missing": _TEXT}
PART_COLUMNS = {
    "piece": _WHOLE, "stand_key": _TEXT, "certificate": _TEXT, "holder": _TEXT, "state": _TEXT, "reason": _TEXT,
    "scheme": _TEXT, "scheme_id": _TEXT, "date_from": _TEXT, "date_to": _TEXT, "days": _WHOLE, "piece_share": _REAL,
    "area_ha": _REAL, "counts": _TEXT,
}  # fmt: skip
"""``counts`` is ``yes`` for parts of ``pieces``, ``no`` for parts of ``left_out``."""
OVERLAP_COLUMNS = {
    "piece": _WHOLE, "other_piece": _WHOLE, "stand_key": _TEXT, "other_stand_key": _TEXT, "certificate": _TEXT,
    "other_certificate": _TEXT, "piece_share": _REAL, "other_piece_share": _REAL, "area_ha": _REAL,
}  # fmt: skip
HOUSEHOLD_COLUMNS = {
    "holder": _TEXT, "authorised": _TEXT, "income_weight": _REAL, "area_ha": _REAL, "area_mu": _REAL,
    "tonnes_tco2e": _REAL, "whole_t": _WHOLE, "income_share": _REAL,
}  # fmt: skip
"""``authorised`` is ``yes`` or ``no``; who did not sign has no tonnes."""
TICKET_COLUMNS = {"face_t": _WHOLE, "count": _WHOLE}
RULE_COLUMNS = {
    "stand_key": _TEXT, "rule": _TEXT, "kind": _TEXT, "title": _TEXT, "title_zh": _TEXT, "outcome": _TEXT,
    "field": _TEXT, "op": _TEXT, "value": _TEXT, "threshold": _TEXT, "distance": _REAL, "source": _TEXT,
    "confidence": _TEXT, "stand_wide": _TEXT,
}  # fmt: skip
UNCERTAINTY_COLUMNS = {"component": _TEXT, "sd_tco2e_yr": _REAL, "share": _REAL}
SETTING_COLUMNS = {"name": _TEXT, "value": _TEXT, "source": _TEXT, "confidence": _TEXT}
APPLICATION_COLUMNS = {
    "kind": _TEXT, "applicant": _TEXT, "village": _TEXT, "outcome": _TEXT, "failed_rules": _TEXT,
    "period_start": _TEXT, "period_end": _TEXT, "days": _WHOLE, "years": _REAL,
    "pieces": _WHOLE, "stands": _WHOLE, "parcels": _WHOLE, "holders": _WHOLE, "left_out": _WHOLE,
    "left_out_neighbours": _WHOLE,
    "area_ha": _REAL, "area_mu": _REAL, "free_ha": _REAL, "blocked_ha": _REAL,
    "sink_tco2e_ha_yr": _REAL, "net_tco2e": _REAL, "net_low_tco2e": _REAL, "net_high_tco2e": _REAL,
    "relative_error": _REAL, "relative_error_base": _TEXT, "relative_error_from": _TEXT, "deduction": _REAL,
    "risk_share": _REAL,
    "total_tco2e": _REAL, "low_tco2e": _REAL, "high_tco2e": _REAL, "whole_t": _WHOLE, "left_t": _WHOLE,
    "loss_treatment": _TEXT, "loss_bias_tco2e": _REAL, "tenure_evidence": _TEXT,
    "profile_id": _TEXT, "profile_version": _TEXT, "profile_status": _TEXT, "profile_sha256": _TEXT,
    "profile_title": _TEXT, "profile_title_zh": _TEXT, "profile_scheme": _TEXT,
    "parameters_id": _TEXT, "parameters_version": _TEXT, "parameters_status": _TEXT,
    "result_file": _TEXT, "result_sha256": _TEXT, "result_ended": _TEXT, "crs": _TEXT,
    "plugin_version": _TEXT, "made": _TEXT, "notice": _TEXT, "notice_zh": _TEXT,
}  # fmt: skip
"""The one row.

``kind`` is ``holder`` or ``joint``; ``applicant`` the holder or the collective. ``outcome`` is ``yes`` where the
group's own rules hold too, else ``no`` with the codes in ``failed_rules`` (``;`` between). ``net_tco2e`` is the sum of
the pieces before deductions, ``relative_error`` the half-width of its 90 % interval over ``relative_error_base``
(``increment`` or ``stock``); ``relative_error_from`` is ``components`` (the errors' correlation is known) or ``widest``
(all errors lean one way). ``total_tco2e`` is after deductions and before rounding, ``whole_t`` what a ticket may state,
``left_t`` the tonnes that fit no face value. ``free_ha`` and ``blocked_ha`` weigh area by days and add up to
``area_ha``. ``sink_tco2e_ha_yr`` is the mean of the free ground that counts. ``loss_bias_tco2e`` is what leaving out
stands that lost adds by noise alone, NULL where losses are netted. ``notice`` must stand on every paper.
"""
LAYERS = ("pieces", "left_out", "parts", "overlaps")
TABLES = {
    "pieces": {**PIECE_COLUMNS, **CLAIM_COLUMNS}, "left_out": LEFT_OUT_COLUMNS,
    "parts": PART_COLUMNS, "overlaps": OVERLAP_COLUMNS,
    "households": HOUSEHOLD_COLUMNS, "tickets": TICKET_COLUMNS, "rules": RULE_COLUMNS,
    "uncertainty": UNCERTAINTY_COLUMNS, "settings": SETTING_COLUMNS, "application": APPLICATION_COLUMNS,
}  # fmt: skip


def check_folder(folder: Path, overwrite: bool) -> None:
    """Refuse before the work begins a folder that could not be written after it.

    Raises
    ------
    OutputError
        APPLICATION_FOLDER_TAKEN where an application is in it already, OUTPUT_NOT_WRITABLE where it is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError("OUTPUT_NOT_WRITABLE", path=str(folder), reason="it is a file")
    if not overwrite and any((folder / name).exists() for name in (GEOPACKAGE, JSON)):
        raise OutputError("APPLICATION_FOLDER_TAKEN", path=str(folder))


def write_application(
    made: MadeApplication, record: Mapping[str, object], folder: Path, overwrite: bool, progress: Progress
) -> pd.DataFrame:
    """Write both files of an application, or neither.

    Returns
    -------
    pandas.DataFrame
        The doubts with their words.

    Raises
    ------
    OutputError
        Where they cannot be written.
    """
    check_folder(folder, overwrite)
    crs_wkt = made.result.layer.crs_wkt
    keys, outlines = made.facts.index, _outlines(made)
    doubts = join_issues([application_issues(made), income_doubts(made.application)])
    issues = issues_table(doubts, keys, outlines, crs_wkt)
    frames = _frames(made)
    tables = [_output(name, frame, crs_wkt) for name, frame in frames.items()]
    run = run_table(record)
    tables += [issues, OutputTable("run", run.columns, run.frame, None, None)]
    with output_folder(folder) as beside, output_errors(folder / JSON):
        write_geopackage(beside / GEOPACKAGE, tables, False, progress)
        content = _content(made, record, frames, issues.frame, _file_record(beside / GEOPACKAGE))
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        (beside / JSON).write_text(text + "\n", encoding="utf-8")
    return issues.frame


def _frames(made: MadeApplication) -> dict[str, pd.DataFrame]:
    pieces, left_out = piece_tables(made)
    return {
        "pieces": pieces.assign(**_claim(made, pieces)),
        "left_out": left_out,
        "parts": part_table(made),
        "overlaps": overlap_table(made),
        "households": household_table(made),
        "tickets": ticket_table(made.application),
        "rules": rule_table(made),
        "uncertainty": uncertainty_table(made),
        "settings": setting_table(made.profile),
        "application": pd.DataFrame([application_row(made)]),
    }


def _claim(made: MadeApplication, pieces: pd.DataFrame) -> dict[str, str]:
    """What makes the pieces a layer of pending parcels."""
    application = made.application
    start, end = application.period.start.isoformat(), application.period.end.isoformat()
    ground = zip(pieces["stand_key"], pieces["certificate"], strict=True)
    number = application_id(application.applicant, start, end, ground)
    return {"scheme": made.profile.scheme, "scheme_id": number, "period_start": start, "period_end": end}


def _output(name: str, frame: pd.DataFrame, crs_wkt: str | None) -> OutputTable:
    columns = TABLES[name]
    place = frame["geometry"].to_numpy(dtype=object) if name in LAYERS else None
    return OutputTable(name, dict(columns), frame.reset_index(drop=True), place, crs_wkt if name in LAYERS else None)


def _outlines(made: MadeApplication) -> npt.NDArray[np.object_]:
    rows = made.result.facts.index.get_indexer(made.facts.index)
    return np.asarray(made.result.layer.geometry[rows], dtype=object)


def _content(
    made: MadeApplication,
    record: Mapping[str, object],
    frames: Mapping[str, pd.DataFrame],
    issues: pd.DataFrame,
    file: Mapping[str, str],
) -> dict[str, object]:
    rows = {name: _records(frame, TABLES[name]) for name, frame in frames.items()}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "application": rows.pop("application")[0],
        **rows,
        "issues": _records(issues, ISSUE_LAYER_COLUMNS),
        "profile_file": dict(made.profile.data),
        "run": _parsed(record),
        "result_run": _parsed(made.result.run),
        "files": [dict(file)],
    }


def _file_record(path: Path) -> dict[str, str]:
    """Hash of the bytes, and of what is in them: QGIS changes bytes of a GeoPackage that it only looks at."""
    content = sha256_of_content(path, [*TABLES, "issues", "run"])
    return {"name": path.name, "sha256": sha256_of_file(path), "content_sha256": content}


def _records(frame: pd.DataFrame, columns: Mapping[str, FieldType]) -> list[dict[str, object]]:
    return [
        {name: _plain(row[name], whole=kind is _WHOLE) for name, kind in columns.items()}
        for row in frame[list(columns)].to_dict("records")
    ]


def _parsed(record: Mapping[str, object]) -> dict[str, object]:
    """The record of a run with its nested parts as objects."""

    def part(value: object) -> object:
        if isinstance(value, (dict, list)):
            return value
        return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else _plain(value)

    return {name: part(value) for name, value in record.items()}


def _plain(value: object, *, whole: bool = False) -> object:
    """A value that JSON has; None where nothing is known."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN is the only value unequal to itself
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if whole and isinstance(value, float):
        return int(value)
    return value if isinstance(value, (str, int, float, bool)) else str(value)
