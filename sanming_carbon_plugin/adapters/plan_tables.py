"""Opens the tables of planning: targets, works, counting matrix, quotas, budgets, shares, locks, ledger."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..core.carbon.parameter_checks import CellReader
from ..core.errors import InputError, UsageError
from ..core.planning.area_units import COUNTY_DIGITS, AreaUnits, normalised_unit
from ..core.planning.assembly import LockedWork, Locks
from ..core.planning.limits import ANY
from ..core.planning.options import Weights
from ..core.planning.works import FELLING_TYPES, CountingMatrix, Works
from ..paths import resources_dir
from .carbon_parameters import read_rows
from .hashes import sha256_of_file

LARGEST = 1e13
YEARS = (1990.0, 2200.0)
WEIGHT_NAMES = ("carbon", "infestation", "cost")
TOWNSHIP_DIGITS = 9
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
LEDGER_KINDS = ("ticket", "trade", "project", "project_credit")


@dataclass(frozen=True)
class PlanningTables:
    """The tables that say what works there are and how they count."""

    works: Works
    matrix: CountingMatrix
    units: AreaUnits
    rules: dict[str, float]
    indicators: pd.DataFrame
    identities: dict[str, dict[str, str]]


def load_planning_tables(
    works: Path | None = None, counting: Path | None = None, area_units: Path | None = None
) -> PlanningTables:
    """The packaged tables, or a user's own in their place.

    Raises
    ------
    InputError
        ``PARAMETERS_UNREADABLE`` or ``PARAMETERS_INVALID`` with every bad cell.
    """
    folder = resources_dir() / "targets"
    paths = {
        "works": works or folder / "works.csv",
        "counting": counting or folder / "counting.csv",
        "area_units": area_units or folder / "area_units.csv",
        "planning": folder / "planning.csv",
        "indicators": folder / "indicators.csv",
    }
    read = {name: read_rows(path) for name, path in paths.items()}
    identities = {
        name: {**meta, "file": paths[name].name, "sha256": sha256_of_file(paths[name])}
        for name, (_, meta) in read.items()
    }
    cells = CellReader(read["planning"][0], "name")
    values = cells.number("value", (0.0, LARGEST), required=True)
    cells.refuse("planning")
    return PlanningTables(
        Works.from_rows(read["works"][0]),
        CountingMatrix.from_rows(read["counting"][0]),
        AreaUnits.from_rows(read["area_units"][0]),
        {str(name): float(value) for name, value in zip(cells.text("name"), values, strict=True)},
        read["indicators"][0],
        identities,
    )


def read_targets(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """A table of targets as text, CSV, and what it says of itself.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``PARAMETERS_UNREADABLE``, ``TARGETS_EMPTY``.
    """
    if not path.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(path))
    frame, meta = read_rows(path)
    if not len(frame):
        raise InputError("TARGETS_EMPTY", path=str(path))
    return frame, {**meta, "file": path.name}


def read_budgets(text: str | None) -> pd.DataFrame:
    """Budgets: one number of yuan for the whole plan, or a CSV ``area_unit`` (``*`` for all), ``year``, ``yuan``.

    Raises
    ------
    UsageError, InputError
        ``BUDGET_INVALID``, or as for any table.
    """
    columns = ["area_unit", "year", "yuan"]
    if not text:
        return pd.DataFrame(columns=columns)
    try:
        amount = float(text.replace(",", ""))
    except ValueError:
        return _numbers(_table(Path(text), "budget"), "budget", {"yuan": True}, {})[columns]
    if not 0 <= amount < LARGEST:
        raise UsageError("BUDGET_INVALID", given=text)
    return pd.DataFrame([(ANY, np.nan, amount)], columns=columns)


def read_quotas(path: Path | None) -> pd.DataFrame:
    """Felling quotas, CSV ``area_unit``, ``felling_type``, ``origin``, ``year``, ``volume_m3``; empty or ``*`` is any.

    Raises
    ------
    InputError
        ``PARAMETERS_INVALID`` with every bad cell.
    """
    choices = {"felling_type": (*FELLING_TYPES, ANY), "origin": ("natural", "planted", ANY)}
    columns = ["area_unit", "felling_type", "origin", "year", "volume_m3"]
    if path is None:
        return pd.DataFrame(columns=columns)
    return _numbers(_table(path, "quota"), "quota", {"volume_m3": True}, choices)[columns]


def read_shares(path: Path | None, works: Works) -> pd.DataFrame:
    """Shares of techniques, CSV ``area_unit``, ``measure``, ``technique``, ``low``, ``high`` (shares from 0 to 1).

    Raises
    ------
    InputError
        ``PARAMETERS_INVALID`` with every bad cell, measures and techniques that ``works`` does not have among them.
    """
    columns = ["area_unit", "measure", "technique", "low", "high"]
    if path is None:
        return pd.DataFrame(columns=columns)
    frame = _table(path, "shares")
    cells = CellReader(frame, "area_unit")
    cells.need_columns(tuple(columns))
    measure, technique = cells.text("measure"), cells.text("technique")
    for row in range(len(frame)):
        _note_unknown_work(cells, row, measure[row], technique[row], works)
    low, high = cells.number("low", (0.0, 1.0)), cells.number("high", (0.0, 1.0))
    cells.note_where(low > high, "high", high)
    for row in np.flatnonzero(np.isnan(low) & np.isnan(high)):
        cells.note(int(row), "high", "empty")
    cells.refuse("shares")
    frame["measure"], frame["technique"] = measure, technique
    return _numbers(frame, "shares", {"low": False, "high": False}, {}, 1.0)[columns]


def _table(path: Path, name: str) -> pd.DataFrame:
    if not path.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(path))
    frame = read_rows(path)[0].reset_index(drop=True)
    if name in ("budget", "quota", "shares") and "area_unit" in frame.columns:
        frame["area_unit"] = frame["area_unit"].map(normalised_unit)
    return frame


def _numbers(
    frame: pd.DataFrame,
    table: str,
    columns: dict[str, bool],
    choices: dict[str, tuple[str, ...]],
    largest: float = LARGEST,
) -> pd.DataFrame:
    """Columns as numbers (True where a cell is needed) and choices; ``year`` may be empty or ``*``."""
    cells = CellReader(frame, "area_unit")
    cells.need_columns(("area_unit", *columns))
    result = frame.copy()
    for name, required in columns.items():
        result[name] = cells.number(name, (0.0, largest), required=required)
    for name, allowed in choices.items():
        result[name] = cells.choice(name, allowed, ANY)
    if "year" in frame.columns:
        frame["year"] = frame["year"].replace(ANY, "")
    result["year"] = cells.number("year", YEARS)
    cells.refuse(table)
    return result


def _note_unknown_work(cells: CellReader, row: int, measure: str | None, technique: str | None, works: Works) -> None:
    """Note a measure that ``works`` does not have, or a technique that its measure does not."""
    known = sorted({str(name) for name in works.measure})
    column, given = "measure", measure
    if measure in known:
        column, given = "technique", technique
        known = sorted({str(name) for name in works.technique[works.measure == measure]})
    if given not in known:
        cells.note(row, column, f"{given or '-'} ({' | '.join(known)})")


def read_locks(path: Path | None, keys: pd.Index, works: Works) -> Locks:
    """Parcels locked in and out, CSV ``stand_key``, ``lock`` (``in``/``out``) and, if wanted, measure, technique, year.

    A stand that is locked out with a measure, a technique or a year is locked out of that alone.

    Raises
    ------
    InputError
        ``PARAMETERS_INVALID`` with every bad cell, measures and techniques that ``works`` does not have among them;
        ``LOCKS_UNKNOWN`` with keys that are not in the result, ``LOCKS_BOTH``, ``LOCKS_DIFFER``.
    """
    locks = Locks.none(len(keys))
    if path is None:
        return locks
    cells = CellReader(_table(path, "locks"), "stand_key")
    cells.need_columns(("stand_key", "lock"))
    key = cells.text("stand_key")
    lock = cells.choice("lock", ("in", "out"), None)
    measure, technique = cells.text("measure"), cells.text("technique")
    year = cells.number("year", YEARS)
    for row in np.flatnonzero(pd.isna(lock)):
        cells.note(int(row), "lock", "empty")
    for row in range(len(key)):
        for name, given, known in (("measure", measure, works.measure), ("technique", technique, works.technique)):
            if given[row] is not None and given[row] not in known:
                cells.note(row, name, f"{given[row]} ({' | '.join(sorted({str(one) for one in known}))})")
    cells.refuse("locks")
    at = keys.get_indexer(pd.Index(key))
    if (at < 0).any():
        raise InputError("LOCKS_UNKNOWN", stands=", ".join(str(one) for one in key[at < 0][:10]))
    locks.locked_in[at[lock == "in"]] = True
    whole = np.array([one is two is None for one, two in zip(measure, technique, strict=True)]) & np.isnan(year)
    locks.locked_out[at[(lock == "out") & whole]] = True
    both = np.flatnonzero(locks.locked_in & locks.locked_out)
    if len(both):
        raise InputError("LOCKS_BOTH", stands=", ".join(str(keys[one]) for one in both[:10]))
    said = pd.DataFrame({"stand": at, "lock": lock, "measure": measure, "technique": technique, "year": year})
    several = said[lock == "in"].drop_duplicates().groupby("stand").size()
    if (several > 1).any():
        raise InputError("LOCKS_DIFFER", stands=", ".join(str(keys[one]) for one in several.index[several > 1][:10]))
    asked = [
        LockedWork(m, t, None if np.isnan(y) else int(y)) for m, t, y in zip(measure, technique, year, strict=True)
    ]
    return Locks(
        locks.locked_in,
        locks.locked_out,
        {int(at[row]): asked[row] for row in np.flatnonzero(lock == "in")},
        tuple((int(at[row]), asked[row]) for row in np.flatnonzero((lock == "out") & ~whole)),
    )


def read_ledger(path: Path | None, units: AreaUnits, townships: frozenset[str] = frozenset()) -> pd.DataFrame | None:
    """Tickets, trade and projects, CSV ``kind``, ``id``, ``area_unit``, ``date``, ``tonnes``, ``status``.

    ``status`` comes back as what its word means (``resources/targets/ledger_status.csv``), ``date`` as year, month
    and day. A township is known by its stands, or by six digits of a known county and three of its own.

    Raises
    ------
    InputError
        ``PARAMETERS_INVALID`` with every bad cell.
    """
    if path is None:
        return None
    frame = _table(path, "ledger")
    cells = CellReader(frame, "id")
    names = ("kind", "id", "area_unit", "date", "tonnes", "status")
    cells.need_columns(names)
    kind = cells.choice("kind", LEDGER_KINDS, None)
    tonnes = cells.number("tonnes", (0.0, LARGEST), required=np.array([k not in (None, "project") for k in kind]))
    meaning = read_rows(resources_dir() / "targets" / "ledger_status.csv")[0].set_index("word")["meaning"].to_dict()
    found = {name: cells.text(name) for name in ("area_unit", "date", "status", "id")}
    area = [normalised_unit(text or "") for text in found["area_unit"]]
    status = [meaning.get((text or "").lower()) for text in found["status"]]
    date = [_day(text) for text in found["date"]]
    for row, code in enumerate(area):
        in_county = code[:COUNTY_DIGITS] in units.level and code.isdigit() and len(code) == TOWNSHIP_DIGITS
        known = units.level_of(code, townships) is not None or in_county
        checks = {"kind": kind[row], "id": found["id"][row], "area_unit": known or None, "date": date[row],
                  "status": status[row]}  # fmt: skip
        for name in [name for name, value in checks.items() if value is None]:
            cells.note(row, name, f"{cells.text(name)[row] or '-'} (row {row + 1})")
    cells.refuse("ledger")
    return pd.DataFrame(dict(zip(names, (kind, found["id"], area, date, tonnes, status), strict=True)))


def _day(text: str | None) -> str | None:
    """A date as ``2026-03-01``, also written with slashes, dots or 年月日; None for what is none."""
    found = _DAY.fullmatch(text or "")
    try:
        return None if found is None else dt.date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        return None


def weights_of(text: str) -> Weights:
    """What is maximised: ``carbon``, ``infestation``, ``cost`` (least cost), or weights ``carbon=1;cost=0.001``.

    Raises
    ------
    UsageError
        ``BENEFIT_INVALID``.
    """
    found = dict.fromkeys(WEIGHT_NAMES, 0.0)
    for part in text.replace(",", ";").split(";"):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        try:
            weight = float(number) if equals else 1.0
        except ValueError:
            weight = -1.0
        if name not in found or not 0 <= weight < LARGEST:
            raise UsageError("BENEFIT_INVALID", given=text, known=", ".join(WEIGHT_NAMES))
        found[name] = weight
    if not any(found.values()):
        raise UsageError("BENEFIT_INVALID", given=text, known=", ".join(WEIGHT_NAMES))
    return Weights(**found)
