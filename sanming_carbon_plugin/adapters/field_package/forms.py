"""The form of the stands to check: widgets, lists of values, constraints, photos and pages."""

from __future__ import annotations

import json

from qgis.core import (
    Qgis,
    QgsAttributeEditorContainer,
    QgsAttributeEditorField,
    QgsDefaultValue,
    QgsEditFormConfig,
    QgsEditorWidgetSetup,
    QgsFieldConstraints,
    QgsVectorLayer,
)

from ...core.fieldwork.form import FINDING, ROW_ID, SHOWN, Form, FormColumn
from ..words import word
from .files import PHOTO_FOLDER
from .settings_files import value_list

_NULL_IN_LIST = "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}"
"""What QGIS's value map writes for NULL."""
_HARD = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthHard
_SOFT = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthSoft
_EXPRESSION = QgsFieldConstraints.Constraint.ConstraintExpression
_NOT_NULL = QgsFieldConstraints.Constraint.ConstraintNotNull
_UNIQUE = QgsFieldConstraints.Constraint.ConstraintUnique
_GROUPS = ("map", "check", "stand", "spare")
_PROJECT_FOLDER, _IMAGE, _FILE_PATH = 1, 1, 0


def dress_form(layer: QgsVectorLayer, form: Form, language: str) -> None:
    """Give ``layer`` the form in ``en`` or ``zh``."""
    config = layer.editFormConfig()
    for column in form.columns:
        index = layer.fields().indexOf(column.name)
        layer.setFieldAlias(index, column.title(language))
        layer.setEditorWidgetSetup(index, _widget(column, language))
        config.setReadOnly(index, column.role == SHOWN)
        _constrain(layer, index, column, language)
    row_id = layer.fields().indexOf(ROW_ID)
    layer.setDefaultValueDefinition(row_id, QgsDefaultValue("uuid('WithoutBraces')"))
    layer.setFieldConstraint(row_id, _UNIQUE, _SOFT)  # a copied row gets an id of its own
    _lay_out(layer, config, form, language)
    layer.setEditFormConfig(config)
    layer.setDisplayExpression('"stand_key"')
    naming = {
        column.name: "'{}/' || regexp_replace(\"stand_key\", '[^0-9A-Za-z-]', '_') || '_{}_' || "
        "format_date(now(), 'yyyyMMdd_hhmmss') || '.{{extension}}'".format(PHOTO_FOLDER, column.name)
        for column in form.columns
        if column.widget == "photo"
    }
    layer.setCustomProperty("QFieldSync/attachment_naming", json.dumps(naming))
    older = {name: text.replace(".{extension}", ".jpg") for name, text in naming.items()}
    layer.setCustomProperty("QFieldSync/photo_naming", json.dumps(older))


def _widget(column: FormColumn, language: str) -> QgsEditorWidgetSetup:
    if column.widget == "list":
        pairs = [{text: code} for code, text in value_list(column.words, language).items()]
        if column.role == FINDING:
            pairs.insert(0, {word("field_package", "empty", language): _NULL_IN_LIST})
        return QgsEditorWidgetSetup("ValueMap", {"map": pairs})
    if column.widget == "photo":
        return QgsEditorWidgetSetup(
            "ExternalResource",
            {
                "DocumentViewer": _IMAGE,
                "DocumentViewerHeight": 0,
                "DocumentViewerWidth": 0,
                "FileWidget": True,
                "FileWidgetButton": True,
                "FileWidgetFilter": "",
                "RelativeStorage": _PROJECT_FOLDER,
                "StorageMode": _FILE_PATH,
                "StorageType": "",
                "UseLink": False,
            },
        )
    if column.widget == "date":
        formats = {"display_format": "yyyy-MM-dd", "field_format": "yyyy-MM-dd", "field_iso_format": False}
        return QgsEditorWidgetSetup("DateTime", formats | {"calendar_popup": True, "allow_null": True})
    if column.widget == "hidden":
        return QgsEditorWidgetSetup("Hidden", {})
    return QgsEditorWidgetSetup("TextEdit", {"IsMultiline": column.widget == "long_text", "UseHtml": False})


def _constrain(layer: QgsVectorLayer, index: int, column: FormColumn, language: str) -> None:
    if column.needed:
        layer.setFieldConstraint(index, _NOT_NULL, _HARD)
        if column.kind == "text":
            text = word("field_package", "needed", language)
            layer.setConstraintExpression(index, 'length(trim("{}")) > 0'.format(column.name), text)
            layer.setFieldConstraint(index, _EXPRESSION, _HARD)
    if column.kind == "date":
        test = '"{0}" IS NULL OR "{0}" <= to_date(now())'.format(column.name)
        layer.setConstraintExpression(index, test, word("field_package", "day_to_come", language))
        layer.setFieldConstraint(index, _EXPRESSION, _SOFT)
    if column.low is not None and column.high is not None:
        text = word("field_package", "range", language).format(
            low="{:g}".format(column.low), high="{:g}".format(column.high)
        )
        test = '"{0}" IS NULL OR ("{0}" >= {1:g} AND "{0}" <= {2:g})'.format(column.name, column.low, column.high)
        layer.setConstraintExpression(index, test, text)
        layer.setFieldConstraint(index, _EXPRESSION, _SOFT)
    if column.name == "photo_1":
        test = '"verdict" IS NULL OR "verdict" <> \'wrong\' OR length("photo_1") > 0'
        layer.setConstraintExpression(index, test, word("field_package", "photo_wanted", language))
        layer.setFieldConstraint(index, _EXPRESSION, _SOFT)


def _lay_out(layer: QgsVectorLayer, config: QgsEditFormConfig, form: Form, language: str) -> None:
    """One page for each group; what is hidden is on none."""
    config.setLayout(Qgis.AttributeFormLayout.DragAndDrop)
    root = config.invisibleRootContainer()
    root.clear()
    for group in _GROUPS:
        page = QgsAttributeEditorContainer(word("field_package", group, language), root)
        page.setType(Qgis.AttributeEditorContainerType.Tab)
        for column in form.columns:
            if column.group == group and column.widget != "hidden":
                page.addChildElement(QgsAttributeEditorField(column.name, layer.fields().indexOf(column.name), page))
        config.addTab(page)
