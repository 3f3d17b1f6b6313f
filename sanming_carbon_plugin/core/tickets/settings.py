"""What a profile may set besides its rules: each value with its source and how far it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from .tenure_rights import RIGHT_PARTS

Checker = Callable[[object], "str | None"]
"""Gives what is wrong with a value, None where it is usable."""

_LARGEST_ERROR = 10.0
"""Of a relative error: ten times the amount itself."""


@dataclass(frozen=True)
class Setting:
    """A value of a profile with where it comes from."""

    value: object
    source: str
    confidence: str


def is_number(value: object) -> bool:
    """Whether ``value`` is a usable number and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def one_of(*words: str) -> Checker:
    """A setting that is one of some words."""

    def check(value: object) -> str | None:
        return None if isinstance(value, str) and value in words else f"must be one of {', '.join(words)}"

    return check


def number(low: float, high: float, empty: bool = False) -> Checker:
    """A number from ``low`` to ``high``; null where ``empty``."""

    def check(value: object) -> str | None:
        if value is None and empty:
            return None
        if isinstance(value, (int, float)) and is_number(value) and low <= value <= high:
            return None
        return f"must be a number from {low:g} to {high:g}"

    return check


def yes_or_no(value: object) -> str | None:
    """A setting that is true or false."""
    return None if isinstance(value, bool) else "must be true or false"


def iso_date(value: object) -> str | None:
    """A date or null."""
    if value is None:
        return None
    try:
        date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return "must be a date written YYYY-MM-DD, or null"
    return None


def words(*allowed: str) -> Checker:
    """A list of some words, each once."""

    def check(value: object) -> str | None:
        if not isinstance(value, list) or not value or len(set(map(str, value))) < len(value):
            return "must be a list of different words"
        wrong = [word for word in value if word not in allowed]
        return f"knows no {wrong[0]!r}; it may name {', '.join(allowed)}" if wrong else None

    return check


def whole_numbers(value: object) -> str | None:
    """An ascending list of whole tonnes, which may be empty."""
    if isinstance(value, list) and all(isinstance(item, int) and not isinstance(item, bool) for item in value):
        return None if value == sorted(set(value)) and all(item > 0 for item in value) else "must ascend from 1"
    return "must be a list of whole numbers"


def by_group(check_one: Checker) -> Checker:
    """An object with a value per species group, and ``default`` for the rest."""

    def check(value: object) -> str | None:
        if not isinstance(value, dict):
            return "must be an object with a value per species group"
        for name, item in value.items():
            problem = check_one(item)
            if problem:
                return f"{name}: {problem}"
        return None

    return check


def band(value: object) -> str | None:
    """Two numbers, the smaller first."""
    if isinstance(value, list) and len(value) == len("ab") and all(map(is_number, value)) and value[0] <= value[1]:
        return None
    return "must be two numbers, the smaller first"


def deduction_steps(value: object) -> str | None:
    """Steps of relative error, each with its deduction, both ascending."""
    if not isinstance(value, list):
        return "must be a list of steps"
    before: tuple[float, float] = (0.0, 0.0)
    for step in value:
        if not isinstance(step, dict) or set(step) != {"up_to", "deduct"} or not all(map(is_number, step.values())):
            return 'each step must be {"up_to": number, "deduct": number}'
        if not (before[0] < step["up_to"] <= _LARGEST_ERROR and before[1] <= step["deduct"] <= 1):
            return "steps must ascend, and a deduction is a share from 0 to 1"
        before = (step["up_to"], step["deduct"])
    return None


def schemes(value: object) -> str | None:
    """Scheme ids, each with the other spellings by which layers call it."""
    if not isinstance(value, dict) or not value:
        return "must be an object with at least one scheme"
    seen: dict[str, str] = {}
    for name, spellings in value.items():
        if not isinstance(spellings, list) or not all(isinstance(item, str) and item for item in spellings):
            return f"{name}: must be a list of spellings"
        for spelling in [name, *spellings]:
            if seen.setdefault(spelling.strip().lower(), name) != name:
                return f"{spelling} stands for both {seen[spelling.strip().lower()]} and {name}"
    return None


def right_words(value: object) -> str | None:
    """The words by which certificates name a right to land, to trees, or to both, each with one meaning."""
    if not isinstance(value, dict) or set(value) != set(RIGHT_PARTS):
        return f"must be an object with {', '.join(RIGHT_PARTS)}"
    lists = list(value.values())
    if not all(isinstance(one, list) and all(isinstance(word, str) and word.strip() for word in one) for one in lists):
        return "must hold lists of words"
    every = [word for one in lists for word in one]
    return None if len(set(every)) == len(every) else "a word must have one meaning"


SETTINGS: Mapping[str, Checker] = {
    "tenure_evidence": one_of("declared", "proved"),
    "tenure_rights": right_words,
    "proved_share": number(0.5, 1.0),
    "disputed_share": number(0.0, 0.5),
    "minimum_parcel_area_ha": number(0.0, 1000.0),
    "minimum_closure": number(0.0, 1.0),
    "minimum_height_m": number(0.0, 100.0),
    "bamboo": yes_or_no,
    "natural_growth_counted": yes_or_no,
    "earliest_start": iso_date,
    "shortest_period_years": number(0.0, 100.0, empty=True),
    "longest_period_years": number(0.0, 100.0, empty=True),
    "pools": words("tree_above_ground", "tree_below_ground"),
    "baseline": one_of("none", "previous_period", "reference_growth", "stop_harvest"),
    "reference_growth_tco2e_ha_yr": by_group(number(0.0, 100.0)),
    "permitted_harvest_share": number(0.0, 1.0),
    "permitted_harvest_cycle_years": number(1.0, 200.0),
    "loss_treatment": one_of("net", "drop"),
    "uncertainty_deduction": one_of("fixed", "table"),
    "uncertainty_share": number(0.0, 1.0),
    "uncertainty_table": deduction_steps,
    "uncertainty_base": one_of("increment", "stock"),
    "risk_share": number(0.0, 1.0),
    "rounding_t": number(1.0, 1000.0),
    "denominations_t": whole_numbers,
    "plausible_total_tco2e_ha_yr": band,
    "plausible_stand_tco2e_ha_yr": by_group(band),
    "schemes": schemes,
    "shown_from_share": number(0.0, 0.1),
    "minimum_application_t": number(0.0, 1e9),
    "contiguous_application": yes_or_no,
}
"""Every setting and what it may be. All must be in a profile, so that no value is hidden in the program."""
