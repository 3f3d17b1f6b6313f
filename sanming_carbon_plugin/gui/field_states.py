"""The words of the dialog about fields: states of the roles, and the readings to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..adapters.field_preview import FieldPreview
from ..processing.translation import language, tr

_FITTING_SHARE = 0.5
_PERCENT = 100


def state_text(preview: FieldPreview, role: str, column: str | None, fields: Mapping[str, str]) -> tuple[str, bool]:
    """State of a role in words, and whether a person should look at it."""
    found = preview.recognised
    if column is None:
        if role in found.ambiguous:
            return tr("Ambiguous: choose one of {count}").format(count=len(found.ambiguous[role])), True
        if role in found.fields:
            return tr("Left out by you"), True
        needed = bool(preview.tables.roles[role].needed_for)
        return (tr("Missing, needed for carbon"), True) if needed else (tr("Missing"), False)
    twice = [other for other, name in fields.items() if name == column and other != role]
    if twice:
        return tr("Also used for: {meaning}").format(meaning=preview.label(twice[0], language())), True
    share = preview.share(role, column)
    if share < _FITTING_SHARE:
        return tr("Only {percent} % of the values fit").format(percent=round(share * _PERCENT)), True
    return (tr("Recognised"), False) if found.column(role) == column else (tr("Chosen by you"), False)


def choice_texts(preview: FieldPreview, role: str) -> list[tuple[str, str]]:
    """Columns to choose from with their labels: those that may fit first, with their score, then all others."""
    likely = {candidate.column: candidate.score for candidate in preview.candidates(role)}
    first = [
        (tr("{column} (score {score})").format(column=column, score="{:.2f}".format(score)), column)
        if score
        else (tr("{column} (by its values)").format(column=column), column)
        for column, score in likely.items()
    ]
    return first + [(column, column) for column in dict.fromkeys(preview.columns) if column not in likely]


def decision_texts(name: str) -> tuple[str, dict[str, str]]:
    """What is to be decided, and the words of the choices."""
    texts = {
        "area_unit": (tr("Unit of areas"), {"ha": tr("Hectares"), "mu": tr("Mu"), "m2": tr("Square metres")}),
        "closure_unit": (
            tr("Unit of closure"),
            {"fraction": tr("Fractions (0 to 1)"), "percent": tr("Percent"), "tenths": tr("Tenths (0 to 10)")},
        ),
        "dbh_unit": (tr("Unit of diameters"), {"cm": tr("Centimetres"), "mm": tr("Millimetres")}),
        "height_unit": (tr("Unit of heights"), {"m": tr("Metres"), "dm": tr("Decimetres")}),
        "slope_kind": (tr("Slope is given as"), {"class": tr("Classes (1 to 6)"), "degrees": tr("Degrees")}),
        "land_class_list": (
            tr("List of land classes"),
            {"DI_LEI_2020": tr("List of 2020"), "DI_LEI_SANDIAO": tr("Third land survey")},
        ),
    }
    return texts[name]


def joined(values: Sequence[str]) -> str:
    """Values side by side; an unknown one is said to be unknown."""
    return " | ".join(value or tr("unknown") for value in values)
