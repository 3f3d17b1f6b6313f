"""Which source column plays which role: by its name first, confirmed by its values, never guessed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from .cells import as_text, map_unique, read_numbers
from .codes import read_codes
from .land_class import land_class_code
from .roles import ROLES
from .species import read_compositions
from .survey import read_dates
from .tables import Role, StandTables, plain

DECISIONS: Mapping[str, tuple[str, ...]] = {
    "area_unit": ("ha", "mu", "m2"),
    "closure_unit": ("fraction", "percent", "tenths"),
    "dbh_unit": ("cm", "mm"),
    "height_unit": ("m", "dm"),
    "slope_kind": ("class", "degrees"),
    "land_class_list": ("DI_LEI_2020", "DI_LEI_SANDIAO"),
}
"""Readings that the values usually decide, and what a user may say instead."""

_SAMPLE_ROWS = 4000
_SUGGESTION_ROWS = 400
_UNDERSCORE_PENALTY = 0.03
_UNIT_FACTORS = {"closure": 100.0, "dbh": 10.0, "height": 10.0, "area": 10_000.0}
"""How much larger numbers may be in another unit of the same role, which is sorted out later."""
_TAKEN_SHARE = 0.2
_SAME_SCORE = 0.04
_SUGGESTED_SHARE = 0.98
_SUGGESTED_DISTINCT = 3


LAND_CLASS = "land_class"


@dataclass(frozen=True)
class Candidate:
    """A column that may play a role.

    ``score`` is 0 to 1; ``value_share`` is the share of its filled cells that fit the role, NaN where nothing
    is filled in.
    """

    column: str
    score: float
    value_share: float


@dataclass(frozen=True)
class FieldMapping:
    """Roles and their columns.

    Attributes
    ----------
    fields
        Role → column taken.
    scores
        Role → score of that column (1 where a user chose it).
    alternatives
        Role → other columns that came close.
    ambiguous
        Role → columns that fit equally well, or whose values do not fit; none is taken.
    missing
        Roles without any column.
    suggestions
        Missing role → columns whose values alone would fit; none is taken.
    decisions
        Readings chosen by the user, see :data:`DECISIONS`.
    """

    fields: Mapping[str, str]
    scores: Mapping[str, float] = field(default_factory=dict)
    alternatives: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    suggestions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)

    def column(self, role: str) -> str | None:
        """Column of a role, None where there is none."""
        return self.fields.get(role)

    def to_dict(self) -> dict[str, object]:
        """What the mapping file holds: role → column, the user's readings, and what was left open."""
        return {
            "fields": dict(self.fields),
            "decisions": dict(self.decisions),
            "scores": {role: round(score, 3) for role, score in self.scores.items()},
            "ambiguous": {role: [one.column for one in many] for role, many in self.ambiguous.items()},
            "suggestions": {role: list(columns) for role, columns in self.suggestions.items()},
            "missing": list(self.missing),
        }

    @classmethod
    def from_dict(cls, data: object, columns: Iterable[str]) -> FieldMapping:
        """Mapping of a file, checked against the layer.

        Parameters
        ----------
        data
            ``{"fields": {role: column or null}, "decisions": {…}}``, or just ``{role: column}``; further
            entries that :meth:`to_dict` writes are for the reader's eyes.
        columns
            Columns of the layer.

        Raises
        ------
        InputError
            MAPPING_NOT_READABLE, MAPPING_ROLES, MAPPING_COLUMNS or MAPPING_DECISIONS, naming what is wrong.
        """
        if not isinstance(data, dict):
            raise InputError("MAPPING_NOT_READABLE", found=type(data).__name__)
        fields = data.get("fields", data)
        decisions = data.get("decisions", {}) if "fields" in data else {}
        if not isinstance(fields, dict) or not isinstance(decisions, dict):
            raise InputError("MAPPING_NOT_READABLE", found="fields")
        _check_roles(fields)
        chosen = {role: str(column) for role, column in fields.items() if column not in (None, "")}
        present = set(columns)
        absent = sorted(column for column in chosen.values() if column not in present)
        if absent:
            raise InputError(
                "MAPPING_COLUMNS", columns=", ".join(absent), present=", ".join(str(name) for name in sorted(present))
            )
        _check_decisions(decisions)
        missing = tuple(role for role in ROLES if role not in chosen)
        return cls(chosen, dict.fromkeys(chosen, 1.0), missing=missing, decisions=dict(decisions))

    def filled_up(self, recognised: FieldMapping, settled: Iterable[str]) -> FieldMapping:
        """The same, with the columns that were recognised for roles that a file does not settle.

        A column that a file gives to one role is taken for no other.
        """
        said, taken = set(settled), set(self.fields.values())
        more = {role: column for role, column in recognised.fields.items() if role not in said and column not in taken}
        return replace(
            recognised,
            fields=more | dict(self.fields),
            scores=dict(recognised.scores) | dict(self.scores),
            ambiguous={role: many for role, many in recognised.ambiguous.items() if role not in said},
            missing=tuple(role for role in ROLES if role not in more and role not in self.fields),
            decisions=self.decisions,
        )


def settled_roles(data: Mapping[str, Any]) -> set[str]:
    """Roles of which a mapping file says which column plays them, or that none does."""
    return set(data.get("fields", data)) | set(data.get("missing", ()) if "fields" in data else ())


def recognise_fields(attributes: pd.DataFrame, tables: StandTables) -> FieldMapping:
    """Roles of the columns of a layer.

    A name that the table of roles knows proposes a column; its values confirm it. Where two columns fit a
    role equally well, or where the values do not fit the name, the role stays open and is listed. Values
    alone only make a suggestion.

    Parameters
    ----------
    attributes
        Source columns.
    tables
        Look-up tables of the stands.
    """
    sample = _sample(attributes, _SAMPLE_ROWS)
    candidates = {name: _by_name(sample, role, tables) for name, role in tables.roles.items()}
    claimed = _best_role_of_columns(candidates)
    fields: dict[str, str] = {}
    scores: dict[str, float] = {}
    alternatives: dict[str, tuple[Candidate, ...]] = {}
    ambiguous: dict[str, tuple[Candidate, ...]] = {}
    for name in tables.roles:
        found = [one for one in candidates[name] if claimed[one.column] in (name, "")]
        if not found:
            continue
        if _is_clear(found, claimed):
            fields[name], scores[name] = found[0].column, found[0].score
            alternatives[name] = tuple(found[1:])
        else:
            ambiguous[name] = tuple(found)
    missing = tuple(name for name in tables.roles if name not in fields and name not in ambiguous)
    free = [str(column) for column in sample.columns if column not in fields.values()]
    few = _sample(sample[free], _SUGGESTION_ROWS)
    suggestions = {name: _by_values(few, tables.roles[name], tables) for name in missing}
    filled = {name: columns for name, columns in suggestions.items() if columns}
    return FieldMapping(fields, scores, alternatives, ambiguous, missing, filled)


def value_share(column: pd.Series, role: Role, tables: StandTables) -> float:
    """Share of the filled cells of a column that fit a role; NaN where no cell is filled."""
    said = map_unique(column, lambda cell: plain(as_text(cell)) not in tables.unknown_texts or None)
    filled = column[np.asarray(said == True)]  # noqa: E712 - elementwise
    if filled.empty:
        return float("nan")
    if role.role == LAND_CLASS:
        # The newer lists are written with four digits or six.
        filled = pd.Series(map_unique(filled, lambda cell: land_class_code(as_text(cell))), dtype=object)
    if role.kind in ("code", "flag"):
        return _share_of_codes(filled, role, tables)
    if role.kind in ("number", "slope"):
        share = _share_in_range(filled, role, tables)
        return _share_of_codes(filled, role, tables) if role.kind == "slope" and share == 0 else share
    if role.kind == "date":
        return float(1.0 - np.mean(read_dates(filled, tables)[1]))
    if role.kind == "composition":
        return float(1.0 - np.mean(read_compositions(filled, tables).unreadable))
    return 1.0


def _share_of_codes(filled: pd.Series, role: Role, tables: StandTables) -> float:
    how = read_codes(filled, role.code_tables, tables).how
    said = how != "missing"
    return float(np.mean(how[said] != "unknown")) if said.any() else float("nan")


def _share_in_range(filled: pd.Series, role: Role, tables: StandTables) -> float:
    read = read_numbers(filled, tables)
    known = np.isfinite(read.values)
    if not known.any():
        return 0.0 if read.not_number.any() else float("nan")
    low = -np.inf if role.low is None else role.low
    high = np.inf if role.high is None else role.high
    high *= _UNIT_FACTORS.get(role.role, 1.0)
    inside = (read.values >= low) & (read.values <= high)
    return float(inside.sum() / (known.sum() + read.not_number.sum()))


def _sample(attributes: pd.DataFrame, rows: int) -> pd.DataFrame:
    """At most so many rows, spread evenly over the layer."""
    step = max(1, -(-len(attributes) // rows))
    return attributes.iloc[::step]


def _by_name(sample: pd.DataFrame, role: Role, tables: StandTables) -> list[Candidate]:
    """Columns whose name speaks for a role, best first."""
    joined = {name.replace("_", ""): score - _UNDERSCORE_PENALTY for name, score in role.names.items()}
    found = []
    for position, column in enumerate(sample.columns):
        name = plain(str(column))
        score = role.names.get(name, joined.get(name.replace("_", ""), 0.0))
        if score:
            share = value_share(sample.iloc[:, position], role, tables)
            weight = 0.9 if np.isnan(share) else 0.5 + 0.5 * share
            found.append(Candidate(str(column), score * weight, share))
    return sorted(found, key=lambda one: -one.score)


def _best_role_of_columns(candidates: Mapping[str, list[Candidate]]) -> dict[str, str]:
    """For each named column the role that it fits best; empty where two roles fit equally."""
    best: dict[str, tuple[float, str]] = {}
    for role, many in candidates.items():
        for one in many:
            score, _ = best.get(one.column, (-1.0, ""))
            if math.isclose(one.score, score, abs_tol=1e-9):
                best[one.column] = (score, "")
            elif one.score > score:
                best[one.column] = (one.score, role)
    return {column: role for column, (_, role) in best.items()}


def _is_clear(found: list[Candidate], claimed: Mapping[str, str]) -> bool:
    """Whether the first candidate may be taken without asking."""
    first = found[0]
    fits = np.isnan(first.value_share) or first.value_share >= _TAKEN_SHARE
    alone = len(found) == 1 or first.score - found[1].score > _SAME_SCORE
    return bool(fits and alone and claimed[first.column] != "")


def _by_values(sample: pd.DataFrame, role: Role, tables: StandTables) -> tuple[str, ...]:
    """Columns whose codes alone would fit a missing role."""
    if role.kind != "code" or role.code_tables[0] not in ("YOU_SHI_SZ", "DI_LEI_OLD", "QI_YUAN", "ADMIN"):
        return ()
    return tuple(
        str(column)
        for column in sample.columns
        if sample[column].nunique() >= _SUGGESTED_DISTINCT
        and value_share(sample[column], role, tables) >= _SUGGESTED_SHARE
    )


def _check_roles(fields: Mapping[object, object]) -> None:
    unknown = sorted(str(role) for role in fields if role not in ROLES)
    if unknown:
        raise InputError("MAPPING_ROLES", roles=", ".join(unknown), known=", ".join(ROLES))


def _check_decisions(decisions: Mapping[object, object]) -> None:
    for name, choice in decisions.items():
        if str(name) not in DECISIONS or choice not in DECISIONS[str(name)]:
            known = "; ".join(f"{key}: {', '.join(values)}" for key, values in DECISIONS.items())
            raise InputError("MAPPING_DECISIONS", name=name, choice=choice, known=known)
