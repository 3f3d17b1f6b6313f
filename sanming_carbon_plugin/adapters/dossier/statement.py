"""The statement of an application: what is applied for, how it was counted, and what it rests on.

Its parts are the same for Word and PDF. Every figure is taken from the application's own tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import statement_method, statement_papers, statement_proof, statement_stands
from .document import Document, Heading, Paragraph, Part, Picture, Table
from .papers import Register
from .reading import ApplicationFolder
from .texts import Words

DIGITS_OF_HASH = 12


@dataclass(frozen=True)
class Contents:
    """What the papers of one application are made from.

    Attributes
    ----------
    parameters
        Rows of the parameter table that served, see :func:`.parameters.rows_used`.
    day
        Day on which the papers are made, ISO.
    """

    application: ApplicationFolder
    register: Register
    parameters: tuple[dict[str, str], ...] | None
    day: str


def statement(contents: Contents, location_map: Path | None, language: str) -> Document:
    """The whole statement in one language; the location map is shown where there is one."""
    words, application = Words(language), contents.application
    facts = application.facts
    parts: list[Part] = [
        Paragraph(words.pick(facts, "profile_title"), "subtitle"),
        Paragraph(words.say("title"), "title"),
        Paragraph(
            words.say("title_of", applicant=words.text(facts["applicant"]), period=period(words, facts)), "subtitle"
        ),
        Paragraph(notice(words, application), "notice"),
        *_refusal(words, application),
        *_summary(words, application),
    ]
    if location_map is not None:
        parts += [Picture(location_map, words.say("location_caption"))]
    parts += statement_method.method(words, application)
    parts += statement_method.parameters(words, application, contents.parameters)
    parts += statement_proof.uncertainty(words, application)
    parts += statement_proof.double_count(words, application)
    parts += statement_stands.stands(words, application)
    parts += statement_stands.households(words, application)
    parts += statement_stands.left_out(words, application)
    parts += statement_stands.rule_trace(words, application)
    parts += statement_papers.papers(words, contents.register)
    parts += statement_papers.record(words, application)
    parts += statement_papers.signatures(words, application)
    return Document(
        title="{} – {}".format(words.say("title"), words.text(facts["applicant"])),
        language=language,
        header=(short_notice(words, application), words.text(facts["applicant"])),
        footer=words.say(
            "footer", day=contents.day, hash=next(iter(application.files.values()))[:DIGITS_OF_HASH],
            version=words.text(facts["plugin_version"]),
        ),
        page_of=words.say("page_of", page="{page}", pages="{pages}"),
        parts=tuple(parts),
    )  # fmt: skip


def period(words: Words, facts: dict) -> str:
    """First and last day."""
    return words.say("period", start=facts["period_start"], end=facts["period_end"])


def notice(words: Words, application: ApplicationFolder) -> str:
    """What must stand on every paper."""
    own = words.pick(application.facts, "notice")
    return own if own != words.say("none") else words.say("notice_official")


def short_notice(words: Words, application: ApplicationFolder) -> str:
    """The same in a few words, for the head of a page."""
    return words.say("provisional_short" if application.provisional else "official_short")


def _failed(words: Words, application: ApplicationFolder) -> list[str]:
    codes = str(application.facts["failed_rules"] or "").split(";")
    return [words.word("application_rule", code) for code in codes if code]


def _refusal(words: Words, application: ApplicationFolder) -> list[Part]:
    """That nothing may be issued on these papers, where the application as a whole fails."""
    if application.facts["outcome"] == "yes":
        return []
    rules = words.say("list_semicolon").join(_failed(words, application))
    return [Paragraph(words.say("not_to_be_issued", rules=rules), "notice")]


def _summary(words: Words, application: ApplicationFolder) -> list[Part]:
    facts, say, number = application.facts, words.say, words.number
    failed = say("list_semicolon").join(_failed(words, application))
    faces = application.tables["tickets"].to_dict("records")
    tickets = [say("ticket_of", count=number(row["count"], 0), face=number(row["face_t"], 0)) for row in faces]
    rows = [
        ("applicant", words.text(facts["applicant"])),
        ("kind", say("kind_" + facts["kind"])),
        ("village", words.text(facts["village"])),
        ("period_name", say("period_days", start=facts["period_start"], end=facts["period_end"],
                            days=number(facts["days"], 0), years=number(facts["years"], 3))),
        ("counted", say("counted_of", pieces=facts["pieces"], stands=facts["stands"], parcels=facts["parcels"],
                        holders=facts["holders"], left=facts["left_out"])),
        ("area", say("area_of", ha=number(facts["area_ha"], 4), mu=number(facts["area_mu"], 2))),
        ("free_area", say("free_of", free=number(facts["free_ha"], 4), blocked=number(facts["blocked_ha"], 4))),
        ("growth", say("growth_of", net=number(facts["net_tco2e"]), rate=number(facts["sink_tco2e_ha_yr"]))),
        ("deducted", say("deducted_of", u=words.percent(facts["deduction"]), r=words.percent(facts["risk_share"]))),
        ("total", say("total_of", total=number(facts["total_tco2e"]), low=number(facts["low_tco2e"]),
                      high=number(facts["high_tco2e"]))),
        ("whole", say("whole_of", whole=number(facts["whole_t"], 0))),
        ("tickets", say("list_comma").join(tickets) or say("none")),
        ("left_t", say("tonnes_of", tonnes=number(facts["left_t"], 0))),
        ("group_outcome", say("group_yes") if facts["outcome"] == "yes" else say("group_no", rules=failed)),
    ]  # fmt: skip
    table = Table((), tuple((say("name." + key), text) for key, text in rows), (3.2, 9.0))
    return [Heading(say("section.summary")), table, Paragraph(say("summary_note"), "note")]
