"""Rule files: shipped ones, a user's own, and writing an edited one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ..core.classes.fields import KNOWN_FIELDS, KnownField
from ..core.classes.measures import measure_rules, with_own_rules
from ..core.classes.rules import RuleSet
from ..core.errors import InputError
from ..paths import resources_dir
from .output_files import output_folder

SHIPPED_RULES = ("pine_transformation.json", "national_reserve_forest.json", "forest_programme.json")
LARGEST_FILE_BYTES = 2_000_000


def read_rule_data(path: Path) -> object:
    """Content of a rule or profile file: plain JSON, nothing in it is executed.

    Raises
    ------
    InputError
        RULES_NOT_READ where the file is missing, too large, not UTF-8, no JSON, nested beyond reason, holds
        numbers that are none, or names a key twice; with line and column where there is one.
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise _not_read(path, "larger than {} bytes".format(LARGEST_FILE_BYTES))
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_number)
    except OSError as error:
        raise _not_read(path, error.strerror or type(error).__name__) from error
    except json.JSONDecodeError as error:
        place = "line {}, column {}: {}".format(error.lineno, error.colno, error.msg)
        raise _not_read(path, place) from error
    except RecursionError as error:
        raise _not_read(path, "nested too deeply") from error
    except UnicodeDecodeError as error:
        raise _not_read(path, "not UTF-8 at byte {}".format(error.start)) from error
    except ValueError as error:
        # The parser's own words: a number with too many digits, a constant or a key refused below.
        raise _not_read(path, str(error)) from error


def read_rules(path: Path, known_fields: Mapping[str, KnownField] = KNOWN_FIELDS) -> RuleSet:
    """A checked set of rules about measures.

    Raises
    ------
    InputError
        RULES_NOT_READ or RULES_INVALID.
    """
    return measure_rules(read_rule_data(path), known_fields)


def load_rule_sets(own: Path | None = None, known_fields: Mapping[str, KnownField] = KNOWN_FIELDS) -> list[RuleSet]:
    """The rule sets of a run: the shipped ones, with the measures of a user's file ``own`` put in their place.

    Raises
    ------
    InputError
        RULES_NOT_READ or RULES_INVALID.
    """
    shipped = [read_rules(resources_dir() / "rules" / name, known_fields) for name in SHIPPED_RULES]
    return shipped if own is None else with_own_rules(shipped, read_rules(own, known_fields))


def write_rules(rule_set: RuleSet, path: Path) -> None:
    """Write a rule set, whole or not at all, as a file that :func:`read_rules` reads.

    Raises
    ------
    OutputError
        Where the folder of ``path`` cannot be written.
    """
    with output_folder(path.parent) as folder:
        text = json.dumps(rule_set.data, ensure_ascii=False, indent=2) + "\n"
        (folder / path.name).write_text(text, encoding="utf-8")


def _not_read(path: Path, reason: str) -> InputError:
    return InputError("RULES_NOT_READ", path=path, reason=reason)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            reason = "the key {!r} stands twice in one object".format(key[:40])
            raise ValueError(reason)
        found[key] = value
    return found


def _no_number(name: str) -> object:
    reason = "{} is no number".format(name)
    raise ValueError(reason)
