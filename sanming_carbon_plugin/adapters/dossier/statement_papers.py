"""The register of papers, the record with its hashes, and the frames to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import Heading, PageBreak, Paragraph, Part, Signature, Table
from .papers import PaperFile, Register
from .parameters import shipped_hashes
from .reading import ApplicationFolder
from .statement_method import status
from .texts import Words, rows_of


def papers(words: Words, register: Register) -> list[Part]:
    """Every paper an office asks for, present or missing, and the hash of every file."""
    say = words.say
    missing = [words.pick(vars(paper), "title") for paper in register.missing]
    told = say("papers_missing", count=len(missing), papers=say("list_comma").join(missing))
    rows = tuple(
        (str(number), words.pick(vars(paper), "title"), words.pick(vars(paper), "issued_by"),
         say("paper_" + paper.state), str(sum(file.counts for file in paper.files)))
        for number, paper in enumerate(register.papers, start=1)
    )  # fmt: skip
    keys = ("no", "paper", "issued_by", "paper_state", "files")
    parts: list[Part] = [
        Heading(say("section.papers")),
        Paragraph(told if missing else say("papers_complete"), "notice" if missing else "body"),
        Table(tuple(say("head." + key) for key in keys), rows, (0.9, 5.0, 4.2, 1.8, 1.2), frozenset({4})),
        Paragraph(say("papers_note"), "note"),
    ]
    listed = file_rows(words, register)
    if listed:
        head = tuple(say("head." + key) for key in ("paper", "file", "hash"))
        parts += [Heading(say("section.paper_files"), 2), Table(head, listed, (3.2, 4.4, 5.2))]
    return parts


def file_rows(words: Words, register: Register) -> tuple[tuple[str, str, str], ...]:
    """Paper, name and hash of every file that was handed in."""
    files = [(words.pick(vars(paper), "title"), file) for paper in register.papers for file in paper.files]
    files += [(words.say("unassigned"), file) for file in register.unassigned]
    return tuple((title, _file_name(words, file), _hash(words, file)) for title, file in files)


def record(words: Words, application: ApplicationFolder) -> list[Part]:
    """What went in: files with hashes, rules and parameters with version and hash, programs."""
    say = words.say
    head = tuple(say("head." + key) for key in ("item", "file", "hash"))
    return [
        Heading(say("section.record")),
        Paragraph(say("record_note")),
        Table(head, input_rows(words, application), (2.8, 3.6, 5.6)),
        Heading(say("section.identities"), 2),
        Table(tuple(say("head." + key) for key in ("item", "id", "version", "status", "hash")),
              identity_rows(words, application), (2.2, 3.2, 1.4, 1.3, 4.6)),
        Paragraph(_programs(words, application), "note"),
    ]  # fmt: skip


def input_rows(words: Words, application: ApplicationFolder) -> tuple[tuple[str, str, str], ...]:
    """Every file that went into the numbers, with its hash."""
    facts = application.facts
    rows = [(words.say("item.application"), name, digest) for name, digest in application.files.items()]
    rows.append((words.say("item.result"), words.text(facts["result_file"]), words.text(facts["result_sha256"])))
    for run in (application.result_run, application.run):
        rows += [row for row in _inputs(words, run.get("inputs") or {}) if row not in rows]
    return tuple(rows)


def signatures(words: Words, application: ApplicationFolder) -> list[Part]:
    """Frames for everybody who signs, in the order in which an application walks."""
    kind = "joint" if application.joint else "holder"
    frames = [
        Signature(words.pick(row, "title"), words.pick(row, "declaration"),
                  tuple(words.say("sign." + line) for line in row["lines"].split(";")))
        for row in rows_of("signatures.csv")
        if kind in row["kinds"].split(";")
    ]  # fmt: skip
    note = Paragraph(words.say("signatures_note"), "note")
    return [PageBreak(), Heading(words.say("section.signatures")), note, *frames]


def _file_name(words: Words, file: PaperFile) -> str:
    about = [words.text(one) for one in (file.number, file.date, file.note) if one]
    return words.text(file.name) + (" ({})".format("; ".join(about)) if about else "")


def _hash(words: Words, file: PaperFile) -> str:
    if file.sha256 is None:
        return words.say("file_not_found")
    return words.say("file_empty") if not file.size else file.sha256


def _inputs(words: Words, inputs: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Files of a run's record; some are lists, some are named, some are not given."""
    rows = []
    for name, value in inputs.items():
        key = "item.{}".format(name)
        told = words.say(key) if words.has(key) else words.text(name)
        nested = isinstance(value, dict) and "source" not in value
        listed = value if isinstance(value, list) else value.values() if nested else [value]
        rows += [
            (told, words.text(one["source"]), words.text(one.get("sha256")))
            for one in listed
            if isinstance(one, dict) and one.get("source")
        ]
    return rows


def identity_rows(words: Words, application: ApplicationFolder) -> tuple[tuple[str, ...], ...]:
    """Profile, parameters and rules with version, status and hash."""
    facts, shipped = application.facts, shipped_hashes(application)
    rows = [
        (words.say("item.profile"), words.text(facts["profile_id"]), words.text(facts["profile_version"]),
         status(words, facts["profile_status"]), words.text(facts["profile_sha256"]))
    ]  # fmt: skip
    for name, value in (application.result_run.get("rules") or {}).items():
        key = "item.{}".format(name)
        told = words.say(key) if words.has(key) else words.text(name)
        for one in value if isinstance(value, list) else [value]:
            if name != "profile" and isinstance(one, dict) and one.get("id"):
                version = words.text(one.get("version"))
                known = shipped.get((str(one["id"]), str(one.get("version"))))
                digest = one.get("sha256") or (words.say("shipped_hash", hash=known) if known else words.say("shipped"))
                rows.append(
                    (told, words.text(one["id"]), version, status(words, one.get("status")), words.text(digest))
                )
    return tuple(rows)


def _programs(words: Words, application: ApplicationFolder) -> str:
    versions = application.run.get("versions") or application.result_run.get("versions") or {}
    listed = ", ".join("{} {}".format(name, value) for name, value in versions.items() if value)
    return words.say("programs", versions=words.text(listed), made=words.text(application.facts["made"]))
