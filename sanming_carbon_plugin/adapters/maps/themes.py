"""The themes in which a result is shown: titles, classes, colours and patterns, as ``resources/styles`` states them.

Colours come with a pattern or a strong step in lightness, so that a black-and-white print and colour-blind eyes
tell the classes apart. This module needs no QGIS; the report and the charts can use the same colours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ...core.units import UnitChoice
from ...paths import resources_dir
from ..palette import palette
from ..unit_choice import titled_in_units
from ..words import word

_NO_CLASS = "#d9d9d9"


@dataclass(frozen=True)
class ThemeClass:
    """One class of a theme.

    Attributes
    ----------
    value
        Identifier; in themes that are not ranges also the value in the result.
    lower, upper
        Limits of a range, the lower one included; None where it is open, both None for a value.
    fill
        Colour of the area, ``#rrggbb``.
    pattern
        What lies on the fill, empty for nothing: ``diagonal``, ``back_diagonal``, ``vertical``, ``horizontal``,
        ``cross``, ``grid``, ``dots``.
    line
        Colour of the pattern.
    labels
        In English and Chinese.
    """

    value: str
    lower: float | None
    upper: float | None
    fill: str
    pattern: str
    line: str
    labels: tuple[str, str]

    def label(self, language: str, units: UnitChoice | None = None) -> str:
        """Name of the class in ``en`` or ``zh``; limits per hectare are told per chosen unit of area."""
        if units is None or units.area_factor == 1.0 or (self.lower is None and self.upper is None):
            return self.labels[language == "zh"]
        return _range_label(*(None if end is None else units.per_area_of(end) for end in (self.lower, self.upper)))


@dataclass(frozen=True)
class Theme:
    """One way to colour a layer of the result.

    ``expression`` is a QGIS expression that gives each row the ``value`` of its class, ``word_kind`` the kind of word
    that these values are.
    """

    name: str
    layer: str
    titles: tuple[str, str]
    expression: str
    classes: tuple[ThemeClass, ...]
    word_kind: str = ""

    def title(self, language: str, units: UnitChoice | None = None) -> str:
        """Title of the theme in ``en`` or ``zh``; per chosen unit of area, always in tonnes, which suit a stand."""
        title = self.titles[language == "zh"]
        return title if units is None else titled_in_units(title, UnitChoice(area=units.area), language)

    def occurring(self, values: Iterable[object]) -> list[ThemeClass]:
        """The classes that occur among ``values``; what the theme does not know follows in grey, told by its word.

        Rules of one's own may name a measure of their own: a stand of it must not be missing on map or table.
        """
        there = {str(value) for value in values}
        known = [each for each in self.classes if each.value in there]
        others = sorted(there - {each.value for each in known})
        return [*known, *(_grey(value, self.word_kind) for value in others)]


def _grey(value: str, kind: str) -> ThemeClass:
    return ThemeClass(value, None, None, _NO_CLASS, "", "", (word(kind, value, "en"), word(kind, value, "zh")))


@lru_cache(maxsize=1)
def themes() -> dict[str, Theme]:
    """All themes by name, in the order of the layer tree."""
    return _themes_of("")


@lru_cache(maxsize=1)
def plan_themes() -> dict[str, Theme]:
    """The themes of a plan, whose file has a layer of its own."""
    return _themes_of("plan_")


@lru_cache(maxsize=1)
def ticket_themes() -> dict[str, Theme]:
    """The themes of what the ticket rules find by themselves, and of an application."""
    return _themes_of("ticket_")


@lru_cache(maxsize=1)
def step_themes() -> dict[str, Theme]:
    """The themes of what the single steps of the toolbox find."""
    return _themes_of("step_")


def every_theme() -> dict[str, Theme]:
    """All themes of all kinds of files by name."""
    return {**themes(), **plan_themes(), **ticket_themes(), **step_themes()}


def _themes_of(files: str) -> dict[str, Theme]:
    rows = _rows(files + "classes.csv")
    found = {}
    for row in _rows(files + "themes.csv"):
        name, kind = row["theme"], row["word_kind"]
        classes = tuple(_class(each, kind) for each in rows if each["theme"] == name)
        ranges = kind == "range"
        expression = _range_expression(row["class_expression"], classes) if ranges else row["class_expression"]
        found[name] = Theme(name, row["layer"], (row["title"], row["title_zh"]), expression, classes, kind)
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (resources_dir() / "styles" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _class(row: dict[str, str], kind: str) -> ThemeClass:
    lower, upper = (float(row[name]) if row[name] else None for name in ("lower", "upper"))
    if row["label"]:
        labels = (row["label"], row["label_zh"])
    elif lower is None and upper is None:
        labels = (word(kind, row["value"], "en"), word(kind, row["value"], "zh"))
    else:
        labels = (_range_label(lower, upper),) * 2
    look = palette()[row["look"]]
    return ThemeClass(row["value"], lower, upper, look.fill, look.pattern, look.line, labels)


def _range_label(lower: float | None, upper: float | None) -> str:
    if upper is None:
        return "≥ {:.3g}".format(lower or 0.0)
    return "< {:.3g}".format(upper) if lower is None else "{:.3g} – {:.3g}".format(lower, upper)


def _range_expression(quantity: str, classes: tuple[ThemeClass, ...]) -> str:
    # Classes instead of a graduated renderer, because that one leaves out the rows whose value is not known.
    cases = ["WHEN ({}) IS NULL THEN 'unknown'".format(quantity)]
    cases += [
        "WHEN ({}) < {:g} THEN '{}'".format(quantity, each.upper, each.value)
        for each in classes
        if each.upper is not None
    ]
    last = next(each.value for each in classes if each.upper is None and each.lower is not None)
    return "CASE {} ELSE '{}' END".format(" ".join(cases), last)
