"""Runs inside the QGIS desktop: opens every step, the options and the dialog of every algorithm, and looks at texts."""

import os
import sys

import qgis.utils
from qgis.core import QgsApplication
from qgis.gui import QgsCollapsibleGroupBoxBasic
from qgis.PyQt.QtWidgets import QDialog, QScrollArea, QTextBrowser, QVBoxLayout
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import NAME, choose_step, dock, look_for_clipping, our_toolbar_actions, plugin, seen, shoot, start

PICTURES = ("assess", "plan")
WIDEST_SHARE = 0.4
"""What of the window the panel may take; a text that is too long makes it wider."""


def look_for_scrolling(name, root):
    """Note what is too wide for its window, and a panel that takes more than its share of the screen."""
    for area in root.findChildren(QScrollArea):
        if area.isVisible() and area.horizontalScrollBar().maximum() > 0:
            seen["problems"].append("{}: has to be scrolled sideways".format(name))
    share = root.width() / iface.mainWindow().width()
    if root is dock() and share > WIDEST_SHARE:
        seen["problems"].append("{}: takes {:.0%} of the window".format(name, share))
    seen.setdefault("shares", []).append(round(share, 2))


def steps():
    iface.messageBar().clearWidgets()
    our_toolbar_actions()[0].trigger()
    iface.mainWindow().resize(1380, 860)
    yield lambda: dock().isVisible()
    yield 500
    for row, step in enumerate(dock().steps):
        choose_step(row)
        yield 200
        for group in dock().form.pages.currentWidget().findChildren(QgsCollapsibleGroupBoxBasic):
            group.setCollapsed(False)
        yield 200
        assert dock().form.pages.currentIndex() == row
        look_for_clipping("step " + step.help_anchor)
        look_for_scrolling("step " + step.help_anchor, dock())
        seen["looked_at"].append("step " + step.help_anchor)


def options():
    from sanming_carbon_plugin.gui.unit_options import UnitsChosen, UnitsPageFactory

    window = QDialog(iface.mainWindow())
    layout = QVBoxLayout(window)
    layout.addWidget(UnitsPageFactory(UnitsChosen()).createWidget(window))
    window.show()
    yield 200
    look_for_clipping("options", window)
    seen["looked_at"].append("options")
    window.close()


def dialogs():
    import processing

    for algorithm in sorted(plugin().provider.algorithms(), key=lambda each: each.name()):
        name = algorithm.name()
        dialog = processing.createAlgorithmDialog("sanmingcarbon:" + name, {})
        dialog.show()
        yield 100
        for group in dialog.findChildren(QgsCollapsibleGroupBoxBasic):
            group.setCollapsed(False)
        yield 100
        look_for_clipping("dialog " + name, dialog)
        look_for_scrolling("dialog " + name, dialog)
        helps = [browser.toPlainText() for browser in dialog.findChildren(QTextBrowser) if browser.isVisible()]
        if not any(len(text) > 40 for text in helps):
            seen["problems"].append("dialog {}: no help beside the parameters".format(name))
        if name in PICTURES:
            shoot("dialog_" + name, dialog)
        seen["looked_at"].append("dialog " + name)
        dialog.close()
        dialog.deleteLater()
        yield 20


def day():
    seen["looked_at"] = []
    yield lambda: NAME in qgis.utils.plugins
    yield 1500
    seen["locale"] = QgsApplication.locale()
    for part in (steps, options, dialogs):
        seen["part"] = part.__name__
        yield from part()
    seen["part"] = "end"


start(day)
