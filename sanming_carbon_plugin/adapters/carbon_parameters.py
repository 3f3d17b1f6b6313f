"""Opens the tables of carbon parameters: the packaged ones, and a user's edited copies of any of them.

A user names one file, which is known by its columns as a copy of one of the tables, or a folder that holds several
copies under their own names. Every table without a copy is the packaged one.
"""

from __future__ import annotations

import csv
import io
from functools import partial
from pathlib import Path

import pandas as pd

from ..core.carbon.conflicts import ConflictRules
from ..core.carbon.growth_data import GrowthRules
from ..core.carbon.growth_rates import GrowthRates
from ..core.carbon.parameter_checks import all_checked, ranges_of
from ..core.carbon.parameters import ParameterTable
from ..core.carbon.products import ProductTable
from ..core.carbon.uncertainty import ErrorTable
from ..core.errors import InputError
from ..paths import resources_dir

MAIN, ERRORS, PRODUCTS, CULMS = "carbon_parameters.csv", "errors.csv", "products.csv", "bamboo_culms.csv"
GROWTH, CONFLICTS, LIMITS = "growth.csv", "conflicts.csv", "sink_limits.csv"
BANDS, RANGES, EQUATIONS = "plausibility.csv", "parameter_ranges.csv", "volume_equations.csv"
TABLES = (MAIN, ERRORS, PRODUCTS, CULMS, GROWTH, CONFLICTS, LIMITS, BANDS, RANGES, EQUATIONS)
_KNOWN_BY_COLUMN = {
    "component": ERRORS,
    "half_life_yr": PRODUCTS,
    "low_tco2e_ha_yr": BANDS,
    "column": RANGES,
    "equation": EQUATIONS,
}


def own_tables(path: Path | None) -> dict[str, Path]:
    """The user's copies by the name of the packaged table that each replaces; empty where nothing is given.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``PARAMETERS_UNREADABLE``, ``PARAMETERS_FOLDER`` for a folder without any table.
    """
    if path is None:
        return {}
    if not path.is_dir():
        return {_table_of(read_rows(path)[0]): path}
    found = {name: path / name for name in TABLES if (path / name).is_file()}
    if not found:
        raise InputError("PARAMETERS_FOLDER", path=path, tables=", ".join(TABLES))
    return found


def _table_of(frame: pd.DataFrame) -> str:
    """Which table a file is a copy of; the main one where nothing says otherwise, so that its check tells why not."""
    columns = {str(name).strip() for name in frame.columns}
    for column, table in _KNOWN_BY_COLUMN.items():
        if column in columns:
            return table
    if {"age_group", "kg_per_culm"} <= columns:
        return CULMS
    if {"name", "value"} <= columns:
        names = set(frame["name"])
        shared = {table: len(names & set(_packaged(table)["name"])) for table in (GROWTH, CONFLICTS, LIMITS)}
        return max(shared, key=lambda table: shared[table]) if any(shared.values()) else MAIN
    return MAIN


def _packaged(table: str) -> pd.DataFrame:
    return read_rows(resources_dir() / "parameters" / table)[0]


def _opened(table: str, path: Path | None) -> tuple[pd.DataFrame, dict[str, str]]:
    """Rows and head of the user's copy of a table, else of the packaged one."""
    return read_rows(own_tables(path).get(table, resources_dir() / "parameters" / table))


def load_parameters(path: Path | None = None) -> ParameterTable:
    """The parameter table with the user's copies of ``path``, else the packaged one.

    Raises
    ------
    InputError
        ``PARAMETERS_UNREADABLE`` when a file cannot be read as a table of text, ``PARAMETERS_INVALID`` with
        every bad cell of all of the user's copies, and as :func:`own_tables`.
    """
    frame, meta = _opened(MAIN, path)
    beside = {ERRORS: load_errors, GROWTH: load_growth_rules, CONFLICTS: load_conflict_rules}
    table: ParameterTable = all_checked(
        lambda: ParameterTable.from_rows(
            frame,
            meta,
            equations=_opened(EQUATIONS, path)[0],
            culms=_opened(CULMS, path)[0],
            ranges=_opened(RANGES, path)[0],
            bands=_opened(BANDS, path)[0],
            limits=_opened(LIMITS, path)[0],
        ),
        *(partial(beside[name], path) for name in own_tables(path) if name in beside),
    )[0]
    return table


def load_errors(path: Path | None = None) -> ErrorTable:
    """The table of error components of ``path``, else the packaged one.

    Raises
    ------
    InputError
        As :func:`load_parameters`.
    """
    return ErrorTable.from_rows(*_opened(ERRORS, path))


def load_growth_rules(path: Path | None = None) -> GrowthRules:
    """When a growth curve is refused and how it is fitted."""
    return GrowthRules.from_rows(_opened(GROWTH, path)[0])


def load_conflict_rules(path: Path | None = None) -> ConflictRules:
    """From where on two attributes of a stand contradict each other."""
    return ConflictRules.from_rows(_opened(CONFLICTS, path)[0])


def load_growth_rates(path: Path, parameters: Path | None = None) -> GrowthRates:
    """A user's table of yearly growth rates, for the groups of the parameter table that ``parameters`` names.

    Raises
    ------
    InputError
        As :func:`load_parameters`.
    """
    groups = {str(name) for name in load_parameters(parameters).group}
    return GrowthRates.from_rows(read_rows(path)[0], groups, ranges_of(_opened(RANGES, parameters)[0]))


def load_products(path: Path | None = None) -> ProductTable:
    """The table of wood and bamboo products of ``path``, else the packaged one.

    Raises
    ------
    InputError
        As :func:`load_parameters`.
    """
    return ProductTable.from_rows(*(read_rows(path) if path is not None else _opened(PRODUCTS, None)))


def read_rows(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """A table of text and the ``# name: value`` lines above its header.

    Comment lines survive a spreadsheet program, which fills them up with separators.
    """
    lines = _decoded(path).splitlines(keepends=True)
    is_comment = [line.strip().strip('"').startswith("#") for line in lines]
    start = is_comment.index(False) if False in is_comment else len(lines)
    meta: dict[str, str] = {}
    for line in lines[:start]:
        name, colon, value = line.strip().strip('"').lstrip("# ").partition(":")
        if colon:
            meta[name.strip()] = value.strip().rstrip(",;").strip('" ')
    try:
        frame = pd.read_csv(io.StringIO("".join(lines[start:])), dtype=str, keep_default_na=False)
    except (ValueError, csv.Error) as fault:
        raise InputError("PARAMETERS_UNREADABLE", path=path, detail=str(fault)) from fault
    return frame, meta


def _decoded(path: Path) -> str:
    """Text of a file in UTF-8, else in GB 18030, which spreadsheet programs write on Chinese systems."""
    try:
        content = path.read_bytes()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("gb18030")
    except FileNotFoundError as fault:
        raise InputError("FILE_NOT_FOUND", path=path) from fault
    except OSError as fault:
        raise InputError("PARAMETERS_UNREADABLE", path=path, detail=fault.strerror or str(fault)) from fault
    except UnicodeDecodeError as fault:
        raise InputError("PARAMETERS_UNREADABLE", path=path, detail="UTF-8, GB 18030") from fault
