"""What tickets are worth to a use: neutrality, restoration, planting duty, pledge; with the arithmetic of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...core.errors import UsageError
from ...core.progress import Progress
from ...core.tickets.uses import (
    Calculation,
    FactorTable,
    emissions,
    planting_duty,
    pledge_value,
    restoration,
    tickets_that_cover,
)
from ..dossier.texts import Words
from ..language import spoken_language
from ..office_lists import read_tickets
from ..output_files import moved_into_place, output_errors
from ..profiles import load_use
from ..words import word
from .opening import check_output
from .request import JobOutcome
from .run_record import now, versions

USES = {
    "emissions": "neutrality",
    "restoration": "ecological_justice",
    "planting": "tree_planting",
    "pledge": "pledge",
}
"""Kinds of use, each with the factor table that comes with the plugin."""

_ITEMS = {"item": "en", "item_zh": "zh"}
_OPTIONS = {
    "emissions": {"activities"},
    "restoration": {"area_ha", "years", "growth", "felled"},
    "planting": {"people", "years"},
    "pledge": {"tonnes"},
}
_NEEDED = {
    "emissions": {"activities"},
    "restoration": {"area_ha", "years"},
    "planting": {"people", "years"},
    "pledge": set(),
}


@dataclass(frozen=True)
class UseRequest:
    """A use and its figures.

    Attributes
    ----------
    kind
        One of :data:`USES`.
    factors
        Name of a shipped factor table, or an edited file; None for the shipped one of this kind.
    activities
        Factor and amount in the factor's unit (emissions).
    area_ha, years, growth, felled
        Damaged area, years until it grows as before, factor of the growth lost, factors and m³ felled
        (restoration).
    people
        Who owe trees, for ``years`` (planting).
    tonnes
        What is pledged; None for all tonnes of ``tickets``.
    tickets
        Lists of tickets and folders of applications that may cover the need.
    out
        File of the calculation, ``.json`` or ``.csv``; None for none.
    """

    kind: str
    factors: str | Path | None = None
    activities: tuple[tuple[str, float], ...] = ()
    area_ha: float | None = None
    years: float | None = None
    growth: str | None = None
    felled: tuple[tuple[str, float], ...] = ()
    people: float | None = None
    tonnes: float | None = None
    tickets: tuple[Path, ...] = ()
    out: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class UseOutcome:
    """A calculation with what covers its need.

    Attributes
    ----------
    cover
        Tickets used, with ``used_t`` and ``left_t``; None where no tickets were given.
    missing_t
        Whole tonnes that no ticket covers.
    shared
        Pieces that two of the given applications claim both, see :func:`.claims.shared_pieces`.
    """

    table: FactorTable
    calculation: Calculation
    cover: pd.DataFrame | None
    missing_t: int | None
    shared: pd.DataFrame


def neutrality(request: UseRequest, progress: Progress) -> JobOutcome:
    """Calculate a use, tell its arithmetic, and write it where a file is asked for.

    Raises
    ------
    UsageError, InputError, OutputError
        Nothing is left half-written then.
    """
    if request.out is not None:
        check_output(request.out, request.overwrite, (".json", ".csv"))
    found = calculated(request)
    progress.raise_if_cancelled()
    if request.out is not None:
        _write(found, request)
    return JobOutcome(request.out, _counts(found))


def calculated(request: UseRequest) -> UseOutcome:
    """The calculation, and which tickets cover what it needs.

    Raises
    ------
    UsageError
        USE_KIND_UNKNOWN, USE_FIGURE_MISSING, USE_FIGURE_SURPLUS for figures that this kind of use does not
        have, USE_TABLE_OF_OTHER_KIND.
    InputError
        Where a factor, an amount, the table or a list cannot be used.
    """
    if request.kind not in USES:
        raise UsageError("USE_KIND_UNKNOWN", kind=request.kind, known=", ".join(USES))
    _check_options(request)
    table = load_use(request.factors or USES[request.kind])
    if table.kind != request.kind:
        raise UsageError("USE_TABLE_OF_OTHER_KIND", table=table.id, kind=table.kind, wanted=request.kind)
    given = read_tickets(request.tickets)
    tickets = given.tickets if request.tickets else None
    calculation = _calculation(request, table, tickets)
    needed = calculation.totals.get("needed_t")
    if tickets is None or needed is None:
        return UseOutcome(table, calculation, tickets if needed is None else None, None, given.shared)
    cover, missing = tickets_that_cover(int(needed), tickets)
    return UseOutcome(table, calculation, cover, missing, given.shared)


def _calculation(request: UseRequest, table: FactorTable, tickets: pd.DataFrame | None) -> Calculation:
    if request.kind == "emissions":
        return emissions(request.activities, table)
    if request.kind == "restoration":
        growth = request.growth or "growth_default"
        return restoration(request.area_ha or 0.0, request.years or 0.0, table, growth, dict(request.felled))
    if request.kind == "planting":
        return planting_duty(request.people or 0.0, request.years or 0.0, table)
    tonnes = request.tonnes
    if tonnes is None:
        if tickets is None:
            raise UsageError("USE_FIGURE_MISSING", kind=request.kind, figures="tonnes")
        tonnes = float(tickets["whole_t"].sum())
    return pledge_value(tonnes, table)


def _check_options(request: UseRequest) -> None:
    every = set().union(*_OPTIONS.values())
    given = {name for name in every if getattr(request, name) not in (None, ())}
    missing, surplus = _NEEDED[request.kind] - given, given - _OPTIONS[request.kind]
    if missing:
        raise UsageError("USE_FIGURE_MISSING", kind=request.kind, figures=", ".join(sorted(missing)))
    if surplus:
        raise UsageError("USE_FIGURE_SURPLUS", kind=request.kind, figures=", ".join(sorted(surplus)))


def _counts(found: UseOutcome) -> dict[str, object]:
    table, language = found.table, spoken_language()
    chinese = language == "zh"
    counts: dict[str, object] = {
        "factors": f"{table.id} {table.version}, {_status(table.status, language)}, {table.dated}"
    }
    for number, line in enumerate(found.calculation.lines.itertuples(), start=1):
        item, source = (line.item_zh, line.source_zh) if chinese else (line.item, line.source)
        told = _arithmetic(str(line.arithmetic), language)
        counts[f"step {number}"] = f"{item}: {told} [{source}; {_confidence(line.confidence, language)}]"
    counts |= {name: f"{value:.10g}" for name, value in found.calculation.totals.items()}
    if found.cover is not None and found.missing_t is not None:
        for row in found.cover.itertuples():
            used = f"用 {row.used_t} 吨，共 {row.whole_t} 吨" if chinese else f"{row.used_t} of {row.whole_t} t"
            status = f", {_status(row.status, language)}" if isinstance(row.status, str) else ""
            counts[f"ticket {row.ticket}"] = used + status
        counts["missing_t"] = found.missing_t
    for number, row in enumerate(found.shared.itertuples(), start=1):
        counts[f"shared {number}"] = word("use_text", "shared", language).format(**row._asdict())
    return counts | {"note": table.note_zh if chinese else table.note}


def _arithmetic(text: str, language: str) -> str:
    """The arithmetic with its units in words; a unit of an own factor file stays as it is."""
    return " ".join(word("use_unit", part, language) for part in text.split(" "))


def _confidence(mark: object, language: str) -> str:
    return Words(language).confidence(mark) if language == "zh" else str(mark)


def _status(status: str, language: str) -> str:
    return word("report", f"status_{status}", language)


def _write(found: UseOutcome, request: UseRequest) -> None:
    out = request.out
    if out is None:
        return
    with moved_into_place(out, overwrite=request.overwrite) as beside, output_errors(out):
        if out.suffix.lower() == ".json":
            text = json.dumps(_content(found, request), ensure_ascii=False, indent=1, allow_nan=False, default=str)
            beside.write_text(text + "\n", encoding="utf-8")
        else:
            _rows(found).to_csv(beside, index=False, encoding="utf-8-sig")


def _content(found: UseOutcome, request: UseRequest) -> dict[str, object]:
    table = found.table
    head = ("id", "version", "status", "kind", "dated", "title", "title_zh", "note", "note_zh")
    return {
        "made": now(),
        "plugin_version": versions()["plugin"],
        "factor_table": {name: getattr(table, name) for name in head},
        "figures": {name: getattr(request, name) for name in sorted(_OPTIONS[request.kind])},
        "steps": found.calculation.lines.to_dict("records"),
        "totals": dict(found.calculation.totals),
        "tickets": None if found.cover is None else json.loads(found.cover.to_json(orient="records")),
        "missing_t": found.missing_t,
        "shared_pieces": json.loads(found.shared.to_json(orient="records")),
    }


def _rows(found: UseOutcome) -> pd.DataFrame:
    """The steps, then the totals, then the tickets, as one list for Excel."""
    table, lines = found.table, found.calculation.lines
    rows = [lines]
    totals: Mapping[str, float] = found.calculation.totals
    names = [word("use_total", name, "zh") for name in totals]
    rows.append(pd.DataFrame({"item": list(totals), "item_zh": names, "result": list(totals.values())}))
    if found.cover is not None and found.missing_t is not None:
        rows.append(pd.DataFrame({"item": found.cover["ticket"], "result": found.cover["used_t"], "unit": "t"}))
        missing = {"item": "missing_t", "item_zh": word("use_total", "missing_t", "zh"), "unit": "t"}
        rows.append(pd.DataFrame([missing | {"result": found.missing_t}]))
    for row in found.shared.itertuples():
        texts = {name: word("use_text", "shared", code).format(**row._asdict()) for name, code in _ITEMS.items()}
        rows.append(pd.DataFrame([texts | {"result": row.whole_t, "unit": "t"}]))
    notice = {"item": f"{table.id} {table.version}, {table.status}", "item_zh": table.note_zh, "arithmetic": table.note}
    return pd.concat([*rows, pd.DataFrame([notice])], ignore_index=True)[list(lines.columns)]
