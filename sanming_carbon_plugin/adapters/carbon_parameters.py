"""Opens the tables of carbon parameters: the packaged ones, or a user's edited copy of the main table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from ..core.carbon.conflicts import ConflictRules
from ..core.carbon.growth_data import GrowthRules
from ..core.carbon.growth_rates import GrowthRates
from ..core.carbon.parameters import ParameterTable
from ..core.carbon.products import ProductTable
from ..core.carbon.uncertainty import ErrorTable
from ..core.errors import InputError
from ..paths import resources_dir


def load_parameters(path: Path | None = None) -> ParameterTable:
    """The parameter table of ``path``, else the packaged one.

    Parameters
    ----------
    path
        Edited copy of ``carbon_parameters.csv``; volume equations and culm masses are always the packaged ones.

    Raises
    ------
    InputError
        ``PARAMETERS_UNREADABLE`` when a file cannot be read as a table of text, ``PARAMETERS_INVALID`` with
        every bad cell.
    """
    folder = resources_dir() / "parameters"
    frame, meta = read_rows(path or folder / "carbon_parameters.csv")
    return ParameterTable.from_rows(
        frame,
        meta,
        equations=read_rows(folder / "volume_equations.csv")[0],
        culms=read_rows(folder / "bamboo_culms.csv")[0],
        ranges=read_rows(folder / "parameter_ranges.csv")[0],
        bands=read_rows(folder / "plausibility.csv")[0],
        limits=read_rows(folder / "sink_limits.csv")[0],
    )


def load_errors(path: Path | None = None) -> ErrorTable:
    """The table of error components of ``path``, else the packaged one.

    Raises
    ------
    InputError
        As :func:`load_parameters`.
    """
    return ErrorTable.from_rows(*read_rows(path or resources_dir() / "parameters" / "errors.csv"))


def load_growth_rules() -> GrowthRules:
    """When a growth curve is refused and how it is fitted."""
    return GrowthRules.from_rows(read_rows(resources_dir() / "parameters" / "growth.csv")[0])


def load_conflict_rules() -> ConflictRules:
    """From where on two attributes of a stand contradict each other."""
    return ConflictRules.from_rows(read_rows(resources_dir() / "parameters" / "conflicts.csv")[0])


def load_growth_rates(path: Path) -> GrowthRates:
    """A user's table of yearly growth rates.

    Raises
    ------
    InputError
        As :func:`load_parameters`.
    """
    return GrowthRates.from_rows(read_rows(path)[0])


def load_products(path: Path | None = None) -> ProductTable:
    """The table of wood and bamboo products of ``path``, else the packaged one.

    Raises
    ------
    InputError
        As :func:`load_parameters`.
    """
    return ProductTable.from_rows(*read_rows(path or resources_dir() / "parameters" / "products.csv"))


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
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("PARAMETERS_UNREADABLE", path=path, detail=str(fault)) from fault
