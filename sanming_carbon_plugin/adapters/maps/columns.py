"""Columns of a result in words: aliases, codes as their lists name them, the form, and figures in the chosen units."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache

from qgis.core import (
    Qgis,
    QgsAttributeEditorContainer,
    QgsAttributeEditorField,
    QgsEditFormConfig,
    QgsEditorWidgetSetup,
    QgsField,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

from ...core.units import UnitChoice
from ...paths import resources_dir
from ..code_words import codes_in_words
from ..unit_choice import titled_in_units
from ..words import word, words_of

_WORD_KINDS = {
    "species_group": "species_group",
    "image_species_group": "species_group",
    "origin": "origin",
    "age_group": "chart_age_group",  # names that hold for trees and for bamboo
    "sink_basis": "sink_basis",
    "pine_transform": "outcome",
    "reserve_forest": "outcome",
    "image_conflict": "outcome",
    "ticket": "outcome",
    "measure": "measure",
    "pine_technique": "pine_technique",
    "reserve_mode": "reserve_mode",
    "severity": "severity",
}
"""Columns whose codes are shown in words, and the kind of word."""

_LISTS = {"species_code": ("YOU_SHI_SZ",)}
"""Columns of the result whose codes the shipped lists name."""

_STATISTICS = {
    "_mean": ("mean", "均值"),
    "_std": ("standard deviation", "标准差"),
    "_support": ("share of valid area", "有效面积占比"),
}
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
_RASTERS, _SOURCE = ("Rasters", "栅格"), ("Inventory", "清查数据")
_ROUNDED = {"AllowNull": True, "Min": -1e12, "Max": 1e12, "Step": 1.0, "Style": "SpinBox"}
_DIGITS, _WAN_T_DIGITS = 2, 4
IN_UNITS = "in_units_"
"""Beginning of the name of a column that shows another one in the chosen units."""


def column_alias(name: str, language: str) -> str:
    """What a column of the result is called; empty for columns nobody has a name for."""
    text = word("column", name, language)
    if text != name:
        return text
    for ending, words in _STATISTICS.items():
        if name.endswith(ending):
            return "{} {}".format(name.removesuffix(ending), words[language == "zh"])
    role = _role(name)
    return role["name_zh" if language == "zh" else "name_en"] if role else ""


def word_columns(layer: QgsVectorLayer, language: str, units: UnitChoice) -> None:
    """Aliases, codes in words, figures in the chosen units, and a form with a tab for each subject."""
    # Each change of a column would have the legend, the tables and the canvas look at the layer once more.
    layer.blockSignals(True)
    try:
        _follow_units(layer, language, units)
        _name_columns(layer, language)
        _lay_out_form(layer, language)
    finally:
        layer.blockSignals(False)
    layer.updateFields()


def add_unit_columns(layer: QgsVectorLayer, language: str, units: UnitChoice) -> None:
    """Only the figures in the chosen units, for a layer that takes all else from another one."""
    layer.blockSignals(True)
    try:
        _follow_units(layer, language, units)
    finally:
        layer.blockSignals(False)
    layer.updateFields()


def _name_columns(layer: QgsVectorLayer, language: str) -> None:
    for position, field in enumerate(layer.fields()):
        name = field.name()
        alias = column_alias(name, language)
        if alias and not name.startswith(IN_UNITS):
            layer.setFieldAlias(position, alias)
        codes = _codes(name, language, is_text=field.type() == QMetaType.Type.QString)
        if codes:
            pairs = [{text: code} for code, text in codes.items()]
            layer.setEditorWidgetSetup(position, QgsEditorWidgetSetup("ValueMap", {"map": pairs}))
        elif field.type() == QMetaType.Type.Double and (word("column", name, language) != name or IN_UNITS in name):
            rounded = _ROUNDED | {"Precision": _WAN_T_DIGITS if IN_UNITS in name else _DIGITS}
            layer.setEditorWidgetSetup(position, QgsEditorWidgetSetup("Range", rounded))


def _codes(name: str, language: str, *, is_text: bool) -> Mapping[str, str]:
    kind = _WORD_KINDS.get(name)
    if kind:
        return words_of(kind, language)
    if name in _LISTS:
        return codes_in_words(_LISTS[name], language)
    role = _role(name)
    return codes_in_words(tuple(role["code_tables"].split(";")), language) if role and is_text else {}


def _role(name: str) -> dict[str, str] | None:
    """What a column of the inventory is, by any of its usual names."""
    return _roles().get(name.replace("_", "").upper())


@lru_cache(maxsize=1)
def _roles() -> dict[str, dict[str, str]]:
    with (resources_dir() / "fields" / "roles.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, dict[str, str]] = {}
    for key in ("canonical", "aliases", "names_zh"):
        for row in rows:
            row["name_zh"] = row["names_zh"].split(";")[0]
            row["name_en"] = row["name_en"][:1].upper() + row["name_en"][1:]
            for name in row[key].split(";"):
                if name:
                    found.setdefault(name.replace("_", "").upper(), row)
    return found


def _follow_units(layer: QgsVectorLayer, language: str, units: UnitChoice) -> None:
    """Show areas and masses in the chosen units; the stored columns stay as they are, out of sight."""
    names = layer.fields().names()
    for name in [name for name in names if name.startswith(IN_UNITS)]:
        layer.removeExpressionField(layer.fields().indexOf(name))
    hidden = {"area_ha" if units.area == "mu" else "area_mu"} if "area_mu" in names else set()
    for name in [name for name in names if word("column", name, language) != name and not name.startswith("area_")]:
        factor = units.factor_of(name)
        if factor == 1.0:
            continue
        field = QgsField(IN_UNITS + name, QMetaType.Type.Double)
        field.setAlias(titled_in_units(column_alias(name, language), units, language))
        layer.addExpressionField('"{}" * {!r}'.format(name, factor), field)
        hidden.add(name)
    _hide(layer, hidden)


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
    shown = {name: IN_UNITS + name for name in names if IN_UNITS + name in names}
    left = [name for name in names if name != "fid" and not name.startswith(IN_UNITS)]
    for titles, members in _TABS.values():
        mine = [name for name in members if name in left]
        left = [name for name in left if name not in mine]
        _add_tab(config, layer, titles, [shown.get(name, name) for name in mine], language)
    rasters = [name for name in left if name.endswith(tuple(_STATISTICS))]
    _add_tab(config, layer, _RASTERS, rasters, language)
    _add_tab(config, layer, _SOURCE, [name for name in left if name not in rasters], language)
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
