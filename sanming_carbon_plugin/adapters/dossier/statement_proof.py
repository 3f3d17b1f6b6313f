"""How sure the total is, and what others have credited on the same ground."""

from __future__ import annotations

import pandas as pd

from .document import Heading, Paragraph, Part, Table
from .reading import ApplicationFolder
from .texts import Words


def uncertainty(words: Words, application: ApplicationFolder) -> list[Part]:
    """Interval, what makes it, and the deduction for it."""
    say, facts, number = words.say, application.facts, words.number
    base = say("base_" + facts["relative_error_base"]) if facts["relative_error_base"] else say("none")
    came = facts["relative_error_from"]
    parts: list[Part] = [
        Heading(say("section.uncertainty")),
        Paragraph(
            say("uncertainty_is", net=number(facts["net_tco2e"]), low=number(facts["net_low_tco2e"]),
                high=number(facts["net_high_tco2e"]), error=words.percent(facts["relative_error"]), base=base)
        ),
        Paragraph(say("error_from_" + came) if came in ("components", "widest") else say("error_from_none")),
        Paragraph(say("deduction_is", u=words.percent(facts["deduction"]), r=words.percent(facts["risk_share"]),
                      total=number(facts["total_tco2e"]), low=number(facts["low_tco2e"]),
                      high=number(facts["high_tco2e"]))),
    ]  # fmt: skip
    table = application.tables["uncertainty"]
    if not len(table):
        return parts
    ordered = table.sort_values("share", ascending=False, kind="stable").to_dict("records")
    rows = tuple(
        (words.word("component", row["component"]), number(row["sd_tco2e_yr"]), words.percent(row["share"]))
        for row in ordered
        if row["sd_tco2e_yr"] != 0
    )
    head = (words.word("column", "component"), say("head.sd"), say("head.share"))
    return [*parts, Table(head, rows, (5.0, 3.0, 2.5), frozenset({1, 2})), Paragraph(say("component_note"), "note")]


def double_count(words: Words, application: ApplicationFolder) -> list[Part]:
    """What is free in space and time, what is blocked and by whom, and ground that two pieces claim."""
    say, facts, number = words.say, application.facts, words.number
    parts_table = application.tables["parts"]
    counted = parts_table[parts_table["counts"] == "yes"]
    parts: list[Part] = [
        Heading(say("section.double_count")),
        Paragraph(say("double_count_is", area=number(facts["area_ha"], 4), free=number(facts["free_ha"], 4),
                      blocked=number(facts["blocked_ha"], 4))),
        _by_scheme(words, counted),
    ]  # fmt: skip
    taken = counted[counted["state"] != "free"]
    if len(taken):
        parts += [Heading(say("section.taken_parts"), 2), _parts_table(words, taken)]
    overlaps = application.tables["overlaps"]
    if len(overlaps):
        head = ("piece", "stand", "other_piece", "other_stand", "overlap_ha")
        rows = tuple(
            (str(row["piece"]), words.text(row["stand_key"]), str(row["other_piece"]),
             words.text(row["other_stand_key"]), number(row["area_ha"], 4))
            for row in overlaps.to_dict("records")
        )  # fmt: skip
        table = Table(tuple(say("head." + key) for key in head), rows, (1.2, 4, 1.2, 4, 2), frozenset({4}))
        parts += [Heading(say("section.overlaps"), 2), Paragraph(say("overlap_note")), table]
    else:
        parts.append(Paragraph(say("no_overlaps"), "note"))
    return [*parts, Paragraph(say("layer_note"), "note")]


def _by_scheme(words: Words, counted: pd.DataFrame) -> Table:
    say = words.say
    keys = ["state", "reason", "scheme"]
    known = counted.assign(scheme=counted["scheme"].fillna(""))
    grouped = known.groupby(keys, sort=True, dropna=False)["area_ha"].agg(["size", "sum"]).reset_index()
    rows = tuple(
        (words.word("ticket_piece", row["state"]), words.word("ticket_reason", row["reason"]),
         words.scheme(row["scheme"] or None), str(row["size"]), words.number(row["sum"], 4))
        for row in grouped.to_dict("records")
    )  # fmt: skip
    head = tuple(say("head." + key) for key in ("state", "reason", "scheme", "parts", "area_ha"))
    return Table(head, rows, (2.4, 4.2, 2.6, 1.2, 2.0), frozenset({3, 4}))


def _parts_table(words: Words, taken: pd.DataFrame) -> Table:
    rows = tuple(
        (str(row["piece"]), words.text(row["stand_key"]), words.word("ticket_piece", row["state"]),
         words.scheme(row["scheme"]), words.text(row["scheme_id"]),
         words.say("from_to", start=words.text(row["date_from"]), end=words.text(row["date_to"])),
         words.number(row["area_ha"], 4))
        for row in taken.to_dict("records")
    )  # fmt: skip
    keys = ("piece", "stand", "state", "scheme", "scheme_id", "dates", "area_ha")
    return Table(
        tuple(words.say("head." + key) for key in keys), rows, (1.25, 3.1, 2.2, 2, 2, 2.4, 1.7), frozenset({6})
    )
