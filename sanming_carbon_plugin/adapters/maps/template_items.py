"""Items of a layout template, found by their ids."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from qgis.core import QgsLayoutItem, QgsPrintLayout, QgsReadWriteContext
from qgis.PyQt.QtXml import QDomDocument

from ...core.errors import InputError

Item = TypeVar("Item", bound=QgsLayoutItem)


def load_template(layout: QgsPrintLayout, path: Path) -> None:
    """Read a template into ``layout``.

    Raises
    ------
    InputError
        ``MAP_TEMPLATE_INVALID`` where it cannot be read.
    """
    document = QDomDocument()
    try:
        document.setContent(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("MAP_TEMPLATE_INVALID", path=str(path), item="*") from error
    _, loaded = layout.loadFromTemplate(document, QgsReadWriteContext())
    if not loaded:
        raise InputError("MAP_TEMPLATE_INVALID", path=str(path), item="*")


def item_of(layout: QgsPrintLayout, name: str, kind: type[Item]) -> Item:
    """The item with id ``name``; an error where the template lacks it."""
    item = layout.itemById(name)
    if not isinstance(item, kind):
        raise InputError("MAP_TEMPLATE_INVALID", path=layout.name(), item=name)
    return item
