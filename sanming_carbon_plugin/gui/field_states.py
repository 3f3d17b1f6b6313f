"""The words of the dialog about fields: states of the roles, and the readings to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qgis.core import QgsField, QgsFields
from qgis.PyQt.QtCore import QMetaType

from ..adapters.field_preview import FieldPreview
from ..processing.translation import language, tr

_FITTING_SHARE = 0.5
_PERCENT = 100
_TYPES = {
    "integer": QMetaType.Type.Int,
    "integer64": QMetaType.Type.LongLong,
    "real": QMetaType.Type.Double,
    "date": QMetaType.Type.QDate,
}
"""What QGIS's icons tell apart, by the kind of a column; all others are text."""


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


def choice_fields(preview: FieldPreview, role: str) -> QgsFields:
    """Columns to choose from: those that may fit first, with their score beside the name, then all others."""
    likely = {candidate.column: candidate.score for candidate in preview.candidates(role)}
    found = QgsFields()
    for column in dict.fromkeys([*likely, *preview.columns]):
        field = QgsField(column, _TYPES.get(preview.kind(column), QMetaType.Type.QString))
        if likely.get(column):
            field.setAlias(tr("{column} (score {score})").format(column=column, score=format(likely[column], ".2f")))
        elif column in likely:
            field.setAlias(tr("{column} (by its values)").format(column=column))
        found.append(field)
    return found


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
