"""The workbook of an application: the stand table, and all tables that stand behind it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from . import stand_table
from .papers import Register
from .reading import ApplicationFolder, plain
from .sheets import FIRST_ROW, Column, Formula, GuardedBook
from .statement import Contents, notice, period
from .statement_method import setting_row
from .statement_papers import file_rows, identity_rows, input_rows
from .statement_stands import limit_of, missing_evidence, rule_title, seen_in_words
from .texts import Words

_SUMMARY = (
    "applicant", "kind", "outcome", "papers_missing", "village", "profile", "period_name", "days", "years", "deduction",
    "risk_share", "rounding", "area_ha", "area_mu", "free_ha", "blocked_ha", "net", "net_low", "net_high",
    "relative_error", "total", "low", "high", "whole", "whole_handed_out", "check", "stored_total", "stored_whole",
)  # fmt: skip
_NUMBERS = {"years": 4, "deduction": 4, "risk_share": 4, "area_ha": 4, "free_ha": 4, "blocked_ha": 4,
            "relative_error": 4, "days": 0, "papers_missing": 0, "whole": 0, "whole_handed_out": 0,
            "stored_whole": 0}  # fmt: skip
_SIX_DECIMALS = 6


def write_workbook(contents: Contents, path: Path, language: str) -> None:
    """Write the workbook in one language.

    Raises
    ------
    DependencyError
        Where openpyxl is not installed.
    """
    words, application = Words(language), contents.application
    book = GuardedBook(notice(words, application))
    _summary(book, words, application, contents.register)
    _add(book, words, "stands", stand_table.head(words),
         stand_table.rows(words, application, _settings(words, application)), total=True)  # fmt: skip
    _households(book, words, application)
    _left_out(book, words, application)
    _parts(book, words, application)
    _rules(book, words, application)
    _method(book, words, contents)
    _papers(book, words, contents.register)
    _record(book, words, application)
    book.save(path)


def _add(
    book: GuardedBook, words: Words, name: str, columns: list[Column], rows: list[Any], *, total: bool = False
) -> None:
    book.sheet(words.say("sheet." + name), words.say("sheet_title." + name), columns, rows, total)


def _place(words: Words, key: str) -> str:
    """Cell of the summary that holds the value of ``key``, as other sheets name it."""
    return "'{}'!$B${}".format(words.say("sheet.summary"), FIRST_ROW + _SUMMARY.index(key))


def _settings(words: Words, application: ApplicationFolder) -> stand_table.Settings:
    names = ("years", "deduction", "risk_share")
    values = {name: float(application.facts[name] or 0.0) for name in names}
    return stand_table.Settings({name: _place(words, name) for name in names}, values)


def _summary(book: GuardedBook, words: Words, application: ApplicationFolder, register: Register) -> None:
    facts, say = application.facts, words.say
    here = {key: "B{}".format(FIRST_ROW + place) for place, key in enumerate(_SUMMARY)}

    def total(name: str) -> str:
        return "'{}'!{}".format(say("sheet.stands"), stand_table.total_place(application, name))

    unit = _rounding(application)
    whole = max(0, math.floor(round(facts["total_tco2e"] or 0.0, _SIX_DECIMALS) / unit) * unit)
    agree = whole == facts["whole_t"] == int(application.tables["pieces"]["whole_t"].sum())
    check = (
        'IF(AND({whole}={whole_handed_out},{whole}={stored_whole},ABS({total}-{stored_total})<0.000001),"{yes}","{no}")'
    )
    rounded = "MAX(0,INT(ROUND({total},6)/{rounding})*{rounding})".format(**here)
    values: dict[str, object] = {
        "applicant": facts["applicant"], "kind": say("kind_" + facts["kind"]),
        "outcome": words.word("outcome", facts["outcome"]), "papers_missing": len(register.missing),
        "village": facts["village"],
        "profile": "{} ({profile_id} {profile_version})".format(words.pick(facts, "profile_title"), **facts),
        "period_name": period(words, facts), "days": facts["days"], "years": facts["years"],
        "deduction": facts["deduction"], "risk_share": facts["risk_share"], "rounding": unit,
        "area_ha": Formula(total("area_ha"), facts["area_ha"]), "area_mu": Formula(total("area_mu"), facts["area_mu"]),
        "free_ha": Formula(total("free_ha"), facts["free_ha"]),
        "blocked_ha": Formula("{area_ha}-{free_ha}".format(**here), facts["blocked_ha"]),
        "net": Formula(total("net_tco2e"), facts["net_tco2e"]), "net_low": facts["net_low_tco2e"],
        "net_high": facts["net_high_tco2e"], "relative_error": facts["relative_error"],
        "total": Formula(total("tonnes_tco2e"), facts["total_tco2e"]), "low": facts["low_tco2e"],
        "high": facts["high_tco2e"], "whole": stand_table.live(rounded, whole, facts["whole_t"]),
        "whole_handed_out": Formula(total("whole_t"), int(application.tables["pieces"]["whole_t"].sum())),
        "check": Formula(check.format(yes=say("agrees"), no=say("differs"), **here),
                         say("agrees") if agree else say("differs")),
        "stored_total": facts["total_tco2e"], "stored_whole": facts["whole_t"],
    }  # fmt: skip
    rows = [[say("sum." + key), values[key], say("unit." + key) if words.has("unit." + key) else None]
            for key in _SUMMARY]  # fmt: skip
    columns = [Column(say("head.item")), Column(say("head.value"), 2), Column(say("head.unit"))]
    sheet = book.sheet(say("sheet.summary"), say("sheet_title.summary"), columns, rows)
    for key, decimals in _NUMBERS.items():
        sheet[here[key]].number_format = "0." + "0" * decimals if decimals else "#,##0"


def _rounding(application: ApplicationFolder) -> float:
    """Unit that a total is rounded down to, as the profile sets it."""
    settings = application.tables["settings"]
    found = settings.loc[settings["name"] == "rounding_t", "value"]
    return float(json.loads(found.iloc[0])) if len(found) else 1.0


def _households(book: GuardedBook, words: Words, application: ApplicationFolder) -> None:
    """Sums for each holder; not by SUMIF, which takes a name that begins with = or holds * for a pattern."""
    count = len(application.tables["pieces"])
    stands = "'{}'!".format(words.say("sheet.stands"))
    span = "{0}${1}${2}:${1}${3}".format
    last = FIRST_ROW + count - 1
    pieces = application.tables["pieces"].assign(folded=application.tables["pieces"]["holder"].str.casefold())
    rows = []
    for place, row in enumerate(application.tables["households"].to_dict("records"), start=FIRST_ROW):
        mine = pieces[pieces["folded"] == str(row["holder"]).casefold()]
        sums = []
        for name in ("area_ha", "tonnes_tco2e", "whole_t"):
            where = span(stands, stand_table.letter("holder"), FIRST_ROW, last)
            what = span(stands, stand_table.letter(name), FIRST_ROW, last)
            formula = "SUMPRODUCT(({}=A{})*{})".format(where, place, what)
            sums.append(stand_table.live(formula, float(mine[name].sum()), plain(row[name])))
        rows.append([row["holder"], words.word("outcome", row["authorised"]), *sums, row["income_share"], None])
    columns = [Column(words.say("head." + key), decimals, key == "remarks") for key, decimals in (
        ("holder", None), ("authorised", None), ("area_ha", 4), ("tonnes", 2), ("whole_t", 0), ("income_share", 4),
        ("remarks", None))]  # fmt: skip
    _add(book, words, "households", columns, rows)


def _left_out(book: GuardedBook, words: Words, application: ApplicationFolder) -> None:
    keys = (("piece", 0), ("stand", None), ("certificate", None), ("holder", None), ("area_ha", 4), ("area_mu", 2),
            ("reason", None), ("missing", None), ("neighbour", None), ("net_t", 2))  # fmt: skip
    rows = [
        [row["piece"], row["stand_key"], row["certificate"], row["holder"], row["area_ha"], row["area_mu"],
         words.word("application_reason", plain(row["reason"])), missing_evidence(words, row["missing"]),
         words.word("outcome", plain(row["neighbour"])), row["net_tco2e"]]
        for row in application.tables["left_out"].to_dict("records")
    ]  # fmt: skip
    _add(book, words, "left_out", [Column(words.say("head." + key), decimals) for key, decimals in keys], rows)


def _parts(book: GuardedBook, words: Words, application: ApplicationFolder) -> None:
    keys = (("piece", 0), ("stand", None), ("certificate", None), ("holder", None), ("state", None), ("reason", None),
            ("scheme", None), ("scheme_id", None), ("date_from", None), ("date_to", None), ("days", 0),
            ("piece_share", 4), ("area_ha", 4), ("counts", None))  # fmt: skip
    rows = [
        [row["piece"], row["stand_key"], row["certificate"], row["holder"], words.word("ticket_piece", row["state"]),
         words.word("ticket_reason", row["reason"]), words.scheme(row["scheme"]), row["scheme_id"],
         row["date_from"], row["date_to"], row["days"], row["piece_share"], row["area_ha"],
         words.word("outcome", row["counts"])]
        for row in application.tables["parts"].to_dict("records")
    ]  # fmt: skip
    _add(book, words, "parts", [Column(words.say("head." + key), decimals) for key, decimals in keys], rows)


def _rules(book: GuardedBook, words: Words, application: ApplicationFolder) -> None:
    keys = ("stand", "rule", "rule_title", "outcome", "saw", "limit", "distance", "source", "confidence")
    rows = [
        [row["stand_key"], row["rule"], rule_title(words, row), words.say("rule_" + row["outcome"]),
         seen_in_words(words, row["value"]), limit_of(words, row), row["distance"],
         words.source(row["source"]), words.confidence(row["confidence"])]
        for row in application.tables["rules"].to_dict("records")
    ]  # fmt: skip
    columns = [Column(words.say("head." + key), 4 if key == "distance" else None) for key in keys]
    _add(book, words, "rules", columns, rows)


def _method(book: GuardedBook, words: Words, contents: Contents) -> None:
    application = contents.application
    settings = [list(setting_row(words, row)) for row in application.tables["settings"].to_dict("records")]
    keys = ("setting", "value", "source", "confidence")
    _add(book, words, "settings", [Column(words.say("head." + key)) for key in keys], settings)
    table = application.tables["uncertainty"].to_dict("records")
    errors = [[words.word("component", row["component"]), row["sd_tco2e_yr"], row["share"]] for row in table]
    columns = [
        Column(words.word("column", "component")),
        Column(words.say("head.sd"), 3),
        Column(words.say("head.share"), 4),
    ]
    _add(book, words, "uncertainty", columns, errors)


def _papers(book: GuardedBook, words: Words, register: Register) -> None:
    rows = [
        [number, words.pick(vars(paper), "title"), words.pick(vars(paper), "issued_by"),
         words.say("paper_" + paper.state), sum(file.counts for file in paper.files), None]
        for number, paper in enumerate(register.papers, start=1)
    ]  # fmt: skip
    keys = (("no", 0), ("paper", None), ("issued_by", None), ("paper_state", None), ("files", 0), ("remarks", None))
    columns = [Column(words.say("head." + key), decimals, key == "remarks") for key, decimals in keys]
    _add(book, words, "papers", columns, rows)
    listed = [list(row) for row in file_rows(words, register)]
    _add(book, words, "paper_files", [Column(words.say("head." + key)) for key in ("paper", "file", "hash")], listed)


def _record(book: GuardedBook, words: Words, application: ApplicationFolder) -> None:
    blank = words.say("none")
    rows = [[item, name, blank, blank, digest] for item, name, digest in input_rows(words, application)]
    rows += [list(row) for row in identity_rows(words, application)]
    keys = ("item", "file_or_id", "version", "status", "hash")
    _add(book, words, "record", [Column(words.say("head." + key)) for key in keys], rows)
