"""What two plans must have in common to be set beside each other: stands, rules, parameters, tables, horizon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOWN_DIGITS = 8
"""Digits of a hash that are told."""
RESULT, HORIZON, WORKS = "result", "horizon", "works"
_INPUTS = ("stands", "earlier", "rasters", "decisions", "tenure", "credited")
_RULES = ("rules", "parameters", "errors")
_TABLES = ("works", "counting", "area_units", "planning", "designs")


def basis_of(inputs: Mapping[str, Any], rules: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str]:
    """What a plan is built on, by name, as short marks that differ where the content does.

    Parameters
    ----------
    inputs, rules, options
        The parts of the record in ``plan_run``; a part that an older plan does not tell is left out.
    """
    result = inputs.get(RESULT) or {}
    found = {RESULT: _mark(result)}
    of_result = result.get("inputs") or {}
    found |= {name: _mark(of_result[name]) for name in _INPUTS if name in of_result}
    said = rules.get(RESULT) or {}
    found |= {name: _mark(said[name]) for name in _RULES if name in said}
    tables = rules.get("planning") or {}
    found |= {name: _mark(tables[name]) for name in _TABLES if name in tables}
    return found | {HORIZON: str(options.get(HORIZON))}


def _mark(said: Any) -> str:  # noqa: ANN401 - any part of a record
    """The hash of one thing, or its name and version where it came with the package; of several, all of them."""
    if isinstance(said, Mapping):
        if said.get("sha256"):
            return str(said["sha256"])[:SHOWN_DIGITS]
        if "id" in said or "version" in said:
            return f"{said.get('id', '-')} {said.get('version', '-')}"
        return ", ".join(f"{name} {_mark(said[name])}" for name in sorted(said)) or "-"
    if isinstance(said, (list, tuple)):
        return ", ".join(_mark(one) for one in said) or "-"
    return "-" if said is None else str(said)


def unlike(first: Mapping[str, str], second: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What two plans differ in, with both marks; nothing about a result that only was made twice from the same."""
    names = [name for name in first if name in second]
    if first[RESULT] == second[RESULT]:
        names = [name for name in names if name in (*_TABLES, HORIZON)]
    elif all(name in first and name in second for name in ("stands", "rules", "parameters")):
        names.remove(RESULT)
    return [(name, first[name], second[name]) for name in names if first[name] != second[name]]
