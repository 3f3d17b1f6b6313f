"""How the tonnes were counted: equations, settings of the profile and parameters, each with source and confidence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .document import Heading, Paragraph, Part, Table
from .reading import ApplicationFolder
from .texts import Words


def method(words: Words, application: ApplicationFolder) -> list[Part]:
    """Scope, equations and settings."""
    say, facts, profile = words.say, application.facts, application.profile
    parts: list[Part] = [
        Heading(say("section.method")),
        Paragraph(
            say("method_profile", title=words.pick(profile, "title"), id=words.text(facts["profile_id"]),
                version=words.text(facts["profile_version"]), status=status(words, facts["profile_status"]),
                dated=words.text(profile.get("dated")), hash=words.text(facts["profile_sha256"]))
        ),
        Paragraph(say("method_chain")),
        Heading(say("section.equations"), 2),
    ]  # fmt: skip
    for equation in profile.get("equations") or []:
        parts += [
            Paragraph(words.text(equation["text"]), "formula"),
            Paragraph(
                say("equation_is", title=words.pick(equation, "title"), source=words.source(equation["source"]),
                    confidence=words.confidence(equation["confidence"])),
                "note",
            ),
        ]  # fmt: skip
    parts += [
        Paragraph(say("equation_symbols"), "note"),
        Heading(say("section.settings"), 2),
        Table(
            (say("head.setting"), say("head.value"), say("head.source"), say("head.confidence")),
            tuple(setting_row(words, row) for row in application.tables["settings"].to_dict("records")),
            (3.0, 2.6, 4.9, 2.0),
        ),
        Paragraph(say("confidence_note"), "note"),
    ]
    return parts


def parameters(words: Words, application: ApplicationFolder, rows: Sequence[dict[str, str]] | None) -> list[Part]:
    """Rows of the parameter table that served these stands."""
    say, facts = words.say, application.facts
    told = say(
        "parameters_own" if rows is None else "parameters_are",
        id=words.text(facts["parameters_id"]),
        version=words.text(facts["parameters_version"]),
        status=status(words, facts["parameters_status"]),
    )
    if not rows:
        return [Heading(say("section.parameters")), Paragraph(told)]
    names = ("D_t_m3", "BEF", "RSR", "CF")
    name_of = "species_zh" if words.language == "zh" else "species_latin"
    table = Table(
        (say("head.species"), "D (t/m³)", "BEF", "RSR", "CF", say("head.source"), say("head.confidence")),
        tuple(
            ("{} {}".format(words.text(row[name_of] or row["species_zh"]), row["species_code"]),
             *(words.text(row[name]) for name in names), words.source(row["source"]),
             words.confidence(row["confidence"]))
            for row in rows
        ),
        (2.3, 1.3, 1.1, 1.1, 1.1, 4.7, 1.9),
        frozenset({1, 2, 3, 4}),
    )  # fmt: skip
    return [Heading(say("section.parameters")), Paragraph(told), table, Paragraph(say("parameter_note"), "note")]


def status(words: Words, code: object) -> str:
    """Whether a table or profile is official."""
    return words.word("report", "status_{}".format(code)) if code else words.say("none")


def setting_row(words: Words, row: dict[str, Any]) -> tuple[str, str, str, str]:
    """Name, value, source and confidence of a setting of the profile, in words."""
    key = "setting.{}".format(row["name"])
    name = words.say(key) if words.has(key) else words.text(row["name"])
    value = _value(words, json.loads(row["value"]))
    return name, value, words.source(row["source"]), words.confidence(row["confidence"])


def _value(words: Words, value: Any) -> str:  # noqa: ANN401 - settings are of different kinds
    say = words.say
    if value is None or value in ([], {}):
        told = say("not_set")
    elif isinstance(value, bool):
        told = words.word("outcome", "yes" if value else "no")
    elif isinstance(value, dict) and {"up_to", "deduct"} == set(value):
        up_to, deduct = (words.percent(value[name], 0) for name in ("up_to", "deduct"))
        told = say("deduction_step", up_to=up_to, deduct=deduct)
    elif isinstance(value, dict):
        told = say("list_semicolon").join(_entry(words, name, one) for name, one in value.items())
    elif isinstance(value, list) and len(value) == len("ab") and all(isinstance(one, float) for one in value):
        told = "{:g} – {:g}".format(*value)
    elif isinstance(value, list):
        told = say("list_semicolon").join(_value(words, one) for one in value)
    elif isinstance(value, float):
        told = "{:g}".format(value)
    else:
        told = words.scheme(value)
    return told


def _entry(words: Words, name: str, value: Any) -> str:  # noqa: ANN401
    told = words.scheme(name) if words.has("value." + name) else words.word("species_group", name)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return told  # a scheme: its other spellings say nothing to a reader
    return "{} {}".format(told, _value(words, value))
