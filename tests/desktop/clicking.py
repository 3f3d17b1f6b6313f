"""What the scripts that run inside the QGIS desktop share: clicks, pictures, a look for clipped texts, the steps.

QGIS starts a script with ``--code`` and gives it no ``__file__``: the folder of this module comes in ``SANMING_TESTS``.
Steps are a generator; what it yields is how long to wait, in ms, or a condition to wait for. The answer goes as JSON
into the file named by ``SANMING_RESULT``.
"""

import faulthandler
import json
import os
import sys
import time
import traceback
from pathlib import Path

import qgis.utils
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtGui import QInputMethodEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QLabel, QTextBrowser, QToolBar
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from fits import clipped, shown_widgets

NAME = "sanming_carbon_plugin"
WORK = Path(os.environ["SANMING_WORK"])
SHOTS = Path(os.environ["SANMING_SHOTS"])
PREFIX = os.environ["SANMING_PREFIX"]
STEP_LIMIT_S = float(os.environ.get("SANMING_LIMIT_S", "60"))
DAY_LIMIT_S = float(os.environ.get("SANMING_DAY_LIMIT_S", "150"))
seen = {"problems": [], "part": "start"}
pauses = []
"""Called with True before, and False after what only the test does, so that it counts as no stall."""


def plugin():
    return qgis.utils.plugins[NAME]


def dock():
    return plugin().dock


def click(widget, place=None):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place or widget.rect().center())


def type_in(widget, text):
    """Type a text; what has no key, such as Chinese, comes as from an input method."""
    for sign in text:
        if sign.isascii():
            QTest.keyClicks(widget, sign)
        else:
            committed = QInputMethodEvent()
            committed.setCommitString(sign)
            QApplication.sendEvent(widget, committed)


def choose_step(row):
    steps = dock().form.steps
    click(steps.viewport(), QPoint(steps.visualItemRect(steps.item(row)).center()))


def our_toolbar_actions():
    return [
        action
        for bar in iface.mainWindow().findChildren(QToolBar)
        for action in bar.actions()
        if action.objectName() == "sanming_carbon_dock_action"
    ]


def shoot(name, window=None):
    for pause in pauses:
        pause(True)
    SHOTS.mkdir(parents=True, exist_ok=True)
    (window or iface.mainWindow()).grab().save(str(SHOTS / "{}_{}.png".format(PREFIX, name)))
    for pause in pauses:
        pause(False)


def look_for_clipping(name, root=None):
    """Note texts that do not fit their widget, and widgets that lie on one another."""
    for pause in pauses:
        pause(True)
    root = root or dock()
    shown = shown_widgets(root)
    seen["problems"].extend("{}: clipped {!r}".format(name, text) for text in clipped(root))
    for browser in root.findChildren(QTextBrowser):
        if browser.isVisible() and browser.horizontalScrollBar().maximum() > 0:
            seen["problems"].append("{}: {} is wider than its window".format(name, browser.objectName()))
    for number, one in enumerate(shown):
        for other in shown[number + 1 :]:
            if one.parentWidget() is other.parentWidget() and one.geometry().intersects(other.geometry()):
                seen["problems"].append("{}: {} lies on {}".format(name, one.objectName(), other.objectName()))
    for pause in pauses:
        pause(False)


def on_modal(answer, limit_s=20):
    """Answer the next window that stops all others: ``answer(window)`` is called when it is there."""
    since = time.monotonic()

    def look():
        window = QApplication.activeModalWidget()
        if window is not None and window.isVisible():
            try:
                answer(window)
            except Exception:  # noqa: BLE001 - told in the answer
                tell_error()
        elif time.monotonic() - since < limit_s:
            QTimer.singleShot(50, look)
        else:
            seen["problems"].append("{}: no window came".format(seen["part"]))

    QTimer.singleShot(100, look)


def advance(steps, condition=None, since=None):
    try:
        if condition is not None and not condition():
            if time.monotonic() - since > STEP_LIMIT_S:
                raise TimeoutError(seen["part"])  # noqa: TRY301
            QTimer.singleShot(50, lambda: advance(steps, condition, since))
            return
        wait = next(steps)
    except StopIteration:
        finish()
        return
    except Exception:  # noqa: BLE001 - told in the answer
        tell_error()
        return
    if callable(wait):
        QTimer.singleShot(50, lambda: advance(steps, wait, time.monotonic()))
    else:
        QTimer.singleShot(wait, lambda: advance(steps))


def tell_error():
    """Note where everything stands, with the window that waits for an answer, and end."""
    if "error" not in seen:
        seen["error"] = traceback.format_exc() + "".join(traceback.format_stack())
        window = QApplication.activeModalWidget()
        if window is not None:
            texts = [label.text() for label in window.findChildren(QLabel)]
            seen["error"] += "{} {} {}".format(type(window).__name__, window.windowTitle(), texts)
            shoot("error_window", window)
        shoot("error")
        finish()


def leave():
    """Close QGIS without any question."""
    iface.newProject(False)
    QgsProject.instance().setDirty(False)
    iface.actionExit().trigger()


ways_out = [leave]
"""How QGIS is closed in the end: the last one counts."""


def finish():
    seen["finished"] = True
    Path(os.environ["SANMING_RESULT"]).write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")
    # A question on leaving would wait for ever; the status then tells that there was one.
    QTimer.singleShot(15_000, lambda: os._exit(9))
    (leave if "error" in seen else ways_out[-1])()


def start(day):
    """Go through the steps of ``day()`` when QGIS is there."""
    steps = day()
    # Where every thread stands, and the end, when not even a timer comes any more.
    faulthandler.dump_traceback_later(DAY_LIMIT_S + 20, exit=True, file=sys.__stderr__)
    QTimer.singleShot(int(DAY_LIMIT_S * 1000), lambda: "finished" in seen or tell_error())
    QTimer.singleShot(500, lambda: advance(steps))
