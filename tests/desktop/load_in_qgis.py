"""Runs inside the QGIS desktop: loads and unloads the plugin many times, unused and used, and counts what is left."""

import ctypes
import gc
import os
import sys
import threading
from pathlib import Path

import qgis.utils
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, QTimer, QTranslator
from qgis.PyQt.QtGui import QAction
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QToolBar
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import NAME, WORK, choose_step, click, dock, plugin, seen, start

LOADS, USED_LOADS = 20, int(os.environ["SANMING_USED_LOADS"])
TITLE = "Sanming Forest Carbon"
OURS = "sanming_carbon"


def flush():
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    gc.collect()


def receivers():
    """How many listen to what the plugin listens to."""
    project, canvas, tasks = QgsProject.instance(), iface.mapCanvas(), QgsApplication.taskManager()
    heard = ("readProject", "cleared", "writeProject", "layersAdded", "layersRemoved", "layerWillBeRemoved")
    signals = {
        "project": (project, heard),
        "canvas": (canvas, ("mapToolSet", "extentsChanged", "selectionChanged")),
        "tasks": (tasks, ("allTasksFinished", "statusChanged")),
        "registry": (QgsApplication.processingRegistry(), ("providerAdded", "providerRemoved")),
    }  # fmt: skip
    return {
        "{} {}".format(name, signal): each.receivers(getattr(each, signal))
        for name, (each, names) in signals.items()
        for signal in names
    }


def of_ours(each):
    return str(type(each).__module__).split(".")[0] == NAME


def left():
    """All that is there of the plugin."""
    flush()
    window = iface.mainWindow()
    every = gc.get_objects()
    translators = [each for each in every if type(each) is QTranslator and not sip.isdeleted(each)]
    objects = [each for each in every if of_ours(each)]
    tool = iface.mapCanvas().mapTool()
    return {
        "provider": int(QgsApplication.processingRegistry().providerById("sanmingcarbon") is not None),
        "docks": len([each for each in window.findChildren(QDockWidget) if each.objectName().startswith(OURS)]),
        "toolbar": len([a for bar in window.findChildren(QToolBar) for a in bar.actions() if _mine(a)]),
        "menu": len([a for a in iface.pluginMenu().actions() if a.text() == seen.get("title")]),
        "actions": len([a for a in window.findChildren(QAction) if _mine(a)]),
        "windows": len([w for w in QApplication.topLevelWidgets() if of_ours(w) or w.objectName()[:7] == "dialog_"]),
        "tool": int(tool is not None and of_ours(tool)),
        "translators": len(translators),
        "translated": QCoreApplication.translate("@default", TITLE) != TITLE,
        "objects": len(objects),
        "kinds": sorted({type(each).__qualname__ for each in objects})[:12],
        "timers": len([each for each in every if isinstance(each, QTimer) and _alive_and_ours(each)]),
        "modules": len([name for name in sys.modules if name.split(".")[0] == NAME]),
        "threads": len([each for each in threading.enumerate() if not _of_qgis(each)]),
        "tasks": QgsApplication.taskManager().count(),
        "receivers": receivers(),
        "names": sorted(name for name in sys.modules if name.split(".")[0] == NAME)[:12],
    }  # fmt: skip


def _of_qgis(thread):
    """Python's note of a thread of QGIS's pool that once ran something of Python; the pool grows as QGIS likes."""
    return isinstance(thread, threading._DummyThread)


def _mine(action):
    return action.objectName().startswith(OURS)


def _alive_and_ours(timer):
    parent = None if sip.isdeleted(timer) else QObject.parent(timer)
    return parent is not None and of_ours(parent)


def resident_mb():
    """Memory of the process, after giving back what is free."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 2)


def load():
    assert qgis.utils.loadPlugin(NAME)
    assert qgis.utils.startPlugin(NAME)


def unload():
    assert qgis.utils.unloadPlugin(NAME)


def load_many_times():
    seen["title"] = plugin().menu
    seen["loaded"], seen["unloaded"], seen["used"], seen["memory_mb"] = [left()], [], [], []
    for _ in range(LOADS):
        unload()
        yield 50
        seen["unloaded"].append(left())
        load()
        yield 50
        seen["loaded"].append(left())
        seen["memory_mb"].append(resident_mb())


def load_use_and_unload():
    """The same with all windows open, libraries loaded and algorithms run."""
    seen["used_mb"] = []
    for number in range(USED_LOADS):
        out = WORK / "结果 {}.gpkg".format(number)
        dock().setUserVisible(True)
        yield lambda: not dock().warm_up.is_loading() and dock().warm_up._begun
        dock().open_sample()
        dock().data.page.result.setFilePath(str(out))
        for button in (dock().check.page.check, dock().form.run):
            choose_step(1)
            ended = []
            dock().run.done.connect(lambda *_, told=ended: told.append(""))
            dock().run.failed.connect(lambda _, reason, told=ended: told.append(reason))
            click(button)
            yield lambda told=ended: bool(told)
            assert ended == [""], ended
        click(dock().data.page.choose_fields)
        yield dock().side.fields.form.table.isEnabled
        dock().tools.buttons["fieldsample"].click()
        plugin().cards.choose_tool()
        assert plugin().cards.show_stand(out, _first_key(out))
        plugin().cards.override()
        yield 300
        unload()
        QgsProject.instance().clear()
        yield 300
        seen["used"].append(left())
        seen["used_mb"].append(resident_mb())
        load()
        yield 100


def _first_key(path):
    from osgeo import ogr

    opened = ogr.Open(str(path))
    return opened.GetLayerByName("stands").GetNextFeature()["stand_key"]


def day():
    yield lambda: NAME in qgis.utils.plugins
    yield 1500
    iface.messageBar().clearWidgets()
    seen["locale"] = QgsApplication.locale()
    for part in (load_many_times, load_use_and_unload) if USED_LOADS else (load_many_times,):
        seen["part"] = part.__name__
        yield from part()
    seen["part"] = "end"


start(day)
