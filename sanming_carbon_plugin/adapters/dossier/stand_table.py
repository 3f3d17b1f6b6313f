"""The stand table (小班一览表) itself: what is measured as values, all that follows from it as formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.units import MU_PER_HECTARE
from .reading import ApplicationFolder, plain
from .sheets import FIRST_ROW, Column, Formula
from .texts import Words

COLUMNS: tuple[tuple[str, int | None], ...] = (
    ("piece", 0), ("stand_key", None), ("county", None), ("township", None), ("village", None), ("compartment", None),
    ("stand_no", None), ("certificate", None), ("holder", None), ("right", None), ("valid_to", None), ("parcel", 0),
    ("land_class", None), ("species_code", None), ("species_group", None), ("composition", None), ("origin", None),
    ("forest_class", None), ("age_yr", 0), ("age_group", None), ("closure", 2), ("dbh_cm", 1), ("height_m", 1),
    ("survey_method", None), ("survey_date", None), ("sink_basis", None), ("stand_area_ha", 4),
    ("volume_earlier_m3_ha", 2), ("volume_m3_ha", 2), ("increment_m3_ha_yr", 3), ("stock_earlier_tco2e", 2),
    ("stock_tco2e", 2), ("sink_tco2e_yr", 3), ("baseline_tco2e_yr", 3), ("stand_share", 4), ("area_ha", 4),
    ("area_mu", 2), ("free_share", 4), ("free_ha", 4), ("net_tco2e", 2), ("low_tco2e", 2), ("high_tco2e", 2),
    ("tonnes_tco2e", 2), ("whole_t", 0), ("remarks", None),
)  # fmt: skip
"""Columns in their order with the decimals that are shown; None for text. ``remarks`` is left open to write into."""

SUMMED = ("area_ha", "area_mu", "free_ha", "net_tco2e", "tonnes_tco2e", "whole_t")
_WORDS = {"species_group": "species_group", "origin": "origin", "sink_basis": "sink_basis"}
_CODED = ("land_class", "survey_method", "forest_class", "species_code")


@dataclass(frozen=True)
class Settings:
    """Where the summary sheet keeps what the formulas need, and what it holds."""

    places: Mapping[str, str]
    values: Mapping[str, float]


def letter(name: str) -> str:
    """Letter of a column of the stand table."""
    number, letters = [column for column, _ in COLUMNS].index(name) + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def head(words: Words) -> list[Column]:
    """Headings in words with their units."""
    return [Column(words.say("column." + name), decimals, name == "remarks") for name, decimals in COLUMNS]


def rows(words: Words, application: ApplicationFolder, settings: Settings) -> list[list[object]]:
    """One row for each piece that counts, and their sum."""
    pieces = application.tables["pieces"].to_dict("records")
    made: list[list[object]] = [
        _row(words, {str(name): plain(value) for name, value in piece.items()}, place, settings)
        for place, piece in enumerate(pieces, start=FIRST_ROW)
    ]
    return [*made, _sum(words, application, len(made))]


def total_place(application: ApplicationFolder, name: str) -> str:
    """Cell of the sum of a column."""
    return "{}{}".format(letter(name), FIRST_ROW + len(application.tables["pieces"]))


def live(formula: str, gives: float | None, stored: float | None) -> object:
    """The formula where it gives the stored number, else that number: a table must never say two things."""
    if stored is None:
        return None
    if gives is not None and math.isclose(gives, stored, rel_tol=1e-9, abs_tol=1e-9):
        return Formula(formula, stored)
    return stored


def _row(words: Words, piece: Mapping[str, Any], place: int, settings: Settings) -> list[object]:
    at = {name: "{}{}".format(letter(name), place) for name, _ in COLUMNS}
    known = {name: piece.get(name) for name, _ in COLUMNS}
    years, u, r = (settings.values[name] for name in ("years", "deduction", "risk_share"))
    c_years, c_u, c_r = (settings.places[name] for name in ("years", "deduction", "risk_share"))
    net = piece["net_tco2e"]
    computed: dict[str, object] = {
        "area_ha": live(
            "{stand_area_ha}*{stand_share}".format(**at),
            _product(piece, "stand_area_ha", "stand_share"),
            piece["area_ha"],
        ),
        "area_mu": live("{area_ha}*{mu:g}".format(mu=MU_PER_HECTARE, **at), _times(piece["area_ha"]), piece["area_mu"]),
        "free_ha": Formula("{area_ha}*{free_share}".format(**at), _product(piece, "area_ha", "free_share")),
        "net_tco2e": live(
            "({sink_tco2e_yr}-{baseline_tco2e_yr})*{years}*{stand_share}*{free_share}".format(years=c_years, **at),
            _net(piece, years),
            net,
        ),
        "tonnes_tco2e": live(
            "IF({net}>0,{net}*(1-{u})*(1-{r}),{net}*(1+{u}))".format(net=at["net_tco2e"], u=c_u, r=c_r),
            None if net is None else net * (1 - u) * (1 - r) if net > 0 else net * (1 + u),
            piece["tonnes_tco2e"],
        ),
    }
    told: dict[str, str | None] = {
        name: words.word(kind, known[name]) for name, kind in _WORDS.items() if known[name] is not None
    }
    told |= {name: words.coded(name, known[name]) for name in _CODED}
    told["age_group"] = _age_group(words, piece)
    return [computed[name] if name in computed else told.get(name, known[name]) for name, _ in COLUMNS]


def _sum(words: Words, application: ApplicationFolder, count: int) -> list[object]:
    last = FIRST_ROW + count - 1
    pieces = application.tables["pieces"]
    # The sums of the application itself: the last bits of an addition hang on its order.
    facts = application.facts
    known: dict[str, float] = {name: facts[name] for name in ("area_ha", "area_mu", "free_ha", "net_tco2e", "whole_t")}
    known |= {"tonnes_tco2e": facts["total_tco2e"]}
    added = {name: float((pieces["area_ha"] * pieces["free_share"] if name == "free_ha" else pieces[name]).sum())
             for name in SUMMED}  # fmt: skip
    row: list[object] = [None] * len(COLUMNS)
    row[1] = words.say("total_row")
    for place, (name, _) in enumerate(COLUMNS):
        if name in SUMMED:
            row[place] = live("SUM({0}{1}:{0}{2})".format(letter(name), FIRST_ROW, last), added[name], known[name])
    return row


def _age_group(words: Words, piece: Mapping[str, Any]) -> str | None:
    if piece.get("age_group") is None:
        return None
    kind = "bamboo_age_group" if piece.get("species_group") == "bamboo" else "age_group"
    return words.word(kind, piece["age_group"])


def _times(area_ha: float | None) -> float | None:
    return None if area_ha is None else area_ha * MU_PER_HECTARE


def _product(piece: Mapping[str, Any], *names: str) -> float | None:
    values: Sequence[float | None] = [piece.get(name) for name in names]
    return None if None in values else math.prod(values)  # type: ignore[arg-type]


def _net(piece: Mapping[str, Any], years: float) -> float | None:
    names = ("sink_tco2e_yr", "baseline_tco2e_yr", "stand_share", "free_share")
    if any(piece.get(name) is None for name in names):
        return None
    sink, baseline, share, free = (float(piece[name]) for name in names)
    return (sink - baseline) * years * share * free
