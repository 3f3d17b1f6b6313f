"""A profile: the rules and values of one crediting scheme, as an editable file states them.

Nothing of a scheme is fixed in the program except what makes a number creditable at all: growth measured at
both dates, a period that can be credited, a known baseline, and ground and days that are free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ..classes.conditions import ConditionReader
from ..classes.fields import KNOWN_FIELDS, NUMBER, TEXT, KnownField
from ..classes.problems import ProblemList, Problems, shown
from ..classes.rules import LONGEST_TEXT, RuleSet, rules_invalid
from ..errors import InputError
from .declarations import read_declarations
from .settings import SETTINGS, Setting, iso_date

if TYPE_CHECKING:
    from collections.abc import Collection

MEASURE = "ticket"
KINDS = ("ticket", "screen")
STATUSES = ("official", "provisional")
CONFIDENCES = ("verified", "derived", "GK-high", "GK-medium", "GK-low", "design")

POOLS = frozenset({"tree_above_ground", "tree_below_ground"})
"""What the sink holds. A profile that counts another part of it must be refused, not passed over in silence."""

_YES_NO = frozenset({"yes", "no"})
TICKET_FIELDS: dict[str, KnownField] = {
    "measured_at_both_dates": KnownField(TEXT, words=_YES_NO),
    "period_allowed": KnownField(TEXT, words=_YES_NO),
    "period_start_year": KnownField(NUMBER, 1900.0, 2200.0),
    "baseline_known": KnownField(TEXT, words=_YES_NO),
    "error_allowed": KnownField(TEXT, words=_YES_NO),
    "free_share": KnownField(NUMBER, 0.0, 1.0),
    "parcel_area_ha": KnownField(NUMBER, 0.0),
    "tenure_covered_share": KnownField(NUMBER, 0.0, 1.0),
    "wetland": KnownField(TEXT, words=_YES_NO),
    "mineral_soil": KnownField(TEXT, words=_YES_NO),
    "cleared_or_burned": KnownField(TEXT, words=_YES_NO),
    "litter_removed": KnownField(TEXT, words=_YES_NO),
    "displaces_farming": KnownField(TEXT, words=_YES_NO),
    "soil_disturbed_share": KnownField(NUMBER, 0.0, 1.0),
    "felling_stopped": KnownField(TEXT, words=_YES_NO),
    "managed": KnownField(TEXT, words=_YES_NO),
    "scattered_tree_closure": KnownField(NUMBER, 0.0, 1.0),
    "not_forest_years": KnownField(NUMBER, 0.0, 1000.0),
    "not_forest_since": KnownField(NUMBER, 1900.0, 2200.0),
}
"""What ticket rules may ask beside the facts of every run: made by this room, or declared with the stands."""

FIXED_CONDITIONS: dict[str, dict[str, object]] = {
    "MEASURED": {"field": "measured_at_both_dates", "op": "==", "value": "yes"},
    "PERIOD": {"field": "period_allowed", "op": "==", "value": "yes"},
    "BASELINE": {"field": "baseline_known", "op": "==", "value": "yes"},
    "PRECISION": {"field": "error_allowed", "op": "==", "value": "yes"},
    "FREE": {"field": "free_share", "op": ">", "value": 0},
}
"""Rules that every profile must hold as they stand here; a file gives only their words and source."""

_TEXTS = ("title", "title_zh")
_TOP = {"id", "version", "status", "kind", "scheme", "dated", "valid_from", "valid_to", *_TEXTS}
_TOP |= {"note", "note_zh", "settings", "rules", "evidence", "equations", "declared"}


@dataclass(frozen=True)
class Paper:
    """A paper an office asks for; ``needed_for`` is ``screening`` or ``application``."""

    id: str
    title: str
    title_zh: str
    needed_for: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Equation:
    """An equation of the method, for the dossier and for whoever checks it."""

    text: str
    title: str
    title_zh: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Profile:
    """A checked profile.

    Attributes
    ----------
    kind
        ``ticket``, or ``screen`` for a method whose conditions are only looked through.
    scheme
        Under which name its own credits stand in a layer of credited parcels.
    settings
        Every setting of :data:`settings.SETTINGS` with source and confidence.
    rule_set
        The rules that apply under these settings, for the rule engine, and what an office declared for them.
    data
        The file's content as it was read.
    """

    id: str
    version: str
    status: str
    kind: str
    scheme: str
    dated: str
    valid_from: str | None
    valid_to: str | None
    title: str
    title_zh: str
    settings: Mapping[str, Setting]
    rule_set: RuleSet
    evidence: tuple[Paper, ...] = ()
    equations: tuple[Equation, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    @staticmethod
    def from_dict(data: object, known_fields: Mapping[str, KnownField] = KNOWN_FIELDS) -> Profile:
        """Check the content of a profile file and make a profile of it.

        Raises
        ------
        InputError
            PROFILE_INVALID, with every problem and its place.
        """
        problems = Problems()
        made = _Reader(data, {**known_fields, **TICKET_FIELDS}, problems).read()
        if made is None or problems.found:
            words = rules_invalid(data, problems).values
            raise InputError(
                "PROFILE_INVALID", profile=words["rules"], count=words["count"], problems=words["problems"]
            )
        return made

    @property
    def provisional(self) -> bool:
        """Whether every output made with it must say that the official text was not at hand."""
        return self.status == "provisional"

    def value(self, name: str) -> Any:  # noqa: ANN401 - settings are of different kinds
        """Value of a setting."""
        return self.settings[name].value

    def number(self, name: str) -> float:
        """Value of a setting that is a number."""
        return float(self.settings[name].value)  # type: ignore[arg-type]

    def in_force(self, day: date) -> bool:
        """Whether the profile holds on ``day``; open where it gives no date."""
        after = self.valid_from is None or date.fromisoformat(self.valid_from) <= day
        return after and (self.valid_to is None or day <= date.fromisoformat(self.valid_to))

    def ended(self, day: date) -> bool:
        """Whether the profile held until a day before ``day``."""
        return self.valid_to is not None and date.fromisoformat(self.valid_to) < day

    def fingerprint(self) -> str:
        """SHA-256 over the file's content."""
        return self.rule_set.fingerprint()


class _Reader:
    """Reads one profile; every problem is noted, none stops the reading of the rest."""

    def __init__(self, data: object, known: Mapping[str, KnownField], problems: Problems) -> None:
        self._data = data
        self._known = known
        self._problems = problems

    def read(self) -> Profile | None:
        data = self._data
        if not isinstance(data, dict):
            self._problems.add("$", "must be an object, not {}", shown(data))
            return None
        for key in data:
            if key not in _TOP:
                self._problems.add("$", "unknown key {}", shown(key))
        texts = {key: self._text(data, key, "$") for key in ("id", "version", "scheme", "dated", *_TEXTS)}
        status, kind = self._word(data, "status", STATUSES), self._word(data, "kind", KINDS)
        valid = {key: self._date(data, key) for key in ("valid_from", "valid_to")}
        self._date(data, "dated")
        settings = self._settings(data.get("settings"))
        rule_set = self._rule_set(data, settings) if len(settings) == len(SETTINGS) else None
        papers = tuple(Paper(**row) for row in self._rows("evidence", ("id", *_TEXTS, "needed_for")))
        equations = tuple(Equation(**row) for row in self._rows("equations", ("text", *_TEXTS)))
        self._check_sense(settings, valid)
        if rule_set is None:
            return None
        return Profile(
            **texts,
            valid_from=valid["valid_from"],
            valid_to=valid["valid_to"],
            status=status,
            kind=kind,
            settings=settings,
            rule_set=rule_set,
            evidence=papers,
            equations=equations,
            data=data,
        )

    def _text(self, data: Mapping[str, object], key: str, path: str) -> str:
        value = data.get(key)
        if isinstance(value, str) and value.strip() and len(value) <= LONGEST_TEXT:
            if not re.search(r"[\x00-\x1f]|<\s*/?\s*[a-zA-Z!]", value):
                return value
            self._problems.add(f"{path}.{key}", "holds control characters or markup")
        else:
            self._problems.add(f"{path}.{key}", "must be a text of 1 to {} characters", LONGEST_TEXT)
        return ""

    def _word(self, data: Mapping[str, object], key: str, words: Collection[str], path: str = "$") -> str:
        value = data.get(key)
        if isinstance(value, str) and value in words:
            return value
        self._problems.add(f"{path}.{key}", "must be one of {}, not {}", ", ".join(words), shown(value))
        return ""

    def _date(self, data: Mapping[str, object], key: str) -> str | None:
        problem = iso_date(data.get(key))
        if problem:
            self._problems.add(f"$.{key}", problem)
            return None
        value = data.get(key)
        return value if isinstance(value, str) else None

    def _settings(self, data: object) -> dict[str, Setting]:
        if not isinstance(data, dict):
            self._problems.add("$.settings", "must be an object")
            return {}
        for name in data:
            if name not in SETTINGS:
                self._problems.add("$.settings", "unknown setting {}", shown(name))
        found = {}
        for name, check in SETTINGS.items():
            path, item = f"$.settings.{name}", data.get(name)
            if not isinstance(item, dict) or set(item) != {"value", "source", "confidence"}:
                self._problems.add(path, 'must be {"value": …, "source": …, "confidence": …}')
                continue
            problem = check(item["value"])
            if problem:
                self._problems.add(f"{path}.value", "{}, not {}", problem, shown(item["value"]))
            source, confidence = self._text(item, "source", path), self._word(item, "confidence", CONFIDENCES, path)
            if not problem:
                found[name] = Setting(item["value"], source, confidence)
        return found

    def _rule_set(self, data: Mapping[str, Any], settings: Mapping[str, Setting]) -> RuleSet | None:
        items = data.get("rules")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self._problems.add("$.rules", "must be a list of rules")
            return None
        rules = [self._resolved(item, settings, f"$.rules[{i}]") for i, item in enumerate(items)]
        by_id = {item.get("id"): item for item in items}
        for name, condition in FIXED_CONDITIONS.items():
            item = by_id.get(name)
            if item is None or item.get("condition") != condition or set(item) & {"when", "technique"}:
                self._problems.add("$.rules", "must hold the rule {} with the condition {}", name, condition)
            elif item.get("kind") != "require":
                self._problems.add("$.rules", "the rule {} must be of kind require", name)
        measure = {"title": data.get("title"), "title_zh": data.get("title_zh")}
        content = {key: data.get(key) for key in ("id", "version", "status", *_TEXTS)}
        kept = [i for i, rule in enumerate(rules) if rule is not None]
        content |= {"measures": {MEASURE: {**measure, "rules": [rules[i] for i in kept]}}}
        try:
            made = RuleSet.from_dict(content, self._known, {MEASURE: ()})
        except InputError as fault:
            inner = fault.values["problems"]
            for one in inner.parts if isinstance(inner, ProblemList) else ():
                self._problems.found.append(replace(one, place=_place_in_file(one.place, kept)))
            return None
        declared = read_declarations(data.get("declared", []), made, self._problems)
        # The fingerprint of a run's rules covers the settings and declarations too.
        return replace(made, declarations=declared, data=data)

    def _resolved(self, item: dict[str, Any], settings: Mapping[str, Setting], path: str) -> dict[str, Any] | None:
        """The rule with values in place of settings; None where it does not apply under these settings."""
        when = item.get("when", {})
        if not isinstance(when, dict) or any(name not in settings for name in when):
            self._problems.add(f"{path}.when", "must name settings and the value each must have")
            return None
        rule = {key: value for key, value in item.items() if key != "when"}
        rule["condition"] = self._with_values(item.get("condition"), settings, f"{path}.condition")
        if all(settings[name].value == value for name, value in when.items()):
            return rule
        # A rule that sleeps under these settings must still be one that can be read when they change.
        ConditionReader(self._known, {}, self._problems).read(rule["condition"], f"{path}.condition")
        return None

    def _with_values(self, data: object, settings: Mapping[str, Setting], path: str, level: int = 0) -> object:
        if level > 2 * 16:
            return data
        if isinstance(data, list):
            return [self._with_values(item, settings, f"{path}[{i}]", level + 1) for i, item in enumerate(data)]
        if not isinstance(data, dict):
            return data
        if set(data) == {"setting"}:
            name = data["setting"]
            if isinstance(name, str) and name in settings:
                return settings[name].value
            self._problems.add(path, "there is no setting {}", shown(name))
            return None
        return {key: self._with_values(item, settings, f"{path}.{key}", level + 1) for key, item in data.items()}

    def _rows(self, section: str, names: tuple[str, ...]) -> list[dict[str, str]]:
        data = self._data.get(section, []) if isinstance(self._data, dict) else []
        if not isinstance(data, list):
            self._problems.add(f"$.{section}", "must be a list")
            return []
        rows = []
        for i, item in enumerate(data):
            path, expected = f"$.{section}[{i}]", (*names, "source", "confidence")
            if not isinstance(item, dict) or set(item) != set(expected):
                self._problems.add(path, "must be an object with {}", ", ".join(expected))
                continue
            rows.append({name: self._text(item, name, path) for name in expected})
        return rows

    def _check_sense(self, settings: Mapping[str, Setting], valid: Mapping[str, str | None]) -> None:
        """Values that are usable one by one but not together."""
        first, last = valid["valid_from"], valid["valid_to"]
        if first and last and last < first:
            self._problems.add("$.valid_to", "lies before valid_from")
        if len(settings) < len(SETTINGS):
            return
        if settings["natural_growth_counted"].value is False and settings["baseline"].value == "none":
            self._problems.add("$.settings.baseline", "must not be none where natural growth is not counted")
        if settings["uncertainty_deduction"].value == "table" and not settings["uncertainty_table"].value:
            self._problems.add("$.settings.uncertainty_table", "has no step although it is used")
        if set(settings["pools"].value) != POOLS:  # type: ignore[call-overload]
            self._problems.add("$.settings.pools", f"must be {' and '.join(sorted(POOLS))}: no other sink is counted")
        if isinstance(self._data, dict) and self._data.get("scheme") not in dict(settings["schemes"].value):  # type: ignore[call-overload]
            self._problems.add("$.scheme", "is none of the schemes in settings.schemes")
        shortest, longest = settings["shortest_period_years"].value, settings["longest_period_years"].value
        if shortest is not None and longest is not None and shortest > longest:  # type: ignore[operator]
            self._problems.add("$.settings.longest_period_years", "is shorter than shortest_period_years")


def _place_in_file(text: str, kept: list[int]) -> str:
    """The place as the file has it: the rule engine only sees the rules that apply."""
    text = text.replace(f"$.measures.{MEASURE}", "$")
    return re.sub(r"\$\.rules\[(\d+)\]", lambda found: f"$.rules[{kept[int(found.group(1))]}]", text)
