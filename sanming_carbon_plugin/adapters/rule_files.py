"""Rule files: shipped ones, a user's own, and writing an edited one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core.classes.fields import KNOWN_FIELDS, KnownField
from ..core.classes.measures import measure_rules, with_own_rules
from ..core.classes.rules import RuleSet
from ..core.errors import InputError
from ..paths import resources_dir
from .files import output_folder

SHIPPED_RULES = ("pine_transformation.json", "national_reserve_forest.json", "forest_programme.json")
LARGEST_FILE_BYTES = 2_000_000


@dataclass(frozen=True)
class RuleFile:
    """Where a rule set came from: for the run record."""

    path: Path
    sha256: str


def read_rule_data(path: Path) -> tuple[object, RuleFile]:
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
        content = path.read_bytes()
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_pairs, parse_constant=_no_number)
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
    return data, RuleFile(path, hashlib.sha256(content).hexdigest())


def read_rules(path: Path, known_fields: Mapping[str, KnownField] = KNOWN_FIELDS) -> tuple[RuleSet, RuleFile]:
    """A checked set of rules about measures.

    Raises
    ------
    InputError
        RULES_NOT_READ or RULES_INVALID.
    """
    data, source = read_rule_data(path)
    return measure_rules(data, known_fields), source


def shipped_rules(known_fields: Mapping[str, KnownField] = KNOWN_FIELDS) -> list[tuple[RuleSet, RuleFile]]:
    """The rule sets that come with the plugin."""
    return [read_rules(resources_dir() / "rules" / name, known_fields) for name in SHIPPED_RULES]


def load_rules(
    own: Path | None = None, known_fields: Mapping[str, KnownField] = KNOWN_FIELDS
) -> tuple[list[RuleSet], list[RuleFile]]:
    """The rule sets of a run: the shipped ones, with the measures of a user's file put in their place."""
    shipped = shipped_rules(known_fields)
    sets, files = [rule_set for rule_set, _ in shipped], [file for _, file in shipped]
    if own is None:
        return sets, files
    mine, source = read_rules(own, known_fields)
    return with_own_rules(sets, mine), [*files, source]


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
