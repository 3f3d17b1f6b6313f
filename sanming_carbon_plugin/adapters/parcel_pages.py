"""The parcel card as plain text, and as HTML for the window and for one printed page.

Qt shows and prints only a part of HTML 4: tables and plain styles, no grids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from .parcel_card import ClassBlock, Doubt, ParcelCard, RuleLine
from .parcel_words import Line, Section
from .words import word

CHART = "sink_chart"
"""Name under which the window puts the picture of the sink into the document."""

_STYLE = """
body {{ font-size: {size}pt; }}
p {{ margin-top: 1px; margin-bottom: 2px; }}
p.title {{ font-size: {title}pt; font-weight: bold; margin: 0; }}
p.part {{ font-size: {head}pt; font-weight: bold; margin-top: {gap}px; margin-bottom: 1px; color: #00543d; }}
p.class {{ font-size: {size}pt; font-weight: bold; margin-top: {half}px; margin-bottom: 0; }}
td, th {{ padding-left: 2px; padding-right: 5px; }}
th {{ text-align: left; }}
.quiet {{ color: #4a4a4a; }}
.fail {{ color: #a33a00; }}
.pass {{ color: #00543d; }}
.unknown {{ color: #5b4a00; }}
"""
_SCREEN_COLUMNS, _PRINT_COLUMNS = 1, 3


def card_text(card: ParcelCard) -> str:
    """The card as lines, to be pasted into a message or a table."""

    def say(name: str) -> str:
        return word("card", name, card.language)

    lines = [card.title, card.place, card.run]
    for section in (*card.sections, card.ticket):
        lines += ["", section.title, *(_line_text(line, card.language) for line in section.lines)]
    lines += ["", say("evidence"), *(_evidence_texts(card) or [say("no_rasters")])]
    for block in card.classes:
        lines += ["", _class_title(block, card.language)]
        for way, rule in _with_ways(block):
            lines += [way] if way else []
            apart = "\t{} {}".format(say("distance"), rule.distance) if rule.distance else ""
            lines.append("{} {}\t{}\t{}{}".format(rule.mark, rule.title, rule.seen, rule.limit, apart))
    lines += [
        "",
        say("doubts"),
        *([_doubt_text(each) for each in card.doubts] or [say("no_doubts")]),
    ]
    lines += ["", say("decisions"), *(_decision_texts(card) or [say("no_decisions")]), "", say("provisional")]
    return "\n".join(lines)


def card_html(card: ParcelCard, *, for_print: bool = False, size_pt: float = 9.0) -> str:
    """The card as a document.

    Parameters
    ----------
    card
        What to show.
    for_print
        Three attributes beside one another and the rules close together, so that all fits on one page, with the
        picture of the sink in it; the window shows that one above the text instead.
    size_pt
        Size of the letters.
    """
    columns = _PRINT_COLUMNS if for_print else _SCREEN_COLUMNS
    what, area, stock, sink = card.sections
    style = _STYLE.format(
        size=size_pt, title=size_pt * 1.4, head=size_pt * 1.15, gap=3 if for_print else 9, half=2 if for_print else 6
    )
    parts = ["<html><head><style>", style, "</style></head><body>"]
    if for_print:
        parts.append("<p class='title'>{}</p>".format(escape(card.title)))
    parts += ["<p>{}<br><span class='quiet'>{}</span></p>".format(escape(card.place), escape(card.run))]
    if not for_print:
        parts.append(_contents(card))
    parts += [_section(section, columns) for section in (what, area)]
    if for_print:
        parts.append(_beside([_section(stock, 1), _section(sink, 1), '<br><img src="{}">'.format(CHART)]))
    else:
        parts += [_section(stock, 1), _section(sink, 1)]
    parts += [
        _section(card.ticket, 1 if not for_print else 2),
        _classes(card, for_print=for_print),
        _evidence(card, for_print=for_print),
    ]
    parts += [
        _doubts(card),
        _decisions(card),
        "<p class='quiet'>{}</p>".format(escape(word("card", "provisional", card.language))),
    ]
    return "".join([*parts, "</body></html>"])


def _line_text(line: Line, language: str) -> str:
    between = "：" if language == "zh" else ": "
    return "{}{}{}{}".format(line.label, between, line.text, " ({})".format(line.note) if line.note else "")


def _evidence_texts(card: ParcelCard) -> list[str]:
    heads = [word("card", name, card.language) for name in ("mean", "std", "support")]
    return [
        "{}\t{}".format(name, "\t".join("{} {}".format(head, text) for head, text in zip(heads, texts, strict=True)))
        for name, *texts in card.evidence
    ]


def _class_title(block: ClassBlock, language: str) -> str:
    between = "：" if language == "zh" else ": "
    decided = " – {} {}".format(word("card", "decided", language), block.decided) if block.decided else ""
    status = "" if block.status in block.title else " ({})".format(block.status)  # some titles say it themselves
    return "{}{}{}{}{}".format(block.title, between, block.answer, status, decided)


def _doubt_text(doubt: Doubt) -> str:
    status = " ({})".format(doubt.status) if doubt.status else ""
    return "{} {}{}".format(doubt.severity_text, doubt.text, status)


def _decision_texts(card: ParcelCard) -> list[str]:
    texts = []
    for each in card.decisions:
        about = ", ".join(part for part in (each.reason, each.name, each.date, each.evidence) if part)
        between = "：" if card.language == "zh" else ": "
        texts.append("{}{}{} ({}) – {}".format(each.title, between, each.text, each.state_text, about))
    return texts


def _contents(card: ParcelCard) -> str:
    names = [*((section.name, section.title) for section in card.sections), (card.ticket.name, card.ticket.title)]
    names += [(name, word("card", name, card.language)) for name in ("classes", "evidence", "doubts", "decisions")]
    return "<p>{}</p>".format(" · ".join('<a href="#{}">{}</a>'.format(name, escape(title)) for name, title in names))


def _heading(name: str, title: str) -> str:
    # Qt makes the letters of h1 to h6 larger than any style says, so headings are paragraphs here.
    return "<p class='part'><a name='{}'></a>{}</p>".format(name, escape(title))


def _section(section: Section, columns: int) -> str:
    cells = [
        "<td class='quiet'>{}</td><td><b>{}</b>{}</td>".format(
            escape(line.label), escape(line.text), " ({})".format(escape(line.note)) if line.note else ""
        )
        for line in section.lines
    ]
    rows = ["<tr>{}</tr>".format("".join(cells[start : start + columns])) for start in range(0, len(cells), columns)]
    return "{}<table cellspacing='0' cellpadding='0'>{}</table>".format(
        _heading(section.name, section.title), "".join(rows)
    )


def _beside(parts: Iterable[str]) -> str:
    return "<table cellspacing='0' cellpadding='0'><tr>{}</tr></table>".format(
        "".join("<td valign='top'>{}</td>".format(part) for part in parts)
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join("<th>{}</th>".format(escape(each)) for each in heads)
    body = ["<tr>{}</tr>".format("".join("<td>{}</td>".format(escape(cell)) for cell in row)) for row in rows]
    return "<table width='98%' cellspacing='0' cellpadding='0'><tr>{}</tr>{}</table>".format(head, "".join(body))


def _classes(card: ParcelCard, *, for_print: bool) -> str:
    def say(name: str) -> str:
        return word("card", name, card.language)

    measure = card.columns.get("measure")
    first = "" if measure is None else word("measure", measure, card.language)
    by_hand = {"measure", "pine_transform", "reserve_forest"} & set(str(card.columns.get("decided") or "").split(";"))
    first += " ({})".format(say("decided")) if first and by_hand else ""
    told = "<p>{}: <b>{}</b></p>".format(escape(say("first_goes")), escape(first)) if first else ""
    title = _heading("classes", say("classes")) + told
    if not for_print:
        return title + "".join(_class_table(block, card.language) for block in card.classes)
    # Two columns of about the same length: one page has no room for a table as wide as itself.
    columns: tuple[list[ClassBlock], list[ClassBlock]] = ([], [])
    for block in sorted(card.classes, key=lambda each: -len(each.rules)):
        min(columns, key=lambda column: sum(len(each.rules) + 1 for each in column)).append(block)
    halves = ["".join(_class_lines(block, card.language) for block in column) for column in columns]
    cells = "".join("<td width='50%' valign='top'>{}</td>".format(half) for half in halves)
    return "{}<table width='100%' cellspacing='0' cellpadding='0'><tr>{}</tr></table>".format(title, cells)


def _with_ways(block: ClassBlock) -> Iterator[tuple[str, RuleLine]]:
    """Each rule, and before the first one of a technique or mode its name."""
    before = ""
    for rule in block.rules:
        yield rule.way if rule.way != before else "", rule
        before = rule.way


def _class_table(block: ClassBlock, language: str) -> str:
    """Each rule with what it saw below it: a panel is too narrow for a column each."""
    between = "：" if language == "zh" else ": "
    lines = ["<p class='class'>{}</p>".format(escape(_class_title(block, language)))]
    for way, rule in _with_ways(block):
        if way:
            lines.append("<p><b>{}</b></p>".format(escape(way)))
        parts = [("seen", rule.seen), ("limit", rule.limit), ("distance", rule.distance)]
        told = " · ".join(word("card", name, language) + between + text for name, text in parts if text)
        lines.append(
            "<p><span class='{}'>{} {}</span><br><span class='quiet'>{}</span></p>".format(
                rule.outcome, rule.mark, escape(rule.title), escape(told)
            )
        )
    return "".join(lines)


def _class_lines(block: ClassBlock, language: str) -> str:
    lines = []
    for way, rule in _with_ways(block):
        if way:
            lines.append("<b>{}</b>".format(escape(way)))
        apart = "; {} {}".format(word("card", "distance", language), rule.distance) if rule.distance else ""
        about = "{}, {}{}".format(rule.seen, rule.limit, apart)
        lines.append("<span class='{}'>{} {}</span> <span class='quiet'>[{}]</span>".format(
            rule.outcome, rule.mark, escape(rule.title), escape(about)))  # fmt: skip
    title = "<p class='class'>{}</p>".format(escape(_class_title(block, language)))
    return "{}<p>{}</p>".format(title, "<br>".join(lines))


def _evidence(card: ParcelCard, *, for_print: bool) -> str:
    title = _heading("evidence", word("card", "evidence", card.language))
    if not card.evidence:
        return "{}<p>{}</p>".format(title, escape(word("card", "no_rasters", card.language)))
    heads = [word("card", name, card.language) for name in ("raster", "mean", "std", "support")]
    if not for_print:
        return title + _table(heads, card.evidence)
    half = -(-len(card.evidence) // 3)
    pieces = [card.evidence[start : start + half] for start in range(0, len(card.evidence), half)]
    return title + _beside([_table(heads, piece) for piece in pieces])


def _doubts(card: ParcelCard) -> str:
    title = _heading("doubts", word("card", "doubts", card.language))
    if not card.doubts:
        return "{}<p>{}</p>".format(title, escape(word("card", "no_doubts", card.language)))
    return title + "".join(
        "<p><b>{}</b> {}</p>".format(
            escape(each.severity_text), escape(_doubt_text(each).removeprefix(each.severity_text).strip())
        )
        for each in card.doubts
    )


def _decisions(card: ParcelCard) -> str:
    title = _heading("decisions", word("card", "decisions", card.language))
    texts = _decision_texts(card) or [word("card", "no_decisions", card.language)]
    return title + "".join("<p>{}</p>".format(escape(text)) for text in texts)
