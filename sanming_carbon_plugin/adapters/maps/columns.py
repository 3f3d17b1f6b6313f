"""Columns of a result in words: aliases, codes as their lists name them, the form, and figures in the chosen units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from qgis.core import (
    Qgis,
    QgsAttributeEditorContainer,
    QgsAttributeEditorField,
    QgsEditFormConfig,
    QgsEditorWidgetSetup,
    QgsExpression,
    QgsField,
    QgsProviderRegistry,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

from ...core.units import UnitChoice
from ..code_words import codes_in_words, entries_in_words
from ..column_words import (
    IN_UNITS,
    IN_WORDS,
    coding_of,
    column_name,
    column_words,
    has_several,
    inventory_roles,
    is_raster_column,
    role_name,
    rule_parts,
    words_by_column,
)
from ..unit_choice import titled_in_units
from .values_there import values_there

_TABS: dict[str, tuple[tuple[str, str], tuple[str, ...]]] = {
    "stand": (
        ("Stand", "小班"),
        ("stand_key", "area_ha", "area_mu", "species_code", "species_group", "origin", "age_group", "volume_m3_ha"),
    ),
    "carbon": (
        ("Carbon", "碳储量与碳汇"),
        (
            *("biomass_t_ha", "carbon_tc_ha", "stock_tco2e", "stock_alt_tco2e", "increment_m3_ha_yr", "sink_tco2e_yr"),
            *("sink_low_tco2e_yr", "sink_high_tco2e_yr", "recode_tco2e", "sink_basis"),
        ),
    ),
    "classes": (
        ("Classes", "类型"),
        (
            *("pine_transform", "pine_technique", "reserve_forest", "reserve_mode", "measure", "measures"),
            *("image_species_group", "image_probability", "image_conflict", "damage_share", "pine_rules"),
            "reserve_rules",
        ),
    ),
    "ticket": (("Carbon ticket", "碳票"), ("ticket", "ticket_tco2e", "ticket_rules")),
    "issue": (("Doubt", "存疑事项"), ("code", "severity", "field", "value", "message", "message_zh")),
}
_RASTERS, _SOURCE, _FOUND = ("Rasters", "栅格"), ("Inventory", "清查数据"), ("Figures", "结果")
_DIGITS, _WAN_T_DIGITS = 2, 4
_SHARE_DIGITS = 4
_HIDDEN = ("row_id",)
_NAMED = ("fact", "facts", "told", "doubt", "cell")
"""Codings with many hundreds of words, of which a column holds a few."""

_There = Mapping[str, frozenset[str]]

_IN_ORDER = 12
"""Codes of a column of ours few enough for somebody to choose from by their order."""


def column_alias(name: str, language: str, layer: str = "") -> str:
    """What a column of a layer is called; empty for columns nobody has a name for."""
    text = column_name(name, language, layer)
    if text:
        return text
    if name.endswith("_src"):
        text = column_alias(name.removesuffix("_src"), language)
        return "{}{}".format(text, "(原字段)" if language == "zh" else " (source)") if text else ""
    role = _role(name)
    return role_name(role, language) if role else ""


def word_columns(layer: QgsVectorLayer, language: str, units: UnitChoice) -> None:
    """Aliases, codes in words, figures in the chosen units, and a form with a tab for each subject."""
    # Each change of a column would have the legend, the tables and the canvas look at the layer once more.
    layer.blockSignals(True)
    try:
        there = values_there(layer, _with_many_words(layer, language))
        _add_shown_columns(layer, language, units, there)
        _name_columns(layer, language, there)
        _lay_out_form(layer, language)
    finally:
        layer.blockSignals(False)
    layer.updateFields()


def add_unit_columns(layer: QgsVectorLayer, language: str, units: UnitChoice) -> None:
    """Only the figures in the chosen units, for a layer that takes all else from another one."""
    layer.blockSignals(True)
    try:
        of = layer_of_file(layer)
        named = [name for name in layer.fields().names() if has_several(name, of) and _is_named(name, of)]
        _add_shown_columns(layer, language, units, values_there(layer, named))
    finally:
        layer.blockSignals(False)
    layer.updateFields()


def layer_of_file(layer: QgsVectorLayer) -> str:
    """Name of the layer inside its file; empty for one that is in no file."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return str(parts.get("layerName") or "")


def _name_columns(layer: QgsVectorLayer, language: str, there: _There) -> None:
    of = layer_of_file(layer)
    for position, field in enumerate(layer.fields()):
        name = field.name()
        if name.startswith((IN_UNITS, IN_WORDS)):
            continue
        alias = column_alias(name, language, of)
        if alias:
            layer.setFieldAlias(position, alias)
        codes = _codes(field, language, of, there)
        if codes:
            in_order = len(codes) <= _IN_ORDER and bool(column_name(name, language, of))
            pairs = _pairs(codes, in_order=in_order)
            layer.setEditorWidgetSetup(position, QgsEditorWidgetSetup("ValueMap", {"map": pairs}))
    for position, field in enumerate(layer.fields()):
        if field.type() == QMetaType.Type.Double and not layer.editorWidgetSetup(position).type():
            _round(layer, position, field.name(), of)


def _round(layer: QgsVectorLayer, position: int, name: str, of: str) -> None:
    """Show a number of a result with as many digits as it deserves; those of the inventory stay as they are."""
    if not (column_name(name, "en", of) or name.startswith(IN_UNITS)):
        return
    digits = _WAN_T_DIGITS if name.startswith(IN_UNITS) else _DIGITS
    if name.endswith(("_share", "_probability", "_ratio", "_support")) or is_raster_column(name):
        digits = 0 if name.endswith("_majority") else _SHARE_DIGITS  # an index lies between -1 and 1, too
    layer.setEditorWidgetSetup(position, QgsEditorWidgetSetup("Range", {"Precision": digits}))


def _with_many_words(layer: QgsVectorLayer, language: str) -> list[str]:
    """Columns that may hold far more than they do: spellings of names, names of columns, all doubts."""
    of = layer_of_file(layer)
    return [field.name() for field in layer.fields() if _is_named(field.name(), of) or _entries(field, language, of)]


def _is_named(name: str, of: str) -> bool:
    return coding_of(name, of).partition(":")[0] in _NAMED


def _codes(field: QgsField, language: str, of: str, there: _There) -> Mapping[str, str]:
    name = field.name()
    if has_several(name, of):
        return {}
    codes = column_words(name, language, of)
    if codes or column_name(name, language, of):
        return _only_there(codes, there.get(name))
    entries = _entries(field, language, of)
    if name not in there or not entries:
        return entries
    # Most of what such a column may hold are spellings of names, of which it holds none as a rule: each project
    # and each of its layers would carry them all.
    codes = codes_in_words(tuple((_role(name) or {})["code_tables"].split(";")), language)
    return {entry: text for entry, text in entries.items() if entry in codes or entry in there[name]}


def _entries(field: QgsField, language: str, of: str) -> Mapping[str, str]:
    """What a column of the inventory may hold: codes, and names as they are spelled; empty for any other column."""
    role = _role(field.name())
    if role is None or field.type() != QMetaType.Type.QString or column_name(field.name(), language, of):
        return {}
    return entries_in_words(tuple(role["code_tables"].split(";")), language)


def _only_there(words: Mapping[str, str], values: frozenset[str] | None) -> Mapping[str, str]:
    return words if values is None else {code: text for code, text in words.items() if code in values}


def _pairs(codes: Mapping[str, str], *, in_order: bool) -> dict[str, str] | list[dict[str, str]]:
    """Codes as the widget wants them: in their order, or by their words, which takes half the room in the project."""
    if in_order:
        return [{text: code} for code, text in codes.items()]
    told = Counter(codes.values())
    return {text if told[text] == 1 else "{} ({})".format(text, code): code for code, text in codes.items()}


def _role(name: str) -> dict[str, str] | None:
    """What a column of the inventory is, by any of its usual names."""
    return _roles().get(name.replace("_", "").upper())


@lru_cache(maxsize=1)
def _roles() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for key in ("canonical", "aliases", "names_zh"):
        for row in inventory_roles():
            for name in row[key].split(";"):
                if name:
                    found.setdefault(name.replace("_", "").upper(), row)
    return found


def _add_shown_columns(layer: QgsVectorLayer, language: str, units: UnitChoice, there: _There) -> None:
    """Show areas and masses in the chosen units and lists of codes in words; what is stored stays, out of sight."""
    of = layer_of_file(layer)
    for name in [name for name in layer.fields().names() if name.startswith((IN_UNITS, IN_WORDS))]:
        layer.removeExpressionField(layer.fields().indexOf(name))
    names = layer.fields().names()
    hidden = {name for name in names if name in _HIDDEN} | _other_language(names, language)
    for name in names:
        other = name.removesuffix("_ha") + "_mu"
        if name.endswith("_ha") and other in names:
            hidden.add(name if units.area == "mu" else other)
        elif name.endswith("_mu") and units.area == "ha" and name.removesuffix("_mu") + "_ha" not in names:
            _show(layer, IN_UNITS + name, '"{}" / 15.0'.format(name), _in_hectares(name, language, of))
            hidden.add(name)
        elif units.factor_of(name) != 1.0 and column_name(name, language, of):
            alias = titled_in_units(column_alias(name, language, of), units, language)
            _show(layer, IN_UNITS + name, '"{}" * {!r}'.format(name, units.factor_of(name)), alias)
            hidden.add(name)
        elif has_several(name, of):
            told = _several(name, language, of, there.get(name))
            _show(layer, IN_WORDS + name, told, column_alias(name, language, of), is_text=True)
            hidden.add(name)
    _hide(layer, hidden)


def _show(layer: QgsVectorLayer, name: str, expression: str, alias: str, *, is_text: bool = False) -> None:
    field = QgsField(name, QMetaType.Type.QString if is_text else QMetaType.Type.Double)
    field.setAlias(alias)
    layer.addExpressionField(expression, field)


def _in_hectares(name: str, language: str, of: str) -> str:
    return column_alias(name, language, of).replace("(mu)", "(ha)").replace("(亩)", "(公顷)")


def _other_language(names: Iterable[str], language: str) -> set[str]:
    """Of two columns that say the same in both languages, the one that is not the user's."""
    both = [name for name in names if name + "_zh" in names]
    return {name if language == "zh" else name + "_zh" for name in both}


def _several(name: str, language: str, of: str, values: frozenset[str] | None) -> str:
    """Expression that gives codes in words, those of a list or of another column; what nobody knows stays."""
    quoted = QgsExpression.quotedString
    by_column = words_by_column(name, language, of)
    if by_column:
        lists = ", ".join(
            "{}, {}".format(quoted(each), _map(_only_there(words, values))) for each, words in by_column.items()
        )
        return 'coalesce(map_get(map_get(map({}), "column"), "{}"), "{}")'.format(lists, name, name)
    parts = "string_to_array(replace(\"{}\", ', ', ';'), ';')".format(name)
    each = "coalesce({}, @element)".format(_rule(name, language, of) or _looked_up(name, language, of, values))
    return "array_to_string(array_foreach({}, {}), {})".format(parts, each, quoted("、" if language == "zh" else ", "))


def _looked_up(name: str, language: str, of: str, values: frozenset[str] | None) -> str:
    words = _only_there(column_words(name, language, of), values)
    return "map_get({}, @element)".format(_map({code: text for code, text in words.items() if code != text}))


def _rule(name: str, language: str, of: str) -> str:
    """Title of a rule and what came of it, each looked up for itself: together they would be nine times as many."""
    titles, outcomes = rule_parts(name, language, of)
    if not titles:
        return ""
    rule = "regexp_substr(@element, '^(.+?)[-+?]( to [-+?])?$')"
    came = "substr(@element, length({}) + 1)".format(rule)
    return "map_get({}, {}) || map_get({}, {})".format(_map(titles), rule, _map(outcomes), came)


def _map(words: Mapping[str, str]) -> str:
    quoted = QgsExpression.quotedString
    return "map({})".format(", ".join("{}, {}".format(quoted(code), quoted(text)) for code, text in words.items()))


def _hide(layer: QgsVectorLayer, hidden: Iterable[str]) -> None:
    config = layer.attributeTableConfig()
    config.update(layer.fields())
    hidden = set(hidden)
    columns = config.columns()
    for column in columns:
        column.hidden = column.name in hidden
    config.setColumns(columns)
    layer.setAttributeTableConfig(config)


def _lay_out_form(layer: QgsVectorLayer, language: str) -> None:
    config = layer.editFormConfig()
    config.setLayout(Qgis.AttributeFormLayout.DragAndDrop)
    config.clearTabs()
    names = layer.fields().names()
    shown = {name: begin + name for name in names for begin in (IN_UNITS, IN_WORDS) if begin + name in names}
    not_asked = {"fid", *_HIDDEN, *_other_language(names, language)}
    left = [name for name in names if name not in not_asked and not name.startswith((IN_UNITS, IN_WORDS))]
    for titles, members in _TABS.values():
        mine = [name for name in members if name in left]
        left = [name for name in left if name not in mine]
        _add_tab(config, layer, titles, [shown.get(name, name) for name in mine], language)
    of = layer_of_file(layer)
    rasters = [name for name in left if is_raster_column(name)]
    figures = [name for name in left if name not in rasters and column_name(name, language, of)]
    _add_tab(config, layer, _FOUND, [shown.get(name, name) for name in figures], language)
    _add_tab(config, layer, _RASTERS, rasters, language)
    _add_tab(config, layer, _SOURCE, [name for name in left if name not in rasters and name not in figures], language)
    layer.setEditFormConfig(config)


def _add_tab(
    config: QgsEditFormConfig, layer: QgsVectorLayer, titles: tuple[str, str], names: list[str], language: str
) -> None:
    if not names:
        return
    root = config.invisibleRootContainer()
    tab = QgsAttributeEditorContainer(titles[language == "zh"], root)
    tab.setType(Qgis.AttributeEditorContainerType.Tab)
    for name in names:
        tab.addChildElement(QgsAttributeEditorField(name, layer.fields().indexOf(name), tab))
    config.addTab(tab)
