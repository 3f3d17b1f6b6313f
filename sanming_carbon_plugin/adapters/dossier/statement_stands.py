"""The stands of an application: what each gives, who gets it, what was left out, and every rule in words."""

from __future__ import annotations

import json

import pandas as pd

from ..code_words import value_word
from .document import Heading, Paragraph, Part, Table
from .reading import ApplicationFolder, plain
from .texts import Words

_OPERATORS = {">=": "≥", "<=": "≤", "!=": "≠", "==": "=", ">": ">", "<": "<"}


def stands(words: Words, application: ApplicationFolder) -> list[Part]:
    """Every piece that counts, with its tonnes, and their sum."""
    say, number, facts = words.say, words.number, application.facts
    keys = ("piece", "stand", "certificate", "holder", "area_mu", "free_share", "net_t", "tonnes", "whole_t")
    rows = [
        (str(row["piece"]), words.text(row["stand_key"]), words.text(row["certificate"]), words.text(row["holder"]),
         number(row["area_mu"]), words.percent(row["free_share"]), number(row["net_tco2e"]),
         number(row["tonnes_tco2e"]), number(row["whole_t"], 0))
        for row in application.tables["pieces"].to_dict("records")
    ]  # fmt: skip
    total = (say("total_row"), "", "", "", number(facts["area_mu"]), "", number(facts["net_tco2e"]),
             number(facts["total_tco2e"]), number(facts["whole_t"], 0))  # fmt: skip
    widths = (1.25, 2.9, 2.3, 2.0, 1.6, 1.5, 1.8, 2.15, 1.5)
    return [
        Heading(say("section.stands")),
        Paragraph(say("stands_note")),
        Table(tuple(say("head." + key) for key in keys), (*rows, total), widths, frozenset(range(4, 9)), sum_row=True),
    ]


def households(words: Words, application: ApplicationFolder) -> list[Part]:
    """Share of each holder; only for a joint application."""
    if not application.joint:
        return []
    say, number, facts = words.say, words.number, application.facts
    rows = [
        (words.text(row["holder"]), words.word("outcome", row["authorised"]), number(row["area_mu"]),
         number(row["tonnes_tco2e"]), number(row["whole_t"], 0), words.percent(row["income_share"], 3))
        for row in application.tables["households"].to_dict("records")
    ]  # fmt: skip
    total = (say("total_row"), "", number(facts["area_mu"]), number(facts["total_tco2e"]),
             number(facts["whole_t"], 0), words.percent(1.0, 3))  # fmt: skip
    keys = ("holder", "authorised", "area_mu", "tonnes", "whole_t", "income_share")
    head = tuple(say("head." + key) for key in keys)
    return [
        Heading(say("section.households")),
        Paragraph(say("households_note")),
        Table(head, (*rows, total), (4.0, 1.6, 2.0, 2.2, 1.8, 2.2), frozenset(range(2, 6)), sum_row=True),
    ]


def left_out(words: Words, application: ApplicationFolder) -> list[Part]:
    """Pieces of the same holders that do not count, each with the reason."""
    say, number, facts = words.say, words.number, application.facts
    table = application.tables["left_out"]
    parts: list[Part] = [Heading(say("section.left_out"))]
    bias = facts["loss_bias_tco2e"]
    if bias is not None:
        parts.append(Paragraph(say("loss_bias", bias=number(bias)), "notice"))
    if not len(table):
        return [*parts, Paragraph(say("none_left_out"))]
    rows = tuple(
        (str(row["piece"]), words.text(row["stand_key"]), words.text(row["holder"]), number(row["area_mu"]),
         words.word("application_reason", plain(row["reason"])), missing_evidence(words, row["missing"]),
         words.word("outcome", plain(row["neighbour"])), number(row["net_tco2e"]))
        for row in table.to_dict("records")
    )  # fmt: skip
    keys = ("piece", "stand", "holder", "area_mu", "reason", "missing", "neighbour", "net_t")
    head = tuple(say("head." + key) for key in keys)
    return [
        *parts,
        Paragraph(say("left_out_note", neighbours=facts["left_out_neighbours"])),
        Table(head, rows, (1.25, 2.9, 2.3, 1.4, 2.5, 2.2, 1.3, 1.6), frozenset({3, 7})),
    ]


def rule_trace(words: Words, application: ApplicationFolder) -> list[Part]:
    """The rules with their source, then each stand with what every rule saw."""
    say = words.say
    rules = application.tables["rules"]
    if not len(rules):
        return [Heading(say("section.rules")), Paragraph(say("no_rules"))]
    asked = rules.drop_duplicates("rule").to_dict("records")
    listed = Table(
        tuple(say("head." + key) for key in ("rule", "rule_title", "source", "confidence")),
        tuple(
            (words.text(row["rule"]), rule_title(words, row), words.source(row["source"]),
             words.confidence(row["confidence"]))
            for row in asked
        ),
        (1.9, 3.5, 4.9, 2.0),
    )  # fmt: skip
    return [
        Heading(say("section.rules")),
        Paragraph(say("rules_note")),
        listed,
        Heading(say("section.trace"), 2),
        Paragraph(say("trace_note")),
        Table(
            tuple(say("head." + key) for key in ("stand", "outcome", "trace")),
            tuple(_traces(words, rules)),
            (3.1, 1.3, 9),
        ),
    ]


def _traces(words: Words, rules: pd.DataFrame) -> list[tuple[str, str, str]]:
    rows = []
    for key, group in rules.groupby("stand_key", sort=False):
        told: dict[str, list[str]] = {"fail": [], "unknown": [], "pass": [], "certificate": []}
        for row in group.to_dict("records"):
            wide = plain(row["stand_wide"]) != "no"
            told[row["outcome"] if wide else "certificate"].append(rule_title(words, row) + _seen(words, row))
        outcome = next((name for name in ("fail", "unknown") if told[name]), "pass")
        sentences = [
            words.say("traced", outcome=words.say("rule_" + name), rules=words.say("list_comma").join(titles))
            for name, titles in told.items()
            if titles
        ]
        rows.append((words.text(key), words.say("rule_" + outcome), " ".join(sentences)))
    return rows


def _seen(words: Words, row: dict) -> str:
    """What a rule that compares numbers saw, and its limit."""
    seen, limit = plain(row["value"]), plain(row["threshold"])
    if plain(row["distance"]) is None or limit is None or row["stand_wide"] == "no":
        return ""
    unknown = words.word("report", "unknown") if seen is None else _short(seen)
    return words.say("saw", seen=unknown, op=_OPERATORS.get(row["op"], row["op"]), limit=_short(limit))


def _short(value: object) -> str:
    try:
        return "{:.4g}".format(float(str(value)))
    except ValueError:
        return str(value)


def limit_of(words: Words, row: dict) -> str | None:
    """What a rule asks for: operator and limit, both in words."""
    limit = plain(row["threshold"])
    if limit is None:
        return None
    values = json.loads(str(limit)) if str(limit).startswith("[") else [limit]
    told = words.say("list_comma").join(_value_of_rule(words, value) for value in values)
    return "{} {}".format(words.word("rule_operator", row["op"]), told)


def seen_in_words(words: Words, value: object) -> object:
    """What a rule saw: a code in words, a number as it is."""
    seen = plain(value)
    return _value_of_rule(words, seen) if isinstance(seen, str) else seen


def _value_of_rule(words: Words, value: object) -> str:
    known = value_word(("DI_LEI_OLD", "DI_LEI_2020", "DI_LEI_SANDIAO", "SURVEY_METHOD"), str(value), words.language)
    return words.word("yes_no", known)


def rule_title(words: Words, row: dict) -> str:
    """What a rule asks, in words."""
    title = words.pick(row, "title")
    return words.say("excluded_if", title=title) if row["kind"] == "exclude" else title


def missing_evidence(words: Words, names: object) -> str:
    """What an application still lacks, in words."""
    fields = [name for name in str(plain(names) or "").replace(",", ";").split(";") if name.strip()]
    told = [_field(words, name.strip()) for name in fields]
    return words.say("list_comma").join(told) if told else words.say("none")


def _field(words: Words, name: str) -> str:
    key = "field.{}".format(name)
    return words.say(key) if words.has(key) else words.word("column", name)
