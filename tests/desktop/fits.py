"""Texts that do not fit where they are shown: labels, buttons, lists, tables and what can be chosen."""

from qgis.PyQt.QtCore import QRect, Qt
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QTableWidget,
)

KINDS = (QLabel, QAbstractButton, QComboBox, QLineEdit, QGroupBox, QTableWidget)
HIGHEST = 100_000


def shown_widgets(root):
    return [widget for kind in KINDS for widget in root.findChildren(kind) if widget.isVisible()]


def clipped(root):
    """Every text below ``root`` that nobody can read as a whole."""
    for widget in shown_widgets(root):
        if not _fits(widget):
            yield widget.currentText() if isinstance(widget, QComboBox) else widget.text()
    yield from _clipped_rows(root)
    for table in root.findChildren(QTableView):
        if table.isVisible() and table.model() is not None:
            yield from _clipped_titles(table)
            yield from _clipped_cells(table)
    for combo in root.findChildren(QComboBox):
        if combo.isVisible() and type(combo) is QComboBox:  # those of QGIS list what the user has called so
            yield from _clipped_choices(combo)


def _fits(widget):
    if isinstance(widget, QLabel) and widget.text():
        needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
        fits = needed <= widget.height() + 1
        return fits and (widget.wordWrap() or widget.sizeHint().width() <= widget.width() + 1)
    if isinstance(widget, (QPushButton, QCheckBox)) and widget.text():
        shown = widget.text().replace("&", "")
        return widget.fontMetrics().horizontalAdvance(shown) <= widget.width()
    if isinstance(widget, QComboBox) and widget.currentText():
        style = QStyleOptionComboBox()
        try:
            widget.initStyleOption(style)
        except RuntimeError:  # a list that QGIS made itself
            style.initFrom(widget)
            style.editable = widget.isEditable()
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, style, part, widget).width()
        icon = 0 if style.currentIcon.isNull() else widget.iconSize().width() + 4
        return widget.fontMetrics().horizontalAdvance(widget.currentText()) + icon <= room
    return True


def _clipped_rows(root):
    """Texts of lists that do not fit their row."""
    for rows in root.findChildren(QListWidget):
        for item in (rows.item(row) for row in range(rows.count()) if rows.isVisible()):
            icon = 0 if item.icon().isNull() else rows.iconSize().width() + 4
            if rows.fontMetrics().horizontalAdvance(item.text()) + icon > rows.viewport().width():
                yield item.text()


def _clipped_titles(table):
    """Titles of columns: those in sight or not, a table may be scrolled."""
    header = table.horizontalHeader()
    margin = 2 * header.style().pixelMetric(QStyle.PixelMetric.PM_HeaderMargin, None, header)
    for column in range(table.model().columnCount() if header.isVisible() else 0):
        title = str(table.model().headerData(column, Qt.Orientation.Horizontal) or "")
        lines = title.split("\n")
        needed = max(header.fontMetrics().horizontalAdvance(line) for line in lines) + margin
        if not table.isColumnHidden(column) and needed > header.sectionSize(column):
            yield title


def _clipped_cells(table):
    """Cells of the rows in sight that show less than they hold, and no tip with all of it."""
    margin = 2 * (table.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, table) + 1)
    first, last = table.rowAt(0), table.rowAt(table.viewport().height() - 1)
    last = table.model().rowCount() - 1 if last < 0 else last
    for row in range(max(first, 0), last + 1):
        for column in range(table.model().columnCount()):
            index = table.model().index(row, column)
            text = str(index.data() or "")
            if table.isColumnHidden(column) or not text or table.indexWidget(index) is not None:
                continue
            place = table.visualRect(index)
            icon = 0 if index.data(Qt.ItemDataRole.DecorationRole) is None else table.iconSize().width() + 4
            room = QRect(0, 0, place.width() - margin - icon, HIGHEST)
            flags = Qt.TextFlag.TextWordWrap if table.wordWrap() else Qt.TextFlag.TextSingleLine
            needed = table.fontMetrics().boundingRect(room, int(flags), text)
            fits = needed.width() <= room.width() and needed.height() <= place.height()
            if not fits and text not in str(index.data(Qt.ItemDataRole.ToolTipRole) or ""):
                yield text


def _clipped_choices(combo):
    """Texts to choose from; many desktops open the list as wide as its box, or as wide as its view asks."""
    bar = combo.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, combo)
    room = max(combo.width(), combo.view().minimumWidth())
    room -= bar if combo.count() > combo.maxVisibleItems() else 0
    for place in range(combo.count()):
        icon = 0 if combo.itemIcon(place).isNull() else combo.iconSize().width() + 4
        if combo.fontMetrics().horizontalAdvance(combo.itemText(place)) + icon > room:
            yield combo.itemText(place)
