"""Rule files: shipped ones, a user's own, and writing an edited one. Nothing in them is ever executed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..core.classes.fields import KNOWN_FIELDS, KnownField
from ..core.classes.measures import measure_rules, with_declared, with_own_rules
from ..core.classes.rules import RuleSet
from ..core.errors import InputError
from ..paths import resources_dir
from .resources import read_json

SHIPPED_RULES = ("pine_transformation.json", "national_reserve_forest.json", "forest_programme.json")


def read_rules(path: Path, known_fields: Mapping[str, KnownField] = KNOWN_FIELDS) -> RuleSet:
    """A checked set of rules about measures.

    Raises
    ------
    InputError
        As :func:`~sanming_carbon_plugin.adapters.resources.read_json`, and RULES_INVALID with every problem.
    """
    return measure_rules(read_json(path), known_fields)


def load_rule_sets(own: Path | None = None, known_fields: Mapping[str, KnownField] = KNOWN_FIELDS) -> list[RuleSet]:
    """The rule sets of a run: the shipped ones, with the measures of a user's file ``own`` put in their place.

    A file without measures that only has ``declared`` leaves the shipped rules as they are and answers for words that
    no column of the layer says, for example that the county has no nature reserve.

    Raises
    ------
    InputError
        As :func:`read_rules`.
    """
    shipped = [read_rules(resources_dir() / "rules" / name, known_fields) for name in SHIPPED_RULES]
    if own is None:
        return shipped
    data = read_json(own)
    try:
        if "measures" not in data and "declared" in data:
            return with_declared(shipped, data)
        return with_own_rules(shipped, measure_rules(data, known_fields))
    except InputError as problem:
        # A copy has the id of the shipped file, or none: which file is meant is told by its path.
        if problem.code == "RULES_INVALID":
            problem.values["rules"] = str(own)
        raise
