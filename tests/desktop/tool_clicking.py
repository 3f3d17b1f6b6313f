"""Opens, fills in and runs the dialog of a Processing algorithm with mouse and keys."""

from clicking import choose_step, click, dock, on_modal, type_in
from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLineEdit,
    QListView,
    QPushButton,
    QScrollArea,
    QTextEdit,
    QToolButton,
)


def tool(name):
    """The dialog of a tool that is open; None where it is not."""
    found = [w for w in QApplication.topLevelWidgets() if w.objectName() == "dialog_" + name and w.isVisible()]
    return found[0] if found else None


def open_tool(name, step, *fills):
    """Open a tool with its button, and fill in what the panel does not know: ``fills`` are (how, parameter, what)."""
    choose_step(step)
    yield 100
    click(dock().tools.buttons[name])
    yield lambda: tool(name) is not None
    yield 300
    dialog = tool(name)
    for how, parameter, what in fills:
        yield from how(dialog, parameter, what) or ()
    yield 200


def run_tool(name):
    """Run an open tool to its end; gives what it made, as texts."""
    dialog, ended = tool(name), []
    dialog.algorithmFinished.connect(lambda good, found: ended.append((good, found)))
    click(dialog.runButton())
    yield lambda: bool(ended)
    assert ended[0][0], (name, dialog.findChild(QTextEdit, "txtLog").toPlainText())
    return {key: str(value) for key, value in ended[0][1].items()}


def close_tool(name):
    tool(name).close()
    yield lambda: tool(name) is None


def _widget(dialog, name):
    """The widget of a parameter, scrolled to and with its group open, as a user would have it."""
    widget = dialog.mainWidget().wrappers[name].wrappedWidget()
    above = widget.parentWidget()
    while above is not None and above is not dialog:
        if isinstance(above, QgsCollapsibleGroupBox) and above.isCollapsed():
            click(above.findChild(QToolButton, "collapseButton"))
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()
    return widget


def type_number(dialog, name, value):
    """Type a number over the one that stands there."""
    line = _widget(dialog, name).findChild(QLineEdit)
    click(line)
    line.selectAll()
    QTest.keyClicks(line, "{:g}".format(value))
    QTest.keyClick(line, Qt.Key.Key_Tab)


def type_text(dialog, name, text):
    """Type a text, or the name of a file, over the one that stands there."""
    widget = _widget(dialog, name)
    line = widget if isinstance(widget, QLineEdit) else widget.findChild(QLineEdit)
    click(line)
    line.selectAll()
    type_in(line, str(text))
    QTest.keyClick(line, Qt.Key.Key_Tab)


def choose_entry(dialog, name, row):
    """Choose an entry of a list with the keys."""
    box = _widget(dialog, name)
    box = box if isinstance(box, QComboBox) else box.findChild(QComboBox)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(row):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentIndex() == row


def tick_layers(dialog, name, titles):
    """Open the list of layers of a parameter, tick those whose names begin as one of ``titles``, and take them."""
    click(_widget(dialog, name).findChild(QToolButton))
    yield 200
    rows = _open_list(dialog)
    model = rows.model()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        if str(index.data()).startswith(tuple(titles)):
            rows.scrollTo(index)
            click(rows.viewport(), QPoint(rows.visualRect(index).center()))
            QTest.keyClick(rows, Qt.Key.Key_Space)
    _take(rows)
    yield 200


def add_file(dialog, name, path):
    """Open the list of files of a parameter, add one with the window that asks for files, and take it."""
    click(_widget(dialog, name).findChild(QToolButton))
    yield 200
    rows = _open_list(dialog)
    box = rows.parentWidget().findChild(QDialogButtonBox)
    asking = next(
        button
        for button in box.findChildren(QPushButton)
        if box.buttonRole(button) == QDialogButtonBox.ButtonRole.ActionRole
        and button is not box.button(QDialogButtonBox.StandardButton.Ok)
        and _adds_files(button)
    )

    def name_it(window):
        line = window.findChild(QLineEdit, "fileNameEdit")
        line.selectAll()
        type_in(line, str(path))
        QTest.keyClick(line, Qt.Key.Key_Return)

    on_modal(name_it)
    click(asking)
    yield lambda: rows.model().rowCount() > 0
    _take(rows)
    yield 200


def _open_list(dialog):
    return next(each for each in dialog.findChildren(QListView, "mSelectionList") if each.isVisible())


def _adds_files(button):
    """The button for files, not the one for a folder: the fifth and the sixth of the box."""
    box = button.parentWidget()
    return box.findChildren(QPushButton).index(button) == len(box.findChildren(QPushButton)) - 2


def _take(rows):
    click(rows.parentWidget().findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok))
