"""The papers of a work design, the same for PDF and Word: a list of all parcels, then a sheet for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...paths import resources_dir
from ..dossier.document import Document, Heading, PageBreak, Paragraph, Part, Picture, Signature, Table
from ..dossier.texts import clean
from ..maps.class_areas import added_up
from ..maps.map_units import unit_name
from ..maps.stand_figures import figure_name, figure_text
from ..resources import read_table
from ..words import word
from .parcels import Parcel

PRESENT = (
    "land_class", "species_group", "composition", "origin", "age_yr", "age_group", "closure", "dbh_cm", "height_m",
    "volume_m3_ha", "stems_per_ha", "slope_deg_mean", "soil_depth_cm", "disturbance", "forest_class",
)  # fmt: skip
"""What the sheet tells of the present state, where the result has it."""

_TENURE = ("land_tenure", "tree_tenure", "forest_category", "red_line")
_PLACE = ("county", "township", "village", "compartment", "stand_no")
_TECHNIQUE_KINDS = ("technique", "pine_technique", "reserve_mode")
_SUMMED = (("area_ha", 2), ("cost_yuan", 0))
"""What the list of parcels sums up, with the decimals that it prints."""
_WIDTHS = (0.21, 0.26, 0.28, 0.25)
_PERCENT, HALF = 100.0, 0.5
GROWN, GROWN_SHARE = "felled_m3_grown", 1e-6


@lru_cache(maxsize=1)
def _texts() -> dict[str, tuple[str, str]]:
    table = read_table(resources_dir() / "work_design" / "words.csv")
    return {str(row["key"]): (str(row["text"]), str(row["text_zh"])) for row in table.to_dict("records")}


def say(key: str, language: str, **values: object) -> str:
    """A text of the papers with its values."""
    return _texts()[key][language == "zh"].format(**values)


def technique_word(technique: object, language: str) -> str:
    """What a technique is called."""
    if technique is None:
        return word("report", "unknown", language)
    for kind in _TECHNIQUE_KINDS:
        text = word(kind, technique, language)
        if text != technique:
            return text
    return str(technique)


def parcel_name(parcel: Parcel, names: Mapping[str, tuple[str, str]], language: str) -> str:
    """Full name of a parcel; its key where the parts of it are not known."""
    parts = [str(parcel.stand.get(name) or "0") for name in _PLACE]
    if parts == ["0"] * len(parts):
        return parcel.key
    return unit_name("-".join(parts), "parcel", names)[language == "zh"]


def design_document(
    parcels: Sequence[Parcel],
    names: Mapping[str, tuple[str, str]],
    pictures: Mapping[str, Path],
    author: str,
    day: str,
    language: str,
) -> Document:
    """List and sheets of all parcels; ``pictures`` are their maps by key, none where they follow elsewhere."""
    parts: list[Part] = [
        Paragraph(say("title", language), "title"),
        Paragraph(_signed(author, day, language), "subtitle"),
        Paragraph(say("provisional", language), "notice"),
        Heading(say("list", language)),
        _list(parcels, names, language),
        *_rounded_sums(parcels, language),
        *_without_budget(parcels, language),
        Heading(say("signatures", language)),
        *_signatures(language),
    ]
    for parcel in parcels:
        parts += parcel_parts(parcel, names, language)
        if parcel.key in pictures:
            caption = say("map_reduced", language, name=clean(parcel_name(parcel, names, language)))
            parts += [Heading(say("map", language), 2), Picture(pictures[parcel.key], caption)]
    return _document(parts, author, day, language)


def parcel_document(
    parcel: Parcel, names: Mapping[str, tuple[str, str]], author: str, day: str, language: str
) -> Document:
    """The sheet of one parcel by itself, which its map follows: on one page where it has room."""
    return replace(_document(parcel_parts(parcel, names, language)[1:], author, day, language), closer=True)


def front_document(
    parcels: Sequence[Parcel], names: Mapping[str, tuple[str, str]], author: str, day: str, language: str
) -> Document:
    """Title, list of parcels and signatures."""
    whole = design_document(parcels, names, {}, author, day, language)
    end = next((place for place, part in enumerate(whole.parts) if isinstance(part, PageBreak)), len(whole.parts))
    return _document(list(whole.parts[:end]), author, day, language)


def _document(parts: list[Part], author: str, day: str, language: str) -> Document:
    return Document(
        title=say("title", language),
        language=language,
        header=(say("title", language), clean(author)),
        footer=say("day", language, day=day),
        page_of=_texts()["page_of"][language == "zh"],
        parts=tuple(parts),
    )


def _signed(author: str, day: str, language: str) -> str:
    author = clean(author) or "____________"
    return say("unit", language, author=author) + "    " + say("day", language, day=day)


def _signatures(language: str) -> list[Part]:
    lines = (say("sign_name", language), say("sign_date", language))
    who = ("sign_designer", "sign_checker", "sign_approver")
    return [Signature(say(one, language), "", lines, together=one != who[-1]) for one in who]


def _rounded_sums(parcels: Sequence[Parcel], language: str) -> list[Part]:
    """That the sums are exact, where the figures above them as printed add up to something else."""
    for name, digits in _SUMMED:
        amounts = [parcel.design[name] for parcel in parcels if parcel.design[name] is not None]
        printed = sum(float(number(one, digits, plain=True)) for one in amounts)
        if number(printed, digits) != number(known_sum(amounts) or 0.0, digits):
            return [Paragraph(say("rounded_sums", language), "note")]
    return []


def _without_budget(parcels: Sequence[Parcel], language: str) -> list[Part]:
    """How many parcels the sum of the budget leaves out; nothing where it holds all."""
    missing = [parcel for parcel in parcels if parcel.design["cost_yuan"] is None]
    if not missing:
        return []
    area = known_sum([parcel.design["area_ha"] for parcel in missing])
    told = say("without_budget", language, count=len(missing), area=number(area, 2, unknown=language))
    return [Paragraph(told, "notice")]


def _list(parcels: Sequence[Parcel], names: Mapping[str, tuple[str, str]], language: str) -> Table:
    head = tuple(say(key, language) for key in ("name", "area_ha", "measure", "technique", "year", "cost"))
    rows = [
        (
            clean(parcel_name(parcel, names, language)),
            number(parcel.design["area_ha"], 2),
            word("measure", parcel.design["measure"], language),
            technique_word(parcel.design["technique"], language),
            number(parcel.stand.get("year"), 0, plain=True),
            number(parcel.design["cost_yuan"], 0),
        )
        for parcel in parcels
    ]
    sums = [number(known_sum([parcel.design[name] for parcel in parcels]), digits) for name, digits in _SUMMED]
    rows.append((say("total", language), sums[0], "", "", "", sums[1]))
    return Table(head, tuple(rows), (0.34, 0.12, 0.16, 0.18, 0.08, 0.12), frozenset({1, 4, 5}), sum_row=True)


def parcel_parts(parcel: Parcel, names: Mapping[str, tuple[str, str]], language: str) -> list[Part]:
    """The sheet of one parcel."""
    name = clean(parcel_name(parcel, names, language))
    how = parcel.design.get("text_zh" if language == "zh" else "text")
    return [
        PageBreak(),
        Heading(say("sheet_title", language, name=name)),
        Heading(say("place", language), 2),
        _pairs(_place_rows(parcel, language)),
        Heading(say("present", language), 2),
        _pairs(_present_rows(parcel, language)),
        Heading(say("design", language), 2),
        _pairs(design_rows(parcel, language)),
        *([Paragraph(clean(how), "body")] if how else []),
        Heading(say("operations", language), 2),
        _operations(parcel, language),
        *([] if parcel.has_outline else [Paragraph(say("no_outline", language), "notice")]),
        *([Paragraph(_sources(parcel, language), "note")] if _sources(parcel, language) else []),
        Paragraph(say("provisional_sheet", language), "note"),
    ]


def _pairs(rows: Sequence[tuple[str, str]]) -> Table:
    """Names and values, two pairs to a line."""
    ordered = [*rows, ("", "")] if len(rows) % 2 else list(rows)
    half = len(ordered) // 2
    lines = tuple((*ordered[place], *ordered[place + half]) for place in range(half))
    return Table((), lines, _WIDTHS)


def _place_rows(parcel: Parcel, language: str) -> list[tuple[str, str]]:
    stand = parcel.stand
    rows = [(figure_name("stand_key", language), clean(parcel.key))]
    rows += [
        (say(name, language), number(stand.get(name), digits)) for name, digits in (("area_ha", 2), ("area_mu", 1))
    ]
    return rows + [_figure(name, stand, language) for name in _TENURE if name in stand]


def _present_rows(parcel: Parcel, language: str) -> list[tuple[str, str]]:
    stand = parcel.stand
    rows = [_figure(name, stand, language) for name in PRESENT if name in stand]
    return [*rows, (say("volume_total", language), number(_volume_m3(stand), 1, unknown=language))]


def _figure(name: str, stand: Mapping[str, Any], language: str) -> tuple[str, str]:
    return figure_name(name, language), clean(figure_text(name, stand, language))


def design_rows(parcel: Parcel, language: str) -> list[tuple[str, str]]:
    """What is to be done: measure, technique, species, density, intensity, block."""
    design, stand = parcel.design, parcel.stand
    zh = language == "zh"
    rows = [
        ("measure", word("measure", design["measure"], language)),
        ("technique", technique_word(design["technique"], language)),
        ("year", number(stand.get("year"), 0, plain=True)),
        ("species", design.get("species_zh" if zh else "species")),
        *([] if design["feasible"] is None else [("feasible", feasible_text(parcel, language))]),
        ("plants_per_ha", span(design.get("plants_per_ha_low"), design.get("plants_per_ha_high"), 0)),
        ("plants", span(design["plants_low"], design["plants_high"], 0)),
        ("intensity", _intensity(parcel)),
        (felled_name(parcel), span(design["felled_m3_low"], design["felled_m3_high"], 1)),
        ("closure_after", number(design.get("closure_after_low"), 2)),
        ("felling_block", number(stand.get("felling_block"), 0, plain=True)),
    ]
    if design["is_clear_cut"]:
        limits = (stand.get("clear_cut_limit_ha_low"), stand.get("clear_cut_limit_ha_high"))
        rows.append(("block_limit", span(*limits, 1, unknown=language)))
        rows.append(("within_limit", word("outcome", design["within_block_limit"], language)))
    rows += [
        ("tending_years", number(design.get("tending_years"), 0)),
        ("cost_ha", number(design["cost_yuan_ha"], 0)),
        ("cost", number(design["cost_yuan"], 0)),
    ]
    return [(say(key, language), clean(text) if text else say("none", language)) for key, text in rows]


def felled_name(parcel: Parcel) -> str:
    """What the felled volume is called: that of a plan has grown from the survey to the year of the work."""
    stand, felled = parcel.stand, parcel.design["felled_m3_low"]
    share, whole = stand.get("felled_share"), _volume_m3(stand)
    if stand.get("felled_m3") is None or not felled or share is None or whole is None:
        return "felled_m3"
    return "felled_m3" if abs(felled - share * whole) <= GROWN_SHARE * felled else GROWN


def _volume_m3(stand: Mapping[str, Any]) -> float | None:
    """Volume of a parcel at the day of its survey."""
    volume, area = stand.get("volume_m3_ha"), stand.get("area_ha")
    return None if volume is None or area is None else float(volume) * float(area)


def feasible_text(parcel: Parcel, language: str) -> str:
    """Whether the felling can be done, and why not; empty where no canopy has to stay."""
    design, stand = parcel.design, parcel.stand
    if design["feasible"] in (None, "yes"):
        return "" if design["feasible"] is None else say("yes", language)
    return say(
        "not_" + design["feasible_reason"],
        language,
        closure=number(stand.get("closure"), 2),
        least=number(design.get("closure_after_low"), 2),
        age=number(stand.get("age_yr"), 0),
        age_min=number(design.get("age_min_yr"), 0),
    )


def _intensity(parcel: Parcel) -> str:
    if parcel.design["feasible"] in ("no", "unknown"):
        return ""
    share = parcel.stand.get("felled_share")
    low, high = (parcel.design.get("intensity_" + side) if share is None else share for side in ("low", "high"))
    return span(None if low is None else low * _PERCENT, None if high is None else high * _PERCENT, 0)


def _operations(parcel: Parcel, language: str) -> Table:
    zh = language == "zh"
    head = tuple(say(key, language) for key in ("operation", "quantity", "unit_of", "amount"))
    done = parcel.design["operations"]
    costs = numbers_of([one["cost_yuan"] for one in done], parcel.design["cost_yuan"], 0)
    rows = [
        (
            clean(one["operation_zh" if zh else "operation_en"]),
            span(one["quantity_low"], one["quantity_high"], 2 if one["quantity"] != "plants" else 0),
            clean(one["unit_zh" if zh else "unit"]),
            costs[place],
        )
        for place, one in enumerate(done)
    ]
    rows.append((say("total", language), "", "", costs[-1]))
    return Table(head, tuple(rows), (0.42, 0.22, 0.16, 0.20), frozenset({1, 3}), sum_row=True)


def _sources(parcel: Parcel, language: str) -> str:
    """On what the design rests; empty where there is none."""
    told = [source_in_words(one, language) for one in (parcel.design, *parcel.design["operations"][:1])]
    between, colon = ("；", "：") if language == "zh" else ("; ", ": ")
    known = between.join(clean(text) for text in told if text)
    return f"{say('sources', language)}{colon}{known}" if known else ""


def source_in_words(row: Mapping[str, Any], language: str) -> str:
    """Who says so and how sure that is; the English source where an office's own table has no other."""
    source = (row.get("source_zh") if language == "zh" else None) or row.get("source")
    if not source:
        return ""
    parts = [part.strip() for part in str(row.get("confidence") or "").split(";")]
    sure = ("、" if language == "zh" else ", ").join(_confidence(part, language) for part in parts if part)
    return f"{source}（{sure}）" if language == "zh" else f"{source} ({sure})"


def _confidence(code: str, language: str) -> str:
    known = _texts().get("confidence_" + code)
    return word("confidence", code, language) if known is None else known[language == "zh"]


def number(value: object, digits: int, *, plain: bool = False, unknown: str | None = None) -> str:
    """A number as text; where it is not known empty, or the word for it in the language ``unknown``."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "" if unknown is None else word("report", "unknown", unknown)
    amount = float(value)  # type: ignore[arg-type]
    return "{:.{}f}".format(amount, digits) if plain else "{:,.{}f}".format(amount, digits)


def numbers_of(amounts: Sequence[float | None], total: float | None, digits: int) -> list[str]:
    """Amounts and, last, their total as texts: what is printed adds up to it, where the amounts themselves do."""
    known = known_sum(amounts)
    if known is None or total is None or abs(known - total) * 10.0**digits > HALF:
        return [number(one, digits) for one in (*amounts, total)]
    parts = np.array([np.nan if one is None else one for one in (*amounts, total)], dtype=np.float64)
    return [number(one, digits) for one in added_up(parts, digits).tolist()]


def span(low: object, high: object, digits: int, *, unknown: str | None = None) -> str:
    """Two numbers as one text; a single one where they are equal."""
    texts = [number(low, digits, unknown=unknown), number(high, digits, unknown=unknown)]
    return texts[0] if texts[0] == texts[1] else " – ".join(text for text in texts if text)


def known_sum(values: Sequence[float | None]) -> float | None:
    """Sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
